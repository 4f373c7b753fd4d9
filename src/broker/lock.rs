//! One owner a workspace.
//!
//! The lock is the system's, on an empty file, and ends with the process however that ends. Who owns it stands in a file
//! of its own, because Windows does not let others read a locked one.

use std::{
    fmt,
    fs::{self, File, TryLockError},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use super::OpenError;

const LOCK_FILE: &str = "owner.lock";
const OWNER_FILE: &str = "owner.txt";

/// What it takes to reach the broker that owns a workspace, where its listener asks for it. Stands in the workspace, in a
/// file that only its owner may read.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct OwnerAccess {
    /// With which [`LOCAL_ADMIN`](super::LOCAL_ADMIN) gets in, by SCRAM; made anew at every start of a listener.
    pub password: Option<String>,
    /// The PEM file with the certificate of an encrypted listener: what a second process on this machine may trust,
    /// whatever names stand in it.
    pub certificate: Option<PathBuf>,
}

impl fmt::Debug for OwnerAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let password = self.password.as_ref().map(|_| "***");
        f.debug_struct("OwnerAccess").field("password", &password).field("certificate", &self.certificate).finish()
    }
}

/// A held lock; dropping it gives the workspace free.
pub struct WorkspaceLock {
    // Closing the file ends the lock.
    _file: File,
    owner: PathBuf,
}

impl WorkspaceLock {
    /// Takes the lock, or says who has it. Blocks on disk.
    pub fn take(workspace: &Path, address: Option<(&str, &OwnerAccess)>) -> Result<Self, OpenError> {
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
                let (pid, address, access) = read_owner(&owner);
                let access = Box::new(access);
                return Err(OpenError::Owned { data_dir: workspace.to_owned(), pid, address, access });
            }
            Err(TryLockError::Error(source)) => return Err(fail("lock the workspace")(source)),
        }
        let lock = Self { _file: file, owner };
        lock.tell(address).map_err(fail("write owner.txt in the workspace"))?;
        Ok(lock)
    }

    /// Writes who owns the workspace and where it listens, beside the file first: a reader never sees half of it.
    pub fn tell(&self, address: Option<(&str, &OwnerAccess)>) -> io::Result<()> {
        let mut lines = format!("pid={}\n", std::process::id());
        if let Some((address, access)) = address {
            lines += &format!("address={address}\n");
            if let Some(password) = &access.password {
                lines += &format!("password={password}\n");
            }
            // A path that is not text cannot stand here; the second process then has to be told by hand.
            if let Some(certificate) = access.certificate.as_ref().and_then(|path| path.to_str()) {
                lines += &format!("certificate={certificate}\n");
            }
        }
        let beside = self.owner.with_extension("txt.new");
        // What a crash left might be readable for others.
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut options = File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&beside)?.write_all(lines.as_bytes())?;
        fs::rename(&beside, &self.owner)
    }
}

impl Drop for WorkspaceLock {
    fn drop(&mut self) {
        // Only a hint for people and a second process; the lock itself is what counts.
        let _ = fs::remove_file(&self.owner);
    }
}

fn read_owner(path: &Path) -> (Option<u32>, Option<String>, OwnerAccess) {
    let text = fs::read_to_string(path).unwrap_or_default();
    let field = |name: &str| {
        text.lines()
            .filter_map(|line| line.split_once('='))
            .find(|(key, value)| *key == name && !value.is_empty())
            .map(|(_, value)| value.to_owned())
    };
    let access = OwnerAccess { password: field("password"), certificate: field("certificate").map(PathBuf::from) };
    (field("pid").and_then(|pid| pid.parse().ok()), field("address"), access)
}
