//! What can go wrong between asking and being answered, in words that say what to do.

use kafka_protocol::ResponseError;

use crate::model::kafka_error_label;

/// A request that failed, after all attempts that made sense.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ClientError {
    /// The node answered with an error code.
    #[error("{asked}: {why} ({}); {}", code_name(*.error), hint(*.error))]
    Kafka { error: ResponseError, asked: String, why: String },
    /// No answer: the connection broke or could not be made.
    #[error("{asked}: no connection: {why}; check that the broker is running and reachable")]
    Disconnected { asked: String, why: String },
    /// No answer in time.
    #[error("{asked}: no answer within {millis} ms; the broker may be overloaded or gone, try again")]
    TimedOut { asked: String, millis: u64 },
    /// The node does not speak a version of this API that Millpond speaks.
    #[error(
        "{asked}: the broker serves versions {peer} of this API and Millpond {ours}; use a broker of a nearer version"
    )]
    Unsupported { asked: String, ours: String, peer: String },
    /// An answer that makes no sense.
    #[error(
        "{asked}: the answer makes no sense: {why}; this may be a defect of the broker or of Millpond, please report it"
    )]
    BadAnswer { asked: String, why: String },
    /// A record batch that cannot be read or written.
    #[error("{asked}: {why}; {hint}")]
    Batch { asked: String, why: String, hint: String },
    /// Refused before anything was asked.
    #[error("{asked}: {why}; {hint}")]
    Invalid { asked: String, why: String, hint: String },
    /// The connection could not be secured, or nobody was let in; `name` is Kafka's for the reason.
    #[error("{asked}: {why} ({name}); {hint}")]
    Security { name: &'static str, asked: String, why: String, hint: String },
    /// Refused before anything was asked: nothing may be changed over this connection.
    #[error("{asked}: this connection is read-only; take read-only off in its settings if the cluster may be changed")]
    ReadOnly { asked: String },
    /// Given up because the producer, consumer or reader was closed.
    #[error("{asked}: it was closed")]
    Closed { asked: String },
}

impl ClientError {
    /// For an error code of an answer; `message` is the broker's own, where it gave one.
    pub fn kafka(error: ResponseError, asked: impl Into<String>, message: Option<&str>) -> Self {
        let why = match message {
            Some(message) if !message.is_empty() => {
                let message = message.trim_end_matches('.');
                // Brokers of our own say what to do, too: for other clients.
                let bare = message.strip_suffix(hint(error)).and_then(|bare| bare.strip_suffix("; "));
                bare.unwrap_or(message).to_owned()
            }
            _ => why(error).to_owned(),
        };
        Self::Kafka { error, asked: asked.into(), why }
    }

    /// For a connection that could not be secured; whoever asked adds what was asked.
    pub(super) fn security(name: &'static str, why: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Security { name, asked: String::new(), why: why.into(), hint: hint.into() }
    }

    /// `Ok` for code 0, else the error of this code.
    pub fn check(code: i16, asked: impl FnOnce() -> String, message: Option<&str>) -> Result<(), Self> {
        match ResponseError::try_from_code(code) {
            None => Ok(()),
            Some(error) => Err(Self::kafka(error, asked(), message)),
        }
    }

    /// Kafka's error code, where the broker gave one.
    pub fn code(&self) -> Option<ResponseError> {
        match self {
            Self::Kafka { error, .. } => Some(*error),
            _ => None,
        }
    }

    /// Kafka's name of the error, such as `UNKNOWN_TOPIC_OR_PARTITION`; a word in the same style where Kafka has none.
    pub fn name(&self) -> String {
        match self {
            Self::Kafka { error, .. } => code_name(*error),
            Self::Disconnected { .. } => "DISCONNECTED".into(),
            Self::TimedOut { .. } => "TIMED_OUT".into(),
            Self::Unsupported { .. } => "UNSUPPORTED_VERSION".into(),
            Self::BadAnswer { .. } => "BAD_ANSWER".into(),
            Self::Batch { .. } => "BAD_BATCH".into(),
            Self::Invalid { .. } => "INVALID".into(),
            Self::Security { name, .. } => (*name).into(),
            Self::ReadOnly { .. } => "READ_ONLY".into(),
            Self::Closed { .. } => "CLOSED".into(),
        }
    }

    /// What was asked, such as "create topic orders".
    pub fn asked(&self) -> &str {
        match self {
            Self::Kafka { asked, .. }
            | Self::Disconnected { asked, .. }
            | Self::TimedOut { asked, .. }
            | Self::Unsupported { asked, .. }
            | Self::BadAnswer { asked, .. }
            | Self::Batch { asked, .. }
            | Self::Invalid { asked, .. }
            | Self::Security { asked, .. }
            | Self::ReadOnly { asked }
            | Self::Closed { asked } => asked,
        }
    }

    /// Why it failed, without what was asked and without the hint.
    pub fn why(&self) -> String {
        match self {
            Self::Kafka { why, .. }
            | Self::Disconnected { why, .. }
            | Self::BadAnswer { why, .. }
            | Self::Batch { why, .. }
            | Self::Invalid { why, .. }
            | Self::Security { why, .. } => why.clone(),
            Self::TimedOut { millis, .. } => format!("no answer within {millis} ms"),
            Self::Unsupported { ours, peer, .. } => format!("the broker serves versions {peer} and Millpond {ours}"),
            Self::ReadOnly { .. } => "this connection is read-only".into(),
            Self::Closed { .. } => "it was closed".into(),
        }
    }

    /// What to do next.
    pub fn hint(&self) -> String {
        match self {
            Self::Kafka { error, .. } => hint(*error).to_owned(),
            Self::Disconnected { .. } => "check that the broker is running and reachable".into(),
            Self::TimedOut { .. } => "the broker may be overloaded or gone, try again".into(),
            Self::Unsupported { .. } => "use a broker of a nearer version".into(),
            Self::BadAnswer { .. } => "this may be a defect of the broker or of Millpond, please report it".into(),
            Self::Batch { hint, .. } | Self::Invalid { hint, .. } | Self::Security { hint, .. } => hint.clone(),
            Self::ReadOnly { .. } => "take read-only off in its settings if the cluster may be changed".into(),
            Self::Closed { .. } => "open it again".into(),
        }
    }

    /// Whether the same request may succeed later without anybody changing anything.
    pub fn is_retriable(&self) -> bool {
        match self {
            // Rejoining is the group member's own reaction, not a retry of the same request.
            Self::Kafka { error, .. } => error.is_retriable(),
            Self::Disconnected { .. } | Self::TimedOut { .. } => true,
            _ => false,
        }
    }

    /// Whether the cached leader, coordinator or controller may be out of date.
    pub fn is_stale_metadata(&self) -> bool {
        use ResponseError as E;
        matches!(
            self,
            Self::Disconnected { .. }
                | Self::TimedOut { .. }
                | Self::Kafka {
                    error: E::UnknownTopicOrPartition
                        | E::LeaderNotAvailable
                        | E::NotLeaderOrFollower
                        | E::FencedLeaderEpoch
                        | E::UnknownLeaderEpoch
                        | E::NotController
                        | E::NotCoordinator
                        | E::CoordinatorNotAvailable
                        | E::UnknownTopicId
                        | E::InconsistentTopicId
                        | E::ReplicaNotAvailable
                        | E::NetworkException
                        | E::KafkaStorageError,
                    ..
                }
        )
    }

    /// The same failure, told as part of a larger thing that was asked.
    pub fn during(mut self, larger: impl Into<String>) -> Self {
        match &mut self {
            Self::Kafka { asked, .. }
            | Self::Disconnected { asked, .. }
            | Self::TimedOut { asked, .. }
            | Self::Unsupported { asked, .. }
            | Self::BadAnswer { asked, .. }
            | Self::Batch { asked, .. }
            | Self::Invalid { asked, .. }
            | Self::Security { asked, .. }
            | Self::ReadOnly { asked }
            | Self::Closed { asked } => *asked = larger.into(),
        }
        self
    }
}

fn code_name(error: ResponseError) -> String {
    kafka_error_label(error.code()).into_owned()
}

/// The cause, for answers that bring no message of their own.
fn why(error: ResponseError) -> &'static str {
    use ResponseError as E;
    match error {
        E::OffsetOutOfRange => "the offset is below the start of the log or beyond its end",
        E::CorruptMessage => "the record batch is damaged: its checksum does not match",
        E::UnknownTopicOrPartition | E::UnknownTopicId => "there is no such topic or partition",
        E::LeaderNotAvailable => "the partition has no leader at the moment",
        E::NotLeaderOrFollower => "the node that was asked is not the partition's leader any more",
        E::RequestTimedOut => "the broker did not finish in time",
        E::MessageTooLarge => "the record batch is larger than the topic's max.message.bytes",
        E::OffsetMetadataTooLarge => "the note at the committed offset is too long",
        E::CoordinatorLoadInProgress => "the group's coordinator is still loading",
        E::CoordinatorNotAvailable | E::NotCoordinator => "the group's coordinator has moved or is not available",
        E::InvalidTopicException => "the topic name or the operation on this topic is not allowed",
        E::InvalidRequiredAcks => "acks must be 0, 1 or all",
        E::IllegalGeneration => "the group has rebalanced since",
        E::InconsistentGroupProtocol => "the other members of the group use another assignor",
        E::InvalidGroupId => "the group id is not valid",
        E::UnknownMemberId => "the group does not know this member: it was removed or the group has other members now",
        E::InvalidSessionTimeout => "the session timeout is outside of what the broker allows",
        E::RebalanceInProgress => "the group is rebalancing",
        E::FencedMemberEpoch => "the group has gone on without this member",
        E::InvalidRecordState => "the lock on the record had run out, or somebody else has it",
        E::ShareSessionNotFound | E::InvalidShareSessionEpoch => "the broker does not know the session any more",
        E::ShareSessionLimitReached => "the broker has as many share sessions as it may have",
        E::TopicAlreadyExists => "a topic of this name exists already",
        E::InvalidPartitions => "the number of partitions is not allowed",
        E::InvalidReplicationFactor => "the replication factor is not possible with the nodes that there are",
        E::InvalidConfig => "a setting has a name or value that is not allowed",
        E::InvalidRequest => "the broker found the request malformed",
        E::UnsupportedForMessageFormat => "the record format does not support this",
        E::PolicyViolation => "a policy of the cluster forbids it",
        E::KafkaStorageError => "the broker could not read or write its disk",
        E::NonEmptyGroup => "the group has active members",
        E::GroupIdNotFound => "there is no such group",
        E::GroupMaxSizeReached => "the group has as many members as it may have",
        E::FencedInstanceId => "another member has taken over this group.instance.id",
        E::GroupSubscribedToTopic => "active members of the group are subscribed to the topic",
        E::InvalidRecord => "the broker refused a record",
        E::UnsupportedVersion => "the broker does not serve this version",
        E::TopicAuthorizationFailed
        | E::GroupAuthorizationFailed
        | E::ClusterAuthorizationFailed
        | E::TransactionalIdAuthorizationFailed => "this user may not do that",
        E::ThrottlingQuotaExceeded => "a quota is used up",
        E::UnknownServerError => "the broker met an error that it did not expect",
        _ => "the broker refused",
    }
}

/// What to do next.
fn hint(error: ResponseError) -> &'static str {
    use ResponseError as E;
    match error {
        E::OffsetOutOfRange => "start from earliest or latest",
        E::CorruptMessage => "skip past the batch, and check the disk or the program that produced it",
        E::UnknownTopicOrPartition | E::UnknownTopicId => "check the name, or create the topic",
        E::MessageTooLarge | E::RecordListTooLarge => "send smaller records or raise max.message.bytes of the topic",
        E::OffsetMetadataTooLarge => "shorten the note",
        E::InvalidTopicException => "use 1 to 249 letters, digits, \".\", \"_\" and \"-\"",
        E::InconsistentGroupProtocol => "use the same assignor in all members, or another group",
        E::InvalidGroupId => "give the group a name",
        E::InvalidRecordState => "work faster, renew the lock, or raise share.record.lock.duration.ms of the group",
        E::ShareSessionNotFound | E::InvalidShareSessionEpoch => "poll again: the records come again",
        E::ShareSessionLimitReached => "stop a consumer first",
        E::UnknownMemberId | E::FencedMemberEpoch | E::IllegalGeneration | E::RebalanceInProgress => {
            "join the group again"
        }
        E::InvalidSessionTimeout => "choose a session timeout between 6 seconds and 30 minutes",
        E::TopicAlreadyExists => "choose another name",
        E::InvalidPartitions => "ask for at least one, and for more than there are when adding",
        E::InvalidReplicationFactor => "use 1, or add nodes",
        E::InvalidConfig => "check the setting's name, range and unit",
        E::KafkaStorageError => "check the disk for free space and errors; what was acknowledged is safe",
        E::NonEmptyGroup | E::GroupSubscribedToTopic => "stop the group's members first",
        E::GroupIdNotFound => "check the group id",
        E::GroupMaxSizeReached => "stop a member first",
        E::FencedInstanceId => "give every member a group.instance.id of its own",
        E::InvalidRecord => "check the record's key, timestamp and size against the topic's settings",
        E::TopicAuthorizationFailed
        | E::GroupAuthorizationFailed
        | E::ClusterAuthorizationFailed
        | E::TransactionalIdAuthorizationFailed => "ask the cluster's owner for the permission",
        _ if error.is_retriable() => "try again in a moment",
        _ => "look at the broker's log for the cause",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_what_was_asked_why_and_what_to_do() {
        let error = ClientError::kafka(ResponseError::UnknownTopicOrPartition, "fetch from orders-0", None);
        assert_eq!(
            error.to_string(),
            "fetch from orders-0: there is no such topic or partition (UNKNOWN_TOPIC_OR_PARTITION); check the name, or create the topic"
        );
        assert!(error.is_retriable());
        let said = Some("Topic 'a' already exists; choose another name.");
        let error = ClientError::kafka(ResponseError::TopicAlreadyExists, "create a", said);
        assert_eq!(error.to_string().matches("choose another name").count(), 1, "{error}");
        assert_eq!(ClientError::kafka(ResponseError::Unknown(999), "x", None).name(), "ERROR_999");
        assert!(!ClientError::kafka(ResponseError::NonEmptyGroup, "x", None).is_retriable());
    }
}
