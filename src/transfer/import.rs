//! File -> topic.

use kafka_protocol::ResponseError;

use super::{
    Cancel, Progress, ProgressSink, TransferError,
    csv::CsvOptions,
    error::{BadLine, LineProblem},
    export::on_disk,
    source::{ChunkLimit, ImportFrom, Source, SourceLine},
};
use crate::client::{Client, ClientError, NewTopic, ProduceOptions};
use crate::model::{NewRecord, PartitionId, TimestampMillis};

/// Bounds of what is read and sent at once.
const CHUNK: ChunkLimit = ChunkLimit { lines: 2_000, bytes: 1024 * 1024 };
/// Bad lines that an outcome keeps; all are counted.
pub const BAD_LINES_KEPT_MAX: usize = 100;
/// What a record batch needs around its records, in bytes, generously.
const BATCH_OVERHEAD_BYTES: usize = 128;

/// How the file is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportFormat {
    JsonLines(JsonLines),
    Csv(CsvOptions),
    /// Each line is the text of a value.
    Plain,
}

/// What lines of JSON are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum JsonLines {
    /// Record lines, see [`super::line`].
    #[default]
    Records,
    /// Each whole line is a value; key and timestamp come from these members of it.
    Values { key: Option<String>, timestamp: Option<String> },
}

/// What to do with a line that is no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BadLines {
    /// Stop there; what came before is in the topic.
    #[default]
    Stop,
    Skip,
}

/// Which timestamps the records get.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ImportTimes {
    /// Those of the file, the time of sending where it has none.
    #[default]
    Keep,
    /// The time of sending.
    Now,
}

/// A topic to make when there is none of the name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateTopic {
    pub partitions: PartitionId,
    pub configs: Vec<(String, String)>,
}

impl CreateTopic {
    /// A topic that takes and keeps records of any age: Kafka's default retention of seven days would delete old ones at
    /// once, and its limit of an hour on times to come would refuse those of a clock that is ahead.
    pub fn keeping(partitions: PartitionId) -> Self {
        let configs = [("retention.ms", "-1".to_owned()), ("message.timestamp.after.max.ms", i64::MAX.to_string())];
        Self { partitions, configs: configs.map(|(name, value)| (name.to_owned(), value)).to_vec() }
    }
}

/// An import to be done.
#[derive(Debug)]
pub struct ImportRequest {
    pub topic: String,
    pub from: ImportFrom,
    pub format: ImportFormat,
    /// `None`: fail when there is no such topic.
    pub create: Option<CreateTopic>,
    pub bad_lines: BadLines,
    /// Whether the partitions that lines name are kept; else the key decides.
    pub keep_partitions: bool,
    pub times: ImportTimes,
    /// Key of lines that bring none.
    pub default_key: Option<bytes::Bytes>,
    pub produce: ProduceOptions,
}

impl ImportRequest {
    /// An import with the usual choices: the topic must exist, stop at the first bad line, keep partitions and timestamps.
    pub fn new(topic: impl Into<String>, from: ImportFrom, format: ImportFormat) -> Self {
        Self {
            topic: topic.into(),
            from,
            format,
            create: None,
            bad_lines: BadLines::Stop,
            keep_partitions: true,
            times: ImportTimes::Keep,
            default_key: None,
            produce: ProduceOptions { idempotent: true, ..ProduceOptions::default() },
        }
    }
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ImportOutcome {
    /// Records stored in the topic.
    pub records: u64,
    /// Lines that were skipped.
    pub bad_lines: u64,
    /// The first of them, at most [`BAD_LINES_KEPT_MAX`].
    pub bad: Vec<BadLine>,
    /// Whether the topic was made.
    pub created: bool,
    /// The oldest timestamp that was stored.
    pub oldest: Option<TimestampMillis>,
    /// The topic's `retention.ms`, when set: records older than it are deleted soon.
    pub retention_ms: Option<i64>,
}

impl ImportOutcome {
    /// Whether some of the records are older than what the topic keeps.
    pub fn expires_at_once(&self, now: TimestampMillis) -> bool {
        match (self.oldest, self.retention_ms) {
            (Some(oldest), Some(retention)) => oldest < now.saturating_sub(retention),
            _ => false,
        }
    }
}

/// What is known of the topic while lines go to it.
struct Target<'a> {
    client: &'a Client,
    topic: &'a str,
    partitions: i32,
    produce: ProduceOptions,
}

/// Reads the file and produces its records, in the order of its lines.
///
/// # Errors
/// When the file, the cluster or the person stops it, or a bad line with [`BadLines::Stop`]. What was acknowledged before
/// is in the topic.
pub async fn import(
    client: &Client,
    request: ImportRequest,
    progress: ProgressSink<'_>,
    cancel: &Cancel,
) -> Result<ImportOutcome, TransferError> {
    let ImportRequest { topic, from, format, create, bad_lines, keep_partitions, times, default_key, produce } =
        request;
    // The file first: a typing error in its name should not leave a new topic behind.
    let source = on_disk(move || Source::open(from, &format)).await?;
    let mut outcome = ImportOutcome { created: ensure_topic(client, &topic, create).await?, ..Default::default() };
    let target = Target::find(client, &topic, produce, &mut outcome).await?;
    let mut state = Progress { total: source.total_bytes, ..Progress::default() };
    progress(state);
    let (mut source, mut chunk) = cancel.race(read_chunk(source)).await.ok_or(TransferError::Cancelled)??;
    while !chunk.is_empty() {
        if cancel.is_cancelled() {
            return Err(TransferError::Cancelled);
        }
        let bytes = source.bytes_read();
        let (good, stop) = sort_lines(chunk, bad_lines, &mut outcome, |record| {
            let partition = record.partition.filter(|_| keep_partitions);
            if let Some(partition) = partition.filter(|partition| *partition >= target.partitions) {
                return Err(LineProblem::Partition { partition, count: target.partitions });
            }
            record.partition = partition;
            record.timestamp = record.timestamp.filter(|_| times == ImportTimes::Keep);
            if record.key.is_none() {
                record.key.clone_from(&default_key);
            }
            Ok(())
        });
        // The next lines are read while these are on their way.
        let (sent, read) = tokio::join!(target.send(good, bad_lines, &mut outcome), cancel.race(read_chunk(source)));
        // Told before any failure, so that who imports again knows that a part is there.
        state = Progress { done: bytes, bytes, records: outcome.records, bad_lines: outcome.bad_lines, ..state };
        progress(state);
        sent?;
        if let Some(bad) = stop {
            return Err(TransferError::BadLine(bad));
        }
        (source, chunk) = read.ok_or(TransferError::Cancelled)??;
    }
    Ok(outcome)
}

/// Makes the topic if it is missing and `create` says how; answers whether it did.
pub(super) async fn ensure_topic(
    client: &Client,
    topic: &str,
    create: Option<CreateTopic>,
) -> Result<bool, TransferError> {
    let Some(create) = create else { return Ok(false) };
    let new = NewTopic { name: topic.to_owned(), partitions: Some(create.partitions), configs: create.configs };
    match client.create_topic(&new).await {
        Ok(()) => Ok(true),
        Err(error) if error.code() == Some(ResponseError::TopicAlreadyExists) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

async fn read_chunk(mut source: Source) -> Result<(Source, Vec<SourceLine>), TransferError> {
    on_disk(move || {
        let chunk = source.next_chunk(CHUNK)?;
        Ok((source, chunk))
    })
    .await
}

/// Parts good lines from bad ones; the bad one to stop at, if any, comes with the good ones before it.
fn sort_lines(
    chunk: Vec<SourceLine>,
    bad_lines: BadLines,
    outcome: &mut ImportOutcome,
    fit: impl Fn(&mut NewRecord) -> Result<(), LineProblem>,
) -> (Vec<(u64, NewRecord)>, Option<BadLine>) {
    let mut good = Vec::with_capacity(chunk.len());
    for SourceLine { number, record } in chunk {
        let fitted = record.and_then(|mut record| match fit(&mut record) {
            Ok(()) => Ok(record),
            Err(problem) => Err(bad_record(number, problem, &record)),
        });
        match fitted {
            Ok(record) => good.push((number, record)),
            Err(bad) if bad_lines == BadLines::Stop => return (good, Some(bad)),
            Err(bad) => outcome.note_bad(bad),
        }
    }
    (good, None)
}

fn bad_record(line: u64, problem: LineProblem, record: &NewRecord) -> BadLine {
    let text = record.value.as_deref().map(|value| crate::payload::preview(value, 200).text).unwrap_or_default();
    BadLine { line, problem, text }
}

impl ImportOutcome {
    fn note_bad(&mut self, bad: BadLine) {
        self.bad_lines += 1;
        if self.bad.len() < BAD_LINES_KEPT_MAX {
            self.bad.push(bad);
        }
    }
}

impl<'a> Target<'a> {
    async fn find(
        client: &'a Client,
        topic: &'a str,
        mut produce: ProduceOptions,
        outcome: &mut ImportOutcome,
    ) -> Result<Self, TransferError> {
        let info = client.topic(topic).await?;
        if let Some(error) = info.error {
            return Err(error.into());
        }
        let configs = client.readable_topic_configs(topic).await?.unwrap_or_default();
        let number = |name: &str| configs.iter().find(|c| c.name == name)?.value.as_ref()?.parse::<i64>().ok();
        outcome.retention_ms = number("retention.ms").filter(|ms| *ms >= 0);
        // A batch that the topic refuses would take good records down with it.
        if let Some(limit) = number("max.message.bytes").and_then(|limit| usize::try_from(limit).ok()) {
            produce.batch_bytes = produce.batch_bytes.min(limit.saturating_sub(BATCH_OVERHEAD_BYTES));
        }
        let partitions = i32::try_from(info.partitions.len()).unwrap_or(i32::MAX);
        Ok(Self { client, topic, partitions, produce })
    }

    async fn send(
        &self,
        lines: Vec<(u64, NewRecord)>,
        bad_lines: BadLines,
        outcome: &mut ImportOutcome,
    ) -> Result<(), TransferError> {
        if lines.is_empty() {
            return Ok(());
        }
        // Clones share the bytes.
        let records = lines.iter().map(|(_, record)| record.clone()).collect();
        let answers = self.client.produce_each(self.topic, records, self.produce).await?;
        let mut stop = None;
        for ((line, record), answer) in lines.iter().zip(answers) {
            match answer {
                Ok(stored) => {
                    outcome.records += 1;
                    outcome.oldest = Some(outcome.oldest.map_or(stored.timestamp, |old| old.min(stored.timestamp)));
                }
                Err(error) if is_fault_of_record(&error) => {
                    let why = format!("{} ({}); {}", error.why(), error.name(), error.hint());
                    let bad = bad_record(*line, LineProblem::Refused { why }, record);
                    match bad_lines {
                        BadLines::Stop => stop = stop.or(Some(bad)),
                        BadLines::Skip => outcome.note_bad(bad),
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
        stop.map_or(Ok(()), |bad| Err(TransferError::BadLine(bad)))
    }
}

/// Whether the record is refused for what it is, so that the next one may pass.
fn is_fault_of_record(error: &ClientError) -> bool {
    use ResponseError as E;
    matches!(error.code(), Some(E::MessageTooLarge | E::RecordListTooLarge | E::InvalidRecord | E::InvalidTimestamp))
}
