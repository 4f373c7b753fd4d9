//! TxnOffsetCommit: offsets that are committed when their transaction is, and not otherwise.

use std::sync::Arc;

use kafka_protocol::{
    ResponseError,
    messages::{
        TxnOffsetCommitRequest, TxnOffsetCommitResponse,
        txn_offset_commit_response::{TxnOffsetCommitResponsePartition, TxnOffsetCommitResponseTopic},
    },
};

use super::offset_commit::{Asked, sort_out};
use crate::{
    broker::{
        coordinator::{Commit, Committer},
        groups::CommitRight,
        inner::Inner,
        transactions::ProducerId,
    },
    model::check_group_name,
};

pub async fn answer(broker: &Arc<Inner>, version: i16, request: TxnOffsetCommitRequest) -> TxnOffsetCommitResponse {
    let asked = request.topics.iter().map(|topic| {
        let partitions = topic.partitions.iter().map(|wanted| Asked {
            partition: wanted.partition_index,
            offset: wanted.committed_offset,
            leader_epoch: wanted.committed_leader_epoch,
            metadata: wanted.committed_metadata.as_deref(),
        });
        (&topic.name, partitions)
    });
    let (commits, topics) = sort_out(broker, asked);
    let outcome = if check_group_name(&request.group_id).is_err() {
        Err(ResponseError::InvalidGroupId)
    } else {
        commit(broker, version, &request, commits).await
    };
    let topics = topics.into_iter().map(|(name, partitions)| {
        let partitions = partitions.into_iter().map(|(partition, error)| {
            TxnOffsetCommitResponsePartition::default()
                .with_partition_index(partition)
                .with_error_code(error.or(outcome.err()).map_or(0, |error| error.code()))
        });
        TxnOffsetCommitResponseTopic::default().with_name(name).with_partitions(partitions.collect())
    });
    TxnOffsetCommitResponse::default().with_topics(topics.collect())
}

async fn commit(
    broker: &Arc<Inner>,
    version: i16,
    request: &TxnOffsetCommitRequest,
    commits: Vec<Commit>,
) -> Result<(), ResponseError> {
    let right = CommitRight {
        member_id: &request.member_id,
        instance_id: request.group_instance_id.as_deref(),
        generation: request.generation_id,
        transactional: true,
    };
    let who = Committer { group: &request.group_id, right, knows_epochs: false };
    let producer = ProducerId { id: *request.producer_id, epoch: request.producer_epoch };
    let id = (request.transactional_id.as_str(), producer);
    broker.transactions.commit_offsets(broker, id, who, commits, version).await
}
