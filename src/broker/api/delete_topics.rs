//! DeleteTopics: by name, from version 6 on also by id.

use std::{collections::HashMap, sync::Arc};

use kafka_protocol::{
    ResponseError,
    messages::{
        DeleteTopicsRequest, DeleteTopicsResponse, TopicName, delete_topics_request::DeleteTopicState,
        delete_topics_response::DeletableTopicResult,
    },
};
use uuid::Uuid;

use super::{Fault, find_topic, text};
use crate::broker::{inner::Inner, topics::Topic};

pub async fn answer(broker: &Arc<Inner>, version: i16, request: DeleteTopicsRequest) -> DeleteTopicsResponse {
    let names = request.topic_names.into_iter();
    let asked: Vec<_> =
        names.map(|name| DeleteTopicState::default().with_name(Some(name))).chain(request.topics).collect();
    let mut times = HashMap::<(Option<TopicName>, Uuid), usize>::new();
    for one in &asked {
        *times.entry((one.name.clone(), one.topic_id)).or_default() += 1;
    }
    let mut results = Vec::with_capacity(times.len());
    for asked in asked {
        // Who is named more than once is answered once.
        let Some(times) = times.remove(&(asked.name.clone(), asked.topic_id)) else { continue };
        if let Err(fault) = check(&asked, times) {
            results.push(result(asked.name, asked.topic_id, Err(fault), version));
            continue;
        }
        let name = asked.name.clone().unwrap_or_default();
        let found = find_topic(broker, &name, asked.topic_id, asked.name.is_none());
        let outcome = match &found {
            Ok(topic) => delete(broker, topic).await,
            Err(fault) => Err(fault.clone()),
        };
        let name = found.as_ref().ok().map(|topic| TopicName(text(&topic.name))).or(asked.name);
        let id = found.as_ref().map_or(asked.topic_id, |topic| topic.id);
        results.push(result(name, id, outcome, version));
    }
    DeleteTopicsResponse::default().with_responses(results)
}

fn check(asked: &DeleteTopicState, times: usize) -> Result<(), Fault> {
    let message = match (&asked.name, asked.topic_id.is_nil()) {
        (Some(_), false) => "a topic is given by name or by id, not by both",
        (None, true) => "a topic is given by name or by id, here is neither",
        _ if times > 1 => "the topic is in the request more than once",
        _ => return Ok(()),
    };
    Err(Fault::new(ResponseError::InvalidRequest, message))
}

async fn delete(broker: &Arc<Inner>, topic: &Arc<Topic>) -> Result<(), Fault> {
    broker.topics.delete(&broker.meta, topic).await?;
    broker.coordinator.forget_topic(&topic.name);
    broker.observer.book.forget_topic(topic.id);
    broker.shares.forget_topic(topic.id);
    Ok(())
}

fn result(name: Option<TopicName>, id: Uuid, outcome: Result<(), Fault>, version: i16) -> DeletableTopicResult {
    let mut result = DeletableTopicResult::default().with_name(name).with_error_message(None);
    if version >= 6 {
        result.topic_id = id;
    }
    if let Err(fault) = outcome {
        result.error_code = fault.code();
        if version >= 5 {
            result.error_message = fault.text();
        }
    }
    result
}
