//! Round values and round times for axes, and labels moved apart.

use egui_plot::GridMark;

const SECOND: f64 = 1_000.0;
const MINUTE: f64 = 60.0 * SECOND;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;
/// Steps of a time axis, in milliseconds.
const TIME_STEPS: [f64; 19] = [
    SECOND,
    2.0 * SECOND,
    5.0 * SECOND,
    10.0 * SECOND,
    15.0 * SECOND,
    30.0 * SECOND,
    MINUTE,
    2.0 * MINUTE,
    5.0 * MINUTE,
    10.0 * MINUTE,
    15.0 * MINUTE,
    30.0 * MINUTE,
    HOUR,
    2.0 * HOUR,
    3.0 * HOUR,
    6.0 * HOUR,
    12.0 * HOUR,
    DAY,
    7.0 * DAY,
];
/// Points between two times at least.
const TIME_GAP: f32 = 120.0;

/// The round value at or above the largest, of the kind 1, 1.5, 2, 3, 4, 5, 6, 8 times a power of ten.
pub(super) fn nice_top(largest: f64) -> f64 {
    if largest <= 0.0 || !largest.is_finite() {
        return 1.0;
    }
    let power = 10_f64.powf(largest.log10().floor());
    let share = largest / power;
    let nice = [1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0];
    nice.into_iter().find(|n| *n >= share - 1e-9).unwrap_or(10.0) * power
}

/// Zero, the top, and two or three round values between; zero alone where nothing is above it.
pub(super) fn value_marks(bounds: (f64, f64), top: f64, any: bool) -> Vec<GridMark> {
    let power = 10_f64.powf(top.log10().floor());
    let parts = match (top / power * 10.0).round() as i64 {
        10 => 2,
        15 | 30 | 60 => 3,
        50 | 100 => 5,
        _ => 4,
    };
    let step = top / f64::from(parts);
    let parts = if any { parts } else { 0 };
    (0..=parts)
        .map(|n| GridMark { value: step * f64::from(n), step_size: step })
        .filter(|mark| mark.value <= bounds.1)
        .collect()
}

/// The step of a time axis of that length and width.
pub(super) fn time_step(millis: f64, width: f32) -> f64 {
    let wanted = millis / f64::from((width / TIME_GAP).max(1.0));
    TIME_STEPS.into_iter().find(|step| *step >= wanted).unwrap_or_else(|| (wanted / DAY).ceil() * DAY)
}

/// Marks at round times of the zone that is that many seconds ahead of UTC.
pub(super) fn time_marks(bounds: (f64, f64), step: f64, zone_seconds: i64) -> Vec<GridMark> {
    /// No axis has more; a broken step cannot make the window stand still.
    const MARKS_MAX: usize = 200;
    let zone = zone_seconds as f64 * SECOND;
    let first = ((bounds.0 + zone) / step).ceil() * step - zone;
    (0..MARKS_MAX)
        .map(|n| GridMark { value: first + step * n as f64, step_size: step })
        .take_while(|mark| mark.value <= bounds.1)
        // One at the very edge would write over the axis of values, or be cut.
        .filter(|mark| mark.value >= bounds.0 + (bounds.1 - bounds.0) * 0.025)
        .filter(|mark| mark.value <= bounds.1 - (bounds.1 - bounds.0) * 0.015)
        .collect()
}

/// How a time is written on an axis of that step (chrono's form).
pub(super) fn time_form(step: f64) -> &'static str {
    if step < MINUTE {
        "%H:%M:%S"
    } else if step < DAY {
        "%H:%M"
    } else {
        "%m-%d"
    }
}

/// Moves ascending places at least `gap` apart, staying between `top` and `bottom` where there is room.
pub(super) fn spread(mut places: Vec<f32>, gap: f32, top: f32, bottom: f32) -> Vec<f32> {
    let mut floor = top;
    for place in &mut places {
        *place = place.max(floor);
        floor = *place + gap;
    }
    let mut ceiling = bottom;
    for place in places.iter_mut().rev() {
        *place = place.min(ceiling);
        ceiling = *place - gap;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_top_is_round_and_marks_start_at_zero() {
        for (largest, top) in
            [(0.0, 1.0), (0.3, 0.3), (7.0, 8.0), (1_180.0, 1_500.0), (18_700.0, 20_000.0), (99.0, 100.0)]
        {
            assert!((nice_top(largest) - top).abs() < 1e-6, "{largest}: {}", nice_top(largest));
        }
        let marks: Vec<_> = value_marks((0.0, 1_560.0), 1_500.0, true).iter().map(|m| m.value).collect();
        assert_eq!(marks, [0.0, 500.0, 1_000.0, 1_500.0]);
        assert_eq!(value_marks((0.0, 1.04), 1.0, false).len(), 1);
    }

    #[test]
    fn times_are_round_in_their_zone() {
        let step = time_step(15.0 * MINUTE, 560.0);
        assert_eq!(step, 5.0 * MINUTE);
        let marks = time_marks((100.0, 12.0 * HOUR), 6.0 * HOUR, 5 * 3600 + 1800);
        assert_eq!(marks[0].value, 30.0 * MINUTE);
    }

    #[test]
    fn labels_keep_their_distance_and_stay_inside() {
        assert_eq!(spread(vec![10.0, 12.0, 50.0], 15.0, 0.0, 100.0), [10.0, 25.0, 50.0]);
        assert_eq!(spread(vec![95.0, 98.0], 15.0, 0.0, 100.0), [85.0, 100.0]);
    }
}
