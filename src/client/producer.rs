//! A producer for records that arrive one by one: generators and imports.

use super::{Client, ClientError, Produced};
use crate::model::{Acks, Compression, NewRecord};

/// How a [`Producer`] batches and waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProducerOptions {
    pub acks: Acks,
    pub compression: Compression,
    /// How long a batch that is not full waits for more records, in milliseconds.
    pub linger_ms: u64,
    /// Upper bound of a batch before compression, in bytes.
    pub batch_bytes: usize,
    /// Records waiting or in flight, in bytes; `send` waits when it is reached.
    pub buffer_bytes: usize,
    /// Produce requests in flight at once, over all partitions; one partition never has more than one, which keeps order.
    pub in_flight_max: usize,
}

impl Default for ProducerOptions {
    fn default() -> Self {
        Self {
            acks: Acks::All,
            compression: Compression::None,
            linger_ms: 5,
            batch_bytes: 256 * 1024,
            buffer_bytes: 16 * 1024 * 1024,
            in_flight_max: 5,
        }
    }
}

/// What a producer has done so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProducerStats {
    /// Records taken in.
    pub sent: u64,
    /// Records acknowledged.
    pub acknowledged: u64,
    /// Records refused for good.
    pub failed: u64,
    /// Bytes of keys, values and headers acknowledged.
    pub acknowledged_bytes: u64,
    /// The first failure.
    pub first_error: Option<ClientError>,
}

/// Batches records by partition and sends them in the background. Dropping it gives up what was not sent; call
/// [`Producer::flush`] first.
pub struct Producer {
    _client: Client,
}

/// The outcome of one record, to be awaited.
pub struct Delivery {
    _outcome: tokio::sync::oneshot::Receiver<Result<Produced, ClientError>>,
}

impl Delivery {
    /// Waits until the record is stored or refused.
    pub async fn outcome(self) -> Result<Produced, ClientError> {
        todo!()
    }
}

impl Producer {
    /// Starts a producer; needs a tokio runtime.
    pub fn start(client: Client, _options: ProducerOptions) -> Self {
        Self { _client: client }
    }

    /// Takes a record in, waiting while the buffer is full. The outcome is in the returned [`Delivery`].
    pub async fn send(&self, _topic: &str, _record: NewRecord) -> Result<Delivery, ClientError> {
        todo!()
    }

    /// Like `send`, for callers that look at [`Producer::stats`] instead of each outcome.
    pub async fn post(&self, _topic: &str, _record: NewRecord) -> Result<(), ClientError> {
        todo!()
    }

    /// Sends what waits and returns when all is answered; fails with the first failure since the last flush.
    pub async fn flush(&self) -> Result<(), ClientError> {
        todo!()
    }

    /// Counters so far.
    pub fn stats(&self) -> ProducerStats {
        todo!()
    }
}
