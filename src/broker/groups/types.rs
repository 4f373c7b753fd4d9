//! What goes into the state machine of a group and what comes out.

use bytes::Bytes;
use kafka_protocol::ResponseError;

use crate::{broker::RebalanceReason, model::TimestampMillis};

/// Names a caller that waits for an answer.
pub type CallId = u64;

/// Bounds on what members may ask for.
#[derive(Debug, Clone)]
pub struct GroupLimits {
    /// `group.min.session.timeout.ms`
    pub session_timeout_min_ms: i32,
    /// `group.max.session.timeout.ms`
    pub session_timeout_max_ms: i32,
    /// `group.initial.rebalance.delay.ms`
    pub initial_rebalance_delay_ms: i64,
    /// `group.max.size`
    pub members_max: usize,
}

impl GroupLimits {
    /// Whether a member may ask for this session timeout.
    pub fn check_session(&self, timeout_ms: i32) -> Result<(), ResponseError> {
        let allowed = self.session_timeout_min_ms..=self.session_timeout_max_ms;
        if allowed.contains(&timeout_ms) { Ok(()) } else { Err(ResponseError::InvalidSessionTimeout) }
    }
}

/// A JoinGroup request, as far as the group cares.
#[derive(Debug, Clone)]
pub struct JoinRequest {
    /// Empty for a member that has none yet.
    pub member_id: String,
    /// An id that nobody has, for a member that has none yet. Comes from outside because chance is no part of the
    /// machine.
    pub fresh_member_id: String,
    /// `group.instance.id` of a static member.
    pub instance_id: Option<String>,
    pub client_id: String,
    pub client_host: String,
    pub session_timeout_ms: i32,
    pub rebalance_timeout_ms: i32,
    pub protocol_type: String,
    /// The assignors that the member knows, most wanted first, each with its subscription.
    pub protocols: Vec<(String, Bytes)>,
    /// JoinGroup v4: a member without id first gets one and comes again with it.
    pub member_id_required: bool,
    /// JoinGroup v9: a static leader can be told that its old assignment still holds.
    pub can_skip_assignment: bool,
}

/// Answer to a JoinGroup request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinAnswer {
    pub error: Option<ResponseError>,
    /// The caller's id; with MEMBER_ID_REQUIRED the one to come again with.
    pub member_id: String,
    pub generation: i32,
    pub protocol_type: Option<String>,
    pub protocol: Option<String>,
    pub leader: String,
    pub skip_assignment: bool,
    /// All members with their subscriptions, for the leader; empty for the others.
    pub members: Vec<MemberMetadata>,
}

impl JoinAnswer {
    /// A refusal.
    pub fn refused(error: ResponseError, member_id: &str) -> Self {
        Self {
            error: Some(error),
            member_id: member_id.to_owned(),
            generation: -1,
            protocol_type: None,
            protocol: None,
            leader: String::new(),
            skip_assignment: false,
            members: Vec::new(),
        }
    }
}

/// A member's subscription under the chosen protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberMetadata {
    pub member_id: String,
    pub instance_id: Option<String>,
    pub metadata: Bytes,
}

/// A SyncGroup request.
#[derive(Debug, Clone)]
pub struct SyncRequest {
    pub member_id: String,
    pub instance_id: Option<String>,
    pub generation: i32,
    /// SyncGroup v5 repeats them; must fit where given.
    pub protocol_type: Option<String>,
    pub protocol: Option<String>,
    /// From the leader: what each member gets.
    pub assignments: Vec<(String, Bytes)>,
}

/// Answer to a SyncGroup request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncAnswer {
    pub error: Option<ResponseError>,
    pub protocol_type: Option<String>,
    pub protocol: Option<String>,
    pub assignment: Bytes,
}

impl SyncAnswer {
    /// A refusal.
    pub fn refused(error: ResponseError) -> Self {
        Self { error: Some(error), protocol_type: None, protocol: None, assignment: Bytes::new() }
    }
}

/// Who wants to commit offsets.
#[derive(Debug, Clone, Copy)]
pub struct CommitRight<'a> {
    /// Empty for who is no member.
    pub member_id: &'a str,
    pub instance_id: Option<&'a str>,
    /// Generation of a classic member, epoch of a member of the newer protocol; -1 for who is no member.
    pub generation: i32,
    /// Inside a transaction (TxnOffsetCommit).
    pub transactional: bool,
}

/// One member in a LeaveGroup request.
#[derive(Debug, Clone)]
pub struct Leaving {
    /// May be empty when an instance id is given: an administrator removes a static member.
    pub member_id: String,
    pub instance_id: Option<String>,
}

/// What the world must do after an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Answer a JoinGroup request.
    Join(CallId, JoinAnswer),
    /// Answer a SyncGroup request.
    Sync(CallId, SyncAnswer),
    /// What must survive a restart has changed; answers that come with it are given only after it was stored.
    Store,
    /// A rebalance came to its end.
    Rebalanced(Rebalanced),
}

/// A rebalance that ended: members have their assignment, or none is left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebalanced {
    pub generation: i32,
    pub reason: RebalanceReason,
    pub members: Vec<String>,
    pub began: TimestampMillis,
    pub ended: TimestampMillis,
}
