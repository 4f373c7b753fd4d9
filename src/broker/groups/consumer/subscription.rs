//! What members are subscribed to: names and regular expressions, against the topics that exist.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use kafka_protocol::ResponseError;
use regex::{Regex, RegexBuilder};
use uuid::Uuid;

use super::{ConsumerGroup, ConsumerMember, Refusal};
use crate::broker::groups::catalog::Catalog;

/// Most memory that a compiled regular expression may take.
const REGEX_BYTES_MAX: usize = 1 << 20;

/// Compiles a subscription, which must match the whole name of a topic (as RE2J's `matches` in Kafka).
pub(super) fn compile(pattern: &str) -> Result<Regex, Refusal> {
    // The pattern stands alone first: `a)(b` must not become valid by what is put around it.
    let build = |pattern: &str| RegexBuilder::new(pattern).size_limit(REGEX_BYTES_MAX).build();
    build(pattern).and_then(|_| build(&format!(r"\A(?:{pattern})\z"))).map_err(|error| {
        let message = format!("SubscribedTopicRegex `{pattern}` is not a valid regular expression: {error}.");
        Refusal::new(ResponseError::InvalidRegularExpression, message)
    })
}

impl ConsumerGroup {
    /// Looks the subscriptions up among the topics that exist now; whether the group's topics changed.
    pub(super) fn look_up(&mut self, catalog: &Catalog) -> bool {
        let patterns: BTreeSet<&String> = self.members.values().filter_map(|member| member.regex.as_ref()).collect();
        let mut found = BTreeMap::new();
        for pattern in patterns {
            let known = self.found.get(pattern).filter(|_| self.catalog_seen == Some(catalog.version()));
            let topics = known.cloned().unwrap_or_else(|| match compile(pattern) {
                Ok(regex) => catalog.names().filter(|name| regex.is_match(name)).cloned().collect(),
                // Was compiled when it came; nothing is better than a guess.
                Err(_) => BTreeSet::new(),
            });
            found.insert(pattern.clone(), topics);
        }
        self.found = found;
        self.catalog_seen = Some(catalog.version());
        let names: BTreeSet<&Arc<str>> =
            self.members.values().flat_map(|member| &member.names).chain(self.found.values().flatten()).collect();
        let topics = names.into_iter().filter_map(|name| Some((name.clone(), catalog.topic(name)?))).collect();
        let changed = topics != self.topics;
        self.topics = topics;
        changed
    }

    /// The topics that a member may be given partitions of.
    pub(super) fn topics_of(&self, member: &ConsumerMember) -> BTreeSet<Uuid> {
        let by_regex = member.regex.as_ref().and_then(|pattern| self.found.get(pattern)).into_iter().flatten();
        member.names.iter().chain(by_regex).filter_map(|name| self.topics.get(name)).map(|topic| topic.id).collect()
    }
}
