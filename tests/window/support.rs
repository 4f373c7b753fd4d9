//! A window on a workspace of its own, and verbs to use it with. Tests read as a person's story.

#![allow(dead_code, reason = "each test uses some of the verbs")]

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};
use millpond::{
    app::{settings::Settings, window::App},
    session::Session,
    ui::{
        Action,
        ctx::{LanguageChoice, ThemeChoice},
    },
};

/// How long a test waits for what must come.
const WAIT: Duration = Duration::from_secs(20);

/// A window of 1280 by 800 on an empty workspace in a folder that goes away with it.
pub struct Window {
    harness: Harness<'static, App>,
    /// Taken by [`Window::quit`].
    folder: Option<tempfile::TempDir>,
}

impl Window {
    /// In English and light.
    pub fn open() -> Self {
        Self::open_with(|_| ())
    }

    /// With other settings.
    pub fn open_with(change: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = folder.path().join("workspace");
        let mut window = Self::around(folder, move |ctx, mut settings| {
            change(&mut settings);
            App::for_tests(ctx, data_dir, settings).unwrap()
        });
        window.until("the first picture of the cluster", |app| app.facts().first_load_done);
        window
    }

    /// Around an app that the test makes itself, in a folder of its own.
    pub fn around(folder: tempfile::TempDir, make: impl FnOnce(&egui::Context, Settings) -> App) -> Self {
        let mut settings = Settings::default();
        settings.view.language = LanguageChoice::English;
        settings.view.theme = ThemeChoice::Light;
        settings.view.calm = true;
        let mut harness = Harness::builder()
            .with_size([1280.0, 800.0])
            .with_max_steps(20)
            .build_eframe(|cc| make(&cc.egui_ctx, settings));
        harness.step();
        Self { harness, folder: Some(folder) }
    }

    /// Closes the window as the system would, and gives back its folder for the next start.
    pub fn quit(mut self) -> tempfile::TempDir {
        eframe::App::on_exit(self.harness.state_mut(), None);
        self.folder.take().unwrap()
    }

    /// The workspace's session, to prepare what a test needs.
    pub fn session(&self) -> Session {
        self.harness.state().session().unwrap().clone()
    }

    /// A path in the test's own folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.as_ref().unwrap().path().join(name)
    }

    /// The harness itself, for what has no verb here.
    pub fn harness(&mut self) -> &mut Harness<'static, App> {
        &mut self.harness
    }

    /// Asks for something as a screen would.
    pub fn ask(&mut self, action: Action) {
        self.harness.state().ask(action);
        self.frames();
    }

    /// Some frames, so that what was asked is performed and drawn.
    pub fn frames(&mut self) {
        self.harness.run_steps(3);
    }

    /// Clicks what has exactly that name.
    #[track_caller]
    pub fn click(&mut self, label: &str) {
        self.until_shown(label);
        // What was shown a moment ago may still move, as a dialog does that grows in the middle of the window.
        self.frames();
        self.harness.get_by_label(label).click();
        self.frames();
    }

    /// Clicks what has exactly that name, and again as long as no dialog is open, until something is shown whose name
    /// contains that.
    #[track_caller]
    pub fn click_until(&mut self, label: &str, part: &str) {
        let end = Instant::now() + WAIT;
        while self.harness.query_all_by_label_contains(part).next().is_none() {
            assert!(Instant::now() < end, "{part:?} is not shown; shown is:\n{}", self.shown());
            if !self.shows("Cancel") {
                self.click(label);
            }
            self.pause();
        }
    }

    /// Types into the field with that name.
    #[track_caller]
    pub fn type_into(&mut self, label: &str, text: &str) {
        self.until_shown(label);
        let field = self.harness.get_by_role_and_label(egui::accesskit::Role::TextInput, label);
        field.focus();
        self.frames();
        self.harness.get_by_role_and_label(egui::accesskit::Role::TextInput, label).type_text(text);
        self.frames();
    }

    /// Waits until something with exactly that name is shown.
    #[track_caller]
    pub fn until_shown(&mut self, label: &str) {
        let end = Instant::now() + WAIT;
        while self.harness.query_all_by_label(label).next().is_none() {
            assert!(Instant::now() < end, "{label:?} is not shown; shown is:\n{}", self.shown());
            self.pause();
        }
    }

    /// Waits until something whose name contains that is shown.
    #[track_caller]
    pub fn until_shown_containing(&mut self, part: &str) {
        let end = Instant::now() + WAIT;
        while self.harness.query_all_by_label_contains(part).next().is_none() {
            assert!(Instant::now() < end, "{part:?} is not shown; shown is:\n{}", self.shown());
            self.pause();
        }
    }

    /// True when something with exactly that name is shown now.
    pub fn shows(&self, label: &str) -> bool {
        self.harness.query_all_by_label(label).next().is_some()
    }

    /// Waits until the app says so.
    #[track_caller]
    pub fn until(&mut self, what: &str, done: impl Fn(&App) -> bool) {
        let end = Instant::now() + WAIT;
        while !done(self.harness.state()) {
            assert!(Instant::now() < end, "waited in vain for {what}; shown is:\n{}", self.shown());
            self.pause();
        }
        self.frames();
    }

    /// The names of all that is shown, for messages.
    pub fn shown(&self) -> String {
        let all = self.harness.query_all_by(|node| node.label().is_some());
        all.filter_map(|node| node.accesskit_node().label()).collect::<Vec<_>>().join(" | ")
    }

    /// A frame, and a moment for other threads.
    fn pause(&mut self) {
        self.harness.step();
        std::thread::yield_now();
        // Frames without a display take no time; a busy loop would only slow the broker down.
        std::thread::park_timeout(Duration::from_millis(5));
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        // The folder goes away next.
        if let Some(session) = self.harness.state().session() {
            session.close();
        }
    }
}
