//! Who produces to a topic, as the requests show it.

use std::{collections::HashSet, sync::Arc};

use super::{BatchFactsSeen, ConnectionId, Observer, ProducerPartition, ProducerView, Who, book::Batch};
use crate::{
    broker::topics::Topic,
    model::{Offset, TimestampMillis},
};

/// Producers told of a topic.
const PRODUCERS_MAX: usize = 500;

/// One producer on one partition.
#[derive(Debug, Clone)]
pub struct Producer {
    pub by: Arc<Who>,
    pub acks: i16,
    /// Of the newest batch.
    pub facts: BatchFactsSeen,
    pub batches: u64,
    pub records: u64,
    pub bytes: u64,
    pub last_offset: Offset,
    pub last_at: TimestampMillis,
}

impl Producer {
    pub fn new(batch: &Batch) -> Self {
        Self {
            by: batch.by.clone(),
            acks: batch.acks,
            facts: batch.facts,
            batches: 0,
            records: 0,
            bytes: 0,
            last_offset: -1,
            last_at: batch.came.at,
        }
    }

    /// Whether the batch comes from the same producer, over the same connection.
    pub fn is_of(&self, batch: &Batch) -> bool {
        self.by.connection == batch.by.connection
            && self.facts.producer_id == batch.facts.producer_id
            && self.by.client_id == batch.by.client_id
    }

    /// It sent a batch.
    pub fn sent(&mut self, batch: &Batch) {
        self.by = batch.by.clone();
        self.acks = batch.acks;
        self.facts = batch.facts;
        self.batches += 1;
        self.records += u64::from(batch.facts.records);
        self.bytes += u64::from(batch.facts.bytes);
        self.last_offset = batch.end - 1;
        self.last_at = batch.came.at;
    }

    fn last_sequence(&self) -> i32 {
        match self.facts.base_sequence {
            ..0 => -1,
            // Sequences go on from 0 after the largest.
            base => {
                let last = i64::from(base) + i64::from(self.facts.records.max(1)) - 1;
                i32::try_from(last % (i64::from(i32::MAX) + 1)).unwrap_or(-1)
            }
        }
    }

    fn partition(&self, partition: i32) -> ProducerPartition {
        ProducerPartition {
            partition,
            last_sequence: self.last_sequence(),
            last_offset: self.last_offset,
            batches: self.batches,
            records: self.records,
            last_at: self.last_at,
        }
    }
}

impl Observer {
    /// The producers of a topic, newest send first.
    pub fn producers(&self, topic: &Topic) -> Vec<ProducerView> {
        let open: HashSet<ConnectionId> = self.connections.lock().iter().map(|one| one.id).collect();
        let mut views: Vec<ProducerView> = Vec::new();
        for slot in topic.slots().iter() {
            for producer in self.book.producers((topic.id, slot.id)) {
                let same = |view: &&mut ProducerView| {
                    view.by.connection == producer.by.connection
                        && view.producer_id == producer.facts.producer_id
                        && view.by.client_id == producer.by.client_id
                };
                let full = views.len() == PRODUCERS_MAX;
                match views.iter_mut().find(same) {
                    Some(view) => view.take(&producer, slot.id),
                    None if !full => {
                        let connected = open.contains(&producer.by.connection);
                        views.push(ProducerView::new(&producer, slot.id, connected));
                    }
                    None => {}
                }
            }
        }
        views.sort_by_key(|view| std::cmp::Reverse(view.last_at));
        views
    }
}

impl ProducerView {
    fn new(producer: &Producer, partition: i32, connected: bool) -> Self {
        let facts = producer.facts;
        Self {
            by: producer.by.clone(),
            connected,
            producer_id: facts.producer_id,
            producer_epoch: facts.producer_epoch,
            transactional: facts.transactional,
            acks: producer.acks,
            compression: facts.compression,
            batches: producer.batches,
            records: producer.records,
            bytes: producer.bytes,
            last_records: facts.records,
            last_bytes: facts.bytes,
            last_at: producer.last_at,
            partitions: vec![producer.partition(partition)],
        }
    }

    /// The same producer on one more partition.
    fn take(&mut self, producer: &Producer, partition: i32) {
        self.batches += producer.batches;
        self.records += producer.records;
        self.bytes += producer.bytes;
        self.partitions.push(producer.partition(partition));
        if producer.last_at >= self.last_at {
            let facts = producer.facts;
            self.by = producer.by.clone();
            self.producer_epoch = facts.producer_epoch;
            self.transactional = facts.transactional;
            self.acks = producer.acks;
            self.compression = facts.compression;
            self.last_records = facts.records;
            self.last_bytes = facts.bytes;
            self.last_at = producer.last_at;
        }
    }
}
