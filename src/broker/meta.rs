//! `meta.sqlite`: topics, their settings, groups, committed offsets and users.
//!
//! Everything is read once, at the opening; later answers come from memory. Writes go through one thread, which commits
//! all that waits in one transaction with a sync: an answer to a request is given only after that (an acknowledged
//! commit survives loss of power).

mod load;
mod rows;
mod settings;
mod shares;
mod transactions;
mod users;
mod writer;

use std::path::{Path, PathBuf};

use rusqlite::Connection;

pub use load::Loaded;
pub use rows::{
    CommittedRow, GroupRow, TopicRow, add_file, delete_committed, delete_group, delete_topic, end_pending,
    put_committed, put_pending, set_configs, set_group_configs, set_partitions,
};
pub use settings::set_broker_settings;
pub use shares::{ShareRow, delete_share_topic};
pub use transactions::{LoadedTransactions, delete_transaction, put_transaction, set_next_producer_id};
pub use users::put_users;
pub use writer::{MetaError, MetaWrite};

use writer::Writer;

/// Name of the file in the workspace.
pub const META_FILE: &str = "meta.sqlite";
/// What this version writes; a higher number in a workspace means a newer Millpond.
pub const FORMAT: i64 = 1;

/// Why `meta.sqlite` does not open.
#[derive(Debug, thiserror::Error)]
pub enum MetaOpenError {
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// Written by a newer Millpond.
    #[error("its format is {found}")]
    Newer { found: i64 },
    #[error("the thread that writes it does not start: {0}")]
    Thread(std::io::Error),
}

/// The open `meta.sqlite`.
pub struct Meta {
    writer: Writer,
}

impl Meta {
    /// Opens the file, or makes it, and reads all of it. `cluster_id` is taken where there is none yet;
    /// `is_durable` is that of the broker's options. Blocks on disk.
    pub fn open(workspace: &Path, cluster_id: &str, is_durable: bool) -> Result<(Self, Loaded), MetaOpenError> {
        let path = workspace.join(META_FILE);
        let is_new = !path.exists();
        let connection = Connection::open(&path)?;
        prepare(&connection, is_new, is_durable)?;
        let loaded = load::load(&connection, cluster_id, is_new)?;
        let writer = Writer::start(connection).map_err(MetaOpenError::Thread)?;
        Ok((Self { writer }, loaded))
    }

    /// Writes and syncs. The order of writes is the order of calls.
    pub async fn write(&self, write: MetaWrite) -> Result<(), MetaError> {
        self.writer.write(write).await
    }

    /// Writes what waits and closes the file. Blocks on disk.
    pub fn close(&self) {
        self.writer.close();
    }
}

/// Where the file is.
pub fn meta_path(workspace: &Path) -> PathBuf {
    workspace.join(META_FILE)
}

fn prepare(connection: &Connection, is_new: bool, is_durable: bool) -> Result<(), MetaOpenError> {
    if !is_new {
        // A foreign file without our table ends here, before anything is written to it.
        let found: i64 = connection.query_row("SELECT value FROM fact WHERE name = 'format'", [], |row| row.get(0))?;
        if found > FORMAT {
            return Err(MetaOpenError::Newer { found });
        }
    }
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", if is_durable { "FULL" } else { "OFF" })?;
    connection.pragma_update(None, "fullfsync", "ON")?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.execute_batch(rows::SCHEMA)?;
    connection.execute_batch(transactions::SCHEMA)?;
    connection.execute_batch(settings::SCHEMA)?;
    connection.execute_batch(shares::SCHEMA)?;
    connection.execute_batch(users::SCHEMA)?;
    connection.execute("INSERT OR IGNORE INTO fact VALUES ('format', ?1)", [FORMAT])?;
    Ok(())
}
