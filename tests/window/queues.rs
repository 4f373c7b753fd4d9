//! - A group is made as a queue; it is listed with its type and backlog.
//! - Its page shows each record in flight; records are archived and redelivered by hand, the rest is purged.
//! - A hand-started member accepts records, and its card says so; the dialog starts one.
//! - Settings of the queue have explanations; the start offset is reset after a preview.

use egui::{Key, Modifiers, accesskit::Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use millpond::{
    client::{NewTopic, ProduceOptions},
    model::{Lag, NewRecord},
    session::{
        GroupFacts,
        consumers::{ConsumerKind, ConsumerPlan},
    },
    ui::{Action, GroupTab, Place},
};

use crate::support::Window;

/// A window with a topic of one partition and 40 records, and a queue on it.
fn with_queue() -> Window {
    let mut window = Window::open();
    let session = window.session();
    session.handle().block_on(session.client().create_topic(&NewTopic::new("orders", 1))).unwrap();
    let record = |n: u32| NewRecord { value: Some(format!("record {n}").into()), ..NewRecord::default() };
    let produced = session.client().produce("orders", (0..40).map(record).collect(), ProduceOptions::default());
    session.handle().block_on(produced).unwrap();
    window.until("the topic", |app| app.facts().topic("orders").is_some_and(|t| t.records == 40));
    window.ask(Action::Go(Place::Groups));
    window.click("New group…");
    window.until_shown_containing("Every record goes to one member");
    window.type_into("Name", "mail");
    window.click("Create queue");
    window.until_shown("mail, share, Empty, Backlog 40");
    window
}

fn open_queue(window: &mut Window, tab: GroupTab) {
    window.ask(Action::Go(Place::Group { id: "mail".to_owned(), tab }));
}

/// Starts a member that takes so long for each record.
fn start_member(window: &Window, processing_millis: u64) {
    let plan = ConsumerPlan { kind: ConsumerKind::QUEUE, processing_millis, ..ConsumerPlan::new("mail", "orders") };
    window.session().consumers().start(plan).unwrap();
}

#[track_caller]
fn until_group(window: &mut Window, what: &str, done: impl Fn(&GroupFacts) -> bool) {
    window.until(what, |app| app.facts().group("mail").is_some_and(&done));
}

#[test]
fn records_in_flight_are_shown_and_changed_by_hand() {
    let mut window = with_queue();
    open_queue(&mut window, GroupTab::Lag);
    window.until_shown("Waiting: 40");
    window.until_shown_containing("orders-0 @ 0: available");
    start_member(&window, 60_000);
    window.until_shown("orders-0 @ 0: acquired by mail-1, delivered once");
    window.until_shown("Acquired: 1");
    // Waiting records are no matter of changes by hand; the one that is held is.
    window.harness().key_press(Key::End);
    window.frames();
    window.harness().key_press(Key::End);
    window.until_shown_containing("1 available");
    let archive = window.harness().get_by_role_and_label(Role::Button, "Archive…");
    assert!(archive.accesskit_node().is_disabled());
    window.harness().key_press(Key::Home);
    window.until_shown_containing("1 acquired");
    window.harness().key_press_modifiers(Modifiers::SHIFT, Key::ArrowRight);
    window.until_shown_containing("1 available · 1 acquired");
    window.click("Archive…");
    window.until_shown("Archive a record of orders-0?");
    window.until_shown_containing("1 record that no member of mail will get");
    window.click("Archive 1 record");
    until_group(&mut window, "one archived", |g| g.queue.is_some_and(|queue| queue.archived == 1));
}

#[test]
fn a_queue_is_purged_with_its_name_typed() {
    let mut window = with_queue();
    open_queue(&mut window, GroupTab::Lag);
    window.click("More");
    window.click("Purge orders…");
    window.until_shown_containing("40 unfinished records are passed over");
    let verb = window.harness().get_by_role_and_label(Role::Button, "Purge orders");
    assert!(verb.accesskit_node().is_disabled());
    window.type_into("Type mail to confirm", "mail");
    window.click("Purge orders");
    until_group(&mut window, "nothing waits", |g| g.lag == Lag::Records(0));
    window.until_shown("Waiting: 0");
    window.click("Reset start offset…");
    window.until_shown_containing("40 records will be delivered again, 0 passed over");
    window.click("Reset 1 partition");
    until_group(&mut window, "all wait again", |g| g.lag == Lag::Records(40));
}

#[test]
fn members_of_a_queue_are_started_beside_consumers() {
    let mut window = with_queue();
    window.ask(Action::Go(Place::Consume));
    window.click("New consumer…");
    // The group that the dialog offers is free, and its name says nothing of its type.
    window.click("Queue");
    window.until_shown_containing("Finished: the record is delivered to nobody again");
    window.click("Start consumer");
    window.until_shown("queue, 1 member: takes one record after the other");
    window.until_shown("40 accepted, 0 released, 0 rejected");
    start_member(&window, 0);
    until_group(&mut window, "all finished", |g| g.queue.is_some_and(|queue| queue.finished == 40));
    // A queue stays a queue.
    window.click("New consumer…");
    window.until_shown("Start consumer");
    window.click("Subscription");
    window.until_shown_containing("readers is a queue");
}

#[test]
fn settings_of_a_queue_are_those_of_queues() {
    let mut window = with_queue();
    open_queue(&mut window, GroupTab::Settings);
    window.until_shown("share.record.lock.duration.ms");
    window.until_shown("errors.deadletterqueue.topic.name");
    assert!(!window.shows("consumer.session.timeout.ms"));
    open_queue(&mut window, GroupTab::Members);
    window.until_shown_containing("No members");
    open_queue(&mut window, GroupTab::Partitions);
    window.until_shown("orders-0, Backlog 40");
}
