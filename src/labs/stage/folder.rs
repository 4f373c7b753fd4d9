//! Temporary folders: one a stage, gone when the stage goes; what a dead process has left is removed at the next start.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

/// How all of our folders begin, in the system's folder for temporary files.
const PREFIX: &str = "millpond-lab-";
/// Held while its process lives.
const LOCK_FILE: &str = "stage.lock";
/// Leftovers that are looked at in one start.
const LEFTOVERS_MAX: usize = 64;

/// A folder that is removed on drop.
pub struct StageFolder {
    path: PathBuf,
    /// Given free before the folder is removed.
    lock: Option<File>,
}

impl StageFolder {
    /// Makes a folder of its own. Blocks on disk.
    pub fn make() -> io::Result<Self> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let parent = std::env::temp_dir();
        sweep(&parent);
        let number = NUMBER.fetch_add(1, Relaxed);
        let name = format!("{PREFIX}{}-{number}-{:08x}", std::process::id(), rand::random::<u32>());
        let path = parent.join(name);
        fs::create_dir(&path)?;
        let lock = File::create(path.join(LOCK_FILE))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::Error(error) => error,
            TryLockError::WouldBlock => io::Error::other("the lock of a new folder is taken"),
        })?;
        Ok(Self { path, lock: Some(lock) })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for StageFolder {
    fn drop(&mut self) {
        drop(self.lock.take());
        // What cannot be removed now is removed at the next start.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Removes what dead processes have left.
fn sweep(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    let ours = |entry: &fs::DirEntry| entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
    for folder in entries.flatten().filter(ours).take(LEFTOVERS_MAX).map(|entry| entry.path()) {
        // Without a lock file it is being made, or is not ours.
        let Ok(lock) = File::open(folder.join(LOCK_FILE)) else { continue };
        if lock.try_lock().is_ok() {
            drop(lock);
            let _ = fs::remove_dir_all(&folder);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_goes_with_its_stage_and_leftovers_with_the_next() {
        let first = StageFolder::make().unwrap();
        let path = first.path().to_owned();
        let leftover = std::env::temp_dir().join(format!("{PREFIX}0-0-{:08x}", rand::random::<u32>()));
        fs::create_dir(&leftover).unwrap();
        fs::write(leftover.join(LOCK_FILE), "").unwrap();
        let second = StageFolder::make().unwrap();
        assert!(path.is_dir() && !leftover.exists());
        drop((first, second));
        assert!(!path.exists());
    }
}
