//! What can be wrong with a record batch.

use crate::model::Compression;

/// Why a record batch was refused. Whoever shows it adds which topic, partition or file the batch came from.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// The bytes end inside the batch: usual at the end of a Fetch answer, wrong everywhere else.
    #[error("the record batch ends early: {needed} bytes announced, {have} present")]
    Truncated { needed: usize, have: usize },
    #[error(
        "record batches of format {magic} are not supported; produce with a client that writes format 2 (Kafka 0.11 and later)"
    )]
    Magic { magic: i8 },
    /// A field of the header contradicts the format.
    #[error("the header of the record batch is malformed: {field} is {value}")]
    Header { field: &'static str, value: i64 },
    #[error("the record batch is corrupt: its checksum is {stored:08x}, its bytes give {computed:08x}; send it again")]
    Crc { stored: u32, computed: u32 },
    #[error("the record batch names compression {bits}, which Kafka does not define")]
    UnknownCompression { bits: i16 },
    #[error("the {} data of the record batch cannot be decompressed: {why}", compression.as_str())]
    Compressed { compression: Compression, why: String },
    /// A decompression bomb, or an honest batch with a limit that is too low for it.
    #[error(
        "the record batch grows beyond {limit} bytes when decompressed and was not read; raise the limit if it is honest"
    )]
    TooLarge { limit: usize },
    #[error("record {index} of the batch is malformed: {why}")]
    Record { index: i32, why: &'static str },
    /// A record or batch that the format cannot carry (a length field has 31 bits).
    #[error("a record batch cannot hold {bytes} bytes, the format ends at 2147483647; send smaller records")]
    Unwritable { bytes: usize },
}
