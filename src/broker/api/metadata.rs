//! Metadata: topics, partitions and where they are. May create a topic that a client asks for.

use std::{collections::BTreeMap, sync::Arc};

use kafka_protocol::{
    ResponseError,
    messages::{
        MetadataRequest, MetadataResponse, TopicName,
        metadata_request::MetadataRequestTopic,
        metadata_response::{MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic},
    },
};

use super::{Fault, node, text};
use crate::broker::{
    LEADER_EPOCH,
    inner::Inner,
    topics::{ChangeError, NewTopic, Topic},
};

pub async fn answer(broker: &Arc<Inner>, version: i16, request: MetadataRequest) -> MetadataResponse {
    // Version 0 had no null: there, none asked for meant all.
    let asked = request.topics.filter(|topics| version > 0 || !topics.is_empty());
    let topics = match asked {
        None => broker.topics.all().iter().map(|topic| describe(topic, version)).collect(),
        Some(asked) => {
            let create = broker.options.auto_create_topics && request.allow_auto_topic_creation;
            let mut topics = Vec::with_capacity(asked.len());
            for topic in asked {
                topics.push(one(broker, topic, version, create).await);
            }
            topics
        }
    };
    let advertised = broker.advertised.load();
    let (host, port) = &**advertised;
    let me = MetadataResponseBroker::default().with_node_id(node()).with_host(text(host)).with_port(i32::from(*port));
    MetadataResponse::default()
        .with_brokers(vec![me])
        .with_cluster_id(Some(text(&broker.cluster_id)))
        .with_controller_id(node())
        .with_topics(topics)
}

async fn one(broker: &Arc<Inner>, asked: MetadataRequestTopic, version: i16, create: bool) -> MetadataResponseTopic {
    let Some(name) = asked.name else {
        return match broker.topics.by_id(asked.topic_id) {
            Some(topic) => describe(&topic, version),
            None => MetadataResponseTopic::default()
                .with_error_code(ResponseError::UnknownTopicId.code())
                .with_name(None)
                .with_topic_id(asked.topic_id),
        };
    };
    let failed = |fault: Fault, name: TopicName| {
        MetadataResponseTopic::default().with_error_code(fault.code()).with_name(Some(name))
    };
    if let Some(topic) = broker.topics.by_name(&name) {
        return describe(&topic, version);
    }
    let new =
        NewTopic { name: name.to_string(), partitions: broker.options.default_partitions, configs: BTreeMap::new() };
    if !create {
        let fault = match broker.topics.check_new(&new) {
            Err(error @ ChangeError::Name { .. }) => error.into(),
            _ => Fault::unknown_topic(&name),
        };
        return failed(fault, name);
    }
    match broker.topics.create(&broker.meta, new).await {
        Ok(topic) => describe(&topic, version),
        // Somebody else was faster.
        Err(ChangeError::Exists { .. }) if let Some(topic) = broker.topics.by_name(&name) => describe(&topic, version),
        Err(error) => failed(error.into(), name),
    }
}

fn describe(topic: &Topic, version: i16) -> MetadataResponseTopic {
    let slots = topic.slots();
    let partitions = slots.iter().map(|slot| {
        // A damaged partition keeps its leader: its clients learn from KAFKA_STORAGE_ERROR, others are not disturbed.
        let offline = if slot.damage().is_some() && version >= 5 { vec![node()] } else { Vec::new() };
        MetadataResponsePartition::default()
            .with_partition_index(slot.id)
            .with_leader_id(node())
            .with_leader_epoch(LEADER_EPOCH)
            .with_replica_nodes(vec![node()])
            .with_isr_nodes(vec![node()])
            .with_offline_replicas(offline)
    });
    MetadataResponseTopic::default()
        .with_name(Some(TopicName(text(&topic.name))))
        .with_topic_id(topic.id)
        .with_partitions(partitions.collect())
}
