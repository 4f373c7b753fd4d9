//! How often and how long to try.

use std::time::Duration;

use kafka_protocol::ResponseError;

use super::{ClientError, Timeouts};

/// Attempts to reach a cluster of which no node has answered yet: an address that is wrong never comes.
const ATTEMPTS_UNREACHED_MAX: u32 = 8;
/// Attempts after UNKNOWN_TOPIC_OR_PARTITION: a topic just created may take a moment, a name that is wrong never comes.
const ATTEMPTS_UNKNOWN_TOPIC_MAX: u32 = 5;
/// Attempts after no answer in time, though the time for all is over: the first may have gone to a node that is gone.
const ATTEMPTS_TIMED_OUT_MAX: u32 = 2;
/// By how much a wait is longer or shorter, so that clients that failed together do not come back together (KIP-580).
const JITTER: f64 = 0.2;

/// How an operation stands when an attempt has failed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tried {
    /// Attempts so far.
    pub attempts: u32,
    /// Since the first one began, in milliseconds.
    pub elapsed_ms: u64,
    /// What all attempts may take together, in milliseconds.
    pub limit_ms: u64,
    /// Whether any node of the cluster has ever answered.
    pub reached: bool,
}

/// The wait before the next attempt, or `None` when `error` is final. `chance` is in `0.0..1.0`.
pub(super) fn wait_after(error: &ClientError, tried: Tried, timeouts: &Timeouts, chance: f64) -> Option<Duration> {
    if !error.is_retriable() {
        return None;
    }
    let wait = backoff(tried.attempts, timeouts, chance);
    let in_time = tried.elapsed_ms.saturating_add(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)) < tried.limit_ms;
    let again = match error {
        ClientError::Disconnected { .. } if !tried.reached => tried.attempts < ATTEMPTS_UNREACHED_MAX,
        ClientError::TimedOut { .. } => in_time || tried.attempts < ATTEMPTS_TIMED_OUT_MAX,
        ClientError::Kafka {
            error: ResponseError::UnknownTopicOrPartition | ResponseError::UnknownTopicId, ..
        } => tried.attempts < ATTEMPTS_UNKNOWN_TOPIC_MAX,
        // Storage errors are final for this request: a full disk does not empty itself within seconds.
        ClientError::Kafka { error: ResponseError::KafkaStorageError | ResponseError::CorruptMessage, .. } => false,
        _ => in_time,
    };
    again.then_some(wait)
}

/// Doubling waits, by number of the attempt that failed (from 1). `chance` is in `0.0..1.0`.
pub(super) fn backoff(attempt: u32, timeouts: &Timeouts, chance: f64) -> Duration {
    let doubled = timeouts.retry_backoff_min.max(1).saturating_mul(1 << attempt.saturating_sub(1).min(16));
    let millis = doubled.min(timeouts.retry_backoff_max.max(1)) as f64;
    Duration::from_secs_f64(millis * (1.0 - JITTER + 2.0 * JITTER * chance) / 1_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIDDLE: f64 = 0.5;

    fn tried(attempts: u32, elapsed_ms: u64) -> Tried {
        Tried { attempts, elapsed_ms, limit_ms: 60_000, reached: true }
    }

    fn is_final(error: &ClientError, tried: Tried) -> bool {
        wait_after(error, tried, &Timeouts::default(), MIDDLE).is_none()
    }

    #[test]
    fn waits_double_up_to_a_limit_with_some_chance() {
        let timeouts = Timeouts::default();
        assert_eq!(backoff(1, &timeouts, MIDDLE), Duration::from_millis(50));
        assert_eq!(backoff(3, &timeouts, MIDDLE), Duration::from_millis(200));
        assert_eq!(backoff(60, &timeouts, MIDDLE), Duration::from_millis(1_000));
        assert_eq!(backoff(1, &timeouts, 0.0), Duration::from_millis(40));
        assert!(backoff(1, &timeouts, 0.999) < Duration::from_millis(60));
    }

    #[test]
    fn what_may_pass_is_tried_until_the_time_is_over() {
        let busy = ClientError::kafka(ResponseError::CoordinatorLoadInProgress, "x", None);
        assert!(!is_final(&busy, tried(200, 58_000)));
        assert!(is_final(&busy, tried(200, 59_500)));
        assert!(is_final(&ClientError::kafka(ResponseError::NonEmptyGroup, "x", None), tried(1, 0)));
        let unknown = ClientError::kafka(ResponseError::UnknownTopicOrPartition, "x", None);
        assert!(!is_final(&unknown, tried(4, 0)) && is_final(&unknown, tried(5, 0)));
        let slow = ClientError::TimedOut { asked: "x".into(), millis: 1 };
        assert!(!is_final(&slow, tried(1, 70_000)) && is_final(&slow, tried(2, 70_000)));
    }

    #[test]
    fn an_address_that_never_answered_is_given_up_soon() {
        let lost = ClientError::Disconnected { asked: "x".into(), why: "y".into() };
        let unreached = Tried { reached: false, ..tried(8, 0) };
        assert!(is_final(&lost, unreached));
        assert!(!is_final(&lost, tried(8, 0)));
    }
}
