//! The clusters that are known: kept in a book beside the settings, opened, tested, closed and remembered.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use eframe::egui;
use parking_lot::Mutex;

use super::{
    keeper::Keeper,
    opening::{Opening, close_elsewhere},
    profiles::read_settings,
    reach,
    tabs::{CLUSTERS_OPEN_MAX, State, Tab},
    window::{App, session_options},
};
use crate::{
    session::{
        Phrase, Problem,
        connections::{ConnectionBook, ConnectionId, KeyStore, Profile},
    },
    ui::{
        Place,
        clusters::{ClusterAction, ClusterKey, Known, Needs, Typed, Vault, Walk},
        toasts::{Toast, Tone},
    },
};

/// Files beside the settings.
const BOOK: &str = "connections.json";
const SECRETS: &str = "secrets.json";
/// The folder with what is remembered of each cluster.
const STATE: &str = "clusters";

/// What is known, and where it is kept.
pub(super) struct Clusters {
    pub(super) known: Known,
    pub(super) keeper: Arc<Keeper>,
    /// What is remembered of the clusters, such as their lag over time.
    pub(super) state_dir: PathBuf,
    /// What was done, or went wrong, where nobody waits for it; said once each.
    pub(super) news: Arc<Mutex<Vec<Result<Phrase, Problem>>>>,
}

impl Clusters {
    /// Reads the book beside the settings; in tests, which have none, beside the workspace.
    pub fn load(settings: Option<&Path>, data_dir: &Path) -> Self {
        let beside = settings.unwrap_or(data_dir).parent().unwrap_or(data_dir);
        let (book, error) = ConnectionBook::load(&beside.join(BOOK));
        let unread = error.map(|error| Problem::new(Phrase::new("clusters-unread"), error.to_string()));
        let keeper = Arc::new(Keeper::new(&beside.join(SECRETS), settings.map(|_| KeyStore)));
        let asked = Arc::clone(&keeper);
        elsewhere("look for the key store", move || asked.look_for_key_store());
        let known = Known { book, vault: keeper.vault(), key_store: keeper.has_key_store() };
        let news = Arc::new(Mutex::new(Vec::from_iter(unread.map(Err))));
        Self { known, keeper, state_dir: beside.join(STATE), news }
    }

    pub fn known(&self) -> &Known {
        &self.known
    }
}

impl App {
    /// Opens in the background what was open when the window was closed.
    pub(super) fn reopen_clusters(&mut self, ctx: &egui::Context) {
        let shown = self.settings.shown;
        for was in self.settings.clusters.clone() {
            if let Some(profile) = self.clusters.known.book.get(was.id).cloned() {
                self.open_cluster(ctx, profile, was.place, Typed::default());
            }
        }
        self.tabs.show(shown);
    }

    /// What other threads did with what is kept.
    pub(super) fn take_cluster_news(&mut self, ctx: &egui::Context) {
        let before = std::mem::replace(&mut self.clusters.known.vault, self.clusters.keeper.vault());
        self.clusters.known.key_store = self.clusters.keeper.has_key_store();
        let news = std::mem::take(&mut *self.clusters.news.lock());
        for one in &news {
            match one {
                Ok(done) => self.toasts.push(Toast::good(self.text.say(done))),
                Err(problem) => self.say(problem),
            }
        }
        if before != Vault::Open && self.clusters.known.vault == Vault::Open {
            // One phrase opens all that waited for it.
            self.answer_waiting(ctx, |needs| needs.phrase && needs.secrets.is_empty());
        }
    }

    /// Tries anew what waits for something to be typed that is there by now.
    pub(super) fn answer_waiting(&mut self, ctx: &egui::Context, serves: impl Fn(&Needs) -> bool) {
        let waits = |tab: &Tab| matches!(&tab.state, State::Asks(needs) if serves(needs));
        let waiting: Vec<_> = self.tabs.iter().filter(|tab| waits(tab)).map(|tab| tab.key).collect();
        for key in waiting {
            if let ClusterKey::Cluster(id) = key {
                self.restart_cluster(ctx, id, Typed::default());
            }
        }
    }

    pub(super) fn perform_on_clusters(&mut self, ctx: &egui::Context, action: ClusterAction) {
        match action {
            ClusterAction::Show(key) => self.tabs.show(key),
            ClusterAction::ShowNth(nth) => {
                let key = self.tabs.iter().nth(nth).map(|tab| tab.key);
                self.tabs.show(key.unwrap_or(self.tabs.shown_key()));
            }
            ClusterAction::Open(id) => {
                if let Some(profile) = self.clusters.known.book.get(id).cloned() {
                    self.open_cluster(ctx, profile, Place::default(), Typed::default());
                }
                self.tabs.show(ClusterKey::Cluster(id));
            }
            ClusterAction::Answer(id, typed, policy) => self.answer(ctx, id, typed, policy),
            ClusterAction::Retry(ClusterKey::Workspace) => self.open(ctx, self.data_dir.clone()),
            ClusterAction::Retry(ClusterKey::Cluster(id)) => self.restart_cluster(ctx, id, Typed::default()),
            ClusterAction::AskClose(id) => self.ask_close(ClusterKey::Cluster(id)),
            ClusterAction::Close(id) => {
                if let Some(tab) = self.tabs.remove(id) {
                    close(tab);
                }
            }
            ClusterAction::Save(profile, typed) => self.save_profile(ctx, *profile, typed, false),
            ClusterAction::SaveAndOpen(profile, typed) => self.save_profile(ctx, *profile, typed, true),
            ClusterAction::Add(profiles) => self.add_profiles(profiles),
            ClusterAction::Remove(id) => self.remove_profile(id),
            ClusterAction::Test(profile, typed, walk) => self.test(ctx, *profile, typed, walk),
            ClusterAction::ForgetVault => self.forget_vault(ctx),
            ClusterAction::ChangePhrase { before, new, done } => self.change_phrase(ctx, before, new, &done),
            ClusterAction::Export { id, path, replace } => self.export_profile(ctx, id, path, replace),
            ClusterAction::ReadSettings(path, slot) => read_settings(ctx, path, &slot),
        }
    }

    /// Closing asks first where works run.
    pub(super) fn ask_close(&mut self, key: ClusterKey) {
        let ClusterKey::Cluster(id) = key else { return };
        let runs = self.tabs.get(key).and_then(Tab::session).is_some_and(|session| session.jobs_running() > 0);
        if runs {
            self.shell.ask_close(id);
        } else if let Some(tab) = self.tabs.remove(id) {
            close(tab);
        }
    }

    pub(super) fn open_cluster(&mut self, ctx: &egui::Context, profile: Profile, place: Place, typed: Typed) {
        let key = ClusterKey::Cluster(profile.id);
        if self.tabs.get(key).is_some() {
            return;
        }
        let profile = Arc::new(profile);
        let opening = self.clusters.start(ctx, &self.clock, &profile, typed);
        if !self.tabs.add(Tab::new(key, Some(profile), State::Opening(opening), place)) {
            let words = self.text.with("clusters-open-many", &[("n", (CLUSTERS_OPEN_MAX as u64).into())]);
            self.toasts.push(Toast::new(Tone::Care, words));
        }
    }

    /// Opens a cluster anew in its place, with its profile as it is now.
    pub(super) fn restart_cluster(&mut self, ctx: &egui::Context, id: ConnectionId, typed: Typed) {
        let Some(tab) = self.tabs.get_mut(ClusterKey::Cluster(id)) else { return };
        let profile = match (self.clusters.known.book.get(id), &tab.profile) {
            (Some(profile), _) => Arc::new(profile.clone()),
            (None, Some(profile)) => Arc::clone(profile),
            (None, None) => return,
        };
        let opening = self.clusters.start(ctx, &self.clock, &profile, typed);
        tab.profile = Some(profile);
        tab.restart(State::Opening(opening));
    }

    /// Walks the way to a cluster as the form has it, which need not be kept yet.
    fn test(&self, ctx: &egui::Context, profile: Profile, typed: Typed, walk: Walk) {
        let (keeper, waker) = (Arc::clone(&self.clusters.keeper), ctx.clone());
        elsewhere("test", move || {
            reach::test(&keeper, profile, typed, &walk, Arc::new(move || waker.request_repaint()));
        });
    }

    pub(super) fn say(&mut self, problem: &Problem) {
        let toast = Toast::bad(self.text.say(&problem.what), self.text.say(&problem.why));
        self.toasts.push(toast);
    }
}

impl Clusters {
    /// Opens a cluster in the background; where that fails, walks the way to it to tell where.
    fn start(
        &self,
        ctx: &egui::Context,
        clock: &Arc<dyn crate::model::Clock>,
        profile: &Arc<Profile>,
        typed: Typed,
    ) -> Opening {
        let options = session_options(ctx, clock);
        let (keeper, profile, state_dir) = (Arc::clone(&self.keeper), Arc::clone(profile), self.state_dir.clone());
        let walked = Walk::default();
        let way = walked.clone();
        let mut opening = Opening::start(Arc::clone(&options.wake), move || {
            reach::open(&keeper, &profile, &typed, &state_dir, options, &way)
        });
        opening.walk = Some(walked);
        opening
    }
}

/// Closes what a tab has, without waiting for it.
pub(super) fn close(tab: Tab) {
    match tab.state {
        State::Open(session) => close_elsewhere(session),
        State::Opening(opening) => opening.give_up(),
        State::Failed(_) | State::Asks(_) => {}
    }
}

/// Does what may block on a thread of its own.
pub(super) fn elsewhere(name: &str, work: impl FnOnce() + Send + 'static) {
    if let Err(error) = std::thread::Builder::new().name(name.to_owned()).spawn(work) {
        tracing::error!(%error, "no thread to {name} on");
    }
}
