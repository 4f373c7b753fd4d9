//! - A record goes out by Ctrl+Enter, the note says where, the form keeps its contents, and the list fills it in again.
//! - The note about a record leads to that very record; what is begun for one topic waits while another is looked at.
//! - JSON that is none is told with line and column as it is typed, and the record can be null.
//! - Pasted lines are counted, bad ones are named before anything is sent.
//! - A generator shows its first records, tells mistakes with their line, and runs as a job.

use egui::{Key, Modifiers, accesskit::Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use millpond::{
    client::{FetchOptions, NewTopic, records_from},
    model::{Record, TopicPartition},
    session::JobState,
    ui::{Action, Place, TopicTab},
};

use crate::support::Window;

fn on_produce() -> Window {
    let mut window = Window::open();
    let session = window.session();
    session.handle().block_on(session.client().create_topic(&NewTopic::new("orders", 1))).unwrap();
    window.until("the topic", |app| app.facts().topic("orders").is_some());
    window.ask(Action::Go(Place::Topic { name: "orders".into(), tab: TopicTab::Produce }));
    window.until_shown("One record");
    window
}

/// Types into a field of several lines.
fn type_lines(window: &mut Window, label: &str, text: &str) {
    window.harness().get_by_role_and_label(Role::MultilineTextInput, label).focus();
    window.frames();
    window.harness().key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.frames();
    window.harness().get_by_role_and_label(Role::MultilineTextInput, label).type_text(text);
    window.frames();
}

fn stored(window: &Window) -> Vec<Record> {
    let session = window.session();
    let tp = TopicPartition::new("orders", 0);
    let fetched = session.handle().block_on(session.client().fetch(&tp, 0, FetchOptions::default())).unwrap();
    records_from(&tp, &fetched.batches, 0, 1 << 20).unwrap()
}

#[test]
fn a_record_goes_out_by_its_keys_and_can_be_filled_in_again() {
    let mut window = on_produce();
    window.type_into("Key", "ord-1");
    type_lines(&mut window, "Value", "{\"total\":19.90}");
    window.until_shown("JSON");
    window.click("Add header");
    window.type_into("Key of header 1", "source");
    window.type_into("Value of header 1", "web");
    window.harness().key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    window.frames();
    window.until_shown("Produced to orders, partition 0, offset 0");
    window.harness().key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    window.frames();
    window.until_shown("Produced to orders, partition 0, offset 1");
    let records = stored(&window);
    assert_eq!(records[1].key.as_deref(), Some(&b"ord-1"[..]), "the form keeps its contents");
    assert_eq!(records[0].value.as_deref(), Some(&b"{\"total\":19.90}"[..]));
    assert_eq!(&records[0].headers[0].key[..], b"source");
    type_lines(&mut window, "Value", "something else");
    window.until_shown("orders-0 @ 0");
    let again = window.harness().query_all_by_label("Fill in again").last().unwrap();
    again.click();
    window.frames();
    let value = window.harness().get_by_role_and_label(Role::MultilineTextInput, "Value");
    assert_eq!(value.accesskit_node().value().as_deref(), Some("{\"total\":19.90}"));
}

#[test]
fn the_note_leads_to_the_very_record() {
    let mut window = on_produce();
    type_lines(&mut window, "Value", "look at me");
    window.harness().key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    window.frames();
    window.click("Show");
    window.until_shown("orders / 0 @ 0");
    window.until("the messages", |app| *app.place() == Place::topic("orders"));
}

#[test]
fn what_is_begun_waits_while_another_topic_is_looked_at() {
    let mut window = on_produce();
    let session = window.session();
    session.handle().block_on(session.client().create_topic(&NewTopic::new("other", 1))).unwrap();
    window.until("the other topic", |app| app.facts().topic("other").is_some());
    let place = |name: &str| Action::Go(Place::Topic { name: name.into(), tab: TopicTab::Produce });
    let key = |window: &mut Window| {
        window.harness().get_by_role_and_label(Role::TextInput, "Key").accesskit_node().value().unwrap_or_default()
    };
    window.type_into("Key", "half-written");
    window.ask(place("other"));
    assert_eq!(key(&mut window), "");
    window.type_into("Key", "for the other");
    window.ask(place("orders"));
    assert_eq!(key(&mut window), "half-written");
    window.ask(place("other"));
    assert_eq!(key(&mut window), "for the other");
}

#[test]
fn json_is_checked_as_it_is_typed_and_values_may_be_null() {
    let mut window = on_produce();
    type_lines(&mut window, "Value", "{\n  \"a\": 1,\n  oops\n}");
    window.until_shown_containing("line 3, column 3");
    type_lines(&mut window, "Value", "{\"a\":[1,2]}");
    window.click("Format");
    let value = window.harness().get_by_role_and_label(Role::MultilineTextInput, "Value");
    assert!(value.accesskit_node().value().unwrap().contains("\n"));
    window.click("Null value");
    window.click("Null key");
    window.harness().get_by_role_and_label(Role::Button, "Produce").click();
    window.frames();
    window.until_shown("Produced to orders, partition 0, offset 0");
    assert_eq!((stored(&window)[0].key.clone(), stored(&window)[0].value.clone()), (None, None));
}

#[test]
fn pasted_lines_are_checked_before_anything_is_sent() {
    let mut window = on_produce();
    window.click("JSON Lines");
    type_lines(&mut window, "Lines", "{\"key\":\"a\",\"value\":{\"n\":1}}\n{oops}\n{\"key\":\"b\",\"value\":null}\n");
    window.until_shown("1 line is no record");
    window.until_shown("line 2");
    window.until_shown_containing("Produce 2 records, skip 1 line");
    assert!(stored(&window).is_empty());
    window.harness().key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    window.frames();
    window.until_shown("Produced 2 records to orders, 1 partition");
    let records = stored(&window);
    assert_eq!(records[0].value.as_deref(), Some(&b"{\"n\":1}"[..]));
    assert_eq!(records[1].value, None);
}

#[test]
fn a_generator_shows_what_it_will_bring_and_runs() {
    let mut window = on_produce();
    window.click("Generator");
    window.until_shown("ord-88001");
    window.until_shown("6,000 records in 5 min");
    type_lines(&mut window, "Value", "{\"a\":\n{{ nosuch() }}}");
    window.until_shown_containing("line 2: there is no placeholder of that name");
    type_lines(&mut window, "Value", "{{ n }}");
    window.until_shown("ord-88003");
    window.click("so many");
    window.harness().key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    window.frames();
    window.until("it runs", |app| app.session().is_some_and(|s| !s.jobs().is_empty()));
    let session = window.session();
    let job = session.jobs()[0].id;
    window.until("some records", |app| app.session().is_some_and(|s| s.jobs().iter().any(|j| j.done > 3)));
    session.cancel_job(job);
    window.until("it has stopped", |app| {
        app.session().is_some_and(|s| s.jobs().iter().all(|j| j.state == JobState::Cancelled))
    });
    assert_eq!(stored(&window)[0].value.as_deref(), Some(&b"1"[..]));
    window.click("Sensors");
    window.until_shown_containing("{\"sensor\":");
}
