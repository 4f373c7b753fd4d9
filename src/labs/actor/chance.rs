//! Seeded chance: each actor has its own, so that what one does changes nothing for the others.

use rand::{RngExt, SeedableRng, rngs::Xoshiro256PlusPlus};

/// A source of random numbers.
pub struct Chance(Xoshiro256PlusPlus);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// The seed of an actor on a stage (FNV-1a of its id, on the stage's seed).
    pub fn seed_of(stage: u64, id: &str) -> u64 {
        id.bytes().fold(stage ^ 0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        })
    }

    /// From 0 up to but not including 1.
    pub fn unit(&mut self) -> f64 {
        self.0.random::<f64>()
    }

    /// A waiting time between events that come `mean` apart on average, at most eight times as long.
    pub fn waiting(&mut self, mean: f64) -> f64 {
        (-mean * (1.0 - self.unit()).ln()).min(mean * 8.0)
    }
}
