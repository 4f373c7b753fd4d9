//! Which topics are listed, in what order. Worked out anew only when the facts or the question change.

use std::sync::Arc;

use crate::session::{Facts, TopicFacts};

/// What the list depends on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Question {
    pub find: String,
    pub internal: bool,
    /// Column and whether it descends.
    pub sort: Option<(String, bool)>,
}

/// The topics that are shown, as places in the facts.
#[derive(Default)]
pub(super) struct TopicList {
    key: Option<(u64, usize, Question)>,
    shown: Vec<usize>,
    /// Internal topics that are not shown.
    pub hidden: usize,
}

impl TopicList {
    /// Brings the list up to date; true when it was worked out anew.
    pub(super) fn update(&mut self, facts: &Facts, question: &Question) -> bool {
        let topics = Arc::as_ptr(&facts.topics).cast::<()>() as usize;
        if self
            .key
            .as_ref()
            .is_some_and(|(revision, at, known)| (*revision, *at) == (facts.revision, topics) && known == question)
        {
            return false;
        }
        self.key = Some((facts.revision, topics, question.clone()));
        let find = question.find.trim().to_lowercase();
        self.hidden = facts.topics.iter().filter(|topic| topic.internal && !question.internal).count();
        self.shown = (0..facts.topics.len())
            .filter(|index| {
                let topic = &facts.topics[*index];
                (question.internal || !topic.internal) && (find.is_empty() || topic.name.to_lowercase().contains(&find))
            })
            .collect();
        if let Some((column, descending)) = &question.sort {
            sort(&mut self.shown, &facts.topics, column, *descending);
        }
        true
    }

    pub(super) fn len(&self) -> usize {
        self.shown.len()
    }

    /// The topic of a row.
    pub(super) fn topic<'a>(&self, facts: &'a Facts, row: u64) -> Option<&'a TopicFacts> {
        let index = *self.shown.get(usize::try_from(row).ok()?)?;
        facts.topics.get(index)
    }

    /// The row of a topic.
    pub(super) fn row(&self, facts: &Facts, name: &str) -> Option<u64> {
        let found = |index: &usize| facts.topics.get(*index).is_some_and(|topic| &*topic.name == name);
        self.shown.iter().position(found).map(|row| row as u64)
    }
}

fn sort(shown: &mut [usize], topics: &[TopicFacts], column: &str, descending: bool) {
    // Facts are by name already and the sort is stable, so names break ties.
    let float = |value: Option<f64>| value.map_or(-1, |v| (v * 1_000.0) as i64);
    let size = |value: Option<u64>| value.map_or(-1, |v| i64::try_from(v).unwrap_or(i64::MAX));
    let figure = |index: &usize| -> i64 {
        let topic = &topics[*index];
        match column {
            "partitions" => topic.partitions.len() as i64,
            "records" => size(Some(topic.records)),
            "size" => size(topic.size_bytes),
            "recent" | "in" => float(topic.in_per_second),
            "out" => float(topic.out_per_second),
            "groups" => i64::from(topic.groups),
            "lag" => size(topic.worst_lag.records()),
            "last" => topic.last_record_at.unwrap_or(-1),
            _ => *index as i64,
        }
    };
    if descending {
        shown.sort_by_key(|index| std::cmp::Reverse(figure(index)));
    } else {
        shown.sort_by_key(figure);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(names: &[(&str, u64, bool)]) -> Facts {
        let topic = |(name, records, internal): &(&str, u64, bool)| TopicFacts {
            known: true,
            records: *records,
            ..TopicFacts::new(Arc::from(*name), None, *internal)
        };
        Facts { topics: names.iter().map(topic).collect(), ..Facts::default() }
    }

    #[test]
    fn finds_sorts_and_hides_internal_topics() {
        let facts = facts(&[("__offsets", 9, true), ("Alpha", 3, false), ("beta", 7, false), ("gamma", 5, false)]);
        let mut list = TopicList::default();
        let names = |list: &TopicList| -> Vec<String> {
            (0..list.len() as u64).filter_map(|row| list.topic(&facts, row)).map(|t| t.name.to_string()).collect()
        };
        let mut question = Question::default();
        assert!(list.update(&facts, &question));
        assert!(!list.update(&facts, &question));
        assert_eq!((names(&list).len(), list.hidden), (3, 1));
        question.sort = Some(("records".to_owned(), true));
        list.update(&facts, &question);
        assert_eq!(names(&list), ["beta", "gamma", "Alpha"]);
        question.find = "A".to_owned();
        question.sort = Some(("name".to_owned(), false));
        list.update(&facts, &question);
        assert_eq!(names(&list), ["Alpha", "beta", "gamma"]);
        question.find = "alp".to_owned();
        question.internal = true;
        list.update(&facts, &question);
        assert_eq!((names(&list), list.hidden), (vec!["Alpha".to_owned()], 0));
        assert_eq!(list.row(&facts, "Alpha"), Some(0));
        assert_eq!(list.row(&facts, "beta"), None);
    }
}
