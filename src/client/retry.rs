//! How often and how long to try.

use std::time::Duration;

use kafka_protocol::ResponseError;

use super::ClientError;

/// Attempts of one request in all; with the waits below about four seconds.
pub(super) const ATTEMPTS_MAX: u32 = 8;
/// Attempts after UNKNOWN_TOPIC_OR_PARTITION: a topic just created may take a moment, a name that is wrong never comes.
const ATTEMPTS_UNKNOWN_TOPIC_MAX: u32 = 3;
/// Attempts after no answer in time: each has already waited for long.
const ATTEMPTS_TIMED_OUT_MAX: u32 = 2;
const WAIT_FIRST_MILLIS: u64 = 20;
const WAIT_MAX_MILLIS: u64 = 1_000;

/// The wait before the next attempt, or `None` when `error` of attempt number `attempt` (from 1) is final.
pub(super) fn wait_after(error: &ClientError, attempt: u32) -> Option<Duration> {
    if !error.is_retriable() {
        return None;
    }
    let most = match error {
        ClientError::TimedOut { .. } => ATTEMPTS_TIMED_OUT_MAX,
        ClientError::Kafka {
            error: ResponseError::UnknownTopicOrPartition | ResponseError::UnknownTopicId, ..
        } => ATTEMPTS_UNKNOWN_TOPIC_MAX,
        // Storage errors are final for this request: a full disk does not empty itself within seconds.
        ClientError::Kafka { error: ResponseError::KafkaStorageError | ResponseError::CorruptMessage, .. } => {
            return None;
        }
        _ => ATTEMPTS_MAX,
    };
    (attempt < most).then(|| backoff(attempt))
}

/// Doubling waits up to a second, by number of the attempt (from 1).
pub(super) fn backoff(attempt: u32) -> Duration {
    Duration::from_millis((WAIT_FIRST_MILLIS << attempt.saturating_sub(1).min(10)).min(WAIT_MAX_MILLIS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_attempts_end() {
        assert_eq!(backoff(1), Duration::from_millis(20));
        assert_eq!(backoff(3), Duration::from_millis(80));
        assert_eq!(backoff(60), Duration::from_millis(1_000));
        let busy = ClientError::kafka(ResponseError::CoordinatorLoadInProgress, "x", None);
        assert!(wait_after(&busy, ATTEMPTS_MAX - 1).is_some());
        assert!(wait_after(&busy, ATTEMPTS_MAX).is_none());
        let unknown = ClientError::kafka(ResponseError::UnknownTopicOrPartition, "x", None);
        assert!(wait_after(&unknown, 3).is_none());
        assert!(wait_after(&ClientError::kafka(ResponseError::NonEmptyGroup, "x", None), 1).is_none());
    }
}
