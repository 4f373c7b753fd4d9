//! Which partition a record goes to, as Kafka's own producer decides.

use crate::model::{NewRecord, PartitionId};

/// Records without a key stay on one partition for this many bytes before the next is chosen (Kafka's uniform sticky
/// partitioner, KIP-794, moves on after `batch.size` bytes).
pub const STICKY_BYTES: usize = 16 * 1024;

/// Chooses partitions: the record's own, else by murmur2 of the key, else in turn, some records each.
#[derive(Debug, Clone, Default)]
pub struct Partitioner {
    current: PartitionId,
    bytes_on_current: usize,
}

impl Partitioner {
    /// The partition for `record` in a topic of `partitions` (at least 1).
    pub fn partition(&mut self, record: &NewRecord, partitions: PartitionId) -> PartitionId {
        if let Some(partition) = record.partition {
            return partition;
        }
        if let Some(key) = &record.key {
            return partition_for_key(key, partitions);
        }
        if self.bytes_on_current >= STICKY_BYTES {
            self.current = self.current.wrapping_add(1);
            self.bytes_on_current = 0;
        }
        self.bytes_on_current += record.value.as_ref().map_or(0, |v| v.len()).max(1);
        self.current.rem_euclid(partitions.max(1))
    }

    /// Goes on to the next partition: the batch for this one was closed.
    pub fn next_batch(&mut self) {
        self.current = self.current.wrapping_add(1);
        self.bytes_on_current = 0;
    }
}

/// `toPositive(murmur2(key)) % partitions`, Kafka's default for records with a key.
pub fn partition_for_key(key: &[u8], partitions: PartitionId) -> PartitionId {
    (murmur2(key) & 0x7fff_ffff) % partitions.max(1)
}

/// The 32-bit MurmurHash2 with Kafka's seed (`org.apache.kafka.common.utils.Utils.murmur2`).
pub fn murmur2(data: &[u8]) -> i32 {
    const SEED: u32 = 0x9747_b28c;
    const M: u32 = 0x5bd1_e995;
    const R: u32 = 24;
    // Kafka's length is a signed 32-bit number; records are bounded far below.
    let mut hash = SEED ^ data.len() as u32;
    let mut words = data.chunks_exact(4);
    for word in &mut words {
        let mut k = u32::from_le_bytes([word[0], word[1], word[2], word[3]]).wrapping_mul(M);
        k = (k ^ (k >> R)).wrapping_mul(M);
        hash = hash.wrapping_mul(M) ^ k;
    }
    let rest = words.remainder();
    if !rest.is_empty() {
        for (i, byte) in rest.iter().enumerate() {
            hash ^= u32::from(*byte) << (8 * i);
        }
        hash = hash.wrapping_mul(M);
    }
    hash = (hash ^ (hash >> 13)).wrapping_mul(M);
    (hash ^ (hash >> 15)) as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn murmur2_gives_kafkas_numbers() {
        for (text, hash) in [
            ("21", -973_932_308),
            ("foobar", -790_332_482),
            ("a-little-bit-long-string", -985_981_536),
            ("a-little-bit-longer-string", -1_486_304_829),
            ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
            ("abc", 479_470_107),
        ] {
            assert_eq!(murmur2(text.as_bytes()), hash, "{text}");
        }
    }

    #[test]
    fn records_without_a_key_visit_every_partition() {
        let mut partitioner = Partitioner::default();
        let record = NewRecord { value: Some(vec![0; 6000].into()), ..NewRecord::default() };
        let seen: std::collections::BTreeSet<_> = (0..40).map(|_| partitioner.partition(&record, 3)).collect();
        assert_eq!(seen, (0..3).collect());
    }
}
