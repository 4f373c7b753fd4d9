//! The live list of requests that a window looks at: filtered, bounded, held still on demand.
//!
//! The broker keeps the newest requests; a [`RequestLog`] takes what is new a few times a second, keeps what matches its
//! [`RequestQuery`], and wakes the window only when a row came. Dropping it ends that.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use parking_lot::Mutex;
use tokio::{sync::Notify, task::AbortHandle};

use super::{Session, programs::Program};
use crate::broker::Inspector;

/// What the broker tells of a request.
pub use super::clients::{
    CommitPart, FetchPart, Field, ProducePart, REQUESTS_KEPT_MAX, RequestDetail, RequestErrors, RequestFilter,
    RequestId, RequestView, Said,
};

/// How often the list asks for what is new.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// What to show.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RequestQuery {
    /// Words as they were typed: each has to be found; `client:`, `api:`, `group:`, `topic:` say where.
    pub text: String,
    /// Key of the API; `None`: any.
    pub api: Option<i16>,
    pub errors_only: bool,
    /// Also what the window itself asks, and its own consumers.
    pub own_too: bool,
    /// Only these connections; `None`: any.
    pub connections: Option<Vec<u64>>,
}

/// A live list of requests. Newest last.
pub struct RequestLog {
    shared: Arc<Shared>,
    task: AbortHandle,
}

/// What the list holds at one moment; newest last.
#[derive(Default)]
pub struct RequestRows {
    rows: VecDeque<Arc<RequestView>>,
    /// Came while the list was held.
    waiting: VecDeque<Arc<RequestView>>,
    /// Goes up when the list begins anew for another query.
    pub generation: u64,
    /// Rows added since then, the dropped ones included.
    pub added: u64,
    /// The APIs that were seen, by key.
    pub apis: BTreeMap<i16, &'static str>,
    /// Highest number that was looked at.
    looked_at: RequestId,
}

struct Shared {
    inspector: Arc<dyn Inspector>,
    wake: Arc<dyn Fn() + Send + Sync>,
    query: Mutex<(u64, RequestQuery)>,
    paused: Mutex<bool>,
    rows: Mutex<RequestRows>,
    changed: Notify,
}

impl RequestLog {
    /// A list for this session; `None` where the cluster does not tell of requests.
    pub fn open(session: &Session, wake: Arc<dyn Fn() + Send + Sync>, query: RequestQuery) -> Option<Self> {
        let shared = Arc::new(Shared {
            inspector: session.inspector()?,
            wake,
            query: Mutex::new((1, query)),
            paused: Mutex::new(false),
            rows: Mutex::default(),
            changed: Notify::new(),
        });
        let task = session.handle().spawn(look(Arc::clone(&shared))).abort_handle();
        Some(Self { shared, task })
    }

    /// Asks for something else; the list begins anew.
    pub fn ask(&self, query: RequestQuery) {
        let mut current = self.shared.query.lock();
        if current.1 != query {
            *current = (current.0 + 1, query);
            self.shared.changed.notify_one();
        }
    }

    /// Holds the list still, or lets in what came meanwhile.
    pub fn pause(&self, paused: bool) {
        *self.shared.paused.lock() = paused;
        if !paused {
            self.shared.rows.lock().release();
        }
    }

    pub fn is_paused(&self) -> bool {
        *self.shared.paused.lock()
    }

    /// Reads the list. Keep it short: the list cannot grow meanwhile.
    pub fn read<T>(&self, read: impl FnOnce(&RequestRows) -> T) -> T {
        read(&self.shared.rows.lock())
    }
}

impl Drop for RequestLog {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl RequestRows {
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Came since the list was held.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// The row with that place, the newest being 0.
    pub fn newest(&self, place: usize) -> Option<&Arc<RequestView>> {
        self.rows.get(self.rows.len().checked_sub(place + 1)?)
    }

    /// The place of a request, the newest being 0.
    pub fn place_of(&self, id: RequestId) -> Option<usize> {
        let index = self.rows.binary_search_by_key(&id, |row| row.id).ok()?;
        Some(self.rows.len() - 1 - index)
    }

    /// All rows, newest first.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<RequestView>> {
        self.rows.iter().rev()
    }

    fn begin(&mut self, generation: u64) {
        *self = Self { generation, apis: std::mem::take(&mut self.apis), ..Self::default() };
    }

    fn take(&mut self, came: Vec<RequestView>, query: &RequestQuery, words: &Words, paused: bool) -> bool {
        let mut any = false;
        for view in came {
            self.looked_at = self.looked_at.max(view.id);
            self.apis.entry(view.api_key).or_insert(view.api);
            if !query.matches(&view, words) {
                continue;
            }
            any = true;
            let list = if paused { &mut self.waiting } else { &mut self.rows };
            push_bounded(list, Arc::new(view));
            self.added += u64::from(!paused);
        }
        any
    }

    fn release(&mut self) {
        self.added += self.waiting.len() as u64;
        for row in std::mem::take(&mut self.waiting) {
            push_bounded(&mut self.rows, row);
        }
    }
}

fn push_bounded(list: &mut VecDeque<Arc<RequestView>>, row: Arc<RequestView>) {
    if list.len() == REQUESTS_KEPT_MAX {
        list.pop_front();
    }
    list.push_back(row);
}

/// Takes what is new until the list is dropped.
async fn look(shared: Arc<Shared>) {
    loop {
        let (generation, query) = shared.query.lock().clone();
        let words = Words::of(&query.text);
        let filter = RequestFilter {
            api: query.api,
            errors_only: query.errors_only,
            window_too: query.own_too,
            ..RequestFilter::default()
        };
        let fresh = shared.rows.lock().generation != generation;
        if fresh {
            shared.rows.lock().begin(generation);
        }
        let after = shared.rows.lock().looked_at;
        let mut came = shared.inspector.requests(after, &filter, REQUESTS_KEPT_MAX);
        came.reverse();
        // Another query is answered also while the list is held: only what comes later waits.
        let paused = *shared.paused.lock() && !fresh;
        let came_any = fresh | shared.rows.lock().take(came, &query, &words, paused);
        if came_any {
            (shared.wake)();
        }
        let _ = tokio::time::timeout(LOOK_EVERY, shared.changed.notified()).await;
    }
}

/// The words of a query, in lower case.
#[derive(Debug, Default, PartialEq)]
struct Words(Vec<(Where, String)>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Where {
    Any,
    Client,
    Api,
    Group,
    Topic,
}

impl Words {
    fn of(text: &str) -> Self {
        let words = text.split_whitespace().map(|word| {
            let (field, rest) = match word.split_once(':') {
                Some(("client", rest)) => (Where::Client, rest),
                Some(("api", rest)) => (Where::Api, rest),
                Some(("group", rest)) => (Where::Group, rest),
                Some(("topic", rest)) => (Where::Topic, rest),
                _ => (Where::Any, word),
            };
            (field, rest.to_lowercase())
        });
        Self(words.filter(|(_, rest)| !rest.is_empty()).collect())
    }
}

impl RequestQuery {
    /// The query that shows one client's requests.
    pub fn of_client(client: &Program) -> Vec<u64> {
        client.connections.iter().map(|view| view.who.connection).collect()
    }

    fn matches(&self, view: &RequestView, words: &Words) -> bool {
        if !self.own_too && !view.who.origin.is_outside() {
            return false;
        }
        if self.connections.as_ref().is_some_and(|chosen| !chosen.contains(&view.who.connection)) {
            return false;
        }
        // What belongs to the ordinary course of the protocol is no error to look for.
        if self.errors_only && view.errors.is_none_or(|errors| errors.is_routine()) {
            return false;
        }
        let holds = |text: &str, word: &str| text.to_lowercase().contains(word);
        words.0.iter().all(|(field, word)| {
            let client = || holds(&view.who.client_id, word);
            let api = || holds(view.api, word);
            let group = || group_of(&view.said).is_some_and(|group| holds(group, word));
            let topic = || topics_of(&view.said).iter().any(|topic| holds(topic, word));
            match field {
                Where::Client => client(),
                Where::Api => api(),
                Where::Group => group(),
                Where::Topic => topic(),
                Where::Any => client() || api() || group() || topic(),
            }
        })
    }
}

/// The group that a request is about.
pub fn group_of(said: &Said) -> Option<&str> {
    match said {
        Said::Commit { group, .. }
        | Said::Join { group, .. }
        | Said::Sync { group, .. }
        | Said::Heartbeat { group, .. }
        | Said::Leave { group, .. }
        | Said::Committed { group, .. } => Some(group),
        Said::Groups { names, .. } => names.first().map(|name| &**name),
        _ => None,
    }
}

/// The topics that a request is about, as far as its summary names them.
pub fn topics_of(said: &Said) -> Vec<&str> {
    match said {
        Said::Produce { parts, .. } => parts.iter().map(|part| &*part.topic).collect(),
        Said::Fetch { parts, .. } => parts.iter().map(|part| &*part.topic).collect(),
        Said::Commit { parts, .. } => parts.iter().map(|part| &*part.topic).collect(),
        Said::Sync { got, .. } => got.iter().map(|(topic, _)| &**topic).collect(),
        Said::Topics { names, .. } => names.iter().map(|name| &**name).collect(),
        Said::Partitions { parts, .. } => parts.iter().map(|(topic, _)| &**topic).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::clients::{Origin, Who};

    fn request(id: u64, client: &str, api: &'static str, said: Said) -> RequestView {
        let address = |port| ([127, 0, 0, 1], port).into();
        let origin = Origin::Tcp { peer: address(51_000), listener: address(9_092), encrypted: false };
        RequestView {
            id,
            at: 0,
            who: Arc::new(Who {
                connection: 7,
                client_id: client.into(),
                software: None,
                origin,
                principal: "User:ANONYMOUS".into(),
            }),
            api_key: 8,
            api,
            version: 9,
            request_bytes: None,
            response_bytes: None,
            took_micros: 1,
            waited_micros: 0,
            errors: None,
            message: None,
            said,
        }
    }

    fn finds(text: &str, view: &RequestView) -> bool {
        RequestQuery { text: text.to_owned(), ..RequestQuery::default() }.matches(view, &Words::of(text))
    }

    #[test]
    fn every_word_has_to_be_found_where_it_says() {
        let said = Said::Commit { group: "Billing".into(), parts: Box::default(), partitions: 0 };
        let view = request(1, "order-service", "OffsetCommit", said);
        for text in ["", "client:ORDER", "api:commit group:bill", "billing offset", "client:"] {
            assert!(finds(text, &view), "{text}");
        }
        for text in ["client:billing", "group:order", "topic:orders", "billing fetch"] {
            assert!(!finds(text, &view), "{text}");
        }
    }

    #[test]
    fn a_held_list_stands_still_and_then_takes_what_waited() {
        let mut rows = RequestRows::default();
        let (query, words) = (RequestQuery::default(), Words::default());
        let came = |from: u64, to: u64| (from..to).map(|id| request(id, "a", "Fetch", Said::Nothing)).collect();
        rows.take(came(1, 4), &query, &words, false);
        rows.take(came(4, 6), &query, &words, true);
        assert_eq!((rows.len(), rows.waiting(), rows.added), (3, 2, 3));
        assert_eq!((rows.newest(0).unwrap().id, rows.place_of(1)), (3, Some(2)));
        rows.release();
        assert_eq!((rows.len(), rows.waiting(), rows.added, rows.newest(0).unwrap().id), (5, 0, 5, 5));
    }

    #[test]
    fn only_the_newest_are_kept() {
        let mut rows = RequestRows::default();
        let came = (0..REQUESTS_KEPT_MAX as u64 + 5).map(|id| request(id, "a", "Fetch", Said::Nothing)).collect();
        rows.take(came, &RequestQuery::default(), &Words::default(), false);
        assert_eq!((rows.len(), rows.iter().last().unwrap().id), (REQUESTS_KEPT_MAX, 5));
    }
}
