//! What a person has done of the lessons: kept in `labs.json` in the workspace folder.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::Path,
};

use serde::{Deserialize, Serialize};

/// The file in the workspace folder.
const FILE: &str = "labs.json";

/// How far each lesson was taken, by its id.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Progress {
    pub lessons: BTreeMap<String, LessonProgress>,
    /// The lesson that was open last.
    pub last: Option<String>,
    /// Whether a stage goes on when something surprising happens for the first time.
    pub no_surprises: bool,
    /// Surprises that have paused a stage once and do not again.
    pub seen: BTreeSet<String>,
}

/// How far one lesson was taken.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct LessonProgress {
    /// Ids of the steps that were finished.
    pub steps: BTreeSet<String>,
    /// All of them were, at some time.
    pub done: bool,
}

impl Progress {
    /// Reads the file of a workspace. One that cannot be read gives no progress, and is said in the log: a lesson can be
    /// taken again.
    pub fn load(folder: &Path) -> Self {
        let path = folder.join(FILE);
        match std::fs::read(&path).map(|bytes| serde_json::from_slice(&bytes)) {
            Ok(Ok(progress)) => progress,
            Err(missing) if missing.kind() == io::ErrorKind::NotFound => Self::default(),
            Ok(Err(fault)) => {
                tracing::warn!(%fault, path = %path.display(), "progress of the labs could not be understood");
                Self::default()
            }
            Err(fault) => {
                tracing::warn!(%fault, path = %path.display(), "progress of the labs could not be read");
                Self::default()
            }
        }
    }

    /// Writes the file beside itself first, so that a crash leaves the old one or the new one.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save(&self, folder: &Path) -> io::Result<()> {
        let path = folder.join(FILE);
        let beside = path.with_extension("json.new");
        std::fs::write(&beside, serde_json::to_vec_pretty(self)?)?;
        std::fs::rename(&beside, &path)
    }

    /// Whether that lesson was finished.
    pub fn is_done(&self, lesson: &str) -> bool {
        self.lessons.get(lesson).is_some_and(|lesson| lesson.done)
    }

    /// Steps of that lesson that were finished.
    pub fn steps_done(&self, lesson: &str) -> usize {
        self.lessons.get(lesson).map_or(0, |lesson| lesson.steps.len())
    }

    /// Notes a finished step; true when that was news.
    pub fn finish_step(&mut self, lesson: &str, step: &str, steps_in_all: usize) -> bool {
        let entry = self.lessons.entry(lesson.to_owned()).or_default();
        let new = entry.steps.insert(step.to_owned());
        if entry.steps.len() >= steps_in_all && !entry.done {
            entry.done = true;
            return true;
        }
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_is_there_at_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        let mut progress = Progress::load(folder.path());
        assert_eq!(progress, Progress::default());
        assert!(progress.finish_step("modes", "count", 2));
        assert!(!progress.finish_step("modes", "count", 2));
        assert!(!progress.is_done("modes"));
        assert!(progress.finish_step("modes", "old", 2));
        assert!(progress.is_done("modes"));
        progress.save(folder.path()).unwrap();
        assert_eq!(Progress::load(folder.path()), progress);
        std::fs::write(folder.path().join(FILE), "not json").unwrap();
        assert_eq!(Progress::load(folder.path()), Progress::default());
    }
}
