//! Producer ids and transactions in `meta.sqlite`.

use rusqlite::{Connection, OptionalExtension};

use super::writer::MetaWrite;

/// What the file knows of producers and transactions.
#[derive(Debug, Default)]
pub struct LoadedTransactions {
    /// The first producer id that was never given out.
    pub next_producer_id: i64,
}

pub(super) fn load(connection: &Connection) -> rusqlite::Result<LoadedTransactions> {
    let next_producer_id = connection
        .query_row("SELECT value FROM fact WHERE name = 'next_producer_id'", [], |row| row.get(0))
        .optional()?;
    Ok(LoadedTransactions { next_producer_id: next_producer_id.unwrap_or(0) })
}

/// Producer ids below `next` may be given out.
pub fn set_next_producer_id(next: i64) -> MetaWrite {
    Box::new(move |connection| {
        connection.execute("INSERT OR REPLACE INTO fact VALUES ('next_producer_id', ?1)", [next]).map(|_| ())
    })
}
