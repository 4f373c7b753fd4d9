//! Groups as pure state machines: `(state, event, now) -> (state, effects)`. [`Group`] is a classic one, [`ConsumerGroup`]
//! one of the newer protocol (KIP-848), [`share::ShareGroup`] a queue (KIP-932), [`AnyGroup`] any of them.
//!
//! Nothing here waits, sends or reads a clock. An event is a method of [`Group`] (`join`, `sync`, `heartbeat`, `leave`,
//! `tick`); `now` comes in; what the world must do comes out as [`Effect`]s. The room's `coordinator` keeps the callers
//! that wait and calls `tick` when [`Group::next_deadline`] has come. The rules are those of Kafka's group coordinator
//! (`GroupCoordinator` of Kafka 3 and `ClassicGroup` of Kafka 4).
//!
//! ```text
//!            join                     all joined, or time is up            leader's assignment
//!   Empty ---------> PreparingRebalance ---------------------> CompletingRebalance ---------> Stable
//!     ^                 |      ^  ^                                  |                           |
//!     +-----------------+      |  +----------------------------------+                           |
//!       nobody is left         +-----------------------------------------------------------------+
//!                                a member joins, leaves, falls silent or changes its subscription
//! ```

mod any;
mod catalog;
mod consumer;
mod convert;
mod group;
mod join;
mod members;
mod rebalance;
pub mod share;
mod stored;
mod sync;
mod types;

pub use any::{AnyGroup, SessionTimeouts};
pub use catalog::{Catalog, CatalogTopic};
pub use consumer::{
    ASSIGNORS, ConsumerDescription, ConsumerGroup, ConsumerMember, ConsumerMemberDescription, ConsumerSettings,
    Heartbeat, HeartbeatAnswer, JOIN_EPOCH, LEAVE_EPOCH, MemberState, Partitions, Refusal, STATIC_LEAVE_EPOCH,
    ServerAssignor, World,
};
pub use group::{Group, Member};
pub use stored::StoredGroup;
pub use types::{
    CallId, CommitRight, Effect, GroupLimits, JoinAnswer, JoinRequest, Leaving, MemberMetadata, Rebalanced, SyncAnswer,
    SyncRequest,
};
