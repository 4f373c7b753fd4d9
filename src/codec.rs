//! Bytes <-> messages: the table of served APIs, record batches (magic 2), compression. No I/O, no clock, no threads.
//!
//! Entry points: [`verify`] and [`split_batches`] for what came over the wire, [`decode_records`] and [`DecodedBatch`]
//! for reading, [`BatchBuilder`] for writing, [`assign`] for the broker that gives a batch its place, [`apis::SERVED`]
//! for versions, [`frame`] for what stands on a connection, [`scram`] for how both sides prove that they know a password.

pub mod apis;
pub mod batch;
pub mod build;
pub mod compress;
pub mod consumer_protocol;
mod error;
pub mod frame;
pub mod marker;
pub mod records;
pub mod retain;
pub mod roles;
pub mod scram;
pub mod share;
mod varint;

pub use batch::{
    BatchHeader, BatchSplit, HEADER_BYTES, add_to_sequence, assign, set_log_append_time, split_batches, verify,
};
pub use build::{BatchBuilder, ProducerStamp};
pub use error::BatchError;
pub use marker::{EndMarker, MARKER_BYTES_MAX};
pub use records::{
    DecodedBatch, HeaderRef, HeaderRefs, RecordIter, RecordRef, RecordRefs, check_records, decode_records,
};

/// What a batch may grow to when it is decompressed, in bytes, unless the caller says otherwise.
pub const DECOMPRESSED_BYTES_MAX_DEFAULT: usize = 64 * 1024 * 1024;
