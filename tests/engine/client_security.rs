//! What the client does when the way to a broker is encrypted, and what it says when it is not as expected: a listener
//! behind a small front that speaks TLS.

use std::{path::PathBuf, sync::Arc};

use millpond::{
    broker::{Broker, BrokerOptions},
    client::{
        Authorities, Client, ClientError, NewTopic, Password, Sasl, SaslMechanism, Security, TcpTransport, Tls,
        TlsOptions,
    },
    model::HostPort,
    server::{Server, ServerOptions},
    session::SystemClock,
};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{RootCertStore, ServerConfig, crypto::ring, server::WebPkiClientVerifier},
};

/// A broker whose clients are told to come through a front that speaks TLS.
struct Bed {
    folder: TempDir,
    broker: Broker,
    server: Server,
    /// Of the front.
    port: u16,
}

/// A certificate that has signed itself, in files.
struct Identity {
    certificate: PathBuf,
    key: PathBuf,
    pair: rcgen::CertifiedKey<rcgen::KeyPair>,
}

impl Bed {
    /// The front's certificate is for these names; `asks` is an authority whose clients alone are let in.
    async fn new(names: &[&str], asks: Option<&Identity>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let identity = Identity::new(&folder, "server", names);
        let front = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = front.local_addr().unwrap().port();
        let options = BrokerOptions::new(folder.path().join("workspace"), Arc::new(SystemClock));
        let broker = Broker::open(options).await.unwrap();
        let options = ServerOptions {
            advertise: Some(HostPort::new("127.0.0.1", port)),
            ..ServerOptions::new(HostPort::new("127.0.0.1", 0))
        };
        let server = Server::start(broker.clone(), options).await.unwrap();
        let (acceptor, behind) = (identity.acceptor(asks), server.address());
        tokio::spawn(async move {
            while let Ok((stream, _)) = front.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    let Ok(mut encrypted) = acceptor.accept(stream).await else { return };
                    let mut plain = TcpStream::connect(("127.0.0.1", behind.port())).await.unwrap();
                    // Ends with either side.
                    let _ = tokio::io::copy_bidirectional(&mut encrypted, &mut plain).await;
                });
            }
        });
        Self { folder, broker, server, port }
    }

    fn authority(&self) -> PathBuf {
        self.folder.path().join("server.pem")
    }

    /// Asks for the cluster by way of the front.
    async fn ask(&self, security: Security) -> Result<(), ClientError> {
        ask("127.0.0.1", self.port, security).await
    }

    async fn end(self) {
        self.server.shutdown().await;
        self.broker.shutdown().await;
    }
}

impl Identity {
    fn new(folder: &TempDir, name: &str, names: &[&str]) -> Self {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let pair = rcgen::generate_simple_self_signed(names).unwrap();
        let (certificate, key) =
            (folder.path().join(format!("{name}.pem")), folder.path().join(format!("{name}.key.pem")));
        std::fs::write(&certificate, pair.cert.pem()).unwrap();
        std::fs::write(&key, pair.signing_key.serialize_pem()).unwrap();
        Self { certificate, key, pair }
    }

    fn acceptor(&self, asks: Option<&Identity>) -> TlsAcceptor {
        let provider = Arc::new(ring::default_provider());
        let builder =
            ServerConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions().unwrap();
        let builder = match asks {
            None => builder.with_no_client_auth(),
            Some(client) => {
                let mut roots = RootCertStore::empty();
                roots.add(client.pair.cert.der().clone()).unwrap();
                let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider).build();
                builder.with_client_cert_verifier(verifier.unwrap())
            }
        };
        let key = self.pair.signing_key.serialize_der().try_into().unwrap();
        let config = builder.with_single_cert(vec![self.pair.cert.der().clone()], key).unwrap();
        TlsAcceptor::from(Arc::new(config))
    }
}

async fn ask(host: &str, port: u16, security: Security) -> Result<(), ClientError> {
    let transport = TcpTransport::secured([HostPort::new(host, port)], "secured", security);
    Client::new(Arc::new(transport), "secured").cluster().await.map(drop)
}

fn tls(authorities: PathBuf) -> Security {
    let options = TlsOptions { authorities: Authorities::File(authorities), identity: None, verify_host: true };
    Security { tls: Some(Tls::from_files(&options).unwrap()), sasl: None }
}

#[track_caller]
fn says(error: Result<(), ClientError>, words: &[&str]) {
    let error = error.unwrap_err().to_string();
    for word in words {
        assert!(error.contains(word), "{word:?} is missing: {error}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_whose_authority_is_known_is_used_through_tls() {
    let bed = Bed::new(&["localhost", "127.0.0.1"], None).await;
    let transport = TcpTransport::secured([HostPort::new("localhost", bed.port)], "x", tls(bed.authority()));
    let client = Client::new(Arc::new(transport), "x");
    // To the node by the address that the cluster tells, too.
    client.create_topic(&NewTopic::new("orders", 1)).await.unwrap();
    assert_eq!(client.topic("orders").await.unwrap().partitions.len(), 1);
    let pinned = Tls::only_server(&bed.authority()).unwrap();
    bed.ask(Security { tls: Some(pinned), sasl: None }).await.unwrap();
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_with_a_certificate_is_said() {
    let bed = Bed::new(&["broker.example", "other.example"], None).await;
    says(
        bed.ask(tls(bed.authority())).await,
        &["broker.example, other.example, and not for 127.0.0.1", "SSL_HANDSHAKE_FAILED", "endpoint.identification"],
    );
    // The name is all that is wrong, so without asking for it everything is well; and so it is for exactly this one.
    let options = TlsOptions { authorities: Authorities::File(bed.authority()), identity: None, verify_host: false };
    bed.ask(Security { tls: Some(Tls::from_files(&options).unwrap()), sasl: None }).await.unwrap();
    let other = Identity::new(&bed.folder, "other", &["127.0.0.1"]);
    let stranger = &["not signed by an authority that is trusted", "ssl.ca.location"];
    says(bed.ask(tls(other.certificate.clone())).await, stranger);
    let options = TlsOptions { authorities: Authorities::File(other.certificate.clone()), ..options };
    says(bed.ask(Security { tls: Some(Tls::from_files(&options).unwrap()), sasl: None }).await, stranger);
    let pinned = Tls::only_server(&other.certificate).unwrap();
    says(bed.ask(Security { tls: Some(pinned), sasl: None }).await, stranger);
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tls_to_a_plain_port_and_the_reverse_are_told_apart() {
    let bed = Bed::new(&["127.0.0.1"], None).await;
    let to_plain = ask("127.0.0.1", bed.server.address().port(), tls(bed.authority())).await;
    says(to_plain, &["closed the connection during the handshake of TLS", "PLAINTEXT"]);
    says(bed.ask(Security::default()).await, &["speaks TLS, and this client came without", "SASL_SSL"]);
    let sasl = Sasl::Password {
        mechanism: SaslMechanism::Plain,
        user: "ann".to_owned(),
        password: Password::from("hunter2".to_owned()),
    };
    says(bed.ask(Security { tls: None, sasl: Some(sasl) }).await, &["speaks TLS, and this client came without"]);
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_certificate_is_shown_where_one_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let client = Identity::new(&folder, "client", &["client"]);
    let bed = Bed::new(&["127.0.0.1"], Some(&client)).await;
    says(
        bed.ask(tls(bed.authority())).await,
        &["wants a certificate of its clients", "shows none", "ssl.keystore.location"],
    );
    let identity = Some((client.certificate.clone(), client.key.clone()));
    let options = TlsOptions { authorities: Authorities::File(bed.authority()), identity, verify_host: true };
    bed.ask(Security { tls: Some(Tls::from_files(&options).unwrap()), sasl: None }).await.unwrap();
    let mixed = TlsOptions { identity: Some((bed.authority(), client.key)), ..options.clone() };
    assert!(Tls::from_files(&mixed).unwrap_err().to_string().contains("belong together"));
    let stranger = Identity::new(&folder, "stranger", &["client"]);
    let wrong = TlsOptions { identity: Some((stranger.certificate, stranger.key)), ..options };
    let wrong = bed.ask(Security { tls: Some(Tls::from_files(&wrong).unwrap()), sasl: None }).await;
    says(wrong, &["does not accept this client's certificate", "ssl.keystore.location"]);
    bed.end().await;
}
