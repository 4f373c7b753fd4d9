//! Client quotas (KIP-546): how much a user, a client id or an address may take before a broker slows it down.

use std::fmt;

/// The keys that quotas have, with the kinds of entity that each is for (Kafka: `QuotaConfigs`).
pub const QUOTA_KEYS: &[(&str, &[&str])] = &[
    ("producer_byte_rate", &["user", "client-id"]),
    ("consumer_byte_rate", &["user", "client-id"]),
    ("request_percentage", &["user", "client-id"]),
    ("controller_mutation_rate", &["user", "client-id"]),
    ("connection_creation_rate", &["ip"]),
];

/// Whom a quota is for: a user, a client id, both together, or an address; each by name or, as `None`, whoever has no
/// quota of its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct QuotaEntity {
    /// Kind (`user`, `client-id`, `ip`) and name.
    pub parts: Vec<(String, Option<String>)>,
}

impl QuotaEntity {
    /// Of one kind.
    pub fn of(kind: &str, name: Option<&str>) -> Self {
        Self { parts: vec![(kind.to_owned(), name.map(str::to_owned))] }
    }

    /// The name of a kind, where the entity has that kind.
    pub fn name(&self, kind: &str) -> Option<Option<&str>> {
        self.parts.iter().find(|(known, _)| known == kind).map(|(_, name)| name.as_deref())
    }
}

impl fmt::Display for QuotaEntity {
    /// Such as `user ann, client-id <default>`, as `kafka-configs` names the default.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one =
            |(kind, name): &(String, Option<String>)| format!("{kind} {}", name.as_deref().unwrap_or("<default>"));
        f.write_str(&self.parts.iter().map(one).collect::<Vec<_>>().join(", "))
    }
}

/// All quotas of an entity.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Quota {
    pub entity: QuotaEntity,
    /// By key, see [`QUOTA_KEYS`]: bytes a second, percent of a thread's time, or how many a second.
    pub values: Vec<(String, f64)>,
}
