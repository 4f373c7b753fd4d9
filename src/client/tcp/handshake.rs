//! The handshake of TLS, and what to change when it fails.

use std::{io, time::Duration};

use rustls::{AlertDescription, CertificateError, Error, pki_types::ServerName};
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::fault::{ReachCause, ReachFault};
use crate::{client::Tls, model::HostPort};

/// Encrypts a connection that was just made.
pub async fn encrypt(
    stream: TcpStream,
    address: &HostPort,
    tls: &Tls,
    wait: Duration,
) -> Result<TlsStream<TcpStream>, ReachFault> {
    let fault = |cause| ReachFault::new(address, cause);
    let Ok(name) = ServerName::try_from(address.host.clone()) else { return Err(fault(ReachCause::BadServerName)) };
    let handshake = TlsConnector::from(tls.0.clone()).connect(name, stream);
    match tokio::time::timeout(wait, handshake).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(error)) => Err(why_not(address, &error, Some(tls))),
        Err(_) => Err(fault(super::dial::too_slow("finish the handshake of TLS", wait))),
    }
}

/// What a server answers that speaks TLS to who does not: the first bytes of an alert, read as the length of a frame.
pub fn is_alert(length: usize) -> bool {
    const ALERT: usize = 0x15;
    length >> 24 == ALERT && (length >> 16) & 0xff == 3
}

/// Why a connection broke; with TLS 1.3 a server refuses a client's certificate after the handshake.
pub fn lost(address: &HostPort, error: &io::Error, tls: Option<&Tls>) -> ReachFault {
    let cause = match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
        Some(error) => why_no_tls(error, tls.is_some_and(Tls::has_identity)),
        None => ReachCause::Lost { why: error.to_string() },
    };
    ReachFault::new(address, cause)
}

fn why_not(address: &HostPort, error: &io::Error, tls: Option<&Tls>) -> ReachFault {
    use io::ErrorKind as E;
    match error.kind() {
        E::UnexpectedEof | E::ConnectionReset | E::BrokenPipe => {
            ReachFault::new(address, ReachCause::ClosedInHandshake)
        }
        _ => lost(address, error, tls),
    }
}

fn why_no_tls(tls: &Error, has_identity: bool) -> ReachCause {
    let why = tls.to_string();
    match tls {
        Error::InvalidCertificate(fault) => certificate(fault),
        Error::InvalidMessage(_) => ReachCause::NotTls,
        Error::AlertReceived(
            AlertDescription::CertificateRequired
            | AlertDescription::BadCertificate
            | AlertDescription::UnknownCA
            | AlertDescription::CertificateUnknown
            | AlertDescription::CertificateExpired
            | AlertDescription::AccessDenied,
        ) => match has_identity {
            true => ReachCause::ClientCertificate { why },
            false => ReachCause::NoClientCertificate { why },
        },
        // Signed by another key of an authority of the same name.
        Error::AlertReceived(AlertDescription::DecryptError) if has_identity => ReachCause::ClientCertificate { why },
        Error::AlertReceived(_) | Error::PeerIncompatible(_) => ReachCause::NoCommonTls { why },
        _ => ReachCause::Tls { why },
    }
}

fn certificate(fault: &CertificateError) -> ReachCause {
    use CertificateError as E;
    match fault {
        E::UnknownIssuer | E::BadSignature => ReachCause::UnknownAuthority,
        E::NotValidForNameContext { presented, .. } => {
            ReachCause::OtherName { names: presented.iter().map(|name| plain_name(name).to_owned()).collect() }
        }
        E::NotValidForName => ReachCause::OtherName { names: Vec::new() },
        E::Expired | E::ExpiredContext { .. } => ReachCause::Expired,
        E::NotValidYet | E::NotValidYetContext { .. } => ReachCause::NotValidYet,
        other => ReachCause::BadCertificate { why: other.to_string() },
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
