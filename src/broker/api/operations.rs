//! What a caller may do with a resource, as Metadata and DescribeCluster tell it (KIP-430): bits by the number of the
//! operation. Without authentication everybody may do everything that the resource knows.

use crate::model::Role;

const READ: i32 = 1 << 3;
const WRITE: i32 = 1 << 4;
const CREATE: i32 = 1 << 5;
const DELETE: i32 = 1 << 6;
const ALTER: i32 = 1 << 7;
const DESCRIBE: i32 = 1 << 8;
const CLUSTER_ACTION: i32 = 1 << 9;
const DESCRIBE_CONFIGS: i32 = 1 << 10;
const ALTER_CONFIGS: i32 = 1 << 11;
const IDEMPOTENT_WRITE: i32 = 1 << 12;

/// Operations on a topic.
pub fn topic(role: Role) -> i32 {
    let read = READ | DESCRIBE | DESCRIBE_CONFIGS;
    match role {
        Role::Read => read,
        Role::Write => read | WRITE,
        Role::Admin => read | WRITE | CREATE | DELETE | ALTER | ALTER_CONFIGS,
    }
}

/// Operations on a group.
pub fn group(role: Role) -> i32 {
    let read = READ | DESCRIBE | DESCRIBE_CONFIGS;
    match role {
        Role::Read | Role::Write => read,
        Role::Admin => read | DELETE | ALTER_CONFIGS,
    }
}

/// Operations on the id of a transactional producer.
pub fn transactional_id(role: Role) -> i32 {
    match role {
        Role::Read => DESCRIBE,
        Role::Write | Role::Admin => DESCRIBE | WRITE,
    }
}

/// Operations on the cluster.
pub fn cluster(role: Role) -> i32 {
    let read = DESCRIBE | DESCRIBE_CONFIGS;
    match role {
        Role::Read => read,
        Role::Write => read | IDEMPOTENT_WRITE,
        Role::Admin => read | IDEMPOTENT_WRITE | CREATE | ALTER | CLUSTER_ACTION | ALTER_CONFIGS,
    }
}

/// Topics that Kafka keeps its own state in. Tools leave them out of lists; a client may make one, as in Kafka, but neither
/// write to it nor delete its records. Millpond keeps that state elsewhere.
pub fn is_internal(topic: &str) -> bool {
    matches!(topic, "__consumer_offsets" | "__transaction_state" | "__share_group_state")
}
