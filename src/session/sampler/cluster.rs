//! What the sampler remembers of the cluster as a whole.

use std::sync::Arc;

use super::{topics::Flow, window::Window};
use crate::{
    broker::{Inspector, TopicCounters},
    model::TimestampMillis,
    session::ClusterFacts,
};

/// Rates of the cluster are means over this long.
const RATE_SPAN_MILLIS: i64 = 4_000;

pub(super) struct ClusterWatch {
    pub facts: ClusterFacts,
    records_in: i64,
    records_out: i64,
    in_window: Window,
    out_window: Window,
    in_bytes: Window,
    out_bytes: Window,
    last_at: Option<TimestampMillis>,
}

impl ClusterWatch {
    pub(super) fn new(facts: ClusterFacts) -> Self {
        let window = || Window::new(RATE_SPAN_MILLIS);
        Self {
            facts,
            records_in: 0,
            records_out: 0,
            in_window: window(),
            out_window: window(),
            in_bytes: window(),
            out_bytes: window(),
            last_at: None,
        }
    }

    pub(super) fn note(&mut self, at: TimestampMillis, flow: Flow, inspector: Option<&Arc<dyn Inspector>>) {
        self.records_in += flow.records_in;
        self.records_out += flow.records_out;
        self.in_window.look(at, self.records_in);
        self.facts.in_per_second = self.in_window.per_second();
        let passed = self.last_at.map(|last| at - last).filter(|millis| *millis > 0);
        self.last_at = Some(at);
        if let Some(millis) = passed {
            self.facts.in_history.note(at, millis, flow.records_in as f64);
        }
        let Some(inspector) = inspector else { return };
        self.out_window.look(at, self.records_out);
        self.facts.out_per_second = self.out_window.per_second();
        if let Some(millis) = passed {
            self.facts.out_history.note(at, millis, flow.records_out as f64);
        }
        let counters = inspector.counters();
        let sum = |of: fn(&TopicCounters) -> u64| -> i64 {
            i64::try_from(counters.topics.values().map(of).sum::<u64>()).unwrap_or(i64::MAX)
        };
        self.in_bytes.look(at, sum(|c| c.bytes_in));
        self.out_bytes.look(at, sum(|c| c.bytes_out));
        self.facts.in_bytes_per_second = self.in_bytes.per_second().map(|rate| rate.max(0.0));
        self.facts.out_bytes_per_second = self.out_bytes.per_second().map(|rate| rate.max(0.0));
    }
}
