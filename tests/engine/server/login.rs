//! Authentication over a real socket, with a SASL client of a page: every mechanism, and everything that can go wrong.

use std::time::{Duration, Instant};

use bytes::Bytes;
use kafka_protocol::{
    ResponseError as E,
    messages::{
        ApiKey, ApiVersionsRequest, MetadataRequest, ResponseKind, SaslAuthenticateRequest, SaslAuthenticateResponse,
        SaslHandshakeRequest, SaslHandshakeResponse, TopicName, metadata_request::MetadataRequestTopic,
    },
    protocol::StrBytes,
};
use millpond::{
    broker::{Broker, LOCAL_ADMIN, OpenError, observe::Origin},
    client::Client,
    codec::scram::{ClientExchange, Mechanism},
    model::{HostPort, Role},
    server::{Limit, Limits, ServeError, Server},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite},
    time::timeout,
};

use super::raw::{Listening, PATIENCE, Raw, options};
use crate::{broker::stage::Stage, reach::in_process};

pub const ALL: [&str; 3] = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"];

/// A client inside the process, who may everything.
pub fn window(broker: &Broker) -> Client {
    in_process(broker, "window")
}

impl Listening {
    /// A listener that asks who clients are; one user a role, whose password is the name backwards.
    pub async fn asking(choose: impl FnOnce(&mut Limits)) -> Self {
        let stage = Stage::new().await;
        for role in Role::ALL {
            window(&stage.broker).add_user(role.name(), &password(role.name()), role).await.unwrap();
        }
        let mut options = options();
        options.authentication = true;
        choose(&mut options.limits);
        let server = Server::start(stage.broker.clone(), options).await.unwrap();
        Self { stage, server }
    }

    /// A client that has logged in.
    pub async fn logged_in(&self, user: &str) -> Raw {
        let mut client = self.connect().await;
        assert_eq!(client.log_in("SCRAM-SHA-256", user, &password(user)).await.error_code, 0);
        client
    }
}

pub fn password(user: &str) -> String {
    user.chars().rev().collect()
}

impl<S: AsyncRead + AsyncWrite + Unpin> Raw<S> {
    async fn handshake(&mut self, version: i16, mechanism: &str) -> SaslHandshakeResponse {
        let request = SaslHandshakeRequest::default().with_mechanism(StrBytes::from_string(mechanism.to_owned()));
        match self.ask(ApiKey::SaslHandshake, version, request).await {
            ResponseKind::SaslHandshake(answer) => answer,
            other => panic!("another answer: {other:?}"),
        }
    }

    async fn token(&mut self, token: impl Into<Bytes>) -> SaslAuthenticateResponse {
        let request = SaslAuthenticateRequest::default().with_auth_bytes(token.into());
        match self.ask(ApiKey::SaslAuthenticate, 2, request).await {
            ResponseKind::SaslAuthenticate(answer) => answer,
            other => panic!("another answer: {other:?}"),
        }
    }

    /// A whole authentication; answers the last word of the server.
    pub async fn log_in(&mut self, mechanism: &str, user: &str, password: &str) -> SaslAuthenticateResponse {
        assert_eq!(self.handshake(1, mechanism).await.error_code, 0);
        let Ok(scram) = mechanism.parse::<Mechanism>() else {
            return self.token(format!("\0{user}\0{password}")).await;
        };
        let (client, first) = ClientExchange::start(scram, user, password, "nonce-of-a-test");
        let challenge = self.token(first).await;
        if challenge.error_code != 0 {
            return challenge;
        }
        let (client, last) = client.respond(&challenge.auth_bytes).unwrap();
        let answer = self.token(last).await;
        if answer.error_code == 0 {
            client.verify(&answer.auth_bytes).unwrap();
        }
        answer
    }

    pub async fn works(&mut self) {
        match self.ask(ApiKey::Metadata, 12, MetadataRequest::default()).await {
            ResponseKind::Metadata(answer) => assert_eq!(answer.brokers.len(), 1),
            other => panic!("another answer: {other:?}"),
        }
    }

    async fn bare(&mut self, token: &[u8]) -> Vec<u8> {
        let length = u32::try_from(token.len()).unwrap().to_be_bytes();
        self.write(&[&length, token].concat()).await;
        let read = async {
            let length = self.stream.read_i32().await.unwrap();
            let mut token = vec![0; usize::try_from(length).unwrap()];
            self.stream.read_exact(&mut token).await.unwrap();
            token
        };
        timeout(PATIENCE, read).await.expect("a token")
    }
}

#[tokio::test]
async fn every_mechanism_lets_in_who_knows_the_password() {
    let listening = Listening::asking(|_| {}).await;
    assert_eq!(listening.server.security_protocol(), "SASL_PLAINTEXT");
    for mechanism in ALL {
        let mut client = listening.connect().await;
        client.ask(ApiKey::ApiVersions, 0, ApiVersionsRequest::default()).await;
        let answer = client.log_in(mechanism, "admin", "nimda").await;
        assert_eq!((answer.error_code, answer.session_lifetime_ms), (0, 0), "{mechanism}");
        client.works().await;
        let seen = listening.stage.broker.inspector().connections(false);
        let who = seen.iter().find(|one| matches!(one.who.origin, Origin::Tcp { encrypted: false, .. })).unwrap();
        assert_eq!(&*who.who.principal, "User:admin");
        // What is done is done: another handshake is out of place, and the connection goes on.
        assert_eq!(client.handshake(1, mechanism).await.error_code, E::IllegalSaslState.code());
        assert_eq!(client.token("").await.error_code, E::IllegalSaslState.code());
        client.works().await;
        drop(client);
        let gone = async {
            while !listening.stage.broker.inspector().connections(false).iter().all(|one| !one.who.origin.is_outside())
            {
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, gone).await.expect("the end of the connection");
    }
}

#[tokio::test]
async fn the_oldest_handshake_is_followed_by_bare_tokens() {
    let listening = Listening::asking(|_| {}).await;
    let mut client = listening.connect().await;
    assert_eq!(client.handshake(0, "PLAIN").await.error_code, 0);
    assert_eq!(client.bare(b"\0read\0daer").await, b"");
    client.works().await;

    let mut client = listening.connect().await;
    assert_eq!(client.handshake(0, "SCRAM-SHA-512").await.error_code, 0);
    let (exchange, first) = ClientExchange::start(Mechanism::Sha512, "read", "daer", "nonce-of-a-test");
    let (exchange, last) = exchange.respond(&client.bare(&first).await).unwrap();
    exchange.verify(&client.bare(&last).await).unwrap();
    client.works().await;

    let mut client = listening.connect().await;
    assert_eq!(client.handshake(0, "PLAIN").await.error_code, 0);
    client.write(&[&9u32.to_be_bytes()[..], b"\0read\0bad"].concat()).await;
    assert_eq!(client.closed().await, b"", "nothing is said without Kafka's heads");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_user_look_the_same() {
    let listening = Listening::asking(|_| {}).await;
    for mechanism in ALL {
        let mut said = Vec::new();
        for (user, password) in [("admin", "wrong"), ("nobody", "wrong"), ("nobody", "nimda")] {
            let mut client = listening.connect().await;
            let begun = Instant::now();
            let answer = client.log_in(mechanism, user, password).await;
            assert!(begun.elapsed() >= Duration::from_millis(100), "guessing takes its time");
            assert_eq!(answer.error_code, E::SaslAuthenticationFailed.code());
            assert_eq!(client.closed().await, b"");
            said.push(answer.error_message.unwrap().to_string());
        }
        said.dedup();
        assert_eq!(said.len(), 1, "{mechanism}: {said:?}");
    }
}

#[tokio::test]
async fn tokens_that_say_nothing_proper_are_refused() {
    let listening = Listening::asking(|_| {}).await;
    let tokens = [
        ("PLAIN", "", "invalid credentials with SASL mechanism PLAIN"),
        ("PLAIN", "a\0b\0c\0d", "invalid credentials"),
        ("PLAIN", "\0\0nimda", "username not specified"),
        ("PLAIN", "\0admin\0", "password not specified"),
        ("PLAIN", "read\0admin\0nimda", "different from username"),
        ("SCRAM-SHA-256", "", "invalid credentials with SASL mechanism SCRAM-SHA-256"),
        ("SCRAM-SHA-512", "p=tls-unique,,n=admin,r=x", "invalid credentials"),
        ("SCRAM-SHA-512", "n,a=read,n=admin,r=x", "invalid credentials"),
    ];
    for (mechanism, token, words) in tokens {
        let mut client = listening.connect().await;
        assert_eq!(client.handshake(1, mechanism).await.error_code, 0);
        let answer = client.token(token).await;
        assert_eq!(answer.error_code, E::SaslAuthenticationFailed.code(), "{token:?}");
        let message = answer.error_message.unwrap();
        assert!(message.contains(words), "{token:?}: {message}");
        assert_eq!(client.closed().await, b"");
    }
}

#[tokio::test]
async fn what_comes_out_of_order_ends_the_connection() {
    let listening = Listening::asking(|_| {}).await;
    let mut client = listening.connect().await;
    let answer = client.handshake(1, "GSSAPI").await;
    assert_eq!(answer.error_code, E::UnsupportedSaslMechanism.code());
    assert_eq!(answer.mechanisms.iter().map(|name| name.as_str()).collect::<Vec<_>>(), ALL);
    assert_eq!(client.closed().await, b"");

    // Nothing but ApiVersions comes before the handshake.
    let mut client = listening.connect().await;
    let bytes = client.request(ApiKey::Metadata, 12, MetadataRequest::default());
    client.write(&bytes).await;
    assert_eq!(client.closed().await, b"");
    let mut client = listening.connect().await;
    let bytes = client.request(ApiKey::SaslAuthenticate, 2, SaslAuthenticateRequest::default());
    client.write(&bytes).await;
    assert_eq!(client.closed().await, b"", "a token without a handshake");

    let mut client = listening.connect().await;
    client.handshake(1, "PLAIN").await;
    assert_eq!(client.handshake(1, "PLAIN").await.error_code, E::IllegalSaslState.code());
    assert_eq!(client.closed().await, b"");

    // Where a token must come, other requests are told so in their own answers.
    for version in [0, 9, 13] {
        let mut client = listening.connect().await;
        client.handshake(1, "PLAIN").await;
        let asked = MetadataRequestTopic::default().with_name(Some(TopicName(StrBytes::from_static_str("t"))));
        let request = MetadataRequest::default().with_topics(Some(vec![asked]));
        let ResponseKind::Metadata(told) = client.ask(ApiKey::Metadata, version, request).await else {
            panic!("another answer")
        };
        assert_eq!(told.topics[0].error_code, E::IllegalSaslState.code(), "{version}");
        assert_eq!(client.closed().await, b"");
    }

    let open = Listening::new().await;
    let mut client = open.connect().await;
    assert_eq!(client.handshake(1, "PLAIN").await.error_code, E::IllegalSaslState.code(), "nobody is asked here");
    assert_eq!(client.token("").await.error_code, E::IllegalSaslState.code());
    client.works().await;
}

#[tokio::test]
async fn strangers_get_little_time_and_little_room() {
    let listening = Listening::asking(|limits| limits.authenticate_ms = 300).await;
    let (mut known, mut asking) = (listening.logged_in("read").await, listening.connect().await);
    asking.ask(ApiKey::ApiVersions, 0, ApiVersionsRequest::default()).await;
    assert_eq!(asking.closed().await, b"", "asking for versions alone does not count");
    let hits = listening.server.hits();
    assert_eq!(hits.iter().find(|hits| hits.limit == Limit::AuthenticateMs).map(|hits| hits.count), Some(1));
    known.works().await;

    let mut large = listening.connect().await;
    large.write(&(64 * 1024 + 1u32).to_be_bytes()).await;
    assert_eq!(large.closed().await, b"");
    let mut tls = listening.connect().await;
    tls.write(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03").await;
    assert_eq!(tls.closed().await, b"", "TLS on a plain port");
}

#[tokio::test]
async fn a_session_ends_unless_it_is_renewed_by_the_same_user() {
    let listening = Listening::asking(|limits| limits.reauthenticate_ms = 400).await;
    let mut renewed = listening.connect().await;
    for _ in 0..3 {
        let answer = renewed.log_in("SCRAM-SHA-256", "read", "daer").await;
        assert_eq!((answer.error_code, answer.session_lifetime_ms), (0, 400));
        renewed.works().await;
    }
    let mut other = listening.logged_in("read").await;
    let answer = other.log_in("SCRAM-SHA-256", "write", "etirw").await;
    assert_eq!(answer.error_code, E::SaslAuthenticationFailed.code());
    assert!(answer.error_message.unwrap().contains("Cannot change principals"));
    assert_eq!(other.closed().await, b"");
    let mut other = listening.logged_in("read").await;
    assert_eq!(other.handshake(1, "PLAIN").await.error_code, E::SaslAuthenticationFailed.code());
    assert_eq!(other.closed().await, b"");

    let mut forgotten = listening.logged_in("read").await;
    tokio::time::sleep(Duration::from_millis(450)).await;
    let bytes = forgotten.request(ApiKey::Metadata, 12, MetadataRequest::default());
    forgotten.write(&bytes).await;
    assert_eq!(forgotten.closed().await, b"");
}

#[tokio::test]
async fn a_change_of_a_user_counts_from_its_next_request_on() {
    let listening = Listening::asking(|_| {}).await;
    let window = window(&listening.stage.broker);
    let mut client = listening.logged_in("write").await;
    client.works().await;
    window.set_user_password("write", "new").await.unwrap();
    client.works().await;
    let mut again = listening.connect().await;
    assert_ne!(again.log_in("PLAIN", "write", "etirw").await.error_code, 0);
    let mut again = listening.connect().await;
    assert_eq!(again.log_in("PLAIN", "write", "new").await.error_code, 0);
    window.remove_user("write").await.unwrap();
    for client in [&mut client, &mut again] {
        let bytes = client.request(ApiKey::Metadata, 12, MetadataRequest::default());
        client.write(&bytes).await;
        assert_eq!(client.closed().await, b"");
    }
}

#[tokio::test]
async fn a_second_process_of_the_same_account_gets_in() {
    let listening = Listening::asking(|_| {}).await;
    let owned = |error: OpenError| match error {
        OpenError::Owned { access, .. } => *access,
        other => panic!("another error: {other}"),
    };
    let access = owned(listening.stage.open_again().await.map(|_| ()).unwrap_err());
    assert!(!format!("{access:?}").contains(access.password.as_deref().unwrap()));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let file = listening.stage.broker.data_dir().join("owner.txt");
        assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o077, 0);
    }
    let password = access.password.unwrap();
    let mut client = listening.connect().await;
    assert_eq!(client.log_in("SCRAM-SHA-256", LOCAL_ADMIN, &password).await.error_code, 0);
    client.works().await;
    let mut wrong = listening.connect().await;
    assert_ne!(wrong.log_in("PLAIN", LOCAL_ADMIN, "wrong").await.error_code, 0);
    window(&listening.stage.broker).add_user(LOCAL_ADMIN, "x", Role::Read).await.unwrap_err();
    let Listening { stage, server } = listening;
    server.shutdown().await;
    let access = owned(stage.open_again().await.map(|_| ()).unwrap_err());
    assert_eq!(access.password, None);
    let open = Server::start(stage.broker.clone(), options()).await.unwrap();
    assert_eq!(owned(stage.open_again().await.map(|_| ()).unwrap_err()).password, None, "nobody is asked");
    open.shutdown().await;
}

#[tokio::test]
async fn a_listener_that_nobody_could_use_does_not_start() {
    let stage = Stage::new().await;
    let asking = || {
        let mut options = options();
        options.authentication = true;
        options
    };
    let error = Server::start(stage.broker.clone(), asking()).await.map(|_| ()).unwrap_err();
    assert!(matches!(error, ServeError::NoUsers), "{error}");
    assert!(error.to_string().contains("millpond users add"), "{error}");
    window(&stage.broker).add_user("a", "b", Role::Read).await.unwrap();
    let mut options = asking();
    options.listen = HostPort::new("0.0.0.0", 0);
    Server::start(stage.broker.clone(), options).await.unwrap().shutdown().await;
}
