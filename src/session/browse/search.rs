//! The search: walks through the order chunk by chunk and streams what matches.
//!
//! A chunk is read partition by partition, on raw batches, without allocating for what does not match; its hits are then
//! put in order. So hits come in the very order of the list, and the first chunks are small so that the first ones come
//! soon.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::matcher::Matcher;
use super::order::Order;
use super::read::{Placed, Visitor, in_order, read_stretch};
use super::rows::{PAGE_ROWS, Row, keep};
use super::view::{BrowseView, Histogram, Phase, SearchState, SearchView};
use super::{BrowseError, Control, Shared};
use crate::codec::{BatchError, RecordRef};
use crate::model::{BatchFacts, Offset, PartitionId, TimestampMillis};

/// Hits that the list keeps at most; all are counted.
pub const HITS_ROWS_MAX: u64 = 100_000;
/// Bytes of hits that the list keeps at most.
pub const HITS_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Records in the first chunk.
const CHUNK_RECORDS_MIN: u64 = 4_096;
/// Records in a chunk at most: it bounds the hits that wait to be put in order.
const CHUNK_RECORDS_MAX: u64 = 65_536;
/// How often and how many times a search that is done looks whether the bars are there.
const BARS_LOOK_EVERY: Duration = Duration::from_millis(50);
const BARS_LOOKS_MAX: usize = 400;
/// Times of hits that wait for the bars, which come in the first moments of a search.
const WAITING_TIMES_MAX: usize = 1_000_000;
/// How often progress is shown.
const PUBLISH_EVERY: Duration = Duration::from_millis(80);

/// Searches everything that `order` covers, then returns; the view stays.
pub(super) async fn run(
    shared: &Arc<Shared>,
    view: &mut BrowseView,
    mut order: Order,
    matcher: Matcher,
) -> Result<(), BrowseError> {
    let total = order.total();
    let newest_first = view.request.start.is_newest_first();
    let begin = SearchView { searched: 0, total, hits: 0, kept: 0, rate: 0.0, state: SearchState::Running };
    let mut progress = Progress {
        shared,
        control: shared.control.subscribe(),
        hits: Hits { view, bytes: 0, full: false },
        bars: HitBars::default(),
        search: begin,
        started: Instant::now(),
        published: Instant::now(),
    };
    progress.hits.view.phase = Phase::Ready;
    progress.publish();
    let mut chunk = CHUNK_RECORDS_MIN;
    let (mut done, mut state) = (0, SearchState::Done);
    let mut edge = order.locate(if newest_first { total } else { 0 }).await?;
    while done < total {
        // Chunks end where it is cheap to find: somewhere near the wished size, at an exact place of the order all the same.
        let wished = chunk.min(total - done);
        let next = if newest_first {
            let rank = total - done - wished;
            order.locate_near(rank, rank.saturating_sub(chunk / 2)..=rank + wished / 2).await?
        } else {
            let rank = done + wished;
            order.locate_near(rank, done + wished.div_ceil(2)..=rank + chunk / 2).await?
        };
        let count = next.rank.abs_diff(edge.rank);
        let (from, to) = if newest_first { (&next, &edge) } else { (&edge, &next) };
        let mut found: Vec<Placed> = Vec::new();
        let mut ended = ControlFlow::Continue(());
        for (i, span) in order.spans().iter().enumerate() {
            let (start, end) = (from.offsets[i], to.offsets[i]);
            if start >= end || ended.is_break() {
                continue;
            }
            let mut scan = Scan {
                partition: span.partition,
                reached: from.time,
                matcher: &matcher,
                found: &mut found,
                scanned: start,
                told: start,
                progress: &mut progress,
            };
            ended = read_stretch(&*shared.source, span.partition, start, end, &mut scan).await?;
        }
        let mut rows = in_order(found);
        if newest_first {
            rows.reverse();
        }
        progress.hits.add(rows);
        if ended.is_break() {
            state = SearchState::Cancelled;
            break;
        }
        done += count;
        edge = next;
        progress.search.searched = done;
        progress.publish_sometimes();
        chunk = (chunk * 2).min(CHUNK_RECORDS_MAX);
    }
    progress.search.state = state;
    progress.publish();
    // The bars may come after a quick search; its hits are then counted in them.
    for _ in 0..BARS_LOOKS_MAX {
        if shared.histogram.load().generation == progress.hits.view.generation {
            progress.publish();
            break;
        }
        tokio::time::sleep(BARS_LOOK_EVERY).await;
    }
    Ok(())
}

/// The hits so far.
struct Hits<'a> {
    view: &'a mut BrowseView,
    bytes: usize,
    full: bool,
}

impl Hits<'_> {
    fn add(&mut self, rows: Vec<Row>) {
        for row in rows {
            let bytes = row.memory_bytes();
            self.full |= self.view.total >= HITS_ROWS_MAX || self.bytes + bytes > HITS_BYTES_MAX;
            if self.full {
                return;
            }
            self.bytes += bytes;
            let page = self.view.pages.entry(self.view.total / PAGE_ROWS).or_default();
            Arc::make_mut(page).push(row);
            self.view.total += 1;
        }
    }
}

/// When the hits were, as bars in front of those of all records.
#[derive(Default)]
struct HitBars {
    /// Known once the bars of this request are there, which do not change after that.
    histogram: Option<Arc<Histogram>>,
    counts: Vec<u64>,
    /// Hits from before that.
    waiting: Vec<TimestampMillis>,
}

impl HitBars {
    fn note(&mut self, time: TimestampMillis) {
        match self.histogram.as_ref() {
            Some(histogram) => {
                if let Some(bucket) = histogram.bucket(time) {
                    self.counts[bucket] += 1;
                }
            }
            None if self.waiting.len() < WAITING_TIMES_MAX => self.waiting.push(time),
            None => {}
        }
    }

    fn counts(&mut self, shared: &Shared, generation: u64) -> Arc<[u64]> {
        if self.histogram.is_none() {
            let histogram = shared.histogram.load_full();
            if histogram.generation == generation {
                self.counts = vec![0; histogram.counts.len()];
                self.histogram = Some(histogram);
                for time in std::mem::take(&mut self.waiting) {
                    self.note(time);
                }
            }
        }
        self.counts.as_slice().into()
    }
}

struct Progress<'a> {
    shared: &'a Shared,
    control: watch::Receiver<Control>,
    hits: Hits<'a>,
    bars: HitBars,
    search: SearchView,
    started: Instant,
    published: Instant,
}

impl Progress<'_> {
    fn publish_sometimes(&mut self) {
        if self.published.elapsed() >= PUBLISH_EVERY {
            self.publish();
        }
    }

    fn publish(&mut self) {
        let seconds = self.started.elapsed().as_secs_f64();
        self.search.rate = if seconds > 0.0 { self.search.searched as f64 / seconds } else { 0.0 };
        self.search.kept = self.hits.view.total;
        self.hits.view.search = Some(self.search);
        self.hits.view.hit_counts = self.bars.counts(self.shared, self.hits.view.generation);
        self.shared.publish(self.hits.view.clone());
        self.published = Instant::now();
    }
}

/// Tests the records of one stretch.
struct Scan<'a, 'p> {
    partition: PartitionId,
    reached: TimestampMillis,
    matcher: &'a Matcher,
    found: &'a mut Vec<Placed>,
    /// Offsets below this are done, and were told to the progress up to `told`.
    scanned: Offset,
    told: Offset,
    progress: &'a mut Progress<'p>,
}

impl Visitor for Scan<'_, '_> {
    fn record(&mut self, facts: &Arc<BatchFacts>, record: &RecordRef<'_>) -> Result<(), BatchError> {
        self.reached = self.reached.max(record.timestamp);
        self.scanned = record.offset + 1;
        if self.matcher.matches(record) {
            self.progress.search.hits += 1;
            self.progress.bars.note(self.reached);
            if !self.progress.hits.full {
                self.found.push((self.reached, keep(record, self.partition, facts)?));
            }
        }
        Ok(())
    }

    fn gap(&mut self, _: Offset, to: Offset) {
        self.scanned = to;
    }

    fn unreadable(&mut self, _: Offset, to: Offset, _: &Arc<str>) {
        self.scanned = to;
    }

    fn piece_done(&mut self) -> ControlFlow<()> {
        self.progress.search.searched += (self.scanned - self.told).max(0) as u64;
        self.told = self.scanned;
        self.progress.publish_sometimes();
        match self.progress.control.borrow().cancelled {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }
}
