//! What is kept to open a request, and its fields.
//!
//! Of Produce and Fetch, which come by the thousands and hold records, only numbers are kept and put into fields when
//! somebody looks; all others are small and rare enough to be printed when they come.

use std::{fmt::Display, sync::Arc};

use super::{BatchFactsSeen, Field, RequestView, Said, tree};

/// What is kept to open a request.
#[derive(Default, Clone)]
pub enum Detail {
    #[default]
    Nothing,
    /// As the protocol crate prints request and answer.
    Printed {
        request: Box<str>,
        response: Box<str>,
        cut: bool,
    },
    Produce {
        timeout_ms: i32,
        transactional_id: Option<Arc<str>>,
        batches: Box<[Option<BatchFactsSeen>]>,
    },
    Fetch(FetchDetail),
}

/// The numbers of a Fetch.
#[derive(Debug, Clone, Copy)]
pub struct FetchDetail {
    pub max_wait_ms: i32,
    pub min_bytes: i32,
    pub max_bytes: i32,
    /// 1: read_committed.
    pub isolation_level: i8,
    pub session_id: i32,
    pub session_epoch: i32,
    /// Partitions that the request names; with a session only those that changed.
    pub partitions: u32,
    /// Partitions that a session is to forget.
    pub forgotten: u32,
    /// Of the answer.
    pub answered_session_id: i32,
    pub answered_error: i16,
    pub answered_partitions: u32,
}

impl Detail {
    /// Bytes of text that it keeps.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Printed { request, response, .. } => request.len() + response.len(),
            _ => 0,
        }
    }

    /// Fields of request and answer, and whether some were left out.
    pub fn fields(&self, view: &RequestView) -> (Vec<Field>, Vec<Field>, bool) {
        match self {
            Self::Nothing => (Vec::new(), Vec::new(), false),
            Self::Printed { request, response, cut } => (tree::fields(request), tree::fields(response), *cut),
            Self::Produce { timeout_ms, transactional_id, batches } => {
                produce(view, *timeout_ms, transactional_id.as_deref(), batches)
            }
            Self::Fetch(fetch) => of_fetch(view, fetch),
        }
    }
}

fn field(name: &str, value: impl Display) -> Field {
    Field { name: name.to_owned(), value: value.to_string(), fields: Vec::new() }
}

fn within(name: &str, fields: Vec<Field>) -> Field {
    Field { name: name.to_owned(), value: String::new(), fields }
}

fn produce(
    view: &RequestView,
    timeout_ms: i32,
    transactional_id: Option<&str>,
    batches: &[Option<BatchFactsSeen>],
) -> (Vec<Field>, Vec<Field>, bool) {
    let Said::Produce { acks, parts, partitions, .. } = &view.said else { return Default::default() };
    let mut request = vec![field("acks", acks), field("timeout_ms", timeout_ms)];
    if let Some(id) = transactional_id {
        request.push(field("transactional_id", id));
    }
    let mut response = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        let name = format!("{}-{}", part.topic, part.partition);
        let mut fields = vec![field("records", part.records), field("size_bytes", part.bytes)];
        if let Some(Some(batch)) = batches.get(index) {
            fields.push(field("compression", format!("{:?}", batch.compression).to_lowercase()));
            fields.push(field("producer_id", batch.producer_id));
            fields.push(field("producer_epoch", batch.producer_epoch));
            fields.push(field("base_sequence", batch.base_sequence));
            fields.push(field("transactional", batch.transactional));
        }
        request.push(within(&name, fields));
        response.push(within(&name, vec![field("error_code", part.error), field("base_offset", part.base_offset)]));
    }
    (request, response, parts.len() < *partitions as usize)
}

fn of_fetch(view: &RequestView, fetch: &FetchDetail) -> (Vec<Field>, Vec<Field>, bool) {
    let isolation = if fetch.isolation_level == 1 { "1 (read_committed)" } else { "0 (read_uncommitted)" };
    let request = vec![
        field("max_wait_ms", fetch.max_wait_ms),
        field("min_bytes", fetch.min_bytes),
        field("max_bytes", fetch.max_bytes),
        field("isolation_level", isolation),
        field("session_id", fetch.session_id),
        field("session_epoch", fetch.session_epoch),
        field("partitions", fetch.partitions),
        field("forgotten_partitions", fetch.forgotten),
    ];
    let mut response = vec![
        field("error_code", fetch.answered_error),
        field("session_id", fetch.answered_session_id),
        field("partitions", fetch.answered_partitions),
    ];
    let Said::Fetch { parts, partitions, .. } = &view.said else { return (request, response, false) };
    for part in parts {
        let fields =
            vec![field("fetch_offset", part.from), field("records", part.records), field("size_bytes", part.bytes)];
        response.push(within(&format!("{}-{}", part.topic, part.partition), fields));
    }
    (request, response, parts.len() < *partitions as usize)
}
