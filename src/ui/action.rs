//! What screens ask the app to do. Pushed while drawing, performed in `App::logic`.

use std::path::PathBuf;

use super::clusters::ClusterAction;
use super::command::Command;
use super::confirm::Confirm;
use super::ctx::{LanguageChoice, TableLayout, ThemeChoice, TimeDisplay};
use super::place::Place;
use super::toasts::Toast;
use crate::model::{Offset, PartitionId};
use crate::session::{ListenerSettings, Session};

/// Work handed to the session outside of drawing.
pub type SessionWork = Box<dyn FnOnce(&Session) + 'static>;

/// One wish of a screen, with all it needs.
pub enum Action {
    /// Show another place.
    Go(Place),
    /// Show a record: its topic's messages with it in sight, selected and opened.
    ShowRecord {
        topic: String,
        partition: PartitionId,
        offset: Offset,
    },
    Back,
    Forward,
    /// As if the command had been chosen in the menu.
    Run(Command),
    /// Work for the session: any call that is not a plain read. Dropped when no session is open.
    With(SessionWork),
    /// Ask first, in the one dialog for what cannot be undone easily; its own work runs when confirmed.
    Ask(Confirm),
    /// Put text on the clipboard and say so in a toast.
    Copy(String),
    Toast(Toast),
    CancelJob(u64),
    DismissJob(u64),
    Theme(ThemeChoice),
    Language(LanguageChoice),
    Times(TimeDisplay),
    Calm(bool),
    /// Change how other programs reach the broker.
    Listener(ListenerSettings),
    /// Remember how a table's columns stand.
    TableLayout {
        table: &'static str,
        layout: TableLayout,
    },
    /// Close this workspace and open another folder.
    OpenWorkspace(PathBuf),
    /// Around the clusters: which is open, which is shown, which are known.
    Cluster(ClusterAction),
    Quit,
}

impl Action {
    /// Work for the session, boxed.
    pub fn with(work: impl FnOnce(&Session) + 'static) -> Self {
        Self::With(Box::new(work))
    }
}

impl std::fmt::Debug for Action {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Go(place) => f.debug_tuple("Go").field(place).finish(),
            Self::ShowRecord { topic, partition, offset } => {
                f.debug_tuple("ShowRecord").field(topic).field(partition).field(offset).finish()
            }
            Self::Run(command) => f.debug_tuple("Run").field(command).finish(),
            Self::Ask(confirm) => f.debug_tuple("Ask").field(&confirm.verb).finish(),
            Self::Cluster(action) => f.debug_tuple("Cluster").field(action).finish(),
            Self::TableLayout { table, .. } => f.debug_tuple("TableLayout").field(table).finish(),
            other => f.write_str(match other {
                Self::Back => "Back",
                Self::Forward => "Forward",
                Self::With(_) => "With",
                Self::Copy(_) => "Copy",
                Self::Toast(_) => "Toast",
                Self::CancelJob(_) => "CancelJob",
                Self::DismissJob(_) => "DismissJob",
                Self::Theme(_) => "Theme",
                Self::Language(_) => "Language",
                Self::Times(_) => "Times",
                Self::Calm(_) => "Calm",
                Self::Listener(_) => "Listener",
                Self::OpenWorkspace(_) => "OpenWorkspace",
                _ => "Quit",
            }),
        }
    }
}
