//! Connections to clusters: the test of the way to one, tokens, sessions, and that no secret is ever shown.

mod again;
mod bearer;
mod late_news;
mod mini;
mod remote;
mod walk;

use std::{path::PathBuf, sync::Arc};

use millpond::{
    broker::{Broker, BrokerOptions},
    client::{Client, Password},
    model::{HostPort, Role},
    server::{Server, ServerOptions, TlsSource},
    session::{
        SystemClock,
        connections::{
            Authorities, Profile, SaslMechanism, SaslPlan, SecretKind, Secrets, TlsPlan, WalkState, WalkStep, walk,
        },
        in_process::InProcess,
    },
};
use tempfile::TempDir;

/// What no output may hold.
const SECRET: &str = "hunter2-secret";

/// A broker that listens, with the user ann.
struct Bed {
    folder: TempDir,
    broker: Broker,
    server: Server,
}

impl Bed {
    async fn new(choose: impl FnOnce(&mut ServerOptions, &std::path::Path)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("workspace");
        let broker = Broker::open(BrokerOptions::new(&data, Arc::new(SystemClock))).await.unwrap();
        let window = Client::new(Arc::new(InProcess::of_window(broker.clone(), "window")), "window");
        window.add_user("ann", SECRET, Role::Admin).await.unwrap();
        let mut options = ServerOptions::new(HostPort::new("127.0.0.1", 0));
        choose(&mut options, &data);
        let server = Server::start(broker.clone(), options).await.unwrap();
        Self { folder, broker, server }
    }

    /// With this certificate, which is for these names.
    async fn encrypted(names: &[&str], authentication: bool) -> (Self, PathBuf) {
        let bed = Self::new(|options, data| {
            let (certificate, key) = identity(data.parent().unwrap(), names, |_| {});
            options.tls = Some(TlsSource::Files { certificate, key });
            options.authentication = authentication;
        })
        .await;
        let certificate = bed.folder.path().join("server.pem");
        (bed, certificate)
    }

    fn address(&self) -> HostPort {
        HostPort::new("127.0.0.1", self.server.address().port())
    }

    fn profile(&self) -> Profile {
        Profile::new("bed", vec![self.address()])
    }

    async fn end(self) {
        self.server.shutdown().await;
        self.broker.shutdown().await;
    }
}

/// A certificate that has signed itself, and its key.
fn identity(
    folder: &std::path::Path,
    names: &[&str],
    choose: impl FnOnce(&mut rcgen::CertificateParams),
) -> (PathBuf, PathBuf) {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = rcgen::CertificateParams::new(names).unwrap();
    choose(&mut params);
    let pair = rcgen::KeyPair::generate().unwrap();
    let (certificate, key) = (folder.join("server.pem"), folder.join("server.key.pem"));
    std::fs::write(&certificate, params.self_signed(&pair).unwrap().pem()).unwrap();
    std::fs::write(&key, pair.serialize_pem()).unwrap();
    (certificate, key)
}

fn trusting(profile: Profile, authority: PathBuf) -> Profile {
    let tls = TlsPlan { authorities: Authorities::File(authority), ..TlsPlan::default() };
    let mut profile = profile;
    profile.security.tls = Some(tls);
    profile
}

fn as_ann(mut profile: Profile, mechanism: &str) -> Profile {
    let mechanism: SaslMechanism = mechanism.parse().unwrap();
    profile.security.sasl = Some(SaslPlan::Password { mechanism, user: "ann".to_owned() });
    profile
}

fn knowing(kind: SecretKind, secret: &str) -> Secrets {
    Secrets::default().with(kind, Password::from(secret.to_owned()))
}

/// The steps of a test when it is over, each once.
async fn walked(profile: &Profile, secrets: &Secrets) -> (bool, Vec<WalkStep>) {
    let mut steps = Vec::new();
    let passed = walk(profile, secrets, &mut |step: WalkStep| {
        if step.state != WalkState::Running {
            steps.push(step);
        }
    })
    .await;
    assert!(!format!("{steps:?}").contains(SECRET), "{steps:?}");
    (passed, steps)
}
