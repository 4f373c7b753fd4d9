//! A member of a queue: is lent records, works, accepts, releases, rejects, or says nothing and loses its locks.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use super::{
    Me,
    consumer::{holds, places},
    work::{Work, unless_paused},
};
use crate::{
    client::{AckMode, AckType, ShareConsumer, ShareConsumerEventKind, ShareConsumerOptions, ShareRecord},
    labs::{
        file::ShareAck,
        view::{ActorState, Place, StoryKind, TravelKind},
    },
};

/// How long one poll waits. No round number: who asks anew at the very moment at which messages arrive, again and again,
/// comes too late for each.
const POLL_WAIT: Duration = Duration::from_millis(437);
/// Records that it is lent at a time where the file says nothing.
const BATCH_DEFAULT: u32 = 1;
/// Wait after a poll that failed.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(500);
/// How often it says that it lives: who is new should not wait for seconds.
const HEARTBEAT_MILLIS: u64 = 1_000;

/// Until it is told to stop; then it leaves the group, which gives what it holds to others.
pub async fn run(me: Arc<Me>) {
    let (group, topics, batch) = {
        let spec = me.spec();
        (spec.group.clone().unwrap_or_default(), spec.topics.clone(), spec.batch.unwrap_or(BATCH_DEFAULT))
    };
    let options = ShareConsumerOptions {
        max_records: batch.max(1) as usize,
        strict: true,
        ack_mode: AckMode::Explicit,
        heartbeat_interval_ms: Some(HEARTBEAT_MILLIS),
        member_id: Some(me.next_member_id()),
        ..ShareConsumerOptions::new(&group, topics)
    };
    let group: Arc<str> = group.into();
    let mut member = Member { consumer: ShareConsumer::start(me.client(), options), group, work: Work::default(), me };
    member.run().await;
    let Member { consumer, me, group, .. } = member;
    // If the leaving does not arrive, the session runs out.
    let _ = consumer.leave().await;
    me.scene.ledger.tell(StoryKind::Left { actor: Arc::clone(&me.id), group });
}

struct Member {
    me: Arc<Me>,
    consumer: ShareConsumer,
    group: Arc<str>,
    work: Work,
}

impl Member {
    async fn run(&mut self) {
        let me = Arc::clone(&self.me);
        let member_id: Arc<str> = self.consumer.member_id().into();
        me.scene.ledger.note(&me.id, |tally| tally.member_id = member_id);
        while unless_paused(&me).await {
            self.consumer.set_max_records(me.spec().batch.unwrap_or(BATCH_DEFAULT).max(1) as usize);
            let polled = tokio::select! {
                biased;
                () = me.changed() => continue,
                polled = self.consumer.poll(POLL_WAIT) => polled,
            };
            self.tell_events();
            match polled {
                Ok(records) if records.is_empty() => me.state(ActorState::Waiting),
                Ok(records) => self.take(records).await,
                Err(_) => tokio::time::sleep(PAUSE_AFTER_FAILURE).await,
            }
        }
    }

    fn tell_events(&self) {
        let ledger = &self.me.scene.ledger;
        for event in self.consumer.take_events() {
            if let ShareConsumerEventKind::Assigned { epoch, assignment, .. } = event.kind {
                if epoch > 0 && ledger.tally(&self.me.id).owns.is_empty() && !assignment.is_empty() {
                    let (actor, group) = (Arc::clone(&self.me.id), Arc::clone(&self.group));
                    ledger.tell_at(ledger.in_story(event.at), StoryKind::Joined { actor, group });
                }
                ledger.note(&self.me.id, |tally| tally.owns = places(assignment));
            }
        }
    }

    async fn take(&mut self, records: Vec<ShareRecord>) {
        let me = Arc::clone(&self.me);
        me.scene.ledger.note(&me.id, |tally| tally.received += records.len() as u64);
        for lent in &records {
            let from = Place::Partition { topic: Arc::clone(&lent.topic), partition: lent.record.partition };
            let label = lent.record.offset.to_string().into();
            me.scene.ledger.travel(from, Place::Actor(Arc::clone(&me.id)), TravelKind::Deliver, label, 1);
        }
        let mut waiting = VecDeque::from(records);
        while let Some(lent) = waiting.pop_front() {
            self.work_on(&lent).await;
            self.settle().await;
            if me.is_stopping() {
                // Leaving gives the others back at once.
                return;
            }
            if me.is_paused() && !unless_paused(&me).await {
                return;
            }
        }
        me.state(ActorState::Running);
    }

    async fn work_on(&mut self, lent: &ShareRecord) {
        let me = Arc::clone(&self.me);
        let (topic, partition, offset) = (Arc::clone(&lent.topic), lent.record.partition, lent.record.offset);
        me.state(ActorState::Working { topic: Arc::clone(&topic), partition, offset });
        let (millis, percent, poison) = {
            let spec = me.spec();
            (spec.processing_ms.unwrap_or(0.0), spec.failure_percent.unwrap_or(0.0), spec.poison.clone())
        };
        self.work.on(millis).await;
        let ledger = &me.scene.ledger;
        let failed = poison.is_some_and(|poison| holds(&lent.record, &poison)) || me.happens(percent);
        if failed {
            ledger.note(&me.id, |tally| tally.failed += 1);
            let (actor, topic) = (Arc::clone(&me.id), Arc::clone(&topic));
            ledger.tell(StoryKind::ProcessingFailed { actor, topic, partition, offset });
        }
        let ack = match me.spec().ack {
            ShareAck::None => None,
            ShareAck::Reject => Some(AckType::Reject),
            ShareAck::Release => Some(AckType::Release),
            // What failed may be tried again, by whoever comes.
            ShareAck::Accept => Some(if failed { AckType::Release } else { AckType::Accept }),
        };
        if !failed && !matches!(ack, Some(AckType::Release | AckType::Reject)) {
            ledger.processed(&me.id, &self.group, true, (&topic, partition, offset));
        }
        let Some(ack) = ack else { return };
        let kind = if ack == AckType::Accept { TravelKind::Commit } else { TravelKind::Return };
        let to = Place::Partition { topic, partition };
        ledger.travel(Place::Actor(Arc::clone(&me.id)), to, kind, offset.to_string().into(), 1);
        if let Err(error) = self.consumer.acknowledge(lent, ack) {
            self.refused(&error.why());
        }
    }

    /// Tells the broker what was said.
    async fn settle(&self) {
        match self.consumer.commit().await {
            Ok(told) => told.iter().filter_map(|told| told.outcome.as_ref().err()).for_each(|e| self.refused(&e.why())),
            Err(error) => self.refused(&error.why()),
        }
    }

    fn refused(&self, why: &str) {
        let (actor, group) = (Arc::clone(&self.me.id), Arc::clone(&self.group));
        self.me.scene.ledger.tell(StoryKind::CommitFailed { actor, group, why: why.into() });
    }
}
