//! What the answering of a request tells on its way that its answer does not say: how long it waited on purpose, from
//! where it read, when its batches were committed.
//!
//! It is told into the task that answers, so that nothing has to be handed through.

use std::{cell::RefCell, future::Future, sync::Arc, time::Instant};

use uuid::Uuid;

use crate::model::{Offset, PartitionId};

tokio::task_local! {
    static TOLD: RefCell<Told>;
}

/// What was told of one request.
#[derive(Default)]
pub struct Told {
    pub waited_micros: u64,
    pub reads: Vec<Read>,
    pub stored: Vec<StoredAt>,
}

/// Records that a Fetch read of one partition.
pub struct Read {
    pub topic: Arc<str>,
    pub topic_id: Uuid,
    pub partition: PartitionId,
    /// The offset that was asked for.
    pub from: Offset,
    /// Offset of the last record of the last batch.
    pub last: Offset,
    pub records: u32,
    pub bytes: u32,
}

/// Batches of a Produce that are in the log.
pub struct StoredAt {
    pub topic_id: Uuid,
    pub partition: PartitionId,
    pub base_offset: Offset,
    /// When the commit that holds them ended.
    pub at: Instant,
    /// Appends that shared the commit, this one included.
    pub shared: u32,
}

/// Waits on purpose for something outside, such as records or other members, and counts the time for the request that
/// runs in this task.
pub async fn wait<T>(waiting: impl Future<Output = T>) -> T {
    let began = Instant::now();
    let value = waiting.await;
    let micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
    tell(|told| told.waited_micros = told.waited_micros.saturating_add(micros));
    value
}

/// The request read records.
pub fn read(read: Read) {
    tell(|told| told.reads.push(read));
}

/// The request stored batches.
pub fn stored(stored: StoredAt) {
    tell(|told| told.stored.push(stored));
}

/// Runs a request; returns what it told.
pub async fn listening<T>(request: impl Future<Output = T>) -> (T, Told) {
    let told = async {
        let value = request.await;
        (value, TOLD.with(RefCell::take))
    };
    TOLD.scope(RefCell::default(), told).await
}

fn tell(tell: impl FnOnce(&mut Told)) {
    // Outside of any request nobody listens.
    let _ = TOLD.try_with(|told| tell(&mut told.borrow_mut()));
}
