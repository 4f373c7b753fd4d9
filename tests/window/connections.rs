//! - Nobody is connected: the screen says so and leads to how to connect.
//! - A consumer is a client with what it does; its requests are filtered, opened, read field by field.
//! - An error stands in the log with its name and a plain sentence.
//! - A Produce leads to its records, a record to its life, the life to its request.
//! - The page for programs shows one that runs for each language.

use egui::{Key, Modifiers, accesskit::Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use millpond::{
    client::{NewTopic, ProduceOptions},
    model::NewRecord,
    session::consumers::ConsumerPlan,
    ui::{Action, Command, Place, TopicTab},
};

use crate::support::Window;

const OWN: &str = "also Millpond's own";

/// A window with a topic of twenty records in one partition.
fn with_orders() -> Window {
    let mut window = Window::open();
    let session = window.session();
    session.handle().block_on(session.client().create_topic(&NewTopic::new("orders", 1))).unwrap();
    let record = |n: u32| NewRecord { value: Some(format!("order {n}").into()), ..NewRecord::default() };
    let produced = session.client().produce("orders", (0..20).map(record).collect(), ProduceOptions::default());
    session.handle().block_on(produced).unwrap();
    window.until("the topic", |app| app.facts().topic("orders").is_some_and(|t| t.records == 20));
    window
}

/// The same, read by a group of one consumer, on Connections, with what Millpond started itself.
fn with_consumer() -> Window {
    let mut window = with_orders();
    window.session().consumers().start(ConsumerPlan::new("billing", "orders")).unwrap();
    window.until("all is received", |app| {
        app.session().is_some_and(|s| s.consumers().view().consumers.iter().any(|c| c.received == 20))
    });
    window.ask(Action::Go(Place::Connections));
    window.click(OWN);
    window
}

/// The name of the first row that contains that.
fn row_named(window: &mut Window, part: &str) -> String {
    window.until_shown_containing(part);
    let rows = window.harness().query_all_by_role(Role::Row);
    let names: Vec<String> = rows.filter_map(|row| row.accesskit_node().label()).collect();
    names.iter().find(|name| name.contains(part)).unwrap_or_else(|| panic!("{part:?} in {names:?}")).clone()
}

#[test]
fn nobody_is_connected_and_the_screen_says_how_to() {
    let mut window = Window::open();
    window.click("Connections");
    window.until_shown("Connections");
    window.until_shown_containing("No request yet");
    window.click(&command(Command::ConnectApp));
    window.until("the page", |app| *app.place() == Place::ConnectApp);
    window.until_shown("Connect your app");
}

fn command(command: Command) -> String {
    millpond::ui::Text::new(millpond::ui::text::Language::English).get(command.text_id()).to_string()
}

#[test]
fn a_consumer_is_a_client_and_its_requests_are_opened() {
    let mut window = with_consumer();
    let client = row_named(&mut window, "group billing");
    assert!(client.starts_with("billing-1, ") && client.contains("reads orders"), "{client}");
    window.click(&client);
    window.until("the client's page", |app| matches!(app.place(), Place::Client { .. }));
    window.until_shown("Reads from");
    window.until_shown_containing("billing-1, Fetch");
    // The log shows this client alone; the filter looks for an API in it.
    window.click("Pause");
    window.until_shown("Resume");
    window.type_into("Filter: client:, api:, group:, topic:", "api:sync");
    let request = row_named(&mut window, "SyncGroup");
    window.click(&request);
    window.until_shown_containing("SyncGroup version");
    window.until_shown_containing("group_id");
    window.click("Answer");
    window.until_shown_containing("error_code");
    // The first Esc closes the request, the next one the client.
    for _ in 0..2 {
        window.harness().key_press(Key::Escape);
        window.frames();
    }
    window.until("no client", |app| *app.place() == Place::Connections);
}

#[test]
fn an_error_has_its_name_and_a_plain_sentence() {
    let mut window = with_orders();
    let session = window.session();
    let refused = session.client().delete_groups(&["nobody"]);
    drop(session.handle().block_on(refused));
    window.ask(Action::Go(Place::Connections));
    window.click(OWN);
    window.click("Errors only");
    let row = row_named(&mut window, "GROUP_ID_NOT_FOUND");
    window.click(&row);
    window.until_shown("There is no such group.");
    window.until_shown("Check group.id.");
}

#[test]
fn a_produce_leads_to_its_records_and_a_record_to_its_life() {
    let mut window = with_consumer();
    window.type_into("Filter: client:, api:, group:, topic:", "api:produce");
    let row = row_named(&mut window, "Produce, orders-0: 20 records at 0");
    window.click(&row);
    window.click("See orders-0 from 0 (20 records)");
    window.until("the record", |app| matches!(app.place(), Place::Record { offset: 0, .. }));
    window.until_shown("orders / 0 @ 0");
    window.click("Life");
    window.until_shown("Life of a record");
    window.until_shown_containing("Produced by millpond");
    window.until_shown_containing("Synced and acknowledged, high watermark 20");
    window.until_shown_containing("Read by billing member");
    window.until_shown("Delivered");
    window.click("Open the request");
    window.until("the request", |app| matches!(app.place(), Place::Request { .. }));
    window.until_shown_containing("Produce version");
    window.harness().key_press_modifiers(Modifiers::ALT, Key::ArrowLeft);
    window.until("the life again", |app| matches!(app.place(), Place::Life { .. }));
}

#[test]
fn a_record_of_before_says_that_nothing_is_known() {
    let window = with_orders();
    let folder = window.quit();
    let data_dir = folder.path().join("workspace");
    let mut window = Window::around(folder, move |ctx, settings| {
        millpond::app::window::App::for_tests(ctx, data_dir, settings).unwrap()
    });
    window.until("the topic", |app| app.facts().topic("orders").is_some());
    window.ask(Action::Go(Place::Life { topic: "orders".into(), partition: 0, offset: 3 }));
    window.until_shown_containing("Nothing is known of this record any more");
    window.click("See the record");
    window.until_shown("orders / 0 @ 3");
}

#[test]
fn the_producers_of_a_topic_are_listed() {
    let mut window = with_orders();
    window.ask(Action::Go(Place::Topic { name: "orders".into(), tab: TopicTab::Producers }));
    let row = row_named(&mut window, "acks=all");
    assert!(row.starts_with("millpond, ") && row.contains("20 records"), "{row}");
}
