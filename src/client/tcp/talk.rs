//! A conversation over a connection that is being opened: one request, its answer, the next.

use std::io::{self, IoSlice};

use kafka_protocol::{
    ResponseError,
    messages::{ApiKey, ApiVersionsRequest, RequestKind, ResponseKind},
    protocol::StrBytes,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::{
    dial::Stream,
    fault::{ReachCause, ReachFault},
    handshake,
};
use crate::{
    client::{Tls, versions::PeerVersions, wire::text},
    codec::frame::{FrameError, Inbox, Outbox, decode_response, encode_request, take_correlation_id},
    model::HostPort,
};

/// The newest version of ApiVersions that is asked first; a broker that does not know it answers in version 0.
const API_VERSIONS_VERSION: i16 = 3;
/// Largest answer before a connection is in use, in bytes.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;

/// Asks and waits, one thing at a time.
pub struct Talk {
    stream: Box<dyn Stream>,
    address: HostPort,
    client_id: StrBytes,
    /// How it is encrypted.
    tls: Option<Tls>,
    inbox: Inbox,
    correlation_id: i32,
}

impl Talk {
    pub fn new(stream: Box<dyn Stream>, address: &HostPort, client_id: &str, tls: Option<&Tls>) -> Self {
        let inbox = Inbox::new(ANSWER_BYTES_MAX);
        Self {
            stream,
            address: address.clone(),
            client_id: text(client_id),
            tls: tls.cloned(),
            inbox,
            correlation_id: 0,
        }
    }

    /// What it was held over; nothing more may be on its way.
    pub fn into_stream(self) -> Box<dyn Stream> {
        self.stream
    }

    /// Whom it is held with.
    pub fn address(&self) -> &HostPort {
        &self.address
    }

    /// A fault of the other side.
    pub fn fault(&self, cause: ReachCause) -> ReachFault {
        ReachFault::new(&self.address, cause)
    }

    /// It answers something that was not asked.
    pub fn odd(&self) -> ReachFault {
        self.fault(ReachCause::NotKafka { why: "it answers something that was not asked".to_owned() })
    }

    /// Asks, and waits for the answer for as long as it takes.
    pub async fn ask(&mut self, api: ApiKey, version: i16, request: RequestKind) -> Result<ResponseKind, ReachFault> {
        self.correlation_id += 1;
        let mut outbox = Outbox::default();
        let written = encode_request(api, version, self.correlation_id, &self.client_id, &request, &mut outbox);
        written.map_err(|error| self.not_kafka(&error))?;
        self.write(outbox).await.map_err(|error| handshake::lost(&self.address, &error, self.tls.as_ref()))?;
        loop {
            match self.inbox.take() {
                Ok(Some(mut frame)) => {
                    let number = take_correlation_id(&mut frame).map_err(|error| self.not_kafka(&error))?;
                    if number != self.correlation_id {
                        return Err(self.odd());
                    }
                    return decode_response(api, version, frame).map_err(|error| self.not_kafka(&error));
                }
                Ok(None) => {}
                Err(FrameError::TooLarge { bytes, .. }) if handshake::is_alert(bytes) => {
                    return Err(self.fault(ReachCause::WantsTls));
                }
                Err(error) => return Err(self.not_kafka(&error)),
            }
            let read = self.stream.read_buf(self.inbox.room()).await;
            if read.map_err(|error| handshake::lost(&self.address, &error, self.tls.as_ref()))? == 0 {
                return Err(self.fault(match (self.correlation_id, api) {
                    (_, ApiKey::SaslHandshake) => ReachCause::ClosedInsteadOfLogin,
                    (1, _) => ReachCause::ClosedUnanswered,
                    _ => ReachCause::Lost { why: "it was closed".to_owned() },
                }));
            }
        }
    }

    /// Asks which versions of which APIs there are, and says who asks; answers their number, too.
    pub async fn versions(&mut self) -> Result<(PeerVersions, usize), ReachFault> {
        let mut version = API_VERSIONS_VERSION;
        loop {
            let request = ApiVersionsRequest::default()
                .with_client_software_name(text("millpond"))
                .with_client_software_version(text(env!("CARGO_PKG_VERSION")));
            let answer = self.ask(ApiKey::ApiVersions, version, request.into()).await?;
            let ResponseKind::ApiVersions(answer) = answer else { return Err(self.odd()) };
            match ResponseError::try_from_code(answer.error_code) {
                None => return Ok((PeerVersions::of(&answer), answer.api_keys.len())),
                // KIP-511: a broker that does not know the version says so in version 0.
                Some(ResponseError::UnsupportedVersion) if version > 0 => version = 0,
                Some(error) => return Err(self.fault(ReachCause::Kafka { error, said: None })),
            }
        }
    }

    async fn write(&mut self, mut outbox: Outbox) -> io::Result<()> {
        while !outbox.is_empty() {
            let mut slices = [IoSlice::new(&[])];
            let count = outbox.slices(&mut slices);
            let written = self.stream.write_vectored(&slices[..count]).await?;
            if written == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            outbox.advance(written);
        }
        self.stream.flush().await
    }

    fn not_kafka(&self, error: &FrameError) -> ReachFault {
        self.fault(ReachCause::NotKafka { why: error.to_string() })
    }
}
