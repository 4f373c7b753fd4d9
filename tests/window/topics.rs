//! - A new topic is checked as its name is typed, appears in the list, and is found by typing a part of its name.
//! - Partitions are added, a setting is changed and taken back, and the list and the tab show it.
//! - The page of a topic has the same changes in its menu as the list.
//! - Emptying says what is lost; deleting needs the name typed.
//! - Thousands of topics are listed without drawing more than what is in view.

use std::time::Instant;

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use millpond::{
    model::{NewRecord, TopicPartition},
    session::NewTopic,
    ui::{Action, Command, Place, TopicTab},
};

use crate::support::Window;

/// Makes a topic with some records, behind the window's back.
fn filled(window: &mut Window, name: &str, partitions: i32, records: u64) {
    let session = window.session();
    let client = session.client().clone();
    let topic = NewTopic::new(name, partitions);
    session.handle().block_on(async {
        client.create_topic(&topic).await.unwrap();
        let record = |n: u64| NewRecord { value: Some(format!("record {n}").into()), ..NewRecord::default() };
        let options = millpond::client::ProduceOptions::default();
        if records > 0 {
            client.produce(&topic.name, (0..records).map(record).collect(), options).await.unwrap();
        }
    });
    session.refresh();
    let name = name.to_owned();
    window.until("the topic in the facts", move |app| {
        app.facts().topic(&name).is_some_and(|topic| topic.records == records)
    });
}

#[test]
fn a_topic_is_made_with_its_name_checked_as_one_types() {
    let mut window = Window::open();
    window.click("Topics");
    window.until_shown_containing("No topic yet");
    window.ask(Action::Run(Command::NewTopic));
    window.type_into("Name", "or ders");
    window.until_shown_containing("cannot stand in a topic name");
    window.harness().get_by_role_and_label(Role::TextInput, "Name").focus();
    window.harness().key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    window.type_into("Name", "orders");
    window.click("Create topic");
    window.until_shown("orders, 0 records");
    window.until("the toast", |app| app.facts().topic("orders").is_some_and(|t| t.partitions.len() == 4));
    window.ask(Action::Run(Command::NewTopic));
    window.type_into("Name", "orders");
    window.until_shown_containing("There is a topic named orders already");
}

#[test]
fn a_compacted_topic_shows_how_far_and_is_compacted_by_hand() {
    let mut window = Window::open();
    let session = window.session();
    let client = session.client().clone();
    let configs = vec![("cleanup.policy".to_owned(), "compact".to_owned())];
    session.handle().block_on(async {
        client.create_topic(&NewTopic { configs, ..NewTopic::new("prices", 1) }).await.unwrap();
        for value in ["old", "new", "newest"] {
            let record = NewRecord { key: Some("tea".into()), value: Some(value.into()), ..NewRecord::default() };
            let options = millpond::client::ProduceOptions::default();
            client.produce("prices", vec![record], options).await.unwrap();
        }
    });
    session.refresh();
    window.until("the topic", |app| app.facts().topic("prices").is_some_and(|topic| topic.records == 3));
    window.ask(Action::Go(Place::Topic { name: "prices".to_owned(), tab: TopicTab::Partitions }));
    window.until_shown("Compacted to");
    window.click("Compact now");
    window.until_shown_containing("Compacted prices: one older record removed");
    window.ask(Action::Go(Place::Topic { name: "prices".to_owned(), tab: TopicTab::Messages }));
    window.until_shown_containing("newest");
    assert!(!window.shows("old"));
}

#[test]
fn topics_are_found_by_a_part_of_their_name() {
    let mut window = Window::open();
    filled(&mut window, "orders", 2, 5);
    filled(&mut window, "payments", 1, 0);
    window.click("Topics");
    window.until_shown("orders, 5 records");
    window.until_shown("payments, 0 records");
    window.type_into("Find  /", "pay");
    window.until_shown("payments, 0 records");
    assert!(!window.shows("orders, 5 records"));
    window.type_into("Find  /", "xyz");
    window.until_shown_containing("No topic's name contains");
    window.click("Show all topics");
    window.until_shown("orders, 5 records");
}

#[test]
fn deleting_needs_the_name_and_emptying_tells_what_is_lost() {
    let mut window = Window::open();
    filled(&mut window, "orders", 2, 5);
    window.ask(Action::Go(Place::Topic { name: "orders".to_owned(), tab: TopicTab::Settings }));
    window.until_shown("Empty…");
    window.harness().get_by_label("Delete…").scroll_to_me();
    // Scrolling takes some frames, and what moves cannot be clicked.
    window.harness().run_steps(12);
    window.click("Empty…");
    window.until_shown_containing("5 records");
    window.click("Empty orders");
    window.until("no record", |app| app.facts().topic("orders").is_some_and(|t| t.records == 0));
    window.click("Delete…");
    window.until_shown("Delete orders?");
    let verb = window.harness().get_by_role_and_label(Role::Button, "Delete orders");
    assert!(egui_kittest::kittest::NodeT::accesskit_node(&verb).is_disabled());
    window.type_into("Type orders to confirm", "orders");
    window.click("Delete orders");
    window.until("the topic is gone", |app| app.facts().topic("orders").is_none());
}

#[test]
fn the_page_of_a_topic_can_change_it_too() {
    let mut window = Window::open();
    filled(&mut window, "orders", 2, 3);
    window.ask(Action::Go(Place::topic("orders")));
    window.click("More for this topic");
    window.click("Add partitions…");
    window.until_shown("Add partitions to orders");
    window.click("Cancel");
    window.click("More for this topic");
    window.click("Delete…");
    window.until_shown("Delete orders?");
}

#[test]
fn partitions_are_added_and_never_taken_away() {
    let mut window = Window::open();
    filled(&mut window, "orders", 2, 0);
    window.ask(Action::Go(Place::Topic { name: "orders".to_owned(), tab: TopicTab::Partitions }));
    window.until_shown("Partition 1");
    window.click("Add partitions…");
    window.until_shown_containing("It has 2 partitions");
    window.click("Add partitions");
    window.until("three partitions", |app| app.facts().topic("orders").is_some_and(|t| t.partitions.len() == 3));
    window.until_shown("Partition 2");
}

#[test]
fn a_setting_is_changed_and_taken_back() {
    let mut window = Window::open();
    filled(&mut window, "orders", 1, 0);
    window.ask(Action::Go(Place::Topic { name: "orders".to_owned(), tab: TopicTab::Settings }));
    window.until_shown("retention.ms");
    window.harness().get_by_role_and_label(Role::TextInput, "retention.ms").focus();
    window.frames();
    window.harness().key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    window.type_into("retention.ms", "3600000");
    window.until_shown("1 h");
    window.click("Apply 1 change");
    window.until_shown("set on this topic");
    let (session, tp) = (window.session(), TopicPartition::new("orders", 0));
    let stored = session.handle().block_on(session.client().describe_topic_configs(&tp.topic)).unwrap();
    let retention = stored.iter().find(|c| c.name == "retention.ms").unwrap();
    assert_eq!(retention.value.as_deref(), Some("3600000"));
    window.click("Back to the default");
    window.click("Apply 1 change");
    let end = Instant::now() + std::time::Duration::from_secs(10);
    while window.shows("set on this topic") {
        assert!(Instant::now() < end, "the default did not come back");
        window.frames();
    }
}

#[test]
fn thousands_of_topics_stay_smooth() {
    const TOPICS: usize = 1_500;
    let mut window = Window::open();
    let session = window.session();
    let client = session.client().clone();
    session.handle().block_on(async {
        for n in 0..TOPICS {
            client.create_topic(&NewTopic::new(format!("topic-{n:05}"), 1)).await.unwrap();
        }
    });
    session.refresh();
    window.until("all topics", |app| app.facts().topics.len() == TOPICS);
    window.click("Topics");
    window.until_shown("topic-00000, 0 records");
    let rows = window.harness().query_all_by(|node| node.role() == Role::Row).count();
    assert!(rows < 60, "{rows} rows are drawn");
    window.type_into("Find  /", "01499");
    window.until_shown("topic-01499, 0 records");
    assert!(!window.shows("topic-00000, 0 records"));
}
