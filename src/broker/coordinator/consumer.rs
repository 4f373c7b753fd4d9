//! Groups of the newer protocol (KIP-848), and the moves of groups between both.

use std::sync::Arc;

use kafka_protocol::ResponseError;

use super::{Coordinator, Entry};
use crate::{
    broker::{
        groups::{
            AnyGroup, Catalog, ConsumerDescription, ConsumerGroup, Effect, Group, Heartbeat, HeartbeatAnswer,
            JOIN_EPOCH, LEAVE_EPOCH, Refusal, STATIC_LEAVE_EPOCH, World,
        },
        share::refuse_others,
    },
    model::TimestampMillis,
};

impl Coordinator {
    /// ConsumerGroupHeartbeat: durable, as far as it changed something, when this returns.
    pub async fn consumer_heartbeat(&self, group: &str, request: Heartbeat) -> Result<HeartbeatAnswer, Refusal> {
        let names = request.names.iter().flatten();
        if let Some(why) = refuse_others(&self.topics, names.map(|name| &**name)) {
            return Err(Refusal::new(ResponseError::InvalidRequest, why));
        }
        let now = self.clock.steady();
        let catalog = self.catalog();
        let world = self.world(group, &catalog);
        let (answer, outcome) = {
            let mut inner = self.inner.lock();
            if inner.closed {
                return Err(Refusal::new(ResponseError::CoordinatorNotAvailable, "the broker is shutting down"));
            }
            let id: Arc<str> = inner.groups.get_key_value(group).map_or_else(|| group.into(), |(id, _)| id.clone());
            let (answer, effects) = if matches!(request.epoch, LEAVE_EPOCH | STATIC_LEAVE_EPOCH) {
                let entry = inner.groups.get_mut(&id).ok_or_else(|| no_consumers(group))?;
                let AnyGroup::Consumer(consumers) = &mut entry.group else { return Err(no_consumers(group)) };
                let (answer, effects) = consumers.leave(&request, now)?;
                (answer, self.downgraded(entry, effects, world, true, now))
            } else {
                self.beat(inner.groups.get_mut(&id), group, request, world, now).map(|(answer, effects, fresh)| {
                    if let Some(fresh) = fresh {
                        inner.groups.entry(id.clone()).or_insert_with(|| self.vacant(now)).group = fresh;
                    }
                    (answer, effects)
                })?
            };
            (answer, self.carry_out(&mut inner, &id, effects))
        };
        self.settle(outcome).await;
        Ok(answer)
    }

    /// A heartbeat that is no leaving. The group is returned where it came to be or changed its protocol by it; a
    /// refusal leaves it as it was.
    #[allow(clippy::type_complexity)]
    fn beat(
        &self,
        entry: Option<&mut Entry>,
        name: &str,
        request: Heartbeat,
        world: World<'_>,
        now: TimestampMillis,
    ) -> Result<(HeartbeatAnswer, Vec<Effect>, Option<AnyGroup>), Refusal> {
        let joins = request.epoch == JOIN_EPOCH;
        let (mut fresh, mut effects) = match entry.map(|entry| &mut entry.group) {
            Some(AnyGroup::Consumer(group)) => {
                let (answer, effects) = group.heartbeat(request, world, now)?;
                return Ok((answer, effects, None));
            }
            None if joins => (ConsumerGroup::new(ConsumerGroup::FIRST_EPOCH, now), Vec::new()),
            Some(AnyGroup::Classic(classic)) if joins => {
                ConsumerGroup::from_classic(classic, &request.member_id, world.catalog, now)
                    .ok_or_else(|| no_consumers(name))?
            }
            _ => return Err(no_consumers(name)),
        };
        let (answer, more) = fresh.heartbeat(request, world, now)?;
        effects.extend(more);
        Ok((answer, effects, Some(AnyGroup::Consumer(fresh))))
    }

    /// A group whose last member of the newer protocol has gone is classic again. Its members share anew if it
    /// `rebalances`; not if the one who joined just took the other's place.
    pub(super) fn downgraded(
        &self,
        entry: &mut Entry,
        mut effects: Vec<Effect>,
        world: World<'_>,
        rebalances: bool,
        now: TimestampMillis,
    ) -> Vec<Effect> {
        let AnyGroup::Consumer(consumers) = &entry.group else { return effects };
        if consumers.should_downgrade() {
            let (classic, more) = Group::from_consumer(self.limits.clone(), consumers, world.catalog, rebalances, now);
            entry.group = AnyGroup::Classic(classic);
            effects.extend(more);
        }
        effects
    }

    /// One group of the newer protocol with the topics it may name; `None` where there is no such group.
    pub fn describe_consumers(&self, group: &str) -> Option<(ConsumerDescription, Arc<Catalog>)> {
        let catalog = self.catalog();
        match &self.inner.lock().groups.get(group)?.group {
            AnyGroup::Consumer(consumers) => Some((consumers.describe(), catalog)),
            AnyGroup::Classic(_) | AnyGroup::Share(_) => None,
        }
    }

    /// Whether a member may ask what its group committed.
    pub fn may_fetch(&self, group: &str, member_id: Option<&str>, epoch: i32) -> Result<(), ResponseError> {
        match self.inner.lock().groups.get(group).map(|entry| &entry.group) {
            Some(AnyGroup::Consumer(consumers)) => consumers.may_fetch(member_id, epoch),
            _ => Ok(()),
        }
    }
}

fn no_consumers(group: &str) -> Refusal {
    Refusal::new(ResponseError::GroupIdNotFound, format!("Group {group} is not a consumer group."))
}
