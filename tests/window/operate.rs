//! - The list of brokers tells the one there is, its disks and its settings; a setting is changed after one more look.
//! - The partitions of a topic tell leader and replicas, and why nothing can be moved with one broker.
//! - Access says that there is no authorizer, and with users what their roles amount to.

use egui_kittest::kittest::Queryable as _;
use millpond::{
    model::{ConfigSource, NewRecord, Role},
    session::{NewTopic, Password, UserChange, UserList},
    ui::{Action, Place, TopicTab},
};

use crate::support::Window;

#[test]
fn the_brokers_tell_what_they_have_and_a_setting_is_changed() {
    let mut window = Window::open();
    let session = window.session();
    let client = session.client().clone();
    session.handle().block_on(async {
        client.create_topic(&NewTopic::new("orders", 3)).await.unwrap();
        let record = NewRecord { value: Some("x".repeat(500).into()), ..NewRecord::default() };
        client.produce("orders", vec![record], Default::default()).await.unwrap();
    });
    session.refresh();
    window.until("the topic", |app| app.facts().topic("orders").is_some_and(|topic| topic.known));
    window.click("Brokers");
    window.until_shown_containing("1 broker");
    window.until_shown("in service");
    window.until_shown("controller");
    window.until_shown_containing("Every partition has its leader");
    let id = session.handle().block_on(session.client().brokers()).unwrap()[0].id;
    window.click(&format!("Disks of broker {id}"));
    window.until_shown_containing("3 partitions");
    window.click(&format!("Settings of broker {id}"));
    window.type_into("Find a setting", "message.max.bytes");
    let field = window.harness().get_by_role_and_label(egui::accesskit::Role::TextInput, "message.max.bytes");
    field.focus();
    window.frames();
    window.harness().key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    window.type_into("message.max.bytes", "2000000");
    window.click("Apply 1 change");
    window.until_shown_containing("→ 2000000");
    window.until_shown_containing("It takes effect at once");
    // The verb of the question, which is drawn above the screen's own.
    window.harness().get_all_by_label("Apply 1 change").last().unwrap().click();
    window.frames();
    window.until("the change", move |_| {
        let configs = session.handle().block_on(session.client().describe_broker_configs(id)).unwrap();
        configs.iter().any(|one| one.name == "message.max.bytes" && one.source == ConfigSource::Broker)
    });
}

#[test]
fn a_partition_tells_its_replicas_and_has_nowhere_to_go() {
    let mut window = Window::open();
    let session = window.session();
    session.handle().block_on(session.client().create_topic(&NewTopic::new("orders", 2))).unwrap();
    session.refresh();
    window.until("the topic", |app| app.facts().topic("orders").is_some());
    window.ask(Action::Go(Place::Topic { name: "orders".to_owned(), tab: TopicTab::Partitions }));
    window.until_shown("Replicas");
    window.until_shown("Move replicas…");
    // There is only one broker, so the button does nothing.
    window.click("Move replicas…");
    assert!(!window.shows("Move the replicas of orders"));
    window.click("More for these partitions");
    window.until_shown("Elect the preferred leaders");
}

#[test]
fn access_says_that_nobody_is_asked_and_then_what_roles_amount_to() {
    let mut window = Window::open();
    window.click("Access");
    window.until_shown_containing("This cluster has no authorizer");
    let slot = UserList::default();
    let password = Password::from("hunter2".to_owned());
    let session = window.session();
    session.change_users(UserChange::Add { name: "ann".to_owned(), password, role: Role::Read }, slot.clone());
    window.until("the user", move |_| slot.value().is_some_and(|users| users.len() == 1));
    window.ask(Action::Go(Place::Overview));
    window.click("Access");
    window.until_shown_containing("ALLOW User:ann READ on TOPIC *");
    window.click("Users");
    window.until_shown("Actions for ann");
    window.click("Quotas");
    window.until_shown_containing("There are no quotas");
}
