//! The exchange against the vectors of the RFCs, against itself, and against messages that do not belong.

use proptest::prelude::*;

use super::{
    hash::stretch,
    message::{base64, escape, unescape},
    *,
};

/// RFC 7677, 3.
const USER: &str = "user";
const PASSWORD: &str = "pencil";
const CLIENT_NONCE: &str = "rOprNGfwEbeRWgbNEkqO";
const SERVER_NONCE: &str = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
const SALT: &str = "W22ZaJ0SNY7soEsUEjb6gQ==";
const FIRST: &str = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO";
const CHALLENGE: &str = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
const LAST: &str = "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
                    p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
const SIGNATURE: &str = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

fn salt() -> Vec<u8> {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    STANDARD.decode(SALT).unwrap()
}

fn credential() -> Credential {
    Credential::new(Mechanism::Sha256, PASSWORD, &salt(), 4096)
}

fn challenged() -> Challenge {
    let exchange = ServerExchange::start(FIRST.as_bytes()).unwrap();
    let (challenge, message) = exchange.challenge(credential(), SERVER_NONCE);
    assert_eq!(message, CHALLENGE.as_bytes());
    challenge
}

#[test]
fn both_sides_say_what_rfc_7677_prints() {
    let (client, first) = ClientExchange::start(Mechanism::Sha256, USER, PASSWORD, CLIENT_NONCE);
    assert_eq!(first, FIRST.as_bytes());
    let (client, last) = client.respond(CHALLENGE.as_bytes()).unwrap();
    assert_eq!(String::from_utf8(last).unwrap(), LAST);
    assert_eq!(challenged().finish(LAST.as_bytes()).unwrap(), SIGNATURE.as_bytes());
    assert_eq!(client.verify(SIGNATURE.as_bytes()), Ok(()));
    assert_eq!(ServerExchange::start(FIRST.as_bytes()).unwrap().user(), USER);
}

#[test]
fn stretching_is_pbkdf2() {
    // RFC 7914, 11: PBKDF2-HMAC-SHA-256; the first 32 of its 64 bytes, which one block gives.
    let out = stretch(Mechanism::Sha256, b"passwd", b"salt", 1);
    assert_eq!(&out[..8], [0x55, 0xac, 0x04, 0x6e, 0x56, 0xe3, 0x08, 0x9f]);
    // Widely published for PBKDF2-HMAC-SHA-512 ("password", "salt", 1).
    let out = stretch(Mechanism::Sha512, b"password", b"salt", 1);
    assert_eq!(&out[..8], [0x86, 0x7f, 0x70, 0xcf, 0x1a, 0xde, 0x02, 0xcf]);
}

/// A whole exchange.
fn run(credential: Credential, user: &str, password: &str) -> Result<(), ScramError> {
    let (client, first) = ClientExchange::start(credential.mechanism, user, password, "clientnonce");
    let server = ServerExchange::start(&first)?;
    assert_eq!(server.user(), user);
    let (server, challenge) = server.challenge(credential, "servernonce");
    let (client, last) = client.respond(&challenge)?;
    client.verify(&server.finish(&last)?)
}

#[test]
fn only_the_password_gets_in() {
    for mechanism in Mechanism::ALL {
        let credential = Credential::new(mechanism, "päss,=wörd", b"salt", 4096);
        assert_eq!(run(credential.clone(), "a,b=c水", "päss,=wörd"), Ok(()));
        assert_eq!(run(credential.clone(), "a,b=c水", "pass"), Err(ScramError::InvalidCredentials));
        assert!(credential.verify_password("päss,=wörd"));
        assert!(!credential.verify_password("") && !credential.verify_password("päss,=wörd "));
        let decoy = Credential::decoy(mechanism, b"secret", "a,b=c水", 4096);
        assert_eq!(decoy, Credential::decoy(mechanism, b"secret", "a,b=c水", 4096));
        assert_ne!(decoy.salt, Credential::decoy(mechanism, b"secret", "other", 4096).salt);
        assert_eq!(run(decoy, "a,b=c水", "päss,=wörd"), Err(ScramError::InvalidCredentials));
        assert!(!format!("{credential:?}").contains("stored"), "no keys in logs");
        assert_eq!(mechanism.name().parse(), Ok(mechanism));
        assert_eq!(Mechanism::by_number(mechanism.number()), Some(mechanism));
    }
    assert!("PLAIN".parse::<Mechanism>().is_err());
}

#[test]
fn first_messages_that_do_not_belong_are_refused() {
    for fine in ["n,,n=u,r=x", "n,a=u,n=u,r=x", "y,,n=u,r=x", "n,,n=u,r=x,tokenauth=true", "n,a=,n=u,r=x"] {
        assert_eq!(ServerExchange::start(fine.as_bytes()).unwrap().user(), "u", "{fine}");
    }
    let other = ServerExchange::start(b"n,a=root,n=u,r=x").unwrap_err();
    assert_eq!(other, ScramError::OtherAuthorizationId);
    let wrong = [
        "",
        "n",
        "n,",
        "n,,",
        "x,,n=u,r=x",
        "p=tls-unique,,n=u,r=x",
        "n,u,n=u,r=x",
        "n,,r=x",
        "n,,n=,r=x",
        "n,,n=u",
        "n,,n=u,r=",
        "n,,n=u,r=a b",
        "n,,n=u=2,r=x",
        "n,,m=1,n=u,r=x",
        "n,,n=u\0,r=x",
        "n,,r=x,n=u",
    ];
    for wrong in wrong {
        let error = ServerExchange::start(wrong.as_bytes()).unwrap_err();
        assert!(matches!(error, ScramError::Malformed { .. }), "{wrong:?}: {error}");
    }
    assert!(ServerExchange::start(&[0xff, b',', b',']).is_err());
    assert!(ServerExchange::start(format!("n,,n=u,r={}", "x".repeat(MESSAGE_BYTES_MAX)).as_bytes()).is_err());
}

#[test]
fn last_messages_that_do_not_belong_are_refused() {
    let nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    let proof = "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
    let malformed = [
        String::new(),
        format!("r={nonce},p={proof}"),
        format!("c=biws,r={nonce}"),
        format!("c=biws,r={nonce},x=1"),
        format!("c=biws,r={nonce},p=***"),
        format!("c=eSws,r={nonce},p={proof}"),
        format!("c=biws,p={proof}"),
    ];
    for wrong in malformed {
        let error = challenged().finish(wrong.as_bytes()).unwrap_err();
        assert!(matches!(error, ScramError::Malformed { .. }), "{wrong:?}: {error}");
    }
    let finish = |message: String| challenged().finish(message.as_bytes()).unwrap_err();
    assert!(matches!(finish(format!("c=biws,r={nonce}x,p={proof}")), ScramError::Nonce { .. }));
    assert_eq!(finish(format!("c=biws,r={nonce},p=AAAA")), ScramError::InvalidCredentials);
    // An extension is part of what is signed, so the proof of the message without it does not fit.
    assert_eq!(finish(format!("c=biws,r={nonce},x=1,p={proof}")), ScramError::InvalidCredentials);
}

#[test]
fn a_client_answers_no_strange_server() {
    let respond = |challenge: &str| {
        let (client, _) = ClientExchange::start(Mechanism::Sha256, USER, PASSWORD, CLIENT_NONCE);
        client.respond(challenge.as_bytes()).map(|(client, _)| client)
    };
    for other in ["r=other,s=AAAA,i=4096", "r=rOprNGfwEbeRWgbNEkqO,s=AAAA,i=4096"] {
        assert!(matches!(respond(other).unwrap_err(), ScramError::Nonce { .. }));
    }
    for few_or_many in ["1", "4095", "1000001", "4294967295"] {
        let challenge = format!("r={CLIENT_NONCE}x,s=AAAA,i={few_or_many}");
        assert!(matches!(respond(&challenge).unwrap_err(), ScramError::Iterations { .. }));
    }
    for wrong in ["", "r=", "s=AAAA", "r=rOprNGfwEbeRWgbNEkqOx,s=,i=4096", "r=rOprNGfwEbeRWgbNEkqOx,s=AAAA,i=-1"] {
        assert!(matches!(respond(wrong).unwrap_err(), ScramError::Malformed { .. }), "{wrong}");
    }
    let refused = ScramError::Refused { why: "unknown-user".to_owned() };
    assert_eq!(respond("e=unknown-user").unwrap_err(), refused);
    assert_eq!(respond(CHALLENGE).unwrap().verify(b"e=unknown-user"), Err(refused));
    assert_eq!(respond(CHALLENGE).unwrap().verify(b"v=AAAA"), Err(ScramError::ServerSignature));
    assert!(respond(CHALLENGE).unwrap().verify(b"").is_err());
}

proptest! {
    #[test]
    fn names_come_back_as_they_were(name in "\\PC*") {
        prop_assert_eq!(unescape(&escape(&name)), Some(name));
    }

    #[test]
    fn no_message_panics(bytes in proptest::collection::vec(any::<u8>(), 0..64), text in "[nyc,=rap0A]{0,40}") {
        for message in [&bytes[..], text.as_bytes()] {
            let _ = ServerExchange::start(message);
            let exchange = ServerExchange::start(b"n,,n=u,r=x").unwrap();
            let (challenge, _) = exchange.challenge(Credential::decoy(Mechanism::Sha256, b"", "u", 4096), "y");
            let _ = challenge.finish(message);
            let _ = base64(message);
        }
    }
}
