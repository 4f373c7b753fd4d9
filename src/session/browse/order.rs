//! One exact order for the records of several partitions, without reading them.
//!
//! Kafka answers "the first offset whose timestamp is at least T" (ListOffsets). Timestamps inside a partition need not
//! rise, but the highest timestamp *so far* never falls, and that answer is just as well "the first offset at which the
//! highest timestamp so far is at least T". So records are ordered by (highest timestamp so far in their partition,
//! partition, offset): a total order that keeps every partition's own order, whose ranks can be counted for any T by one
//! ListOffsets, and in which the record of any rank is found by bisection over T. A million-record topic can therefore
//! be entered anywhere at the price of some twenty index look-ups.

use std::ops::RangeInclusive;
use std::sync::Arc;

use super::BrowseError;
use super::read::places_between;
use super::source::Source;
use crate::model::{Offset, PartitionId, TimestampMillis};

/// How many answered ListOffsets are remembered to start the next bisection from.
const FRONTS_MAX: usize = 8_192;
/// Bisection over the whole range of 64-bit time halves at least every second step.
const LOCATE_STEPS_MAX: usize = 240;
/// A rough place is looked for with this many ListOffsets, then the exact one.
const NEAR_STEPS_MAX: usize = 12;
/// When no more records than this lie between two known fronts, they are read instead of asking on: one fetch a partition
/// costs less than the last dozen steps of a bisection.
const READ_RECORDS_MAX: u64 = 1_024;

/// The part of one partition that a request covers: `lo..hi`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub partition: PartitionId,
    pub lo: Offset,
    pub hi: Offset,
}

impl Span {
    /// Offsets in the span; gaps (compaction, transaction markers) count, as ranks are offsets.
    pub fn records(&self) -> u64 {
        self.hi.saturating_sub(self.lo).max(0) as u64
    }
}

/// A place between two records of the order: everything below `offsets` comes before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    pub rank: u64,
    /// One for each span, in the order of the spans.
    pub offsets: Box<[Offset]>,
    /// The highest timestamp so far of the next record of each partition is at least this.
    pub time: TimestampMillis,
}

/// The answer to one "offsets at time T", clamped to the spans.
#[derive(Debug, Clone)]
struct Front {
    time: TimestampMillis,
    rank: u64,
    offsets: Box<[Offset]>,
}

/// The order of the records in some spans.
pub struct Order {
    source: Arc<dyn Source>,
    spans: Vec<Span>,
    partitions: Vec<PartitionId>,
    total: u64,
    /// Sorted by time, and so by rank too. Always holds the two ends, so that every rank lies between two of them.
    fronts: Vec<Front>,
}

impl Order {
    /// Prepares the order of `spans`, which must be sorted by partition. Asks the source for the latest timestamp, which
    /// bounds the bisection; not needed for a single partition, whose order is that of its offsets.
    pub async fn new(source: Arc<dyn Source>, spans: Vec<Span>) -> Result<Self, BrowseError> {
        let partitions: Vec<PartitionId> = spans.iter().map(|s| s.partition).collect();
        let total = spans.iter().map(Span::records).sum();
        let last = match spans.len() {
            0 | 1 => 0,
            _ => source.latest_time(&partitions).await?.unwrap_or(i64::MAX - 1).max(0),
        };
        // Kafka's "no timestamp" is -1, so nothing lies below.
        let first = Front { time: -1, rank: 0, offsets: spans.iter().map(|s| s.lo).collect() };
        let end = Front {
            time: last.saturating_add(1),
            rank: total,
            offsets: spans.iter().map(|s| s.hi.max(s.lo)).collect(),
        };
        Ok(Self { source, spans, partitions, total, fronts: vec![first, end] })
    }

    /// How many ranks there are.
    pub fn total(&self) -> u64 {
        self.total
    }

    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// The place before the record of `rank`; ranks from `total` on give the end.
    pub async fn locate(&mut self, rank: u64) -> Result<Cursor, BrowseError> {
        if rank >= self.total {
            let offsets = self.spans.iter().map(|s| s.hi.max(s.lo)).collect();
            return Ok(Cursor { rank: self.total, offsets, time: i64::MAX });
        }
        if let [span] = self.spans[..] {
            return Ok(Cursor { rank, offsets: Box::new([span.lo + rank as i64]), time: -1 });
        }
        for step in 0..LOCATE_STEPS_MAX {
            let (lower, upper) = self.around(rank);
            if lower.rank == rank || upper.time - lower.time <= 1 {
                return Ok(share_ties(rank, lower, upper));
            }
            if upper.rank - lower.rank <= READ_RECORDS_MAX {
                return read_to(&*self.source, &self.spans, rank, lower, upper).await;
            }
            self.ask(guess(rank, step, lower, upper)).await?;
        }
        Err(BrowseError::Unsteady)
    }

    /// A place near `rank`, with a rank inside of `within`: far cheaper than the exact one, for work that only wants
    /// pieces of about the same size.
    pub async fn locate_near(&mut self, rank: u64, within: RangeInclusive<u64>) -> Result<Cursor, BrowseError> {
        if rank == 0 || rank >= self.total || self.spans.len() == 1 {
            return self.locate(rank).await;
        }
        for step in 0..NEAR_STEPS_MAX {
            let (lower, upper) = self.around(rank);
            if let Some(front) = [lower, upper].into_iter().find(|front| within.contains(&front.rank)) {
                return Ok(Cursor { rank: front.rank, offsets: front.offsets.clone(), time: front.time });
            }
            if upper.time - lower.time <= 1 {
                break;
            }
            self.ask(guess(rank, step, lower, upper)).await?;
        }
        self.locate(rank).await
    }

    /// The closest known fronts at or before, and after, a rank below the total.
    fn around(&self, rank: u64) -> (&Front, &Front) {
        let above = self.fronts.partition_point(|front| front.rank <= rank).min(self.fronts.len() - 1);
        (&self.fronts[above - 1], &self.fronts[above])
    }

    /// The rank of the first record whose partition has reached `time`.
    pub async fn rank_at(&mut self, time: TimestampMillis) -> Result<u64, BrowseError> {
        if time < 0 {
            return Ok(0);
        }
        self.ask(time).await
    }

    /// The rank of one record (or of the gap at its offset); offsets outside of the span are clamped.
    pub async fn rank_of(&mut self, partition: PartitionId, offset: Offset) -> Result<u64, BrowseError> {
        let Some(index) = self.spans.iter().position(|s| s.partition == partition) else { return Ok(0) };
        let span = self.spans[index];
        let offset = offset.clamp(span.lo, (span.hi - 1).max(span.lo));
        if self.spans.len() == 1 {
            return Ok((offset - span.lo) as u64);
        }
        loop {
            let above = self.fronts.partition_point(|front| front.offsets[index] <= offset).min(self.fronts.len() - 1);
            let (lower, upper) = (&self.fronts[above - 1], &self.fronts[above]);
            if upper.time - lower.time <= 1 {
                let earlier: i64 = (0..index).map(|i| upper.offsets[i] - lower.offsets[i]).sum();
                return Ok(lower.rank + earlier as u64 + (offset - lower.offsets[index]).max(0) as u64);
            }
            let middle = lower.time + (upper.time - lower.time) / 2;
            self.ask(middle).await?;
        }
    }

    /// Asks where each partition reaches `time`, remembers the answer, and returns its rank.
    async fn ask(&mut self, time: TimestampMillis) -> Result<u64, BrowseError> {
        let place = self.fronts.partition_point(|front| front.time < time);
        match self.fronts.get(place) {
            Some(front) if front.time == time => return Ok(front.rank),
            Some(_) => {}
            None => return Ok(self.total),
        }
        let answers = self.source.offsets_at(time, &self.partitions).await?;
        let (before, after) = (&self.fronts[place - 1], &self.fronts[place]);
        let offsets: Box<[Offset]> = self
            .spans
            .iter()
            .zip(answers)
            .enumerate()
            // Clamped by the neighbours too: a source that trims meanwhile must not make ranks run backwards.
            .map(|(i, (span, answer))| answer.unwrap_or(span.hi).clamp(before.offsets[i], after.offsets[i]))
            .collect();
        let rank = self.spans.iter().zip(&offsets).map(|(span, offset)| (offset - span.lo) as u64).sum();
        self.fronts.insert(place, Front { time, rank, offsets });
        if self.fronts.len() > FRONTS_MAX {
            self.fronts.drain(1..self.fronts.len() - 1);
        }
        Ok(rank)
    }
}

/// Gives the records that share one millisecond to the partitions in their order.
fn share_ties(rank: u64, lower: &Front, upper: &Front) -> Cursor {
    let mut left = (rank - lower.rank) as i64;
    let offsets = lower.offsets.iter().zip(&upper.offsets).map(|(low, high)| {
        let taken = left.min(high - low);
        left -= taken;
        low + taken
    });
    Cursor { rank, offsets: offsets.collect(), time: lower.time }
}

/// The exact place between two fronts that are close: reads what stands between them.
async fn read_to(
    source: &dyn Source,
    spans: &[Span],
    rank: u64,
    lower: &Front,
    upper: &Front,
) -> Result<Cursor, BrowseError> {
    let cursor = |front: &Front| Cursor { rank: front.rank, offsets: front.offsets.clone(), time: front.time };
    let places = places_between(source, spans, &cursor(lower), &cursor(upper)).await?;
    let before = (rank - lower.rank) as usize;
    let mut offsets = lower.offsets.clone();
    for (_, partition, _) in &places[..before.min(places.len())] {
        if let Some(index) = spans.iter().position(|span| span.partition == *partition) {
            offsets[index] += 1;
        }
    }
    let time = places.get(before).map_or(upper.time, |(time, ..)| *time);
    Ok(Cursor { rank, offsets, time })
}

/// The next time to ask for, strictly between the two: where the rank would be if records were spread evenly, in turn a
/// little below and a little above so that both sides come close, and every third time the middle, which bounds the
/// number of steps for any other spread.
fn guess(rank: u64, step: usize, lower: &Front, upper: &Front) -> TimestampMillis {
    let width = (upper.time - lower.time) as i128;
    let aside = READ_RECORDS_MAX / 3;
    let wanted = if step.is_multiple_of(3) { rank.saturating_sub(aside) } else { rank.saturating_add(aside) };
    let wanted = wanted.clamp(lower.rank, upper.rank);
    let ahead = match step % 3 {
        2 => width / 2,
        _ => width * i128::from(wanted - lower.rank) / i128::from((upper.rank - lower.rank).max(1)),
    };
    (lower.time + ahead as i64).clamp(lower.time + 1, upper.time - 1)
}
