//! What every screen reads while it draws, and where it leaves its wishes.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::action::Action;
use super::clusters::{ClusterAction, ClusterView, Known};
use super::command::Command;
use super::format::Format;
use super::place::Place;
use super::text::Text;
use super::theme::Theme;
use crate::model::TimestampMillis;
use crate::session::{Facts, ListenerSettings, Session};

/// Read-only view of the app for one frame.
pub struct Ctx<'a> {
    /// `None` while the workspace is being opened or could not be.
    pub session: Option<&'a Session>,
    pub facts: &'a Facts,
    pub text: &'a Text,
    pub theme: &'static Theme,
    /// Numbers, sizes, durations and times in the chosen language and time display.
    pub format: &'a Format,
    pub settings: &'a ViewSettings,
    /// How other programs are to reach the broker.
    pub listener: &'a ListenerSettings,
    pub place: &'a Place,
    pub actions: &'a RefCell<Vec<Action>>,
    /// Commands that wait for the screen they belong to, see [`Ctx::take`].
    pub commands: &'a RefCell<Vec<Command>>,
    pub now: TimestampMillis,
    /// What is shown: the workspace or a cluster.
    pub cluster: &'a ClusterView,
    /// Everything that is open, the workspace first.
    pub open: &'a [ClusterView],
    /// What is known beside it.
    pub known: &'a Known,
}

impl Ctx<'_> {
    /// Asks the app to do something after this frame is drawn.
    pub fn act(&self, action: Action) {
        self.actions.borrow_mut().push(action);
    }

    /// Asks for another place.
    pub fn go(&self, place: Place) {
        self.act(Action::Go(place));
    }

    /// Hands work to the session, performed in `App::logic`.
    pub fn with_session(&self, work: impl FnOnce(&Session) + 'static) {
        self.act(Action::with(work));
    }

    /// Asks for something around the clusters.
    pub fn act_on_clusters(&self, action: ClusterAction) {
        self.act(Action::Cluster(action));
    }

    /// Why nothing here can be changed: on a cluster that was opened read-only, for [`Button::unless`] and the like.
    ///
    /// [`Button::unless`]: super::widgets::Button::unless
    pub fn read_only_why(&self) -> Option<Arc<str>> {
        self.session.is_some_and(Session::is_read_only).then(|| self.t("read-only-why"))
    }

    /// The same, or else the reason of the one who asks.
    pub fn unless_read_only(&self, own: Option<&str>) -> Option<Arc<str>> {
        self.read_only_why().or_else(|| own.map(Arc::from))
    }

    /// The verb of a button that changes something; none where nothing can be changed.
    pub fn if_changing<'v>(&self, verb: &'v str) -> Option<&'v str> {
        self.read_only_why().is_none().then_some(verb)
    }

    /// Whether what is shown is a cluster, and not the workspace with the broker inside.
    pub fn is_cluster(&self) -> bool {
        self.cluster.profile.is_some()
    }

    /// A text without arguments.
    pub fn t(&self, id: &str) -> Arc<str> {
        self.text.get(id)
    }

    /// Whether `command` was chosen for this screen (menu, palette, shortcut, another screen); answers yes once.
    pub fn take(&self, command: Command) -> bool {
        let mut commands = self.commands.borrow_mut();
        match commands.iter().position(|c| *c == command) {
            Some(at) => {
                commands.remove(at);
                true
            }
            None => false,
        }
    }
}

/// The part of the settings that drawing reads.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct ViewSettings {
    pub theme: ThemeChoice,
    pub language: LanguageChoice,
    pub times: TimeDisplay,
    /// No motion.
    pub calm: bool,
    /// How tables stand, by the table's name.
    pub tables: BTreeMap<String, TableLayout>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ThemeChoice {
    #[default]
    System,
    Light,
    Dark,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LanguageChoice {
    #[default]
    System,
    English,
    Chinese,
}

/// How times are shown, everywhere alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimeDisplay {
    #[default]
    Local,
    Utc,
    /// Epoch milliseconds, as Kafka stores them.
    Epoch,
}

impl TimeDisplay {
    /// The next one, for the key that walks through them.
    pub fn next(self) -> Self {
        match self {
            Self::Local => Self::Utc,
            Self::Utc => Self::Epoch,
            Self::Epoch => Self::Local,
        }
    }
}

/// How a table's columns stand; columns by their id.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct TableLayout {
    /// Width in points of columns that were dragged.
    pub widths: BTreeMap<String, f32>,
    pub hidden: Vec<String>,
    /// Columns from left to right, where they were moved; empty is as made.
    pub order: Vec<String>,
    /// Column and whether descending.
    pub sort: Option<(String, bool)>,
}
