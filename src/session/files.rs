//! Small files that the window writes where a person says: pictures and tables of what it shows.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use super::{Event, Phrase, Problem, Session};

/// A dialog that answers sooner than anybody can was none: this system has no dialog for files.
const NO_DIALOG: Duration = Duration::from_millis(300);
/// Names that are tried beside one that is taken.
const NAMES_MAX: u32 = 1_000;

impl Session {
    /// Writes a file where the person says in the system's dialog, and tells where; where the system has no dialog, into
    /// the folder for documents under a name that is free. Call on the main thread, which macOS wants for dialogs.
    pub fn save_file(&self, name: &str, bytes: Vec<u8>) {
        let (name, session, began) = (name.to_owned(), self.clone(), Instant::now());
        let asked = rfd::AsyncFileDialog::new().set_file_name(&name).save_file();
        self.spawn(async move {
            let path = match asked.await {
                Some(file) => file.path().to_owned(),
                None if began.elapsed() < NO_DIALOG => free_path(&documents(), &name),
                None => return,
            };
            let to = path.clone();
            let written = tokio::task::spawn_blocking(move || std::fs::write(to, bytes)).await;
            let shown = path.display().to_string();
            session.push_event(match written {
                Ok(Ok(())) => Event::Note(Phrase::new("file-saved").with("path", shown)),
                Ok(Err(error)) => {
                    Event::Trouble(Problem::from_error(Phrase::new("file-not-saved").with("path", shown), &error))
                }
                Err(_) => return,
            });
            session.wake();
        });
    }
}

/// The folder for documents, else the home folder.
pub(super) fn documents() -> PathBuf {
    let dirs = directories::UserDirs::new();
    dirs.map(|dirs| dirs.document_dir().unwrap_or(dirs.home_dir()).to_owned()).unwrap_or_default()
}

/// `name` in that folder, or the first of `name-2`, `name-3`, … that is free.
fn free_path(folder: &Path, name: &str) -> PathBuf {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let named = |n: u32| match n {
        1 => folder.join(name),
        n => folder.join(format!("{stem}-{n}.{ending}")),
    };
    (1..=NAMES_MAX).map(named).find(|path| !path.exists()).unwrap_or_else(|| named(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_name_gets_a_number() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(free_path(folder.path(), "lag.csv"), folder.path().join("lag.csv"));
        std::fs::write(folder.path().join("lag.csv"), "x").unwrap();
        std::fs::write(folder.path().join("lag-2.csv"), "x").unwrap();
        assert_eq!(free_path(folder.path(), "lag.csv"), folder.path().join("lag-3.csv"));
    }
}
