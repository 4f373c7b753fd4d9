//! What has arrived on a connection, cut into frames.

use bytes::{Buf as _, Bytes, BytesMut};

use super::{FrameError, LENGTH_BYTES};

/// Room for reading while no larger frame is announced, in bytes. Most requests fit.
const ROOM_BYTES: usize = 8 * 1024;
/// Room for reading at a connection whose last frames were larger: the next one then arrives in one piece of memory.
const ROOM_BYTES_MAX: usize = 128 * 1024;
/// Room that is made at once for a frame that was announced; beyond, room grows with what really arrives, so that a
/// length alone costs the reader little.
const ROOM_AT_ONCE_BYTES_MAX: usize = 1024 * 1024;

/// Bytes that arrived and are not yet taken. Frames leave as slices of the same memory, without a copy.
#[derive(Debug)]
pub struct Inbox {
    buffer: BytesMut,
    frame_bytes_max: usize,
    /// Length of the frame at the front, once it is known.
    length: Option<usize>,
    /// About the length of the last frames.
    usual: usize,
    /// Nothing has arrived since the beginning or since [`Inbox::rest`].
    resting: bool,
}

impl Inbox {
    /// An empty one that refuses frames above `frame_bytes_max` bytes.
    pub fn new(frame_bytes_max: usize) -> Self {
        Self { buffer: BytesMut::new(), frame_bytes_max, length: None, usual: 0, resting: true }
    }

    /// From the next frame on, refuses those above `frame_bytes_max` bytes.
    pub fn allow(&mut self, frame_bytes_max: usize) {
        self.frame_bytes_max = frame_bytes_max;
    }

    /// Takes the next frame, without its length, if all of it has arrived.
    ///
    /// # Errors
    /// When its length is no length or more than is allowed.
    pub fn take(&mut self) -> Result<Option<Bytes>, FrameError> {
        let length = match self.length {
            Some(length) => length,
            None if self.buffer.len() < LENGTH_BYTES => return Ok(None),
            None => {
                let length = self.buffer.get_i32();
                let bytes = usize::try_from(length).map_err(|_| FrameError::Length { length })?;
                if bytes > self.frame_bytes_max {
                    return Err(FrameError::TooLarge { bytes, limit: self.frame_bytes_max });
                }
                *self.length.insert(bytes)
            }
        };
        if self.buffer.len() < length {
            return Ok(None);
        }
        self.length = None;
        self.usual = length.max(self.usual - self.usual / 8);
        Ok(Some(self.buffer.split_to(length).freeze()))
    }

    /// Where to read into: has room for a good part of what is missing. Call [`Inbox::take`] until it has nothing first.
    pub fn room(&mut self) -> &mut BytesMut {
        let have = self.buffer.len();
        let missing = match self.length {
            Some(length) => length.saturating_sub(have),
            // What is left behind the last frame is not enough for the next: moving half of it later would cost more.
            None if have == 0 => (self.usual + LENGTH_BYTES).min(ROOM_BYTES_MAX),
            None => 1,
        };
        let wanted = missing.min(ROOM_AT_ONCE_BYTES_MAX.max(have)).max(1);
        if self.buffer.capacity() - have < wanted {
            self.buffer.reserve(wanted.max((self.usual + LENGTH_BYTES).clamp(ROOM_BYTES, ROOM_BYTES_MAX)));
        }
        &mut self.buffer
    }

    /// Whether a frame has begun and is not complete.
    pub fn is_inside_frame(&self) -> bool {
        self.length.is_some() || !self.buffer.is_empty()
    }

    /// Length of the frame at the front, where that is known and the frame is not complete.
    pub fn expects(&self) -> Option<usize> {
        self.length
    }

    /// Puts bytes that were read elsewhere behind what has arrived.
    pub fn put(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
        self.resting = false;
    }

    /// Whether there is no memory to read into, see [`Inbox::rest`].
    pub fn is_at_rest(&self) -> bool {
        self.resting
    }

    /// Gives the memory back while nothing has arrived: an idle connection costs next to nothing.
    pub fn rest(&mut self) {
        if !self.is_inside_frame() {
            self.buffer = BytesMut::new();
            self.usual = 0;
            self.resting = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_cut_wherever_the_network_cut_them() {
        let stream = [&[0, 0, 0, 3][..], b"abc", &[0, 0, 0, 0], &[0, 0, 0, 1], b"d", &[0, 0, 0, 9], b"part"].concat();
        for step in 1..stream.len() {
            let mut inbox = Inbox::new(9);
            let mut frames = Vec::new();
            for piece in stream.chunks(step) {
                inbox.room().extend_from_slice(piece);
                while let Some(frame) = inbox.take().unwrap() {
                    frames.push(frame);
                }
            }
            assert_eq!(frames, ["abc", "", "d"]);
            assert!(inbox.is_inside_frame());
        }
    }

    #[test]
    fn lengths_are_not_trusted() {
        let take = |length: i32| {
            let mut inbox = Inbox::new(1 << 30);
            inbox.room().extend_from_slice(&length.to_be_bytes());
            let taken = inbox.take();
            inbox.room();
            (taken, inbox.buffer.capacity())
        };
        assert_eq!(take(-1).0, Err(FrameError::Length { length: -1 }));
        assert_eq!(take(i32::MAX).0, Err(FrameError::TooLarge { bytes: 0x7fff_ffff, limit: 1 << 30 }));
        let (taken, held) = take(1 << 30);
        assert_eq!(taken, Ok(None));
        assert!(held <= 2 * ROOM_AT_ONCE_BYTES_MAX, "{held} bytes for a length alone");
    }
}
