//! Proves a copy: both sides are read again and compared, record by record.

mod keyed;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use sha2::{Digest as _, Sha256};

use self::keyed::Latest;
use super::{
    job::PartitionOutcome,
    patience::{Patience, Steady},
    slice::Slice,
};
use crate::client::{BoxFuture, Client};
use crate::model::{NewRecord, Offset, TimestampType, TopicPartition};
use crate::transfer::{Cancel, Progress, ProgressSink, TransferError};

/// Partitions that are compared at once.
const PARTITIONS_AT_ONCE_MAX: usize = 4;

/// What a comparison of one partition found.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    pub source: TopicPartition,
    pub target: TopicPartition,
    pub source_records: u64,
    pub target_records: u64,
    /// SHA-256 over key, value, headers and timestamp of all records of the target, in order; of a topic that keeps only
    /// the latest of each key, over those.
    pub digest: String,
    /// Timestamps were left out: the target stamps records itself.
    pub without_times: bool,
    /// Only the latest record of each key was compared, as older ones may be compacted away on one side.
    pub by_key: bool,
    /// The first difference.
    pub difference: Option<Difference>,
}

/// Where two sides differ first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Offsets of the records; `None` where there is none.
    pub source: Option<Offset>,
    pub target: Option<Offset>,
    pub what: Differs,
}

/// What differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Differs {
    Key,
    Value,
    Headers,
    Timestamp,
    /// The source has a record that the target does not have, and the other way round.
    Missing,
    Extra,
}

impl Differs {
    /// In a word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Value => "value",
            Self::Headers => "headers",
            Self::Timestamp => "timestamp",
            Self::Missing => "missing at the target",
            Self::Extra => "not at the source",
        }
    }
}

/// Compares what was copied with where it came from; the slice decides what should be there, and how it should look.
///
/// # Errors
/// When a cluster does not answer or the person stops it. A difference is no error.
pub async fn compare(
    source: &Client,
    target: &Client,
    copied: &[PartitionOutcome],
    slice: &Slice,
    progress: ProgressSink<'_>,
    cancel: &Cancel,
) -> Result<Vec<Compared>, TransferError> {
    let mut compacted = std::collections::BTreeMap::new();
    for outcome in copied {
        if !compacted.contains_key(&outcome.target.topic) {
            let by_key = keeps_latest(source, &outcome.source, cancel).await?
                || keeps_latest(target, &outcome.target, cancel).await?;
            compacted.insert(outcome.target.topic.clone(), by_key);
        }
    }
    let total = copied.iter().map(PartitionOutcome::records).sum();
    let done = std::sync::atomic::AtomicU64::new(0);
    let note = |records: u64| {
        let done = done.fetch_add(records, std::sync::atomic::Ordering::Relaxed) + records;
        progress(Progress { done, total: Some(total), records: done, bytes: 0, bad_lines: 0 });
    };
    // Boxed, as in `copy`.
    let mut sides: Vec<BoxFuture<'_, Result<Compared, TransferError>>> = Vec::new();
    for outcome in copied {
        let by_key = compacted.get(&outcome.target.topic).copied().unwrap_or_default();
        sides.push(Box::pin(partition((source, target), outcome, slice, by_key, &note, cancel)));
    }
    stream::iter(sides).buffered(PARTITIONS_AT_ONCE_MAX).try_collect().await
}

async fn keeps_latest(client: &Client, tp: &TopicPartition, cancel: &Cancel) -> Result<bool, TransferError> {
    let configs = Patience::brief(cancel).ask(|| client.readable_topic_configs(&tp.topic)).await?;
    let policy = configs.iter().flatten().find(|config| config.name == "cleanup.policy");
    Ok(policy.and_then(|policy| policy.value.as_deref()).is_some_and(|value| value.contains("compact")))
}

async fn partition(
    (source, target): (&Client, &Client),
    outcome: &PartitionOutcome,
    slice: &Slice,
    by_key: bool,
    note: &(dyn Fn(u64) + Send + Sync),
    cancel: &Cancel,
) -> Result<Compared, TransferError> {
    let mark = &outcome.mark;
    let mut here = Side::open(source, &outcome.source, (mark.began.0, mark.from), cancel);
    let mut there = Side::open(target, &outcome.target, (mark.began.1, mark.at), cancel);
    let whole = Slice::default();
    let mut found = Compared {
        source: outcome.source.clone(),
        target: outcome.target.clone(),
        source_records: 0,
        target_records: 0,
        digest: String::new(),
        without_times: false,
        by_key,
        difference: None,
    };
    let mut digest = Sha256::new();
    let (mut latest_here, mut latest_there) = (Latest::default(), Latest::default());
    loop {
        let (expected, stored) = tokio::try_join!(here.next(slice), there.next(&whole))?;
        if expected.is_none() && stored.is_none() {
            break;
        }
        found.source_records += u64::from(expected.is_some());
        found.target_records += u64::from(stored.is_some());
        found.without_times |= stored.as_ref().is_some_and(|(_, record)| record.timestamp.is_none());
        if let Some((_, record)) = &stored {
            note(1);
            add(&mut digest, record);
        }
        if by_key {
            expected.iter().for_each(|(offset, record)| latest_here.keep(*offset, record, found.without_times));
            stored.iter().for_each(|(offset, record)| latest_there.keep(*offset, record, found.without_times));
        } else if found.difference.is_none() {
            found.difference = differ(expected.as_ref(), stored.as_ref());
        }
    }
    if by_key {
        found.difference = latest_here.differ(&latest_there);
        found.digest = latest_there.digest();
    } else {
        found.digest = hex(&digest.finalize());
    }
    Ok(found)
}

/// The first thing that two records differ in.
fn differ(here: Option<&(Offset, NewRecord)>, there: Option<&(Offset, NewRecord)>) -> Option<Difference> {
    let what = match (here, there) {
        (Some((_, a)), Some((_, b))) => {
            let time_differs = b.timestamp.is_some() && a.timestamp != b.timestamp;
            let found = [
                (a.key != b.key, Differs::Key),
                (a.value != b.value, Differs::Value),
                (a.headers != b.headers, Differs::Headers),
                (time_differs, Differs::Timestamp),
            ];
            found.into_iter().find(|(differs, _)| *differs)?.1
        }
        (Some(_), None) => Differs::Missing,
        (None, Some(_)) => Differs::Extra,
        (None, None) => return None,
    };
    let offset = |side: Option<&(Offset, NewRecord)>| side.map(|(offset, _)| *offset);
    Some(Difference { source: offset(here), target: offset(there), what })
}

/// Everything of a record that is carried, with lengths between, so that no two records give the same bytes.
fn add(digest: &mut Sha256, record: &NewRecord) {
    let mut field = |bytes: Option<&[u8]>| {
        let length = bytes.map_or(-1, |bytes| i64::try_from(bytes.len()).unwrap_or(i64::MAX));
        digest.update(length.to_be_bytes());
        digest.update(bytes.unwrap_or_default());
    };
    field(record.key.as_deref());
    field(record.value.as_deref());
    field(Some(&record.headers.len().to_be_bytes()));
    for header in &record.headers {
        field(Some(&header.key));
        field(header.value.as_deref());
    }
    field(record.timestamp.map(i64::to_be_bytes).as_ref().map(<[u8; 8]>::as_slice));
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// One side of a partition, read from one end to the other.
struct Side<'a> {
    reader: Steady<'a>,
    topic: &'a str,
    buffer: std::vec::IntoIter<crate::model::Record>,
}

impl<'a> Side<'a> {
    fn open(client: &'a Client, tp: &'a TopicPartition, range: (Offset, Offset), cancel: &'a Cancel) -> Self {
        let reader = Steady::start(client, tp, range.0, range.1, cancel);
        Self { reader, topic: &tp.topic, buffer: Vec::new().into_iter() }
    }

    /// The next record that the slice takes; without a timestamp where the broker has set it.
    async fn next(&mut self, slice: &Slice) -> Result<Option<(Offset, NewRecord)>, TransferError> {
        loop {
            for record in self.buffer.by_ref() {
                let Some(mut taken) = slice.take(self.topic, &record) else { continue };
                if slice.is_whole() && record.batch.timestamp_type == TimestampType::LogAppendTime {
                    taken.timestamp = None;
                }
                return Ok(Some((record.offset, taken)));
            }
            match self.reader.next().await? {
                Some(piece) => self.buffer = piece.records()?.into_iter(),
                None => return Ok(None),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Header;

    fn record(key: Option<&'static str>, value: Option<&'static str>) -> NewRecord {
        let (key, value) = (key.map(Into::into), value.map(Into::into));
        NewRecord { partition: Some(0), timestamp: Some(5), key, value, headers: Vec::new() }
    }

    #[test]
    fn the_first_difference_is_named() {
        let one = (3, record(Some("k"), Some("v")));
        let what = |other: &NewRecord| differ(Some(&one), Some(&(9, other.clone()))).map(|d| d.what);
        assert_eq!(what(&one.1), None);
        assert_eq!(what(&record(None, None)), Some(Differs::Key));
        assert_eq!(what(&record(Some("k"), None)), Some(Differs::Value));
        let header = Header { key: "h".into(), value: None };
        assert_eq!(what(&NewRecord { headers: vec![header], ..one.1.clone() }), Some(Differs::Headers));
        assert_eq!(what(&NewRecord { timestamp: Some(6), ..one.1.clone() }), Some(Differs::Timestamp));
        assert_eq!(what(&NewRecord { timestamp: None, ..one.1.clone() }), None, "the broker's own time");
        let missing = differ(Some(&one), None).unwrap();
        assert_eq!((missing.source, missing.target, missing.what), (Some(3), None, Differs::Missing));
        assert_eq!(differ(None, Some(&one)).unwrap().what, Differs::Extra);
    }

    #[test]
    fn a_digest_tells_null_from_empty_and_where_fields_end() {
        let of = |record: &NewRecord| {
            let mut digest = Sha256::new();
            add(&mut digest, record);
            hex(&digest.finalize())
        };
        let all = [(Some("ab"), Some("c")), (Some("a"), Some("bc")), (Some(""), None), (None, Some("")), (None, None)];
        let digests: std::collections::BTreeSet<_> = all.iter().map(|(key, value)| of(&record(*key, *value))).collect();
        assert_eq!(digests.len(), all.len());
    }
}
