//! Rates over the last minutes, for sparklines and charts: a ring of equal time slots, unknown apart from zero.

use std::collections::VecDeque;

use parking_lot::RwLock;

use crate::model::TimestampMillis;

/// Width of a slot.
pub const RATE_SLOT_MILLIS: i64 = 5_000;
/// Slots kept: 15 minutes.
pub const RATE_SLOTS_MAX: usize = 180;

/// What flowed a second in each of the last slots of [`RATE_SLOT_MILLIS`]. One writer, many readers.
#[derive(Default)]
pub struct RateHistory(RwLock<Ring>);

/// One slot of a [`RateHistory`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RatePoint {
    /// Beginning of the slot.
    pub at: TimestampMillis,
    /// Mean over the slot; `None` where it was not watched.
    pub per_second: Option<f64>,
}

#[derive(Default)]
struct Ring {
    /// Number of the newest slot since 1970.
    newest: i64,
    /// (amount, milliseconds watched) a slot, newest last.
    slots: VecDeque<(f64, i64)>,
}

impl RateHistory {
    /// Notes that `amount` flowed, evenly as far as is known, in the `over_millis` that ended at `at`.
    pub fn note(&self, at: TimestampMillis, over_millis: i64, amount: f64) {
        let mut ring = self.0.write();
        // What reaches back further than the ring would fall out of it at once.
        let mut from = at - over_millis.clamp(0, RATE_SLOT_MILLIS * RATE_SLOTS_MAX as i64);
        while from < at {
            let slot = from.div_euclid(RATE_SLOT_MILLIS);
            let until = ((slot + 1) * RATE_SLOT_MILLIS).min(at);
            let part = until - from;
            ring.add(slot, part, amount * part as f64 / over_millis as f64);
            from = until;
        }
    }

    /// The slots that began in the `span_millis` before `now`, oldest first; slots never watched are `None`.
    pub fn points(&self, now: TimestampMillis, span_millis: i64) -> Vec<RatePoint> {
        let last = now.div_euclid(RATE_SLOT_MILLIS);
        let count = (span_millis / RATE_SLOT_MILLIS).clamp(0, RATE_SLOTS_MAX as i64);
        let ring = self.0.read();
        (last - count + 1..=last)
            .map(|slot| RatePoint { at: slot * RATE_SLOT_MILLIS, per_second: ring.per_second(slot) })
            .collect()
    }

    /// True when nothing flowed in the `span_millis` before `now`.
    pub fn is_quiet(&self, now: TimestampMillis, span_millis: i64) -> bool {
        let from = (now - span_millis).div_euclid(RATE_SLOT_MILLIS);
        let ring = self.0.read();
        let newest = ring.newest;
        ring.slots.iter().rev().enumerate().take_while(|(i, _)| newest - *i as i64 > from).all(|(_, s)| s.0 == 0.0)
    }
}

impl Ring {
    fn add(&mut self, slot: i64, millis: i64, amount: f64) {
        let old = self.newest - slot;
        if self.slots.is_empty() || old < -(RATE_SLOTS_MAX as i64) || old >= self.slots.len() as i64 {
            self.slots.clear();
            self.slots.push_back((0.0, 0));
            self.newest = slot;
        }
        while self.newest < slot {
            self.slots.push_back((0.0, 0));
            self.newest += 1;
        }
        while self.slots.len() > RATE_SLOTS_MAX {
            self.slots.pop_front();
        }
        let back = usize::try_from(self.newest - slot).unwrap_or(0);
        if let Some(index) = self.slots.len().checked_sub(1 + back)
            && let Some(entry) = self.slots.get_mut(index)
        {
            entry.0 += amount;
            entry.1 += millis;
        }
    }

    fn per_second(&self, slot: i64) -> Option<f64> {
        let back = usize::try_from(self.newest - slot).ok()?;
        let index = self.slots.len().checked_sub(1 + back)?;
        let (amount, watched_millis) = *self.slots.get(index)?;
        (watched_millis > 0).then(|| amount * 1_000.0 / watched_millis as f64)
    }
}

/// The same history, not the same numbers: what a picture of the cluster compares.
impl PartialEq for RateHistory {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl std::fmt::Debug for RateHistory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ring = self.0.read();
        write!(f, "RateHistory({} slots)", ring.slots.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_hold_means_and_gaps_stay_unknown() {
        let history = RateHistory::default();
        for second in 1..5 {
            history.note(second * 1_000, 1_000, 10.0);
        }
        history.note(12_000, 1_000, 4.0);
        let points = history.points(12_000, 15_000);
        let rates: Vec<_> = points.iter().map(|p| p.per_second).collect();
        assert_eq!(rates, [Some(10.0), None, Some(4.0)]);
        assert_eq!(points[0].at, 0);
    }

    #[test]
    fn a_late_look_fills_all_the_slots_it_speaks_for() {
        let history = RateHistory::default();
        history.note(1_000, 1_000, 2.0);
        history.note(14_000, 13_000, 26.0);
        let rates: Vec<_> = history.points(14_000, 15_000).iter().map(|p| p.per_second).collect();
        assert_eq!(rates, [Some(2.0), Some(2.0), Some(2.0)]);
    }

    #[test]
    fn the_ring_is_bounded_and_survives_jumps_of_the_clock() {
        let history = RateHistory::default();
        for slot in 0..1_000 {
            history.note(slot * RATE_SLOT_MILLIS, 5_000, 5.0);
        }
        assert_eq!(history.points(999 * RATE_SLOT_MILLIS, i64::MAX / 4).len(), RATE_SLOTS_MAX);
        history.note(10, 10, 1.0);
        assert_eq!(history.points(10, RATE_SLOT_MILLIS)[0].per_second, Some(100.0));
        assert!(!history.is_quiet(10, 60_000));
        history.note(1_000_000_000, 1_000, 0.0);
        assert!(history.is_quiet(1_000_000_000, 60_000));
    }
}
