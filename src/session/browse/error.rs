//! What can go wrong while browsing, each with what to do.

use std::sync::Arc;

use crate::client::ClientError;
use crate::model::{Offset, PartitionId};
use crate::session::{Phrase, Problem};

/// Why records could not be shown.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BrowseError {
    /// The topic is gone, or has not been made yet.
    #[error("the topic {topic} does not exist (any more); go back to the list of topics")]
    NoTopic { topic: String },
    /// A partition was asked for that the topic does not have.
    #[error("the topic has no partition {partition}; choose another")]
    NoPartition { partition: PartitionId },
    #[error("partition {partition} does not hold offset {offset}; start from the oldest record instead")]
    OutOfRange { partition: PartitionId, offset: Offset },
    #[error("partition {partition} has no record at offset {offset}: compaction or retention has removed it")]
    NoRecord { partition: PartitionId, offset: Offset },
    #[error("the record at offset {offset} of partition {partition} cannot be read: {why}")]
    Unreadable { partition: PartitionId, offset: Offset, why: Arc<str> },
    /// More partitions than the tail follows.
    #[error("following {partitions} partitions at once is too many, the limit is {max}; choose fewer partitions")]
    TooManyPartitions { partitions: usize, max: usize },
    /// Records were deleted while their order was being found.
    #[error("the topic changed while it was read; load it again")]
    Unsteady,
    #[error(transparent)]
    Client(#[from] ClientError),
}

impl BrowseError {
    /// For the window: what failed, why, what to do.
    pub fn problem(&self) -> Problem {
        match self {
            Self::NoTopic { topic } => Problem {
                what: Phrase::new("browse-problem-no-topic").with("topic", topic.as_str()),
                why: Phrase::new("browse-problem-no-topic-why"),
                next: None,
                technical: Some("UNKNOWN_TOPIC_OR_PARTITION".into()),
            },
            Self::Client(error) => Problem {
                what: Phrase::new("browse-problem-read"),
                why: Phrase::plain(error.why()),
                next: Some(Phrase::plain(error.hint())),
                technical: Some(error.name()),
            },
            other => Problem::new(Phrase::new("browse-problem-read"), other.to_string()),
        }
    }
}
