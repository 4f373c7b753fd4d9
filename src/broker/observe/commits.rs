//! Offsets that groups commit, by themselves or inside a transaction.

use std::{collections::VecDeque, sync::Arc};

use kafka_protocol::{
    messages::{OffsetCommitRequest, ResponseKind, TopicName, TxnOffsetCommitRequest},
    protocol::StrBytes,
};
use uuid::Uuid;

use super::{
    CommitPart, Observer, Origin, Said, TransactionEnd,
    book::{Commit, Key, Moment},
    noting::Noting,
    said::PARTS_MAX,
};
use crate::{
    broker::topics::Topics,
    model::{Offset, PartitionId},
};

/// Commits that wait for the end of their transaction; the oldest go first.
const PENDING_MAX: usize = 1_000;

/// Ends of transactions that are remembered.
const ENDED_MAX: usize = 5_000;

/// How a transaction ended.
#[derive(Clone)]
pub struct End {
    producer_id: i64,
    pub committed: bool,
    pub went: Moment,
    pub how: TransactionEnd,
}

/// What an OffsetCommit or a TxnOffsetCommit asks.
pub struct AskedCommits {
    group: Arc<str>,
    member: Arc<str>,
    generation: i32,
    /// Of a transaction: nothing is committed before it ends.
    producer_id: Option<i64>,
    /// In the order of the request, and so of the answer.
    parts: Vec<AskedCommit>,
}

struct AskedCommit {
    topic: Arc<str>,
    /// Nil where there is no such topic.
    topic_id: Uuid,
    partition: PartitionId,
    offset: Offset,
}

/// Commits inside transactions, by producer id.
pub type Pending = VecDeque<(i64, Key, Commit)>;

/// Looks at an OffsetCommit.
pub fn look(topics: &Topics, request: &OffsetCommitRequest) -> AskedCommits {
    let mut parts = Vec::with_capacity(request.topics.iter().map(|topic| topic.partitions.len()).sum());
    for asked in &request.topics {
        let partitions = asked.partitions.iter().map(|one| (one.partition_index, one.committed_offset));
        take(topics, &asked.name, partitions, &mut parts);
    }
    let generation = request.generation_id_or_member_epoch;
    AskedCommits {
        group: arc(&request.group_id),
        member: arc(&request.member_id),
        generation,
        producer_id: None,
        parts,
    }
}

/// Looks at a TxnOffsetCommit.
pub fn look_in_transaction(topics: &Topics, request: &TxnOffsetCommitRequest) -> AskedCommits {
    let mut parts = Vec::with_capacity(request.topics.iter().map(|topic| topic.partitions.len()).sum());
    for asked in &request.topics {
        let partitions = asked.partitions.iter().map(|one| (one.partition_index, one.committed_offset));
        take(topics, &asked.name, partitions, &mut parts);
    }
    AskedCommits {
        group: arc(&request.group_id),
        member: arc(&request.member_id),
        generation: request.generation_id,
        producer_id: Some(request.producer_id.0),
        parts,
    }
}

fn take(
    topics: &Topics,
    name: &TopicName,
    partitions: impl Iterator<Item = (PartitionId, Offset)>,
    parts: &mut Vec<AskedCommit>,
) {
    let topic = topics.by_name(name);
    let topic_id = topic.as_ref().map_or_else(Uuid::nil, |topic| topic.id);
    let name = topic.map_or_else(|| arc(name), |topic| topic.name.clone());
    let asked = partitions.map(|(partition, offset)| AskedCommit { topic: name.clone(), topic_id, partition, offset });
    parts.extend(asked);
}

fn arc(words: &StrBytes) -> Arc<str> {
    (**words).into()
}

impl Observer {
    /// Takes in what was committed; returns the facts for the request's line.
    pub fn commits(&self, noting: &Noting, asked: &AskedCommits, response: &ResponseKind, went: Moment) -> Said {
        let errors: Vec<i16> = match response {
            ResponseKind::OffsetCommit(answer) => {
                answer.topics.iter().flat_map(|topic| &topic.partitions).map(|one| one.error_code).collect()
            }
            ResponseKind::TxnOffsetCommit(answer) => {
                answer.topics.iter().flat_map(|topic| &topic.partitions).map(|one| one.error_code).collect()
            }
            _ => return Said::Nothing,
        };
        // What the window sets back is no reading of its own, and a transaction commits for the member that it names.
        let member_itself = asked.producer_id.is_none() && noting.who.origin != Origin::Window;
        if member_itself && errors.iter().all(|code| *code == 0) {
            self.is_member(noting, &asked.group, &asked.member, asked.generation);
        }
        for (part, _) in asked.parts.iter().zip(&errors).filter(|(_, error)| **error == 0) {
            let commit = Commit {
                went,
                by: noting.who.clone(),
                request: noting.id,
                group: asked.group.clone(),
                member: asked.member.clone(),
                offset: part.offset,
            };
            let key = (part.topic_id, part.partition);
            match asked.producer_id {
                None => self.book.committed(key, commit),
                Some(producer_id) => self.wait_for_end(producer_id, key, commit),
            }
        }
        let told = asked.parts.iter().zip(&errors).take(PARTS_MAX).map(|(part, error)| CommitPart {
            topic: part.topic.clone(),
            partition: part.partition,
            offset: part.offset,
            error: *error,
        });
        let partitions = u32::try_from(errors.len()).unwrap_or(u32::MAX);
        Said::Commit { group: asked.group.clone(), parts: told.collect(), partitions }
    }

    /// A transaction ended that its producer ended.
    pub fn transaction_ended(&self, noting: &Noting, producer_id: i64, committed: bool, went: Moment) {
        let how = TransactionEnd::Asked { by: noting.who.clone(), request: noting.id };
        self.ended(End { producer_id, committed, went, how });
    }

    /// The broker aborted a transaction by itself.
    pub fn transaction_aborted(&self, producer_id: i64, how: TransactionEnd) {
        self.ended(End { producer_id, committed: false, went: self.moment(), how });
    }

    /// What was committed inside a transaction is, or is not.
    fn ended(&self, end: End) {
        let End { producer_id, committed, went, .. } = end;
        let mut ends = self.ended_transactions.lock();
        if ends.len() == ENDED_MAX {
            ends.pop_front();
        }
        ends.push_back(end);
        drop(ends);
        let mut ended = Vec::new();
        self.in_transactions.lock().retain(|(producer, key, commit)| {
            let its = *producer == producer_id;
            if its && committed {
                ended.push((*key, Commit { went, ..commit.clone() }));
            }
            !its
        });
        for (key, commit) in ended {
            self.book.committed(key, commit);
        }
    }

    /// How the transaction ended in which a producer sent a batch at `came`; `None` while it is open, and where its end is
    /// no longer known.
    pub fn end_of(&self, producer_id: i64, came: Moment) -> Option<End> {
        self.ended_transactions.lock().iter().find(|end| end.producer_id == producer_id && end.went >= came).cloned()
    }

    fn wait_for_end(&self, producer_id: i64, key: Key, commit: Commit) {
        let mut pending = self.in_transactions.lock();
        if pending.len() == PENDING_MAX {
            pending.pop_front();
        }
        pending.push_back((producer_id, key, commit));
    }
}
