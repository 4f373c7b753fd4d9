//! Which records are chosen, and how keys move the choice. Pure.

use super::strip::Strip;
use crate::{
    model::{Offset, TopicPartition},
    session::RecordRange,
};

/// Neighbouring records of one partition, kept by offset: cells come and go under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Selection {
    pub tp: TopicPartition,
    anchor: Offset,
    pub head: Offset,
}

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Move {
    Left,
    Right,
    Up,
    Down,
    First,
    Last,
}

impl Selection {
    pub fn one(tp: TopicPartition, offset: Offset) -> Self {
        Self { tp, anchor: offset, head: offset }
    }

    pub fn range(&self) -> RecordRange {
        let (first, last) = (self.anchor.min(self.head), self.anchor.max(self.head));
        RecordRange { tp: self.tp.clone(), first, last }
    }

    pub fn holds(&self, tp: &TopicPartition, offset: Offset) -> bool {
        self.tp == *tp && (self.anchor.min(self.head)..=self.anchor.max(self.head)).contains(&offset)
    }

    /// Reaches to another record of the same partition.
    pub fn extend(&mut self, offset: Offset) {
        self.head = offset;
    }

    /// The choice after a key: the next cell, also over the border of a partition; with `extend` it grows inside its own.
    pub fn moved(now: Option<&Self>, strips: &[Strip<'_>], per_row: usize, by: Move, extend: bool) -> Option<Self> {
        let found = now.and_then(|now| Some((now, strips.iter().position(|strip| strip.tp == now.tp)?)));
        let Some((now, at)) = found else {
            let strip = strips.iter().find(|strip| strip.len() > 0)?;
            return Some(Self::one(strip.tp.clone(), strip.face(0)?.offset));
        };
        let strip = &strips[at];
        let place = strip.place_of(now.head);
        let last = strip.len().saturating_sub(1);
        let inside = match by {
            Move::Left => place.checked_sub(1),
            Move::Right => Some(place + 1).filter(|place| *place <= last),
            Move::Up => place.checked_sub(per_row),
            Move::Down => {
                let rows_left = place / per_row < last / per_row;
                rows_left.then(|| (place + per_row).min(last))
            }
            Move::First => Some(0),
            Move::Last => Some(last),
        };
        match inside.and_then(|place| strip.face(place)) {
            Some(face) if extend => {
                let mut grown = now.clone();
                grown.extend(face.offset);
                Some(grown)
            }
            Some(face) => Some(Self::one(strip.tp.clone(), face.offset)),
            None if extend => None,
            None => Self::beyond(strips, at, by, place % per_row, per_row),
        }
    }

    fn beyond(strips: &[Strip<'_>], at: usize, by: Move, column: usize, per_row: usize) -> Option<Self> {
        let back = matches!(by, Move::Left | Move::Up);
        let next = |strip: &&Strip<'_>| strip.len() > 0;
        let strip = if back { strips[..at].iter().rev().find(next)? } else { strips[at + 1..].iter().find(next)? };
        let last = strip.len() - 1;
        let place = match by {
            Move::Left => last,
            Move::Up => (last / per_row * per_row + column).min(last),
            Move::Down => column.min(last),
            _ => 0,
        };
        Some(Self::one(strip.tp.clone(), strip.face(place)?.offset))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::SharePartitionView;

    fn view(partition: i32, end: Offset) -> SharePartitionView {
        SharePartitionView {
            topic: "orders".into(),
            partition,
            start_offset: 0,
            end_offset: 0,
            high_watermark: end,
            available: 0,
            acquired: 0,
            acknowledged_total: 0,
            archived_total: 0,
            redelivered_total: 0,
            cells: Vec::new(),
        }
    }

    #[test]
    fn keys_walk_through_all_partitions_and_shift_stays_in_one() {
        let views = [view(0, 5), view(1, 0), view(2, 3)];
        let strips: Vec<Strip<'_>> =
            views.iter().map(|v| Strip::new(v, TopicPartition::new("orders", v.partition))).collect();
        let go = |now: &Selection, by, extend| Selection::moved(Some(now), &strips, 2, by, extend);
        let start = Selection::moved(None, &strips, 2, Move::Down, false).unwrap();
        assert_eq!((start.tp.partition, start.head), (0, 0));
        let at = |s: Option<Selection>| s.map(|s| (s.tp.partition, s.range().first, s.range().last));
        assert_eq!(at(go(&start, Move::Down, false)), Some((0, 2, 2)));
        assert_eq!(at(go(&start, Move::Last, true)), Some((0, 0, 4)));
        let end = go(&start, Move::Last, false).unwrap();
        assert_eq!(at(go(&end, Move::Right, false)), Some((2, 0, 0)), "an empty partition is passed over");
        assert_eq!(at(go(&end, Move::Right, true)), None);
        let second = go(&end, Move::Right, false).unwrap();
        assert_eq!(at(go(&second, Move::Left, false)), Some((0, 4, 4)));
        assert_eq!(at(go(&second, Move::Up, false)), Some((0, 4, 4)));
    }
}
