//! One connection: requests out, answers in, in the same order.
//!
//! Where a login counts for some time only, the user logs in anew on the same connection (KIP-368). The first request after
//! most of that time waits until all others have their answers, as a broker takes nothing else meanwhile; then the login's
//! own messages go back and forth, and then that request. Nothing is lost by it, and nothing asked twice.

use std::{
    collections::VecDeque,
    io::{self, IoSlice},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
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
    dial::{self, Dialed, Stream},
    fault::{ReachCause, ReachFault},
    handshake, no_connection,
};
use crate::{
    client::{ClientError, Security, wire::text},
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
}

impl Link {
    /// Starts to serve a connection, and tells the broker who we are.
    /// `security` and `wait` are for logging in anew.
    pub fn start(
        dialed: Dialed,
        address: &HostPort,
        client_id: &StrBytes,
        security: &Arc<Security>,
        wait: Duration,
    ) -> Self {
        let (requests, waiting) = mpsc::channel(REQUESTS_WAITING_MAX);
        let open = Arc::new(AtomicUsize::new(0));
        let task = Task {
            address: address.clone(),
            client_id: client_id.clone(),
            security: security.clone(),
            wait,
            held: None,
            open: open.clone(),
            unanswered: VecDeque::new(),
            inbox: Inbox::new(FRAME_BYTES_MAX_DEFAULT),
            outbox: Outbox::default(),
            correlation_id: 0,
            silent: Vec::new(),
            was_answered: false,
        };
        tokio::spawn(task.run(dialed, waiting));
        Self { requests, open }
    }

    /// Requests without their answer.
    pub fn open_requests(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    /// Whether the connection has ended.
    pub fn is_closed(&self) -> bool {
        self.requests.is_closed()
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
    security: Arc<Security>,
    /// How long a login may take.
    wait: Duration,
    /// What is asked first after the next login.
    held: Option<Request>,
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
    async fn run(mut self, dialed: Dialed, mut requests: mpsc::Receiver<Request>) {
        self.say_hello();
        let Err(error) = self.go_on(dialed, &mut requests).await else { return };
        // From here on the handle is closed, and nobody new asks.
        requests.close();
        let unanswered = std::mem::take(&mut self.unanswered).into_iter().filter_map(|waiting| waiting.reply);
        let held = self.held.take().map(|request| request.reply);
        let mut replies: Vec<Reply> = unanswered.chain(self.silent.drain(..)).chain(held).collect();
        while let Ok(request) = requests.try_recv() {
            replies.push(request.reply);
        }
        for reply in replies {
            // Who does not wait any more does not hear it.
            let _ = reply.send(Err(error.clone()));
        }
    }

    /// From login to login; `Ok` when the handle was dropped.
    async fn go_on(&mut self, mut dialed: Dialed, requests: &mut mpsc::Receiver<Request>) -> Result<(), ClientError> {
        let version = Some(dialed.login_version);
        while let Some(stream) = self.serve(dialed, requests).await? {
            let Some(sasl) = &self.security.sasl else { return Ok(()) };
            let how = (sasl, self.security.tls.as_ref());
            let again = dial::log_in(stream, &self.address, &self.client_id, how, self.wait, version).await;
            dialed = again.map_err(ended_in_login)?;
            if let Some(request) = self.held.take() {
                self.put(request);
            }
        }
        Ok(())
    }

    /// Gives the stream back when the user is to log in anew, with nothing on its way; `None` when the handle was dropped.
    async fn serve(
        &mut self,
        Dialed { stream, until, .. }: Dialed,
        requests: &mut mpsc::Receiver<Request>,
    ) -> Result<Option<Box<dyn Stream>>, ClientError> {
        let (mut reader, mut writer) = tokio::io::split(stream);
        loop {
            if self.held.is_some() && self.unanswered.is_empty() && self.outbox.is_empty() {
                return Ok(Some(reader.unsplit(writer)));
            }
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
                request = requests.recv(), if self.held.is_none() => match request {
                    Some(request) if until.is_some_and(|until| until <= Instant::now()) => self.held = Some(request),
                    Some(request) => self.put(request),
                    None => return Ok(None),
                },
                () = given_up(&mut self.held) => {
                    self.held = None;
                    self.open.fetch_sub(1, Ordering::Relaxed);
                }
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
        handshake::lost(&self.address, error, self.security.tls.as_ref()).into_error()
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

/// What went wrong with logging in anew, where the listener is known to let users log in.
fn ended_in_login(fault: ReachFault) -> ClientError {
    let cause = match fault.cause {
        ReachCause::ClosedInsteadOfLogin => ReachCause::Lost { why: "it was closed".to_owned() },
        cause => cause,
    };
    ReachFault { cause, ..fault }.into_error()
}

/// Comes when nobody waits for the answer to a request any more.
async fn given_up(request: &mut Option<Request>) {
    match request {
        Some(request) => request.reply.closed().await,
        None => std::future::pending().await,
    }
}
