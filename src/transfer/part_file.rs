//! A file that gets its name only when it is whole.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::TransferError;

/// Writes to `NAME.part` and renames at the end. Dropped before [`finish`](Self::finish), it removes the part.
pub(super) struct PartFile {
    /// `None` once it is finished.
    file: Option<File>,
    part: PathBuf,
    target: PathBuf,
    replace: bool,
    bytes: u64,
}

impl PartFile {
    /// Starts a file; refuses when `target` exists and `replace` is not given.
    pub(super) fn create(target: &Path, replace: bool) -> Result<Self, TransferError> {
        if !replace && target.exists() {
            return Err(TransferError::Exists { path: target.to_owned() });
        }
        let fail = |source| TransferError::Write { path: target.to_owned(), source };
        if target.is_dir() {
            return Err(fail(io::ErrorKind::IsADirectory.into()));
        }
        let mut part = target.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        let file = File::create(&part).map_err(fail)?;
        Ok(Self { file: Some(file), part, target: target.to_owned(), replace, bytes: 0 })
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), TransferError> {
        let written = match &mut self.file {
            Some(file) => file.write_all(bytes),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        };
        self.bytes += bytes.len() as u64;
        written.map_err(|source| self.fail(source))
    }

    /// Syncs, renames, and makes the new name durable; answers the file's size in bytes.
    pub(super) fn finish(mut self) -> Result<u64, TransferError> {
        let Some(file) = self.file.take() else { return Ok(self.bytes) };
        // Somebody else may have made it meanwhile; a rename would silently take its place.
        if !self.replace && self.target.exists() {
            self.file = Some(file);
            return Err(TransferError::Exists { path: self.target.clone() });
        }
        let renamed = file.sync_all().and_then(|()| {
            drop(file);
            fs::rename(&self.part, &self.target)
        });
        if let Err(source) = renamed {
            // The file is closed now, so removing it works on Windows too.
            let _ = fs::remove_file(&self.part);
            return Err(self.fail(source));
        }
        sync_folder(&self.target);
        Ok(self.bytes)
    }

    fn fail(&self, source: io::Error) -> TransferError {
        TransferError::Write { path: self.target.clone(), source }
    }
}

impl Drop for PartFile {
    fn drop(&mut self) {
        if let Some(file) = self.file.take() {
            drop(file);
            // Nothing better can be done when even this fails; the name says that it is a part.
            let _ = fs::remove_file(&self.part);
        }
    }
}

/// Unix forgets a rename in a crash unless the folder is synced; Windows has no such call.
fn sync_folder(path: &Path) {
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        // The content is synced already; a folder that cannot be opened must not turn success into failure.
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
    #[cfg(not(unix))]
    let _ = path;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_appears_only_at_the_end() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("out.jsonl");
        let mut file = PartFile::create(&target, false).unwrap();
        file.write(b"abc").unwrap();
        assert!(!target.exists());
        assert_eq!(file.finish().unwrap(), 3);
        assert_eq!(fs::read(&target).unwrap(), b"abc");
        assert!(matches!(PartFile::create(&target, false), Err(TransferError::Exists { .. })));
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn an_abandoned_part_is_removed_and_the_old_file_stays() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("out.jsonl");
        fs::write(&target, b"old").unwrap();
        let mut file = PartFile::create(&target, true).unwrap();
        file.write(b"new").unwrap();
        drop(file);
        assert_eq!(fs::read(&target).unwrap(), b"old");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
