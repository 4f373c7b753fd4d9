//! What a client's error is called in the reader's language: the catalogue has a sentence for each common reason and for
//! what to do about it. The error's own words, which are English, go in as `said`; a translation may leave them out, as
//! they also stand in the technical part.

use kafka_protocol::ResponseError;

use super::Phrase;
use crate::client::ClientError;

/// Endings of the ids `kafka-why-…` and `kafka-next-…` that the catalogues must have.
pub const CLIENT_ERROR_WORDS: [&str; 40] = [
    "offset-out-of-range",
    "corrupt-message",
    "unknown-topic",
    "no-leader",
    "moved-leader",
    "timed-out",
    "too-large",
    "metadata-too-large",
    "coordinator-loading",
    "coordinator-moved",
    "topic-name",
    "generation",
    "assignor",
    "group-id",
    "unknown-member",
    "session-timeout",
    "rebalancing",
    "topic-exists",
    "partitions",
    "replication",
    "config",
    "request",
    "policy",
    "storage",
    "group-active",
    "no-group",
    "group-full",
    "fenced-instance",
    "group-subscribed",
    "record",
    "version",
    "not-authorised",
    "quota",
    "unexpected",
    "disconnected",
    "bad-answer",
    "security",
    "read-only",
    "closed",
    "other",
];

/// Why it failed.
pub(super) fn why(error: &ClientError) -> Phrase {
    phrase("kafka-why", error, error.why())
}

/// What to do next.
pub(super) fn next(error: &ClientError) -> Phrase {
    phrase("kafka-next", error, error.hint())
}

fn phrase(kind: &str, error: &ClientError, said: String) -> Phrase {
    match word(error) {
        Some(word) => Phrase { id: format!("{kind}-{word}").into(), args: Vec::new() }.with("said", said),
        None => Phrase::plain(said),
    }
}

/// `None` for what is told best in its own words.
fn word(error: &ClientError) -> Option<&'static str> {
    Some(match error {
        ClientError::Kafka { error, .. } => word_of_code(*error),
        ClientError::Disconnected { .. } => "disconnected",
        ClientError::TimedOut { .. } => "timed-out",
        ClientError::Unsupported { .. } => "version",
        ClientError::BadAnswer { .. } => "bad-answer",
        ClientError::Security { .. } => "security",
        ClientError::ReadOnly { .. } => "read-only",
        ClientError::Closed { .. } => "closed",
        ClientError::Batch { .. } | ClientError::Invalid { .. } => return None,
    })
}

fn word_of_code(error: ResponseError) -> &'static str {
    use ResponseError as E;
    match error {
        E::OffsetOutOfRange => "offset-out-of-range",
        E::CorruptMessage => "corrupt-message",
        E::UnknownTopicOrPartition | E::UnknownTopicId => "unknown-topic",
        E::LeaderNotAvailable => "no-leader",
        E::NotLeaderOrFollower => "moved-leader",
        E::RequestTimedOut => "timed-out",
        E::MessageTooLarge | E::RecordListTooLarge => "too-large",
        E::OffsetMetadataTooLarge => "metadata-too-large",
        E::CoordinatorLoadInProgress => "coordinator-loading",
        E::CoordinatorNotAvailable | E::NotCoordinator => "coordinator-moved",
        E::InvalidTopicException => "topic-name",
        E::IllegalGeneration => "generation",
        E::InconsistentGroupProtocol => "assignor",
        E::InvalidGroupId => "group-id",
        E::UnknownMemberId => "unknown-member",
        E::InvalidSessionTimeout => "session-timeout",
        E::RebalanceInProgress => "rebalancing",
        E::TopicAlreadyExists => "topic-exists",
        E::InvalidPartitions => "partitions",
        E::InvalidReplicationFactor => "replication",
        E::InvalidConfig => "config",
        E::InvalidRequest => "request",
        E::PolicyViolation => "policy",
        E::KafkaStorageError => "storage",
        E::NonEmptyGroup => "group-active",
        E::GroupIdNotFound => "no-group",
        E::GroupMaxSizeReached => "group-full",
        E::FencedInstanceId => "fenced-instance",
        E::GroupSubscribedToTopic => "group-subscribed",
        E::InvalidRecord => "record",
        E::UnsupportedVersion => "version",
        E::TopicAuthorizationFailed
        | E::GroupAuthorizationFailed
        | E::ClusterAuthorizationFailed
        | E::TransactionalIdAuthorizationFailed => "not-authorised",
        E::ThrottlingQuotaExceeded => "quota",
        E::UnknownServerError => "unexpected",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_a_word_of_the_list_and_keeps_the_own_words() {
        for code in (-1..130).filter_map(ResponseError::try_from_code) {
            assert!(CLIENT_ERROR_WORDS.contains(&word_of_code(code)), "{code:?}");
        }
        let error =
            ClientError::kafka(ResponseError::InvalidConfig, "change orders", Some("retention.ms is no number"));
        let phrase = why(&error);
        assert_eq!(phrase, Phrase::new("kafka-why-config").with("said", "retention.ms is no number"));
    }
}
