//! Members of a share group in few words.

use std::collections::BTreeMap;

use bytes::Bytes;
use kafka_protocol::messages::{
    GroupId, IncrementalAlterConfigsRequest, MetadataRequest, ShareAcknowledgeRequest, ShareFetchRequest,
    ShareFetchResponse, ShareGroupHeartbeatRequest, ShareGroupHeartbeatResponse,
    incremental_alter_configs_request::{AlterConfigsResource, AlterableConfig},
    metadata_request::MetadataRequestTopic,
    share_acknowledge_request::{AcknowledgePartition, AcknowledgeTopic, AcknowledgementBatch as AcknowledgeBatch},
    share_fetch_request::{AcknowledgementBatch, FetchPartition, FetchTopic},
    share_fetch_response::PartitionData,
};
use millpond::codec::share::{FetchAdditions, RECORD_LIMIT};
use uuid::Uuid;

use crate::broker::stage::{Stage, ask, name, text};

/// As `ask`, for versions that only the codec's own frames know.
macro_rules! call {
    ($stage:expr, $api:ident, $version:expr, $request:expr) => {
        crate::share::crew::call_as!($stage, &crate::broker::stage::context(), $api, $version, $request)
    };
}
pub(super) use call;

/// The same over a connection.
macro_rules! call_as {
    ($stage:expr, $context:expr, $api:ident, $version:expr, $request:expr) => {{
        let request = kafka_protocol::messages::RequestKind::$api($request);
        let key = kafka_protocol::messages::ApiKey::$api;
        let answer = $stage.broker.call($context, $version, request).await;
        let mut out = millpond::codec::frame::Outbox::default();
        millpond::codec::frame::encode_response(key, $version, 0, answer.clone(), &mut out).unwrap();
        match answer {
            kafka_protocol::messages::ResponseKind::$api(response) => response,
            other => panic!("another answer: {other:?}"),
        }
    }};
}
pub(super) use call_as;

const GROUP: i8 = 32;

pub fn group(id: &str) -> GroupId {
    GroupId(text(id))
}

/// Sets settings of a group; returns the error code.
pub async fn configure(stage: &Stage, id: &str, settings: &[(&str, &str)]) -> i16 {
    let configs = settings.iter().map(|(name, value)| {
        AlterableConfig::default().with_name(text(name)).with_config_operation(0).with_value(Some(text(value)))
    });
    let resource = AlterConfigsResource::default()
        .with_resource_type(GROUP)
        .with_resource_name(text(id))
        .with_configs(configs.collect());
    let request = IncrementalAlterConfigsRequest::default().with_resources(vec![resource]);
    ask!(stage, IncrementalAlterConfigs, 1, request).responses[0].error_code
}

/// A group that begins with the first record.
pub async fn queue(stage: &Stage, id: &str) {
    assert_eq!(configure(stage, id, &[("share.auto.offset.reset", "earliest")]).await, 0);
}

pub async fn heartbeat(
    stage: &Stage,
    id: &str,
    member: &str,
    epoch: i32,
    topics: &[&str],
) -> ShareGroupHeartbeatResponse {
    let names = topics.iter().map(|topic| name(topic)).collect();
    let request = ShareGroupHeartbeatRequest::default()
        .with_group_id(group(id))
        .with_member_id(text(member))
        .with_member_epoch(epoch)
        .with_subscribed_topic_names(Some(names).filter(|names: &Vec<_>| !names.is_empty()));
    ask!(stage, ShareGroupHeartbeat, 1, request)
}

pub async fn topic_id(stage: &Stage, topic: &str) -> Uuid {
    let wanted = MetadataRequestTopic::default().with_name(Some(name(topic)));
    ask!(stage, Metadata, 12, MetadataRequest::default().with_topics(Some(vec![wanted]))).topics[0].topic_id
}

/// One member with its share session, on one partition of one topic.
pub struct Crew {
    pub group: &'static str,
    pub member: &'static str,
    pub topic: Uuid,
    pub partition: i32,
    pub epoch: i32,
}

/// What an acknowledgement says: first, last, types.
pub type Ack<'a> = (i64, i64, &'a [i8]);

impl Crew {
    /// Joins the group and opens a session; nothing is waited for.
    pub async fn join(stage: &Stage, group: &'static str, member: &'static str, topic: &str) -> Self {
        let answer = heartbeat(stage, group, member, 0, &[topic]).await;
        assert_eq!(answer.error_code, 0, "{:?}", answer.error_message);
        Self { group, member, topic: topic_id(stage, topic).await, partition: 0, epoch: 0 }
    }

    pub fn request(&self, max_records: i32, acks: &[Ack<'_>]) -> ShareFetchRequest {
        let batches = acks.iter().map(|(first, last, types)| {
            AcknowledgementBatch::default()
                .with_first_offset(*first)
                .with_last_offset(*last)
                .with_acknowledge_types(types.to_vec())
        });
        let partition = FetchPartition::default()
            .with_partition_index(self.partition)
            .with_acknowledgement_batches(batches.collect());
        let topic = FetchTopic::default().with_topic_id(self.topic).with_partitions(vec![partition]);
        ShareFetchRequest::default()
            .with_group_id(Some(group(self.group)))
            .with_member_id(Some(text(self.member)))
            .with_share_session_epoch(self.epoch)
            .with_max_bytes(1024 * 1024)
            .with_min_bytes(1)
            .with_max_records(max_records)
            .with_topics(vec![topic])
    }

    /// Sends a request of its session and counts it.
    pub async fn send(&mut self, stage: &Stage, request: ShareFetchRequest) -> ShareFetchResponse {
        self.epoch += 1;
        call!(stage, ShareFetch, 2, request)
    }

    /// Takes at most `max_records`, one by one, and says what became of others.
    pub async fn take(&mut self, stage: &Stage, max_records: i32, acks: &[Ack<'_>]) -> PartitionData {
        let mut request = self.request(max_records, acks);
        FetchAdditions { acquire_mode: RECORD_LIMIT, is_renew_ack: false }.put(&mut request);
        let response = self.send(stage, request).await;
        assert_eq!(response.error_code, 0, "{:?}", response.error_message);
        let parts = response.responses.into_iter().flat_map(|topic| topic.partitions);
        parts.into_iter().next().unwrap_or_default()
    }

    /// ShareAcknowledge; the error of the partition, or of the whole request.
    pub async fn acknowledge(&mut self, stage: &Stage, acks: &[Ack<'_>]) -> i16 {
        let batches = acks.iter().map(|(first, last, types)| {
            AcknowledgeBatch::default()
                .with_first_offset(*first)
                .with_last_offset(*last)
                .with_acknowledge_types(types.to_vec())
        });
        let partition = AcknowledgePartition::default()
            .with_partition_index(self.partition)
            .with_acknowledgement_batches(batches.collect());
        let topic = AcknowledgeTopic::default().with_topic_id(self.topic).with_partitions(vec![partition]);
        let request = ShareAcknowledgeRequest::default()
            .with_group_id(Some(group(self.group)))
            .with_member_id(Some(text(self.member)))
            .with_share_session_epoch(self.epoch)
            .with_topics(vec![topic]);
        let response = call!(stage, ShareAcknowledge, 2, request);
        self.epoch += 1;
        let parts = response.responses.iter().flat_map(|topic| &topic.partitions);
        parts.map(|part| part.error_code).find(|code| *code != 0).unwrap_or(response.error_code)
    }

    /// Closes the session.
    pub async fn close(&mut self, stage: &Stage) -> i16 {
        let request = ShareAcknowledgeRequest::default()
            .with_group_id(Some(group(self.group)))
            .with_member_id(Some(text(self.member)))
            .with_share_session_epoch(-1);
        let response = call!(stage, ShareAcknowledge, 2, request);
        self.epoch = 0;
        response.error_code
    }
}

/// What was handed out, as (first, last, deliveries).
pub fn acquired(data: &PartitionData) -> Vec<(i64, i64, i16)> {
    data.acquired_records.iter().map(|range| (range.first_offset, range.last_offset, range.delivery_count)).collect()
}

/// How the records of a partition stand, as the inspector tells: by offset, the state's first letters and the deliveries.
pub fn cells(stage: &Stage, id: &str) -> BTreeMap<i64, String> {
    let views = stage.broker.inspector().share_partitions(id);
    let cells = views.into_iter().flat_map(|view| view.cells);
    cells.map(|cell| (cell.offset, format!("{:?} {}", cell.state, cell.delivery_count))).collect()
}

/// The first unfinished record.
pub fn start(stage: &Stage, id: &str) -> i64 {
    stage.broker.inspector().share_partitions(id)[0].start_offset
}

/// One batch a record.
pub async fn produce(stage: &Stage, topic: &str, values: &[&str]) {
    for value in values {
        let batch: Bytes = crate::broker::stage::batch(&[value]);
        assert_eq!(stage.produce(topic, 0, batch).await.error_code, 0);
    }
}
