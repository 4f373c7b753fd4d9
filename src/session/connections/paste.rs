//! Connections out of text that people have: Java's `.properties`, librdkafka's settings, a connection file of ours.
//!
//! What is secret in it is told apart at once ([`Pasted::secrets`]); the profile holds none.

mod jaas;
mod properties;
mod settings;

use super::{ConnectionFile, Profile, Secrets};

/// Longest text that is read, in bytes: real ones have some hundred.
pub const PASTE_BYTES_MAX: usize = 1024 * 1024;

/// What a text says about a connection.
#[derive(Debug, Clone, PartialEq)]
pub struct Pasted {
    pub format: PasteFormat,
    /// Under a fresh id; named after its first broker where the text names none. Its bootstrap may be empty.
    pub profile: Profile,
    /// What was secret in the text: to be kept where the person chooses, and taken out of wherever the text came from.
    pub secrets: Secrets,
    /// Names of settings about security that are not known here: to leave them out might weaken what they are for.
    pub not_understood: Vec<String>,
    /// Names of settings that mean nothing here, in the order of the text.
    pub unused: Vec<String>,
}

/// How a text was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasteFormat {
    /// Java's clients, or librdkafka's: most names are the same.
    Properties,
    /// Exported from Millpond.
    ConnectionFile,
}

/// Why a text cannot be used: names the setting and says what to write. Holds no value that could be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PasteError(pub String);

/// Reads a text of any of the formats.
///
/// # Errors
/// When it is none of them, a setting has a value that cannot be used, or settings contradict each other.
pub fn paste(text: &str) -> Result<Pasted, PasteError> {
    if text.len() > PASTE_BYTES_MAX {
        return Err(PasteError(format!("it is larger than {PASTE_BYTES_MAX} bytes; paste the settings alone")));
    }
    if text.trim_start().starts_with('{') {
        let profile = ConnectionFile::read(text).map_err(PasteError)?;
        return Ok(Pasted {
            format: PasteFormat::ConnectionFile,
            profile,
            secrets: Secrets::default(),
            not_understood: Vec::new(),
            unused: Vec::new(),
        });
    }
    settings::read(properties::parse(text)).map_err(PasteError)
}

#[cfg(test)]
mod tests;
