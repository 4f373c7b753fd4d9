//! A rate from the last looks at a count.

use std::collections::VecDeque;

use crate::model::TimestampMillis;

/// Looks kept at most.
const LOOKS_MAX: usize = 64;

/// The last looks at a count that rises (or, for lag, also falls).
#[derive(Debug, Clone)]
pub(super) struct Window {
    span_millis: i64,
    looks: VecDeque<(TimestampMillis, i64)>,
}

impl Window {
    pub(super) fn new(span_millis: i64) -> Self {
        Self { span_millis, looks: VecDeque::new() }
    }

    /// Notes the count; answers its change since the look before and the time between, when there was one.
    pub(super) fn look(&mut self, at: TimestampMillis, count: i64) -> Option<(i64, i64)> {
        let step = self.looks.back().map(|(last_at, last)| (count - last, at - last_at));
        if step.is_some_and(|(_, millis)| millis < 0) {
            self.looks.clear();
        }
        self.looks.push_back((at, count));
        let oldest = at - self.span_millis;
        // One look before the span stays, as the change since then counts.
        while self.looks.len() > LOOKS_MAX || self.looks.get(1).is_some_and(|(second, _)| *second <= oldest) {
            self.looks.pop_front();
        }
        step.filter(|(_, millis)| *millis > 0)
    }

    /// Whether there was one look, and no other before.
    pub(super) fn is_first(&self) -> bool {
        self.looks.len() == 1
    }

    /// Forgets everything: the count is not known now.
    pub(super) fn forget(&mut self) {
        self.looks.clear();
    }

    /// The change a second over the span; `None` before the second look.
    pub(super) fn per_second(&self) -> Option<f64> {
        let (from, first) = *self.looks.front()?;
        let (to, last) = *self.looks.back()?;
        (to > from).then(|| (last - first) as f64 * 1_000.0 / (to - from) as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_over_the_span_alone() {
        let mut window = Window::new(5_000);
        assert_eq!(window.per_second(), None);
        window.look(0, 0);
        assert!(window.is_first() && window.per_second().is_none());
        for second in 1..10 {
            window.look(second * 1_000, second * 100);
        }
        assert_eq!(window.per_second(), Some(100.0));
        for second in 10..16 {
            window.look(second * 1_000, 900);
        }
        assert_eq!(window.per_second(), Some(0.0));
        window.forget();
        assert_eq!(window.per_second(), None);
    }
}
