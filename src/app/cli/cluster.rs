//! The cluster that a command works on: at an address, of a file of client settings, or a connection that is kept.

use std::{
    io::Read as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{CLIENT_ID, CliError, output, secret};
use crate::{
    app::{args::Place, settings::Settings},
    client::Transport,
    model::HostPort,
    payload::escape_controls,
    session::connections::{
        ConnectionBook, EncryptedFile, KeyStore, PASTE_BYTES_MAX, PasteError, Pasted, Profile, SecretError, SecretKind,
        SecretPolicy, SecretStore, Secrets, paste,
    },
};

/// The connections and their secrets, beside the settings.
const BOOK: &str = "connections.json";
const SECRETS: &str = "secrets.json";

/// Why a file of client settings cannot be used. No message holds a value that could be a secret.
#[derive(Debug, thiserror::Error)]
pub(super) enum ConfigError {
    #[error("{path} could not be read: {source}; name a file of client settings with --config", path = path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("{path} is larger than {PASTE_BYTES_MAX} bytes; is it a file of client settings?", path = path.display())]
    TooLarge { path: PathBuf },
    /// `why` names the setting and says what to write.
    #[error("{path}: {why}", path = path.display())]
    Setting { path: PathBuf, why: String },
}

/// The way to the cluster that a place names; `None` for a workspace.
pub(super) fn remote(place: &Place) -> Result<Option<Arc<dyn Transport>>, CliError> {
    if let Some(name) = &place.connection {
        return kept(name, place.secret_file.as_deref()).map(Some);
    }
    if place.bootstrap.is_empty() && place.config.is_none() {
        return Ok(None);
    }
    dial(place.bootstrap.clone(), place.config.as_deref()).map(Some)
}

/// The way to the cluster of these addresses, or of those of a file of client settings where there are none.
pub(super) fn dial(addresses: Vec<HostPort>, config: Option<&Path>) -> Result<Arc<dyn Transport>, CliError> {
    let Some(path) = config else { return transport(&Profile::new("cluster", addresses), &Secrets::default()) };
    let fault = |why: String| ConfigError::Setting { path: path.to_owned(), why };
    let Pasted { mut profile, secrets, not_understood, unused, .. } = read_settings(path)?;
    if let Some(name) = not_understood.first() {
        let why = "is about security and Millpond does not know it; it is not ignored, as that could weaken what it is for: \
                   take it out, or use what the README lists";
        return Err(fault(format!("{name} {why}")).into());
    }
    if profile.bootstrap.is_empty() && addresses.is_empty() {
        let why = "it names no broker; add bootstrap.servers=HOST:PORT, or give --bootstrap HOST:PORT";
        return Err(fault(why.to_owned()).into());
    }
    if let Some(kind) = secrets.missing(&profile).first() {
        let add = match kind {
            SecretKind::Password => "add sasl.password, or sasl.jaas.config",
            SecretKind::ClientSecret => "add clientSecret to sasl.jaas.config, or sasl.oauthbearer.client.secret",
            SecretKind::Token => {
                "name the file in which it stands (sasl.oauthbearer.token.endpoint.url=file:///PATH), or an OpenID \
                 endpoint with clientId and clientSecret in sasl.jaas.config"
            }
        };
        let why = format!("its {} is missing; {add}", kind.name());
        return Err(fault(why).into());
    }
    if !unused.is_empty() {
        // One line; ignored when standard error is gone.
        let unused = format!("{}: not used here: {}", path.display(), unused.join(", "));
        let _ = output::complain(&escape_controls(&unused));
    }
    if !addresses.is_empty() {
        profile.bootstrap = addresses;
    }
    profile.name = path.display().to_string().chars().filter(|c| !c.is_control()).take(100).collect();
    transport(&profile, &secrets).map_err(|error| match error {
        CliError::Failed(why) => fault(why).into(),
        error => error,
    })
}

/// Reads a file of client settings, or standard input.
pub(super) fn read_settings(path: &Path) -> Result<Pasted, ConfigError> {
    let unreadable = |source| ConfigError::Read { path: path.to_owned(), source };
    let mut text = String::new();
    let limit = PASTE_BYTES_MAX as u64 + 1;
    let read = if path == Path::new("-") {
        std::io::stdin().lock().take(limit).read_to_string(&mut text)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(limit).read_to_string(&mut text))
    };
    if read.map_err(unreadable)? > PASTE_BYTES_MAX {
        return Err(ConfigError::TooLarge { path: path.to_owned() });
    }
    paste(&text).map_err(|PasteError(why)| ConfigError::Setting { path: path.to_owned(), why })
}

/// Whether a connection of that name is kept.
pub(super) fn is_kept(name: &str) -> bool {
    book().is_ok_and(|book| book.by_name(name).is_some())
}

/// The way to the cluster of a connection that is kept.
pub(super) fn kept(name: &str, secret_file: Option<&Path>) -> Result<Arc<dyn Transport>, CliError> {
    let profile = find(&book()?, name)?;
    let secrets = secrets_of(&profile, secret_file)?;
    transport(&profile, &secrets)
}

fn transport(profile: &Profile, secrets: &Secrets) -> Result<Arc<dyn Transport>, CliError> {
    let transports = profile.transports(secrets).map_err(|error| CliError::Failed(error.to_string()))?;
    // A name of its own, where it has one: brokers list it.
    let usual = Profile::new("", Vec::new()).client_id;
    Ok(transports(if profile.client_id == usual { CLIENT_ID } else { &profile.client_id }))
}

/// All connections that are kept.
pub(super) fn book() -> Result<ConnectionBook, CliError> {
    match ConnectionBook::load(&beside_settings(BOOK)?) {
        (book, None) => Ok(book),
        (_, Some(error)) => Err(CliError::Failed(error.to_string())),
    }
}

/// The connection of that name.
pub(super) fn find(book: &ConnectionBook, name: &str) -> Result<Profile, CliError> {
    let found = book.by_name(name).cloned();
    found.ok_or_else(|| {
        let names = book.profiles().iter().map(|profile| profile.name.as_str()).collect::<Vec<_>>();
        CliError::Failed(match names.as_slice() {
            [] => format!("there is no connection {name:?}, nor any other; keep one with millpond connections add"),
            names => format!("there is no connection {name:?}; there are: {}", names.join(", ")),
        })
    })
}

/// Where the secrets of a profile are kept, opened; `None` where they are typed each time.
pub(super) fn store_of(
    profile: &Profile,
    secret_file: Option<&Path>,
) -> Result<Option<Box<dyn SecretStore>>, CliError> {
    match profile.secrets {
        SecretPolicy::AskEachTime => Ok(None),
        SecretPolicy::KeyStore => Ok(Some(Box::new(KeyStore))),
        SecretPolicy::EncryptedFile => {
            let file = EncryptedFile::at(&beside_settings(SECRETS)?);
            let phrase = match (secret_file, file.exists()) {
                (Some(path), _) => secret::first_line_of(path)?,
                (None, true) => secret::ask("Pass phrase of the encrypted file")?,
                (None, false) => secret::ask_twice("New pass phrase of the encrypted file")?,
            };
            file.unlock(&phrase.into()).map_err(no_secret)?;
            Ok(Some(Box::new(file)))
        }
    }
}

/// All secrets of a profile: kept, or asked for.
pub(super) fn secrets_of(profile: &Profile, secret_file: Option<&Path>) -> Result<Secrets, CliError> {
    if profile.needed_secrets().is_empty() {
        return Ok(Secrets::default());
    }
    let store = store_of(profile, secret_file)?;
    let mut secrets = match &store {
        Some(store) => Secrets::gather(profile, store.as_ref()).map_err(no_secret)?,
        None => Secrets::default(),
    };
    for kind in secrets.missing(profile) {
        let typed = match (secret_file, &store) {
            (Some(path), None) => secret::first_line_of(path)?,
            _ => secret::ask(&format!("{} of {}", kind.name(), profile.name))?,
        };
        secrets.put(kind, typed.into());
    }
    Ok(secrets)
}

fn beside_settings(name: &str) -> Result<PathBuf, CliError> {
    Settings::path().map(|path| path.with_file_name(name)).ok_or_else(|| {
        CliError::Failed(
            "this system tells no folder for settings (is HOME set?), where connections are kept".to_owned(),
        )
    })
}

/// Why a secret cannot be kept or read, with where else one can be kept.
pub(super) fn no_secret(error: SecretError) -> CliError {
    match &error {
        SecretError::NoKeyStore { .. } | SecretError::KeyStoreLocked { .. } | SecretError::KeyStore { .. } => {
            CliError::Failed(format!("{error} (millpond connections add --secrets encrypted-file, or --secrets ask)"))
        }
        _ => failed(error),
    }
}

pub(super) fn failed(error: impl std::error::Error) -> CliError {
    CliError::Failed(error.to_string())
}
