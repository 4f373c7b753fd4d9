//! A clock that is set, forward and back: what goes by the time on the wall as in Kafka (retention, the timeouts of
//! transactions, timestamps), and what must not notice (the sessions of members).

use kafka_protocol::ResponseError as E;

use super::{
    groups_api::{answer_of, heartbeat, join_later, member_id, sync},
    stage::{NOW, Stage, batch, batch_at, values},
    transactions::{self, Who, until},
};

const HOUR_MS: i64 = 60 * 60 * 1_000;
const DAY_MS: i64 = 24 * HOUR_MS;

#[tokio::test]
async fn members_do_not_notice_that_the_clock_was_set() {
    let stage = Stage::new().await;
    let member = member_id(&stage).await;
    answer_of(join_later(&stage.broker, &member)).await;
    sync(&stage, &member, 1, &[(&member, "all")]).await;
    for jump in [HOUR_MS, -3 * HOUR_MS, 30 * DAY_MS, -DAY_MS] {
        stage.clock.jump(jump);
        stage.broker.tick().await;
        assert_eq!(heartbeat(&stage, &member, 1).await, 0, "after a jump of {jump} ms");
        stage.clock.step(9_000);
        stage.broker.tick().await;
        assert_eq!(heartbeat(&stage, &member, 1).await, 0, "{jump} ms and less than its timeout later");
    }
    // One that falls silent is missed in time, though the clock was set back.
    stage.clock.jump(-DAY_MS);
    stage.clock.step(10_000);
    stage.broker.tick().await;
    assert_eq!(heartbeat(&stage, &member, 1).await, E::UnknownMemberId.code());
    let events = stage.broker.inspector().rebalances(0);
    assert!(events.iter().all(|event| event.duration_millis < HOUR_MS), "{events:?}");
}

#[tokio::test]
async fn offsets_are_kept_however_the_clock_jumps() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    assert_eq!(super::groups_api::commit_alone(&stage, 5).await, 0);
    for jump in [-DAY_MS, 30 * DAY_MS, -29 * DAY_MS] {
        stage.clock.jump(jump);
        stage.broker.retain().await;
        assert_eq!(super::groups_api::committed(&stage, "alone").await, 5);
    }
    stage.clock.step(7 * DAY_MS);
    stage.broker.retain().await;
    assert_eq!(super::groups_api::committed(&stage, "alone").await, -1);
}

#[tokio::test]
async fn records_keep_their_order_and_their_age() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[("retention.ms", "86400000"), ("message.timestamp.type", "LogAppendTime")]).await;
    for (offset, jump) in [0, HOUR_MS, -2 * HOUR_MS, HOUR_MS / 2].into_iter().enumerate() {
        stage.clock.jump(jump);
        let stored = stage.produce("t", 0, batch(&["v"])).await;
        assert_eq!((stored.error_code, stored.base_offset), (0, offset as i64));
    }
    // Found is the first in order whose time is not before the one that is asked for.
    for (wanted, offset) in [(NOW - 2 * HOUR_MS, 0), (NOW + 1, 1), (NOW + HOUR_MS, 1), (NOW + HOUR_MS + 1, -1)] {
        assert_eq!(stage.offset("t", 0, wanted).await.offset, offset, "{wanted}");
    }
    assert_eq!(stage.broker.retain().await, 0);
    stage.clock.jump(-10 * DAY_MS);
    assert_eq!(stage.broker.retain().await, 0, "what comes from the future stays");
    stage.clock.jump(20 * DAY_MS);
    assert_eq!(stage.broker.retain().await, 4);
    stage.clock.jump(-10 * DAY_MS);
    let stored = stage.produce("t", 0, batch(&["again"])).await;
    assert_eq!((stored.error_code, stored.base_offset), (0, 4));
    assert_eq!(values(&stage.fetch("t", 0, 4).await), ["again"]);
}

#[tokio::test]
async fn a_retry_is_known_again_though_the_clock_was_set() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    let who = Who { id: 7, epoch: 0 };
    for jump in [0, 3 * DAY_MS, -3 * DAY_MS] {
        stage.clock.jump(jump);
        stage.broker.retain().await;
        let stored = stage.produce("t", 0, transactions::batch(who, 0, false, "once")).await;
        assert_eq!((stored.error_code, stored.base_offset), (0, 0), "after a jump of {jump} ms");
        stage.broker.retain().await;
    }
    assert_eq!(stage.offset("t", 0, -1).await.offset, 1);
}

#[tokio::test]
async fn a_producer_whose_clock_is_far_ahead_of_the_brokers_is_told() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    assert_eq!(stage.produce("t", 0, batch_at(NOW + HOUR_MS / 2, &["v"])).await.error_code, 0);
    stage.clock.jump(-HOUR_MS);
    // message.timestamp.after.max.ms is an hour.
    let refused = stage.produce("t", 0, batch_at(NOW + HOUR_MS / 2, &["v"])).await;
    assert_eq!(refused.error_code, E::InvalidTimestamp.code());
    assert!(refused.error_message.is_some_and(|words| words.contains("message.timestamp.after.max.ms")));
    assert_eq!(stage.produce("t", 0, batch_at(NOW - HOUR_MS, &["v"])).await.error_code, 0);
}

#[tokio::test]
async fn a_transaction_times_out_by_the_time_on_the_wall() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    let who = stage.init("x").await.unwrap();
    stage.clock.step(10_000);
    stage.send("x", 12, 0, transactions::batch(who, 0, true, "lost")).await;
    stage.clock.jump(-HOUR_MS / 2);
    stage.clock.step(60_000);
    stage.broker.tick().await;
    assert_eq!(stage.state("x").await, "Ongoing");
    stage.clock.jump(HOUR_MS / 2);
    stage.broker.tick().await;
    until(async || stage.state("x").await == "CompleteAbort").await;
    let late = stage.send("x", 12, 0, transactions::batch(who, 1, true, "late")).await;
    assert_eq!(late.error_code, E::InvalidProducerEpoch.code());
    stage.clock.jump(-HOUR_MS / 2);
    let who = stage.init("x").await.unwrap();
    assert_eq!(stage.send("x", 12, 0, transactions::batch(who, 0, true, "kept")).await.error_code, 0);
    stage.end("x", 5, who, true).await.unwrap();
    assert_eq!(stage.state("x").await, "CompleteCommit");
}

/// The time for which nobody answered counts, as in Kafka, but who waited for the broker has some seconds to end what it
/// began.
#[tokio::test]
async fn a_transaction_does_not_time_out_at_the_moment_in_which_the_broker_is_back() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    let (quick, slow) = (stage.init("quick").await.unwrap(), stage.init("slow").await.unwrap());
    stage.send("quick", 12, 0, transactions::batch(quick, 0, true, "in time")).await;
    stage.send("slow", 12, 0, transactions::batch(slow, 0, true, "too late")).await;
    stage.clock.step(100_000);
    let stage = stage.after_a_crash().await;
    stage.clock.step(9_000);
    stage.broker.tick().await;
    assert_eq!(stage.state("quick").await, "Ongoing");
    assert_eq!(stage.send("quick", 12, 0, transactions::batch(quick, 1, true, "too")).await.error_code, 0);
    stage.end("quick", 5, quick, true).await.unwrap();
    stage.clock.step(1_000);
    stage.broker.tick().await;
    until(async || stage.state("slow").await == "CompleteAbort").await;
    assert_eq!(stage.state("quick").await, "CompleteCommit");
}
