//! The record browser over a real broker: order, search, tail and trouble, each against a plain model.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use bytes::Bytes;
use millpond::{
    broker::{Broker, BrokerOptions},
    client::{Client, NewTopic, ProduceOptions},
    model::{Compression, NewRecord, Offset, PartitionId, TimestampMillis, TopicPartition},
    session::{
        SystemClock,
        browse::{
            BrowseError, BrowseRequest, BrowseView, Browser, OpenRecord, Phase, Row, SearchState, SearchText, Start,
        },
        in_process::InProcess,
    },
    transfer::sample,
};
use tempfile::TempDir;

/// No condition of these tests takes longer, however slow the machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Partition, offset, value.
type Told = (PartitionId, Offset, Bytes);

struct Stage {
    client: Client,
    _broker: Broker,
    _dir: TempDir,
    /// What was produced, as it stands: timestamp, then what a row tells.
    produced: Vec<(TimestampMillis, Told)>,
}

impl Stage {
    async fn with_topic(partitions: i32) -> Self {
        let dir = TempDir::new().unwrap();
        let broker = Broker::open(BrokerOptions::new(dir.path(), Arc::new(SystemClock))).await.unwrap();
        let client = Client::new(Arc::new(InProcess::new(broker.clone(), "test")), "test");
        client.create_topic(&NewTopic::new("t", partitions)).await.unwrap();
        Self { client, _broker: broker, _dir: dir, produced: Vec::new() }
    }

    async fn produce(&mut self, records: Vec<NewRecord>, compression: Compression) {
        let options = ProduceOptions { compression, ..ProduceOptions::default() };
        let values: Vec<Bytes> = records.iter().map(|r| r.value.clone().unwrap_or_default()).collect();
        let produced = self.client.produce("t", records, options).await.unwrap();
        for (stored, value) in produced.iter().zip(values) {
            self.produced.push((stored.timestamp, (stored.partition, stored.offset, value)));
        }
    }

    /// Records in rough order of time, in batches of several sizes and compressions.
    async fn fill(&mut self, partitions: i32, batches: usize) {
        let mut chance = 7_u64;
        let mut draw = move |below: u64| {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (chance >> 33) % below
        };
        for batch in 0..batches {
            let compression = Compression::ALL[draw(5) as usize];
            let records = (0..draw(180) + 1)
                .map(|n| NewRecord {
                    partition: Some(draw(partitions as u64) as i32),
                    timestamp: Some(1_700_000_000_000 + batch as i64 * 400 + draw(2_000) as i64 / 7 * 7),
                    value: Some(format!("batch {batch} record {n} code X{}", draw(100)).into()),
                    ..NewRecord::default()
                })
                .collect();
            self.produce(records, compression).await;
        }
    }

    /// Highest timestamp so far in the partition, partition, offset.
    fn in_order(&self) -> Vec<Told> {
        let mut by_offset = self.produced.clone();
        by_offset.sort_by_key(|(_, (partition, offset, _))| (*partition, *offset));
        let mut reached = (-1, 0);
        let mut placed: Vec<(TimestampMillis, Told)> = Vec::new();
        for (time, told) in by_offset {
            reached = if told.0 == reached.0 { (told.0, reached.1.max(time)) } else { (told.0, time) };
            placed.push((reached.1, told));
        }
        placed.sort_by_key(|(time, (partition, offset, _))| (*time, *partition, *offset));
        placed.into_iter().map(|(_, told)| told).collect()
    }

    fn browser(&self) -> Browser {
        Browser::open(self.client.clone(), tokio::runtime::Handle::current(), Arc::new(|| ()), "t")
    }
}

async fn until(browser: &Browser, wanted: impl Fn(&BrowseView) -> bool) -> Arc<BrowseView> {
    let found = async {
        loop {
            let view = browser.view();
            if wanted(&view) {
                return view;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    match tokio::time::timeout(PATIENCE, found).await {
        Ok(view) => view,
        Err(_) => panic!("never came: {:?} {:?}", browser.view().phase, browser.view().search),
    }
}

async fn answer(browser: &Browser, request: BrowseRequest) -> Arc<BrowseView> {
    let generation = browser.request(request);
    until(browser, |view| view.generation == generation && view.phase != Phase::Loading).await
}

fn told(row: &Row) -> Told {
    let record = row.record().unwrap_or_else(|| panic!("no record: {row:?}"));
    (row.partition, row.offset, record.value.clone().unwrap_or_default())
}

async fn scroll_through(browser: &Browser, total: u64) -> Vec<Told> {
    let mut rows = Vec::new();
    for at in (0..total).step_by(200) {
        let end = (at + 200).min(total);
        browser.show(at..end);
        let view = until(browser, |view| (at..end).all(|index| view.row(index).is_some())).await;
        rows.extend((at..end).map(|index| told(view.row(index).unwrap())));
    }
    rows
}

fn search(text: &str) -> Option<SearchText> {
    Some(SearchText { text: text.into(), exact_case: false })
}

async fn searched(browser: &Browser, request: BrowseRequest) -> Arc<BrowseView> {
    let generation = browser.request(request);
    until(browser, |view| {
        view.generation == generation && view.search.is_some_and(|search| search.state == SearchState::Done)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_over_several_partitions_is_exact_in_both_directions() {
    let mut stage = Stage::with_topic(4).await;
    stage.fill(4, 60).await;
    let expected = stage.in_order();
    let browser = stage.browser();
    let view = answer(&browser, BrowseRequest { start: Start::Oldest, ..Default::default() }).await;
    assert_eq!(view.len(), expected.len() as u64);
    assert_eq!(scroll_through(&browser, view.len()).await, expected);
    let view = answer(&browser, BrowseRequest::default()).await;
    let newest: Vec<Told> = expected.iter().rev().cloned().collect();
    assert_eq!(scroll_through(&browser, view.len()).await, newest);
    let only = BrowseRequest { partitions: Some(BTreeSet::from([2])), ..Default::default() };
    let view = answer(&browser, only).await;
    let of_two: Vec<Told> = stage.in_order().into_iter().rev().filter(|(partition, ..)| *partition == 2).collect();
    let mut by_offset = of_two.clone();
    by_offset.sort_by_key(|(_, offset, _)| -offset);
    assert_eq!(scroll_through(&browser, view.len()).await, by_offset, "one partition is in the order of its offsets");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_finds_exactly_what_a_plain_filter_finds() {
    let mut stage = Stage::with_topic(3).await;
    stage.fill(3, 40).await;
    let browser = stage.browser();
    for text in ["code x7", "record 11 ", "BATCH 3", "nowhere"] {
        let mut expected = stage.in_order();
        expected.retain(|(.., value)| String::from_utf8_lossy(value).to_lowercase().contains(&text.to_lowercase()));
        expected.reverse();
        let view = searched(&browser, BrowseRequest { search: search(text), ..Default::default() }).await;
        let found: Vec<Told> = (0..view.len()).map(|index| told(view.row(index).unwrap())).collect();
        assert_eq!(found, expected, "{text}");
        assert_eq!(view.search.unwrap().searched, stage.produced.len() as u64);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tail_loses_nothing_while_it_is_paused_and_records_keep_coming() {
    let mut stage = Stage::with_topic(3).await;
    stage.fill(3, 2).await;
    let before = stage.produced.len() as u64;
    let browser = stage.browser();
    let view = answer(&browser, BrowseRequest { start: Start::Live, ..Default::default() }).await;
    assert_eq!(view.len(), before);
    let client = stage.client.clone();
    let producing = tokio::spawn(async move {
        for batch in 0..60 {
            let record = |n: i32| NewRecord {
                partition: Some(n % 3),
                value: Some(format!("live {batch}/{n}").into()),
                ..NewRecord::default()
            };
            client.produce("t", (0..9).map(record).collect(), ProduceOptions::default()).await.unwrap();
        }
    });
    for _ in 0..3 {
        browser.pause(true);
        until(&browser, |view| {
            view.live.as_ref().is_some_and(|live| live.paused && live.waiting > 0) || producing.is_finished()
        })
        .await;
        browser.pause(false);
        until(&browser, |view| view.live.as_ref().is_some_and(|live| !live.paused)).await;
    }
    producing.await.unwrap();
    let view = until(&browser, |view| view.len() == before + 540).await;
    let seen: BTreeSet<(PartitionId, Offset)> = (0..view.len())
        .map(|index| {
            let row = view.row(index).unwrap();
            (row.partition, row.offset)
        })
        .collect();
    assert_eq!(seen.len() as u64, before + 540, "each once");
    assert_eq!(view.live.as_ref().unwrap().received, 540);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sample_stream_is_found_counted_and_opened() {
    let mut stage = Stage::with_topic(4).await;
    stage.produce(sample::records().unwrap(), Compression::None).await;
    let browser = stage.browser();
    let hualian = stage.produced.iter().filter(|(_, (.., value))| value.windows(7).any(|w| w == b"Hualian")).count();
    let view = searched(&browser, BrowseRequest { search: search("hualian"), ..Default::default() }).await;
    assert_eq!((view.len(), view.search.unwrap().searched), (hualian as u64, 1_707));
    let strong = stage.produced.iter().filter(|(_, (.., value))| magnitude(value) >= 4.0).count();
    let view = searched(&browser, BrowseRequest { search: search("mag >= 4"), ..Default::default() }).await;
    assert_eq!(view.len(), strong as u64);
    let counted = async {
        while browser.histogram().counts.iter().sum::<u64>() != 1_707 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(PATIENCE, counted).await.unwrap();
    let row = view.row(0).unwrap();
    browser.open_record(row.partition, row.offset);
    let opened = async {
        loop {
            if let OpenRecord::Ready(record) = &browser.record().record {
                return Arc::clone(record);
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    let record = tokio::time::timeout(PATIENCE, opened).await.unwrap();
    assert_eq!(record.value.as_ref(), row.record().unwrap().value.as_ref());
}

fn magnitude(value: &[u8]) -> f64 {
    let text = std::str::from_utf8(value).unwrap();
    let number = text.split("\"mag\":").nth(1).unwrap().split(',').next().unwrap();
    number.parse().unwrap_or(f64::MIN)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_said() {
    let mut stage = Stage::with_topic(1).await;
    stage.fill(1, 8).await;
    let end = stage.produced.len() as i64;
    let browser = stage.browser();
    let view = answer(&browser, BrowseRequest { start: Start::Offset(end + 100), ..Default::default() }).await;
    assert_eq!((view.out_of_range, view.len()), (Some(end + 100), end as u64));
    let view = answer(&browser, BrowseRequest { start: Start::Offset(7), ..Default::default() }).await;
    assert_eq!((view.out_of_range, view.anchor.map(|anchor| anchor.row)), (None, Some(7)));
    stage.client.delete_records(vec![(TopicPartition::new("t", 0), 10)]).await.unwrap();
    let view = answer(&browser, BrowseRequest { start: Start::Oldest, ..Default::default() }).await;
    let first = until(&browser, |view| view.row(0).is_some()).await;
    assert_eq!((view.len(), first.row(0).unwrap().offset), (end as u64 - 10, 10));
    let missing = BrowseRequest { partitions: Some(BTreeSet::from([9])), ..Default::default() };
    assert_eq!(answer(&browser, missing).await.phase, Phase::Failed(BrowseError::NoPartition { partition: 9 }));
    stage.client.delete_topic("t").await.unwrap();
    let view = answer(&browser, BrowseRequest::default()).await;
    assert!(matches!(view.phase, Phase::Failed(BrowseError::NoTopic { .. })), "{:?}", view.phase);
}
