//! The requests of members and administrators.

use kafka_protocol::{
    ResponseError as E,
    messages::{
        AlterShareGroupOffsetsRequest, ApiVersionsRequest, DeleteGroupsRequest, DeleteShareGroupOffsetsRequest,
        DescribeShareGroupOffsetsRequest, ListGroupsRequest, ShareGroupDescribeRequest,
        alter_share_group_offsets_request::{
            AlterShareGroupOffsetsRequestPartition, AlterShareGroupOffsetsRequestTopic,
        },
        delete_share_group_offsets_request::DeleteShareGroupOffsetsRequestTopic,
        describe_share_group_offsets_request::DescribeShareGroupOffsetsRequestGroup,
    },
};
use millpond::{
    broker::{ArchiveReason, ShareEventKind as K},
    codec::share::{ACK_ACCEPT, ACK_REJECT, ACK_RELEASE, ACK_RENEW, FetchAdditions, lag, set_renew_ack},
};

use super::crew::{Crew, acquired, call, cells, configure, group, heartbeat, produce, queue, start};
use crate::broker::stage::{Stage, ask, name, text, values_of};

const A: &[i8] = &[ACK_ACCEPT];
const R: &[i8] = &[ACK_RELEASE];
const X: &[i8] = &[ACK_REJECT];

/// A topic with records and a group that begins with the first one.
async fn stage(records: &[&str]) -> Stage {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    produce(&stage, "t", records).await;
    queue(&stage, "q").await;
    stage
}

#[tokio::test]
async fn two_members_share_one_partition() {
    let stage = stage(&["0", "1", "2", "3"]).await;
    let mut anna = Crew::join(&stage, "q", "anna", "t").await;
    let mut berta = Crew::join(&stage, "q", "berta", "t").await;
    let first = anna.take(&stage, 2, &[]).await;
    assert_eq!((acquired(&first), values_of(&first.records)), (vec![(0, 1, 1)], vec!["0".into(), "1".into()]));
    let second = berta.take(&stage, 2, &[]).await;
    assert_eq!(acquired(&second), [(2, 3, 1)]);
    assert_eq!(values_of(&second.records), ["2", "3"]);

    // What one gives back the other gets; what is rejected nobody gets.
    assert_eq!(anna.acknowledge(&stage, &[(0, 1, &[ACK_ACCEPT, ACK_RELEASE])]).await, 0);
    let again = berta.take(&stage, 9, &[(2, 2, X)]).await;
    assert_eq!((again.acknowledge_error_code, acquired(&again)), (0, vec![(1, 1, 2)]));
    assert_eq!(start(&stage, "q"), 1);
    assert_eq!(berta.acknowledge(&stage, &[(1, 1, A), (3, 3, A)]).await, 0);
    assert_eq!(start(&stage, "q"), 4);
    let view = stage.broker.inspector().share_partitions("q").remove(0);
    assert_eq!((view.end_offset, view.high_watermark, view.available, view.acquired), (4, 4, 0, 0));
    assert_eq!((view.acknowledged_total, view.archived_total, view.redelivered_total), (3, 1, 1));
    let events = stage.broker.inspector().share_events(0);
    assert_eq!(events[0].kind, K::Acquired { delivery_count: 1 });
    assert_eq!((events[0].first, events[0].last, events[0].member.as_deref()), (0, 1, Some("anna")));
    let kinds: Vec<_> = events[2..].iter().map(|event| event.kind.clone()).collect();
    let rejected = K::Archived { reason: ArchiveReason::Rejected };
    let told = [K::Accepted, K::Released, K::Rejected, rejected, K::Acquired { delivery_count: 2 }, K::Accepted];
    assert_eq!(kinds[..6], told);
    assert_eq!(stage.broker.inspector().share_events(events[0].number).len(), events.len() - 1);
}

#[tokio::test]
async fn a_lock_runs_out_unless_it_is_renewed() {
    let stage = stage(&["0", "1"]).await;
    let mut anna = Crew::join(&stage, "q", "anna", "t").await;
    let mut berta = Crew::join(&stage, "q", "berta", "t").await;
    assert_eq!(acquired(&anna.take(&stage, 9, &[]).await), [(0, 1, 1)]);
    stage.clock.step(20_000);
    let mut renewal = anna.request(0, &[(0, 0, &[ACK_RENEW])]);
    (renewal.max_bytes, renewal.min_bytes) = (0, 0);
    FetchAdditions { acquire_mode: 0, is_renew_ack: true }.put(&mut renewal);
    let renewed = anna.send(&stage, renewal).await;
    assert_eq!((renewed.error_code, renewed.acquisition_lock_timeout_ms), (0, 30_000));
    assert_eq!(renewed.responses[0].partitions[0].acknowledge_error_code, 0);
    stage.clock.step(10_000);
    stage.broker.tick().await;
    assert_eq!(acquired(&berta.take(&stage, 9, &[]).await), [(1, 1, 2)], "the other one was not renewed");
    // Too late, and so nothing of it counts.
    assert_eq!(anna.acknowledge(&stage, &[(0, 1, A)]).await, E::InvalidRecordState.code());
    assert_eq!(cells(&stage, "q")[&0], "Acquired 1");
    stage.clock.step(20_000);
    stage.broker.tick().await;
    assert_eq!(cells(&stage, "q")[&0], "Available 1");
    // A renewal needs a request that says so, and a group that allows it.
    assert_eq!(berta.acknowledge(&stage, &[(1, 1, &[ACK_RENEW])]).await, E::InvalidRequest.code());
    assert_eq!(configure(&stage, "q", &[("share.renew.acknowledge.enable", "false")]).await, 0);
    let mut renewal = berta.request(0, &[(1, 1, &[ACK_RENEW])]);
    (renewal.max_bytes, renewal.min_bytes) = (0, 0);
    FetchAdditions { acquire_mode: 0, is_renew_ack: true }.put(&mut renewal);
    let refused = berta.send(&stage, renewal).await;
    assert_eq!(refused.responses[0].partitions[0].acknowledge_error_code, E::InvalidRecordState.code());
    let mut fetches = berta.request(1, &[]);
    FetchAdditions { acquire_mode: 0, is_renew_ack: true }.put(&mut fetches);
    assert_eq!(call!(stage, ShareFetch, 2, fetches).error_code, E::InvalidRequest.code());
    let mut request = kafka_protocol::messages::ShareAcknowledgeRequest::default();
    set_renew_ack(&mut request, true);
}

#[tokio::test]
async fn sessions_go_by_their_epochs() {
    let stage = stage(&["0", "1"]).await;
    let mut anna = Crew::join(&stage, "q", "anna", "t").await;
    let mut early = anna.request(1, &[]);
    early.share_session_epoch = 1;
    assert_eq!(call!(stage, ShareFetch, 1, early).error_code, E::ShareSessionNotFound.code());
    let opening = anna.request(1, &[(0, 0, A)]);
    assert_eq!(call!(stage, ShareFetch, 1, opening).error_code, E::InvalidRequest.code());
    assert_eq!(acquired(&anna.take(&stage, 1, &[]).await), [(0, 0, 1)]);
    let mut skips = anna.request(1, &[]);
    skips.share_session_epoch = 5;
    assert_eq!(call!(stage, ShareFetch, 1, skips).error_code, E::InvalidShareSessionEpoch.code());
    assert_eq!(anna.acknowledge(&stage, &[(7, 7, A)]).await, E::InvalidRequest.code(), "never handed out");
    assert_eq!(anna.acknowledge(&stage, &[(0, 1, &[1, 1, 1])]).await, E::InvalidRequest.code());
    assert_eq!(anna.acknowledge(&stage, &[(0, 0, A), (0, 0, A)]).await, E::InvalidRequest.code());
    assert_eq!(anna.acknowledge(&stage, &[(0, 0, &[9])]).await, E::InvalidRequest.code());
    assert_eq!(cells(&stage, "q")[&0], "Acquired 1");
    assert_eq!(anna.close(&stage).await, 0);
    assert_eq!(cells(&stage, "q")[&0], "Available 1", "what it held is free");
    assert_eq!(anna.close(&stage).await, E::ShareSessionNotFound.code());
    let mut other = anna.request(1, &[]);
    other.group_id = Some(group("nobody"));
    assert_eq!(call!(stage, ShareFetch, 1, other).error_code, E::GroupIdNotFound.code());
    let mut unknown = anna.request(1, &[]);
    unknown.topics[0].topic_id = uuid::Uuid::new_v4();
    let answer = call!(stage, ShareFetch, 1, unknown);
    assert_eq!(answer.responses[0].partitions[0].error_code, E::UnknownTopicId.code());
}

#[tokio::test]
async fn members_come_and_go() {
    let stage = stage(&["0"]).await;
    stage.create("two", 2, &[]).await;
    let read = |answer: &kafka_protocol::messages::ShareGroupHeartbeatResponse| -> Vec<i32> {
        let topics = answer.assignment.iter().flat_map(|given| &given.topic_partitions);
        topics.flat_map(|topic| topic.partitions.clone()).collect()
    };
    let anna = heartbeat(&stage, "q", "anna", 0, &["two"]).await;
    assert_eq!((anna.member_epoch, read(&anna)), (1, vec![0, 1]));
    let berta = heartbeat(&stage, "q", "berta", 0, &["two"]).await;
    assert_eq!((berta.member_epoch, read(&berta).len()), (2, 1));
    let anna = heartbeat(&stage, "q", "anna", 1, &[]).await;
    assert_eq!((anna.member_epoch, read(&anna).len()), (2, 1));
    assert!(heartbeat(&stage, "q", "anna", 2, &[]).await.assignment.is_none(), "nothing new");
    assert_eq!(heartbeat(&stage, "q", "anna", 1, &[]).await.error_code, 0, "its answer was lost");
    assert_eq!(heartbeat(&stage, "q", "anna", 9, &[]).await.error_code, E::FencedMemberEpoch.code());
    assert_eq!(heartbeat(&stage, "q", "carla", 2, &[]).await.error_code, E::UnknownMemberId.code());
    assert_eq!(heartbeat(&stage, "other", "carla", 2, &[]).await.error_code, E::GroupIdNotFound.code());
    assert_eq!(heartbeat(&stage, "q", "", 0, &["t"]).await.error_code, E::InvalidRequest.code());
    // A third member works at last.
    let carla = heartbeat(&stage, "q", "carla", 0, &["two"]).await;
    assert_eq!(read(&carla).len(), 1);

    let list = ask!(stage, ListGroups, 5, ListGroupsRequest::default().with_types_filter(vec![text("share")]));
    let listed: Vec<_> = list.groups.iter().map(|one| (&**one.group_id, &*one.group_type, &*one.group_state)).collect();
    assert_eq!(listed, [("q", "share", "Stable")]);
    let request = ShareGroupDescribeRequest::default().with_group_ids(vec![group("q"), group("none")]);
    let told = ask!(stage, ShareGroupDescribe, 1, request).groups;
    assert_eq!((told[0].members.len(), &*told[0].assignor_name, told[1].error_code), (3, "simple", 69));
    assert_eq!(told[0].members[0].assignment.topic_partitions[0].topic_name, name("two"));

    // Members survive a restart; who is silent does not survive its session.
    let stage = stage.reopen().await;
    assert_eq!(heartbeat(&stage, "q", "berta", 2, &[]).await.error_code, 0);
    stage.clock.step(30_000);
    assert_eq!(heartbeat(&stage, "q", "berta", 3, &[]).await.error_code, 0);
    stage.clock.step(20_000);
    stage.broker.tick().await;
    assert_eq!(heartbeat(&stage, "q", "anna", 2, &[]).await.error_code, E::UnknownMemberId.code());
    assert_eq!(heartbeat(&stage, "q", "berta", -1, &[]).await.member_epoch, -1);
    let delete = DeleteGroupsRequest::default().with_groups_names(vec![group("q")]);
    assert_eq!(ask!(stage, DeleteGroups, 2, delete).results[0].error_code, 0);
    assert!(ask!(stage, ListGroups, 5, ListGroupsRequest::default()).groups.is_empty());
}

#[tokio::test]
async fn what_is_acquired_is_free_after_a_restart() {
    let stage = stage(&["0", "1", "2", "3"]).await;
    let mut anna = Crew::join(&stage, "q", "anna", "t").await;
    assert_eq!(acquired(&anna.take(&stage, 9, &[]).await), [(0, 3, 1)]);
    assert_eq!(anna.acknowledge(&stage, &[(1, 1, A), (2, 2, R)]).await, 0);
    assert_eq!(acquired(&anna.take(&stage, 9, &[]).await), [(2, 2, 2)]);
    assert_eq!(anna.acknowledge(&stage, &[(2, 2, R)]).await, 0);
    let stage = stage.reopen().await;
    let after = cells(&stage, "q");
    let expected = [(0, "Available 0"), (1, "Acknowledged 1"), (2, "Available 2"), (3, "Available 0")];
    assert_eq!(after.iter().map(|(offset, cell)| (*offset, cell.as_str())).collect::<Vec<_>>(), expected);
    // The member goes on with its epoch and a new session.
    assert_eq!(heartbeat(&stage, "q", "anna", 1, &[]).await.error_code, 0);
    anna.epoch = 0;
    assert_eq!(acquired(&anna.take(&stage, 9, &[]).await), [(0, 0, 1), (2, 2, 3), (3, 3, 1)]);
}

#[tokio::test]
async fn administrators_see_and_set_where_a_group_stands() {
    let stage = stage(&["0", "1", "2", "3"]).await;
    let altered = |offset: i64| {
        let partition = AlterShareGroupOffsetsRequestPartition::default().with_start_offset(offset);
        let topic = AlterShareGroupOffsetsRequestTopic::default().with_topic_name(name("t"));
        AlterShareGroupOffsetsRequest::default()
            .with_group_id(group("q"))
            .with_topics(vec![topic.with_partitions(vec![partition])])
    };
    // A queue can be there before anybody reads it.
    assert_eq!(ask!(stage, AlterShareGroupOffsets, 0, altered(1)).responses[0].partitions[0].error_code, 0);
    let list = ask!(stage, ListGroups, 5, ListGroupsRequest::default());
    assert_eq!((&*list.groups[0].group_type, &*list.groups[0].group_state), ("share", "Empty"));
    let asked = DescribeShareGroupOffsetsRequestGroup::default().with_group_id(group("q")).with_topics(None);
    let request = DescribeShareGroupOffsetsRequest::default().with_groups(vec![asked]);
    let told = call!(stage, DescribeShareGroupOffsets, 1, request.clone());
    let partition = &told.groups[0].topics[0].partitions[0];
    assert_eq!((partition.start_offset, lag(partition)), (1, Some(3)));

    let mut anna = Crew::join(&stage, "q", "anna", "t").await;
    assert_eq!(acquired(&anna.take(&stage, 2, &[]).await), [(1, 2, 1)]);
    assert_eq!(anna.acknowledge(&stage, &[(2, 2, A)]).await, 0);
    let told = call!(stage, DescribeShareGroupOffsets, 1, request.clone());
    assert_eq!(lag(&told.groups[0].topics[0].partitions[0]), Some(2));
    assert_eq!(ask!(stage, AlterShareGroupOffsets, 0, altered(0)).error_code, E::NonEmptyGroup.code());
    assert_eq!(heartbeat(&stage, "q", "anna", -1, &[]).await.error_code, 0);
    assert_eq!(cells(&stage, "q")[&1], "Available 1", "who leaves gives back");
    assert_eq!(ask!(stage, AlterShareGroupOffsets, 0, altered(99)).error_code, 0);
    assert_eq!(start(&stage, "q"), 4, "at most the end");
    let topic = DeleteShareGroupOffsetsRequestTopic::default().with_topic_name(name("t"));
    let delete = DeleteShareGroupOffsetsRequest::default().with_group_id(group("q")).with_topics(vec![topic]);
    assert_eq!(ask!(stage, DeleteShareGroupOffsets, 0, delete).responses[0].error_code, 0);
    let stage = stage.reopen().await;
    assert!(call!(stage, DescribeShareGroupOffsets, 1, request).groups[0].topics.is_empty());
    let versions =
        ApiVersionsRequest::default().with_client_software_name(text("test")).with_client_software_version(text("1"));
    let told = ask!(stage, ApiVersions, 4, versions);
    assert!(told.finalized_features.iter().any(|one| &*one.name == "share.version" && one.max_version_level == 1));
}
