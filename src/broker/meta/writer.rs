//! The thread that writes `meta.sqlite`, with group commit.

use std::{io, thread};

use parking_lot::Mutex;
use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

use crate::broker::on_the_spot::outside;

/// Writes that may wait; who comes later waits for room.
const META_QUEUE_WRITES_MAX: usize = 1024;
/// Writes in one transaction.
const META_COMMIT_WRITES_MAX: usize = 256;

/// A change, run inside a transaction. It may run twice: a failed transaction is taken apart to find who is to blame.
pub type MetaWrite = Box<dyn Fn(&Connection) -> rusqlite::Result<()> + Send>;

/// Why a change was not stored.
#[derive(Debug, Clone, thiserror::Error)]
pub enum MetaError {
    #[error(
        "meta.sqlite does not take the change: {0}. Check that the disk is not full and may be written, then try again"
    )]
    Failed(String),
    #[error("the broker is shutting down")]
    Closed,
}

struct Job {
    write: MetaWrite,
    done: oneshot::Sender<Result<(), MetaError>>,
}

pub(super) struct Writer {
    queue: Mutex<Option<mpsc::Sender<Job>>>,
    thread: Mutex<Option<thread::JoinHandle<()>>>,
}

impl Writer {
    pub fn start(connection: Connection) -> io::Result<Self> {
        let (sender, receiver) = mpsc::channel(META_QUEUE_WRITES_MAX);
        let thread = thread::Builder::new().name("meta-writer".to_owned()).spawn(move || run(connection, receiver))?;
        Ok(Self { queue: Mutex::new(Some(sender)), thread: Mutex::new(Some(thread)) })
    }

    pub async fn write(&self, write: MetaWrite) -> Result<(), MetaError> {
        let queue = self.queue.lock().clone().ok_or(MetaError::Closed)?;
        let (done, answer) = oneshot::channel();
        queue.send(Job { write, done }).await.map_err(|_| MetaError::Closed)?;
        outside(answer).await.map_err(|_| MetaError::Closed)?
    }

    pub fn close(&self) {
        self.queue.lock().take();
        if let Some(thread) = self.thread.lock().take() {
            // A panic there was reported by the panic hook; the file is closed either way.
            let _ = thread.join();
        }
    }
}

fn run(mut connection: Connection, mut queue: mpsc::Receiver<Job>) {
    while let Some(first) = queue.blocking_recv() {
        let mut jobs = vec![first];
        while jobs.len() < META_COMMIT_WRITES_MAX
            && let Ok(job) = queue.try_recv()
        {
            jobs.push(job);
        }
        let all = commit(&mut connection, &jobs);
        let alone = all.is_err() && jobs.len() > 1;
        for job in jobs {
            let result = if alone { commit(&mut connection, std::slice::from_ref(&job)) } else { all.clone() };
            // Nobody waits any more: the change stands all the same.
            let _ = job.done.send(result);
        }
    }
}

fn commit(connection: &mut Connection, jobs: &[Job]) -> Result<(), MetaError> {
    let write = || -> rusqlite::Result<()> {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for job in jobs {
            (job.write)(&transaction)?;
        }
        transaction.commit()
    };
    let mut write = write;
    write().map_err(|error| MetaError::Failed(error.to_string()))
}
