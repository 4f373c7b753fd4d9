//! The names that topic settings have on the broker, where they are the defaults for all topics
//! (`ServerTopicConfigSynonyms`). Those in milliseconds also have hours and minutes in Kafka; one name is enough here.

/// (topic setting, broker setting), by topic setting.
pub const SYNONYMS: &[(&str, &str)] = &[
    ("cleanup.policy", "log.cleanup.policy"),
    ("compression.gzip.level", "compression.gzip.level"),
    ("compression.lz4.level", "compression.lz4.level"),
    ("compression.type", "compression.type"),
    ("compression.zstd.level", "compression.zstd.level"),
    ("delete.retention.ms", "log.cleaner.delete.retention.ms"),
    ("file.delete.delay.ms", "log.segment.delete.delay.ms"),
    ("flush.messages", "log.flush.interval.messages"),
    ("flush.ms", "log.flush.interval.ms"),
    ("index.interval.bytes", "log.index.interval.bytes"),
    ("local.retention.bytes", "log.local.retention.bytes"),
    ("local.retention.ms", "log.local.retention.ms"),
    ("max.compaction.lag.ms", "log.cleaner.max.compaction.lag.ms"),
    ("max.message.bytes", "message.max.bytes"),
    ("message.timestamp.after.max.ms", "log.message.timestamp.after.max.ms"),
    ("message.timestamp.before.max.ms", "log.message.timestamp.before.max.ms"),
    ("message.timestamp.type", "log.message.timestamp.type"),
    ("min.cleanable.dirty.ratio", "log.cleaner.min.cleanable.ratio"),
    ("min.compaction.lag.ms", "log.cleaner.min.compaction.lag.ms"),
    ("min.insync.replicas", "min.insync.replicas"),
    ("preallocate", "log.preallocate"),
    ("retention.bytes", "log.retention.bytes"),
    ("retention.ms", "log.retention.ms"),
    ("segment.bytes", "log.segment.bytes"),
    ("segment.index.bytes", "log.index.size.max.bytes"),
    ("segment.jitter.ms", "log.roll.jitter.ms"),
    ("segment.ms", "log.roll.ms"),
    ("unclean.leader.election.enable", "unclean.leader.election.enable"),
];

/// What a topic setting is called on the broker; `None` where it has no default there.
pub fn on_broker(topic_setting: &str) -> Option<&'static str> {
    SYNONYMS.iter().find(|(topic, _)| *topic == topic_setting).map(|(_, broker)| *broker)
}

/// The topic setting that a broker setting is the default of.
pub fn on_topic(broker_setting: &str) -> Option<&'static str> {
    SYNONYMS.iter().find(|(_, broker)| *broker == broker_setting).map(|(topic, _)| *topic)
}

#[cfg(test)]
mod tests {
    use super::{super::setting, *};

    #[test]
    fn every_synonym_is_of_a_setting() {
        assert!(SYNONYMS.iter().all(|(topic, _)| setting(topic).is_some()));
        assert!(SYNONYMS.is_sorted_by(|a, b| a.0 < b.0));
        assert_eq!(on_topic("message.max.bytes"), Some("max.message.bytes"));
        assert_eq!(on_broker("remote.storage.enable"), None);
    }
}
