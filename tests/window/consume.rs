//! - An empty screen offers one thing to do; the dialog starts a consumer that reads the topic.
//! - Members of a group share, another group gets everything again, and the screen says so.
//! - A consumer is paused, goes on, stops, starts again; one is killed and cleared away.
//! - The dialog refuses what cannot be started, and says why.

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use millpond::{
    client::{NewTopic, ProduceOptions},
    model::NewRecord,
    session::consumers::{ConsumerPlan, Phase},
    ui::{Action, Place},
};

use crate::support::Window;

/// A window on Consume, with a topic of 40 records.
fn on_consume() -> Window {
    let mut window = Window::open();
    let session = window.session();
    session.handle().block_on(session.client().create_topic(&NewTopic::new("orders", 4))).unwrap();
    let record = |n: u32| NewRecord {
        key: Some(format!("ord-{n}").into()),
        value: Some(format!("{{\"n\":{n}}}").into()),
        ..NewRecord::default()
    };
    let produced = session.client().produce("orders", (0..40).map(record).collect(), ProduceOptions::default());
    session.handle().block_on(produced).unwrap();
    window.until("the topic", |app| app.facts().topic("orders").is_some_and(|t| t.records == 40));
    window.ask(Action::Go(Place::Consume));
    window
}

fn received(window: &Window) -> u64 {
    window.session().consumers().view().consumers.iter().map(|c| c.received).sum()
}

#[test]
fn the_empty_screen_leads_to_a_consumer_that_reads() {
    let mut window = on_consume();
    window.until_shown_containing("Start consumers of your own");
    window.click("New consumer…");
    window.until_shown_containing("Every group gets all records, in order");
    window.click("Start consumer");
    window.until_shown("readers-1");
    window.until("all is received", |app| {
        app.session().is_some_and(|s| s.consumers().view().consumers.iter().any(|c| c.received == 40))
    });
    window.until_shown_containing("received: 40");
    window.until_shown("all 4 partitions");
    window.until_shown("1 member: gets every record");
    window.until("it committed", |app| {
        app.session().is_some_and(|s| s.consumers().view().consumers.iter().any(|c| c.commits > 0))
    });
    window.until_shown_containing("commit");
    window.until_shown_containing("readers-1 joined");
    assert!(window.shows("1 consumer of your own, as a real member"));
    // It goes on reading while another screen is shown.
    window.ask(Action::Go(Place::Topics));
    let session = window.session();
    let more = vec![NewRecord { value: Some("late".into()), ..NewRecord::default() }];
    session.handle().block_on(session.client().produce("orders", more, ProduceOptions::default())).unwrap();
    window.until("it read on", |app| {
        app.session().is_some_and(|s| s.consumers().view().consumers.iter().any(|c| c.received == 41))
    });
    window.ask(Action::Go(Place::Consume));
    window.until_shown_containing("received: 41");
}

#[test]
fn a_long_name_leaves_the_dialog_as_it_is() {
    let mut window = on_consume();
    let session = window.session();
    let long = format!("a-name-that-{}", "goes-on-and-on.".repeat(14));
    session.handle().block_on(session.client().create_topic(&NewTopic::new(&*long, 1))).unwrap();
    window.until("the topic", |app| app.facts().topics.len() == 2);
    window.click("New consumer…");
    window.until_shown(&long);
    window.frames();
    let row = window.harness().get_by_role_and_label(Role::CheckBox, &long).rect();
    let button = window.harness().get_by_role_and_label(Role::Button, "Start consumer").rect();
    assert!(row.right() <= button.right() + 1.0, "{row:?} reaches beyond {button:?}");
    assert!((button.right() - (640.0 + 240.0)).abs() < 2.0, "the button is at the dialog's edge: {button:?}");
}

#[test]
fn members_share_and_groups_get_everything() {
    let mut window = on_consume();
    for group in ["billing", "billing", "analytics"] {
        window.session().consumers().start(ConsumerPlan::new(group, "orders")).unwrap();
    }
    window.until_shown("2 members share 4 partitions: each record to one of them");
    window.until_shown("1 member: gets everything again");
    window.until("both groups have everything", |app| {
        let view = app.session().map(|s| s.consumers().view()).unwrap_or_default();
        let of = |group: &str| view.members(group).map(|c| c.received).sum::<u64>();
        of("billing") == 40 && of("analytics") == 40
    });
    assert_eq!(received(&window), 80);
    window.harness().get_by_role_and_label(Role::RadioButton, "analytics").click();
    window.frames();
    window.until_shown_containing("analytics-1 joined");
    window.click("Stop all");
    window.until("all have left", |app| app.session().is_some_and(|s| s.consumers().running() == 0));
    window.click("Clear ended");
    window.until_shown_containing("Start consumers of your own");
}

#[test]
fn a_consumer_does_what_it_is_told() {
    let mut window = on_consume();
    let id = window.session().consumers().start(ConsumerPlan::new("billing", "orders")).unwrap();
    let phase = move |app: &millpond::app::window::App, wanted: &Phase| {
        app.session().is_some_and(|s| s.consumers().view().consumer(id).is_some_and(|c| c.phase == *wanted))
    };
    window.until("it runs", |app| phase(app, &Phase::Running));
    window.click("Pause billing-1");
    window.until_shown("paused");
    window.click("Resume billing-1");
    window.until_shown("running");
    window.click("Stop billing-1");
    window.until_shown("stopped");
    window.click("Start again");
    window.until_shown("running");
    window.click("Kill billing-1");
    window.until_shown("killed");
    window.until_shown_containing("its group misses it in about");
    window.click("Remove");
    window.until_shown_containing("Start consumers of your own");
}

#[test]
fn the_dialog_says_what_is_missing() {
    let mut window = on_consume();
    window.click("New consumer…");
    window.until_shown("Topics");
    window.click("orders");
    window.click("Start consumer");
    assert!(window.session().consumers().view().consumers.is_empty(), "without a topic nothing starts");
    window.click("orders");
    window.click("More settings");
    window.until_shown("Session timeout");
    // The dialog has grown and moves to the middle again.
    window.frames();
    window.frames();
    window.click("3");
    window.click("Start 3 consumers");
    window.until_shown("readers-3");
    window.until_shown_containing("3 members share 4 partitions");
    // The table of each is there, by its name.
    let tables = window.harness().query_all_by_role_and_label(Role::Label, "readers-2").count();
    assert!(tables >= 1);
}
