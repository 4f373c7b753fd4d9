//! The control batch that ends a transaction in one partition.
//!
//! It holds one record. Key: version and type (0 abort, 1 commit), 16 bits each. Value: version, 16 bits, and the epoch of
//! the coordinator, 32 bits (Kafka's EndTxnMarker). Header: the producer's id and epoch, no sequence, the bits
//! transactional and control.

use bytes::Bytes;

use super::batch::{self, PREFIX_BYTES};
use super::{BatchHeader, HEADER_BYTES, varint};
use crate::model::TimestampMillis;

/// Bytes that hold a whole marker as Kafka and Millpond write it, with room to spare: who looks for markers need not read
/// more of a batch.
pub const MARKER_BYTES_MAX: usize = 128;

const ABORT: i16 = 0;
const COMMIT: i16 = 1;

/// What a marker says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndMarker {
    pub producer_id: i64,
    pub producer_epoch: i16,
    /// Counts the lives of the coordinator that wrote it.
    pub coordinator_epoch: i32,
    /// Committed, or aborted.
    pub committed: bool,
}

impl EndMarker {
    /// The batch; base offset 0, leader epoch -1.
    pub fn build(self, now: TimestampMillis) -> Bytes {
        let mut record = vec![0];
        varint::put_i64(&mut record, 0);
        varint::put_i64(&mut record, 0);
        varint::put_i64(&mut record, 4);
        record.extend_from_slice(&0i16.to_be_bytes());
        record.extend_from_slice(&(if self.committed { COMMIT } else { ABORT }).to_be_bytes());
        varint::put_i64(&mut record, 6);
        record.extend_from_slice(&0i16.to_be_bytes());
        record.extend_from_slice(&self.coordinator_epoch.to_be_bytes());
        varint::put_i64(&mut record, 0);
        let mut batch = vec![0; HEADER_BYTES];
        varint::put_i64(&mut batch, record.len() as i64);
        batch.extend_from_slice(&record);
        let header = BatchHeader {
            base_offset: 0,
            batch_bytes: batch.len(),
            leader_epoch: -1,
            crc: 0,
            attributes: batch::transactional_bit(true) | batch::CONTROL_BIT,
            last_offset_delta: 0,
            base_timestamp: now,
            max_timestamp: now,
            producer_id: self.producer_id,
            producer_epoch: self.producer_epoch,
            base_sequence: -1,
            record_count: 1,
        };
        debug_assert!(batch.len() >= PREFIX_BYTES && batch.len() <= MARKER_BYTES_MAX);
        batch::write_header(&mut batch, &header);
        batch::seal(&mut batch);
        batch.into()
    }

    /// Reads the marker in a batch, of which the first [`MARKER_BYTES_MAX`] bytes are enough; `None` for data, and for
    /// control batches of another type, which readers must pass over.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let header = BatchHeader::parse(bytes).ok().filter(BatchHeader::is_control)?;
        let mut rest = &bytes[HEADER_BYTES..];
        varint::take_i32(&mut rest)?;
        rest = rest.get(1..)?;
        varint::take_i64(&mut rest)?;
        varint::take_i32(&mut rest)?;
        let key = field(&mut rest)?;
        let value = field(&mut rest)?;
        let committed = match i16::from_be_bytes(*key.get(2..)?.first_chunk()?) {
            ABORT => false,
            COMMIT => true,
            _ => return None,
        };
        Some(Self {
            producer_id: header.producer_id,
            producer_epoch: header.producer_epoch,
            coordinator_epoch: i32::from_be_bytes(*value.get(2..)?.first_chunk()?),
            committed,
        })
    }
}

fn field<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::try_from(varint::take_i32(rest)?).ok()?;
    let (field, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(field)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{BatchBuilder, ProducerStamp, verify};
    use crate::model::{Compression, NewRecord};

    #[test]
    fn a_marker_reads_as_it_was_written() {
        for committed in [false, true] {
            let marker = EndMarker { producer_id: 77, producer_epoch: 5, coordinator_epoch: 3, committed };
            let batch = marker.build(1_700_000_000_000);
            let header = verify(&batch).unwrap();
            assert!(header.is_control() && header.is_transactional() && header.base_sequence == -1);
            assert_eq!(EndMarker::parse(&batch), Some(marker));
            for cut in 0..batch.len() - 1 {
                assert_eq!(EndMarker::parse(&batch[..cut]), None, "cut at {cut}");
            }
        }
    }

    #[test]
    fn data_is_no_marker() {
        let mut builder = BatchBuilder::new(Compression::None, usize::MAX);
        assert!(builder.push(&NewRecord::default(), 1));
        assert_eq!(EndMarker::parse(&builder.build(ProducerStamp::NONE).unwrap()), None);
    }
}
