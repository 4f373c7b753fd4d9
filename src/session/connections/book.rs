//! All connections of a person, in one file beside the settings.

use std::{
    io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{ConnectionId, Profile, ProfileFault, atomic};

/// Connections in a book.
pub const PROFILES_MAX: usize = 500;
/// Largest file that is read, in bytes.
const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// Of the file's format.
const VERSION: u32 = 1;

/// The connections, in the order in which they are shown. Another process may change the file: each change is made to
/// what the file holds then.
#[derive(Debug, Clone, PartialEq)]
pub struct ConnectionBook {
    path: PathBuf,
    profiles: Vec<Profile>,
}

/// Why the book cannot be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum BookError {
    #[error("the connections in {path} could not be read: {source}; check who may use the file", path = path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error(
        "the connections in {path} could not be understood ({why}); the file was kept as {aside}, and the list begins \
         anew: mend the file and give it its name back, or add the connections again",
        path = path.display(),
        aside = aside.display()
    )]
    Damaged { path: PathBuf, aside: PathBuf, why: String },
    #[error("{path} was written by a newer Millpond (format {version}); use that one", path = path.display())]
    Newer { path: PathBuf, version: u32 },
    #[error("the connections could not be written to {path}: {source}; check the disk and who may use the folder", path = path.display())]
    Write {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("a connection is called {name:?} already; choose another name")]
    NameTaken { name: String },
    #[error("there are {PROFILES_MAX} connections already; remove one first")]
    Full,
    #[error(transparent)]
    Fault(#[from] ProfileFault),
}

#[derive(Serialize, Deserialize)]
struct Stored {
    version: u32,
    #[serde(default)]
    connections: Vec<Profile>,
}

impl ConnectionBook {
    /// Reads the book; a file that is missing is an empty book. One that is damaged is kept under another name, the book is
    /// empty then, and the error says so.
    pub fn load(path: &Path) -> (Self, Option<BookError>) {
        let (profiles, error) = match read(path) {
            Ok(profiles) => (profiles, None),
            Err(error) => (Vec::new(), Some(error)),
        };
        (Self { path: path.to_owned(), profiles }, error)
    }

    /// All, in their order.
    pub fn profiles(&self) -> &[Profile] {
        &self.profiles
    }

    /// The one with this id.
    pub fn get(&self, id: ConnectionId) -> Option<&Profile> {
        self.profiles.iter().find(|profile| profile.id == id)
    }

    /// The one with this name; capitals and small letters are the same where that leaves only one.
    pub fn by_name(&self, name: &str) -> Option<&Profile> {
        let exact = self.profiles.iter().find(|profile| profile.name == name);
        exact.or_else(|| {
            let mut like = self.profiles.iter().filter(|profile| same_name(&profile.name, name));
            like.next().filter(|_| like.next().is_none())
        })
    }

    /// Adds a connection, or puts it in the place of the one with its id; writes the file.
    ///
    /// # Errors
    /// When the profile is not whole, its name is taken, there are too many, or the file cannot be written.
    pub fn put(&mut self, profile: Profile) -> Result<(), BookError> {
        profile.check()?;
        self.change(|profiles| {
            let others = || profiles.iter().filter(|other| other.id != profile.id);
            if others().any(|other| other.name == profile.name) {
                return Err(BookError::NameTaken { name: profile.name.clone() });
            }
            match profiles.iter().position(|other| other.id == profile.id) {
                Some(at) => profiles[at] = profile,
                None if profiles.len() >= PROFILES_MAX => return Err(BookError::Full),
                None => profiles.push(profile),
            }
            Ok(())
        })
    }

    /// Takes a connection out; writes the file. Its secrets are the caller's to forget ([`super::Secrets::forget`]).
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn remove(&mut self, id: ConnectionId) -> Result<(), BookError> {
        self.change(|profiles| {
            profiles.retain(|profile| profile.id != id);
            Ok(())
        })
    }

    /// Moves a connection to another place of the list; writes the file.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn move_to(&mut self, id: ConnectionId, place: usize) -> Result<(), BookError> {
        self.change(|profiles| {
            if let Some(at) = profiles.iter().position(|profile| profile.id == id) {
                let profile = profiles.remove(at);
                profiles.insert(place.min(profiles.len()), profile);
            }
            Ok(())
        })
    }

    fn change(&mut self, change: impl FnOnce(&mut Vec<Profile>) -> Result<(), BookError>) -> Result<(), BookError> {
        let mut profiles = read(&self.path)?;
        change(&mut profiles)?;
        let stored = Stored { version: VERSION, connections: profiles };
        let write = |source| BookError::Write { path: self.path.clone(), source };
        let bytes = serde_json::to_vec_pretty(&stored).map_err(|error| write(error.into()))?;
        atomic::write(&self.path, &bytes).map_err(write)?;
        self.profiles = stored.connections;
        Ok(())
    }
}

fn same_name(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

fn read(path: &Path) -> Result<Vec<Profile>, BookError> {
    let unreadable = |source| BookError::Read { path: path.to_owned(), source };
    let Some(bytes) = atomic::read(path, FILE_BYTES_MAX).map_err(unreadable)? else { return Ok(Vec::new()) };
    /// The format is looked at first: a newer file is not damaged.
    #[derive(Deserialize)]
    struct Head {
        version: u32,
    }
    let stored = match serde_json::from_slice::<Head>(&bytes) {
        Ok(Head { version }) if version > VERSION => return Err(BookError::Newer { path: path.to_owned(), version }),
        Ok(_) => serde_json::from_slice::<Stored>(&bytes),
        Err(error) => Err(error),
    };
    match stored {
        Ok(stored) => Ok(stored.connections),
        Err(fault) => {
            let aside = atomic::set_aside(path).map_err(unreadable)?;
            Err(BookError::Damaged { path: path.to_owned(), aside, why: fault.to_string() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::HostPort;

    fn profile(name: &str) -> Profile {
        Profile::new(name, vec![HostPort::new("kafka.example", 9092)])
    }

    #[test]
    fn what_is_put_is_loaded_in_its_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("below").join("connections.json");
        let (mut book, error) = ConnectionBook::load(&path);
        assert!(error.is_none() && book.profiles().is_empty());
        let (one, two) = (profile("Staging"), profile("Production"));
        book.put(one.clone()).unwrap();
        // Another process.
        ConnectionBook::load(&path).0.put(two.clone()).unwrap();
        book.put(Profile { environment: "staging".to_owned(), ..one.clone() }).unwrap();
        assert_eq!(book.profiles().len(), 2, "what another process added stays");
        book.move_to(two.id, 0).unwrap();
        let (again, _) = ConnectionBook::load(&path);
        assert_eq!(again, book);
        assert_eq!(again.profiles()[0], two);
        assert_eq!(again.by_name("staging").unwrap().environment, "staging");
        assert!(matches!(book.put(profile("Staging")), Err(BookError::NameTaken { .. })));
        assert!(matches!(book.put(profile(" ")), Err(BookError::Fault(ProfileFault::NoName))));
        book.remove(one.id).unwrap();
        assert_eq!(ConnectionBook::load(&path).0.profiles(), [two]);
    }

    #[test]
    fn a_damaged_file_is_kept_and_a_newer_one_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("connections.json");
        for (number, text) in ["{\"version\":1,\"connections\":[{\"na", "[]"].into_iter().enumerate() {
            std::fs::write(&path, text).unwrap();
            let (mut book, error) = ConnectionBook::load(&path);
            let message = error.unwrap().to_string();
            let aside = format!("connections.json.damaged-{}", number + 1);
            assert!(message.contains(&aside), "{message}");
            assert_eq!(std::fs::read_to_string(folder.path().join(aside)).unwrap(), text);
            book.put(profile("a")).unwrap();
        }
        let newer = "{\"version\":9}";
        std::fs::write(&path, newer).unwrap();
        let (mut book, error) = ConnectionBook::load(&path);
        assert!(matches!(error, Some(BookError::Newer { version: 9, .. })));
        assert!(matches!(book.put(profile("a")), Err(BookError::Newer { .. })));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), newer);
    }
}
