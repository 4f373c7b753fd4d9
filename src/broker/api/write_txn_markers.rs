//! WriteTxnMarkers: ends transactions in single partitions. Brokers tell each other so; tools use it to end a transaction
//! that nobody coordinates any more (`kafka-transactions abort`).

use std::sync::Arc;

use kafka_protocol::{
    ResponseError,
    messages::{
        WriteTxnMarkersRequest, WriteTxnMarkersResponse,
        write_txn_markers_response::{
            WritableTxnMarkerPartitionResult, WritableTxnMarkerResult, WritableTxnMarkerTopicResult,
        },
    },
};

use super::Fault;
use crate::{
    broker::{
        inner::Inner,
        transactions::{MarkerError, write_marker},
    },
    codec::EndMarker,
};

pub async fn answer(broker: &Arc<Inner>, request: WriteTxnMarkersRequest) -> WriteTxnMarkersResponse {
    let mut results = Vec::with_capacity(request.markers.len());
    for asked in request.markers {
        let marker = EndMarker {
            producer_id: *asked.producer_id,
            producer_epoch: asked.producer_epoch,
            coordinator_epoch: asked.coordinator_epoch,
            committed: asked.transaction_result,
        };
        let mut topics = Vec::with_capacity(asked.topics.len());
        for topic in asked.topics {
            let mut partitions = Vec::with_capacity(topic.partition_indexes.len());
            for partition in topic.partition_indexes {
                let written = write(broker, &topic.name, partition, marker).await;
                let result = WritableTxnMarkerPartitionResult::default().with_partition_index(partition);
                partitions.push(result.with_error_code(super::code(written)));
            }
            topics.push(WritableTxnMarkerTopicResult::default().with_name(topic.name).with_partitions(partitions));
        }
        let result = WritableTxnMarkerResult::default().with_producer_id(asked.producer_id);
        results.push(result.with_topics(topics));
    }
    WriteTxnMarkersResponse::default().with_markers(results)
}

async fn write(broker: &Arc<Inner>, topic: &str, partition: i32, marker: EndMarker) -> Result<(), ResponseError> {
    let topic = broker.topics.by_name(topic).filter(|topic| topic.slot(partition).is_some());
    let topic = topic.ok_or(ResponseError::UnknownTopicOrPartition)?;
    let now = broker.options.clock.now();
    write_marker(broker, &topic, partition, marker, now).await.map_err(|error| match error {
        MarkerError::Log(error) => Fault::from(error).error,
        MarkerError::Slot(error) => Fault::from(error).error,
        MarkerError::Closing => ResponseError::NotLeaderOrFollower,
    })
}
