//! What an answer says: the facts of a request's line, and what they teach about the connection.

use std::sync::Arc;

use kafka_protocol::messages::{ProduceResponse, ResponseKind, produce_response::PartitionProduceResponse};

use super::{
    BatchFactsSeen, FetchPart, Observer, Origin, ProducePart, Said,
    asked::{Asked, AskedBatch, AskedProduce},
    book::{Batch, Fetch, Moment, Stored},
    members,
    noting::Noting,
    said::PARTS_MAX,
    told::{Read, StoredAt, Told},
};
use crate::{broker::topics::Topics, model::Offset};

impl Observer {
    /// Takes in what a request and its answer say; returns the facts for its line.
    pub fn take_in(
        &self,
        topics: &Topics,
        noting: &Noting,
        response: &ResponseKind,
        went: Moment,
        told: &Told,
    ) -> Said {
        match (&noting.asked, response) {
            (Asked::Produce(asked), ResponseKind::Produce(response)) => {
                self.produced(noting, asked, response, went, &told.stored)
            }
            (Asked::Fetch(asked), _) => self.fetched(noting, (asked.max_wait_ms, asked.min_bytes), went, told),
            (Asked::ShareFetch { max_wait_ms, min_bytes }, _) => {
                self.fetched(noting, (*max_wait_ms, *min_bytes), went, told)
            }
            (Asked::Commit(asked), _) => self.commits(noting, asked, response, went),
            (Asked::Transaction { commit: Some(commit), producer_id, .. }, ResponseKind::EndTxn(response)) => {
                if response.error_code == 0 {
                    self.transaction_ended(noting, *producer_id, *commit, went);
                }
                unanswered(&noting.asked)
            }
            (Asked::Join { group, .. }, ResponseKind::JoinGroup(response)) => {
                let member: Arc<str> = (*response.member_id).into();
                if response.error_code == 0 {
                    self.is_member(noting, group, &member, response.generation_id);
                }
                Said::Join { group: group.clone(), member, generation: response.generation_id }
            }
            (Asked::Sync { group, member, generation }, ResponseKind::SyncGroup(response)) => {
                let got = super::assignment::classic(&response.assignment);
                if response.error_code == 0 {
                    self.owns(noting, group, member, *generation, &got);
                }
                let all = got.iter().flat_map(|(topic, ids)| ids.iter().map(move |id| (topic.clone(), *id)));
                let partitions = count(got.iter().map(|(_, ids)| ids.len()).sum());
                Said::Sync {
                    group: group.clone(),
                    member: member.clone(),
                    generation: *generation,
                    got: all.take(PARTS_MAX).collect(),
                    partitions,
                }
            }
            (Asked::Heartbeat { group, member, generation }, ResponseKind::Heartbeat(response)) => {
                if response.error_code == 0 {
                    self.is_member(noting, group, member, *generation);
                }
                let (group, member) = (group.clone(), member.clone());
                Said::Heartbeat { group, member, generation: *generation, owned: None }
            }
            (Asked::ConsumerHeartbeat { group, epoch, .. }, ResponseKind::ConsumerGroupHeartbeat(response)) => {
                self.consumer_heartbeat(topics, noting, group, *epoch, response)
            }
            (Asked::ConsumerHeartbeat { group, epoch, .. }, ResponseKind::ShareGroupHeartbeat(response)) => {
                self.share_heartbeat(topics, noting, group, *epoch, response)
            }
            (Asked::Leave { group, members }, ResponseKind::LeaveGroup(_)) => {
                self.has_left(noting, group, members);
                Said::Leave { group: group.clone(), members: members.clone() }
            }
            (asked, _) => unanswered(asked),
        }
    }

    fn produced(
        &self,
        noting: &Noting,
        asked: &AskedProduce,
        response: &ProduceResponse,
        went: Moment,
        stored: &[StoredAt],
    ) -> Said {
        let mut answers = response.responses.iter().flat_map(|topic| &topic.partition_responses);
        let mut parts = Vec::with_capacity(asked.parts.len().min(PARTS_MAX));
        let (mut records, mut bytes) = (0, 0);
        let mut last_topic: Option<&Arc<str>> = None;
        for part in &asked.parts {
            // Answers stand in the order of what was asked.
            let answer = answers.next().filter(|answer| answer.index == part.partition);
            let said = produce_part(part, answer);
            records += u64::from(part.records);
            bytes += u64::from(part.bytes);
            if said.error == 0 && last_topic != Some(&part.topic) {
                last_topic = Some(&part.topic);
                if let Some(connection) = &noting.connection {
                    connection.seen.lock().writes.used(&part.topic);
                }
            }
            if said.error == 0
                && let Some(mut batch) = batch(noting, asked, part, said.base_offset, went)
            {
                batch.stored = self.stored(&batch, part, stored);
                self.book.produced((part.topic_id, part.partition), batch);
            }
            if parts.len() < PARTS_MAX {
                parts.push(said);
            }
        }
        let partitions = count(asked.parts.len());
        Said::Produce { acks: asked.acks, parts: parts.into(), partitions, records, bytes }
    }

    fn fetched(&self, noting: &Noting, (max_wait_ms, min_bytes): (i32, i32), went: Moment, told: &Told) -> Said {
        let part = |read: &Read| FetchPart {
            topic: read.topic.clone(),
            partition: read.partition,
            from: read.from,
            records: read.records,
            bytes: read.bytes,
        };
        if !told.reads.is_empty() {
            self.delivered(noting, went, told);
        }
        Said::Fetch {
            parts: told.reads.iter().take(PARTS_MAX).map(part).collect(),
            partitions: count(told.reads.len()),
            records: told.reads.iter().map(|read| u64::from(read.records)).sum(),
            bytes: told.reads.iter().map(|read| u64::from(read.bytes)).sum(),
            max_wait_ms,
            min_bytes,
        }
    }

    fn stored(&self, batch: &Batch, part: &AskedBatch, stored: &[StoredAt]) -> Option<Stored> {
        let same = |one: &&StoredAt| {
            one.base_offset == batch.facts.base_offset
                && (one.topic_id, one.partition) == (part.topic_id, part.partition)
        };
        let one = stored.iter().find(same)?;
        let after = self.micros_of(one.at).saturating_sub(batch.came.micros);
        Some(Stored { after_micros: u32::try_from(after).unwrap_or(u32::MAX), shared: one.shared })
    }

    fn delivered(&self, noting: &Noting, went: Moment, told: &Told) {
        if let Some(connection) = &noting.connection {
            let mut seen = connection.seen.lock();
            told.reads.iter().for_each(|read| seen.reads.used(&read.topic));
        }
        // What the window itself reads is no delivery.
        if noting.who.origin == Origin::Window {
            return;
        }
        let readers = self.readers(noting.connection.as_deref());
        for read in &told.reads {
            let fetch = Fetch {
                went,
                by: noting.who.clone(),
                request: noting.id,
                reader: members::reader(&readers, &read.topic, read.partition),
                waited_micros: u32::try_from(told.waited_micros).unwrap_or(u32::MAX),
                from: read.from,
                to: read.last,
            };
            self.book.fetched((read.topic_id, read.partition), fetch);
        }
    }
}

/// A batch as the book keeps it; `None` where the broker did not say where it is.
fn batch(noting: &Noting, asked: &AskedProduce, part: &AskedBatch, base_offset: Offset, went: Moment) -> Option<Batch> {
    let facts = BatchFactsSeen { base_offset, ..part.facts().filter(|_| base_offset >= 0)? };
    Some(Batch {
        came: noting.came,
        by: noting.who.clone(),
        request: noting.id,
        version: noting.version,
        acks: asked.acks,
        facts,
        end: base_offset + part.offsets,
        stored: None,
        took_micros: u32::try_from(went.micros.saturating_sub(noting.came.micros)).unwrap_or(u32::MAX),
    })
}

fn produce_part(part: &AskedBatch, answer: Option<&PartitionProduceResponse>) -> ProducePart {
    ProducePart {
        topic: part.topic.clone(),
        partition: part.partition,
        base_offset: answer.map_or(-1, |answer| answer.base_offset),
        records: part.records,
        bytes: part.bytes,
        error: answer.map_or(0, |answer| answer.error_code),
    }
}

fn unanswered(asked: &Asked) -> Said {
    match asked {
        Asked::Library { name, version } => Said::Library { name: name.clone(), version: version.clone() },
        Asked::OffsetFetch { group, partitions } => Said::Committed { group: group.clone(), partitions: *partitions },
        Asked::Topics { names, count } => Said::Topics { names: names.clone(), count: *count },
        Asked::Groups { names, count } => Said::Groups { names: names.clone(), count: *count },
        Asked::Transaction { transactional_id, producer_id, epoch, commit } => Said::Transaction {
            transactional_id: transactional_id.clone(),
            producer_id: *producer_id,
            epoch: *epoch,
            commit: *commit,
        },
        _ => Said::Nothing,
    }
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
