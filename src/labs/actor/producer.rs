//! A producer: steady, bursty or by hand.

use std::{collections::VecDeque, sync::Arc};

use bytes::Bytes;
use futures_util::{StreamExt, stream::FuturesUnordered};
use tokio::sync::mpsc;

use super::{Hand, Me, chance::Chance, pace::Pace};
use crate::{
    client::{BoxFuture, ClientError, Delivery, Produced, Producer, ProducerOptions},
    labs::{
        file::{AcksSpec, ActorSpec},
        view::{Place, StoryKind, TravelKind},
    },
    model::{Acks, NewRecord},
    session::generator::{Generator, RecordTemplate},
    transfer::sample,
};

/// Sends whose answer is waited for.
const IN_FLIGHT_MAX: usize = 2_000;
/// How often a producer without idempotence sends a message whose answer was lost.
const SENDS_MAX: u32 = 10;

/// The messages of one producer, one after another.
pub struct Messages {
    generator: Option<Generator>,
    sample: VecDeque<NewRecord>,
    keys: Vec<String>,
    number: u64,
}

impl Messages {
    /// By what the actor's fields say. A template that cannot be read gives plain messages.
    pub fn of(spec: &ActorSpec, seed: u64) -> Self {
        let template = RecordTemplate {
            key: spec.key.clone(),
            value: Some(spec.value.clone().unwrap_or_else(|| "message {{ n }}".to_owned())),
            headers: Vec::new(),
            seed,
        };
        let records = if spec.sample.is_some() { sample::records().unwrap_or_default() } else { Vec::new() };
        Self {
            generator: Generator::new(&template, None).ok(),
            sample: records.into(),
            keys: spec.keys.clone(),
            number: 0,
        }
    }

    /// The next message, as of `now` in epoch milliseconds.
    pub fn next(&mut self, now: i64) -> NewRecord {
        self.number += 1;
        if let Some(mut record) = self.sample.pop_front() {
            // It arrives now, whenever the earth shook.
            record.timestamp = None;
            self.sample.push_back(record.clone());
            return record;
        }
        let made = self.generator.as_mut().and_then(|generator| generator.next_record(now).ok());
        let mut record = made.unwrap_or_else(|| NewRecord {
            value: Some(Bytes::from(format!("message {}", self.number))),
            ..NewRecord::default()
        });
        if !self.keys.is_empty() {
            let at = (self.number - 1) as usize % self.keys.len();
            record.key = self.keys.get(at).map(|key| Bytes::copy_from_slice(key.as_bytes()));
        }
        record
    }
}

/// The answer to one send, with what is needed to send again.
struct Answer {
    record: NewRecord,
    sends: u32,
    outcome: Result<Produced, ClientError>,
}

/// Until it is told to stop.
pub async fn run(me: Arc<Me>, orders: mpsc::Receiver<Hand>) {
    Sending::new(me).run(orders).await;
}

struct Sending {
    me: Arc<Me>,
    topic: Arc<str>,
    producer: Producer,
    messages: Messages,
    in_flight: FuturesUnordered<BoxFuture<'static, Answer>>,
    idempotent: bool,
}

impl Sending {
    fn new(me: Arc<Me>) -> Self {
        let spec = me.spec().clone();
        let options = ProducerOptions {
            acks: match spec.acks {
                AcksSpec::All => Acks::All,
                AcksSpec::Leader => Acks::Leader,
                AcksSpec::None => Acks::None,
            },
            idempotent: spec.idempotent,
            ..ProducerOptions::default()
        };
        let seed = Chance::seed_of(me.scene.seed, &me.id);
        Self {
            topic: spec.topic.as_deref().unwrap_or_default().into(),
            producer: Producer::start(me.client(), options),
            messages: Messages::of(&spec, seed),
            in_flight: FuturesUnordered::new(),
            idempotent: spec.idempotent,
            me,
        }
    }

    async fn run(&mut self, mut orders: mpsc::Receiver<Hand>) {
        let me = Arc::clone(&self.me);
        let mut pace = Pace::new(Chance::seed_of(me.scene.seed, &me.id) ^ 2);
        let mut left = me.spec().count.unwrap_or(u64::MAX);
        while !me.is_stopping() {
            let may_send = self.in_flight.len() < IN_FLIGHT_MAX;
            tokio::select! {
                biased;
                Some(answer) = self.in_flight.next(), if !self.in_flight.is_empty() => self.answered(answer).await,
                Some(_) = orders.recv() => {}
                due = pace.due(&me), if may_send && left > 0 => if due {
                    left -= 1;
                    let record = self.messages.next(crate::model::Clock::now(&*me.scene.clock));
                    self.send(record, 1).await;
                },
                () = me.changed(), if left == 0 => {},
            }
        }
        while let Some(answer) = self.in_flight.next().await {
            self.answered(answer).await;
        }
    }

    async fn send(&mut self, record: NewRecord, sends: u32) {
        let me = &self.me;
        let label = record.key.as_deref().map_or_else(|| "".into(), |key| String::from_utf8_lossy(key).into_owned());
        let to = Place::Partition { topic: Arc::clone(&self.topic), partition: record.partition.unwrap_or(-1) };
        me.scene.ledger.travel(Place::Actor(Arc::clone(&me.id)), to, TravelKind::Produce, label.into(), 1);
        match self.producer.send(&self.topic, record.clone()).await {
            Ok(delivery) => self.in_flight.push(Box::pin(answer(record, sends, delivery))),
            Err(error) => self.failed(&error),
        }
    }

    async fn answered(&mut self, answer: Answer) {
        let me = Arc::clone(&self.me);
        let actor = Arc::clone(&me.id);
        let ledger = &me.scene.ledger;
        match answer.outcome {
            Ok(stored) => {
                ledger.note(&me.id, |tally| tally.sent += 1);
                let key = answer.record.key.as_deref().map(|key| String::from_utf8_lossy(key).as_ref().into());
                let (topic, partition, offset) = (Arc::clone(&self.topic), stored.partition, stored.offset);
                let again = if self.idempotent { me.faults.take_lost() > 0 } else { answer.sends > 1 };
                if again {
                    let stored_twice = !self.idempotent;
                    let (actor, topic) = (Arc::clone(&actor), Arc::clone(&topic));
                    ledger.tell(StoryKind::SentAgain { actor, topic, partition, stored_twice });
                }
                let (first, last) = (offset, offset);
                ledger.tell(StoryKind::Stored { actor: Some(actor), topic, partition, first, last, key });
            }
            // What a producer without sequence numbers does: send the same once more and hope.
            Err(ClientError::Disconnected { .. }) if !self.idempotent && answer.sends < SENDS_MAX => {
                self.send(answer.record, answer.sends + 1).await;
            }
            Err(error) => self.failed(&error),
        }
    }

    fn failed(&self, error: &ClientError) {
        let me = &self.me;
        me.scene.ledger.note(&me.id, |tally| tally.failed += 1);
        let (actor, topic) = (Arc::clone(&me.id), Arc::clone(&self.topic));
        me.scene.ledger.tell(StoryKind::SendFailed { actor, topic, why: error.why().into() });
    }
}

async fn answer(record: NewRecord, sends: u32, delivery: Delivery) -> Answer {
    Answer { record, sends, outcome: delivery.outcome().await }
}
