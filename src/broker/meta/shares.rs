//! What share groups have finished and what is in flight: a row for each partition that a group has begun to read.

use std::sync::Arc;

use rusqlite::{Connection, params};
use uuid::Uuid;

use super::writer::MetaWrite;
use crate::model::PartitionId;

pub(super) const SCHEMA: &str = "
-- how the records of a partition stand for a share group, as JSON; number counts such writes over all groups, so that of
-- two the later stays
CREATE TABLE IF NOT EXISTS share_partition(
  group_id TEXT NOT NULL, topic_id BLOB NOT NULL, partition INTEGER NOT NULL, state TEXT NOT NULL,
  number INTEGER NOT NULL, PRIMARY KEY(group_id, topic_id, partition)) STRICT, WITHOUT ROWID;
";

/// A partition that a share group reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareRow {
    pub group: Arc<str>,
    pub topic: Uuid,
    pub partition: PartitionId,
    /// As JSON.
    pub state: String,
    /// Counts the writes of such rows: of two that cross, the later one stays.
    pub number: i64,
}

impl ShareRow {
    /// Adds or replaces the row; an older one never replaces a newer one.
    pub fn put(self) -> MetaWrite {
        Box::new(move |connection| {
            connection
                .prepare_cached(
                    "INSERT INTO share_partition VALUES (?1, ?2, ?3, ?4, ?5)
                     ON CONFLICT DO UPDATE SET state = excluded.state, number = excluded.number
                     WHERE excluded.number > share_partition.number",
                )?
                .execute(params![&*self.group, self.topic.as_bytes(), self.partition, self.state, self.number])
                .map(|_| ())
        })
    }
}

/// Forgets what a share group has read of a topic.
pub fn delete_share_topic(group: Arc<str>, topic: Uuid) -> MetaWrite {
    Box::new(move |connection| {
        let key = params![&*group, topic.as_bytes()];
        connection.execute("DELETE FROM share_partition WHERE group_id = ?1 AND topic_id = ?2", key).map(|_| ())
    })
}

pub(super) fn load(connection: &Connection) -> rusqlite::Result<Vec<ShareRow>> {
    let mut statement =
        connection.prepare("SELECT group_id, topic_id, partition, state, number FROM share_partition")?;
    statement
        .query_map([], |row| {
            Ok(ShareRow {
                group: row.get::<_, String>(0)?.into(),
                topic: Uuid::from_bytes(row.get(1)?),
                partition: row.get(2)?,
                state: row.get(3)?,
                number: row.get(4)?,
            })
        })?
        .collect()
}
