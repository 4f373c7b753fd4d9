//! One partition of a queue as a row of cells: the records in flight, then some of those that wait behind them.

use crate::{
    model::{Offset, ShareRecordState, TopicPartition},
    session::{RecordRange, SharePartitionView},
};

/// Records drawn that were never handed out; how many more there are is told in words.
const AHEAD_DRAWN_MAX: u64 = 40;

/// The cells of one partition.
pub(super) struct Strip<'a> {
    pub tp: TopicPartition,
    pub view: &'a SharePartitionView,
    /// Records drawn behind the window of what is in flight.
    ahead: u64,
}

/// What one cell shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Face<'a> {
    pub offset: Offset,
    pub state: ShareRecordState,
    pub delivery_count: u16,
    pub member: Option<&'a str>,
    pub client_id: Option<&'a str>,
    pub lock_until: Option<i64>,
}

/// Records of a range by how they stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Tally {
    pub available: u64,
    /// Available too, but never handed out: no change by hand reaches them.
    pub ahead: u64,
    pub acquired: u64,
    pub acknowledged: u64,
    pub archived: u64,
}

impl<'a> Strip<'a> {
    pub fn new(view: &'a SharePartitionView, tp: TopicPartition) -> Self {
        // Where the broker told of a part of the window only, what comes behind it is not next.
        let whole = view.cells.last().is_none_or(|cell| cell.offset + 1 >= view.end_offset);
        let waiting = u64::try_from(view.high_watermark - view.end_offset).unwrap_or(0);
        let ahead = if whole { waiting.min(AHEAD_DRAWN_MAX) } else { 0 };
        Self { tp, view, ahead }
    }

    /// How many cells are drawn.
    pub fn len(&self) -> usize {
        self.view.cells.len() + self.ahead as usize
    }

    /// Records in flight or waiting that are not drawn.
    pub fn left_out(&self) -> u64 {
        let last = self.face(self.len().wrapping_sub(1)).map_or(self.view.end_offset, |face| face.offset + 1);
        u64::try_from(self.view.high_watermark - last).unwrap_or(0)
    }

    /// The cell at that place.
    pub fn face(&self, place: usize) -> Option<Face<'a>> {
        if let Some(cell) = self.view.cells.get(place) {
            return Some(Face {
                offset: cell.offset,
                state: cell.state,
                delivery_count: cell.delivery_count,
                member: cell.member.as_deref(),
                client_id: cell.client_id.as_deref(),
                lock_until: cell.lock_until,
            });
        }
        let behind = (place - self.view.cells.len()) as u64;
        (behind < self.ahead).then(|| Face {
            offset: self.view.end_offset + behind as i64,
            state: ShareRecordState::Available,
            delivery_count: 0,
            member: None,
            client_id: None,
            lock_until: None,
        })
    }

    /// The place of a record, or of the first one after it where it is not drawn.
    pub fn place_of(&self, offset: Offset) -> usize {
        let inside = self.view.cells.partition_point(|cell| cell.offset < offset);
        if inside < self.view.cells.len() {
            return inside;
        }
        let behind = u64::try_from(offset - self.view.end_offset).unwrap_or(0);
        inside + behind.min(self.ahead.saturating_sub(1)) as usize
    }

    /// How the drawn records of a range stand.
    pub fn tally(&self, range: &RecordRange) -> Tally {
        let mut tally = Tally::default();
        let from = self.place_of(range.first);
        let faces = (from..self.len()).filter_map(|place| self.face(place));
        let in_flight_end = self.view.end_offset;
        for face in faces.take_while(|face| face.offset <= range.last).filter(|face| face.offset >= range.first) {
            match face.state {
                ShareRecordState::Available if face.offset >= in_flight_end => tally.ahead += 1,
                ShareRecordState::Available => tally.available += 1,
                ShareRecordState::Acquired => tally.acquired += 1,
                ShareRecordState::Acknowledged => tally.acknowledged += 1,
                ShareRecordState::Archived => tally.archived += 1,
            }
        }
        tally
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::ShareCell;

    fn view(states: &[ShareRecordState], high_watermark: Offset) -> SharePartitionView {
        let cell = |(place, state): (usize, &ShareRecordState)| ShareCell {
            offset: 10 + place as Offset,
            state: *state,
            delivery_count: 1,
            member: None,
            client_id: None,
            lock_until: None,
        };
        SharePartitionView {
            topic: "orders".into(),
            partition: 0,
            start_offset: 10,
            end_offset: 10 + states.len() as Offset,
            high_watermark,
            available: 0,
            acquired: 0,
            acknowledged_total: 0,
            archived_total: 0,
            redelivered_total: 0,
            cells: states.iter().enumerate().map(cell).collect(),
        }
    }

    #[test]
    fn records_that_wait_stand_behind_those_in_flight() {
        use ShareRecordState::{Acknowledged, Acquired, Available};
        let view = view(&[Acquired, Acknowledged], 15);
        let strip = Strip::new(&view, TopicPartition::new("orders", 0));
        assert_eq!((strip.len(), strip.left_out()), (5, 0));
        assert_eq!(strip.face(3).map(|face| (face.offset, face.state)), Some((13, Available)));
        assert_eq!((strip.face(5), strip.place_of(11), strip.place_of(14), strip.place_of(99)), (None, 1, 4, 4));
        let range = RecordRange { tp: strip.tp.clone(), first: 11, last: 13 };
        assert_eq!(strip.tally(&range), Tally { acknowledged: 1, ahead: 2, ..Tally::default() });
    }

    #[test]
    fn a_long_queue_says_how_many_are_not_drawn() {
        let view = view(&[ShareRecordState::Acquired], 5_000);
        let strip = Strip::new(&view, TopicPartition::new("orders", 0));
        assert_eq!((strip.len(), strip.left_out()), (41, 4_949));
        let empty = self::view(&[], 10);
        assert_eq!(Strip::new(&empty, TopicPartition::new("orders", 0)).left_out(), 0);
    }
}
