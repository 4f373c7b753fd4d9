//! Groups of the newer protocol through the requests: what is refused, what survives, and settings of groups.

use bytes::Bytes;
use kafka_protocol::{
    ResponseError as E,
    messages::{
        ConsumerGroupDescribeRequest, ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse,
        DescribeConfigsRequest, DescribeGroupsRequest, GroupId, IncrementalAlterConfigsRequest, JoinGroupRequest,
        ListGroupsRequest, OffsetCommitRequest, OffsetFetchRequest,
        describe_configs_request::DescribeConfigsResource,
        incremental_alter_configs_request::{AlterConfigsResource, AlterableConfig},
        join_group_request::JoinGroupRequestProtocol,
        offset_commit_request::{OffsetCommitRequestPartition, OffsetCommitRequestTopic},
        offset_fetch_request::{OffsetFetchRequestGroup, OffsetFetchRequestTopics},
    },
};
use millpond::codec::consumer_protocol::Subscription;

use super::stage::{Stage, ask, name, text};

const GROUP: i8 = 32;

fn group(id: &str) -> GroupId {
    GroupId(text(id))
}

fn join(member: &str) -> ConsumerGroupHeartbeatRequest {
    ConsumerGroupHeartbeatRequest::default()
        .with_group_id(group("g"))
        .with_member_id(text(member))
        .with_member_epoch(0)
        .with_rebalance_timeout_ms(60_000)
        .with_subscribed_topic_names(Some(vec![name("t")]))
        .with_topic_partitions(Some(vec![]))
}

fn beat(member: &str, epoch: i32) -> ConsumerGroupHeartbeatRequest {
    ConsumerGroupHeartbeatRequest::default()
        .with_group_id(group("g"))
        .with_member_id(text(member))
        .with_member_epoch(epoch)
        .with_rebalance_timeout_ms(-1)
}

async fn send(stage: &Stage, request: ConsumerGroupHeartbeatRequest) -> ConsumerGroupHeartbeatResponse {
    ask!(stage, ConsumerGroupHeartbeat, 1, request)
}

fn partitions(answer: &ConsumerGroupHeartbeatResponse) -> Vec<i32> {
    let assignment = answer.assignment.clone().unwrap_or_default();
    assignment.topic_partitions.iter().flat_map(|topic| topic.partitions.clone()).collect()
}

async fn commit(stage: &Stage, member: &str, epoch: i32, version: i16) -> i16 {
    let partition = OffsetCommitRequestPartition::default().with_partition_index(0).with_committed_offset(7);
    let topic = OffsetCommitRequestTopic::default().with_name(name("t")).with_partitions(vec![partition]);
    let request = OffsetCommitRequest::default()
        .with_group_id(group("g"))
        .with_member_id(text(member))
        .with_generation_id_or_member_epoch(epoch)
        .with_topics(vec![topic]);
    ask!(stage, OffsetCommit, version, request).topics[0].partitions[0].error_code
}

async fn listed(stage: &Stage) -> Vec<String> {
    let groups = ask!(stage, ListGroups, 5, ListGroupsRequest::default()).groups;
    groups.iter().map(|group| format!("{} {} {}", group.group_state, group.group_type, group.protocol_type)).collect()
}

#[tokio::test]
async fn a_member_joins_reads_commits_and_is_still_there_after_a_restart() {
    let stage = Stage::new().await;
    stage.create("t", 3, &[]).await;
    let joined = send(&stage, join("m")).await;
    assert_eq!((joined.error_code, joined.member_epoch, joined.heartbeat_interval_ms), (0, 2, 5_000));
    assert_eq!(partitions(&joined), [0, 1, 2]);
    assert_eq!(commit(&stage, "m", 2, 9).await, 0);
    assert_eq!(commit(&stage, "m", 3, 9).await, E::StaleMemberEpoch.code());
    assert_eq!(commit(&stage, "m", 2, 8).await, E::UnsupportedVersion.code());
    assert_eq!(listed(&stage).await, ["Stable consumer consumer"]);
    let stage = stage.reopen().await;
    assert_eq!(listed(&stage).await, ["Stable consumer consumer"]);
    let again = send(&stage, beat("m", 2)).await;
    assert_eq!((again.error_code, again.member_epoch, again.assignment), (0, 2, None));
    stage.create("u", 1, &[]).await;
    let second = send(&stage, join("n")).await;
    assert_eq!((second.member_epoch, partitions(&second)), (3, vec![]));
    assert_eq!(send(&stage, beat("m", -1)).await.error_code, 0);
    let stage = stage.reopen().await;
    let all = send(&stage, beat("n", 3)).await;
    assert_eq!((all.member_epoch, partitions(&all)), (4, vec![0, 1, 2]), "epochs go on after the restart");
    let asked = OffsetFetchRequestTopics::default().with_name(name("t")).with_partition_indexes(vec![0]);
    let asked = |member: &str, epoch| {
        let group = OffsetFetchRequestGroup::default().with_group_id(group("g")).with_topics(Some(vec![asked.clone()]));
        let group = group.with_member_id(Some(text(member))).with_member_epoch(epoch);
        OffsetFetchRequest::default().with_groups(vec![group])
    };
    let found = ask!(stage, OffsetFetch, 9, asked("n", 4)).groups.remove(0);
    assert_eq!((found.error_code, found.topics[0].partitions[0].committed_offset), (0, 7));
    assert_eq!(ask!(stage, OffsetFetch, 9, asked("n", 3)).groups[0].error_code, E::StaleMemberEpoch.code());
    assert_eq!(ask!(stage, OffsetFetch, 9, asked("m", 4)).groups[0].error_code, E::UnknownMemberId.code());
}

#[tokio::test]
async fn heartbeats_that_cannot_be_meant_are_refused_as_kafka_does() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    let cases = [
        (join("m").with_group_id(group("")), E::InvalidRequest),
        (join(""), E::InvalidRequest),
        (join("m").with_instance_id(Some(text(""))), E::InvalidRequest),
        (join("m").with_rack_id(Some(text(""))), E::InvalidRequest),
        (join("m").with_rebalance_timeout_ms(-1), E::InvalidRequest),
        (join("m").with_topic_partitions(None), E::InvalidRequest),
        (join("m").with_subscribed_topic_names(None), E::InvalidRequest),
        (join("m").with_server_assignor(Some(text("own"))), E::UnsupportedAssignor),
        (join("m").with_subscribed_topic_regex(Some(text("["))), E::InvalidRegularExpression),
        (beat("m", -2), E::InvalidRequest),
        (beat("m", -3), E::InvalidRequest),
        (beat("m", 1), E::GroupIdNotFound),
        (beat("m", -1), E::GroupIdNotFound),
    ];
    for (request, error) in cases {
        let answer = send(&stage, request.clone()).await;
        assert_eq!(answer.error_code, error.code(), "{request:?}");
        assert!(answer.error_message.is_some());
    }
    assert!(listed(&stage).await.is_empty(), "a refusal makes no group");
    let named = ask!(stage, ConsumerGroupHeartbeat, 0, join(""));
    assert_eq!((named.error_code, named.member_id.is_some_and(|id| id.len() == 36)), (0, true));
}

#[tokio::test]
async fn both_descriptions_tell_only_their_own_kind() {
    let stage = Stage::new().await;
    stage.create("t", 2, &[]).await;
    send(&stage, join("m")).await;
    let request = ConsumerGroupDescribeRequest::default().with_group_ids(vec![group("g"), group("no")]);
    let groups = ask!(stage, ConsumerGroupDescribe, 1, request).groups;
    let found = &groups[0];
    assert_eq!((found.error_code, &*found.group_state, &*found.assignor_name), (0, "Stable", "uniform"));
    assert_eq!((found.group_epoch, found.assignment_epoch, found.members.len()), (2, 2, 1));
    let member = &found.members[0];
    assert_eq!((member.member_type, &*member.subscribed_topic_names[0].0), (1, "t"));
    for assignment in [&member.assignment, &member.target_assignment] {
        assert_eq!(assignment.topic_partitions[0].topic_name.0.as_str(), "t");
        assert_eq!(assignment.topic_partitions[0].partitions, [0, 1]);
    }
    assert_eq!(groups[1].error_code, E::GroupIdNotFound.code());
    let classic = ask!(stage, DescribeGroups, 6, DescribeGroupsRequest::default().with_groups(vec![group("g")]));
    assert_eq!(classic.groups[0].error_code, E::GroupIdNotFound.code());
}

#[tokio::test]
async fn a_classic_member_joins_a_newer_group_and_keeps_it_when_it_is_the_last() {
    let stage = Stage::new().await;
    stage.create("t", 2, &[]).await;
    send(&stage, join("m")).await;
    let metadata = Subscription { topics: vec!["t".into()], generation: -1, ..Subscription::default() }.encode();
    let classic = |member: &str, metadata: Bytes| {
        let protocol = JoinGroupRequestProtocol::default().with_name(text("range")).with_metadata(metadata);
        JoinGroupRequest::default()
            .with_group_id(group("g"))
            .with_session_timeout_ms(10_000)
            .with_rebalance_timeout_ms(30_000)
            .with_member_id(text(member))
            .with_protocol_type(text("consumer"))
            .with_protocols(vec![protocol])
    };
    let named = ask!(stage, JoinGroup, 9, classic("", metadata.clone()));
    assert_eq!(named.error_code, E::MemberIdRequired.code());
    let joined = ask!(stage, JoinGroup, 9, classic(&named.member_id, metadata.clone()));
    assert_eq!((joined.error_code, joined.generation_id, &*joined.leader), (0, 3, ""));
    assert_eq!(send(&stage, beat("m", -1)).await.error_code, 0);
    assert_eq!(listed(&stage).await, ["PreparingRebalance classic consumer"]);
    let stage = stage.reopen().await;
    let again = ask!(stage, JoinGroup, 9, classic(&named.member_id, metadata));
    assert_eq!((again.error_code, again.leader.as_str()), (0, &*named.member_id));
    assert!(again.generation_id > 3, "generations go on where epochs ended: {}", again.generation_id);
}

#[tokio::test]
async fn groups_have_settings_of_their_own_that_take_effect() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    let alter = |setting: &str, value: &str| {
        let config = AlterableConfig::default().with_name(text(setting)).with_value(Some(text(value)));
        let resource = AlterConfigsResource::default()
            .with_resource_type(GROUP)
            .with_resource_name(text("g"))
            .with_configs(vec![config]);
        IncrementalAlterConfigsRequest::default().with_resources(vec![resource])
    };
    let answer = ask!(stage, IncrementalAlterConfigs, 1, alter("consumer.heartbeat.interval.ms", "7000"));
    assert_eq!(answer.responses[0].error_code, 0, "{:?}", answer.responses[0].error_message);
    let answer = ask!(stage, IncrementalAlterConfigs, 1, alter("consumer.session.timeout.ms", "1"));
    assert_eq!(answer.responses[0].error_code, E::InvalidConfig.code());
    let stage = stage.reopen().await;
    assert_eq!(send(&stage, join("m")).await.heartbeat_interval_ms, 7_000);
    let resource = DescribeConfigsResource::default()
        .with_resource_type(GROUP)
        .with_resource_name(text("g"))
        .with_configuration_keys(None);
    let request = DescribeConfigsRequest::default().with_resources(vec![resource]);
    let configs = ask!(stage, DescribeConfigs, 4, request).results.remove(0).configs;
    let found: Vec<_> = configs
        .iter()
        .map(|one| (one.name.to_string(), one.value.as_ref().unwrap().to_string(), one.config_source))
        .collect();
    assert!(found.contains(&("consumer.heartbeat.interval.ms".into(), "7000".into(), 8)), "{found:?}");
    assert!(found.contains(&("consumer.session.timeout.ms".into(), "45000".into(), 5)), "{found:?}");
}
