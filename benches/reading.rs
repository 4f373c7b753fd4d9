//! Reads a topic to its end as a member of a group, counts, and says how fast: what `benches/peers/reading.py` sets beside
//! other clients.
//!
//!     cargo bench --bench reading -- HOST:PORT TOPIC
#![allow(clippy::unwrap_used)]

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use millpond::{
    client::{AutoOffsetReset, Client, Consumer, ConsumerOptions, OffsetSpec, TcpTransport},
    model::{HostPort, TopicPartition},
};

/// Records handed over at once, as Kafka's own measurement takes them.
const POLL_RECORDS: usize = 500;
/// A reader that gets nothing for so long has failed.
const WAIT_MAX: Duration = Duration::from_secs(30);

async fn read(address: HostPort, topic: &str) -> (u64, u64, Duration, Duration) {
    let client = Client::new(Arc::new(TcpTransport::new([address], "reading")), "reading");
    let info = client.topic(topic).await.unwrap();
    let ends = info.partitions.iter().map(|p| (TopicPartition::new(topic, p.id), OffsetSpec::Latest)).collect();
    let ends = client.offsets(ends).await.unwrap();
    let wanted: i64 = ends.into_iter().map(|(_, end)| end.unwrap().offset.unwrap_or(0)).sum();
    let began = Instant::now();
    let mut options = ConsumerOptions::new(format!("reading-{}", uuid::Uuid::new_v4()), [topic]);
    options.auto_offset_reset = AutoOffsetReset::Earliest;
    options.max_poll_records = POLL_RECORDS;
    let consumer = Consumer::start(client, options);
    let (mut records, mut bytes, mut first, mut last) = (0, 0, None, Instant::now());
    while records < wanted as u64 {
        let polled = consumer.poll(Duration::from_secs(1)).await.unwrap();
        assert!(last.elapsed() < WAIT_MAX, "{records} of {wanted} records came");
        if polled.records.is_empty() {
            continue;
        }
        last = Instant::now();
        first.get_or_insert(last);
        for (_, record) in &polled.records {
            records += 1;
            bytes += record.payload_bytes() as u64;
        }
    }
    let (whole, reading) = (began.elapsed(), first.unwrap().elapsed());
    consumer.leave().await.unwrap();
    (records, bytes, whole, reading)
}

fn main() {
    // `cargo bench` adds a flag of its own.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let [address, topic] = arguments.as_slice() else {
        println!("nothing was measured: name a broker and a topic, HOST:PORT TOPIC");
        return;
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (records, bytes, whole, reading) = runtime.block_on(read(address.parse().unwrap(), topic));
    let (whole, reading) = (whole.as_secs_f64(), reading.as_secs_f64());
    println!(r#"{{"records":{records},"bytes":{bytes},"seconds":{whole:.4},"seconds_without_joining":{reading:.4}}}"#);
}
