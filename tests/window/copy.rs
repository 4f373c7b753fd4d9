//! - Topics are brought home from a cluster: chosen, planned, copied, compared; then replayed.
//! - Home is the workspace, also where the cluster is shown that they come from.
//! - They are handed over to it, with what differs told before; one that was opened read-only is refused with the reason.

use millpond::{
    client::{NewTopic, ProduceOptions},
    model::{HostPort, NewRecord},
    session::{
        JobState, ListenerSettings, ListenerState,
        connections::Profile,
        copy::{Begin, CopyOrder, Slice},
    },
    ui::{
        Action, Command, Place,
        clusters::{ClusterAction, ClusterKey, Typed},
    },
};

use crate::support::Window;

/// Another window's broker, reached over TCP as any cluster is, with a topic of three records.
fn cluster() -> (Window, HostPort) {
    let mut window = Window::open();
    fill(&window, "orders");
    window.ask(Action::Listener(ListenerSettings { port: 0, ..ListenerSettings::default() }));
    window.until("it listens", |app| matches!(&*app.facts().cluster.listener, ListenerState::Listens(_)));
    let listener = window.harness().state().facts().cluster.listener.clone();
    let address = listener.address().unwrap().parse().unwrap();
    (window, address)
}

fn fill(window: &Window, topic: &str) {
    let session = window.session();
    session.handle().block_on(session.client().create_topic(&NewTopic::new(topic, 2))).unwrap();
    let record = |n: u32| NewRecord { value: Some(format!("{{\"n\":{n}}}").into()), ..NewRecord::default() };
    let produced = session.client().produce(topic, (0..3).map(record).collect(), ProduceOptions::default());
    session.handle().block_on(produced).unwrap();
}

/// A window with that cluster open beside its workspace, which is shown.
fn beside(address: HostPort, read_only: bool) -> Window {
    let mut window = Window::open();
    let mut profile = Profile::new("Shop", vec![address]);
    profile.read_only = read_only;
    let id = profile.id;
    window.ask(Action::Cluster(ClusterAction::Save(Box::new(profile), Typed::default())));
    window.ask(Action::Cluster(ClusterAction::Open(id)));
    window.until("the cluster", |app| app.facts().topic("orders").is_some_and(|topic| topic.records == 3));
    window.ask(Action::Cluster(ClusterAction::Show(ClusterKey::Workspace)));
    window.ask(Action::Go(Place::Transfers));
    window.until("the workspace", |app| app.facts().first_load_done && app.facts().topic("orders").is_none());
    window
}

#[test]
fn topics_come_home_are_compared_and_replayed() {
    let (_other, address) = cluster();
    let mut window = beside(address, false);
    window.click("Bring home…");
    window.until_shown("Choose at least one topic");
    window.click("orders · 3");
    window.until_shown_containing("It will be made: partitions 2");
    window.click("Bring home 3");
    window.until("the copy", |app| {
        app.session().unwrap().jobs().first().is_some_and(|job| matches!(job.state, JobState::Done(_)))
    });
    window.until("the topic", |app| app.facts().topic("orders").is_some_and(|topic| topic.records == 3));
    window.until_shown("Both sides are equal: 3 records compared");

    window.click("More ways to move records");
    window.click("Replay…");
    window.until_shown("Into the topic");
    window.click("Replay");
    window.until("the replay", |app| app.facts().topic("orders-replay").is_some_and(|topic| topic.records == 3));
}

#[test]
fn home_is_the_workspace_whatever_is_shown() {
    let (_other, address) = cluster();
    let mut window = beside(address, true);
    window.click("Show Shop");
    window.ask(Action::Go(Place::Transfers));
    window.click("Bring home…");
    window.click("orders · 3");
    window.click("Bring home 3");
    window.click("Show Local");
    window.until("the topic", |app| app.facts().topic("orders").is_some_and(|topic| topic.records == 3));
}

#[test]
fn topics_are_handed_over_and_a_read_only_cluster_is_refused() {
    let (_other, address) = cluster();
    let mut window = beside(address.clone(), true);
    fill(&window, "mine");
    window.until("the topic", |app| app.facts().topic("mine").is_some_and(|topic| topic.records == 3));
    window.click("Hand over…");
    window.until_shown("Shop was opened read-only: nothing can be copied into it");
    drop(window);

    let mut window = beside(address, false);
    fill(&window, "orders");
    window.until("the topic", |app| app.facts().topic("orders").is_some_and(|topic| topic.records == 3));
    window.click("Hand over…");
    window.click("orders · 3");
    window.until_shown_containing("3 records are there already");
    window.click("Append");
    window.until_shown_containing("Offsets are not kept: 3 records");
    window.click("Hand over 3");
    window.until_shown("Both sides are equal: 3 records compared");
    window.ask(Action::Run(Command::GoTopics));
}

#[test]
fn what_another_copy_took_over_is_not_gone_on_with() {
    let (other, _) = cluster();
    let mut window = Window::open();
    fill(&window, "orders");
    let session = window.session();
    let order = |begin| CopyOrder {
        source: session.clone(),
        target: other.session(),
        source_name: "here".to_owned(),
        target_name: "there".to_owned(),
        topics: vec!["orders".to_owned()],
        slice: Slice::default(),
        begin,
        groups: false,
        compare: false,
    };
    // The topic has records over there, so this one is refused.
    session.start_copy(order(Begin::New)).unwrap();
    window.ask(Action::Go(Place::Transfers));
    window.until_shown("Go on");
    session.start_copy(order(Begin::Append)).unwrap();
    window.until_shown("A later copy took over from here");
    window.until("the copy", |app| {
        app.session().unwrap().jobs().first().is_some_and(|job| matches!(job.state, JobState::Done(_)))
    });
    assert!(!window.shows("Go on"));
}
