//! Every command of the window, once: menu, palette, shortcuts and tooltips are made from this list.

use egui::{Key, KeyboardShortcut, ModifierNames, Modifiers, PointerButton};

use super::{
    icon::{self, Icon},
    place::Place,
};

/// A thing that can be asked for without saying more. What has a target is an [`super::Action`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Command {
    Palette,
    Find,
    Back,
    Forward,
    GoOverview,
    GoTopics,
    GoGroups,
    GoConsume,
    GoConnections,
    GoBrokers,
    GoAccess,
    GoTransfers,
    GoLabs,
    GoSettings,
    GoClusters,
    AddCluster,
    CloseCluster,
    FirstLesson,
    FreePlay,
    OpenLab,
    LabPause,
    LabStep,
    LabFaster,
    LabSlower,
    LabJump,
    LabStartOver,
    NewTopic,
    LoadSample,
    ReplaySample,
    NewGroup,
    NewConsumer,
    StopConsumers,
    ImportFile,
    ExportTopic,
    Send,
    Live,
    RecordLife,
    ResetOffsets,
    ConnectApp,
    OpenWorkspace,
    NextTimes,
    NextTheme,
    NextLanguage,
    ToggleCalm,
    Shortcuts,
    Quit,
}

impl Command {
    /// In the order of the palette.
    pub const ALL: [Self; 46] = [
        Self::LoadSample,
        Self::ReplaySample,
        Self::NewTopic,
        Self::NewGroup,
        Self::NewConsumer,
        Self::StopConsumers,
        Self::ImportFile,
        Self::ExportTopic,
        Self::Send,
        Self::Live,
        Self::RecordLife,
        Self::ResetOffsets,
        Self::ConnectApp,
        Self::GoOverview,
        Self::GoTopics,
        Self::GoGroups,
        Self::GoConsume,
        Self::GoConnections,
        Self::GoBrokers,
        Self::GoAccess,
        Self::GoTransfers,
        Self::GoLabs,
        Self::GoSettings,
        Self::GoClusters,
        Self::AddCluster,
        Self::CloseCluster,
        Self::FirstLesson,
        Self::FreePlay,
        Self::OpenLab,
        Self::LabPause,
        Self::LabStep,
        Self::LabFaster,
        Self::LabSlower,
        Self::LabJump,
        Self::LabStartOver,
        Self::Find,
        Self::Back,
        Self::Forward,
        Self::NextTimes,
        Self::NextTheme,
        Self::NextLanguage,
        Self::ToggleCalm,
        Self::OpenWorkspace,
        Self::Shortcuts,
        Self::Palette,
        Self::Quit,
    ];

    /// Id of its words in the catalogue: a verb, with `…` when more will be asked.
    pub fn text_id(self) -> &'static str {
        self.entry().0
    }

    pub fn icon(self) -> Icon {
        self.entry().1
    }

    /// The keys; `None` where it has none. `Modifiers::COMMAND` is Ctrl, and Cmd on a Mac.
    pub fn shortcut(self) -> Option<KeyboardShortcut> {
        self.entry().2.map(|(modifiers, key)| KeyboardShortcut::new(modifiers, key))
    }

    /// Where the screen is that carries it out; `None` where the app itself does, or whatever screen is open.
    pub fn place(self) -> Option<Place> {
        match self {
            Self::NewTopic => Some(Place::Topics),
            Self::NewGroup => Some(Place::Groups),
            Self::NewConsumer | Self::StopConsumers => Some(Place::Consume),
            Self::ImportFile | Self::ExportTopic => Some(Place::Transfers),
            Self::OpenLab => Some(Place::Labs),
            _ => None,
        }
    }

    /// Carried out by the screen that is open, which takes it with `ctx.take(command)`; for others nothing happens.
    pub fn is_for_screen(self) -> bool {
        self.place().is_some()
            || self.is_for_lab()
            || matches!(self, Self::Find | Self::Send | Self::Live | Self::RecordLife | Self::ResetOffsets)
    }

    /// Changes the cluster that is shown: not possible where it was opened read-only.
    pub fn changes(self) -> bool {
        matches!(
            self,
            Self::NewTopic
                | Self::NewGroup
                | Self::NewConsumer
                | Self::ImportFile
                | Self::Send
                | Self::ResetOffsets
                | Self::LoadSample
                | Self::ReplaySample
        )
    }

    /// Needs the broker inside: a cluster has nothing like it.
    pub fn is_of_workspace(self) -> bool {
        matches!(self, Self::GoConnections | Self::ConnectApp | Self::RecordLife)
    }

    /// Moves the time of a lesson. Its keys are those of other things elsewhere, so they count in a lesson alone.
    pub fn is_for_lab(self) -> bool {
        matches!(
            self,
            Self::LabPause | Self::LabStep | Self::LabFaster | Self::LabSlower | Self::LabJump | Self::LabStartOver
        )
    }

    /// The keys as they are written on this system: `Ctrl P`, `⌘P`, `/`.
    pub fn keys(self, ctx: &egui::Context) -> Option<String> {
        self.shortcut().map(|shortcut| written(&shortcut, ctx.os() == egui::os::OperatingSystem::Mac))
    }

    fn entry(self) -> (&'static str, Icon, Option<(Modifiers, Key)>) {
        const ALONE: Modifiers = Modifiers::NONE;
        const WITH: Modifiers = Modifiers::COMMAND;
        const ALT: Modifiers = Modifiers::ALT;
        match self {
            Self::Palette => ("command-palette", icon::SEARCH, Some((WITH, Key::P))),
            Self::Find => ("command-find", icon::SEARCH, Some((ALONE, Key::Slash))),
            Self::Back => ("command-back", icon::BACK, Some((ALT, Key::ArrowLeft))),
            Self::Forward => ("command-forward", icon::FORWARD, Some((ALT, Key::ArrowRight))),
            Self::GoOverview => ("command-go-overview", icon::OVERVIEW, Some((ALT, Key::Num1))),
            Self::GoTopics => ("command-go-topics", icon::TOPICS, Some((ALT, Key::Num2))),
            Self::GoGroups => ("command-go-groups", icon::GROUPS, Some((ALT, Key::Num3))),
            Self::GoConsume => ("command-go-consume", icon::CONSUME, Some((ALT, Key::Num4))),
            Self::GoConnections => ("command-go-connections", icon::CONNECTIONS, Some((ALT, Key::Num5))),
            Self::GoBrokers => ("command-go-brokers", icon::BROKERS, None),
            Self::GoAccess => ("command-go-access", icon::ACCESS, None),
            Self::GoTransfers => ("command-go-transfers", icon::TRANSFERS, Some((ALT, Key::Num6))),
            Self::GoLabs => ("command-go-labs", icon::LABS, Some((ALT, Key::Num7))),
            Self::FirstLesson => ("command-first-lesson", icon::LABS, None),
            Self::FreePlay => ("command-free-play", icon::LABS, None),
            Self::OpenLab => ("command-open-lab", icon::FOLDER, None),
            Self::LabPause => ("command-lab-pause", icon::PAUSE, Some((ALONE, Key::Space))),
            Self::LabStep => ("command-lab-step", icon::STEP, Some((ALONE, Key::ArrowRight))),
            Self::LabFaster => ("command-lab-faster", icon::UP, Some((ALONE, Key::Period))),
            Self::LabSlower => ("command-lab-slower", icon::DOWN, Some((ALONE, Key::Comma))),
            Self::LabJump => ("command-lab-jump", icon::TIME, Some((ALONE, Key::J))),
            Self::LabStartOver => ("command-lab-start-over", icon::RESET, None),
            Self::GoSettings => ("command-go-settings", icon::SETTINGS, Some((WITH, Key::Comma))),
            Self::GoClusters => ("command-go-clusters", icon::CLUSTERS, None),
            Self::AddCluster => ("command-add-cluster", icon::ADD, None),
            Self::CloseCluster => ("command-close-cluster", icon::CLOSE, None),
            Self::NewTopic => ("command-new-topic", icon::ADD, Some((WITH, Key::N))),
            Self::LoadSample => ("command-load-sample", icon::DROP, None),
            Self::ReplaySample => ("command-replay-sample", icon::HISTORY, None),
            Self::NewGroup => ("command-new-group", icon::GROUPS, None),
            Self::NewConsumer => ("command-new-consumer", icon::CONSUME, Some((WITH.plus(Modifiers::SHIFT), Key::N))),
            Self::StopConsumers => ("command-stop-consumers", icon::STOP, None),
            Self::ImportFile => ("command-import", icon::IMPORT, Some((WITH, Key::I))),
            Self::ExportTopic => ("command-export", icon::EXPORT, Some((WITH, Key::E))),
            Self::Send => ("command-send", icon::SEND, Some((WITH, Key::Enter))),
            Self::Live => ("command-live", icon::LIVE, Some((ALONE, Key::F))),
            Self::RecordLife => ("command-record-life", icon::LIFE, Some((ALONE, Key::L))),
            Self::ConnectApp => ("command-connect-app", icon::CONNECTIONS, None),
            Self::ResetOffsets => ("command-reset-offsets", icon::RESET, None),
            Self::OpenWorkspace => ("command-open-workspace", icon::FOLDER, Some((WITH, Key::O))),
            Self::NextTimes => ("command-next-times", icon::TIME, Some((ALONE, Key::T))),
            Self::NextTheme => ("command-next-theme", icon::NIGHT, None),
            Self::NextLanguage => ("command-next-language", icon::LANGUAGE, None),
            Self::ToggleCalm => ("command-toggle-calm", icon::TUNE, None),
            Self::Shortcuts => ("command-shortcuts", icon::KEYBOARD, Some((ALONE, Key::F1))),
            Self::Quit => ("command-quit", icon::POWER, Some((WITH, Key::Q))),
        }
    }
}

/// The keys that show what is open: `Ctrl 1` the first, up to `Ctrl 9`.
const CLUSTER_KEYS: [Key; 9] =
    [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6, Key::Num7, Key::Num8, Key::Num9];

/// Takes the keys for one of what is open out of the input: its place, from 0.
pub fn pressed_cluster(ctx: &egui::Context) -> Option<usize> {
    ctx.input_mut(|input| CLUSTER_KEYS.into_iter().position(|key| input.consume_key(Modifiers::COMMAND, key)))
}

/// The keys for what is open at that place, as they are written on this system.
pub fn cluster_keys(ctx: &egui::Context, nth: usize) -> Option<String> {
    let key = CLUSTER_KEYS.get(nth)?;
    let shortcut = KeyboardShortcut::new(Modifiers::COMMAND, *key);
    Some(written(&shortcut, ctx.os() == egui::os::OperatingSystem::Mac))
}

fn written(shortcut: &KeyboardShortcut, is_mac: bool) -> String {
    let names = if is_mac { ModifierNames::SYMBOLS } else { ModifierNames { concat: " ", ..ModifierNames::NAMES } };
    let key = match shortcut.logical_key {
        Key::ArrowLeft => "←",
        Key::ArrowRight => "→",
        key => key.symbol_or_name(),
    };
    let modifiers = names.format(&shortcut.modifiers, is_mac);
    if modifiers.is_empty() || is_mac { format!("{modifiers}{key}") } else { format!("{modifiers} {key}") }
}

/// Takes the shortcuts that were pressed out of the input. Keys without Ctrl or Alt belong to text fields first.
pub fn pressed(ctx: &egui::Context, place: &Place) -> Vec<Command> {
    let typing = ctx.egui_wants_keyboard_input();
    // Space presses the button that has the focus, and the arrows walk in what has it.
    let in_lab = matches!(place, Place::Lab { .. }) && ctx.memory(|memory| memory.focused().is_none());
    let mut shortcuts: Vec<_> = Command::ALL.into_iter().filter_map(|c| c.shortcut().map(|keys| (c, keys))).collect();
    // egui lets Shift pass where a shortcut does not ask for it, so those that ask for more come first.
    shortcuts.sort_by_key(|(_, keys)| std::cmp::Reverse(u8::from(keys.modifiers.shift) + u8::from(keys.modifiers.alt)));
    ctx.input_mut(|input| {
        let mut found = Vec::new();
        for (command, shortcut) in shortcuts {
            let plain = shortcut.modifiers.is_none() && shortcut.logical_key != Key::F1;
            let here = in_lab || !command.is_for_lab();
            if here && !(plain && typing) && input.consume_shortcut(&shortcut) {
                found.push(command);
            }
        }
        for (button, command) in [(PointerButton::Extra1, Command::Back), (PointerButton::Extra2, Command::Forward)] {
            if input.pointer.button_pressed(button) {
                found.push(command);
            }
        }
        found
    })
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::*;
    use crate::ui::text::{Language, Text};

    #[test]
    fn no_two_commands_share_keys_on_any_system() {
        // Cmd is a key of its own on a Mac; Linux and Windows mean Ctrl by it.
        for (os, is_mac) in [("Linux", false), ("Windows", false), ("Mac", true)] {
            let mut seen = HashMap::new();
            for command in Command::ALL {
                let Some(shortcut) = command.shortcut() else { continue };
                let keys = written(&shortcut, is_mac);
                if let Some(other) = seen.insert(keys.clone(), command) {
                    panic!("{command:?} and {other:?} share {keys} on {os}");
                }
            }
        }
    }

    #[test]
    fn keys_that_every_system_keeps_for_itself_are_left_alone() {
        // Cut, copy, paste, select all, undo, close: text fields and window managers take these.
        for command in Command::ALL {
            let Some(shortcut) = command.shortcut() else { continue };
            let reserved = [Key::C, Key::V, Key::X, Key::A, Key::Z, Key::W, Key::Tab];
            assert!(!reserved.contains(&shortcut.logical_key), "{command:?}");
        }
    }

    #[test]
    fn every_command_has_words_of_its_own_in_both_languages() {
        for language in Language::ALL {
            let text = Text::new(language);
            let mut seen = HashSet::new();
            for command in Command::ALL {
                let words = text.get(command.text_id());
                assert_ne!(&*words, command.text_id(), "{command:?} in {language:?}");
                assert!(!words.ends_with(['.', '。']), "{command:?} ends with a stop");
                assert!(seen.insert(words), "{command:?} says what another says");
            }
        }
    }

    #[test]
    fn the_list_is_complete() {
        let unique: HashSet<_> = Command::ALL.into_iter().collect();
        assert_eq!(unique.len(), Command::ALL.len());
    }
}
