//! Lines of a byte stream, with a limit on their length.

use std::io::{self, BufRead, BufReader, Read};

/// What [`LineReader::next_line`] found.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// The line is in the buffer, without its end.
    Whole,
    /// Longer than the limit: its beginning is in the buffer, the rest was passed over.
    TooLong,
}

/// Reads lines that end in `\n` or `\r\n`; the last one may lack its end.
pub(super) struct LineReader<R> {
    source: BufReader<R>,
    limit: usize,
    /// Lines read so far, so also the number of the last line.
    number: u64,
    bytes_read: u64,
}

impl<R: Read> LineReader<R> {
    pub(super) fn new(source: BufReader<R>, limit: usize) -> Self {
        Self { source, limit, number: 0, bytes_read: 0 }
    }

    pub(super) fn number(&self) -> u64 {
        self.number
    }

    pub(super) fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    /// Whether a whole line is in memory already.
    pub(super) fn has_line_ready(&self) -> bool {
        memchr::memchr(b'\n', self.source.buffer()).is_some()
    }

    /// Puts the next line into `line`; `None` at the end.
    pub(super) fn next_line(&mut self, line: &mut Vec<u8>) -> io::Result<Option<Line>> {
        line.clear();
        let mut too_long = false;
        let mut any = false;
        loop {
            let available = match self.source.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                other => other?,
            };
            if available.is_empty() {
                break;
            }
            any = true;
            let newline = memchr::memchr(b'\n', available);
            let content = &available[..newline.unwrap_or(available.len())];
            // One byte more than the limit may be the `\r` before the end.
            let room = (self.limit + 1).saturating_sub(line.len());
            line.extend_from_slice(&content[..content.len().min(room)]);
            too_long |= content.len() > room;
            let used = content.len() + usize::from(newline.is_some());
            self.bytes_read += used as u64;
            self.source.consume(used);
            if newline.is_some() {
                break;
            }
        }
        if !any {
            return Ok(None);
        }
        self.number += 1;
        if line.last() == Some(&b'\r') && !too_long {
            line.pop();
        }
        too_long |= line.len() > self.limit;
        Ok(Some(if too_long { Line::TooLong } else { Line::Whole }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8], limit: usize) -> Vec<(Line, Vec<u8>)> {
        let mut reader = LineReader::new(io::BufReader::with_capacity(3, text), limit);
        let mut lines = Vec::new();
        let mut line = Vec::new();
        while let Some(kind) = reader.next_line(&mut line).unwrap() {
            lines.push((kind, line.clone()));
        }
        assert_eq!(reader.bytes_read(), text.len() as u64);
        assert_eq!(reader.number(), lines.len() as u64);
        lines
    }

    #[test]
    fn lines_end_in_lf_or_crlf_or_the_end() {
        let lines: Vec<_> = read(b"abc\r\n\nd\re\nlast", 10).into_iter().map(|(_, line)| line).collect();
        assert_eq!(lines, [&b"abc"[..], b"", b"d\re", b"last"]);
    }

    #[test]
    fn a_long_line_is_cut_and_the_next_one_is_whole() {
        let lines = read(b"abcdefgh\nxyz\nabcd\r\n", 4);
        assert_eq!(lines[0].0, Line::TooLong);
        assert_eq!(lines[1], (Line::Whole, b"xyz".to_vec()));
        assert_eq!(lines[2], (Line::Whole, b"abcd".to_vec()));
    }
}
