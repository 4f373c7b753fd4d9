//! What ShareFetch and ShareAcknowledge have in common: whose request it is, and the acknowledgements in it.

use std::{collections::BTreeMap, sync::Arc};

use kafka_protocol::ResponseError;
use uuid::Uuid;

use super::Fault;
use crate::{
    broker::{
        CallContext,
        groups::share::AckBatch,
        inner::Inner,
        share::{Caller, Session, Step},
        topics::Topic,
    },
    model::PartitionId,
};

/// A partition in these requests.
pub type Key = (Uuid, PartitionId);
/// Acknowledgements of partitions; those that cannot be meant are refused.
pub type Acks = BTreeMap<Key, Result<Vec<AckBatch>, Fault>>;
/// What became of them.
pub type Acked = BTreeMap<Key, Result<(), Fault>>;

/// Finds the session of a request, or opens one where it may, and counts the request.
pub fn step(
    broker: &Inner,
    context: &CallContext,
    (group, member): (Option<&str>, Option<&str>),
    epoch: i32,
    may_open: bool,
) -> Result<(Arc<Session>, Step), Fault> {
    let invalid = |message: &str| Fault::new(ResponseError::InvalidRequest, message);
    let group = group.filter(|id| !id.is_empty()).ok_or_else(|| invalid("GroupId can't be empty."))?;
    let member = member.filter(|id| !id.is_empty()).ok_or_else(|| invalid("MemberId can't be empty."))?;
    if !broker.coordinator.is_share_group(group) {
        let message = format!("Group {group} is not a share group.");
        return Err(Fault::new(ResponseError::GroupIdNotFound, message));
    }
    let connection = context.connection.as_ref().map(|connection| connection.id);
    let caller = Caller { group, member, client_id: &context.client_id, connection };
    broker.shares.step(caller, epoch, may_open).map_err(|error| {
        let message = match error {
            ResponseError::ShareSessionLimitReached => "there are too many share sessions; try again later",
            ResponseError::InvalidShareSessionEpoch => "the share session epoch is not the next one",
            _ => "the member has no share session; open one with a ShareFetch of session epoch 0",
        };
        Fault::new(error, message)
    })
}

/// Applies acknowledgements by themselves, so that they are stored even if nobody waits for the answer.
pub async fn apply(broker: &Arc<Inner>, session: &Arc<Session>, acks: Acks) -> Acked {
    if acks.is_empty() {
        return Acked::new();
    }
    let (broker, session) = (broker.clone(), session.clone());
    let task = tokio::spawn(async move {
        let mut acked = Acked::new();
        for (key, batches) in acks {
            let outcome = match batches {
                Ok(batches) => one(&broker, &session, key, &batches).await,
                Err(fault) => Err(fault),
            };
            acked.insert(key, outcome);
        }
        acked
    });
    crate::broker::finished(task).await
}

async fn one(broker: &Arc<Inner>, session: &Session, key: Key, batches: &[AckBatch]) -> Result<(), Fault> {
    find(broker, key)?;
    let Some(shared) = broker.shares.find(&session.group, key.0, key.1) else {
        let message = "nothing of the partition was handed out to the group";
        return Err(Fault::new(ResponseError::InvalidRecordState, message));
    };
    let outcome = broker.shares.acknowledge(broker, &shared, session, batches).await;
    outcome.map_err(|(error, message)| Fault::new(error, message))
}

/// The topic of a partition that a request names.
pub fn find(broker: &Inner, (topic, partition): Key) -> Result<Arc<Topic>, Fault> {
    let found = super::find_topic(broker, "", topic, true)?;
    match found.slot(partition) {
        Some(_) => Ok(found),
        None => Err(Fault::unknown_partition(&found, partition)),
    }
}
