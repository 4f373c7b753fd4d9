//! A door in the stage for programs of the person's own: its broker listens on a free port of this machine. They live in real
//! time, on a runtime of their own; the stage sees what they do when it looks at the broker.

use std::{
    io,
    thread::{self, JoinHandle},
};

use tokio::sync::oneshot;

use crate::{
    broker::Broker,
    model::HostPort,
    server::{Server, ServerOptions},
};

/// Only this machine may come in: a stage asks nobody who he is.
const HOST: &str = "127.0.0.1";

/// A listener; ends when it is dropped.
pub struct Door {
    address: HostPort,
    end: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Door {
    /// Listens on a free port.
    ///
    /// # Errors
    /// When there is no thread, no runtime or no port to be had.
    pub fn open(broker: Broker) -> io::Result<Self> {
        let (end, ended) = oneshot::channel();
        let (say, said) = std::sync::mpsc::sync_channel(1);
        let body = move || {
            let _ = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => runtime.block_on(serve(broker, &say, ended)),
                Err(error) => say.send(Err(error)),
            };
        };
        let thread = thread::Builder::new().name("lab-door".to_owned()).spawn(body)?;
        let address = said.recv().map_err(|_| io::Error::other("the thread of the listener ended"))??;
        Ok(Self { address, end: Some(end), thread: Some(thread) })
    }

    /// Where programs connect to.
    pub fn address(&self) -> &HostPort {
        &self.address
    }
}

type Say = std::sync::mpsc::SyncSender<io::Result<HostPort>>;

async fn serve(
    broker: Broker,
    say: &Say,
    ended: oneshot::Receiver<()>,
) -> Result<(), std::sync::mpsc::SendError<io::Result<HostPort>>> {
    match Server::start(broker, ServerOptions::new(HostPort::new(HOST, 0))).await {
        Ok(server) => {
            say.send(Ok(server.advertised().clone()))?;
            // Whether it was told to end or the stage is simply gone.
            let _ = ended.await;
            server.shutdown().await;
            Ok(())
        }
        Err(error) => say.send(Err(io::Error::other(error))),
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            // A panic there has been reported by the panic hook.
            let _ = thread.join();
        }
    }
}
