//! Producing by hand: one record or a pasted handful, and what became of the last ones.

mod lines;

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use parking_lot::Mutex;

use crate::{
    client::{Client, ClientError, ProduceOptions, Produced},
    model::{Acks, Compression, NewRecord, Offset, PartitionId, TimestampMillis},
    session::{Phrase, Problem, Session},
};

pub use lines::{BadPastedLine, LineForm, PASTED_BYTES_MAX, PASTED_RECORDS_MAX, PasteCut, PastedLines, read_lines};

/// Reads a time: epoch milliseconds, or a date with or without a time such as `2026-01-31T12:00:00Z`.
pub use crate::transfer::time::parse_time;

/// Outcomes that are kept to be looked at.
pub const OUTCOMES_KEPT_MAX: usize = 50;
/// A record up to this size is kept with its outcome, to be produced again.
pub const RECORD_KEPT_BYTES_MAX: usize = 64 * 1024;
/// Records handed to the client at once.
const PIECE_RECORDS: usize = 5_000;

/// What to produce, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProduceRequest {
    pub topic: String,
    pub records: Vec<NewRecord>,
    pub acks: Acks,
    pub compression: Compression,
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq)]
pub struct ProduceOutcome {
    /// Goes up from 1.
    pub id: u64,
    pub at: TimestampMillis,
    pub topic: Arc<str>,
    /// The one record of a request that had one, if it is small enough to keep.
    pub record: Option<NewRecord>,
    /// Records asked for.
    pub count: u64,
    pub result: Result<Stored, Problem>,
}

/// Where the records went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    pub count: u64,
    /// Of the first record.
    pub partition: PartitionId,
    /// Of the first record; `None` with acks=0, where nobody tells.
    pub offset: Option<Offset>,
    pub timestamp: TimestampMillis,
    /// How many partitions got some.
    pub partitions: usize,
}

/// The last outcomes, newest first. Cheap to clone.
#[derive(Clone, Default)]
pub struct ProduceLog(Arc<LogInner>);

#[derive(Default)]
struct LogInner {
    next: AtomicU64,
    /// Requests on their way.
    waiting: AtomicU64,
    outcomes: Mutex<VecDeque<Arc<ProduceOutcome>>>,
}

impl ProduceLog {
    /// The last outcomes, newest first.
    pub fn outcomes(&self) -> Vec<Arc<ProduceOutcome>> {
        self.0.outcomes.lock().iter().cloned().collect()
    }

    /// Outcomes after that id, oldest first: what is new since the screen looked.
    pub fn since(&self, id: u64) -> Vec<Arc<ProduceOutcome>> {
        self.0.outcomes.lock().iter().take_while(|o| o.id > id).cloned().collect::<Vec<_>>().into_iter().rev().collect()
    }

    /// The id of the newest outcome, 0 before the first.
    pub fn newest(&self) -> u64 {
        self.0.outcomes.lock().front().map_or(0, |o| o.id)
    }

    /// Requests on their way.
    pub fn waiting(&self) -> u64 {
        self.0.waiting.load(Ordering::Relaxed)
    }

    /// Produces in the background; the outcome appears here.
    pub fn send(&self, session: &Session, request: ProduceRequest) {
        let (log, session_then, client) = (self.clone(), session.clone(), session.client().clone());
        self.0.waiting.fetch_add(1, Ordering::Relaxed);
        session.spawn(async move {
            let outcome = produce(&client, request).await;
            log.0.waiting.fetch_sub(1, Ordering::Relaxed);
            log.note(outcome, session_then.now());
            session_then.wake();
        });
    }

    fn note(&self, (request, result): (Request, Result<Stored, Problem>), at: TimestampMillis) {
        let id = self.0.next.fetch_add(1, Ordering::Relaxed) + 1;
        let Request { topic, record, count } = request;
        let mut outcomes = self.0.outcomes.lock();
        outcomes.truncate(OUTCOMES_KEPT_MAX - 1);
        outcomes.push_front(Arc::new(ProduceOutcome { id, at, topic, record, count, result }));
    }
}

/// What is kept of a request.
struct Request {
    topic: Arc<str>,
    record: Option<NewRecord>,
    count: u64,
}

async fn produce(client: &Client, request: ProduceRequest) -> (Request, Result<Stored, Problem>) {
    let ProduceRequest { topic, mut records, acks, compression } = request;
    let kept = match records.as_slice() {
        [one] if size_of_record(one) <= RECORD_KEPT_BYTES_MAX => Some(one.clone()),
        _ => None,
    };
    let about = Request { topic: topic.as_str().into(), record: kept, count: records.len() as u64 };
    let options = ProduceOptions { acks, compression, ..ProduceOptions::default() };
    let mut placed: Vec<Produced> = Vec::with_capacity(records.len());
    while !records.is_empty() {
        let rest = records.split_off(records.len().min(PIECE_RECORDS));
        match client.produce(&topic, records, options).await {
            Ok(piece) => placed.extend(piece),
            Err(error) => return (about, Err(problem_of(&topic, &error, placed.len() as u64))),
        }
        records = rest;
    }
    let stored = stored_of(&placed);
    (
        about,
        stored.ok_or_else(|| Problem::new(Phrase::new("produce-failed").with("topic", &*topic), "nothing to produce")),
    )
}

fn stored_of(placed: &[Produced]) -> Option<Stored> {
    let first = placed.first()?;
    let mut partitions: Vec<PartitionId> = placed.iter().map(|p| p.partition).collect();
    partitions.sort_unstable();
    partitions.dedup();
    Some(Stored {
        count: placed.len() as u64,
        partition: first.partition,
        offset: (first.offset >= 0).then_some(first.offset),
        timestamp: first.timestamp,
        partitions: partitions.len(),
    })
}

fn problem_of(topic: &str, error: &ClientError, stored: u64) -> Problem {
    let what = match stored {
        0 => Phrase::new("produce-failed").with("topic", topic),
        n => Phrase::new("produce-failed-after").with("topic", topic).with("count", n),
    };
    Problem::from_client(what, error)
}

fn size_of_record(record: &NewRecord) -> usize {
    let headers: usize = record.headers.iter().map(|h| h.key.len() + h.value.as_ref().map_or(0, |v| v.len())).sum();
    record.key.as_ref().map_or(0, |k| k.len()) + record.value.as_ref().map_or(0, |v| v.len()) + headers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(log: &ProduceLog) {
        log.note(
            (Request { topic: "t".into(), record: None, count: 1 }, Err(Problem::new(Phrase::plain("x"), "y"))),
            0,
        );
    }

    #[test]
    fn only_the_newest_outcomes_are_kept_and_the_new_ones_are_told_once() {
        let log = ProduceLog::default();
        for _ in 0..OUTCOMES_KEPT_MAX + 5 {
            outcome(&log);
        }
        assert_eq!(log.outcomes().len(), OUTCOMES_KEPT_MAX);
        let newest = log.newest();
        assert_eq!(newest, OUTCOMES_KEPT_MAX as u64 + 5);
        assert!(log.since(newest).is_empty());
        outcome(&log);
        outcome(&log);
        assert_eq!(log.since(newest).iter().map(|o| o.id).collect::<Vec<_>>(), [newest + 1, newest + 2]);
    }

    #[test]
    fn what_was_stored_is_summed_up() {
        let at = |partition, offset| Produced { partition, offset, timestamp: 5 };
        let stored = stored_of(&[at(2, 41), at(0, 7), at(2, 42)]).unwrap();
        assert_eq!((stored.count, stored.partition, stored.offset, stored.partitions), (3, 2, Some(41), 2));
        assert_eq!(stored_of(&[at(0, -1)]).unwrap().offset, None);
        assert_eq!(stored_of(&[]), None);
    }
}
