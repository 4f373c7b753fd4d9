//! What is remembered between starts: one JSON file in the platform's folder for settings.

use std::{
    io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    session::{ListenerSettings, connections::ConnectionId},
    ui::{Place, ViewSettings, clusters::ClusterKey},
};

/// Folders kept in the list of workspaces that were opened lately.
const RECENT_MAX: usize = 8;

/// All settings. Fields that a file lacks take their default, so that an older file always loads.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Settings {
    pub view: ViewSettings,
    pub window: WindowSettings,
    /// Where the window was, and in which workspace.
    pub place: Place,
    pub workspace: Option<PathBuf>,
    /// The clusters that were open beside it, in their order, and what was shown.
    pub clusters: Vec<OpenCluster>,
    pub shown: ClusterKey,
    /// Newest first.
    pub recent: Vec<PathBuf>,
    /// How other programs reach the broker.
    pub listener: ListenerSettings,
}

/// A cluster that was open, and where it was looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct OpenCluster {
    pub id: ConnectionId,
    #[serde(default)]
    pub place: Place,
}

/// Size of the window in points.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct WindowSettings {
    pub width: f32,
    pub height: f32,
    pub maximized: bool,
}

impl Default for WindowSettings {
    fn default() -> Self {
        Self { width: 1280.0, height: 800.0, maximized: false }
    }
}

impl Settings {
    /// Where the file is; `None` where the platform tells no folder.
    pub fn path() -> Option<PathBuf> {
        directories::ProjectDirs::from("", "", "millpond").map(|dirs| dirs.config_dir().join("settings.json"))
    }

    /// Reads the file. A missing one gives the defaults; one that cannot be read too, and is said in the log, as a
    /// window that does not open would help nobody.
    pub fn load(path: &Path) -> Self {
        let read = std::fs::read(path);
        match read.map(|bytes| serde_json::from_slice(&bytes)) {
            Ok(Ok(settings)) => settings,
            Ok(Err(fault)) => {
                tracing::warn!(%fault, path = %path.display(), "settings could not be understood; defaults are used");
                Self::default()
            }
            Err(missing) if missing.kind() == io::ErrorKind::NotFound => Self::default(),
            Err(fault) => {
                tracing::warn!(%fault, path = %path.display(), "settings could not be read; defaults are used");
                Self::default()
            }
        }
    }

    /// Writes the file beside itself first, so that a crash leaves the old one or the new one.
    ///
    /// # Errors
    /// When the folder cannot be made or the file cannot be written.
    pub fn save(&self, path: &Path) -> io::Result<()> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let beside = path.with_extension("json.new");
        std::fs::write(&beside, serde_json::to_vec_pretty(self)?)?;
        std::fs::rename(&beside, path)
    }

    /// Puts a workspace at the head of the list.
    pub fn opened(&mut self, workspace: &Path) {
        self.recent.retain(|folder| folder != workspace);
        self.recent.insert(0, workspace.to_owned());
        self.recent.truncate(RECENT_MAX);
        self.workspace = Some(workspace.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::ctx::{TableLayout, ThemeChoice};

    #[test]
    fn what_is_saved_is_loaded() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("below").join("settings.json");
        let mut settings = Settings { place: Place::topic("orders"), ..Settings::default() };
        settings.view.theme = ThemeChoice::Light;
        let layout = TableLayout { sort: Some(("lag".into(), true)), ..TableLayout::default() };
        settings.view.tables.insert("topics".into(), layout);
        settings.opened(Path::new("a"));
        settings.opened(Path::new("b"));
        settings.opened(Path::new("a"));
        assert_eq!(settings.recent, [Path::new("a"), Path::new("b")]);
        settings.save(&path).unwrap();
        assert_eq!(Settings::load(&path), settings);
    }

    #[test]
    fn an_older_or_broken_file_gives_defaults() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.json");
        assert_eq!(Settings::load(&path), Settings::default());
        std::fs::write(&path, r#"{"window":{"width":900},"future":1}"#).unwrap();
        assert_eq!(Settings::load(&path).window, WindowSettings { width: 900.0, ..WindowSettings::default() });
        std::fs::write(&path, "not json").unwrap();
        assert_eq!(Settings::load(&path), Settings::default());
    }
}
