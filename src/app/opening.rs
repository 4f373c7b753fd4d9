//! Opening a session away from the thread that draws: can be waited for, and can be given up.

use std::{sync::Arc, thread::JoinHandle, time::Instant};

use parking_lot::Mutex;

use crate::{
    session::{Problem, Session, SessionError},
    ui::clusters::{Needs, Walk},
};

/// Why there is no session.
#[derive(Debug, Clone)]
pub(super) enum Refused {
    Problem(Box<Problem>),
    /// Somebody has to type these first.
    Asks(Needs),
}

/// A session on its way, on a thread of its own.
pub(super) struct Opening {
    pub since: Instant,
    /// Along the way to a cluster, which is walked when it cannot be reached: it tells where it stops.
    pub walk: Option<Walk>,
    slot: Arc<Mutex<Slot>>,
    thread: Option<JoinHandle<()>>,
}

enum Slot {
    Waits,
    Done(Result<Session, Refused>),
    /// Nobody waits any more.
    GivenUp,
}

impl Opening {
    /// Starts. `wake` is called when there is a result.
    pub fn start(
        wake: Arc<dyn Fn() + Send + Sync>,
        open: impl FnOnce() -> Result<Session, Refused> + Send + 'static,
    ) -> Self {
        let slot = Arc::new(Mutex::new(Slot::Waits));
        let filled = Arc::clone(&slot);
        let thread = std::thread::Builder::new().name("open".to_owned()).spawn(move || {
            let result = open();
            let mut slot = filled.lock();
            if matches!(*slot, Slot::Waits) {
                *slot = Slot::Done(result);
                drop(slot);
                wake();
            } else if let Ok(session) = result {
                drop(slot);
                session.close();
            }
        });
        let thread = match thread {
            Ok(thread) => Some(thread),
            Err(error) => {
                *slot.lock() = Slot::Done(Err(Refused::Problem(Box::new(super::workspace::plain_failure(
                    &SessionError::Threads(error),
                )))));
                None
            }
        };
        Self { since: Instant::now(), walk: None, slot, thread }
    }

    /// What it came to, once.
    pub fn take(&mut self) -> Option<Result<Session, Refused>> {
        let result = take(&self.slot)?;
        self.join();
        Some(result)
    }

    /// Waits for the thread, and gives the session if there is one: for closing the window meanwhile.
    pub fn finish(&mut self) -> Option<Session> {
        self.join();
        take(&self.slot)?.ok()
    }

    /// Waits no more; what comes of it is closed where it comes.
    pub fn give_up(self) {
        let before = std::mem::replace(&mut *self.slot.lock(), Slot::GivenUp);
        if let Slot::Done(Ok(session)) = before {
            close_elsewhere(session);
        }
    }

    fn join(&mut self) {
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that opens a session panicked");
        }
    }
}

fn take(slot: &Mutex<Slot>) -> Option<Result<Session, Refused>> {
    let mut slot = slot.lock();
    match std::mem::replace(&mut *slot, Slot::Waits) {
        Slot::Done(result) => Some(result),
        other => {
            *slot = other;
            None
        }
    }
}

/// Closes a session without waiting for it: members leave their groups, which takes a moment.
pub(super) fn close_elsewhere(session: Session) {
    let closing = session.clone();
    let started = std::thread::Builder::new().name("close".to_owned()).spawn(move || closing.close());
    if let Err(error) = started {
        tracing::warn!(%error, "no thread to close a session on; closing it here");
        session.close();
    }
}
