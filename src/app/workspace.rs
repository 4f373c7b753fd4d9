//! Opening the workspace, or working through the process that has it open.

use std::{path::Path, sync::Arc};

use super::opening::{Opening, Refused};
use crate::{
    broker::OpenError,
    session::{OpenSessionOptions, Phrase, Problem, Session, SessionError},
};

/// Opens the workspace in that folder in the background; `before` is closed first.
pub(super) fn start(folder: &Path, before: Option<Session>, options: OpenSessionOptions) -> Opening {
    let folder = folder.to_owned();
    Opening::start(Arc::clone(&options.wake), move || {
        if let Some(session) = before {
            session.close();
        }
        open(&folder, options).map_err(|error| {
            tracing::error!(%error, "the workspace could not be opened");
            Refused::Problem(Box::new(failure(&folder, &error)))
        })
    })
}

/// Opens the workspace, or works through the listener of the process that owns it.
fn open(folder: &Path, options: OpenSessionOptions) -> Result<Session, SessionError> {
    let error = match Session::open_local(folder, options.clone()) {
        Err(SessionError::Broker(error)) => error,
        done => return done,
    };
    let Some(address) = error.owner_address() else { return Err(error.into()) };
    tracing::info!(%address, "another process owns the workspace; working through its listener");
    Session::open_owned(folder, address, error.owner_access(), options).map_err(|unreachable| {
        tracing::warn!(error = %unreachable, "the owner of the workspace does not answer");
        error.into()
    })
}

/// Says why a workspace cannot be opened, and what to do.
fn failure(folder: &Path, error: &SessionError) -> Problem {
    let path = folder.display().to_string();
    match error {
        SessionError::Broker(OpenError::Owned { pid, .. }) => {
            let why = match pid {
                Some(pid) => Phrase::new("open-failed-owned-why").with("pid", pid.to_string()),
                None => Phrase::new("open-failed-owned-why-unknown"),
            };
            let next = Some(Phrase::new("open-failed-owned-next").with("path", path));
            Problem { what: Phrase::new("open-failed-owned"), why, next, technical: Some(error.to_string()) }
        }
        _ => plain_failure(error).next(Phrase::new("open-failed-next").with("path", path)),
    }
}

/// In the error's own words.
pub(super) fn plain_failure(error: &SessionError) -> Problem {
    Problem::from_error(Phrase::new("open-failed"), error)
}
