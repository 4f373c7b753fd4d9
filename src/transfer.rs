//! Files <-> topics: export, import, replay, and the sample stream.
//!
//! - [`line`]: one record as one line of JSON, without loss.
//! - [`csv`]: records as rows, and rows as records by a mapping of columns.
//! - [`export()`]: topic -> file, in the order of time; the final name appears only when the file is whole and synced.
//! - [`import()`]: file -> topic; bad lines are counted, shown and skipped or stop the import. [`preview()`] looks ahead.
//! - [`replay()`]: records produced again at the pace of their timestamps.
//! - [`mod@copy`]: topics, or a slice of them, from one cluster to another, each record exactly once. [`mask`] hides fields.
//! - [`sample`]: the stream that comes with Millpond.
//!
//! Everything streams: memory does not grow with the file. Everything reports [`Progress`] and stops at a [`Cancel`].

pub mod copy;
pub mod csv;
pub mod error;
pub mod export;
pub mod import;
pub mod line;
mod lines;
pub mod mask;
pub mod merge;
mod part_file;
pub mod preview;
mod progress;
pub mod replay;
pub mod sample;
mod source;
pub mod time;

pub use self::csv::{CsvColumns, CsvMapping, CsvOptions, CsvValue};
pub use error::{BadLine, LineProblem, TransferError};
pub use export::{ExportFormat, ExportOutcome, ExportRequest, Exported, RecordFilter, ends, export};
pub use import::{BadLines, CreateTopic, ImportFormat, ImportOutcome, ImportRequest, ImportTimes, JsonLines, import};
pub use line::{record_from_line, record_to_line};
pub use preview::{ImportPreview, PreviewRow, preview};
pub use progress::{Cancel, Progress, ProgressSink};
pub use replay::{Pace, REPLAY_SPEEDS, ReplayFrom, ReplayOutcome, ReplayRequest, ReplayTimes, replay};
pub use source::{ImportFrom, LINE_BYTES_MAX};
