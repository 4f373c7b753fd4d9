//! Fields of an actor that can be changed while it acts: their bounds, what of Kafka stands behind them and the line of
//! client code that sets it.

use crate::labs::{
    file::{ActorSpec, CommitWhen, RATE_MAX, RateShape, Setting, ShareAck},
    view::CodeLine,
};

/// A field with a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Knob {
    pub field: &'static str,
    pub min: f64,
    pub max: f64,
    pub unit: &'static str,
    /// Kafka's name for it, where it is one of Kafka's.
    pub kafka: Option<&'static str>,
}

const fn plain(field: &'static str, max: f64, unit: &'static str) -> Knob {
    Knob { field, min: 0.0, max, unit, kafka: None }
}

/// All of them.
pub const FIELDS: [Knob; 11] = [
    plain("rate", RATE_MAX, "/s"),
    plain("lost_answers_percent", 100.0, "%"),
    plain("processing_ms", 60_000.0, "ms"),
    plain("failure_percent", 100.0, "%"),
    Knob { field: "batch", min: 1.0, max: 500.0, unit: "", kafka: Some("max.poll.records") },
    Knob { field: "session_timeout_ms", min: 6_000.0, max: 120_000.0, unit: "ms", kafka: Some("session.timeout.ms") },
    plain("database_ms", 10_000.0, "ms"),
    plain("message_ms", 10_000.0, "ms"),
    plain("timeout_ms", 60_000.0, "ms"),
    Knob { field: "capacity", min: 1.0, max: 1_000.0, unit: "", kafka: None },
    Knob { field: "transaction", min: 0.0, max: 1_000.0, unit: "", kafka: None },
];

/// A field by its name.
pub fn knob(field: &str) -> Option<&'static Knob> {
    FIELDS.iter().find(|knob| knob.field == field)
}

impl Knob {
    /// What an actor has.
    pub fn value(&self, spec: &ActorSpec) -> f64 {
        let number = |value: Option<u32>, default: u32| f64::from(value.unwrap_or(default));
        match self.field {
            "rate" => spec.rate.unwrap_or(1.0),
            "lost_answers_percent" => spec.lost_answers_percent.unwrap_or(0.0),
            "processing_ms" => spec.processing_ms.unwrap_or(0.0),
            "failure_percent" => spec.failure_percent.unwrap_or(0.0),
            "batch" => number(spec.batch, 1),
            "session_timeout_ms" => number(spec.session_timeout_ms, 45_000),
            "database_ms" => spec.database_ms.unwrap_or(0.0),
            "message_ms" => spec.message_ms.unwrap_or(0.0),
            "timeout_ms" => spec.timeout_ms.unwrap_or(0.0),
            "capacity" => number(spec.capacity, 1),
            "transaction" => number(spec.transaction, 0),
            _ => 0.0,
        }
    }

    fn put(&self, spec: &mut ActorSpec, value: f64) {
        let whole = value.round() as u32;
        match self.field {
            "rate" => spec.rate = Some(value),
            "lost_answers_percent" => spec.lost_answers_percent = Some(value),
            "processing_ms" => spec.processing_ms = Some(value),
            "failure_percent" => spec.failure_percent = Some(value),
            "batch" => spec.batch = Some(whole),
            "session_timeout_ms" => spec.session_timeout_ms = Some(whole),
            "database_ms" => spec.database_ms = Some(value),
            "message_ms" => spec.message_ms = Some(value),
            "timeout_ms" => spec.timeout_ms = Some(value),
            "capacity" => spec.capacity = Some(whole),
            "transaction" => spec.transaction = Some(whole),
            _ => {}
        }
    }

    /// The line of a client's program that sets it to `value`.
    pub fn code(&self, value: f64) -> CodeLine {
        let code = |java: String, python: String| CodeLine { java, python };
        let sleep = || code(format!("process(record); // {value} ms"), format!("process(message)  # {value} ms"));
        match (self.kafka, self.field) {
            // In Python it is no setting: each call says how many it takes.
            (Some(kafka), "batch") => {
                code(format!("props.put(\"{kafka}\", \"{value}\");"), format!("consumer.consume(num_messages={value})"))
            }
            (Some(kafka), _) => {
                code(format!("props.put(\"{kafka}\", \"{value}\");"), format!("config[\"{kafka}\"] = {value}"))
            }
            (None, "rate") => code(
                format!("producer.send(record); // {value} a second"),
                format!("producer.produce(topic, value)  # {value} a second"),
            ),
            (None, "processing_ms") => sleep(),
            _ => CodeLine::default(),
        }
    }
}

/// Changes a field by its name.
///
/// # Errors
/// When there is no such field, or no such value for it.
pub fn set(spec: &mut ActorSpec, field: &str, value: &Setting) -> Result<(), String> {
    let refused = || format!("{field} cannot be set to {value}");
    match (field, value) {
        ("shape", Setting::Word(word)) => {
            spec.shape = match word.as_str() {
                "steady" => RateShape::Steady,
                "bursty" => RateShape::Bursty,
                "hand" => RateShape::Hand,
                _ => return Err(refused()),
            };
        }
        ("commit", Setting::Word(word)) => {
            spec.commit = match word.as_str() {
                "before" => CommitWhen::Before,
                "after" => CommitWhen::After,
                "never" => CommitWhen::Never,
                _ => return Err(refused()),
            };
        }
        ("ack", Setting::Word(word)) => {
            spec.ack = match word.as_str() {
                "accept" => ShareAck::Accept,
                "release" => ShareAck::Release,
                "reject" => ShareAck::Reject,
                "none" => ShareAck::None,
                _ => return Err(refused()),
            };
        }
        ("value", Setting::Word(word)) => spec.value = Some(word.clone()),
        ("key", Setting::Word(word)) => spec.key = Some(word.clone()),
        ("poison", Setting::Word(word)) => spec.poison = Some(word.clone()),
        ("keys", Setting::Words(words)) => spec.keys.clone_from(words),
        ("idempotent", Setting::Flag(flag)) => spec.idempotent = *flag,
        ("count", Setting::Number(number)) => spec.count = Some(*number as u64),
        (field, Setting::Number(number)) => {
            let knob = knob(field).ok_or_else(|| format!("an actor has no field {field} to set to a number"))?;
            if !(knob.min..=knob.max).contains(number) {
                return Err(format!("{field} may be {} to {}", knob.min, knob.max));
            }
            knob.put(spec, *number);
        }
        _ => return Err(refused()),
    }
    Ok(())
}
