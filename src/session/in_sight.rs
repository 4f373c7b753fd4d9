//! Which topics somebody looks at: of a large cluster only their figures are asked for.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use parking_lot::Mutex;

/// Topics in sight at most: more rows than any screen shows.
const IN_SIGHT_MAX: usize = 500;

/// The names, and whether everything is to be asked for once.
#[derive(Default)]
pub(super) struct InSight {
    names: Mutex<Arc<HashSet<Arc<str>>>>,
    want_all: AtomicBool,
}

impl InSight {
    /// Other topics are looked at; true when one of them was not before.
    pub fn set(&self, topics: Vec<Arc<str>>) -> bool {
        let mut names = self.names.lock();
        let is_new = topics.iter().take(IN_SIGHT_MAX).any(|topic| !names.contains(topic));
        if is_new || topics.len() < names.len() {
            *names = Arc::new(topics.into_iter().take(IN_SIGHT_MAX).collect());
        }
        is_new
    }

    pub fn names(&self) -> Arc<HashSet<Arc<str>>> {
        Arc::clone(&self.names.lock())
    }

    /// The next look is a full one.
    pub fn want_all(&self) {
        self.want_all.store(true, Ordering::SeqCst);
    }

    /// Whether a full look is wanted; answers yes once.
    pub fn take_want_all(&self) -> bool {
        self.want_all.swap(false, Ordering::SeqCst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_new_in_sight_is_news() {
        let sight = InSight::default();
        let names = |names: &[&str]| names.iter().map(|name| Arc::from(*name)).collect::<Vec<Arc<str>>>();
        assert!(sight.set(names(&["a", "b"])));
        assert!(!sight.set(names(&["b", "a"])));
        assert!(!sight.set(names(&["b"])));
        assert!(!sight.names().contains("a"));
        assert!(sight.set(names(&["b", "c"])));
        sight.want_all();
        assert!(sight.take_want_all() && !sight.take_want_all());
    }
}
