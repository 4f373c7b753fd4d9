//! One connection: requests out, answers in, in the same order.

use std::{
    collections::VecDeque,
    io::{self, IoSlice},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use kafka_protocol::{
    messages::{ApiKey, ApiVersionsRequest, ProduceResponse, RequestKind, ResponseKind},
    protocol::StrBytes,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    sync::{mpsc, oneshot},
};

use super::{
    dial::{Dialed, Stream},
    fault::{ReachCause, ReachFault},
    handshake, no_connection,
};
use crate::{
    client::{ClientError, wire::text},
    codec::{
        apis,
        frame::{
            FRAME_BYTES_MAX_DEFAULT, FrameError, Inbox, Outbox, decode_response, encode_request, take_correlation_id,
        },
    },
    model::HostPort,
};

/// Requests that may wait to be written; who asks more waits.
const REQUESTS_WAITING_MAX: usize = 64;
/// Version of the first request, which only says who we are. A broker that does not know it answers in version 0.
const HELLO_VERSION: i16 = 3;
/// Pieces handed to the system in one write.
const SLICES_PER_WRITE: usize = 16;

type Reply = oneshot::Sender<Result<ResponseKind, ClientError>>;

struct Request {
    api: ApiKey,
    version: i16,
    kind: RequestKind,
    reply: Reply,
}

/// A handle to a connection's task, which ends when the handle is dropped.
pub struct Link {
    requests: mpsc::Sender<Request>,
    /// Requests without their answer, also of those who no longer wait for it.
    open: Arc<AtomicUsize>,
    /// From then on the broker may refuse to go on without another login.
    until: Option<Instant>,
}

impl Link {
    /// Starts to serve a connection, and tells the broker who we are.
    pub fn start(Dialed { stream, until }: Dialed, address: &HostPort, client_id: &StrBytes) -> Self {
        let (requests, waiting) = mpsc::channel(REQUESTS_WAITING_MAX);
        let open = Arc::new(AtomicUsize::new(0));
        let task = Task {
            address: address.clone(),
            client_id: client_id.clone(),
            open: open.clone(),
            unanswered: VecDeque::new(),
            inbox: Inbox::new(FRAME_BYTES_MAX_DEFAULT),
            outbox: Outbox::default(),
            correlation_id: 0,
            silent: Vec::new(),
            was_answered: false,
        };
        tokio::spawn(task.run(stream, waiting));
        Self { requests, open, until }
    }

    /// Requests without their answer.
    pub fn open_requests(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    /// Whether the connection has ended.
    pub fn is_closed(&self) -> bool {
        self.requests.is_closed()
    }

    /// Whether another connection is to be used from now on; nothing waits on this one.
    pub fn is_spent(&self) -> bool {
        let is_over = self.until.is_some_and(|until| until <= Instant::now());
        self.is_closed() || (is_over && self.open_requests() == 0)
    }

    /// Asks and waits for the answer.
    pub async fn call(&self, version: i16, kind: RequestKind) -> Result<ResponseKind, ClientError> {
        let ended = || no_connection("the connection has just ended".to_owned());
        let api = apis::key_of(&kind).ok_or_else(|| ClientError::BadAnswer {
            asked: String::new(),
            why: "Millpond cannot write this request".to_owned(),
        })?;
        let (reply, answer) = oneshot::channel();
        self.open.fetch_add(1, Ordering::Relaxed);
        if self.requests.send(Request { api, version, kind, reply }).await.is_err() {
            return Err(ended());
        }
        answer.await.map_err(|_| ended())?
    }
}

/// What waits for its answer.
struct Unanswered {
    api: ApiKey,
    version: i16,
    correlation_id: i32,
    /// `None`: for our own first request.
    reply: Option<Reply>,
}

/// The connection's own half.
struct Task {
    address: HostPort,
    client_id: StrBytes,
    open: Arc<AtomicUsize>,
    unanswered: VecDeque<Unanswered>,
    inbox: Inbox,
    outbox: Outbox,
    correlation_id: i32,
    /// With acks=0 nobody answers: these are done when what is written is on its way.
    silent: Vec<Reply>,
    /// Whether the broker has answered anything that was asked.
    was_answered: bool,
}

impl Task {
    async fn run(mut self, stream: Box<dyn Stream>, mut requests: mpsc::Receiver<Request>) {
        self.say_hello();
        let Err(error) = self.serve(stream, &mut requests).await else { return };
        // From here on the handle is closed, and nobody new asks.
        requests.close();
        let unanswered = std::mem::take(&mut self.unanswered).into_iter().filter_map(|waiting| waiting.reply);
        let mut replies: Vec<Reply> = unanswered.chain(self.silent.drain(..)).collect();
        while let Ok(request) = requests.try_recv() {
            replies.push(request.reply);
        }
        for reply in replies {
            // Who does not wait any more does not hear it.
            let _ = reply.send(Err(error.clone()));
        }
    }

    /// `Ok` when the handle was dropped.
    async fn serve(
        &mut self,
        stream: Box<dyn Stream>,
        requests: &mut mpsc::Receiver<Request>,
    ) -> Result<(), ClientError> {
        let (mut reader, mut writer) = tokio::io::split(stream);
        loop {
            let mut slices = [IoSlice::new(&[]); SLICES_PER_WRITE];
            let count = self.outbox.slices(&mut slices);
            tokio::select! {
                written = writer.write_vectored(&slices[..count]), if count > 0 => {
                    let written = written.and_then(|bytes| {
                        if bytes == 0 { Err(io::ErrorKind::WriteZero.into()) } else { Ok(bytes) }
                    });
                    self.outbox.advance(written.map_err(|error| self.lost(&error))?);
                    if self.outbox.is_empty() {
                        writer.flush().await.map_err(|error| self.lost(&error))?;
                        self.end_silent();
                    }
                }
                read = reader.read_buf(self.inbox.room()) => match read {
                    Ok(0) => return Err(self.closed_by_peer()),
                    Ok(_) => self.hand_out().map_err(|error| self.unreadable(&error))?,
                    Err(error) => return Err(self.lost(&error)),
                },
                request = requests.recv() => match request {
                    Some(request) => self.put(request),
                    None => return Ok(()),
                },
            }
        }
    }

    /// Lets the broker list what is connected (KIP-511).
    fn say_hello(&mut self) {
        let hello = ApiVersionsRequest::default()
            .with_client_software_name(text("millpond"))
            .with_client_software_version(text(env!("CARGO_PKG_VERSION")));
        let correlation_id = self.next_correlation_id();
        let api = ApiKey::ApiVersions;
        match encode_request(api, HELLO_VERSION, correlation_id, &self.client_id, &hello.into(), &mut self.outbox) {
            Ok(_) => {
                self.unanswered.push_back(Unanswered { api, version: HELLO_VERSION, correlation_id, reply: None });
            }
            Err(error) => tracing::debug!(%error, "the broker does not learn who we are"),
        }
    }

    fn next_correlation_id(&mut self) -> i32 {
        self.correlation_id = self.correlation_id.wrapping_add(1) & i32::MAX;
        self.correlation_id
    }

    fn put(&mut self, request: Request) {
        let Request { api, version, kind, reply } = request;
        let correlation_id = self.next_correlation_id();
        let silent = matches!(&kind, RequestKind::Produce(produce) if produce.acks == 0);
        let written = encode_request(api, version, correlation_id, &self.client_id, &kind, &mut self.outbox);
        match written {
            Ok(_) if silent => self.silent.push(reply),
            Ok(_) => self.unanswered.push_back(Unanswered { api, version, correlation_id, reply: Some(reply) }),
            Err(error) => {
                self.open.fetch_sub(1, Ordering::Relaxed);
                // Who does not wait any more does not hear it.
                let _ = reply.send(Err(ClientError::BadAnswer { asked: String::new(), why: error.to_string() }));
            }
        }
    }

    fn end_silent(&mut self) {
        for reply in self.silent.drain(..) {
            self.open.fetch_sub(1, Ordering::Relaxed);
            // Who does not wait any more does not hear it.
            let _ = reply.send(Ok(ProduceResponse::default().into()));
        }
    }

    /// Gives the answers that have arrived to those who asked.
    fn hand_out(&mut self) -> Result<(), FrameError> {
        while let Some(mut frame) = self.inbox.take()? {
            let correlation_id = take_correlation_id(&mut frame)?;
            let first = self.unanswered.pop_front().filter(|first| first.correlation_id == correlation_id);
            let Some(Unanswered { api, version, reply, .. }) = first else {
                return Err(FrameError::Head { why: "it answers something that was not asked" });
            };
            let Some(reply) = reply else { continue };
            self.open.fetch_sub(1, Ordering::Relaxed);
            self.was_answered = true;
            let answer = decode_response(api, version, frame);
            let answer =
                answer.map_err(|error| ClientError::BadAnswer { asked: String::new(), why: error.to_string() });
            // Who does not wait any more does not hear it.
            let _ = reply.send(answer);
        }
        Ok(())
    }

    fn lost(&self, error: &io::Error) -> ClientError {
        handshake::lost(&self.address, error).into_error()
    }

    fn unreadable(&self, error: &FrameError) -> ClientError {
        match error {
            FrameError::TooLarge { bytes, .. } if !self.was_answered && handshake::is_alert(*bytes) => {
                ReachFault::new(&self.address, ReachCause::WantsTls).into_error()
            }
            _ => no_connection(format!("{}: {error}", self.address)),
        }
    }

    fn closed_by_peer(&self) -> ClientError {
        let address = &self.address;
        if self.was_answered {
            return no_connection(format!("{address} closed the connection"));
        }
        ReachFault::new(address, ReachCause::ClosedUnanswered).into_error()
    }
}
