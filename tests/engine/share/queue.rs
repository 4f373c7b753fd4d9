//! Topics that are classic queues (`millpond.delete.acknowledged`), and changes by hand.

use kafka_protocol::{
    ResponseError as E,
    messages::{
        ConsumerGroupHeartbeatRequest, DescribeConfigsRequest, JoinGroupRequest, OffsetCommitRequest,
        describe_configs_request::DescribeConfigsResource,
        join_group_request::JoinGroupRequestProtocol,
        offset_commit_request::{OffsetCommitRequestPartition, OffsetCommitRequestTopic},
    },
};
use millpond::{
    broker::{ArchiveReason, ShareChange, ShareChangeError, ShareEventKind as K},
    codec::{
        consumer_protocol::Subscription,
        share::{ACK_ACCEPT, ACK_REJECT},
    },
    model::ShareRecordState,
};

use super::crew::{Crew, acquired, cells, group, heartbeat, produce, queue, start};
use crate::broker::stage::{Stage, ask, name, text};

const A: &[i8] = &[ACK_ACCEPT];
const X: &[i8] = &[ACK_REJECT];

#[tokio::test]
async fn what_is_finished_is_gone() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[("millpond.delete.acknowledged", "true")]).await;
    produce(&stage, "t", &["0", "1", "2"]).await;
    queue(&stage, "q").await;
    let mut anna = Crew::join(&stage, "q", "anna", "t").await;
    anna.take(&stage, 9, &[]).await;
    assert_eq!(anna.acknowledge(&stage, &[(1, 1, A)]).await, 0);
    assert_eq!(stage.offset("t", 0, -2).await.offset, 0, "the first one is not finished");
    assert_eq!(anna.acknowledge(&stage, &[(0, 0, X)]).await, 0);
    assert_eq!(stage.offset("t", 0, -2).await.offset, 2);
    assert_eq!(stage.fetch("t", 0, 0).await.error_code, E::OffsetOutOfRange.code());
    let deleted = stage.broker.inspector().share_events(0).into_iter().find(|event| event.kind == K::Deleted).unwrap();
    assert_eq!((deleted.first, deleted.last), (0, 1));
    let stage = stage.reopen().await;
    assert_eq!((start(&stage, "q"), stage.offset("t", 0, -2).await.offset), (2, 2));

    // Nobody else may read it.
    let second = heartbeat(&stage, "other", "berta", 0, &["t"]).await;
    assert_eq!(second.error_code, E::InvalidRequest.code());
    assert!(
        second.error_message.is_some_and(|words| words.contains("millpond.delete.acknowledged") && words.contains("q"))
    );
    let consumer = ConsumerGroupHeartbeatRequest::default()
        .with_group_id(group("c"))
        .with_member_id(text("m"))
        .with_rebalance_timeout_ms(60_000)
        .with_subscribed_topic_names(Some(vec![name("t")]))
        .with_topic_partitions(Some(vec![]));
    let refused = ask!(stage, ConsumerGroupHeartbeat, 1, consumer);
    assert_eq!(refused.error_code, E::InvalidRequest.code());
    assert!(refused.error_message.is_some_and(|words| words.contains("millpond.delete.acknowledged")));
    let metadata = Subscription { topics: vec!["t".into()], ..Subscription::default() }.encode();
    let protocol = JoinGroupRequestProtocol::default().with_name(text("range")).with_metadata(metadata);
    let join = JoinGroupRequest::default()
        .with_group_id(group("c"))
        .with_session_timeout_ms(10_000)
        .with_protocol_type(text("consumer"))
        .with_protocols(vec![protocol]);
    assert_eq!(ask!(stage, JoinGroup, 3, join).error_code, E::InvalidRequest.code());
    let partition = OffsetCommitRequestPartition::default().with_committed_offset(1);
    let topic = OffsetCommitRequestTopic::default().with_name(name("t")).with_partitions(vec![partition]);
    let commit = OffsetCommitRequest::default()
        .with_group_id(group("c"))
        .with_generation_id_or_member_epoch(-1)
        .with_topics(vec![topic]);
    let answer = ask!(stage, OffsetCommit, 8, commit);
    assert_eq!(answer.topics[0].partitions[0].error_code, E::InvalidRequest.code());

    let asked = DescribeConfigsResource::default()
        .with_resource_type(2)
        .with_resource_name(text("t"))
        .with_configuration_keys(Some(vec![text("millpond.delete.acknowledged")]));
    let told = ask!(stage, DescribeConfigs, 4, DescribeConfigsRequest::default().with_resources(vec![asked]));
    assert_eq!(told.results[0].configs[0].value.as_deref(), Some("true"));
}

#[tokio::test]
async fn records_are_changed_by_hand() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    produce(&stage, "t", &["0", "1", "2", "3", "4", "5"]).await;
    queue(&stage, "q").await;
    let inspector = stage.broker.inspector();
    let none = inspector.share_archive("q", "t", 0, 0, 9).await;
    assert_eq!(none, Err(ShareChangeError::NoGroup { group: "q".into() }));
    let mut anna = Crew::join(&stage, "q", "anna", "t").await;
    assert!(matches!(inspector.share_archive("q", "t", 0, 0, 9).await, Err(ShareChangeError::NotStarted { .. })));
    assert!(matches!(inspector.share_archive("q", "t", 9, 0, 9).await, Err(ShareChangeError::NoPartition { .. })));
    anna.take(&stage, 4, &[]).await;
    assert_eq!(anna.acknowledge(&stage, &[(1, 1, X), (2, 2, A)]).await, 0);

    assert_eq!(inspector.share_redeliver("q", "t", 0, 0, 2).await, Ok(ShareChange { records: 2 }));
    assert_eq!((&*cells(&stage, "q")[&0], &*cells(&stage, "q")[&1]), ("Available 0", "Available 0"));
    assert_eq!(anna.acknowledge(&stage, &[(0, 0, A)]).await, E::InvalidRecordState.code(), "the lock is lost");
    let view = inspector.share_partitions("q").remove(0);
    let held = view.cells.iter().find(|cell| cell.offset == 3).unwrap();
    assert_eq!((held.state, held.member.as_deref()), (ShareRecordState::Acquired, Some("anna")));
    assert_eq!(held.lock_until, Some(crate::broker::stage::NOW + 30_000));
    assert_eq!((view.available, view.acquired), (4, 1), "two that were given back, two that never were handed out");

    assert_eq!(inspector.share_archive("q", "t", 0, 0, 3).await, Ok(ShareChange { records: 3 }));
    assert_eq!(start(&stage, "q"), 4);
    assert_eq!(inspector.share_purge("q", "t").await, Ok(ShareChange { records: 2 }));
    assert_eq!(start(&stage, "q"), 6);
    assert!(acquired(&anna.take(&stage, 9, &[]).await).is_empty());
    let last = inspector.share_events(0).pop().unwrap();
    assert_eq!((last.first, last.last, last.kind), (4, 5, K::Archived { reason: ArchiveReason::ByHand }));
    produce(&stage, "t", &["6"]).await;
    let stage = stage.reopen().await;
    anna.epoch = 0;
    assert_eq!(acquired(&anna.take(&stage, 9, &[]).await), [(6, 6, 1)]);
}
