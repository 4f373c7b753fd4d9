//! The listener of the embedded broker, as settings choose it and as it stands. The app owns the listener itself.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use super::Problem;

/// Kafka's port.
pub const PORT_DEFAULT: u16 = 9092;

/// What is chosen for the listener; kept between starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct ListenerSettings {
    pub on: bool,
    pub host: String,
    /// The port that is tried first; when it is taken, the next free one is used.
    pub port: u16,
    /// `HOST:PORT` that clients are told instead of where it listens.
    pub advertise: Option<String>,
    /// Whether a host that others reach is accepted although nobody is asked who he is.
    pub open_to_network: bool,
    /// Whether clients must say who they are, as one of the workspace's users.
    pub authentication: bool,
    /// Whether, and with which certificate, connections are encrypted (TLS).
    pub encryption: Encryption,
    /// Limits that differ from their defaults, by name.
    pub limits: BTreeMap<String, u64>,
}

impl Default for ListenerSettings {
    fn default() -> Self {
        Self {
            on: true,
            host: "127.0.0.1".to_owned(),
            port: PORT_DEFAULT,
            advertise: None,
            open_to_network: false,
            authentication: false,
            encryption: Encryption::Off,
            limits: BTreeMap::new(),
        }
    }
}

/// How the connections of the listener are encrypted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encryption {
    #[default]
    Off,
    /// With a certificate that Millpond makes once and keeps in the workspace; clients are given it to trust.
    SelfSigned,
    /// With a certificate of one's own: two PEM files.
    Files { certificate: PathBuf, key: PathBuf },
}

/// How the listener stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum ListenerState {
    /// Nobody has asked for one.
    #[default]
    Off,
    Starting,
    Listens(Listening),
    /// It is asked for and cannot listen.
    Failed(Problem),
    /// The broker is another process's, and this is where it listens.
    OfOwner {
        address: String,
        /// Whether clients must log in there.
        authentication: bool,
        /// The PEM file with its certificate, where connections are encrypted.
        certificate: Option<PathBuf>,
    },
}

/// A listener that works.
#[derive(Debug, Clone, PartialEq)]
pub struct Listening {
    /// Where it listens.
    pub address: String,
    /// What clients are told to connect to.
    pub advertised: String,
    /// The address that was asked for, where another program has it.
    pub taken: Option<String>,
    /// Kafka's name for what clients must speak: `PLAINTEXT`, `SSL`, `SASL_PLAINTEXT` or `SASL_SSL`.
    pub security_protocol: &'static str,
    /// The PEM file with the certificate, where connections are encrypted.
    pub certificate: Option<PathBuf>,
}

impl ListenerState {
    /// What a client is to connect to.
    pub fn address(&self) -> Option<&str> {
        match self {
            Self::Listens(listening) => Some(&listening.advertised),
            Self::OfOwner { address, .. } => Some(address),
            _ => None,
        }
    }

    /// Whether clients must log in.
    pub fn asks_who(&self) -> bool {
        match self {
            Self::Listens(listening) => listening.security_protocol.starts_with("SASL_"),
            Self::OfOwner { authentication, .. } => *authentication,
            _ => false,
        }
    }

    /// The PEM file with the certificate, where connections are encrypted.
    pub fn certificate(&self) -> Option<&Path> {
        match self {
            Self::Listens(Listening { certificate, .. }) | Self::OfOwner { certificate, .. } => certificate.as_deref(),
            _ => None,
        }
    }
}

/// One limit of the listener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListenerLimit {
    /// Such as `idle-ms`.
    pub name: &'static str,
    pub value: u64,
    pub default: u64,
    pub min: u64,
    pub max: u64,
    /// How often it was hit since the listener started.
    pub hits: u64,
}

/// Tells the limits as they stand now.
pub type ReadLimits = Arc<dyn Fn() -> Vec<ListenerLimit> + Send + Sync>;
