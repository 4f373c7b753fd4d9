//! What is said about a step that failed: why, and what to change.

use super::{WalkStage, advertised::Unreached};
use crate::{
    client::{ReachCause, ReachFault},
    model::{HostPort, is_loopback_host},
    session::{Phrase, Problem, sentence},
};

/// Endings of the ids `walk-why-…` and `walk-next-…` that the catalogues must have.
pub const WALK_WORDS: [&str; 35] = [
    "no-address",
    "refused",
    "unreachable",
    "too-slow",
    "bad-server-name",
    "wants-tls",
    "not-tls",
    "closed-in-handshake",
    "unknown-authority",
    "other-name",
    "expired",
    "not-valid-yet",
    "bad-certificate",
    "client-certificate",
    "no-client-certificate",
    "no-common-tls",
    "tls",
    "closed-unanswered",
    "closed-instead-of-login",
    "lost",
    "not-kafka",
    "other-mechanism",
    "nobody-logs-in",
    "wants-login",
    "wrong-password",
    "token-refused",
    "kafka",
    "client",
    "profile",
    "no-nodes",
    "advertised-name",
    "advertised-loopback",
    "advertised-refused",
    "advertised-tls",
    "advertised-other",
];

/// Why a step failed.
pub enum WalkFault {
    /// As the client tells it.
    Reach(ReachFault),
    /// Users must log in here, and nobody was named.
    WantsLogin { address: HostPort, offered: Vec<String> },
    /// The profile itself cannot be used: its own words.
    Profile(String),
    /// The cluster tells no node.
    NoNodes(HostPort),
    /// Nodes cannot be reached where the cluster says that they are. At least one.
    Advertised { unreached: Vec<Unreached>, of: usize, bootstrap: HostPort },
}

impl WalkFault {
    /// What is told about it.
    pub fn problem(&self, stage: WalkStage) -> Problem {
        let what = Phrase { id: format!("walk-failed-{}", stage.word()).into(), args: Vec::new() };
        let word = self.word();
        let why = self.fill(Phrase { id: format!("walk-why-{word}").into(), args: Vec::new() }, self.said());
        let next = self.fill(Phrase { id: format!("walk-next-{word}").into(), args: Vec::new() }, self.hint());
        Problem { what, why, next: Some(next), technical: Some(self.technical()) }
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Reach(fault) => word_of(&fault.cause),
            Self::WantsLogin { .. } => "wants-login",
            Self::Profile(_) => "profile",
            Self::NoNodes(_) => "no-nodes",
            Self::Advertised { unreached, bootstrap, .. } => match unreached.first() {
                Some(first) => word_of_advertised(first, bootstrap),
                None => "advertised-other",
            },
        }
    }

    fn fill(&self, phrase: Phrase, said: String) -> Phrase {
        let phrase = phrase.with("said", said);
        match self {
            Self::Reach(fault) => fill_reach(phrase, fault),
            Self::WantsLogin { address, offered } => {
                phrase.with("address", address.to_string()).with("offered", offered.join(", "))
            }
            Self::Profile(_) => phrase,
            Self::NoNodes(address) => phrase.with("address", address.to_string()),
            Self::Advertised { unreached, of, bootstrap } => {
                let others = unreached.iter().skip(1).map(|one| one.advertised.to_string()).collect::<Vec<_>>();
                let phrase = phrase
                    .with("bootstrap", bootstrap.to_string())
                    .with("count", unreached.len() as u64)
                    .with("of", *of as u64)
                    .with("others", others.join(", "));
                match unreached.first() {
                    Some(first) => phrase
                        .with("node", first.node.to_string())
                        .with("address", first.advertised.to_string())
                        .with("host", first.advertised.host.clone())
                        .with("port", first.advertised.port.to_string())
                        .with("reached", bootstrap.host.clone())
                        .with("cause", first.fault.why()),
                    None => phrase,
                }
            }
        }
    }

    /// The English words of who knows best.
    fn said(&self) -> String {
        match self {
            Self::Reach(fault) => fault.why(),
            Self::Profile(said) => said.clone(),
            Self::Advertised { unreached, .. } => unreached.first().map(|one| one.fault.why()).unwrap_or_default(),
            Self::WantsLogin { .. } | Self::NoNodes(_) => String::new(),
        }
    }

    fn hint(&self) -> String {
        match self {
            Self::Reach(fault) => sentence(fault.hint()),
            Self::Advertised { unreached, .. } => {
                unreached.first().map(|one| sentence(one.fault.hint())).unwrap_or_default()
            }
            Self::Profile(_) | Self::WantsLogin { .. } | Self::NoNodes(_) => String::new(),
        }
    }

    fn technical(&self) -> String {
        let of = |fault: &ReachFault| match fault.name() {
            Some(name) => format!("{name}: {}", fault.why()),
            None => fault.why(),
        };
        match self {
            Self::Reach(fault) => of(fault),
            Self::WantsLogin { address, .. } => {
                format!("{address} closed the connection when it was asked for Metadata")
            }
            Self::Profile(said) => said.clone(),
            Self::NoNodes(address) => format!("Metadata of {address} lists no broker"),
            Self::Advertised { unreached, .. } => {
                let lines = unreached.iter().map(|one| format!("broker {}: {}", one.node, of(&one.fault)));
                lines.collect::<Vec<_>>().join("\n")
            }
        }
    }
}

fn fill_reach(phrase: Phrase, fault: &ReachFault) -> Phrase {
    use ReachCause as C;
    let phrase = phrase.with("address", fault.address.to_string()).with("host", fault.address.host.clone());
    match &fault.cause {
        C::OtherName { names } => phrase.with("names", names.join(", ")),
        C::OtherMechanism { wanted, offered, .. } => phrase.with("wanted", *wanted).with("offered", offered.join(", ")),
        C::WrongPassword { user, mechanism, .. } => phrase.with("user", user.as_str()).with("mechanism", *mechanism),
        C::TooSlow { millis, .. } => phrase.with("millis", *millis),
        _ => phrase,
    }
}

/// What is wrong with an address that a broker tells is best seen by what it is.
fn word_of_advertised(one: &Unreached, bootstrap: &HostPort) -> &'static str {
    use ReachCause as C;
    match &one.fault.cause {
        _ if is_loopback_host(&one.advertised.host) && !is_loopback_host(&bootstrap.host) => "advertised-loopback",
        C::NoAddress => "advertised-name",
        C::Refused | C::Unreachable { .. } | C::TooSlow { .. } => "advertised-refused",
        cause if cause.is_of_tls() => "advertised-tls",
        _ => "advertised-other",
    }
}

fn word_of(cause: &ReachCause) -> &'static str {
    use ReachCause as C;
    match cause {
        C::NoAddress => "no-address",
        C::Refused => "refused",
        C::Unreachable { .. } => "unreachable",
        C::TooSlow { .. } => "too-slow",
        C::BadServerName => "bad-server-name",
        C::WantsTls => "wants-tls",
        C::NotTls => "not-tls",
        C::ClosedInHandshake => "closed-in-handshake",
        C::UnknownAuthority => "unknown-authority",
        C::OtherName { .. } => "other-name",
        C::Expired => "expired",
        C::NotValidYet => "not-valid-yet",
        C::BadCertificate { .. } => "bad-certificate",
        C::ClientCertificate { .. } => "client-certificate",
        C::NoClientCertificate { .. } => "no-client-certificate",
        C::NoCommonTls { .. } => "no-common-tls",
        C::Tls { .. } => "tls",
        C::ClosedUnanswered => "closed-unanswered",
        C::ClosedInsteadOfLogin => "closed-instead-of-login",
        C::Lost { .. } => "lost",
        C::NotKafka { .. } => "not-kafka",
        C::OtherMechanism { .. } => "other-mechanism",
        C::NobodyLogsIn => "nobody-logs-in",
        C::WrongPassword { .. } => "wrong-password",
        C::TokenRefused { .. } => "token-refused",
        C::Kafka { .. } => "kafka",
        C::Client(_) => "client",
    }
}
