//! The tail: records as they come, the newest on top.
//!
//! One long poll a partition feeds one short queue. A pause stops taking from the queue: when it is full the polls wait,
//! each keeping its offset, so nothing is lost and nothing piles up however long the pause lasts.

use std::collections::{BTreeMap, VecDeque};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::matcher::Matcher;
use super::order::Order;
use super::read::{PIECE_BYTES_MAX, Placed, Visitor, in_order, read_between, visit_batches};
use super::rows::{PAGE_ROWS, Row, RowBody, keep};
use super::source::PieceOptions;
use super::view::{BrowseView, LiveView, Phase};
use super::{BrowseError, Control, Shared};
use crate::codec::{BatchError, RecordRef};
use crate::model::{BatchFacts, Offset, PartitionId, TimestampMillis};

/// Rows that the tail keeps; older ones leave at the lower end.
pub const LIVE_ROWS_MAX: u64 = 100_000;
/// Partitions that one tail follows at most: each has a long poll of its own.
pub const LIVE_PARTITIONS_MAX: usize = 1_000;
/// Records from before the tail began that it starts with.
pub const LIVE_BACKFILL_ROWS: u64 = 500;
/// Bytes of rows that the tail keeps.
const LIVE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Pieces that wait to be shown.
const QUEUE_PIECES_MAX: usize = 16;
/// How long a poll waits for a record.
const POLL_MILLIS: u32 = 5_000;
/// How soon a partition that failed is tried again.
const RETRY_AFTER: Duration = Duration::from_millis(500);
/// New rows are shown at most this often.
const PUBLISH_EVERY: Duration = Duration::from_millis(50);
/// How often the records behind a pause are counted.
const COUNT_EVERY: Duration = Duration::from_millis(300);
/// The rate is that of this many seconds.
const RATE_SECONDS: u64 = 3;

/// What a poll brings.
enum Arrival {
    Batches {
        partition: PartitionId,
        from: Offset,
        batches: Vec<Bytes>,
    },
    /// Records that were deleted before they were read.
    Skipped {
        partition: PartitionId,
        to: Offset,
    },
    Trouble {
        partition: PartitionId,
        error: BrowseError,
    },
}

/// A tail that runs.
pub(super) struct Tail<'a> {
    shared: &'a Arc<Shared>,
    view: &'a mut BrowseView,
    matcher: Option<Matcher>,
    live: LiveView,
    control: watch::Receiver<Control>,
    /// Where each partition goes on: everything below was shown or did not match.
    next: BTreeMap<PartitionId, Offset>,
    bytes: usize,
    /// Arrivals of the last seconds, for the rate.
    recent: VecDeque<(Instant, u64)>,
}

impl<'a> Tail<'a> {
    /// Shows the last records before now, from which [`Tail::follow`] goes on.
    pub async fn start(
        shared: &'a Arc<Shared>,
        view: &'a mut BrowseView,
        matcher: Option<Matcher>,
    ) -> Result<Self, BrowseError> {
        if view.stored.len() > LIVE_PARTITIONS_MAX {
            return Err(BrowseError::TooManyPartitions { partitions: view.stored.len(), max: LIVE_PARTITIONS_MAX });
        }
        let spans = view.stored.to_vec();
        let next = spans.iter().map(|span| (span.partition, span.hi)).collect();
        view.spans = spans.clone().into();
        view.reversed = true;
        let live = LiveView {
            paused: false,
            waiting: 0,
            received: 0,
            dropped: 0,
            deleted_unread: 0,
            rate: 0.0,
            trouble: None,
        };
        let control = shared.control.subscribe();
        let mut tail = Self { shared, view, matcher, live, control, next, bytes: 0, recent: VecDeque::new() };
        // A filtered tail starts empty: what came before is what the search is for.
        if tail.matcher.is_none() {
            let mut order = Order::new(Arc::clone(&shared.source), spans).await?;
            let from = order.locate(order.total().saturating_sub(LIVE_BACKFILL_ROWS)).await?;
            let to = order.locate(order.total()).await?;
            let rows = read_between(&*shared.source, order.spans(), &from, &to).await?;
            tail.add(rows);
        }
        tail.publish();
        Ok(tail)
    }

    /// Follows the partitions until the request is replaced.
    pub async fn follow(mut self) -> Result<(), BrowseError> {
        let (sender, mut arrivals) = mpsc::channel(QUEUE_PIECES_MAX);
        let mut polls = JoinSet::new();
        for (partition, offset) in &self.next {
            polls.spawn(poll(Arc::clone(self.shared), *partition, *offset, sender.clone()));
        }
        drop(sender);
        let mut counter = tokio::time::interval(COUNT_EVERY);
        let mut published = Instant::now();
        let mut fresh = false;
        loop {
            let paused = self.control.borrow_and_update().paused;
            if paused != self.live.paused {
                self.live.paused = paused;
                fresh = true;
            }
            let wait = PUBLISH_EVERY.saturating_sub(published.elapsed());
            tokio::select! {
                changed = self.control.changed() => if changed.is_err() { return Ok(()) },
                arrival = arrivals.recv(), if !paused => match arrival {
                    Some(arrival) => {
                        self.take(arrival)?;
                        fresh = true;
                    }
                    None => return Ok(()),
                },
                _ = counter.tick() => fresh |= self.count().await,
                () = tokio::time::sleep(wait), if fresh => {
                    self.publish();
                    (published, fresh) = (Instant::now(), false);
                }
            }
        }
    }

    /// Takes what a poll brought.
    fn take(&mut self, arrival: Arrival) -> Result<(), BrowseError> {
        match arrival {
            Arrival::Batches { partition, from, batches } => {
                let mut collect = Collect { partition, matcher: self.matcher.as_ref(), rows: Vec::new(), seen: 0 };
                let next = visit_batches(&batches, &[], from, Offset::MAX, &mut collect);
                let (rows, seen) = (collect.rows, collect.seen);
                self.next.insert(partition, next);
                self.live.received += seen;
                self.recent.push_back((Instant::now(), seen));
                if self.live.trouble.as_ref().is_some_and(|(troubled, _)| *troubled == partition) {
                    self.live.trouble = None;
                }
                self.add(in_order(rows));
            }
            Arrival::Skipped { partition, to } => {
                let next = self.next.entry(partition).or_insert(to);
                self.live.deleted_unread += (to - *next).max(0) as u64;
                *next = to;
            }
            Arrival::Trouble { error: error @ BrowseError::NoTopic { .. }, .. } => return Err(error),
            Arrival::Trouble { partition, error } => self.live.trouble = Some((partition, error)),
        }
        Ok(())
    }

    /// Adds rows at the upper end and drops as many at the lower end as the ring needs.
    fn add(&mut self, rows: Vec<Row>) {
        let view = &mut *self.view;
        for row in rows {
            self.bytes += row.memory_bytes();
            let page = view.pages.entry((view.base + view.total) / PAGE_ROWS).or_default();
            Arc::make_mut(page).push(row);
            view.total += 1;
        }
        // Whole pages leave, so that ranks keep their places in pages; the newest page always stays.
        while (view.total > LIVE_ROWS_MAX || self.bytes > LIVE_BYTES_MAX) && view.pages.len() > 1 {
            let Some((_, page)) = view.pages.pop_first() else { return };
            self.bytes -= page.memory_bytes;
            let gone = page.rows.len() as u64;
            view.base += gone;
            view.total -= gone;
            self.live.dropped += gone;
        }
    }

    /// Counts what waits behind a pause and how fast records come; says whether anything changed.
    async fn count(&mut self) -> bool {
        let before = (self.live.waiting, self.live.rate);
        let horizon = Duration::from_secs(RATE_SECONDS);
        while self.recent.front().is_some_and(|(at, _)| at.elapsed() > horizon) {
            self.recent.pop_front();
        }
        self.live.rate = self.recent.iter().map(|(_, count)| *count).sum::<u64>() as f64 / RATE_SECONDS as f64;
        self.live.waiting = 0;
        if self.live.paused {
            let partitions: Vec<PartitionId> = self.next.keys().copied().collect();
            if let Ok(bounds) = self.shared.source.bounds(&partitions).await {
                let ends = self.next.values().zip(bounds).filter_map(|(next, bounds)| Some(bounds.ok()?.end - next));
                self.live.waiting = ends.map(|waiting| waiting.max(0) as u64).sum();
            }
        }
        before != (self.live.waiting, self.live.rate)
    }

    fn publish(&mut self) {
        self.view.phase = Phase::Ready;
        self.view.live = Some(self.live.clone());
        self.shared.publish(self.view.clone());
    }
}

/// Polls one partition for as long as anybody listens. Waits where the queue is full, at its offset.
async fn poll(shared: Arc<Shared>, partition: PartitionId, mut next: Offset, queue: mpsc::Sender<Arrival>) {
    let options = PieceOptions { bytes_max: PIECE_BYTES_MAX, wait_millis: POLL_MILLIS };
    loop {
        let asked = Instant::now();
        let arrival = match shared.source.piece(partition, next, options).await {
            Ok(piece) if piece.batches.is_empty() => {
                // A source that does not wait must not be asked without pause.
                let rest = RETRY_AFTER.saturating_sub(asked.elapsed());
                tokio::time::sleep(rest / 4).await;
                continue;
            }
            Ok(piece) => {
                let from = next;
                next = end_of(&piece.batches, from);
                Arrival::Batches { partition, from, batches: piece.batches }
            }
            Err(BrowseError::OutOfRange { .. }) => match shared.source.bounds(&[partition]).await {
                Ok(bounds) => match bounds.into_iter().next() {
                    Some(Ok(bounds)) if bounds.start > next => {
                        next = bounds.start;
                        Arrival::Skipped { partition, to: next }
                    }
                    Some(Ok(bounds)) if bounds.end < next => {
                        // The topic was deleted and made again: begin at its end.
                        next = bounds.end;
                        Arrival::Skipped { partition, to: next }
                    }
                    Some(Err(error)) => Arrival::Trouble { partition, error },
                    _ => {
                        tokio::time::sleep(RETRY_AFTER).await;
                        continue;
                    }
                },
                Err(error) => Arrival::Trouble { partition, error },
            },
            Err(error) => Arrival::Trouble { partition, error },
        };
        let failed = matches!(arrival, Arrival::Trouble { .. });
        if queue.send(arrival).await.is_err() {
            return;
        }
        if failed {
            tokio::time::sleep(RETRY_AFTER).await;
        }
    }
}

/// Where to go on after these batches.
fn end_of(batches: &[Bytes], from: Offset) -> Offset {
    let mut nothing = Nothing;
    batches.iter().fold(from, |next, batch| match crate::codec::BatchHeader::parse(batch) {
        Ok(header) => header.last_offset().saturating_add(1).max(next),
        // As `visit_batches` passes over a batch whose header is damaged.
        Err(_) => visit_batches(std::slice::from_ref(batch), &[], next, Offset::MAX, &mut nothing),
    })
}

struct Nothing;

impl Visitor for Nothing {
    fn record(&mut self, _: &Arc<BatchFacts>, _: &RecordRef<'_>) -> Result<(), BatchError> {
        Ok(())
    }

    fn gap(&mut self, _: Offset, _: Offset) {}

    fn unreadable(&mut self, _: Offset, _: Offset, _: &Arc<str>) {}
}

/// Keeps the rows of a piece that match. Offsets at which nothing stands are not rows here: a tail shows what came.
struct Collect<'a> {
    partition: PartitionId,
    matcher: Option<&'a Matcher>,
    rows: Vec<Placed>,
    seen: u64,
}

impl Visitor for Collect<'_> {
    fn record(&mut self, facts: &Arc<BatchFacts>, record: &RecordRef<'_>) -> Result<(), BatchError> {
        self.seen += 1;
        if self.matcher.is_none_or(|matcher| matcher.matches(record)) {
            // Arrival is the order of a tail; inside one piece that is the offset.
            self.rows.push((0 as TimestampMillis, keep(record, self.partition, facts)?));
        }
        Ok(())
    }

    fn gap(&mut self, _: Offset, _: Offset) {}

    fn unreadable(&mut self, from: Offset, _: Offset, why: &Arc<str>) {
        self.seen += 1;
        let row = Row { partition: self.partition, offset: from, body: RowBody::Unreadable(Arc::clone(why)) };
        self.rows.push((0, row));
    }

    fn piece_done(&mut self) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}
