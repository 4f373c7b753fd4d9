//! Joining a group: what a member says, what a leader shares out, what comes of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use bytes::Bytes;
use kafka_protocol::{
    ResponseError,
    messages::{
        JoinGroupRequest, JoinGroupResponse, SyncGroupRequest, join_group_request::JoinGroupRequestProtocol,
        sync_group_request::SyncGroupRequestAssignment,
    },
};

use super::Member;
use crate::{
    client::{
        ClientError,
        assignor::{self, MemberSubscription},
        routing::{ANSWER_WAIT_MILLIS, Target},
        wire::{group_id, text},
    },
    codec::consumer_protocol::{self, Subscription},
    model::{Assignor, PartitionId, TopicPartition},
};

impl Member {
    pub(super) async fn join(&mut self) -> Result<JoinGroupResponse, ClientError> {
        let asked = format!("join group {}", self.group);
        let wait = ANSWER_WAIT_MILLIS + u64::try_from(self.shared.options.rebalance_timeout_ms).unwrap_or(0);
        let subscription = self.subscription();
        loop {
            let (member_id, _) = self.shared.identity();
            let build = |version| self.join_request(version, &member_id, &subscription);
            let (answer, _) =
                self.shared.client.ask_once(Target::Coordinator(&self.group), &asked, wait, build).await?;
            let code = ResponseError::try_from_code(answer.error_code);
            if code == Some(ResponseError::MemberIdRequired) && member_id.is_empty() {
                self.shared.inner.lock().member_id = answer.member_id.to_string();
                continue;
            }
            ClientError::check(answer.error_code, || asked, None)?;
            let mut inner = self.shared.inner.lock();
            inner.member_id = answer.member_id.to_string();
            inner.generation = answer.generation_id;
            return Ok(answer);
        }
    }

    fn join_request(&self, version: i16, member_id: &str, subscription: &Bytes) -> JoinGroupRequest {
        let options = &self.shared.options;
        let protocol = JoinGroupRequestProtocol::default()
            .with_name(text(options.assignor.as_str()))
            .with_metadata(subscription.clone());
        let request = JoinGroupRequest::default()
            .with_group_id(group_id(&self.group))
            .with_session_timeout_ms(options.session_timeout_ms)
            .with_rebalance_timeout_ms(options.rebalance_timeout_ms)
            .with_member_id(text(member_id))
            .with_protocol_type(text(consumer_protocol::PROTOCOL_TYPE))
            .with_protocols(vec![protocol]);
        let request = if version >= 8 { request.with_reason(Some(text(&self.reason))) } else { request };
        if version >= 5 { request.with_group_instance_id(options.instance_id.as_deref().map(text)) } else { request }
    }

    fn subscription(&self) -> Bytes {
        let options = &self.shared.options;
        let sticky = options.assignor == Assignor::Sticky && self.memory.1 >= 0;
        Subscription {
            topics: options.topics.iter().map(|topic| Arc::from(topic.as_str())).collect(),
            user_data: sticky.then(|| consumer_protocol::encode_sticky_memory(&self.memory.0, self.memory.1)),
            owned: self.shared.assignment(),
            generation: self.shared.identity().1,
        }
        .encode()
    }

    /// As leader: who gets what.
    pub(super) async fn share_out(
        &mut self,
        joined: &JoinGroupResponse,
    ) -> Result<Vec<SyncGroupRequestAssignment>, ClientError> {
        let sticky = self.shared.options.assignor == Assignor::Sticky;
        let members: Vec<MemberSubscription> = joined
            .members
            .iter()
            .map(|member| {
                let said = Subscription::decode(&member.metadata).unwrap_or_default();
                let remembered = said.user_data.as_ref().filter(|_| sticky);
                let remembered = remembered.and_then(|bytes| consumer_protocol::decode_sticky_memory(bytes));
                let (owned, generation) = remembered.unwrap_or((said.owned, said.generation));
                MemberSubscription {
                    member_id: member.member_id.to_string(),
                    instance_id: member.group_instance_id.as_ref().map(ToString::to_string),
                    topics: said.topics,
                    owned,
                    generation,
                }
            })
            .collect();
        let names: BTreeSet<Arc<str>> = members.iter().flat_map(|member| member.topics.iter().cloned()).collect();
        let topics = self.partition_counts(&names).await?;
        let shares = assignor::assign(self.shared.options.assignor, &members, &topics);
        self.shared_out = Some(topics);
        let share = |(id, partitions): (String, Vec<TopicPartition>)| {
            SyncGroupRequestAssignment::default()
                .with_member_id(text(&id))
                .with_assignment(consumer_protocol::encode_assignment(&partitions))
        };
        Ok(shares.into_iter().map(share).collect())
    }

    /// Partitions of each topic, asked afresh; a topic that does not exist has none.
    pub(super) async fn partition_counts(
        &self,
        names: &BTreeSet<Arc<str>>,
    ) -> Result<BTreeMap<Arc<str>, PartitionId>, ClientError> {
        let list: Vec<&str> = names.iter().map(|name| &**name).collect();
        let asked = format!("look at the topics of group {}", self.group);
        let (_, topics) = self.shared.client.ask_metadata(Some(&list), &asked).await?;
        let count = |name: &Arc<str>| topics.iter().find(|topic| topic.name == *name).map_or(0, |t| t.partitions.len());
        Ok(names.iter().map(|name| (Arc::clone(name), count(name) as PartitionId)).collect())
    }

    pub(super) async fn sync(
        &self,
        joined: &JoinGroupResponse,
        shares: Vec<SyncGroupRequestAssignment>,
    ) -> Result<BTreeSet<TopicPartition>, ClientError> {
        let asked = format!("get the assignment of group {}", self.group);
        let options = &self.shared.options;
        let wait = ANSWER_WAIT_MILLIS + u64::try_from(options.rebalance_timeout_ms).unwrap_or(0);
        let build = |version| {
            let request = SyncGroupRequest::default()
                .with_group_id(group_id(&self.group))
                .with_generation_id(joined.generation_id)
                .with_member_id(joined.member_id.clone())
                .with_assignments(shares.clone());
            let request = if version >= 5 {
                request
                    .with_protocol_type(Some(text(consumer_protocol::PROTOCOL_TYPE)))
                    .with_protocol_name(Some(text(options.assignor.as_str())))
            } else {
                request
            };
            if version >= 3 {
                request.with_group_instance_id(options.instance_id.as_deref().map(text))
            } else {
                request
            }
        };
        let (answer, _) = self.shared.client.ask_once(Target::Coordinator(&self.group), &asked, wait, build).await?;
        ClientError::check(answer.error_code, || asked.clone(), None)?;
        let partitions = consumer_protocol::decode_assignment(&answer.assignment).ok_or_else(|| {
            ClientError::BadAnswer { asked, why: "the leader's assignment cannot be read".to_owned() }
        })?;
        Ok(partitions.into_iter().collect())
    }
}
