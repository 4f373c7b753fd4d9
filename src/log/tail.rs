//! The newest batches of a log in memory, for readers that have caught up: they open no SQLite transaction.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;

use crate::model::Offset;

/// Bytes of batches kept for one partition: some answers to its readers, who come after the writers.
const TAIL_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Bytes kept for all partitions, above which one that grows keeps only [`SMALL_TAIL_BYTES_MAX`].
const TAILS_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Bytes kept for one partition where many are written to.
const SMALL_TAIL_BYTES_MAX: usize = 1024 * 1024;

/// The newest batches, in order, without gaps.
#[derive(Debug, Default)]
pub struct Tail {
    batches: VecDeque<Kept>,
    bytes: usize,
    /// Of all partitions of the store.
    everywhere: Arc<AtomicUsize>,
}

#[derive(Debug)]
struct Kept {
    base: Offset,
    last: Offset,
    data: Bytes,
}

impl Tail {
    /// An empty one that counts what it keeps in `everywhere` too.
    pub fn new(everywhere: Arc<AtomicUsize>) -> Self {
        Self { batches: VecDeque::new(), bytes: 0, everywhere }
    }

    /// Adds the newest batch and lets the oldest go.
    pub fn push(&mut self, base: Offset, last: Offset, data: Bytes) {
        let everywhere = self.everywhere.fetch_add(data.len(), Ordering::Relaxed) + data.len();
        self.bytes += data.len();
        self.batches.push_back(Kept { base, last, data });
        let most = if everywhere > TAILS_BYTES_MAX { SMALL_TAIL_BYTES_MAX } else { TAIL_BYTES_MAX };
        while self.bytes > most
            && let Some(oldest) = self.batches.pop_front()
        {
            self.bytes -= oldest.data.len();
            self.everywhere.fetch_sub(oldest.data.len(), Ordering::Relaxed);
        }
    }

    /// Whether what follows `from` is kept.
    pub fn reaches(&self, from: Offset) -> bool {
        self.batches.front().is_some_and(|oldest| from >= oldest.base)
    }

    /// Batches from the one that holds `from`, below `until`, up to `max_bytes`, and the offset after them; `None` where
    /// `from` lies before what is kept.
    pub fn read(
        &self,
        from: Offset,
        until: Offset,
        max_bytes: usize,
        at_least_one: bool,
    ) -> Option<(Vec<Bytes>, Offset)> {
        if !self.reaches(from) {
            return None;
        }
        let first = self.batches.partition_point(|kept| kept.last < from);
        let (mut batches, mut next, mut bytes) = (Vec::new(), from, 0);
        for kept in self.batches.range(first..) {
            bytes += kept.data.len();
            if kept.base >= until || (bytes > max_bytes && !(at_least_one && batches.is_empty())) {
                break;
            }
            batches.push(kept.data.clone());
            next = kept.last + 1;
        }
        Some((batches, next))
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = Self::new(self.everywhere.clone());
    }
}

impl Drop for Tail {
    fn drop(&mut self) {
        self.everywhere.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_newest_and_reads_what_it_keeps() {
        let mut tail = Tail::default();
        assert_eq!(tail.read(0, 60, 10, true), None);
        let data = Bytes::from(vec![0; TAIL_BYTES_MAX / 4]);
        for index in 0..6 {
            tail.push(index * 10, index * 10 + 9, data.clone());
        }
        assert_eq!(tail.read(19, 60, usize::MAX, true), None, "the first two were let go");
        let (batches, next) = tail.read(25, 60, usize::MAX, false).unwrap();
        assert_eq!((batches.len(), next), (4, 60));
        assert_eq!(tail.read(25, 50, usize::MAX, false).unwrap().1, 50, "what is open is not read");
        assert_eq!(tail.read(25, 60, 1, true).unwrap().1, 30);
        assert_eq!(tail.read(25, 60, 1, false).unwrap(), (vec![], 25));
        tail.push(60, 60, vec![0; TAIL_BYTES_MAX + 1].into());
        assert_eq!(tail.read(60, 61, 1, true), None, "larger than the tail");
    }

    #[test]
    fn many_partitions_share_the_memory() {
        let everywhere = Arc::new(AtomicUsize::new(0));
        let mut tails: Vec<Tail> = (0..40).map(|_| Tail::new(everywhere.clone())).collect();
        for index in 0..12 {
            for tail in &mut tails {
                tail.push(index, index, vec![0; SMALL_TAIL_BYTES_MAX].into());
            }
        }
        assert!(everywhere.load(Ordering::Relaxed) <= TAILS_BYTES_MAX + tails.len() * SMALL_TAIL_BYTES_MAX);
        assert!(tails.iter().all(|tail| tail.read(11, 12, 1, true).is_some()), "each keeps its newest");
        tails[0].clear();
        drop(tails);
        assert_eq!(everywhere.load(Ordering::Relaxed), 0);
    }
}
