//! A file of settings as other Kafka clients have it (`--config FILE`): where the brokers are and how the way to them is
//! secured. The names are those of Kafka's own clients (Java) and of librdkafka; what has nothing to do with that is left
//! to them.

mod jaas;
mod properties;

use std::path::{Path, PathBuf};

use self::properties::Property;
use crate::{
    client::{Authorities, Password, Sasl, SaslMechanism, Security, SecurityError, Tls, TlsOptions},
    model::HostPort,
};

/// Largest file that is read, in bytes: real ones have some hundred.
const FILE_BYTES_MAX: u64 = 1024 * 1024;
/// Settings that begin so are about security: to ignore one that is not known might weaken what it was meant for.
const ABOUT_SECURITY: [&str; 5] = ["security.", "ssl.", "sasl.", "enable.ssl.", "enable.sasl."];

/// What a file says.
#[derive(Debug)]
pub struct ClientConfig {
    /// `bootstrap.servers`; may be empty.
    pub bootstrap: Vec<HostPort>,
    pub security: Security,
    /// Names of settings that mean nothing here, in the order of the file.
    pub unused: Vec<String>,
}

/// Why a file cannot be used. No message holds a value that could be a secret.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{path} could not be read: {source}; name a file of client settings with --config", path = path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("{path} is larger than {FILE_BYTES_MAX} bytes; is it a file of client settings?", path = path.display())]
    TooLarge { path: PathBuf },
    /// `why` names the setting and says what to write.
    #[error("{path}: {why}", path = path.display())]
    Setting { path: PathBuf, why: String },
    #[error("{path}: {source}", path = path.display())]
    Security { path: PathBuf, source: SecurityError },
}

impl ClientConfig {
    /// Reads a file, and the certificates and keys that it names.
    ///
    /// # Errors
    /// When a file cannot be read, a setting has a value that cannot be used, settings contradict each other, or one about
    /// security is not known.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let unreadable = |source| ConfigError::Read { path: path.to_owned(), source };
        if std::fs::metadata(path).map_err(unreadable)?.len() > FILE_BYTES_MAX {
            return Err(ConfigError::TooLarge { path: path.to_owned() });
        }
        let text = std::fs::read_to_string(path).map_err(unreadable)?;
        let setting = |why| ConfigError::Setting { path: path.to_owned(), why };
        let settings = Settings::read(properties::parse(&text)).map_err(setting)?;
        let protocol = settings.protocol().map_err(setting)?;
        let sasl = settings.sasl(protocol).map_err(setting)?;
        let tls = match settings.tls(protocol).map_err(setting)? {
            Some(options) => {
                let unusable = |source| ConfigError::Security { path: path.to_owned(), source };
                Some(Tls::from_files(&options).map_err(unusable)?)
            }
            None => None,
        };
        let bootstrap = settings.bootstrap().map_err(setting)?;
        Ok(Self { bootstrap, security: Security { tls, sasl }, unused: settings.unused })
    }
}

/// `security.protocol`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Protocol {
    name: &'static str,
    tls: bool,
    sasl: bool,
}

const PROTOCOLS: [Protocol; 4] = [
    Protocol { name: "PLAINTEXT", tls: false, sasl: false },
    Protocol { name: "SSL", tls: true, sasl: false },
    Protocol { name: "SASL_PLAINTEXT", tls: false, sasl: true },
    Protocol { name: "SASL_SSL", tls: true, sasl: true },
];

/// Every setting that means something here. Where Java and librdkafka have two names for one thing, either may be used.
#[derive(Default)]
struct Settings {
    values: Vec<(&'static str, String)>,
    unused: Vec<String>,
}

/// All that are known.
const KNOWN: [&str; 16] = [
    "bootstrap.servers",
    "security.protocol",
    "sasl.mechanism",
    "sasl.mechanisms",
    "sasl.jaas.config",
    "sasl.username",
    "sasl.password",
    "ssl.truststore.type",
    "ssl.truststore.location",
    "ssl.ca.location",
    "ssl.keystore.type",
    "ssl.keystore.location",
    "ssl.certificate.location",
    "ssl.key.location",
    "ssl.endpoint.identification.algorithm",
    "enable.ssl.certificate.verification",
];

impl Settings {
    /// The last value of a name counts, as with Kafka's clients.
    fn read(properties: Vec<Property>) -> Result<Self, String> {
        let mut settings = Self::default();
        for Property { name, value } in properties {
            let known = KNOWN.into_iter().find(|known| *known == name);
            match known {
                Some(known) => {
                    settings.values.retain(|(name, _)| *name != known);
                    settings.values.push((known, value));
                }
                None if ABOUT_SECURITY.iter().any(|start| name.starts_with(start)) => {
                    return Err(format!(
                        "{name} is about security and Millpond does not know it; it is not ignored, as that could weaken \
                         what it is for: take it out, or use what the README lists"
                    ));
                }
                None if !settings.unused.contains(&name) => settings.unused.push(name),
                None => {}
            }
        }
        Ok(settings)
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.values.iter().find(|(known, _)| *known == name).map(|(_, value)| value.trim())
    }

    /// The value under either name of one thing.
    fn either(&self, one: &str, other: &str) -> Result<Option<&str>, String> {
        match (self.get(one), self.get(other)) {
            (Some(_), Some(_)) => Err(format!("{one} and {other} are two names of one setting; give one of them")),
            (one, other) => Ok(one.or(other)),
        }
    }

    fn bootstrap(&self) -> Result<Vec<HostPort>, String> {
        let Some(list) = self.get("bootstrap.servers") else { return Ok(Vec::new()) };
        let addresses = list.split(',').map(str::trim).filter(|address| !address.is_empty());
        // librdkafka also takes `SSL://host:port`.
        let read = |address: &str| {
            let address = address.split_once("://").map_or(address, |(_, rest)| rest);
            address.parse::<HostPort>().map_err(|error| format!("bootstrap.servers: {error}"))
        };
        addresses.map(read).collect()
    }

    fn protocol(&self) -> Result<Protocol, String> {
        let name = self.get("security.protocol").unwrap_or(PROTOCOLS[0].name);
        let found = PROTOCOLS.into_iter().find(|protocol| protocol.name.eq_ignore_ascii_case(name));
        let protocol = found.ok_or_else(|| {
            format!("security.protocol {name:?} is none; use PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL")
        })?;
        self.must_be_used("ssl.", protocol, protocol.tls)?;
        self.must_be_used("sasl.", protocol, protocol.sasl)?;
        Ok(protocol)
    }

    /// A setting of a kind that the protocol does not use would be without effect, and nobody would notice.
    fn must_be_used(&self, kind: &str, protocol: Protocol, is_used: bool) -> Result<(), String> {
        let idle = self.values.iter().find(|(name, _)| name.starts_with(kind)).filter(|_| !is_used);
        let Some((name, _)) = idle else { return Ok(()) };
        let with = PROTOCOLS.into_iter().find(|other| match kind {
            "ssl." => other.tls && other.sasl == protocol.sasl,
            _ => other.sasl && other.tls == protocol.tls,
        });
        let with = with.map_or("SASL_SSL", |protocol| protocol.name);
        Err(format!(
            "{name} has no effect with security.protocol={}; set security.protocol to {with}, or take {name} out",
            protocol.name
        ))
    }

    fn sasl(&self, protocol: Protocol) -> Result<Option<Sasl>, String> {
        if !protocol.sasl {
            return Ok(None);
        }
        let Some(mechanism) = self.either("sasl.mechanism", "sasl.mechanisms")? else {
            let (name, all) = (protocol.name, SaslMechanism::ALL.map(SaslMechanism::name).join(", "));
            return Err(format!("security.protocol={name} needs sasl.mechanism, one of {all}"));
        };
        let mechanism: SaslMechanism = mechanism.parse().map_err(|why| format!("sasl.mechanism: {why}"))?;
        let user = self.get("sasl.username").map(str::to_owned);
        let password = self.values.iter().find(|(name, _)| *name == "sasl.password").map(|(_, value)| value.clone());
        let (user, password) = match (self.get("sasl.jaas.config"), user, password) {
            (Some(config), None, None) => {
                jaas::read(config, mechanism).map_err(|why| format!("sasl.jaas.config: {why}"))?
            }
            (None, Some(user), Some(password)) => (user, password),
            (Some(_), _, _) => {
                let both = "sasl.jaas.config says who logs in; take sasl.username and sasl.password out";
                return Err(both.to_owned());
            }
            (None, _, _) => {
                let missing = "needs a user: sasl.username and sasl.password, or sasl.jaas.config";
                return Err(format!("security.protocol={} {missing}", protocol.name));
            }
        };
        Ok(Some(Sasl::Password { mechanism, user, password: Password::from(password) }))
    }

    fn tls(&self, protocol: Protocol) -> Result<Option<TlsOptions>, String> {
        if let Some(value) = self.get("enable.ssl.certificate.verification").filter(|value| *value != "true") {
            return Err(format!(
                "enable.ssl.certificate.verification={value} would believe any server; name the certificate of the broker \
                 or its authority with ssl.ca.location"
            ));
        }
        if !protocol.tls {
            return Ok(None);
        }
        for name in ["ssl.truststore.type", "ssl.keystore.type"] {
            if let Some(kind) = self.get(name).filter(|kind| !kind.eq_ignore_ascii_case("PEM")) {
                return Err(format!("{name}={kind} cannot be read; convert the file to PEM and set {name}=PEM"));
            }
            let location = name.replace("type", "location");
            if self.get(&location).is_some() && self.get(name).is_none() {
                return Err(format!("{location} needs {name}=PEM: without it the file is a keystore of Java"));
            }
        }
        let authorities = match self.either("ssl.truststore.location", "ssl.ca.location")? {
            Some(path) => Authorities::File(path.into()),
            None => Authorities::System,
        };
        let identity =
            match (self.either("ssl.keystore.location", "ssl.certificate.location")?, self.get("ssl.key.location")) {
                (Some(chain), Some(key)) => Some((chain.into(), key.into())),
                // Java's PEM keystore is one file with key and certificates.
                (Some(both), None) if self.get("ssl.keystore.location").is_some() => Some((both.into(), both.into())),
                (None, None) => None,
                _ => return Err("ssl.certificate.location and ssl.key.location are needed together".to_owned()),
            };
        let verify_host = match self.get("ssl.endpoint.identification.algorithm") {
            None | Some("https") => true,
            // Java writes nothing there, librdkafka "none".
            Some("" | "none") => false,
            Some(other) => {
                let name = "ssl.endpoint.identification.algorithm";
                return Err(format!("{name}={other} is not known; use https, or nothing to not ask for the host name"));
            }
        };
        Ok(Some(TlsOptions { authorities, identity, verify_host }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<ClientConfig, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("client.properties");
        let authority = folder.path().join("ca.pem");
        let key = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        std::fs::write(&authority, key.cert.pem()).unwrap();
        std::fs::write(&path, text.replace("CA", &authority.display().to_string())).unwrap();
        ClientConfig::read(&path).map_err(|error| error.to_string())
    }

    #[test]
    fn settings_of_java_and_of_librdkafka_are_read() {
        let java = read(
            "bootstrap.servers=a:1, b:2\nsecurity.protocol=SASL_SSL\nsasl.mechanism=SCRAM-SHA-512\n\
             sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required \\\n  \
             username=\"ann\" password=\"hunter 2\";\nssl.truststore.type=PEM\nssl.truststore.location=CA\nacks=all\n",
        );
        let java = java.unwrap();
        assert_eq!(java.bootstrap, [HostPort::new("a", 1), HostPort::new("b", 2)]);
        assert_eq!(java.unused, ["acks"]);
        let who = |sasl: Option<Sasl>| match sasl {
            Some(Sasl::Password { mechanism, user, password }) => {
                (mechanism.name(), user, password.reveal().to_owned())
            }
            other => panic!("{other:?}"),
        };
        let ann = |mechanism, password: &str| (mechanism, "ann".to_owned(), password.to_owned());
        assert_eq!(who(java.security.sasl.clone()), ann("SCRAM-SHA-512", "hunter 2"));
        assert!(!format!("{java:?}").contains("hunter"));
        let rdkafka = read(
            "security.protocol=sasl_ssl\nsasl.mechanisms=PLAIN\nsasl.username=ann\nsasl.password=x=y\nssl.ca.location=CA\n",
        );
        let security = rdkafka.unwrap().security;
        assert!(security.tls.is_some());
        assert_eq!(who(security.sasl), ann("PLAIN", "x=y"));
    }

    #[test]
    fn what_cannot_be_used_is_refused_by_name_and_without_secrets() {
        for (text, word) in [
            ("ssl.key.password=hunter2", "ssl.key.password"),
            ("security.protocol=SSL\nssl.truststore.location=x.jks\nssl.truststore.type=JKS", "PEM"),
            ("security.protocol=SSL\nssl.truststore.location=x.jks", "ssl.truststore.type=PEM"),
            ("security.protocol=SSL\nssl.ca.location=/nowhere/ca.pem", "/nowhere/ca.pem"),
            ("security.protocol=TLS", "SASL_SSL"),
            ("security.protocol=SASL_PLAINTEXT\nsasl.mechanism=GSSAPI", "GSSAPI"),
            ("security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\nsasl.password=hunter2", "sasl.username"),
            ("sasl.username=ann\nsasl.password=hunter2", "SASL_PLAINTEXT"),
            ("security.protocol=SASL_PLAINTEXT\nssl.ca.location=CA", "SASL_SSL"),
            ("enable.ssl.certificate.verification=false", "any server"),
            ("bootstrap.servers=nowhere", "bootstrap.servers"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(word) && !error.contains("hunter2"), "{text}: {error}");
        }
    }
}
