//! Reads all of `meta.sqlite`, once.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use rusqlite::Connection;
use uuid::Uuid;

use super::rows::{CommittedRow, GroupRow, TopicRow};
use super::settings;
use super::shares::{self, ShareRow};
use super::transactions::{self, LoadedTransactions};
use super::users;
use crate::broker::{config::DynamicSettings, users::User};

/// What the file says.
#[derive(Debug)]
pub struct Loaded {
    pub cluster_id: String,
    /// Whether the file was made just now.
    pub is_new: bool,
    pub topics: Vec<TopicRow>,
    pub groups: Vec<GroupRow>,
    pub committed: Vec<CommittedRow>,
    /// Broker settings that were changed while it ran.
    pub settings: DynamicSettings,
    pub transactions: LoadedTransactions,
    /// What transactions that are not over want to commit, each with its producer id.
    pub pending: Vec<(i64, CommittedRow)>,
    pub group_configs: BTreeMap<Arc<str>, BTreeMap<String, String>>,
    pub users: BTreeMap<Arc<str>, User>,
    /// What share groups have read.
    pub shares: Vec<ShareRow>,
}

pub(super) fn load(connection: &Connection, cluster_id: &str, is_new: bool) -> rusqlite::Result<Loaded> {
    connection.execute("INSERT OR IGNORE INTO fact VALUES ('cluster_id', ?1)", [cluster_id])?;
    Ok(Loaded {
        cluster_id: connection.query_row("SELECT value FROM fact WHERE name = 'cluster_id'", [], |row| row.get(0))?,
        is_new,
        topics: load_topics(connection)?,
        groups: load_groups(connection)?,
        committed: load_committed(connection)?,
        settings: settings::load(connection)?,
        transactions: transactions::load(connection)?,
        pending: load_pending(connection)?,
        group_configs: load_group_configs(connection)?,
        users: users::load(connection)?,
        shares: shares::load(connection)?,
    })
}

fn load_topics(connection: &Connection) -> rusqlite::Result<Vec<TopicRow>> {
    let mut configs = HashMap::<Uuid, BTreeMap<String, String>>::new();
    let mut statement = connection.prepare("SELECT topic_id, name, value FROM topic_config")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        configs.entry(id_of(row)?).or_default().insert(row.get(1)?, row.get(2)?);
    }
    let mut files = HashMap::<Uuid, Vec<i32>>::new();
    let mut statement = connection.prepare("SELECT topic_id, partition FROM partition_file")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        files.entry(id_of(row)?).or_default().push(row.get(1)?);
    }
    let mut statement = connection.prepare("SELECT id, name, folder, partitions FROM topic ORDER BY name")?;
    statement
        .query_map([], |row| {
            let id = id_of(row)?;
            Ok(TopicRow {
                id,
                name: row.get(1)?,
                folder: row.get(2)?,
                partitions: row.get(3)?,
                configs: configs.remove(&id).unwrap_or_default(),
                files: files.remove(&id).unwrap_or_default(),
            })
        })?
        .collect()
}

fn id_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Uuid> {
    row.get::<_, [u8; 16]>(0).map(Uuid::from_bytes)
}

fn load_groups(connection: &Connection) -> rusqlite::Result<Vec<GroupRow>> {
    let mut statement = connection.prepare(
        "SELECT id, generation, protocol_type, empty_since, state, coalesce(number, 0)
         FROM consumer_group LEFT JOIN group_state USING (id)",
    )?;
    statement
        .query_map([], |row| {
            Ok(GroupRow {
                id: row.get::<_, String>(0)?.into(),
                generation: row.get(1)?,
                protocol_type: row.get(2)?,
                empty_since: row.get(3)?,
                state: row.get(4)?,
                number: row.get(5)?,
            })
        })?
        .collect()
}

fn load_committed(connection: &Connection) -> rusqlite::Result<Vec<CommittedRow>> {
    let mut statement = connection.prepare(
        "SELECT group_id, topic, partition, position, leader_epoch, metadata, at, number FROM committed
         ORDER BY group_id, topic, partition",
    )?;
    statement.query_map([], committed_row)?.collect()
}

fn load_pending(connection: &Connection) -> rusqlite::Result<Vec<(i64, CommittedRow)>> {
    let mut statement = connection.prepare(
        "SELECT group_id, topic, partition, position, leader_epoch, metadata, at, number, producer_id
         FROM pending_commit",
    )?;
    statement.query_map([], |row| Ok((row.get(8)?, committed_row(row)?)))?.collect()
}

fn load_group_configs(connection: &Connection) -> rusqlite::Result<BTreeMap<Arc<str>, BTreeMap<String, String>>> {
    let mut configs = BTreeMap::<Arc<str>, BTreeMap<String, String>>::new();
    let mut statement = connection.prepare("SELECT group_id, name, value FROM group_config")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        configs.entry(row.get::<_, String>(0)?.into()).or_default().insert(row.get(1)?, row.get(2)?);
    }
    Ok(configs)
}

fn committed_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<CommittedRow> {
    Ok(CommittedRow {
        group: Arc::from(row.get::<_, String>(0)?),
        topic: Arc::from(row.get::<_, String>(1)?),
        partition: row.get(2)?,
        offset: row.get(3)?,
        leader_epoch: row.get(4)?,
        metadata: row.get(5)?,
        at: row.get(6)?,
        number: row.get(7)?,
    })
}
