//! What the broker does by itself: the timer of the groups, retention, compaction, and opening the partitions one after another.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use super::{
    COMPACTION_INTERVAL_MS, Compactions, PRODUCER_ID_EXPIRATION_MS, RETENTION_INTERVAL_MS, blocking,
    config::Compaction, coordinator::Coordinator, inner::Inner, share::Shares, topics::Topic,
    transactions::Transactions,
};
use crate::log::CompactRequest;

/// Starts the tasks of a broker. They end with it.
pub fn start(inner: &Arc<Inner>) {
    let tasks = [
        tokio::spawn(run_groups(inner.coordinator.clone())),
        tokio::spawn(run_retention(Arc::downgrade(inner))),
        tokio::spawn(run_compaction(Arc::downgrade(inner))),
        tokio::spawn(Transactions::run(Arc::downgrade(inner))),
        tokio::spawn(Shares::run(Arc::downgrade(inner))),
        tokio::spawn(open_partitions(Arc::downgrade(inner))),
    ];
    inner.tasks.lock().extend(tasks);
}

/// Deletes what retention says and forgets the offsets of groups that are long gone. Returns how many batches went.
pub async fn retain(inner: &Arc<Inner>) -> u64 {
    inner.coordinator.expire_offsets().await;
    let now = inner.options.clock.now();
    let mut deleted = 0;
    for topic in inner.topics.all() {
        for log in topic.slots().iter().filter_map(|slot| slot.if_open()) {
            // A producer that is forgotten because the clock was set could store its retries twice.
            log.expire_producers(inner.options.clock.steady(), PRODUCER_ID_EXPIRATION_MS);
        }
        let config = topic.config();
        if !config.delete || config.retention_ms.is_none() && config.retention_bytes.is_none() {
            continue;
        }
        for slot in topic.slots().iter() {
            let Ok(Some(log)) = slot.existing(&inner.store).await else { continue };
            if log.batch_count() == 0 {
                continue;
            }
            let config = config.clone();
            match blocking(move || log.retain(now, config.retention_ms, config.retention_bytes)).await {
                Ok(retained) => deleted += retained.batches,
                Err(error) => {
                    slot.note(&error);
                    tracing::warn!("retention of {}-{} failed: {error}", topic.name, slot.id);
                }
            }
        }
    }
    deleted
}

/// Compacts the topics that ask for it, where it is time to.
async fn compact(inner: &Arc<Inner>) {
    for topic in inner.topics.all() {
        compact_topic(inner, &topic, false).await;
    }
}

/// Compacts a topic at once, whatever `min.cleanable.dirty.ratio` says.
pub async fn compact_now(inner: &Arc<Inner>, topic: &str) -> Compactions {
    match inner.topics.by_name(topic) {
        Some(topic) => compact_topic(inner, &topic, true).await,
        None => Vec::new(),
    }
}

async fn compact_topic(inner: &Arc<Inner>, topic: &Topic, forced: bool) -> Compactions {
    let mut done = Vec::new();
    let Some(Compaction { min_lag_ms, max_lag_ms, dirty_ratio, delete_retention_ms }) = topic.config().compact else {
        return done;
    };
    let now = inner.options.clock.now();
    let request = CompactRequest { now, min_lag_ms, max_lag_ms, dirty_ratio, delete_retention_ms, forced };
    for slot in topic.slots().iter() {
        let Ok(Some(log)) = slot.existing(&inner.store).await else { continue };
        let alive = Arc::downgrade(inner);
        let outcome = blocking(move || log.compact(&request, &|| alive.strong_count() == 0)).await;
        match &outcome {
            Ok(Some(compacted)) => slot.note_compaction(now, *compacted),
            Ok(None) => {}
            Err(error) => {
                slot.note(error);
                tracing::warn!("compaction of {}-{} failed: {error}", topic.name, slot.id);
            }
        }
        done.extend(outcome.transpose().map(|outcome| (slot.id, outcome)));
    }
    done
}

async fn run_compaction(inner: Weak<Inner>) {
    loop {
        tokio::time::sleep(Duration::from_millis(COMPACTION_INTERVAL_MS)).await;
        let Some(inner) = inner.upgrade() else { return };
        compact(&inner).await;
    }
}

async fn run_groups(coordinator: Arc<Coordinator>) {
    coordinator.run().await;
}

async fn run_retention(inner: Weak<Inner>) {
    loop {
        tokio::time::sleep(Duration::from_millis(RETENTION_INTERVAL_MS)).await;
        let Some(inner) = inner.upgrade() else { return };
        retain(&inner).await;
    }
}

/// Opens each partition that has a file, so that damage is known soon and the first look at a topic is quick.
async fn open_partitions(inner: Weak<Inner>) {
    let Some(topics) = inner.upgrade().map(|inner| inner.topics.all()) else { return };
    for topic in topics {
        for slot in topic.slots().iter() {
            let Some(inner) = inner.upgrade() else { return };
            // What fails is noted in the slot, or will fail again for who needs it.
            let _ = slot.existing(&inner.store).await;
        }
    }
}
