//! Topic -> file.

use std::{path::PathBuf, sync::Arc};

use super::{
    Cancel, Progress, ProgressSink, TransferError, csv,
    line::record_to_line,
    merge::{MergedReader, Stretch},
    part_file::PartFile,
};
use crate::client::{Client, ClientError, OffsetSpec};
use crate::model::{Offset, PartitionId, Record, TimestampMillis, TopicPartition};

/// Bytes that are gathered before they go to the file.
const WRITE_BYTES: usize = 1024 * 1024;
/// Records between two looks at progress and cancel when few of them match.
const RECORDS_BETWEEN_LOOKS: u64 = 4_096;

/// What the file looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ExportFormat {
    /// Record lines, see [`super::line`].
    #[default]
    JsonLines,
    /// Rows, see [`super::csv`].
    Csv,
}

/// Tells the records that are wanted from the others.
#[derive(Clone)]
pub struct RecordFilter(Arc<dyn Fn(&Record) -> bool + Send + Sync>);

impl RecordFilter {
    /// Wants the records for which `wanted` answers true.
    pub fn new(wanted: impl Fn(&Record) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(wanted))
    }

    /// Whether it wants this one.
    pub fn wants(&self, record: &Record) -> bool {
        (self.0)(record)
    }
}

impl std::fmt::Debug for RecordFilter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecordFilter")
    }
}

/// Which records of a topic are wanted.
#[derive(Debug, Clone, Default)]
pub struct Exported {
    /// `None`: all partitions.
    pub partitions: Option<Vec<PartitionId>>,
    /// Offsets `from..to` of each partition; `None` for an open end.
    pub from: Option<Offset>,
    pub to: Option<Offset>,
    /// Timestamps `from..to`; `None` for an open end.
    pub from_time: Option<TimestampMillis>,
    pub to_time: Option<TimestampMillis>,
    /// `None`: all of them.
    pub filter: Option<RecordFilter>,
}

/// An export to be done.
#[derive(Debug, Clone)]
pub struct ExportRequest {
    pub topic: String,
    pub records: Exported,
    pub format: ExportFormat,
    pub path: PathBuf,
    /// Whether a file of this name may be replaced (only once the new one is whole).
    pub replace: bool,
}

/// What an export did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportOutcome {
    pub path: PathBuf,
    /// Records in the file.
    pub records: u64,
    /// Size of the file.
    pub bytes: u64,
    /// Offsets that were looked at.
    pub passed: u64,
    /// Offsets that were deleted while the export ran, before it reached them.
    pub gone: u64,
}

/// Writes the wanted records to the file: what there is at the beginning, in the order of time between partitions and of
/// offsets inside each.
///
/// # Errors
/// When the cluster, the disk or the person stops it; no file appears then, and an older one of that name stays.
pub async fn export(
    client: &Client,
    request: ExportRequest,
    progress: ProgressSink<'_>,
    cancel: &Cancel,
) -> Result<ExportOutcome, TransferError> {
    let wanted = &request.records;
    let stretches = stretches(client, &request.topic, wanted).await?;
    let total: i64 = stretches.iter().map(|s| (s.to - s.from).max(0)).sum();
    let mut state = Progress { total: Some(total.unsigned_abs()), ..Progress::default() };
    progress(state);
    let (path, replace) = (request.path.clone(), request.replace);
    let mut file = on_disk(move || PartFile::create(&path, replace)).await?;
    let mut reader = MergedReader::new(client.clone(), stretches);
    let mut buffer = Vec::with_capacity(WRITE_BYTES + WRITE_BYTES / 4);
    if request.format == ExportFormat::Csv {
        csv::export_header(&mut buffer).map_err(|error| row_error(&request, error))?;
    }
    let mut looked_at = 0_u64;
    loop {
        // Watching for a cancel costs more than a record does; what is in memory needs none.
        let next = match reader.next_in_memory() {
            Some(record) => Some(record),
            None => cancel.race(reader.next()).await.ok_or(TransferError::Cancelled)??,
        };
        let at_end = next.is_none();
        if let Some(record) = next.filter(|record| wanted.matches(record)) {
            write_record(&request, &record, &mut buffer)?;
            state.records += 1;
        }
        looked_at += 1;
        if at_end || buffer.len() >= WRITE_BYTES || looked_at.is_multiple_of(RECORDS_BETWEEN_LOOKS) {
            state.bytes += buffer.len() as u64;
            (file, buffer) = on_disk(move || {
                file.write(&buffer)?;
                buffer.clear();
                Ok((file, buffer))
            })
            .await?;
            state.done = reader.passed();
            progress(state);
        }
        if at_end {
            break;
        }
    }
    if cancel.is_cancelled() {
        return Err(TransferError::Cancelled);
    }
    let bytes = on_disk(move || file.finish()).await?;
    Ok(ExportOutcome {
        path: request.path,
        records: state.records,
        bytes,
        passed: reader.passed(),
        gone: reader.gone(),
    })
}

impl Exported {
    pub(super) fn matches(&self, record: &Record) -> bool {
        self.from_time.is_none_or(|from| record.timestamp >= from)
            && self.to_time.is_none_or(|to| record.timestamp < to)
            && self.filter.as_ref().is_none_or(|filter| filter.wants(record))
    }
}

/// Where the wanted records can stand, by what the partitions hold now.
pub(super) async fn stretches(client: &Client, topic: &str, wanted: &Exported) -> Result<Vec<Stretch>, TransferError> {
    let info = client.topic(topic).await?;
    let all: Vec<PartitionId> = info.partitions.iter().map(|p| p.id).collect();
    let chosen = wanted.partitions.clone().unwrap_or_else(|| all.clone());
    if let Some(missing) = chosen.iter().find(|id| !all.contains(id)) {
        let count = i32::try_from(all.len()).unwrap_or(i32::MAX);
        return Err(TransferError::NoPartition { topic: topic.to_owned(), partition: *missing, count });
    }
    let partitions: Vec<_> = chosen.iter().map(|id| TopicPartition::new(topic, *id)).collect();
    let ends = ends(client, &partitions).await?;
    let mut stretches = Vec::with_capacity(partitions.len());
    // Below the first record at or after this time there is none of a later time.
    let at_time = match wanted.from_time {
        Some(time) => Some(offsets(client, &partitions, OffsetSpec::At(time)).await?),
        None => None,
    };
    for (index, (partition, end)) in partitions.into_iter().zip(ends).enumerate() {
        let (start, end) = end?;
        let from_time = match &at_time {
            Some(at_time) => at_time[index].clone()?.unwrap_or(end),
            None => start,
        };
        let from = wanted.from.unwrap_or(start).max(start).max(from_time);
        let to = wanted.to.unwrap_or(end).min(end);
        stretches.push(Stretch { partition, from, to: to.max(from) });
    }
    Ok(stretches)
}

/// Start and end offset of each partition, in the order given.
pub async fn ends(
    client: &Client,
    partitions: &[TopicPartition],
) -> Result<Vec<Result<(Offset, Offset), ClientError>>, ClientError> {
    let (starts, ends) = tokio::try_join!(
        offsets(client, partitions, OffsetSpec::Earliest),
        offsets(client, partitions, OffsetSpec::Latest)
    )?;
    let pair = |(start, end): (Result<Option<Offset>, ClientError>, Result<Option<Offset>, ClientError>)| {
        let start = start?.unwrap_or(0);
        Ok((start, end?.unwrap_or(start)))
    };
    Ok(starts.into_iter().zip(ends).map(pair).collect())
}

/// One offset of each partition. A request may name a partition only once, so each question is a request of its own.
async fn offsets(
    client: &Client,
    partitions: &[TopicPartition],
    spec: OffsetSpec,
) -> Result<Vec<Result<Option<Offset>, ClientError>>, ClientError> {
    if partitions.is_empty() {
        return Ok(Vec::new());
    }
    let answers = client.offsets(partitions.iter().map(|p| (p.clone(), spec)).collect()).await?;
    Ok(answers.into_iter().map(|(_, answer)| answer.map(|listed| listed.offset)).collect())
}

fn write_record(request: &ExportRequest, record: &Record, out: &mut Vec<u8>) -> Result<(), TransferError> {
    match request.format {
        ExportFormat::JsonLines => record_to_line(&request.topic, record, out),
        ExportFormat::Csv => csv::record_to_row(&request.topic, record, out).map_err(|e| row_error(request, e))?,
    }
    Ok(())
}

fn row_error(request: &ExportRequest, error: ::csv::Error) -> TransferError {
    TransferError::Write { path: request.path.clone(), source: std::io::Error::other(error) }
}

/// Runs blocking work on a thread for it.
pub(super) async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, TransferError> + Send + 'static,
) -> Result<T, TransferError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(TransferError::Task { why: error.to_string() }),
    }
}
