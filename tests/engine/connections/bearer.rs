//! OAUTHBEARER: tokens from a small identity provider of the test, shown to a small broker that takes them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use kafka_protocol::{
    messages::{MetadataRequest, RequestKind, ResponseKind, SaslAuthenticateResponse, SaslHandshakeResponse},
    protocol::StrBytes,
};
use millpond::{
    client::ClientError,
    model::HostPort,
    session::connections::{ClientCredentials, Profile, SaslPlan, SecretKind, Secrets, WalkStage, WalkState},
    ui::text::{Language, Text},
};
use parking_lot::Mutex;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use super::{SECRET, knowing, mini, walked};

/// A provider that gives `token-1`, `token-2`, ... to who knows the secret.
struct Provider {
    url: String,
    asked: Arc<AtomicUsize>,
    /// What it was sent.
    heard: Arc<Mutex<String>>,
}

impl Provider {
    /// Every answer has this status; `life` is the seconds that a token counts.
    async fn new(status: &'static str, life: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/token", listener.local_addr().unwrap());
        let (asked, heard) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(String::new())));
        let (count, notes) = (asked.clone(), heard.clone());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = Vec::new();
                while !String::from_utf8_lossy(&request).contains("scope=kafka") {
                    if stream.read_buf(&mut request).await.unwrap() == 0 {
                        break;
                    }
                }
                let number = count.fetch_add(1, Ordering::SeqCst) + 1;
                *notes.lock() = String::from_utf8(request).unwrap();
                let body = match status {
                    "200 OK" => format!(
                        "{{\"access_token\":\"token-{number}\",\"expires_in\":{life},\"token_type\":\"Bearer\"}}"
                    ),
                    _ => "{\"error\":\"invalid_client\",\"error_description\":\"no such client\"}".to_owned(),
                };
                let head = format!(
                    "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    body.len()
                );
                stream.write_all((head + &body).as_bytes()).await.unwrap();
            }
        });
        Self { url, asked, heard }
    }

    fn profile(&self, broker: HostPort) -> Profile {
        let mut profile = Profile::new("bearer", vec![broker]);
        profile.security.sasl = Some(SaslPlan::ClientCredentials(ClientCredentials {
            token_endpoint: self.url.clone(),
            client_id: "orders-app".to_owned(),
            scope: Some("kafka".to_owned()),
            extensions: vec![("logicalCluster".to_owned(), "lkc-1".to_owned())],
            ..ClientCredentials::default()
        }));
        profile
    }
}

/// A broker that lets in who shows one of these tokens; it notes what it was shown.
async fn broker(good: &'static [&'static str], lifetime_millis: i64) -> (HostPort, Arc<Mutex<Vec<String>>>) {
    let shown = Arc::new(Mutex::new(Vec::new()));
    let notes = shown.clone();
    let itself = Arc::new(Mutex::new(Vec::new()));
    let nodes = itself.clone();
    let address = mini::serve(move |request| match request {
        RequestKind::ApiVersions(_) => Some(mini::versions()),
        RequestKind::SaslHandshake(_) => {
            let offered = vec![StrBytes::from_static_str("OAUTHBEARER")];
            Some(SaslHandshakeResponse::default().with_mechanisms(offered).into())
        }
        RequestKind::SaslAuthenticate(request) => Some(judge(&request.auth_bytes, good, lifetime_millis, &notes)),
        RequestKind::Metadata(_) => Some(mini::cluster(&nodes.lock())),
        _ => None,
    })
    .await;
    itself.lock().push(address.clone());
    (address, shown)
}

/// As RFC 7628 has it: the reason first, the failure when that is acknowledged.
fn judge(message: &[u8], good: &[&str], lifetime_millis: i64, notes: &Mutex<Vec<String>>) -> ResponseKind {
    let answer = SaslAuthenticateResponse::default();
    let message = std::str::from_utf8(message).unwrap();
    if message == "\u{1}" {
        let said = StrBytes::from_static_str("{\"status\":\"invalid_token\"}");
        return answer.with_error_code(58).with_error_message(Some(said)).into();
    }
    let token = message.strip_prefix("n,,\u{1}auth=Bearer ").unwrap().split('\u{1}').next().unwrap();
    assert!(message.ends_with("\u{1}\u{1}"), "{message:?}");
    notes.lock().push(message.replace('\u{1}', "|"));
    if good.contains(&token) {
        answer.with_session_lifetime_ms(lifetime_millis).into()
    } else {
        answer.with_auth_bytes(Bytes::from_static(b"{\"status\":\"invalid_token\"}")).into()
    }
}

fn said(profile_steps: &[millpond::session::connections::WalkStep]) -> String {
    let last = profile_steps.last().unwrap();
    assert_eq!((last.stage, last.state), (WalkStage::Authentication, WalkState::Failed), "{profile_steps:#?}");
    let (text, problem) = (Text::new(Language::English), last.problem.as_ref().unwrap());
    format!("{}. {}", text.say(&problem.why), text.say(problem.next.as_ref().unwrap()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_of_the_provider_lets_in() {
    let provider = Provider::new("200 OK", 300).await;
    let (address, shown) = broker(&["token-1"], 0).await;
    let secrets = knowing(SecretKind::ClientSecret, SECRET);
    let (passed, steps) = walked(&provider.profile(address), &secrets).await;
    assert!(passed, "{steps:#?}");
    assert_eq!(*shown.lock(), ["n,,|auth=Bearer token-1|logicalCluster=lkc-1||"]);
    let heard = provider.heard.lock().to_ascii_lowercase();
    // "orders-app:hunter2-secret"
    assert!(heard.contains("authorization: basic b3jkzxjzlwfwcdpodw50zxiylxnly3jlda=="), "{heard}");
    assert!(heard.contains("scope=kafka") && !heard.contains(SECRET), "{heard}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_shared_and_fetched_anew_before_it_ends() {
    let (address, shown) = broker(&["token-1", "token-2", "token-3"], 0).await;
    for (life, expected) in [(300, 1), (0, 3)] {
        let provider = Provider::new("200 OK", life).await;
        let secrets = knowing(SecretKind::ClientSecret, SECRET);
        let transports = provider.profile(address.clone()).transports(&secrets).unwrap();
        for _ in 0..3 {
            let connected = tokio::time::timeout(Duration::from_secs(10), transports("x").connect(None)).await;
            connected.unwrap().unwrap();
        }
        assert_eq!(provider.asked.load(Ordering::SeqCst), expected, "tokens that count {life} s");
    }
    assert_eq!(shown.lock().len(), 6);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_login_that_ends_is_done_anew() {
    // A token of no length is fetched for each login; the second is not accepted.
    for (life, good, asked) in [(300, &["token-1"][..], 1), (0, &["token-1", "token-3"], 2)] {
        let provider = Provider::new("200 OK", life).await;
        // Logins are at least a second apart.
        let (address, shown) = broker(good, 200).await;
        let secrets = knowing(SecretKind::ClientSecret, SECRET);
        let transport = provider.profile(address).transports(&secrets).unwrap()("x");
        let connection = transport.connect(None).await.unwrap();
        let work = async {
            while shown.lock().len() < 2 {
                connection.call(12, MetadataRequest::default().into()).await?;
            }
            Ok(())
        };
        let worked: Result<(), ClientError> = tokio::time::timeout(Duration::from_secs(20), work).await.unwrap();
        match worked {
            Ok(()) => assert_eq!(life, 300),
            Err(error) => {
                assert!(life == 0 && error.to_string().contains("did not accept the token: invalid_token"), "{error}");
            }
        }
        assert_eq!(provider.asked.load(Ordering::SeqCst), asked, "tokens that count {life} s");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_is_told_by_who_refused() {
    let secrets = knowing(SecretKind::ClientSecret, SECRET);
    let (address, _) = broker(&[], 0).await;
    let provider = Provider::new("200 OK", 300).await;
    let refused = said(&walked(&provider.profile(address.clone()), &secrets).await.1);
    assert!(refused.contains("did not accept the token") && refused.contains("audience"), "{refused}");
    let provider = Provider::new("401 Unauthorized", 0).await;
    let refused = said(&walked(&provider.profile(address.clone()), &secrets).await.1);
    assert!(refused.contains("invalid_client: no such client") && refused.contains("orders-app"), "{refused}");
    let provider = Provider::new("302 Found", 0).await;
    let refused = said(&walked(&provider.profile(address.clone()), &secrets).await.1);
    assert!(refused.contains("token_endpoint"), "{refused}");
    let mut nowhere = provider.profile(address.clone());
    if let Some(SaslPlan::ClientCredentials(plan)) = &mut nowhere.security.sasl {
        plan.token_endpoint = "http://127.0.0.1:1/token".to_owned();
    }
    let refused = said(&walked(&nowhere, &secrets).await.1);
    assert!(refused.contains("cannot be asked"), "{refused}");
    // One that was given, and is too old: {"exp":1700000000}
    nowhere.security.sasl = Some(SaslPlan::Token { file: None, extensions: Vec::new() });
    let token = "e30.eyJleHAiOjE3MDAwMDAwMDB9.c2ln";
    let refused = said(&walked(&nowhere, &knowing(SecretKind::Token, token)).await.1);
    assert!(refused.contains("ended at 2023-11-14") && !refused.contains(token), "{refused}");
    let refused = said(&walked(&nowhere, &Secrets::default()).await.1);
    assert!(refused.contains("token of the connection is not known"), "{refused}");
}
