//! A producer that writes in transactions: it commits after so many messages, or waits for a hand to commit or abort.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::{Hand, Me, chance::Chance, pace::Pace, producer::Messages};
use crate::{
    client::{ClientError, TransactionalProducer},
    labs::view::{ActorState, Place, StoryKind, TravelKind},
    model::{Clock, NewRecord},
};

/// How long a transaction may stay open: as long as brokers allow.
const TIMEOUT_MS: i32 = 15 * 60 * 1_000;

/// Until it is told to stop; an open transaction is aborted then.
pub async fn run(me: Arc<Me>, mut orders: mpsc::Receiver<Hand>) {
    let id: Arc<str> = format!("{}-transactions", me.id).into();
    let producer = match TransactionalProducer::start(me.client(), &id, TIMEOUT_MS).await {
        Ok(producer) => producer,
        Err(error) => return failed(&me, &error),
    };
    let topic = me.spec().topic.as_deref().unwrap_or_default().into();
    let messages = Messages::of(&me.spec(), Chance::seed_of(me.scene.seed, &me.id));
    let mut sending = Sending { me: Arc::clone(&me), id, topic, producer, messages };
    let mut pace = Pace::new(Chance::seed_of(me.scene.seed, &me.id) ^ 2);
    let mut left = me.spec().count.unwrap_or(u64::MAX);
    while !me.is_stopping() {
        tokio::select! {
            biased;
            Some(order) = orders.recv() => sending.end(matches!(order, Hand::Commit)).await,
            due = pace.due(&me), if left > 0 => if due {
                left -= 1;
                let record = sending.messages.next(me.scene.clock.now());
                sending.send(record).await;
            },
            () = me.changed(), if left == 0 => {},
        }
    }
    sending.end(false).await;
}

fn failed(me: &Me, error: &ClientError) {
    me.scene.ledger.note(&me.id, |tally| tally.failed += 1);
    let (actor, topic) = (Arc::clone(&me.id), me.spec().topic.as_deref().unwrap_or_default().into());
    me.scene.ledger.tell(StoryKind::SendFailed { actor, topic, why: error.why().into() });
    me.state(ActorState::Stopped);
}

struct Sending {
    me: Arc<Me>,
    id: Arc<str>,
    topic: Arc<str>,
    producer: TransactionalProducer,
    messages: Messages,
}

impl Sending {
    async fn send(&mut self, record: NewRecord) {
        let me = Arc::clone(&self.me);
        let ledger = &me.scene.ledger;
        if self.producer.open_records() == 0 {
            ledger.tell(StoryKind::TransactionBegan { actor: Arc::clone(&me.id), id: Arc::clone(&self.id) });
        }
        let key: Option<Arc<str>> = record.key.as_deref().map(|key| String::from_utf8_lossy(key).as_ref().into());
        let to = Place::Partition { topic: Arc::clone(&self.topic), partition: -1 };
        let label = key.clone().unwrap_or_default();
        ledger.travel(Place::Actor(Arc::clone(&me.id)), to, TravelKind::Produce, label, 1);
        match self.producer.send(&self.topic, vec![record]).await {
            Ok(stored) => {
                for stored in stored {
                    ledger.note(&me.id, |tally| tally.sent += 1);
                    let (actor, topic, key) = (Some(Arc::clone(&me.id)), Arc::clone(&self.topic), key.clone());
                    let (partition, first, last) = (stored.partition, stored.offset, stored.offset);
                    ledger.tell(StoryKind::Stored { actor, topic, partition, first, last, key });
                }
            }
            Err(error) => {
                failed(&me, &error);
                return self.end(false).await;
            }
        }
        let size = u64::from(me.spec().transaction.unwrap_or(0));
        if size > 0 && self.producer.open_records() >= size {
            self.end(true).await;
        }
    }

    async fn end(&mut self, commit: bool) {
        let records = self.producer.open_records();
        if records == 0 {
            return;
        }
        let outcome = if commit { self.producer.commit().await } else { self.producer.abort().await };
        let (actor, id) = (Arc::clone(&self.me.id), Arc::clone(&self.id));
        match outcome {
            Ok(()) if commit => self.me.scene.ledger.tell(StoryKind::TransactionCommitted { actor, id, records }),
            Ok(()) => self.me.scene.ledger.tell(StoryKind::TransactionAborted { actor, id, records }),
            Err(error) => failed(&self.me, &error),
        }
    }
}
