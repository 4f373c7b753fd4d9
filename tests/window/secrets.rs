//! - Pasted settings fill the form in; what is left out and what is not understood is named.
//! - A connection is exported without anything secret, and read again out of its file.
//! - Where the system has no key store, a person chooses; the encrypted file asks for its phrase, tells a wrong one, takes
//!   another, and can be given up by who has forgotten it.

use egui::{Key, Modifiers, accesskit::Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use millpond::{
    app::{
        settings::Settings,
        window::{App, WindowOptions},
    },
    session::connections::{Profile, SecretPolicy},
    ui::{
        Action, Command, Place,
        clusters::{ClusterAction, Typed},
        ctx::LanguageChoice,
    },
};

use crate::{
    clusters::{open, until_orders, with_login},
    support::Window,
};

const PHRASE: &str = "correct horse";
const NEW_PHRASE: &str = "New pass phrase for the encrypted file";
const AGAIN: &str = "The same pass phrase again";

/// Types into the field of that role in place of what stands there.
#[track_caller]
fn fill(window: &mut Window, role: Role, label: &str, text: &str) {
    window.until_shown(label);
    window.frames();
    window.harness().get_by_role_and_label(role, label).focus();
    window.frames();
    window.harness().key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.frames();
    window.harness().get_by_role_and_label(role, label).type_text(text);
    window.frames();
}

#[track_caller]
fn secret(window: &mut Window, label: &str, text: &str) {
    fill(window, Role::PasswordInput, label, text);
}

fn value(window: &mut Window, label: &str) -> String {
    let field = window.harness().get_by_role_and_label(Role::TextInput, label);
    field.accesskit_node().value().unwrap_or_default()
}

#[track_caller]
fn press(window: &mut Window, label: &str) {
    bring_up(window, label);
    window.harness().get_by_role_and_label(Role::Button, label).click();
    window.frames();
}

/// Scrolls what has that name into sight.
#[track_caller]
fn bring_up(window: &mut Window, label: &str) {
    window.until_shown(label);
    window.harness().get_all_by_label(label).next().unwrap().scroll_to_me();
    window.frames();
}

#[test]
fn pasted_settings_fill_the_form_in() {
    const FIELD: &str = "Settings";
    let mut window = Window::open();
    window.ask(Action::Run(Command::AddCluster));
    fill(&mut window, Role::MultilineTextInput, FIELD, "security.protocol=PLAINTEXT\nsasl.mechanism=PLAIN\n");
    window.until_shown("These settings cannot be used");
    window.until_shown_containing("sasl.mechanism has no effect with security.protocol=PLAINTEXT");
    let pasted = "bootstrap.servers=kafka.example:9093,other.example:9093\nsecurity.protocol=SASL_SSL\n\
                  sasl.mechanism=SCRAM-SHA-256\nsasl.username=ann\nsasl.password=hunter2\nacks=all\nlinger.ms=5\n\
                  ssl.sigalgs.list=x\nrequest.timeout.ms=12000\n";
    fill(&mut window, Role::MultilineTextInput, FIELD, pasted);
    window.until_shown("kafka.example:9093 and 1 more");
    window.until_shown("SASL_SSL · SCRAM-SHA-256");
    window.until_shown_containing("nothing to do with the way to the cluster: acks, linger.ms");
    window.until_shown_containing("not known here: ssl.sigalgs.list");
    window.until_shown_containing("It holds something secret");
    press(&mut window, "Fill in the form");
    window.until_shown("Password");
    assert_eq!(value(&mut window, "Name"), "kafka.example");
    assert_eq!(value(&mut window, "Brokers"), "kafka.example:9093, other.example:9093");
    assert_eq!(value(&mut window, "User"), "ann");
    let all = window.harness().query_all_by(|node| node.value().is_some_and(|value| value.contains("hunter2")));
    assert_eq!(all.count(), 0, "the password can be read");
    bring_up(&mut window, "More: client.id and time-outs");
    window.click("More: client.id and time-outs");
    assert_eq!(value(&mut window, "request.timeout.ms"), "12000");
    // Without a key store here, it must be said where the password goes.
    window.until_shown("This system has no key store that can be used: choose where the secret is kept");
    bring_up(&mut window, "nowhere");
    window.click("nowhere");
    window.until_shown_containing("It is typed each time");
}

#[test]
fn an_exported_connection_holds_no_secret_and_is_read_again() {
    let (_other, profile) = with_login();
    let mut window = Window::open();
    open(&mut window, &profile);
    secret(&mut window, "Password of ann", "hunter2");
    window.click("Open");
    until_orders(&mut window);
    window.ask(Action::Go(Place::Clusters));
    window.click("⋯ Shop");
    window.click("Export…");
    window.until_shown("Export Shop");
    window.until_shown_containing("No password, token or pass phrase is in it");
    // The folder that is proposed comes from another thread; what is typed afterwards stays.
    let path = window.path("shop.millpond.json");
    let typed = path.display().to_string();
    let end = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while value(&mut window, "File") != typed {
        assert!(std::time::Instant::now() < end, "the path does not stay");
        fill(&mut window, Role::TextInput, "File", &typed);
    }
    press(&mut window, "Export");
    window.until_shown_containing("nothing secret is in it");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("\"ann\"") && !text.contains("hunter2"), "{text}");

    window.ask(Action::Run(Command::AddCluster));
    fill(&mut window, Role::TextInput, "Or a file with them", &typed);
    window.harness().key_press(Key::Enter);
    window.until_shown("a connection of Millpond");
    press(&mut window, "Fill in the form");
    window.until_shown("SCRAM-SHA-512");
    assert_eq!(value(&mut window, "Name"), "Shop");
    assert_eq!(value(&mut window, "User"), "ann");
    // The same file is not written over unasked.
    window.ask(Action::Cluster(ClusterAction::Export { id: profile.id, path, replace: false }));
    window.until_shown_containing("is there already");
}

#[test]
fn without_a_key_store_a_person_chooses_where_a_secret_is_kept() {
    let (_other, mut profile) = with_login();
    profile.secrets = SecretPolicy::KeyStore;
    let mut window = Window::open();
    open(&mut window, &profile);
    window.until_shown_containing("This system has no key store that can be used. Choose");
    secret(&mut window, "Password of ann", "hunter2");
    window.click("an encrypted file");
    secret(&mut window, NEW_PHRASE, PHRASE);
    secret(&mut window, AGAIN, "correct house");
    window.until_shown("The two pass phrases differ");
    secret(&mut window, AGAIN, PHRASE);
    window.click("Open");
    until_orders(&mut window);
    let book = std::fs::read_to_string(window.path("connections.json")).unwrap();
    assert!(book.contains("encrypted-file") && !book.contains("hunter2"), "{book}");
    assert!(!std::fs::read_to_string(window.path("secrets.json")).unwrap().contains("hunter2"));
}

#[test]
fn the_encrypted_file_asks_for_its_phrase_takes_another_and_can_be_given_up() {
    let (_other, mut profile) = with_login();
    profile.secrets = SecretPolicy::EncryptedFile;
    let second = Profile { id: Profile::new("Shop 2", Vec::new()).id, name: "Shop 2".to_owned(), ..profile.clone() };
    let folder = tempfile::tempdir().unwrap();
    let mut window = start(folder);
    window.until_shown("A broker is running on this computer");
    open(&mut window, &profile);
    secret(&mut window, "Password of ann", "hunter2");
    secret(&mut window, NEW_PHRASE, PHRASE);
    secret(&mut window, AGAIN, PHRASE);
    window.click("Open");
    until_orders(&mut window);
    window.ask(Action::Cluster(ClusterAction::Save(Box::new(second), Typed::default())));
    window.ask(Action::Go(Place::Topics));

    let mut window = start(window.quit());
    const FIELD: &str = "Pass phrase of the encrypted file";
    secret(&mut window, FIELD, "wrong horse");
    window.click("Open");
    window.until_shown("That pass phrase does not open the file");
    secret(&mut window, FIELD, PHRASE);
    window.click("Open");
    until_orders(&mut window);

    window.ask(Action::Go(Place::Clusters));
    window.click("More for clusters");
    window.click("Change the pass phrase…");
    secret(&mut window, "Pass phrase until now", "wrong horse");
    secret(&mut window, NEW_PHRASE, "battery staple");
    secret(&mut window, AGAIN, "battery staple");
    window.click("Change the pass phrase");
    window.until_shown("That pass phrase does not open the file");
    secret(&mut window, "Pass phrase until now", PHRASE);
    window.click("Change the pass phrase");
    window.until_shown("The encrypted file has its new pass phrase");
    window.ask(Action::Go(Place::Topics));

    let mut window = start(window.quit());
    secret(&mut window, FIELD, PHRASE);
    window.click("Open");
    window.until_shown("That pass phrase does not open the file");
    secret(&mut window, FIELD, "battery staple");
    window.click("Open");
    until_orders(&mut window);

    let mut window = start(window.quit());
    window.click("Pass phrase forgotten?");
    window.until_shown_containing("The secrets of 2 clusters are lost: Shop, Shop 2.");
    window.click("Delete the encrypted file");
    secret(&mut window, "Password of ann", "hunter2");
    secret(&mut window, NEW_PHRASE, "battery staple");
    secret(&mut window, AGAIN, "battery staple");
    window.click("Open");
    until_orders(&mut window);
}

/// A start on what an earlier one left in the folder.
fn start(folder: tempfile::TempDir) -> Window {
    let (data_dir, file) = (folder.path().join("workspace"), folder.path().join("settings.json"));
    Window::around(folder, move |ctx, mut settings| {
        settings = if file.exists() { Settings::load(&file) } else { settings };
        settings.view.language = LanguageChoice::English;
        App::new(ctx, WindowOptions { data_dir }, settings, Some(file))
    })
}
