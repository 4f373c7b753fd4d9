//! Acknowledgements: what they say, and what is done about them.

use std::sync::Arc;

use kafka_protocol::ResponseError;

use super::{Session, Shared, Shares, config_of, rules};
use crate::broker::{
    groups::share::{AckBatch, AckType},
    inner::Inner,
};

/// Acknowledgements of one partition as they stand on the wire: first and last offset and types of each batch. Batches
/// must ascend, each with one type or one for each offset; an error says what is wrong.
pub fn parse_acks<'a>(
    batches: impl Iterator<Item = (i64, i64, &'a [i8])>,
    renews: bool,
) -> Result<Vec<AckBatch>, String> {
    let mut parsed = Vec::<AckBatch>::new();
    for (first, last, types) in batches {
        let offsets = last.checked_sub(first).and_then(|more| more.checked_add(1));
        let Some(offsets) = offsets.filter(|count| first >= 0 && *count > 0) else {
            return Err(format!("an acknowledgement goes from offset {first} to {last}"));
        };
        if parsed.last().is_some_and(|before| before.last >= first) {
            return Err(format!("the acknowledgement from offset {first} on overlaps the one before, or precedes it"));
        }
        if types.len() != 1 && i64::try_from(types.len()) != Ok(offsets) {
            let count = types.len();
            return Err(format!(
                "{count} acknowledgement types for {offsets} offsets; there must be one, or one for each"
            ));
        }
        let mut known = Vec::with_capacity(types.len());
        for number in types {
            match AckType::from_wire(*number) {
                Some(AckType::Renew) if !renews => {
                    return Err("acknowledgement type 4 (renew) in a request that does not renew".to_owned());
                }
                Some(kind) => known.push(kind),
                None => return Err(format!("{number} is no acknowledgement type")),
            }
        }
        parsed.push(AckBatch { first, last, types: known });
    }
    Ok(parsed)
}

impl Shares {
    /// A member says what became of records of a partition; durable when this returns.
    pub async fn acknowledge(
        &self,
        broker: &Arc<Inner>,
        shared: &Arc<Shared>,
        session: &Session,
        batches: &[AckBatch],
    ) -> Result<(), (ResponseError, String)> {
        let rules = rules(&config_of(broker, &shared.key.group));
        let now = self.clock.steady();
        let (late, outcome) = {
            let mut state = shared.state.lock();
            let Some(partition) = state.as_mut() else {
                let message = "nothing of the partition was handed out to the group";
                return Err((ResponseError::InvalidRecordState, message.to_owned()));
            };
            let late = partition.expire(&rules, now);
            (late, partition.acknowledge(&session.member, batches, &rules, now))
        };
        let (happened, answer) = match outcome {
            Ok(happened) => (late.and(happened), Ok(())),
            Err(error) => (late, Err((error.code(), error.to_string()))),
        };
        match self.settle(broker, shared, happened).await {
            Ok(()) => answer,
            Err(error) => answer.and(Err((ResponseError::KafkaStorageError, error.to_string()))),
        }
    }

    /// A member has left: its session is over, and what it holds is free again.
    pub async fn member_left(&self, broker: &Arc<Inner>, group: &str, member: &str) {
        self.sessions.end(group, member);
        self.release_member(broker, group, member).await;
    }

    /// What a member whose session is over holds in any partition of the group is free again.
    pub async fn release_member(&self, broker: &Arc<Inner>, group: &str, member: &str) {
        let rules = rules(&config_of(broker, group));
        for shared in self.of_group(group) {
            let happened = shared.state.lock().as_mut().map(|partition| partition.release_member(member, &rules));
            let Some(happened) = happened else { continue };
            if let Err(error) = self.settle(broker, &shared, happened).await {
                tracing::warn!("what {member} gave back to the share group {group} was not stored: {error}");
            }
        }
    }
}
