//! One owner a workspace.
//!
//! The lock is the system's, on an empty file, and ends with the process however that ends. Who owns it stands in a file
//! of its own, because Windows does not let others read a locked one.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use super::OpenError;

const LOCK_FILE: &str = "owner.lock";
const OWNER_FILE: &str = "owner.txt";

/// A held lock; dropping it gives the workspace free.
pub struct WorkspaceLock {
    // Closing the file ends the lock.
    _file: File,
    owner: PathBuf,
}

impl WorkspaceLock {
    /// Takes the lock, or says who has it. Blocks on disk.
    pub fn take(workspace: &Path, address: Option<&str>) -> Result<Self, OpenError> {
        let path = workspace.join(LOCK_FILE);
        let fail = |doing| move |source: io::Error| OpenError::Io { doing, path: workspace.to_owned(), source };
        let file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(fail("open owner.lock in the workspace"))?;
        let owner = workspace.join(OWNER_FILE);
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let (pid, address) = read_owner(&owner);
                return Err(OpenError::Owned { data_dir: workspace.to_owned(), pid, address });
            }
            Err(TryLockError::Error(source)) => return Err(fail("lock the workspace")(source)),
        }
        let lock = Self { _file: file, owner };
        lock.tell(address).map_err(fail("write owner.txt in the workspace"))?;
        Ok(lock)
    }

    /// Writes who owns the workspace and where it listens, beside the file first: a reader never sees half of it.
    pub fn tell(&self, address: Option<&str>) -> io::Result<()> {
        let lines = format!("pid={}\naddress={}\n", std::process::id(), address.unwrap_or_default());
        let beside = self.owner.with_extension("txt.new");
        fs::write(&beside, lines)?;
        fs::rename(&beside, &self.owner)
    }
}

impl Drop for WorkspaceLock {
    fn drop(&mut self) {
        // Only a hint for people and a second process; the lock itself is what counts.
        let _ = fs::remove_file(&self.owner);
    }
}

fn read_owner(path: &Path) -> (Option<u32>, Option<String>) {
    let text = fs::read_to_string(path).unwrap_or_default();
    let field = |name: &str| {
        text.lines()
            .filter_map(|line| line.split_once('='))
            .find(|(key, value)| *key == name && !value.is_empty())
            .map(|(_, value)| value.to_owned())
    };
    (field("pid").and_then(|pid| pid.parse().ok()), field("address"))
}
