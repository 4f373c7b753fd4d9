//! Settings under the names of Kafka's own clients (Java) and of librdkafka: where the brokers are, how the way to them is
//! secured, how long is waited. What has nothing to do with that is left to other clients.

use std::path::PathBuf;

use super::{
    PasteFormat, Pasted,
    jaas::{self, Module},
    properties::Property,
};
use crate::{
    client::{Authorities, OAUTHBEARER, Password, SaslMechanism},
    model::HostPort,
    session::connections::{
        ClientCredentials, IdentityFiles, Profile, SaslPlan, SecretKind, Secrets, SecurityPlan, TimeoutPlan, TlsPlan,
    },
};

/// Settings that begin so are about security: to ignore one that is not known might weaken what it was meant for.
const ABOUT_SECURITY: [&str; 6] = ["security.", "ssl.", "sasl.", "https.", "enable.ssl.", "enable.sasl."];
/// They are about security, and weaken nothing when they are left out: when tokens are renewed is decided here.
const HARMLESS: [&str; 5] =
    ["sasl.login.refresh.", "sasl.login.retry.", "sasl.login.connect.", "sasl.login.read.", "sasl.kerberos."];

/// All that mean something here. Where Java and librdkafka have two names for one thing, either may be used.
const KNOWN: [&str; 32] = [
    "bootstrap.servers",
    "metadata.broker.list",
    "client.id",
    "security.protocol",
    "sasl.mechanism",
    "sasl.mechanisms",
    "sasl.jaas.config",
    "sasl.username",
    "sasl.password",
    "sasl.login.callback.handler.class",
    "sasl.oauthbearer.method",
    "sasl.oauthbearer.token.endpoint.url",
    "sasl.oauthbearer.client.id",
    "sasl.oauthbearer.client.secret",
    "sasl.oauthbearer.client.credentials.client.id",
    "sasl.oauthbearer.client.credentials.client.secret",
    "sasl.oauthbearer.scope",
    "sasl.oauthbearer.extensions",
    "https.ca.location",
    "ssl.truststore.type",
    "ssl.truststore.location",
    "ssl.ca.location",
    "ssl.keystore.type",
    "ssl.keystore.location",
    "ssl.certificate.location",
    "ssl.key.location",
    "ssl.endpoint.identification.algorithm",
    "enable.ssl.certificate.verification",
    "request.timeout.ms",
    "retry.backoff.ms",
    "retry.backoff.max.ms",
    "delivery.timeout.ms",
];
/// Of Java and librdkafka alike.
const CONNECT_TIMEOUT: &str = "socket.connection.setup.timeout.ms";

/// Makes a connection of settings.
pub fn read(properties: Vec<Property>) -> Result<Pasted, String> {
    let settings = Settings::read(properties);
    let protocol = settings.protocol()?;
    let tls = settings.tls(protocol)?;
    let (sasl, secrets) = match settings.sasl(protocol)? {
        Some((plan, secrets)) => (Some(plan), secrets),
        None => (None, Secrets::default()),
    };
    let bootstrap = settings.bootstrap()?;
    let name = bootstrap.first().map(|first| first.host.clone()).unwrap_or_default();
    let mut profile = Profile::new(name, bootstrap);
    profile.security = SecurityPlan { tls, sasl };
    profile.timeouts = settings.timeouts()?;
    if let Some(id) = settings.get("client.id").filter(|id| !id.is_empty()) {
        profile.client_id = id.to_owned();
    }
    let Settings { unused, not_understood, .. } = settings;
    Ok(Pasted { format: PasteFormat::Properties, profile, secrets, not_understood, unused })
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

/// What was found. Not `Debug`: a value may be a password.
#[derive(Default)]
struct Settings {
    values: Vec<(&'static str, String)>,
    not_understood: Vec<String>,
    unused: Vec<String>,
}

impl Settings {
    /// The last value of a name counts, as with Kafka's clients.
    fn read(properties: Vec<Property>) -> Self {
        let mut settings = Self::default();
        for Property { name, value } in properties {
            let known = KNOWN.into_iter().chain([CONNECT_TIMEOUT]).find(|known| *known == name);
            let begins = |starts: &[&str]| starts.iter().any(|start| name.starts_with(start));
            match known {
                Some(known) => {
                    settings.values.retain(|(name, _)| *name != known);
                    settings.values.push((known, value));
                }
                None if begins(&ABOUT_SECURITY) && !begins(&HARMLESS) => add(&mut settings.not_understood, name),
                None => add(&mut settings.unused, name),
            }
        }
        settings
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.raw(name).map(str::trim)
    }

    fn raw(&self, name: &str) -> Option<&str> {
        self.values.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// The value under either name of one thing.
    fn either(&self, one: &str, other: &str) -> Result<Option<&str>, String> {
        match (self.get(one), self.get(other)) {
            (Some(_), Some(_)) => Err(format!("{one} and {other} are two names of one setting; give one of them")),
            (one, other) => Ok(one.or(other)),
        }
    }

    fn bootstrap(&self) -> Result<Vec<HostPort>, String> {
        let Some(list) = self.either("bootstrap.servers", "metadata.broker.list")? else { return Ok(Vec::new()) };
        let addresses = list.split(',').map(str::trim).filter(|address| !address.is_empty());
        // librdkafka also takes `SSL://host:port`.
        let read = |address: &str| {
            let address = address.split_once("://").map_or(address, |(_, rest)| rest);
            address.parse::<HostPort>().map_err(|error| format!("bootstrap.servers: {error}"))
        };
        addresses.map(read).collect()
    }

    fn timeouts(&self) -> Result<TimeoutPlan, String> {
        let millis = |name: &str, otherwise: u64| match self.get(name) {
            None => Ok(otherwise),
            Some(text) => {
                text.parse().map_err(|_| format!("{name}={text} is no number of milliseconds; use one such as 30000"))
            }
        };
        let usual = TimeoutPlan::default();
        Ok(TimeoutPlan {
            connect_millis: millis(CONNECT_TIMEOUT, usual.connect_millis)?,
            request_millis: millis("request.timeout.ms", usual.request_millis)?,
            retry_backoff_millis: millis("retry.backoff.ms", usual.retry_backoff_millis)?,
            retry_backoff_max_millis: millis("retry.backoff.max.ms", usual.retry_backoff_max_millis)?,
            delivery_millis: millis("delivery.timeout.ms", usual.delivery_millis)?,
        })
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

    fn sasl(&self, protocol: Protocol) -> Result<Option<(SaslPlan, Secrets)>, String> {
        if !protocol.sasl {
            return Ok(None);
        }
        let Some(mechanism) = self.either("sasl.mechanism", "sasl.mechanisms")? else {
            let all = "SCRAM-SHA-512, SCRAM-SHA-256, PLAIN, OAUTHBEARER";
            return Err(format!("security.protocol={} needs sasl.mechanism, one of {all}", protocol.name));
        };
        if mechanism == OAUTHBEARER {
            return self.bearer().map(Some);
        }
        let mechanism: SaslMechanism = mechanism.parse().map_err(|why| format!("sasl.mechanism: {why}"))?;
        let module = if mechanism == SaslMechanism::Plain { jaas::PLAIN } else { jaas::SCRAM };
        let options = self.jaas(module)?;
        let given = |option: &str, setting: &str| match &options {
            Some(_) if self.raw(setting).is_some() => {
                Err("sasl.jaas.config says who logs in; take sasl.username and sasl.password out".to_owned())
            }
            Some(options) => Ok(jaas::option(options, option)),
            None => Ok(self.raw(setting).map(str::to_owned)),
        };
        let (user, password) = (given("username", "sasl.username")?, given("password", "sasl.password")?);
        let Some(user) = user.map(|user| user.trim().to_owned()).filter(|user| !user.is_empty()) else {
            let missing = "needs a user: sasl.username and sasl.password, or sasl.jaas.config";
            return Err(format!("security.protocol={} {missing}", protocol.name));
        };
        let plan = SaslPlan::Password { mechanism, user };
        Ok(Some((plan, secret(SecretKind::Password, password))))
    }

    fn jaas(&self, module: Module) -> Result<Option<Vec<(String, String)>>, String> {
        let read = |config| jaas::read(config, module).map_err(|why| format!("sasl.jaas.config: {why}"));
        self.get("sasl.jaas.config").map(read).transpose()
    }

    /// KIP-768 (Java), KIP-1139 (Kafka 4.1), and librdkafka's own names.
    fn bearer(&self) -> Result<(SaslPlan, Secrets), String> {
        if let Some(class) = self.get("sasl.login.callback.handler.class")
            && !class.ends_with(".OAuthBearerLoginCallbackHandler")
        {
            return Err(format!(
                "sasl.login.callback.handler.class={class} is a program that Millpond has not; use client credentials \
                 (sasl.oauthbearer.token.endpoint.url), or give a token by hand"
            ));
        }
        if let Some(method) = self.get("sasl.oauthbearer.method").filter(|method| !method.eq_ignore_ascii_case("oidc"))
        {
            return Err(format!("sasl.oauthbearer.method={method} makes tokens that nobody signs; use oidc"));
        }
        let options = self.jaas(jaas::BEARER)?.unwrap_or_default();
        let first = |option: &str, settings: &[&str]| {
            let set = settings.iter().find_map(|name| self.get(name)).map(str::to_owned);
            jaas::option(&options, option).or(set).filter(|value| !value.is_empty())
        };
        let id = first("clientId", &["sasl.oauthbearer.client.credentials.client.id", "sasl.oauthbearer.client.id"]);
        let known = ["sasl.oauthbearer.client.credentials.client.secret", "sasl.oauthbearer.client.secret"];
        let client_secret = first("clientSecret", &known);
        let mut extensions = jaas::extensions(&options);
        for one in self.get("sasl.oauthbearer.extensions").unwrap_or_default().split(',').map(str::trim) {
            match one.split_once('=') {
                Some((name, value)) => extensions.push((name.to_owned(), value.to_owned())),
                None if one.is_empty() => {}
                None => return Err("sasl.oauthbearer.extensions: write name=value, several with commas".to_owned()),
            }
        }
        let Some(endpoint) = self.get("sasl.oauthbearer.token.endpoint.url") else {
            // A token that somebody gives by hand.
            return match id {
                None => Ok((SaslPlan::Token { file: None, extensions }, Secrets::default())),
                Some(_) => Err("sasl.oauthbearer.token.endpoint.url is missing: tokens are asked for there".to_owned()),
            };
        };
        if let Some(path) = endpoint.strip_prefix("file:") {
            let file = file_of(path).ok_or_else(|| {
                "sasl.oauthbearer.token.endpoint.url: write the file of the token as file:///PATH, without %".to_owned()
            })?;
            return Ok((SaslPlan::Token { file: Some(file), extensions }, Secrets::default()));
        }
        let Some(client_id) = id else {
            return Err(
                "OAUTHBEARER needs an id: clientId in sasl.jaas.config, or sasl.oauthbearer.client.id".to_owned()
            );
        };
        let plan = ClientCredentials {
            token_endpoint: endpoint.to_owned(),
            client_id,
            scope: first("scope", &["sasl.oauthbearer.scope"]),
            extensions,
            authorities: authorities(self.get("https.ca.location")),
        };
        Ok((SaslPlan::ClientCredentials(plan), secret(SecretKind::ClientSecret, client_secret)))
    }

    fn tls(&self, protocol: Protocol) -> Result<Option<TlsPlan>, String> {
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
        let authorities = authorities(self.either("ssl.truststore.location", "ssl.ca.location")?);
        let files =
            |certificate: &str, key: &str| Some(IdentityFiles { certificate: certificate.into(), key: key.into() });
        let chain = self.either("ssl.keystore.location", "ssl.certificate.location")?;
        let identity = match (chain, self.get("ssl.key.location")) {
            (Some(chain), Some(key)) => files(chain, key),
            // Java's PEM keystore is one file with key and certificates.
            (Some(both), None) if self.get("ssl.keystore.location").is_some() => files(both, both),
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
        Ok(Some(TlsPlan { authorities, identity, verify_host }))
    }
}

/// The path of `file:/PATH` or `file:///PATH`, of which `rest` comes after the colon.
fn file_of(rest: &str) -> Option<PathBuf> {
    let path = rest.strip_prefix("//localhost").or_else(|| rest.strip_prefix("//")).unwrap_or(rest);
    // Windows: `file:///C:/token`.
    let bare = path.strip_prefix('/').filter(|bare| bare.get(1..2) == Some(":"));
    (path.starts_with('/') && path.len() > 1 && !path.contains('%')).then(|| bare.unwrap_or(path).into())
}

fn authorities(file: Option<&str>) -> Authorities {
    // librdkafka's word for what the system trusts.
    match file.filter(|file| *file != "probe") {
        Some(file) => Authorities::File(file.into()),
        None => Authorities::System,
    }
}

fn secret(kind: SecretKind, text: Option<String>) -> Secrets {
    match text {
        Some(text) => Secrets::default().with(kind, Password::from(text)),
        None => Secrets::default(),
    }
}

fn add(names: &mut Vec<String>, name: String) {
    if !names.contains(&name) {
        names.push(name);
    }
}
