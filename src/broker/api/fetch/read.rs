//! Reading: what each wanted partition has, within the limits of the request.

use std::sync::Arc;

use bytes::Bytes;
use kafka_protocol::{ResponseError, messages::FetchRequest};

use super::wanted::{Ask, Wanted};
use crate::{
    broker::{
        FETCH_BYTES_MAX,
        api::{Fault, check_leader_epoch, offset_for_leader_epoch::end_of_epoch},
        blocking,
        inner::Inner,
        observe,
        on_the_spot::is_on_the_spot,
        topics::Slot,
    },
    codec::split_batches,
    log::{AbortedTransaction, LogError, Partition, ReadOutcome},
    model::Offset,
};

/// The isolation level `read_committed`.
const READ_COMMITTED: i8 = 1;
/// The isolation level `read_uncommitted`.
const READ_UNCOMMITTED: i8 = 0;

/// How much is wanted, and how little is enough.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    min_bytes: usize,
    max_bytes: usize,
    /// Only what belongs to no open transaction (isolation level `read_committed`).
    committed: bool,
    /// The caller says that it is another node. There is none.
    follower: bool,
}

/// What a partition has.
#[derive(Debug, Default)]
pub struct Outcome {
    pub error: Option<ResponseError>,
    /// First offset of the log; -1 with an error.
    pub start: Offset,
    /// The high watermark; -1 with an error.
    pub end: Offset,
    /// Whole batches, one or several in a piece.
    pub pieces: Vec<Bytes>,
    /// Bytes of the batches.
    pub bytes: usize,
    /// The last stable offset; -1 with an error.
    pub stable: Offset,
    /// Transactions whose records the reader must pass over; `None` where it reads everything.
    pub aborted: Option<Vec<AbortedTransaction>>,
    /// The log parts from what the client has: its last epoch, as known here, and where that ends.
    pub diverging: Option<(i32, Offset)>,
    /// How much the log had ever taken when it was read; tells later whether there is more.
    taken: i64,
}

impl Limits {
    /// `None` where the isolation level is none of the two.
    pub fn of(request: &FetchRequest) -> Option<Self> {
        if !(READ_UNCOMMITTED..=READ_COMMITTED).contains(&request.isolation_level) {
            return None;
        }
        let max_bytes = usize::try_from(request.max_bytes).unwrap_or(0).min(FETCH_BYTES_MAX);
        // Until version 14 in one field, from 15 on in the other.
        let follower = request.replica_id.0 >= 0 || request.replica_state.replica_id.0 >= 0;
        Some(Self {
            min_bytes: usize::try_from(request.min_bytes).unwrap_or(0).min(max_bytes),
            max_bytes,
            committed: request.isolation_level == READ_COMMITTED,
            follower,
        })
    }

    /// Whether the answer need not wait.
    pub fn satisfied(&self, outcomes: &[Outcome]) -> bool {
        let bytes: usize = outcomes.iter().map(|outcome| outcome.bytes).sum();
        let told = |outcome: &Outcome| outcome.error.is_some() || outcome.diverging.is_some();
        bytes >= self.min_bytes || outcomes.iter().any(told)
    }

    /// Whether reading again might satisfy, judged without reading.
    pub fn may_be_satisfied(&self, wanted: &[Wanted], outcomes: &[Outcome]) -> bool {
        let mut bytes = 0;
        let mut unlocked = false;
        for (wanted, outcome) in wanted.iter().zip(outcomes) {
            let Ok(place) = &wanted.place else { continue };
            if place.slot.is_gone() {
                return true;
            }
            let log = place.slot.if_open();
            // The end of a transaction makes readable what was counted long ago.
            unlocked |= self.committed && log.as_ref().is_some_and(|log| log.stable_offset() != outcome.stable);
            let taken = log.map_or(0, |log| log.taken_bytes());
            bytes += outcome.bytes + usize::try_from(taken - outcome.taken).unwrap_or(0);
        }
        unlocked || (bytes >= self.min_bytes && !self.committed)
    }
}

/// Reads partition after partition until the answer is full. The first batch of all comes whatever its size, or a
/// consumer could never get past it (KIP-74). Goes to the disk only for what is not in memory.
pub async fn read_all(broker: &Arc<Inner>, wanted: &[Wanted], limits: &Limits) -> Vec<Outcome> {
    let mut outcomes = Vec::with_capacity(wanted.len());
    let mut budget = Budget { left: limits.max_bytes, first: true, committed: limits.committed };
    // From the first partition that needs the disk on, all are read there: the budget is spent in order.
    let mut on_disk: Vec<(usize, Job)> = Vec::new();
    let mut next = Vec::new();
    for (index, wanted) in wanted.iter().enumerate() {
        let mut outcome = Outcome { aborted: limits.committed.then(Vec::new), ..Outcome::default() };
        let looked = match limits.follower {
            true => Err(ResponseError::NotLeaderOrFollower),
            false => look(broker, wanted, &mut outcome).await,
        };
        match looked {
            Ok(Some(job)) if on_disk.is_empty() => match budget.read_in_memory(&job) {
                Some(result) => {
                    next.extend(Next::after(&job, &result));
                    outcome.take(result, &job.slot);
                }
                None => on_disk.push((index, job)),
            },
            Ok(Some(job)) => on_disk.push((index, job)),
            Ok(None) => {}
            Err(error) => outcome.fail(error),
        }
        if wanted.place.is_err() {
            // What Kafka answers before it looks for a log.
            outcome.aborted = Some(Vec::new());
        }
        outcomes.push(outcome);
    }
    if !on_disk.is_empty() {
        let read = blocking(move || {
            let mut budget = budget;
            let read = |(index, job): (usize, Job)| (index, budget.read(&job), job);
            on_disk.into_iter().map(read).collect::<Vec<_>>()
        });
        for (index, result, job) in read.await {
            if let (Some(outcome), Some(result)) = (outcomes.get_mut(index), result) {
                next.extend(Next::after(&job, &result));
                outcome.take(result, &job.slot);
            }
        }
    }
    // Time does not stand still for it where a lab owns time.
    if !next.is_empty() && !is_on_the_spot() {
        // Nobody waits for it.
        drop(tokio::task::spawn_blocking(move || next.iter().for_each(Next::read_ahead)));
    }
    outcomes
}

/// What a client will ask for when it is through with its answer, and is not in memory.
struct Next {
    log: Arc<Partition>,
    from: Offset,
    max_bytes: usize,
}

impl Next {
    fn after(job: &Job, result: &Result<ReadOutcome, LogError>) -> Option<Self> {
        let from = result.as_ref().ok().filter(|read| !read.pieces.is_empty())?.next;
        let max_bytes = job.ask.max_bytes;
        job.log.wants_read_ahead(from, max_bytes).then(|| Self { log: job.log.clone(), from, max_bytes })
    }

    fn read_ahead(&self) {
        self.log.read_ahead(self.from, self.max_bytes);
    }
}

/// A partition that has something to read.
struct Job {
    slot: Arc<Slot>,
    log: Arc<Partition>,
    ask: Ask,
}

/// Finds where a partition stands and whether the client may read there; returns a job if there is something to read.
async fn look(broker: &Arc<Inner>, wanted: &Wanted, outcome: &mut Outcome) -> Result<Option<Job>, ResponseError> {
    let place = wanted.place.as_ref().map_err(|error| *error)?;
    let ask = wanted.ask;
    check_leader_epoch(ask.leader_epoch).map_err(|fault| fault.error)?;
    let log = place.slot.existing(&broker.store).await.map_err(|error| Fault::from(error).error)?;
    let Some(log) = log else {
        if ask.last_fetched_epoch >= 0 {
            outcome.compare(&[], ask)?;
        }
        return if ask.offset == 0 { Ok(None) } else { Err(ResponseError::OffsetOutOfRange) };
    };
    outcome.taken = log.taken_bytes();
    (outcome.start, outcome.end) = log.range();
    outcome.stable = log.stable_offset();
    if ask.last_fetched_epoch >= 0 {
        outcome.compare(&log.leader_epochs(), ask)?;
        if outcome.diverging.is_some() {
            return Ok(None);
        }
    }
    if !(outcome.start..=outcome.end).contains(&ask.offset) {
        return Err(ResponseError::OffsetOutOfRange);
    }
    let has_more = ask.offset < outcome.end;
    Ok(has_more.then(|| Job { slot: place.slot.clone(), log, ask }))
}

/// What is left of the bytes of an answer.
struct Budget {
    left: usize,
    /// Nothing was read yet.
    first: bool,
    committed: bool,
}

impl Budget {
    /// `None` where the batches are not in memory.
    fn read_in_memory(&mut self, job: &Job) -> Option<Result<ReadOutcome, LogError>> {
        let max_bytes = job.ask.max_bytes.min(self.left);
        let result = job.log.read_in_memory(job.ask.offset, max_bytes, self.first, self.committed)?;
        self.spend(&result);
        Some(result)
    }

    /// `None` where the answer is full. Blocks on disk.
    fn read(&mut self, job: &Job) -> Option<Result<ReadOutcome, LogError>> {
        if self.left == 0 && !self.first {
            return None;
        }
        let max_bytes = job.ask.max_bytes.min(self.left);
        let result = if self.committed {
            job.log.read_committed(job.ask.offset, max_bytes, self.first)
        } else {
            job.log.read(job.ask.offset, max_bytes, self.first)
        };
        self.spend(&result);
        Some(result)
    }

    fn spend(&mut self, result: &Result<ReadOutcome, LogError>) {
        if let Ok(read) = result {
            self.left = self.left.saturating_sub(read.pieces.iter().map(Bytes::len).sum());
            self.first &= read.pieces.is_empty();
        }
    }
}

impl Outcome {
    /// Counts and notes what goes out.
    pub fn tally(&self, wanted: &Wanted) {
        if self.bytes == 0 {
            return;
        }
        if let Ok(place) = &wanted.place {
            let (mut records, mut last) = (0, -1);
            for (head, _) in self.pieces.iter().cloned().flat_map(split_batches).flatten() {
                records += u64::from(head.record_count.unsigned_abs());
                last = head.last_offset();
            }
            place.topic.tally.add_out(records, self.bytes as u64);
            observe::read(observe::Read {
                topic: place.topic.name.clone(),
                topic_id: place.topic.id,
                partition: place.slot.id,
                from: wanted.ask.offset,
                last,
                records: u32::try_from(records).unwrap_or(u32::MAX),
                bytes: u32::try_from(self.bytes).unwrap_or(u32::MAX),
            });
        }
    }

    fn take(&mut self, result: Result<ReadOutcome, LogError>, slot: &Slot) {
        match result {
            Ok(read) => {
                (self.start, self.end, self.stable) = (read.start_offset, read.end_offset, read.stable_offset);
                if let Some(aborted) = &mut self.aborted {
                    *aborted = read.aborted;
                }
                self.bytes = read.pieces.iter().map(Bytes::len).sum();
                self.pieces = read.pieces;
            }
            Err(error) => {
                slot.note(&error);
                self.fail(Fault::from(error).error);
            }
        }
    }

    fn fail(&mut self, error: ResponseError) {
        *self = Self { error: Some(error), start: -1, end: -1, stable: -1, taken: self.taken, ..Self::default() };
    }

    /// Whether the client's last record is on this log (KIP-595).
    fn compare(&mut self, epochs: &[(i32, Offset)], ask: Ask) -> Result<(), ResponseError> {
        let (epoch, end) =
            end_of_epoch(epochs, ask.last_fetched_epoch, self.end).ok_or(ResponseError::OffsetOutOfRange)?;
        if epoch < ask.last_fetched_epoch || end < ask.offset {
            self.diverging = Some((epoch, end));
        }
        Ok(())
    }
}
