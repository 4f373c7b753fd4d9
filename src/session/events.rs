//! What happened that a person should hear about once: the window drains these into toasts.

use std::collections::VecDeque;

use parking_lot::Mutex;

use super::{JobId, JobKind, Phrase, Problem};

/// Events that wait for the window at most; beyond it the oldest go, as nobody reads that many toasts.
const EVENTS_WAITING_MAX: usize = 64;

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A job came to its end.
    JobDone { job: JobId, kind: JobKind, said: Phrase },
    /// A job failed.
    JobFailed { job: JobId, kind: JobKind, problem: Problem },
    /// Anything else that went well.
    Note(Phrase),
    /// Anything else that did not.
    Trouble(Problem),
}

/// The waiting events of a session.
#[derive(Default)]
pub(crate) struct Events(Mutex<VecDeque<Event>>);

impl Events {
    pub(crate) fn push(&self, event: Event) {
        let mut waiting = self.0.lock();
        if waiting.len() == EVENTS_WAITING_MAX {
            waiting.pop_front();
        }
        waiting.push_back(event);
    }

    pub(crate) fn take(&self) -> Vec<Event> {
        self.0.lock().drain(..).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_newest_events_wait() {
        let events = Events::default();
        for n in 0..EVENTS_WAITING_MAX + 3 {
            events.push(Event::Note(Phrase::plain(n.to_string())));
        }
        let taken = events.take();
        assert_eq!(taken.len(), EVENTS_WAITING_MAX);
        assert_eq!(taken[0], Event::Note(Phrase::plain("3")));
        assert!(events.take().is_empty());
    }
}
