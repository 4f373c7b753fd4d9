//! What all partitions of a workspace share: writer threads and readers.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Sender};
use std::thread::JoinHandle;

use parking_lot::{Mutex, RwLock};

use super::ahead::Ahead;
use super::file::{self, Template};
use super::partition::Partition;
use super::readers::Readers;
use super::tail::Tail;
use super::writer::{self, Message};
use super::{LogError, WAL_BYTES_MAX, checkpoint, ends};

/// SQLite 3.51.3, the first without the WAL-reset bug (sqlite.org/wal.html).
const SQLITE_VERSION_MIN: i32 = 3_051_003;
/// Blocks up to this size, in bytes, are taken from memory that the process keeps (see [`keep_freed_memory`]).
const KEPT_BLOCK_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Bytes of batches that may wait in all partitions together before appends are refused as [`LogError::Busy`].
pub const STORE_QUEUE_BYTES_MAX: usize = 256 * 1024 * 1024;

/// How a store works; the default is right outside tests.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// Threads that write; a partition belongs to one of them.
    pub writer_threads: usize,
    /// Largest number of pages of a partition's file, `None` for SQLite's own; lets tests fill a disk.
    pub pages_max: Option<u32>,
    /// Bytes that the write-ahead log of a partition may grow to: [`super::WAL_BYTES_MAX`], less in tests.
    pub wal_bytes_max: usize,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self { writer_threads: 4, pages_max: None, wal_bytes_max: WAL_BYTES_MAX }
    }
}

/// How a partition is opened.
#[derive(Debug, Clone, Default)]
pub struct PartitionOptions {
    /// Makes an empty log where there is no file; otherwise a missing file is [`LogError::Damaged`].
    pub create: bool,
}

/// The writer threads and the readers of a workspace. Dropping it shuts it down.
pub struct Store {
    shared: Arc<Shared>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    template: Template,
    next_key: AtomicU64,
}

/// What a partition needs of its store.
pub struct Shared {
    writers: Vec<Sender<Message>>,
    /// False after the shutdown; whoever sends work holds it for reading.
    pub accepting: RwLock<bool>,
    pub readers: Readers,
    /// Bytes of batches that wait in all queues.
    pub queued_bytes: AtomicUsize,
    pub ahead: Ahead,
    /// Bytes of batches that are kept in memory for readers.
    pub tail_bytes: Arc<AtomicUsize>,
}

impl Shared {
    /// Tells the writer thread of `key`. False where the thread is gone.
    pub fn send(&self, key: u64, message: Message) -> bool {
        let writer = self.writers.get((key % self.writers.len() as u64) as usize);
        writer.is_some_and(|writer| writer.send(message).is_ok())
    }
}

impl Store {
    /// Starts the threads. Refuses a SQLite that can lose commits.
    pub fn start(options: StoreOptions) -> Result<Self, LogError> {
        Self::check_sqlite_version()?;
        keep_freed_memory();
        let (mut writers, mut threads) = (Vec::new(), Vec::new());
        let (checkpoints, requests) = checkpoint::channel(options.wal_bytes_max);
        for index in 0..options.writer_threads.max(1) {
            let (sender, inbox) = mpsc::channel();
            let checkpoints = checkpoints.clone();
            let writer = move || writer::run(inbox, options.pages_max, checkpoints);
            threads.push(spawn(format!("log-writer-{index}"), writer)?);
            writers.push(sender);
        }
        // Ends, and is waited for, after the writers, which hold the only ways to it from here on.
        threads.push(spawn("log-checkpoint".to_owned(), move || checkpoint::run(requests))?);
        let shared = Shared {
            writers,
            accepting: RwLock::new(true),
            readers: Readers::default(),
            ahead: Ahead::default(),
            queued_bytes: AtomicUsize::new(0),
            tail_bytes: Arc::default(),
        };
        Ok(Self {
            shared: Arc::new(shared),
            threads: Mutex::new(threads),
            template: Template::default(),
            next_key: AtomicU64::new(0),
        })
    }

    /// The SQLite linked into this program must not have the WAL-reset bug.
    pub fn check_sqlite_version() -> Result<(), LogError> {
        if rusqlite::version_number() < SQLITE_VERSION_MIN {
            return Err(LogError::OldSqlite { found: rusqlite::version().to_owned() });
        }
        Ok(())
    }

    /// Opens a log; after a crash it is recovered by whoever reads or writes first. Cheap: reads the ends of the log and
    /// keeps no file open. A path must not be opened twice at a time. Blocks on disk.
    pub fn open_partition(&self, path: &Path, options: PartitionOptions) -> Result<Arc<Partition>, LogError> {
        if options.create && !path.try_exists().map_err(|e| LogError::from_io(path, "open", &e))? {
            file::create(path, &self.template)?;
        }
        let (mut ends, producers) = ends::load(path)?;
        ends.tail = Tail::new(self.shared.tail_bytes.clone());
        let key = self.next_key.fetch_add(1, Ordering::Relaxed);
        Ok(Partition::new(key, path, ends, producers, self.shared.clone()))
    }

    /// Writes what waits, closes all files and stops the threads. Partitions answer [`LogError::Closed`] afterwards.
    pub fn shutdown(&self) {
        *self.shared.accepting.write() = false;
        for writer in &self.shared.writers {
            // A thread that is gone has nothing to finish.
            let _ = writer.send(Message::Stop);
        }
        self.shared.readers.close_idle();
        for thread in self.threads.lock().drain(..) {
            let _ = thread.join();
        }
        self.shared.readers.close_idle();
    }
}

/// Makes glibc reuse the memory of batches instead of giving it back to the system after every request and having each
/// page cleared anew, which cost more than reading the batches. glibc takes the size of the largest block that was freed
/// as a measure of what comes again (mallopt(3), "dynamic mmap threshold"); elsewhere this does nothing of note. The block
/// is never touched, so it takes no memory.
fn keep_freed_memory() {
    drop(std::hint::black_box(Vec::<u8>::with_capacity(KEPT_BLOCK_BYTES_MAX)));
}

fn spawn(name: String, body: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, LogError> {
    let thread = std::thread::Builder::new().name(name).spawn(body);
    thread.map_err(|e| LogError::from_io(Path::new("a thread of the log"), "start", &e))
}

impl Drop for Store {
    fn drop(&mut self) {
        self.shutdown();
    }
}
