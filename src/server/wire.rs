//! The two directions of a connection, moved by one task.

use std::{
    future::Future as _,
    io,
    io::IoSlice,
    pin::{Pin, pin},
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite};

use crate::codec::frame::{Inbox, Outbox};

/// Pieces handed to the system in one write.
const SLICES_PER_WRITE: usize = 64;

/// A stream with what has arrived and what is to be written.
pub struct Wire<S> {
    stream: S,
    pub inbox: Inbox,
    pub outbox: Outbox,
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
        Self { stream, inbox: Inbox::new(frame_bytes_max), outbox: Outbox::default() }
    }

    /// Writes what waits, then reads if `may_read`; ready when something arrived or all is written.
    pub fn poll_move(&mut self, cx: &mut Context<'_>, may_read: bool) -> Poll<io::Result<Moved>> {
        if !self.outbox.is_empty()
            && let Poll::Ready(done) = self.poll_write(cx)
        {
            return Poll::Ready(done.map(|()| Moved::Flushed));
        }
        if !may_read {
            return Poll::Pending;
        }
        let read = pin!(self.stream.read_buf(self.inbox.room())).poll(cx);
        read.map_ok(|bytes| if bytes == 0 { Moved::End } else { Moved::Read(bytes) })
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
