//! Why connections end, and how that is said.

use kafka_protocol::messages::ApiKey;

use super::{Shared, limits::Limit, tls};
use crate::{broker::CallContext, codec::frame::FrameError};

/// Why a connection ended.
#[derive(Debug, thiserror::Error)]
pub enum End {
    #[error("the client closed it")]
    Closed,
    #[error("the listener stops")]
    Stopped,
    #[error(transparent)]
    Frame(#[from] FrameError),
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("the limit {0} was reached")]
    Limit(Limit),
    #[error("records sent with acks=0 were refused, and closing is how Kafka tells such a producer")]
    Refused,
    #[error("{api:?} came before the client had said who it is")]
    Unauthenticated { api: ApiKey },
    #[error("authentication failed{}: {message}", user.as_ref().map(|user| format!(" for the user {user:?}")).unwrap_or_default())]
    LoginFailed { user: Option<String>, message: String },
    #[error("the time of its authentication is over, and it did not authenticate again")]
    SessionOver,
    #[error("the user does not exist any more")]
    Removed,
}

impl End {
    /// Says it in the log, and counts the limit that was hit.
    pub fn say(&self, caller: &CallContext, shared: &Shared) {
        let (id, host, client) = (caller.connection_id, &caller.client_host, &caller.client_id);
        let limit = match self {
            Self::Closed | Self::Stopped | Self::Io(_) => {
                tracing::debug!(connection = id, %host, %client, why = %self, "connection closed");
                return;
            }
            Self::Limit(Limit::IdleMs) => {
                tracing::debug!(connection = id, %host, %client, why = %self, "connection closed");
                shared.hits.count(Limit::IdleMs);
                return;
            }
            Self::Limit(limit) => Some(*limit),
            Self::Frame(FrameError::TooLarge { bytes, .. }) if tls::looks_like_tls(*bytes) => {
                tracing::warn!(connection = id, %host, "connection closed: the client speaks TLS, and this listener does not");
                return;
            }
            Self::Frame(FrameError::TooLarge { limit, .. }) if *limit == shared.limits.frame_bytes_max => {
                Some(Limit::FrameBytes)
            }
            Self::SessionOver => Some(Limit::ReauthenticateMs),
            Self::Frame(_) | Self::Refused => None,
            Self::Unauthenticated { .. } | Self::LoginFailed { .. } | Self::Removed => None,
        };
        match limit {
            Some(limit) => {
                let who = format!("{client:?} at {}", host.trim_start_matches('/'));
                shared.hits.note(limit, shared.limits.get(limit), &who);
            }
            None => tracing::warn!(connection = id, %host, %client, why = %self, "connection closed"),
        }
    }
}
