//! Records produced again at the pace of their timestamps.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    Cancel, Exported, Progress, ProgressSink, TransferError,
    export::stretches,
    import::{CreateTopic, ensure_topic},
    merge::MergedReader,
};
use crate::client::{Client, ProduceOptions};
use crate::model::{NewRecord, Record, TimestampMillis};

/// How often what is due is sent.
const TICK: Duration = Duration::from_millis(50);
/// Records that one tick sends at most; the rest follows in the next request.
const RECORDS_AT_ONCE_MAX: usize = 2_000;
/// Speeds that make sense to a person who watches.
pub const REPLAY_SPEEDS: std::ops::RangeInclusive<f64> = 0.1..=1_000.0;

/// How fast event time passes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pace {
    /// All records as fast as the topic takes them.
    AtOnce,
    /// Seconds of event time in one second: 1 is real time, 5,040 a week in two minutes.
    Speed(f64),
    /// From the first to the last record in this time; of records that are listed, as a topic is not read twice for it.
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

/// What is replayed.
#[derive(Debug)]
pub enum ReplayFrom {
    /// These, in this order.
    Records(Vec<NewRecord>),
    /// What a topic holds now, in the order of time between partitions and of offsets inside each; partitions are kept.
    Topic { topic: String, records: Exported },
}

/// Produces records in the order given, each when its time has come. A record without timestamp, or with an earlier one than
/// its predecessor, follows at once.
///
/// # Errors
/// When the cluster or the person stops it; what was acknowledged before is in the topic.
pub async fn replay(
    client: &Client,
    request: ReplayRequest,
    from: ReplayFrom,
    progress: ProgressSink<'_>,
    cancel: &Cancel,
) -> Result<ReplayOutcome, TransferError> {
    let (mut records, total) = Records::open(client, from).await?;
    let mut dues = Dues::new(request.pace, records.in_memory())?;
    let created = ensure_topic(client, &request.topic, request.create).await?;
    let mut state = Progress { total, ..Progress::default() };
    progress(state);
    let started = Instant::now();
    let mut next = records.next(cancel).await?.map(|record| (dues.of(&record), record));
    while let Some((due, _)) = &next {
        let due = *due;
        if cancel.race(tokio::time::sleep_until(started + due)).await.is_none() {
            return Err(TransferError::Cancelled);
        }
        let elapsed = started.elapsed().max(due);
        let mut ready = Vec::new();
        while ready.len() < RECORDS_AT_ONCE_MAX
            && let Some((_, mut record)) = next.take_if(|(due, _)| *due <= elapsed)
        {
            if request.times == ReplayTimes::Now {
                record.timestamp = None;
            }
            ready.push(record);
            next = records.next(cancel).await?.map(|record| (dues.of(&record), record));
        }
        state.records += ready.len() as u64;
        state.done = records.passed().unwrap_or(state.records);
        client.produce(&request.topic, ready, request.produce).await?;
        progress(state);
    }
    Ok(ReplayOutcome { records: state.records, created })
}

/// The records that are still to be sent.
enum Records {
    Listed(std::vec::IntoIter<NewRecord>),
    Read(Box<MergedReader>, Exported),
}

impl Records {
    /// With how many there are: records, or offsets of a topic.
    async fn open(client: &Client, from: ReplayFrom) -> Result<(Self, Option<u64>), TransferError> {
        match from {
            ReplayFrom::Records(records) => {
                let total = records.len() as u64;
                Ok((Self::Listed(records.into_iter()), Some(total)))
            }
            ReplayFrom::Topic { topic, records } => {
                let stretches = stretches(client, &topic, &records).await?;
                let total: i64 = stretches.iter().map(|s| s.to - s.from).sum();
                let reader = MergedReader::new(client.clone(), stretches);
                Ok((Self::Read(Box::new(reader), records), Some(total.unsigned_abs())))
            }
        }
    }

    fn in_memory(&self) -> &[NewRecord] {
        match self {
            Self::Listed(records) => records.as_slice(),
            Self::Read(..) => &[],
        }
    }

    /// Offsets that are behind, of a topic.
    fn passed(&self) -> Option<u64> {
        match self {
            Self::Listed(_) => None,
            Self::Read(reader, _) => Some(reader.passed()),
        }
    }

    async fn next(&mut self, cancel: &Cancel) -> Result<Option<NewRecord>, TransferError> {
        let (reader, wanted) = match self {
            Self::Listed(records) => return Ok(records.next()),
            Self::Read(reader, wanted) => (reader, wanted),
        };
        loop {
            let next = match reader.next_in_memory() {
                Some(record) => Some(record),
                None => cancel.race(reader.next()).await.ok_or(TransferError::Cancelled)??,
            };
            let Some(record) = next else { return Ok(None) };
            if wanted.matches(&record) {
                let Record { partition, timestamp, key, value, headers, .. } = record;
                return Ok(Some(NewRecord {
                    partition: Some(partition),
                    timestamp: Some(timestamp),
                    key,
                    value,
                    headers,
                }));
            }
        }
    }
}

/// When each record is due after the start, never going back, rounded up to [`TICK`] so that records travel together.
struct Dues {
    /// `None`: at once.
    speed: Option<f64>,
    first: Option<TimestampMillis>,
    due: Duration,
}

impl Dues {
    /// `all`: the records, as far as a pace needs to know them before.
    fn new(pace: Pace, all: &[NewRecord]) -> Result<Self, TransferError> {
        let first = all.iter().find_map(|r| r.timestamp);
        let last = all.iter().filter_map(|r| r.timestamp).max().or(first);
        let speed = match pace {
            Pace::AtOnce => None,
            Pace::Speed(speed) => Some(speed),
            Pace::Within(duration) if duration.is_zero() || all.is_empty() => None,
            // Records of one moment have no length that could be stretched.
            Pace::Within(duration) => {
                let seconds = event_seconds(first.unwrap_or(0), last.unwrap_or(0));
                Some((seconds / duration.as_secs_f64()).max(f64::MIN_POSITIVE))
            }
        };
        if let Some(speed) = speed.filter(|speed| !(speed.is_finite() && *speed > 0.0)) {
            return Err(TransferError::Speed { speed });
        }
        Ok(Self { speed, first, due: Duration::ZERO })
    }

    fn of(&mut self, record: &NewRecord) -> Duration {
        let Some(speed) = self.speed else { return Duration::ZERO };
        let first = *self.first.get_or_insert(record.timestamp.unwrap_or(0));
        let seconds = record.timestamp.map_or(0.0, |at| event_seconds(first, at)) / speed;
        let ticks = (seconds / TICK.as_secs_f64()).ceil();
        // Slower than what a clock can count waits for ever, which a cancel ends.
        let due = Duration::try_from_secs_f64(ticks * TICK.as_secs_f64());
        self.due = self.due.max(due.unwrap_or(Duration::from_secs(u32::MAX.into())));
        self.due
    }
}

fn event_seconds(first: TimestampMillis, at: TimestampMillis) -> f64 {
    at.saturating_sub(first).max(0) as f64 / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(timestamps: &[i64]) -> Vec<NewRecord> {
        timestamps.iter().map(|t| NewRecord { timestamp: Some(*t), ..NewRecord::default() }).collect()
    }

    fn due_times(records: &[NewRecord], pace: Pace) -> Result<Vec<Duration>, TransferError> {
        let mut dues = Dues::new(pace, records)?;
        Ok(records.iter().map(|record| dues.of(record)).collect())
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
