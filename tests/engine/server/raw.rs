//! A client that knows frames and nothing else, and a broker that listens.

use std::{io::IoSlice, net::SocketAddr, time::Duration};

use bytes::{Bytes, BytesMut};
use kafka_protocol::{
    messages::{ApiKey, RequestKind, ResponseKind},
    protocol::StrBytes,
};
use millpond::{
    codec::frame::{Outbox, decode_response, encode_request, take_correlation_id},
    model::HostPort,
    server::{Limits, Server, ServerOptions},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use crate::broker::stage::Stage;

/// No condition of these tests takes longer, however slow the machine.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A broker that listens on a free port.
pub struct Listening {
    pub stage: Stage,
    pub server: Server,
}

impl Listening {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(choose: impl FnOnce(&mut Limits)) -> Self {
        let stage = Stage::new().await;
        let mut options = options();
        choose(&mut options.limits);
        let server = Server::start(stage.broker.clone(), options).await.unwrap();
        Self { stage, server }
    }

    pub async fn connect(&self) -> Raw {
        Raw::connect(self.server.address()).await
    }
}

/// Any free port of this machine.
pub fn options() -> ServerOptions {
    ServerOptions::new(HostPort::new("127.0.0.1", 0))
}

pub struct Raw<S = TcpStream> {
    pub stream: S,
    correlation_id: i32,
}

impl Raw {
    pub async fn connect(address: SocketAddr) -> Self {
        Self::over(TcpStream::connect(address).await.unwrap())
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Raw<S> {
    pub fn over(stream: S) -> Self {
        Self { stream, correlation_id: 0 }
    }

    /// The bytes of the next request.
    pub fn request(&mut self, api: ApiKey, version: i16, request: impl Into<RequestKind>) -> Vec<u8> {
        self.correlation_id += 1;
        let mut out = Outbox::default();
        let name = StrBytes::from_static_str("raw");
        encode_request(api, version, self.correlation_id, &name, &request.into(), &mut out).unwrap();
        let mut bytes = Vec::new();
        while !out.is_empty() {
            let mut slices = [IoSlice::new(&[]); 4];
            let count = out.slices(&mut slices);
            let now: Vec<u8> = slices[..count].iter().flat_map(|slice| slice.to_vec()).collect();
            out.advance(now.len());
            bytes.extend_from_slice(&now);
        }
        bytes
    }

    pub async fn write(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    /// The next answer: its number and what follows.
    pub async fn read(&mut self) -> (i32, Bytes) {
        let read = async {
            let length = self.stream.read_i32().await.unwrap();
            let mut frame = BytesMut::zeroed(usize::try_from(length).unwrap());
            self.stream.read_exact(&mut frame).await.unwrap();
            let mut frame = frame.freeze();
            (take_correlation_id(&mut frame).unwrap(), frame)
        };
        timeout(PATIENCE, read).await.expect("an answer")
    }

    /// Asks and reads the answer to it.
    pub async fn ask(&mut self, api: ApiKey, version: i16, request: impl Into<RequestKind>) -> ResponseKind {
        let bytes = self.request(api, version, request);
        self.write(&bytes).await;
        let (number, answer) = self.read().await;
        assert_eq!(number, self.correlation_id);
        decode_response(api, version, answer).unwrap()
    }

    /// Waits until the server has closed the connection, and answers what came before that.
    pub async fn closed(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        match timeout(PATIENCE, self.stream.read_to_end(&mut rest)).await.expect("the end of the connection") {
            Ok(_) => {}
            Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "{error}"),
        }
        rest
    }
}
