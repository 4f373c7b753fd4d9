//! Which records each group has processed, so that a duplicate and a record out of order are seen as such.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Processed offsets that are remembered of one partition with who did them.
const OFFSETS_MAX: usize = 20_000;

/// What was known of a record when it was processed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Before {
    /// Somebody had processed it already.
    pub first_by: Option<Arc<str>>,
    /// An older record that nobody had processed yet; told once for each.
    pub older: Option<i64>,
}

type Key = (Arc<str>, Arc<str>, i32);

/// All groups, topics and partitions.
#[derive(Default)]
pub struct Seen {
    places: BTreeMap<Key, Place>,
}

#[derive(Default)]
struct Place {
    done: BTreeMap<i64, Arc<str>>,
    /// All below are done, as far as is known.
    in_order_upto: Option<i64>,
    told: BTreeSet<i64>,
}

impl Seen {
    /// Notes that a record is processed. Only in queues order is looked at: elsewhere it is the order of the log.
    pub fn processed(
        &mut self,
        actor: &Arc<str>,
        group: &Arc<str>,
        is_queue: bool,
        at: (&Arc<str>, i32, i64),
    ) -> Before {
        let (topic, partition, offset) = at;
        let place = self.places.entry((Arc::clone(group), Arc::clone(topic), partition)).or_default();
        let mut before = Before { first_by: place.done.get(&offset).cloned(), older: None };
        place.done.entry(offset).or_insert_with(|| Arc::clone(actor));
        while place.done.len() > OFFSETS_MAX {
            place.done.pop_first();
        }
        let upto = place.in_order_upto.get_or_insert(offset);
        if is_queue && offset > *upto && place.told.insert(*upto) {
            before.older = Some(*upto);
        }
        while place.done.contains_key(upto) {
            *upto += 1;
        }
        while place.told.len() > OFFSETS_MAX {
            place.told.pop_first();
        }
        before
    }

    /// Forgets what a group has done in a topic.
    pub fn forget(&mut self, group: &str, topic: &str) {
        self.places.retain(|(g, t, _), _| &**g != group || &**t != topic);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twice_and_too_early_are_told_once() {
        let (anna, ben, group, topic): (Arc<str>, Arc<str>, Arc<str>, Arc<str>) =
            ("anna".into(), "ben".into(), "mail".into(), "t".into());
        let mut seen = Seen::default();
        let mut at = |who: &Arc<str>, offset| seen.processed(who, &group, true, (&topic, 0, offset));
        assert_eq!(at(&anna, 0), Before::default());
        assert_eq!(at(&ben, 2), Before { first_by: None, older: Some(1) });
        assert_eq!(at(&ben, 3), Before::default());
        assert_eq!(at(&anna, 1), Before::default());
        assert_eq!(at(&anna, 4), Before::default());
        assert_eq!(at(&ben, 1), Before { first_by: Some(anna.clone()), older: None });
    }
}
