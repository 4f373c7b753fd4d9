//! Group commit: all appends that wait for a partition become one transaction, then all are acknowledged.

use bytes::{Bytes, BytesMut};
use rusqlite::{Connection, params};

use super::ends::{Ends, Totals};
use super::partition::Partition;
use super::producer_file::{self, REPLAY_BATCHES_MAX};
use super::producers::{Changes, ProducerError, Verdict};
use super::queue::{Append, Done};
use super::writer::WriterFile;
use super::{LogError, Producers};
use crate::codec::{self, BatchError, BatchHeader, EndMarker};
use crate::model::{Offset, TimestampMillis};

/// When an append is acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sync {
    /// As `Wal`; nobody waits.
    None,
    /// After the commit is in the write-ahead log: survives the end of the process.
    Wal,
    /// After the commit is synced to disk: survives loss of power.
    Disk,
}

/// What comes with the batches of an append.
#[derive(Debug, Clone, Copy)]
pub struct AppendRequest {
    pub sync: Sync,
    pub leader_epoch: i32,
    /// The time to stamp the batches with where the topic says LogAppendTime.
    pub log_append_time: Option<TimestampMillis>,
    /// Whether a producer that the log does not know begins with sequence 0, as one in a transaction of KIP-890 does: if it
    /// does not, an earlier batch is still on its way.
    pub begins_at_zero: bool,
}

/// Where the batches of an append stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AppendOutcome {
    pub base_offset: Offset,
    pub last_offset: Offset,
    pub log_append_time: Option<TimestampMillis>,
    pub log_start_offset: Offset,
    /// The batch was there already: its producer sent it again. Nothing was appended.
    pub duplicate: bool,
    /// Appends that were committed together with it, this one included.
    pub shared: u32,
}

struct Row {
    base: Offset,
    last: Offset,
    run_max_ts: TimestampMillis,
    max_ts: TimestampMillis,
    records: i32,
    after: Totals,
    data: Bytes,
}

/// Where the log ends while a transaction is put together; becomes the log's end when it commits.
struct Cursor {
    start: Offset,
    end: Offset,
    after: Totals,
    run_max_ts: Option<TimestampMillis>,
    epoch: Option<i32>,
    rows: Vec<Row>,
    epochs: Vec<(i32, Offset)>,
    producers: Changes,
    /// Batches that the snapshot of the producers does not have.
    unsaved_batches: usize,
    /// The transaction brings a new snapshot.
    saved: bool,
}

/// Commits `appends` in one transaction and answers each. Returns the bytes of the batches, or the error that failed them
/// all.
pub fn commit(partition: &Partition, file: &mut WriterFile, appends: Vec<Append>) -> Result<usize, LogError> {
    let mut cursor = Cursor::at(&partition.ends.lock());
    let sync = appends.iter().any(|a| a.request.sync == Sync::Disk);
    partition.queue.lock().committed(appends.len(), sync);
    let mut waiting: Vec<(AppendOutcome, Done<AppendOutcome>)> = Vec::with_capacity(appends.len());
    for Append { batches, request, done } in appends {
        match cursor.place(batches, request, &partition.producers.lock()) {
            Ok(outcome) => waiting.push((outcome, done)),
            Err(error) => done(Err(error)),
        }
    }
    if cursor.rows.is_empty() {
        waiting.into_iter().for_each(|(outcome, done)| done(Ok(outcome)));
        return Ok(0);
    }
    let written = file.set_full(sync).and_then(|()| cursor.write(&file.connection, &partition.producers.lock()));
    if let Err(error) = written {
        let error = LogError::from_sqlite(partition.path(), "write to", &error);
        file.roll_back();
        waiting.into_iter().for_each(|(_, done)| done(Err(error.clone())));
        return Err(error);
    }
    let end = cursor.end;
    let bytes = cursor.rows.iter().map(|row| row.data.len()).sum();
    cursor.publish(&mut partition.ends.lock(), &mut partition.producers.lock());
    let shared = u32::try_from(waiting.len()).unwrap_or(u32::MAX);
    waiting.into_iter().for_each(|(outcome, done)| done(Ok(AppendOutcome { shared, ..outcome })));
    partition.tell_listeners(end);
    Ok(bytes)
}

impl Cursor {
    fn at(ends: &Ends) -> Self {
        Self {
            start: ends.start,
            end: ends.end,
            after: ends.after,
            run_max_ts: ends.run_max_ts,
            epoch: ends.epochs.last().map(|(epoch, _)| *epoch),
            rows: Vec::new(),
            epochs: Vec::new(),
            producers: Changes::default(),
            unsaved_batches: ends.unsaved_batches,
            saved: false,
        }
    }

    /// Gives the batches of an append their offsets. All or nothing: an append that is refused leaves no row.
    fn place(&mut self, batches: Bytes, request: AppendRequest, known: &Producers) -> Result<AppendOutcome, LogError> {
        let base_offset = self.end;
        // Ours alone, as a rule: then nothing is copied.
        let mut bytes = batches.try_into_mut().unwrap_or_else(|shared| BytesMut::from(&shared[..]));
        let mut headers = Vec::new();
        let mut next = base_offset;
        let mut at = 0;
        while at < bytes.len() || headers.is_empty() {
            let header = place_one(&mut bytes[at..], next, request)?;
            at += header.batch_bytes;
            next = header.last_offset() + 1;
            headers.push(header);
        }
        let mut bytes = bytes.freeze();
        if headers.iter().any(|header| header.producer_id >= 0)
            && let Some(duplicate) = self.place_producer(&headers, &bytes, request, known)?
        {
            return Ok(AppendOutcome { log_start_offset: self.start, ..duplicate });
        }
        for header in &headers {
            self.push(header, bytes.split_to(header.batch_bytes));
        }
        if request.leader_epoch >= 0 && self.epoch.is_none_or(|epoch| epoch < request.leader_epoch) {
            self.epoch = Some(request.leader_epoch);
            self.epochs.push((request.leader_epoch, base_offset));
        }
        Ok(AppendOutcome {
            base_offset,
            last_offset: self.end - 1,
            log_append_time: request.log_append_time,
            log_start_offset: self.start,
            duplicate: false,
            shared: 1,
        })
    }

    /// Takes the batch of an idempotent producer, or a marker, into the changes; returns where it stands if it is there
    /// already.
    fn place_producer(
        &mut self,
        headers: &[BatchHeader],
        bytes: &[u8],
        request: AppendRequest,
        known: &Producers,
    ) -> Result<Option<AppendOutcome>, ProducerError> {
        let [header] = headers else { return Err(ProducerError::SeveralBatches { batches: headers.len() }) };
        if header.is_control() {
            // Control batches of other types change no producer.
            if let Some(marker) = EndMarker::parse(bytes) {
                self.producers.judge_marker(known, &marker)?;
                self.producers.end(known, header, &marker);
            }
            return Ok(None);
        }
        match self.producers.judge(known, header, request.begins_at_zero)? {
            Verdict::Append => {
                self.producers.append(known, header);
                Ok(None)
            }
            Verdict::Duplicate(kept) => Ok(Some(AppendOutcome {
                base_offset: kept.base_offset(),
                last_offset: kept.last_offset,
                // Kafka answers so whosever time that is.
                log_append_time: Some(kept.timestamp),
                log_start_offset: self.start,
                duplicate: true,
                shared: 1,
            })),
        }
    }

    fn push(&mut self, header: &BatchHeader, data: Bytes) {
        let run_max_ts = self.run_max_ts.unwrap_or(i64::MIN).max(header.max_timestamp);
        self.after.bytes += data.len() as i64;
        self.after.batches += 1;
        self.unsaved_batches += 1;
        self.run_max_ts = Some(run_max_ts);
        self.end = header.last_offset() + 1;
        self.rows.push(Row {
            base: header.base_offset,
            last: header.last_offset(),
            run_max_ts,
            max_ts: header.max_timestamp,
            records: header.record_count,
            after: self.after,
            data,
        });
    }

    /// Writes everything in one transaction.
    fn write(&mut self, connection: &Connection, known: &Producers) -> Result<(), rusqlite::Error> {
        let snapshot = self.unsaved_batches >= REPLAY_BATCHES_MAX;
        // A single row is a transaction by itself.
        let several = snapshot || self.rows.len() + self.epochs.len() + self.producers.aborted.len() > 1;
        if several {
            connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        }
        let mut insert = connection.prepare_cached("INSERT INTO batch VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?;
        for row in &self.rows {
            let Totals { bytes, batches } = row.after;
            let data = &row.data[..];
            insert.execute(params![
                row.last,
                row.base,
                row.run_max_ts,
                row.max_ts,
                row.records,
                bytes,
                batches,
                data
            ])?;
        }
        for epoch in &self.epochs {
            connection.prepare_cached("INSERT OR IGNORE INTO epoch VALUES(?1, ?2)")?.execute(*epoch)?;
        }
        producer_file::put_aborted(connection, &self.producers.aborted)?;
        if snapshot {
            producer_file::save(connection, known, &self.producers, self.end)?;
        }
        if several {
            connection.prepare_cached("COMMIT")?.execute([])?;
        }
        self.saved = snapshot;
        Ok(())
    }

    fn publish(self, ends: &mut Ends, producers: &mut Producers) {
        ends.last_aborted = self.producers.aborted.last().map(|one| one.last_offset).or(ends.last_aborted);
        producers.apply(self.producers);
        if self.saved {
            producers.saved();
        }
        ends.first_open = producers.first_open();
        ends.unsaved_batches = if self.saved { 0 } else { self.unsaved_batches };
        ends.end = self.end;
        ends.after = self.after;
        ends.run_max_ts = self.run_max_ts;
        ends.epochs.extend(self.epochs);
        for row in self.rows {
            ends.tail.push(row.base, row.last, row.data);
        }
    }
}

/// Writes offset, epoch and (where the topic says so) time into the batch at the front of `bytes`.
fn place_one(bytes: &mut [u8], base: Offset, request: AppendRequest) -> Result<BatchHeader, BatchError> {
    let size = BatchHeader::parse(bytes)?.batch_bytes;
    let have = bytes.len();
    let batch = bytes.get_mut(..size).ok_or(BatchError::Truncated { needed: size, have })?;
    codec::assign(batch, base, request.leader_epoch);
    if let Some(now) = request.log_append_time {
        codec::set_log_append_time(batch, now);
    }
    BatchHeader::parse(batch)
}
