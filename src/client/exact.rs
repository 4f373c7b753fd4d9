//! Batches whose place among all batches of a producer is kept by the caller, so that a batch can be sent again by another
//! process and is stored once all the same (KIP-98).
//!
//! A broker remembers of each producer id the last sequences of a partition. Whoever keeps producer id, epoch and
//! sequence in a safe place may be killed, start again, and go on: a batch with the same sequences as one that is stored
//! is a duplicate, one with other sequences at the same place is refused (OUT_OF_ORDER_SEQUENCE_NUMBER). So of all
//! batches that begin at one sequence at most one is ever stored, whoever sends them and however late one arrives.

use serde::{Deserialize, Serialize};

use super::{Client, ClientError, produce::NewBatch};
use crate::{
    codec::{ProducerStamp, add_to_sequence},
    model::{Acks, Compression, NewRecord, Offset, TopicPartition},
};

/// Where the next batch of a producer stands in one partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProducerPlace {
    #[serde(rename = "id")]
    pub producer_id: i64,
    #[serde(rename = "epoch")]
    pub producer_epoch: i16,
    /// Sequence of the first record of the next batch.
    #[serde(rename = "next")]
    pub sequence: i32,
}

impl ProducerPlace {
    /// The place after so many records more.
    #[must_use]
    pub fn after(self, records: u64) -> Self {
        // Sequences wrap at 2^31 and a partition may hold more records than that.
        let steps = i32::try_from(records % (1 << 31)).unwrap_or(0);
        Self { sequence: add_to_sequence(self.sequence, steps), ..self }
    }
}

impl Client {
    /// A producer id of its own, at its first sequence.
    pub async fn new_producer_place(&self) -> Result<ProducerPlace, ClientError> {
        let (producer_id, producer_epoch) = self.new_producer_id().await?;
        Ok(ProducerPlace { producer_id, producer_epoch, sequence: 0 })
    }

    /// Stores all `records` as one batch at `place` with acks=all, trying again while that makes sense; answers the offset
    /// of the first one, -1 where the broker only says that it has them. Records without a timestamp get the time of now.
    ///
    /// # Errors
    /// What the broker refuses. After an error for which [`ClientError::is_retriable`] holds, or
    /// OUT_OF_ORDER_SEQUENCE_NUMBER, it is not known whether the batch is stored: the end of the log tells.
    pub async fn produce_at(
        &self,
        tp: &TopicPartition,
        records: &[NewRecord],
        compression: Compression,
        place: ProducerPlace,
    ) -> Result<Offset, ClientError> {
        let mut batch = NewBatch::new(compression, usize::MAX, self.now());
        for record in records {
            batch.push(record);
        }
        let ProducerPlace { producer_id, producer_epoch, sequence } = place;
        let stamp = ProducerStamp { producer_id, producer_epoch, base_sequence: sequence, transactional: false };
        Ok(self.produce_batch(tp, batch, Acks::All, stamp).await?.record(0).offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_wrap_as_the_brokers_do() {
        let place = ProducerPlace { producer_id: 1, producer_epoch: 0, sequence: i32::MAX };
        assert_eq!(place.after(1).sequence, 0);
        assert_eq!(place.after(1 << 31), place);
    }
}
