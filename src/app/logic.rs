//! What happens before each frame: results of other threads come in, events become notes, actions are performed.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use eframe::egui;

use super::{
    opening::Refused,
    settings::OpenCluster,
    tabs::{Failure, State, Tab},
    window::{App, SAVE_AFTER},
};
use crate::{
    labs,
    session::{Event, Facts, Session},
    ui::{
        Text,
        clusters::ClusterKey,
        toasts::{Toast, Tone},
    },
};

/// "4 min ago" and the like are drawn anew at least this often while nothing else happens.
const AGES_EVERY: Duration = Duration::from_secs(20);
/// Frames for which a command waits for the screen that it belongs to.
const COMMAND_FRAMES_MAX: u32 = 4;

impl App {
    pub(super) fn advance(&mut self, ctx: &egui::Context) {
        self.take_opened(ctx);
        self.take_session_news();
        self.take_cluster_news(ctx);
        self.drop_old_commands();
        // What was asked for while a cluster was drawn happens there, whatever is shown by then.
        let drawn = self.tabs.shown_key();
        let actions = std::mem::take(&mut *self.actions.borrow_mut());
        for action in actions {
            self.perform(ctx, drawn, action);
        }
        self.keep_settings(ctx);
        self.keep_progress();
        self.toasts.advance(ctx);
        ctx.request_repaint_after(AGES_EVERY);
    }

    fn take_opened(&mut self, ctx: &egui::Context) {
        let mut opened = None;
        for tab in self.tabs.iter_mut() {
            let State::Opening(opening) = &mut tab.state else { continue };
            let Some(result) = opening.take() else { continue };
            let walk = opening.walk.take();
            tab.state = match result {
                Ok(session) => {
                    if tab.key == ClusterKey::Workspace {
                        opened = Some(session.clone());
                    }
                    State::Open(session)
                }
                Err(Refused::Asks(needs)) => State::Asks(needs),
                Err(Refused::Problem(problem)) => State::Failed(Failure { problem: *problem, walk }),
            };
            ctx.request_repaint();
        }
        if let Some(session) = opened {
            self.settings.opened(&self.data_dir);
            self.load_progress();
            self.listener.apply(&session, self.settings.listener.clone());
        }
    }

    fn take_session_news(&mut self) {
        let (shown, text) = (self.tabs.shown_key(), &self.text);
        for tab in self.tabs.iter_mut() {
            let Some(session) = tab.session().cloned() else {
                if tab.facts.first_load_done {
                    tab.facts = Arc::new(Facts::empty());
                }
                continue;
            };
            tab.facts = session.facts();
            for event in session.take_events() {
                let mut toast = toast(text, event);
                // What happens on a cluster that is not shown says where.
                if tab.key != shown {
                    let workspace = text.get("cluster-local");
                    let name = tab.profile.as_deref().map_or(&*workspace, |profile| &profile.name);
                    let args = [("cluster", name.into()), ("said", toast.text.as_str().into())];
                    toast = Toast { text: text.with("toast-elsewhere", &args), link: None, ..toast };
                }
                self.toasts.push(toast);
            }
        }
    }

    /// A command that no screen took was not meant for the one that is open.
    fn drop_old_commands(&mut self) {
        let commands = self.commands.get_mut();
        if commands.is_empty() {
            self.commands_age = 0;
            return;
        }
        self.commands_age += 1;
        if self.commands_age > COMMAND_FRAMES_MAX {
            commands.clear();
        }
    }

    fn keep_settings(&mut self, ctx: &egui::Context) {
        self.settings.place = self.tabs.workspace().place.clone();
        self.settings.clusters.clear();
        self.settings.clusters.extend(self.tabs.iter().filter_map(|tab| match tab.key {
            ClusterKey::Workspace => None,
            ClusterKey::Cluster(id) => Some(OpenCluster { id, place: tab.place.clone() }),
        }));
        self.settings.shown = self.tabs.shown_key();
        ctx.input(|input| {
            let viewport = input.viewport();
            let maximized = viewport.maximized.unwrap_or(false);
            self.settings.window.maximized = maximized;
            if let (Some(rect), false) = (viewport.inner_rect, maximized) {
                (self.settings.window.width, self.settings.window.height) = (rect.width(), rect.height());
            }
        });
        if self.settings == self.saved {
            self.unsaved_since = None;
            return;
        }
        let since = *self.unsaved_since.get_or_insert_with(Instant::now);
        if since.elapsed() >= SAVE_AFTER {
            self.save_settings();
        } else {
            ctx.request_repaint_after(SAVE_AFTER);
        }
    }

    /// What was done of the lessons in this workspace before.
    pub(super) fn load_progress(&mut self) {
        let progress = labs::Progress::load(&self.data_dir);
        self.saved_progress = progress.clone();
        self.labs.set_progress(progress);
    }

    /// A step that was finished is kept at once; that happens every few minutes at most.
    fn keep_progress(&mut self) {
        self.labs.note_place(&self.tabs.shown().place);
        if self.tabs.workspace().session().is_none() || *self.labs.progress() == self.saved_progress {
            return;
        }
        self.saved_progress = self.labs.progress().clone();
        if let Err(error) = self.saved_progress.save(&self.data_dir) {
            tracing::warn!(%error, folder = %self.data_dir.display(), "progress of the labs could not be saved");
        }
    }

    fn save_settings(&mut self) {
        if let Some(path) = &self.settings_path
            && let Err(error) = self.settings.save(path)
        {
            tracing::warn!(%error, path = %path.display(), "settings could not be saved");
        }
        self.saved = self.settings.clone();
        self.unsaved_since = None;
    }

    /// Saves the settings and closes the workspace; waits until all is on disk.
    pub(super) fn shut_down(&mut self) {
        if self.settings != self.saved {
            self.save_settings();
        }
        let sessions: Vec<Session> = self.tabs.iter_mut().filter_map(Tab::end).collect();
        // Each takes a moment until its members have left their groups: all at once.
        std::thread::scope(|scope| {
            for session in &sessions {
                scope.spawn(|| session.close());
            }
        });
    }
}

fn toast(text: &Text, event: Event) -> Toast {
    match event {
        Event::JobDone { said, .. } => Toast::good(text.say(&said)),
        Event::Note(said) => Toast::new(Tone::Note, text.say(&said)),
        Event::JobFailed { problem, .. } | Event::Trouble(problem) => Toast {
            detail: Some(text.say(&problem.why)).filter(|why| !why.is_empty()),
            ..Toast::new(Tone::Bad, text.say(&problem.what))
        },
    }
}
