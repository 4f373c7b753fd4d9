//! What is to be said about records of one partition, as ranges of offsets. Pure.

use std::collections::BTreeMap;

use crate::model::Offset;

/// A range and what is said about it, as it stands on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AckRange {
    pub first: Offset,
    /// Included.
    pub last: Offset,
    /// As on the wire (`codec::share`).
    pub code: i8,
}

/// Ranges that do not overlap, ascending.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Acks(BTreeMap<Offset, (Offset, i8)>);

impl Acks {
    /// Says something about a range; ranges are said once, so they never overlap. One that goes on where the one before
    /// ends and says the same becomes one with it.
    pub fn say(&mut self, range: AckRange) {
        let AckRange { mut first, last, code } = range;
        if let Some((&before, &(end, said))) = self.0.range(..first).next_back()
            && end + 1 == first
            && said == code
        {
            first = before;
        }
        self.0.insert(first, (last, code));
    }

    pub fn ranges(&self) -> impl Iterator<Item = AckRange> + '_ {
        self.0.iter().map(|(&first, &(last, code))| AckRange { first, last, code })
    }
}

/// The parts of `range` that none of `offsets` (ascending) is in.
pub(super) fn gaps(first: Offset, last: Offset, offsets: impl Iterator<Item = Offset>) -> Vec<(Offset, Offset)> {
    let mut gaps = Vec::new();
    let mut from = first;
    for offset in offsets.filter(|offset| (first..=last).contains(offset)) {
        if offset > from {
            gaps.push((from, offset - 1));
        }
        from = offset + 1;
    }
    if from <= last {
        gaps.push((from, last));
    }
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_that_say_the_same_become_one() {
        let mut acks = Acks::default();
        for (first, last, code) in [(0, 0, 1), (1, 1, 1), (2, 4, 2), (5, 5, 1), (7, 7, 1), (6, 6, 1)] {
            acks.say(AckRange { first, last, code });
        }
        let ranges: Vec<_> = acks.ranges().map(|r| (r.first, r.last, r.code)).collect();
        assert_eq!(ranges, [(0, 1, 1), (2, 4, 2), (5, 6, 1), (7, 7, 1)]);
        acks.say(AckRange { first: 8, last: 9, code: 1 });
        assert_eq!(acks.ranges().last(), Some(AckRange { first: 7, last: 9, code: 1 }));
    }

    #[test]
    fn what_has_no_record_is_a_gap() {
        assert_eq!(gaps(0, 9, [0, 1, 5, 9].into_iter()), [(2, 4), (6, 8)]);
        assert_eq!(gaps(3, 4, [1, 2, 5].into_iter()), [(3, 4)]);
        assert_eq!(gaps(3, 4, [3, 4].into_iter()), []);
    }
}
