//! How the records of a queue (share group) stand, as numbers.

use std::iter::Sum;

use crate::{broker::SharePartitionView, model::Offset};

/// Records by how they stand. What is finished is counted since the workspace was opened or the group was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueueFigures {
    /// Can be acquired, also those beyond the window of what is in flight.
    pub waiting: u64,
    /// Given to a member that holds a lock on them.
    pub acquired: u64,
    /// Accepted.
    pub finished: u64,
    /// Finished without having been accepted.
    pub archived: u64,
    /// Deliveries beyond the first.
    pub redelivered: u64,
    /// Of the archived ones, copied to the dead letter topic since this window watches.
    pub dead_lettered: u64,
}

/// One partition of a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueuePartitionFacts {
    pub counts: QueueFigures,
    /// After the last record in flight; records from here on were never delivered.
    pub in_flight_end: Offset,
}

impl QueueFigures {
    /// Records that nobody has finished.
    pub fn backlog(&self) -> u64 {
        self.waiting + self.acquired
    }
}

impl Sum for QueueFigures {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::default(), |sum, one| Self {
            waiting: sum.waiting + one.waiting,
            acquired: sum.acquired + one.acquired,
            finished: sum.finished + one.finished,
            archived: sum.archived + one.archived,
            redelivered: sum.redelivered + one.redelivered,
            dead_lettered: sum.dead_lettered + one.dead_lettered,
        })
    }
}

impl From<&SharePartitionView> for QueuePartitionFacts {
    fn from(view: &SharePartitionView) -> Self {
        let counts = QueueFigures {
            waiting: view.available,
            acquired: view.acquired,
            finished: view.acknowledged_total,
            archived: view.archived_total,
            redelivered: view.redelivered_total,
            dead_lettered: 0,
        };
        Self { counts, in_flight_end: view.end_offset }
    }
}
