//! What every screen reads while it draws, and where it leaves its wishes.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::action::Action;
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
