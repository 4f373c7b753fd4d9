//! Writing a batch again without some of its records, as compaction does. What stays keeps its offset, its order, its
//! producer and its compression; a batch of which everything stays is left byte for byte.

use bytes::Bytes;

use super::batch::{self, DELETE_HORIZON_BIT, PREFIX_BYTES};
use super::records::RecordRef;
use super::{BatchError, BatchHeader, DECOMPRESSED_BYTES_MAX_DEFAULT, DecodedBatch, HEADER_BYTES, compress, varint};
use crate::model::{Compression, TimestampMillis, TimestampType};

/// What [`retain`] made of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Retained {
    /// Every record stays and nothing else changes.
    All,
    /// These bytes take its place.
    Some { batch: Bytes, removed: usize },
    /// No record stays.
    None { removed: usize },
}

/// Keeps the records of a stored batch for which `keep` says so. `delete_horizon` is the time from which a marker, or the
/// tombstones that stay, may go; it is written once (KIP-534: attribute bit 6, with the time as the base timestamp), and
/// never into data without tombstones.
pub fn retain(
    batch: &Bytes,
    delete_horizon: TimestampMillis,
    mut keep: impl FnMut(&RecordRef<'_>) -> bool,
) -> Result<Retained, BatchError> {
    let decoded = DecodedBatch::new(batch, DECOMPRESSED_BYTES_MAX_DEFAULT)?;
    let header = *decoded.header();
    let mut kept = Vec::new();
    let mut removed = 0;
    for record in decoded.refs() {
        let record = record?;
        if keep(&record) { kept.push(record) } else { removed += 1 }
    }
    let may_go = header.is_control() || kept.iter().any(|record| record.value.is_none());
    let delete_horizon = (may_go && header.delete_horizon().is_none()).then_some(delete_horizon);
    match (kept.is_empty(), removed, delete_horizon) {
        (true, ..) => Ok(Retained::None { removed }),
        (false, 0, None) => Ok(Retained::All),
        _ => Ok(Retained::Some { batch: write(&header, &kept, delete_horizon)?, removed }),
    }
}

fn write(
    header: &BatchHeader,
    kept: &[RecordRef<'_>],
    delete_horizon: Option<TimestampMillis>,
) -> Result<Bytes, BatchError> {
    let base_timestamp = delete_horizon.unwrap_or(header.base_timestamp);
    let mut body = Vec::new();
    let mut max_timestamp = i64::MIN;
    let mut record_bytes = Vec::new();
    for record in kept {
        record_bytes.clear();
        record.write(&mut record_bytes, header.base_offset, base_timestamp);
        varint::put_i64(&mut body, record_bytes.len() as i64);
        body.extend_from_slice(&record_bytes);
        max_timestamp = max_timestamp.max(record.timestamp);
    }
    let body = match header.compression()? {
        Compression::None => body,
        packed => compress::compress(packed, &body)?,
    };
    let mut batch = vec![0; HEADER_BYTES];
    batch.extend_from_slice(&body);
    if i32::try_from(batch.len() - PREFIX_BYTES).is_err() {
        return Err(BatchError::Unwritable { bytes: batch.len() });
    }
    let header = BatchHeader {
        batch_bytes: batch.len(),
        attributes: header.attributes | if delete_horizon.is_some() { DELETE_HORIZON_BIT } else { 0 },
        base_timestamp,
        max_timestamp: match header.timestamp_type() {
            TimestampType::CreateTime => max_timestamp,
            TimestampType::LogAppendTime => header.max_timestamp,
        },
        record_count: kept.len() as i32,
        ..*header
    };
    batch::write_header(&mut batch, &header);
    batch::seal(&mut batch);
    Ok(batch.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{BatchBuilder, ProducerStamp, assign, decode_records, verify};
    use crate::model::{Header, NewRecord, Record};

    fn batch(compression: Compression) -> Bytes {
        let mut builder = BatchBuilder::new(compression, usize::MAX);
        for number in 0..5_i64 {
            let twice = |value: &'static str| Header { key: Bytes::from_static(b"same"), value: Some(value.into()) };
            let record = NewRecord {
                key: Some(format!("k{number}").into()),
                value: (number != 3).then(|| Bytes::from("v".repeat(40))),
                headers: vec![twice("one"), twice("two")],
                timestamp: Some(1_000 + number * 7),
                ..NewRecord::default()
            };
            assert!(builder.push(&record, 0));
        }
        let stamp = ProducerStamp { producer_id: 9, producer_epoch: 2, base_sequence: 40, transactional: false };
        let mut batch = builder.build(stamp).unwrap().to_vec();
        assign(&mut batch, 100, 3);
        batch.into()
    }

    type Plain = (i64, i64, Option<Bytes>, Option<Bytes>, Vec<Header>);

    fn plain(batch: &Bytes) -> Vec<Plain> {
        let records: Vec<Record> = decode_records(batch, 0, usize::MAX).unwrap().map(Result::unwrap).collect();
        records.into_iter().map(|r| (r.offset, r.timestamp, r.key, r.value, r.headers)).collect()
    }

    #[test]
    fn what_stays_keeps_offset_time_headers_and_producer() {
        for compression in
            [Compression::None, Compression::Gzip, Compression::Snappy, Compression::Lz4, Compression::Zstd]
        {
            let whole = batch(compression);
            let check = |rewritten: &Bytes, horizon: Option<i64>, wanted: &[i64], latest: i64| {
                let (old, new) = (verify(&whole).unwrap(), verify(rewritten).unwrap());
                assert_eq!(new.delete_horizon(), horizon);
                assert_eq!((new.base_offset, new.last_offset()), (100, 104));
                assert_eq!(new.record_count as usize, wanted.len());
                assert_eq!((new.producer_id, new.base_sequence, new.leader_epoch), (9, 40, 3));
                assert_eq!(new.last_sequence(), old.last_sequence());
                assert_eq!((new.compression(), new.max_timestamp), (Ok(compression), latest));
                let kept = plain(&whole).into_iter().filter(|(offset, ..)| wanted.contains(offset));
                assert_eq!(plain(rewritten), kept.collect::<Vec<_>>());
                assert_eq!(retain(rewritten, 9, |_| true), Ok(Retained::All), "a horizon is written once");
            };
            // The record at 103 is a tombstone; what has none needs no horizon.
            let valued = retain(&whole, 5_000_000, |record| record.value.is_some());
            let Ok(Retained::Some { batch: valued, removed: 1 }) = valued else { panic!("not one") };
            check(&valued, None, &[100, 101, 102, 104], 1_028);
            let odd = retain(&whole, 5_000_000, |record| record.offset % 2 == 1);
            let Ok(Retained::Some { batch: odd, removed: 3 }) = odd else { panic!("not three") };
            check(&odd, Some(5_000_000), &[101, 103], 1_021);
            let Ok(Retained::Some { batch: all, removed: 0 }) = retain(&whole, 7, |_| true) else { panic!("not all") };
            check(&all, Some(7), &[100, 101, 102, 103, 104], 1_028);
            assert_eq!(retain(&whole, 1, |_| false), Ok(Retained::None { removed: 5 }));
        }
    }
}
