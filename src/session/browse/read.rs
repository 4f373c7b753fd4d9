//! Reading stretches of partitions in bounded pieces, and putting stretches of several partitions in order.

use std::ops::ControlFlow;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, TryStreamExt, stream};

use super::BrowseError;
use super::order::{Cursor, Span};
use super::rows::{Row, RowBody, keep};
use super::source::{PieceOptions, Source};
use crate::client::ClientError;
use crate::codec::{self, BatchError, BatchHeader, DecodedBatch, EndMarker, RecordRef};
use crate::model::{BatchFacts, Offset, PartitionId, TimestampMillis, TransactionFate};

/// Bytes of one fetch at most (a single larger batch comes whole).
pub const PIECE_BYTES_MAX: usize = 1024 * 1024;
/// Bytes of one fetch at least, so that short stretches do not take many requests.
const PIECE_BYTES_MIN: usize = 32 * 1024;
/// A guess of a record's size, to fetch no more than a short stretch needs; a wrong guess costs a second fetch.
const RECORD_BYTES_GUESS: usize = 512;
/// Partitions read at the same time.
const PARTITIONS_AT_ONCE: usize = 8;
/// What one batch may grow to when decompressed.
pub const DECOMPRESSED_BYTES_MAX: usize = codec::DECOMPRESSED_BYTES_MAX_DEFAULT;

/// Takes what stands in a stretch, offset by offset: every offset is told once, in order.
pub trait Visitor: Send {
    fn record(&mut self, facts: &Arc<BatchFacts>, record: &RecordRef<'_>) -> Result<(), BatchError>;
    /// The marker that ends a transaction stands at these offsets.
    fn marker(&mut self, from: Offset, to: Offset, _marker: EndMarker) {
        self.gap(from, to);
    }
    /// Nothing stands at these offsets.
    fn gap(&mut self, from: Offset, to: Offset);
    /// A damaged batch stands at these offsets.
    fn unreadable(&mut self, from: Offset, to: Offset, why: &Arc<str>);
    /// Called after every piece; a break ends the reading.
    fn piece_done(&mut self) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

/// Reads `from..to` of one partition. Deleted records are gaps, damaged batches are told and passed over.
///
/// # Errors
/// When the cluster does not answer or the topic is gone.
pub async fn read_stretch(
    source: &dyn Source,
    partition: PartitionId,
    from: Offset,
    to: Offset,
    visitor: &mut dyn Visitor,
) -> Result<ControlFlow<()>, BrowseError> {
    let mut next = from;
    while next < to {
        let wanted = usize::try_from(to - next).unwrap_or(usize::MAX).saturating_mul(RECORD_BYTES_GUESS);
        let options = PieceOptions { bytes_max: wanted.clamp(PIECE_BYTES_MIN, PIECE_BYTES_MAX), wait_millis: 0 };
        next = match source.piece(partition, next, options).await {
            Ok(piece) => {
                let after = visit_batches(&piece.batches, &piece.fates, next, to, visitor);
                if after == next {
                    visitor.gap(next, to);
                    to
                } else {
                    after
                }
            }
            Err(BrowseError::OutOfRange { .. }) => {
                let start = start_of(source, partition).await?.clamp(next, to);
                let gone_to = if start > next { start } else { to };
                visitor.gap(next, gone_to);
                gone_to
            }
            Err(BrowseError::Client(error)) if is_damage(&error) => {
                visitor.unreadable(next, to, &error.to_string().into());
                to
            }
            Err(error) => return Err(error),
        };
        if visitor.piece_done().is_break() {
            return Ok(ControlFlow::Break(()));
        }
        tokio::task::yield_now().await;
    }
    Ok(ControlFlow::Continue(()))
}

/// Tells the visitor what the batches hold of `next..to` and returns the offset to go on at.
/// `fates` belong to the batches in their order, as far as they are known.
pub fn visit_batches(
    batches: &[Bytes],
    fates: &[Option<TransactionFate>],
    mut next: Offset,
    to: Offset,
    visitor: &mut dyn Visitor,
) -> Offset {
    for (at, batch) in batches.iter().enumerate() {
        if next >= to {
            break;
        }
        next = match codec::verify(batch) {
            Ok(header) => {
                let fate = fates.get(at).copied().flatten();
                visit_batch(batch, (&header, fate), next, to, visitor)
            }
            Err(error) => {
                // The header may still tell how far the damage reaches; without it one offset is passed over at a time.
                let last = BatchHeader::parse(batch).map_or(next, |header| header.last_offset().max(next));
                let end = last.saturating_add(1).min(to);
                visitor.unreadable(next, end, &error.to_string().into());
                end
            }
        };
    }
    next
}

fn visit_batch(
    batch: &Bytes,
    (header, fate): (&BatchHeader, Option<TransactionFate>),
    from: Offset,
    to: Offset,
    visitor: &mut dyn Visitor,
) -> Offset {
    let end = header.last_offset().saturating_add(1).clamp(from, to);
    if header.is_control() {
        match EndMarker::parse(batch) {
            Some(marker) => visitor.marker(from, end, marker),
            None => visitor.gap(from, end),
        }
        return end;
    }
    let mut next = from;
    if let Err(error) = visit_records(batch, (header, fate), &mut next, to, visitor) {
        visitor.unreadable(next, end, &error.to_string().into());
    } else if next < end {
        visitor.gap(next, end);
    }
    end
}

fn visit_records(
    batch: &Bytes,
    (header, fate): (&BatchHeader, Option<TransactionFate>),
    next: &mut Offset,
    to: Offset,
    visitor: &mut dyn Visitor,
) -> Result<(), BatchError> {
    let decoded = DecodedBatch::new(batch, DECOMPRESSED_BYTES_MAX)?;
    let facts = Arc::new(BatchFacts { fate, ..header.facts() });
    for record in decoded.refs() {
        let record = record?;
        if record.offset >= to {
            break;
        }
        if record.offset < *next {
            continue;
        }
        if record.offset > *next {
            visitor.gap(*next, record.offset);
            *next = record.offset;
        }
        visitor.record(&facts, &record)?;
        *next = record.offset + 1;
    }
    Ok(())
}

/// A record that can never be read, as opposed to a cluster that does not answer now.
fn is_damage(error: &ClientError) -> bool {
    use kafka_protocol::ResponseError::{CorruptMessage, KafkaStorageError};
    matches!(error, ClientError::Batch { .. }) || matches!(error.code(), Some(CorruptMessage | KafkaStorageError))
}

async fn start_of(source: &dyn Source, partition: PartitionId) -> Result<Offset, BrowseError> {
    let bounds = source.bounds(&[partition]).await?;
    bounds.into_iter().next().map_or(Err(BrowseError::NoPartition { partition }), |bounds| Ok(bounds?.start))
}

/// A row with its place in the order: the highest timestamp so far in its partition comes first.
pub type Placed = (TimestampMillis, Row);

/// The rows between two places of the order, in order; as many as their ranks differ.
pub async fn read_between(
    source: &dyn Source,
    spans: &[Span],
    from: &Cursor,
    to: &Cursor,
) -> Result<Vec<Row>, BrowseError> {
    let mut reads: Vec<BoxFuture<'_, Result<Vec<Placed>, BrowseError>>> = Vec::new();
    for (i, span) in spans.iter().enumerate() {
        if from.offsets[i] < to.offsets[i] {
            reads.push(read_placed(source, span.partition, from.offsets[i], to.offsets[i], from.time).boxed());
        }
    }
    let parts: Vec<Vec<Placed>> = stream::iter(reads).buffered(PARTITIONS_AT_ONCE).try_collect().await?;
    Ok(in_order(parts.into_iter().flatten().collect()))
}

/// Time, partition and offset of what stands between two places of the order, in order; nothing is copied.
pub async fn places_between(
    source: &dyn Source,
    spans: &[Span],
    from: &Cursor,
    to: &Cursor,
) -> Result<Vec<Place>, BrowseError> {
    let mut places = Vec::new();
    for (i, span) in spans.iter().enumerate() {
        if from.offsets[i] < to.offsets[i] {
            let mut visitor = Places { partition: span.partition, reached: from.time, places: &mut places };
            // This visitor never breaks off.
            let _ = read_stretch(source, span.partition, from.offsets[i], to.offsets[i], &mut visitor).await?;
        }
    }
    places.sort_unstable();
    Ok(places)
}

/// Highest timestamp so far, partition, offset.
pub type Place = (TimestampMillis, PartitionId, Offset);

struct Places<'a> {
    partition: PartitionId,
    reached: TimestampMillis,
    places: &'a mut Vec<Place>,
}

impl Visitor for Places<'_> {
    fn record(&mut self, _: &Arc<BatchFacts>, record: &RecordRef<'_>) -> Result<(), BatchError> {
        self.reached = self.reached.max(record.timestamp);
        self.places.push((self.reached, self.partition, record.offset));
        Ok(())
    }

    fn gap(&mut self, from: Offset, to: Offset) {
        self.places.extend((from..to).map(|offset| (self.reached, self.partition, offset)));
    }

    fn unreadable(&mut self, from: Offset, to: Offset, _: &Arc<str>) {
        self.gap(from, to);
    }
}

async fn read_placed(
    source: &dyn Source,
    partition: PartitionId,
    from: Offset,
    to: Offset,
    reached: TimestampMillis,
) -> Result<Vec<Placed>, BrowseError> {
    let mut collect = Collect { partition, reached, rows: Vec::new() };
    // This visitor never breaks off.
    let _ = read_stretch(source, partition, from, to, &mut collect).await?;
    Ok(collect.rows)
}

/// Sorts rows by (highest timestamp so far, partition, offset).
pub fn in_order(mut placed: Vec<Placed>) -> Vec<Row> {
    placed.sort_by_key(|(time, row)| (*time, row.partition, row.offset));
    placed.into_iter().map(|(_, row)| row).collect()
}

/// Keeps every row of a stretch.
struct Collect {
    partition: PartitionId,
    reached: TimestampMillis,
    rows: Vec<Placed>,
}

impl Collect {
    fn fill(&mut self, from: Offset, to: Offset, body: &RowBody) {
        let (partition, reached) = (self.partition, self.reached);
        self.rows.extend((from..to).map(|offset| (reached, Row { partition, offset, body: body.clone() })));
    }
}

impl Visitor for Collect {
    fn record(&mut self, facts: &Arc<BatchFacts>, record: &RecordRef<'_>) -> Result<(), BatchError> {
        let row = keep(record, self.partition, facts)?;
        self.reached = self.reached.max(record.timestamp);
        self.rows.push((self.reached, row));
        Ok(())
    }

    fn marker(&mut self, from: Offset, to: Offset, marker: EndMarker) {
        self.fill(from, to, &RowBody::Marker(marker));
    }

    fn gap(&mut self, from: Offset, to: Offset) {
        self.fill(from, to, &RowBody::Gap);
    }

    fn unreadable(&mut self, from: Offset, to: Offset, why: &Arc<str>) {
        self.fill(from, to, &RowBody::Unreadable(Arc::clone(why)));
    }
}
