//! Batches that are read before they are asked for: who reads a log from its start asks for the next piece when it is
//! through with the last, and finds it in memory instead of waiting for the disk.

use std::collections::VecDeque;

use bytes::Bytes;
use parking_lot::Mutex;

use crate::model::Offset;

/// Pieces kept for all readers together; the oldest goes first.
const PIECES_MAX: usize = 16;
/// Bytes of one. Readers that ask for more at once gain nothing from this.
pub const AHEAD_BYTES_MAX: usize = 2 * 1024 * 1024;

/// What was read ahead in the logs of a store.
#[derive(Debug, Default)]
pub struct Ahead(Mutex<VecDeque<Kept>>);

#[derive(Debug)]
struct Kept {
    key: u64,
    from: Offset,
    next: Offset,
    pieces: Vec<Bytes>,
}

impl Ahead {
    /// Keeps what the log `key` has from `from` up to `next`.
    pub fn put(&self, key: u64, from: Offset, pieces: Vec<Bytes>, next: Offset) {
        let mut kept = self.0.lock();
        kept.retain(|one| (one.key, one.from) != (key, from));
        if kept.len() == PIECES_MAX {
            kept.pop_front();
        }
        kept.push_back(Kept { key, from, next, pieces });
    }

    /// Takes what is kept from `from` on, if it ends by `until` and is at most `max_bytes`, and the offset after it.
    pub fn take(&self, key: u64, from: Offset, until: Offset, max_bytes: usize) -> Option<(Vec<Bytes>, Offset)> {
        let mut kept = self.0.lock();
        let at = kept.iter().position(|one| (one.key, one.from) == (key, from))?;
        let one = kept.remove(at)?;
        let bytes: usize = one.pieces.iter().map(Bytes::len).sum();
        (one.next <= until && bytes <= max_bytes).then_some((one.pieces, one.next))
    }

    /// Forgets what is kept of a log.
    pub fn forget(&self, key: u64) {
        self.0.lock().retain(|one| one.key != key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_each_piece_once_and_only_where_it_fits() {
        let ahead = Ahead::default();
        let piece = || vec![Bytes::from_static(b"batches")];
        for key in 0..=PIECES_MAX as u64 {
            ahead.put(key, 5, piece(), 9);
        }
        assert_eq!(ahead.take(0, 5, 9, 7), None, "the oldest went");
        assert_eq!(ahead.take(1, 4, 9, 7), None);
        assert_eq!(ahead.take(1, 5, 9, 7), Some((piece(), 9)));
        assert_eq!(ahead.take(1, 5, 9, 7), None, "given already");
        assert_eq!(ahead.take(2, 5, 8, 7), None, "reaches beyond what may be read");
        assert_eq!(ahead.take(3, 5, 9, 6), None, "larger than asked for");
        ahead.forget(4);
        assert_eq!(ahead.take(4, 5, 9, 7), None);
    }
}
