//! The listener of a window: started with the workspace, changed while it runs.

use std::{path::Path, sync::Arc};

use tokio::sync::Mutex;

use crate::{
    broker::Broker,
    model::HostPort,
    server::{Limit, Limits, ServeError, Server, ServerOptions, TlsSource},
    session::{
        Encryption, ListenerLimit, ListenerSettings, ListenerState, Listening, Phrase, Problem, ReadLimits, Session,
    },
};

/// Ports that are tried one after the other before any free one is taken.
const PORTS_TRIED_MAX: u16 = 50;

/// Starts, changes and ends the listener of one session. Changes come one after the other, in the order they were asked for.
#[derive(Clone, Default)]
pub(super) struct Listener(Arc<Mutex<Option<Arc<Server>>>>);

impl Listener {
    /// Makes the listener what `settings` say; the session tells how that went. Does nothing where the broker is another
    /// process's.
    pub fn apply(&self, session: &Session, settings: ListenerSettings) {
        let Some(broker) = session.broker().cloned() else { return };
        session.set_listener(if settings.on { ListenerState::Starting } else { ListenerState::Off }, None);
        let (running, teller) = (self.0.clone(), session.clone());
        session.before_close(Box::pin(end(running.clone())));
        session.spawn(async move {
            let mut running = running.lock().await;
            stop(running.take()).await;
            if !settings.on {
                teller.set_listener(ListenerState::Off, None);
                return;
            }
            match start(broker, &settings).await {
                Ok((server, listening)) => {
                    let server = Arc::new(server);
                    teller.set_listener(ListenerState::Listens(listening), Some(read_limits(&server)));
                    *running = Some(server);
                }
                Err(problem) => {
                    tracing::warn!(why = ?problem.technical, "clients cannot connect");
                    teller.set_listener(ListenerState::Failed(problem), None);
                }
            }
            teller.wake();
        });
    }
}

async fn end(running: Arc<Mutex<Option<Arc<Server>>>>) {
    stop(running.lock().await.take()).await;
}

async fn stop(server: Option<Arc<Server>>) {
    if let Some(server) = server {
        server.stop().await;
    }
}

async fn start(broker: Broker, settings: &ListenerSettings) -> Result<(Server, Listening), Problem> {
    let failed = |error: &dyn std::error::Error, why: Phrase| {
        Problem { what: Phrase::new("listener-failed"), why, next: None, technical: Some(error.to_string()) }
            .next(Phrase::new("listener-failed-next"))
    };
    let advertise = match settings.advertise.as_deref().map(str::parse::<HostPort>).transpose() {
        Ok(advertise) => advertise,
        Err(error) => return Err(failed(&error, Phrase::plain(error.to_string()))),
    };
    let tls = match &settings.encryption {
        Encryption::Off => None,
        Encryption::SelfSigned => Some(TlsSource::self_signed(broker.data_dir())),
        Encryption::Files { certificate, key } => {
            Some(TlsSource::Files { certificate: certificate.clone(), key: key.clone() })
        }
    };
    let options = |port| ServerOptions {
        advertise: advertise.clone(),
        open_to_network: settings.open_to_network,
        authentication: settings.authentication,
        tls: tls.clone(),
        limits: limits(settings),
        ..ServerOptions::new(HostPort::new(settings.host.as_str(), port))
    };
    let tried = (settings.port..).take(usize::from(PORTS_TRIED_MAX)).chain([0]);
    let mut taken = None;
    let mut last = None;
    for port in tried {
        match Server::start(broker.clone(), options(port)).await {
            Ok(server) => {
                let address = server.address().to_string();
                let advertised = server.advertised().to_string();
                let security_protocol = server.security_protocol();
                let certificate = server.certificate().map(Path::to_owned);
                return Ok((server, Listening { address, advertised, taken, security_protocol, certificate }));
            }
            Err(error @ ServeError::Taken { .. }) => {
                taken.get_or_insert_with(|| HostPort::new(settings.host.as_str(), port).to_string());
                last = Some(error);
            }
            Err(error) => return Err(failed(&error, why(&error, settings))),
        }
    }
    // Any free port was asked for last, so this is not reached; without a word it would be worse.
    let why = Phrase::new("listener-failed-taken").with("address", settings.host.as_str());
    Err(match last {
        Some(error) => failed(&error, why),
        None => Problem { what: Phrase::new("listener-failed"), why, next: None, technical: None },
    })
}

fn why(error: &ServeError, settings: &ListenerSettings) -> Phrase {
    match error {
        ServeError::Open { .. } => Phrase::new("listener-failed-open").with("host", settings.host.as_str()),
        ServeError::NoAddress { .. } => Phrase::new("listener-failed-no-address").with("host", settings.host.as_str()),
        ServeError::Taken { listen } => Phrase::new("listener-failed-taken").with("address", listen.to_string()),
        ServeError::Listen { source, .. } => Phrase::plain(source.to_string()),
        ServeError::NoUsers => Phrase::new("listener-failed-no-users"),
        ServeError::Tls(error) => Phrase::plain(error.to_string()),
    }
}

/// The limits that were chosen; a name or value that this version does not know counts as not chosen.
fn limits(settings: &ListenerSettings) -> Limits {
    let mut limits = Limits::default();
    for (name, value) in &settings.limits {
        let set = name.parse::<Limit>().and_then(|limit| limits.set(limit, &value.to_string()));
        if let Err(error) = set {
            tracing::warn!(%error, "a limit in the settings is not used");
        }
    }
    limits
}

fn read_limits(server: &Arc<Server>) -> ReadLimits {
    let server = Arc::downgrade(server);
    Arc::new(move || {
        let Some(server) = server.upgrade() else { return Vec::new() };
        let hits = server.hits();
        let defaults = Limits::default();
        let limit = |limit: Limit| {
            let (min, max) = limit.range();
            let hits = hits.iter().find(|hits| hits.limit == limit).map_or(0, |hits| hits.count);
            let (value, default) = (server.limits().get(limit), defaults.get(limit));
            ListenerLimit { name: limit.name(), value, default, min, max, hits }
        };
        Limit::ALL.map(limit).into()
    })
}
