//! Fetch: batches from an offset, at once or when there are some (long poll), all that was asked for or, inside a
//! session, what is new (KIP-227).
//!
//! In reading order: `wanted` (a partition that is asked for and where it is), `sessions` (what a client need not say
//! again), `read` (from memory or disk, within the limits), `reply`.

mod read;
mod reply;
mod sessions;
mod wanted;

use std::{pin::Pin, sync::Arc, time::Duration};

use futures_util::future::select_all;
use kafka_protocol::{
    ResponseError,
    messages::{FetchRequest, FetchResponse},
};
use tokio::time::{Instant, timeout_at};

use self::{
    read::{Limits, Outcome, read_all},
    sessions::Begun,
    wanted::Wanted,
};
use crate::broker::{inner::Inner, observe, topics::Topic};

pub use self::sessions::FetchSessions;

/// First version that names topics by id.
const BY_ID_FROM: i16 = 13;
/// Longest that an answer is held back.
const WAIT_MS_MAX: i32 = 60_000;

pub async fn answer(broker: &Arc<Inner>, version: i16, request: FetchRequest) -> FetchResponse {
    let by_id = version >= BY_ID_FROM;
    let Some(limits) = Limits::of(&request) else {
        return FetchResponse::default().with_error_code(ResponseError::InvalidRequest.code());
    };
    let now = broker.options.clock.now();
    let begun = match broker.fetch_sessions.begin(&broker.topics, &request, by_id, now) {
        Ok(begun) => begun,
        Err(error) => return FetchResponse::default().with_error_code(error.code()),
    };
    let wanted = match &begun {
        Begun::Full { .. } => wanted::all_of(&broker.topics, &request, by_id),
        Begun::Incremental { wanted, .. } => wanted.clone(),
    };
    let wait = Duration::from_millis(u64::from(request.max_wait_ms.clamp(0, WAIT_MS_MAX).unsigned_abs()));
    let outcomes = read_or_wait(broker, &wanted, &limits, wait).await;
    for (wanted, outcome) in wanted.iter().zip(&outcomes) {
        outcome.tally(wanted);
    }
    match begun {
        Begun::Full { with_session } => {
            let session_id =
                if with_session { broker.fetch_sessions.create(by_id, &wanted, &outcomes, now) } else { 0 };
            reply::reply(wanted.iter().zip(outcomes), version).with_session_id(session_id)
        }
        Begun::Incremental { session, .. } => {
            let news = session.note(&wanted, &outcomes);
            let new = wanted.iter().zip(outcomes).zip(news).filter(|(_, new)| *new).map(|(one, _)| one);
            reply::reply(new, version).with_session_id(session.id)
        }
    }
}

/// Reads at once if there is enough to read, otherwise when there is, or when the time is over.
async fn read_or_wait(broker: &Arc<Inner>, wanted: &[Wanted], limits: &Limits, wait: Duration) -> Vec<Outcome> {
    let mut outcomes = read_all(broker, wanted, limits).await;
    if wait.is_zero() || limits.satisfied(&outcomes) {
        return outcomes;
    }
    let bells = bells(wanted);
    if bells.is_empty() {
        return outcomes;
    }
    let deadline = Instant::now() + wait;
    loop {
        // Registered before looking: an append between the look and the waiting must not be missed.
        let mut rings: Vec<Pin<Box<_>>> = bells.iter().map(|topic| Box::pin(topic.changed.notified())).collect();
        for ring in &mut rings {
            ring.as_mut().enable();
        }
        let ring = timeout_at(deadline, select_all(rings));
        if !limits.may_be_satisfied(wanted, &outcomes) && observe::wait(ring).await.is_ok() {
            // Something was appended, perhaps not here and perhaps not enough.
            if !limits.may_be_satisfied(wanted, &outcomes) {
                continue;
            }
        }
        outcomes = read_all(broker, wanted, limits).await;
        if limits.satisfied(&outcomes) || Instant::now() >= deadline {
            return outcomes;
        }
    }
}

/// The topics that ring when something is appended, each once.
fn bells(wanted: &[Wanted]) -> Vec<&Topic> {
    let mut bells: Vec<&Topic> = Vec::new();
    for place in wanted.iter().filter_map(|wanted| wanted.place.as_ref().ok()) {
        // Partitions of a topic stand side by side, as a rule.
        if bells.last().is_none_or(|last| last.id != place.topic.id) && bells.iter().all(|t| t.id != place.topic.id) {
            bells.push(&place.topic);
        }
    }
    bells
}
