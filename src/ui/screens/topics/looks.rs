//! What needs a look: the few findings worth a person's attention, worked out from the facts without thresholds to set.

use std::sync::Arc;

use crate::{
    model::{Lag, TimestampMillis},
    session::{
        Facts, GroupFacts,
        brokers::{TroubleCounts, count_troubles},
    },
};

/// Findings shown at most; the gravest come first.
pub(super) const FINDINGS_MAX: usize = 8;
/// A group this far behind is not just between two commits.
const BEHIND_MILLIS_MIN: i64 = 10_000;
/// Lag that grows slower than this is noise.
const GROWTH_PER_SECOND_MIN: f64 = 0.2;
/// A group that rebalances this often in [`REBALANCES_WITHIN_MILLIS`] does little else.
const REBALANCES_MIN: usize = 5;
const REBALANCES_WITHIN_MILLIS: i64 = 300_000;

/// One thing that needs a look.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Finding {
    /// Partitions without a leader.
    Offline { partitions: usize },
    /// Partitions with fewer replicas in sync than they have.
    UnderReplicated { partitions: usize },
    /// A partition cannot be read.
    Damaged { topic: Arc<str>, why: String },
    /// A group falls further behind.
    FallingBehind { group: Arc<str>, topic: Arc<str>, behind_millis: i64, inflow: f64, outflow: f64 },
    /// Records wait and nobody reads them.
    NobodyReads { group: Arc<str>, topic: Arc<str>, lag: u64 },
    /// More members than partitions.
    Idle { group: Arc<str>, members: usize, partitions: usize, idle: usize },
    /// Rebalances all the time.
    Restless { group: Arc<str>, rebalances: usize },
    /// A dead letter topic that holds something.
    DeadLetters { topic: Arc<str>, records: u64, newest: Option<TimestampMillis> },
}

/// The findings, gravest first.
pub(super) fn findings(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    let TroubleCounts { offline, under_replicated, .. } = count_troubles(facts);
    if offline > 0 {
        found.push(Finding::Offline { partitions: offline });
    }
    if under_replicated > 0 {
        found.push(Finding::UnderReplicated { partitions: under_replicated });
    }
    for topic in facts.topics.iter() {
        if let Some(why) = &topic.damage {
            found.push(Finding::Damaged { topic: Arc::clone(&topic.name), why: why.clone() });
        }
    }
    found.extend(facts.groups.iter().filter_map(|group| falling_behind(facts, group)));
    found.extend(facts.groups.iter().filter_map(|group| restless(facts.at, group)));
    for topic in facts.topics.iter().filter(|t| is_dead_letter(&t.name) && t.records > 0) {
        let (topic, records, newest) = (Arc::clone(&topic.name), topic.records, topic.last_record_at);
        found.push(Finding::DeadLetters { topic, records, newest });
    }
    found.extend(facts.groups.iter().filter_map(nobody_reads));
    found.extend(facts.groups.iter().filter_map(idle));
    found.truncate(FINDINGS_MAX);
    found
}

/// Whether a group falls behind on this topic.
pub(super) fn lags_badly(findings: &[Finding], on: &str) -> bool {
    findings.iter().any(|f| matches!(f, Finding::FallingBehind { topic, .. } if &**topic == on))
}

fn falling_behind(facts: &Facts, group: &GroupFacts) -> Option<Finding> {
    let growth = group.lag_per_second?;
    if group.members.is_empty() || growth < GROWTH_PER_SECOND_MIN {
        return None;
    }
    let worst = group.partitions.iter().max_by_key(|p| p.behind_millis)?;
    let behind_millis = worst.behind_millis.filter(|millis| *millis >= BEHIND_MILLIS_MIN)?;
    let topic = Arc::clone(&worst.tp.topic);
    let inflow = facts.topic(&topic).and_then(|t| t.in_per_second).unwrap_or(0.0);
    let outflow = group.commit_per_second.unwrap_or(0.0);
    Some(Finding::FallingBehind { group: Arc::clone(&group.id), topic, behind_millis, inflow, outflow })
}

fn nobody_reads(group: &GroupFacts) -> Option<Finding> {
    let Lag::Records(lag) = group.lag else { return None };
    if !group.members.is_empty() || lag == 0 {
        return None;
    }
    let topic = group.partitions.iter().max_by_key(|p| p.lag).map(|p| Arc::clone(&p.tp.topic))?;
    Some(Finding::NobodyReads { group: Arc::clone(&group.id), topic, lag })
}

fn idle(group: &GroupFacts) -> Option<Finding> {
    let idle = group.idle_members();
    let partitions = group.partitions.iter().filter(|p| p.owner.is_some()).count();
    // While members join, all of them own nothing for a moment.
    if idle == 0 || partitions == 0 || group.state != crate::model::GroupState::Stable {
        return None;
    }
    Some(Finding::Idle { group: Arc::clone(&group.id), members: group.members.len(), partitions, idle })
}

fn restless(now: TimestampMillis, group: &GroupFacts) -> Option<Finding> {
    let recent = group.rebalances.iter().filter(|event| now - event.at <= REBALANCES_WITHIN_MILLIS).count();
    (recent >= REBALANCES_MIN).then(|| Finding::Restless { group: Arc::clone(&group.id), rebalances: recent })
}

/// The names that dead letter topics have by habit.
fn is_dead_letter(name: &str) -> bool {
    let name = name.to_lowercase();
    ["dlq", "dlt", "dead-letter", "dead_letter", "deadletter"]
        .iter()
        .any(|mark| name.strip_suffix(mark).is_some_and(|rest| rest.is_empty() || rest.ends_with(['.', '-', '_'])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dead_letter_topics_are_known_by_their_names() {
        for name in ["orders.dlq", "orders-DLT", "dlq", "a_dead_letter"] {
            assert!(is_dead_letter(name), "{name}");
        }
        for name in ["orders", "handled", "mydlq"] {
            assert!(!is_dead_letter(name), "{name}");
        }
    }
}
