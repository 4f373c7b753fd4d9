//! Doing to a stage what an action says.

use std::sync::Arc;

use kafka_protocol::ResponseError;

use super::{
    actor::{Actor, Hand, Messages, set},
    file::{ACTORS_MAX, Action, ActorKind, ActorSpec, From, ResetTo, ServiceMode, TopicSpec},
    stage::{World, create_topic},
    view::StoryKind,
};
use crate::{
    client::{ClientError, ConfigChange, FetchOptions, OffsetSpec, ProduceOptions, records_from},
    model::{NewRecord, Offset, TopicPartition},
};

/// Messages that one action sends at most.
const TIMES_MAX: u32 = 10_000;
/// Largest batch that an asking for an old message looks into, decompressed, in bytes.
const BATCH_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Milliseconds of an hour.
const HOUR_MS: f64 = 3_600_000.0;

/// Why an action was not done, as a sentence.
pub type Refused = String;

impl World {
    /// Does it at once; `jump` and `run` let their time pass.
    ///
    /// # Errors
    /// What stood in the way, as a sentence.
    pub fn perform(&mut self, action: &Action) -> Result<(), Refused> {
        let done = self.perform_quietly(action);
        self.look();
        done
    }

    fn perform_quietly(&mut self, action: &Action) -> Result<(), Refused> {
        match action {
            Action::Start { actor } | Action::Restart { actor } => self.with_actor(actor, |world, at| {
                let World { time, actors, .. } = world;
                time.run(async { actors[at].start() });
                Ok(())
            }),
            Action::Stop { actor } => self.with_actor(actor, |world, at| {
                let World { time, actors, .. } = world;
                time.run(actors[at].stop());
                Ok(())
            }),
            Action::Crash { actor } => self.with_actor(actor, |world, at| {
                let World { time, actors, .. } = world;
                time.run(actors[at].crash());
                Ok(())
            }),
            Action::Pause { actor } => self.with_actor(actor, |world, at| {
                world.actors[at].rest(true);
                Ok(())
            }),
            Action::Resume { actor } => self.with_actor(actor, |world, at| {
                world.actors[at].rest(false);
                Ok(())
            }),
            Action::Set { actor, field, value } => self.with_actor(actor, |world, at| {
                let mut spec = world.actors[at].spec();
                set(&mut spec, field, value)?;
                world.change_actor(at, spec);
                let (actor, field, value) = (Arc::clone(world.actors[at].id()), field.as_str().into(), value.clone());
                world.ledger.tell(StoryKind::Changed { actor, field, value });
                Ok(())
            }),
            Action::Mode { actor, value } => self.with_actor(actor, |world, at| {
                let spec = ActorSpec { mode: *value, ..world.actors[at].spec() };
                world.change_actor(at, spec);
                let actor = Arc::clone(world.actors[at].id());
                world.ledger.tell(StoryKind::ModeChanged { actor, queue: *value == ServiceMode::Queue });
                Ok(())
            }),
            Action::AddActor { actor } => self.add_actor(actor),
            Action::RemoveActor { actor } => self.with_actor(actor, |world, at| {
                let mut gone = world.actors.remove(at);
                world.time.run(gone.stop());
                world.change_file(|file| file.actors.retain(|spec| spec.id != *actor));
                world.ledger.tell(StoryKind::Removed { actor: Arc::clone(gone.id()) });
                Ok(())
            }),
            Action::Commit { actor } => self.order(actor, Hand::Commit),
            Action::Abort { actor } => self.order(actor, Hand::Abort),
            Action::Jump { hours } => {
                self.ledger.tell(StoryKind::Jumped { hours: *hours });
                let mut left = (hours.max(0.0) * HOUR_MS) as i64;
                while left > 0 {
                    left -= self.leap(left);
                }
                Ok(())
            }
            Action::Run { seconds } => {
                self.pass((seconds.max(0.0) * 1_000.0) as i64);
                Ok(())
            }
            Action::Answer { choice } => {
                let step = self.lesson.shown();
                self.lesson.answer(step, *choice);
                Ok(())
            }
            about_broker => self.perform_on_broker(about_broker).map_err(|error| error.to_string()),
        }
    }

    fn with_actor(
        &mut self,
        id: &str,
        act: impl FnOnce(&mut Self, usize) -> Result<(), Refused>,
    ) -> Result<(), Refused> {
        match self.actors.iter().position(|actor| &**actor.id() == id) {
            Some(at) => act(self, at),
            None => Err(format!("there is no actor {id:?}")),
        }
    }

    fn order(&mut self, actor: &str, order: Hand) -> Result<(), Refused> {
        self.with_actor(actor, |world, at| {
            if !world.actors[at].order(order) {
                return Err(format!("{} does not act now", world.actors[at].id()));
            }
            // What was ordered happens at this moment.
            world.time.pass(0);
            Ok(())
        })
    }

    fn change_actor(&mut self, at: usize, spec: ActorSpec) {
        let (id, copy) = (spec.id.clone(), spec.clone());
        self.actors[at].change(|old| *old = copy);
        self.change_file(|file| file.actors.iter_mut().filter(|old| old.id == id).for_each(|old| *old = spec.clone()));
    }

    fn add_actor(&mut self, spec: &ActorSpec) -> Result<(), Refused> {
        if self.actors.len() >= ACTORS_MAX {
            return Err(format!("a stage has room for {ACTORS_MAX} actors"));
        }
        if let Some(at) = self.actors.iter().position(|actor| **actor.id() == *spec.id) {
            // The same button pressed twice.
            let World { time, actors, .. } = self;
            time.run(async { actors[at].start() });
            return Ok(());
        }
        let mut actor = Actor::new(spec.clone(), self.scene.clone());
        self.ledger.tell(StoryKind::Added { actor: Arc::clone(actor.id()) });
        if spec.started {
            self.time.run(async { actor.start() });
        }
        self.actors.push(actor);
        self.change_file(|file| file.actors.push(spec.clone()));
        Ok(())
    }

    pub(in crate::labs) fn change_file(&mut self, change: impl FnOnce(&mut super::file::LabFile)) {
        change(Arc::make_mut(&mut self.file));
    }

    fn perform_on_broker(&mut self, action: &Action) -> Result<(), ClientError> {
        match action {
            Action::Produce { topic, key, value, tombstone, times } => {
                let records = self.by_hand(key.as_deref(), value.as_deref(), *tombstone, *times);
                self.produce(topic, records)
            }
            Action::Read { topic, partition, offset } => self.read(topic, *partition, *offset),
            Action::CreateTopic { topic, partitions, lane, config } => {
                let (name, partitions, lane) = (topic.clone(), *partitions, lane.clone());
                let spec = TopicSpec { name, partitions, lane, config: config.clone() };
                self.time.run(create_topic(&self.client, &spec))?;
                self.ledger.tell(StoryKind::TopicCreated { topic: topic.as_str().into(), partitions });
                self.change_file(|file| file.topics.push(spec));
                Ok(())
            }
            Action::AddPartitions { topic, partitions } => {
                self.time.run(self.client.add_partitions(topic, *partitions))?;
                let (name, partitions) = (topic.as_str().into(), *partitions);
                self.ledger.tell(StoryKind::PartitionsAdded { topic: name, partitions });
                let mine = |spec: &&mut TopicSpec| spec.name == *topic;
                self.change_file(|file| {
                    file.topics.iter_mut().filter(mine).for_each(|spec| spec.partitions = partitions);
                });
                Ok(())
            }
            Action::Configure { topic, group, config } => self.configure(topic.as_deref(), group.as_deref(), config),
            Action::Compact { topic } => {
                let before = self.records_of(topic);
                let _ = self.time.run(self.inspector().compact(topic.as_str().into()));
                self.look();
                let removed = before.saturating_sub(self.records_of(topic));
                self.ledger.tell(StoryKind::Compacted { topic: topic.as_str().into(), removed });
                Ok(())
            }
            Action::ResetOffsets { group, topic, to } => self.reset(group, topic, to),
            Action::DeleteRecords { topic, partition, before } => {
                let tp = TopicPartition::new(topic.as_str(), *partition);
                let outcomes = self.time.run(self.client.delete_records(vec![(tp, *before)]))?;
                outcomes.into_iter().try_for_each(|(_, outcome)| outcome.map(|_| ()))
            }
            _ => Ok(()),
        }
    }

    fn records_of(&self, topic: &str) -> u64 {
        let records = self.facts().get("topics").and_then(|topics| topics.get(topic)).and_then(|t| t.get("records"));
        records.and_then(serde_json::Value::as_u64).unwrap_or(0)
    }

    fn by_hand(&self, key: Option<&str>, value: Option<&str>, tombstone: bool, times: u32) -> Vec<NewRecord> {
        let spec = ActorSpec {
            key: key.map(ToOwned::to_owned),
            value: value.map(ToOwned::to_owned),
            ..ActorSpec::new("hand", ActorKind::Producer)
        };
        let now = self.now_ms();
        let mut messages = Messages::of(&spec, self.scene.seed ^ now.unsigned_abs());
        let one = |_| {
            let record = messages.next(super::stage::EPOCH_MS + now);
            if tombstone { NewRecord { value: None, ..record } } else { record }
        };
        (0..times.min(TIMES_MAX)).map(one).collect()
    }

    fn produce(&mut self, topic: &str, records: Vec<NewRecord>) -> Result<(), ClientError> {
        let keys: Vec<Option<Arc<str>>> = records
            .iter()
            .map(|record| record.key.as_deref().map(|key| String::from_utf8_lossy(key).as_ref().into()))
            .collect();
        let stored = self.time.run(self.client.produce(topic, records, ProduceOptions::default()))?;
        for (stored, key) in stored.iter().zip(keys) {
            let (topic, partition) = (topic.into(), stored.partition);
            let (first, last) = (stored.offset, stored.offset);
            self.ledger.tell(StoryKind::Stored { actor: None, topic, partition, first, last, key });
        }
        Ok(())
    }

    /// Asks for one old message, as any reader would.
    fn read(&mut self, topic: &str, partition: i32, offset: Offset) -> Result<(), ClientError> {
        let tp = TopicPartition::new(topic, partition);
        let found = match self.time.run(self.client.fetch(&tp, offset, FetchOptions::default())) {
            Ok(fetched) => {
                let records = records_from(&tp, &fetched.batches, offset, BATCH_BYTES_MAX)?;
                records.first().is_some_and(|record| record.offset == offset)
            }
            Err(error) if error.code() == Some(ResponseError::OffsetOutOfRange) => false,
            Err(error) => return Err(error),
        };
        self.noted.read.insert(topic.to_owned(), if found { "found" } else { "gone" });
        let topic = topic.into();
        self.ledger.tell(if found {
            StoryKind::ReadFound { topic, partition, offset }
        } else {
            StoryKind::ReadGone { topic, partition, offset }
        });
        Ok(())
    }

    fn configure(
        &mut self,
        topic: Option<&str>,
        group: Option<&str>,
        config: &std::collections::BTreeMap<String, String>,
    ) -> Result<(), ClientError> {
        let changes: Vec<ConfigChange> =
            config.iter().map(|(name, value)| ConfigChange::Set(name.clone(), value.clone())).collect();
        if let Some(topic) = topic {
            self.time.run(self.client.alter_topic_configs(topic, changes.clone()))?;
            self.change_file(|file| {
                let mine = file.topics.iter_mut().filter(|spec| spec.name == topic);
                mine.for_each(|spec| spec.config.extend(config.clone()));
            });
        }
        if let Some(group) = group {
            self.time.run(self.client.alter_group_configs(group, changes))?;
            self.change_file(|file| {
                let mine = file.groups.iter_mut().filter(|spec| spec.id == group);
                mine.for_each(|spec| spec.config.extend(config.clone()));
            });
        }
        let what: Arc<str> = topic.or(group).unwrap_or_default().into();
        for (setting, value) in config {
            let (what, setting, value) = (Arc::clone(&what), setting.as_str().into(), value.as_str().into());
            self.ledger.tell(StoryKind::Configured { what, setting, value });
        }
        Ok(())
    }

    fn reset(&mut self, group: &str, topic: &str, to: &ResetTo) -> Result<(), ClientError> {
        let partitions = self.time.run(self.client.topic(topic))?.partitions;
        let tps = || partitions.iter().map(|partition| TopicPartition::new(topic, partition.id));
        let offsets: Vec<(TopicPartition, Offset)> = match to {
            ResetTo::Offset(offset) => tps().map(|tp| (tp, *offset)).collect(),
            ResetTo::Word(word) => {
                let spec = if *word == From::Earliest { OffsetSpec::Earliest } else { OffsetSpec::Latest };
                let asked = tps().map(|tp| (tp, spec)).collect();
                let listed = self.time.run(self.client.offsets(asked))?;
                let found = |(tp, outcome): (_, Result<crate::client::ListedOffset, ClientError>)| {
                    outcome.map(|listed| (tp, listed.offset.unwrap_or(0)))
                };
                listed.into_iter().map(found).collect::<Result<_, _>>()?
            }
        };
        let outcomes = self.time.run(self.client.commit_as_admin(group, offsets))?;
        outcomes.into_iter().try_for_each(|(_, outcome)| outcome)?;
        self.ledger.forget_processed(group, topic);
        self.ledger.tell(StoryKind::OffsetsReset { group: group.into(), topic: topic.into(), to: to.clone() });
        Ok(())
    }
}
