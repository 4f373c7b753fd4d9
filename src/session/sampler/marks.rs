//! When was a record appended? Kafka does not tell for topics whose timestamps are event times, but whoever watches the
//! end offset knows: the record came when the end passed it.

use std::collections::VecDeque;

use crate::model::{Offset, TimestampMillis};

/// Marks kept a partition; when full, every second mark of the older half goes, so that old times are coarser.
const MARKS_MAX: usize = 256;

/// (time, end offset) of one partition, both rising.
#[derive(Debug, Default, Clone)]
pub(super) struct Marks(VecDeque<(TimestampMillis, Offset)>);

impl Marks {
    /// Notes the end offset that was seen at `at`.
    pub(super) fn note(&mut self, at: TimestampMillis, end: Offset) {
        match self.0.back_mut() {
            // The topic was made anew, or the clock went back: what was known says nothing any more.
            Some((last_at, last_end)) if *last_end > end || *last_at > at => self.0.clear(),
            // Nothing came: the mark before which nothing more came moves along.
            Some((_, last_end)) if *last_end == end => {
                let before = self.0.len().checked_sub(2).and_then(|index| self.0.get(index)).map(|mark| mark.1);
                if before == Some(end)
                    && let Some(last) = self.0.back_mut()
                {
                    last.0 = at;
                    return;
                }
            }
            _ => {}
        }
        if self.0.len() >= MARKS_MAX {
            let half = MARKS_MAX / 2;
            let mut index = 0;
            self.0.retain(|_| {
                index += 1;
                index > half || index % 2 == 1
            });
        }
        self.0.push_back((at, end));
    }

    /// When the record at `offset` was appended, as exact as the watching was; `None` when it was there before.
    pub(super) fn appended_at(&self, offset: Offset) -> Option<TimestampMillis> {
        let after = self.0.partition_point(|(_, end)| *end <= offset);
        let (to, to_end) = *self.0.get(after)?;
        let (from, from_end) = *self.0.get(after.checked_sub(1)?)?;
        // Between two looks the records came evenly, as far as anybody knows.
        let share = (offset - from_end + 1) as f64 / (to_end - from_end).max(1) as f64;
        Some(from + ((to - from) as f64 * share) as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_came_when_the_end_passed_it() {
        let mut marks = Marks::default();
        for (second, end) in [(0, 10), (1, 10), (2, 10), (3, 10), (4, 20), (5, 20), (9, 30)] {
            marks.note(second * 1_000, end);
        }
        assert_eq!(marks.appended_at(9), None);
        assert_eq!(marks.appended_at(19), Some(4_000));
        assert_eq!(marks.appended_at(14), Some(3_500));
        assert_eq!(marks.appended_at(29), Some(9_000));
        assert_eq!(marks.appended_at(30), None);
    }

    #[test]
    fn marks_are_bounded_and_a_new_topic_of_the_same_name_starts_afresh() {
        let mut marks = Marks::default();
        for second in 0..10_000 {
            marks.note(second * 1_000, second * 10);
        }
        assert!(marks.0.len() <= MARKS_MAX);
        assert!(marks.appended_at(99_000).is_some());
        marks.note(10_000_000, 5);
        assert_eq!(marks.appended_at(4), None);
    }
}
