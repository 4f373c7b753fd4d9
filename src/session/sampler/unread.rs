//! The time of the first unread record of a group, which is what "behind" counts from.
//!
//! Best is when the record was appended, seen by watching the end offset ([`super::marks`]). A record that was there
//! before anybody watched is looked up: its own timestamp, a few look-ups a tick. What an earlier start of Millpond knew
//! comes from the lag history.

use std::{collections::HashMap, sync::Arc};

use super::{questions::News, topics::TopicsWatch};
use crate::{
    broker::Inspector,
    client::{Client, FetchOptions, records_from},
    model::{Offset, TimestampMillis, TopicPartition},
};

/// Records looked up in one tick at most.
const LOOKUPS_A_TICK_MAX: usize = 16;
/// What one batch may decompress to for a look-up; more is not worth it for one timestamp.
const DECOMPRESSED_BYTES_MAX: usize = 8 * 1024 * 1024;

type Key = (Arc<str>, TopicPartition);
/// A group and its first unread record.
pub(super) type Wanted = (Arc<str>, TopicPartition, Offset);
/// With the time of that record, where it could be found.
pub(super) type Found = (Wanted, Option<TimestampMillis>);

/// What is known of first unread records.
#[derive(Default)]
pub(super) struct Unread {
    known: HashMap<Key, Entry>,
    wanted: Vec<Wanted>,
    round: u64,
}

struct Entry {
    offset: Offset,
    /// `None`: looked up without success, which is not tried again for this offset.
    at: Option<TimestampMillis>,
    round: u64,
}

impl Unread {
    /// What the lag history of an earlier start knew.
    pub(super) fn remember(&mut self, group: Arc<str>, tp: TopicPartition, offset: Offset, at: TimestampMillis) {
        self.known.insert((group, tp), Entry { offset, at: Some(at), round: 0 });
    }

    pub(super) fn begin(&mut self) {
        self.round += 1;
        self.wanted.clear();
    }

    /// Forgets groups and partitions that were not asked for; the first rounds keep what was remembered.
    pub(super) fn end(&mut self) {
        let round = self.round;
        self.known.retain(|_, entry| entry.round == round || (entry.round == 0 && round < 60));
    }

    /// The time of the record at `offset`, or `None` while it is not known.
    pub(super) fn timestamp(
        &mut self,
        group: &Arc<str>,
        tp: &TopicPartition,
        offset: Offset,
        topics: &TopicsWatch,
    ) -> Option<TimestampMillis> {
        if let Some(at) = topics.appended_at(tp, offset) {
            return Some(at);
        }
        let round = self.round;
        let known = self.known.get_mut(&(Arc::clone(group), tp.clone()));
        let (exact, at) = match known {
            Some(entry) => {
                entry.round = round;
                (entry.offset == offset, entry.at)
            }
            None => (false, None),
        };
        if !exact && topics.can_be_read(tp) && self.wanted.len() < LOOKUPS_A_TICK_MAX {
            self.wanted.push((Arc::clone(group), tp.clone(), offset));
        }
        // Until it is looked up the record before it speaks for it: time went on between them, but not by much.
        at
    }

    /// What was asked for in vain since [`Unread::begin`].
    pub(super) fn take_wanted(&mut self) -> Vec<Wanted> {
        std::mem::take(&mut self.wanted)
    }

    /// Takes in what was looked up.
    pub(super) fn take_found(&mut self, found: Vec<Found>) {
        for ((group, tp, offset), at) in found {
            self.known.insert((group, tp), Entry { offset, at, round: self.round });
        }
    }
}

/// Looks records up, one after the other.
pub(super) async fn look_up(client: Client, inspector: Option<Arc<dyn Inspector>>, wanted: Vec<Wanted>) -> News {
    let mut found = Vec::with_capacity(wanted.len());
    for (group, tp, offset) in wanted {
        let at = match &inspector {
            Some(inspector) => timestamp_of_batch(inspector, &tp, offset).await,
            None => timestamp_of(&client, &tp, offset).await,
        };
        found.push(((group, tp, offset), at));
    }
    News::Unread(found)
}

/// The greatest timestamp of the batch that holds the record: near enough, and no fetch that would count as reading.
async fn timestamp_of_batch(
    inspector: &Arc<dyn Inspector>,
    tp: &TopicPartition,
    offset: Offset,
) -> Option<TimestampMillis> {
    let (inspector, tp) = (Arc::clone(inspector), tp.clone());
    let spans = move || inspector.partition_spans(&tp.topic, tp.partition, offset, offset + 1, 1);
    let spans = tokio::task::spawn_blocking(spans).await.ok()?;
    spans.first().map(|span| span.max_timestamp).filter(|at| *at >= 0)
}

async fn timestamp_of(client: &Client, tp: &TopicPartition, offset: Offset) -> Option<TimestampMillis> {
    // One byte brings one whole batch (KIP-74), which is all that is needed.
    let options = FetchOptions { max_bytes: 1, max_wait_ms: 0, min_bytes: 1, ..FetchOptions::default() };
    let fetched = client.fetch(tp, offset, options).await.ok()?;
    let records = records_from(tp, &fetched.batches, offset, DECOMPRESSED_BYTES_MAX).ok()?;
    records.first().map(|record| record.timestamp).filter(|at| *at >= 0)
}
