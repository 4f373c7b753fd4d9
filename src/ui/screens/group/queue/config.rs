//! The settings of a queue that its picture needs: how long locks hold, how often a record is delivered.

use std::time::{Duration, Instant};

use crate::{
    model::ConfigEntry,
    session::{GroupFacts, Loadable},
    ui::Ctx,
};

/// Settings are asked for anew after this long.
const FRESH: Duration = Duration::from_secs(15);
/// Kafka's `group.share.record.lock.duration.ms`, until the group's own is known.
const LOCK_MILLIS_DEFAULT: i64 = 30_000;

/// Loaded in the background.
#[derive(Default)]
pub(super) struct QueueConfig {
    entries: Loadable<Vec<ConfigEntry>>,
    asked: Option<Instant>,
}

impl QueueConfig {
    /// Asks when it is time.
    pub(super) fn ask(&mut self, ctx: &Ctx<'_>, group: &GroupFacts) {
        if ctx.session.is_none() || self.asked.is_some_and(|at| at.elapsed() < FRESH) {
            return;
        }
        self.asked = Some(Instant::now());
        let (id, slot) = (group.id.to_string(), self.entries.clone());
        ctx.with_session(move |session| session.load_group_configs(id, &slot));
    }

    fn value(&self, name: &str) -> Option<String> {
        let entries = self.entries.value()?;
        entries.iter().find(|entry| entry.name == name)?.value.clone()
    }

    /// How long a member may hold a record, in milliseconds.
    pub(super) fn lock_millis(&self) -> i64 {
        let own = self.value("share.record.lock.duration.ms").and_then(|value| value.parse().ok());
        own.unwrap_or(LOCK_MILLIS_DEFAULT)
    }

    /// How often a record is delivered at most; `None` while it is not known.
    pub(super) fn delivery_limit(&self) -> Option<u64> {
        self.value("share.delivery.count.limit")?.parse().ok()
    }

    /// The topic that dead letters go to; `None` where there is none, or it is not known.
    pub(super) fn dead_letter_topic(&self) -> Option<String> {
        self.value("errors.deadletterqueue.topic.name").filter(|name| !name.is_empty())
    }
}
