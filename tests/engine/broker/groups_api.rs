//! Groups through the requests: members that wait, offsets that survive, expiry.

use std::time::Duration;

use bytes::{BufMut as _, Bytes, BytesMut};
use kafka_protocol::{
    ResponseError as E,
    messages::{
        ConsumerProtocolSubscription, DeleteGroupsRequest, DescribeGroupsRequest, FindCoordinatorRequest, GroupId,
        HeartbeatRequest, JoinGroupRequest, JoinGroupResponse, LeaveGroupRequest, ListGroupsRequest,
        OffsetCommitRequest, OffsetDeleteRequest, OffsetFetchRequest, RequestKind, ResponseKind, SyncGroupRequest,
        SyncGroupResponse,
        join_group_request::JoinGroupRequestProtocol,
        leave_group_request::MemberIdentity,
        offset_commit_request::{OffsetCommitRequestPartition, OffsetCommitRequestTopic},
        offset_delete_request::{OffsetDeleteRequestPartition, OffsetDeleteRequestTopic},
        offset_fetch_request::{OffsetFetchRequestGroup, OffsetFetchRequestTopic},
        sync_group_request::SyncGroupRequestAssignment,
    },
    protocol::Encodable as _,
};
use millpond::broker::{Broker, RebalanceReason};
use tokio::task::JoinHandle;

use super::stage::{Stage, ask, context, name, text};

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

fn group(id: &str) -> GroupId {
    GroupId(text(id))
}

fn subscription(topics: &[&str]) -> Bytes {
    let mut bytes = BytesMut::new();
    bytes.put_i16(1);
    let topics = topics.iter().map(|topic| text(topic)).collect();
    ConsumerProtocolSubscription::default().with_topics(topics).encode(&mut bytes, 1).unwrap();
    bytes.freeze()
}

fn join_request(member: &str) -> JoinGroupRequest {
    let protocol = JoinGroupRequestProtocol::default().with_name(text("range")).with_metadata(subscription(&["t"]));
    JoinGroupRequest::default()
        .with_group_id(group("g"))
        .with_session_timeout_ms(10_000)
        .with_rebalance_timeout_ms(30_000)
        .with_member_id(text(member))
        .with_protocol_type(text("consumer"))
        .with_protocols(vec![protocol])
}

pub(super) fn join_later(broker: &Broker, member: &str) -> JoinHandle<JoinGroupResponse> {
    let (broker, request) = (broker.clone(), join_request(member));
    tokio::spawn(async move {
        match broker.call(&context(), 7, RequestKind::JoinGroup(request)).await {
            ResponseKind::JoinGroup(response) => response,
            other => panic!("another answer: {other:?}"),
        }
    })
}

pub(super) async fn answer_of<T>(task: JoinHandle<T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), task).await.expect("an answer").unwrap()
}

/// Becomes a member in two steps, as clients of today do.
pub(super) async fn member_id(stage: &Stage) -> String {
    let response = ask!(stage, JoinGroup, 7, join_request(""));
    assert_eq!(response.error_code, E::MemberIdRequired.code());
    assert!(response.member_id.starts_with("test-"));
    response.member_id.to_string()
}

pub(super) async fn sync(
    stage: &Stage,
    member: &str,
    generation: i32,
    parts: &[(&str, &'static str)],
) -> SyncGroupResponse {
    let assignments = parts.iter().map(|(member, part)| {
        SyncGroupRequestAssignment::default().with_member_id(text(member)).with_assignment(Bytes::from(*part))
    });
    let request = SyncGroupRequest::default()
        .with_group_id(group("g"))
        .with_generation_id(generation)
        .with_member_id(text(member))
        .with_protocol_type(Some(text("consumer")))
        .with_protocol_name(Some(text("range")))
        .with_assignments(assignments.collect());
    ask!(stage, SyncGroup, 5, request)
}

pub(super) async fn heartbeat(stage: &Stage, member: &str, generation: i32) -> i16 {
    let request = HeartbeatRequest::default()
        .with_group_id(group("g"))
        .with_generation_id(generation)
        .with_member_id(text(member));
    ask!(stage, Heartbeat, 4, request).error_code
}

fn commit_request(group_id: &str, member: &str, generation: i32, offset: i64) -> OffsetCommitRequest {
    let partition = OffsetCommitRequestPartition::default()
        .with_partition_index(0)
        .with_committed_offset(offset)
        .with_committed_leader_epoch(0)
        .with_committed_metadata(Some(text("a note")));
    let topic = OffsetCommitRequestTopic::default().with_name(name("t")).with_partitions(vec![partition]);
    OffsetCommitRequest::default()
        .with_group_id(group(group_id))
        .with_generation_id_or_member_epoch(generation)
        .with_member_id(text(member))
        .with_topics(vec![topic])
}

/// Commits an offset for the group `alone`, which has no members.
pub(super) async fn commit_alone(stage: &Stage, offset: i64) -> i16 {
    commit(stage, commit_request("alone", "", -1, offset)).await
}

async fn commit(stage: &Stage, request: OffsetCommitRequest) -> i16 {
    ask!(stage, OffsetCommit, 8, request).topics[0].partitions[0].error_code
}

pub(super) async fn committed(stage: &Stage, group_id: &str) -> i64 {
    let topic = OffsetFetchRequestTopic::default().with_name(name("t")).with_partition_indexes(vec![0]);
    let request = OffsetFetchRequest::default().with_group_id(group(group_id)).with_topics(Some(vec![topic]));
    ask!(stage, OffsetFetch, 7, request).topics[0].partitions[0].committed_offset
}

async fn groups(stage: &Stage) -> Vec<String> {
    let listed = ask!(stage, ListGroups, 5, ListGroupsRequest::default()).groups;
    listed.iter().map(|group| format!("{} {} {}", &**group.group_id, group.group_state, group.group_type)).collect()
}

#[tokio::test]
async fn two_members_share_a_group_and_one_takes_over_when_the_other_falls_silent() {
    let stage = Stage::new().await;
    let first = member_id(&stage).await;
    let joined = answer_of(join_later(&stage.broker, &first)).await;
    assert_eq!((joined.error_code, joined.generation_id, joined.members.len()), (0, 1, 1));
    sync(&stage, &first, 1, &[(&first, "both")]).await;
    let second = member_id(&stage).await;
    let waiting = join_later(&stage.broker, &second);
    while heartbeat(&stage, &first, 1).await == 0 {
        tokio::task::yield_now().await;
    }
    let again = answer_of(join_later(&stage.broker, &first)).await;
    assert_eq!((again.leader.to_string(), again.members.len()), (first.clone(), 2));
    assert_eq!(answer_of(waiting).await.generation_id, 2);
    sync(&stage, &first, 2, &[(&first, "one"), (&second, "two")]).await;
    assert_eq!(sync(&stage, &second, 2, &[]).await.assignment, Bytes::from("two"));
    let described = ask!(stage, DescribeGroups, 5, DescribeGroupsRequest::default().with_groups(vec![group("g")]));
    let described = &described.groups[0];
    assert_eq!((&*described.group_state, described.members.len()), ("Stable", 2));
    assert_eq!((&*described.protocol_data, &*described.members[0].client_id), ("range", "test"));

    stage.clock.step(9_000);
    assert_eq!(heartbeat(&stage, &second, 2).await, 0);
    stage.clock.step(1_000);
    stage.broker.tick().await;
    assert_eq!(heartbeat(&stage, &first, 2).await, E::UnknownMemberId.code());
    let alone = answer_of(join_later(&stage.broker, &second)).await;
    assert_eq!((alone.generation_id, alone.members.len()), (3, 1));
    sync(&stage, &second, 3, &[(&second, "both")]).await;
    let events = stage.broker.inspector().rebalances(0);
    assert_eq!(events.iter().map(|event| event.generation).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(events[2].reason, RebalanceReason::MemberExpired { member: first });
    assert_eq!(stage.broker.inspector().rebalances(2).len(), 1);
}

#[tokio::test]
async fn leaving_answers_each_member_and_empties_the_group() {
    let stage = Stage::new().await;
    let member = member_id(&stage).await;
    answer_of(join_later(&stage.broker, &member)).await;
    sync(&stage, &member, 1, &[]).await;
    let delete = || DeleteGroupsRequest::default().with_groups_names(vec![group("g")]);
    assert_eq!(ask!(stage, DeleteGroups, 2, delete()).results[0].error_code, E::NonEmptyGroup.code());
    let members = [member.as_str(), "stranger"].map(|id| MemberIdentity::default().with_member_id(text(id)));
    let request = LeaveGroupRequest::default().with_group_id(group("g")).with_members(members.to_vec());
    let answers: Vec<_> = ask!(stage, LeaveGroup, 5, request).members.iter().map(|member| member.error_code).collect();
    assert_eq!(answers, [0, E::UnknownMemberId.code()]);
    assert_eq!(groups(&stage).await, ["g Empty classic"]);
    assert_eq!(ask!(stage, DeleteGroups, 2, delete()).results[0].error_code, 0);
    assert_eq!(ask!(stage, DeleteGroups, 2, delete()).results[0].error_code, E::GroupIdNotFound.code());
    assert!(groups(&stage).await.is_empty());
}

#[tokio::test]
async fn committed_offsets_survive_and_stale_commits_are_fenced() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    let member = member_id(&stage).await;
    answer_of(join_later(&stage.broker, &member)).await;
    sync(&stage, &member, 1, &[]).await;
    assert_eq!(commit(&stage, commit_request("g", &member, 1, 5)).await, 0);
    assert_eq!(commit(&stage, commit_request("g", &member, 0, 9)).await, E::IllegalGeneration.code());
    assert_eq!(commit(&stage, commit_request("g", "stranger", 1, 9)).await, E::UnknownMemberId.code());
    assert_eq!(commit(&stage, commit_request("g", "", -1, 9)).await, E::UnknownMemberId.code());
    assert_eq!(commit(&stage, commit_request("new", "m", 1, 9)).await, E::IllegalGeneration.code());
    assert_eq!(committed(&stage, "g").await, 5);
    let stage = stage.reopen().await;
    assert_eq!(committed(&stage, "g").await, 5);
    assert_eq!(heartbeat(&stage, &member, 1).await, 0, "members survive as well");
    assert_eq!(groups(&stage).await, ["g Stable classic"]);
    assert_eq!(commit(&stage, commit_request("g", &member, 1, 6)).await, 0);
    assert_eq!(commit(&stage, commit_request("g", "", -1, 7)).await, E::UnknownMemberId.code());
    stage.clock.step(10_000);
    stage.broker.tick().await;
    assert_eq!(commit(&stage, commit_request("g", "", -1, 7)).await, 0, "nobody is a member now");
    let stage = stage.reopen().await;
    let member = member_id(&stage).await;
    assert_eq!(answer_of(join_later(&stage.broker, &member)).await.generation_id, 3, "generations go on");
}

#[tokio::test]
async fn commits_that_cannot_be_meant_are_refused() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    let with = |change: &dyn Fn(&mut OffsetCommitRequestPartition)| {
        let mut request = commit_request("g", "", -1, 1);
        change(&mut request.topics[0].partitions[0]);
        request
    };
    let cases = [
        (with(&|one| one.partition_index = 4), E::UnknownTopicOrPartition),
        (with(&|one| one.committed_metadata = Some(text(&"x".repeat(4_097)))), E::OffsetMetadataTooLarge),
    ];
    for (request, error) in cases {
        assert_eq!(commit(&stage, request).await, error.code());
    }
    let mut elsewhere = commit_request("g", "", -1, 1);
    elsewhere.topics[0].name = name("no");
    assert_eq!(commit(&stage, elsewhere).await, E::UnknownTopicOrPartition.code());
    assert_eq!(committed(&stage, "g").await, -1);
}

#[tokio::test]
async fn kafka_keeps_odd_commits_too() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    // Readers that assign themselves may have no group, and may set what is no offset.
    assert_eq!(commit(&stage, commit_request("", "", -1, 5)).await, 0);
    assert_eq!(committed(&stage, "").await, 5);
    assert_eq!(commit(&stage, commit_request("g", "", -1, -5)).await, 0);
    let stage = stage.reopen().await;
    assert_eq!((committed(&stage, "").await, committed(&stage, "g").await), (5, -5));
    let nothing = commit_request("g", "", -1, 1);
    let topics = vec![nothing.topics[0].clone().with_partitions(Vec::new())];
    assert!(ask!(stage, OffsetCommit, 8, nothing.with_topics(topics)).topics.is_empty());
    let deletion = OffsetDeleteRequest::default();
    assert_eq!(ask!(stage, OffsetDelete, 0, deletion).error_code, E::InvalidGroupId.code());
}

#[tokio::test]
async fn refusals_of_the_classic_protocol_are_shaped_as_their_version_has_them() {
    let stage = Stage::new().await;
    for (version, protocol) in [(5, Some("")), (9, None)] {
        let answer = ask!(stage, JoinGroup, version, JoinGroupRequest::default());
        assert_eq!((answer.error_code, answer.protocol_name.as_deref()), (E::InvalidGroupId.code(), protocol));
    }
    // Since version 5 the protocol has to be told, and that is looked at first.
    for (version, error) in [(4, E::InvalidGroupId), (5, E::InconsistentGroupProtocol)] {
        assert_eq!(ask!(stage, SyncGroup, version, SyncGroupRequest::default()).error_code, error.code());
    }
}

#[tokio::test]
async fn offsets_are_fetched_for_several_groups_and_deleted() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    for (id, offset) in [("a", 1), ("b", 2)] {
        assert_eq!(commit(&stage, commit_request(id, "", -1, offset)).await, 0);
    }
    let asked = ["a", "b", "c"].map(|id| OffsetFetchRequestGroup::default().with_group_id(group(id)).with_topics(None));
    let answer = ask!(stage, OffsetFetch, 9, OffsetFetchRequest::default().with_groups(asked.to_vec())).groups;
    let found: Vec<Vec<_>> = answer
        .iter()
        .map(|group| group.topics.iter().flat_map(|topic| &topic.partitions).map(|one| one.committed_offset).collect())
        .collect();
    assert_eq!(found, [vec![1], vec![2], vec![]]);
    assert_eq!(answer[0].topics[0].partitions[0].metadata, Some(text("a note")));

    let request = |id: &str| {
        let partition = OffsetDeleteRequestPartition::default().with_partition_index(0);
        let topic = OffsetDeleteRequestTopic::default().with_name(name("t")).with_partitions(vec![partition]);
        OffsetDeleteRequest::default().with_group_id(group(id)).with_topics(vec![topic])
    };
    assert_eq!(ask!(stage, OffsetDelete, 0, request("c")).error_code, E::GroupIdNotFound.code());
    assert_eq!(ask!(stage, OffsetDelete, 0, request("a")).topics[0].partitions[0].error_code, 0);
    let stage = stage.reopen().await;
    assert_eq!((committed(&stage, "a").await, committed(&stage, "b").await), (-1, 2));

    let member = member_id(&stage).await;
    answer_of(join_later(&stage.broker, &member)).await;
    let refused = ask!(stage, OffsetDelete, 0, request("g")).topics[0].partitions[0].error_code;
    assert_eq!(refused, E::GroupSubscribedToTopic.code());
}

#[tokio::test]
async fn offsets_of_a_group_without_members_expire_after_seven_days() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    commit(&stage, commit_request("g", "", -1, 5)).await;
    stage.clock.step(7 * DAY_MS - 1);
    stage.broker.retain().await;
    assert_eq!(committed(&stage, "g").await, 5);
    stage.clock.step(1);
    stage.broker.retain().await;
    assert_eq!(committed(&stage, "g").await, -1);
    assert!(groups(&stage).await.is_empty());
    let stage = stage.reopen().await;
    assert!(groups(&stage).await.is_empty());
}

#[tokio::test]
async fn lists_are_filtered_by_state_and_a_group_that_is_not_there_is_dead() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    commit(&stage, commit_request("g", "", -1, 5)).await;
    let filtered = |state: &str| ListGroupsRequest::default().with_states_filter(vec![text(state)]);
    assert_eq!(ask!(stage, ListGroups, 4, filtered("empty")).groups.len(), 1);
    assert!(ask!(stage, ListGroups, 4, filtered("Stable")).groups.is_empty());
    let request = || DescribeGroupsRequest::default().with_groups(vec![group("no")]);
    let old = ask!(stage, DescribeGroups, 5, request()).groups.remove(0);
    assert_eq!((old.error_code, &*old.group_state), (0, "Dead"));
    let new = ask!(stage, DescribeGroups, 6, request()).groups.remove(0);
    assert_eq!(new.error_code, E::GroupIdNotFound.code());
}

#[tokio::test]
async fn the_one_node_coordinates_every_group() {
    let stage = Stage::new().await;
    let old = ask!(stage, FindCoordinator, 2, FindCoordinatorRequest::default().with_key(text("g")));
    assert_eq!((old.error_code, old.node_id.0), (0, 1));
    let request = FindCoordinatorRequest::default().with_coordinator_keys(vec![text("g"), text("h")]);
    let new = ask!(stage, FindCoordinator, 4, request.clone()).coordinators;
    assert_eq!(new.iter().map(|one| (one.error_code, one.node_id.0)).collect::<Vec<_>>(), [(0, 1), (0, 1)]);
    let transactions = ask!(stage, FindCoordinator, 4, request.with_key_type(1)).coordinators;
    assert_eq!((transactions[0].error_code, transactions[0].node_id.0), (0, 1));
    let share = |key: &str| FindCoordinatorRequest::default().with_key_type(2).with_coordinator_keys(vec![text(key)]);
    let error = |answer: kafka_protocol::messages::FindCoordinatorResponse| answer.coordinators[0].error_code;
    assert_eq!(error(ask!(stage, FindCoordinator, 6, share("g:AAAAAAAAAAAAAAAAAAAAAA:0"))), 0);
    assert_eq!(error(ask!(stage, FindCoordinator, 6, share("g"))), E::InvalidRequest.code());
    assert_eq!(error(ask!(stage, FindCoordinator, 5, share("g:AAAAAAAAAAAAAAAAAAAAAA:0"))), E::InvalidRequest.code());
}

#[tokio::test]
async fn who_waits_in_a_group_is_sent_away_when_the_broker_shuts_down() {
    let stage = Stage::new().await;
    let first = member_id(&stage).await;
    answer_of(join_later(&stage.broker, &first)).await;
    let second = member_id(&stage).await;
    let waiting = join_later(&stage.broker, &second);
    while heartbeat(&stage, &first, 1).await == 0 {
        tokio::task::yield_now().await;
    }
    stage.broker.shutdown().await;
    assert_eq!(answer_of(waiting).await.error_code, E::CoordinatorNotAvailable.code());
}
