//! The list of connections.

use std::sync::Arc;

use super::{ClientState, ConnectionState, ConnectionView, Observer, Origin};
use crate::model::TimestampMillis;

/// A connection without a request for that long is idle.
const IDLE_AFTER_MILLIS: i64 = 30_000;
/// An error shows for that long.
const ERRING_MILLIS: i64 = 10_000;

impl Observer {
    /// Open connections by id, those of the window itself only if asked for.
    pub fn list(&self, window_too: bool) -> Vec<ConnectionView> {
        let connections: Vec<Arc<ConnectionState>> = self.connections.lock().clone();
        let now = self.now();
        let shown = connections.iter().filter(|one| window_too || one.origin != Origin::Window);
        shown.map(|one| self.view(one, now)).collect()
    }

    pub(super) fn view(&self, connection: &ConnectionState, now: TimestampMillis) -> ConnectionView {
        let reads_for = self.reads_for(connection);
        let seen = connection.seen.lock();
        let rates = seen.rates(connection.since, now);
        let groups = reads_for.iter().map(|(member, same)| member.view(*same)).collect();
        ConnectionView {
            who: seen.who.clone(),
            since: connection.since,
            closed_at: None,
            last_active: seen.last_active,
            requests: seen.requests,
            errors: seen.errors,
            bytes_in: seen.bytes_in,
            bytes_out: seen.bytes_out,
            requests_per_second: rates.requests,
            working_per_second: rates.working,
            bytes_in_per_second: rates.bytes_in,
            bytes_out_per_second: rates.bytes_out,
            last_error: seen.last_error,
            writes: seen.writes.newest_first(),
            reads: seen.reads.newest_first(),
            groups,
            state: match seen.last_error {
                Some((code, at)) if now - at < ERRING_MILLIS => ClientState::Erring { code },
                _ if now - seen.last_active > IDLE_AFTER_MILLIS => ClientState::Idle,
                _ => ClientState::Healthy,
            },
            advice: seen.habits.advice(seen.recently(connection.since, now)),
        }
    }
}
