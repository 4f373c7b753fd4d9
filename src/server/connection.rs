//! One connection: frames in, answers out, in order.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use futures_util::{StreamExt as _, future::OptionFuture, stream::FuturesOrdered};
use kafka_protocol::messages::{ApiKey, RequestKind, ResponseKind};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::{oneshot, watch},
    time::{Instant, Sleep, sleep, sleep_until},
};

use super::{
    Shared,
    budget::{Budget, Room, Waiting},
    deadlines::{Deadlines, Situation},
    dispatch::{self, Incoming, Reply},
    end::End,
    limits::{Limit, SMALL_BYTES},
    login::{self, Due, Login},
    sasl::{Exchange, Step},
    wire::{Moved, Wire},
};
use crate::{
    broker::{
        CallContext, Queued,
        observe::{self, RequestId},
    },
    codec::frame::{FrameError, Outbox, encode_bare, encode_response},
};

/// Bytes of the length in front of a frame.
const LENGTH_BYTES: usize = 4;
/// How long the last answers may take to leave when a connection ends.
const LAST_WRITE_WAIT: Duration = Duration::from_secs(1);
/// Bytes of answers that may wait to be written while the next request is started; a reader that is slower than that is
/// waited for.
const OUTBOX_BYTES_BEFORE_NEXT: usize = SMALL_BYTES;
/// Largest request of a client that has not said who it is, in bytes (Kafka's `sasl.server.max.receive.size` is larger).
const STRANGERS_FRAME_BYTES_MAX: usize = SMALL_BYTES;
/// How often a Fetch that is held back for lack of room asks again.
const ROOM_AGAIN_AFTER: Duration = Duration::from_millis(20);
/// Quiet time after which a connection gives its memory back.
const REST_AFTER: Duration = Duration::from_secs(30);

/// What became of a request.
struct Answered {
    reply: Reply,
    /// Under which the broker has noted it; 0 where it never saw it.
    noted: RequestId,
    /// `None`: the client wants no answer.
    answer: Option<ResponseKind>,
}

/// What a request came to.
enum Outcome {
    Answered(Answered),
    /// A step of authentication; `None`: the token came without Kafka's head.
    Login(Option<Reply>, Step),
}

type Answer = Pin<Box<dyn Future<Output = Result<Outcome, End>> + Send>>;

/// A request that has arrived and waits for its turn.
struct Arrived {
    frame: Bytes,
    /// Of a large one, until it is answered.
    room: Option<Room>,
}

/// One connection's state.
pub struct Connection {
    shared: Arc<Shared>,
    /// Lists it among the connections.
    listed: observe::Connection,
    caller: Arc<CallContext>,
    login: Login,
    /// At most one; the rest stays in the inbox, and then in the socket.
    waiting: Option<Arrived>,
    in_flight: FuturesOrdered<Answer>,
    /// Whether those in flight are Produce requests, which may follow each other and must come to their ends.
    producing: bool,
    /// Whether the one in flight waits for what others do. It has done its own part when it begins to wait.
    waits: bool,
    /// Ends when the newest Produce has its place in the log.
    queued: Option<oneshot::Receiver<()>>,
    /// Room for the large request that is being read, and the wait for it.
    room: Option<Room>,
    reserving: Option<Pin<Box<dyn Future<Output = Option<Room>> + Send>>>,
    /// A Fetch is not started because too many answers wait to be written.
    held_back: Option<Waiting>,
    /// The Fetch that is being answered, or its answer that is being written, was made small for the same reason.
    reduced: Option<Waiting>,
    /// Bytes of waiting answers, as the budget knows them.
    answer_bytes: usize,
    deadlines: Deadlines,
    timer: Pin<Box<Sleep>>,
}

impl Connection {
    /// One that was accepted at `since`.
    pub fn new(shared: Arc<Shared>, listed: observe::Connection, since: Instant) -> Self {
        let mut first = since + shared.limits.first_request();
        if shared.authentication {
            first = first.min(since + shared.limits.authenticate());
        }
        Self {
            caller: Arc::new(listed.context("")),
            login: Login::new(shared.authentication, shared.limits.reauthenticate()),
            deadlines: Deadlines::new(since, shared.authentication),
            listed,
            waiting: None,
            in_flight: FuturesOrdered::new(),
            producing: false,
            waits: false,
            queued: None,
            room: None,
            reserving: None,
            held_back: None,
            reduced: None,
            answer_bytes: 0,
            timer: Box::pin(sleep_until(first)),
            shared,
        }
    }

    /// Serves until one side ends it.
    pub async fn run<S>(mut self, stream: S, mut stop: watch::Receiver<bool>)
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let mut wire = Wire::new(stream, self.frame_bytes_max());
        let end = self.serve(&mut wire, &mut stop).await;
        end.say(&self.caller, &self.shared);
        self.finish(&mut wire, &end).await;
        // The last word of an encrypted connection may wait for a peer that reads nothing.
        if tokio::time::timeout(LAST_WRITE_WAIT, wire.close()).await.is_err() {
            tracing::debug!("the peer did not let the connection be closed properly");
        }
    }

    fn frame_bytes_max(&self) -> usize {
        let all = self.shared.limits.frame_bytes_max;
        if self.login.is_due() { all.min(STRANGERS_FRAME_BYTES_MAX) } else { all }
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
            self.note(wire);
            let may_read = self.waiting.is_none() && self.reserving.is_none();
            let moved = tokio::select! {
                biased;
                Some(answered) = self.in_flight.next(), if !self.in_flight.is_empty() => {
                    answered.and_then(|outcome| self.take(outcome, &mut wire.outbox))
                }
                Some(_) = OptionFuture::from(self.queued.as_mut()), if self.queued.is_some() => {
                    self.queued = None;
                    Ok(())
                }
                Some(room) = OptionFuture::from(self.reserving.as_mut()), if self.reserving.is_some() => {
                    self.reserving = None;
                    self.room = room;
                    Ok(())
                }
                moved = poll_fn(|cx| wire.poll_move(cx, may_read)) => match moved {
                    Ok(Moved::End) => Err(End::Closed),
                    Ok(Moved::Read(_) | Moved::Flushed) => {
                        self.deadlines.moved(Instant::now());
                        Ok(())
                    }
                    Err(error) => Err(End::Io(error)),
                },
                _ = stop.wait_for(|stop| *stop) => Err(End::Stopped),
                () = self.timer.as_mut() => self.judge(wire),
                () = sleep(ROOM_AGAIN_AFTER), if self.held_back.is_some() => Ok(()),
            };
            if let Err(end) = moved {
                return end;
            }
        }
    }

    /// Takes frames that arrived and starts what may start now.
    fn start_what_may<S: AsyncRead + AsyncWrite + Unpin>(&mut self, wire: &mut Wire<S>) -> Result<(), End> {
        wire.inbox.allow(self.frame_bytes_max());
        loop {
            if self.waiting.is_none()
                && let Some(frame) = wire.inbox.take()?
            {
                self.deadlines.request();
                self.waiting = Some(Arrived { frame, room: self.room.take() });
            }
            let may = self.waiting.as_ref().is_some_and(|arrived| self.may_start(&arrived.frame, &wire.outbox));
            let Some(arrived) = self.waiting.take_if(|_| may) else { return Ok(()) };
            self.start(arrived, &mut wire.outbox)?;
        }
    }

    /// Whether a request may start. One is answered after the other; only Produce requests may follow each other.
    fn may_start(&self, frame: &[u8], outbox: &Outbox) -> bool {
        let follows = || {
            let is_next = self.producing && self.queued.is_none() && dispatch::is_produce(frame);
            let has_place = self.in_flight.len() < self.shared.limits.in_flight_max;
            if is_next && !has_place {
                self.shared.hits.count(Limit::InFlight);
            }
            is_next && has_place
        };
        let fits = !dispatch::is_fetch(frame) || !self.shared.budget.is_overfull_of_answers();
        fits && outbox.bytes() <= OUTBOX_BYTES_BEFORE_NEXT && (self.in_flight.is_empty() || follows())
    }

    fn start(&mut self, arrived: Arrived, outbox: &mut Outbox) -> Result<(), End> {
        let Arrived { frame, room } = arrived;
        let bytes = frame.len() + LENGTH_BYTES;
        let frame = match self.login.read(frame, Instant::now())? {
            Due::Request(frame) => frame,
            Due::Answer(reply, answer, end) => {
                self.put(Answered { reply, noted: 0, answer: Some(answer) }, outbox)?;
                return end.map_or(Ok(()), Err);
            }
            Due::Token(reply, exchange, token) => {
                (self.producing, self.waits) = (false, false);
                self.in_flight.push_back(self.step(reply, exchange, token));
                return Ok(());
            }
        };
        self.take_role()?;
        let (head, incoming) = dispatch::read(frame)?;
        let client_id = head.client_id.as_deref().unwrap_or_default();
        if self.caller.client_id != client_id {
            Arc::make_mut(&mut self.caller).client_id = client_id.to_owned();
        }
        self.producing = matches!(incoming, Incoming::Produce(..));
        let (broker, caller) = (self.shared.broker.clone(), self.caller.clone());
        match incoming {
            Incoming::UnknownApiVersions(reply) => {
                let answer = Some(dispatch::unknown_api_versions());
                return self.put(Answered { reply, noted: 0, answer }, outbox);
            }
            Incoming::Produce(reply, request) => {
                let (queued, told) = Queued::new();
                self.queued = Some(told);
                self.in_flight.push_back(Box::pin(async move {
                    let _room = room;
                    let silent = request.acks == 0;
                    let (answer, noted) = broker.produce(&caller, reply.version, request, &queued, bytes).await;
                    match answer {
                        ResponseKind::Produce(answer) if silent && dispatch::has_failed(&answer) => Err(End::Refused),
                        _ if silent => Ok(Outcome::Answered(Answered { reply, noted, answer: None })),
                        answer => Ok(Outcome::Answered(Answered { reply, noted, answer: Some(answer) })),
                    }
                }));
            }
            Incoming::Other(reply, mut request) => {
                if let RequestKind::Fetch(fetch) = &mut request
                    && self.shared.budget.is_full_of_answers()
                {
                    // The first batch is given whole all the same, so that every reader gets on.
                    fetch.max_bytes = fetch.max_bytes.min(SMALL_BYTES as i32);
                    self.shared.hits.count(Limit::BufferedBytes);
                    self.reduced = Some(self.shared.budget.wait());
                }
                self.waits = matches!(reply.api, ApiKey::Fetch | ApiKey::JoinGroup | ApiKey::SyncGroup);
                self.in_flight.push_back(Box::pin(async move {
                    let _room = room;
                    let (answer, noted) = broker.call_framed(&caller, reply.version, request, bytes).await;
                    Ok(Outcome::Answered(Answered { reply, noted, answer: Some(answer) }))
                }));
            }
        }
        Ok(())
    }

    /// Looks at a token of authentication.
    fn step(&self, reply: Option<Reply>, exchange: Exchange, token: Bytes) -> Answer {
        let (broker, checks) = (self.shared.broker.clone(), self.shared.password_checks.clone());
        Box::pin(async move {
            // Never closed, so there is always a permit to wait for.
            let _permit = if exchange.is_costly() { checks.acquire_owned().await.ok() } else { None };
            let step = tokio::task::spawn_blocking(move || exchange.step(&token, broker.users())).await;
            let step = step.map_err(|_| End::Stopped)?;
            if matches!(step, Step::Failed { .. }) {
                sleep(login::FAILED_DELAY).await;
            }
            Ok(Outcome::Login(reply, step))
        })
    }

    /// The role of who is logged in, as it is now.
    fn take_role(&mut self) -> Result<(), End> {
        let Some(user) = self.login.user() else { return Ok(()) };
        let role = self.shared.broker.users().role(user).ok_or(End::Removed)?;
        if self.caller.role != role {
            Arc::make_mut(&mut self.caller).role = role;
        }
        Ok(())
    }

    /// Notes what a request came to, and writes the answer behind those that wait.
    fn take(&mut self, outcome: Outcome, outbox: &mut Outbox) -> Result<(), End> {
        let (reply, step) = match outcome {
            Outcome::Answered(answered) => return self.put(answered, outbox),
            Outcome::Login(reply, step) => (reply, step),
        };
        let (answer, end) = self.login.took(reply, step, Instant::now());
        if let Some(user) = self.login.user().filter(|_| end.is_none()) {
            let principal = format!("User:{user}");
            self.deadlines.logged_in();
            self.listed.authenticated(&principal);
            Arc::make_mut(&mut self.caller).principal = principal;
        }
        match answer {
            login::Answer::Kafka(reply, answer) => {
                self.put(Answered { reply, noted: 0, answer: Some(answer) }, outbox)?
            }
            login::Answer::Bare(token) => drop(encode_bare(&token, outbox)?),
            login::Answer::Nothing => {}
        }
        end.map_or(Ok(()), Err)
    }

    /// Tells budget and deadlines how things stand.
    fn note<S: AsyncRead + AsyncWrite + Unpin>(&mut self, wire: &Wire<S>) {
        let answer_bytes = Some(wire.outbox.bytes()).filter(|bytes| Budget::is_large(*bytes)).unwrap_or(0);
        if answer_bytes != self.answer_bytes {
            self.shared.budget.answers(self.answer_bytes, answer_bytes);
            self.answer_bytes = answer_bytes;
        }
        let is_fetch = self.waiting.as_ref().is_some_and(|arrived| dispatch::is_fetch(&arrived.frame));
        if self.in_flight.is_empty() && wire.outbox.is_empty() {
            self.reduced = None;
        }
        if !is_fetch || !self.in_flight.is_empty() || !self.shared.budget.is_overfull_of_answers() {
            self.held_back = None;
        } else if self.held_back.is_none() {
            self.shared.hits.count(Limit::BufferedBytes);
            self.held_back = Some(self.shared.budget.wait());
        }
        let expects = wire.inbox.expects().filter(|bytes| Budget::is_large(*bytes));
        if let Some(bytes) = expects.filter(|_| self.room.is_none() && self.reserving.is_none()) {
            self.room = self.shared.budget.try_reserve(bytes);
            if self.room.is_none() {
                self.shared.hits.count(Limit::BufferedBytes);
                self.reserving = Some(Box::pin(self.shared.budget.clone().reserve(bytes)));
            }
        }
        let waits = !wire.outbox.is_empty();
        let reads = wire.inbox.is_inside_frame() && self.waiting.is_none() && self.reserving.is_none();
        let now = if waits || reads { Instant::now() } else { self.timer.deadline() };
        let mut look = self.timer.deadline();
        if reads {
            look = look.min(self.deadlines.inside_frame(now, wire.read_bytes, expects.is_some(), &self.shared.limits));
        } else {
            self.deadlines.no_frame();
        }
        if waits {
            look =
                look.min(self.deadlines.answers_wait(now, wire.written_bytes, answer_bytes > 0, &self.shared.limits));
        } else {
            self.deadlines.no_answers();
        }
        if look < self.timer.deadline() {
            self.timer.as_mut().reset(look);
        }
    }

    /// Ends the connection if it takes too long for something; else sets the timer for the next look.
    fn judge<S: AsyncRead + AsyncWrite + Unpin>(&mut self, wire: &mut Wire<S>) -> Result<(), End> {
        let now = Instant::now();
        let situation = Situation {
            is_busy: !self.in_flight.is_empty() || self.waiting.is_some() || self.reserving.is_some(),
            read_bytes: wire.read_bytes,
            written_bytes: wire.written_bytes,
            room_is_wanted: self.shared.budget.is_wanted(),
        };
        let mut next = self.deadlines.judge(now, &self.shared.limits, situation).map_err(End::Limit)?;
        if !wire.inbox.is_at_rest() {
            if self.deadlines.is_quiet_for(now, REST_AFTER) {
                wire.inbox.rest();
            }
            next = next.min(now + REST_AFTER);
        }
        self.timer.as_mut().reset(next);
        Ok(())
    }

    /// Brings to its end what changes something, also where nobody is left to hear of it (Kafka too processes what had
    /// arrived before the end), and gives the last answers a moment to leave.
    async fn finish<S>(&mut self, wire: &mut Wire<S>, end: &End)
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let is_alone = matches!(end, End::Closed | End::Io(_));
        while (self.producing || (is_alone && !self.waits))
            && let Some(answered) = self.in_flight.next().await
        {
            if answered.and_then(|outcome| self.take(outcome, &mut wire.outbox)).is_err() {
                break;
            }
        }
        // Only when the peer may still be there and take them.
        let takes = !matches!(end, End::Closed | End::Io(_) | End::Limit(Limit::WriteMs | Limit::BufferedBytes));
        if wire.outbox.is_empty() || !takes {
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
        let bytes = encode_response(api, version, correlation_id, answer, outbox)? + LENGTH_BYTES;
        self.listed.answered(noted, bytes);
        Ok(())
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.shared.budget.answers(self.answer_bytes, 0);
    }
}
