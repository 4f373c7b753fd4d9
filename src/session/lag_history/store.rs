//! The file `lag.sqlite`: runs by tier, series and time.

use std::{collections::HashMap, path::Path};

use rusqlite::{Connection, OptionalExtension, params};

use super::{
    Remembered, SeriesKey,
    tiers::{Run, Seen, TIERS},
};
use crate::model::TimestampMillis;

/// "MPlg": marks the file as ours, so that a foreign one is set aside and not written to.
const APPLICATION_ID: i32 = 0x4d50_6c67;
const SCHEMA_VERSION: i32 = 1;
/// Bytes that the history may hold; beyond it the oldest goes early.
const FILE_BYTES_MAX: i64 = 512 * 1024 * 1024;
const BUSY_WAIT: std::time::Duration = std::time::Duration::from_secs(2);

const SCHEMA: &str = "
    CREATE TABLE series (
        id INTEGER PRIMARY KEY, grp TEXT NOT NULL, topic TEXT NOT NULL, partition INTEGER NOT NULL,
        UNIQUE (grp, topic, partition)
    );
    CREATE TABLE run (
        tier INTEGER NOT NULL, series INTEGER NOT NULL, at INTEGER NOT NULL, until INTEGER NOT NULL,
        committed INTEGER, end_offset INTEGER, lag INTEGER, first_unread INTEGER,
        PRIMARY KEY (tier, series, at)
    ) WITHOUT ROWID;
";

/// The open file.
pub(super) struct Store {
    db: Connection,
}

/// A run and where it belongs.
pub(super) struct Row {
    pub tier: usize,
    pub series: i64,
    pub run: Run,
}

impl Store {
    /// Opens or makes the file. A file that is not ours, or not readable, is an error.
    pub(super) fn open(path: &Path) -> rusqlite::Result<Self> {
        let db = Connection::open(path)?;
        db.busy_timeout(BUSY_WAIT)?;
        db.pragma_update(None, "journal_mode", "WAL")?;
        db.pragma_update(None, "synchronous", "NORMAL")?;
        let application: i32 = db.pragma_query_value(None, "application_id", |row| row.get(0))?;
        let version: i32 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
        let tables: i64 = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        if tables == 0 {
            db.execute_batch(&format!(
                "BEGIN; {SCHEMA} PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
            ))?;
        } else if application != APPLICATION_ID || version != SCHEMA_VERSION {
            return Err(rusqlite::Error::InvalidQuery);
        }
        Ok(Self { db })
    }

    /// Every series that is known.
    pub(super) fn series(&self) -> rusqlite::Result<HashMap<SeriesKey, i64>> {
        let mut query = self.db.prepare("SELECT id, grp, topic, partition FROM series")?;
        let rows = query.query_map([], |row| {
            let key = SeriesKey {
                group: row.get::<_, String>(1)?.into(),
                topic: row.get::<_, String>(2)?.into(),
                partition: row.get(3)?,
            };
            Ok((key, row.get(0)?))
        })?;
        rows.collect()
    }

    /// The newest run of each series that has an unread record.
    pub(super) fn remembered(&self) -> rusqlite::Result<Vec<Remembered>> {
        let mut query = self.db.prepare(
            "SELECT grp, topic, partition, committed, first_unread FROM series JOIN run ON run.series = series.id
             WHERE tier = ?1 AND at = (SELECT max(at) FROM run AS newest WHERE newest.tier = ?1 AND newest.series = series.id)
               AND committed IS NOT NULL AND first_unread IS NOT NULL",
        )?;
        let coarsest = TIERS.len() as i64 - 1;
        let rows = query.query_map([coarsest], |row| {
            let key = SeriesKey {
                group: row.get::<_, String>(0)?.into(),
                topic: row.get::<_, String>(1)?.into(),
                partition: row.get(2)?,
            };
            Ok(Remembered { key, committed: row.get(3)?, first_unread_at: row.get(4)? })
        })?;
        rows.collect()
    }

    /// The id of a new series.
    pub(super) fn add_series(&self, key: &SeriesKey) -> rusqlite::Result<i64> {
        self.db.execute(
            "INSERT OR IGNORE INTO series (grp, topic, partition) VALUES (?1, ?2, ?3)",
            params![&*key.group, &*key.topic, key.partition],
        )?;
        self.db.query_row(
            "SELECT id FROM series WHERE grp = ?1 AND topic = ?2 AND partition = ?3",
            params![&*key.group, &*key.topic, key.partition],
            |row| row.get(0),
        )
    }

    /// Stores runs in one transaction; a run that grew replaces its shorter self.
    pub(super) fn write(&mut self, rows: &[Row]) -> rusqlite::Result<()> {
        let transaction = self.db.transaction()?;
        {
            let mut insert = transaction.prepare_cached(
                "INSERT OR REPLACE INTO run (tier, series, at, until, committed, end_offset, lag, first_unread)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?;
            for Row { tier, series, run } in rows {
                let lag = run.seen.lag.map(|lag| i64::try_from(lag).unwrap_or(i64::MAX));
                insert.execute(params![
                    *tier as i64,
                    series,
                    run.at,
                    run.until,
                    run.seen.committed,
                    run.seen.end,
                    lag,
                    run.seen.first_unread_at
                ])?;
            }
        }
        transaction.commit()
    }

    /// The runs of a series that touch `from..=to`, oldest first.
    pub(super) fn runs(
        &self,
        tier: usize,
        series: i64,
        from: TimestampMillis,
        to: TimestampMillis,
    ) -> rusqlite::Result<Vec<Run>> {
        // The one run that began before `from` may reach into it; runs of a series do not overlap.
        let mut before =
            self.db.prepare_cached("SELECT max(at) FROM run WHERE tier = ?1 AND series = ?2 AND at < ?3")?;
        let first: Option<i64> =
            before.query_row(params![tier as i64, series, from], |row| row.get(0)).optional()?.flatten();
        let mut query = self.db.prepare_cached(
            "SELECT at, until, committed, end_offset, lag, first_unread FROM run
             WHERE tier = ?1 AND series = ?2 AND at >= ?3 AND at <= ?4 AND until >= ?5 ORDER BY at",
        )?;
        let rows = query.query_map(params![tier as i64, series, first.unwrap_or(from), to, from], |row| {
            let lag: Option<i64> = row.get(4)?;
            let seen = Seen {
                committed: row.get(2)?,
                end: row.get(3)?,
                lag: lag.and_then(|lag| u64::try_from(lag).ok()),
                first_unread_at: row.get(5)?,
            };
            Ok(Run { at: row.get(0)?, until: row.get(1)?, seen })
        })?;
        rows.collect()
    }

    /// Deletes what is older than its tier keeps; while the file is still too big, what is older than half of that.
    /// Series that have nothing left and are not `watched` are forgotten; answers which.
    pub(super) fn compact(
        &mut self,
        now: TimestampMillis,
        watched: impl Fn(i64) -> bool,
    ) -> rusqlite::Result<Vec<i64>> {
        let mut share = 1;
        loop {
            for (index, tier) in TIERS.iter().enumerate() {
                let oldest = now - tier.keep_millis / share;
                self.db.execute("DELETE FROM run WHERE tier = ?1 AND until < ?2", params![index as i64, oldest])?;
            }
            if self.used_bytes()? <= FILE_BYTES_MAX || share > 64 {
                break;
            }
            share *= 2;
        }
        let mut query = self.db.prepare("SELECT id FROM series WHERE id NOT IN (SELECT DISTINCT series FROM run)")?;
        let bare: Vec<i64> = query.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        let gone: Vec<i64> = bare.into_iter().filter(|id| !watched(*id)).collect();
        for id in &gone {
            self.db.execute("DELETE FROM series WHERE id = ?1", [id])?;
        }
        Ok(gone)
    }

    fn used_bytes(&self) -> rusqlite::Result<i64> {
        let pragma = |name| self.db.pragma_query_value::<i64, _>(None, name, |row| row.get(0));
        Ok((pragma("page_count")? - pragma("freelist_count")?) * pragma("page_size")?)
    }
}
