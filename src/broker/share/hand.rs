//! Changes by hand to records of a share group.

use std::sync::Arc;

use super::{ShareChange, ShareChangeError, Shared, Shares};
use crate::{
    broker::{
        groups::share::{Happened, SharePartition},
        inner::Inner,
    },
    model::{Offset, PartitionId},
};

/// What is to be done to records of one partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByHand {
    Redeliver,
    Archive,
}

impl Shares {
    /// Changes the records from `first` to `last` (included), as far as they are in flight.
    pub async fn change(
        &self,
        broker: &Arc<Inner>,
        group: &str,
        (topic, partition): (&str, PartitionId),
        (first, last): (Offset, Offset),
        what: ByHand,
    ) -> Result<ShareChange, ShareChangeError> {
        check_group(broker, group)?;
        let found = broker.topics.by_name(topic).filter(|topic| topic.slot(partition).is_some());
        let Some(found) = found else {
            return Err(ShareChangeError::NoPartition { topic: topic.into(), partition });
        };
        let shared = self.find(group, found.id, partition);
        let changed = shared.as_ref().and_then(|shared| {
            let mut state = shared.state.lock();
            let records = state.as_mut()?;
            let changed = match what {
                ByHand::Redeliver => records.redeliver(first, last),
                ByHand::Archive => records.archive(first, last),
            };
            Some((shared, changed))
        });
        let Some((shared, (records, happened))) = changed else {
            return Err(ShareChangeError::NotStarted { group: group.into(), topic: topic.into(), partition });
        };
        self.changed(broker, shared, happened).await?;
        Ok(ShareChange { records })
    }

    /// Passes over everything that waits in a topic. Partitions that were never read begin at their end now.
    pub async fn purge(&self, broker: &Arc<Inner>, group: &str, topic: &str) -> Result<ShareChange, ShareChangeError> {
        check_group(broker, group)?;
        let Some(found) = broker.topics.by_name(topic) else {
            return Err(ShareChangeError::NoPartition { topic: topic.into(), partition: 0 });
        };
        let mut records = 0;
        for slot in found.slots().iter() {
            let log = slot.existing(&broker.store).await;
            let log = log.map_err(|error| ShareChangeError::Storage { why: error.to_string() })?;
            let (start, end) = log.map_or((0, 0), |log| log.range());
            let shared = self.open(group, &found, slot.id);
            let (passed, mut happened) = {
                let mut state = shared.state.lock();
                let partition = state.get_or_insert_with(|| SharePartition::new(start));
                let gone = partition.log_starts_at(start);
                let (passed, happened) = partition.purge(end);
                (passed, gone.and(happened))
            };
            happened.store = true;
            records += passed;
            self.changed(broker, &shared, happened).await?;
        }
        Ok(ShareChange { records })
    }

    async fn changed(
        &self,
        broker: &Arc<Inner>,
        shared: &Arc<Shared>,
        happened: Happened,
    ) -> Result<(), ShareChangeError> {
        let stored = self.settle(broker, shared, happened).await;
        stored.map_err(|error| ShareChangeError::Storage { why: error.to_string() })
    }
}

fn check_group(broker: &Inner, group: &str) -> Result<(), ShareChangeError> {
    match broker.coordinator.is_share_group(group) {
        true => Ok(()),
        false => Err(ShareChangeError::NoGroup { group: group.into() }),
    }
}
