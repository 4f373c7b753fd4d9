//! - The listener of a window can be moved and turned off; when its port is taken the next free one is used, and the window
//!   says so.
//! - A workspace that another process has open, and listens for, is used through that listener.

use std::net::{TcpListener, TcpStream};

use millpond::{
    app::window::{App, WindowOptions},
    client::NewTopic,
    session::{ListenerSettings, ListenerState},
    ui::{Action, Place, ctx::LanguageChoice},
};

use crate::support::Window;

fn state(app: &App) -> &ListenerState {
    &app.facts().cluster.listener
}

fn address(app: &App) -> String {
    state(app).address().unwrap().to_owned()
}

#[test]
fn a_port_that_is_taken_is_said_and_the_next_is_used() {
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = other.local_addr().unwrap();
    let mut window = Window::open();
    let settings = ListenerSettings { port: taken.port(), ..ListenerSettings::default() };
    window.ask(Action::Listener(settings.clone()));
    window.until("it listens", |app| matches!(state(app), ListenerState::Listens(_)));
    let used = address(window.harness().state());
    TcpStream::connect(&used).unwrap();
    assert_ne!(used, taken.to_string());
    window.ask(Action::Go(Place::Settings));
    window.until_shown(&format!(
        "{taken} is taken by another program, so clients connect to the next free port: {used}."
    ));
    window.click("May connect to this broker");
    window.until("it is off", |app| matches!(state(app), ListenerState::Off));
    assert!(TcpStream::connect(&used).is_err());

    // An address that others can reach is refused until the risk is accepted.
    window.ask(Action::Listener(ListenerSettings { host: "0.0.0.0".to_owned(), ..settings }));
    window.until_shown_containing("0.0.0.0 can be reached from other machines");
}

#[test]
fn a_workspace_of_another_process_is_used_through_its_listener() {
    let mut owner = Window::open();
    owner.ask(Action::Listener(ListenerSettings { port: 0, ..ListenerSettings::default() }));
    owner.until("it listens", |app| matches!(state(app), ListenerState::Listens(_)));
    let listens = address(owner.harness().state());
    let data_dir = owner.path("workspace");
    let mut guest = Window::around(tempfile::tempdir().unwrap(), move |ctx, mut settings| {
        settings.view.language = LanguageChoice::English;
        App::new(ctx, WindowOptions { data_dir }, settings, None)
    });
    guest.until("the first picture", |app| app.facts().first_load_done);
    let of_owner = ListenerState::OfOwner { address: listens, authentication: false, certificate: None };
    assert_eq!(*state(guest.harness().state()), of_owner);
    let session = guest.session();
    assert!(session.inspector().is_none());
    session.handle().block_on(session.client().create_topic(&NewTopic::new("by-guest", 2))).unwrap();
    for window in [&mut guest, &mut owner] {
        window.until("the topic", |app| app.facts().topics.iter().any(|topic| &*topic.name == "by-guest"));
    }
    guest.ask(Action::Go(Place::Settings));
    guest.until_shown_containing("Another Millpond owns this workspace");
}
