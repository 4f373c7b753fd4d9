//! Records over time, without reading any: differences between the offsets at the edges of buckets.
//!
//! ListOffsets answers "the first offset at or after T" for each partition, so the records between two edges are counted
//! exactly (by the highest timestamp so far) at the price of one look-up an edge and partition, on any cluster.

use std::sync::Arc;
use std::time::Duration;

use super::order::Span;
use super::source::Source;
use super::view::Histogram;
use super::{BrowseError, Shared};
use crate::model::{PartitionId, TimestampMillis};

/// Bars at most.
pub const BUCKETS_MAX: i64 = 96;
/// Look-ups for one histogram at most; topics with many partitions get fewer bars.
const LOOKUPS_MAX: i64 = 6_400;
/// Bars at least.
const BUCKETS_MIN: i64 = 16;
/// How often a tail looks for new bars.
const FOLLOW_EVERY: Duration = Duration::from_secs(3);
/// Widths of a bucket in milliseconds: those whose edges are round times.
const WIDTHS: [i64; 36] = [
    1,
    2,
    5,
    10,
    20,
    50,
    100,
    200,
    500,
    1_000,
    2_000,
    5_000,
    10_000,
    15_000,
    30_000,
    60_000,
    120_000,
    300_000,
    600_000,
    900_000,
    1_800_000,
    3_600_000,
    7_200_000,
    10_800_000,
    21_600_000,
    43_200_000,
    DAY,
    2 * DAY,
    7 * DAY,
    14 * DAY,
    28 * DAY,
    91 * DAY,
    182 * DAY,
    364 * DAY,
    3_640 * DAY,
    36_400 * DAY,
];
const DAY: i64 = 86_400_000;

/// Computes the histogram of what is stored, unless the one shown has the same content; with `follows`, again and again.
pub(super) async fn keep(shared: &Arc<Shared>, generation: u64, stored: Arc<[Span]>, follows: bool) {
    let mut spans = stored.to_vec();
    let mut shown: Option<Vec<Span>> = None;
    loop {
        let same = shared.histogram.load_full();
        if shown.is_none() && *same.spans == *spans && same.width > 0 {
            // Another question about the same records: the bars stay as they are.
            shared.histogram.store(Arc::new(Histogram { generation, ..Histogram::clone(&same) }));
            shown = Some(spans.clone());
        } else if shown.as_ref() != Some(&spans)
            && let Ok(histogram) = compute(&*shared.source, &spans, generation).await
        {
            shared.histogram.store(Arc::new(histogram));
            (shared.wake)();
            shown = Some(spans.clone());
        }
        if !follows {
            return;
        }
        tokio::time::sleep(FOLLOW_EVERY).await;
        let partitions: Vec<PartitionId> = spans.iter().map(|span| span.partition).collect();
        let Ok(bounds) = shared.source.bounds(&partitions).await else { continue };
        for (span, bounds) in spans.iter_mut().zip(bounds) {
            if let Ok(bounds) = bounds {
                (span.lo, span.hi) = (bounds.start, bounds.end);
            }
        }
    }
}

/// Counts the records of `spans` in buckets of a round width.
pub(super) async fn compute(source: &dyn Source, spans: &[Span], generation: u64) -> Result<Histogram, BrowseError> {
    let partitions: Vec<PartitionId> = spans.iter().map(|span| span.partition).collect();
    let nothing = Histogram { generation, spans: spans.into(), ..Histogram::default() };
    if spans.iter().all(|span| span.records() == 0) {
        return Ok(nothing);
    }
    let first = source.earliest_time(&partitions).await?;
    let last = source.latest_time(&partitions).await?;
    let (Some(first), Some(last)) = (first, last) else { return Ok(nothing) };
    let buckets = (LOOKUPS_MAX / partitions.len() as i64).clamp(BUCKETS_MIN, BUCKETS_MAX);
    let (from, width, buckets) = edges(first, last.max(first), buckets);
    let mut counts = Vec::with_capacity(buckets as usize);
    let mut below = below(source, spans, &partitions, from).await?;
    for bucket in 1..=buckets {
        let edge = self::below(source, spans, &partitions, from + width * bucket).await?;
        counts.push(edge.saturating_sub(below));
        below = edge;
    }
    Ok(Histogram { generation, spans: spans.into(), from, width, counts })
}

/// The records before `time`.
async fn below(
    source: &dyn Source,
    spans: &[Span],
    partitions: &[PartitionId],
    time: TimestampMillis,
) -> Result<u64, BrowseError> {
    let offsets = source.offsets_at(time, partitions).await?;
    let counts = spans.iter().zip(offsets).map(|(span, offset)| {
        let reached = offset.unwrap_or(span.hi).clamp(span.lo, span.hi.max(span.lo));
        (reached - span.lo) as u64
    });
    Ok(counts.sum())
}

/// Start, width and number of the buckets that cover `first..=last` with at most `buckets_max`.
fn edges(first: TimestampMillis, last: TimestampMillis, buckets_max: i64) -> (TimestampMillis, i64, i64) {
    for width in WIDTHS {
        let from = first.div_euclid(width) * width;
        let buckets = (last - from) / width + 1;
        if buckets <= buckets_max {
            return (from, width, buckets);
        }
    }
    let width = (last - first) / buckets_max + 1;
    (first, width, buckets_max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_have_round_edges_and_cover_everything() {
        for (first, last) in
            [(0, 0), (1, 2), (1_517_363_399_650, 1_517_968_000_000), (5, 9_000_000_000_000), (0, i64::MAX / 2)]
        {
            let (from, width, buckets) = edges(first, last, BUCKETS_MAX);
            assert!(from <= first && last < from + width * buckets, "{first}..{last}");
            assert!((1..=BUCKETS_MAX).contains(&buckets));
        }
        assert_eq!(
            edges(1_517_363_399_650, 1_517_968_000_000, BUCKETS_MAX).1,
            7_200_000,
            "a week in bars of two hours"
        );
    }
}
