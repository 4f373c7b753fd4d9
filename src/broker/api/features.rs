//! The features of the cluster (KIP-584): what this broker can do and at which level it does it. Clients choose their
//! flow from these: transactions as KIP-890 has them only where `transaction.version` is at least 2.

/// A feature with its levels, ends included.
#[derive(Debug, Clone, Copy)]
pub struct Feature {
    pub name: &'static str,
    pub min: i16,
    pub max: i16,
    /// The level in force ("finalized"); 0 where the feature is off.
    pub level: i16,
}

/// Counts changes of levels. There are none: the levels come with the version of Millpond.
pub const EPOCH: i64 = 1;

/// The features, by name.
pub const FEATURES: &[Feature] = &[
    // 1: groups of the consumer protocol (KIP-848).
    Feature { name: "group.version", min: 0, max: 1, level: 1 },
    // 7 is 3.3-IV3, the lowest that Kafka 4 knows; 30 is 4.3-IV0. Tools print it as the release of the cluster.
    Feature { name: "metadata.version", min: 7, max: 30, level: 30 },
    // 1: share groups (KIP-932).
    Feature { name: "share.version", min: 0, max: 1, level: 1 },
    // 2: writing adds partitions to the transaction, and each transaction has an epoch of its own (KIP-890).
    Feature { name: "transaction.version", min: 0, max: 2, level: 2 },
];

/// The feature of that name.
pub fn feature(name: &str) -> Option<&'static Feature> {
    FEATURES.iter().find(|feature| feature.name == name)
}
