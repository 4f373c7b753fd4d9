//! Metadata: topics, partitions and where they are. May create a topic that a client asks for.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use kafka_protocol::{
    ResponseError,
    messages::{
        MetadataRequest, MetadataResponse, TopicName,
        metadata_request::MetadataRequestTopic,
        metadata_response::{MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic},
    },
};

use super::{Fault, node, operations, text};
use crate::{
    broker::{
        LEADER_EPOCH,
        inner::Inner,
        topics::{ChangeError, NewTopic, Topic},
    },
    model::Role,
};

/// First version that asks whether a topic may be made; before, asking for one made it.
const MAY_CREATE_FROM: i16 = 4;
/// Versions that tell what the caller may do with the cluster; later ones leave that to DescribeCluster.
const CLUSTER_OPERATIONS: std::ops::RangeInclusive<i16> = 8..=10;
/// First version that may ask by id; the two before it have the field, but not the meaning.
const BY_ID_FROM: i16 = 12;

pub async fn answer(broker: &Arc<Inner>, role: Role, version: i16, request: MetadataRequest) -> MetadataResponse {
    let ask = Ask {
        role,
        version,
        create: broker.options.auto_create_topics && (version < MAY_CREATE_FROM || request.allow_auto_topic_creation),
        operations: request.include_topic_authorized_operations,
    };
    // Version 0 had no null: there, none asked for meant all.
    let asked = request.topics.filter(|topics| version > 0 || !topics.is_empty());
    let topics = match asked {
        None => broker.topics.all().iter().map(|topic| describe(topic, &ask)).collect(),
        // The whole request is refused, as in Kafka: the answer holds no broker either.
        Some(asked) if asked.iter().any(|one| is_odd(one, version)) => {
            let topics = asked.into_iter().map(|one| failed(ResponseError::InvalidRequest, one));
            return MetadataResponse::default().with_topics(topics.collect());
        }
        Some(asked) => {
            let mut seen = HashSet::with_capacity(asked.len());
            let mut topics = Vec::with_capacity(asked.len());
            for topic in asked {
                if seen.insert((topic.name.clone(), topic.topic_id)) {
                    topics.push(one(broker, topic, &ask).await);
                }
            }
            topics
        }
    };
    let advertised = broker.advertised.load();
    let (host, port) = &**advertised;
    let me = MetadataResponseBroker::default().with_node_id(node()).with_host(text(host)).with_port(i32::from(*port));
    let mut response = MetadataResponse::default()
        .with_brokers(vec![me])
        .with_cluster_id(Some(text(&broker.cluster_id)))
        .with_controller_id(node())
        .with_topics(topics);
    if request.include_cluster_authorized_operations && CLUSTER_OPERATIONS.contains(&version) {
        response.cluster_authorized_operations = operations::cluster(role);
    }
    response
}

struct Ask {
    role: Role,
    version: i16,
    create: bool,
    operations: bool,
}

/// Asks by id before that was possible, or neither by id nor by name.
fn is_odd(asked: &MetadataRequestTopic, version: i16) -> bool {
    let by_id = !asked.topic_id.is_nil();
    if version < BY_ID_FROM { asked.name.is_none() || by_id } else { asked.name.is_none() && !by_id }
}

async fn one(broker: &Arc<Inner>, asked: MetadataRequestTopic, ask: &Ask) -> MetadataResponseTopic {
    let Some(name) = asked.name.clone().filter(|_| asked.topic_id.is_nil()) else {
        return match broker.topics.by_id(asked.topic_id) {
            Some(topic) => describe(&topic, ask),
            None => failed(ResponseError::UnknownTopicId, asked.with_name(None)),
        };
    };
    if let Some(topic) = broker.topics.by_name(&name) {
        return describe(&topic, ask);
    }
    let new =
        NewTopic { name: name.to_string(), partitions: broker.options.default_partitions, configs: BTreeMap::new() };
    if !ask.create {
        let fault = match broker.topics.check_new(&new) {
            Err(error @ ChangeError::Name { .. }) => error.into(),
            _ => Fault::unknown_topic(&name),
        };
        return failed(fault.error, asked);
    }
    if ask.role < Role::Admin {
        return failed(ResponseError::TopicAuthorizationFailed, asked);
    }
    match broker.topics.create(&broker.meta, new).await {
        Ok(topic) => describe(&topic, ask),
        // Somebody else was faster.
        Err(ChangeError::Exists { .. }) if let Some(topic) = broker.topics.by_name(&name) => describe(&topic, ask),
        Err(ChangeError::Reserved { .. }) => failed(ResponseError::UnknownTopicOrPartition, asked),
        Err(error) => failed(Fault::from(error).error, asked),
    }
}

fn failed(error: ResponseError, asked: MetadataRequestTopic) -> MetadataResponseTopic {
    MetadataResponseTopic::default()
        .with_error_code(error.code())
        // Only version 12 and later can leave the name out.
        .with_name(asked.name.or_else(|| (error != ResponseError::UnknownTopicId).then(TopicName::default)))
        .with_topic_id(asked.topic_id)
}

fn describe(topic: &Topic, ask: &Ask) -> MetadataResponseTopic {
    let slots = topic.slots();
    let partitions = slots.iter().map(|slot| {
        // A damaged partition keeps its leader: its clients learn from KAFKA_STORAGE_ERROR, others are not disturbed.
        let offline = if slot.damage().is_some() && ask.version >= 5 { vec![node()] } else { Vec::new() };
        MetadataResponsePartition::default()
            .with_partition_index(slot.id)
            .with_leader_id(node())
            .with_leader_epoch(LEADER_EPOCH)
            .with_replica_nodes(vec![node()])
            .with_isr_nodes(vec![node()])
            .with_offline_replicas(offline)
    });
    let mut described = MetadataResponseTopic::default()
        .with_name(Some(TopicName(text(&topic.name))))
        .with_topic_id(topic.id)
        .with_is_internal(operations::is_internal(&topic.name))
        .with_partitions(partitions.collect());
    if ask.operations {
        described.topic_authorized_operations = operations::topic(ask.role);
    }
    described
}
