//! What the records of one partition must be before they are appended, in the order in which Kafka checks them
//! (`ProduceRequest.validateRecords`, `UnifiedLog`, `LogValidator`; asked of a real broker by `tests/peers/differential.py`).

use bytes::Bytes;
use kafka_protocol::ResponseError;

use super::super::Fault;
use crate::{
    broker::{config::TopicConfig, transactions::ProducerId},
    codec::{BatchError, BatchHeader, DECOMPRESSED_BYTES_MAX_DEFAULT, DecodedBatch, RecordRef, check_records, verify},
    model::{TimestampMillis, TimestampType},
};

/// Bytes of the offset and the length, before what the length counts.
const PREFIX_BYTES: usize = 12;
/// Where the format stands in a batch, and the one that is taken.
const MAGIC_AT: usize = 16;
const MAGIC: i8 = 2;
/// A length below that of the oldest format is none.
const LENGTH_MIN: i32 = 14;
/// Records of a batch that are named in its refusal; a batch is refused as a whole, so the first ones do.
const RECORD_ERRORS_MAX: usize = 1_000;

/// What was found in a records field.
pub struct Checked {
    /// Bytes of its one batch. What follows is the beginning of another, which Kafka leaves out as well.
    pub batch_bytes: usize,
    pub records: u64,
    /// Who writes inside a transaction.
    pub transactional: Option<ProducerId>,
}

/// Why records were refused.
#[derive(Debug, Clone)]
pub struct Refusal {
    pub fault: Fault,
    /// The records that are to blame, by their place in the batch.
    pub records: Vec<(i32, String)>,
    /// Whether they came as far as the log: then the answer tells where that starts.
    pub in_log: bool,
}

impl Refusal {
    /// A refusal of the log, or of the last checks before it.
    pub fn in_log(fault: Fault) -> Self {
        Self { fault, records: Vec::new(), in_log: true }
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self { fault, records: Vec::new(), in_log: false }
    }
}

/// Checks the records for one partition of a topic with the settings `config`. A batch of a transaction needs a request
/// that `names_transaction`.
pub fn check(
    records: &Bytes,
    config: &TopicConfig,
    topic: &str,
    names_transaction: bool,
    now: TimestampMillis,
) -> Result<Checked, Refusal> {
    let batch_bytes = one_batch(records)?;
    let batch = records.slice(..batch_bytes);
    let header = BatchHeader::parse(&batch).map_err(header_fault)?;
    if header.is_transactional() && !names_transaction {
        let message = "a batch belongs to a transaction, but the request names no transactional.id";
        return Err(Fault::new(ResponseError::TransactionalIdAuthorizationFailed, message).into());
    }
    if header.base_offset != 0 {
        let message = format!("the batch begins at offset {}; a producer counts from 0", header.base_offset);
        return Err(Refusal::in_log(Fault::new(ResponseError::InvalidRecord, message)));
    }
    if batch.len() > config.max_message_bytes {
        let message = format!(
            "a batch of {} bytes is larger than max.message.bytes={} of the topic {topic}; send smaller batches or \
             raise the setting",
            batch.len(),
            config.max_message_bytes
        );
        return Err(Fault::new(ResponseError::MessageTooLarge, message).into());
    }
    verify(&batch).map_err(header_fault)?;
    check_header(&header, config).map_err(Refusal::in_log)?;
    check_times(&batch, &header, config, now)?;
    let keyless = check_records(&batch, DECOMPRESSED_BYTES_MAX_DEFAULT).map_err(records_fault)?;
    if let Some(first) = keyless.filter(|_| config.compact.is_some()) {
        return Err(without_keys(&batch, first, topic)?);
    }
    let producer = ProducerId { id: header.producer_id, epoch: header.producer_epoch };
    Ok(Checked {
        batch_bytes,
        records: u64::from(header.record_count.unsigned_abs()),
        transactional: header.is_transactional().then_some(producer),
    })
}

/// The length of the one batch that a producer may send for a partition.
fn one_batch(records: &[u8]) -> Result<usize, Fault> {
    let Some((magic, bytes)) = whole_batch(records)? else {
        return Err(Fault::new(
            ResponseError::InvalidRecord,
            "the request holds no whole record batch for the partition",
        ));
    };
    if magic != MAGIC {
        return Err(Fault::new(ResponseError::InvalidRecord, BatchError::Magic { magic }.to_string()));
    }
    if whole_batch(&records[bytes..])?.is_some() {
        let message = "a request holds one record batch for each partition, this one holds more";
        return Err(Fault::new(ResponseError::InvalidRecord, message));
    }
    Ok(bytes)
}

/// The format and the length of the batch at the front, if all of it is there.
fn whole_batch(bytes: &[u8]) -> Result<Option<(i8, usize)>, Fault> {
    let corrupt = |message: String| Err(Fault::new(ResponseError::CorruptMessage, message));
    let Some(length) = bytes.get(..PREFIX_BYTES).and_then(|prefix| prefix.last_chunk()) else { return Ok(None) };
    let length = i32::from_be_bytes(*length);
    if length < LENGTH_MIN {
        return corrupt(format!("a record batch of {length} bytes is announced, which is no length"));
    }
    let Some(magic) = bytes.get(MAGIC_AT).map(|byte| *byte as i8) else { return Ok(None) };
    if !(0..=MAGIC).contains(&magic) {
        return corrupt(BatchError::Magic { magic }.to_string());
    }
    let whole = PREFIX_BYTES + length as usize;
    Ok((whole <= bytes.len()).then_some((magic, whole)))
}

fn check_header(header: &BatchHeader, config: &TopicConfig) -> Result<(), Fault> {
    let refused = |error, message: String| Err(Fault::new(error, message));
    if header.record_count == 0 {
        return refused(ResponseError::InvalidRecord, "the record batch is empty".to_owned());
    }
    if header.is_control() {
        let message = "control batches are written by brokers alone".to_owned();
        return refused(ResponseError::InvalidRecord, message);
    }
    if header.is_transactional() && header.producer_id < 0 {
        let message = "a batch of a transaction needs a producer id".to_owned();
        return refused(ResponseError::InvalidRecord, message);
    }
    if header.producer_id >= 0 && header.base_sequence < 0 {
        let message = format!(
            "a batch of producer {} has sequence {}, which may not be negative",
            header.producer_id, header.base_sequence
        );
        return refused(ResponseError::InvalidRecord, message);
    }
    if header.timestamp_type() == TimestampType::LogAppendTime && !config.log_append_time {
        let message = "only the broker may mark a batch as LogAppendTime; send CreateTime".to_owned();
        return refused(ResponseError::InvalidTimestamp, message);
    }
    Ok(())
}

/// The header tells the first and the highest time; the records are looked at only to name those that are to blame.
fn check_times(batch: &Bytes, header: &BatchHeader, config: &TopicConfig, now: TimestampMillis) -> Result<(), Refusal> {
    let times = [header.base_timestamp, header.max_timestamp];
    let Some(wrong) = times.into_iter().find(|time| !config.allows_timestamp(*time, now)) else { return Ok(()) };
    let message = |timestamp| {
        format!(
            "the timestamp {timestamp} is further from the broker's time {now} than \
             message.timestamp.before.max.ms={} and message.timestamp.after.max.ms={} allow",
            config.timestamp_before_max_ms, config.timestamp_after_max_ms
        )
    };
    let records =
        to_blame(batch, |record| (!config.allows_timestamp(record.timestamp, now)).then(|| message(record.timestamp)))?;
    let fault = Fault::new(ResponseError::InvalidTimestamp, message(wrong));
    Err(Refusal { fault, records, in_log: true })
}

/// Compaction goes by keys, so a record without one is refused, and with it its batch.
fn without_keys(batch: &Bytes, first: i32, topic: &str) -> Result<Refusal, Refusal> {
    let records = to_blame(batch, |record| record.key.is_none().then(|| "it has no key".to_owned()))?;
    let message = format!(
        "record {first} of the batch has no key, and {topic} is compacted (cleanup.policy): give every record a key"
    );
    Ok(Refusal { fault: Fault::new(ResponseError::InvalidRecord, message), records, in_log: true })
}

/// The records that `why` has something to say about, in order.
fn to_blame(batch: &Bytes, why: impl Fn(&RecordRef<'_>) -> Option<String>) -> Result<Vec<(i32, String)>, Refusal> {
    let batch = DecodedBatch::new(batch, DECOMPRESSED_BYTES_MAX_DEFAULT).map_err(records_fault)?;
    let mut found = Vec::new();
    for (index, record) in (0..).zip(batch.refs()) {
        if let Some(why) = why(&record.map_err(records_fault)?) {
            found.push((index, why));
        }
        if found.len() == RECORD_ERRORS_MAX {
            break;
        }
    }
    Ok(found)
}

fn header_fault(error: BatchError) -> Refusal {
    let message = error.to_string();
    match error {
        BatchError::UnknownCompression { .. } => {
            Refusal::in_log(Fault::new(ResponseError::UnsupportedCompressionType, message))
        }
        // Only where bytes changed on the way does it help to send them again.
        BatchError::Crc { .. } | BatchError::Truncated { .. } | BatchError::Header { field: "length", .. } => {
            Fault::new(ResponseError::CorruptMessage, message).into()
        }
        _ => Refusal::in_log(Fault::new(ResponseError::InvalidRecord, message)),
    }
}

/// The checksum was right, so it is what the client wrote: sending it again does not help.
fn records_fault(error: BatchError) -> Refusal {
    let kafka = match &error {
        BatchError::TooLarge { .. } => ResponseError::MessageTooLarge,
        _ => ResponseError::InvalidRecord,
    };
    Refusal::in_log(Fault::new(kafka, error.to_string()))
}
