//! Topics with `millpond.delete.acknowledged`: one share group reads them, and nobody else, because what it has finished
//! is gone.

use std::sync::Arc;

use crate::broker::{inner::Inner, topics::Topics};

/// Why no other than a share group may read one of the topics; `None` where none of them is a classic queue.
pub fn refuse_others<'a>(topics: &Topics, mut names: impl Iterator<Item = &'a str>) -> Option<String> {
    names.find(|name| is_queue(topics, name)).map(|name| {
        format!(
            "the topic {name} deletes what its share group has finished (millpond.delete.acknowledged=true), so no \
             consumer group may read it; join a share group, or set millpond.delete.acknowledged to false"
        )
    })
}

/// Why a share group may not read one of the topics; `None` where it may.
pub fn refuse_second<'a>(broker: &Inner, group: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    for name in names.filter(|name| is_queue(&broker.topics, name)) {
        if let Some(owner) = owner(broker, group, name) {
            return Some(format!(
                "the topic {name} deletes what its share group has finished (millpond.delete.acknowledged=true), so only \
                 one share group may read it, which is {owner}; join that one, delete it, or set \
                 millpond.delete.acknowledged to false"
            ));
        }
    }
    None
}

fn is_queue(topics: &Topics, name: &str) -> bool {
    topics.by_name(name).is_some_and(|topic| topic.config().delete_acknowledged)
}

/// Another share group that reads the topic, or has.
fn owner(broker: &Inner, group: &str, topic: &str) -> Option<Arc<str>> {
    let subscribed = broker.coordinator.share_readers(topic);
    let begun = broker.shares.all().into_iter().filter(|shared| *shared.topic.name == *topic);
    subscribed.into_iter().chain(begun.map(|shared| shared.key.group.clone())).find(|other| **other != *group)
}
