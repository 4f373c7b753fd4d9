//! Runs -> points on an even grid, for a chart: by partition or summed, gaps where nothing is known.

use std::sync::Arc;

use super::tiers::{Run, TIERS};
use crate::model::{PartitionId, TimestampMillis};

/// Points a series has at most; more could not be told apart on a screen.
pub const LAG_POINTS_MAX: i64 = 720;

/// The sampler pauses longer after a costly look, at most about this long.
const LATE_LOOK_MILLIS_MAX: i64 = 12_000;

/// What a chart asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LagQuery {
    pub group: Arc<str>,
    /// One topic alone; `None`: all.
    pub topic: Option<Arc<str>>,
    pub now: TimestampMillis,
    pub range_millis: i64,
    /// One series for everything instead of one a partition.
    pub summed: bool,
}

/// The answer: every series has one point for each of `times`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LagChart {
    pub step_millis: i64,
    /// Beginnings of the grid's slots, oldest first.
    pub times: Vec<TimestampMillis>,
    pub series: Vec<LagSeries>,
}

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub struct LagSeries {
    /// `None` for the sum.
    pub topic: Option<Arc<str>>,
    pub partition: Option<PartitionId>,
    pub points: Vec<LagPoint>,
}

/// One point; `None` is a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LagPoint {
    pub lag: Option<u64>,
    pub behind_millis: Option<i64>,
}

/// The even grid of a query and the tier that serves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Grid {
    pub tier: usize,
    pub step_millis: i64,
    pub from: TimestampMillis,
    pub slots: usize,
}

impl Grid {
    /// The finest tier that reaches back far enough, in steps that give at most [`LAG_POINTS_MAX`] points.
    pub(super) fn of(query: &LagQuery) -> Self {
        let range = query.range_millis.max(TIERS[0].step_millis);
        let tier = TIERS.iter().position(|t| t.keep_millis >= range).unwrap_or(TIERS.len() - 1);
        let base = TIERS[tier].step_millis;
        let multiple = (range + base * LAG_POINTS_MAX - 1) / (base * LAG_POINTS_MAX);
        let step_millis = base * multiple.max(1);
        let last = query.now.div_euclid(step_millis) * step_millis;
        let slots = (range / step_millis).clamp(1, LAG_POINTS_MAX);
        Self { tier, step_millis, from: last - (slots - 1) * step_millis, slots: slots as usize }
    }

    pub(super) fn to(&self) -> TimestampMillis {
        self.from + self.slots as i64 * self.step_millis - 1
    }

    pub(super) fn times(&self) -> Vec<TimestampMillis> {
        (0..self.slots as i64).map(|slot| self.from + slot * self.step_millis).collect()
    }

    /// Lays runs on the grid: where several fall into one slot the greatest lag is shown.
    pub(super) fn lay(&self, runs: impl IntoIterator<Item = Run>) -> Vec<LagPoint> {
        let mut points = vec![LagPoint::default(); self.slots];
        for run in runs {
            let first = (run.at - self.from).div_euclid(self.step_millis).max(0);
            let last = (run.until - self.from).div_euclid(self.step_millis).min(self.slots as i64 - 1);
            for slot in first..=last {
                let Some(point) = usize::try_from(slot).ok().and_then(|slot| points.get_mut(slot)) else { continue };
                let at = (self.from + slot * self.step_millis).clamp(run.at, run.until);
                if run.seen.lag >= point.lag {
                    point.lag = run.seen.lag;
                    point.behind_millis = run.seen.behind_millis(at).or(point.behind_millis);
                }
            }
        }
        bridge_late_looks(&mut points, self.step_millis);
        points
    }
}

/// Slots between two looks of a busy sampler take the value before them; longer gaps stay gaps.
fn bridge_late_looks(points: &mut [LagPoint], step_millis: i64) {
    let reach = usize::try_from(LATE_LOOK_MILLIS_MAX / step_millis).unwrap_or(0);
    let mut last = None;
    for index in 0..points.len() {
        if points[index].lag.is_none() {
            continue;
        }
        if let Some(before) = last.filter(|before| index - before <= reach + 1) {
            for gap in before + 1..index {
                points[gap] = points[before];
            }
        }
        last = Some(index);
    }
}

/// Adds series up: the sum of what is known, the longest time behind; a gap where nothing is known.
pub(super) fn sum(series: &[LagSeries], slots: usize) -> LagSeries {
    let mut points = vec![LagPoint::default(); slots];
    for other in series {
        for (sum, point) in points.iter_mut().zip(&other.points) {
            sum.lag = match (sum.lag, point.lag) {
                (Some(a), Some(b)) => Some(a.saturating_add(b)),
                (a, b) => a.or(b),
            };
            sum.behind_millis = sum.behind_millis.max(point.behind_millis);
        }
    }
    LagSeries { topic: None, partition: None, points }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::lag_history::tiers::Seen;

    fn query(range_millis: i64) -> LagQuery {
        LagQuery { group: "g".into(), topic: None, now: 1_000_000_000, range_millis, summed: false }
    }

    #[test]
    fn longer_ranges_take_coarser_tiers_and_never_too_many_points() {
        let minutes = |n: i64| n * 60_000;
        for (range, tier) in [(minutes(15), 0), (minutes(60), 1), (minutes(360), 1), (minutes(7 * 24 * 60), 2)] {
            let grid = Grid::of(&query(range));
            assert_eq!(grid.tier, tier, "{range}");
            assert!(grid.slots as i64 <= LAG_POINTS_MAX && grid.slots > 100);
            assert!(grid.to() >= 1_000_000_000 && grid.from <= 1_000_000_000 - range + 2 * grid.step_millis);
        }
    }

    #[test]
    fn gaps_stay_gaps_and_sums_add_what_is_known() {
        let grid = Grid { tier: 0, step_millis: 1_000, from: 0, slots: 30 };
        let seen = |lag| Seen { committed: None, end: None, lag: Some(lag), first_unread_at: Some(0) };
        let a = grid.lay([
            Run { at: 0, until: 2_000, seen: seen(5) },
            Run { at: 5_000, until: 5_000, seen: seen(6) },
            Run { at: 25_000, until: 29_000, seen: seen(0) },
        ]);
        let lag = |second: usize| a[second].lag;
        assert_eq!((lag(1), lag(4), lag(5)), (Some(5), Some(5), Some(6)));
        assert_eq!((lag(6), lag(24), lag(25)), (None, None, Some(0)));
        assert_eq!((a[1].behind_millis, a[25].behind_millis), (Some(1_000), Some(0)));
        let series = |points| LagSeries { topic: None, partition: None, points };
        let total = sum(&[series(a.clone()), series(a)], 30);
        assert_eq!((total.points[0].lag, total.points[6].lag), (Some(10), None));
    }
}
