//! A member of a group that owns partitions: polls, works, commits before, after or never.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use super::{
    Me,
    work::{Work, unless_paused},
};
use crate::{
    client::{AutoOffsetReset, Consumer, ConsumerEventKind, ConsumerOptions, ConsumerProtocol, Isolation},
    labs::{
        file::{ActorSpec, CommitWhen, From, GroupProtocol, IsolationSpec},
        view::{ActorState, Place, StoryKind, TravelKind},
    },
    model::{Record, TopicPartition},
};

/// How long one poll waits.
const POLL_WAIT: Duration = Duration::from_millis(500);
/// Messages that it takes at a time where the file says nothing: one after another is easiest to follow.
const BATCH_DEFAULT: u32 = 1;
/// Wait after a poll that failed.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(500);

/// Until it is told to stop; then it leaves its group.
pub async fn run(me: Arc<Me>) {
    let mut options = options(&me.spec());
    options.member_id = Some(me.next_member_id());
    let group: Arc<str> = options.group.as_str().into();
    let mut member = Member { consumer: Consumer::start(me.client(), options), group, work: Work::default(), me };
    member.run().await;
    let Member { consumer, me, group, .. } = member;
    // If the leaving does not arrive, the session runs out.
    let _ = consumer.leave().await;
    me.scene.ledger.tell(StoryKind::Left { actor: Arc::clone(&me.id), group });
}

fn options(spec: &ActorSpec) -> ConsumerOptions {
    let defaults = ConsumerOptions::new(spec.group.clone().unwrap_or_default(), &spec.topics);
    ConsumerOptions {
        protocol: match spec.protocol {
            GroupProtocol::Consumer => ConsumerProtocol::Consumer,
            GroupProtocol::Classic | GroupProtocol::Share => ConsumerProtocol::Classic,
        },
        assignor: spec.assignor,
        auto_offset_reset: match spec.from {
            From::Earliest => AutoOffsetReset::Earliest,
            From::Latest => AutoOffsetReset::Latest,
        },
        isolation: match spec.isolation {
            IsolationSpec::ReadUncommitted => Isolation::ReadUncommitted,
            IsolationSpec::ReadCommitted => Isolation::ReadCommitted,
        },
        session_timeout_ms: spec
            .session_timeout_ms
            .and_then(|ms| i32::try_from(ms).ok())
            .unwrap_or(defaults.session_timeout_ms),
        max_poll_records: spec.batch.unwrap_or(BATCH_DEFAULT).max(1) as usize,
        ..defaults
    }
}

struct Member {
    me: Arc<Me>,
    consumer: Consumer,
    group: Arc<str>,
    work: Work,
}

impl Member {
    async fn run(&mut self) {
        let me = Arc::clone(&self.me);
        let mut resting = false;
        while !me.is_stopping() {
            if me.is_paused() != resting {
                resting = me.is_paused();
                let all = self.consumer.assignment();
                if resting { self.consumer.pause(&all) } else { self.consumer.resume(&all) }
            }
            let polled = tokio::select! {
                biased;
                () = me.changed() => continue,
                polled = self.consumer.poll(POLL_WAIT) => polled,
            };
            self.tell_events();
            match polled {
                Ok(polled) if polled.records.is_empty() => {
                    if !me.is_paused() {
                        me.state(ActorState::Waiting);
                    }
                }
                Ok(polled) => self.take(polled.records).await,
                Err(_) => tokio::time::sleep(PAUSE_AFTER_FAILURE).await,
            }
        }
    }

    /// What happened in the group.
    fn tell_events(&self) {
        let ledger = &self.me.scene.ledger;
        let (actor, group) = (Arc::clone(&self.me.id), Arc::clone(&self.group));
        for event in self.consumer.take_events() {
            let at = ledger.in_story(event.at);
            let (actor, group) = (Arc::clone(&actor), Arc::clone(&group));
            match event.kind {
                ConsumerEventKind::Assigned { added, .. } => {
                    if self.me.scene.ledger.tally(&actor).member_id.is_empty() {
                        let (actor, group) = (Arc::clone(&actor), Arc::clone(&group));
                        ledger.tell_at(at, StoryKind::Joined { actor, group });
                    }
                    if !added.is_empty() {
                        ledger.tell_at(at, StoryKind::Assigned { actor, group, partitions: places(added) });
                    }
                }
                ConsumerEventKind::Revoked { partitions } | ConsumerEventKind::Lost { partitions, .. }
                    if !partitions.is_empty() =>
                {
                    ledger.tell_at(at, StoryKind::Revoked { actor, group, partitions: places(partitions) });
                }
                _ => {}
            }
            self.note_place();
        }
    }

    /// Which partitions it owns, and how far it is.
    fn note_place(&self) {
        let owns = places(self.consumer.assignment());
        let positions = self.consumer.positions();
        let member_id: Arc<str> = self.consumer.member_id().into();
        self.me.scene.ledger.note(&self.me.id, |tally| {
            tally.owns = owns;
            tally.positions = positions.into_iter().map(|(tp, at)| (tp.topic, tp.partition, at)).collect();
            tally.member_id = member_id;
        });
    }

    async fn take(&mut self, records: Vec<(Arc<str>, Record)>) {
        let me = Arc::clone(&self.me);
        me.scene.ledger.note(&me.id, |tally| tally.received += records.len() as u64);
        for (topic, partition, first, last) in runs(&records) {
            let (actor, group) = (Arc::clone(&me.id), Arc::clone(&self.group));
            let from = Place::Partition { topic: Arc::clone(&topic), partition };
            let count = u32::try_from(last - first + 1).unwrap_or(1);
            let to = Place::Actor(Arc::clone(&actor));
            me.scene.ledger.travel(from, to, TravelKind::Deliver, last.to_string().into(), count);
            me.scene.ledger.tell(StoryKind::Delivered { actor, group, topic, partition, first, last });
        }
        self.note_place();
        if me.spec().commit == CommitWhen::Before {
            self.commit().await;
        }
        let count = records.len();
        for (nth, (topic, record)) in records.into_iter().enumerate() {
            if nth > 0 && !unless_paused(&me).await {
                // Its offset is not committed: whoever comes next does the rest.
                break;
            }
            self.work_on(&topic, &record).await;
            // Where several came at once, the last commit is for all of them.
            if nth + 1 == count && me.spec().commit == CommitWhen::After {
                self.commit().await;
            }
        }
        if !me.is_paused() {
            me.state(ActorState::Running);
        }
    }

    async fn work_on(&mut self, topic: &Arc<str>, record: &Record) {
        let me = Arc::clone(&self.me);
        let (partition, offset) = (record.partition, record.offset);
        me.state(ActorState::Working { topic: Arc::clone(topic), partition, offset });
        let (millis, percent, poison) = {
            let spec = me.spec();
            (spec.processing_ms.unwrap_or(0.0), spec.failure_percent.unwrap_or(0.0), spec.poison.clone())
        };
        self.work.on(millis).await;
        let poisoned = poison.is_some_and(|poison| holds(record, &poison));
        if poisoned || me.happens(percent) {
            me.scene.ledger.note(&me.id, |tally| tally.failed += 1);
            let (actor, topic) = (Arc::clone(&me.id), Arc::clone(topic));
            me.scene.ledger.tell(StoryKind::ProcessingFailed { actor, topic, partition, offset });
        } else {
            me.scene.ledger.processed(&me.id, &self.group, false, (topic, partition, offset));
        }
    }

    async fn commit(&self) {
        let ledger = &self.me.scene.ledger;
        let offsets = self.consumer.positions();
        let (actor, group) = (Arc::clone(&self.me.id), Arc::clone(&self.group));
        match self.consumer.commit().await {
            Ok(()) => {
                for (TopicPartition { topic, partition }, offset) in offsets {
                    let (actor, group) = (Arc::clone(&actor), Arc::clone(&group));
                    ledger.tell(StoryKind::Committed { actor, group, topic, partition, offset });
                }
            }
            Err(error) => ledger.tell(StoryKind::CommitFailed { actor, group, why: error.why().into() }),
        }
    }
}

/// Whether the value of a record holds a text.
pub fn holds(record: &Record, text: &str) -> bool {
    let value = record.value.as_deref().unwrap_or_default();
    !text.is_empty() && memchr::memmem::find(value, text.as_bytes()).is_some()
}

/// Partitions as the story names them.
pub fn places(partitions: impl IntoIterator<Item = TopicPartition>) -> Vec<(Arc<str>, i32)> {
    partitions.into_iter().map(|tp| (tp.topic, tp.partition)).collect()
}

/// Records that follow each other, as (topic, partition, first, last).
fn runs(records: &[(Arc<str>, Record)]) -> Vec<(Arc<str>, i32, i64, i64)> {
    let mut runs: BTreeMap<(Arc<str>, i32), (i64, i64)> = BTreeMap::new();
    for (topic, record) in records {
        let run = runs.entry((Arc::clone(topic), record.partition)).or_insert((record.offset, record.offset));
        run.1 = run.1.max(record.offset);
    }
    runs.into_iter().map(|((topic, partition), (first, last))| (topic, partition, first, last)).collect()
}
