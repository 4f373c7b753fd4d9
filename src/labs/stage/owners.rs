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
    /// Of the stretches that are over.
    stood_still_ms: i64,
    members: u32,
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
                partitions.iter().for_each(|partition| spans.take(partition, actor, at));
            }
            StoryKind::Joined { group, .. } => self.groups.entry(Arc::clone(group)).or_default().join(at),
            StoryKind::Left { actor, group } => {
                let spans = self.groups.entry(Arc::clone(group)).or_default();
                spans.members = spans.members.saturating_sub(1);
                spans.take_all(actor, at);
            }
            StoryKind::Crashed { actor } => self.groups.values_mut().for_each(|spans| spans.take_all(actor, at)),
            _ => {}
        }
    }

    /// How long partitions of a group stood still, and who owned them.
    pub fn of(&self, group: &str, now: i64) -> (i64, Vec<OwnedSpan>) {
        let Some(spans) = self.groups.get(group) else { return (0, Vec::new()) };
        let mut owned = spans.spans.clone();
        owned.extend(spans.open.iter().filter(|(_, (_, since))| *since <= now).map(
            |((topic, partition), (actor, since))| {
                let (topic, partition) = (Arc::clone(topic), *partition);
                OwnedSpan { actor: actor.clone(), topic, partition, from_ms: *since, to_ms: None }
            },
        ));
        let open = spans.open.values().filter(|(owner, _)| owner.is_none() && spans.members > 0);
        let still: i64 = open.map(|(_, since)| (now - since).max(0)).sum();
        (spans.stood_still_ms + still, owned)
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

    fn give(&mut self, partition: &Partition, actor: Option<&Arc<str>>, at: i64) {
        let next = (actor.cloned(), at);
        if let Some((owner, since)) = self.open.insert(partition.clone(), next) {
            let (topic, number) = partition.clone();
            if at > since {
                if owner.is_none() {
                    self.stood_still_ms += at - since;
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
