//! What a service has done: requests, response times, and its table in a database of its own.

use std::{collections::VecDeque, sync::Arc};

use rusqlite::Connection;

use crate::labs::{
    file::ServiceMode,
    view::{RequestFailure, ServiceView, TableRow},
};

/// Response times are told of so many milliseconds back.
const WINDOW_MS: i64 = 5_000;
/// Response times that are kept for it.
const TIMES_MAX: usize = 10_000;
/// Rows that are shown.
const ROWS_SHOWN_MAX: usize = 20;

/// The books of one service.
#[derive(Default)]
pub struct Desk {
    database: Option<Connection>,
    view: ServiceView,
    /// (when, how long), oldest first.
    times: VecDeque<(i64, f64)>,
    /// Sum and number of response times in sequence and in queue mode.
    sums: [(f64, u64); 2],
    rows: VecDeque<TableRow>,
}

impl Desk {
    /// Somebody asks.
    pub fn asked(&mut self) {
        self.view.requests += 1;
    }

    pub fn busy(&mut self, by: i32) {
        self.view.busy = self.view.busy.saturating_add_signed(by);
    }

    /// Writes the row of a sign-up; its number.
    ///
    /// # Errors
    /// What SQLite says; its memory may be used up.
    pub fn insert(&mut self, name: &str, at_ms: i64) -> rusqlite::Result<i64> {
        let database = match self.database.take() {
            Some(database) => database,
            None => {
                let database = Connection::open_in_memory()?;
                database.execute_batch(
                    "CREATE TABLE sign_up (number INTEGER PRIMARY KEY, name TEXT NOT NULL, at_ms INTEGER NOT NULL)",
                )?;
                database
            }
        };
        let database = self.database.insert(database);
        database.prepare_cached("INSERT INTO sign_up (name, at_ms) VALUES (?1, ?2)")?.execute((name, at_ms))?;
        let number = database.last_insert_rowid();
        self.view.row_count += 1;
        self.rows.push_front(TableRow { number, name: name.into(), at_ms });
        self.rows.truncate(ROWS_SHOWN_MAX);
        Ok(number)
    }

    /// Somebody was answered.
    pub fn served(&mut self, mode: ServiceMode, now_ms: i64, took_ms: f64) {
        self.view.served += 1;
        if let Some(sum) = self.sums.get_mut(mode as usize) {
            *sum = (sum.0 + took_ms, sum.1 + 1);
        }
        self.note(now_ms, took_ms);
    }

    /// Somebody was not.
    pub fn failed(&mut self, why: RequestFailure, now_ms: i64, took_ms: f64) {
        match why {
            RequestFailure::Refused => self.view.refused += 1,
            RequestFailure::TimedOut | RequestFailure::CalleeDown => self.view.timed_out += 1,
        }
        self.note(now_ms, took_ms);
    }

    fn note(&mut self, now_ms: i64, took_ms: f64) {
        self.times.push_back((now_ms, took_ms));
        while self.times.len() > TIMES_MAX || self.times.front().is_some_and(|(at, _)| now_ms - at > WINDOW_MS) {
            self.times.pop_front();
        }
    }

    /// Mean response time in a mode since the beginning.
    pub fn mean_ms(&self, mode: ServiceMode) -> f64 {
        self.sums.get(mode as usize).map_or(0.0, |(sum, count)| if *count == 0 { 0.0 } else { sum / *count as f64 })
    }

    pub fn view(&self, mode: ServiceMode, capacity: u32, now_ms: i64) -> ServiceView {
        let recent = || self.times.iter().filter(|(at, _)| now_ms - at <= WINDOW_MS).map(|(_, took)| *took);
        let count = recent().count();
        ServiceView {
            in_queue_mode: mode == ServiceMode::Queue,
            capacity,
            response_ms: if count == 0 { 0.0 } else { recent().sum::<f64>() / count as f64 },
            response_ms_max: recent().fold(0.0, f64::max),
            response_sequence_ms: self.mean_ms(ServiceMode::Sequence),
            response_queue_ms: self.mean_ms(ServiceMode::Queue),
            rows: self.rows.iter().cloned().collect(),
            ..self.view.clone()
        }
    }
}

/// Names of who signs up, in turn.
pub fn name_of(number: u64) -> Arc<str> {
    const NAMES: [&str; 12] =
        ["Ada", "Bo", "Chen", "Dana", "Emil", "Fatima", "Goro", "Hana", "Ivo", "Juno", "Kai", "Lin"];
    let at = (number as usize) % NAMES.len();
    format!("{} {}", NAMES.get(at).copied().unwrap_or_default(), number + 1).into()
}
