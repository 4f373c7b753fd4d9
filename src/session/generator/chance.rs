//! Where a generator's values come from: one seeded source of chance, counters and walks with names, all bounded.

use std::collections::BTreeMap;

use fake::{
    Fake,
    faker::{address, company, internet, lorem, name, phone_number},
    locales,
};
use rand::{RngExt, SeedableRng, rngs::Xoshiro256PlusPlus};

/// Counters and walks that one generator may name; a template that makes up names must not grow without end.
pub const NAMES_MAX: usize = 1_000;
/// Words that one `words()` may ask for.
pub const WORDS_MAX: usize = 1_000;

/// A source of values; the same seed gives the same values in the same order, on every machine.
#[derive(Debug)]
pub struct Chance {
    rng: Xoshiro256PlusPlus,
    counters: BTreeMap<String, i64>,
    walks: BTreeMap<String, f64>,
}

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self { rng: Xoshiro256PlusPlus::seed_from_u64(seed), counters: BTreeMap::new(), walks: BTreeMap::new() }
    }

    /// The next number of a named counter: `start`, then `step` more each time. `None` when there are too many names.
    pub fn counter(&mut self, name: &str, start: i64, step: i64) -> Option<i64> {
        if !self.counters.contains_key(name) && self.counters.len() >= NAMES_MAX {
            return None;
        }
        let next = self.counters.entry(name.to_owned()).or_insert(start);
        let value = *next;
        *next = next.saturating_add(step);
        Some(value)
    }

    /// The next value of a named walk: `start`, then at most `step` up or down each time, as a sensor drifts.
    pub fn walk(&mut self, name: &str, start: f64, step: f64) -> Option<f64> {
        if !self.walks.contains_key(name) && self.walks.len() >= NAMES_MAX {
            return None;
        }
        let move_by = self.between(-step.abs(), step.abs());
        let next = self.walks.entry(name.to_owned()).or_insert(start);
        let value = *next;
        *next += move_by;
        Some(value)
    }

    /// A whole number from `low` to `high`, both included, in either order.
    pub fn int(&mut self, low: i64, high: i64) -> i64 {
        self.rng.random_range(low.min(high)..=low.max(high))
    }

    /// A number from `low` to `high`; `low` itself where the two are no usable range.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        let (low, high) = (low.min(high), low.max(high));
        if !(high - low).is_finite() || high <= low { low } else { self.rng.random_range(low..=high) }
    }

    /// A number from the bell curve around `mean` (Box and Muller's transform, the cosine half).
    pub fn normal(&mut self, mean: f64, deviation: f64) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        mean + deviation * radius * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// A waiting time between events that come `mean` apart on average.
    pub fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.unit()).ln()
    }

    /// From 0 up to but not including 1.
    pub fn unit(&mut self) -> f64 {
        self.rng.random::<f64>()
    }

    /// True once in `1 / probability` times.
    pub fn bool(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A place in a list of `len`; `None` for an empty one.
    pub fn index(&mut self, len: usize) -> Option<usize> {
        (len > 0).then(|| self.rng.random_range(0..len))
    }

    /// A place in a list of weights, a weight of 2 twice as often as one of 1; `None` if none is above zero.
    pub fn weighted(&mut self, weights: &[f64]) -> Option<usize> {
        let usable = |w: f64| if w.is_finite() && w > 0.0 { w } else { 0.0 };
        let total: f64 = weights.iter().copied().map(usable).sum();
        if total <= 0.0 {
            return None;
        }
        let mut left = self.unit() * total;
        let found = weights.iter().position(|&w| {
            left -= usable(w);
            left < 0.0
        });
        found.or_else(|| weights.iter().rposition(|&w| usable(w) > 0.0))
    }

    /// A random (version 4) UUID.
    pub fn uuid(&mut self) -> String {
        uuid::Builder::from_random_bytes(self.rng.random()).into_uuid().to_string()
    }

    /// `len` hexadecimal digits.
    pub fn hex(&mut self, len: usize) -> String {
        (0..len).map(|_| char::from_digit(self.rng.random_range(0..16), 16).unwrap_or('0')).collect()
    }

    /// A made-up value of the kind; Chinese where `chinese` and the kind has names in that language.
    pub fn made_up(&mut self, kind: MadeUp, chinese: bool) -> String {
        match (kind, chinese) {
            (MadeUp::City, true) => address::raw::CityName(locales::ZH_CN).fake_with_rng(&mut self.rng),
            (MadeUp::City, false) => address::raw::CityName(locales::EN).fake_with_rng(&mut self.rng),
            (_, true) => self.made_up_in(kind, locales::ZH_CN),
            (_, false) => self.made_up_in(kind, locales::EN),
        }
    }

    fn made_up_in<L: locales::Data + Copy>(&mut self, kind: MadeUp, locale: L) -> String {
        let rng = &mut self.rng;
        match kind {
            MadeUp::FirstName => name::raw::FirstName(locale).fake_with_rng(rng),
            MadeUp::LastName => name::raw::LastName(locale).fake_with_rng(rng),
            // The locale's own pattern puts Chinese family names first, without a space.
            MadeUp::Name => name::raw::Name(locale).fake_with_rng(rng),
            MadeUp::UserName => internet::raw::Username(locales::EN).fake_with_rng(rng),
            // Only domains that are reserved for examples, so that no real mailbox is ever named.
            MadeUp::Email => internet::raw::SafeEmail(locales::EN).fake_with_rng(rng),
            MadeUp::Company => company::raw::CompanyName(locale).fake_with_rng(rng),
            MadeUp::Phone => phone_number::raw::PhoneNumber(locale).fake_with_rng(rng),
            MadeUp::Street => address::raw::StreetName(locale).fake_with_rng(rng),
            MadeUp::Country => address::raw::CountryName(locale).fake_with_rng(rng),
            MadeUp::CountryCode => address::raw::CountryCode(locales::EN).fake_with_rng(rng),
            MadeUp::Ip => internet::raw::IPv4(locales::EN).fake_with_rng(rng),
            // City names are one function per language in the library, see `made_up`.
            MadeUp::City | MadeUp::Word => lorem::raw::Word(locales::EN).fake_with_rng(rng),
        }
    }

    /// `count` words of Latin, at most [`WORDS_MAX`].
    pub fn words(&mut self, count: usize) -> String {
        let words: Vec<String> = (0..count.min(WORDS_MAX)).map(|_| self.made_up(MadeUp::Word, false)).collect();
        words.join(" ")
    }
}

/// Kinds of made-up values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MadeUp {
    FirstName,
    LastName,
    Name,
    UserName,
    Email,
    Company,
    Phone,
    City,
    Street,
    Country,
    CountryCode,
    Ip,
    Word,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_values() {
        let draw = |seed| {
            let mut chance = Chance::new(seed);
            (chance.int(1, 1_000_000), chance.uuid(), chance.made_up(MadeUp::Name, false), chance.normal(0.0, 1.0))
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7).1, draw(8).1);
    }

    #[test]
    fn the_bell_curve_has_the_mean_and_deviation_asked_for() {
        let mut chance = Chance::new(1);
        let values: Vec<f64> = (0..20_000).map(|_| chance.normal(50.0, 4.0)).collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let deviation = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / values.len() as f64).sqrt();
        assert!((mean - 50.0).abs() < 0.2, "{mean}");
        assert!((deviation - 4.0).abs() < 0.2, "{deviation}");
    }

    #[test]
    fn weights_steer_the_choice_and_useless_ones_are_left_out() {
        let mut chance = Chance::new(3);
        let mut counts = [0; 3];
        for _ in 0..4_000 {
            counts[chance.weighted(&[3.0, 1.0, f64::NAN]).unwrap()] += 1;
        }
        assert!((2_800..3_200).contains(&counts[0]), "{counts:?}");
        assert_eq!(counts[2], 0);
        assert_eq!(chance.weighted(&[0.0, -1.0]), None);
    }

    #[test]
    fn odd_ranges_do_not_panic() {
        let mut chance = Chance::new(3);
        assert_eq!(chance.int(5, 5), 5);
        assert!((1..=9).contains(&chance.int(9, 1)));
        chance.int(i64::MIN, i64::MAX);
        assert_eq!(chance.between(2.0, 2.0), 2.0);
        chance.between(f64::MIN, f64::MAX);
        chance.between(f64::NAN, 1.0);
    }

    #[test]
    fn names_are_bounded() {
        let mut chance = Chance::new(0);
        for n in 0..NAMES_MAX {
            assert!(chance.counter(&n.to_string(), 1, 1).is_some());
        }
        assert_eq!(chance.counter("one more", 1, 1), None);
        assert_eq!(chance.counter("0", 1, 1), Some(2));
    }
}
