//! A group moves from one protocol to the other while its members go on (KIP-848, "Online migration"; Kafka's default
//! policy `bidirectional`).

use kafka_protocol::ResponseError;

use super::{
    catalog::Catalog,
    consumer::{ClassicSide, ConsumerGroup, ConsumerMember, Held, keys, named},
    group::{Group, Member},
    types::{Effect, GroupLimits, JoinAnswer, SyncAnswer},
};
use crate::{
    broker::RebalanceReason,
    codec::consumer_protocol::{self, PROTOCOL_TYPE, Subscription},
    model::{GroupState, TimestampMillis},
};

impl ConsumerGroup {
    /// The group after a member of the newer protocol came to a classic one: the members stay what they are and keep
    /// what they have. `None` where they are no consumers, or their subscriptions cannot be read.
    /// `joins` is the member that came.
    pub fn from_classic(
        classic: &Group,
        joins: &str,
        catalog: &Catalog,
        now: TimestampMillis,
    ) -> Option<(Self, Vec<Effect>)> {
        if classic.members().is_empty() {
            let epoch = classic.generation().max(Self::FIRST_EPOCH);
            return Some((Self::new(epoch, classic.empty_since().unwrap_or(now)), Vec::new()));
        }
        if classic.protocol_type() != Some(PROTOCOL_TYPE) {
            return None;
        }
        let mut group = Self::new(classic.generation(), now);
        group.rebalance = Some((now, RebalanceReason::ProtocolChanged { member: joins.to_owned() }));
        let mut effects = Vec::new();
        for member in classic.members() {
            group.put(upgraded(member, classic, catalog, now)?);
            if let Some(call) = member.joining {
                let refused = JoinAnswer::refused(ResponseError::RebalanceInProgress, &member.id);
                effects.push(Effect::Join(call, refused));
            }
            if let Some(call) = member.syncing {
                effects.push(Effect::Sync(call, SyncAnswer::refused(ResponseError::RebalanceInProgress)));
            }
        }
        Some((group, effects))
    }
}

fn upgraded(member: &Member, classic: &Group, catalog: &Catalog, now: TimestampMillis) -> Option<ConsumerMember> {
    let metadata = member.protocols.iter().find(|(name, _)| Some(name.as_str()) == classic.protocol());
    let (_, metadata) = metadata.or(member.protocols.first())?;
    let subscription = Subscription::decode(metadata)?;
    let owned = consumer_protocol::decode_assignment(&member.assignment)?;
    let target = keys(&owned, catalog);
    let epoch = classic.generation();
    let held = |(topic, partitions): (&uuid::Uuid, &std::collections::BTreeSet<i32>)| {
        (*topic, partitions.iter().map(|partition| (*partition, epoch)).collect())
    };
    let mut upgraded = ConsumerMember::new(member.id.clone());
    upgraded.instance_id.clone_from(&member.instance_id);
    upgraded.client_id.clone_from(&member.client_id);
    upgraded.client_host.clone_from(&member.client_host);
    upgraded.rebalance_timeout_ms = member.rebalance_timeout_ms;
    upgraded.names = subscription.topics.into_iter().collect();
    (upgraded.epoch, upgraded.previous_epoch) = (epoch, epoch);
    upgraded.assigned = target.iter().map(held).collect::<Held>();
    upgraded.target = target;
    upgraded.classic =
        Some(ClassicSide { session_timeout_ms: member.session_timeout_ms, protocols: member.protocols.clone() });
    upgraded.touch(member.session_timeout_ms, now);
    Some(upgraded)
}

impl Group {
    /// The group after its last member of the newer protocol went: the others get what was meant for them. With
    /// `rebalances` they share anew at once; without, the one who joined took the other's place and nothing else changed.
    pub fn from_consumer(
        limits: GroupLimits,
        consumer: &ConsumerGroup,
        catalog: &Catalog,
        rebalances: bool,
        now: TimestampMillis,
    ) -> (Self, Vec<Effect>) {
        let mut group = Self::vacant(limits, consumer.epoch(), Some(PROTOCOL_TYPE.to_owned()), now);
        for member in consumer.members() {
            let Some(side) = &member.classic else { continue };
            let mut classic = Member {
                id: member.id.clone(),
                instance_id: member.instance_id.clone(),
                client_id: member.client_id.clone(),
                client_host: member.client_host.clone(),
                assignment: consumer_protocol::encode_assignment(&named(&member.target, catalog)),
                session_timeout_ms: side.session_timeout_ms,
                rebalance_timeout_ms: member.rebalance_timeout_ms,
                protocols: side.protocols.clone(),
                joining: None,
                syncing: None,
                synced: true,
                session_deadline: now,
            };
            classic.touch(now);
            group.members.push(classic);
        }
        group.empty_since = None;
        group.state = GroupState::Stable;
        group.leader = group.members.first().map(|member| member.id.clone());
        group.protocol = group.vote();
        let mut effects = vec![Effect::Store];
        if rebalances {
            let cause = consumer.rebalance.as_ref().map(|(_, reason)| reason.clone());
            let reason = cause.unwrap_or(RebalanceReason::TopicsChanged);
            group.prepare_rebalance(reason, now, &mut effects);
        }
        (group, effects)
    }
}
