//! Rows of a hex dump.

use std::fmt::Write as _;

/// Bytes that one row shows.
pub const HEX_ROW_BYTES: usize = 16;

/// One row: 16 bytes as hex and as ASCII.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HexRow {
    /// Index of its first byte.
    pub offset: usize,
    /// `"48 65 6c 6c 6f ..."`, padded to the width of a full row, a wider gap after eight.
    pub hex: String,
    /// The printable ones of ASCII, `.` for the rest.
    pub ascii: String,
}

/// How many rows `length` bytes take.
pub fn hex_row_count(length: usize) -> usize {
    length.div_ceil(HEX_ROW_BYTES)
}

/// At most `rows_max` rows from row number `first` on: what a virtual list draws.
pub fn hex_rows(bytes: &[u8], first: usize, rows_max: usize) -> Vec<HexRow> {
    let start = first.saturating_mul(HEX_ROW_BYTES).min(bytes.len());
    bytes[start..]
        .chunks(HEX_ROW_BYTES)
        .take(rows_max)
        .enumerate()
        .map(|(index, row)| hex_row(start + index * HEX_ROW_BYTES, row))
        .collect()
}

fn hex_row(offset: usize, row: &[u8]) -> HexRow {
    let mut hex = String::with_capacity(HEX_ROW_BYTES * 3 + 1);
    for index in 0..HEX_ROW_BYTES {
        if index > 0 {
            hex.push_str(if index == HEX_ROW_BYTES / 2 { "  " } else { " " });
        }
        // Writing to a String cannot fail.
        let _ = match row.get(index) {
            Some(byte) => write!(hex, "{byte:02x}"),
            None => write!(hex, "  "),
        };
    }
    let ascii = row.iter().map(|b| if b.is_ascii_graphic() || *b == b' ' { char::from(*b) } else { '.' }).collect();
    HexRow { offset, hex, ascii }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_padded_and_windowed() {
        let bytes: Vec<u8> = (b'A'..=b'Z').collect();
        assert_eq!(hex_row_count(bytes.len()), 2);
        let rows = hex_rows(&bytes, 1, 5);
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].offset, 16);
        assert_eq!(rows[0].ascii, "QRSTUVWXYZ");
        assert_eq!(rows[0].hex.len(), hex_rows(&bytes, 0, 1)[0].hex.len());
        assert!(hex_rows(&bytes, 9, 5).is_empty());
        assert!(hex_rows(&bytes, usize::MAX, 5).is_empty());
    }
}
