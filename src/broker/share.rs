//! Share groups at work (KIP-932): the partitions that groups read, sessions, fetches that wait, and what is stored.
//!
//! The rules are in `groups::share`, which is pure.

mod view;

pub use view::{
    ArchiveReason, SHARE_CELLS_MAX, SHARE_EVENTS_KEPT_MAX, ShareCell, ShareChange, ShareChangeError, ShareEvent,
    ShareEventKind, SharePartitionView,
};
