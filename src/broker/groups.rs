//! Classic consumer groups as a pure state machine: `(state, event, now) -> (state, effects)`.
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

mod group;
mod join;
mod members;
mod rebalance;
mod stored;
mod sync;
mod types;

pub use group::{Group, Member};
pub use stored::StoredGroup;
pub use types::{
    CallId, CommitRight, Effect, GroupLimits, JoinAnswer, JoinRequest, Leaving, MemberMetadata, Rebalanced, SyncAnswer,
    SyncRequest,
};
