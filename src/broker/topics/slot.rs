//! The place of one partition: its file is opened when it is first needed and made when it is first written to.

use std::{
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use parking_lot::{Mutex, RwLock};

use crate::{
    broker::{LastCompaction, blocking, meta, meta::Meta},
    log::{Compacted, LogError, Partition, PartitionOptions, Store},
    model::{PartitionId, TimestampMillis},
};

/// The first bytes of every SQLite file.
const SQLITE_MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// A partition's place.
pub struct Slot {
    pub id: PartitionId,
    pub path: PathBuf,
    state: RwLock<State>,
    /// One opening at a time.
    opening: tokio::sync::Mutex<()>,
    /// Records since the log was last synced because of `flush.messages`.
    unsynced: AtomicU64,
    compacted: Mutex<Option<LastCompaction>>,
}

#[derive(Clone)]
enum State {
    /// Nothing was ever written; there is no file.
    Absent,
    /// There is a file, not opened yet.
    Closed,
    Open(Arc<Partition>),
    /// Set aside.
    Damaged(Arc<str>),
    /// The topic is deleted, or the broker is shut down.
    Gone,
}

/// Why a partition cannot be used.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SlotError {
    #[error("{0}")]
    Damaged(Arc<str>),
    #[error(transparent)]
    Log(#[from] LogError),
    #[error("{0}")]
    Meta(#[from] meta::MetaError),
    #[error("the topic is being deleted or the broker is shutting down")]
    Gone,
}

impl Slot {
    pub(super) fn new(id: PartitionId, folder: &Path, has_file: bool) -> Self {
        Self {
            id,
            path: folder.join(format!("{id}.sqlite")),
            state: RwLock::new(if has_file { State::Closed } else { State::Absent }),
            opening: tokio::sync::Mutex::new(()),
            unsynced: AtomicU64::new(0),
            compacted: Mutex::new(None),
        }
    }

    /// The partition, for reading; `None` while nothing was ever written to it.
    pub async fn existing(&self, store: &Arc<Store>) -> Result<Option<Arc<Partition>>, SlotError> {
        match self.ready()? {
            Ready::Open(partition) => return Ok(Some(partition)),
            Ready::Absent => return Ok(None),
            Ready::Closed => {}
        }
        let _one = self.opening.lock().await;
        match self.ready()? {
            Ready::Open(partition) => Ok(Some(partition)),
            Ready::Absent => Ok(None),
            Ready::Closed => self.open_file(store, false).await.map(Some),
        }
    }

    /// The partition, for writing: makes its file where there is none.
    pub async fn writable(
        &self,
        store: &Arc<Store>,
        meta: &Meta,
        topic_id: uuid::Uuid,
    ) -> Result<Arc<Partition>, SlotError> {
        if let Ready::Open(partition) = self.ready()? {
            return Ok(partition);
        }
        let _one = self.opening.lock().await;
        match self.ready()? {
            Ready::Open(partition) => Ok(partition),
            Ready::Closed => self.open_file(store, false).await,
            Ready::Absent => {
                // Noted before the first record is acknowledged: from then on a missing file is damage.
                let partition = self.open_file(store, true).await?;
                if let Err(error) = meta.write(meta::add_file(topic_id, self.id)).await {
                    self.set(State::Absent);
                    return Err(error.into());
                }
                Ok(partition)
            }
        }
    }

    /// The partition if it is open already.
    pub fn if_open(&self) -> Option<Arc<Partition>> {
        match &*self.state.read() {
            State::Open(partition) => Some(partition.clone()),
            _ => None,
        }
    }

    /// Counts records that are about to be stored; true when as many as `flush.messages` says wait for a sync.
    pub fn must_sync(&self, records: u64, flush_messages: u64) -> bool {
        let due = self.unsynced.fetch_add(records, Relaxed).saturating_add(records) >= flush_messages;
        if due {
            self.unsynced.store(0, Relaxed);
        }
        due
    }

    /// The last compaction since the broker was opened.
    pub fn last_compaction(&self) -> Option<LastCompaction> {
        *self.compacted.lock()
    }

    /// Notes a compaction.
    pub fn note_compaction(&self, at: TimestampMillis, done: Compacted) {
        *self.compacted.lock() = Some(LastCompaction { at, done });
    }

    /// Whether nothing was ever written to it.
    pub fn is_absent(&self) -> bool {
        matches!(*self.state.read(), State::Absent)
    }

    /// Whether its topic is deleted, or the broker shut down.
    pub fn is_gone(&self) -> bool {
        matches!(*self.state.read(), State::Gone)
    }

    /// What is wrong with it.
    pub fn damage(&self) -> Option<Arc<str>> {
        match &*self.state.read() {
            State::Damaged(why) => Some(why.clone()),
            _ => None,
        }
    }

    /// Sets it aside.
    pub fn set_aside(&self, why: &str) {
        tracing::warn!("a partition is set aside: {why}");
        self.set(State::Damaged(why.into()));
    }

    /// Takes note of an error of the log: a damaged file is set aside.
    pub fn note(&self, error: &LogError) {
        if let LogError::Damaged { .. } = error {
            self.set_aside(&error.to_string());
        }
    }

    /// Looks at the file without opening it, which takes microseconds. Blocks on disk.
    pub fn glance(&self) {
        if !matches!(*self.state.read(), State::Closed) {
            return;
        }
        let mut head = [0; SQLITE_MAGIC.len()];
        let read = File::open(&self.path).and_then(|mut file| file.read_exact(&mut head));
        let why = match read {
            Ok(()) if head == *SQLITE_MAGIC => return,
            Ok(()) => "it is not a SQLite file".to_owned(),
            Err(error) => error.to_string(),
        };
        let damaged = LogError::Damaged { path: self.path.clone(), why };
        self.set_aside(&damaged.to_string());
    }

    /// Ends its use and returns the partition if it was open.
    pub fn retire(&self) -> Option<Arc<Partition>> {
        match std::mem::replace(&mut *self.state.write(), State::Gone) {
            State::Open(partition) => Some(partition),
            _ => None,
        }
    }

    async fn open_file(&self, store: &Arc<Store>, create: bool) -> Result<Arc<Partition>, SlotError> {
        let (store, path) = (store.clone(), self.path.clone());
        let opened = blocking(move || store.open_partition(&path, PartitionOptions { create })).await;
        match opened {
            Ok(partition) => {
                let mut state = self.state.write();
                if let State::Gone = *state {
                    return Err(SlotError::Gone);
                }
                *state = State::Open(partition.clone());
                Ok(partition)
            }
            Err(error) => {
                self.note(&error);
                Err(error.into())
            }
        }
    }

    fn ready(&self) -> Result<Ready, SlotError> {
        match &*self.state.read() {
            State::Open(partition) => Ok(Ready::Open(partition.clone())),
            State::Absent => Ok(Ready::Absent),
            State::Closed => Ok(Ready::Closed),
            State::Damaged(why) => Err(SlotError::Damaged(why.clone())),
            State::Gone => Err(SlotError::Gone),
        }
    }

    fn set(&self, new: State) {
        let mut state = self.state.write();
        if !matches!(*state, State::Gone) {
            *state = new;
        }
    }
}

enum Ready {
    Open(Arc<Partition>),
    Closed,
    Absent,
}
