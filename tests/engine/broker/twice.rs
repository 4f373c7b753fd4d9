//! What is named twice in one request, and the names that are not for clients, answered as Kafka 4.3 answers them.

use kafka_protocol::{
    ResponseError as E,
    messages::{
        DeleteRecordsRequest, FetchRequest, MetadataRequest,
        create_topics_request::CreatableTopicConfig,
        delete_records_request::{DeleteRecordsPartition, DeleteRecordsTopic},
        fetch_request::{FetchPartition, FetchTopic},
        metadata_request::MetadataRequestTopic,
    },
};

use super::stage::{Stage, ask, batch, create_request, fetch_request, name, text, values};

#[tokio::test]
async fn of_a_setting_given_twice_the_last_counts() {
    let stage = Stage::new().await;
    let twice = [("retention.ms", "soon"), ("retention.ms", "1000"), ("retention.ms", "2000")];
    let told = ask!(stage, CreateTopics, 7, create_request("t", 1, &twice)).topics.remove(0);
    let retention = told.configs.unwrap().into_iter().find(|config| *config.name == *"retention.ms").unwrap();
    assert_eq!((told.error_code, retention.value), (0, Some(text("2000"))));
    let wrong = create_request("wrong", 1, &[("retention.ms", "1000"), ("retention.ms", "soon")]);
    assert_eq!(ask!(stage, CreateTopics, 7, wrong).topics[0].error_code, E::InvalidConfig.code());
    let mut null = create_request("null", 1, &[("retention.ms", "1000")]);
    let none = CreatableTopicConfig::default().with_name(text("retention.ms")).with_value(None);
    null.topics[0].configs.insert(0, none);
    assert_eq!(ask!(stage, CreateTopics, 7, null).topics[0].error_code, E::InvalidConfig.code());
}

/// A request for partitions of `t`, a list a topic, each from an offset.
fn fetch(topics: &[&[(i32, i64)]]) -> FetchRequest {
    let partition = |(partition, from): &(i32, i64)| {
        FetchPartition::default().with_partition(*partition).with_fetch_offset(*from).with_partition_max_bytes(1 << 20)
    };
    let topics = topics.iter().map(|wanted| {
        FetchTopic::default().with_topic(name("t")).with_partitions(wanted.iter().map(partition).collect())
    });
    fetch_request("t", 0, 0).with_topics(topics.collect())
}

#[tokio::test]
async fn of_a_partition_fetched_twice_the_last_counts_in_the_place_of_the_first() {
    let stage = Stage::new().await;
    stage.create("t", 2, &[]).await;
    for value in ["a", "b", "c"] {
        assert_eq!(stage.produce("t", 0, batch(&[value])).await.error_code, 0);
    }
    let wanted: [&[&[(i32, i64)]]; 3] =
        [&[&[(0, 0), (0, 2)]], &[&[(0, 0), (1, 0), (0, 2)]], &[&[(0, 0)], &[(1, 0), (0, 2)]]];
    for (topics, partitions) in wanted.into_iter().zip([vec![0], vec![0, 1], vec![0, 1]]) {
        let told = ask!(stage, Fetch, 12, fetch(topics)).responses;
        assert_eq!(told.len(), 1, "{topics:?}");
        let indexes: Vec<_> = told[0].partitions.iter().map(|data| data.partition_index).collect();
        assert_eq!((indexes, values(&told[0].partitions[0])), (partitions, vec!["c".to_owned()]), "{topics:?}");
    }
    let unknown = ask!(stage, Fetch, 12, fetch(&[&[(7, 0), (7, 1)]])).responses.remove(0).partitions;
    assert_eq!((unknown.len(), unknown[0].error_code), (1, E::UnknownTopicOrPartition.code()));
}

/// Partition, error and low watermark of what an answer to DeleteRecords holds, and its number of topics.
async fn delete(stage: &Stage, topics: &[(&str, &[(i32, i64)])]) -> (usize, Vec<(i32, i16, i64)>) {
    let partition = |(partition, before): &(i32, i64)| {
        DeleteRecordsPartition::default().with_partition_index(*partition).with_offset(*before)
    };
    let topics = topics.iter().map(|(topic, wanted)| {
        DeleteRecordsTopic::default().with_name(name(topic)).with_partitions(wanted.iter().map(partition).collect())
    });
    let told = ask!(stage, DeleteRecords, 2, DeleteRecordsRequest::default().with_topics(topics.collect())).topics;
    let partitions = told.iter().flat_map(|topic| &topic.partitions);
    let partitions = partitions.map(|one| (one.partition_index, one.error_code, one.low_watermark));
    (told.len(), partitions.collect())
}

#[tokio::test]
async fn of_a_partition_cut_twice_the_last_counts() {
    let stage = Stage::new().await;
    stage.create("t", 2, &[]).await;
    assert_eq!(stage.produce("t", 0, batch(&["a", "b", "c", "d", "e"])).await.error_code, 0);
    assert_eq!(delete(&stage, &[("t", &[(0, 1), (0, 2)])]).await, (1, vec![(0, 0, 2)]));
    let out = E::OffsetOutOfRange.code();
    assert_eq!(delete(&stage, &[("t", &[(0, 4), (0, 99)])]).await, (1, vec![(0, out, -1)]), "nothing is cut");
    let merged = delete(&stage, &[("t", &[(0, 99)]), ("t", &[(1, 0), (0, 3)])]).await;
    assert_eq!(merged, (1, vec![(0, 0, 3), (1, 0, 0)]));
    let unknown = E::UnknownTopicOrPartition.code();
    assert_eq!(delete(&stage, &[("no", &[(0, 1)]), ("no", &[(0, 1)])]).await, (1, vec![(0, unknown, -1)]));
}

#[tokio::test]
async fn kafkas_own_topics_can_be_made_and_neither_written_nor_cut() {
    let stage = Stage::new().await;
    let refused = E::InvalidTopicException.code();
    for topic in ["__consumer_offsets", "__transaction_state", "__share_group_state"] {
        stage.create(topic, 1, &[]).await;
        let again = ask!(stage, CreateTopics, 7, create_request(topic, 1, &[]));
        assert_eq!(again.topics[0].error_code, E::TopicAlreadyExists.code());
        let answer = stage.produce(topic, 0, batch(&["x"])).await;
        assert_eq!((answer.error_code, answer.base_offset), (refused, -1));
        assert!(answer.error_message.unwrap().contains("of the broker's own"));
        assert_eq!(delete(&stage, &[(topic, &[(0, -1)])]).await, (1, vec![(0, refused, -1)]));
        assert_eq!(stage.fetch(topic, 0, 0).await.error_code, 0);
    }
    let reserved = ask!(stage, CreateTopics, 7, create_request("__cluster_metadata", 1, &[]));
    assert_eq!(reserved.topics[0].error_code, E::InvalidRequest.code());
    let asked = MetadataRequestTopic::default().with_name(Some(name("__cluster_metadata")));
    let request = MetadataRequest::default().with_topics(Some(vec![asked])).with_allow_auto_topic_creation(true);
    assert_eq!(ask!(stage, Metadata, 12, request).topics[0].error_code, E::UnknownTopicOrPartition.code());
    stage.create("__other", 1, &[]).await;
    assert_eq!(stage.produce("__other", 0, batch(&["x"])).await.error_code, 0, "only Kafka's own names are");
}
