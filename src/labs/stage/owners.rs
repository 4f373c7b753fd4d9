//! Who owned which partition when, as the members told it, and how long nobody did.

use std::{collections::BTreeMap, sync::Arc};

use crate::labs::view::{OwnedSpan, StoryEvent, StoryKind};

/// Stretches of one group that are kept.
const SPANS_MAX: usize = 400;

type Partition = (Arc<str>, i32);

/// All groups.
#[derive(Default)]
pub struct Owners {
    groups: BTreeMap<Arc<str>, Spans>,
}

#[derive(Default)]
struct Spans {
    spans: Vec<OwnedSpan>,
    /// Index of the open stretch of each partition that was ever owned.
    open: BTreeMap<Partition, (Option<Arc<str>>, i64)>,
    /// Of the stretches that are over, since the last change of the group.
    stood_still_ms: i64,
    /// Partitions that members have put down since then.
    put_down: u64,
    members: u32,
    /// When a member came, went or crashed for the last time.
    changed_ms: i64,
}

/// What the last change of a group has cost, and who owned what.
#[derive(Default)]
pub struct Owned {
    pub stood_still_ms: i64,
    pub put_down: u64,
    pub spans: Vec<OwnedSpan>,
}

impl Owners {
    /// Takes note of what members told.
    pub fn heard(&mut self, event: &StoryEvent) {
        let at = event.at_ms;
        match &event.kind {
            StoryKind::Assigned { actor, group, partitions } => {
                let spans = self.groups.entry(Arc::clone(group)).or_default();
                partitions.iter().for_each(|partition| spans.give(partition, Some(actor), at));
            }
            StoryKind::Revoked { actor, group, partitions } => {
                let spans = self.groups.entry(Arc::clone(group)).or_default();
                spans.put_down += partitions.len() as u64;
                partitions.iter().for_each(|partition| spans.take(partition, actor, at));
            }
            StoryKind::Joined { group, .. } => self.groups.entry(Arc::clone(group)).or_default().join(at),
            StoryKind::Left { actor, group } => {
                let spans = self.groups.entry(Arc::clone(group)).or_default();
                spans.members = spans.members.saturating_sub(1);
                spans.change(at);
                spans.take_all(actor, at);
            }
            StoryKind::Crashed { actor } => {
                for spans in self.groups.values_mut().filter(|spans| spans.is_owner(actor)) {
                    spans.change(at);
                    spans.take_all(actor, at);
                }
            }
            _ => {}
        }
    }

    /// A member has come: from now on is counted what that costs.
    pub fn member_came(&mut self, group: &Arc<str>, at: i64) {
        self.groups.entry(Arc::clone(group)).or_default().change(at);
    }

    /// How long partitions of a group stood still since its last change, and who owned them all the time.
    pub fn of(&self, group: &str, now: i64) -> Owned {
        let Some(known) = self.groups.get(group) else { return Owned::default() };
        let mut spans = known.spans.clone();
        spans.extend(known.open.iter().filter(|(_, (_, since))| *since <= now).map(
            |((topic, partition), (actor, since))| {
                let (topic, partition) = (Arc::clone(topic), *partition);
                OwnedSpan { actor: actor.clone(), topic, partition, from_ms: *since, to_ms: None }
            },
        ));
        let open = known.open.values().filter(|(owner, _)| owner.is_none() && known.members > 0);
        let still: i64 = open.map(|(_, since)| (now - *since.max(&known.changed_ms)).max(0)).sum();
        Owned { stood_still_ms: known.stood_still_ms + still, put_down: known.put_down, spans }
    }
}

impl Spans {
    /// As long as a group has no members, nothing stands still.
    fn join(&mut self, at: i64) {
        if self.members == 0 {
            self.open.values_mut().filter(|(owner, _)| owner.is_none()).for_each(|(_, since)| *since = at);
        }
        self.members += 1;
    }

    fn change(&mut self, at: i64) {
        (self.stood_still_ms, self.put_down, self.changed_ms) = (0, 0, at);
    }

    fn is_owner(&self, actor: &Arc<str>) -> bool {
        self.open.values().any(|(owner, _)| owner.as_ref() == Some(actor))
    }

    fn give(&mut self, partition: &Partition, actor: Option<&Arc<str>>, at: i64) {
        let next = (actor.cloned(), at);
        if let Some((owner, since)) = self.open.insert(partition.clone(), next) {
            let (topic, number) = partition.clone();
            if at > since {
                if owner.is_none() {
                    self.stood_still_ms += (at - since.max(self.changed_ms)).max(0);
                }
                let to_ms = Some(at);
                self.spans.push(OwnedSpan { actor: owner, topic, partition: number, from_ms: since, to_ms });
            }
            let surplus = self.spans.len().saturating_sub(SPANS_MAX);
            self.spans.drain(..surplus);
        }
    }

    fn take(&mut self, partition: &Partition, actor: &Arc<str>, at: i64) {
        if self.open.get(partition).is_some_and(|(owner, _)| owner.as_ref() == Some(actor)) {
            self.give(partition, None, at);
        }
    }

    fn take_all(&mut self, actor: &Arc<str>, at: i64) {
        let theirs = self.open.iter().filter(|(_, (owner, _))| owner.as_ref() == Some(actor));
        let theirs: Vec<Partition> = theirs.map(|(partition, _)| partition.clone()).collect();
        theirs.iter().for_each(|partition| self.take(partition, actor, at));
    }
}
