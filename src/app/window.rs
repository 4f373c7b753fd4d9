//! The window: owns everything, draws the shell and the screen, keeps the settings, closes cleanly.

use std::{
    cell::RefCell,
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use eframe::egui;

use super::{
    clusters::Clusters,
    listener::Listener,
    settings::Settings,
    signals,
    tabs::{State, Tab, Tabs},
    workspace,
};
use crate::{
    labs,
    model::Clock,
    session::{Facts, OpenSessionOptions, Session, SystemClock},
    ui::{
        Action, Command, Ctx, Place, Text, Theme,
        clusters::{ClusterAction, ClusterKey},
        ctx::ThemeChoice,
        format::Format,
        palette::Palette,
        screens::clusters::ClustersScreen,
        shell::{self, Around, Shell},
        text::Language,
        theme,
        toasts::Toasts,
    },
};

/// Smallest size of the window, in points: below it the screens no longer fit.
const SIZE_MIN: [f32; 2] = [960.0, 600.0];

/// What the window needs to open.
#[derive(Debug, Clone)]
pub struct WindowOptions {
    /// The workspace folder.
    pub data_dir: PathBuf,
}

/// The state of the window.
pub struct App {
    pub(super) data_dir: PathBuf,
    pub(super) settings: Settings,
    /// Where the settings are kept; `None` in tests.
    pub(super) settings_path: Option<PathBuf>,
    /// The settings as they stand in the file, and since when they differ.
    pub(super) saved: Settings,
    pub(super) unsaved_since: Option<Instant>,
    pub(super) clock: Arc<dyn Clock>,
    /// The workspace and the clusters that are open.
    pub(super) tabs: Tabs,
    /// The clusters that are known.
    pub(super) clusters: Clusters,
    clusters_screen: ClustersScreen,
    /// Of the open workspace.
    pub(super) listener: Listener,
    pub(super) text: Text,
    pub(super) actions: RefCell<Vec<Action>>,
    /// Commands that wait for a screen to take them, and for how many frames they have.
    pub(super) commands: RefCell<Vec<Command>>,
    pub(super) commands_age: u32,
    pub(super) labs: labs::Screen,
    /// The progress of the labs as it stands in the workspace's file.
    pub(super) saved_progress: labs::Progress,
    pub(super) shell: Shell,
    pub(super) palette: Palette,
    pub(super) toasts: Toasts,
}

/// Opens the window and runs it until it is closed.
pub fn run(options: WindowOptions) -> ExitCode {
    let settings_path = Settings::path();
    let settings = settings_path.as_deref().map(Settings::load).unwrap_or_default();
    let size = [settings.window.width.max(SIZE_MIN[0]), settings.window.height.max(SIZE_MIN[1])];
    let mut viewport = egui::ViewportBuilder::default()
        .with_app_id("org.millpond.Millpond")
        .with_title("Millpond")
        .with_inner_size(size)
        .with_min_inner_size(SIZE_MIN)
        .with_maximized(settings.window.maximized);
    if let Ok(icon) = eframe::icon_data::from_png_bytes(include_bytes!("../../assets/icon/millpond-256.png")) {
        viewport = viewport.with_icon(icon);
    }
    let native = eframe::NativeOptions { viewport, persist_window: false, ..Default::default() };
    let made = eframe::run_native(
        "millpond",
        native,
        Box::new(move |cc| {
            let ctx = cc.egui_ctx.clone();
            // As by the button of the window: settings are saved, the workspace is closed.
            signals::on_first(move || {
                ctx.send_viewport_cmd(egui::ViewportCommand::Close);
                ctx.request_repaint();
            });
            Ok(Box::new(App::new(&cc.egui_ctx, options, settings, settings_path)))
        }),
    );
    match made {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!(
                "millpond: could not open a window: {}; without a display use the commands, such as \
                 `millpond topics list`, and see `millpond --help`",
                why_no_window(&error.to_string())
            );
            ExitCode::FAILURE
        }
    }
}

/// The reason without the place in somebody's source code that winit puts before it.
fn why_no_window(error: &str) -> &str {
    let after_place = error.rsplit_once(".rs:").and_then(|(_, rest)| rest.split_once(": ")).map(|(_, why)| why);
    after_place.unwrap_or(error).trim_end_matches('.')
}

impl App {
    /// Opens what was open before in the background and is ready to draw.
    pub fn new(
        ctx: &egui::Context,
        options: WindowOptions,
        mut settings: Settings,
        settings_path: Option<PathBuf>,
    ) -> Self {
        let saved = settings.clone();
        if settings.workspace.as_ref() != Some(&options.data_dir) {
            settings.place = Place::default();
        }
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let opening = workspace::start(&options.data_dir, None, session_options(ctx, &clock));
        let clusters = Clusters::load(settings_path.as_deref(), &options.data_dir);
        let paths = Paths { data_dir: options.data_dir, settings: settings_path };
        let mut app = Self::build(ctx, paths, settings, saved, clusters, clock, State::Opening(opening));
        app.reopen_clusters(ctx);
        app
    }

    /// For tests: fonts and style installed, English, light, the workspace already open, no settings file. Profiles of
    /// clusters and what is kept of them lie beside the workspace.
    ///
    /// # Errors
    /// When the workspace cannot be opened.
    pub fn for_tests(
        ctx: &egui::Context,
        data_dir: PathBuf,
        settings: Settings,
    ) -> Result<Self, crate::session::SessionError> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let session = Session::open_local(&data_dir, session_options(ctx, &clock))?;
        let saved = settings.clone();
        let clusters = Clusters::load(None, &data_dir);
        let paths = Paths { data_dir, settings: None };
        let mut app = Self::build(ctx, paths, settings, saved, clusters, clock, State::Open(session));
        app.reopen_clusters(ctx);
        Ok(app)
    }

    fn build(
        ctx: &egui::Context,
        paths: Paths,
        settings: Settings,
        saved: Settings,
        clusters: Clusters,
        clock: Arc<dyn Clock>,
        state: State,
    ) -> Self {
        theme::install_fonts(ctx);
        theme::apply(ctx, settings.view.calm);
        choose_theme(ctx, settings.view.theme);
        let is_open = matches!(state, State::Open(_));
        let workspace = Tab::new(ClusterKey::Workspace, None, state, settings.place.clone());
        let mut app = Self {
            text: Text::new(Language::of(settings.view.language)),
            data_dir: paths.data_dir,
            settings,
            settings_path: paths.settings,
            saved,
            unsaved_since: None,
            clock,
            tabs: Tabs::new(workspace),
            clusters,
            clusters_screen: ClustersScreen::default(),
            listener: Listener::default(),
            actions: RefCell::default(),
            commands: RefCell::default(),
            commands_age: 0,
            labs: labs::Screen::default(),
            saved_progress: labs::Progress::default(),
            shell: Shell::default(),
            palette: Palette::default(),
            toasts: Toasts::default(),
        };
        if is_open {
            app.load_progress();
        }
        app
    }

    /// The open session of what is shown.
    pub fn session(&self) -> Option<&Session> {
        self.tabs.shown().session()
    }

    /// The place that is shown.
    pub fn place(&self) -> &Place {
        &self.tabs.shown().place
    }

    /// The newest picture that was drawn.
    pub fn facts(&self) -> &Facts {
        &self.tabs.shown().facts
    }

    /// Plays a lab file, as if a person had opened it.
    pub fn play_lab(&mut self, file: Arc<labs::file::LabFile>) {
        let place = self.labs.play(file);
        self.ask(Action::Go(place));
    }

    /// Asks for something as a screen would: for tests and for what is not drawn.
    pub fn ask(&self, action: Action) {
        self.actions.borrow_mut().push(action);
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        self.advance(ctx);
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        let format = Format { language: self.text.language(), times: self.settings.view.times };
        let views: Vec<_> = self.tabs.iter().map(Tab::view).collect();
        let tab = self.tabs.shown_mut();
        let Some(view) = views.iter().find(|view| view.key == tab.key) else { return };
        let session = match &tab.state {
            State::Open(session) => Some(session),
            _ => None,
        };
        let ctx = Ctx {
            session,
            facts: &tab.facts,
            text: &self.text,
            theme: Theme::of_dark(ui.visuals().dark_mode),
            format: &format,
            settings: &self.settings.view,
            listener: &self.settings.listener,
            place: &tab.place,
            actions: &self.actions,
            commands: &self.commands,
            now: self.clock.now(),
            cluster: view,
            open: &views,
            known: self.clusters.known(),
        };
        for command in crate::ui::command::pressed(ui, ctx.place) {
            ctx.act(Action::Run(command));
        }
        if let Some(nth) = crate::ui::command::pressed_cluster(ui) {
            ctx.act(Action::Cluster(ClusterAction::ShowNth(nth)));
        }
        self.shell.bars(ui, &ctx, &Around { recent: &self.settings.recent, folder: &self.data_dir });
        match &tab.state {
            // About the window as a whole: need no session.
            _ if ctx.place.is_of_window() => match ctx.place {
                Place::Settings => tab.screens.ui(ui, &ctx),
                _ => self.clusters_screen.ui(ui, &ctx),
            },
            State::Open(_) if is_of_labs(ctx.place) => self.labs.ui(ui, &ctx),
            State::Open(_) => shell::screen(ui, &ctx, |ui| tab.screens.ui(ui, &ctx)),
            State::Opening(opening) => shell::opening(ui, &ctx, opening.since),
            State::Failed(failure) => shell::failed(ui, &ctx, &failure.problem, failure.walk.as_ref()),
            State::Asks(needs) => self.shell.asks(ui, &ctx, needs),
        }
        self.palette.ui(ui, &ctx);
        self.shell.dialogs(ui, &ctx, &self.data_dir);
        if let Some(confirm) = &mut tab.confirm
            && let Some(end) = confirm.ui(ui, &ctx)
        {
            if let (true, Some(dialog)) = (end, tab.confirm.take()) {
                self.actions.borrow_mut().push(Action::With(dialog.into_work()));
            }
            tab.confirm = None;
        }
        self.toasts.ui(ui, &ctx);
        shell::edge(ui, &ctx);
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.shut_down();
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }
}

/// Where the window keeps things.
struct Paths {
    data_dir: PathBuf,
    settings: Option<PathBuf>,
}

/// Everything time-dependent goes by this clock, and everything that changes asks the window to draw.
pub(super) fn session_options(ctx: &egui::Context, clock: &Arc<dyn Clock>) -> OpenSessionOptions {
    let ctx = ctx.clone();
    OpenSessionOptions { clock: Arc::clone(clock), wake: Arc::new(move || ctx.request_repaint()) }
}

/// `ui` knows the places of the labs and not their screens: the labs are built on it.
fn is_of_labs(place: &Place) -> bool {
    matches!(place, Place::Labs | Place::Lab { .. } | Place::Watch { .. })
}

/// Tells egui which of the two styles to use.
pub(super) fn choose_theme(ctx: &egui::Context, choice: ThemeChoice) {
    ctx.set_theme(match choice {
        ThemeChoice::System => egui::ThemePreference::System,
        ThemeChoice::Light => egui::ThemePreference::Light,
        ThemeChoice::Dark => egui::ThemePreference::Dark,
    });
}

/// How long settings may differ from the file before they are written.
pub(super) const SAVE_AFTER: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests {
    use super::why_no_window;

    #[test]
    fn the_reason_names_no_source_file() {
        let error =
            "winit EventLoopError: os error at /a/winit/mod.rs:765: neither WAYLAND_DISPLAY nor DISPLAY is set.";
        assert_eq!(why_no_window(error), "neither WAYLAND_DISPLAY nor DISPLAY is set");
        assert_eq!(why_no_window("no OpenGL"), "no OpenGL");
    }
}
