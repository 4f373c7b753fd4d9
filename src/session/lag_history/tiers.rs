//! Falling resolution without I/O: one second for a quarter of an hour, ten for six hours, a minute for eight days.
//! Equal values in a row become one run, so a group that stands still costs one row and not one a second.

use crate::model::{Offset, TimestampMillis};

/// A resolution and how long it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tier {
    pub step_millis: i64,
    pub keep_millis: i64,
}

const MINUTE_MILLIS: i64 = 60_000;
const HOUR_MILLIS: i64 = 60 * MINUTE_MILLIS;

/// Finest first. The longest is a day more than the week that screens offer.
pub const TIERS: [Tier; 3] = [
    Tier { step_millis: 1_000, keep_millis: 15 * MINUTE_MILLIS },
    Tier { step_millis: 10_000, keep_millis: 6 * HOUR_MILLIS },
    Tier { step_millis: MINUTE_MILLIS, keep_millis: 8 * 24 * HOUR_MILLIS },
];

/// Slots that may be missing inside a run: the sampler may be late once.
const SLOTS_MISSED_MAX: i64 = 2;

/// What was seen of one partition of one group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seen {
    pub committed: Option<Offset>,
    pub end: Option<Offset>,
    /// `None`: not known, which is not zero.
    pub lag: Option<u64>,
    /// Timestamp of the first unread record; kept instead of its age, as it stands still while nothing is read.
    pub first_unread_at: Option<TimestampMillis>,
}

/// The same thing seen in all slots from `at` to `until`, both beginnings of slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    pub at: TimestampMillis,
    pub until: TimestampMillis,
    pub seen: Seen,
}

/// One partition of one group in one tier: the slot that fills and the run before it.
#[derive(Debug, Clone, Default)]
pub struct Track {
    filling: Option<Run>,
    run: Option<Run>,
    /// The run changed since it was last taken.
    dirty: bool,
}

impl Seen {
    /// Age of the first unread record at `at`; 0 when everything is read, `None` when not known.
    pub fn behind_millis(&self, at: TimestampMillis) -> Option<i64> {
        match (self.lag, self.first_unread_at) {
            (Some(0), _) => Some(0),
            (Some(_), Some(first)) => Some((at - first).max(0)),
            _ => None,
        }
    }

    /// Two sights of one slot: the newer offsets, the greater lag, so that a peak survives a coarse tier.
    fn merge(self, newer: Seen) -> Seen {
        let peak = if newer.lag >= self.lag { newer } else { self };
        Seen {
            committed: newer.committed.or(self.committed),
            end: newer.end.or(self.end),
            lag: peak.lag,
            first_unread_at: peak.first_unread_at,
        }
    }
}

impl Track {
    /// Notes a sight. Answers the run that it closed, to be stored for good.
    pub fn note(&mut self, tier: Tier, at: TimestampMillis, seen: Seen) -> Option<Run> {
        let slot = at.div_euclid(tier.step_millis) * tier.step_millis;
        match &mut self.filling {
            Some(filling) if filling.at == slot => {
                filling.seen = filling.seen.merge(seen);
                None
            }
            // The clock went back: what is known stays, the sight is dropped until time catches up.
            Some(filling) if filling.at > slot => None,
            _ => {
                let full = self.filling.replace(Run { at: slot, until: slot, seen });
                full.and_then(|full| self.extend(tier, full))
            }
        }
    }

    fn extend(&mut self, tier: Tier, slot: Run) -> Option<Run> {
        self.dirty = true;
        match &mut self.run {
            Some(run) if run.seen == slot.seen && slot.at - run.until <= tier.step_millis * SLOTS_MISSED_MAX => {
                run.until = slot.at;
                None
            }
            _ => self.run.replace(slot),
        }
    }

    /// The open run if it changed since the last call, to be stored as it stands.
    pub fn take_dirty(&mut self) -> Option<Run> {
        std::mem::take(&mut self.dirty).then_some(self.run).flatten()
    }

    /// What is in memory alone: the open run and the slot that fills.
    pub fn open(&self) -> impl Iterator<Item = Run> {
        self.run.into_iter().chain(self.filling)
    }

    /// Ends everything at a clean close: the filling slot counts as full.
    pub fn finish(&mut self, tier: Tier) -> Vec<Run> {
        let filling = self.filling.take();
        let closed = filling.and_then(|slot| self.extend(tier, slot));
        closed.into_iter().chain(self.run.take()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(lag: u64) -> Seen {
        Seen { committed: Some(0), end: Some(lag as i64), lag: Some(lag), first_unread_at: Some(0) }
    }

    #[test]
    fn equal_sights_become_one_run_and_a_pause_ends_it() {
        let (mut track, tier) = (Track::default(), TIERS[0]);
        let mut closed = Vec::new();
        for second in [0, 1, 2, 3, 10, 11] {
            closed.extend(track.note(tier, second * 1_000, seen(5)));
        }
        assert_eq!(closed, [Run { at: 0, until: 3_000, seen: seen(5) }]);
        assert_eq!(track.take_dirty(), Some(Run { at: 10_000, until: 10_000, seen: seen(5) }));
        assert_eq!(track.take_dirty(), None);
        assert_eq!(track.finish(tier), [Run { at: 10_000, until: 11_000, seen: seen(5) }]);
    }

    #[test]
    fn a_coarse_tier_keeps_the_peak_and_the_newest_offsets() {
        let (mut track, tier) = (Track::default(), TIERS[1]);
        for (second, lag) in [(0, 1), (1, 900), (2, 3), (10, 4)] {
            track.note(tier, second * 1_000, seen(lag));
        }
        let run = track.take_dirty().unwrap();
        assert_eq!((run.at, run.seen.lag, run.seen.end), (0, Some(900), Some(3)));
    }

    #[test]
    fn unknown_is_not_zero() {
        let unknown = Seen::default();
        assert_eq!(unknown.behind_millis(10), None);
        assert_eq!(seen(0).behind_millis(10), Some(0));
        assert_eq!(seen(2).behind_millis(10), Some(10));
        assert_eq!(unknown.merge(seen(0)).lag, Some(0));
    }

    #[test]
    fn a_clock_that_goes_back_writes_nothing_twice() {
        let (mut track, tier) = (Track::default(), TIERS[0]);
        track.note(tier, 5_000, seen(1));
        assert_eq!(track.note(tier, 1_000, seen(2)), None);
        assert_eq!(track.open().count(), 1);
    }
}
