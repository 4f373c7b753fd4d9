//! Opening and closing workspaces away from the thread that draws.

use std::{path::Path, sync::Arc, thread::JoinHandle, time::Instant};

use parking_lot::Mutex;

use crate::{
    broker::OpenError,
    session::{OpenSessionOptions, Phrase, Problem, Session, SessionError},
};

/// Where the window stands with its workspace.
pub(super) enum Workspace {
    Opening(Opening),
    Open(Session),
    Failed(OpenFailure),
}

/// Why a workspace is not open.
pub(super) struct OpenFailure {
    pub problem: Problem,
}

/// A workspace on its way: another thread closes the one before, then opens it.
pub(super) struct Opening {
    pub since: Instant,
    result: Arc<Mutex<Option<Result<Session, SessionError>>>>,
    thread: Option<JoinHandle<()>>,
}

impl Opening {
    /// Starts. `wake` of the options is called when there is a result.
    pub fn start(folder: &Path, before: Option<Session>, options: OpenSessionOptions) -> Self {
        let result = Arc::new(Mutex::new(None));
        let (folder, slot, wake) = (folder.to_owned(), Arc::clone(&result), Arc::clone(&options.wake));
        let thread = std::thread::Builder::new().name("open workspace".to_owned()).spawn(move || {
            if let Some(session) = before {
                session.close();
            }
            *slot.lock() = Some(open(&folder, options));
            wake();
        });
        let thread = match thread {
            Ok(thread) => Some(thread),
            Err(error) => {
                *result.lock() = Some(Err(SessionError::Threads(error)));
                None
            }
        };
        Self { since: Instant::now(), result, thread }
    }

    /// What it came to, once.
    pub fn take(&mut self) -> Option<Result<Session, SessionError>> {
        let result = self.result.lock().take()?;
        self.join();
        Some(result)
    }

    /// Waits for the thread, and gives the session if there is one: for closing the window meanwhile.
    pub fn finish(&mut self) -> Option<Session> {
        self.join();
        self.result.lock().take()?.ok()
    }

    fn join(&mut self) {
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that opens the workspace panicked");
        }
    }
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
pub(super) fn failure(folder: &Path, error: &SessionError) -> OpenFailure {
    let path = folder.display().to_string();
    let problem = match error {
        SessionError::Broker(OpenError::Owned { pid, .. }) => {
            let why = match pid {
                Some(pid) => Phrase::new("open-failed-owned-why").with("pid", pid.to_string()),
                None => Phrase::new("open-failed-owned-why-unknown"),
            };
            let next = Some(Phrase::new("open-failed-owned-next").with("path", path));
            Problem { what: Phrase::new("open-failed-owned"), why, next, technical: Some(error.to_string()) }
        }
        _ => Problem::from_error(Phrase::new("open-failed"), error)
            .next(Phrase::new("open-failed-next").with("path", path)),
    };
    OpenFailure { problem }
}
