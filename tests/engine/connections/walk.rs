//! The test of a connection stops at what fails and says what to change: each failure comes from a real listener.

use kafka_protocol::{
    messages::{RequestKind, SaslHandshakeResponse},
    protocol::StrBytes,
};
use millpond::{
    model::HostPort,
    session::connections::{IdentityFiles, Profile, SecretKind, Secrets, TestRun, TlsPlan, WalkStage, WalkState},
    ui::text::{Language, Text},
};

use super::{Bed, SECRET, as_ann, identity, knowing, mini, trusting, walked};

/// It fails at this step, and says all of these words: why it failed, and what to do.
async fn fails_knowing(profile: &Profile, secrets: &Secrets, stage: WalkStage, words: &[&str]) {
    let (passed, steps) = walked(profile, secrets).await;
    let last = steps.last().unwrap();
    assert!(!passed && last.stage == stage && last.state == WalkState::Failed, "{steps:#?}");
    assert!(steps.iter().rev().skip(1).all(|step| step.state != WalkState::Failed), "{steps:#?}");
    let problem = last.problem.as_ref().unwrap();
    let none: &[&str] = &[];
    for (language, words) in [(Language::English, words), (Language::Chinese, none)] {
        let text = Text::new(language);
        let next = problem.next.as_ref().unwrap();
        let said = format!("{}. {}. {}.", text.say(&problem.what), text.say(&problem.why), text.say(next));
        assert!(!said.contains("walk-") && !said.contains('{'), "{said}");
        for word in words {
            assert!(said.contains(word), "{word:?} is missing: {said}");
        }
    }
}

async fn fails(profile: &Profile, stage: WalkStage, words: &[&str]) {
    fails_knowing(profile, &Secrets::default(), stage, words).await;
}

fn to(address: HostPort) -> Profile {
    Profile::new("mini", vec![address])
}

/// A port on which nothing listens.
fn closed_port() -> HostPort {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    HostPort::new("127.0.0.1", listener.local_addr().unwrap().port())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_way_that_is_free_is_gone_to_its_end() {
    let bed = Bed::new(|_, _| {}).await;
    let mut profile = bed.profile();
    // The first of several that answers is enough.
    profile.bootstrap.insert(0, closed_port());
    profile.bootstrap.insert(0, HostPort::new("no-such-host.invalid", 9092));
    let (passed, steps) = walked(&profile, &Secrets::default()).await;
    assert!(passed, "{steps:#?}");
    assert_eq!(steps.iter().map(|step| step.stage).collect::<Vec<_>>(), WalkStage::ALL);
    let skipped = steps.iter().filter(|step| step.state == WalkState::Skipped).map(|step| step.stage);
    assert_eq!(skipped.collect::<Vec<_>>(), [WalkStage::Tls, WalkStage::Authentication]);
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn encryption_and_every_mechanism_are_gone_through() {
    let (bed, certificate) = Bed::encrypted(&["127.0.0.1"], true).await;
    for mechanism in ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] {
        let profile = as_ann(trusting(bed.profile(), certificate.clone()), mechanism);
        let (passed, steps) = walked(&profile, &knowing(SecretKind::Password, SECRET)).await;
        assert!(passed && steps.iter().all(|step| step.state == WalkState::Passed), "{steps:#?}");
        let wrong = knowing(SecretKind::Password, "not it");
        let words = ["ann", "Check the user name and the password", mechanism];
        fails_knowing(&profile, &wrong, WalkStage::Authentication, &words).await;
        fails(&profile, WalkStage::Authentication, &["password", "is not known"]).await;
    }
    // Nobody named.
    let nobody = trusting(bed.profile(), certificate);
    fails(&nobody, WalkStage::Authentication, &["Users must log in", "SCRAM-SHA-512", "SASL_SSL"]).await;
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_before_a_broker_answers_is_told_apart() {
    fails(&to(HostPort::new("no-such-host.invalid", 9092)), WalkStage::Name, &["no-such-host.invalid", "DNS"]).await;
    let closed = closed_port();
    let address = closed.to_string();
    fails(&to(closed), WalkStage::Tcp, &[&address, "Check the port", "running"]).await;
    for bytes in [&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], b"\0\0\0\x04\0\0\0\x63", b""] {
        fails(&to(mini::saying(bytes).await), WalkStage::Versions, &["port of a Kafka broker"]).await;
    }
    // One that listens, and never says anything.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut profile = to(HostPort::new("127.0.0.1", silent.local_addr().unwrap().port()));
    profile.timeouts.connect_millis = 200;
    fails(&profile, WalkStage::Versions, &["within 200 ms", "time-out"]).await;
    fails(&Profile::new("nowhere", Vec::new()), WalkStage::Name, &["bootstrap.servers"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn plain_and_encrypted_listeners_are_told_apart() {
    let (encrypted, certificate) = Bed::encrypted(&["127.0.0.1"], false).await;
    fails(&encrypted.profile(), WalkStage::Tls, &["speaks TLS", "Turn on TLS"]).await;
    // One that closes without a word, as Kafka does.
    let plain = Bed::new(|_, _| {}).await;
    fails(&trusting(plain.profile(), certificate), WalkStage::Tls, &["does not speak TLS", "Turn off TLS"]).await;
    let with_user = as_ann(plain.profile(), "PLAIN");
    let secrets = knowing(SecretKind::Password, SECRET);
    fails_knowing(&with_user, &secrets, WalkStage::Authentication, &["nobody logs in", "Turn off the login"]).await;
    encrypted.end().await;
    plain.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_with_a_certificate_is_told_apart() {
    let (bed, certificate) = Bed::encrypted(&["broker.example"], false).await;
    let wrong_name = trusting(bed.profile(), certificate.clone());
    fails(&wrong_name, WalkStage::Tls, &["is for broker.example, and not for 127.0.0.1", "added to the certificate"])
        .await;
    let mut any_name = wrong_name;
    if let Some(tls) = &mut any_name.security.tls {
        tls.verify_host = false;
    }
    assert!(walked(&any_name, &Secrets::default()).await.0);
    let other = tempfile::tempdir().unwrap();
    let (stranger, _) = identity(other.path(), &["127.0.0.1"], |_| {});
    fails(&trusting(bed.profile(), stranger), WalkStage::Tls, &["not signed by an authority", "ssl.ca.location"]).await;
    // Those that the system trusts have not signed it either; where it trusts nobody, that is said.
    let mut of_system = bed.profile();
    of_system.security.tls = Some(TlsPlan::default());
    fails(&of_system, WalkStage::Tls, &["ssl.ca.location"]).await;
    let missing = trusting(bed.profile(), "/nowhere/ca.pem".into());
    fails(&missing, WalkStage::Tls, &["/nowhere/ca.pem", "could not be read"]).await;
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_whose_time_is_over_or_has_not_come_is_told() {
    for (from, to, words) in [(2001, 2002, ["has expired", "clock"]), (3001, 3002, ["not valid yet", "clock"])] {
        let folder = tempfile::tempdir().unwrap();
        let (certificate, key) = identity(folder.path(), &["127.0.0.1"], |params| {
            params.not_before = rcgen::date_time_ymd(from, 1, 1);
            params.not_after = rcgen::date_time_ymd(to, 1, 1);
        });
        let address = encrypted_front(&certificate, &key).await;
        fails(&trusting(super::walk::to(address), certificate), WalkStage::Tls, &words).await;
    }
}

/// A server of TLS with nothing behind it.
async fn encrypted_front(certificate: &std::path::Path, key: &std::path::Path) -> HostPort {
    use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from_pem_file(certificate).unwrap()],
            PrivateKeyDer::from_pem_file(key).unwrap(),
        )
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(std::sync::Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = HostPort::new("127.0.0.1", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // The client gives up: that is what is tested.
            let _ = acceptor.accept(stream).await;
        }
    });
    address
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mechanism_that_is_not_offered_is_told_with_those_that_are() {
    let address = mini::serve(|request| match request {
        RequestKind::ApiVersions(_) => Some(mini::versions()),
        RequestKind::SaslHandshake(_) => {
            let offered = ["GSSAPI", "OAUTHBEARER"].map(StrBytes::from_static_str).to_vec();
            Some(SaslHandshakeResponse::default().with_error_code(33).with_mechanisms(offered).into())
        }
        _ => None,
    })
    .await;
    let profile = as_ann(to(address.clone()), "SCRAM-SHA-256");
    let secrets = knowing(SecretKind::Password, SECRET);
    let words = ["SCRAM-SHA-256", "Choose one of the mechanisms that it offers: GSSAPI, OAUTHBEARER"];
    fails_knowing(&profile, &secrets, WalkStage::Authentication, &words).await;
    // It lets nobody in without a login.
    fails(&to(address), WalkStage::Authentication, &["Users must log in", "GSSAPI, OAUTHBEARER"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn addresses_that_lead_nowhere_are_named() {
    let gone = closed_port();
    let unknown = HostPort::new("kafka-1.cluster.invalid", 9093);
    let bed = Bed::new(|_, _| {}).await;
    for (nodes, words) in [
        (
            vec![unknown.clone()],
            vec!["broker 1 is at kafka-1.cluster.invalid:9093", "advertised.listeners of broker 1", "hosts file"],
        ),
        (vec![bed.address(), gone.clone()], vec!["broker 2 is at", "nothing listens", "advertised.listeners"]),
        (vec![unknown, gone], vec!["2 of 2 brokers", "kafka-1.cluster.invalid:9093", "also 127.0.0.1:"]),
        (vec![HostPort::new("", 0)], vec!["advertised.listeners"]),
    ] {
        let address = mini::serve(move |request| match request {
            RequestKind::ApiVersions(_) => Some(mini::versions()),
            RequestKind::Metadata(_) => Some(mini::cluster(&nodes)),
            _ => None,
        })
        .await;
        fails(&to(address), WalkStage::AdvertisedListeners, &words).await;
    }
    let empty = mini::serve(|request| match request {
        RequestKind::ApiVersions(_) => Some(mini::versions()),
        RequestKind::Metadata(_) => Some(mini::cluster(&[])),
        _ => None,
    });
    fails(&to(empty.await), WalkStage::Metadata, &["lists no broker"]).await;
    bed.end().await;
}

#[test]
fn a_window_looks_at_a_test_whenever_it_likes() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let bed = runtime.block_on(Bed::new(|_, _| {}));
    let (wake, woken) = std::sync::mpsc::channel();
    let wake = move || {
        // The test may have seen enough.
        let _ = wake.send(());
    };
    let run = TestRun::start(bed.profile(), Secrets::default(), std::sync::Arc::new(wake));
    while !run.is_done() {
        woken.recv_timeout(std::time::Duration::from_secs(20)).unwrap();
    }
    assert!(run.passed() && run.steps().len() == WalkStage::ALL.len(), "{:#?}", run.steps());
    let identity = IdentityFiles { certificate: "/nowhere.pem".into(), key: "/nowhere.pem".into() };
    let mut profile = bed.profile();
    profile.security.tls = Some(TlsPlan { identity: Some(identity), ..TlsPlan::default() });
    let run = TestRun::start(profile, Secrets::default(), std::sync::Arc::new(|| ()));
    while !run.is_done() {
        std::thread::yield_now();
    }
    assert!(!run.passed());
    runtime.block_on(bed.end());
}
