//! Writes the end of a transaction into the logs of its partitions.

use std::{collections::BTreeSet, sync::Arc};

use futures_util::{StreamExt as _, stream};
use parking_lot::Mutex;
use tokio::sync::oneshot;

use super::transaction::{Place, ProducerId, Transaction, TransactionState};
use crate::{
    broker::{
        LEADER_EPOCH,
        inner::Inner,
        on_the_spot::outside,
        topics::{SlotError, Topic},
    },
    codec::EndMarker,
    log::{AppendRequest, LogError, ProducerError, Sync},
    model::TimestampMillis,
};

/// Epoch of the coordinator in its markers: the one node has coordinated from the start.
pub const COORDINATOR_EPOCH: i32 = 0;
/// Partitions whose markers are written at once.
const PARTITIONS_AT_ONCE_MAX: usize = 64;

/// Why a marker could not be written.
#[derive(Debug, thiserror::Error)]
pub enum MarkerError {
    #[error(transparent)]
    Slot(#[from] SlotError),
    #[error(transparent)]
    Log(#[from] LogError),
    #[error("the broker is shutting down")]
    Closing,
}

/// Writes the markers of a transaction that is decided; those that a crash left unwritten too. Partitions that are gone,
/// damaged, or taken over by a later epoch need none. Those in `marked` have theirs, and who gets one is added.
pub async fn write_all(
    broker: &Inner,
    transaction: &Transaction,
    marked: &Mutex<BTreeSet<Place>>,
    now: TimestampMillis,
) -> Result<(), String> {
    let committed = transaction.state == TransactionState::PrepareCommit;
    let ProducerId { id: producer_id, epoch: producer_epoch } = transaction.producer;
    let marker = EndMarker { producer_id, producer_epoch, coordinator_epoch: COORDINATOR_EPOCH, committed };
    let left: Vec<Place> = transaction.partitions.difference(&marked.lock()).cloned().collect();
    let writes: Vec<_> = left.into_iter().map(|place| mark(broker, place, marker, marked, now)).collect();
    let failed: Vec<Option<String>> = stream::iter(writes).buffer_unordered(PARTITIONS_AT_ONCE_MAX).collect().await;
    failed.into_iter().flatten().next().map_or(Ok(()), Err)
}

/// Writes one marker of several; says why where it must be tried again.
async fn mark(
    broker: &Inner,
    place: Place,
    marker: EndMarker,
    marked: &Mutex<BTreeSet<Place>>,
    now: TimestampMillis,
) -> Option<String> {
    let topic = broker.topics.by_name(&place.0)?;
    match write(broker, &topic, place.1, marker, now).await {
        Ok(()) | Err(MarkerError::Log(LogError::Producer(ProducerError::StaleEpoch { .. }))) => {
            marked.lock().insert(place);
            None
        }
        Err(MarkerError::Slot(SlotError::Damaged(why))) => {
            tracing::warn!("no marker for {}-{}: {why}", place.0, place.1);
            None
        }
        // Deleted while we were at it.
        Err(_) if broker.topics.by_name(&place.0).is_none() => None,
        Err(error) => Some(format!("{}-{}: {error}", place.0, place.1)),
    }
}

/// Writes one marker, synced to disk. Nothing is done for a partition that the topic does not have.
pub async fn write(
    broker: &Inner,
    topic: &Arc<Topic>,
    partition: i32,
    marker: EndMarker,
    now: TimestampMillis,
) -> Result<(), MarkerError> {
    let Some(slot) = topic.slot(partition) else { return Ok(()) };
    let log = slot.writable(&broker.store, &broker.meta, topic.id).await?;
    let (done, outcome) = oneshot::channel();
    let rung = topic.clone();
    let sync = broker.options.sync(Sync::Disk);
    let request = AppendRequest { sync, leader_epoch: LEADER_EPOCH, log_append_time: None, begins_at_zero: false };
    log.append(marker.build(now), request, move |result| {
        // The last stable offset has moved: who waits for committed records looks again.
        rung.changed.notify_waiters();
        let _ = done.send(result);
    });
    let outcome = outside(outcome).await.map_err(|_| MarkerError::Closing)?;
    outcome.map(|_| ()).map_err(|error| {
        slot.note(&error);
        error.into()
    })
}
