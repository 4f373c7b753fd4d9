//! Topics from one cluster to another: the same records in the same partitions, each exactly once, whatever happens on
//! the way.
//!
//! - [`plan`]: what there is on both sides, what will be made, what differs, what cannot be kept; [`Plan`] is pure.
//! - [`copy()`]: the work. It can be stopped, also by `kill -9`, and goes on with [`Begin::Resume`].
//! - [`compare()`]: record by record, with the first difference named.
//! - [`carry_groups`]: where groups stand, mapped to the target's offsets.
//!
//! [`Slice`] chooses what is copied: everything, or the newest records, a stretch of time, what a filter finds, with
//! fields masked by rules ([`super::mask`]). It answers the same for the same record every time, so that all of the
//! following holds for a slice as for a whole topic; "record" means a record that the slice chooses.
//!
//! # Why nothing is doubled and nothing is missing
//!
//! Into one partition of the target one [`mark::Mark`] is kept, as the note of a committed offset of the group that
//! [`mark::group_of`] names, on the target itself: it is as durable as the target's own offsets, and the copy can be
//! resumed from any machine. Per partition the work is
//!
//! 1. Read some records of the source up to a limit, and cut them into batches.
//! 2. Commit a mark, *before any of them is sent*: "the target ends at `at`, and there the source stands at `from`; next
//!    come batches after which the target will end at `at + n1`, `at + n2`, …, and the source stands at `s1`, `s2`, …; the
//!    first has producer id, epoch and sequence …". Wait for the answer.
//! 3. Send the batches one after the other, each when the one before is acknowledged by all replicas in sync.
//!
//! A broker stores a batch whole or not at all, at consecutive offsets. So while nobody else writes to the partition, its
//! end is always one of the ends that the mark names, and [`mark::Mark::place`] tells from the end alone where the source
//! stands: also when a batch was stored and its answer lost, or the process died between any two of these steps. There is
//! no second place whose state could disagree with the target's log.
//!
//! One race is left: a batch that was sent before a kill may be stored *after* the end was asked for (it was still on its
//! way, or in the leader's log and not replicated yet). Therefore who resumes writes as the same producer, at the same
//! sequence, the same batch: its records are read again from the source up to the place where the mark says that the batch
//! ends. If the batch is there already, or comes later, one of the two is a duplicate to the broker and is dropped. If the
//! source was compacted since and the batch has fewer records now, the two have different sequences at the same place, so
//! the broker refuses the second one (OUT_OF_ORDER_SEQUENCE_NUMBER); the mark, committed anew before sending, names both
//! ends with the same place in the source, and the end is asked for again. Two copies that run at the same time by
//! mistake exclude each other in the same way.
//!
//! A producer id is forgotten a day after its last batch (`producer.id.expiration.ms`); the broker takes any sequence
//! then. By that time a batch of the process that was killed is either in the log, where the end tells of it, or lost.
//!
//! If the end is none that the mark names, somebody else has written to the partition, or it was made anew: the copy says
//! so and stops. It never guesses.
//!
//! Only what is committed is read: records of aborted transactions and the markers stay behind, and a partition is copied
//! up to the last stable offset that it had when the copy began.

pub mod compare;
mod describe;
mod groups;
mod job;
mod lane;
pub mod mark;
mod patience;
pub mod plan;
mod slice;

pub use compare::{Compared, Difference, compare};
pub use describe::describe;
pub use groups::{CarriedGroup, CarriedOffset, GroupNote, carry_groups};
pub use job::{CopyOutcome, CopyRequest, PartitionOutcome, copy};
pub use plan::{Begin, Plan, PlanNote, Refusal, TopicPlan, plan};
pub use slice::{Slice, Tail};

use crate::model::{Offset, TopicPartition};

/// Why a copy stopped, beyond what the client says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CopyFault {
    /// The target's log ends where this copy never brought it.
    #[error(
        "{partition} ends at offset {end} at the target, where this copy did not bring it: something else has written to \
         it, or it was made anew; copy into another topic, or delete it there together with group {group} and begin again"
    )]
    ForeignRecords { partition: TopicPartition, end: Offset, group: String },
    /// All records of a batch that may have been sent were compacted away at the source since.
    #[error(
        "{partition}: the source does not have the records from offset {from} to {to} any more, and it cannot be told \
         whether they were sent; delete the topic at the target together with group {group} and begin again"
    )]
    SourceChanged { partition: TopicPartition, from: Offset, to: Offset, group: String },
    /// The target did not take anything for too long.
    #[error(
        "{partition}: nothing could be stored for {seconds} s: {why}; what is stored is safe, resume when it works"
    )]
    OutOfPatience { partition: TopicPartition, seconds: u64, why: String },
    /// The plan has topics that cannot be copied.
    #[error("{topic} cannot be copied: {why}")]
    Refused { topic: String, why: String },
}
