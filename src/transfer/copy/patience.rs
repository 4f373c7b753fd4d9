//! Waits while a cluster recovers: nodes that go and come back must not end a copy.

use std::{future::Future, time::Duration};

use kafka_protocol::ResponseError;
use tokio::time::Instant;

use super::CopyFault;
use crate::client::{Client, ClientError, Isolation, Piece, ReadOrder, ReadRange, Reader, ReaderOptions};
use crate::model::{Offset, TopicPartition};
use crate::transfer::{Cancel, TransferError};

/// How long a cluster may take nothing, or give nothing, before the copy of a partition gives up: longer than a cluster
/// needs to find another leader, or a node to start again.
const PATIENCE: Duration = Duration::from_secs(180);
/// How long before something begins: somebody waits for the answer.
const PATIENCE_BRIEF: Duration = Duration::from_secs(20);
/// Between two attempts, growing.
const WAIT: std::ops::RangeInclusive<Duration> = Duration::from_millis(100)..=Duration::from_secs(3);
/// What one batch of the source may decompress to, in bytes.
const DECOMPRESSED_BYTES_MAX: usize = 64 * 1024 * 1024;

/// How both sides are read: what is committed, a piece ahead.
const READER: ReaderOptions = ReaderOptions {
    piece_bytes: 1024 * 1024,
    order: ReadOrder::InTurn,
    ahead_pieces: 1,
    decompressed_bytes_max: DECOMPRESSED_BYTES_MAX,
    isolation: Isolation::ReadCommitted,
};

/// Repeats what fails for a reason that passes, but not for ever.
pub(super) struct Patience<'a> {
    /// Whom the failure is about in the end; nobody: it is the last error itself.
    partition: Option<&'a TopicPartition>,
    cancel: &'a Cancel,
    since: Instant,
    wait: Duration,
}

impl<'a> Patience<'a> {
    /// With a partition, in the middle of the work.
    pub fn new(partition: &'a TopicPartition, cancel: &'a Cancel) -> Self {
        Self { partition: Some(partition), cancel, since: Instant::now(), wait: *WAIT.start() }
    }

    /// Before and between.
    pub fn brief(cancel: &'a Cancel) -> Self {
        Self { partition: None, cancel, since: Instant::now(), wait: *WAIT.start() }
    }

    /// Asks until there is an answer.
    pub async fn ask<T, E, F>(mut self, mut ask: impl FnMut() -> F) -> Result<T, TransferError>
    where
        E: Into<TransferError>,
        F: Future<Output = Result<T, E>>,
    {
        loop {
            match self.cancel.race(ask()).await.ok_or(TransferError::Cancelled)? {
                Ok(answer) => return Ok(answer),
                Err(error) => self.wait(error.into()).await?,
            }
        }
    }

    /// Waits before the next attempt; fails where `error` is not one that passes, or lasts.
    pub async fn wait(&mut self, error: TransferError) -> Result<(), TransferError> {
        let TransferError::Client(client) = &error else { return Err(error) };
        if !may_pass(client) {
            return Err(error);
        }
        match self.partition {
            Some(partition) if self.since.elapsed() > PATIENCE => {
                let (partition, why) = (partition.clone(), client.to_string());
                return Err(CopyFault::OutOfPatience { partition, seconds: PATIENCE.as_secs(), why }.into());
            }
            None if self.since.elapsed() > PATIENCE_BRIEF => return Err(error),
            _ => {}
        }
        self.cancel.race(tokio::time::sleep(self.wait)).await.ok_or(TransferError::Cancelled)?;
        self.wait = (self.wait * 2).min(*WAIT.end());
        Ok(())
    }
}

/// Whether waiting helps.
pub(super) fn may_pass(error: &ClientError) -> bool {
    use ResponseError as E;
    // Another batch at this sequence is in the log already, or about to be: the end tells soon.
    let by_sequence = matches!(error.code(), Some(E::OutOfOrderSequenceNumber | E::DuplicateSequenceNumber));
    // A name that is not known was known when the copy began: metadata lags behind while nodes come and go.
    by_sequence || error.is_retriable()
}

/// What is committed of a range, read on also when the cluster is away for a while.
pub(super) struct Steady<'a> {
    client: &'a Client,
    partition: &'a TopicPartition,
    cancel: &'a Cancel,
    /// Everything below is read.
    at: Offset,
    to: Offset,
    reader: Reader,
}

impl<'a> Steady<'a> {
    /// Offsets `from..to`.
    pub fn start(
        client: &'a Client,
        partition: &'a TopicPartition,
        from: Offset,
        to: Offset,
        cancel: &'a Cancel,
    ) -> Self {
        Self { client, partition, cancel, at: from, to, reader: open(client, partition, from, to) }
    }

    /// The next piece; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Piece>, TransferError> {
        let mut patience = Patience::new(self.partition, self.cancel);
        loop {
            match self.cancel.race(self.reader.next()).await.ok_or(TransferError::Cancelled)? {
                Ok(Some(piece)) => {
                    self.at = piece.to;
                    return Ok(Some(piece));
                }
                Ok(None) => return Ok(None),
                Err(error) => patience.wait(error.into()).await?,
            }
            self.reader = open(self.client, self.partition, self.at, self.to);
        }
    }
}

fn open(client: &Client, partition: &TopicPartition, from: Offset, to: Offset) -> Reader {
    let range = ReadRange { partition: partition.clone(), from, to };
    Reader::start(client.clone(), vec![range], READER)
}
