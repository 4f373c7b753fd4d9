//! The newest requests, in rings of fixed length.

use std::{collections::VecDeque, sync::Arc};

use parking_lot::Mutex;

use super::{Origin, RequestDetail, RequestFilter, RequestId, RequestView, Who, detail::Detail};

/// Requests kept of clients.
pub const REQUESTS_KEPT_MAX: usize = 10_000;
/// Requests kept of the window itself, which must not push out those of the clients.
pub const WINDOW_REQUESTS_KEPT_MAX: usize = 1_000;
/// Requests with errors that are kept beyond the newest ones: a flood of good ones must not push them out.
pub const FAILED_KEPT_MAX: usize = 1_000;
/// How far back a request is looked for whose answer was just written.
const ANSWERED_LOOK_BACK: usize = 1_024;
/// How many places around its own a request is looked for.
const PLACES_AROUND: usize = 64;
/// Fields of requests and answers that are kept, in bytes of text.
const DETAIL_BYTES_MAX: usize = 4 * 1024 * 1024;

/// The newest requests.
#[derive(Default)]
pub struct RequestLog(Mutex<Rings>);

#[derive(Default)]
struct Rings {
    clients: VecDeque<Entry>,
    window: VecDeque<Entry>,
    failed: VecDeque<Entry>,
    /// Requests that still have details, oldest first, with the size of these.
    detailed: VecDeque<(RequestId, usize)>,
    detail_bytes: usize,
}

/// A request with what is needed to open it.
pub struct Entry {
    pub view: RequestView,
    pub detail: Detail,
}

impl RequestLog {
    /// Takes in a request that was answered.
    pub fn push(&self, entry: Entry) {
        let mut rings = self.0.lock();
        let bytes = entry.detail.bytes();
        if bytes > 0 {
            rings.detailed.push_back((entry.view.id, bytes));
            rings.detail_bytes += bytes;
            rings.forget_details();
        }
        if entry.view.who.origin == Origin::Window {
            push(&mut rings.window, entry, WINDOW_REQUESTS_KEPT_MAX);
        } else if let Some(old) = push(&mut rings.clients, entry, REQUESTS_KEPT_MAX)
            && old.view.errors.is_some_and(|errors| !errors.is_routine())
        {
            push(&mut rings.failed, old, FAILED_KEPT_MAX);
        }
    }

    /// The answer of a request was written.
    pub fn answered(&self, id: RequestId, response_bytes: u32) {
        let mut rings = self.0.lock();
        let mut newest = rings.clients.iter_mut().rev().take(ANSWERED_LOOK_BACK);
        if let Some(entry) = newest.find(|entry| entry.view.id == id) {
            entry.view.response_bytes = Some(response_bytes);
        }
    }

    /// Requests with an id above `after` that pass the filter, newest first, at most `limit`.
    pub fn list(&self, after: RequestId, filter: &RequestFilter, limit: usize) -> Vec<RequestView> {
        let mut client = ClientFilter { wanted: filter.client.to_lowercase(), known: Vec::new() };
        let rings = self.0.lock();
        let mut found: Vec<RequestView> = Vec::new();
        let rings = [Some(&rings.clients), Some(&rings.failed), filter.window_too.then_some(&rings.window)];
        for ring in rings.into_iter().flatten() {
            // Ids go up by and large, but who came first is not always answered first.
            let newer = ring.iter().rev().filter(|entry| entry.view.id > after);
            let wanted = newer.map(|entry| &entry.view).filter(|view| filter.takes(view) && client.takes(&view.who));
            found.extend(wanted.take(limit).cloned());
        }
        found.sort_unstable_by_key(|view| std::cmp::Reverse(view.id));
        found.truncate(limit);
        found
    }

    /// Opens a request.
    pub fn open(&self, id: RequestId) -> Option<RequestDetail> {
        let (view, detail) = {
            let mut rings = self.0.lock();
            let entry = rings.find(id)?;
            (entry.view.clone(), entry.detail.clone())
        };
        let (request, response, cut) = detail.fields(&view);
        Some(RequestDetail { view, request, response, cut })
    }
}

fn push(ring: &mut VecDeque<Entry>, entry: Entry, most: usize) -> Option<Entry> {
    let old = if ring.len() >= most { ring.pop_front() } else { None };
    ring.push_back(entry);
    old
}

impl Rings {
    fn find(&mut self, id: RequestId) -> Option<&mut Entry> {
        let Self { clients, window, failed, .. } = self;
        // The newest is what is asked for most.
        [clients, window, failed].into_iter().find_map(|ring| ring.iter_mut().rev().find(|entry| entry.view.id == id))
    }

    fn forget_details(&mut self) {
        while self.detail_bytes > DETAIL_BYTES_MAX
            && let Some((id, bytes)) = self.detailed.pop_front()
        {
            self.detail_bytes -= bytes;
            // One that is not where it should be has been dropped, or was answered so late that it lies far from its place:
            // then its detail goes with it. Looking through everything would cost each request that comes.
            let rings = [&mut self.clients, &mut self.window, &mut self.failed];
            if let Some(entry) = rings.into_iter().find_map(|ring| find_near(ring, id)) {
                entry.detail = Detail::Nothing;
            }
        }
    }
}

/// Looks around the place where a request should be, as ids go up by and large.
fn find_near(ring: &mut VecDeque<Entry>, id: RequestId) -> Option<&mut Entry> {
    let place = ring.partition_point(|entry| entry.view.id < id);
    let end = ring.len().min(place + PLACES_AROUND);
    ring.range_mut(place.saturating_sub(PLACES_AROUND)..end).find(|entry| entry.view.id == id)
}

impl RequestFilter {
    fn takes(&self, view: &RequestView) -> bool {
        self.connection.is_none_or(|id| view.who.connection == id)
            && self.api.is_none_or(|key| view.api_key == key)
            && (!self.errors_only || view.errors.is_some())
    }
}

/// Looks at each client once: the log is locked meanwhile, and thousands of requests come from a few.
struct ClientFilter {
    wanted: String,
    known: Vec<(Arc<Who>, bool)>,
}

impl ClientFilter {
    fn takes(&mut self, who: &Arc<Who>) -> bool {
        if self.wanted.is_empty() {
            return true;
        }
        if let Some((_, takes)) = self.known.iter().rev().find(|(known, _)| Arc::ptr_eq(known, who)) {
            return *takes;
        }
        let takes = who.client_id.to_lowercase().contains(&self.wanted);
        self.known.push((who.clone(), takes));
        takes
    }
}
