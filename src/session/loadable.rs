//! A value that may still be loading, shared between the one who loads it and the screen that shows it.

use std::{fmt, sync::Arc, time::Instant};

use parking_lot::Mutex;

use super::Problem;

/// A shared slot: empty, loading, or holding a value or a problem. A new load keeps the previous value on show.
pub struct Loadable<T> {
    slot: Arc<Mutex<Slot<T>>>,
}

/// What a screen sees of a [`Loadable`].
pub struct LoadView<T> {
    /// The newest value, also while the next one is on its way.
    pub value: Option<Arc<T>>,
    /// Why the newest load failed.
    pub problem: Option<Problem>,
    /// Since when a load is under way; screens wait 200 ms before they show it.
    pub loading_since: Option<Instant>,
}

/// The right to fill a [`Loadable`]; one that was overtaken by a newer load fills nothing.
pub struct LoadTicket<T> {
    slot: Arc<Mutex<Slot<T>>>,
    generation: u64,
}

struct Slot<T> {
    value: Option<Arc<T>>,
    problem: Option<Problem>,
    loading_since: Option<Instant>,
    generation: u64,
}

impl<T> Default for Loadable<T> {
    fn default() -> Self {
        let slot = Slot { value: None, problem: None, loading_since: None, generation: 0 };
        Self { slot: Arc::new(Mutex::new(slot)) }
    }
}

impl<T> fmt::Debug for Loadable<T> {
    /// Not what is in it, which may be long or secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Loadable")
    }
}

impl<T> Clone for Loadable<T> {
    fn clone(&self) -> Self {
        Self { slot: Arc::clone(&self.slot) }
    }
}

impl<T> Loadable<T> {
    /// Begins a load; every ticket given out before is overtaken.
    pub fn begin(&self) -> LoadTicket<T> {
        let mut slot = self.slot.lock();
        slot.generation += 1;
        slot.loading_since = Some(Instant::now());
        LoadTicket { slot: Arc::clone(&self.slot), generation: slot.generation }
    }

    /// Puts a value in without a load; overtakes loads under way.
    pub fn set(&self, value: T) {
        self.begin().finish(Ok(value));
    }

    /// Forgets value and problem and overtakes loads under way.
    pub fn clear(&self) {
        let mut slot = self.slot.lock();
        slot.generation += 1;
        slot.value = None;
        slot.problem = None;
        slot.loading_since = None;
    }

    /// What there is now.
    pub fn view(&self) -> LoadView<T> {
        let slot = self.slot.lock();
        LoadView { value: slot.value.clone(), problem: slot.problem.clone(), loading_since: slot.loading_since }
    }

    /// The newest value, if there is one.
    pub fn value(&self) -> Option<Arc<T>> {
        self.slot.lock().value.clone()
    }

    /// True before the first load began.
    pub fn is_untouched(&self) -> bool {
        let slot = self.slot.lock();
        slot.value.is_none() && slot.problem.is_none() && slot.loading_since.is_none()
    }
}

impl<T> LoadTicket<T> {
    /// Fills the slot. A problem leaves the previous value in place.
    pub fn finish(self, result: Result<T, Problem>) {
        let mut slot = self.slot.lock();
        if slot.generation != self.generation {
            return;
        }
        slot.loading_since = None;
        match result {
            Ok(value) => {
                slot.value = Some(Arc::new(value));
                slot.problem = None;
            }
            Err(problem) => slot.problem = Some(problem),
        }
    }

    /// True when a newer load has begun, so that this one can stop early.
    pub fn is_overtaken(&self) -> bool {
        self.slot.lock().generation != self.generation
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Phrase;

    #[test]
    fn the_previous_value_stays_while_the_next_one_loads_or_fails() {
        let slot = Loadable::default();
        assert!(slot.is_untouched());
        slot.begin().finish(Ok(1));
        let ticket = slot.begin();
        let view = slot.view();
        assert_eq!(view.value.as_deref(), Some(&1));
        assert!(view.loading_since.is_some());
        ticket.finish(Err(Problem::new(Phrase::plain("could not load"), "gone")));
        let view = slot.view();
        assert_eq!(view.value.as_deref(), Some(&1));
        assert!(view.problem.is_some() && view.loading_since.is_none());
    }

    #[test]
    fn a_late_result_of_an_overtaken_load_is_dropped() {
        let slot = Loadable::default();
        let old = slot.begin();
        let new = slot.begin();
        assert!(old.is_overtaken() && !new.is_overtaken());
        new.finish(Ok("new"));
        old.finish(Ok("old"));
        assert_eq!(slot.value().as_deref(), Some(&"new"));
    }
}
