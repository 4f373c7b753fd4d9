//! Actors, as the picture shows them.

use std::sync::Arc;

use crate::labs::file::{GroupProtocol, Text};

/// What an actor is, for its shape.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ActorViewKind {
    Producer,
    Consumer {
        group: Arc<str>,
        protocol: GroupProtocol,
    },
    Service,
    /// A program of the person's own, which only Watch sees: what it does is told by the lists of the actor.
    Program,
}

/// What an actor does just now.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ActorState {
    Stopped,
    Running,
    /// Works on this record.
    Working {
        topic: Arc<str>,
        partition: i32,
        offset: i64,
    },
    Paused,
    Crashed,
    /// Runs and has nothing to do: no partition, or nothing to read.
    Waiting,
}

impl ActorState {
    /// The word in facts.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::Running => "running",
            Self::Working { .. } => "working",
            Self::Paused => "paused",
            Self::Crashed => "crashed",
            Self::Waiting => "waiting",
        }
    }
}

/// A producer, a consumer, a service.
#[derive(Debug, Clone, PartialEq)]
pub struct ActorView {
    pub id: Arc<str>,
    pub name: Text,
    pub kind: ActorViewKind,
    pub state: ActorState,
    pub lane: Option<Arc<str>>,
    /// What it writes to or reads from.
    pub topics: Vec<Arc<str>>,
    /// Acknowledged by the broker.
    pub sent: u64,
    pub received: u64,
    pub processed: u64,
    /// Sends, processings or requests that failed.
    pub failed: u64,
    /// Records that it had processed, or its group had, once before.
    pub duplicates: u64,
    /// Partitions it owns (members of a queue own none in this sense: what they are assigned, they share).
    pub owns: Vec<(Arc<str>, i32)>,
    /// Messages or requests a second that it was told to send.
    pub rate: f64,
    pub processing_ms: f64,
    pub failure_percent: f64,
    pub settings: Vec<SliderView>,
    pub service: Option<ServiceView>,
}

/// A service and its table.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ServiceView {
    pub in_queue_mode: bool,
    pub requests: u64,
    pub served: u64,
    /// Nobody was free.
    pub refused: u64,
    /// The person went away.
    pub timed_out: u64,
    /// What it works on now, and how much it can at once.
    pub busy: u32,
    pub capacity: u32,
    /// Over the last five seconds of the stage.
    pub response_ms: f64,
    pub response_ms_max: f64,
    /// Means in each mode since the beginning.
    pub response_sequence_ms: f64,
    pub response_queue_ms: f64,
    pub row_count: u64,
    /// The newest rows of its database table, newest first, at most 20.
    pub rows: Vec<TableRow>,
}

/// A row of a service's table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableRow {
    pub number: i64,
    pub name: Arc<str>,
    pub at_ms: i64,
}

/// A setting of an actor that can be moved.
#[derive(Debug, Clone, PartialEq)]
pub struct SliderView {
    /// Field of the actor, as in `Action::Set`: `rate`, `processing_ms`, `failure_percent`, `batch`, `capacity`,
    /// `timeout_ms`, `database_ms`, `message_ms`, `session_timeout_ms`.
    pub field: Arc<str>,
    /// Own words of the lab file; the drawing has words for the field otherwise (`lab-field-<field>`).
    pub label: Option<Text>,
    pub value: f64,
    pub min: f64,
    pub max: f64,
    /// `ms`, `/s`, `%` or nothing.
    pub unit: &'static str,
    /// Kafka's setting behind it with its present value, such as `max.poll.records = 5`; `None` where it
    /// is none of Kafka's, such as how long a program works on a message.
    pub kafka_setting: Option<String>,
    pub code: CodeLine,
}

/// The line of client code that sets something.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CodeLine {
    pub java: String,
    pub python: String,
}
