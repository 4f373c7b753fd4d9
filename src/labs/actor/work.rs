//! Working on something for a while: fractions of a millisecond add up.

use std::time::Duration;

use super::Me;

/// Time that is owed to the clock, which knows whole milliseconds.
#[derive(Default)]
pub struct Work {
    owed_ms: f64,
}

impl Work {
    /// Works for so long.
    pub async fn on(&mut self, millis: f64) {
        self.owed_ms += millis.max(0.0);
        let whole = self.owed_ms.floor();
        if whole >= 1.0 {
            self.owed_ms -= whole;
            tokio::time::sleep(Duration::from_millis(whole as u64)).await;
        }
    }
}

/// Rests while the actor is paused; false when it should end.
pub async fn unless_paused(me: &Me) -> bool {
    while me.is_paused() && !me.is_stopping() {
        me.changed().await;
    }
    !me.is_stopping()
}
