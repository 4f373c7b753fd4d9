//! Producer ids and transactions in `meta.sqlite`.

use std::{collections::BTreeSet, sync::Arc};

use rusqlite::{Connection, OptionalExtension, params};

use super::writer::MetaWrite;
use crate::{
    broker::transactions::{Flow, Place, ProducerId, Transaction, TransactionState},
    model::PartitionId,
};

/// `partitions` and `groups` are JSON: lists of [topic, partition], of names.
pub(super) const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS txn(
  id TEXT PRIMARY KEY, state INTEGER NOT NULL, producer_id INTEGER NOT NULL, epoch INTEGER NOT NULL,
  last_epoch INTEGER NOT NULL, previous_id INTEGER NOT NULL, next_id INTEGER NOT NULL, timeout_ms INTEGER NOT NULL,
  started_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, flow INTEGER NOT NULL, partitions TEXT NOT NULL,
  groups TEXT NOT NULL) STRICT, WITHOUT ROWID;
";

/// What the file knows of producers and transactions.
#[derive(Debug, Default)]
pub struct LoadedTransactions {
    /// The first producer id that was never given out.
    pub next_producer_id: i64,
    /// By transactional id.
    pub transactions: Vec<(Arc<str>, Transaction)>,
}

pub(super) fn load(connection: &Connection) -> rusqlite::Result<LoadedTransactions> {
    let next_producer_id = connection
        .query_row("SELECT value FROM fact WHERE name = 'next_producer_id'", [], |row| row.get(0))
        .optional()?;
    Ok(LoadedTransactions {
        next_producer_id: next_producer_id.unwrap_or(0),
        transactions: load_transactions(connection)?,
    })
}

fn load_transactions(connection: &Connection) -> rusqlite::Result<Vec<(Arc<str>, Transaction)>> {
    let mut statement = connection.prepare(
        "SELECT id, state, producer_id, epoch, last_epoch, previous_id, next_id, timeout_ms, started_at, updated_at, flow,
           partitions, groups FROM txn",
    )?;
    let read = |row: &rusqlite::Row<'_>| {
        let partitions: Vec<(String, PartitionId)> = parse(&row.get::<_, String>(11)?)?;
        let groups: Vec<String> = parse(&row.get::<_, String>(12)?)?;
        let state = TransactionState::from_number(row.get(1)?);
        let transaction = Transaction {
            state: state.ok_or(rusqlite::Error::IntegralValueOutOfRange(1, row.get(1)?))?,
            producer: ProducerId { id: row.get(2)?, epoch: row.get(3)? },
            last_epoch: row.get(4)?,
            previous_id: row.get(5)?,
            next_id: row.get(6)?,
            timeout_ms: row.get(7)?,
            started_at: row.get(8)?,
            updated_at: row.get(9)?,
            flow: if row.get::<_, i64>(10)? == 0 { Flow::Explicit } else { Flow::Implicit },
            partitions: partitions.into_iter().map(|(topic, partition)| (Arc::from(topic), partition)).collect(),
            groups: groups.into_iter().map(Arc::from).collect(),
        };
        Ok((Arc::from(row.get::<_, String>(0)?), transaction))
    };
    statement.query_map([], read)?.collect()
}

fn parse<T: serde::de::DeserializeOwned>(text: &str) -> rusqlite::Result<T> {
    serde_json::from_str(text).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

/// Producer ids below `next` may be given out.
pub fn set_next_producer_id(next: i64) -> MetaWrite {
    Box::new(move |connection| {
        connection.execute("INSERT OR REPLACE INTO fact VALUES ('next_producer_id', ?1)", [next]).map(|_| ())
    })
}

/// Stores where a transactional id stands.
pub fn put_transaction(id: Arc<str>, transaction: Transaction) -> MetaWrite {
    Box::new(move |connection| put(connection, &id, &transaction))
}

fn put(connection: &Connection, id: &str, transaction: &Transaction) -> rusqlite::Result<()> {
    let Transaction { state, producer, last_epoch, previous_id, next_id, timeout_ms, .. } = transaction;
    connection
        .prepare_cached("INSERT OR REPLACE INTO txn VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)")?
        .execute(params![
            id,
            *state as i64,
            producer.id,
            producer.epoch,
            last_epoch,
            previous_id,
            next_id,
            timeout_ms,
            transaction.started_at,
            transaction.updated_at,
            transaction.flow as i64,
            partitions_text(&transaction.partitions),
            groups_text(&transaction.groups),
        ])
        .map(|_| ())
}

fn partitions_text(partitions: &BTreeSet<Place>) -> String {
    let places = partitions.iter().map(|(topic, partition)| serde_json::json!([**topic, partition]));
    serde_json::Value::Array(places.collect()).to_string()
}

fn groups_text(groups: &BTreeSet<Arc<str>>) -> String {
    serde_json::Value::Array(groups.iter().map(|group| (**group).into()).collect()).to_string()
}

/// Forgets a transactional id.
pub fn delete_transaction(id: Arc<str>) -> MetaWrite {
    Box::new(move |connection| connection.execute("DELETE FROM txn WHERE id = ?1", [&*id]).map(|_| ()))
}
