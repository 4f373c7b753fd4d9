//! - A workspace that another process has open gives a clear page with what to do, and Try again works once it is free.
//! - What destroys asks first; where it cannot be undone the name must be typed.
//! - Running jobs are shown at the bottom and can be cancelled there.
//! - Tab reaches the bar, the navigation and the screen, and comes round again.
//! - A place, a theme and the columns of a table are written down and read again.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use egui_kittest::kittest::{By, NodeT as _, Queryable as _};
use millpond::{
    app::window::{App, WindowOptions},
    session::{JobKind, JobUnit, OpenSessionOptions, Phrase, Session},
    ui::{Action, Place, confirm::Confirm, ctx::LanguageChoice},
};

use crate::support::Window;

#[test]
fn a_workspace_that_is_open_elsewhere_says_so_and_opens_when_it_is_free() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join("workspace");
    let other = Session::open_local(&data_dir, OpenSessionOptions::quiet()).unwrap();
    let mut window = Window::around(folder, move |ctx, mut settings| {
        settings.view.language = LanguageChoice::English;
        App::new(ctx, WindowOptions { data_dir }, settings, None)
    });
    window.until_shown("Another program works in this workspace");
    other.close();
    drop(other);
    window.click("Try again");
    window.until_shown("A broker is running on this computer");
}

#[test]
fn what_cannot_be_undone_wants_its_name_typed() {
    let mut window = Window::open();
    let done = Arc::new(AtomicBool::new(false));
    let ask = |done: &Arc<AtomicBool>| {
        let done = Arc::clone(done);
        Action::Ask(Confirm {
            title: "Delete orders?".into(),
            losses: vec!["1,843,220 records in 6 partitions".into()],
            verb: "Delete orders".into(),
            effect: None,
            typed: Some("orders".into()),
            work: Box::new(move |_| done.store(true, Ordering::SeqCst)),
        })
    };
    window.ask(ask(&done));
    window.until_shown("1,843,220 records in 6 partitions");
    window.click("Delete orders");
    assert!(!done.load(Ordering::SeqCst), "deleted without the name");
    window.type_into("Type orders to confirm", "orders");
    window.click("Delete orders");
    assert!(done.load(Ordering::SeqCst));
    assert!(!window.shows("Delete orders?"));

    done.store(false, Ordering::SeqCst);
    window.ask(ask(&done));
    window.until_shown("Delete orders?");
    window.click("Cancel");
    assert!(!window.shows("Delete orders?") && !done.load(Ordering::SeqCst));
}

#[test]
fn a_running_job_is_shown_at_the_bottom_and_cancelled_there() {
    let mut window = Window::open();
    let session = window.session();
    session.start_job(JobKind::Other, Phrase::plain("Count to a million"), JobUnit::Steps, |handle| async move {
        handle.set_total(Some(1_000_000));
        handle.set_done(250_000);
        handle.cancelled().await;
        Ok(Phrase::plain("stopped"))
    });
    window.until_shown_containing("25 %");
    window.click("Cancel");
    window.until("no job runs", |app| app.session().is_some_and(|session| session.jobs_running() == 0));
}

#[test]
fn the_next_start_shows_the_same_place() {
    let folder = tempfile::tempdir().unwrap();
    let (data_dir, file) = (folder.path().join("workspace"), folder.path().join("settings.json"));
    let start = |folder, data_dir: std::path::PathBuf, file: std::path::PathBuf| {
        Window::around(folder, move |ctx, settings| {
            let settings = if file.exists() { millpond::app::settings::Settings::load(&file) } else { settings };
            App::new(ctx, WindowOptions { data_dir }, settings, Some(file))
        })
    };
    let mut window = start(folder, data_dir.clone(), file.clone());
    window.until_shown("A broker is running on this computer");
    window.ask(Action::Go(Place::Settings));
    let folder = window.quit();
    let mut window = start(folder, data_dir, file);
    window.until_shown("Looks and words");
    assert_eq!(window.harness().state().place(), &Place::Settings);
}

/// What has the keyboard, by name.
fn focused(window: &mut Window) -> Option<String> {
    let harness = window.harness();
    let node = harness.query_all(By::new().predicate(|node| node.is_focused())).next()?;
    node.accesskit_node().label()
}

#[test]
fn tab_reaches_everything() {
    const TABS_MAX: usize = 60;
    let mut window = Window::open();
    window.until_shown("Load the earthquakes");
    let mut seen: Vec<String> = Vec::new();
    for _ in 0..TABS_MAX {
        window.harness().key_press(egui::Key::Tab);
        window.frames();
        seen.extend(focused(&mut window));
    }
    for name in ["Cluster and workspace", "Overview", "Settings", "Load the earthquakes", "New topic…"] {
        assert!(seen.iter().any(|label| label == name), "{name} is not reached: {seen:?}");
    }
    let first = &seen[0];
    assert!(seen[1..].contains(first), "it does not come round: {seen:?}");
}
