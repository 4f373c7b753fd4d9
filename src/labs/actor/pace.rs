//! When the next thing is due, at a rate that may change at any moment.

use std::time::Duration;

use tokio::time::Instant;

use super::{Me, chance::Chance};
use crate::labs::file::RateShape;

/// Milliseconds of missed sends that are made up for after a change.
const CATCH_UP_MS: f64 = 50.0;

/// A pace, in milliseconds since its beginning.
pub struct Pace {
    began: Instant,
    next_ms: f64,
    last: (f64, RateShape),
    chance: Chance,
}

impl Pace {
    pub fn new(seed: u64) -> Self {
        Self { began: Instant::now(), next_ms: 0.0, last: (0.0, RateShape::Hand), chance: Chance::new(seed) }
    }

    fn now_ms(&self) -> f64 {
        self.began.elapsed().as_secs_f64() * 1_000.0
    }

    /// Waits until something is due, or returns false when something about the actor has changed.
    pub async fn due(&mut self, me: &Me) -> bool {
        let (rate, shape) = {
            let spec = me.spec();
            (spec.rate.unwrap_or(1.0), spec.shape)
        };
        if me.is_paused() || me.is_stopping() || shape == RateShape::Hand || rate <= 0.0 {
            self.last = (0.0, RateShape::Hand);
            me.changed().await;
            return false;
        }
        if self.last != (rate, shape) {
            self.last = (rate, shape);
            self.next_ms = self.next_ms.max(self.now_ms()).min(self.now_ms() + self.gap(rate, shape));
        }
        self.next_ms = self.next_ms.max(self.now_ms() - CATCH_UP_MS);
        let at = self.began + Duration::from_micros((self.next_ms.max(0.0) * 1_000.0) as u64);
        let due = tokio::select! {
            biased;
            () = me.changed() => false,
            () = tokio::time::sleep_until(at) => true,
        };
        if due {
            self.next_ms += self.gap(rate, shape);
        }
        due
    }

    fn gap(&mut self, rate: f64, shape: RateShape) -> f64 {
        let mean = 1_000.0 / rate;
        if shape == RateShape::Bursty { self.chance.waiting(mean) } else { mean }
    }
}
