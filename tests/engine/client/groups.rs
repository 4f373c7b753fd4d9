//! Members of groups: who gets what, what happens when somebody goes, and where a group goes on.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn two_groups_each_get_everything_and_two_members_share() {
    for assignor in Assignor::ALL {
        let stage = Stage::with_topic("orders", 4).await;
        stage.client.produce("orders", numbered(100), ProduceOptions::default()).await.unwrap();
        let with = |group| ConsumerOptions { assignor, ..options(group, "orders") };
        let [one, two] = ["one", "two"].map(|id| stage.consumer(id, with("shared")));
        let alone = stage.consumer("alone", with("other"));
        let all: BTreeSet<_> = poll_values(&alone, 100).await.into_iter().collect();
        assert_eq!(all.len(), 100);

        poll_until_owning(&[(&one, 2), (&two, 2)]).await;
        let owned: BTreeSet<_> = [one.assignment(), two.assignment()].concat().into_iter().collect();
        assert_eq!(owned.len(), 4, "{assignor:?}");
        let info = stage.client.describe_group("shared").await.unwrap();
        assert_eq!((info.state, info.members.len(), &*info.protocol), (GroupState::Stable, 2, assignor.as_str()));
        let seen: BTreeSet<_> = info.members.iter().flat_map(|m| m.assignment.clone()).collect();
        assert_eq!(seen, owned);
        assert!(info.members.iter().all(|m| *m.topics == ["orders".into()] && ["one", "two"].contains(&&*m.client_id)));
        let groups: Vec<_> = stage.client.groups().await.unwrap().into_iter().map(|g| (g.id, g.state)).collect();
        assert_eq!(groups, [("other".to_owned(), GroupState::Stable), ("shared".to_owned(), GroupState::Stable)]);
        stage.broker.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_member_is_replaced_when_its_session_runs_out_and_one_that_leaves_at_once() {
    let stage = Stage::with_topic("orders", 4).await;
    let short = ConsumerOptions { session_timeout_ms: 500, ..options("g", "orders") };
    let [one, two] = ["one", "two"].map(|id| stage.consumer(id, short.clone()));
    poll_until_owning(&[(&one, 2), (&two, 2)]).await;
    stage.client.produce("orders", numbered(40), ProduceOptions::default()).await.unwrap();
    two.kill();
    assert_eq!(stage.client.describe_group("g").await.unwrap().members.len(), 2, "the group does not know yet");
    let values: BTreeSet<_> = poll_values(&one, 40).await.into_iter().collect();
    assert_eq!(values.len(), 40);
    assert_eq!(one.assignment().len(), 4);

    let long = ConsumerOptions { session_timeout_ms: 60_000, ..options("g", "orders") };
    let three = stage.consumer("three", long);
    poll_until_owning(&[(&one, 2), (&three, 2)]).await;
    three.leave().await.unwrap();
    poll_until_owning(&[(&one, 4)]).await;
    one.leave().await.unwrap();
    assert_eq!(stage.client.describe_group("g").await.unwrap().state, GroupState::Empty);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cooperative_rebalance_keeps_what_stays_and_its_records_flow() {
    let stage = Stage::with_topic("orders", 4).await;
    let one = stage.consumer("one", options("g", "orders"));
    poll_until_owning(&[(&one, 4)]).await;
    one.take_events();
    let two = stage.consumer("two", options("g", "orders"));
    poll_until_owning(&[(&one, 2), (&two, 2)]).await;
    let kept = one.assignment();
    let events: Vec<_> = one.take_events().into_iter().map(|event| event.kind).collect();
    let revoked: Vec<_> = events
        .iter()
        .filter_map(|kind| match kind {
            ConsumerEventKind::Revoked { partitions } => Some(partitions.clone()),
            _ => None,
        })
        .flatten()
        .collect();
    assert_eq!(revoked.len(), 2, "{events:#?}");
    assert!(revoked.iter().all(|tp| !kept.contains(tp)));

    // A third member joins and then hardly ever heartbeats: once a partition was given back for it, the group waits for it
    // to join again. (Unless it hears of that in time by its SyncGroup: then the next third member is tried.)
    let slow = ConsumerOptions { session_timeout_ms: 60_000, heartbeat_interval_ms: 50_000, ..options("g", "orders") };
    let rebalancing = async || stage.client.describe_group("g").await.unwrap().state == GroupState::PreparingRebalance;
    let held_up = async |three: &Consumer| loop {
        for consumer in [&one, &two, three] {
            consumer.poll(Duration::from_millis(10)).await.unwrap();
        }
        if one.assignment().len() + two.assignment().len() == 3 && rebalancing().await {
            return true;
        }
        if !three.assignment().is_empty() {
            return false;
        }
    };
    let mut three = stage.consumer("three", slow.clone());
    while !timeout(PATIENCE, held_up(&three)).await.unwrap() {
        three.leave().await.unwrap();
        poll_until_owning(&[(&one, 2), (&two, 2)]).await;
        three = stage.consumer("three", slow.clone());
    }
    // What the others kept still flows.
    for consumer in [&one, &two] {
        let kept = consumer.assignment();
        let records = kept.iter().map(|tp| NewRecord { partition: Some(tp.partition), ..record("k", "flowing") });
        stage.client.produce("orders", records.collect(), ProduceOptions::default()).await.unwrap();
        assert_eq!(poll_values(consumer, kept.len()).await, vec!["flowing"; kept.len()]);
    }
    assert!(rebalancing().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_being_processed_is_not_taken_away_before_the_next_poll() {
    let stage = Stage::with_topic("orders", 2).await;
    stage.client.produce("orders", numbered(20), ProduceOptions::default()).await.unwrap();
    for assignor in [Assignor::Range, Assignor::CooperativeSticky] {
        let group = assignor.as_str();
        let with = ConsumerOptions { assignor, ..options(group, "orders") };
        let one = stage.consumer("one", with.clone());
        let got = poll_values(&one, 20).await;
        assert_eq!(got.len(), 20);
        let two = stage.consumer("two", with);
        let asked = async {
            while stage.client.describe_group(group).await.unwrap().members.len() < 2 {
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, asked).await.unwrap();
        assert_eq!(one.assignment().len(), 2, "taken away while its records were being processed");
        one.commit().await.unwrap();
        poll_until_owning(&[(&one, 1), (&two, 1)]).await;
        // Everything was committed before it moved: nothing comes twice.
        assert!(two.poll(Duration::from_millis(50)).await.unwrap().records.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_that_never_waits_for_records_gives_partitions_back() {
    let stage = Stage::with_topic("orders", 2).await;
    stage.client.produce("orders", numbered(20_000), ProduceOptions::default()).await.unwrap();
    let first = stage.consumer("first", ConsumerOptions { max_poll_records: 1, ..options("g", "orders") });
    poll_until_owning(&[(&first, 2)]).await;
    let second = stage.consumer("second", options("g", "orders"));
    // Every poll finds a record at once: none is under way for longer than it takes to hand one over.
    let until = tokio::time::Instant::now() + Duration::from_secs(20);
    while (first.assignment().len(), second.assignment().len()) != (1, 1) {
        assert!(tokio::time::Instant::now() < until, "{:?} {:?}", first.assignment(), second.assignment());
        first.poll(Duration::ZERO).await.unwrap();
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_goes_on_where_it_committed() {
    let stage = Stage::with_topic("orders", 1).await;
    stage.client.produce("orders", numbered(10), ProduceOptions::default()).await.unwrap();
    let few = ConsumerOptions { max_poll_records: 4, ..options("g", "orders") };
    let first = stage.consumer("first", few.clone());
    assert_eq!(poll_values(&first, 4).await.len(), 4);
    first.commit().await.unwrap();
    assert_eq!(poll_values(&first, 4).await.len(), 4);
    first.leave().await.unwrap();

    let tp = TopicPartition::new("orders", 0);
    let committed = stage.client.committed("g").await.unwrap();
    assert_eq!(committed.iter().map(|(tp, c)| (tp, c.offset)).collect::<Vec<_>>(), [(&tp, 4)]);
    let second = stage.consumer("second", few);
    assert_eq!(poll_values(&second, 4).await[0], "value 4");
    second.seek(&tp, 9).unwrap();
    assert_eq!(poll_values(&second, 1).await, ["value 9"]);
    assert_eq!(second.positions(), [(tp, 10)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn offsets_are_reset_from_outside_only_while_nobody_is_in_the_group() {
    let stage = Stage::with_topic("orders", 1).await;
    stage.client.produce("orders", numbered(10), ProduceOptions::default()).await.unwrap();
    let tp = TopicPartition::new("orders", 0);
    let consumer = stage.consumer("one", options("g", "orders"));
    poll_values(&consumer, 10).await;
    consumer.commit().await.unwrap();

    let refused = stage.client.commit_as_admin("g", vec![(tp.clone(), 3)]).await.unwrap();
    let error = refused[0].1.as_ref().unwrap_err();
    assert!(error.to_string().contains("active members"), "{error}");
    let refused = stage.client.delete_groups(&["g"]).await.unwrap();
    assert_eq!(refused[0].1.as_ref().unwrap_err().name(), "NON_EMPTY_GROUP");
    let refused = stage.client.delete_group_offsets("g", vec![tp.clone()]).await.unwrap();
    assert_eq!(refused[0].1.as_ref().unwrap_err().name(), "GROUP_SUBSCRIBED_TO_TOPIC");

    consumer.leave().await.unwrap();
    stage.client.commit_as_admin("g", vec![(tp.clone(), 3)]).await.unwrap()[0].1.clone().unwrap();
    assert_eq!(stage.client.committed("g").await.unwrap()[0].1.offset, 3);
    let consumer = stage.consumer("one", options("g", "orders"));
    assert_eq!(poll_values(&consumer, 7).await[0], "value 3");
    consumer.leave().await.unwrap();
    stage.client.delete_group_offsets("g", vec![tp]).await.unwrap()[0].1.clone().unwrap();
    assert!(stage.client.committed("g").await.unwrap().is_empty());
    stage.client.delete_group("g").await.unwrap();
    assert!(stage.client.groups().await.unwrap().is_empty());
    assert_eq!(stage.client.describe_group("g").await.unwrap().state, GroupState::Dead);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_partition_waits_and_loses_nothing() {
    let stage = Stage::with_topic("orders", 2).await;
    let consumer = stage.consumer("one", options("g", "orders"));
    poll_until_owning(&[(&consumer, 2)]).await;
    let held = TopicPartition::new("orders", 0);
    consumer.pause(std::slice::from_ref(&held));
    let to = |partition, value| NewRecord { partition: Some(partition), ..record("k", value) };
    let records = vec![to(0, "held"), to(1, "flowing"), to(0, "held too")];
    stage.client.produce("orders", records, ProduceOptions::default()).await.unwrap();
    assert_eq!(poll_values(&consumer, 1).await, ["flowing"]);
    assert!(consumer.poll(Duration::from_millis(100)).await.unwrap().records.is_empty());
    consumer.resume(&[held]);
    assert_eq!(poll_values(&consumer, 2).await, ["held", "held too"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn new_partitions_are_shared_out_and_deleted_records_skipped() {
    let stage = Stage::with_topic("orders", 1).await;
    let consumer = stage.consumer("one", options("g", "orders"));
    poll_until_owning(&[(&consumer, 1)]).await;
    stage.client.add_partitions("orders", 3).await.unwrap();
    poll_until_owning(&[(&consumer, 3)]).await;

    let tp = TopicPartition::new("orders", 0);
    let in_first: Vec<_> = numbered(10).into_iter().map(|r| NewRecord { partition: Some(0), ..r }).collect();
    stage.client.produce("orders", in_first, ProduceOptions::default()).await.unwrap();
    poll_values(&consumer, 10).await;
    stage.client.delete_records(vec![(tp.clone(), 5)]).await.unwrap();
    consumer.seek(&tp, 2).unwrap();
    assert_eq!(poll_values(&consumer, 5).await[0], "value 5");
    let reset = ConsumerEventKind::OffsetReset { partition: tp, to: 5 };
    assert!(consumer.take_events().iter().any(|event| event.kind == reset));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_of_another_assignor_is_refused_with_the_reason() {
    let stage = Stage::with_topic("orders", 1).await;
    let range = stage.consumer("range", ConsumerOptions { assignor: Assignor::Range, ..options("g", "orders") });
    poll_until_owning(&[(&range, 1)]).await;
    let sticky = stage.consumer("sticky", ConsumerOptions { assignor: Assignor::Sticky, ..options("g", "orders") });
    let polls = async {
        loop {
            if let Err(error) = sticky.poll(Duration::from_millis(50)).await {
                return error;
            }
        }
    };
    let error = timeout(PATIENCE, polls).await.unwrap();
    assert_eq!(error.name(), "INCONSISTENT_GROUP_PROTOCOL");
    assert!(error.hint().contains("same assignor"));
    assert_eq!(sticky.state(), ConsumerState::Failed);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_start_the_caller_decides() {
    let stage = Stage::with_topic("orders", 1).await;
    stage.client.produce("orders", numbered(3), ProduceOptions::default()).await.unwrap();
    let none = ConsumerOptions { auto_offset_reset: AutoOffsetReset::None, ..options("g", "orders") };
    let consumer = stage.consumer("one", none);
    let polls = async {
        loop {
            if let Err(error) = consumer.poll(Duration::from_millis(50)).await {
                return error;
            }
        }
    };
    let error = timeout(PATIENCE, polls).await.unwrap();
    assert!(matches!(error, ClientError::Invalid { .. }), "{error}");
    consumer.seek(&TopicPartition::new("orders", 0), 1).unwrap();
    assert_eq!(poll_values(&consumer, 2).await, ["value 1", "value 2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_that_is_not_polled_steps_aside_and_comes_back() {
    let stage = Stage::with_topic("orders", 1).await;
    let impatient = ConsumerOptions { max_poll_interval_ms: 300, ..options("g", "orders") };
    let consumer = stage.consumer("one", impatient);
    poll_until_owning(&[(&consumer, 1)]).await;
    let gone = async {
        while stage.client.describe_group("g").await.unwrap().state != GroupState::Empty {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, gone).await.unwrap();
    let mut events = Vec::new();
    poll_until(&consumer, |_| {
        events.extend(consumer.take_events());
        events.iter().any(|event| matches!(event.kind, ConsumerEventKind::Lost { .. }))
    })
    .await;
    poll_until_owning(&[(&consumer, 1)]).await;
}
