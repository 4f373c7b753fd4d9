//! The inspector of the embedded broker.

use std::{
    path::PathBuf,
    sync::{Arc, Weak},
};

use futures_util::future::BoxFuture;

use super::{
    Compactions, Counters, Damage, Inspector, PartitionCompaction, PartitionSize, PartitionSpan, RebalanceEvent,
    ShareChangeError, ShareChanging, ShareEvent, SharePartitionView,
    inner::Inner,
    maintenance,
    observe::{ConnectionView, Life, ProducerView, RequestDetail, RequestFilter, RequestId, RequestView},
    share::ByHand,
    topics::Slot,
};
use crate::model::{Offset, PartitionId};

/// Looks into a broker without keeping it alive.
pub struct BrokerInspector {
    inner: Weak<Inner>,
    data_dir: PathBuf,
}

impl BrokerInspector {
    pub fn new(inner: &Arc<Inner>) -> Self {
        Self { inner: Arc::downgrade(inner), data_dir: inner.options.data_dir.clone() }
    }
}

impl Inspector for BrokerInspector {
    fn data_dir(&self) -> PathBuf {
        self.data_dir.clone()
    }

    fn partition_spans(
        &self,
        topic: &str,
        partition: PartitionId,
        from: Offset,
        to: Offset,
        limit: usize,
    ) -> Vec<PartitionSpan> {
        let log = self.inner.upgrade().and_then(|inner| inner.topics.by_name(topic)?.slot(partition)?.if_open());
        let spans = log.and_then(|log| log.headers(from, to, limit).ok()).unwrap_or_default();
        spans
            .into_iter()
            .map(|span| PartitionSpan {
                base_offset: span.base_offset,
                last_offset: span.last_offset,
                max_timestamp: span.max_timestamp,
                record_count: span.record_count.unsigned_abs(),
                size_bytes: span.bytes as u64,
            })
            .collect()
    }

    fn partition_sizes(&self) -> Vec<PartitionSize> {
        let Some(inner) = self.inner.upgrade() else { return Vec::new() };
        let mut sizes = Vec::new();
        for topic in inner.topics.all() {
            for slot in topic.slots().iter() {
                let size = match slot.if_open() {
                    Some(log) => log.size_bytes(),
                    None if slot.is_absent() => 0,
                    None => continue,
                };
                sizes.push(PartitionSize { topic: topic.name.clone(), partition: slot.id, size_bytes: size });
            }
        }
        sizes
    }

    fn damage(&self) -> Vec<Damage> {
        let Some(inner) = self.inner.upgrade() else { return Vec::new() };
        let mut damage = Vec::new();
        for topic in inner.topics.all() {
            for slot in topic.slots().iter() {
                if let Some(why) = slot.damage() {
                    damage.push(Damage {
                        topic: topic.name.clone(),
                        partition: slot.id,
                        path: slot.path.clone(),
                        why: why.to_string(),
                    });
                }
            }
        }
        damage
    }

    fn counters(&self) -> Counters {
        let Some(inner) = self.inner.upgrade() else { return Counters::default() };
        Counters {
            topics: inner.topics.all().into_iter().map(|topic| (topic.name.clone(), topic.tally.read())).collect(),
        }
    }

    fn rebalances(&self, after: u64) -> Vec<RebalanceEvent> {
        self.inner.upgrade().map(|inner| inner.coordinator.rebalances(after)).unwrap_or_default()
    }

    fn connections(&self, window_too: bool) -> Vec<ConnectionView> {
        self.inner.upgrade().map(|inner| inner.observer.list(window_too)).unwrap_or_default()
    }

    fn departed(&self) -> Vec<ConnectionView> {
        self.inner.upgrade().map(|inner| inner.observer.departed()).unwrap_or_default()
    }

    fn requests(&self, after: RequestId, filter: &RequestFilter, limit: usize) -> Vec<RequestView> {
        self.inner.upgrade().map(|inner| inner.observer.requests.list(after, filter, limit)).unwrap_or_default()
    }

    fn request(&self, id: RequestId) -> Option<RequestDetail> {
        self.inner.upgrade()?.observer.requests.open(id)
    }

    fn producers(&self, topic: &str) -> Vec<ProducerView> {
        let Some(inner) = self.inner.upgrade() else { return Vec::new() };
        inner.topics.by_name(topic).map(|topic| inner.observer.producers(&topic)).unwrap_or_default()
    }

    fn compaction(&self, topic: &str) -> Option<Vec<PartitionCompaction>> {
        let topic = self.inner.upgrade()?.topics.by_name(topic)?;
        topic.config().compact?;
        let state = |slot: &Slot| {
            let state = slot.if_open()?.compaction().ok()?;
            let (upto, dirty_bytes) = (state.upto, state.dirty_bytes);
            Some(PartitionCompaction { partition: slot.id, upto, dirty_bytes, last: slot.last_compaction() })
        };
        Some(topic.slots().iter().filter_map(|slot| state(slot)).collect())
    }

    fn compact(&self, topic: Arc<str>) -> BoxFuture<'static, Compactions> {
        let inner = self.inner.upgrade();
        Box::pin(async move {
            match inner {
                Some(inner) => maintenance::compact_now(&inner, &topic).await,
                None => Vec::new(),
            }
        })
    }

    fn life(&self, topic: &str, partition: PartitionId, offset: Offset) -> Option<Life> {
        self.inner.upgrade()?.life(topic, partition, offset)
    }

    fn share_partitions(&self, group: &str) -> Vec<SharePartitionView> {
        self.inner.upgrade().map(|inner| inner.shares.views(group)).unwrap_or_default()
    }

    fn share_redeliver(
        &self,
        group: &str,
        topic: &str,
        partition: PartitionId,
        first: Offset,
        last: Offset,
    ) -> ShareChanging {
        self.change(group, (topic, partition), (first, last), ByHand::Redeliver)
    }

    fn share_archive(
        &self,
        group: &str,
        topic: &str,
        partition: PartitionId,
        first: Offset,
        last: Offset,
    ) -> ShareChanging {
        self.change(group, (topic, partition), (first, last), ByHand::Archive)
    }

    fn share_purge(&self, group: &str, topic: &str) -> ShareChanging {
        let (inner, group, topic) = (self.inner.upgrade(), group.to_owned(), topic.to_owned());
        Box::pin(async move {
            let inner = inner.ok_or(ShareChangeError::Closed)?;
            inner.shares.purge(&inner, &group, &topic).await
        })
    }

    fn share_events(&self, after: u64) -> Vec<ShareEvent> {
        self.inner.upgrade().map(|inner| inner.shares.events(after)).unwrap_or_default()
    }
}

impl BrokerInspector {
    fn change(
        &self,
        group: &str,
        (topic, partition): (&str, PartitionId),
        range: (Offset, Offset),
        what: ByHand,
    ) -> ShareChanging {
        let (inner, group, topic) = (self.inner.upgrade(), group.to_owned(), topic.to_owned());
        Box::pin(async move {
            let inner = inner.ok_or(ShareChangeError::Closed)?;
            inner.shares.change(&inner, &group, (&topic, partition), range, what).await
        })
    }
}
