//! Produce a list of records at once.

use super::{Client, ClientError};
use crate::model::{Acks, Compression, NewRecord, Offset, PartitionId, TimestampMillis};

/// How records are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProduceOptions {
    pub acks: Acks,
    pub compression: Compression,
    /// Upper bound of a batch before compression, in bytes; a single larger record still goes alone.
    pub batch_bytes: usize,
}

impl Default for ProduceOptions {
    fn default() -> Self {
        Self { acks: Acks::All, compression: Compression::None, batch_bytes: BATCH_BYTES_DEFAULT }
    }
}

/// Batches stay below Kafka's default `max.message.bytes` of 1,048,588.
pub const BATCH_BYTES_DEFAULT: usize = 512 * 1024;

/// Where a record went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Produced {
    pub partition: PartitionId,
    /// -1 with acks=0, where nobody tells.
    pub offset: Offset,
    /// As stored: the record's own, or the broker's for topics with LogAppendTime.
    pub timestamp: TimestampMillis,
}

impl Client {
    /// Produces records and waits for the answers, which come in the order of the input. Fails with the first error when a
    /// batch is refused; batches of other partitions may be stored then (see [`Client::produce_each`]).
    pub async fn produce(
        &self,
        _topic: &str,
        _records: Vec<NewRecord>,
        _options: ProduceOptions,
    ) -> Result<Vec<Produced>, ClientError> {
        todo!()
    }

    /// Like [`Client::produce`], with an outcome for each record.
    pub async fn produce_each(
        &self,
        _topic: &str,
        _records: Vec<NewRecord>,
        _options: ProduceOptions,
    ) -> Result<Vec<Result<Produced, ClientError>>, ClientError> {
        todo!()
    }
}
