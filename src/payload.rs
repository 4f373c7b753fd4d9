//! Bytes <-> something a person can read: text, JSON with exact numbers, big-endian numbers, hex, and substring search.
//!
//! Nothing in here changes or stores bytes; everything is bounded in depth, size or characters, and no input panics.
//!
//! - [`json`]: a lossless JSON reader: numbers keep their text, members their order and duplicates.
//! - [`kind`]: what a payload looks like ([`PayloadKind`]), and small binary numbers.
//! - [`text`]: one-line previews, escaping of control characters.
//! - [`hex`]: rows of a hex dump.
//! - [`search`]: substring search over key, value and headers.

pub mod json;

pub mod kind;
pub use kind::{PayloadKind, binary_numbers, kind_of};

pub mod text;
pub use text::{Preview, escape_controls, preview};

pub mod hex;
pub use hex::{HexRow, hex_row_count, hex_rows};

pub mod search;
pub use search::{CaseRule, Search, SearchFields};
