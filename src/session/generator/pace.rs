//! When a generator's next records are due. Pure: time comes in, so nothing drifts and everything can be stepped.

use crate::model::TimestampMillis;

/// Records a second that can be asked for.
pub const RATE_PER_SECOND_MAX: f64 = 100_000.0;
/// How far a generator that was held up (a busy broker, a sleeping laptop) may catch up in one go; what was due before
/// that is left out, not sent as a flood.
pub const CATCH_UP_MILLIS_MAX: i64 = 2_000;

/// How long a generator goes on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Until {
    /// This many records.
    Records(u64),
    /// This many milliseconds.
    Millis(i64),
    /// The user stops it.
    Stopped,
}

/// Counts records against time: the total that is due is always rate times the time gone, computed from the start, so
/// rounding never adds up.
#[derive(Debug, Clone)]
pub struct Pacer {
    per_second: f64,
    until: Until,
    started: TimestampMillis,
    /// Of all that were due since the start, how many are dealt with: given or left out.
    settled: u64,
    given: u64,
    left_out: u64,
}

impl Pacer {
    /// Starts at `now`; the first record is due at once.
    pub fn new(per_second: f64, until: Until, now: TimestampMillis) -> Self {
        let per_second = if per_second.is_finite() { per_second.clamp(0.001, RATE_PER_SECOND_MAX) } else { 1.0 };
        Self { per_second, until, started: now, settled: 0, given: 0, left_out: 0 }
    }

    /// How many records to send now, at most `room` of them; what does not fit stays due.
    pub fn take(&mut self, now: TimestampMillis, room: u64) -> u64 {
        let now = now.min(self.end_millis().unwrap_or(i64::MAX));
        let mut due = self.due_at(now).saturating_sub(self.settled);
        let bound = self.bound();
        if due > bound {
            self.left_out += due - bound;
            self.settled += due - bound;
            due = bound;
        }
        if let Until::Records(total) = self.until {
            due = due.min(total.saturating_sub(self.given));
        }
        let taken = due.min(room);
        self.settled += taken;
        self.given += taken;
        taken
    }

    /// Milliseconds to wait until the next record is due; 0 when one is due already.
    pub fn wait_millis(&self, now: TimestampMillis) -> u64 {
        let next = self.started as f64 + self.settled as f64 * 1_000.0 / self.per_second;
        (next.ceil() as i64).saturating_sub(now).max(0) as u64
    }

    /// Whether nothing more will ever be due.
    pub fn is_over(&self, now: TimestampMillis) -> bool {
        match self.until {
            Until::Records(total) => self.given >= total,
            Until::Millis(_) => self.end_millis().is_some_and(|end| now >= end && self.due_at(end) <= self.settled),
            Until::Stopped => false,
        }
    }

    /// Records that will be sent in all, where that is known from the start.
    pub fn total(&self) -> Option<u64> {
        match self.until {
            Until::Records(total) => Some(total),
            Until::Millis(millis) => Some((millis.max(0) as f64 * self.per_second / 1_000.0).round() as u64),
            Until::Stopped => None,
        }
    }

    /// Records handed out so far.
    pub fn given(&self) -> u64 {
        self.given
    }

    /// Records left out because the generator was held up for more than [`CATCH_UP_MILLIS_MAX`].
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    fn end_millis(&self) -> Option<TimestampMillis> {
        match self.until {
            Until::Millis(millis) => Some(self.started.saturating_add(millis.max(0))),
            _ => None,
        }
    }

    /// Records due from the start until `now`: one at the start, then one each interval, the one at the very end not included.
    fn due_at(&self, now: TimestampMillis) -> u64 {
        let gone = now.saturating_sub(self.started).max(0) as f64 * self.per_second / 1_000.0;
        // A hair above a whole number is that number: 0.1 s at 20 a second is 2, not 2.0000000000000004.
        let whole = (gone - 1e-6).ceil().max(0.0) as u64;
        if self.end_millis() == Some(now) { whole } else { (gone + 1e-6).floor() as u64 + 1 }
    }

    fn bound(&self) -> u64 {
        ((self.per_second * CATCH_UP_MILLIS_MAX as f64 / 1_000.0).ceil() as u64).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Clock, ManualClock};

    /// Runs a pacer to its end, waking as late as `lateness` says; returns records and milliseconds.
    fn run(per_second: f64, until: Until, lateness: impl Fn(u64) -> i64) -> (u64, i64, u64) {
        let clock = ManualClock::new(1_000_000);
        let mut pacer = Pacer::new(per_second, until, clock.now());
        let mut turns = 0;
        loop {
            pacer.take(clock.now(), u64::MAX);
            if pacer.is_over(clock.now()) {
                break;
            }
            clock.step(pacer.wait_millis(clock.now()).max(1) as i64 + lateness(turns));
            turns += 1;
            assert!(turns < 10_000_000);
        }
        (pacer.given(), clock.now() - 1_000_000, pacer.left_out())
    }

    #[test]
    fn twenty_a_second_for_five_minutes_is_six_thousand() {
        for lateness in [0, 1, 7, 49, 50, 333, 1_500] {
            let (records, millis, left_out) = run(20.0, Until::Millis(300_000), |_| lateness);
            assert_eq!((records, left_out), (6_000, 0), "woken {lateness} ms late");
            assert!((300_000..302_000).contains(&millis), "{millis}");
        }
    }

    #[test]
    fn a_rate_that_is_no_divisor_of_a_second_does_not_drift() {
        let (records, millis, _) = run(7.0, Until::Records(7 * 3_600), |turn| (turn % 3) as i64);
        assert_eq!(records, 7 * 3_600);
        assert!((3_599_800..3_600_100).contains(&millis), "{millis}");
    }

    #[test]
    fn slow_rates_wait_for_their_record() {
        let mut pacer = Pacer::new(0.5, Until::Stopped, 0);
        assert_eq!(pacer.take(0, 10), 1);
        assert_eq!(pacer.wait_millis(0), 2_000);
        assert_eq!(pacer.take(1_999, 10), 0);
        assert_eq!(pacer.take(2_000, 10), 1);
        assert_eq!(pacer.total(), None);
        assert!(!pacer.is_over(i64::MAX / 2));
    }

    #[test]
    fn a_long_sleep_is_not_made_up_in_a_flood() {
        let mut pacer = Pacer::new(100.0, Until::Stopped, 0);
        pacer.take(0, u64::MAX);
        assert_eq!(pacer.take(60_000, u64::MAX), 200, "two seconds' worth");
        assert_eq!(pacer.left_out(), 5_800);
        assert_eq!(pacer.take(60_010, u64::MAX), 1, "and then at its pace again");
    }

    #[test]
    fn a_full_queue_leaves_records_due_for_later() {
        let mut pacer = Pacer::new(1_000.0, Until::Records(50), 0);
        assert_eq!(pacer.take(100, 30), 30);
        assert_eq!(pacer.take(100, 30), 20);
        assert!(pacer.is_over(100));
        assert_eq!(pacer.take(5_000, 30), 0);
    }

    #[test]
    fn rates_that_are_no_numbers_are_tamed() {
        for rate in [f64::NAN, f64::INFINITY, -4.0, 0.0] {
            let mut pacer = Pacer::new(rate, Until::Records(1), 0);
            assert_eq!(pacer.take(0, 1), 1);
        }
    }
}
