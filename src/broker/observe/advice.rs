//! Settings of a client that deserve a second thought, from what it was seen to do.

use super::{
    Advice,
    asked::{Asked, AskedProduce},
    seen::Recently,
};
use crate::{codec::apis, model::Compression};
use kafka_protocol::messages::ApiKey;

/// Batches before anything is said about their size.
const BATCHES_BEFORE: u64 = 100;
/// Fewer records in a batch than this are few …
const FEW_RECORDS: f64 = 2.0;
/// … where so many batches come a second.
const MANY_BATCHES_PER_SECOND: f64 = 20.0;
/// Batches of that many bytes are worth compressing …
const LARGE_BATCH_BYTES: u64 = 16 * 1024;
/// … when there are some.
const LARGE_BATCHES_BEFORE: u64 = 10;
/// Commits a second that are many.
const MANY_COMMITS_PER_SECOND: f64 = 5.0;
/// Empty answers a second that are many: 500 ms of `fetch.max.wait.ms` give two.
const MANY_EMPTY_PER_SECOND: f64 = 20.0;
/// Half of the 20 s that the Java client's documents call a short timeout, and what older clients had as default.
const SHORT_SESSION_MS: i32 = 10_000;
/// Before these versions (Kafka 2.1 and 2.3) clients knew neither zstd nor fetches that do not repeat what they want.
const OLD_BEFORE: [(&str, ApiKey, i16); 2] = [("Produce", ApiKey::Produce, 7), ("Fetch", ApiKey::Fetch, 10)];

/// What a connection was seen to do.
#[derive(Debug, Default)]
pub struct Habits {
    acks: Option<i16>,
    batches: u64,
    records: u64,
    not_idempotent: u64,
    uncompressed: u64,
    uncompressed_bytes: u64,
    max_wait_ms: i32,
    session_timeout_ms: Option<i32>,
    /// The group that it joined over the classic protocol as a consumer.
    classic: Option<std::sync::Arc<str>>,
    /// Lowest version of each of [`OLD_BEFORE`].
    versions: [Option<i16>; 2],
}

impl Habits {
    /// A request came.
    pub fn note(&mut self, asked: &Asked, version: i16) {
        match asked {
            Asked::Produce(produce) => {
                self.version(0, version);
                self.produces(produce);
            }
            Asked::Fetch(fetch) => {
                self.version(1, version);
                self.max_wait_ms = fetch.max_wait_ms;
            }
            Asked::Join { group, session_timeout_ms, consumer } => {
                self.session_timeout_ms = Some(*session_timeout_ms);
                self.classic = consumer.then(|| group.clone());
            }
            Asked::ConsumerHeartbeat { .. } => self.classic = None,
            _ => {}
        }
    }

    fn version(&mut self, index: usize, version: i16) {
        let lowest = &mut self.versions[index];
        *lowest = Some(lowest.map_or(version, |lowest| lowest.min(version)));
    }

    fn produces(&mut self, produce: &AskedProduce) {
        self.acks = Some(produce.acks);
        for part in &produce.parts {
            let Some(header) = &part.header else { continue };
            self.batches += 1;
            self.records += u64::from(part.records);
            self.not_idempotent += u64::from(header.producer_id < 0);
            if header.compression().is_ok_and(|compression| compression == Compression::None) {
                self.uncompressed += 1;
                self.uncompressed_bytes += u64::from(part.bytes);
            }
        }
    }

    /// What deserves a second thought.
    pub fn advice(&self, recently: Recently) -> Vec<Advice> {
        let mut advice = Vec::new();
        match self.acks {
            Some(0) => advice.push(Advice::AcksNone),
            Some(1) => advice.push(Advice::AcksLeader),
            _ => {}
        }
        if self.not_idempotent > 0 {
            advice.push(Advice::NotIdempotent);
        }
        let records_per_batch = self.records as f64 / self.batches.max(1) as f64;
        if self.batches >= BATCHES_BEFORE
            && records_per_batch < FEW_RECORDS
            && recently.batches >= MANY_BATCHES_PER_SECOND
        {
            advice.push(Advice::TinyBatches { records_per_batch, batches_per_second: recently.batches });
        }
        let bytes_per_batch = self.uncompressed_bytes / self.uncompressed.max(1);
        if self.uncompressed >= LARGE_BATCHES_BEFORE && bytes_per_batch >= LARGE_BATCH_BYTES {
            advice.push(Advice::NotCompressed { bytes_per_batch });
        }
        if recently.commits >= MANY_COMMITS_PER_SECOND {
            advice.push(Advice::CommitsOften { per_second: recently.commits });
        }
        if recently.empty >= MANY_EMPTY_PER_SECOND {
            advice.push(Advice::BusyPolling { empty_per_second: recently.empty, max_wait_ms: self.max_wait_ms });
        }
        if let Some(session_timeout_ms) = self.session_timeout_ms.filter(|millis| *millis < SHORT_SESSION_MS) {
            advice.push(Advice::ShortSession { session_timeout_ms });
        }
        if let Some(group) = &self.classic
            && apis::served(ApiKey::ConsumerGroupHeartbeat).is_some()
        {
            advice.push(Advice::ClassicProtocol { group: group.clone() });
        }
        for ((api, key, old_before), version) in OLD_BEFORE.into_iter().zip(self.versions) {
            if let Some(version) = version.filter(|version| *version < old_before) {
                let newest = apis::served(key).map_or(version, |row| row.max);
                advice.push(Advice::OldVersion { api, version, newest });
            }
        }
        advice
    }
}
