//! Choices of a producer and of a batch.

use serde::{Deserialize, Serialize};

/// How a batch's records are compressed; the number is the attribute bits 0 to 2 of the batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    #[default]
    None = 0,
    Gzip = 1,
    Snappy = 2,
    Lz4 = 3,
    Zstd = 4,
}

impl Compression {
    pub const ALL: [Compression; 5] = [Self::None, Self::Gzip, Self::Snappy, Self::Lz4, Self::Zstd];

    /// From the attribute bits; `None` for 5 to 7, which Kafka does not define.
    pub fn from_bits(bits: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|c| *c as i16 == bits & 0b111)
    }

    /// The word of `compression.type`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Snappy => "snappy",
            Self::Lz4 => "lz4",
            Self::Zstd => "zstd",
        }
    }
}

/// Who set a record's timestamp (attribute bit 3 of the batch).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TimestampType {
    #[default]
    CreateTime,
    LogAppendTime,
}

/// What a producer waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Acks {
    /// Nothing: no answer, nothing promised.
    None,
    /// In the write-ahead log: survives `kill -9` of Millpond.
    Leader,
    /// Synced to disk: survives loss of power.
    #[default]
    All,
}

impl Acks {
    /// The number on the wire: 0, 1, -1.
    pub fn as_wire(self) -> i16 {
        match self {
            Self::None => 0,
            Self::Leader => 1,
            Self::All => -1,
        }
    }

    /// From the number on the wire; `None` for anything else, which Kafka answers with INVALID_REQUIRED_ACKS.
    pub fn from_wire(acks: i16) -> Option<Self> {
        match acks {
            0 => Some(Self::None),
            1 => Some(Self::Leader),
            -1 => Some(Self::All),
            _ => None,
        }
    }
}
