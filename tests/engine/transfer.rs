//! Files <-> topics on a real workspace: round trips with hostile bytes, bad lines, cancel, replay. Runs over the in-process
//! transport and over TCP.

use std::{path::Path, sync::Arc, time::Duration};

use bytes::Bytes;
use millpond::{
    broker::{Broker, BrokerOptions},
    client::{Client, NewTopic, ProduceOptions},
    model::{Header, NewRecord, Record},
    payload::{CaseRule, Search},
    session::SystemClock,
    transfer::{
        self, BadLines, Cancel, CreateTopic, CsvColumns, CsvMapping, CsvOptions, CsvValue, ExportFormat, ExportOutcome,
        ExportRequest, Exported, ImportFormat, ImportFrom, ImportOutcome, ImportRequest, JsonLines, Pace, Progress,
        RecordFilter, ReplayFrom, ReplayRequest, ReplayTimes, TransferError, merge::MergedReader, merge::Stretch,
        preview::guess_format, sample,
    },
};
use proptest::prelude::*;

/// A workspace with a client, gone with the test.
struct Place {
    dir: tempfile::TempDir,
    broker: Broker,
    client: Client,
}

impl Place {
    async fn open() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let options = BrokerOptions::new(dir.path().join("workspace"), Arc::new(SystemClock));
        let broker = Broker::open(options).await.unwrap();
        let client = super::reach(&broker, "test");
        Self { dir, broker, client }
    }

    async fn topic(&self, name: &str, partitions: i32) {
        let CreateTopic { partitions, configs } = CreateTopic::keeping(partitions);
        let topic = NewTopic { name: name.into(), partitions: Some(partitions), configs };
        self.client.create_topic(&topic).await.unwrap();
    }

    fn file(&self, name: &str) -> std::path::PathBuf {
        self.dir.path().join(name)
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = std::fs::read_dir(self.dir.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name != "workspace")
            .collect();
        names.sort();
        names
    }

    async fn export(&self, topic: &str, path: &Path, format: ExportFormat, records: Exported) -> ExportOutcome {
        let request = ExportRequest { topic: topic.into(), records, format, path: path.into(), replace: false };
        transfer::export(&self.client, request, &|_| (), &Cancel::new()).await.unwrap()
    }

    async fn import(&self, request: ImportRequest) -> Result<ImportOutcome, TransferError> {
        transfer::import(&self.client, request, &|_| (), &Cancel::new()).await
    }

    /// Every record of a topic, in the order of an export.
    async fn all(&self, topic: &str) -> Vec<Record> {
        let info = self.client.topic(topic).await.unwrap();
        let partitions: Vec<_> =
            info.partitions.iter().map(|p| millpond::model::TopicPartition::new(topic, p.id)).collect();
        let ends = transfer::ends(&self.client, &partitions).await.unwrap();
        let stretch = |(partition, end): (_, Result<(i64, i64), _>)| {
            let (from, to) = end.unwrap();
            Stretch { partition, from, to }
        };
        let mut reader =
            MergedReader::new(self.client.clone(), partitions.into_iter().zip(ends).map(stretch).collect());
        let mut records = Vec::new();
        while let Some(record) = reader.next().await.unwrap() {
            records.push(record);
        }
        records
    }

    async fn close(self) {
        self.broker.shutdown().await;
    }
}

fn from_text(text: &str) -> ImportFrom {
    ImportFrom::Reader(Box::new(std::io::Cursor::new(text.as_bytes().to_vec())))
}

fn json_lines() -> ImportFormat {
    ImportFormat::JsonLines(JsonLines::Records)
}

/// What must survive a round trip.
fn essence(record: &Record) -> (i32, i64, Option<Bytes>, Option<Bytes>, Vec<Header>) {
    (record.partition, record.timestamp, record.key.clone(), record.value.clone(), record.headers.clone())
}

fn hostile_bytes() -> impl Strategy<Value = Bytes> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..40).prop_map(Bytes::from),
        "\\PC{0,12}".prop_map(Bytes::from),
        prop::sample::select(vec![
            &b""[..],
            b"\"",
            b"\\",
            b"\r\n",
            b"\n\n",
            b"a,b;\"c\"\r",
            b"null",
            b"{\"base64\":\"AA==\"}",
            b"\xef\xbb\xbf",
            b"\xed\xa0\x80",
            "\u{2028}\u{0}\u{7f}".as_bytes(),
        ])
        .prop_map(Bytes::from),
    ]
}

fn hostile_record() -> impl Strategy<Value = NewRecord> {
    let header = (hostile_bytes(), prop::option::of(hostile_bytes())).prop_map(|(key, value)| Header { key, value });
    (
        0..3_i32,
        prop_oneof![0..4_000_000_000_000_i64, -3..3_i64],
        prop::option::of(hostile_bytes()),
        prop::option::of(hostile_bytes()),
        prop::collection::vec(header, 0..4),
    )
        .prop_map(|(partition, timestamp, key, value, mut headers)| {
            // The same header twice, as Kafka allows.
            headers.extend(headers.first().cloned());
            NewRecord { partition: Some(partition), timestamp: Some(timestamp), key, value, headers }
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn what_is_exported_and_imported_again_is_the_same(records in prop::collection::vec(hostile_record(), 1..40)) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let place = Place::open().await;
            place.topic("from", 3).await;
            place.client.produce("from", records.clone(), ProduceOptions::default()).await.unwrap();
            let before = place.all("from").await;
            assert_eq!(before.len(), records.len());
            for (format, read, name) in [
                (ExportFormat::JsonLines, json_lines(), "all.jsonl"),
                (ExportFormat::Csv, ImportFormat::Csv(CsvOptions { columns: CsvColumns::Export, ..CsvOptions::default() }), "all.csv"),
            ] {
                let path = place.file(name);
                let done = place.export("from", &path, format, Exported::default()).await;
                assert_eq!(done.records, records.len() as u64);
                assert_eq!(done.bytes, std::fs::metadata(&path).unwrap().len());
                assert_eq!(guess_format(&path).await.unwrap(), read);
                place.topic("to", 3).await;
                let outcome = place.import(ImportRequest::new("to", ImportFrom::File(path), read)).await.unwrap();
                assert_eq!((outcome.records, outcome.bad_lines), (records.len() as u64, 0));
                let after = place.all("to").await;
                assert_eq!(before.iter().map(essence).collect::<Vec<_>>(), after.iter().map(essence).collect::<Vec<_>>(), "{name}");
                place.client.delete_topic("to").await.unwrap();
            }
            place.close().await;
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sample_comes_back_as_it_went() {
    let place = Place::open().await;
    let loaded = sample::load(&place.client, sample::TOPIC, Pace::AtOnce, &|_| (), &Cancel::new()).await.unwrap();
    assert!(loaded.created);
    assert_eq!(loaded.records, sample::RECORDS);
    let path = place.file("earthquakes.jsonl");
    let seen = parking_lot::Mutex::new(Vec::new());
    let request = ExportRequest {
        topic: sample::TOPIC.into(),
        records: Exported::default(),
        format: ExportFormat::JsonLines,
        path: path.clone(),
        replace: false,
    };
    let note = |progress: Progress| seen.lock().push(progress);
    transfer::export(&place.client, request, &note, &Cancel::new()).await.unwrap();
    let last = *seen.lock().last().unwrap();
    assert_eq!((last.done, last.total, last.records), (sample::RECORDS, Some(sample::RECORDS), sample::RECORDS));
    // Merged by time over four partitions, so the file stands in the order of the source.
    let lines = std::fs::read_to_string(&path).unwrap();
    let read: Vec<_> = lines.lines().map(|line| transfer::record_from_line(line.as_bytes()).unwrap()).collect();
    let mut source = sample::records().unwrap();
    for (ours, theirs) in source.iter_mut().zip(&read) {
        ours.partition = theirs.partition;
    }
    let order = |r: &NewRecord| (r.timestamp, r.partition, r.value.clone());
    source.sort_by_key(order);
    let mut sorted = read.clone();
    sorted.sort_by_key(order);
    assert!(read.is_sorted_by_key(|r| r.timestamp));
    assert_eq!(sorted, source);
    place.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_takes_what_was_chosen() {
    let place = Place::open().await;
    sample::load(&place.client, "quakes", Pace::AtOnce, &|_| (), &Cancel::new()).await.unwrap();
    let all = place.all("quakes").await;
    let middle = all[850].timestamp;
    let search = Search::new("ALASKA", CaseRule::Ignore);
    let alaska = RecordFilter::new(move |record| search.matches(record));
    let cases = [
        ("search", Exported { filter: Some(alaska), ..Exported::default() }),
        ("time", Exported { from_time: Some(middle), ..Exported::default() }),
        ("before", Exported { to_time: Some(middle), ..Exported::default() }),
        ("partitions", Exported { partitions: Some(vec![1, 2]), ..Exported::default() }),
        ("offsets", Exported { from: Some(3), to: Some(5), ..Exported::default() }),
    ];
    for (name, wanted) in cases {
        let expected = all
            .iter()
            .filter(|r| match name {
                "search" => {
                    String::from_utf8_lossy(r.value.as_deref().unwrap()).to_ascii_lowercase().contains("alaska")
                }
                "time" => r.timestamp >= middle,
                "before" => r.timestamp < middle,
                "partitions" => matches!(r.partition, 1 | 2),
                _ => (3..5).contains(&r.offset),
            })
            .count();
        assert!(expected > 0 && expected < all.len(), "{name}");
        let done = place.export("quakes", &place.file(name), ExportFormat::JsonLines, wanted).await;
        assert_eq!(done.records, expected as u64, "{name}");
    }
    place.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_or_failed_export_leaves_no_file() {
    let place = Place::open().await;
    sample::load(&place.client, "quakes", Pace::AtOnce, &|_| (), &Cancel::new()).await.unwrap();
    let path = place.file("half.jsonl");
    let request = |path: &Path| ExportRequest {
        topic: "quakes".into(),
        records: Exported::default(),
        format: ExportFormat::JsonLines,
        path: path.into(),
        replace: false,
    };
    let cancel = Cancel::new();
    // Asked to stop from inside of the work, so that it has begun for sure.
    let stop = |progress: Progress| {
        if progress.bytes > 0 {
            cancel.cancel();
        }
    };
    let ended = transfer::export(&place.client, request(&path), &stop, &cancel).await;
    assert!(matches!(ended, Err(TransferError::Cancelled)), "{ended:?}");
    assert_eq!(place.names(), Vec::<String>::new());
    std::fs::write(&path, "mine").unwrap();
    let ended = transfer::export(&place.client, request(&path), &|_| (), &Cancel::new()).await;
    assert!(matches!(ended, Err(TransferError::Exists { .. })), "{ended:?}");
    let nowhere = place.file("no/such/folder.jsonl");
    let ended = transfer::export(&place.client, request(&nowhere), &|_| (), &Cancel::new()).await.unwrap_err();
    assert!(ended.to_string().contains("no such file or folder"), "{ended}");
    assert_eq!(place.names(), ["half.jsonl"]);
    assert_eq!(std::fs::read(&path).unwrap(), b"mine");
    place.close().await;
}

/// Linux has a device that is always full.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_called_by_its_name() {
    let place = Place::open().await;
    sample::load(&place.client, "quakes", Pace::AtOnce, &|_| (), &Cancel::new()).await.unwrap();
    let path = place.file("full.jsonl");
    std::os::unix::fs::symlink("/dev/full", place.file("full.jsonl.part")).unwrap();
    let request = ExportRequest {
        topic: "quakes".into(),
        records: Exported::default(),
        format: ExportFormat::JsonLines,
        path,
        replace: false,
    };
    let ended = transfer::export(&place.client, request, &|_| (), &Cancel::new()).await.unwrap_err();
    assert!(ended.to_string().contains("the disk is full"), "{ended}");
    assert_eq!(place.names(), Vec::<String>::new());
    place.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_lines_stop_or_are_skipped_and_told() {
    let place = Place::open().await;
    place.topic("t", 2).await;
    let text = "{\"value\":\"one\"}\n\nnot json\n{\"value\":2,\"partition\":7}\n{\"key\":\"k\"}\n{\"value\":{\"n\":12345678901234567890}}\n";
    let stopped = place.import(ImportRequest::new("t", from_text(text), json_lines())).await.unwrap_err();
    let TransferError::BadLine(bad) = &stopped else { panic!("{stopped}") };
    assert_eq!((bad.line, bad.text.as_str()), (3, "not json"));
    assert_eq!(place.all("t").await.len(), 1, "what came before is stored");
    let mut request = ImportRequest::new("t", from_text(text), json_lines());
    request.bad_lines = BadLines::Skip;
    let outcome = place.import(request).await.unwrap();
    assert_eq!((outcome.records, outcome.bad_lines), (2, 3));
    assert_eq!(outcome.bad.iter().map(|bad| bad.line).collect::<Vec<_>>(), [3, 4, 5]);
    assert!(outcome.bad[1].problem.to_string().contains("partition 7"), "{}", outcome.bad[1]);
    let values: Vec<_> = place.all("t").await.into_iter().filter_map(|r| r.value).collect();
    assert!(values.contains(&Bytes::from_static(b"{\"n\":12345678901234567890}")), "{values:?}");
    place.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_the_topic_refuses_is_a_bad_line() {
    let place = Place::open().await;
    let topic = NewTopic::new("small", 1).with_config("max.message.bytes", "1000");
    place.client.create_topic(&topic).await.unwrap();
    let text = format!("{{\"value\":\"a\"}}\n{{\"value\":\"{}\"}}\n{{\"value\":\"b\"}}\n", "x".repeat(2_000));
    let mut request = ImportRequest::new("small", from_text(&text), json_lines());
    request.bad_lines = BadLines::Skip;
    let outcome = place.import(request).await.unwrap();
    assert_eq!((outcome.records, outcome.bad_lines), (2, 1));
    assert_eq!(outcome.bad[0].line, 2);
    assert!(outcome.bad[0].to_string().contains("max.message.bytes"), "{}", outcome.bad[0]);
    let stopped = place.import(ImportRequest::new("small", from_text(&text), json_lines())).await.unwrap_err();
    assert!(stopped.to_string().starts_with("line 2:"), "{stopped}");
    place.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_of_csv_are_mapped() {
    let place = Place::open().await;
    let path = place.file("people.csv");
    let text = "\u{feff}id;name;born\r\n007;\"Ada; \"\"Countess\"\"\";1815-12-10\r\n12;Grace\nHopper\r\n8;Alan;soon\r\n9;\"Kurt\r\nGödel\";\r\n";
    std::fs::write(&path, text).unwrap();
    let guessed = guess_format(&path).await.unwrap();
    let ImportFormat::Csv(options) = &guessed else { panic!("{guessed:?}") };
    assert_eq!(options.delimiter, b';');
    let preview = transfer::preview(&path, &guessed, 10).await.unwrap();
    assert_eq!(preview.columns, ["id", "name", "born"]);
    let first = preview.rows[0].record.as_ref().unwrap().value.clone().unwrap();
    assert_eq!(first, "{\"id\":\"007\",\"name\":\"Ada; \\\"Countess\\\"\",\"born\":\"1815-12-10\"}");
    let mapping = CsvMapping { key: Some(0), value: CsvValue::Column(1), timestamp: Some(2) };
    let format = ImportFormat::Csv(CsvOptions { columns: CsvColumns::Mapped(mapping), ..options.clone() });
    let mut request = ImportRequest::new("people", ImportFrom::File(path), format);
    request.create = Some(CreateTopic::keeping(1));
    request.bad_lines = BadLines::Skip;
    let outcome = place.import(request).await.unwrap();
    assert!(outcome.created);
    let told: Vec<_> = outcome.bad.iter().map(ToString::to_string).collect();
    assert_eq!((outcome.records, outcome.bad_lines), (2, 3), "{told:?}");
    assert!(told[0].contains("2 columns where the first row has 3"), "{told:?}");
    assert!(told[2].contains("soon"), "{told:?}");
    let records = place.all("people").await;
    assert_eq!(records[0].key.as_deref(), Some(&b"007"[..]));
    assert_eq!(records[0].timestamp, -4_861_728_000_000);
    assert_eq!(records[1].value.as_deref(), Some("Kurt\r\nGödel".as_bytes()));
    place.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_keeps_its_pace_and_stops_on_request() {
    let place = Place::open().await;
    let at = |seconds: i64| NewRecord {
        timestamp: Some(1_000_000 + seconds * 1_000),
        value: Some(seconds.to_string().into()),
        ..NewRecord::default()
    };
    let request = ReplayRequest {
        topic: "again".into(),
        create: Some(CreateTopic::keeping(1)),
        pace: Pace::Within(Duration::from_millis(400)),
        times: ReplayTimes::Now,
        produce: ProduceOptions::default(),
    };
    let started = std::time::Instant::now();
    let records: Vec<_> = (0..=3_600).step_by(900).map(at).collect();
    let outcome =
        transfer::replay(&place.client, request.clone(), ReplayFrom::Records(records), &|_| (), &Cancel::new())
            .await
            .unwrap();
    assert_eq!((outcome.records, outcome.created), (5, true));
    assert!(started.elapsed() >= Duration::from_millis(400));
    let stored = place.all("again").await;
    assert!(stored.iter().all(|r| r.timestamp > 1_600_000_000_000), "the time of sending");
    assert!(stored[4].timestamp - stored[0].timestamp >= 300, "{stored:?}");
    let cancel = Cancel::new();
    let slow = ReplayRequest { pace: Pace::Speed(0.001), ..request };
    let stop = |progress: Progress| {
        if progress.done == 1 {
            cancel.cancel();
        }
    };
    let ended = transfer::replay(&place.client, slow, ReplayFrom::Records(vec![at(0), at(9)]), &stop, &cancel).await;
    assert!(matches!(ended, Err(TransferError::Cancelled)), "{ended:?}");
    place.close().await;
}
