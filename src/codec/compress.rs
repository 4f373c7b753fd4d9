//! The compressions of record batches, each with a limit on its output.
//!
//! Framing as Kafka's clients write it: gzip members, snappy in snappy-java's ("xerial") frames or raw, LZ4 frames with
//! independent blocks, Zstandard frames.

use std::io::{BufRead, Read, Write};

use lz4_flex::frame::{BlockMode, BlockSize, FrameDecoder, FrameEncoder, FrameInfo};

use super::BatchError;
use crate::model::Compression;

/// What snappy-java puts before its chunks; two version numbers of 4 bytes follow.
const XERIAL_MAGIC: &[u8; 8] = b"\x82SNAPPY\0";
const XERIAL_HEADER_BYTES: usize = 16;
/// Uncompressed bytes of a chunk, snappy-java's default.
const XERIAL_CHUNK_BYTES: usize = 32 * 1024;
/// Largest window a Zstandard frame may ask for, as a power of two: 128 MiB, zstd's own default.
const ZSTD_WINDOW_LOG_MAX: u32 = 27;
/// Zstandard's default, which Kafka's producers use.
const ZSTD_LEVEL: i32 = 3;
/// First guess at how much larger the output is; it grows as needed.
const GROWTH_GUESS: usize = 4;

/// Compresses `input` as a producer would.
pub fn compress(compression: Compression, input: &[u8]) -> Result<Vec<u8>, BatchError> {
    match compression {
        Compression::None => Ok(input.to_vec()),
        Compression::Gzip => gzip(input).map_err(|e| failed(compression, e)),
        Compression::Snappy => xerial(input),
        Compression::Lz4 => lz4(input).map_err(|e| failed(compression, e)),
        Compression::Zstd => zstd::bulk::compress(input, ZSTD_LEVEL).map_err(|e| failed(compression, e)),
    }
}

/// Decompresses `input`; refuses with [`BatchError::TooLarge`] as soon as the output would pass `limit_bytes`.
pub fn decompress(compression: Compression, input: &[u8], limit_bytes: usize) -> Result<Vec<u8>, BatchError> {
    match compression {
        Compression::None if input.len() > limit_bytes => Err(BatchError::TooLarge { limit: limit_bytes }),
        Compression::None => Ok(input.to_vec()),
        Compression::Gzip => {
            read_limited(compression, flate2::read::MultiGzDecoder::new(input), input.len(), limit_bytes)
        }
        Compression::Snappy => unsnappy(input, limit_bytes),
        Compression::Lz4 => unlz4(input, limit_bytes),
        Compression::Zstd => {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(input).map_err(|e| failed(compression, e))?;
            decoder.window_log_max(ZSTD_WINDOW_LOG_MAX).map_err(|e| failed(compression, e))?;
            read_limited(compression, decoder, input.len(), limit_bytes)
        }
    }
}

fn failed(compression: Compression, error: impl std::fmt::Display) -> BatchError {
    BatchError::Compressed { compression, why: error.to_string() }
}

fn read_limited(
    compression: Compression,
    reader: impl Read,
    input_bytes: usize,
    limit_bytes: usize,
) -> Result<Vec<u8>, BatchError> {
    let mut out = Vec::with_capacity(input_bytes.saturating_mul(GROWTH_GUESS).min(limit_bytes));
    // One byte more than allowed tells "exactly the limit" from "too large".
    let most = (limit_bytes as u64).saturating_add(1);
    reader.take(most).read_to_end(&mut out).map_err(|e| failed(compression, e))?;
    if out.len() > limit_bytes {
        return Err(BatchError::TooLarge { limit: limit_bytes });
    }
    Ok(out)
}

fn gzip(input: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(input)?;
    encoder.finish()
}

fn lz4(input: &[u8]) -> std::io::Result<Vec<u8>> {
    // Kafka's Java reader refuses blocks that depend on each other.
    let info = FrameInfo::new().block_size(BlockSize::Max64KB).block_mode(BlockMode::Independent);
    let mut encoder = FrameEncoder::with_frame_info(info, Vec::new());
    encoder.write_all(input)?;
    Ok(encoder.finish()?)
}

/// Takes the decoder's own blocks: reading through `Read` would clear room for them first.
fn unlz4(input: &[u8], limit_bytes: usize) -> Result<Vec<u8>, BatchError> {
    let mut out = Vec::with_capacity(input.len().saturating_mul(GROWTH_GUESS).min(limit_bytes));
    let mut decoder = FrameDecoder::new(input);
    loop {
        let block = decoder.fill_buf().map_err(|e| failed(Compression::Lz4, e))?;
        let bytes = block.len();
        if bytes == 0 {
            return Ok(out);
        }
        if bytes > limit_bytes - out.len() {
            return Err(BatchError::TooLarge { limit: limit_bytes });
        }
        out.extend_from_slice(block);
        decoder.consume(bytes);
    }
}

fn xerial(input: &[u8]) -> Result<Vec<u8>, BatchError> {
    let mut out = Vec::with_capacity(XERIAL_HEADER_BYTES + input.len() / 2);
    out.extend_from_slice(XERIAL_MAGIC);
    out.extend_from_slice(&1i32.to_be_bytes());
    out.extend_from_slice(&1i32.to_be_bytes());
    let mut encoder = snap::raw::Encoder::new();
    for chunk in input.chunks(XERIAL_CHUNK_BYTES) {
        let packed = encoder.compress_vec(chunk).map_err(|e| failed(Compression::Snappy, e))?;
        out.extend_from_slice(&(packed.len() as i32).to_be_bytes());
        out.extend_from_slice(&packed);
    }
    Ok(out)
}

fn unsnappy(input: &[u8], limit_bytes: usize) -> Result<Vec<u8>, BatchError> {
    let mut out = Vec::new();
    let Some(mut rest) = input.strip_prefix(XERIAL_MAGIC) else {
        // Clients that are not Java write one raw block.
        unsnappy_block(input, &mut out, limit_bytes)?;
        return Ok(out);
    };
    rest = rest.get(XERIAL_HEADER_BYTES - XERIAL_MAGIC.len()..).ok_or_else(short_frame)?;
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let length = usize::try_from(i32::from_be_bytes(*length)).map_err(|_| short_frame())?;
        let (chunk, after) = after.split_at_checked(length).ok_or_else(short_frame)?;
        unsnappy_block(chunk, &mut out, limit_bytes)?;
        rest = after;
    }
    if rest.is_empty() { Ok(out) } else { Err(short_frame()) }
}

fn unsnappy_block(block: &[u8], out: &mut Vec<u8>, limit_bytes: usize) -> Result<(), BatchError> {
    let grown = snap::raw::decompress_len(block).map_err(|e| failed(Compression::Snappy, e))?;
    let start = out.len();
    if grown > limit_bytes.saturating_sub(start) {
        return Err(BatchError::TooLarge { limit: limit_bytes });
    }
    out.resize(start + grown, 0);
    let wrote =
        snap::raw::Decoder::new().decompress(block, &mut out[start..]).map_err(|e| failed(Compression::Snappy, e))?;
    out.truncate(start + wrote);
    Ok(())
}

fn short_frame() -> BatchError {
    failed(Compression::Snappy, "a chunk reaches beyond the end")
}
