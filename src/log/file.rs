//! The file of a partition: its schema, how it is made and opened, and what counts as damaged.
//!
//! Every setting here was measured (page size against batch sizes, checkpoint threshold against stalls, caches against
//! memory); change one only with `cargo bench --bench log` before and after.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use parking_lot::Mutex;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::{LogError, gather, producer_file};

/// Marks our files (`PRAGMA application_id`): "MPLG".
const APPLICATION_ID: u32 = 0x4d50_4c47;
/// Layout of the tables (`PRAGMA user_version`).
const SCHEMA_VERSION: u32 = 2;
/// The layout before it, which has no producers and is brought up when the file is opened for writing.
const SCHEMA_VERSION_MIN: u32 = 1;
const SQLITE_MAGIC: &[u8; 16] = b"SQLite format 3\0";
const SQLITE_HEADER_BYTES: usize = 100;
/// Readers keep interior pages and little else.
const READER_PRAGMAS: &str = "PRAGMA query_only=ON; PRAGMA cache_size=-256; PRAGMA mmap_size=0; \
     PRAGMA busy_timeout=5000; PRAGMA temp_store=MEMORY;";
/// The checkpoints are those of `checkpoint`; SQLite's own, at 49152 pages (768 MiB), only backs them up.
const WRITER_PRAGMAS: &str = "PRAGMA wal_autocheckpoint=49152; PRAGMA journal_size_limit=67108864; \
     PRAGMA cache_size=-512; PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY; PRAGMA busy_timeout=5000; \
     PRAGMA foreign_keys=OFF; PRAGMA synchronous=FULL;";
/// The page size can only be chosen before the first table. No synchronous write: the finished file is synced once.
/// 16 KiB pages: large durable batches are bound by the processor's work a page, and against 8 KiB the append benchmark went
/// from 0.32 to 0.38 to 0.40 of a plain file. Batches of 8 to 12 KB take a page each and so more room.
const CREATE_PRAGMAS: &str = "PRAGMA page_size=16384; PRAGMA auto_vacuum=NONE; PRAGMA synchronous=OFF; \
     PRAGMA journal_mode=WAL;";

/// `last_offset` is the row id: the batch that holds an offset is one descent away, with or without gaps. `run_max_ts` is
/// the running maximum of `max_ts` and so rises with the offsets, which makes a seek by time one descent too. `run_bytes`
/// and `run_batches` are running sums: the size of any stretch of the log is a subtraction. `data` comes last, so that
/// reading the other columns touches no overflow page.
const SCHEMA: &str = "
    CREATE TABLE batch(
        last_offset INTEGER PRIMARY KEY,
        base_offset INTEGER NOT NULL,
        run_max_ts  INTEGER NOT NULL,
        max_ts      INTEGER NOT NULL,
        n_records   INTEGER NOT NULL,
        run_bytes   INTEGER NOT NULL,
        run_batches INTEGER NOT NULL,
        data        BLOB NOT NULL
    ) STRICT;
    CREATE INDEX batch_ts ON batch(run_max_ts);
    CREATE TABLE epoch(epoch INTEGER PRIMARY KEY, start_offset INTEGER NOT NULL) STRICT;
    CREATE TABLE meta(k TEXT PRIMARY KEY, v ANY NOT NULL) STRICT, WITHOUT ROWID;
    INSERT INTO meta VALUES('log_start_offset', 0);";

/// Opening and closing is done by one thread at a time: SQLite's file locks on Unix are shared by the process, and very
/// concurrent opening and closing has been seen to block itself.
static OPEN_CLOSE: Mutex<()> = Mutex::new(());

/// The bytes of an empty log, made by SQLite once; every new partition starts as a copy.
#[derive(Debug, Default)]
pub struct Template(Mutex<Option<Vec<u8>>>);

/// Makes an empty log at `path`; appears there only when it is whole and synced.
pub fn create(path: &Path, template: &Template) -> Result<(), LogError> {
    let failed = |e: std::io::Error| LogError::from_io(path, "create", &e);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let draft = beside(path, ".creating");
    remove(&draft).map_err(failed)?;
    let mut template = template.0.lock();
    let image = match template.take() {
        Some(image) => image,
        None => first_image(&draft)?,
    };
    let image = &*template.insert(image);
    let written = fs::File::create(&draft).and_then(|mut file| {
        file.write_all(image)?;
        file.sync_all()
    });
    written.and_then(|()| fs::rename(&draft, path)).and_then(|()| sync_folder(path)).map_err(failed)
}

fn first_image(draft: &Path) -> Result<Vec<u8>, LogError> {
    let failed = |e: rusqlite::Error| LogError::from_sqlite(draft, "create", &e);
    let connection = {
        let _one = OPEN_CLOSE.lock();
        Connection::open(draft).map_err(failed)?
    };
    let stamp = format!("PRAGMA application_id={APPLICATION_ID}; PRAGMA user_version={SCHEMA_VERSION};");
    connection.execute_batch(CREATE_PRAGMAS).map_err(failed)?;
    connection.execute_batch(&stamp).map_err(failed)?;
    connection.execute_batch(SCHEMA).map_err(failed)?;
    producer_file::migrate(&connection).map_err(failed)?;
    checkpoint(&connection).map_err(failed)?;
    close(connection);
    let image = fs::read(draft).map_err(|e| LogError::from_io(draft, "create", &e))?;
    remove(draft).map_err(|e| LogError::from_io(draft, "create", &e))?;
    Ok(image)
}

/// Says why the file at `path` cannot be one of our logs, reading its first bytes only.
pub fn check(path: &Path) -> Result<(), LogError> {
    let failed = |e: std::io::Error| LogError::from_io(path, "read", &e);
    let mut file = match fs::File::open(path) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            return Err(LogError::damaged(path, "the file is missing"));
        }
        opened => opened.map_err(failed)?,
    };
    let length = file.metadata().map_err(failed)?.len();
    let mut head = [0; SQLITE_HEADER_BYTES];
    if length < SQLITE_HEADER_BYTES as u64 {
        return Err(LogError::damaged(path, format!("it is cut short: only {length} bytes are left")));
    }
    file.read_exact(&mut head).map_err(failed)?;
    if head[..16] != *SQLITE_MAGIC {
        return Err(LogError::damaged(path, "it is not a SQLite file"));
    }
    let number = |at: usize| u32::from_be_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    if number(68) != APPLICATION_ID {
        return Err(LogError::damaged(path, "it is a SQLite file of another program"));
    }
    if !(SCHEMA_VERSION_MIN..=SCHEMA_VERSION).contains(&number(60)) {
        let found = number(60);
        return Err(LogError::damaged(
            path,
            format!("its layout is version {found}, this program reads {SCHEMA_VERSION_MIN} to {SCHEMA_VERSION}"),
        ));
    }
    let page_bytes = match u16::from_be_bytes([head[16], head[17]]) {
        1 => 65_536,
        other => u64::from(other),
    };
    let whole = u64::from(number(28)) * page_bytes;
    // With a write-ahead log beside it, the missing pages may be there.
    if length < whole && !has_wal(path) {
        return Err(LogError::damaged(path, format!("it is cut short: {length} of {whole} bytes are left")));
    }
    Ok(())
}

/// Opens for a look at the ends. Writes nothing, neither to the file nor (unless it must recover) beside it.
pub fn open_briefly(path: &Path) -> Result<Connection, rusqlite::Error> {
    let _one = OPEN_CLOSE.lock();
    if !has_wal(path)
        && let Some(uri) = immutable_uri(path)
    {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        return Connection::open_with_flags(uri, flags);
    }
    let connection = open_with(path, OpenFlags::SQLITE_OPEN_READ_WRITE, READER_PRAGMAS)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    Ok(connection)
}

/// Opens for reading beside a writer.
pub fn open_reader(path: &Path) -> Result<Connection, rusqlite::Error> {
    let _one = OPEN_CLOSE.lock();
    open_with(path, OpenFlags::SQLITE_OPEN_READ_ONLY, READER_PRAGMAS)
}

/// Opens for writing; there must be only one such connection for a file.
pub fn open_writer(path: &Path, pages_max: Option<u32>) -> Result<Connection, rusqlite::Error> {
    let _one = OPEN_CLOSE.lock();
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = match gather::vfs() {
        Some(vfs) => Connection::open_with_flags_and_vfs(path, flags, vfs)?,
        None => Connection::open_with_flags(path, flags)?,
    };
    connection.execute_batch(WRITER_PRAGMAS)?;
    bring_up(&connection)?;
    if let Some(pages) = pages_max {
        connection.execute_batch(&format!("PRAGMA max_page_count={pages};"))?;
    }
    // A plain fsync leaves the drive's own cache alone on macOS.
    if cfg!(target_os = "macos") {
        connection.execute_batch("PRAGMA fullfsync=ON; PRAGMA checkpoint_fullfsync=ON;")?;
    }
    Ok(connection)
}

/// Gives a file of an older layout what it lacks.
fn bring_up(connection: &Connection) -> Result<(), rusqlite::Error> {
    let found: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if found >= SCHEMA_VERSION {
        return Ok(());
    }
    connection.execute_batch("BEGIN IMMEDIATE")?;
    producer_file::migrate(connection)?;
    connection.execute_batch(&format!("PRAGMA user_version={SCHEMA_VERSION}; COMMIT;"))
}

fn open_with(path: &Path, access: OpenFlags, pragmas: &str) -> Result<Connection, rusqlite::Error> {
    let connection = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.execute_batch(pragmas)?;
    Ok(connection)
}

/// Leaves the write-ahead log alone when the connection closes: the log is about to be deleted.
pub fn spare_checkpoint(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map(drop)
}

/// Closes a connection, one at a time.
pub fn close(connection: Connection) {
    let _one = OPEN_CLOSE.lock();
    drop(connection);
}

/// Moves the write-ahead log into the file and cuts it to nothing, unless a reader is in the way.
pub fn checkpoint(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}

/// Deletes a log's file and what SQLite keeps beside it; missing ones are fine.
pub fn remove(path: &Path) -> std::io::Result<()> {
    for file in [path.to_owned(), beside(path, "-wal"), beside(path, "-shm"), beside(path, "-journal")] {
        match fs::remove_file(file) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(e),
            _ => {}
        }
    }
    Ok(())
}

/// Bytes on disk of the file and its write-ahead log.
pub fn disk_bytes(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |m| m.len()) + wal_bytes(path)
}

/// Bytes on disk of its write-ahead log.
pub fn wal_bytes(path: &Path) -> u64 {
    fs::metadata(beside(path, "-wal")).map_or(0, |m| m.len())
}

fn has_wal(path: &Path) -> bool {
    wal_bytes(path) > 0
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// The file's URI with `immutable=1`, which opens no write-ahead log and takes no locks; `None` for a path that is not
/// UTF-8.
fn immutable_uri(path: &Path) -> Option<String> {
    let absolute = std::path::absolute(path).ok()?;
    let text = absolute.to_str()?.replace('\\', if cfg!(windows) { "/" } else { "\\" });
    let mut uri = String::from(if cfg!(windows) { "file:///" } else { "file:" });
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' | b':' => uri.push(byte.into()),
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri.push_str("?immutable=1");
    Some(uri)
}

/// Makes a rename durable. Windows has no such call and needs none.
fn sync_folder(path: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
        return fs::File::open(folder)?.sync_all();
    }
    let _ = path;
    Ok(())
}
