//! The handshake of TLS, and what to change when it fails.

use std::{io, time::Duration};

use rustls::{AlertDescription, CertificateError, Error, pki_types::ServerName};
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::{dial::too_slow, no_connection};
use crate::{
    client::{ClientError, Tls},
    model::HostPort,
};

/// Kafka's own word for what is wrong here.
const FAILED: &str = "SSL_HANDSHAKE_FAILED";

/// Encrypts a connection that was just made.
pub async fn encrypt(
    stream: TcpStream,
    address: &HostPort,
    tls: &Tls,
    wait: Duration,
) -> Result<TlsStream<TcpStream>, ClientError> {
    let Ok(name) = ServerName::try_from(address.host.clone()) else {
        let why = format!("{:?} is no host name that a certificate could be for", address.host);
        return Err(ClientError::security(FAILED, why, "connect by a name or an IP address"));
    };
    let handshake = TlsConnector::from(tls.0.clone()).connect(name, stream);
    match tokio::time::timeout(wait, handshake).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(error)) => Err(why_not(address, &error)),
        Err(_) => Err(no_connection(too_slow(address, "finish the handshake of TLS", wait))),
    }
}

/// What a server answers that speaks TLS to who does not: the first bytes of an alert, read as the length of a frame.
pub fn is_alert(length: usize) -> bool {
    const ALERT: usize = 0x15;
    length >> 24 == ALERT && (length >> 16) & 0xff == 3
}

/// The listener speaks TLS, and this client does not.
pub fn wants_tls(address: &HostPort) -> ClientError {
    let why = format!("{address} speaks TLS, and this client came without");
    let hint = "set security.protocol to SSL, or to SASL_SSL where users log in";
    ClientError::security(FAILED, why, hint)
}

/// Why a connection broke; with TLS 1.3 a server refuses a client's certificate after the handshake.
pub fn lost(address: &HostPort, error: &io::Error) -> ClientError {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
        Some(tls) => why_no_tls(address, tls),
        None => no_connection(format!("the connection to {address} was lost: {error}")),
    }
}

fn why_not(address: &HostPort, error: &io::Error) -> ClientError {
    use io::ErrorKind as E;
    match error.kind() {
        E::UnexpectedEof | E::ConnectionReset | E::BrokenPipe => ClientError::security(
            FAILED,
            format!("{address} closed the connection during the handshake of TLS"),
            "its listener may speak no TLS: then set security.protocol to PLAINTEXT, or to SASL_PLAINTEXT where users \
             log in; or it may want a client certificate",
        ),
        _ => lost(address, error),
    }
}

fn why_no_tls(address: &HostPort, tls: &Error) -> ClientError {
    let failed = |why: String, hint: &str| ClientError::security(FAILED, why, hint);
    match tls {
        Error::InvalidCertificate(fault) => certificate(address, fault),
        Error::InvalidMessage(_) => failed(
            format!("{address} answers with something that is not TLS"),
            "set security.protocol to PLAINTEXT, or to SASL_PLAINTEXT where users log in; or connect to the port that \
             speaks TLS",
        ),
        Error::AlertReceived(
            AlertDescription::CertificateRequired
            | AlertDescription::BadCertificate
            | AlertDescription::UnknownCA
            | AlertDescription::CertificateUnknown
            | AlertDescription::AccessDenied,
        ) => failed(
            format!("{address} does not accept this client's certificate, or its lack: {tls}"),
            "name a certificate that it trusts, with its key (ssl.keystore.location, or ssl.certificate.location and \
             ssl.key.location)",
        ),
        Error::AlertReceived(_) | Error::PeerIncompatible(_) => failed(
            format!("{address} and this client find no way of encrypting that both have: {tls}"),
            "TLS 1.2 and 1.3 are spoken here; let the broker speak one of them",
        ),
        _ => failed(format!("the handshake of TLS with {address} failed: {tls}"), "look at the broker's log"),
    }
}

fn certificate(address: &HostPort, fault: &CertificateError) -> ClientError {
    use CertificateError as E;
    let failed = |why: String, hint: String| ClientError::security(FAILED, why, hint);
    match fault {
        E::UnknownIssuer | E::BadSignature => failed(
            format!("the certificate of {address} is not signed by an authority that is trusted here"),
            "name the file with the certificate of its authority, or of the broker where that has signed its own \
             (ssl.truststore.location or ssl.ca.location)"
                .to_owned(),
        ),
        E::NotValidForNameContext { presented, .. } => {
            let names: Vec<&str> = presented.iter().map(|name| plain_name(name)).collect();
            let names = if names.is_empty() { "no name at all".to_owned() } else { names.join(", ") };
            failed(
                format!("the certificate of {address} is for {names}, and not for {}", address.host),
                "connect by a name that it is for, or have one made for this name; with an empty \
                 ssl.endpoint.identification.algorithm the name is not asked for"
                    .to_owned(),
            )
        }
        E::Expired | E::ExpiredContext { .. } => failed(
            format!("the certificate of {address} has expired"),
            "have a new one made for the broker, and check this machine's clock".to_owned(),
        ),
        E::NotValidYet | E::NotValidYetContext { .. } => failed(
            format!("the certificate of {address} is not valid yet"),
            "check the clocks of this machine and the broker's".to_owned(),
        ),
        other => failed(
            format!("the certificate of {address} cannot be trusted: {other}"),
            "have a new one made for the broker".to_owned(),
        ),
    }
}

/// webpki shows names as `DnsName("localhost")` and `IpAddress(127.0.0.1)`.
fn plain_name(shown: &str) -> &str {
    let inner = shown.split_once('(').map_or(shown, |(_, rest)| rest.strip_suffix(')').unwrap_or(rest));
    inner.trim_matches('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alert_is_told_from_a_frame() {
        assert!(is_alert(0x1503_0300) && is_alert(0x1503_0100));
        assert!(!is_alert(0x0000_0015) && !is_alert(0x1603_0100) && !is_alert(usize::MAX));
    }

    #[test]
    fn names_are_shown_as_people_write_them() {
        assert_eq!(plain_name("DnsName(\"localhost\")"), "localhost");
        assert_eq!(plain_name("IpAddress(127.0.0.1)"), "127.0.0.1");
        assert_eq!(plain_name("localhost"), "localhost");
    }
}
