//! Settings > users and login: a user is made, clients must then log in over TLS, another window of the same account gets in
//! by itself, and the user is changed and removed.

use std::{path::PathBuf, sync::Arc};

use egui::accesskit::Role as AccessRole;
use egui_kittest::kittest::Queryable as _;
use millpond::{
    app::window::{App, WindowOptions},
    client::{Client, ClientError, Sasl, Security, TcpTransport, Tls},
    model::Role,
    session::{Encryption, ListenerSettings, ListenerState, Password, Session, UserChange, UserList},
    ui::{Action, Place, ctx::LanguageChoice},
};

use crate::support::Window;

/// Types into the fields for a password, which have a role of their own.
fn type_password(window: &mut Window, label: &str, text: &str) {
    window.harness().get_by_role_and_label(AccessRole::PasswordInput, label).focus();
    window.frames();
    window.harness().get_by_role_and_label(AccessRole::PasswordInput, label).type_text(text);
    window.frames();
}

/// Clicks what may lie below the edge of the window.
fn press(window: &mut Window, label: &str) {
    window.until_shown(label);
    window.harness().get_by_label(label).click_accesskit();
    window.frames();
}

/// Where it listens once it does, and the certificate that clients trust.
fn listening(window: &mut Window) -> (String, Option<PathBuf>) {
    window.until("it listens", |app| matches!(&*app.facts().cluster.listener, ListenerState::Listens(_)));
    let listener = window.harness().state().facts().cluster.listener.clone();
    (listener.address().unwrap().to_owned(), listener.certificate().map(PathBuf::from))
}

/// A client from outside asks for the users, as whoever it says it is.
fn ask(session: &Session, address: &str, certificate: Option<&PathBuf>, password: &str) -> Result<usize, ClientError> {
    let tls = certificate.map(|path| Tls::only_server(path).unwrap());
    let password = Password::from(password.to_owned());
    let sasl = Some(Sasl::Password { mechanism: "SCRAM-SHA-256".parse().unwrap(), user: "ann".to_owned(), password });
    let transport = TcpTransport::secured([address.parse().unwrap()], "outside", Security { tls, sasl });
    let client = Client::new(Arc::new(transport), "outside");
    session.handle().block_on(client.users()).map(|users| users.len())
}

#[test]
fn a_user_is_made_by_hand_and_the_listener_then_asks_for_it() {
    let mut window = Window::open();
    window.ask(Action::Listener(ListenerSettings { port: 0, ..ListenerSettings::default() }));
    let (first, _) = listening(&mut window);
    window.ask(Action::Go(Place::Settings));
    window.until_shown_containing("There are no users yet");
    // Nobody could log in, so that is not taken.
    window.click("Clients must log in as one of the users below");
    window.until_shown_containing("There is no user yet, and nobody could log in");
    press(&mut window, "Add user…");
    window.type_into("Name", "ann");
    type_password(&mut window, "Password", "hunter2");
    type_password(&mut window, "The same password again", "hunter");
    window.until_shown("The two passwords differ");
    type_password(&mut window, "The same password again", "2");
    window.click("Admin");
    window.click("Add user");
    window.until_shown("Actions for ann");

    press(&mut window, "Millpond’s own certificate");
    press(&mut window, "Apply");
    window.until("it listens anew", move |app| {
        app.facts().cluster.listener.asks_who() && app.facts().cluster.listener.address() != Some(&*first)
    });
    let (address, certificate) = listening(&mut window);
    let session = window.session();
    assert_eq!(ask(&session, &address, certificate.as_ref(), "hunter2").unwrap(), 1);
    let error = ask(&session, &address, certificate.as_ref(), "hunter3").unwrap_err().to_string();
    assert!(error.contains("did not let the user \"ann\" in") && !error.contains("hunter"), "{error}");
}

#[test]
fn another_window_of_the_same_account_gets_in_where_users_must_log_in() {
    let mut owner = Window::open();
    let slot = UserList::default();
    let password = Password::from("hunter2".to_owned());
    owner.session().change_users(UserChange::Add { name: "ann".to_owned(), password, role: Role::Read }, slot.clone());
    owner.until("the user", move |_| slot.value().is_some_and(|users| users.len() == 1));
    let settings =
        ListenerSettings { authentication: true, encryption: Encryption::SelfSigned, port: 0, ..Default::default() };
    owner.ask(Action::Listener(settings));
    let (address, certificate) = listening(&mut owner);
    let data_dir = owner.path("workspace");
    let mut guest = Window::around(tempfile::tempdir().unwrap(), move |ctx, mut settings| {
        settings.view.language = LanguageChoice::English;
        App::new(ctx, WindowOptions { data_dir }, settings, None)
    });
    guest.until("the first picture", |app| app.facts().first_load_done);
    let state =
        ListenerState::OfOwner { address: address.clone(), authentication: true, certificate: certificate.clone() };
    assert_eq!(*guest.harness().state().facts().cluster.listener, state);
    guest.ask(Action::Go(Place::Settings));
    guest.click("Actions for ann");
    guest.click("Change role…");
    guest.click("Write");
    guest.click("Change role");
    guest.until_shown("also produces records");
    guest.click("Actions for ann");
    guest.click("Remove user…");
    guest.until_shown_containing("It is the last user");
    guest.click("Remove ann");
    guest.until_shown_containing("There are no users yet");
    let error = ask(&owner.session(), &address, certificate.as_ref(), "hunter2").unwrap_err();
    assert_eq!(error.name(), "SASL_AUTHENTICATION_FAILED");
}

#[test]
fn programs_to_copy_say_how_to_log_in() {
    let mut window = Window::open();
    let settings = ListenerSettings { encryption: Encryption::SelfSigned, port: 0, ..ListenerSettings::default() };
    window.ask(Action::Listener(settings));
    listening(&mut window);
    window.ask(Action::Go(Place::ConnectApp));
    window.until_shown_containing("\"security.protocol\": \"SSL\"");
    window.until_shown_containing("encrypted with Millpond’s own certificate");
}
