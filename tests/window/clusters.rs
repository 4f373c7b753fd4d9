//! - A cluster is added by the form, opened, browsed; each of what is open has places of its own.
//! - A cluster that was opened read-only greys what changes it, says why, and the client refuses.
//! - One that cannot be reached says so, and Try again opens it once it is there.
//! - A secret that is kept nowhere is asked for; a wrong one again.
//! - What was open is opened by the next start.
//! - A cluster that is out of reach keeps what was known, with the reason; one on its way can be given up; one where works
//!   run asks before it is closed.
//! - What destroys something names the cluster.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use egui::{Key, Modifiers, accesskit::Role as AccessRole};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use millpond::{
    app::{
        settings::Settings,
        window::{App, WindowOptions},
    },
    client::{NewTopic, ProduceOptions},
    model::{HostPort, NewRecord, Role, TopicPartition},
    session::{
        Encryption, ListenerSettings, ListenerState, Password, UserChange, UserList,
        connections::{Authorities, Profile, SaslMechanism, SaslPlan, SecretPolicy, TlsPlan},
        transfers::Pace,
    },
    ui::{
        Action, Command, GroupTab, Place, TopicTab,
        clusters::{ClusterAction, ClusterKey, Typed},
        ctx::LanguageChoice,
    },
};

use crate::support::Window;

/// Another window's broker, reached over TCP as any cluster is, with a topic of three records.
fn cluster(settings: ListenerSettings) -> (Window, HostPort, Option<PathBuf>) {
    let mut window = Window::open();
    let session = window.session();
    session.handle().block_on(session.client().create_topic(&NewTopic::new("orders", 2))).unwrap();
    let record = |n: u32| NewRecord { value: Some(format!("order {n}").into()), ..NewRecord::default() };
    let produced = session.client().produce("orders", (0..3).map(record).collect(), ProduceOptions::default());
    session.handle().block_on(produced).unwrap();
    window.ask(Action::Listener(settings));
    window.until("it listens", |app| matches!(&*app.facts().cluster.listener, ListenerState::Listens(_)));
    let listener = window.harness().state().facts().cluster.listener.clone();
    let address = listener.address().unwrap().parse().unwrap();
    (window, address, listener.certificate().map(PathBuf::from))
}

fn any_port() -> ListenerSettings {
    ListenerSettings { port: 0, ..ListenerSettings::default() }
}

/// Keeps a profile and opens it.
pub(crate) fn open(window: &mut Window, profile: &Profile) {
    let id = profile.id;
    window.ask(Action::Cluster(ClusterAction::Save(Box::new(profile.clone()), Typed::default())));
    window.ask(Action::Cluster(ClusterAction::Open(id)));
}

pub(crate) fn until_orders(window: &mut Window) {
    window.until("the topic of the cluster", |app| app.facts().topic("orders").is_some_and(|t| t.records == 3));
}

#[test]
fn a_cluster_is_added_opened_browsed_and_switched() {
    let (_other, address, _) = cluster(any_port());
    let mut window = Window::open();
    window.ask(Action::Run(Command::AddCluster));
    window.type_into("Name", "Shop");
    window.type_into("Environment", "production");
    window.type_into("Brokers", &address.to_string());
    window.click("Test");
    window.until_shown("everything works");
    window.click("Save and open");
    until_orders(&mut window);
    window.ask(Action::Go(Place::topic("orders")));
    window.until_shown_containing("order 2");

    window.harness().key_press_modifiers(Modifiers::COMMAND, Key::Num1);
    window.frames();
    assert_eq!(window.harness().state().place(), &Place::Clusters, "where the workspace was left");
    window.until("the workspace", |app| app.facts().first_load_done && app.facts().topic("orders").is_none());
    window.click("Show Shop");
    assert_eq!(window.harness().state().place(), &Place::topic("orders"));
    window.until_shown_containing("order 2");

    // What only the broker inside knows is absent, and says why.
    window.ask(Action::Go(Place::Connections));
    window.until_shown_containing("cluster");
    // Lessons stay with the workspace.
    window.ask(Action::Run(Command::GoLabs));
    window.until("the workspace", |app| app.facts().topic("orders").is_none());
    window.click("Show Shop");
    window.ask(Action::Run(Command::CloseCluster));
    window.until("it is closed", |app| app.place() == &Place::Labs);
    assert!(!window.shows("Show Shop"));
}

#[test]
fn nothing_is_changed_where_it_was_opened_read_only() {
    let (other, address, _) = cluster(any_port());
    let mut window = Window::open();
    let mut profile = Profile::new("Shop", vec![address]);
    profile.read_only = true;
    open(&mut window, &profile);
    until_orders(&mut window);
    window.ask(Action::Go(Place::Topics));
    window.until_shown("New topic…");
    assert!(window.harness().get_by_label("New topic…").accesskit_node().is_disabled());
    window.ask(Action::Run(Command::NewTopic));
    window.until_shown_containing("open read-only");
    let session = window.session();
    assert!(session.is_read_only());
    let refused = session.handle().block_on(session.client().create_topic(&NewTopic::new("more", 1)));
    assert!(refused.is_err(), "the client lets a change through");
    assert!(other.session().facts().topic("more").is_none());
}

#[test]
fn what_cannot_be_reached_says_so_and_opens_when_it_is_there() {
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut window = Window::open();
    open(&mut window, &Profile::new("Shop", vec![HostPort::new("127.0.0.1", port)]));
    window.until_shown("Shop could not be opened");
    window.until_shown_containing(": failed");
    let (_other, address, _) = cluster(ListenerSettings { port, ..ListenerSettings::default() });
    assert_eq!(address.port, port, "another program took the port");
    window.click("Try again");
    until_orders(&mut window);
}

/// A cluster where ann logs in over TLS, and its profile.
pub(crate) fn with_login() -> (Window, Profile) {
    let (mut other, _, _) = cluster(any_port());
    let slot = UserList::default();
    let password = Password::from("hunter2".to_owned());
    other.session().change_users(UserChange::Add { name: "ann".to_owned(), password, role: Role::Admin }, slot.clone());
    other.until("the user", move |_| slot.value().is_some_and(|users| users.len() == 1));
    let before = other.harness().state().facts().cluster.listener.clone();
    let settings =
        ListenerSettings { authentication: true, encryption: Encryption::SelfSigned, port: 0, ..Default::default() };
    other.ask(Action::Listener(settings));
    other.until("it listens anew", move |app| {
        let listener = &app.facts().cluster.listener;
        listener.asks_who() && listener.address() != before.address()
    });
    let listener = other.harness().state().facts().cluster.listener.clone();
    let mut profile = Profile::new("Shop", vec![listener.address().unwrap().parse().unwrap()]);
    let authorities = Authorities::File(listener.certificate().unwrap().to_owned());
    profile.security.tls = Some(TlsPlan { authorities, ..TlsPlan::default() });
    let mechanism: SaslMechanism = "SCRAM-SHA-256".parse().unwrap();
    profile.security.sasl = Some(SaslPlan::Password { mechanism, user: "ann".to_owned() });
    profile.secrets = SecretPolicy::AskEachTime;
    (other, profile)
}

#[test]
fn a_secret_that_is_kept_nowhere_is_asked_for() {
    let (_other, profile) = with_login();
    let mut window = Window::open();
    open(&mut window, &profile);
    window.until_shown("Password of ann");
    type_password(&mut window, "hunter3");
    window.click("Open");
    window.until_shown("Shop could not be opened");
    type_password(&mut window, "hunter2");
    window.click("Open");
    until_orders(&mut window);
    // Once a start, and not each time it is opened anew.
    window.ask(Action::Cluster(ClusterAction::Retry(ClusterKey::Cluster(profile.id))));
    window.until("it is gone", |app| app.facts().topic("orders").is_none());
    until_orders(&mut window);
}

fn type_password(window: &mut Window, text: &str) {
    const FIELD: &str = "Password of ann";
    window.until_shown(FIELD);
    window.harness().get_by_role_and_label(AccessRole::PasswordInput, FIELD).focus();
    window.frames();
    window.harness().get_by_role_and_label(AccessRole::PasswordInput, FIELD).type_text(text);
    window.frames();
}

#[test]
fn the_next_start_opens_what_was_open() {
    let (_other, address, _) = cluster(any_port());
    let folder = tempfile::tempdir().unwrap();
    let (data_dir, file) = (folder.path().join("workspace"), folder.path().join("settings.json"));
    let start = |folder, data_dir: PathBuf, file: PathBuf| {
        Window::around(folder, move |ctx, mut settings| {
            settings = if file.exists() { Settings::load(&file) } else { settings };
            settings.view.language = LanguageChoice::English;
            App::new(ctx, WindowOptions { data_dir }, settings, Some(file))
        })
    };
    let mut window = start(folder, data_dir.clone(), file.clone());
    window.until_shown("A broker is running on this computer");
    open(&mut window, &Profile::new("Shop", vec![address]));
    until_orders(&mut window);
    window.ask(Action::Go(Place::topic("orders")));
    let folder = window.quit();
    let mut window = start(folder, data_dir, file);
    until_orders(&mut window);
    assert_eq!(window.harness().state().place(), &Place::topic("orders"));
    window.click("Show Local");
    window.until_shown("Add a cluster…");
}

#[test]
fn what_is_out_of_reach_stays_with_the_reason() {
    let (mut other, address, _) = cluster(any_port());
    let mut window = Window::open();
    let mut profile = Profile::new("Shop", vec![address.clone()]);
    // Patience would only make this test slow.
    (profile.timeouts.connect_millis, profile.timeouts.request_millis) = (1_000, 1_000);
    (profile.timeouts.retry_backoff_millis, profile.timeouts.retry_backoff_max_millis) = (10, 50);
    open(&mut window, &profile);
    until_orders(&mut window);
    window.ask(Action::Go(Place::Topics));
    other.ask(Action::Listener(ListenerSettings { on: false, ..any_port() }));
    other.until("it listens no more", |app| app.facts().cluster.listener.address().is_none());
    window.session().refresh();
    let stale = |app: &App| app.facts().problem.is_some();
    patiently(&mut window, "the end of the client's patience", stale);
    window.until_shown_containing("Not up to date since");
    assert!(window.harness().state().facts().topic("orders").is_some_and(|topic| topic.records == 3));
    window.until_shown_containing("orders");
    other.ask(Action::Listener(ListenerSettings { port: address.port, ..any_port() }));
    other.until("it listens again", |app| app.facts().cluster.listener.address().is_some());
    window.session().refresh();
    patiently(&mut window, "a new picture", |app| app.facts().problem.is_none());
    assert!(!window.shown().contains("Not up to date since"));
}

/// Waits for what a client does several times over before it gives up, which takes long on a busy machine.
#[track_caller]
fn patiently(window: &mut Window, what: &str, done: impl Fn(&App) -> bool) {
    let end = Instant::now() + Duration::from_secs(120);
    while !done(window.harness().state()) {
        assert!(Instant::now() < end, "waited in vain for {what}");
        window.frames();
        std::thread::park_timeout(Duration::from_millis(10));
    }
    window.frames();
}

#[test]
fn an_opening_can_be_given_up() {
    // Takes connections and says nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = HostPort::new("127.0.0.1", silent.local_addr().unwrap().port());
    let mut window = Window::open();
    open(&mut window, &Profile::new("Shop", vec![address]));
    window.until_shown("Opening Shop");
    window.click("Cancel");
    window.until_shown("closed");
    assert!(!window.shows("Opening Shop") && !window.shows("Show Shop"));
}

#[test]
fn closing_a_cluster_where_works_run_asks() {
    let (_other, address, _) = cluster(any_port());
    let mut window = Window::open();
    open(&mut window, &Profile::new("Shop", vec![address]));
    until_orders(&mut window);
    let slowly = Pace::Within(Duration::from_secs(600));
    window.session().load_sample("sample", slowly).unwrap();
    window.ask(Action::Run(Command::CloseCluster));
    window.until_shown("Close Shop?");
    window.until_shown_containing("1 job runs there");
    window.harness().key_press(Key::Escape);
    window.frames();
    assert!(!window.shows("Close Shop?"));
    assert!(window.session().jobs_running() == 1, "it was stopped though nobody said so");
    window.ask(Action::Run(Command::CloseCluster));
    window.click("Close Shop");
    window.until("it is closed", |app| app.facts().topic("orders").is_none());
    assert!(!window.shows("Show Shop"));
}

#[test]
fn what_destroys_something_names_the_cluster() {
    let (other, address, _) = cluster(any_port());
    let committed = vec![(TopicPartition::new("orders", 0), 0)];
    let client = other.session().client().clone();
    other.session().handle().block_on(client.commit_as_admin("billing", committed)).unwrap();
    let mut window = Window::open();
    let mut profile = Profile::new("Shop", vec![address]);
    profile.environment = "production".to_owned();
    open(&mut window, &profile);
    until_orders(&mut window);
    window.ask(Action::Go(Place::Topic { name: "orders".to_owned(), tab: TopicTab::Settings }));
    window.until_shown("Delete…");
    window.harness().get_by_label("Delete…").scroll_to_me();
    window.frames();
    window.click("Delete…");
    window.until_shown("Delete orders?");
    window.until_shown("On the cluster");
    window.click("Cancel");
    assert!(!window.shows("On the cluster"));

    window.ask(Action::Go(Place::Group { id: "billing".to_owned(), tab: GroupTab::Lag }));
    window.click("Reset offsets…");
    window.until_shown("On the cluster");
    window.click("Cancel");
    window.ask(Action::Go(Place::Topics));
    window.ask(Action::Run(Command::NewTopic));
    window.until_shown("On the cluster");
}
