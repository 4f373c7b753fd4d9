//! What is known of a copy that has begun: one mark a partition, kept at the target. See [`super`] for why it suffices.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::client::ProducerPlace;
use crate::model::Offset;

/// Version of the form that is written.
const FORM: u8 = 1;
/// Batches that one mark announces at most: their numbers must fit the note of an offset, which brokers bound at 4,096
/// bytes (`offset.metadata.max.bytes`).
pub const STEPS_MAX: usize = 16;

/// The group under which a target keeps the marks of what comes from one source: no consumer is ever a member of it.
pub fn group_of(source_cluster: &str) -> String {
    format!("millpond-copy-{source_cluster}")
}

/// Where the copy into one partition stands, and what may be on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    form: u8,
    /// Topics of this name that are made anew are others.
    pub source_topic: Uuid,
    pub target_topic: Uuid,
    /// What the slice takes, as a number; a copy goes on only with the same.
    #[serde(default)]
    pub slice: u64,
    /// Where source and target stood when the copy began.
    pub began: (Offset, Offset),
    /// The next offset of the source, while the target ends at `at`.
    pub from: Offset,
    pub at: Offset,
    pub producer: ProducerPlace,
    /// Records stored beyond `at`, and where the source stands then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<(u64, Offset)>,
    /// Offsets that the source had deleted before they were read.
    #[serde(default)]
    pub gone: u64,
}

/// What the end of a partition says about its copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The next offset of the source.
    pub source: Offset,
    /// The end of the target.
    pub target: Offset,
    pub producer: ProducerPlace,
    /// Of the batch that was announced next and may be on its way: where it ends in the source, and how many records it
    /// has; several numbers where it has lost some since.
    pub announced: Option<(Offset, Vec<u64>)>,
}

impl Mark {
    /// A copy that begins: the source at `source`, the target at its end `target`.
    pub fn begin(topics: (Uuid, Uuid), slice: u64, source: Offset, target: Offset, producer: ProducerPlace) -> Self {
        let (source_topic, target_topic) = topics;
        let (began, from, at) = ((source, target), source, target);
        Self { form: FORM, source_topic, target_topic, slice, began, from, at, producer, steps: Vec::new(), gone: 0 }
    }

    /// Reads the note of an offset; `None` for one that is no mark of a form that is known.
    pub fn read(note: &str) -> Option<Self> {
        serde_json::from_str::<Self>(note).ok().filter(|mark| mark.form == FORM)
    }

    /// The note of an offset.
    pub fn write(&self) -> String {
        // Numbers and lists alone: this cannot fail, and an empty note would be read as no mark.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Where things stand while the target ends at `end`; `None` where this copy did not bring it.
    pub fn place(&self, end: Offset) -> Option<Place> {
        let stored = u64::try_from(end.checked_sub(self.at)?).ok()?;
        let source = if stored == 0 { self.from } else { self.steps.iter().find(|(n, _)| *n == stored)?.1 };
        // Several steps may lead to one place of the source, as when a batch has fewer records now than it had before.
        let ahead = || self.steps.iter().filter(|(n, at)| *n > stored && *at > source);
        let announced = ahead().map(|(_, at)| *at).min().map(|next| {
            let counts = ahead().filter(|(_, at)| *at == next).map(|(n, _)| n - stored);
            (next, counts.collect())
        });
        Some(Place { source, target: end, producer: self.producer.after(stored), announced })
    }

    /// The same copy at another place, with what will be sent next.
    #[must_use]
    pub fn at_place(&self, place: Place, steps: Vec<(u64, Offset)>, gone: u64) -> Self {
        let Place { source, target, producer, .. } = place;
        Self { from: source, at: target, producer, steps, gone, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn mark(steps: Vec<(u64, Offset)>) -> Mark {
        let producer = ProducerPlace { producer_id: 7, producer_epoch: 0, sequence: 100 };
        let begin = Mark::begin((Uuid::from_u128(1), Uuid::from_u128(2)), 0, 3, 40, producer);
        begin.at_place(Place { source: 10, target: 50, producer, announced: None }, steps, 0)
    }

    #[test]
    fn the_end_of_the_target_tells_where_the_source_stands() {
        let mark = mark(vec![(5, 17), (9, 30)]);
        let place = mark.place(50).unwrap();
        assert_eq!((place.source, place.producer.sequence, place.announced), (10, 100, Some((17, vec![5]))));
        let place = mark.place(55).unwrap();
        assert_eq!((place.source, place.producer.sequence, place.announced), (17, 105, Some((30, vec![4]))));
        let place = mark.place(59).unwrap();
        assert_eq!((place.source, place.producer.sequence, place.announced), (30, 109, None));
        assert!([49, 51, 56, 60, i64::MIN, i64::MAX].into_iter().all(|end| mark.place(end).is_none()));
    }

    #[test]
    fn a_batch_that_lost_records_since_ends_at_one_place_of_the_source_either_way() {
        let mark = mark(vec![(4, 17), (5, 17)]);
        assert_eq!(mark.place(54).unwrap().source, 17);
        assert_eq!(mark.place(55).unwrap().source, 17);
        assert_eq!(mark.place(54).unwrap().announced, None);
        assert_eq!(mark.place(50).unwrap().announced, Some((17, vec![4, 5])));
    }

    #[test]
    fn the_longest_note_fits_what_brokers_allow() {
        let steps = (0..STEPS_MAX as u64).map(|n| (u64::MAX - n, i64::MAX)).collect();
        let note = mark(steps).write();
        assert!(note.len() < 2_000, "{}", note.len());
        assert_eq!(Mark::read(""), None);
        assert_eq!(Mark::read(&note.replace("\"form\":1", "\"form\":9")), None);
    }

    proptest! {
        #[test]
        fn a_mark_is_read_as_it_was_written(steps in proptest::collection::vec((1_u64..1 << 40, 0_i64..1 << 50), 0..STEPS_MAX)) {
            let mark = mark(steps);
            prop_assert_eq!(Mark::read(&mark.write()), Some(mark));
        }
    }
}
