//! Lag over time, kept across restarts: `lag.sqlite` in the workspace, written and read by one thread of its own.
//!
//! The sampler hands over what it saw each second; the thread gathers it into runs ([`tiers`]) and stores them in
//! batches, so a kill loses at most some seconds of a chart and the sampler never waits for a disk.

mod chart;
mod store;
mod tiers;

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use tokio::sync::oneshot;

use self::{
    chart::Grid,
    store::{Row, Store},
    tiers::{TIERS, Track},
};
use crate::model::{Offset, PartitionId, TimestampMillis};

pub use self::{
    chart::{LAG_POINTS_MAX, LagChart, LagPoint, LagQuery, LagSeries},
    tiers::Seen,
};

/// Messages that wait for the thread; a second's sight that finds no room is dropped and becomes a gap.
const QUEUE_MESSAGES_MAX: usize = 128;
/// Series (partitions of groups) that are watched at most.
pub const LAG_SERIES_MAX: usize = 20_000;
/// How often what was gathered is stored.
const STORE_EVERY: Duration = Duration::from_secs(5);
/// How often what is too old is deleted.
const COMPACT_EVERY: Duration = Duration::from_secs(300);

/// One partition of one group.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SeriesKey {
    pub group: Arc<str>,
    pub topic: Arc<str>,
    pub partition: PartitionId,
}

/// The history of a workspace. Cheap to clone.
#[derive(Clone)]
pub struct LagHistory {
    sender: SyncSender<Message>,
}

/// The first unread record of a partition as the last start knew it.
pub(crate) struct Remembered {
    pub key: SeriesKey,
    pub committed: Offset,
    pub first_unread_at: TimestampMillis,
}

/// Owns the thread; ends it when dropped.
pub(crate) struct LagHistoryThread {
    sender: SyncSender<Message>,
    thread: Option<JoinHandle<()>>,
}

/// Why the history cannot be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum LagHistoryError {
    #[error("could not read or write the lag history {path}: {source}", path = path.display())]
    Sqlite {
        path: PathBuf,
        #[source]
        source: rusqlite::Error,
    },
    #[error("could not start the thread of the lag history: {0}")]
    Thread(#[source] std::io::Error),
    #[error("the lag history is closed")]
    Closed,
}

enum Message {
    Seen(TimestampMillis, Vec<(SeriesKey, Seen)>),
    Query(LagQuery, oneshot::Sender<Result<LagChart, LagHistoryError>>),
    Close,
}

struct Keeper {
    path: PathBuf,
    store: Store,
    ids: HashMap<SeriesKey, i64>,
    tracks: HashMap<i64, [Track; TIERS.len()]>,
    /// Closed runs that wait to be stored.
    closed: Vec<Row>,
    now: TimestampMillis,
    /// A full disk is told once, not every few seconds.
    complained: bool,
}

impl LagHistory {
    /// Opens `lag.sqlite` in `folder`. A file that is damaged or foreign is set aside under another name first.
    /// Also answers what the last start knew of records that were not read yet.
    pub(crate) fn open(folder: &Path) -> Result<(Self, LagHistoryThread, Vec<Remembered>), LagHistoryError> {
        let path = folder.join("lag.sqlite");
        let store = match Store::open(&path) {
            Ok(store) => store,
            Err(first) => {
                tracing::warn!(path = %path.display(), error = %first, "setting a lag history aside that cannot be read");
                set_aside(&path);
                Store::open(&path).map_err(|source| LagHistoryError::Sqlite { path: path.clone(), source })?
            }
        };
        let ids = store.series().map_err(|source| LagHistoryError::Sqlite { path: path.clone(), source })?;
        let remembered = store.remembered().map_err(|source| LagHistoryError::Sqlite { path: path.clone(), source })?;
        let keeper = Keeper {
            path,
            store,
            ids,
            tracks: HashMap::new(),
            closed: Vec::new(),
            now: TimestampMillis::MIN,
            complained: false,
        };
        let (sender, receiver) = sync_channel(QUEUE_MESSAGES_MAX);
        let thread = std::thread::Builder::new()
            .name("lag-history".to_owned())
            .spawn(move || keeper.run(&receiver))
            .map_err(LagHistoryError::Thread)?;
        Ok((Self { sender: sender.clone() }, LagHistoryThread { sender, thread: Some(thread) }, remembered))
    }

    /// Notes what was seen at `at`. Never waits.
    pub fn note(&self, at: TimestampMillis, seen: Vec<(SeriesKey, Seen)>) {
        if self.sender.try_send(Message::Seen(at, seen)).is_err() {
            tracing::debug!("the lag history is busy; a second goes unrecorded");
        }
    }

    /// Answers a chart.
    ///
    /// # Errors
    /// When the file cannot be read or the session is closing.
    pub async fn query(&self, query: LagQuery) -> Result<LagChart, LagHistoryError> {
        let (sender, receiver) = oneshot::channel();
        self.sender.try_send(Message::Query(query, sender)).map_err(|_| LagHistoryError::Closed)?;
        receiver.await.map_err(|_| LagHistoryError::Closed)?
    }
}

impl Drop for LagHistoryThread {
    fn drop(&mut self) {
        // The thread drains its queue, so this waits for room at most as long as one store takes.
        if self.sender.send(Message::Close).is_ok()
            && let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread of the lag history ended with a panic");
        }
    }
}

/// Moves a file that is not ours out of the way with its WAL; it is kept, as somebody may want it.
fn set_aside(path: &Path) {
    for suffix in ["", "-wal", "-shm"] {
        let mut from = path.as_os_str().to_owned();
        from.push(suffix);
        let mut to = path.as_os_str().to_owned();
        to.push(".set-aside");
        to.push(suffix);
        if Path::new(&from).exists()
            && let Err(error) = std::fs::rename(&from, &to)
        {
            tracing::warn!(%error, "could not set the old lag history aside");
        }
    }
}

impl Keeper {
    fn run(mut self, receiver: &Receiver<Message>) {
        let mut stored = Instant::now();
        let mut compacted: Option<Instant> = None;
        loop {
            match receiver.recv_timeout(STORE_EVERY) {
                Ok(Message::Seen(at, seen)) => self.note(at, seen),
                Ok(Message::Query(query, answer)) => {
                    // Nobody listens any more when the screen was left; that is fine.
                    let _ = answer.send(self.answer(&query));
                }
                Err(RecvTimeoutError::Timeout) => {}
                Ok(Message::Close) | Err(RecvTimeoutError::Disconnected) => break,
            }
            if stored.elapsed() >= STORE_EVERY {
                self.store_open();
                stored = Instant::now();
            }
            if self.now > 0 && compacted.is_none_or(|at| at.elapsed() >= COMPACT_EVERY) {
                self.compact();
                compacted = Some(Instant::now());
            }
        }
        self.finish();
    }

    fn note(&mut self, at: TimestampMillis, seen: Vec<(SeriesKey, Seen)>) {
        self.now = at;
        for (key, seen) in seen {
            let Some(series) = self.id(key) else { continue };
            let tracks = self.tracks.entry(series).or_default();
            for (tier, track) in tracks.iter_mut().enumerate() {
                if let Some(run) = track.note(TIERS[tier], at, seen) {
                    self.closed.push(Row { tier, series, run });
                }
            }
        }
    }

    fn id(&mut self, key: SeriesKey) -> Option<i64> {
        if let Some(id) = self.ids.get(&key) {
            return Some(*id);
        }
        if self.ids.len() >= LAG_SERIES_MAX {
            return None;
        }
        match self.store.add_series(&key) {
            Ok(id) => {
                self.ids.insert(key, id);
                Some(id)
            }
            Err(error) => {
                self.complain(&error);
                None
            }
        }
    }

    fn store_open(&mut self) {
        let mut rows = std::mem::take(&mut self.closed);
        for (series, tracks) in &mut self.tracks {
            for (tier, track) in tracks.iter_mut().enumerate() {
                rows.extend(track.take_dirty().map(|run| Row { tier, series: *series, run }));
            }
        }
        self.write(&rows);
    }

    fn finish(&mut self) {
        let mut rows = std::mem::take(&mut self.closed);
        for (series, tracks) in &mut self.tracks {
            for (tier, track) in tracks.iter_mut().enumerate() {
                rows.extend(track.finish(TIERS[tier]).into_iter().map(|run| Row { tier, series: *series, run }));
            }
        }
        self.write(&rows);
    }

    fn write(&mut self, rows: &[Row]) {
        if rows.is_empty() {
            return;
        }
        match self.store.write(rows) {
            Ok(()) => self.complained = false,
            Err(error) => self.complain(&error),
        }
    }

    fn complain(&mut self, error: &rusqlite::Error) {
        if !std::mem::replace(&mut self.complained, true) {
            tracing::warn!(path = %self.path.display(), %error, "could not store lag; charts will have a gap");
        }
    }

    fn compact(&mut self) {
        // A series that is watched has its newest runs in memory alone and must keep its id.
        match self.store.compact(self.now, |id| self.tracks.contains_key(&id)) {
            Ok(gone) => self.ids.retain(|_, id| !gone.contains(id)),
            Err(error) => self.complain(&error),
        }
    }

    fn answer(&self, query: &LagQuery) -> Result<LagChart, LagHistoryError> {
        let grid = Grid::of(query);
        let mut wanted: Vec<(&SeriesKey, i64)> = self
            .ids
            .iter()
            .filter(|(key, _)| key.group == query.group && query.topic.as_ref().is_none_or(|t| *t == key.topic))
            .map(|(key, id)| (key, *id))
            .collect();
        wanted.sort_by(|(a, _), (b, _)| (&a.topic, a.partition).cmp(&(&b.topic, b.partition)));
        let mut series = Vec::with_capacity(wanted.len());
        for (key, id) in wanted {
            let stored = self
                .store
                .runs(grid.tier, id, grid.from, grid.to())
                .map_err(|source| LagHistoryError::Sqlite { path: self.path.clone(), source })?;
            let waiting = self.closed.iter().filter(|r| r.series == id && r.tier == grid.tier).map(|r| r.run);
            let open = self.tracks.get(&id).into_iter().flat_map(|tracks| tracks[grid.tier].open());
            let points = grid.lay(stored.into_iter().chain(waiting).chain(open));
            if points.iter().any(|p| p.lag.is_some()) {
                let (topic, partition) = (Some(Arc::clone(&key.topic)), Some(key.partition));
                series.push(LagSeries { topic, partition, points });
            }
        }
        if query.summed && !series.is_empty() {
            series = vec![chart::sum(&series, grid.slots)];
        }
        Ok(LagChart { step_millis: grid.step_millis, times: grid.times(), series })
    }
}

#[cfg(test)]
mod tests;
