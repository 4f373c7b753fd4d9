//! What is held back of a write-ahead log, and when it goes out. Touches no file.

/// Bytes that are held at most, one page aside.
const HELD_BYTES_MAX: usize = 256 * 1024;
/// Bytes before each page (<https://sqlite.org/fileformat2.html#walformat>).
const FRAME_HEADER_BYTES: usize = 24;
/// Where in them stands the size of the file in pages, which is 0 except in a frame that commits.
const COMMIT_MARK: std::ops::Range<usize> = 4..8;
/// Bytes of one write. SQLite's files on Unix take no 128 KiB at once.
const WRITE_BYTES_MAX: i64 = 64 * 1024;

/// What is held back of a write-ahead log.
#[derive(Debug)]
pub(super) struct Held {
    bytes: Vec<u8>,
    /// Where in the file they belong.
    at: i64,
    /// Where the last write ended.
    tail: i64,
    /// The last write was the header of a frame, which is held; whether that frame commits.
    header: Option<bool>,
    /// Where what could not be written began: what its transaction writes behind it is refused.
    lost: Option<i64>,
    /// Where a write could spoil what lies beside it SQLite pads the log in other pieces: none is held.
    none: bool,
}

/// What to do about a write.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// It is held, and nobody asks for it yet.
    Wait,
    /// Write all that is held, this included.
    Write,
    /// Write all that is held, then this.
    Through,
    /// What is before it is lost.
    Refuse,
}

impl Held {
    pub(super) fn new(none: bool) -> Self {
        Self { bytes: Vec::new(), at: 0, tail: -1, header: None, lost: None, none }
    }

    /// Takes a header that follows the last frame, and the page that follows its header; nothing else.
    pub(super) fn take(&mut self, piece: &[u8], at: i64) -> Next {
        if let Some(lost) = self.lost {
            let begins_anew = at == 0 || (at <= lost && piece.len() == FRAME_HEADER_BYTES);
            if !begins_anew {
                return Next::Refuse;
            }
            self.lost = None;
        }
        let follows = at == self.tail;
        self.tail = at + piece.len() as i64;
        let header = self.header.take();
        if self.none || !follows || (header.is_none() && piece.len() != FRAME_HEADER_BYTES) {
            return Next::Through;
        }
        if self.bytes.is_empty() {
            self.at = at;
            self.bytes.reserve_exact(HELD_BYTES_MAX);
        }
        self.bytes.extend_from_slice(piece);
        match header {
            None => {
                self.header = Some(piece[COMMIT_MARK] != [0; 4]);
                Next::Wait
            }
            Some(commits) if commits || self.bytes.len() >= HELD_BYTES_MAX => Next::Write,
            Some(_) => Next::Wait,
        }
    }

    /// Gives away what is held, and where it belongs.
    pub(super) fn empty_out(&mut self) -> (Vec<u8>, i64) {
        self.header = None;
        (std::mem::take(&mut self.bytes), self.at)
    }

    /// What was given away last could not be written.
    pub(super) fn lose(&mut self) {
        (self.tail, self.lost) = (-1, Some(self.at));
    }

    /// Whether any of these bytes of the file are held.
    pub(super) fn overlaps(&self, at: i64, bytes: i64) -> bool {
        !self.bytes.is_empty() && at < self.at + self.bytes.len() as i64 && at + bytes > self.at
    }
}

/// Cuts what belongs at `at` where the system's cache has its pages, however large those are.
pub(super) fn pieces(mut bytes: &[u8], mut at: i64) -> impl Iterator<Item = (&[u8], i64)> {
    std::iter::from_fn(move || {
        let most = (WRITE_BYTES_MAX - at % WRITE_BYTES_MAX) as usize;
        let (piece, rest) = bytes.split_at(most.min(bytes.len()));
        let begin = at;
        bytes = rest;
        at += piece.len() as i64;
        (!piece.is_empty()).then_some((piece, begin))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: [u8; 512] = [7; 512];

    fn header(commits: bool) -> [u8; FRAME_HEADER_BYTES] {
        let mut header = [0; FRAME_HEADER_BYTES];
        header[COMMIT_MARK.end - 1] = commits.into();
        header
    }

    #[test]
    fn frames_are_held_up_to_the_one_that_commits() {
        let mut held = Held::new(false);
        assert_eq!(held.take(&[1; 32], 0), Next::Through, "the header of the log");
        assert_eq!(held.take(&header(false), 32), Next::Wait);
        assert_eq!(held.take(&PAGE, 56), Next::Wait);
        assert_eq!(held.take(&header(true), 568), Next::Wait);
        assert_eq!(held.take(&PAGE, 592), Next::Write);
        assert_eq!((held.at, held.bytes.len()), (32, 2 * (24 + 512)));
        assert!(held.overlaps(31, 2) && held.overlaps(1103, 9) && !held.overlaps(0, 32) && !held.overlaps(1104, 9));
    }

    #[test]
    fn what_is_written_over_is_written_through() {
        let mut held = Held::new(false);
        held.take(&[1; 32], 0);
        assert_eq!((held.take(&header(false), 32), held.take(&PAGE, 56)), (Next::Wait, Next::Wait));
        // A page that changed once more in its transaction, and then its header with the new checksum.
        assert_eq!(held.take(&PAGE, 56), Next::Through);
        assert_eq!(held.take(&header(true), 32), Next::Through);
        assert_eq!(held.take(&PAGE, 56), Next::Through);
        held.at = 568;
        held.lose();
        assert_eq!(held.take(&PAGE, 56), Next::Refuse, "in the transaction that is spoilt");
        assert_eq!(held.take(&header(true), 1104), Next::Refuse);
        assert_eq!(held.take(&header(false), 568), Next::Through, "the one after it");
        assert_eq!((held.take(&PAGE, 592), held.take(&header(true), 1104)), (Next::Through, Next::Wait));
        let mut none = Held::new(true);
        assert_eq!((none.take(&[1; 32], 0), none.take(&header(false), 32)), (Next::Through, Next::Through));
    }

    #[test]
    fn pieces_end_where_pages_end() {
        let bytes = [1; 150_000];
        let cut: Vec<(usize, i64)> = pieces(&bytes, 65_000).map(|(piece, at)| (piece.len(), at)).collect();
        assert_eq!(cut, [(536, 65_000), (65_536, 65_536), (65_536, 131_072), (18_392, 196_608)]);
        assert_eq!(pieces(&[], 9).count(), 0);
    }
}
