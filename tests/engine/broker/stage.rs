//! A broker with a clock that only the test moves, and short words for the requests that tests send most.

use std::{path::Path, sync::Arc};

use bytes::Bytes;
use kafka_protocol::{
    messages::{
        CreateTopicsRequest, FetchRequest, ListOffsetsRequest, ProduceRequest, TopicName,
        create_topics_request::{CreatableTopic, CreatableTopicConfig},
        fetch_request::{FetchPartition, FetchTopic},
        fetch_response::PartitionData,
        list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic},
        list_offsets_response::ListOffsetsPartitionResponse,
        produce_request::{PartitionProduceData, TopicProduceData},
        produce_response::PartitionProduceResponse,
    },
    protocol::StrBytes,
};
use millpond::{
    broker::{Broker, BrokerOptions, CallContext, OpenError},
    codec::{BatchBuilder, DECOMPRESSED_BYTES_MAX_DEFAULT, ProducerStamp, decode_records, split_batches},
    model::{Compression, ManualClock, NewRecord, Record},
};
use tempfile::TempDir;

/// The time at which each stage begins.
pub const NOW: i64 = 1_700_000_000_000;

/// Asks the broker, wants the answer of the same API, and checks that it can be encoded in the version asked.
macro_rules! ask {
    ($stage:expr, $api:ident, $version:expr, $request:expr) => {{
        let context = millpond::broker::CallContext::in_process("test", 1);
        let request = kafka_protocol::messages::RequestKind::$api($request);
        match $stage.broker.call(&context, $version, request).await {
            kafka_protocol::messages::ResponseKind::$api(response) => {
                use kafka_protocol::protocol::Encodable as _;
                response.encode(&mut bytes::BytesMut::new(), $version).expect("an answer that can be encoded");
                response
            }
            other => panic!("another answer: {other:?}"),
        }
    }};
}
pub(crate) use ask;

pub struct Stage {
    pub broker: Broker,
    pub clock: Arc<ManualClock>,
    pub dir: Arc<TempDir>,
}

impl Stage {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(choose: impl FnOnce(&mut BrokerOptions)) -> Self {
        let dir = Arc::new(TempDir::new().unwrap());
        let clock = Arc::new(ManualClock::new(NOW));
        let mut options = BrokerOptions::new(dir.path(), clock.clone());
        choose(&mut options);
        Self { broker: Broker::open(options).await.unwrap(), clock, dir }
    }

    /// Shuts the broker down and opens its workspace again.
    pub async fn reopen(self) -> Self {
        self.broker.shutdown().await;
        self.open_again().await.unwrap()
    }

    /// Opens the workspace once more.
    pub async fn open_again(&self) -> Result<Self, OpenError> {
        let options = BrokerOptions::new(self.dir.path(), self.clock.clone());
        let broker = Broker::open(options).await?;
        Ok(Self { broker, clock: self.clock.clone(), dir: self.dir.clone() })
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    pub async fn create(&self, name: &str, partitions: i32, configs: &[(&str, &str)]) {
        let response = ask!(self, CreateTopics, 7, create_request(name, partitions, configs));
        assert_eq!(response.topics[0].error_code, 0, "{:?}", response.topics[0].error_message);
    }

    pub async fn produce(&self, topic: &str, partition: i32, records: Bytes) -> PartitionProduceResponse {
        self.produce_with(topic, partition, records, -1).await
    }

    pub async fn produce_with(
        &self,
        topic: &str,
        partition: i32,
        records: Bytes,
        acks: i16,
    ) -> PartitionProduceResponse {
        let mut response = ask!(self, Produce, 9, produce_request(topic, partition, records, acks));
        response.responses.remove(0).partition_responses.remove(0)
    }

    pub async fn fetch(&self, topic: &str, partition: i32, from: i64) -> PartitionData {
        let mut response = ask!(self, Fetch, 12, fetch_request(topic, partition, from));
        response.responses.remove(0).partitions.remove(0)
    }

    pub async fn offset(&self, topic: &str, partition: i32, timestamp: i64) -> ListOffsetsPartitionResponse {
        let wanted = ListOffsetsPartition::default()
            .with_partition_index(partition)
            .with_current_leader_epoch(-1)
            .with_timestamp(timestamp);
        let topics = vec![ListOffsetsTopic::default().with_name(name(topic)).with_partitions(vec![wanted])];
        let request = ListOffsetsRequest::default().with_replica_id((-1).into()).with_topics(topics);
        ask!(self, ListOffsets, 9, request).topics.remove(0).partitions.remove(0)
    }
}

pub fn name(topic: &str) -> TopicName {
    TopicName(text(topic))
}

pub fn text(words: &str) -> StrBytes {
    StrBytes::from_string(words.to_owned())
}

pub fn create_request(topic: &str, partitions: i32, configs: &[(&str, &str)]) -> CreateTopicsRequest {
    let configs = configs
        .iter()
        .map(|(key, value)| CreatableTopicConfig::default().with_name(text(key)).with_value(Some(text(value))));
    let topic = CreatableTopic::default()
        .with_name(name(topic))
        .with_num_partitions(partitions)
        .with_replication_factor(-1)
        .with_configs(configs.collect());
    CreateTopicsRequest::default().with_topics(vec![topic]).with_timeout_ms(1_000)
}

pub fn produce_request(topic: &str, partition: i32, records: Bytes, acks: i16) -> ProduceRequest {
    let data = PartitionProduceData::default().with_index(partition).with_records(Some(records));
    let topic = TopicProduceData::default().with_name(name(topic)).with_partition_data(vec![data]);
    ProduceRequest::default().with_acks(acks).with_timeout_ms(1_000).with_topic_data(vec![topic])
}

pub fn fetch_request(topic: &str, partition: i32, from: i64) -> FetchRequest {
    let wanted =
        FetchPartition::default().with_partition(partition).with_fetch_offset(from).with_partition_max_bytes(1 << 20);
    let topic = FetchTopic::default().with_topic(name(topic)).with_partitions(vec![wanted]);
    FetchRequest::default().with_max_wait_ms(0).with_min_bytes(1).with_max_bytes(50 << 20).with_topics(vec![topic])
}

/// A batch of records with these values, stamped with `NOW`.
pub fn batch(values: &[&str]) -> Bytes {
    batch_at(NOW, values)
}

pub fn batch_at(timestamp: i64, values: &[&str]) -> Bytes {
    packed_batch(Compression::None, timestamp, values)
}

pub fn packed_batch(compression: Compression, timestamp: i64, values: &[&str]) -> Bytes {
    let mut builder = BatchBuilder::new(compression, 64 << 20);
    for value in values {
        let record = NewRecord { value: Some(Bytes::from((*value).to_owned())), ..NewRecord::default() };
        assert!(builder.push(&record, timestamp));
    }
    builder.build(ProducerStamp::NONE).unwrap()
}

/// The records in an answer to Fetch.
pub fn records(data: &PartitionData) -> Vec<Record> {
    records_of(&data.records)
}

/// The records in a records field.
pub fn records_of(records: &Option<Bytes>) -> Vec<Record> {
    split_batches(records.clone().unwrap_or_default())
        .flat_map(|batch| decode_records(&batch.unwrap().1, 0, DECOMPRESSED_BYTES_MAX_DEFAULT).unwrap())
        .map(|record| record.unwrap())
        .collect()
}

/// The values in an answer to Fetch, as text.
pub fn values(data: &PartitionData) -> Vec<String> {
    values_of(&data.records)
}

/// The values in a records field, as text.
pub fn values_of(records: &Option<Bytes>) -> Vec<String> {
    records_of(records).into_iter().map(|record| String::from_utf8(record.value.unwrap().to_vec()).unwrap()).collect()
}

pub fn context() -> CallContext {
    CallContext::in_process("test", 1)
}
