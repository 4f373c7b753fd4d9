//! One connection: frames in, answers out, in order.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use futures_util::{StreamExt as _, stream::FuturesOrdered};
use kafka_protocol::messages::{ApiKey, ResponseKind};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::{oneshot, watch},
};

use super::{
    dispatch::{self, Incoming, Reply},
    limits::Limits,
    wire::{Moved, Wire},
};
use crate::{
    broker::{
        Broker, CallContext, Queued,
        observe::{self, RequestId},
    },
    codec::frame::{FrameError, Outbox, encode_response},
};

/// Bytes of the length in front of a frame.
const LENGTH_BYTES: usize = 4;

/// How long the last answers may take to leave when a connection ends.
const LAST_WRITE_WAIT: Duration = Duration::from_secs(1);

/// Bytes of answers that may wait to be written while the next request is started; a reader that is slower than that is
/// waited for.
const OUTBOX_BYTES_BEFORE_NEXT: usize = 64 * 1024;

/// Why a connection ended.
#[derive(Debug, thiserror::Error)]
pub enum End {
    #[error("the client closed it")]
    Closed,
    #[error("the listener stops")]
    Stopped,
    #[error(transparent)]
    Frame(#[from] FrameError),
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("records sent with acks=0 were refused, and closing is how Kafka tells such a producer")]
    Refused,
}

/// What became of a request.
struct Answered {
    reply: Reply,
    /// Under which the broker has noted it; 0 where it never saw it.
    noted: RequestId,
    /// `None`: the client wants no answer.
    answer: Option<ResponseKind>,
}

type Answer = Pin<Box<dyn Future<Output = Result<Answered, End>> + Send>>;

/// One connection's state.
pub struct Connection {
    broker: Broker,
    /// Lists it among the connections.
    listed: observe::Connection,
    caller: Arc<CallContext>,
    limits: Arc<Limits>,
    /// Frames that arrived and wait for their turn: at most one, the rest stays in the inbox.
    waiting: Option<Bytes>,
    in_flight: FuturesOrdered<Answer>,
    /// Whether those in flight are Produce requests, which may follow each other and must come to their ends.
    producing: bool,
    /// Ends when the newest Produce has its place in the log.
    queued: Option<oneshot::Receiver<()>>,
}

impl Connection {
    pub fn new(broker: Broker, listed: observe::Connection, limits: Arc<Limits>) -> Self {
        Self {
            broker,
            caller: Arc::new(listed.context("")),
            listed,
            limits,
            waiting: None,
            in_flight: FuturesOrdered::new(),
            producing: false,
            queued: None,
        }
    }

    /// Serves until one side ends it.
    pub async fn run<S>(mut self, stream: S, mut stop: watch::Receiver<bool>)
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let mut wire = Wire::new(stream, self.limits.frame_bytes_max);
        let end = self.serve(&mut wire, &mut stop).await;
        let (id, host, client) = (self.caller.connection_id, &self.caller.client_host, &self.caller.client_id);
        match &end {
            End::Closed | End::Stopped | End::Io(_) => {
                tracing::debug!(connection = id, %host, %client, why = %end, "connection closed");
            }
            _ => tracing::warn!(connection = id, %host, %client, why = %end, "connection closed"),
        }
        self.finish(&mut wire, &end).await;
        wire.close().await;
    }

    /// Answers requests; returns why that ended.
    async fn serve<S>(&mut self, wire: &mut Wire<S>, stop: &mut watch::Receiver<bool>) -> End
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        loop {
            if let Err(end) = self.start_what_may(wire) {
                return end;
            }
            let may_read = self.waiting.is_none();
            let moved = tokio::select! {
                biased;
                Some(answered) = self.in_flight.next(), if !self.in_flight.is_empty() => {
                    answered.and_then(|answered| self.put(answered, &mut wire.outbox))
                }
                () = told(&mut self.queued), if self.queued.is_some() => {
                    self.queued = None;
                    Ok(())
                }
                moved = poll_fn(|cx| wire.poll_move(cx, may_read)) => match moved {
                    Ok(Moved::End) => Err(End::Closed),
                    Ok(Moved::Read(_) | Moved::Flushed) => Ok(()),
                    Err(error) => Err(End::Io(error)),
                },
                _ = stop.wait_for(|stop| *stop) => Err(End::Stopped),
            };
            if let Err(end) = moved {
                return end;
            }
        }
    }

    /// Takes frames that arrived and starts what may start now.
    fn start_what_may<S: AsyncRead + AsyncWrite + Unpin>(&mut self, wire: &mut Wire<S>) -> Result<(), End> {
        loop {
            if self.waiting.is_none() {
                self.waiting = wire.inbox.take()?;
            }
            let Some(frame) = self.waiting.take_if(|frame| {
                let alone = self.in_flight.is_empty();
                let follows = self.producing
                    && self.queued.is_none()
                    && self.in_flight.len() < self.limits.in_flight_max
                    && dispatch::is_produce(frame);
                (alone || follows) && wire.outbox.bytes() <= OUTBOX_BYTES_BEFORE_NEXT
            }) else {
                return Ok(());
            };
            self.start(frame, &mut wire.outbox)?;
        }
    }

    fn start(&mut self, frame: Bytes, outbox: &mut Outbox) -> Result<(), End> {
        let bytes = frame.len() + LENGTH_BYTES;
        let (head, incoming) = dispatch::read(frame)?;
        let client_id = head.client_id.as_deref().unwrap_or_default();
        if self.caller.client_id != client_id {
            Arc::make_mut(&mut self.caller).client_id = client_id.to_owned();
        }
        self.producing = matches!(incoming, Incoming::Produce(..));
        let (broker, caller) = (self.broker.clone(), self.caller.clone());
        match incoming {
            Incoming::UnknownApiVersions(reply) => {
                let answer = Some(dispatch::unknown_api_versions());
                return self.put(Answered { reply, noted: 0, answer }, outbox);
            }
            Incoming::Produce(reply, request) => {
                let (queued, told) = Queued::new();
                self.queued = Some(told);
                self.in_flight.push_back(Box::pin(async move {
                    let silent = request.acks == 0;
                    let (answer, noted) = broker.produce(&caller, reply.version, request, &queued, bytes).await;
                    match answer {
                        ResponseKind::Produce(answer) if silent && dispatch::has_failed(&answer) => Err(End::Refused),
                        _ if silent => Ok(Answered { reply, noted, answer: None }),
                        answer => Ok(Answered { reply, noted, answer: Some(answer) }),
                    }
                }));
            }
            Incoming::Other(reply, request) => self.in_flight.push_back(Box::pin(async move {
                let (answer, noted) = broker.call_framed(&caller, reply.version, request, bytes).await;
                Ok(Answered { reply, noted, answer: Some(answer) })
            })),
        }
        Ok(())
    }

    /// Brings to its end what changes something, and gives the last answers a moment to leave.
    async fn finish<S>(&mut self, wire: &mut Wire<S>, end: &End)
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        while self.producing
            && let Some(answered) = self.in_flight.next().await
        {
            if answered.and_then(|answered| self.put(answered, &mut wire.outbox)).is_err() {
                break;
            }
        }
        // Only when the peer may still be there.
        if wire.outbox.is_empty() || matches!(end, End::Closed | End::Io(_)) {
            return;
        }
        let flushed = poll_fn(|cx| wire.poll_move(cx, false));
        if tokio::time::timeout(LAST_WRITE_WAIT, flushed).await.is_err() {
            tracing::debug!(connection = self.caller.connection_id, "the last answers were not taken");
        }
    }

    /// Writes an answer behind those that wait.
    fn put(&self, answered: Answered, outbox: &mut Outbox) -> Result<(), End> {
        let Answered { reply: Reply { api, version, correlation_id }, noted, answer } = answered;
        let Some(answer) = answer else { return Ok(()) };
        // How the broker says that it does not serve this.
        if matches!(answer, ResponseKind::ApiVersions(_)) && api != ApiKey::ApiVersions {
            return Err(FrameError::Unsupported { key: api as i16, version }.into());
        }
        let before = outbox.bytes();
        encode_response(api, version, correlation_id, answer, outbox)?;
        self.listed.answered(noted, outbox.bytes().saturating_sub(before));
        Ok(())
    }
}

/// Waits until the newest Produce is queued; its end without a word means that it has ended.
async fn told(queued: &mut Option<oneshot::Receiver<()>>) {
    if let Some(queued) = queued {
        // Ended either way.
        let _ = queued.await;
    }
}
