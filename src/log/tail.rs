//! The last MiB of a log in memory, for readers that have caught up: they open no SQLite transaction.

use std::collections::VecDeque;

use bytes::Bytes;

use crate::model::Offset;

/// Bytes of batches kept for one partition.
pub const TAIL_BYTES_MAX: usize = 1024 * 1024;

/// The newest batches, in order, without gaps.
#[derive(Debug, Default)]
pub struct Tail {
    batches: VecDeque<Kept>,
    bytes: usize,
}

#[derive(Debug)]
struct Kept {
    base: Offset,
    last: Offset,
    data: Bytes,
}

impl Tail {
    /// Adds the newest batch and lets the oldest go.
    pub fn push(&mut self, base: Offset, last: Offset, data: Bytes) {
        self.bytes += data.len();
        self.batches.push_back(Kept { base, last, data });
        while self.bytes > TAIL_BYTES_MAX
            && let Some(oldest) = self.batches.pop_front()
        {
            self.bytes -= oldest.data.len();
        }
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
        if self.batches.front().is_none_or(|oldest| from < oldest.base) {
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
        *self = Self::default();
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
}
