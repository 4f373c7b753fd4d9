//! DescribeQuorum (KIP-595): the one node is the whole quorum of controllers, always its leader and never behind.

use std::sync::Arc;

use kafka_protocol::{
    ResponseError,
    messages::{
        DescribeQuorumRequest, DescribeQuorumResponse,
        describe_quorum_request::TopicData as AskedTopic,
        describe_quorum_response::{Listener, Node, PartitionData, ReplicaState, TopicData},
    },
};

use super::{node, text};
use crate::broker::{LEADER_EPOCH, inner::Inner};

/// What Kafka calls the log of the quorum; it has one partition.
const LOG: &str = "__cluster_metadata";
/// First version that tells where the nodes are and says in words what is wrong.
const NODES_FROM: i16 = 2;
/// What the endpoint of controllers is called in Kafka's own examples. Here the one listener serves them, too.
const LISTENER: &str = "CONTROLLER";

pub fn answer(broker: &Arc<Inner>, version: i16, request: DescribeQuorumRequest) -> DescribeQuorumResponse {
    let is_asked = match &*request.topics {
        [topic] => *topic.topic_name.0 == *LOG && matches!(&*topic.partitions, [one] if one.partition_index == 0),
        _ => false,
    };
    let topics = request.topics.into_iter();
    let response = DescribeQuorumResponse::default();
    if !is_asked {
        return response.with_topics(topics.map(|topic| unknown(topic, version)).collect());
    }
    let described = topics.map(|topic| {
        TopicData::default().with_topic_name(topic.topic_name).with_partitions(vec![described(broker, version)])
    });
    let response = response.with_topics(described.collect());
    if version < NODES_FROM {
        return response;
    }
    let advertised = broker.advertised.load();
    let (host, port) = &**advertised;
    let listener = Listener::default().with_name(text(LISTENER)).with_host(text(host)).with_port(*port);
    response.with_nodes(vec![Node::default().with_node_id(node()).with_listeners(vec![listener])])
}

/// There is no log of the cluster that could be read; what stands for its end is how often topics were changed since the
/// broker was started, so that it grows as Kafka's does.
fn described(broker: &Inner, version: i16) -> PartitionData {
    let end = i64::try_from(broker.topics.version()).unwrap_or(i64::MAX);
    let mut me = ReplicaState::default().with_replica_id(node()).with_log_end_offset(end);
    if version >= 1 {
        let now = broker.options.clock.now();
        me = me.with_last_fetch_timestamp(now).with_last_caught_up_timestamp(now);
    }
    PartitionData::default()
        .with_leader_id(node())
        .with_leader_epoch(LEADER_EPOCH)
        .with_high_watermark(end)
        .with_current_voters(vec![me])
}

fn unknown(asked: AskedTopic, version: i16) -> TopicData {
    let partitions = asked.partitions.iter().map(|partition| {
        let unknown = PartitionData::default()
            .with_partition_index(partition.partition_index)
            .with_error_code(ResponseError::UnknownTopicOrPartition.code());
        if version < NODES_FROM {
            return unknown;
        }
        unknown.with_error_message(Some(text("the log of the quorum is __cluster_metadata, and has one partition, 0")))
    });
    TopicData::default().with_topic_name(asked.topic_name.clone()).with_partitions(partitions.collect())
}
