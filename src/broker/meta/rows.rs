//! The tables of `meta.sqlite` and their rows.

use std::{collections::BTreeMap, sync::Arc};

use rusqlite::{Connection, params};
use uuid::Uuid;

use super::writer::MetaWrite;
use crate::model::{Offset, PartitionId, TimestampMillis};

pub(super) const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS fact(name TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS topic(
  id BLOB PRIMARY KEY, name TEXT NOT NULL UNIQUE, folder TEXT NOT NULL, partitions INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS topic_config(
  topic_id BLOB NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY(topic_id, name)) STRICT, WITHOUT ROWID;
-- partitions that have a file: one that has none and should is damage, not an empty partition
CREATE TABLE IF NOT EXISTS partition_file(
  topic_id BLOB NOT NULL, partition INTEGER NOT NULL, PRIMARY KEY(topic_id, partition)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS consumer_group(
  id TEXT PRIMARY KEY, generation INTEGER NOT NULL, protocol_type TEXT, empty_since INTEGER) STRICT, WITHOUT ROWID;
-- members and assignments of a group, as JSON; number counts such writes over all groups, so that of two the later stays
CREATE TABLE IF NOT EXISTS group_state(
  id TEXT PRIMARY KEY, state TEXT NOT NULL, number INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS group_config(
  group_id TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY(group_id, name)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS committed(
  group_id TEXT NOT NULL, topic TEXT NOT NULL, partition INTEGER NOT NULL, position INTEGER NOT NULL,
  leader_epoch INTEGER NOT NULL, metadata TEXT NOT NULL, at INTEGER NOT NULL, number INTEGER NOT NULL,
  PRIMARY KEY(group_id, topic, partition)) STRICT, WITHOUT ROWID;
-- what transactions that are not over yet want to commit
CREATE TABLE IF NOT EXISTS pending_commit(
  group_id TEXT NOT NULL, producer_id INTEGER NOT NULL, topic TEXT NOT NULL, partition INTEGER NOT NULL,
  position INTEGER NOT NULL, leader_epoch INTEGER NOT NULL, metadata TEXT NOT NULL, at INTEGER NOT NULL,
  number INTEGER NOT NULL, PRIMARY KEY(group_id, producer_id, topic, partition)) STRICT, WITHOUT ROWID;
";

/// A topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicRow {
    pub id: Uuid,
    pub name: String,
    /// Name of its folder in `topics/`.
    pub folder: String,
    pub partitions: i32,
    pub configs: BTreeMap<String, String>,
    /// Partitions that have a file.
    pub files: Vec<PartitionId>,
}

/// What of a group must survive a restart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRow {
    pub id: Arc<str>,
    pub generation: i32,
    pub protocol_type: Option<String>,
    /// `None` while it has members.
    pub empty_since: Option<TimestampMillis>,
    /// Its members and what they were assigned, as JSON; `None` in what an earlier Millpond wrote.
    pub state: Option<String>,
    /// Counts the writes of groups: of two that cross, the later one stays.
    pub number: i64,
}

/// A committed offset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommittedRow {
    pub group: Arc<str>,
    pub topic: Arc<str>,
    pub partition: PartitionId,
    pub offset: Offset,
    pub leader_epoch: i32,
    pub metadata: String,
    pub at: TimestampMillis,
    /// Counts the commits of the workspace: of two that cross, the later one stays.
    pub number: i64,
}

impl TopicRow {
    /// Adds the topic with its settings.
    pub fn insert(self) -> MetaWrite {
        Box::new(move |connection| {
            let row = params![self.id.as_bytes(), self.name, self.folder, self.partitions];
            connection.execute("INSERT INTO topic VALUES (?1, ?2, ?3, ?4)", row)?;
            insert_configs(connection, self.id, &self.configs)?;
            insert_files(connection, self.id, &self.files)
        })
    }
}

impl GroupRow {
    /// Adds or replaces the group; an older generation never replaces a newer one.
    pub fn put(self) -> MetaWrite {
        Box::new(move |connection| {
            connection
                .prepare_cached(
                    "INSERT INTO consumer_group VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT DO UPDATE SET generation = excluded.generation,
                       protocol_type = excluded.protocol_type, empty_since = excluded.empty_since
                     WHERE excluded.generation >= consumer_group.generation",
                )?
                .execute(params![&*self.id, self.generation, self.protocol_type, self.empty_since])?;
            let Some(state) = &self.state else { return Ok(()) };
            connection
                .prepare_cached(
                    "INSERT INTO group_state VALUES (?1, ?2, ?3)
                     ON CONFLICT DO UPDATE SET state = excluded.state, number = excluded.number
                     WHERE excluded.number >= group_state.number",
                )?
                .execute(params![&*self.id, state, self.number])
                .map(|_| ())
        })
    }
}

/// Replaces what a group has set.
pub fn set_group_configs(group: Arc<str>, configs: BTreeMap<String, String>) -> MetaWrite {
    Box::new(move |connection| {
        connection.execute("DELETE FROM group_config WHERE group_id = ?1", [&*group])?;
        for (name, value) in &configs {
            connection.execute("INSERT INTO group_config VALUES (?1, ?2, ?3)", params![&*group, name, value])?;
        }
        Ok(())
    })
}

/// Removes the topic and what groups committed for it.
pub fn delete_topic(id: Uuid, name: Arc<str>) -> MetaWrite {
    Box::new(move |connection| {
        for table in ["topic_config", "partition_file", "share_partition"] {
            connection.execute(&format!("DELETE FROM {table} WHERE topic_id = ?1"), [id.as_bytes()])?;
        }
        connection.execute("DELETE FROM topic WHERE id = ?1", [id.as_bytes()])?;
        connection.execute("DELETE FROM pending_commit WHERE topic = ?1", [&*name])?;
        connection.execute("DELETE FROM committed WHERE topic = ?1", [&*name]).map(|_| ())
    })
}

/// Raises the number of partitions.
pub fn set_partitions(id: Uuid, partitions: i32) -> MetaWrite {
    Box::new(move |connection| {
        connection
            .execute("UPDATE topic SET partitions = ?2 WHERE id = ?1", params![id.as_bytes(), partitions])
            .map(|_| ())
    })
}

/// Replaces what the topic has set.
pub fn set_configs(id: Uuid, configs: BTreeMap<String, String>) -> MetaWrite {
    Box::new(move |connection| {
        connection.execute("DELETE FROM topic_config WHERE topic_id = ?1", [id.as_bytes()])?;
        insert_configs(connection, id, &configs)
    })
}

/// Notes that a partition has a file from now on.
pub fn add_file(id: Uuid, partition: PartitionId) -> MetaWrite {
    Box::new(move |connection| insert_files(connection, id, &[partition]))
}

/// Stores commits; an older one never replaces a newer one.
pub fn put_committed(rows: Vec<CommittedRow>) -> MetaWrite {
    Box::new(move |connection| {
        let mut statement = connection.prepare_cached(
            "INSERT INTO committed VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT DO UPDATE SET position = excluded.position, leader_epoch = excluded.leader_epoch,
               metadata = excluded.metadata, at = excluded.at, number = excluded.number
             WHERE excluded.number > committed.number",
        )?;
        for row in &rows {
            let key = (&*row.group, &*row.topic, row.partition);
            let value = (row.offset, row.leader_epoch, &row.metadata, row.at, row.number);
            statement.execute(params![key.0, key.1, key.2, value.0, value.1, value.2, value.3, value.4])?;
        }
        Ok(())
    })
}

/// Notes what a transaction will commit if it is committed; of two for one partition the later stays.
pub fn put_pending(producer_id: i64, rows: Vec<CommittedRow>) -> MetaWrite {
    Box::new(move |connection| {
        let mut statement = connection.prepare_cached(
            "INSERT INTO pending_commit VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
             ON CONFLICT DO UPDATE SET position = excluded.position, leader_epoch = excluded.leader_epoch,
               metadata = excluded.metadata, at = excluded.at, number = excluded.number
             WHERE excluded.number > pending_commit.number",
        )?;
        for row in &rows {
            let (group, topic) = (&*row.group, &*row.topic);
            let value = (row.offset, row.leader_epoch, &row.metadata, row.at, row.number);
            let (offset, epoch, metadata, at, number) = value;
            statement.execute(params![
                group,
                producer_id,
                topic,
                row.partition,
                offset,
                epoch,
                metadata,
                at,
                number
            ])?;
        }
        Ok(())
    })
}

/// Ends what a transaction wanted to commit for a group: it is committed, or forgotten. A commit that came later and
/// outside of the transaction stays.
pub fn end_pending(group: Arc<str>, producer_id: i64, committed: bool) -> MetaWrite {
    Box::new(move |connection| {
        if committed {
            connection.execute(
                "INSERT INTO committed SELECT group_id, topic, partition, position, leader_epoch, metadata, at, number
                   FROM pending_commit WHERE group_id = ?1 AND producer_id = ?2
                 ON CONFLICT DO UPDATE SET position = excluded.position, leader_epoch = excluded.leader_epoch,
                   metadata = excluded.metadata, at = excluded.at, number = excluded.number
                 WHERE excluded.number > committed.number",
                params![&*group, producer_id],
            )?;
        }
        let done = params![&*group, producer_id];
        connection.execute("DELETE FROM pending_commit WHERE group_id = ?1 AND producer_id = ?2", done).map(|_| ())
    })
}

/// Removes committed offsets. `until`: the last commit that they may be of; one that came meanwhile stays.
pub fn delete_committed(group: Arc<str>, partitions: Vec<(Arc<str>, PartitionId)>, until: i64) -> MetaWrite {
    Box::new(move |connection| {
        let mut statement = connection.prepare_cached(
            "DELETE FROM committed WHERE group_id = ?1 AND topic = ?2 AND partition = ?3 AND number <= ?4",
        )?;
        for (topic, partition) in &partitions {
            statement.execute(params![&*group, &**topic, partition, until])?;
        }
        Ok(())
    })
}

/// Removes a group and all that it committed. `until`: the last commit that was of it; one that came meanwhile is of a new
/// group of that name. Should that have members already, they join again after a restart.
pub fn delete_group(group: Arc<str>, until: i64) -> MetaWrite {
    Box::new(move |connection| {
        for table in ["committed", "pending_commit"] {
            let delete = format!("DELETE FROM {table} WHERE group_id = ?1 AND number <= ?2");
            connection.execute(&delete, params![&*group, until])?;
        }
        connection.execute("DELETE FROM share_partition WHERE group_id = ?1", [&*group])?;
        connection.execute("DELETE FROM group_state WHERE id = ?1", [&*group])?;
        connection.execute("DELETE FROM consumer_group WHERE id = ?1", [&*group]).map(|_| ())
    })
}

fn insert_configs(connection: &Connection, id: Uuid, configs: &BTreeMap<String, String>) -> rusqlite::Result<()> {
    for (name, value) in configs {
        connection.execute("INSERT INTO topic_config VALUES (?1, ?2, ?3)", params![id.as_bytes(), name, value])?;
    }
    Ok(())
}

fn insert_files(connection: &Connection, id: Uuid, partitions: &[PartitionId]) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached("INSERT OR IGNORE INTO partition_file VALUES (?1, ?2)")?;
    for partition in partitions {
        statement.execute(params![id.as_bytes(), partition])?;
    }
    Ok(())
}
