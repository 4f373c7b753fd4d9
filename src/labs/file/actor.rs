//! Who acts: producers, consumers, a service.
//!
//! One flat table for all of them, as a teacher writes it; fields that another kind has are refused by the checks.

use serde::{Deserialize, Serialize};

use super::{Text, is_default};
use crate::model::Assignor;

/// What an actor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActorKind {
    Producer,
    Consumer,
    /// A sign-up service with a database table of its own.
    Service,
}

/// How the sends of a producer, or the requests of a service, are spread over time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RateShape {
    /// Evenly.
    #[default]
    Steady,
    /// The same number, with waiting times by chance: now many, now none.
    Bursty,
    /// Only when somebody says so.
    Hand,
}

/// `acks` of a producer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum AcksSpec {
    #[default]
    #[serde(rename = "all")]
    All,
    #[serde(rename = "1")]
    Leader,
    #[serde(rename = "0")]
    None,
}

/// By which protocol a consumer is a member of its group.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GroupProtocol {
    #[default]
    Classic,
    /// KIP-848.
    Consumer,
    /// KIP-932: a member of a queue.
    Share,
}

/// When a consumer commits what it was given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CommitWhen {
    /// Before the processing: a crash in between loses records.
    Before,
    /// After it: a crash in between does records twice.
    #[default]
    After,
    Never,
}

/// What a member of a queue says of a record that it has processed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ShareAck {
    #[default]
    Accept,
    /// Gives it back, for somebody else.
    Release,
    /// Gives it up for good.
    Reject,
    /// Nothing: the lock runs out.
    None,
}

/// Where a consumer starts that has committed nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum From {
    #[default]
    Earliest,
    Latest,
}

/// `isolation.level` of a consumer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IsolationSpec {
    #[default]
    ReadUncommitted,
    ReadCommitted,
}

/// How the service does what follows on a sign-up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ServiceMode {
    /// Itself, before it answers.
    #[default]
    Sequence,
    /// It leaves a message in a topic and answers.
    Queue,
}

/// An actor as the file describes it. Times are of the stage, in milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActorSpec {
    pub id: String,
    pub kind: ActorKind,
    /// The id where it says nothing.
    #[serde(default, skip_serializing_if = "is_default")]
    pub name: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lane: Option<String>,
    /// Whether it acts from the start.
    #[serde(default = "yes")]
    pub started: bool,

    /// Producer, and service in queue mode: where to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// Producer: messages a second. Service: requests a second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub shape: RateShape,
    /// Producer: keys in turn; none: null keys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<String>,
    /// Producer: a template for the key, instead of `keys`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Producer, service: a template for the value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Producer: records of the sample stream that comes with Millpond, one after another: `earthquakes`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<String>,
    /// Producer: stops by itself after so many messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub acks: AcksSpec,
    #[serde(default, skip_serializing_if = "is_default")]
    pub idempotent: bool,
    /// Producer: messages of one transaction; it commits each by itself, or waits for `commit` and `abort` with 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction: Option<u32>,
    /// Producer: of a hundred answers of the broker so many are lost on their way, and the producer sends again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost_answers_percent: Option<f64>,

    /// Consumer: what it reads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub protocol: GroupProtocol,
    #[serde(default, skip_serializing_if = "is_default")]
    pub assignor: Assignor,
    /// Consumer: how long it works on a message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processing_ms: Option<f64>,
    /// Consumer: of a hundred messages it fails on so many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure_percent: Option<f64>,
    /// Consumer: fails on every message whose value holds this text: a poison message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poison: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub commit: CommitWhen,
    /// Consumer: how many messages it takes at a time (`max.poll.records`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<u32>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub ack: ShareAck,
    #[serde(default, skip_serializing_if = "is_default")]
    pub from: From,
    #[serde(default, skip_serializing_if = "is_default")]
    pub isolation: IsolationSpec,
    /// Consumer: `session.timeout.ms`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_timeout_ms: Option<u32>,

    #[serde(default, skip_serializing_if = "is_default")]
    pub mode: ServiceMode,
    /// Service: how long the row takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database_ms: Option<f64>,
    /// Service in sequence mode: how long the welcome message takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_ms: Option<f64>,
    /// Service: a person goes away after so long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<f64>,
    /// Service: requests that it works on at the same time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u32>,
    /// Service in sequence mode: the consumer whose work it waits for; while that one is stopped, every request fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calls: Option<String>,
}

fn yes() -> bool {
    true
}

impl ActorSpec {
    /// An actor with nothing but an id and a kind.
    pub fn new(id: impl Into<String>, kind: ActorKind) -> Self {
        Self {
            id: id.into(),
            kind,
            name: Text::default(),
            lane: None,
            started: true,
            topic: None,
            rate: None,
            shape: RateShape::default(),
            keys: Vec::new(),
            key: None,
            value: None,
            sample: None,
            count: None,
            acks: AcksSpec::default(),
            idempotent: false,
            transaction: None,
            lost_answers_percent: None,
            topics: Vec::new(),
            group: None,
            protocol: GroupProtocol::default(),
            assignor: Assignor::default(),
            processing_ms: None,
            failure_percent: None,
            poison: None,
            commit: CommitWhen::default(),
            batch: None,
            ack: ShareAck::default(),
            from: From::default(),
            isolation: IsolationSpec::default(),
            session_timeout_ms: None,
            mode: ServiceMode::default(),
            database_ms: None,
            message_ms: None,
            timeout_ms: None,
            capacity: None,
            calls: None,
        }
    }

    /// The name to show: the id where no name was given.
    pub fn shown_name(&self) -> Text {
        if self.name.is_empty() { Text::same(&self.id) } else { self.name.clone() }
    }
}
