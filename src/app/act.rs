//! Performs what screens asked for; the only place where the state of the window changes.

use std::path::PathBuf;

use eframe::egui;

use super::{
    window::{App, choose_theme, session_options},
    workspace::{Opening, Workspace},
};
use crate::{
    transfer::{Pace, sample},
    ui::{
        Action, Command, Place, Text, TopicTab,
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
    pub(super) fn perform(&mut self, ctx: &egui::Context, action: Action) {
        match action {
            Action::Go(place) => self.go(place),
            Action::ShowRecord { topic, partition, offset } => {
                self.screens.show_record(&topic, partition, offset);
                self.go(Place::Topic { name: topic, tab: TopicTab::Messages });
            }
            Action::Back => {
                if let Some(place) = self.history.back(&self.place) {
                    self.place = place;
                }
            }
            Action::Forward => {
                if let Some(place) = self.history.forward(&self.place) {
                    self.place = place;
                }
            }
            Action::Run(command) => self.run_command(ctx, command),
            Action::With(work) => match self.session() {
                Some(session) => work(session),
                None => self.say_no_session(),
            },
            Action::Ask(confirm) => self.confirm = Some(ConfirmDialog::new(confirm)),
            Action::Copy(text) => {
                ctx.copy_text(text);
                self.toasts.push(Toast::new(Tone::Note, &*self.text.get("toast-copied")));
            }
            Action::Toast(toast) => self.toasts.push(toast),
            Action::CancelJob(id) => {
                if let Some(session) = self.session() {
                    session.cancel_job(id);
                }
            }
            Action::DismissJob(id) => {
                if let Some(session) = self.session() {
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
                if let Some(session) = self.session() {
                    self.listener.apply(session, listener);
                }
            }
            Action::OpenWorkspace(folder) => self.open(ctx, folder),
            Action::RetryOpen => self.open(ctx, self.data_dir.clone()),
            Action::Quit => ctx.send_viewport_cmd(egui::ViewportCommand::Close),
        }
        ctx.request_repaint();
    }

    fn go(&mut self, place: Place) {
        if place != self.place {
            // Another tab of the same thing is not another place on the way back.
            let same_thing = match (&place, &self.place) {
                (Place::Topic { name: to, .. }, Place::Topic { name: from, .. }) => to == from,
                (Place::Group { id: to, .. }, Place::Group { id: from, .. }) => to == from,
                (Place::Topic { name: to, .. }, Place::Record { topic: from, .. })
                | (Place::Record { topic: to, .. }, Place::Topic { name: from, .. }) => to == from,
                (
                    Place::Connections | Place::Client { .. } | Place::Request { .. },
                    Place::Connections | Place::Client { .. } | Place::Request { .. },
                ) => true,
                _ => false,
            };
            if !same_thing {
                self.history.leave(self.place.clone());
            }
            self.place = place;
        }
    }

    fn run_command(&mut self, ctx: &egui::Context, command: Command) {
        match command {
            Command::Palette => self.palette.toggle(),
            Command::Back => self.perform(ctx, Action::Back),
            Command::Forward => self.perform(ctx, Action::Forward),
            Command::GoOverview => self.go(Place::Overview),
            Command::GoTopics => self.go(Place::Topics),
            Command::GoGroups => self.go(Place::Groups),
            Command::GoConsume => self.go(Place::Consume),
            Command::GoConnections => self.go(Place::Connections),
            Command::ConnectApp => self.go(Place::ConnectApp),
            Command::GoTransfers => self.go(Place::Transfers),
            Command::GoLabs => self.go(Place::Labs),
            Command::FirstLesson => self.go(crate::labs::Screen::first_lesson()),
            Command::FreePlay => self.go(Place::Lab { id: crate::labs::FREE_PLAY.to_owned() }),
            Command::GoSettings => self.go(Place::Settings),
            Command::LoadSample => self.load_sample(Pace::AtOnce),
            Command::ReplaySample => self.load_sample(Pace::Within(REPLAY)),
            Command::OpenWorkspace => self.shell.ask_workspace(),
            Command::Shortcuts => self.shell.show_shortcuts(),
            Command::NextTimes => self.settings.view.times = self.settings.view.times.next(),
            Command::NextTheme => {
                let dark = ctx.theme() == egui::Theme::Dark;
                self.perform(ctx, Action::Theme(if dark { ThemeChoice::Light } else { ThemeChoice::Dark }));
            }
            Command::NextLanguage => self.speak(match self.text.language() {
                Language::English => LanguageChoice::Chinese,
                Language::Chinese => LanguageChoice::English,
            }),
            Command::ToggleCalm => self.perform(ctx, Action::Calm(!self.settings.view.calm)),
            Command::Quit => self.perform(ctx, Action::Quit),
            for_screen => {
                if let Some(place) = for_screen.place()
                    && self.place.root() != place
                {
                    self.go(place);
                }
                self.commands.get_mut().push(for_screen);
                self.commands_age = 0;
            }
        }
    }

    fn load_sample(&mut self, pace: Pace) {
        match self.session() {
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

    fn open(&mut self, ctx: &egui::Context, folder: PathBuf) {
        let options = session_options(ctx, &self.clock);
        let before = match &mut self.workspace {
            Workspace::Open(session) => Some(session.clone()),
            Workspace::Opening(_) => return,
            Workspace::Failed(_) => None,
        };
        if folder != self.data_dir {
            self.place = Place::default();
        }
        self.screens = Default::default();
        self.labs = Default::default();
        self.listener = Default::default();
        self.workspace = Workspace::Opening(Opening::start(&folder, before, options));
        self.data_dir = folder;
    }

    fn say_no_session(&mut self) {
        self.toasts.push(Toast::new(Tone::Care, &*self.text.get("no-session")));
    }
}
