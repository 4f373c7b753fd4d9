//! What is kept about clusters, as the window changes it: saved, removed, exported, read from a file, and where its secrets are.

use std::{
    fs::OpenOptions,
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use eframe::egui;

use super::{
    clusters::{close, elsewhere},
    window::App,
};
use crate::{
    session::{
        Loadable, Password, Phrase, Problem,
        connections::{ConnectionFile, ConnectionId, PASTE_BYTES_MAX, Profile, SecretPolicy},
    },
    ui::{
        Place,
        clusters::{ClusterKey, Typed},
    },
};

impl App {
    /// Keeps a profile, and what was typed where it says; `open`: opens it as well.
    pub(super) fn save_profile(&mut self, ctx: &egui::Context, profile: Profile, mut typed: Typed, open: bool) {
        let before = self.clusters.known.book.get(profile.id).map(|before| before.secrets);
        typed.moved_from = before.filter(|before| *before != profile.secrets);
        if let Err(error) = self.clusters.known.book.put(profile.clone()) {
            self.say_not_saved(profile.name, &error);
            return;
        }
        self.go_to_clusters();
        let key = ClusterKey::Cluster(profile.id);
        if self.tabs.get(key).is_some() {
            self.restart_cluster(ctx, profile.id, typed);
        } else if open {
            // What was typed goes with it: kept elsewhere at the same time, it could come too late.
            self.open_cluster(ctx, profile, Place::default(), typed);
            self.tabs.show(key);
        } else {
            self.keep_elsewhere(ctx, profile, typed);
        }
    }

    fn keep_elsewhere(&self, ctx: &egui::Context, profile: Profile, typed: Typed) {
        if typed.secrets.is_empty() && typed.phrase.is_none() && typed.moved_from.is_none() {
            return;
        }
        let (keeper, news, waker) = (Arc::clone(&self.clusters.keeper), Arc::clone(&self.clusters.news), ctx.clone());
        elsewhere("keep secrets", move || {
            let said = match keeper.keep(&profile, &typed) {
                Ok(not_kept) => not_kept,
                // It is asked for when the cluster is opened.
                Err(problem) => Some(Problem {
                    why: problem.what,
                    what: Phrase::new("secret-asked-later").with("cluster", profile.name),
                    ..problem
                }),
            };
            news.lock().extend(said.map(Err));
            waker.request_repaint();
        });
    }

    /// Opens a cluster with what was typed for it, and notes where that is to be kept from now on.
    pub(super) fn answer(&mut self, ctx: &egui::Context, id: ConnectionId, typed: Typed, policy: Option<SecretPolicy>) {
        let known = self.clusters.known.book.get(id).cloned();
        if let (Some(mut profile), Some(policy)) = (known, policy) {
            profile.secrets = policy;
            let name = profile.name.clone();
            if let Err(error) = self.clusters.known.book.put(profile) {
                self.say_not_saved(name, &error);
            }
        }
        self.restart_cluster(ctx, id, typed);
    }

    /// Deletes the encrypted file; what waits for its pass phrase asks for the secrets themselves.
    pub(super) fn forget_vault(&mut self, ctx: &egui::Context) {
        if let Err(problem) = self.clusters.keeper.delete_file() {
            self.say(&problem);
            return;
        }
        self.clusters.known.vault = self.clusters.keeper.vault();
        self.answer_waiting(ctx, |needs| needs.phrase);
    }

    /// Seals the encrypted file with another pass phrase. That makes a key twice, which takes its time.
    pub(super) fn change_phrase(&self, ctx: &egui::Context, before: Password, new: Password, done: &Loadable<()>) {
        let (keeper, news) = (Arc::clone(&self.clusters.keeper), Arc::clone(&self.clusters.news));
        let (ticket, waker) = (done.begin(), ctx.clone());
        elsewhere("change a pass phrase", move || {
            let changed = keeper.change_phrase(&before, &new);
            if changed.is_ok() {
                news.lock().push(Ok(Phrase::new("vault-phrase-changed")));
            }
            ticket.finish(changed);
            waker.request_repaint();
        });
    }

    pub(super) fn add_profiles(&mut self, profiles: Vec<Profile>) {
        for profile in profiles {
            let name = profile.name.clone();
            if let Err(error) = self.clusters.known.book.put(profile) {
                self.say_not_saved(name, &error);
            }
        }
        self.go_to_clusters();
    }

    fn say_not_saved(&mut self, name: String, error: &dyn std::error::Error) {
        self.say(&Problem::new(Phrase::new("cluster-not-saved").with("cluster", name), error.to_string()));
    }

    fn go_to_clusters(&mut self) {
        let tab = self.tabs.shown_mut();
        // Back leads out of the form, and not into it.
        tab.place = Place::Clusters;
    }

    pub(super) fn remove_profile(&mut self, id: ConnectionId) {
        let Some(profile) = self.clusters.known.book.get(id).cloned() else { return };
        if let Some(tab) = self.tabs.remove(id) {
            close(tab);
        }
        if let Err(error) = self.clusters.known.book.remove(id) {
            self.say(&Problem::new(
                Phrase::new("cluster-not-removed").with("cluster", profile.name),
                error.to_string(),
            ));
            return;
        }
        let (keeper, state) = (Arc::clone(&self.clusters.keeper), self.clusters.state_dir.join(id.to_string()));
        elsewhere("forget secrets", move || {
            if let Err(error) = keeper.forget(&profile) {
                tracing::warn!(%error, "secrets of a removed cluster could not be forgotten");
            }
            if state.exists()
                && let Err(error) = std::fs::remove_dir_all(&state)
            {
                tracing::warn!(%error, folder = %state.display(), "what was remembered of a cluster is still there");
            }
        });
    }

    /// Writes a connection to a file for others, who find nothing secret in it.
    pub(super) fn export_profile(&self, ctx: &egui::Context, id: ConnectionId, path: PathBuf, replace: bool) {
        let Some(profile) = self.clusters.known.book.get(id) else { return };
        let (name, text) = (profile.name.clone(), ConnectionFile::write(profile));
        let (news, waker) = (Arc::clone(&self.clusters.news), ctx.clone());
        elsewhere("export a connection", move || {
            let written = export(&path, &text, replace);
            let path = path.display().to_string();
            let what = Phrase::new("cluster-not-exported").with("cluster", name.as_str());
            news.lock().push(match written {
                Ok(()) => Ok(Phrase::new("cluster-exported").with("cluster", name).with("path", path)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    let why = Phrase::new("cluster-export-exists").with("path", path);
                    Err(Problem { why, ..Problem::new(what, "") })
                }
                Err(error) => Err(Problem::new(what, format!("{path}: {error}"))),
            });
            waker.request_repaint();
        });
    }
}

fn export(path: &Path, text: &str, replace: bool) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).create_new(!replace);
    options.open(path)?.write_all(text.as_bytes())
}

/// Reads a file of settings, which are some hundred bytes; not more than can be one.
pub(super) fn read_settings(ctx: &egui::Context, path: PathBuf, slot: &Loadable<Password>) {
    let (ticket, waker) = (slot.begin(), ctx.clone());
    elsewhere("read settings", move || {
        let read = std::fs::File::open(&path).and_then(|file| {
            let mut text = String::new();
            // One byte more tells that there is more.
            file.take(PASTE_BYTES_MAX as u64 + 1).read_to_string(&mut text)?;
            Ok(Password::from(text))
        });
        let what = Phrase::new("paste-unread").with("path", path.display().to_string());
        ticket.finish(read.map_err(|error| Problem::new(what, error.to_string())));
        waker.request_repaint();
    });
}
