//! Performs what screens asked for; the only place where the state of the window changes.

use std::path::PathBuf;

use eframe::egui;

use super::{
    tabs::{State, Tab},
    window::{App, choose_theme, session_options},
    workspace,
};
use crate::{
    session::Session,
    transfer::{Pace, sample},
    ui::{
        Action, Command, Place, Text, TopicTab,
        clusters::ClusterKey,
        confirm::ConfirmDialog,
        ctx::{LanguageChoice, ThemeChoice},
        text::Language,
        theme,
        toasts::{Toast, Tone},
    },
};

/// The sample's week passes in this time when it is replayed.
const REPLAY: std::time::Duration = std::time::Duration::from_secs(120);

impl App {
    /// Does what was asked for on `on`, which may not be what is shown any more.
    pub(super) fn perform(&mut self, ctx: &egui::Context, on: ClusterKey, action: Action) {
        match action {
            Action::Go(place) => self.go(on, place),
            Action::ShowRecord { topic, partition, offset } => {
                if let Some(tab) = self.tabs.get_mut(on) {
                    tab.screens.show_record(&topic, partition, offset);
                    tab.go(Place::Topic { name: topic, tab: TopicTab::Messages });
                }
            }
            Action::Back => self.tabs.shown_mut().back(),
            Action::Forward => self.tabs.shown_mut().forward(),
            Action::Run(command) => self.run_command(ctx, on, command),
            Action::With(work) => match self.session_on(on) {
                Some(session) => work(session),
                None => self.say_no_session(),
            },
            Action::Ask(confirm) => {
                if let Some(tab) = self.tabs.get_mut(on) {
                    tab.confirm = Some(ConfirmDialog::new(confirm));
                }
            }
            Action::Copy(text) => {
                ctx.copy_text(text);
                self.toasts.push(Toast::new(Tone::Note, &*self.text.get("toast-copied")));
            }
            Action::Toast(toast) => self.toasts.push(toast),
            Action::CancelJob(id) => {
                if let Some(session) = self.session_on(on) {
                    session.cancel_job(id);
                }
            }
            Action::DismissJob(id) => {
                if let Some(session) = self.session_on(on) {
                    session.dismiss_job(id);
                }
            }
            Action::Theme(choice) => {
                self.settings.view.theme = choice;
                choose_theme(ctx, choice);
            }
            Action::Language(choice) => self.speak(choice),
            Action::Times(times) => self.settings.view.times = times,
            Action::Calm(calm) => {
                self.settings.view.calm = calm;
                theme::apply(ctx, calm);
            }
            Action::TableLayout { table, layout } => {
                self.settings.view.tables.insert(table.to_owned(), layout);
            }
            Action::Listener(listener) => {
                self.settings.listener = listener.clone();
                if let Some(session) = self.tabs.workspace().session() {
                    self.listener.apply(session, listener);
                }
            }
            Action::OpenWorkspace(folder) => self.open(ctx, folder),
            Action::Cluster(action) => self.perform_on_clusters(ctx, action),
            Action::Quit => ctx.send_viewport_cmd(egui::ViewportCommand::Close),
        }
        ctx.request_repaint();
    }

    fn session_on(&self, on: ClusterKey) -> Option<&Session> {
        self.tabs.get(on).and_then(Tab::session)
    }

    /// Labs have brokers of their own: they are shown with the workspace, never in the colours of a cluster.
    fn go(&mut self, on: ClusterKey, place: Place) {
        if matches!(place, Place::Labs | Place::Lab { .. }) {
            self.tabs.show(ClusterKey::Workspace);
            self.tabs.workspace_mut().go(place);
        } else if let Some(tab) = self.tabs.get_mut(on) {
            tab.go(place);
        }
    }

    fn run_command(&mut self, ctx: &egui::Context, on: ClusterKey, command: Command) {
        if command.changes() && self.session_on(on).is_some_and(Session::is_read_only) {
            let words = self.text.get("read-only-why");
            self.toasts.push(Toast::new(Tone::Care, &*words));
            return;
        }
        match command {
            Command::Palette => self.palette.toggle(),
            Command::Back => self.perform(ctx, on, Action::Back),
            Command::Forward => self.perform(ctx, on, Action::Forward),
            Command::GoOverview => self.go(on, Place::Overview),
            Command::GoTopics => self.go(on, Place::Topics),
            Command::GoGroups => self.go(on, Place::Groups),
            Command::GoConsume => self.go(on, Place::Consume),
            Command::GoConnections => self.go(on, Place::Connections),
            Command::ConnectApp => self.go(on, Place::ConnectApp),
            Command::GoBrokers => self.go(on, Place::Brokers),
            Command::GoAccess => self.go(on, Place::Access),
            Command::GoTransfers => self.go(on, Place::Transfers),
            Command::GoLabs => self.go(on, Place::Labs),
            Command::FirstLesson => self.go(on, crate::labs::Screen::first_lesson()),
            Command::FreePlay => self.go(on, Place::Lab { id: crate::labs::FREE_PLAY.to_owned() }),
            Command::GoSettings => self.go(on, Place::Settings),
            Command::GoClusters => self.go(on, Place::Clusters),
            Command::AddCluster => self.go(on, Place::ClusterForm { id: None }),
            Command::CloseCluster => self.ask_close(on),
            Command::LoadSample => self.load_sample(on, Pace::AtOnce),
            Command::ReplaySample => self.load_sample(on, Pace::Within(REPLAY)),
            Command::OpenWorkspace => self.shell.ask_workspace(),
            Command::Shortcuts => self.shell.show_shortcuts(),
            Command::NextTimes => self.settings.view.times = self.settings.view.times.next(),
            Command::NextTheme => {
                let dark = ctx.theme() == egui::Theme::Dark;
                self.perform(ctx, on, Action::Theme(if dark { ThemeChoice::Light } else { ThemeChoice::Dark }));
            }
            Command::NextLanguage => self.speak(match self.text.language() {
                Language::English => LanguageChoice::Chinese,
                Language::Chinese => LanguageChoice::English,
            }),
            Command::ToggleCalm => self.perform(ctx, on, Action::Calm(!self.settings.view.calm)),
            Command::Quit => self.perform(ctx, on, Action::Quit),
            for_screen => {
                if let Some(place) = for_screen.place()
                    && self.place().root() != place
                {
                    self.go(on, place);
                }
                self.commands.get_mut().push(for_screen);
                self.commands_age = 0;
            }
        }
    }

    fn load_sample(&mut self, on: ClusterKey, pace: Pace) {
        match self.session_on(on) {
            Some(session) => drop(session.load_sample(sample::TOPIC, pace)),
            None => self.say_no_session(),
        }
    }

    fn speak(&mut self, choice: LanguageChoice) {
        self.settings.view.language = choice;
        let language = Language::of(choice);
        if language != self.text.language() {
            self.text = Text::new(language);
        }
    }

    /// Closes the workspace and opens the one in that folder.
    pub(super) fn open(&mut self, ctx: &egui::Context, folder: PathBuf) {
        let options = session_options(ctx, &self.clock);
        let tab = self.tabs.workspace_mut();
        let before = match &tab.state {
            State::Open(session) => Some(session.clone()),
            State::Opening(_) => return,
            State::Failed(_) | State::Asks(_) => None,
        };
        if folder != self.data_dir {
            tab.place = Place::default();
        }
        tab.restart(State::Opening(workspace::start(&folder, before, options)));
        self.labs = Default::default();
        self.listener = Default::default();
        self.data_dir = folder;
        self.tabs.show(ClusterKey::Workspace);
    }

    pub(super) fn say_no_session(&mut self) {
        self.toasts.push(Toast::new(Tone::Care, &*self.text.get("no-session")));
    }
}
