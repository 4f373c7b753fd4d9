//! Values over time for the charts: a point every half second of the stage, fewer when the story grows long.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    actor::Actor,
    file::{LabFile, series_parts},
    stage::{Sight, read_from_the_beginning},
    story::Ledger,
    view::{SERIES_POINTS_MAX, Series},
};
use crate::model::Offset;

/// Milliseconds between two points at the beginning.
const EVERY_MS: i64 = 500;

/// The lines of all charts of a file.
pub struct Recorder {
    lines: BTreeMap<String, Line>,
    every_ms: i64,
    next_ms: i64,
    last_ms: i64,
}

#[derive(Default)]
struct Line {
    series: Series,
    /// Where the thing counted stood at the last point.
    before: Option<f64>,
}

impl Recorder {
    /// For all series that charts of the file name.
    pub fn of(file: &LabFile) -> Self {
        let names = file.charts.iter().flat_map(|chart| chart.series.iter().cloned());
        Self { lines: names.map(|name| (name, Line::default())).collect(), every_ms: EVERY_MS, next_ms: 0, last_ms: 0 }
    }

    /// Takes a point where it is time to.
    pub fn look(&mut self, file: &LabFile, ledger: &Ledger, actors: &[Actor], sight: &Sight) {
        let now = ledger.now_ms();
        if now < self.next_ms {
            return;
        }
        let seconds = (now - self.last_ms).max(1) as f64 / 1_000.0;
        for (name, line) in &mut self.lines {
            let (value, is_rate) = value(name, file, ledger, actors, sight);
            let before = line.before.replace(value).unwrap_or(value);
            let value = if is_rate { (value - before).max(0.0) / seconds } else { value };
            line.series.points.push((now as f64 / 1_000.0, value));
        }
        self.last_ms = now;
        if self.lines.values().any(|line| line.series.points.len() >= SERIES_POINTS_MAX) {
            self.every_ms *= 2;
            for line in self.lines.values_mut() {
                let mut nth = 0;
                line.series.points.retain(|_| {
                    nth += 1;
                    nth % 2 == 0
                });
            }
        }
        for line in self.lines.values_mut() {
            line.series.every_s = self.every_ms as f64 / 1_000.0;
        }
        self.next_ms = (now / self.every_ms + 1) * self.every_ms;
    }

    pub fn series(&self) -> BTreeMap<String, Series> {
        self.lines.iter().map(|(name, line)| (name.clone(), line.series.clone())).collect()
    }
}

/// The value of a series now, and whether its growth a second is what is meant.
fn value(name: &str, file: &LabFile, ledger: &Ledger, actors: &[Actor], sight: &Sight) -> (f64, bool) {
    let (kind, of) = series_parts(name);
    let meant = |id: &str| of.is_none_or(|of| of == id);
    let tallies = || actors.iter().filter(|actor| meant(actor.id())).map(|actor| ledger.tally(actor.id()));
    let services = || actors.iter().filter(|actor| meant(actor.id())).filter_map(Actor::service);
    let groups = || sight.groups.iter().filter(|group| meant(&group.id));
    match kind {
        "arrivals" => {
            let requests: u64 = services().map(|service| service.requests).sum();
            let topics = sight.topics.iter().filter(|topic| meant(&topic.name));
            let stored: i64 = topics.flat_map(|topic| &topic.partitions).map(|partition| partition.end).sum();
            let sent: u64 = tallies().map(|tally| tally.sent).sum();
            let has_service = services().next().is_some();
            let is_topic = of.is_none_or(|of| sight.topics.iter().any(|topic| &*topic.name == of));
            let count = if has_service {
                requests as f64
            } else if is_topic {
                stored as f64
            } else {
                sent as f64
            };
            (count, true)
        }
        "done" => {
            let in_groups = |actor: &&Actor| meant(actor.id()) || of.is_some() && actor.spec().group.as_deref() == of;
            // What a service leaves in a queue is not done yet: who takes it from there does it.
            let leaves = |actor: &&Actor| of.is_none() && actor.service().is_some_and(|service| service.in_queue_mode);
            let meant = actors.iter().filter(in_groups).filter(|actor| !leaves(actor));
            let done: u64 = meant.map(|actor| ledger.tally(actor.id()).processed).sum();
            (done as f64, true)
        }
        "failed" => {
            let failed: u64 = tallies().map(|tally| tally.failed).sum();
            let requests: u64 = services().map(|service| service.refused + service.timed_out).sum();
            ((failed + requests) as f64, true)
        }
        "backlog" | "lag" => match of {
            Some(group) if groups().next().is_none() => (waiting(group, file, sight) as f64, false),
            _ => (groups().map(|group| group.lag as f64).sum(), false),
        },
        "lag_s" => (groups().map(|group| group.lag_ms as f64 / 1_000.0).fold(0.0, f64::max), false),
        "response_ms" => (services().map(|service| service.response_ms).fold(0.0, f64::max), false),
        "rows" => (services().map(|service| service.row_count as f64).sum(), false),
        _ => (0.0, false),
    }
}

/// What waits for a group that nobody has joined yet: all that is stored, for members that will read it from its beginning.
fn waiting(group: &str, file: &LabFile, sight: &Sight) -> Offset {
    let read: BTreeSet<&str> = read_from_the_beginning(file, group).collect();
    let topics = sight.topics.iter().filter(|topic| read.contains(&*topic.name));
    topics
        .flat_map(|topic| &topic.partitions)
        .map(|partition| (partition.high_watermark - partition.start).max(0))
        .sum()
}
