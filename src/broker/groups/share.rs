//! Share groups (KIP-932) as pure state machines: records go to members one by one, and members may share partitions.
//!
//! [`ShareGroup`] says who is a member and which partitions each one reads. [`SharePartition`] says how each record of a
//! partition stands for one group:
//!
//! ```text
//!             acquired by a member          accepted
//!   Available ---------------------> Acquired ----------> Acknowledged
//!     ^   |                            |    |
//!     |   | aborted, a gap, by hand    |    | rejected, delivered too often, a gap, by hand
//!     |   +------------------------> Archived <-----------+
//!     |                                |
//!     +--------------------------------+ released, the lock ran out, the connection ended
//! ```

mod assign;
mod describe;
mod group;
mod partition;

pub use assign::SHARE_ASSIGNOR;
pub use describe::{ShareDescription, ShareMemberDescription};
pub use group::{SHARE_MEMBERS_MAX, ShareGroup, ShareHeartbeat, ShareHeartbeatAnswer, ShareMember, ShareWorld};
pub use partition::{
    AckBatch, AckError, AckType, AcquiredRange, CellState, Content, Happened, Holder, RecordEvent, Scan, ScannedBatch,
    ShareCounts, SharePartition, ShareRules, StoredSharePartition, Wish,
};
