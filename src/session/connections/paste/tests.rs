//! Texts of other clients become the same connection, and no error repeats a secret.

use super::*;
use crate::{
    client::{Authorities, SaslMechanism},
    model::HostPort,
    session::connections::{SaslPlan, SecretKind},
};

fn password(pasted: &Pasted) -> Option<&str> {
    pasted.secrets.get(SecretKind::Password).map(|password| password.reveal())
}

#[test]
fn settings_of_java_and_of_librdkafka_are_read() {
    let java = paste(
        "bootstrap.servers=a:1, b:2\nsecurity.protocol=SASL_SSL\nsasl.mechanism=SCRAM-SHA-512\n\
         sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required \\\n  \
         username=\"ann\" password=\"hunter 2\";\nssl.truststore.type=PEM\nssl.truststore.location=ca.pem\nacks=all\n\
         client.id=shop\nrequest.timeout.ms=5000\nssl.endpoint.identification.algorithm=\n",
    );
    let java = java.unwrap();
    assert_eq!(java.profile.bootstrap, [HostPort::new("a", 1), HostPort::new("b", 2)]);
    assert_eq!((java.unused.as_slice(), java.profile.name.as_str()), (&["acks".to_owned()][..], "a"));
    assert_eq!((java.profile.timeouts.request_millis, java.profile.client_id.as_str()), (5_000, "shop"));
    let user = |name: &str| SaslPlan::Password { mechanism: name.parse().unwrap(), user: "ann".to_owned() };
    assert_eq!(java.profile.security.sasl, Some(user("SCRAM-SHA-512")));
    assert_eq!(password(&java), Some("hunter 2"));
    let tls = java.profile.security.tls.clone().unwrap();
    assert!(tls.authorities == Authorities::File("ca.pem".into()) && !tls.verify_host);
    assert!(!format!("{java:?}").contains("hunter"));
    assert!(!serde_json::to_string(&java.profile).unwrap().contains("hunter"));
    let rdkafka = paste(
        "metadata.broker.list=SSL://a:1\nsecurity.protocol=sasl_ssl\nsasl.mechanisms=PLAIN\nsasl.username=ann\n\
         sasl.password=x=y\nssl.ca.location=probe\nssl.sigalgs.list=x\n",
    );
    let rdkafka = rdkafka.unwrap();
    assert_eq!(
        rdkafka.profile.security.sasl,
        Some(SaslPlan::Password { mechanism: SaslMechanism::Plain, user: "ann".to_owned() })
    );
    assert_eq!(rdkafka.profile.security.tls.as_ref().unwrap().authorities, Authorities::System);
    assert_eq!(
        (password(&rdkafka), rdkafka.not_understood.as_slice()),
        (Some("x=y"), &["ssl.sigalgs.list".to_owned()][..])
    );
    // Without a password, which is typed then.
    let typed = paste("security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\nsasl.username=ann\n").unwrap();
    assert_eq!(typed.secrets.missing(&typed.profile), [SecretKind::Password]);
}

#[test]
fn client_credentials_are_read_under_all_their_names() {
    let start = "bootstrap.servers=a:1\nsecurity.protocol=SASL_SSL\nsasl.mechanism=OAUTHBEARER\n\
                 sasl.oauthbearer.token.endpoint.url=https://id.example/token\n";
    let java = "sasl.login.callback.handler.class=org.apache.kafka.common.security.oauthbearer.secured.OAuthBearerLoginCallbackHandler\n\
                sasl.jaas.config=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required \
                clientId=\"app\" clientSecret=\"hunter2\" scope=\"kafka\" extension_logicalCluster=\"lkc\";\n\
                sasl.login.refresh.window.factor=0.5\n";
    let newer = "sasl.oauthbearer.client.credentials.client.id=app\nsasl.oauthbearer.client.credentials.client.secret=hunter2\n\
                 sasl.oauthbearer.scope=kafka\nsasl.oauthbearer.extensions=logicalCluster=lkc\n";
    let rdkafka = "sasl.oauthbearer.method=OIDC\nsasl.oauthbearer.client.id=app\nsasl.oauthbearer.client.secret=hunter2\n\
                   sasl.oauthbearer.scope=kafka\nsasl.oauthbearer.extensions=logicalCluster=lkc\n";
    for text in [java, newer, rdkafka] {
        let pasted = paste(&format!("{start}{text}")).unwrap();
        let Some(SaslPlan::ClientCredentials(plan)) = &pasted.profile.security.sasl else { panic!("{pasted:?}") };
        assert_eq!((plan.token_endpoint.as_str(), plan.client_id.as_str()), ("https://id.example/token", "app"));
        assert_eq!(plan.extensions, [("logicalCluster".to_owned(), "lkc".to_owned())]);
        assert_eq!(plan.scope.as_deref(), Some("kafka"));
        assert_eq!(pasted.secrets.get(SecretKind::ClientSecret).unwrap().reveal(), "hunter2");
        assert!(pasted.not_understood.is_empty() && !format!("{pasted:?}").contains("hunter2"));
    }
    let given = paste("security.protocol=SASL_SSL\nsasl.mechanism=OAUTHBEARER\n").unwrap();
    assert_eq!(given.secrets.missing(&given.profile), [SecretKind::Token]);
    for (url, path) in [
        ("file:/run/token", "/run/token"),
        ("file:///run/token", "/run/token"),
        ("file://localhost/run/token", "/run/token"),
        ("file:///C:/run/token", "C:/run/token"),
    ] {
        let text = format!(
            "security.protocol=SASL_SSL\nsasl.mechanism=OAUTHBEARER\nsasl.oauthbearer.token.endpoint.url={url}\n\
             sasl.jaas.config=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required;\n"
        );
        let in_file = paste(&text).unwrap();
        let plan = SaslPlan::Token { file: Some(path.into()), extensions: Vec::new() };
        assert_eq!(in_file.profile.security.sasl, Some(plan));
        assert_eq!(in_file.secrets.missing(&in_file.profile), []);
    }
}

#[test]
fn what_cannot_be_used_is_refused_by_name_and_without_secrets() {
    for (text, word) in [
        ("security.protocol=SSL\nssl.truststore.location=x.jks\nssl.truststore.type=JKS", "PEM"),
        ("security.protocol=SSL\nssl.truststore.location=x.jks", "ssl.truststore.type=PEM"),
        ("security.protocol=TLS", "SASL_SSL"),
        ("security.protocol=SASL_PLAINTEXT\nsasl.mechanism=GSSAPI", "GSSAPI"),
        ("security.protocol=SASL_PLAINTEXT", "sasl.mechanism"),
        ("security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\nsasl.password=hunter2", "sasl.username"),
        ("sasl.username=ann\nsasl.password=hunter2", "SASL_PLAINTEXT"),
        ("security.protocol=SASL_PLAINTEXT\nssl.ca.location=CA", "SASL_SSL"),
        ("enable.ssl.certificate.verification=false", "any server"),
        ("bootstrap.servers=nowhere", "bootstrap.servers"),
        ("request.timeout.ms=soon", "milliseconds"),
        ("security.protocol=SASL_SSL\nsasl.mechanism=OAUTHBEARER\nsasl.oauthbearer.method=default", "oidc"),
        (
            "security.protocol=SASL_SSL\nsasl.mechanism=OAUTHBEARER\nsasl.oauthbearer.token.endpoint.url=file:token",
            "file:///PATH",
        ),
        (
            "security.protocol=SASL_SSL\nsasl.mechanism=OAUTHBEARER\nsasl.oauthbearer.client.id=a\n\
             sasl.oauthbearer.client.secret=hunter2",
            "token.endpoint.url",
        ),
        ("{\"password\":\"hunter2\"}", "is a secret"),
        ("{\"a\":1}", "connection file"),
    ] {
        let error = paste(text).unwrap_err().to_string();
        assert!(error.contains(word) && !error.contains("hunter2"), "{text}: {error}");
    }
    assert!(paste(&"x".repeat(PASTE_BYTES_MAX + 1)).unwrap_err().to_string().contains("larger"));
}
