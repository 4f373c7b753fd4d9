//! The promise of acknowledgements against `kill -9`: a process that produces is killed again and again, at ever other
//! moments, and every record that it had been told was stored is there in the end, at its offset, with nothing missing
//! between. No opening needs help.
//!
//! The process is this test binary itself, started again for the one test [`producing_process`], which does nothing
//! unless the environment names a workspace.

use std::{
    collections::{HashMap, HashSet},
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use millpond::{
    broker::{Broker, BrokerOptions},
    client::{Client, NewTopic, OffsetSpec, ProduceOptions, ReadRange, Reader, ReaderOptions},
    model::{Acks, Compression, NewRecord, TopicPartition},
    session::{SystemClock, in_process::InProcess},
};
use tempfile::TempDir;

const WORKSPACE_VARIABLE: &str = "MILLPOND_TEST_KILL_WORKSPACE";
const RUN_VARIABLE: &str = "MILLPOND_TEST_KILL_RUN";
const TOPIC: &str = "load";
const PARTITIONS: i32 = 3;
const KILLS: usize = 54;
/// Produces side by side in the process: half of them with acks=all, half with acks=1.
const TASKS: usize = 8;

#[test]
fn nothing_acknowledged_is_lost_by_kill_9() {
    let workspace = TempDir::new().unwrap();
    let mut acknowledged: HashMap<(i32, i64), String> = HashMap::new();
    let started = Instant::now();
    for run in 0..KILLS {
        // Now and then while it opens, usually under load, after an ever other number of acknowledgements.
        let after = if run % 9 == 8 { 0 } else { 1 + run * 37 % 211 };
        for (place, value) in kill_after(workspace.path(), run, after) {
            let before = acknowledged.insert(place, value.clone());
            assert_eq!(before, None, "offset {place:?} was given twice, the second time to {value}");
        }
    }
    println!("{KILLS} kills, {} records acknowledged, {:?}", acknowledged.len(), started.elapsed());
    assert!(acknowledged.len() > KILLS * 20, "too little load: {}", acknowledged.len());
    let stored = runtime().block_on(read_all(workspace.path()));
    let values: HashSet<&String> = stored.values().collect();
    assert_eq!(values.len(), stored.len(), "a record is there twice");
    for (place, value) in &acknowledged {
        assert_eq!(stored.get(place), Some(value), "what was acknowledged at {place:?} is not there");
    }
}

/// Runs the process on `workspace`, kills it after `count` acknowledgements and answers all that it told.
fn kill_after(workspace: &Path, run: usize, count: usize) -> Vec<((i32, i64), String)> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::producing_process", "--nocapture", "--test-threads=1"])
        .env(WORKSPACE_VARIABLE, workspace)
        .env(RUN_VARIABLE, run.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut told = Vec::new();
    let mut killed = false;
    let mut line = String::new();
    // Read to the end of the pipe: what was told before the kill counts, wherever it still lies. A line that the kill cut
    // off has no end and does not count.
    while lines.read_line(&mut line).unwrap() > 0 && line.ends_with('\n') {
        if let Some(words) = line.trim_end().strip_prefix("acknowledged ") {
            let words: Vec<&str> = words.split(' ').collect();
            told.push(((words[0].parse().unwrap(), words[1].parse().unwrap()), words[2].to_owned()));
        }
        let due = if count == 0 { line.starts_with("opening") } else { told.len() >= count };
        if due && !killed {
            child.kill().unwrap();
            killed = true;
        }
        line.clear();
    }
    assert!(killed, "run {run} ended by itself: {}", last_words(child));
    child.wait().unwrap();
    told
}

fn last_words(child: Child) -> String {
    String::from_utf8_lossy(&child.wait_with_output().unwrap().stderr).into_owned()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

async fn open(workspace: &Path) -> (Broker, Client) {
    let broker = Broker::open(BrokerOptions::new(workspace, Arc::new(SystemClock))).await.unwrap();
    assert!(broker.inspector().damage().is_empty(), "{:?}", broker.inspector().damage());
    let client = Client::new(Arc::new(InProcess::new(broker.clone(), "kill")), "kill");
    (broker, client)
}

/// All records by partition and offset; checks that offsets are dense.
async fn read_all(workspace: &Path) -> HashMap<(i32, i64), String> {
    let (broker, client) = open(workspace).await;
    let mut stored = HashMap::new();
    for partition in 0..PARTITIONS {
        let tp = TopicPartition::new(TOPIC, partition);
        let end = client.offset(&tp, OffsetSpec::Latest).await.unwrap().unwrap();
        let mut next = 0;
        let ranges = vec![ReadRange { partition: tp, from: 0, to: end }];
        let mut reader = Reader::start(client.clone(), ranges, ReaderOptions::default());
        while let Some(piece) = reader.next().await.unwrap() {
            for record in piece.records().unwrap() {
                assert_eq!(record.offset, next, "offsets of partition {partition} are not dense");
                next += 1;
                let value = String::from_utf8(record.key.unwrap().to_vec()).unwrap();
                stored.insert((partition, record.offset), value);
            }
        }
        assert_eq!(next, end, "partition {partition} ends early");
    }
    broker.shutdown().await;
    stored
}

/// Not a test of its own: what the killed process does.
#[test]
fn producing_process() {
    let (Some(workspace), Ok(run)) = (std::env::var_os(WORKSPACE_VARIABLE), std::env::var(RUN_VARIABLE)) else {
        return;
    };
    // Whoever started this waits for lines; a process that was forgotten ends by itself.
    let forgotten = Duration::from_secs(60);
    tell(&format!("\nopening {run}\n"));
    runtime().block_on(async {
        let (_broker, client) = open(Path::new(&workspace)).await;
        if client.topics().await.unwrap().is_empty() {
            client.create_topic(&NewTopic::new(TOPIC, PARTITIONS)).await.unwrap();
        }
        for task in 0..TASKS {
            tokio::spawn(produce(client.clone(), run.clone(), task));
        }
        tokio::time::sleep(forgotten).await;
    });
}

async fn produce(client: Client, run: String, task: usize) {
    let options = ProduceOptions {
        acks: if task.is_multiple_of(2) { Acks::All } else { Acks::Leader },
        compression: Compression::ALL[task % Compression::ALL.len()],
        ..ProduceOptions::default()
    };
    for round in 0.. {
        let names: Vec<String> = (0..1 + round % 4).map(|nth| format!("{run}-{task}-{round}-{nth}")).collect();
        let record = |name: &String| NewRecord {
            partition: Some((task as i32 + round) % PARTITIONS),
            key: Some(Bytes::from(name.clone())),
            value: Some(Bytes::from(name.repeat(round as usize % 90))),
            ..NewRecord::default()
        };
        let produced = client.produce(TOPIC, names.iter().map(record).collect(), options).await.unwrap();
        let lines = names.iter().zip(produced);
        let lines: String = lines.map(|(n, p)| format!("acknowledged {} {} {n}\n", p.partition, p.offset)).collect();
        tell(&lines);
    }
}

/// In one piece, past the test harness's own buffering.
fn tell(text: &str) {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).unwrap();
    out.flush().unwrap();
}
