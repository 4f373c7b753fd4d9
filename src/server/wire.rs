//! The two directions of a connection, moved by one task.

use std::{
    future::Future as _,
    io,
    io::IoSlice,
    pin::{Pin, pin},
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf};

use crate::codec::frame::{Inbox, Outbox};

/// Pieces handed to the system in one write.
const SLICES_PER_WRITE: usize = 64;
/// Bytes that a connection reads first after it was idle.
const FIRST_BYTES: usize = 512;

/// A stream with what has arrived and what is to be written.
pub struct Wire<S> {
    stream: S,
    pub inbox: Inbox,
    pub outbox: Outbox,
    /// The peer takes no more answers.
    deaf: bool,
    /// Since the connection was made.
    pub read_bytes: u64,
    pub written_bytes: u64,
}

/// What moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moved {
    /// So many bytes arrived.
    Read(usize),
    /// The peer sends no more.
    End,
    /// Everything is written.
    Flushed,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    pub fn new(stream: S, frame_bytes_max: usize) -> Self {
        let (inbox, outbox) = (Inbox::new(frame_bytes_max), Outbox::default());
        Self { stream, inbox, outbox, deaf: false, read_bytes: 0, written_bytes: 0 }
    }

    /// Writes what waits, then reads if `may_read`; ready when something arrived or all is written.
    ///
    /// A peer that is gone takes no answers, but what it had sent before has arrived and is still read: a producer that
    /// wants no answers may close as soon as all is sent.
    pub fn poll_move(&mut self, cx: &mut Context<'_>, may_read: bool) -> Poll<io::Result<Moved>> {
        if self.deaf {
            self.outbox = Outbox::default();
        }
        if !self.outbox.is_empty()
            && let Poll::Ready(done) = self.poll_write(cx)
        {
            if let Err(error) = done {
                tracing::debug!(%error, "the peer takes no more answers");
                self.outbox = Outbox::default();
                self.deaf = true;
            }
            return Poll::Ready(Ok(Moved::Flushed));
        }
        if !may_read {
            return Poll::Pending;
        }
        let bytes = ready!(self.poll_read(cx))?;
        self.read_bytes += bytes as u64;
        Poll::Ready(Ok(if bytes == 0 { Moved::End } else { Moved::Read(bytes) }))
    }

    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if !self.inbox.is_at_rest() {
            return pin!(self.stream.read_buf(self.inbox.room())).poll(cx);
        }
        // An idle connection waits for its next request without memory of its own.
        let mut first = [0; FIRST_BYTES];
        let mut first = ReadBuf::new(&mut first);
        ready!(Pin::new(&mut self.stream).poll_read(cx, &mut first))?;
        self.inbox.put(first.filled());
        Poll::Ready(Ok(first.filled().len()))
    }

    fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.outbox.is_empty() {
            let mut slices = [IoSlice::new(&[]); SLICES_PER_WRITE];
            let count = self.outbox.slices(&mut slices);
            let written = ready!(Pin::new(&mut self.stream).poll_write_vectored(cx, &slices[..count]))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.outbox.advance(written);
            self.written_bytes += written as u64;
        }
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    /// Tells the peer that no more will come. Whether it hears is its own affair.
    pub async fn close(mut self) {
        use tokio::io::AsyncWriteExt as _;
        if let Err(error) = self.stream.shutdown().await {
            tracing::trace!(%error, "the peer had closed already");
        }
    }
}
