//! What happens before each frame: results of other threads come in, events become notes, actions are performed.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use eframe::egui;

use super::{
    window::{App, SAVE_AFTER},
    workspace::{self, Workspace},
};
use crate::{
    labs,
    session::{Event, Facts},
    ui::toasts::{Toast, Tone},
};

/// "4 min ago" and the like are drawn anew at least this often while nothing else happens.
const AGES_EVERY: Duration = Duration::from_secs(20);
/// Frames for which a command waits for the screen that it belongs to.
const COMMAND_FRAMES_MAX: u32 = 4;

impl App {
    pub(super) fn advance(&mut self, ctx: &egui::Context) {
        self.take_opened(ctx);
        self.take_session_news();
        self.drop_old_commands();
        let actions = std::mem::take(&mut *self.actions.borrow_mut());
        for action in actions {
            self.perform(ctx, action);
        }
        self.keep_settings(ctx);
        self.keep_progress();
        self.toasts.advance(ctx);
        ctx.request_repaint_after(AGES_EVERY);
    }

    fn take_opened(&mut self, ctx: &egui::Context) {
        let Workspace::Opening(opening) = &mut self.workspace else { return };
        let Some(result) = opening.take() else { return };
        self.workspace = match result {
            Ok(session) => {
                self.settings.opened(&self.data_dir);
                self.load_progress();
                self.listener.apply(&session, self.settings.listener.clone());
                Workspace::Open(session)
            }
            Err(error) => {
                tracing::error!(%error, "the workspace could not be opened");
                Workspace::Failed(workspace::failure(&self.data_dir, &error))
            }
        };
        ctx.request_repaint();
    }

    fn take_session_news(&mut self) {
        let Workspace::Open(session) = &self.workspace else {
            if self.facts.first_load_done {
                self.facts = Arc::new(Facts::empty());
            }
            return;
        };
        self.facts = session.facts();
        for event in session.take_events() {
            let toast = match event {
                Event::JobDone { said, .. } => Toast::good(self.text.say(&said)),
                Event::Note(said) => Toast::new(Tone::Note, self.text.say(&said)),
                Event::JobFailed { problem, .. } | Event::Trouble(problem) => Toast {
                    detail: Some(self.text.say(&problem.why)).filter(|why| !why.is_empty()),
                    ..Toast::new(Tone::Bad, self.text.say(&problem.what))
                },
            };
            self.toasts.push(toast);
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
        self.settings.place = self.place.clone();
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
        self.labs.note_place(&self.place);
        if !matches!(self.workspace, Workspace::Open(_)) || *self.labs.progress() == self.saved_progress {
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
        match &mut self.workspace {
            Workspace::Open(session) => session.close(),
            Workspace::Opening(opening) => {
                if let Some(session) = opening.finish() {
                    session.close();
                }
            }
            Workspace::Failed(_) => {}
        }
    }
}
