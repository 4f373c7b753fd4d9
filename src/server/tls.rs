//! Encryption of a listener: a certificate of the user's, or one that Millpond makes for itself.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use rustls::{ServerConfig, crypto::ring};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};
use tokio_rustls::TlsAcceptor;

/// Where the certificate of an encrypted listener comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TlsSource {
    /// PEM files: the certificate with those that signed it, and its private key.
    Files { certificate: PathBuf, key: PathBuf },
    /// Made once and kept in this folder. Clients are given its certificate to trust.
    SelfSigned { folder: PathBuf },
}

impl TlsSource {
    /// The certificate that Millpond makes for itself in a workspace.
    pub fn self_signed(workspace: &Path) -> Self {
        Self::SelfSigned { folder: workspace.join("tls") }
    }
}

/// Why a listener cannot be encrypted. Each message says what to do next.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("the certificate {} cannot be read: {why}; give a PEM file that begins with the listener's certificate", path.display())]
    Certificate { path: PathBuf, why: String },
    #[error("the private key {} cannot be read: {why}; give a PEM file with an unencrypted key", path.display())]
    Key { path: PathBuf, why: String },
    #[error("the certificate {} cannot be used: {why}; check that the key belongs to it", path.display())]
    Unfit { path: PathBuf, why: String },
    #[error("a certificate cannot be made in {}: {why}; check that the folder may be written", folder.display())]
    Make { folder: PathBuf, why: String },
}

/// What encrypts the connections of a listener.
pub struct Tls {
    pub acceptor: TlsAcceptor,
    /// Where the certificate is.
    pub certificate: PathBuf,
}

impl Tls {
    /// Reads the certificate, or makes one for `names` (hosts and addresses by which clients connect). Blocks on disk.
    ///
    /// # Errors
    /// When a file is missing or does not hold what it should.
    pub fn load(source: &TlsSource, names: &[String]) -> Result<Self, TlsError> {
        let (certificate, key) = match source {
            TlsSource::Files { certificate, key } => (certificate.clone(), key.clone()),
            TlsSource::SelfSigned { folder } => self_signed(folder, names)?,
        };
        let unreadable = |why: String| TlsError::Certificate { path: certificate.clone(), why };
        let chain: Vec<_> = CertificateDer::pem_file_iter(&certificate)
            .and_then(Iterator::collect)
            .map_err(|error| unreadable(error.to_string()))?;
        if chain.is_empty() {
            return Err(unreadable("there is no certificate in it".to_owned()));
        }
        let secret = PrivateKeyDer::from_pem_file(&key)
            .map_err(|error| TlsError::Key { path: key.clone(), why: error.to_string() })?;
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, secret))
            .map_err(|error| TlsError::Unfit { path: certificate.clone(), why: error.to_string() })?;
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)), certificate })
    }
}

/// The certificate and key in `folder`; made anew where they are missing or were made for other names.
fn self_signed(folder: &Path, names: &[String]) -> Result<(PathBuf, PathBuf), TlsError> {
    let failed = |why: String| TlsError::Make { folder: folder.to_owned(), why };
    let (certificate, key, made_for) = (folder.join("certificate.pem"), folder.join("key.pem"), folder.join("names"));
    let mut names = [&["localhost", "127.0.0.1", "::1"].map(str::to_owned)[..], names].concat();
    names.sort_unstable();
    names.dedup();
    let list = names.join("\n");
    let is_there = certificate.exists() && key.exists();
    if is_there && fs::read_to_string(&made_for).is_ok_and(|there| there == list) {
        return Ok((certificate, key));
    }
    let pair = rcgen::KeyPair::generate().map_err(|error| failed(error.to_string()))?;
    let mut params = rcgen::CertificateParams::new(names).map_err(|error| failed(error.to_string()))?;
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(rcgen::DnType::CommonName, "Millpond, self-signed");
    params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
    let made = params.self_signed(&pair).map_err(|error| failed(error.to_string()))?;
    let write = || {
        fs::create_dir_all(folder)?;
        // Last the names: without them a crash half way leads to making all of it again.
        let _ = fs::remove_file(&made_for);
        write_secret(&key, pair.serialize_pem().as_bytes())?;
        fs::write(&certificate, made.pem())?;
        fs::write(&made_for, &list)
    };
    write().map_err(|error| failed(error.to_string()))?;
    Ok((certificate, key))
}

/// Writes a file that only its owner may read, where the system knows such a thing.
fn write_secret(path: &Path, bytes: &[u8]) -> io::Result<()> {
    use io::Write as _;
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = fs::File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(bytes)
}

/// Whether the first four bytes of a connection, read as the length of a frame, are the beginning of a TLS handshake.
pub fn looks_like_tls(length: usize) -> bool {
    matches!(length >> 8, 0x0016_0300..=0x0016_0303)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_made_once_for_the_same_names() {
        let place = tempfile::tempdir().unwrap();
        let source = TlsSource::SelfSigned { folder: place.path().join("tls") };
        let made = |names: &[&str]| {
            let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
            fs::read(Tls::load(&source, &names).unwrap().certificate).unwrap()
        };
        let first = made(&["example.org", "10.0.0.1"]);
        assert_eq!(made(&["10.0.0.1", "example.org"]), first);
        assert_ne!(made(&["other.example.org"]), first);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(place.path().join("tls/key.pem")).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "only its owner may read the key");
        }
    }

    #[test]
    fn files_that_do_not_fit_are_named() {
        let place = tempfile::tempdir().unwrap();
        let load = |certificate: &Path, key: &Path| {
            let source = TlsSource::Files { certificate: certificate.to_owned(), key: key.to_owned() };
            Tls::load(&source, &[]).err().map(|error| error.to_string()).unwrap_or_default()
        };
        let one = self_signed(&place.path().join("one"), &[]).unwrap();
        let two = self_signed(&place.path().join("two"), &[]).unwrap();
        assert_eq!(load(&one.0, &one.1), "");
        assert!(load(&one.0, &two.1).contains("key belongs to it"));
        assert!(load(&one.1, &one.1).contains("no certificate"));
        assert!(load(&place.path().join("none"), &one.1).contains("none"));
        assert!(load(&one.0, &one.0).contains("unencrypted key"));
        assert!(looks_like_tls(0x1603_0102) && !looks_like_tls(0x0000_0100));
    }
}
