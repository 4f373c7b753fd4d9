//! Who owned what: for each partition of a group the spans of time in which a consumer owned it, and what the last
//! change did. Pure: consumers report with the time at hand, screens read.

use std::collections::{BTreeMap, VecDeque};

use super::ConsumerId;
use crate::model::{TimestampMillis, TopicPartition};

/// How long a span is kept after it ended, in milliseconds; the window shows the last minute.
pub const OWNERSHIP_KEPT_MILLIS: i64 = 120_000;
/// Spans kept for one partition; a group that rebalances without end must not fill the memory.
const SPANS_PER_PARTITION_MAX: usize = 500;
/// Partitions followed in one group; beyond it a picture would show nothing anyway.
const PARTITIONS_MAX: usize = 10_000;

/// A time in which one consumer owned a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub owner: ConsumerId,
    pub from: TimestampMillis,
    /// `None`: still.
    pub to: Option<TimestampMillis>,
}

/// What made owners change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    Joined,
    Left,
    /// Vanished without a word; its session must run out first.
    Killed,
    /// Put out of the group: it was silent for too long.
    Lost,
}

/// The last change in a group, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub at: TimestampMillis,
    pub who: ConsumerId,
    pub cause: Cause,
    /// Partitions with another owner than before, with the new one.
    pub moved: Vec<(TopicPartition, ConsumerId)>,
    /// Partitions that had an owner and have none now.
    pub waiting: Vec<TopicPartition>,
    /// Longest time that one of those had no owner: until the new one came, or until now.
    pub still_millis: i64,
}

/// Who owned what in one group.
#[derive(Debug, Clone, Default)]
pub struct Ownership {
    spans: BTreeMap<TopicPartition, VecDeque<Span>>,
    last: Option<(TimestampMillis, ConsumerId, Cause)>,
}

impl Ownership {
    /// `who` owns these from `at` on. A span that another left open ends then: the broker gives a partition to one only.
    pub fn assigned(&mut self, who: ConsumerId, partitions: &[TopicPartition], at: TimestampMillis) {
        for tp in partitions {
            if !self.spans.contains_key(tp) && self.spans.len() >= PARTITIONS_MAX {
                continue;
            }
            let spans = self.spans.entry(tp.clone()).or_default();
            match spans.back_mut() {
                Some(last) if last.to.is_none() && last.owner == who => continue,
                Some(last) if last.to.is_none() => last.to = Some(at.max(last.from)),
                _ => {}
            }
            if spans.len() == SPANS_PER_PARTITION_MAX {
                spans.pop_front();
            }
            spans.push_back(Span { owner: who, from: at, to: None });
        }
    }

    /// `who` owns these no longer.
    pub fn revoked(&mut self, who: ConsumerId, partitions: &[TopicPartition], at: TimestampMillis) {
        for tp in partitions {
            if let Some(last) = self.spans.get_mut(tp).and_then(VecDeque::back_mut)
                && last.owner == who
                && last.to.is_none()
            {
                last.to = Some(at.max(last.from));
            }
        }
    }

    /// `who` owns nothing any more.
    pub fn gone(&mut self, who: ConsumerId, at: TimestampMillis) {
        for last in self.spans.values_mut().filter_map(VecDeque::back_mut) {
            if last.owner == who && last.to.is_none() {
                last.to = Some(at.max(last.from));
            }
        }
    }

    /// Notes what makes owners change from now on.
    pub fn note(&mut self, who: ConsumerId, cause: Cause, at: TimestampMillis) {
        self.last = Some((at, who, cause));
    }

    /// Forgets what ended long ago.
    pub fn prune(&mut self, now: TimestampMillis) {
        let old = now.saturating_sub(OWNERSHIP_KEPT_MILLIS);
        for spans in self.spans.values_mut() {
            // The newest span stays: the gap after it may still be open.
            while spans.len() > 1 && spans.front().is_some_and(|s| s.to.is_some_and(|to| to < old)) {
                spans.pop_front();
            }
        }
        self.spans.retain(|_, spans| spans.iter().any(|s| s.to.is_none_or(|to| to >= old)));
        if self.last.is_some_and(|(at, ..)| at < old) && self.spans.is_empty() {
            self.last = None;
        }
    }

    /// The spans of each partition, by partition, oldest first.
    pub fn partitions(&self) -> impl Iterator<Item = (&TopicPartition, &VecDeque<Span>)> {
        self.spans.iter()
    }

    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Who owns a partition now.
    pub fn owner(&self, tp: &TopicPartition) -> Option<ConsumerId> {
        self.spans.get(tp)?.back().filter(|s| s.to.is_none()).map(|s| s.owner)
    }

    /// What the last noted cause has led to as of `now`.
    pub fn last_change(&self, now: TimestampMillis) -> Option<Change> {
        let (at, who, cause) = self.last?;
        let mut change = Change { at, who, cause, moved: Vec::new(), waiting: Vec::new(), still_millis: 0 };
        for (tp, spans) in &self.spans {
            let before = spans.iter().rev().find(|s| s.from < at && s.to.is_none_or(|to| to >= at));
            let after = spans.back().filter(|s| s.to.is_none());
            match (before, after) {
                (Some(before), Some(after)) if before.owner != after.owner => {
                    change.moved.push((tp.clone(), after.owner));
                }
                (None, Some(after)) if after.from >= at => change.moved.push((tp.clone(), after.owner)),
                (Some(_), None) => change.waiting.push(tp.clone()),
                _ => {}
            }
            if before.is_some() {
                change.still_millis = change.still_millis.max(longest_gap(spans, at, now));
            }
        }
        Some(change)
    }
}

/// Longest time without an owner between `since` and `now`.
fn longest_gap(spans: &VecDeque<Span>, since: TimestampMillis, now: TimestampMillis) -> i64 {
    let mut longest = 0;
    let mut free_from = None;
    for span in spans {
        if let Some(free_from) = free_from {
            longest = longest.max(span.from - free_from);
        }
        free_from = span.to.filter(|to| *to >= since);
    }
    free_from.map_or(longest, |from| longest.max(now - from))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tps(numbers: &[i32]) -> Vec<TopicPartition> {
        numbers.iter().map(|n| TopicPartition::new("orders", *n)).collect()
    }

    /// billing-1 (1) owns 0..4 from 1,000 on.
    fn one_owner() -> Ownership {
        let mut o = Ownership::default();
        o.note(1, Cause::Joined, 900);
        o.assigned(1, &tps(&[0, 1, 2, 3]), 1_000);
        o
    }

    #[test]
    fn the_first_consumer_takes_everything() {
        let change = one_owner().last_change(5_000).unwrap();
        assert_eq!((change.cause, change.moved.len(), change.still_millis), (Cause::Joined, 4, 0));
    }

    #[test]
    fn a_cooperative_join_moves_half_and_stops_only_that_half() {
        let mut o = one_owner();
        o.note(2, Cause::Joined, 10_000);
        o.revoked(1, &tps(&[2, 3]), 10_300);
        let waiting = o.last_change(10_500).unwrap();
        assert_eq!((waiting.waiting, waiting.still_millis), (tps(&[2, 3]), 200));
        o.assigned(1, &tps(&[0, 1]), 10_600);
        o.assigned(2, &tps(&[2, 3]), 10_700);
        let change = o.last_change(20_000).unwrap();
        assert_eq!(change.moved, tps(&[2, 3]).into_iter().map(|tp| (tp, 2)).collect::<Vec<_>>());
        assert_eq!((change.still_millis, change.waiting.len()), (400, 0));
        assert_eq!(o.partitions().next().unwrap().1.len(), 1, "who keeps a partition has one span");
    }

    #[test]
    fn an_eager_join_stops_everything() {
        let mut o = one_owner();
        o.note(2, Cause::Joined, 10_000);
        o.revoked(1, &tps(&[0, 1, 2, 3]), 10_100);
        o.assigned(1, &tps(&[0, 1]), 10_250);
        o.assigned(2, &tps(&[2, 3]), 10_200);
        let change = o.last_change(20_000).unwrap();
        assert_eq!((change.moved.len(), change.still_millis), (2, 150));
    }

    #[test]
    fn what_a_killed_consumer_owned_waits_until_another_takes_it() {
        let mut o = one_owner();
        o.assigned(2, &tps(&[2, 3]), 2_000);
        o.note(2, Cause::Killed, 10_000);
        o.gone(2, 10_000);
        assert_eq!(o.last_change(14_000).unwrap().still_millis, 4_000);
        o.assigned(1, &tps(&[0, 1, 2, 3]), 20_000);
        let change = o.last_change(60_000).unwrap();
        assert_eq!((change.moved.len(), change.still_millis), (2, 10_000));
        assert_eq!(o.owner(&tps(&[3])[0]), Some(1));
    }

    #[test]
    fn two_never_own_the_same_at_once() {
        let mut o = one_owner();
        o.assigned(2, &tps(&[0]), 2_000);
        o.revoked(1, &tps(&[0]), 2_500);
        let spans: Vec<Span> = o.partitions().next().unwrap().1.iter().copied().collect();
        assert_eq!(spans, [Span { owner: 1, from: 1_000, to: Some(2_000) }, Span { owner: 2, from: 2_000, to: None }]);
    }

    #[test]
    fn what_ended_long_ago_is_forgotten() {
        let mut o = one_owner();
        o.gone(1, 2_000);
        o.prune(2_000 + OWNERSHIP_KEPT_MILLIS);
        assert!(!o.is_empty());
        o.prune(2_001 + OWNERSHIP_KEPT_MILLIS);
        assert!(o.is_empty());
        for n in 0..2_000 {
            o.assigned(n % 2, &tps(&[0]), n as i64);
        }
        assert!(o.partitions().next().unwrap().1.len() <= SPANS_PER_PARTITION_MAX);
    }
}
