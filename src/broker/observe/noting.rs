//! Notes one request: looks at it when it comes and at the answer when it goes.

use std::sync::Arc;

use kafka_protocol::messages::{ApiKey, ProduceRequest, RequestKind, ResponseKind};

use super::{
    ConnectionState, Observer, RequestId, RequestView, Said, Who,
    asked::{self, Asked, AskedBatch},
    book::Moment,
    detail::Detail,
    errors, names, nothing_but_waited,
    requests::Entry,
    said::PARTS_MAX,
    told::Told,
    tree,
};
use crate::broker::{CallContext, topics::Topics};

/// A request between its coming and its answer.
pub struct Noting {
    /// 0 until it is answered.
    pub id: RequestId,
    pub came: Moment,
    pub who: Arc<Who>,
    pub connection: Option<Arc<ConnectionState>>,
    pub version: i16,
    api_key: i16,
    api: &'static str,
    request_bytes: Option<u32>,
    pub asked: Asked,
    printed: Option<(Box<str>, bool)>,
}

impl Observer {
    /// A request came.
    pub fn came(
        &self,
        topics: &Topics,
        context: &CallContext,
        version: i16,
        request: &RequestKind,
        request_bytes: Option<u32>,
    ) -> Noting {
        let asked = asked::look(topics, version, request);
        let printed = asked::may_be_printed(request).then(|| tree::print(request));
        self.noting(context, names::api(request), version, (asked, printed), request_bytes)
    }

    /// A Produce came that is not wrapped into a kind.
    pub fn produce_came(
        &self,
        topics: &Topics,
        context: &CallContext,
        version: i16,
        request: &ProduceRequest,
        request_bytes: Option<u32>,
    ) -> Noting {
        let asked = Asked::Produce(asked::produce(topics, version, request));
        self.noting(context, (ApiKey::Produce as i16, "Produce"), version, (asked, None), request_bytes)
    }

    fn noting(
        &self,
        context: &CallContext,
        (api_key, api): (i16, &'static str),
        version: i16,
        (asked, printed): (Asked, Option<(Box<str>, bool)>),
        request_bytes: Option<u32>,
    ) -> Noting {
        let came = self.moment();
        let at = came.at;
        let connection = context.connection.clone();
        let who = match &connection {
            Some(connection) => {
                let mut seen = connection.seen.lock();
                if let Asked::Library { name, version } = &asked {
                    seen.library(name, version);
                }
                let bytes = request_bytes.map_or_else(|| asked.record_bytes(), u64::from);
                seen.came(at, bytes);
                seen.habits.note(&asked, version);
                seen.counted(at, &asked);
                seen.introduce(&context.client_id)
            }
            None => Arc::new(Who::of_call(context)),
        };
        Noting { id: 0, came, who, connection, version, api_key, api, request_bytes, asked, printed }
    }

    /// A request was answered, and `told` on its way what the answer does not say.
    pub fn went(&self, topics: &Topics, mut noting: Noting, response: &ResponseKind, told: &Told) -> RequestId {
        // Numbered in the order of the answers, so that who asks for what is new misses none that waited.
        noting.id = self.next_request();
        let went = self.moment();
        let took_micros = went.micros.saturating_sub(noting.came.micros);
        let waited_micros = told.waited_micros.min(took_micros);
        let errors = errors::errors(response);
        let said = self.take_in(topics, &noting, response, went, told);
        if let Some(connection) = &noting.connection {
            let now = went.at;
            let mut seen = connection.seen.lock();
            if let Some(errors) = errors.filter(|errors| !errors.is_routine()) {
                seen.failed(now, errors.first);
            }
            seen.went(now, nothing_but_waited(&said, waited_micros), is_empty(&said));
            if noting.request_bytes.is_none()
                && let Said::Fetch { bytes, .. } = &said
            {
                seen.sent(now, *bytes);
            }
        }
        let detail = detail(&noting.asked, noting.printed, response);
        let view = RequestView {
            id: noting.id,
            at: noting.came.at,
            who: noting.who,
            api_key: noting.api_key,
            api: noting.api,
            version: noting.version,
            request_bytes: noting.request_bytes,
            response_bytes: None,
            took_micros,
            waited_micros,
            errors,
            message: errors.and_then(|_| errors::message(response)),
            said,
        };
        self.requests.push(Entry { view, detail });
        noting.id
    }
}

/// A Fetch that came back without records.
fn is_empty(said: &Said) -> bool {
    matches!(said, Said::Fetch { records: 0, .. })
}

/// What is kept to open the request.
fn detail(asked: &Asked, printed: Option<(Box<str>, bool)>, response: &ResponseKind) -> Detail {
    match (asked, printed) {
        (Asked::Produce(asked), _) => Detail::Produce {
            timeout_ms: asked.timeout_ms,
            transactional_id: asked.transactional_id.clone(),
            batches: asked.parts.iter().take(PARTS_MAX).map(AskedBatch::facts).collect(),
        },
        (Asked::Fetch(asked), _) => {
            let mut fetch = *asked;
            if let ResponseKind::Fetch(response) = response {
                let partitions = response.responses.iter().map(|topic| topic.partitions.len()).sum::<usize>();
                fetch.answered_session_id = response.session_id;
                fetch.answered_error = response.error_code;
                fetch.answered_partitions = u32::try_from(partitions).unwrap_or(u32::MAX);
            }
            Detail::Fetch(fetch)
        }
        (_, None) => Detail::Nothing,
        (_, Some((request, cut))) if asked::answer_may_be_printed(response) => {
            let (response, response_cut) = tree::print(response);
            Detail::Printed { request, response, cut: cut || response_cut }
        }
        (_, Some((request, cut))) => Detail::Printed { request, response: "".into(), cut },
    }
}
