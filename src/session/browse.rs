//! The record browser: everything a topic's Messages page shows, read through the client alone.
//!
//! Browsing joins no group and commits nothing. A [`Browser`] answers one [`BrowseRequest`] at a time in the background;
//! the screen reads the newest [`BrowseView`] without waiting. Three kinds of answer:
//!
//! - a **list** ([`list`]): a window of pages around what is visible, over an exact order of all records ([`order`]);
//! - a **search** ([`search`]): the records that match, streamed as they are found;
//! - a **tail** ([`live`]): records as they come.
//!
//! Every request has a generation; what an older one still finds is dropped.

mod error;
mod histogram;
mod list;
mod live;
mod matcher;
mod order;
mod read;
mod record;
mod rows;
mod run;
mod search;
mod source;
#[cfg(test)]
mod tests;
mod topic_source;
mod view;

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::ArcSwap;
use parking_lot::Mutex;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::AbortHandle;

use self::source::Source;
use self::topic_source::TopicSource;
use crate::client::Client;
use crate::model::{Offset, PartitionId, Record, TimestampMillis};
use crate::transfer;

pub use crate::codec::EndMarker;

pub use self::{
    error::BrowseError,
    list::{WINDOW_BYTES_MAX, WINDOW_ROWS_MAX},
    live::{LIVE_BACKFILL_ROWS, LIVE_PARTITIONS_MAX, LIVE_ROWS_MAX},
    matcher::Matcher,
    order::Span,
    record::{OpenRecord, RecordView},
    rows::{PAGE_ROWS, Row, RowBody, RowRecord},
    search::{HITS_BYTES_MAX, HITS_ROWS_MAX},
    view::{Anchor, BrowseView, Histogram, LiveView, Phase, SearchState, SearchView},
};

/// What to show of a topic.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BrowseRequest {
    pub start: Start,
    /// `None`: all.
    pub partitions: Option<BTreeSet<PartitionId>>,
    /// Only records that match; see [`Matcher`] for what can be asked.
    pub search: Option<SearchText>,
    /// Only records from the first time up to and without the second, by the highest timestamp so far in their partition.
    pub time_range: Option<(TimestampMillis, TimestampMillis)>,
}

/// A search as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchText {
    pub text: String,
    /// `A` and `a` differ.
    pub exact_case: bool,
}

/// Where the list begins and which way it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Start {
    /// The newest record on top.
    #[default]
    Newest,
    /// The oldest record on top.
    Oldest,
    /// Oldest first, from this offset: of one partition anywhere in its list; of several, what lies below is left out.
    Offset(Offset),
    /// Oldest first, opened where the partitions reach this time.
    Time(TimestampMillis),
    /// The newest record on top, and new ones as they come.
    Live,
}

impl Start {
    /// Newer records stand above older ones.
    pub fn is_newest_first(self) -> bool {
        matches!(self, Self::Newest | Self::Live)
    }
}

/// Reads one topic for one page of the window. Dropping it stops all it does.
pub struct Browser {
    shared: Arc<Shared>,
    topic: Arc<str>,
    handle: Handle,
    /// The answer under way, and the record being opened.
    running: Mutex<[Option<AbortHandle>; 2]>,
}

/// A record as one JSON line, lossless, in the form of exports.
pub fn json_line(topic: &str, record: &Record) -> String {
    let mut line = Vec::new();
    transfer::record_to_line(topic, record, &mut line);
    String::from_utf8_lossy(&line).trim_end().to_owned()
}

/// What the page and its background tasks share.
struct Shared {
    source: Arc<dyn Source>,
    wake: Arc<dyn Fn() + Send + Sync>,
    generation: AtomicU64,
    /// Held while a view is put in place, so that no older answer can follow a newer request.
    publishing: Mutex<()>,
    view: ArcSwap<BrowseView>,
    histogram: ArcSwap<Histogram>,
    record: ArcSwap<RecordView>,
    control: watch::Sender<Control>,
}

/// What the page tells the answer that is under way.
#[derive(Debug, Clone, PartialEq, Default)]
struct Control {
    /// Rows that are in sight.
    visible: Range<u64>,
    paused: bool,
    cancelled: bool,
    /// A record to bring into sight; the number tells two wishes for the same record apart.
    goto: Option<(u64, PartitionId, Offset)>,
}

impl Browser {
    /// A browser of `topic`. Nothing is read before the first [`Browser::request`]. `wake` is called from any thread when
    /// something visible has changed.
    pub fn open(client: Client, handle: Handle, wake: Arc<dyn Fn() + Send + Sync>, topic: &str) -> Self {
        let topic: Arc<str> = topic.into();
        let source = Arc::new(TopicSource::new(client, Arc::clone(&topic)));
        Self::with_source(source, handle, wake, topic)
    }

    fn with_source(
        source: Arc<dyn Source>,
        handle: Handle,
        wake: Arc<dyn Fn() + Send + Sync>,
        topic: Arc<str>,
    ) -> Self {
        let shared = Shared {
            source,
            wake,
            generation: AtomicU64::new(0),
            publishing: Mutex::new(()),
            view: ArcSwap::from_pointee(BrowseView::loading(0, Arc::default())),
            histogram: ArcSwap::default(),
            record: ArcSwap::default(),
            control: watch::Sender::default(),
        };
        Self { shared: Arc::new(shared), topic, handle, running: Mutex::default() }
    }

    /// Asks for something else; returns the generation of its answer. The rows that were there stay, marked as loading,
    /// until the first new ones come.
    pub fn request(&self, request: BrowseRequest) -> u64 {
        let mut running = self.running.lock();
        if let Some(older) = running[0].take() {
            older.abort();
        }
        let request = Arc::new(request);
        let generation = {
            let _publishing = self.shared.publishing.lock();
            let generation = self.shared.generation.fetch_add(1, Ordering::SeqCst) + 1;
            let old = self.shared.view.load();
            let mut view = BrowseView::clone(&old);
            (view.generation, view.request, view.phase) = (generation, Arc::clone(&request), Phase::Loading);
            (view.search, view.live, view.anchor, view.out_of_range) = (None, None, None, None);
            view.hit_counts = Arc::new([]);
            self.shared.view.store(Arc::new(view));
            generation
        };
        self.shared.control.send_replace(Control::default());
        running[0] = Some(self.handle.spawn(run::answer(Arc::clone(&self.shared), generation, request)).abort_handle());
        generation
    }

    /// The newest picture.
    pub fn view(&self) -> Arc<BrowseView> {
        self.shared.view.load_full()
    }

    /// Records over time, of all chosen partitions, whatever is searched.
    pub fn histogram(&self) -> Arc<Histogram> {
        self.shared.histogram.load_full()
    }

    /// Tells which rows are in sight, so that they and their neighbours are loaded. Cheap: call it every frame.
    pub fn show(&self, visible: Range<u64>) {
        self.shared.control.send_if_modified(|control| {
            let changed = control.visible != visible;
            control.visible = visible.clone();
            changed
        });
    }

    /// Brings one record into sight: its row comes as [`BrowseView::anchor`].
    pub fn go_to(&self, partition: PartitionId, offset: Offset) {
        self.shared.control.send_modify(|control| {
            let serial = control.goto.map_or(1, |(serial, ..)| serial + 1);
            control.goto = Some((serial, partition, offset));
        });
    }

    /// Holds the tail, or lets it go on where it was held.
    pub fn pause(&self, paused: bool) {
        self.shared.control.send_modify(|control| control.paused = paused);
    }

    /// Ends a running search; what it found stays.
    pub fn cancel_search(&self) {
        self.shared.control.send_modify(|control| control.cancelled = true);
    }

    /// Loads one record whole, for the details.
    pub fn open_record(&self, partition: PartitionId, offset: Offset) {
        let mut running = self.running.lock();
        if let Some(older) = running[1].take() {
            older.abort();
        }
        let serial = self.shared.record.load().serial + 1;
        let loading = RecordView { serial, at: Some((partition, offset)), record: OpenRecord::Loading };
        self.shared.record.store(Arc::new(loading));
        let shared = Arc::clone(&self.shared);
        running[1] = Some(self.handle.spawn(record::open(shared, serial, partition, offset)).abort_handle());
    }

    /// The record that was opened last.
    pub fn record(&self) -> Arc<RecordView> {
        self.shared.record.load_full()
    }

    pub fn topic(&self) -> &Arc<str> {
        &self.topic
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        for task in self.running.get_mut().iter().flatten() {
            task.abort();
        }
    }
}

impl Shared {
    /// Puts a view in place unless it belongs to an older request; says whether it did.
    fn publish(&self, view: BrowseView) -> bool {
        let publishing = self.publishing.lock();
        let current = self.generation.load(Ordering::SeqCst) == view.generation;
        if current {
            self.view.store(Arc::new(view));
        }
        drop(publishing);
        if current {
            (self.wake)();
        }
        current
    }
}
