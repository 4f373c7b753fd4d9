//! Consumer groups.

use serde::{Deserialize, Serialize};

use super::Offset;

/// State of a group, in Kafka's words (ListGroups v4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GroupState {
    /// Has no members; may hold committed offsets.
    Empty,
    /// Members are being asked to join again.
    PreparingRebalance,
    /// Waiting for the leader's assignment.
    CompletingRebalance,
    /// KIP-848: computing an assignment.
    Assigning,
    /// KIP-848: members move to a new assignment.
    Reconciling,
    Stable,
    Dead,
    Unknown,
}

impl GroupState {
    /// Kafka's word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "Empty",
            Self::PreparingRebalance => "PreparingRebalance",
            Self::CompletingRebalance => "CompletingRebalance",
            Self::Assigning => "Assigning",
            Self::Reconciling => "Reconciling",
            Self::Stable => "Stable",
            Self::Dead => "Dead",
            Self::Unknown => "Unknown",
        }
    }

    /// From Kafka's word; `Unknown` for any other.
    pub fn from_wire(word: &str) -> Self {
        [
            Self::Empty,
            Self::PreparingRebalance,
            Self::CompletingRebalance,
            Self::Assigning,
            Self::Reconciling,
            Self::Stable,
            Self::Dead,
        ]
        .into_iter()
        .find(|s| s.as_str().eq_ignore_ascii_case(word))
        .unwrap_or(Self::Unknown)
    }
}

/// The type of a group, in Kafka's words (ListGroups v5, KIP-848 and KIP-932).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum GroupKind {
    /// Members agree among themselves who reads what (JoinGroup and SyncGroup).
    #[default]
    Classic,
    /// The broker assigns partitions, each to one member (KIP-848).
    Consumer,
    /// A queue: records, not partitions, go to members one by one (KIP-932).
    Share,
}

impl GroupKind {
    /// Kafka's word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Classic => "classic",
            Self::Consumer => "consumer",
            Self::Share => "share",
        }
    }

    /// From Kafka's word; `None` for any other, as where an older broker tells none.
    pub fn from_wire(word: &str) -> Option<Self> {
        [Self::Classic, Self::Consumer, Self::Share].into_iter().find(|kind| kind.as_str().eq_ignore_ascii_case(word))
    }
}

/// How one record of a share partition stands (KIP-932, "In-flight records"; the numbers are those that are stored).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ShareRecordState {
    /// Waits to be acquired.
    Available = 0,
    /// Given to a member, which holds a lock on it for a while.
    Acquired = 1,
    /// Finished: accepted by a member.
    Acknowledged = 2,
    /// Finished without having been accepted: rejected, delivered too often, or not there.
    Archived = 4,
}

impl ShareRecordState {
    pub const ALL: [Self; 4] = [Self::Available, Self::Acquired, Self::Acknowledged, Self::Archived];

    /// True once it will never be delivered again.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Acknowledged | Self::Archived)
    }
}

/// How the members of a classic group share partitions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Assignor {
    Range,
    RoundRobin,
    Sticky,
    #[default]
    CooperativeSticky,
}

impl Assignor {
    pub const ALL: [Assignor; 4] = [Self::Range, Self::RoundRobin, Self::Sticky, Self::CooperativeSticky];

    /// The protocol name that members offer in JoinGroup.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Range => "range",
            Self::RoundRobin => "roundrobin",
            Self::Sticky => "sticky",
            Self::CooperativeSticky => "cooperative-sticky",
        }
    }
}

/// Records between a committed offset and the end; unknown is apart from zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Lag {
    /// Nothing was ever committed, or an end is not known.
    Unknown,
    Records(u64),
}

impl Lag {
    /// `end - committed`, never below zero; records below the log's start are gone and do not count.
    pub fn between(committed: Option<Offset>, start: Offset, end: Offset) -> Self {
        match committed {
            Some(committed) if committed >= 0 => Self::Records(end.saturating_sub(committed.max(start)).max(0) as u64),
            _ => Self::Unknown,
        }
    }

    /// The number, where known.
    pub fn records(self) -> Option<u64> {
        match self {
            Self::Unknown => None,
            Self::Records(n) => Some(n),
        }
    }
}

impl std::iter::Sum for Lag {
    /// Adds what is known; unknown only if nothing is.
    fn sum<I: Iterator<Item = Self>>(lags: I) -> Self {
        lags.fold(Self::Unknown, |sum, lag| match (sum, lag) {
            (Self::Records(a), Self::Records(b)) => Self::Records(a + b),
            (Self::Unknown, known) => known,
            (known, Self::Unknown) => known,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lag_counts_from_the_start_of_the_log_and_keeps_unknown_apart() {
        assert_eq!(Lag::between(None, 0, 10), Lag::Unknown);
        assert_eq!(Lag::between(Some(4), 0, 10), Lag::Records(6));
        assert_eq!(Lag::between(Some(4), 7, 10), Lag::Records(3));
        assert_eq!(Lag::between(Some(12), 0, 10), Lag::Records(0));
        assert_eq!([Lag::Unknown, Lag::Records(2), Lag::Records(3)].into_iter().sum::<Lag>(), Lag::Records(5));
        assert_eq!([Lag::Unknown, Lag::Unknown].into_iter().sum::<Lag>(), Lag::Unknown);
    }
}
