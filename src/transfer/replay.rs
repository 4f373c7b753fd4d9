//! Records produced again at the pace of their timestamps.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    Cancel, Progress, ProgressSink, TransferError,
    import::{CreateTopic, ensure_topic},
};
use crate::client::{Client, ProduceOptions};
use crate::model::NewRecord;

/// How often what is due is sent.
const TICK: Duration = Duration::from_millis(50);
/// Records that one tick sends at most; the rest follows in the next request.
const RECORDS_AT_ONCE_MAX: usize = 2_000;

/// How fast event time passes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pace {
    /// All records as fast as the topic takes them.
    AtOnce,
    /// Seconds of event time in one second: 1 is real time, 5,040 a week in two minutes.
    Speed(f64),
    /// From the first to the last record in this time.
    Within(Duration),
}

/// Which timestamps the records get.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReplayTimes {
    /// Those that they have.
    #[default]
    Keep,
    /// The time of sending, as if it happened now.
    Now,
}

/// A replay to be done.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplayRequest {
    pub topic: String,
    /// `None`: fail when there is no such topic.
    pub create: Option<CreateTopic>,
    pub pace: Pace,
    pub times: ReplayTimes,
    pub produce: ProduceOptions,
}

/// What a replay did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReplayOutcome {
    pub records: u64,
    /// Whether the topic was made.
    pub created: bool,
}

/// Produces records in the order given, each when its time has come. A record without timestamp, or with an earlier one than
/// its predecessor, follows at once.
///
/// # Errors
/// When the cluster or the person stops it; what was acknowledged before is in the topic.
pub async fn replay(
    client: &Client,
    request: ReplayRequest,
    records: Vec<NewRecord>,
    progress: ProgressSink<'_>,
    cancel: &Cancel,
) -> Result<ReplayOutcome, TransferError> {
    let dues = due_times(&records, request.pace)?;
    let created = ensure_topic(client, &request.topic, request.create).await?;
    let mut state = Progress { total: Some(records.len() as u64), ..Progress::default() };
    progress(state);
    let started = Instant::now();
    let mut rest = records.into_iter().zip(dues).peekable();
    while let Some((_, due)) = rest.peek() {
        if cancel.race(tokio::time::sleep_until(started + *due)).await.is_none() {
            return Err(TransferError::Cancelled);
        }
        let elapsed = started.elapsed().max(*due);
        let mut ready = Vec::new();
        while ready.len() < RECORDS_AT_ONCE_MAX
            && let Some((mut record, _)) = rest.next_if(|(_, due)| *due <= elapsed)
        {
            if request.times == ReplayTimes::Now {
                record.timestamp = None;
            }
            ready.push(record);
        }
        state.records += ready.len() as u64;
        state.done = state.records;
        client.produce(&request.topic, ready, request.produce).await?;
        progress(state);
    }
    Ok(ReplayOutcome { records: state.records, created })
}

/// When each record is due after the start, never going back, rounded up to [`TICK`] so that records travel together.
fn due_times(records: &[NewRecord], pace: Pace) -> Result<Vec<Duration>, TransferError> {
    let first = records.iter().find_map(|r| r.timestamp).unwrap_or(0);
    let last = records.iter().filter_map(|r| r.timestamp).max().unwrap_or(first);
    let event_seconds = |millis: i64| millis.saturating_sub(first).max(0) as f64 / 1_000.0;
    let speed = match pace {
        Pace::AtOnce => return Ok(vec![Duration::ZERO; records.len()]),
        Pace::Speed(speed) => speed,
        Pace::Within(duration) if duration.is_zero() => return Ok(vec![Duration::ZERO; records.len()]),
        // Records of one moment have no length that could be stretched.
        Pace::Within(duration) => (event_seconds(last) / duration.as_secs_f64()).max(f64::MIN_POSITIVE),
    };
    if !(speed.is_finite() && speed > 0.0) {
        return Err(TransferError::Speed { speed });
    }
    let mut due = Duration::ZERO;
    let next = |record: &NewRecord| {
        let seconds = record.timestamp.map_or(0.0, event_seconds) / speed;
        let ticks = (seconds / TICK.as_secs_f64()).ceil();
        // Slower than what a clock can count waits for ever, which a cancel ends.
        due = due.max(
            Duration::try_from_secs_f64(ticks * TICK.as_secs_f64()).unwrap_or(Duration::from_secs(u32::MAX.into())),
        );
        due
    };
    Ok(records.iter().map(next).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(timestamps: &[i64]) -> Vec<NewRecord> {
        timestamps.iter().map(|t| NewRecord { timestamp: Some(*t), ..NewRecord::default() }).collect()
    }

    #[test]
    fn event_time_is_scaled_and_never_goes_back() {
        let dues = due_times(&at(&[1_000, 3_000, 2_000, 5_000]), Pace::Speed(2.0)).unwrap();
        assert_eq!(dues.iter().map(Duration::as_millis).collect::<Vec<_>>(), [0, 1_000, 1_000, 2_000]);
        let dues = due_times(&at(&[0, 604_800_000]), Pace::Within(Duration::from_secs(120))).unwrap();
        assert_eq!(dues[1], Duration::from_secs(120));
        assert_eq!(due_times(&at(&[7, 7]), Pace::Within(Duration::from_secs(5))).unwrap()[1], Duration::ZERO);
    }

    #[test]
    fn speeds_that_lead_nowhere_are_refused() {
        for speed in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(due_times(&at(&[0]), Pace::Speed(speed)).is_err(), "{speed}");
        }
        assert!(due_times(&at(&[0, i64::MAX]), Pace::Speed(1e-300)).is_ok());
    }
}
