//! Access control lists: who may do what with which resource, in Kafka's words (KIP-11, KIP-290).

use std::{fmt, str::FromStr};

/// The principal, host and resource name that stand for every one.
pub const EVERY: &str = "*";
/// The name of the one resource of the type cluster.
pub const CLUSTER_RESOURCE: &str = "kafka-cluster";

/// A word that is none of those which Kafka has for it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{word:?} is none of {known}")]
pub struct UnknownWord {
    pub word: String,
    /// The words that there are.
    pub known: String,
}

/// An enum of Kafka's with its numbers on the wire and its names in the tools; what a newer broker adds is `Unknown`.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$of:meta])* $one:ident = $number:literal $word:literal),* $(,)? }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$of])* $one,)* /// Of a newer Kafka; cannot be asked for.
            Unknown }

        impl $name {
            /// All that can be asked for.
            pub const ALL: &'static [Self] = &[$(Self::$one),*];

            /// The number on the wire.
            pub fn number(self) -> i8 {
                match self { $(Self::$one => $number,)* Self::Unknown => 0 }
            }

            /// From the number on the wire.
            pub fn of(number: i8) -> Self {
                match number { $($number => Self::$one,)* _ => Self::Unknown }
            }

            /// Kafka's word for it, as `kafka-acls` prints it.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$one => $word,)* Self::Unknown => "UNKNOWN" }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            /// By its word, in any case; `-` for `_` is fine, too.
            fn from_str(word: &str) -> Result<Self, UnknownWord> {
                let wanted = word.to_ascii_uppercase().replace('-', "_");
                let known = || Self::ALL.iter().map(|one| one.as_str()).collect::<Vec<_>>().join(", ");
                let found = Self::ALL.iter().copied().find(|one| one.as_str() == wanted);
                found.ok_or_else(|| UnknownWord { word: word.to_owned(), known: known() })
            }
        }
    };
}

words! {
    /// What a rule is about (Kafka: `ResourceType`).
    AclResource {
        Topic = 2 "TOPIC",
        Group = 3 "GROUP",
        Cluster = 4 "CLUSTER",
        TransactionalId = 5 "TRANSACTIONAL_ID",
        DelegationToken = 6 "DELEGATION_TOKEN",
        User = 7 "USER",
    }
}

words! {
    /// How a rule's name is meant (`PatternType`).
    AclPattern {
        /// Exactly this name; `*` is every one.
        Literal = 3 "LITERAL",
        /// Every name that begins so.
        Prefixed = 4 "PREFIXED",
    }
}

words! {
    /// What is done (`AclOperation`).
    AclOperation {
        All = 2 "ALL",
        Read = 3 "READ",
        Write = 4 "WRITE",
        Create = 5 "CREATE",
        Delete = 6 "DELETE",
        Alter = 7 "ALTER",
        Describe = 8 "DESCRIBE",
        ClusterAction = 9 "CLUSTER_ACTION",
        DescribeConfigs = 10 "DESCRIBE_CONFIGS",
        AlterConfigs = 11 "ALTER_CONFIGS",
        IdempotentWrite = 12 "IDEMPOTENT_WRITE",
        CreateTokens = 13 "CREATE_TOKENS",
        DescribeTokens = 14 "DESCRIBE_TOKENS",
        TwoPhaseCommit = 15 "TWO_PHASE_COMMIT",
    }
}

words! {
    /// Whether it is allowed (`AclPermissionType`); a deny goes before every allow.
    AclPermission {
        Deny = 2 "DENY",
        Allow = 3 "ALLOW",
    }
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Acl {
    pub resource: AclResource,
    /// Of the resource, or what its name begins with.
    pub name: String,
    pub pattern: AclPattern,
    /// Such as `User:ann`; `User:*` is everybody.
    pub principal: String,
    /// From which address; `*` is from everywhere.
    pub host: String,
    pub operation: AclOperation,
    pub permission: AclPermission,
}

impl Acl {
    /// A rule that allows an operation, from everywhere.
    pub fn allow(
        principal: &str,
        resource: AclResource,
        pattern: AclPattern,
        name: &str,
        operation: AclOperation,
    ) -> Self {
        Self {
            resource,
            name: name.to_owned(),
            pattern,
            principal: principal.to_owned(),
            host: EVERY.to_owned(),
            operation,
            permission: AclPermission::Allow,
        }
    }
}

impl fmt::Display for Acl {
    /// Such as `ALLOW User:ann READ on TOPIC orders (LITERAL) from *`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { resource, name, pattern, principal, host, operation, permission } = self;
        write!(f, "{permission} {principal} {operation} on {resource} {name} ({pattern}) from {host}")
    }
}

/// What a program does, for the rules that it usually needs: the same as the `--producer` and `--consumer` of Kafka's
/// `kafka-acls`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AclPreset {
    /// Writes to topics, in transactions where it has an id for them.
    Producer { transactional_id: Option<String> },
    /// Reads topics as a member of this group.
    Consumer { group: String },
}

impl AclPreset {
    /// The rules for a principal and the topics of that name. A transactional id and a group are meant in the same way as
    /// the topic: as they are, or as what names begin with.
    pub fn rules(&self, principal: &str, topic: &str, pattern: AclPattern) -> Vec<Acl> {
        use AclOperation::{Create, Describe, Read, Write};
        let on = |resource, name: &str, operations: &[AclOperation]| -> Vec<Acl> {
            operations.iter().map(|one| Acl::allow(principal, resource, pattern, name, *one)).collect()
        };
        match self {
            Self::Producer { transactional_id } => {
                let mut rules = on(AclResource::Topic, topic, &[Write, Describe, Create]);
                if let Some(id) = transactional_id {
                    rules.extend(on(AclResource::TransactionalId, id, &[Write, Describe]));
                }
                rules
            }
            Self::Consumer { group } => {
                let mut rules = on(AclResource::Topic, topic, &[Read, Describe]);
                rules.extend(on(AclResource::Group, group, &[Read]));
                rules
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_numbers_lead_to_the_same() {
        for one in AclOperation::ALL {
            assert_eq!(AclOperation::of(one.number()), *one);
            assert_eq!(one.as_str().parse(), Ok(*one));
        }
        assert_eq!("transactional-id".parse(), Ok(AclResource::TransactionalId));
        assert_eq!(AclResource::of(99), AclResource::Unknown);
        assert!("UNKNOWN".parse::<AclPattern>().is_err());
    }

    #[test]
    fn a_preset_gives_what_kafka_acls_gives() {
        let preset = AclPreset::Producer { transactional_id: Some("t".to_owned()) };
        let rules = preset.rules("User:ann", "orders", AclPattern::Literal);
        let told: Vec<_> = rules.iter().map(|rule| (rule.resource.as_str(), rule.operation.as_str())).collect();
        let topic = [("TOPIC", "WRITE"), ("TOPIC", "DESCRIBE"), ("TOPIC", "CREATE")];
        assert_eq!(told, [&topic[..], &[("TRANSACTIONAL_ID", "WRITE"), ("TRANSACTIONAL_ID", "DESCRIBE")]].concat());
        let rules = AclPreset::Consumer { group: "g".to_owned() }.rules("User:ann", "o", AclPattern::Prefixed);
        assert_eq!(rules.len(), 3);
        assert_eq!(rules[2].to_string(), "ALLOW User:ann READ on GROUP g (PREFIXED) from *");
    }
}
