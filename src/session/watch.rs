//! What Watch shows of a topic beyond the facts: the newest records of every partition, and of queues what is held.

use std::sync::Arc;

use super::{Loadable, Phrase, Problem, Session};
pub use crate::broker::SharePartitionView;
use crate::{
    client::{Client, ClientError, FetchOptions, OffsetSpec, records_from},
    model::{Offset, PartitionId, Record, TimestampMillis, TopicPartition},
    payload,
};

/// Records of one partition that are looked at, the newest.
pub const WATCHED_RECORDS_MAX: usize = 60;
/// Partitions that are looked at; the picture has no room for more.
pub const WATCHED_PARTITIONS_MAX: usize = 12;
/// Bytes that one look fetches of one partition at most.
const FETCH_BYTES_MAX: usize = 256 * 1024;
/// Fetches of one look at one partition.
const FETCHES_MAX: usize = 4;
/// What a batch may decompress to, in bytes.
const BATCH_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Characters of a key and of a value that are kept.
const KEY_CHARS_MAX: usize = 24;
const VALUE_CHARS_MAX: usize = 80;

/// A topic at one moment.
#[derive(Debug, Clone, Default)]
pub struct WatchedTopic {
    pub partitions: Vec<WatchedPartition>,
    /// Of every queue on the topic: its group and how its partitions stand.
    pub queues: Vec<(Arc<str>, Vec<SharePartitionView>)>,
}

/// A partition at one moment.
#[derive(Debug, Clone, Default)]
pub struct WatchedPartition {
    pub id: PartitionId,
    pub start: Offset,
    pub end: Offset,
    /// By offset, the newest [`WATCHED_RECORDS_MAX`].
    pub records: Vec<WatchedRecord>,
}

/// The little of a record that a picture has room for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchedRecord {
    pub offset: Offset,
    pub timestamp: TimestampMillis,
    pub key: Option<Arc<str>>,
    pub value: Arc<str>,
}

impl Session {
    /// Looks at a topic's partitions in the background; what `before` knows already is not fetched again. `queues` are the
    /// share groups that read it.
    pub fn watch_topic(
        &self,
        topic: &Arc<str>,
        partitions: Vec<PartitionId>,
        queues: Vec<Arc<str>>,
        before: Option<Arc<WatchedTopic>>,
        slot: &Loadable<WatchedTopic>,
    ) {
        let (client, topic, inspector) = (self.client().clone(), Arc::clone(topic), self.inspector());
        self.load(slot, async move {
            let failed = |error: ClientError| {
                Problem::from_error(Phrase::new("watch-failed").with("topic", topic.to_string()), &error)
            };
            let mut watched = WatchedTopic::default();
            for id in partitions.into_iter().take(WATCHED_PARTITIONS_MAX) {
                let known = before.iter().flat_map(|before| &before.partitions).find(|part| part.id == id);
                let tp = TopicPartition::new(Arc::clone(&topic), id);
                watched.partitions.push(look(&client, &tp, known).await.map_err(failed)?);
            }
            if let Some(inspector) = inspector {
                for queue in queues {
                    let mut parts = inspector.share_partitions(&queue);
                    parts.retain(|part| part.topic == topic);
                    watched.queues.push((queue, parts));
                }
            }
            Ok(watched)
        });
    }
}

async fn look(
    client: &Client,
    tp: &TopicPartition,
    known: Option<&WatchedPartition>,
) -> Result<WatchedPartition, ClientError> {
    let start = client.offset(tp, OffsetSpec::Earliest).await?.unwrap_or(0);
    let end = client.offset(tp, OffsetSpec::Latest).await?.unwrap_or(start);
    let first = start.max(end - WATCHED_RECORDS_MAX as Offset);
    // A log that ends earlier than before is another one: its topic was made anew.
    let known = known.filter(|known| known.end <= end);
    let mut records: Vec<_> = known.map(|known| known.records.clone()).unwrap_or_default();
    records.retain(|record| record.offset >= first);
    let mut from = known.map_or(first, |known| known.end.max(first));
    let options = FetchOptions { max_bytes: FETCH_BYTES_MAX, ..FetchOptions::default() };
    for _ in 0..FETCHES_MAX {
        if from >= end {
            break;
        }
        let fetched = client.fetch(tp, from, options).await?;
        if fetched.next <= from {
            break;
        }
        records.extend(records_from(tp, &fetched.batches, from, BATCH_BYTES_MAX)?.iter().map(watched));
        from = fetched.next;
    }
    let surplus = records.len().saturating_sub(WATCHED_RECORDS_MAX);
    records.drain(..surplus);
    Ok(WatchedPartition { id: tp.partition, start, end: end.max(from), records })
}

fn watched(record: &Record) -> WatchedRecord {
    let text = |bytes: &[u8], chars: usize| -> Arc<str> { payload::preview(bytes, chars).text.into() };
    WatchedRecord {
        offset: record.offset,
        timestamp: record.timestamp,
        key: record.key.as_deref().map(|key| text(key, KEY_CHARS_MAX)),
        value: record.value.as_deref().map(|value| text(value, VALUE_CHARS_MAX)).unwrap_or_default(),
    }
}
