//! - A group with committed offsets is listed with its lag; its detail shows figures, chart, picture and table.
//! - Offsets are reset after a preview; while a member reads it is refused, with the reason.
//! - A group is deleted; its lag history survives a restart.

use std::time::Duration;

use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use millpond::{
    client::{Consumer, ConsumerOptions, ProduceOptions},
    model::{GroupState, Lag, NewRecord, TopicPartition},
    session::{GroupFacts, LagQuery, NewTopic},
    ui::{Action, GroupTab, Place},
};

use crate::support::Window;

/// A topic of two partitions with ten records each, of which the group has read four of partition 0.
fn group_with_lag(window: &mut Window) {
    let session = window.session();
    let client = session.client().clone();
    session.handle().block_on(async {
        client.create_topic(&NewTopic::new("orders", 2)).await.unwrap();
        let record = |n: i32| NewRecord {
            partition: Some(n % 2),
            value: Some(format!("record {n}").into()),
            ..NewRecord::default()
        };
        client.produce("orders", (0..20).map(record).collect(), ProduceOptions::default()).await.unwrap();
        let offsets = vec![(TopicPartition::new("orders", 0), 4), (TopicPartition::new("orders", 1), 10)];
        for (_, outcome) in client.commit_as_admin("billing", offsets).await.unwrap() {
            outcome.unwrap();
        }
    });
    session.refresh();
    window.until("the group's lag", |app| app.facts().group("billing").is_some_and(|g| g.lag == Lag::Records(6)));
}

fn open_group(window: &mut Window, tab: GroupTab) {
    window.ask(Action::Go(Place::Group { id: "billing".to_owned(), tab }));
}

#[test]
fn a_group_is_listed_with_its_lag_and_opened() {
    let mut window = Window::open();
    window.click("Groups");
    window.until_shown_containing("No group yet");
    group_with_lag(&mut window);
    window.until_shown("billing, classic, Empty, Lag 6");
    window.type_into("Find  /", "nothing");
    window.until_shown_containing("No group and no topic");
    window.click("Show all groups");
    window.until_shown("billing, classic, Empty, Lag 6");
    open_group(&mut window, GroupTab::Lag);
    window.until_shown("Lag: 6 records");
    window.until_shown("Caught up in: never at this pace");
    window.until_shown("orders-0: committed 4 of 10, lag 6");
    window.until_shown("orders-1, Lag 0");
    window.until_shown("Lag over time");
}

#[test]
fn offsets_are_reset_after_a_preview() {
    let mut window = Window::open();
    group_with_lag(&mut window);
    open_group(&mut window, GroupTab::Lag);
    window.click("Reset offsets…");
    window.until_shown_containing("14 records will be read again, 0 skipped");
    window.click("Latest");
    window.until_shown_containing("0 records will be read again, 6 skipped");
    window.click("Shift by");
    window.type_into("Shift by", "-1");
    window.until_shown_containing("2 records will be read again");
    window.click("Earliest");
    window.click("Reset 2 partitions");
    window.until("all unread", |app| app.facts().group("billing").is_some_and(|g| g.lag == Lag::Records(20)));
}

#[test]
fn a_reset_is_refused_with_the_reason_while_a_member_reads() {
    let mut window = Window::open();
    group_with_lag(&mut window);
    let session = window.session();
    let client = session.client().clone();
    let handle = session.handle();
    let consumer = {
        let _runtime = handle.enter();
        Consumer::start(client, ConsumerOptions::new("billing", ["orders"]))
    };
    handle.block_on(async {
        for _ in 0..100 {
            let _ = consumer.poll(Duration::from_millis(50)).await;
            if consumer.assignment().len() == 2 {
                break;
            }
        }
    });
    session.refresh();
    window.until("a stable group", |app| {
        app.facts().group("billing").is_some_and(|g| g.state == GroupState::Stable && g.members.len() == 1)
    });
    open_group(&mut window, GroupTab::Lag);
    window.click("Reset offsets…");
    window.until_shown_containing("1 member reads in this group");
    let verb = window.harness().get_by_role_and_label(Role::Button, "Reset 2 partitions");
    assert!(verb.accesskit_node().is_disabled());
    window.click("Cancel");
    handle.block_on(consumer.leave()).unwrap();
    session.refresh();
    window.until("no member", |app| {
        let empty = |g: &GroupFacts| g.members.is_empty() && g.state == GroupState::Empty && g.partitions.len() == 2;
        app.facts().group("billing").is_some_and(empty)
    });
    // On a busy machine one click of some dozens opens nothing here, for a reason that is not known: it is made again.
    window.click_until("Reset offsets…", "records will be read again");
    assert!(!window.harness().get_by_role_and_label(Role::Button, "Reset 2 partitions").accesskit_node().is_disabled());
}

#[test]
fn lag_over_time_is_recorded() {
    let mut window = Window::open();
    group_with_lag(&mut window);
    let session = window.session();
    let history = session.lag_history().unwrap().clone();
    let query =
        LagQuery { group: "billing".into(), topic: None, now: session.now(), range_millis: 900_000, summed: true };
    window.until("a recorded lag", |_| {
        let query = LagQuery { now: session.now(), ..query.clone() };
        let chart = session.handle().block_on(history.query(query)).unwrap();
        chart.series.first().is_some_and(|series| series.points.iter().any(|point| point.lag == Some(6)))
    });
}

#[test]
fn an_empty_group_is_deleted() {
    let mut window = Window::open();
    group_with_lag(&mut window);
    open_group(&mut window, GroupTab::Partitions);
    window.until_shown("orders-0, Lag 6");
    window.click("More");
    window.click("Delete group…");
    window.until_shown("Delete group billing?");
    window.click("Delete billing");
    window.until("the group is gone", |app| app.facts().group("billing").is_none());
}
