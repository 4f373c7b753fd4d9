//! The client beside transactions: what it shows of them, what it passes over, and batches that are sent again.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use kafka_protocol::{
    messages::{
        EndTxnRequest, InitProducerIdRequest, ProduceRequest, ProducerId, RequestKind, ResponseKind, TopicName,
        TransactionalId,
        produce_request::{PartitionProduceData, TopicProduceData},
    },
    protocol::StrBytes,
};
use millpond::{
    broker::{Broker, BrokerOptions, CallContext},
    client::{
        AutoOffsetReset, BatchState, BoxFuture, Client, ClientError, Connection, Consumer, ConsumerOptions,
        FetchOptions, Isolation, NewTopic, OffsetSpec, Producer, ProducerOptions, ReadRange, Reader, ReaderOptions,
        Transport, records_from,
    },
    codec::{BatchBuilder, DECOMPRESSED_BYTES_MAX_DEFAULT, ProducerStamp},
    model::{Compression, NewRecord, Record, TopicPartition},
    session::{SystemClock, in_process::InProcess},
};
use tempfile::TempDir;

struct Stage {
    broker: Broker,
    client: Client,
    _dir: TempDir,
}

impl Stage {
    async fn open() -> Self {
        let dir = TempDir::new().unwrap();
        let broker = Broker::open(BrokerOptions::new(dir.path(), Arc::new(SystemClock))).await.unwrap();
        let client = Client::new(Arc::new(InProcess::new(broker.clone(), "test")), "test");
        client.create_topic(&NewTopic::new("t", 1)).await.unwrap();
        Self { broker, client, _dir: dir }
    }

    async fn call(&self, version: i16, request: RequestKind) -> ResponseKind {
        self.broker.call(&CallContext::in_process("test", 1), version, request).await
    }

    async fn begin(&self, id: &str) -> Who {
        let request = InitProducerIdRequest::default()
            .with_transactional_id(Some(of(id)))
            .with_transaction_timeout_ms(60_000)
            .with_producer_id(ProducerId(-1))
            .with_producer_epoch(-1);
        let answer = self.call(5, RequestKind::InitProducerId(request)).await;
        let ResponseKind::InitProducerId(answer) = answer else { panic!("{answer:?}") };
        Who { transaction: id.to_owned(), id: *answer.producer_id, epoch: answer.producer_epoch, sequence: 0 }
    }

    async fn write(&self, who: &mut Who, value: &'static str) {
        let mut builder = BatchBuilder::new(Compression::None, 1 << 20);
        assert!(builder.push(&NewRecord { value: Some(value.into()), ..NewRecord::default() }, 1));
        let transactional = !who.transaction.is_empty();
        let stamp = match transactional {
            true => ProducerStamp {
                producer_id: who.id,
                producer_epoch: who.epoch,
                base_sequence: who.sequence,
                transactional,
            },
            false => ProducerStamp::NONE,
        };
        who.sequence += 1;
        let data = PartitionProduceData::default().with_records(Some(builder.build(stamp).unwrap()));
        let topic = TopicProduceData::default()
            .with_name(TopicName(StrBytes::from_static_str("t")))
            .with_partition_data(vec![data]);
        let request = ProduceRequest::default()
            .with_transactional_id(transactional.then(|| of(&who.transaction)))
            .with_acks(-1)
            .with_topic_data(vec![topic]);
        let answer = self.call(12, RequestKind::Produce(request)).await;
        let ResponseKind::Produce(answer) = answer else { panic!("{answer:?}") };
        assert_eq!(answer.responses[0].partition_responses[0].error_code, 0);
    }

    async fn end(&self, who: &mut Who, committed: bool) {
        let request = EndTxnRequest::default()
            .with_transactional_id(of(&who.transaction))
            .with_producer_id(ProducerId(who.id))
            .with_producer_epoch(who.epoch)
            .with_committed(committed);
        let answer = self.call(5, RequestKind::EndTxn(request)).await;
        let ResponseKind::EndTxn(answer) = answer else { panic!("{answer:?}") };
        assert_eq!(answer.error_code, 0);
        (who.id, who.epoch, who.sequence) = (*answer.producer_id, answer.producer_epoch, 0);
    }
}

struct Who {
    transaction: String,
    id: i64,
    epoch: i16,
    sequence: i32,
}

fn of(id: &str) -> TransactionalId {
    TransactionalId(StrBytes::from_string(id.to_owned()))
}

fn values(records: &[Record]) -> Vec<&str> {
    records.iter().map(|record| std::str::from_utf8(record.value.as_ref().unwrap()).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_reads_what_is_committed_sees_nothing_else_and_who_looks_sees_what_is_what() {
    let stage = Stage::open().await;
    let tp = TopicPartition::new("t", 0);
    let (mut a, mut b) = (stage.begin("a").await, stage.begin("b").await);
    let mut plain = Who { transaction: String::new(), id: -1, epoch: -1, sequence: 0 };
    stage.write(&mut a, "yes").await;
    stage.write(&mut b, "no").await;
    stage.write(&mut plain, "plain").await;
    stage.end(&mut a, true).await;
    stage.end(&mut b, false).await;
    stage.write(&mut b, "later").await;
    stage.end(&mut b, true).await;
    stage.write(&mut a, "open").await;
    stage.write(&mut plain, "behind").await;
    stage.write(&mut b, "over").await;
    stage.end(&mut b, false).await;

    let options = FetchOptions { isolation: Isolation::ReadCommitted, ..FetchOptions::default() };
    let fetched = stage.client.fetch(&tp, 0, options).await.unwrap();
    assert_eq!((fetched.next, fetched.last_stable_offset, fetched.high_watermark), (7, 7, 11));
    let records = records_from(&tp, &fetched.batches, 0, DECOMPRESSED_BYTES_MAX_DEFAULT).unwrap();
    assert_eq!(values(&records), ["yes", "plain", "later"]);

    use BatchState as S;
    let (ended, aborted) = (S::Control { committed: true }, S::Control { committed: false });
    let (_, states) = stage.client.fetch_with_states(&tp, 0, FetchOptions::default()).await.unwrap();
    assert_eq!(states, [S::Committed, S::Aborted, S::Plain, ended, aborted, S::Committed, ended]);
    let (rest, states) = stage.client.fetch_with_states(&tp, 7, FetchOptions::default()).await.unwrap();
    assert_eq!(states, [S::Open, S::Plain, S::Aborted, aborted]);
    assert_eq!(rest.next, 11);

    let range = ReadRange { partition: tp.clone(), from: 0, to: 100 };
    let options = ReaderOptions { piece_bytes: 1, isolation: Isolation::ReadCommitted, ..ReaderOptions::default() };
    let mut reader = Reader::start(stage.client.clone(), vec![range], options);
    let mut read = Vec::new();
    while let Some(piece) = reader.next().await.unwrap() {
        read.extend(piece.records().unwrap());
    }
    assert_eq!(values(&read), ["yes", "plain", "later"]);
    assert_eq!(stage.client.offset(&tp, OffsetSpec::LastStable).await.unwrap(), Some(7));

    let options = ConsumerOptions {
        auto_offset_reset: AutoOffsetReset::Earliest,
        isolation: Isolation::ReadCommitted,
        ..ConsumerOptions::new("g", ["t"])
    };
    let consumer = Consumer::start(stage.client.clone(), options);
    let mut consumed: Vec<Record> = Vec::new();
    let until = async |count: usize, consumed: &mut Vec<Record>| {
        tokio::time::timeout(Duration::from_secs(30), async {
            while consumed.len() < count {
                let polled = consumer.poll(Duration::from_millis(100)).await.unwrap();
                consumed.extend(polled.records.into_iter().map(|(_, record)| record));
            }
        })
        .await
        .expect("the records come");
    };
    until(3, &mut consumed).await;
    stage.end(&mut a, true).await;
    until(5, &mut consumed).await;
    assert_eq!(values(&consumed), ["yes", "plain", "later", "open", "behind"]);
    consumer.leave().await.unwrap();
}

/// A transport that loses the answer to every third Produce.
struct Lossy {
    inner: InProcess,
    produces: Arc<AtomicUsize>,
}

struct LossyConnection {
    inner: Arc<dyn Connection>,
    produces: Arc<AtomicUsize>,
}

impl Transport for Lossy {
    fn connect(&self, node: Option<i32>) -> BoxFuture<'_, Result<Arc<dyn Connection>, ClientError>> {
        Box::pin(async move {
            let inner = self.inner.connect(node).await?;
            Ok(Arc::new(LossyConnection { inner, produces: self.produces.clone() }) as Arc<dyn Connection>)
        })
    }
}

impl Connection for LossyConnection {
    fn call(&self, version: i16, request: RequestKind) -> BoxFuture<'_, Result<ResponseKind, ClientError>> {
        Box::pin(async move {
            let is_produce = matches!(request, RequestKind::Produce(_));
            let answer = self.inner.call(version, request).await;
            if is_produce && self.produces.fetch_add(1, Ordering::Relaxed) % 3 == 1 {
                return Err(ClientError::Disconnected { asked: "produce".into(), why: "the cable".into() });
            }
            answer
        })
    }

    fn node_id(&self) -> i32 {
        self.inner.node_id()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idempotent_producer_stores_once_what_it_sends_twice() {
    let stage = Stage::open().await;
    let produces = Arc::new(AtomicUsize::new(0));
    let lossy = Lossy { inner: InProcess::new(stage.broker.clone(), "lossy"), produces: produces.clone() };
    let options = ProducerOptions { idempotent: true, batch_bytes: 500, linger_ms: 0, ..ProducerOptions::default() };
    let producer = Producer::start(Client::new(Arc::new(lossy), "lossy"), options);
    for number in 0..200 {
        let value = Some(Bytes::from(format!("{number:04}")));
        producer.post("t", NewRecord { value, ..NewRecord::default() }).await.unwrap();
    }
    producer.flush().await.unwrap();
    assert!(produces.load(Ordering::Relaxed) > 6, "answers were lost");
    let tp = TopicPartition::new("t", 0);
    let fetched = stage.client.fetch(&tp, 0, FetchOptions::default()).await.unwrap();
    let records = records_from(&tp, &fetched.batches, 0, DECOMPRESSED_BYTES_MAX_DEFAULT).unwrap();
    let unique: BTreeSet<_> = values(&records).into_iter().collect();
    assert_eq!((records.len(), unique.len()), (200, 200));
    assert!(values(&records).is_sorted());
}
