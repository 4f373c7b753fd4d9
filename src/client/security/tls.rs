//! Which server is believed, and who this client says it is: files of PEM become a configuration of TLS.

use std::{fmt, path::Path, path::PathBuf, sync::Arc};

use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, InconsistentKeys, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{
        CertificateDer, PrivateKeyDer, ServerName, UnixTime,
        pem::{self, PemObject as _},
    },
    sign::{CertifiedKey, SingleCertAndKey},
};
use rustls_platform_verifier::Verifier;
use serde::{Deserialize, Serialize};

use super::SecurityError;

/// Certificates of one file at most: bundles of whole systems have some hundred.
const CERTIFICATES_MAX: usize = 10_000;

/// Encryption of TLS 1.2 and 1.3, and whom it believes. Clones share it.
#[derive(Clone)]
pub struct Tls(pub(in crate::client) Arc<ClientConfig>);

/// Files for [`Tls::from_files`], all of them PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsOptions {
    /// Who is believed (`ssl.ca.location`, `ssl.truststore.location`).
    pub authorities: Authorities,
    /// This client's own certificate with what leads to its authority, and its private key; one file may hold both.
    pub identity: Option<(PathBuf, PathBuf)>,
    /// Whether the certificate must be for the host that is connected to (`ssl.endpoint.identification.algorithm`).
    pub verify_host: bool,
}

/// Whose signature under a server's certificate is believed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Authorities {
    /// Those that this system trusts.
    #[default]
    System,
    /// Those in this file (PEM) and no others.
    File(PathBuf),
}

impl Tls {
    /// Believes servers whose certificate one of the authorities has signed. Reads the files now.
    ///
    /// # Errors
    /// When a file cannot be read, lacks what it is named for, or key and certificate do not belong together.
    pub fn from_files(options: &TlsOptions) -> Result<Self, SecurityError> {
        if options.authorities == Authorities::System && !options.verify_host {
            return Err(SecurityError::AnyoneBelieved);
        }
        let provider = Arc::new(ring::default_provider());
        let verifier: Arc<dyn ServerCertVerifier> = match &options.authorities {
            Authorities::System => {
                let verifier = Verifier::new(provider.clone());
                Arc::new(verifier.map_err(|error| SecurityError::System { why: error.to_string() })?)
            }
            Authorities::File(path) => only_from(path, provider.clone())?,
        };
        let identity = match &options.identity {
            Some((chain, key)) => Some((certificates(chain)?, private_key(key)?)),
            None => None,
        };
        if options.verify_host {
            Self::build(provider, verifier, identity)
        } else {
            Self::build(provider, Arc::new(AnyHost(verifier)), identity)
        }
    }

    /// Believes only the server that has exactly the first certificate of this file, under whatever name it is reached.
    ///
    /// # Errors
    /// When the file cannot be read or holds no certificate.
    pub fn only_server(path: &Path) -> Result<Self, SecurityError> {
        let certificate = certificates(path)?.swap_remove(0);
        let provider = Arc::new(ring::default_provider());
        let verifier = Arc::new(OnlyThis { certificate, provider: provider.clone() });
        Self::build(provider, verifier, None)
    }

    /// Whether this client has a certificate to show.
    pub(in crate::client) fn has_identity(&self) -> bool {
        self.0.client_auth_cert_resolver.has_certs()
    }

    /// Believes no server at all: a handshake with it tells only whether there is somebody who speaks TLS.
    pub(in crate::client) fn nobody() -> Result<Self, SecurityError> {
        let provider = Arc::new(ring::default_provider());
        let certificate = CertificateDer::from(Vec::new());
        let verifier = Arc::new(OnlyThis { certificate, provider: provider.clone() });
        Self::build(provider, verifier, None)
    }

    fn build(
        provider: Arc<CryptoProvider>,
        verifier: Arc<dyn ServerCertVerifier>,
        identity: Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>,
    ) -> Result<Self, SecurityError> {
        let unusable = |error: Error| SecurityError::Unusable { why: error.to_string() };
        let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let builder = builder.map_err(unusable)?.dangerous().with_custom_certificate_verifier(verifier);
        let config = match identity {
            Some((chain, key)) => {
                let own = own_identity(builder.crypto_provider(), chain, key).map_err(unusable)?;
                builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(own)))
            }
            None => builder.with_no_client_auth(),
        };
        Ok(Self(Arc::new(config)))
    }
}

/// This client's certificate and key. That they belong together is looked at where it can be: a certificate of X.509
/// version 1, as `openssl x509 -req` makes it without extensions, is not read here, but brokers of Java's take it.
fn own_identity(
    provider: &CryptoProvider,
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<CertifiedKey, Error> {
    let own = CertifiedKey::new(chain, provider.key_provider.load_private_key(key)?);
    match own.keys_match() {
        Err(error @ Error::InconsistentKeys(InconsistentKeys::KeyMismatch)) => Err(error),
        Ok(()) | Err(_) => Ok(own),
    }
}

/// Believes the authorities of a file.
fn only_from(path: &Path, provider: Arc<CryptoProvider>) -> Result<Arc<WebPkiServerVerifier>, SecurityError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(path)? {
        let added = roots.add(certificate);
        added.map_err(|error| SecurityError::Malformed { path: path.to_owned(), why: error.to_string() })?;
    }
    let verifier = WebPkiServerVerifier::builder_with_provider(roots.into(), provider).build();
    verifier.map_err(|error| SecurityError::Unusable { why: error.to_string() })
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls")
    }
}

/// At least one.
pub(super) fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, SecurityError> {
    let text = read(path)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).take(CERTIFICATES_MAX).collect();
    match found {
        Ok(found) if found.is_empty() => Err(SecurityError::NoCertificate { path: path.to_owned() }),
        Ok(found) => Ok(found),
        Err(error) => Err(malformed(path, &error)),
    }
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, SecurityError> {
    PrivateKeyDer::from_pem_slice(&read(path)?).map_err(|error| match error {
        pem::Error::NoItemsFound => SecurityError::NoKey { path: path.to_owned() },
        error => malformed(path, &error),
    })
}

fn read(path: &Path) -> Result<Vec<u8>, SecurityError> {
    std::fs::read(path).map_err(|source| SecurityError::Read { path: path.to_owned(), source })
}

fn malformed(path: &Path, error: &pem::Error) -> SecurityError {
    SecurityError::Malformed { path: path.to_owned(), why: error.to_string() }
}

/// Does not ask whether the certificate is for the host: the chain is checked before the name is, so that a wrong name is
/// all that is forgiven.
#[derive(Debug)]
struct AnyHost(Arc<dyn ServerCertVerifier>);

impl ServerCertVerifier for AnyHost {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match self.0.verify_server_cert(certificate, chain, name, ocsp, now) {
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}

/// Believes one certificate, and that whoever shows it has its key.
#[derive(Debug)]
struct OnlyThis {
    certificate: CertificateDer<'static>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for OnlyThis {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _chain: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if *certificate == self.certificate {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(CertificateError::UnknownIssuer.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
