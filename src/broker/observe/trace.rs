//! Puts the life of one record together from what the book knows and from where the groups stand.

use std::{collections::HashMap, sync::Arc};

use super::{
    AckClass, CommitSeen, FetchedBy, Life, LifeStep, LifeStepKind, Who, WhyAgain,
    book::{About, Batch, Commit, Fetch, Moment},
};
use crate::{
    broker::{RebalanceEvent, inner::Inner},
    model::{Offset, PartitionId},
};

/// Steps told of one record; a record that is fetched again and again loses the middle of them.
const STEPS_MAX: usize = 400;

impl Inner {
    /// What is known of the life of a record; `None` where there is no such topic or partition.
    pub fn life(&self, topic: &str, partition: PartitionId, offset: Offset) -> Option<Life> {
        let topic = self.topics.by_name(topic)?;
        topic.slot(partition)?;
        let observer = &self.observer;
        let about = observer.book.about((topic.id, partition), offset);
        let mut life = Life {
            topic: topic.name.clone(),
            partition,
            offset,
            known_from: about.known_from,
            known_since: about.forgotten_at.unwrap_or(observer.opened_at),
            steps: Vec::new(),
            again: Vec::new(),
            deliveries: 0,
            groups: 0,
        };
        let mut told = Told { came: about.batch.as_ref().map(|batch| batch.came), steps: Vec::new() };
        if let Some(batch) = &about.batch {
            told.production(batch);
            if batch.facts.transactional
                && let Some(end) = observer.end_of(batch.facts.producer_id, batch.came)
            {
                told.step(end.went, LifeStepKind::TransactionEnded { how: end.how, committed: end.committed });
            }
        }
        let moment = |event: &RebalanceEvent, ended| Moment { at: event.at, micros: observer.micros_of(ended) };
        let rebalances = self.coordinator.rebalances_with_instants();
        let rebalances: Vec<_> = rebalances.iter().map(|(event, ended)| (moment(event, *ended), event)).collect();
        let committed = self.coordinator.committed_at(&topic.name, partition);
        let deliveries = Deliveries::new(&about);
        for group in deliveries.groups(&about, &committed) {
            let seen = GroupSeen {
                group: &group,
                offset,
                fetches: deliveries.of(&group),
                commits: about.commits.iter().filter(|commit| commit.group == group).collect(),
                rebalances: rebalances.iter().filter(|(_, event)| event.group == group).copied().collect(),
                committed: committed.iter().find(|(name, _)| *name == group).map(|(_, offset)| *offset),
            };
            life.groups += u32::from(!seen.fetches.is_empty());
            life.again.extend(seen.again().map(|why| (group.clone(), why)));
            told.group(&seen);
        }
        deliveries.without_group.iter().for_each(|fetches| told.fetches(fetches));
        life.deliveries = u32::try_from(about.fetches.len()).unwrap_or(u32::MAX);
        life.steps = told.in_order();
        Some(life)
    }
}

/// Fetches of the record, by who read.
struct Deliveries<'a> {
    groups: Vec<(Arc<str>, Vec<&'a Fetch>)>,
    /// One list for each connection.
    without_group: Vec<Vec<&'a Fetch>>,
}

impl<'a> Deliveries<'a> {
    fn new(about: &'a About) -> Self {
        let mut groups: Vec<(Arc<str>, Vec<&Fetch>)> = Vec::new();
        let mut alone: HashMap<u64, Vec<&Fetch>> = HashMap::new();
        for fetch in &about.fetches {
            match &fetch.reader {
                None => alone.entry(fetch.by.connection).or_default().push(fetch),
                Some(reader) => match groups.iter_mut().find(|(group, _)| *group == reader.group) {
                    Some((_, fetches)) => fetches.push(fetch),
                    None => groups.push((reader.group.clone(), vec![fetch])),
                },
            }
        }
        Self { groups, without_group: alone.into_values().collect() }
    }

    fn of(&self, group: &str) -> Vec<&'a Fetch> {
        self.groups.iter().find(|(name, _)| **name == *group).map(|(_, fetches)| fetches.clone()).unwrap_or_default()
    }

    /// Groups that got the record or that read the partition.
    fn groups(&self, about: &About, committed: &[(Arc<str>, Offset)]) -> Vec<Arc<str>> {
        let mut all: Vec<Arc<str>> = self.groups.iter().map(|(group, _)| group.clone()).collect();
        all.extend(about.commits.iter().map(|commit| commit.group.clone()));
        all.extend(committed.iter().map(|(group, _)| group.clone()));
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// What one group did with the record.
struct GroupSeen<'a> {
    group: &'a Arc<str>,
    offset: Offset,
    fetches: Vec<&'a Fetch>,
    commits: Vec<&'a Commit>,
    /// With when they ended.
    rebalances: Vec<(Moment, &'a RebalanceEvent)>,
    committed: Option<Offset>,
}

impl GroupSeen<'_> {
    fn covers(&self, commit: &Commit) -> bool {
        commit.offset > self.offset
    }

    /// The commits worth a line: the first one that covers the record after each delivery, and the first of all.
    fn covering(&self) -> Vec<&Commit> {
        let mut found: Vec<&Commit> = Vec::new();
        let mut starts: Vec<Option<Moment>> = self.fetches.iter().map(|fetch| Some(fetch.went)).collect();
        if starts.is_empty() {
            starts.push(None);
        }
        for (index, start) in starts.iter().enumerate() {
            let end = starts.get(index + 1).copied().flatten();
            let within = |commit: &&&Commit| {
                start.is_none_or(|from| commit.went >= from) && end.is_none_or(|to| commit.went < to)
            };
            if let Some(commit) = self.commits.iter().find(|commit| self.covers(commit) && within(commit)) {
                found.push(commit);
            }
        }
        found
    }

    /// Why it got the record again, the last time that it did.
    fn again(&self) -> Option<WhyAgain> {
        let [.., first, second] = self.fetches[..] else { return None };
        let between = |moment: Moment| first.went <= moment && moment <= second.went;
        let commits = || self.commits.iter().filter(|commit| between(commit.went));
        if let Some(covering) = commits().rfind(|commit| self.covers(commit)) {
            let back = commits().rfind(|commit| commit.went > covering.went && !self.covers(commit));
            let back_to = back.map_or(second.from, |commit| commit.offset);
            return Some(WhyAgain::OffsetWentBack { committed: covering.offset, back_to });
        }
        let member = |fetch: &Fetch| fetch.reader.as_ref().map(|reader| reader.member.clone()).unwrap_or_default();
        let (from, to) = (member(first), member(second));
        if from == to {
            return Some(WhyAgain::AskedAgain { member: to });
        }
        let knew = |event: &RebalanceEvent, member: &str| event.members.iter().any(|id| *id == member);
        // The generation in which it was read first, and those that came before it was read again.
        let before = self.rebalances.iter().rfind(|(ended, _)| *ended <= first.went);
        let mut changes = self.rebalances.iter().filter(|(ended, _)| between(*ended)).map(|(_, event)| *event);
        let reason = changes.clone().next().map(|event| event.reason.clone());
        let took_part = before.is_some_and(|(_, event)| knew(event, &to));
        let gone = changes.next_back().is_none_or(|event| !knew(event, &from));
        if gone && !took_part && is_same_program(&first.by, &second.by) {
            return Some(WhyAgain::NotCommittedBeforeRestart { member: from });
        }
        Some(WhyAgain::NotCommittedBeforeRebalance { from, to, reason })
    }

    /// Changes of the group that lie between two deliveries, or after the last one as long as nothing is committed.
    fn changes(&self) -> impl Iterator<Item = &(Moment, &RebalanceEvent)> {
        let first = self.fetches.first().map(|fetch| fetch.went);
        let last = self.commits.iter().rfind(|commit| self.covers(commit)).map(|commit| commit.went);
        let within =
            move |ended: Moment| first.is_some_and(|first| ended >= first) && last.is_none_or(|last| ended <= last);
        self.rebalances.iter().filter(move |(ended, _)| within(*ended))
    }
}

/// Whether two connections may be those of one program before and after a restart: ports change, names and machines do not.
fn is_same_program(one: &Who, other: &Who) -> bool {
    let host = |who: &Who| who.peer().map(|peer| peer.ip());
    one.client_id == other.client_id && host(one) == host(other)
}

/// Steps as they are gathered.
struct Told {
    came: Option<Moment>,
    steps: Vec<(Moment, LifeStepKind)>,
}

impl Told {
    fn step(&mut self, moment: Moment, kind: LifeStepKind) {
        self.steps.push((moment, kind));
    }

    fn production(&mut self, batch: &Batch) {
        let later = |micros: u32| Moment {
            at: batch.came.at + i64::from(micros / 1_000),
            micros: batch.came.micros + u64::from(micros),
        };
        let produced = LifeStepKind::Produced {
            by: batch.by.clone(),
            request: batch.request,
            version: batch.version,
            batch: batch.facts,
            acks: batch.acks,
        };
        self.step(batch.came, produced);
        let took_micros = u64::from(batch.took_micros);
        let stored = LifeStepKind::Stored {
            base_offset: batch.facts.base_offset,
            took_micros: batch.stored.map_or(took_micros, |stored| u64::from(stored.after_micros)),
            shared: batch.stored.map(|stored| stored.shared),
        };
        self.step(later(batch.stored.map_or(batch.took_micros, |stored| stored.after_micros)), stored);
        let class = match batch.acks {
            0 => return,
            1 => AckClass::Written,
            _ => AckClass::Synced,
        };
        let high_watermark = batch.end;
        self.step(later(batch.took_micros), LifeStepKind::Acknowledged { class, high_watermark, took_micros });
    }

    fn fetches(&mut self, fetches: &[&Fetch]) {
        for (nth, fetch) in (1..).zip(fetches) {
            let kind = LifeStepKind::Fetched(FetchedBy {
                by: fetch.by.clone(),
                request: fetch.request,
                member: fetch.reader.as_ref().map(|reader| (reader.group.clone(), reader.member.clone())),
                nth,
                waited_micros: u64::from(fetch.waited_micros),
                from: fetch.from,
                to: fetch.to,
            });
            self.step(fetch.went, kind);
        }
    }

    fn group(&mut self, seen: &GroupSeen<'_>) {
        self.fetches(&seen.fetches);
        for commit in seen.covering() {
            let kind = LifeStepKind::Committed(CommitSeen {
                by: commit.by.clone(),
                request: commit.request,
                group: commit.group.clone(),
                member: commit.member.clone(),
                offset: commit.offset,
            });
            self.step(commit.went, kind);
        }
        for (ended, event) in seen.changes() {
            let kind = LifeStepKind::Rebalanced {
                group: event.group.clone(),
                reason: event.reason.clone(),
                generation: event.generation,
                duration_millis: event.duration_millis,
            };
            self.step(*ended, kind);
        }
        if seen.committed.is_none_or(|committed| committed <= seen.offset) {
            let before = seen.offset - seen.committed.unwrap_or(0).max(0);
            let kind = LifeStepKind::NotYetCommitted {
                group: seen.group.clone(),
                committed: seen.committed,
                before: u64::try_from(before).unwrap_or_default(),
            };
            self.step(Moment { at: i64::MAX, micros: u64::MAX }, kind);
        }
    }

    /// Oldest first. What has not happened yet has the time of the asking and stands last.
    fn in_order(mut self) -> Vec<LifeStep> {
        self.steps.sort_by_key(|(moment, _)| *moment);
        if self.steps.len() > STEPS_MAX {
            let half = STEPS_MAX / 2;
            self.steps.drain(half..self.steps.len() - half);
        }
        let came = self.came;
        let step = |(moment, kind): (Moment, LifeStepKind)| LifeStep {
            at: moment.at,
            after_micros: came
                .filter(|_| moment.micros != u64::MAX)
                .map(|came| moment.micros.saturating_sub(came.micros)),
            kind,
        };
        self.steps.into_iter().map(step).collect()
    }
}
