//! What the screen sees: immutable pictures, replaced by the background task and read without waiting.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::order::Span;
use super::rows::{PAGE_ROWS, Page, Row};
use super::{BrowseError, BrowseRequest};
use crate::model::{Offset, PartitionId, TimestampMillis};

/// Pages by their number; page `n` holds the ranks from `n * PAGE_ROWS` on.
pub type Pages = BTreeMap<u64, Arc<Page>>;

/// The list at one moment.
#[derive(Debug, Clone)]
pub struct BrowseView {
    /// Which request this answers; goes up by one with each.
    pub generation: u64,
    pub request: Arc<BrowseRequest>,
    pub phase: Phase,
    /// What each partition holds of the list, by partition.
    pub spans: Arc<[Span]>,
    /// What each chosen partition stored when the request began, whatever part of it the list covers.
    pub stored: Arc<[Span]>,
    /// Partitions that could not be asked, with the reason.
    pub broken: Arc<[(PartitionId, BrowseError)]>,
    /// The row to bring into sight once.
    pub anchor: Option<Anchor>,
    /// An offset that was asked for and is not stored; the list then starts at the nearest.
    pub out_of_range: Option<Offset>,
    pub search: Option<SearchView>,
    pub live: Option<LiveView>,
    /// Hits of a search in each bar of the histogram; empty while there is none.
    pub hit_counts: Arc<[u64]>,
    /// Rank of the row that stands at the end of the list where ranks rise; 0 but for the ring of a tail.
    pub(super) base: u64,
    pub(super) total: u64,
    /// The highest rank is the first row.
    pub(super) reversed: bool,
    pub(super) pages: Pages,
}

/// A row to bring into sight; once for each serial of a generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchor {
    /// 0 for where the request starts, then one for each [`super::Browser::go_to`].
    pub serial: u64,
    pub row: u64,
}

/// How far the answer to a request is.
#[derive(Debug, Clone, PartialEq)]
pub enum Phase {
    /// Nothing is known yet.
    Loading,
    Ready,
    Failed(BrowseError),
}

/// How far a search is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SearchView {
    pub searched: u64,
    pub total: u64,
    pub hits: u64,
    /// Hits that are in the list; fewer than `hits` when there are more than it keeps.
    pub kept: u64,
    /// Records a second so far.
    pub rate: f64,
    pub state: SearchState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchState {
    Running,
    Done,
    Cancelled,
}

/// How a tail is.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveView {
    pub paused: bool,
    /// Records that wait behind a pause; they are shown when it ends.
    pub waiting: u64,
    /// Records that came since the tail began.
    pub received: u64,
    /// Rows that the ring has dropped at its old end.
    pub dropped: u64,
    /// Records that retention deleted before they could be read.
    pub deleted_unread: u64,
    /// Records a second over the last seconds.
    pub rate: f64,
    /// A partition that cannot be read at the moment; it is tried again.
    pub trouble: Option<(PartitionId, BrowseError)>,
}

impl BrowseView {
    /// A request that nothing is known about yet.
    pub(super) fn loading(generation: u64, request: Arc<BrowseRequest>) -> Self {
        Self {
            generation,
            request,
            phase: Phase::Loading,
            spans: Arc::new([]),
            stored: Arc::new([]),
            broken: Arc::new([]),
            anchor: None,
            out_of_range: None,
            search: None,
            live: None,
            hit_counts: Arc::new([]),
            base: 0,
            total: 0,
            reversed: false,
            pages: Pages::new(),
        }
    }

    /// Rows of the list, loaded or not.
    pub fn len(&self) -> u64 {
        self.total
    }

    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// The row `index` from the top; `None` while it is not loaded.
    pub fn row(&self, index: u64) -> Option<&Row> {
        let rank = self.rank(index)?;
        self.pages.get(&(rank / PAGE_ROWS))?.rows.get((rank % PAGE_ROWS) as usize)
    }

    /// A number for the row that stays while rows are added above it or dropped below.
    pub fn rank(&self, index: u64) -> Option<u64> {
        if index >= self.total {
            return None;
        }
        Some(if self.reversed { self.base + self.total - 1 - index } else { self.base + index })
    }

    /// Where the row of a rank stands now; `None` when it is not in the list any more.
    pub fn index(&self, rank: u64) -> Option<u64> {
        let above = rank.checked_sub(self.base).filter(|above| *above < self.total)?;
        Some(if self.reversed { self.total - 1 - above } else { above })
    }

    /// Newest rows are on top.
    pub fn is_newest_first(&self) -> bool {
        self.request.start.is_newest_first()
    }

    /// Records that the chosen partitions stored when the request began.
    pub fn stored_records(&self) -> u64 {
        self.stored.iter().map(Span::records).sum()
    }

    /// Rows in memory and what they take, in bytes.
    pub fn loaded(&self) -> (u64, usize) {
        self.pages
            .values()
            .fold((0, 0), |(rows, bytes), page| (rows + page.rows.len() as u64, bytes + page.memory_bytes))
    }
}

/// Records over time, in buckets of equal width.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Histogram {
    /// Which request it belongs to.
    pub generation: u64,
    /// What is counted.
    pub spans: Arc<[Span]>,
    /// Start of the first bucket.
    pub from: TimestampMillis,
    /// Width of a bucket in milliseconds; 0 while nothing is known.
    pub width: i64,
    /// Records in each bucket: exact, by the highest timestamp so far in their partition.
    pub counts: Vec<u64>,
}

impl Histogram {
    /// The bucket that holds a time.
    pub fn bucket(&self, time: TimestampMillis) -> Option<usize> {
        let inside = self.width > 0 && (self.from..self.to()).contains(&time);
        inside.then(|| ((time - self.from) / self.width) as usize)
    }

    /// End of the last bucket.
    pub fn to(&self) -> TimestampMillis {
        self.from + self.width * self.counts.len() as i64
    }
}
