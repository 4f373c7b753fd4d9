//! DeleteTopics: by name, from version 6 on also by id.

use std::sync::Arc;

use kafka_protocol::messages::{
    DeleteTopicsRequest, DeleteTopicsResponse, TopicName, delete_topics_request::DeleteTopicState,
    delete_topics_response::DeletableTopicResult,
};

use super::{Fault, find_topic, text};
use crate::broker::{inner::Inner, topics::Topic};

pub async fn answer(broker: &Arc<Inner>, version: i16, request: DeleteTopicsRequest) -> DeleteTopicsResponse {
    let names = request.topic_names.into_iter();
    let asked = names.map(|name| DeleteTopicState::default().with_name(Some(name))).chain(request.topics);
    let mut results = Vec::new();
    for asked in asked {
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

async fn delete(broker: &Arc<Inner>, topic: &Arc<Topic>) -> Result<(), Fault> {
    broker.topics.delete(&broker.meta, topic).await?;
    broker.coordinator.forget_topic(&topic.name);
    broker.observer.book.forget_topic(topic.id);
    Ok(())
}

fn result(name: Option<TopicName>, id: uuid::Uuid, outcome: Result<(), Fault>, version: i16) -> DeletableTopicResult {
    let mut result = DeletableTopicResult::default().with_name(name);
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
