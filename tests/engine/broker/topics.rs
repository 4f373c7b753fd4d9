//! Topics: creating, finding, growing, deleting.

use kafka_protocol::{
    ResponseError as E,
    messages::{
        CreatePartitionsRequest, DeleteTopicsRequest, DescribeClusterRequest, DescribeLogDirsRequest,
        DescribeTopicPartitionsRequest, MetadataRequest,
        create_partitions_request::CreatePartitionsTopic,
        delete_topics_request::DeleteTopicState,
        describe_topic_partitions_request::{Cursor, TopicRequest},
        metadata_request::MetadataRequestTopic,
        metadata_response::MetadataResponseTopic,
    },
};

use super::stage::{NOW, Stage, ask, batch, create_request, fetch_request, name, produce_request, text, values};

async fn metadata(stage: &Stage, topic: &str, create: bool) -> MetadataResponseTopic {
    let asked = MetadataRequestTopic::default().with_name(Some(name(topic)));
    let request = MetadataRequest::default().with_topics(Some(vec![asked])).with_allow_auto_topic_creation(create);
    ask!(stage, Metadata, 12, request).topics.remove(0)
}

async fn delete(stage: &Stage, topic: &str) -> i16 {
    let request = DeleteTopicsRequest::default().with_topic_names(vec![name(topic)]);
    ask!(stage, DeleteTopics, 5, request).responses.remove(0).error_code
}

async fn grow(stage: &Stage, topic: &str, count: i32, validate_only: bool) -> i16 {
    let topic = CreatePartitionsTopic::default().with_name(name(topic)).with_count(count).with_assignments(None);
    let request = CreatePartitionsRequest::default().with_topics(vec![topic]).with_validate_only(validate_only);
    ask!(stage, CreatePartitions, 3, request).results.remove(0).error_code
}

#[tokio::test]
async fn a_created_topic_is_in_the_metadata_and_survives() {
    let stage = Stage::new().await;
    stage.create("orders", 3, &[]).await;
    let topic = metadata(&stage, "orders", false).await;
    assert_eq!(topic.partitions.len(), 3);
    assert!(topic.partitions.iter().all(|partition| partition.leader_id.0 == 1 && partition.leader_epoch == 0));
    let stage = stage.reopen().await;
    let again = metadata(&stage, "orders", false).await;
    assert_eq!((again.topic_id, again.partitions.len()), (topic.topic_id, 3));
    let all = ask!(stage, Metadata, 12, MetadataRequest::default().with_topics(None));
    assert_eq!((all.topics.len(), all.brokers.len(), all.controller_id.0), (1, 1, 1));
    let none = ask!(stage, Metadata, 12, MetadataRequest::default().with_topics(Some(Vec::new())));
    assert!(none.topics.is_empty());
    let by_id = MetadataRequestTopic::default().with_name(None).with_topic_id(topic.topic_id);
    let found = ask!(stage, Metadata, 12, MetadataRequest::default().with_topics(Some(vec![by_id])));
    assert_eq!(found.topics[0].name, Some(name("orders")));
}

#[tokio::test]
async fn the_cluster_keeps_its_id() {
    let stage = Stage::new().await;
    let request = || DescribeClusterRequest::default().with_endpoint_type(1);
    let id = ask!(stage, DescribeCluster, 1, request()).cluster_id;
    let stage = stage.reopen().await;
    assert_eq!(ask!(stage, DescribeCluster, 1, request()).cluster_id, id);
    assert!(!id.is_empty());
}

#[tokio::test]
async fn a_topic_is_made_when_it_is_asked_for_and_may_be() {
    let stage = Stage::new().await;
    assert_eq!(metadata(&stage, "auto", false).await.error_code, E::UnknownTopicOrPartition.code());
    assert_eq!(metadata(&stage, "auto", true).await.partitions.len(), 4);
    assert_eq!(metadata(&stage, "not a name", true).await.error_code, E::InvalidTopicException.code());
    let strict = Stage::with(|options| options.auto_create_topics = false).await;
    assert_eq!(metadata(&strict, "auto", true).await.error_code, E::UnknownTopicOrPartition.code());
}

#[tokio::test]
async fn names_and_numbers_that_kafka_refuses_are_refused() {
    let stage = Stage::new().await;
    stage.create("a.b", 1, &[]).await;
    let cases = [
        ("a.b", 1, &[][..], E::TopicAlreadyExists, "exists"),
        ("a_b", 1, &[], E::InvalidTopicException, "collides with a.b"),
        ("no spaces", 1, &[], E::InvalidTopicException, "' '"),
        ("..", 1, &[], E::InvalidTopicException, "folders"),
        ("zero", 0, &[], E::InvalidPartitions, "0 were asked"),
        ("minus", -2, &[], E::InvalidPartitions, "-2"),
        ("many", 1_000_000, &[], E::InvalidPartitions, "10000"),
        ("odd", 1, &[("retention.msec", "1")], E::InvalidConfig, "retention.msec"),
        ("odd", 1, &[("retention.ms", "soon")], E::InvalidConfig, "soon"),
        ("odd", 1, &[("cleanup.policy", "compress")], E::InvalidConfig, "delete, compact"),
    ];
    for (topic, partitions, configs, error, reason) in cases {
        let result = ask!(stage, CreateTopics, 7, create_request(topic, partitions, configs)).topics.remove(0);
        let message = result.error_message.unwrap_or_default();
        assert_eq!(result.error_code, error.code(), "{topic}: {message}");
        assert!(message.contains(reason), "{message:?} does not say {reason:?}");
    }
    let mut replicated = create_request("three", 1, &[]);
    replicated.topics[0].replication_factor = 3;
    let result = ask!(stage, CreateTopics, 7, replicated).topics.remove(0);
    assert_eq!(result.error_code, E::InvalidReplicationFactor.code());
    let twice = create_request("twice", 1, &[]);
    let request = twice.clone().with_topics([twice.topics.clone(), twice.topics].concat());
    let results = ask!(stage, CreateTopics, 7, request).topics;
    assert!(results.iter().all(|result| result.error_code == E::InvalidRequest.code()));
}

#[tokio::test]
async fn validation_alone_makes_nothing() {
    let stage = Stage::new().await;
    let request = create_request("t", -1, &[]).with_validate_only(true);
    let result = ask!(stage, CreateTopics, 7, request).topics.remove(0);
    assert_eq!((result.error_code, result.num_partitions), (0, 4));
    assert_eq!(metadata(&stage, "t", false).await.error_code, E::UnknownTopicOrPartition.code());
    stage.create("t", 1, &[]).await;
    assert_eq!(grow(&stage, "t", 2, true).await, 0);
    assert_eq!(metadata(&stage, "t", false).await.partitions.len(), 1);
}

#[tokio::test]
async fn topics_grow_and_never_shrink() {
    let stage = Stage::new().await;
    stage.create("t", 2, &[]).await;
    assert_eq!(grow(&stage, "t", 5, false).await, 0);
    for count in [5, 1, 0, -1] {
        assert_eq!(grow(&stage, "t", count, false).await, E::InvalidPartitions.code(), "{count}");
    }
    assert_eq!(grow(&stage, "no", 5, false).await, E::UnknownTopicOrPartition.code());
    assert_eq!(stage.produce("t", 4, batch(&["v"])).await.error_code, 0);
    let stage = stage.reopen().await;
    assert_eq!(values(&stage.fetch("t", 4, 0).await), ["v"]);
}

#[tokio::test]
async fn a_deleted_topic_is_gone_with_its_files_and_a_new_one_of_that_name_is_empty() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    let id = metadata(&stage, "t", false).await.topic_id;
    stage.produce("t", 0, batch(&["old"])).await;
    assert_eq!(delete(&stage, "t").await, 0);
    assert_eq!(delete(&stage, "t").await, E::UnknownTopicOrPartition.code());
    assert_eq!(std::fs::read_dir(stage.path().join("topics")).unwrap().count(), 0);
    assert_eq!(stage.fetch("t", 0, 0).await.error_code, E::UnknownTopicOrPartition.code());
    stage.create("t", 1, &[]).await;
    assert_ne!(metadata(&stage, "t", false).await.topic_id, id);
    assert_eq!(stage.offset("t", 0, -1).await.offset, 0);
    let by_id = DeleteTopicState::default().with_name(None).with_topic_id(id);
    let result = ask!(stage, DeleteTopics, 6, DeleteTopicsRequest::default().with_topics(vec![by_id]));
    assert_eq!(result.responses[0].error_code, E::UnknownTopicId.code());
}

#[tokio::test]
async fn newer_versions_name_topics_by_id() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    let id = metadata(&stage, "t", false).await.topic_id;
    let mut produce = produce_request("", 0, batch(&["by id"]), -1);
    produce.topic_data[0].topic_id = id;
    let answer = ask!(stage, Produce, 13, produce);
    assert_eq!(answer.responses[0].partition_responses[0].error_code, 0);
    let mut fetch = fetch_request("", 0, 0);
    fetch.topics[0].topic_id = id;
    let answer = ask!(stage, Fetch, 17, fetch);
    assert_eq!(answer.responses[0].topic_id, id);
    assert_eq!(values(&answer.responses[0].partitions[0]), ["by id"]);
}

#[tokio::test]
async fn thousands_of_partitions_cost_nothing_until_they_are_used() {
    let stage = Stage::new().await;
    stage.create("wide", 5_000, &[]).await;
    assert_eq!(stage.offset("wide", 4_999, -1).await.offset, 0);
    let folder = std::fs::read_dir(stage.path().join("topics")).unwrap().next().unwrap().unwrap().path();
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0, "no file was made for looking");
    stage.produce("wide", 4_999, batch(&["v"])).await;
    let stage = stage.reopen().await;
    assert_eq!(values(&stage.fetch("wide", 4_999, 0).await), ["v"]);
    assert_eq!(stage.offset("wide", 0, NOW).await.offset, -1);
    assert_eq!(metadata(&stage, "wide", false).await.name, Some(kafka_protocol::messages::TopicName(text("wide"))));
}

#[tokio::test]
async fn metadata_tells_what_may_be_done_only_when_it_is_asked() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    let request = MetadataRequest::default()
        .with_topics(None)
        .with_include_topic_authorized_operations(true)
        .with_include_cluster_authorized_operations(true);
    let told = ask!(stage, Metadata, 8, request.clone());
    assert_eq!((told.topics[0].topic_authorized_operations, told.cluster_authorized_operations), (3576, 8096));
    let newer = ask!(stage, Metadata, 12, request.with_include_cluster_authorized_operations(false));
    assert_eq!((newer.topics[0].topic_authorized_operations, newer.cluster_authorized_operations), (3576, i32::MIN));
    let silent = ask!(stage, Metadata, 8, MetadataRequest::default().with_topics(None));
    assert_eq!(
        (silent.topics[0].topic_authorized_operations, silent.cluster_authorized_operations),
        (i32::MIN, i32::MIN)
    );
    let cluster =
        DescribeClusterRequest::default().with_endpoint_type(1).with_include_cluster_authorized_operations(true);
    assert_eq!(ask!(stage, DescribeCluster, 2, cluster).cluster_authorized_operations, 8096);
    for (kind, error) in [(2, E::MismatchedEndpointType), (3, E::UnsupportedEndpointType), (0, E::InvalidRequest)] {
        let answer = ask!(stage, DescribeCluster, 1, DescribeClusterRequest::default().with_endpoint_type(kind));
        assert_eq!(answer.error_code, error.code());
    }
}

#[tokio::test]
async fn metadata_is_asked_by_id_from_version_12_on() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    let id = metadata(&stage, "t", false).await.topic_id;
    let by_id = MetadataRequestTopic::default().with_name(None).with_topic_id(id);
    let ask_for = |topic: MetadataRequestTopic| MetadataRequest::default().with_topics(Some(vec![topic]));
    assert_eq!(ask!(stage, Metadata, 12, ask_for(by_id.clone())).topics[0].name, Some(name("t")));
    assert_eq!(ask!(stage, Metadata, 10, ask_for(by_id)).topics[0].error_code, E::InvalidRequest.code());
    let unknown = MetadataRequestTopic::default().with_name(None).with_topic_id(uuid::Uuid::from_u128(7));
    let told = ask!(stage, Metadata, 13, ask_for(unknown)).topics.remove(0);
    assert_eq!((told.error_code, told.name, told.topic_id.as_u128()), (E::UnknownTopicId.code(), None, 7));
    let twice = vec![MetadataRequestTopic::default().with_name(Some(name("t"))); 2];
    assert_eq!(ask!(stage, Metadata, 12, MetadataRequest::default().with_topics(Some(twice))).topics.len(), 1);
    let zero = ask!(stage, Metadata, 0, MetadataRequest::default().with_topics(Some(Vec::new())));
    assert_eq!(zero.topics.len(), 1, "version 0 had no null");
    // Before version 4 asking for a topic makes it.
    let old = MetadataRequestTopic::default().with_name(Some(name("old")));
    assert_eq!(ask!(stage, Metadata, 3, ask_for(old)).topics[0].partitions.len(), 4);
}

#[tokio::test]
async fn topic_partitions_come_in_pages() {
    let stage = Stage::new().await;
    stage.create("a", 3, &[]).await;
    stage.create("b", 2, &[]).await;
    let mut cursor = None;
    let mut pages = Vec::new();
    loop {
        let request =
            DescribeTopicPartitionsRequest::default().with_response_partition_limit(2).with_cursor(cursor.take());
        let page = ask!(stage, DescribeTopicPartitions, 0, request);
        pages.push(
            page.topics
                .iter()
                .flat_map(|topic| {
                    topic.partitions.iter().map(|p| (topic.name.clone().unwrap().to_string(), p.partition_index))
                })
                .collect::<Vec<_>>(),
        );
        let Some(next) = page.next_cursor else { break };
        cursor = Some(Cursor::default().with_topic_name(next.topic_name).with_partition_index(next.partition_index));
    }
    let at = |topic: &str, partition: i32| (topic.to_owned(), partition);
    assert_eq!(pages, [vec![at("a", 0), at("a", 1)], vec![at("a", 2), at("b", 0)], vec![at("b", 1)]]);
    let named = ["no", "b", "not a name"].map(|topic| TopicRequest::default().with_name(name(topic)));
    let request =
        DescribeTopicPartitionsRequest::default().with_topics(named.to_vec()).with_response_partition_limit(9);
    let told = ask!(stage, DescribeTopicPartitions, 0, request.clone());
    let codes: Vec<_> = told.topics.iter().map(|topic| topic.error_code).collect();
    assert_eq!(codes, [0, E::UnknownTopicOrPartition.code(), E::InvalidTopicException.code()]);
    assert_eq!((told.topics[0].topic_authorized_operations, told.next_cursor.is_none()), (3576, true));
    let wrong = request.with_cursor(Some(Cursor::default().with_topic_name(name("b")).with_partition_index(-1)));
    assert_eq!(ask!(stage, DescribeTopicPartitions, 0, wrong).topics[0].error_code, E::InvalidRequest.code());
}

#[tokio::test]
async fn the_folder_is_told_with_the_sizes_of_its_partitions() {
    let stage = Stage::new().await;
    stage.create("t", 2, &[]).await;
    let records = batch(&["value"]);
    let bytes = records.len() as i64;
    stage.produce("t", 1, records).await;
    let all = ask!(stage, DescribeLogDirs, 4, DescribeLogDirsRequest::default().with_topics(None));
    assert_eq!((all.error_code, all.results.len()), (0, 1));
    assert_eq!(*all.results[0].log_dir, *stage.path().display().to_string());
    let sizes: Vec<_> = all.results[0].topics[0].partitions.iter().map(|p| p.partition_size).collect();
    assert_eq!(sizes, [0, bytes]);
    let disk = (all.results[0].usable_bytes, all.results[0].total_bytes);
    assert!(if cfg!(unix) { 0 < disk.0 && disk.0 <= disk.1 } else { disk == (-1, -1) }, "{disk:?}");
    let none = ask!(stage, DescribeLogDirs, 4, DescribeLogDirsRequest::default().with_topics(Some(Vec::new())));
    assert!(none.results[0].topics.is_empty());
}
