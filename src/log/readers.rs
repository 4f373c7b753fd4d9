//! A small pool of read-only connections, shared by all partitions: least recently used goes first.

use std::collections::VecDeque;
use std::path::Path;

use parking_lot::{Condvar, Mutex};
use rusqlite::Connection;

use super::{LogError, file};

/// Connections that are open for reading at once, two file descriptors each.
pub const READERS_MAX: usize = 32;

/// The pool.
#[derive(Default)]
pub struct Readers {
    pool: Mutex<Pool>,
    freed: Condvar,
}

#[derive(Default)]
struct Pool {
    /// The one used last is at the back.
    idle: VecDeque<(u64, Connection)>,
    /// The partitions that connections in use belong to.
    busy: Vec<u64>,
}

enum Chosen {
    Idle(Connection),
    /// Open a new one; the other has to make room.
    Open(Option<Connection>),
}

impl Readers {
    /// Runs `read` with a connection to the log `key` at `path`; waits while all are in use.
    pub fn with<T>(
        &self,
        key: u64,
        path: &Path,
        read: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>,
    ) -> Result<T, LogError> {
        let connection = match self.choose(key) {
            Chosen::Idle(connection) => Ok(connection),
            Chosen::Open(oldest) => {
                oldest.into_iter().for_each(file::close);
                file::open_reader(path)
            }
        };
        let connection = match connection {
            Ok(connection) => connection,
            Err(error) => {
                self.give_back(key, None);
                return Err(LogError::from_sqlite(path, "open", &error));
            }
        };
        match read(&connection) {
            Ok(value) => {
                self.give_back(key, Some(connection));
                Ok(value)
            }
            Err(error) => {
                // After an error of the disk a fresh connection is the safer one.
                file::close(connection);
                self.give_back(key, None);
                Err(LogError::from_sqlite(path, "read", &error))
            }
        }
    }

    fn choose(&self, key: u64) -> Chosen {
        let mut pool = self.pool.lock();
        while pool.busy.len() >= READERS_MAX {
            self.freed.wait(&mut pool);
        }
        pool.busy.push(key);
        if let Some(at) = pool.idle.iter().rposition(|(owner, _)| *owner == key)
            && let Some((_, connection)) = pool.idle.remove(at)
        {
            return Chosen::Idle(connection);
        }
        let full = pool.idle.len() + pool.busy.len() > READERS_MAX;
        Chosen::Open(if full { pool.idle.pop_front().map(|(_, oldest)| oldest) } else { None })
    }

    fn give_back(&self, key: u64, connection: Option<Connection>) {
        let mut pool = self.pool.lock();
        if let Some(at) = pool.busy.iter().position(|owner| *owner == key) {
            pool.busy.swap_remove(at);
        }
        pool.idle.extend(connection.map(|connection| (key, connection)));
        self.freed.notify_all();
    }

    /// Closes the connections to `key`, after the reads that are under way. The caller lets no new ones begin.
    pub fn close(&self, key: u64) {
        let mut pool = self.pool.lock();
        while pool.busy.contains(&key) {
            self.freed.wait(&mut pool);
        }
        let (gone, kept) =
            std::mem::take(&mut pool.idle).into_iter().partition::<Vec<_>, _>(|(owner, _)| *owner == key);
        pool.idle = kept.into();
        drop(pool);
        gone.into_iter().for_each(|(_, connection)| file::close(connection));
    }

    /// Closes all connections that are idle.
    pub fn close_idle(&self) {
        let idle = std::mem::take(&mut self.pool.lock().idle);
        idle.into_iter().for_each(|(_, connection)| file::close(connection));
    }
}
