//! A plan with its secrets becomes what the client secures connections with.

use std::sync::Arc;

use super::{ClientCredentials, Profile, ProfileFault, SaslPlan, SecretKind, Secrets, TlsPlan};
use crate::client::{
    Password, ReadOnly, Sasl, Security, SecurityError, TcpTransport, Tls, TlsOptions, TokenEndpoint, TokenSource,
    Transport,
};

/// Why a connection cannot even be tried.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error(transparent)]
    Fault(#[from] ProfileFault),
    #[error("the {} of the connection is not known; type it", .kind.name())]
    Missing { kind: SecretKind },
    #[error(transparent)]
    Security(#[from] SecurityError),
}

impl Profile {
    /// How connections are secured. Reads the files that the profile names.
    ///
    /// # Errors
    /// When a secret is missing or a file cannot be used.
    pub fn security(&self, secrets: &Secrets) -> Result<Security, ConnectError> {
        let tls = self.security.tls.as_ref().map(tls).transpose()?;
        let sasl = self.security.sasl.as_ref().map(|plan| sasl(plan, secrets)).transpose()?;
        Ok(Security { tls, sasl })
    }

    /// Makes ways to the cluster, each under a name of its own that brokers list; over those of a read-only profile nothing
    /// can be changed. All of them share what logs in. Nothing is connected yet.
    ///
    /// # Errors
    /// When the profile is not whole, a secret is missing, or a file cannot be used.
    pub fn transports(
        &self,
        secrets: &Secrets,
    ) -> Result<impl Fn(&str) -> Arc<dyn Transport> + Send + Sync + use<>, ConnectError> {
        self.check()?;
        let security = self.security(secrets)?;
        let (bootstrap, read_only) = (self.bootstrap.clone(), self.read_only);
        let timeouts = self.timeouts.of_client();
        Ok(move |client_id: &str| -> Arc<dyn Transport> {
            let tcp = TcpTransport::secured(bootstrap.clone(), client_id, security.clone()).with_timeouts(timeouts);
            if read_only { Arc::new(ReadOnly::new(Arc::new(tcp))) } else { Arc::new(tcp) }
        })
    }
}

pub(super) fn tls(plan: &TlsPlan) -> Result<Tls, SecurityError> {
    let identity = plan.identity.as_ref().map(|files| (files.certificate.clone(), files.key.clone()));
    Tls::from_files(&TlsOptions { authorities: plan.authorities.clone(), identity, verify_host: plan.verify_host })
}

pub(super) fn sasl(plan: &SaslPlan, secrets: &Secrets) -> Result<Sasl, ConnectError> {
    let secret =
        |kind| -> Result<Password, ConnectError> { secrets.get(kind).cloned().ok_or(ConnectError::Missing { kind }) };
    Ok(match plan {
        SaslPlan::Password { mechanism, user } => {
            Sasl::Password { mechanism: *mechanism, user: user.clone(), password: secret(SecretKind::Password)? }
        }
        SaslPlan::Token { file: Some(path), extensions } => {
            Sasl::Token(TokenSource::from_file(path.clone(), extensions.clone()))
        }
        SaslPlan::Token { file: None, extensions } => {
            Sasl::Token(TokenSource::given(secret(SecretKind::Token)?, extensions.clone()))
        }
        SaslPlan::ClientCredentials(ClientCredentials {
            token_endpoint,
            client_id,
            scope,
            extensions,
            authorities,
        }) => {
            let secret = secret(SecretKind::ClientSecret)?;
            let (url, id) = (token_endpoint.clone(), client_id.clone());
            let endpoint = TokenEndpoint::new(url, id, secret, scope.clone(), authorities)?;
            Sasl::Token(TokenSource::from_endpoint(endpoint, extensions.clone()))
        }
    })
}
