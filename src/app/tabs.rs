//! What is open in the window at once: the workspace, and any number of clusters, each with screens, place and history of
//! its own.

use std::sync::Arc;

use super::opening::{Opening, close_elsewhere};
use crate::{
    session::{
        Facts, Problem, Session,
        connections::{ConnectionId, Profile},
    },
    ui::{
        Place,
        clusters::{ClusterKey, ClusterView, Needs, Standing, Walk},
        confirm::ConfirmDialog,
        place::History,
        screens::Screens,
    },
};

/// Clusters that are open at once at most, besides the workspace: each has threads and a picture of its own.
pub(super) const CLUSTERS_OPEN_MAX: usize = 15;

/// Where a tab stands with its session.
pub(super) enum State {
    Opening(Opening),
    Open(Session),
    Failed(Failure),
    /// Waits for a person to type what is kept nowhere.
    Asks(Needs),
}

/// Why there is no session.
pub(super) struct Failure {
    pub problem: Problem,
    /// Where on the way to a cluster it stopped.
    pub walk: Option<Walk>,
}

/// One of them.
pub(super) struct Tab {
    pub key: ClusterKey,
    /// `None` for the workspace.
    pub profile: Option<Arc<Profile>>,
    pub state: State,
    pub facts: Arc<Facts>,
    pub place: Place,
    pub history: History,
    pub screens: Screens,
    /// A question about something here: it waits while another cluster is shown.
    pub confirm: Option<ConfirmDialog>,
}

/// All of them, and which one is shown.
pub(super) struct Tabs {
    workspace: Tab,
    clusters: Vec<Tab>,
    shown: ClusterKey,
}

impl Tab {
    pub fn new(key: ClusterKey, profile: Option<Arc<Profile>>, state: State, place: Place) -> Self {
        Self {
            key,
            profile,
            state,
            facts: Arc::new(Facts::empty()),
            place,
            history: History::default(),
            screens: Screens::default(),
            confirm: None,
        }
    }

    /// The session, once it is open.
    pub fn session(&self) -> Option<&Session> {
        match &self.state {
            State::Open(session) => Some(session),
            _ => None,
        }
    }

    /// As screens see it.
    pub fn view(&self) -> ClusterView {
        let standing = match &self.state {
            State::Opening(_) => Standing::Opening,
            State::Open(_) => Standing::of_open(&self.facts),
            State::Failed(_) => Standing::Failed,
            State::Asks(_) => Standing::Asks,
        };
        let jobs = self.session().map_or(0, Session::jobs_running);
        let session = self.session().cloned();
        ClusterView { key: self.key, profile: self.profile.clone(), standing, jobs, session }
    }

    /// Shows another place, and notes the way back.
    pub fn go(&mut self, place: Place) {
        if place == self.place {
            return;
        }
        if !place.is_same_thing(&self.place) {
            self.history.leave(self.place.clone());
        }
        self.place = place;
    }

    pub fn back(&mut self) {
        if let Some(place) = self.history.back(&self.place) {
            self.place = place;
        }
    }

    pub fn forward(&mut self) {
        if let Some(place) = self.history.forward(&self.place) {
            self.place = place;
        }
    }

    /// The session that is to be closed, as the window is; a workspace on its way is waited for, as it holds files.
    pub fn end(&mut self) -> Option<Session> {
        match &mut self.state {
            State::Open(session) => Some(session.clone()),
            State::Opening(opening) if self.key == ClusterKey::Workspace => opening.finish(),
            _ => None,
        }
    }

    /// Begins anew, with nothing of before on its screens; what was on its way is given up, what is open is closed.
    pub fn restart(&mut self, state: State) {
        match std::mem::replace(&mut self.state, state) {
            // Of the workspace, the next one closes it first.
            State::Open(session) if self.profile.is_some() => close_elsewhere(session),
            State::Opening(opening) => opening.give_up(),
            _ => {}
        }
        self.facts = Arc::new(Facts::empty());
        self.screens = Screens::default();
        self.confirm = None;
    }
}

impl Tabs {
    pub fn new(workspace: Tab) -> Self {
        Self { shown: workspace.key, workspace, clusters: Vec::new() }
    }

    /// The workspace first, then the clusters in the order in which they were opened.
    pub fn iter(&self) -> impl Iterator<Item = &Tab> {
        std::iter::once(&self.workspace).chain(&self.clusters)
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Tab> {
        std::iter::once(&mut self.workspace).chain(&mut self.clusters)
    }

    pub fn workspace(&self) -> &Tab {
        &self.workspace
    }

    pub fn workspace_mut(&mut self) -> &mut Tab {
        &mut self.workspace
    }

    pub fn shown_key(&self) -> ClusterKey {
        self.shown
    }

    pub fn shown(&self) -> &Tab {
        self.get(self.shown).unwrap_or(&self.workspace)
    }

    pub fn shown_mut(&mut self) -> &mut Tab {
        match self.clusters.iter().position(|tab| tab.key == self.shown) {
            Some(at) => &mut self.clusters[at],
            None => &mut self.workspace,
        }
    }

    pub fn get(&self, key: ClusterKey) -> Option<&Tab> {
        self.iter().find(|tab| tab.key == key)
    }

    pub fn get_mut(&mut self, key: ClusterKey) -> Option<&mut Tab> {
        self.iter_mut().find(|tab| tab.key == key)
    }

    /// Shows another one, when it is open.
    pub fn show(&mut self, key: ClusterKey) {
        if self.get(key).is_some() {
            self.shown = key;
        }
    }

    /// Adds a cluster; false when there are as many as there may be.
    pub fn add(&mut self, tab: Tab) -> bool {
        let fits = self.clusters.len() < CLUSTERS_OPEN_MAX;
        if fits {
            self.clusters.push(tab);
        }
        fits
    }

    /// Takes a cluster out; where it was shown, the one before it is shown next.
    pub fn remove(&mut self, id: ConnectionId) -> Option<Tab> {
        let at = self.clusters.iter().position(|tab| tab.key == ClusterKey::Cluster(id))?;
        let tab = self.clusters.remove(at);
        if self.shown == tab.key {
            self.shown = at.checked_sub(1).map_or(self.workspace.key, |before| self.clusters[before].key);
        }
        Some(tab)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tab(key: ClusterKey) -> Tab {
        let problem = Problem::new(crate::session::Phrase::plain("not open"), "");
        Tab::new(key, None, State::Failed(Failure { problem, walk: None }), Place::default())
    }

    #[test]
    fn the_neighbour_is_shown_when_the_shown_one_is_closed() {
        let mut tabs = Tabs::new(tab(ClusterKey::Workspace));
        let ids = [ConnectionId::fresh(), ConnectionId::fresh()];
        for id in ids {
            assert!(tabs.add(tab(ClusterKey::Cluster(id))));
        }
        tabs.show(ClusterKey::Cluster(ids[1]));
        assert!(tabs.remove(ids[1]).is_some());
        assert_eq!(tabs.shown_key(), ClusterKey::Cluster(ids[0]));
        assert!(tabs.remove(ids[1]).is_none());
        tabs.remove(ids[0]);
        assert_eq!(tabs.shown().key, ClusterKey::Workspace);
    }

    #[test]
    fn each_has_a_way_back_of_its_own() {
        let mut tabs = Tabs::new(tab(ClusterKey::Workspace));
        let id = ConnectionId::fresh();
        tabs.add(tab(ClusterKey::Cluster(id)));
        tabs.shown_mut().go(Place::Topics);
        tabs.show(ClusterKey::Cluster(id));
        tabs.shown_mut().back();
        assert_eq!(tabs.shown().place, Place::Overview);
        tabs.show(ClusterKey::Workspace);
        tabs.shown_mut().back();
        assert_eq!(tabs.shown().place, Place::Overview);
        tabs.shown_mut().forward();
        assert_eq!(tabs.shown().place, Place::Topics);
    }
}
