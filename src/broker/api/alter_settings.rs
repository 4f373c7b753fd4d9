//! What AlterConfigs and IncrementalAlterConfigs share: finding the resource and changing it.

use std::{collections::BTreeMap, sync::Arc};

use kafka_protocol::ResponseError;
use uuid::Uuid;

use super::{Fault, find_topic, group_settings, resources};
use crate::{
    broker::{
        NODE_ID, config::Scope, config::TopicConfig, inner::Inner, settings::SettingsChange, topics::ChangeError,
    },
    model::check_topic_name,
};

/// A resource that is to be changed: its type, its name, and what to change, unless that is refused already.
pub type Wanted<'a> = (i8, &'a str, Result<SettingsChange, Fault>);

/// Changes one resource after the other and tells what became of each; one that is there more than once is refused each
/// time.
pub async fn change_all(broker: &Arc<Inner>, all: Vec<Wanted<'_>>, validate_only: bool) -> Vec<Result<(), Fault>> {
    let mut times = BTreeMap::<(i8, &str), usize>::new();
    for (kind, name, _) in &all {
        *times.entry((*kind, *name)).or_default() += 1;
    }
    let mut outcomes = Vec::with_capacity(all.len());
    for (kind, name, wanted) in all {
        outcomes.push(match wanted {
            _ if times.get(&(kind, name)).is_some_and(|times| *times > 1) => {
                refused("each resource may be in a request only once")
            }
            Ok(wanted) => change(broker, kind, name, wanted, validate_only).await,
            Err(fault) => Err(fault),
        });
    }
    outcomes
}

/// Changes the settings of one resource, all that is asked or nothing.
async fn change(
    broker: &Arc<Inner>,
    kind: i8,
    name: &str,
    change: SettingsChange,
    validate_only: bool,
) -> Result<(), Fault> {
    match kind {
        resources::TOPIC => topic(broker, name, change, validate_only).await,
        resources::BROKER => {
            let scope = scope(name)?;
            Ok(broker.settings.change((&broker.meta, &broker.topics), scope, change, validate_only).await?)
        }
        resources::BROKER_LOGGER => refused("the levels of loggers are chosen with RUST_LOG when Millpond starts"),
        resources::CLIENT_METRICS => refused("subscriptions to the metrics of clients are not kept"),
        resources::GROUP => group_settings::change(broker, name, change, validate_only).await,
        other => refused(&format!("there are no resources of type {other}; topics are 2, brokers 4, groups 32")),
    }
}

async fn topic(broker: &Arc<Inner>, name: &str, change: SettingsChange, validate_only: bool) -> Result<(), Fault> {
    if name.is_empty() {
        return refused("topics have no common default; change the broker's settings (4) instead");
    }
    if let Err(why) = check_topic_name(name) {
        let error = ChangeError::Name { name: name.to_owned(), why };
        return Err(error.into());
    }
    let topic = find_topic(broker, name, Uuid::nil(), false)?;
    let apply = move |config: &TopicConfig| match change {
        SettingsChange::Edit(changes) => config.changed(&changes),
        SettingsChange::Replace(all) => config.replaced(all),
    };
    Ok(broker.topics.configure(&broker.meta, &topic, apply, validate_only).await?)
}

fn scope(name: &str) -> Result<Scope, Fault> {
    if name.is_empty() {
        return Ok(Scope::Cluster);
    }
    match name.parse::<i32>() {
        Ok(NODE_ID) => Ok(Scope::Node),
        Ok(other) => {
            let message = format!("there is no node {other}; the only one is {NODE_ID}");
            Err(Fault::new(ResponseError::InvalidRequest, message))
        }
        Err(_) => Err(Fault::new(ResponseError::InvalidRequest, format!("{name:?} is not the number of a node"))),
    }
}

fn refused<T>(why: &str) -> Result<T, Fault> {
    Err(Fault::new(ResponseError::InvalidRequest, why))
}
