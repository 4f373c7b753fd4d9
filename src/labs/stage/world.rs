//! A stage without a window: broker, time, actors, what was seen of them. It stands still unless it is told to let time
//! pass.

use std::{collections::BTreeMap, io, sync::Arc};

use minijinja::{Value, value::Serde};

use super::{
    door::Door,
    folder::StageFolder,
    lookout::{Lookout, Sight},
    time::StageTime,
};
use crate::{
    broker::{Broker, BrokerOptions, OpenError, wait_on_the_spot},
    client::{Client, ClientError, ConfigChange, NewTopic},
    labs::{
        actor::{Actor, Scene},
        facts::{Noted, facts},
        file::{GroupSpec, GroupType, LabFile, TopicSpec},
        lesson::Lesson,
        series::Recorder,
        story::Ledger,
        view::{Fact, StoryEvent},
    },
    session::in_process::InProcess,
};

/// When every story begins: 2026-01-05, 08:00 UTC, a Monday.
pub const EPOCH_MS: i64 = 1_767_600_000_000;
/// Looks come at least so often, in milliseconds of the stage: checks and surprises are as exact as this.
pub const LOOK_MS: i64 = 100;
/// Longest stretch between two looks in a jump, in milliseconds.
const JUMP_LOOK_MS: i64 = 300_000;
/// The name of the stage's own client, which lists of clients leave out.
const STAGE_CLIENT: &str = "stage";

/// Why a stage does not stand.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    #[error("no folder for the lab: {0}; check that the folder for temporary files can be written to")]
    Folder(#[source] io::Error),
    #[error("no thread or runtime for the lab: {0}; close other programs and try again")]
    Runtime(#[source] io::Error),
    #[error("the lab cannot listen for programs: {0}; close other programs and try again")]
    Door(#[source] io::Error),
    #[error("the lab's broker does not open: {0}")]
    Broker(#[from] OpenError),
    #[error("{0}")]
    Client(#[from] ClientError),
}

/// A stage and all that is on it.
pub struct World {
    pub(in crate::labs) actors: Vec<Actor>,
    pub(in crate::labs) client: Client,
    pub(in crate::labs) scene: Scene,
    pub(in crate::labs) ledger: Arc<Ledger>,
    pub(in crate::labs) lesson: Lesson,
    pub(in crate::labs) noted: Noted,
    /// As it stands now, with what was added and changed.
    pub(in crate::labs) file: Arc<LabFile>,
    lookout: Lookout,
    sight: Sight,
    facts: BTreeMap<String, Fact>,
    fact_values: Value,
    recorder: Recorder,
    next_look_ms: i64,
    /// Of the last looks, for who asks.
    fresh: Vec<StoryEvent>,
    broker: Broker,
    door: Option<Door>,
    pub(in crate::labs) time: StageTime,
    _folder: StageFolder,
}

impl World {
    /// Sets up what the file says. The thread that calls is the stage's from now on: nothing else should run on it.
    ///
    /// # Errors
    /// When there is no folder, no runtime, or the broker refuses what the file says.
    pub fn open(file: Arc<LabFile>, seed: u64) -> Result<Self, StageError> {
        wait_on_the_spot();
        let folder = StageFolder::make().map_err(StageError::Folder)?;
        let time = StageTime::new(EPOCH_MS).map_err(StageError::Runtime)?;
        let clock = time.clock();
        let options = BrokerOptions {
            auto_create_topics: false,
            default_partitions: 1,
            is_durable: false,
            ..BrokerOptions::new(folder.path().join("broker"), clock.clone())
        };
        let broker = time.run(Broker::open(options))?;
        let door = if file.listen { Some(Door::open(broker.clone()).map_err(StageError::Door)?) } else { None };
        let file = match &door {
            Some(door) => Arc::new(LabFile::clone(&file).with_address(&door.address().to_string())),
            None => file,
        };
        let ledger = Arc::new(Ledger::new(clock.clone()));
        let transport = Arc::new(InProcess::of_window(broker.clone(), STAGE_CLIENT));
        let client = Client::with_clock(transport, STAGE_CLIENT, clock.clone());
        let scene = Scene { broker: broker.clone(), clock, ledger: Arc::clone(&ledger), seed, desks: Arc::default() };
        let lookout = Lookout::new(client.clone(), &broker);
        let mut world = Self {
            actors: Vec::new(),
            client,
            scene,
            ledger,
            lesson: Lesson::new(Arc::clone(&file)),
            noted: Noted::default(),
            recorder: Recorder::of(&file),
            lookout,
            sight: Sight::default(),
            facts: BTreeMap::new(),
            fact_values: Value::UNDEFINED,
            next_look_ms: 0,
            fresh: Vec::new(),
            broker,
            door,
            time,
            _folder: folder,
            file,
        };
        world.set_up()?;
        Ok(world)
    }

    fn set_up(&mut self) -> Result<(), StageError> {
        let file = Arc::clone(&self.file);
        for topic in &file.topics {
            self.time.run(create_topic(&self.client, topic))?;
        }
        for group in &file.groups {
            self.time.run(create_group(&self.client, group))?;
        }
        for spec in &file.actors {
            let mut actor = Actor::new(spec.clone(), self.scene.clone());
            if spec.started {
                self.time.run(async { actor.start() });
            }
            self.actors.push(actor);
        }
        self.look();
        Ok(())
    }

    /// Milliseconds since the beginning of the story.
    pub fn now_ms(&self) -> i64 {
        self.time.now_ms()
    }

    /// Lets time pass, with a look at every tenth of a second.
    pub fn pass(&mut self, millis: i64) {
        let end = self.now_ms() + millis.max(0);
        while self.now_ms() < end {
            let next = (self.now_ms() / LOOK_MS + 1) * LOOK_MS;
            self.time.pass(next.min(end) - self.now_ms());
            self.look_if_due();
        }
    }

    /// Lets time pass until `done`, or for so long at most; looks as [`World::pass`] does. Whether `done` came true.
    pub fn pass_until(&mut self, millis_max: i64, mut done: impl FnMut(&mut Self) -> bool) -> bool {
        let end = self.now_ms() + millis_max.max(0);
        loop {
            if done(self) {
                return true;
            }
            if self.now_ms() >= end {
                return false;
            }
            self.pass(LOOK_MS.min(end - self.now_ms()));
        }
    }

    /// Lets up to five minutes of a longer time pass, with one look at its end. How much it was.
    pub fn leap(&mut self, millis_left: i64) -> i64 {
        let stretch = millis_left.clamp(0, JUMP_LOOK_MS);
        self.time.pass(stretch);
        self.look();
        stretch
    }

    fn look_if_due(&mut self) {
        if self.now_ms() >= self.next_look_ms {
            self.look();
        }
    }

    /// Looks at everything now: the story is settled, facts are made anew, checks are evaluated.
    pub fn look(&mut self) {
        self.next_look_ms = (self.now_ms() / LOOK_MS + 1) * LOOK_MS;
        match self.time.run(self.lookout.look(&self.file, &self.ledger)) {
            Ok(sight) => self.sight = sight,
            // The broker is in this process; what it refuses now it answers at the next look.
            Err(error) => tracing::warn!("a look at the lab's broker failed: {error}"),
        }
        let fresh = self.ledger.settle();
        fresh.iter().for_each(|event| self.lookout.heard(event));
        self.fresh.extend(fresh);
        let surplus = self.fresh.len().saturating_sub(crate::labs::view::STORY_EVENTS_MAX);
        self.fresh.drain(..surplus);
        self.recorder.look(&self.file, &self.ledger, &self.actors, &self.sight);
        self.facts = facts(&self.ledger, &self.actors, &self.sight, &self.noted);
        self.lesson.add_facts(&mut self.facts);
        self.fact_values = Value::from(Serde(&self.facts));
        self.lesson.look(&self.fact_values);
    }

    /// Events since the last call, oldest first; the newest some hundreds.
    pub fn take_fresh(&mut self) -> Vec<StoryEvent> {
        std::mem::take(&mut self.fresh)
    }

    pub fn sight(&self) -> &Sight {
        &self.sight
    }

    pub fn facts(&self) -> &BTreeMap<String, Fact> {
        &self.facts
    }

    pub(in crate::labs) fn fact_values(&self) -> &Value {
        &self.fact_values
    }

    pub(in crate::labs) fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    pub(in crate::labs) fn inspector(&self) -> Arc<dyn crate::broker::Inspector> {
        self.broker.inspector()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.actors.clear();
        self.door = None;
        let broker = self.broker.clone();
        self.time.run(async move { broker.shutdown().await });
    }
}

/// Makes a topic as the file says.
pub async fn create_topic(client: &Client, spec: &TopicSpec) -> Result<(), ClientError> {
    let topic = NewTopic::new(&spec.name, spec.partitions);
    let topic = spec.config.iter().fold(topic, |topic, (name, value)| topic.with_config(name, value));
    client.create_topic(&topic).await
}

/// Makes a group that the file declares: its settings, and, for a queue, the group itself.
async fn create_group(client: &Client, spec: &GroupSpec) -> Result<(), ClientError> {
    if spec.kind == GroupType::Share && !spec.topics.is_empty() {
        let topics: Vec<&str> = spec.topics.iter().map(String::as_str).collect();
        client.create_share_group(&spec.id, &topics, crate::client::ShareStart::Earliest).await?;
    }
    let changes: Vec<ConfigChange> =
        spec.config.iter().map(|(name, value)| ConfigChange::Set(name.clone(), value.clone())).collect();
    if changes.is_empty() { Ok(()) } else { client.alter_group_configs(&spec.id, changes).await }
}
