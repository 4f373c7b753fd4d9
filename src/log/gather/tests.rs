//! Whatever a connection does through it, the files are those that SQLite would have written.

use std::fs;
use std::path::Path;

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use rusqlite::{Connection, OpenFlags};

use super::*;

fn open(path: &Path) -> Connection {
    let connection = Connection::open_with_flags_and_vfs(path, OpenFlags::default(), vfs().unwrap()).unwrap();
    connection
        .execute_batch(
            "PRAGMA page_size=4096; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=8;
             PRAGMA wal_autocheckpoint=0; CREATE TABLE IF NOT EXISTS t(k INTEGER PRIMARY KEY, v BLOB);",
        )
        .unwrap();
    connection
}

/// How many rows there are and what they hold; the file is sound.
fn content(connection: &Connection) -> (i64, i64, i64) {
    let sound: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
    let sums = "SELECT count(*), ifnull(sum(length(v)), 0), ifnull(sum(k * unicode(hex(v))), 0) FROM t";
    connection.query_row(sums, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap()
}

/// What is there if the process ends now: the files, opened by SQLite alone.
fn after_the_end(path: &Path) -> (i64, i64, i64) {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.db");
    fs::copy(path, &copy).unwrap();
    fs::copy(path.with_extension("db-wal"), copy.with_extension("db-wal")).unwrap();
    content(&Connection::open(copy).unwrap())
}

#[test]
fn a_transaction_is_held_and_read_by_itself_until_it_commits() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.db");
    let connection = open(&path);
    let wal_bytes = || fs::metadata(path.with_extension("db-wal")).unwrap().len();
    let before = wal_bytes();
    // More than the cache has room for, and less than is held.
    connection.execute_batch("BEGIN IMMEDIATE; INSERT INTO t VALUES(1, zeroblob(100000));").unwrap();
    assert_eq!(wal_bytes(), before);
    assert_eq!(after_the_end(&path).0, 0);
    assert_eq!(content(&connection), (1, 100_000, 48));
    connection.execute_batch("COMMIT").unwrap();
    assert_eq!(after_the_end(&path), (1, 100_000, 48));
}

#[test]
fn whatever_is_committed_is_in_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.db");
    let mut connection = open(&path);
    let mut dice = StdRng::seed_from_u64(7);
    for round in 0..150 {
        connection.execute_batch("BEGIN IMMEDIATE").unwrap();
        for _ in 0..dice.random_range(1..20) {
            let (key, bytes) = (dice.random_range(0..60), dice.random_range(0..60_000));
            let value = vec![dice.random::<u8>(); bytes];
            match dice.random_range(0..6) {
                0 => connection.execute("DELETE FROM t WHERE k = ?1", [key]).unwrap(),
                1 => connection.execute("UPDATE t SET v = ?2 WHERE k < ?1", (key % 9, &value[..bytes % 500])).unwrap(),
                2 => {
                    connection.execute_batch("SAVEPOINT s").unwrap();
                    connection.execute("INSERT OR REPLACE INTO t VALUES(?1, ?2)", (key, &value)).unwrap();
                    connection.execute_batch("ROLLBACK TO s; RELEASE s").unwrap();
                    0
                }
                _ => connection.execute("INSERT OR REPLACE INTO t VALUES(?1, ?2)", (key, &value)).unwrap(),
            };
        }
        connection.execute_batch(if dice.random_range(0..5) == 0 { "ROLLBACK" } else { "COMMIT" }).unwrap();
        let there = content(&connection);
        assert_eq!(after_the_end(&path), there, "round {round}");
        match dice.random_range(0..12) {
            0 => connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())).unwrap(),
            1 => connection = open(&path),
            _ => {}
        }
        assert_eq!(content(&Connection::open(&path).unwrap()), there, "beside it, round {round}");
    }
}
