//! Transactions through the requests of clients, in both flows: what readers see of them, what groups commit, what
//! survives a restart and a crash.

mod crashes;

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering::SeqCst},
    },
    time::Duration,
};

use bytes::Bytes;
use kafka_protocol::{
    ResponseError as E,
    messages::{
        AddOffsetsToTxnRequest, AddPartitionsToTxnRequest, DescribeProducersRequest, DescribeTransactionsRequest,
        EndTxnRequest, FindCoordinatorRequest, GroupId, InitProducerIdRequest, ListTransactionsRequest,
        OffsetFetchRequest, ProducerId, TransactionalId, TxnOffsetCommitRequest, WriteTxnMarkersRequest,
        add_partitions_to_txn_request::AddPartitionsToTxnTopic,
        describe_producers_request::TopicRequest,
        fetch_response::PartitionData,
        offset_fetch_request::{OffsetFetchRequestGroup, OffsetFetchRequestTopics},
        produce_response::PartitionProduceResponse,
        txn_offset_commit_request::{TxnOffsetCommitRequestPartition, TxnOffsetCommitRequestTopic},
        write_txn_markers_request::{WritableTxnMarker, WritableTxnMarkerTopic},
    },
};
use millpond::{
    codec::{BatchBuilder, ProducerStamp},
    model::{Compression, NewRecord},
};

use super::stage::{NOW, Stage, ask, fetch_request, name, produce_request, records, text, values};
use super::workspace::copy_folder;

/// Transactions of a group whose offset is asked for all the while.
const TRANSACTIONS: i64 = 1_000;

/// What a producer is: its id, its epoch, and the sequence that is next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Who {
    pub(crate) id: i64,
    pub(crate) epoch: i16,
}

pub(crate) fn batch(who: Who, sequence: i32, transactional: bool, value: &str) -> Bytes {
    let mut builder = BatchBuilder::new(Compression::None, 1 << 20);
    assert!(builder.push(&NewRecord { value: Some(Bytes::from(value.to_owned())), ..NewRecord::default() }, NOW));
    let stamp =
        ProducerStamp { producer_id: who.id, producer_epoch: who.epoch, base_sequence: sequence, transactional };
    builder.build(stamp).unwrap()
}

fn id(words: &str) -> TransactionalId {
    TransactionalId(text(words))
}

impl Stage {
    pub(crate) async fn init(&self, transactional_id: &str) -> Result<Who, i16> {
        self.init_as(transactional_id, None).await
    }

    async fn init_as(&self, transactional_id: &str, before: Option<Who>) -> Result<Who, i16> {
        let before = before.unwrap_or(Who { id: -1, epoch: -1 });
        let request = InitProducerIdRequest::default()
            .with_transactional_id(Some(id(transactional_id)))
            .with_transaction_timeout_ms(60_000)
            .with_producer_id(ProducerId(before.id))
            .with_producer_epoch(before.epoch);
        let answer = ask!(self, InitProducerId, 5, request);
        match answer.error_code {
            0 => Ok(Who { id: *answer.producer_id, epoch: answer.producer_epoch }),
            code => Err(code),
        }
    }

    async fn add(&self, transactional_id: &str, who: Who, topic: &str, partitions: &[i32]) -> Vec<i16> {
        let topic = AddPartitionsToTxnTopic::default().with_name(name(topic)).with_partitions(partitions.to_vec());
        let request = AddPartitionsToTxnRequest::default()
            .with_v3_and_below_transactional_id(id(transactional_id))
            .with_v3_and_below_producer_id(ProducerId(who.id))
            .with_v3_and_below_producer_epoch(who.epoch)
            .with_v3_and_below_topics(vec![topic]);
        let mut answer = ask!(self, AddPartitionsToTxn, 0, request);
        let topic = answer.results_by_topic_v3_and_below.remove(0);
        topic.results_by_partition.into_iter().map(|partition| partition.partition_error_code).collect()
    }

    pub(crate) async fn send(
        &self,
        transactional_id: &str,
        version: i16,
        partition: i32,
        records: Bytes,
    ) -> PartitionProduceResponse {
        let request = produce_request("t", partition, records, -1).with_transactional_id(Some(id(transactional_id)));
        ask!(self, Produce, version, request).responses.remove(0).partition_responses.remove(0)
    }

    pub(crate) async fn end(
        &self,
        transactional_id: &str,
        version: i16,
        who: Who,
        committed: bool,
    ) -> Result<Who, i16> {
        let request = EndTxnRequest::default()
            .with_transactional_id(id(transactional_id))
            .with_producer_id(ProducerId(who.id))
            .with_producer_epoch(who.epoch)
            .with_committed(committed);
        let answer = ask!(self, EndTxn, version, request);
        match answer.error_code {
            0 if version >= 5 => Ok(Who { id: *answer.producer_id, epoch: answer.producer_epoch }),
            0 => Ok(who),
            code => Err(code),
        }
    }

    async fn committed(&self, partition: i32, from: i64) -> PartitionData {
        let request = fetch_request("t", partition, from).with_isolation_level(1);
        ask!(self, Fetch, 12, request).responses.remove(0).partitions.remove(0)
    }

    /// What a reader of committed records gets to see, as Kafka's clients work it out.
    async fn seen(&self, partition: i32) -> Vec<String> {
        let data = self.committed(partition, 0).await;
        let aborted = data.aborted_transactions.clone().unwrap();
        let records = records(&data).into_iter().filter(|record| {
            let of = |one: &&kafka_protocol::messages::fetch_response::AbortedTransaction| {
                *one.producer_id == record.batch.producer_id && one.first_offset <= record.offset
            };
            // Each producer of these tests aborts at most one transaction.
            record.value.as_ref().is_some_and(|value| !value.starts_with(&[0, 0])) && !aborted.iter().any(|a| of(&a))
        });
        records.map(|record| String::from_utf8(record.value.unwrap().to_vec()).unwrap()).collect()
    }

    async fn pend(&self, transactional_id: &str, version: i16, who: Who, group: &str, offset: i64) -> i16 {
        let partition =
            TxnOffsetCommitRequestPartition::default().with_partition_index(0).with_committed_offset(offset);
        let topic = TxnOffsetCommitRequestTopic::default().with_name(name("t")).with_partitions(vec![partition]);
        let request = TxnOffsetCommitRequest::default()
            .with_transactional_id(id(transactional_id))
            .with_group_id(GroupId(text(group)))
            .with_producer_id(ProducerId(who.id))
            .with_producer_epoch(who.epoch)
            .with_topics(vec![topic]);
        ask!(self, TxnOffsetCommit, version, request).topics[0].partitions[0].error_code
    }

    /// Error code and offset of the group's partition 0.
    async fn position(&self, group: &str, stable: bool) -> (i16, i64) {
        let topics = vec![OffsetFetchRequestTopics::default().with_name(name("t")).with_partition_indexes(vec![0])];
        let group = OffsetFetchRequestGroup::default().with_group_id(GroupId(text(group))).with_topics(Some(topics));
        let request = OffsetFetchRequest::default().with_groups(vec![group]).with_require_stable(stable);
        let answer = ask!(self, OffsetFetch, 8, request);
        let partition = &answer.groups[0].topics[0].partitions[0];
        (partition.error_code, partition.committed_offset)
    }

    /// The folder as a `kill -9` at this moment leaves it, opened again.
    pub(crate) async fn after_a_crash(&self) -> Stage {
        let copy = Stage { dir: std::sync::Arc::new(tempfile::tempdir().unwrap()), ..self.handles() };
        copy_folder(self.path(), copy.path());
        copy.open_again().await.unwrap()
    }

    fn handles(&self) -> Stage {
        Stage { broker: self.broker.clone(), clock: self.clock.clone(), dir: self.dir.clone() }
    }

    pub(crate) async fn state(&self, transactional_id: &str) -> String {
        let request = DescribeTransactionsRequest::default().with_transactional_ids(vec![id(transactional_id)]);
        ask!(self, DescribeTransactions, 0, request).transaction_states[0].transaction_state.to_string()
    }
}

/// Waits until something is so; the timers of the broker bring it about.
pub(crate) async fn until(mut so: impl AsyncFnMut() -> bool) {
    tokio::time::timeout(Duration::from_secs(20), async {
        while !so().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await
    .expect("it comes about");
}

#[tokio::test]
async fn producer_ids_are_given_out_once() {
    let mut stage = Stage::new().await;
    let mut given = Vec::new();
    for _ in 0..3 {
        for _ in 0..3 {
            let request = InitProducerIdRequest::default()
                .with_transactional_id(None)
                .with_producer_id(ProducerId(-1))
                .with_producer_epoch(-1);
            let answer = ask!(stage, InitProducerId, 4, request);
            assert_eq!((answer.error_code, answer.producer_epoch), (0, 0));
            given.push(*answer.producer_id);
        }
        stage = stage.after_a_crash().await;
    }
    let mut unique = given.clone();
    unique.dedup();
    assert!(unique.len() == 9 && given.is_sorted(), "{given:?}");
}

#[tokio::test]
async fn the_old_flow_commits_and_aborts() {
    let stage = Stage::new().await;
    stage.create("t", 2, &[]).await;
    let who = stage.init("x").await.unwrap();
    assert_eq!(stage.send("x", 9, 0, batch(who, 0, true, "early")).await.error_code, E::InvalidTxnState.code());
    assert_eq!(stage.add("x", who, "t", &[0, 7]).await, [55, 3], "all or nothing");
    assert_eq!(stage.add("x", who, "t", &[0]).await, [0]);
    assert_eq!(stage.send("x", 9, 0, batch(who, 0, true, "a")).await.error_code, 0);
    assert_eq!(stage.send("x", 9, 1, batch(who, 0, true, "a")).await.error_code, E::InvalidTxnState.code());
    assert_eq!(stage.send("x", 11, 1, batch(who, 0, true, "a")).await.error_code, E::TransactionAbortable.code());
    let open = stage.committed(0, 0).await;
    assert_eq!((open.last_stable_offset, open.high_watermark, records(&open).len()), (0, 1, 0));
    assert_eq!(values(&stage.fetch("t", 0, 0).await), ["a"], "who reads everything sees it at once");
    assert_eq!(stage.end("x", 1, who, true).await, Ok(who));
    assert_eq!(stage.seen(0).await, ["a"]);
    assert_eq!(stage.committed(0, 0).await.last_stable_offset, 2, "a record and its marker");

    assert_eq!(stage.add("x", who, "t", &[0, 1]).await, [0, 0]);
    assert_eq!(stage.send("x", 9, 0, batch(who, 1, true, "b")).await.base_offset, 2);
    assert_eq!(stage.send("x", 9, 1, batch(who, 0, true, "b")).await.base_offset, 0);
    assert_eq!(stage.end("x", 1, who, false).await, Ok(who));
    for partition in 0..2 {
        let data = stage.committed(partition, 0).await;
        assert_eq!(data.aborted_transactions.as_ref().map(Vec::len), Some(1));
        assert_eq!(data.last_stable_offset, data.high_watermark);
    }
    assert_eq!(stage.fetch("t", 0, 0).await.aborted_transactions, None, "only told who asks");
    assert_eq!(stage.committed(0, 4).await.aborted_transactions.map(|a| a.len()), Some(0));
}

#[tokio::test]
async fn the_new_flow_adds_what_is_written_to() {
    let stage = Stage::new().await;
    stage.create("t", 2, &[]).await;
    let first = stage.init("x").await.unwrap();
    assert_eq!(stage.send("x", 12, 0, batch(first, 0, true, "a")).await.error_code, 0);
    assert_eq!(stage.send("x", 12, 1, batch(first, 0, true, "b")).await.error_code, 0);
    let second = stage.end("x", 5, first, true).await.unwrap();
    assert_eq!(second, Who { epoch: first.epoch + 1, ..first });
    assert_eq!(stage.end("x", 5, first, true).await, Ok(second), "the answer was lost");
    assert_eq!(stage.send("x", 12, 0, batch(first, 1, true, "z")).await.error_code, E::InvalidProducerEpoch.code());
    assert_eq!(stage.send("x", 12, 0, batch(second, 0, true, "c")).await.error_code, 0);
    assert_eq!(stage.end("x", 5, first, false).await, Err(E::ProducerFenced.code()), "of the transaction before");
    let third = stage.end("x", 5, second, false).await.unwrap();
    assert_eq!(third.epoch, first.epoch + 2);
    assert_eq!(values_of(&stage, 1).await, ["b"]);
    let aborted = stage.committed(0, 0).await.aborted_transactions.unwrap();
    assert_eq!((aborted.len(), aborted[0].first_offset), (1, 2));
}

async fn values_of(stage: &Stage, partition: i32) -> Vec<String> {
    stage.seen(partition).await
}

#[tokio::test]
async fn the_next_producer_fences_the_one_before() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    let old = stage.init("x").await.unwrap();
    stage.add("x", old, "t", &[0]).await;
    stage.send("x", 9, 0, batch(old, 0, true, "lost")).await;
    assert_eq!(stage.init("x").await, Err(E::ConcurrentTransactions.code()));
    let new = stage.init("x").await.unwrap();
    assert_eq!((new.id, new.epoch), (old.id, old.epoch + 2));
    assert_eq!(stage.add("x", old, "t", &[0]).await, [E::InvalidProducerEpoch.code()], "version 0 has no better word");
    assert_eq!(stage.end("x", 4, old, true).await, Err(E::ProducerFenced.code()));
    assert_eq!(stage.end("x", 1, old, true).await, Err(E::InvalidProducerEpoch.code()));
    assert_eq!(stage.send("x", 9, 0, batch(old, 1, true, "z")).await.error_code, E::InvalidProducerEpoch.code());
    assert_eq!(stage.init_as("x", Some(old)).await, Err(E::ProducerFenced.code()));
    assert!(stage.seen(0).await.is_empty());
    let wrong = Who { id: new.id + 50, ..new };
    assert_eq!(stage.end("x", 4, wrong, true).await, Err(E::InvalidProducerIdMapping.code()));
    assert_eq!(stage.end("nobody", 4, new, true).await, Err(E::InvalidProducerIdMapping.code()));
}

#[tokio::test]
async fn a_transaction_that_nobody_ends_is_aborted() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    let who = stage.init("x").await.unwrap();
    stage.send("x", 12, 0, batch(who, 0, true, "late")).await;
    stage.clock.step(59_999);
    stage.broker.tick().await;
    assert_eq!(stage.state("x").await, "Ongoing");
    stage.clock.step(1);
    stage.broker.tick().await;
    until(async || stage.state("x").await == "CompleteAbort").await;
    assert_eq!(stage.end("x", 5, who, true).await, Err(E::InvalidTxnState.code()));
    assert!(stage.seen(0).await.is_empty());
    let too_long = InitProducerIdRequest::default()
        .with_transactional_id(Some(id("x")))
        .with_transaction_timeout_ms(900_001)
        .with_producer_id(ProducerId(-1))
        .with_producer_epoch(-1);
    assert_eq!(ask!(stage, InitProducerId, 4, too_long).error_code, E::InvalidTransactionTimeout.code());
}

#[tokio::test]
async fn a_reader_that_waits_is_woken_by_the_marker() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    let who = stage.init("x").await.unwrap();
    stage.send("x", 12, 0, batch(who, 0, true, "a")).await;
    let waiting = stage.handles();
    let reader = tokio::spawn(async move {
        let request = fetch_request("t", 0, 0).with_isolation_level(1).with_max_wait_ms(30_000);
        ask!(waiting, Fetch, 12, request).responses.remove(0).partitions.remove(0)
    });
    let began = std::time::Instant::now();
    stage.end("x", 5, who, true).await.unwrap();
    let data = reader.await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(10) && records(&data).len() == 2);
}

#[tokio::test]
async fn offsets_are_committed_with_their_transaction_or_not_at_all() {
    for version in [3, 5] {
        let stage = Stage::new().await;
        stage.create("t", 1, &[]).await;
        let who = stage.init("x").await.unwrap();
        if version < 5 {
            assert_eq!(stage.pend("x", version, who, "g", 5).await, E::InvalidTxnState.code(), "not added");
            let add = AddOffsetsToTxnRequest::default()
                .with_transactional_id(id("x"))
                .with_producer_id(ProducerId(who.id))
                .with_producer_epoch(who.epoch)
                .with_group_id(GroupId(text("g")));
            assert_eq!(ask!(stage, AddOffsetsToTxn, 0, add).error_code, 0);
        }
        assert_eq!(stage.pend("x", version, who, "g", 5).await, 0);
        assert_eq!(stage.position("g", true).await, (E::UnstableOffsetCommit.code(), -1));
        assert_eq!(stage.position("g", false).await, (0, -1));
        let stage = stage.after_a_crash().await;
        assert_eq!(stage.position("g", true).await, (E::UnstableOffsetCommit.code(), -1), "pending after a crash too");
        let end = if version < 5 { 3 } else { 5 };
        let who = stage.end("x", end, who, true).await.unwrap();
        assert_eq!(stage.position("g", true).await, (0, 5));
        // The next one is aborted.
        if version < 5 {
            continue;
        }
        assert_eq!(stage.pend("x", version, who, "g", 9).await, 0);
        stage.end("x", end, who, false).await.unwrap();
        let stage = stage.after_a_crash().await;
        assert_eq!(stage.position("g", true).await, (0, 5));
    }
}

/// What a transaction was told to be kept is never unseen by who asks for stable offsets: not while it ends either. Who takes
/// a partition over would process the same records once more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stable_offsets_do_not_go_back_while_a_transaction_ends() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    let kept = Arc::new(AtomicI64::new(-1));
    let (asker, seen) = (stage.handles(), Arc::clone(&kept));
    let asking = tokio::spawn(async move {
        let mut answers = 0_u32;
        while seen.load(SeqCst) < TRANSACTIONS {
            let kept = seen.load(SeqCst);
            let (error, offset) = asker.position("g", true).await;
            assert!(error == E::UnstableOffsetCommit.code() || (error == 0 && offset >= kept), "{offset} after {kept}");
            answers += 1;
        }
        answers
    });
    let mut who = stage.init("x").await.unwrap();
    for offset in 0..=TRANSACTIONS {
        assert_eq!(stage.pend("x", 5, who, "g", offset).await, 0);
        kept.store(offset, SeqCst);
        who = stage.end("x", 5, who, true).await.unwrap();
    }
    assert!(asking.await.unwrap() > 0);
}

#[tokio::test]
async fn lists_tell_what_is_there() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    let (open, idle) = (stage.init("open-1").await.unwrap(), stage.init("idle-1").await.unwrap());
    stage.send("open-1", 12, 0, batch(open, 0, true, "a")).await;
    stage.clock.step(1_000);
    let mut all = ListTransactionsRequest::default().with_duration_filter(-1);
    let answer = ask!(stage, ListTransactions, 1, all.clone());
    let listed: Vec<_> = answer
        .transaction_states
        .iter()
        .map(|t| (t.transactional_id.to_string(), t.transaction_state.to_string()))
        .collect();
    assert_eq!(listed, [("idle-1".into(), "Empty".into()), ("open-1".into(), "Ongoing".into())]);
    all.state_filters = vec![text("Ongoing"), text("Sleeping")];
    let answer = ask!(stage, ListTransactions, 1, all.clone());
    assert_eq!((answer.transaction_states.len(), answer.unknown_state_filters.len()), (1, 1));
    // What has not begun lasts since Kafka's first day.
    for (filter, count) in [(999, 2), (1_000, 1)] {
        let longer = ListTransactionsRequest::default().with_duration_filter(filter);
        assert_eq!(ask!(stage, ListTransactions, 1, longer).transaction_states.len(), count);
    }
    for (pattern, count) in [("open-.*", 1), ("open", 0), ("[", -1)] {
        let named = ListTransactionsRequest::default()
            .with_duration_filter(-1)
            .with_transactional_id_pattern(Some(text(pattern)));
        let answer = ask!(stage, ListTransactions, 2, named);
        let found = if answer.error_code == 0 { answer.transaction_states.len() as i32 } else { -1 };
        assert_eq!(found, count, "{pattern}");
    }
    let mine =
        ListTransactionsRequest::default().with_duration_filter(-1).with_producer_id_filters(vec![ProducerId(idle.id)]);
    assert_eq!(ask!(stage, ListTransactions, 1, mine).transaction_states.len(), 1);

    let ids = vec![id("open-1"), id("nobody")];
    let answer =
        ask!(stage, DescribeTransactions, 0, DescribeTransactionsRequest::default().with_transactional_ids(ids));
    let one = &answer.transaction_states[0];
    assert_eq!((one.transaction_start_time_ms, one.transaction_timeout_ms), (NOW, 60_000));
    assert_eq!(one.topics[0].partitions, [0]);
    assert_eq!(answer.transaction_states[1].error_code, E::TransactionalIdNotFound.code());

    let topics = vec![TopicRequest::default().with_name(name("t")).with_partition_indexes(vec![0, 9])];
    let answer = ask!(stage, DescribeProducers, 0, DescribeProducersRequest::default().with_topics(topics));
    let producer = &answer.topics[0].partitions[0].active_producers[0];
    assert_eq!((*producer.producer_id, producer.last_sequence, producer.current_txn_start_offset), (open.id, 0, 0));
    assert_eq!(answer.topics[0].partitions[1].error_code, E::UnknownTopicOrPartition.code());

    // What a tool does about a transaction that hangs.
    let topic = WritableTxnMarkerTopic::default().with_name(name("t")).with_partition_indexes(vec![0, 9]);
    let marker = WritableTxnMarker::default()
        .with_producer_id(ProducerId(open.id))
        .with_producer_epoch(open.epoch)
        .with_topics(vec![topic]);
    let answer = ask!(stage, WriteTxnMarkers, 1, WriteTxnMarkersRequest::default().with_markers(vec![marker]));
    let codes: Vec<_> = answer.markers[0].topics[0].partitions.iter().map(|p| p.error_code).collect();
    assert_eq!(codes, [0, E::UnknownTopicOrPartition.code()]);
    assert_eq!(stage.committed(0, 0).await.last_stable_offset, 2);

    let find = FindCoordinatorRequest::default().with_key_type(1).with_coordinator_keys(vec![text("open-1")]);
    assert_eq!(ask!(stage, FindCoordinator, 4, find).coordinators[0].error_code, 0);
}

#[tokio::test]
async fn times_and_ends_stop_where_what_is_stable_stops() {
    use kafka_protocol::messages::{
        ListOffsetsRequest,
        list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic},
    };
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    let who = stage.init("x").await.unwrap();
    stage.send("x", 12, 0, batch(Who { id: -1, epoch: -1 }, -1, false, "plain")).await;
    stage.send("x", 12, 0, batch(who, 0, true, "a")).await;
    for (isolation, latest) in [(0, 2), (1, 1)] {
        for (timestamp, wanted) in [(-1, latest), (-2, 0), (NOW, 0)] {
            let partition = ListOffsetsPartition::default().with_current_leader_epoch(-1).with_timestamp(timestamp);
            let topic = ListOffsetsTopic::default().with_name(name("t")).with_partitions(vec![partition]);
            let request = ListOffsetsRequest::default()
                .with_replica_id((-1).into())
                .with_isolation_level(isolation)
                .with_topics(vec![topic]);
            let answer = ask!(stage, ListOffsets, 9, request);
            assert_eq!(answer.topics[0].partitions[0].offset, wanted, "{isolation} {timestamp}");
        }
    }
}
