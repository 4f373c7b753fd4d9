//! What waits to be written to a connection: pieces of memory, in order.

use std::{collections::VecDeque, io::IoSlice};

use bytes::{Buf as _, Bytes, BytesMut};

/// Pieces smaller than this are copied together with their neighbours: a piece of its own costs more than the copy.
const PIECE_BYTES_MIN: usize = 4 * 1024;
/// Memory kept for small messages between writes, in bytes.
const KEPT_BYTES_MAX: usize = 64 * 1024;

/// Bytes to write. Large ones (the records of a Fetch) stay where they are and are written from there.
#[derive(Debug, Default)]
pub struct Outbox {
    pieces: VecDeque<Bytes>,
    /// Small messages, still growing; comes after the pieces.
    tail: BytesMut,
    bytes: usize,
}

impl Outbox {
    /// Bytes that wait.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    pub fn is_empty(&self) -> bool {
        self.bytes == 0
    }

    /// Appends a message that `write` puts at the end of a buffer; what it wrote is undone where it fails. Large bytes that
    /// belong into it are returned with the place in the buffer where they go.
    pub(super) fn append<E>(
        &mut self,
        write: impl FnOnce(&mut BytesMut) -> Result<Vec<(usize, Bytes)>, E>,
    ) -> Result<usize, E> {
        let before = self.tail.len();
        let inserted = match write(&mut self.tail) {
            Ok(inserted) => inserted,
            Err(error) => {
                self.tail.truncate(before);
                return Err(error);
            }
        };
        let mut written = self.tail.len() - before;
        let mut cut = 0;
        for (at, piece) in inserted {
            written += piece.len();
            self.pieces.push_back(self.tail.split_to(at - cut).freeze());
            self.pieces.push_back(piece);
            cut = at;
        }
        self.bytes += written;
        Ok(written)
    }

    /// Whether bytes are worth a piece of their own.
    pub(super) fn is_piece(bytes: &[u8]) -> bool {
        bytes.len() >= PIECE_BYTES_MIN
    }

    /// The next bytes, as many slices as `slices` has room for; answers how many.
    pub fn slices<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> usize {
        let pieces = self.pieces.iter().map(|piece| &piece[..]).chain([&self.tail[..]]);
        let mut count = 0;
        for (slot, piece) in slices.iter_mut().zip(pieces.filter(|piece| !piece.is_empty())) {
            *slot = IoSlice::new(piece);
            count += 1;
        }
        count
    }

    /// So many bytes were written.
    pub fn advance(&mut self, mut written: usize) {
        self.bytes -= written;
        while let Some(first) = self.pieces.front_mut() {
            if written < first.len() {
                first.advance(written);
                return;
            }
            written -= first.len();
            self.pieces.pop_front();
        }
        self.tail.advance(written);
        if self.tail.is_empty() {
            if self.tail.capacity() > KEPT_BYTES_MAX {
                self.tail = BytesMut::new();
            }
            self.tail.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_come_out_in_order_however_little_is_written_at_once() {
        for step in 1..40 {
            let mut out = Outbox::default();
            let never = |buffer: &mut BytesMut| {
                buffer.extend_from_slice(b"headtail");
                Ok::<_, ()>(vec![(4, Bytes::from_static(b"records"))])
            };
            assert_eq!(out.append(never), Ok(15));
            assert_eq!(out.append(|_| Err(())), Err(()));
            let small = |buffer: &mut BytesMut| {
                buffer.extend_from_slice(b"small");
                Ok::<_, ()>(Vec::new())
            };
            out.append(small).unwrap();
            let mut seen = Vec::new();
            while !out.is_empty() {
                let mut slices = [IoSlice::new(&[]); 2];
                let count = out.slices(&mut slices);
                let now: Vec<u8> = slices[..count].iter().flat_map(|slice| slice.to_vec()).take(step).collect();
                seen.extend_from_slice(&now);
                out.advance(now.len());
            }
            assert_eq!(seen, b"headrecordstailsmall");
        }
    }
}
