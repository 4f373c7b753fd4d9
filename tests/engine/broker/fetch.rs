//! Fetch sessions (KIP-227), leader epochs and long polls.

use std::time::Duration;

use kafka_protocol::{
    ResponseError as E,
    messages::{
        DeleteTopicsRequest, FetchRequest, FetchResponse, OffsetForLeaderEpochRequest, RequestKind, ResponseKind,
        fetch_request::{FetchPartition, FetchTopic, ForgottenTopic},
        offset_for_leader_epoch_request::{OffsetForLeaderPartition, OffsetForLeaderTopic},
    },
};

use super::stage::{Stage, ask, batch, context, fetch_request, name, values};

/// A request of a session for these partitions of `t`, each from an offset.
fn in_session(id: i32, epoch: i32, partitions: &[(i32, i64)]) -> FetchRequest {
    let wanted = partitions.iter().map(|(partition, from)| {
        FetchPartition::default().with_partition(*partition).with_fetch_offset(*from).with_partition_max_bytes(1 << 20)
    });
    let mut request = fetch_request("t", 0, 0).with_session_id(id).with_session_epoch(epoch);
    request.topics = Vec::new();
    if !partitions.is_empty() {
        request.topics.push(FetchTopic::default().with_topic(name("t")).with_partitions(wanted.collect()));
    }
    request
}

/// Partition, error and values of all that an answer holds.
fn told(response: &FetchResponse) -> Vec<(i32, i16, Vec<String>)> {
    let partitions = response.responses.iter().flat_map(|topic| &topic.partitions);
    partitions.map(|data| (data.partition_index, data.error_code, values(data))).collect()
}

#[tokio::test]
async fn a_session_tells_only_what_is_new() {
    let stage = Stage::new().await;
    stage.create("t", 3, &[]).await;
    stage.produce("t", 1, batch(&["a"])).await;
    let full = ask!(stage, Fetch, 12, in_session(0, 0, &[(0, 0), (1, 0), (2, 0)]));
    let id = full.session_id;
    assert!(id > 0);
    assert_eq!(told(&full), [(0, 0, vec![]), (1, 0, vec!["a".to_owned()]), (2, 0, vec![])]);
    let nothing = ask!(stage, Fetch, 12, in_session(id, 1, &[(1, 1)]));
    assert_eq!((nothing.session_id, nothing.responses.len()), (id, 0));
    stage.produce("t", 2, batch(&["b"])).await;
    let one = ask!(stage, Fetch, 12, in_session(id, 2, &[]));
    assert_eq!(told(&one), [(2, 0, vec!["b".to_owned()])]);
    // Not read on: it comes again, and forgotten: it comes no more.
    assert_eq!(told(&ask!(stage, Fetch, 12, in_session(id, 3, &[]))).len(), 1);
    let mut forget = in_session(id, 4, &[]);
    forget.forgotten_topics_data = vec![ForgottenTopic::default().with_topic(name("t")).with_partitions(vec![2, 7])];
    assert!(ask!(stage, Fetch, 12, forget).responses.is_empty());
    // Added again: told in full, although nothing is new.
    assert_eq!(told(&ask!(stage, Fetch, 12, in_session(id, 5, &[(2, 1)]))), [(2, 0, vec![])]);
}

#[tokio::test]
async fn sessions_are_fenced_by_epoch_and_end() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    let id = ask!(stage, Fetch, 12, in_session(0, 0, &[(0, 0)])).session_id;
    let wrong = ask!(stage, Fetch, 12, in_session(id, 2, &[]));
    assert_eq!((wrong.error_code, wrong.session_id), (E::InvalidFetchSessionEpoch.code(), 0));
    assert_eq!(ask!(stage, Fetch, 13, in_session(id, 1, &[])).error_code, E::FetchSessionTopicIdError.code());
    assert_eq!(ask!(stage, Fetch, 12, in_session(id, 1, &[])).error_code, 0);
    assert_eq!(
        ask!(stage, Fetch, 12, in_session(id, 1, &[])).error_code,
        E::InvalidFetchSessionEpoch.code(),
        "the same request twice"
    );
    let closed = ask!(stage, Fetch, 12, in_session(id, -1, &[]));
    assert_eq!((closed.error_code, closed.session_id), (0, 0));
    assert_eq!(ask!(stage, Fetch, 12, in_session(id, 2, &[])).error_code, E::FetchSessionIdNotFound.code());
    // One that has nothing left to read ends, too.
    let id = ask!(stage, Fetch, 12, in_session(0, 0, &[(0, 0)])).session_id;
    let mut forget = in_session(id, 1, &[]);
    forget.forgotten_topics_data = vec![ForgottenTopic::default().with_topic(name("t")).with_partitions(vec![0])];
    assert_eq!(ask!(stage, Fetch, 12, forget).session_id, 0);
    assert_eq!(ask!(stage, Fetch, 12, in_session(id, 2, &[])).error_code, E::FetchSessionIdNotFound.code());
    let without = ask!(stage, Fetch, 12, in_session(0, -1, &[(0, 0)]));
    assert_eq!((without.session_id, without.responses.len()), (0, 1));
}

#[tokio::test]
async fn errors_are_news_until_they_are_gone() {
    let stage = Stage::new().await;
    let first = ask!(stage, Fetch, 12, in_session(0, 0, &[(0, 0)]));
    let unknown = E::UnknownTopicOrPartition.code();
    let id = first.session_id;
    assert_eq!(told(&first), [(0, unknown, vec![])]);
    let data = &first.responses[0].partitions[0];
    assert_eq!((data.high_watermark, data.last_stable_offset, data.log_start_offset), (-1, -1, -1));
    assert_eq!(told(&ask!(stage, Fetch, 12, in_session(id, 1, &[]))), [(0, unknown, vec![])]);
    stage.create("t", 1, &[]).await;
    assert_eq!(told(&ask!(stage, Fetch, 12, in_session(id, 2, &[]))), [(0, 0, vec![])]);
    assert!(ask!(stage, Fetch, 12, in_session(id, 3, &[])).responses.is_empty());
    // Deleted and made anew: the session finds the new one.
    stage.produce("t", 0, batch(&["old"])).await;
    ask!(stage, DeleteTopics, 5, DeleteTopicsRequest::default().with_topic_names(vec![name("t")]));
    assert_eq!(told(&ask!(stage, Fetch, 12, in_session(id, 4, &[]))), [(0, unknown, vec![])]);
    stage.create("t", 1, &[]).await;
    stage.produce("t", 0, batch(&["new"])).await;
    assert_eq!(told(&ask!(stage, Fetch, 12, in_session(id, 5, &[]))), [(0, 0, vec!["new".to_owned()])]);
}

#[tokio::test]
async fn what_had_records_waits_for_its_next_turn() {
    let stage = Stage::new().await;
    stage.create("t", 3, &[]).await;
    for partition in 0..3 {
        for _ in 0..2 {
            stage.produce("t", partition, batch(&[&"x".repeat(1_000)])).await;
        }
    }
    let mut request = in_session(0, 0, &[(0, 0), (1, 0), (2, 0)]);
    request.max_bytes = 10;
    let id = ask!(stage, Fetch, 12, request.clone()).session_id;
    let mut turns = Vec::new();
    for epoch in 1..=4 {
        let mut next = in_session(id, epoch, &[]);
        next.max_bytes = 10;
        let response = ask!(stage, Fetch, 12, next);
        turns.extend(told(&response).into_iter().filter(|(_, _, values)| !values.is_empty()).map(|(p, ..)| p));
    }
    assert_eq!(turns, [0, 1, 2, 0]);
}

#[tokio::test]
async fn sessions_are_bounded_and_the_oldest_that_rests_gives_way() {
    let stage = Stage::new().await;
    stage.create("t", 2, &[]).await;
    let first = ask!(stage, Fetch, 12, in_session(0, 0, &[(0, 0)])).session_id;
    for _ in 1..1_000 {
        assert!(ask!(stage, Fetch, 12, in_session(0, 0, &[(0, 0)])).session_id > 0);
    }
    let crowded = ask!(stage, Fetch, 12, in_session(0, 0, &[(0, 0)]));
    assert_eq!((crowded.session_id, crowded.responses.len()), (0, 1), "served in full, without a session");
    stage.clock.step(120_001);
    assert_eq!(ask!(stage, Fetch, 12, in_session(first, 1, &[])).error_code, 0, "used again");
    assert!(ask!(stage, Fetch, 12, in_session(0, 0, &[(0, 0)])).session_id > 0);
    assert_eq!(ask!(stage, Fetch, 12, in_session(first, 2, &[])).error_code, 0, "others gave way");
}

#[tokio::test]
async fn a_log_that_parts_from_the_clients_is_told() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    stage.produce("t", 0, batch(&["a", "b"])).await;
    let fetch = async |from: i64, last_epoch: i32| {
        let mut request = fetch_request("t", 0, from);
        request.topics[0].partitions[0].last_fetched_epoch = last_epoch;
        ask!(stage, Fetch, 12, request).responses.remove(0).partitions.remove(0)
    };
    let good = fetch(1, 0).await;
    assert_eq!((good.error_code, good.diverging_epoch.epoch, values(&good).len()), (0, -1, 2));
    let beyond = fetch(9, 0).await;
    assert_eq!((beyond.error_code, beyond.diverging_epoch.epoch, beyond.diverging_epoch.end_offset), (0, 0, 2));
    assert_eq!(fetch(1, 5).await.error_code, E::OffsetOutOfRange.code());
}

#[tokio::test]
async fn offset_for_leader_epoch_tells_where_the_leaders_records_end() {
    let stage = Stage::new().await;
    stage.create("t", 2, &[]).await;
    stage.produce("t", 0, batch(&["a", "b"])).await;
    let find = async |partition: i32, current: i32, epoch: i32| {
        let asked = OffsetForLeaderPartition::default()
            .with_partition(partition)
            .with_current_leader_epoch(current)
            .with_leader_epoch(epoch);
        let topic = OffsetForLeaderTopic::default().with_topic(name("t")).with_partitions(vec![asked]);
        let request = OffsetForLeaderEpochRequest::default().with_replica_id((-1).into()).with_topics(vec![topic]);
        let found = ask!(stage, OffsetForLeaderEpoch, 4, request).topics.remove(0).partitions.remove(0);
        (found.error_code, found.leader_epoch, found.end_offset)
    };
    assert_eq!(find(0, -1, 0).await, (0, 0, 2));
    assert_eq!(find(1, 0, 0).await, (0, 0, 0), "empty");
    assert_eq!(find(0, 0, 3).await, (0, -1, -1), "newer than the log");
    assert_eq!(find(0, 3, 0).await.0, E::UnknownLeaderEpoch.code());
    assert_eq!(find(5, -1, 0).await.0, E::UnknownTopicOrPartition.code());
}

#[tokio::test]
async fn a_long_poll_of_a_session_wakes_for_any_of_its_partitions_once_there_is_enough() {
    let stage = Stage::new().await;
    stage.create("t", 3, &[]).await;
    let id = ask!(stage, Fetch, 12, in_session(0, 0, &[(0, 0), (1, 0), (2, 0)])).session_id;
    let mut request = in_session(id, 1, &[]);
    request.max_wait_ms = 60_000;
    request.min_bytes = 2_000;
    let broker = stage.broker.clone();
    let poll = tokio::spawn(async move { broker.call(&context(), 12, RequestKind::Fetch(request)).await });
    tokio::task::yield_now().await;
    for partition in [2, 1] {
        stage.produce("t", partition, batch(&[&"x".repeat(1_100)])).await;
    }
    let answer = tokio::time::timeout(Duration::from_secs(20), poll).await.expect("it wakes").unwrap();
    let ResponseKind::Fetch(response) = answer else { panic!("another answer") };
    let partitions: Vec<_> = told(&response).into_iter().map(|(partition, ..)| partition).collect();
    assert_eq!(partitions, [1, 2]);
}

#[tokio::test]
async fn who_is_no_consumer_or_asks_for_no_isolation_there_is_gets_nothing() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    let follower = fetch_request("t", 0, 0).with_replica_id(7.into());
    let data = ask!(stage, Fetch, 12, follower).responses.remove(0).partitions.remove(0);
    assert_eq!((data.error_code, data.high_watermark), (E::NotLeaderOrFollower.code(), -1));
    let odd = fetch_request("t", 0, 0).with_isolation_level(2);
    assert_eq!(ask!(stage, Fetch, 12, odd).error_code, E::InvalidRequest.code());
}
