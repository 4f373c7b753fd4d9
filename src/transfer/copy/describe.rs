//! Asks both sides for what a plan is made of; changes nothing.

use std::{collections::HashMap, sync::Arc};

use kafka_protocol::ResponseError;

use super::{
    mark::{Mark, group_of},
    patience::Patience,
    plan::{Facts, SourcePartition, SourceTopic, TargetTopic, TopicPair, own_settings, replicas_for},
    slice::Slice,
};
use crate::client::{Client, ClientError, NewTopic, OffsetSpec, TopicInfo};
use crate::model::TopicPartition;
use crate::transfer::{Cancel, TransferError, ends};

/// What is known of the topics (name at the source, name at the target) on both sides.
///
/// # Errors
/// When a cluster does not answer; a topic that is missing is told by the plan.
pub async fn describe(
    source: &Client,
    target: &Client,
    topics: &[(String, String)],
    slice: &Slice,
    cancel: &Cancel,
) -> Result<Facts, TransferError> {
    Patience::brief(cancel).ask(|| describe_once(source, target, topics, slice)).await
}

async fn describe_once(
    source: &Client,
    target: &Client,
    topics: &[(String, String)],
    slice: &Slice,
) -> Result<Facts, TransferError> {
    let (here, there) = (source.cluster().await?, target.cluster().await?);
    // Without an id two clusters cannot be told apart, and marks of both would be one.
    let id = here.cluster_id.clone().unwrap_or_else(|| "unnamed".to_owned());
    let group = group_of(&id);
    let marks = marks(target, &group).await?;
    let mut facts = Facts {
        brokers: there.nodes.len(),
        same_cluster: here.cluster_id.is_some() && here.cluster_id == there.cluster_id,
        group,
        slice: slice.number(),
        ..Facts::default()
    };
    for (name, name_there) in topics {
        let at_source = match found(source.topic(name).await)? {
            Some(info) => Some(source_topic(source, info, slice).await?),
            None => None,
        };
        let at_target = match found(target.topic(name_there).await)? {
            Some(info) => Some(target_topic(target, info, &marks).await?),
            None => None,
        };
        let mut pair = TopicPair {
            source: name.as_str().into(),
            target: name_there.as_str().into(),
            at_source,
            at_target,
            settings_refused: Vec::new(),
            create_refused: None,
        };
        try_to_make(target, &mut pair, facts.brokers).await?;
        facts.topics.push(pair);
    }
    facts.groups = groups_in(source, &facts).await?;
    Ok(facts)
}

async fn marks(target: &Client, group: &str) -> Result<HashMap<TopicPartition, Mark>, ClientError> {
    let committed = target.committed(group).await?;
    Ok(committed.into_iter().filter_map(|(tp, at)| Some((tp, Mark::read(&at.metadata)?))).collect())
}

fn found(answer: Result<TopicInfo, ClientError>) -> Result<Option<TopicInfo>, ClientError> {
    match answer {
        Ok(info) => Ok(Some(info)),
        Err(error) if error.code() == Some(ResponseError::UnknownTopicOrPartition) => Ok(None),
        Err(error) => Err(error),
    }
}

fn partitions(info: &TopicInfo) -> Vec<TopicPartition> {
    info.partitions.iter().map(|p| TopicPartition::new(Arc::clone(&info.name), p.id)).collect()
}

async fn source_topic(client: &Client, info: TopicInfo, slice: &Slice) -> Result<SourceTopic, TransferError> {
    let all = partitions(&info);
    let stable = client.offsets(all.iter().map(|tp| (tp.clone(), OffsetSpec::LastStable)).collect()).await?;
    let mut known = Vec::with_capacity(all.len());
    for ((tp, ends), (_, stable)) in all.iter().zip(ends(client, &all).await?).zip(stable) {
        let (start, end) = ends?;
        let stable = stable?.offset.unwrap_or(end).clamp(start, end.max(start));
        let from = slice.start(client, tp, start, stable).await?;
        known.push(SourcePartition { id: tp.partition, start, from, stable, end });
    }
    let configs = client.readable_topic_configs(&info.name).await?;
    Ok(SourceTopic { id: info.id, internal: info.internal, partitions: known, configs })
}

async fn target_topic(
    client: &Client,
    info: TopicInfo,
    marks: &HashMap<TopicPartition, Mark>,
) -> Result<TargetTopic, TransferError> {
    let all = partitions(&info);
    let mut known = Vec::with_capacity(all.len());
    for (tp, ends) in all.iter().zip(ends(client, &all).await?) {
        let (start, end) = ends?;
        known.push((tp.partition, start, end, marks.get(tp).cloned()));
    }
    let configs = client.readable_topic_configs(&info.name).await?;
    Ok(TargetTopic { id: info.id, partitions: known, configs })
}

/// Asks the target whether it would make the topic, and if not, which settings it does not take.
async fn try_to_make(target: &Client, pair: &mut TopicPair, brokers: usize) -> Result<(), TransferError> {
    let (Some(source), None) = (&pair.at_source, &pair.at_target) else { return Ok(()) };
    let partitions = i32::try_from(source.partitions.len()).unwrap_or(i32::MAX);
    let bare = NewTopic::new(&*pair.target, partitions);
    let own: Vec<_> = own_settings(source).collect();
    let whole = own.iter().fold(bare.clone(), |topic, (name, value)| topic.with_config(*name, *value));
    let replicas = Some(replicas_for(brokers));
    if target.create_topic_with(&whole, replicas, true).await.is_ok() {
        return Ok(());
    }
    if let Err(error) = target.create_topic_with(&bare, replicas, true).await {
        pair.create_refused = Some(format!("{} ({})", error.why(), error.name()));
        return Ok(());
    }
    for (name, value) in own {
        let one = bare.clone().with_config(name, value);
        if let Err(error) = target.create_topic_with(&one, replicas, true).await {
            if error.code().is_none() {
                return Err(error.into());
            }
            pair.settings_refused.push(name.to_owned());
        }
    }
    Ok(())
}

/// Groups that stand somewhere in the topics.
async fn groups_in(source: &Client, facts: &Facts) -> Result<Vec<String>, ClientError> {
    let mut names = Vec::new();
    for group in super::groups::candidates(source).await? {
        let places = group.places(source).await?;
        if places.iter().any(|(tp, ..)| facts.topics.iter().any(|pair| pair.source == tp.topic)) {
            names.push(group.id);
        }
    }
    Ok(names)
}
