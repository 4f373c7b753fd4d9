//! - A person finds records by a word, opens one, and looks at it in all its tabs.
//! - A comparison finds the strong earthquakes; a range of bars filters; Esc takes it back.
//! - The tail shows what is produced; a pause says how many wait.
//! - An empty topic and one that is gone say so.

use egui::{Key, Modifiers, accesskit::Role};
use egui_kittest::kittest::Queryable as _;
use millpond::{
    client::{NewTopic, ProduceOptions},
    model::NewRecord,
    ui::{Action, Command, Place},
};

use crate::support::Window;

const FIND: &str = "Find text, or mag >= 4";

/// A window on the sample stream's messages.
fn with_sample() -> Window {
    let mut window = Window::open();
    window.click("Load the earthquakes");
    window.until("the sample", |app| app.facts().topic("earthquakes").is_some_and(|topic| topic.records == 1_707));
    window.ask(Action::Go(Place::topic("earthquakes")));
    window.until_shown_containing(" of 1,707");
    window
}

fn produce(window: &Window, topic: &str, values: &[&str]) {
    let records =
        values.iter().map(|value| NewRecord { value: Some((*value).to_owned().into()), ..NewRecord::default() });
    let session = window.session();
    let produced = session.client().produce(topic, records.collect(), ProduceOptions::default());
    session.handle().block_on(produced).unwrap();
}

#[test]
fn a_record_is_found_by_a_word_and_looked_at_in_every_tab() {
    let mut window = with_sample();
    window.until_shown("Browsing joins no group and commits nothing");
    window.type_into(FIND, "hualian");
    window.until_shown("20 records match of 1,707 searched");
    window.harness().key_press(Key::Escape);
    window.frames();
    window.until_shown_containing("newest first");
    window.type_into(FIND, "Hualian");
    window.until_shown("20 records match of 1,707 searched");
    // The table takes the keys once the field has let go of them.
    window.harness().key_press(Key::Enter);
    window.frames();
    window.harness().key_press(Key::Home);
    window.frames();
    window.harness().key_press(Key::Enter);
    window.frames();
    window.until_shown_containing("place \"");
    assert!(window.shows("Record"), "{}", window.shown());
    window.click("Text");
    window.until_shown_containing("Hualian, Taiwan");
    window.click("Hex");
    window.until_shown("00000000");
    // A column has the same name as the tab.
    window.harness().get_by_role_and_label(Role::Tab, "Key").click();
    window.frames();
    window.until_shown("us");
    window.click("Batch");
    window.until_shown("Base offset");
    window.click("Headers 0");
    window.until_shown("This record has no headers");
    window.harness().key_press(Key::Escape);
    window.frames();
    assert!(!window.shows("Record"), "Esc closes the details");
}

#[test]
fn a_comparison_finds_the_strong_ones() {
    let mut window = with_sample();
    window.type_into(FIND, "mag >= 4");
    window.until_shown_containing("records match of 1,707 searched");
    let strong = include_str!("../../assets/sample/earthquakes.jsonl").lines().filter(|line| {
        let magnitude = line.split("\"mag\":").nth(1).and_then(|rest| rest.split(',').next());
        magnitude.and_then(|number| number.parse::<f64>().ok()).is_some_and(|number| number >= 4.0)
    });
    let words = format!("{} records match of 1,707 searched", strong.count());
    assert!(window.shows(&words), "{words}: {}", window.shown());
}

#[test]
fn an_offset_is_gone_to_with_the_keyboard() {
    let mut window = with_sample();
    window.harness().key_press(Key::G);
    window.frames();
    window.type_into("Offset", "99999");
    window.harness().key_press(Key::Enter);
    window.frames();
    window.until_shown_containing("Offset 99,999 is not stored");
    window.until_shown("From offset 99,999");
}

#[test]
fn the_tail_follows_and_a_pause_says_how_many_wait() {
    let mut window = Window::open();
    let session = window.session();
    session.handle().block_on(session.client().create_topic(&NewTopic::new("orders", 2))).unwrap();
    window.until("the topic", |app| app.facts().topic("orders").is_some());
    window.ask(Action::Go(Place::topic("orders")));
    window.until_shown("This topic has no records yet. What is produced to it is shown here.");
    window.ask(Action::Run(Command::Live));
    window.until_shown("Waiting for new records. They appear here as they come.");
    produce(&window, "orders", &["first", "second"]);
    window.until_shown_containing(": second");
    window.click("Pause");
    window.until_shown_containing("Paused · nothing new yet");
    produce(&window, "orders", &["third"]);
    window.until_shown_containing("Paused · 1 record waits");
    assert!(!window.shown().contains(": third"), "{}", window.shown());
    window.click("Resume");
    window.until_shown_containing(": third");
    window.click("Stop");
    window.until_shown_containing("newest first");
}

#[test]
fn a_topic_that_goes_away_says_so() {
    let mut window = Window::open();
    let session = window.session();
    session.handle().block_on(session.client().create_topic(&NewTopic::new("gone", 1))).unwrap();
    window.until("the topic", |app| app.facts().topic("gone").is_some());
    window.ask(Action::Go(Place::topic("gone")));
    window.until_shown("Produce a record");
    session.handle().block_on(session.client().delete_topic("gone")).unwrap();
    window.until_shown("All topics");
    window.click("All topics");
    assert_eq!(window.harness().state().place(), &Place::Topics);
}

#[test]
fn a_record_is_produced_again_through_the_form() {
    let mut window = with_sample();
    window.harness().key_press(Key::Home);
    window.frames();
    window.harness().key_press_modifiers(Modifiers::NONE, Key::Enter);
    window.frames();
    window.click("Produce again…");
    window.until("the form", |app| matches!(app.place(), Place::Topic { tab: millpond::ui::TopicTab::Produce, .. }));
}

#[test]
fn null_empty_large_and_binary_values_are_told_apart() {
    let mut window = Window::open();
    let session = window.session();
    session.handle().block_on(session.client().create_topic(&NewTopic::new("kinds", 1))).unwrap();
    let large = format!("{{\"id\":9007199254740993,\"text\":\"{}\"}}", "w".repeat(200_000));
    let values = [None, Some(Vec::new()), Some(large.into_bytes()), Some(vec![0xff, 0x00, 0x17])];
    let records = values.map(|value| NewRecord { value: value.map(Into::into), ..NewRecord::default() });
    let produced = session.client().produce("kinds", records.to_vec(), ProduceOptions::default());
    session.handle().block_on(produced).unwrap();
    window.until("the records", |app| app.facts().topic("kinds").is_some_and(|topic| topic.records == 4));
    window.ask(Action::Go(Place::topic("kinds")));
    window.until_shown_containing(" of 4");
    let mut open = |index: usize, expected: &str| {
        window.harness().key_press(Key::Home);
        window.frames();
        for _ in 0..index {
            window.harness().key_press(Key::ArrowDown);
            window.frames();
        }
        window.harness().key_press(Key::Enter);
        window.frames();
        window.until_shown_containing(expected);
    };
    open(0, "ff 00 17");
    // Cut in its row, so fetched whole; read as JSON in the background; every digit kept.
    open(1, "id 9007199254740993");
    open(2, "Empty: present, with 0 bytes");
    open(3, "Null: there are no bytes at all");
}
