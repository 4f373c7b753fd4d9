//! The way to a broker step by step, for who wants to know where it ends.

use std::{net::SocketAddr, time::Duration};

use kafka_protocol::messages::{ApiKey, MetadataRequest, ResponseKind};
use tokio::{net::TcpStream, time::timeout};

use super::{
    dial,
    fault::{ReachCause, ReachFault},
    handshake, login,
    talk::Talk,
};
use crate::{
    client::{ClientError, ClusterInfo, NodeInfo, Sasl, Tls, versions::PeerVersions, wire::owned},
    model::HostPort,
};

/// A connection on which nothing was said yet.
pub struct Reached {
    stream: TcpStream,
    address: HostPort,
    wait: Duration,
}

/// A connection to a broker that is asked one thing after the other.
pub struct Probe {
    talk: Talk,
    wait: Duration,
    versions: PeerVersions,
}

/// How a connection was encrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encrypted {
    /// Such as "TLS 1.3".
    pub version: String,
}

impl Reached {
    /// The addresses of a host; at least one.
    ///
    /// # Errors
    /// When the name service knows none.
    pub async fn look_up(address: &HostPort, wait: Duration) -> Result<Vec<SocketAddr>, ReachFault> {
        dial::look_up(address, wait).await
    }

    /// Connects to the first of the addresses that answers.
    ///
    /// # Errors
    /// When none does.
    pub async fn connect(address: &HostPort, found: &[SocketAddr], wait: Duration) -> Result<Self, ReachFault> {
        let stream = dial::connect(address, found, wait).await?;
        Ok(Self { stream, address: address.clone(), wait })
    }

    /// Goes on without encryption. Brokers list the connection under `client_id`.
    pub fn plain(self, client_id: &str) -> Probe {
        Probe::over(Box::new(self.stream), &self.address, client_id, None, self.wait)
    }

    /// Encrypts the connection.
    ///
    /// # Errors
    /// When the server speaks no TLS, or is not believed.
    pub async fn encrypt(self, tls: &Tls, client_id: &str) -> Result<(Probe, Encrypted), ReachFault> {
        let stream = handshake::encrypt(self.stream, &self.address, tls, self.wait).await?;
        let version = match stream.get_ref().1.protocol_version() {
            Some(rustls::ProtocolVersion::TLSv1_3) => "TLS 1.3".to_owned(),
            Some(rustls::ProtocolVersion::TLSv1_2) => "TLS 1.2".to_owned(),
            other => format!("{other:?}"),
        };
        Ok((Probe::over(Box::new(stream), &self.address, client_id, Some(tls), self.wait), Encrypted { version }))
    }

    /// Whether the server answers a handshake of TLS as one that speaks it. Nothing secret is sent.
    pub async fn speaks_tls(self) -> bool {
        let Ok(nobody) = Tls::nobody() else { return false };
        match handshake::encrypt(self.stream, &self.address, &nobody, self.wait).await {
            Ok(_) => true,
            Err(ReachFault { cause, .. }) => matches!(
                cause,
                ReachCause::UnknownAuthority | ReachCause::NoClientCertificate { .. } | ReachCause::NoCommonTls { .. }
            ),
        }
    }
}

impl Probe {
    fn over(
        stream: Box<dyn dial::Stream>,
        address: &HostPort,
        client_id: &str,
        tls: Option<&Tls>,
        wait: Duration,
    ) -> Self {
        Self { talk: Talk::new(stream, address, client_id, tls), wait, versions: PeerVersions::default() }
    }

    /// Asks which APIs there are; answers how many.
    ///
    /// # Errors
    /// When what answers is no broker, or none that speaks a version of Metadata that this client speaks.
    pub async fn versions(&mut self) -> Result<usize, ReachFault> {
        let (versions, count) = match timeout(self.wait, self.talk.versions()).await {
            Ok(asked) => asked?,
            Err(_) => return Err(self.talk.fault(dial::too_slow("answer", self.wait))),
        };
        self.versions = versions;
        self.metadata_version()?;
        Ok(count)
    }

    fn metadata_version(&self) -> Result<i16, ReachFault> {
        self.versions.choose_up_to(ApiKey::Metadata as i16, i16::MAX).map_err(|none| {
            let asked = "look at the cluster".to_owned();
            let error = ClientError::Unsupported { asked, ours: none.ours, peer: none.peer };
            self.talk.fault(ReachCause::Client(error))
        })
    }

    /// Logs in; [`Probe::versions`] must have been asked before.
    ///
    /// # Errors
    /// When nobody logs in here, not by this mechanism, or this user is not let in.
    pub async fn log_in(&mut self, sasl: &Sasl) -> Result<(), ReachFault> {
        match timeout(self.wait, login::log_in(&mut self.talk, sasl, login::version(&self.versions))).await {
            Ok(done) => done.map(drop),
            Err(_) => Err(self.talk.fault(dial::too_slow("finish the login", self.wait))),
        }
    }

    /// The mechanisms by which users log in to this listener; `None` where nobody does. Nothing else may be asked after.
    ///
    /// # Errors
    /// When what answers is no broker.
    pub async fn offered(mut self) -> Result<Option<Vec<String>>, ReachFault> {
        match timeout(self.wait, login::offered(&mut self.talk, "PLAIN")).await {
            Ok(offered) => offered,
            Err(_) => Err(self.talk.fault(dial::too_slow("answer", self.wait))),
        }
    }

    /// Asks for the cluster's nodes; [`Probe::versions`] must have been asked before.
    ///
    /// # Errors
    /// When the broker does not tell: it may want a login first.
    pub async fn cluster(&mut self) -> Result<ClusterInfo, ReachFault> {
        let version = self.metadata_version()?;
        // No topics: there may be a hundred thousand.
        let request = MetadataRequest::default().with_topics(Some(Vec::new())).with_allow_auto_topic_creation(false);
        let answer = self.ask(ApiKey::Metadata, version, request.into()).await?;
        let ResponseKind::Metadata(answer) = answer else { return Err(self.talk.odd()) };
        let node = |node: &kafka_protocol::messages::metadata_response::MetadataResponseBroker| NodeInfo {
            id: node.node_id.0,
            host: node.host.to_string(),
            port: node.port,
            rack: owned(&node.rack),
        };
        Ok(ClusterInfo {
            cluster_id: owned(&answer.cluster_id),
            controller: Some(answer.controller_id.0).filter(|id| *id >= 0),
            nodes: answer.brokers.iter().map(node).collect(),
        })
    }

    async fn ask(
        &mut self,
        api: ApiKey,
        version: i16,
        request: kafka_protocol::messages::RequestKind,
    ) -> Result<ResponseKind, ReachFault> {
        match timeout(self.wait, self.talk.ask(api, version, request)).await {
            Ok(answer) => answer,
            Err(_) => Err(self.talk.fault(dial::too_slow("answer", self.wait))),
        }
    }

    /// Whom it asks.
    pub fn address(&self) -> &HostPort {
        self.talk.address()
    }
}
