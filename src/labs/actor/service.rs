//! The sign-up service: a form, a row in its own table, a welcome message. In sequence it sends the message itself before
//! it answers; with a queue it leaves a message in a topic and answers.

use std::{sync::Arc, time::Duration};

use futures_util::{StreamExt, stream::FuturesUnordered};
use tokio::{
    sync::Semaphore,
    time::{Instant, timeout},
};

use super::{Me, chance::Chance, desk::name_of, pace::Pace};
use crate::{
    client::{BoxFuture, Producer, ProducerOptions},
    labs::{
        file::ServiceMode,
        view::{ActorState, Place, RequestFailure, StoryKind, TravelKind},
    },
    model::NewRecord,
};

/// Requests that wait for their turn, for each that can be worked on; more are refused.
const WAITING_EACH_MAX: usize = 50;
/// Requests that are under way, with those that wait.
const REQUESTS_MAX: usize = 20_000;
/// How long a person waits where the file says nothing, in milliseconds.
const TIMEOUT_MS: f64 = 30_000.0;

/// What the requests of a service share.
struct Office {
    me: Arc<Me>,
    producer: Producer,
    seats: Semaphore,
}

/// Until it is told to stop.
pub async fn run(me: Arc<Me>) {
    let capacity = me.spec().capacity.unwrap_or(1).max(1) as usize;
    let producer = Producer::start(me.client(), ProducerOptions { linger_ms: 1, ..ProducerOptions::default() });
    let office = Arc::new(Office { me: Arc::clone(&me), producer, seats: Semaphore::new(capacity) });
    let mut seats = capacity;
    let mut pace = Pace::new(Chance::seed_of(me.scene.seed, &me.id) ^ 3);
    let mut open: FuturesUnordered<BoxFuture<'static, ()>> = FuturesUnordered::new();
    let mut number = 0;
    while !me.is_stopping() {
        let wanted = me.spec().capacity.unwrap_or(1).max(1) as usize;
        if wanted > seats {
            office.seats.add_permits(wanted - seats);
            seats = wanted;
        } else {
            // Seats that are taken go when they are free.
            seats -= office.seats.forget_permits(seats - wanted);
        }
        tokio::select! {
            biased;
            Some(()) = open.next(), if !open.is_empty() => {}
            due = pace.due(&me) => if due {
                me.scene.desk(&me.id, |desk| desk.asked());
                let is_full = open.len() >= (seats * (1 + WAITING_EACH_MAX)).min(REQUESTS_MAX);
                if is_full {
                    office.fail(RequestFailure::Refused, 0.0);
                } else {
                    open.push(Box::pin(Arc::clone(&office).serve(number)));
                }
                number += 1;
            },
        }
        let busy = office.seats.available_permits() < seats;
        if !me.is_paused() {
            me.state(if busy { ActorState::Running } else { ActorState::Waiting });
        }
    }
    // Who is inside is served to the end.
    while open.next().await.is_some() {}
}

impl Office {
    async fn serve(self: Arc<Self>, number: u64) {
        let began = Instant::now();
        let ledger = &self.me.scene.ledger;
        let place = Place::Actor(Arc::clone(&self.me.id));
        let name = name_of(number);
        ledger.travel(Place::Person, place.clone(), TravelKind::Request, Arc::clone(&name), 1);
        let limit = self.me.spec().timeout_ms.unwrap_or(TIMEOUT_MS);
        let limit = Duration::from_micros((limit * 1_000.0) as u64);
        let mode = self.me.spec().mode;
        let outcome = timeout(limit, self.work(mode, &name)).await.unwrap_or(Err(RequestFailure::TimedOut));
        let took_ms = began.elapsed().as_secs_f64() * 1_000.0;
        match outcome {
            Ok(()) => {
                let now = ledger.now_ms();
                self.me.scene.desk(&self.me.id, |desk| desk.served(mode, now, took_ms));
                ledger.note(&self.me.id, |tally| tally.processed += 1);
                ledger.travel(place, Place::Person, TravelKind::Answer, name, 1);
                ledger.tell(StoryKind::Served { actor: Arc::clone(&self.me.id), took_ms: took_ms as i64 });
            }
            Err(why) => self.fail(why, took_ms),
        }
    }

    fn fail(&self, why: RequestFailure, took_ms: f64) {
        let ledger = &self.me.scene.ledger;
        let now = ledger.now_ms();
        self.me.scene.desk(&self.me.id, |desk| desk.failed(why, now, took_ms));
        ledger.note(&self.me.id, |tally| tally.failed += 1);
        let actor = Arc::clone(&self.me.id);
        ledger.tell(StoryKind::RequestFailed { actor, why, took_ms: took_ms as i64 });
    }

    async fn work(&self, mode: ServiceMode, name: &str) -> Result<(), RequestFailure> {
        let _seat = self.seats.acquire().await.map_err(|_| RequestFailure::Refused)?;
        let _busy = Busy::begin(&self.me);
        let (database_ms, message_ms, calls, topic) = {
            let spec = self.me.spec();
            (spec.database_ms.unwrap_or(0.0), spec.message_ms.unwrap_or(0.0), spec.calls.clone(), spec.topic.clone())
        };
        sleep_ms(database_ms).await;
        let now = self.me.scene.ledger.now_ms();
        let row = self.me.scene.desk(&self.me.id, |desk| desk.insert(name, now));
        let number = row.map_err(|_| RequestFailure::Refused)?;
        match mode {
            ServiceMode::Sequence => {
                if calls.is_some_and(|callee| self.is_down(&callee)) {
                    return Err(RequestFailure::CalleeDown);
                }
                sleep_ms(message_ms).await;
                Ok(())
            }
            ServiceMode::Queue => self.leave_message(topic.as_deref().unwrap_or_default(), number, name).await,
        }
    }

    fn is_down(&self, callee: &str) -> bool {
        let state = self.me.scene.ledger.tally(callee).state;
        matches!(state, None | Some(ActorState::Stopped | ActorState::Crashed | ActorState::Paused))
    }

    /// A message in a topic, for whoever sends the welcome.
    async fn leave_message(&self, topic: &str, number: i64, name: &str) -> Result<(), RequestFailure> {
        let ledger = &self.me.scene.ledger;
        let value = format!("{{\"number\":{number},\"name\":\"{name}\"}}");
        let record = NewRecord { value: Some(value.into()), ..NewRecord::default() };
        let to = Place::Partition { topic: topic.into(), partition: -1 };
        ledger.travel(Place::Actor(Arc::clone(&self.me.id)), to, TravelKind::Produce, name.into(), 1);
        let sent = async { self.producer.send(topic, record).await?.outcome().await };
        let stored = sent.await.map_err(|_| RequestFailure::CalleeDown)?;
        ledger.note(&self.me.id, |tally| tally.sent += 1);
        let (actor, topic) = (Some(Arc::clone(&self.me.id)), topic.into());
        let (partition, first, last, key) = (stored.partition, stored.offset, stored.offset, None);
        ledger.tell(StoryKind::Stored { actor, topic, partition, first, last, key });
        Ok(())
    }
}

/// Counts who is worked on, also where a person goes away in the middle.
struct Busy<'a>(&'a Me);

impl<'a> Busy<'a> {
    fn begin(me: &'a Me) -> Self {
        me.scene.desk(&me.id, |desk| desk.busy(1));
        Self(me)
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.scene.desk(&self.0.id, |desk| desk.busy(-1));
    }
}

async fn sleep_ms(millis: f64) {
    let micros = (millis.max(0.0) * 1_000.0) as u64;
    if micros > 0 {
        tokio::time::sleep(Duration::from_micros(micros)).await;
    }
}
