//! What follows when something happened to records: it is told, waiting fetches wake, dead letters are written, what must
//! survive is stored, and where the topic is a classic queue, what is finished is deleted.

use std::sync::Arc;

use super::{Shared, Shares, config_of};
use crate::{
    broker::{
        ShareEventKind, blocking,
        groups::share::Happened,
        inner::Inner,
        meta::{MetaError, ShareRow},
    },
    model::Offset,
};

impl Shares {
    /// Does what must be done; durable when this returns.
    pub(super) async fn settle(
        &self,
        broker: &Arc<Inner>,
        shared: &Arc<Shared>,
        happened: Happened,
    ) -> Result<(), MetaError> {
        self.events.keep(shared, &happened.events, self.clock.now());
        if happened.wake {
            shared.changed.notify_waiters();
        }
        if happened.events.iter().any(|event| event.is_dead_letter()) {
            let config = config_of(broker, &shared.key.group);
            for event in happened.events.iter().filter(|event| event.is_dead_letter()) {
                // Rare, and large: not on everybody's stack.
                Box::pin(self.bury(broker, shared, &config, event)).await;
            }
        }
        if happened.store {
            self.store(shared).await?;
        }
        if happened.start_moved && shared.topic.config().delete_acknowledged {
            self.delete_finished(broker, shared).await;
        }
        Ok(())
    }

    /// Writes how the partition stands now.
    pub(super) async fn store(&self, shared: &Arc<Shared>) -> Result<(), MetaError> {
        let row = {
            let state = shared.state.lock();
            let Some(partition) = state.as_ref() else { return Ok(()) };
            // Numbered under the lock: a later number is a later state.
            let number = self.next_store();
            let state =
                serde_json::to_string(&partition.stored()).map_err(|error| MetaError::Failed(error.to_string()))?;
            let key = &shared.key;
            ShareRow { group: key.group.clone(), topic: key.topic, partition: key.partition, state, number }
        };
        self.meta.write(row.put()).await
    }

    /// Deletes what the group has finished from the log (`millpond.delete.acknowledged`).
    async fn delete_finished(&self, broker: &Arc<Inner>, shared: &Arc<Shared>) {
        let Some(slot) = shared.topic.slot(shared.key.partition) else { return };
        let Ok(Some(log)) = slot.existing(&broker.store).await else { return };
        let before = shared.state.lock().as_ref().map_or(0, |partition| partition.start());
        let (start, end) = log.range();
        let before: Offset = before.min(end);
        if before <= start {
            return;
        }
        match blocking(move || log.trim(before)).await {
            Ok(_) => self.events.keep_one(shared, (start, before - 1), ShareEventKind::Deleted, self.clock.now()),
            Err(error) => {
                slot.note(&error);
                let place = format!("{}-{}", shared.topic.name, shared.key.partition);
                tracing::warn!("what is finished in {place} was not deleted: {error}");
            }
        }
    }
}
