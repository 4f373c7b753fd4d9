//! Numbers, sizes, durations and times as a person reads them. Unknown is [`UNKNOWN`]; `0` is only zero.

use chrono::{DateTime, Datelike, Local, Offset as _, TimeZone, Utc};

use super::{ctx::TimeDisplay, text::Language};
use crate::model::{Lag, TimestampMillis};

/// What is shown for what is not known.
pub const UNKNOWN: &str = "—";

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const HUNDRED_DAYS: i64 = 100 * DAY;

/// How figures and times are written: language and time display.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Format {
    pub language: Language,
    pub times: TimeDisplay,
}

/// A whole number with thousands separated by commas.
pub fn count(n: u64) -> String {
    grouped(&n.to_string())
}

/// Same, with a sign where it is negative.
pub fn integer(n: i64) -> String {
    let digits = grouped(&n.unsigned_abs().to_string());
    if n < 0 { format!("-{digits}") } else { digits }
}

/// A lag, or the sign for unknown.
pub fn lag(lag: Lag) -> String {
    lag.records().map_or_else(|| UNKNOWN.to_owned(), count)
}

/// A size as value and unit: `("612", "KiB")`.
pub fn bytes(n: u64) -> (String, &'static str) {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut value = n as f64;
    let mut unit = 0;
    while value >= 1_023.5 && unit + 1 < UNITS.len() {
        value /= 1_024.0;
        unit += 1;
    }
    let digits = if unit == 0 || value >= 9.95 { 0 } else { 1 };
    (grouped_fraction(value, digits), UNITS[unit])
}

/// A size in one text: `612 KiB`.
pub fn bytes_text(n: u64) -> String {
    let (value, unit) = bytes(n);
    format!("{value} {unit}")
}

/// A rate a second, rounded to what is known: `0`, `0.4`, `14`, `2,460`.
pub fn rate(per_second: f64) -> String {
    let value = per_second.max(0.0);
    if value == 0.0 {
        "0".to_owned()
    } else if value < 0.05 {
        "< 0.1".to_owned()
    } else if value < 9.95 {
        grouped_fraction(value, 1)
    } else {
        grouped_fraction(value, 0)
    }
}

/// A rate, or the sign for unknown.
pub fn rate_or_unknown(per_second: Option<f64>) -> String {
    per_second.map_or_else(|| UNKNOWN.to_owned(), rate)
}

/// A large number in few characters, for axes: `24 k`, `1.2 M`.
pub fn short(value: f64) -> String {
    for (limit, unit) in [(1e9, " G"), (1e6, " M"), (1e4, " k")] {
        if value.abs() >= limit {
            let scaled = value / if limit == 1e4 { 1e3 } else { limit };
            let digits = usize::from(scaled.abs() < 99.95 && (scaled * 10.0).round() % 10.0 != 0.0);
            return format!("{}{unit}", grouped_fraction(scaled, digits));
        }
    }
    // As many digits after the point as the value has, at most two: 0.25, 0.5, 3.
    let digits = (0..2).find(|digits| (value * 10_f64.powi(*digits)).fract().abs() < 1e-9).unwrap_or(2);
    grouped_fraction(value, digits as usize)
}

/// A share of one, in percent: `62 %`; never 100 before all is done, never 0 once something is.
pub fn percent(done: u64, total: u64) -> String {
    if total == 0 {
        return UNKNOWN.to_owned();
    }
    let percent = (u128::from(done) * 100 / u128::from(total)) as u64;
    let percent = if percent == 0 && done > 0 { 1 } else { percent.min(100) };
    format!("{percent} %")
}

impl Format {
    /// A duration in at most two units: `3.1 ms`, `1.2 s`, `3 min 4 s`, `6 d 23 h`.
    pub fn duration(&self, millis: i64) -> String {
        let [ms, s, min, h, d] = match self.language {
            Language::English => ["ms", "s", "min", "h", "d"],
            Language::Chinese => ["毫秒", "秒", "分钟", "小时", "天"],
        };
        let sign = if millis < 0 { "-" } else { "" };
        let millis = millis.saturating_abs();
        let two = |big: i64, big_unit: &str, small: i64, small_unit: &str| {
            if small == 0 { format!("{big} {big_unit}") } else { format!("{big} {big_unit} {small} {small_unit}") }
        };
        let text = match millis {
            ..SECOND => format!("{millis} {ms}"),
            SECOND..10_000 => {
                let tenths = (millis + 50) / 100;
                if tenths % 10 == 0 {
                    format!("{} {s}", tenths / 10)
                } else {
                    format!("{}.{} {s}", tenths / 10, tenths % 10)
                }
            }
            10_000..MINUTE => format!("{} {s}", millis / SECOND),
            MINUTE..HOUR => two(millis / MINUTE, min, millis % MINUTE / SECOND, s),
            HOUR..DAY => two(millis / HOUR, h, millis % HOUR / MINUTE, min),
            DAY..HUNDRED_DAYS => two(millis / DAY, d, millis % DAY / HOUR, h),
            _ => format!("{} {d}", integer(millis / DAY)),
        };
        format!("{sign}{text}")
    }

    /// A short duration, to a tenth of a millisecond below ten: `0.2 ms`, `3.1 ms`, `212 ms`, `1.4 s`.
    pub fn micros(&self, micros: u64) -> String {
        const TENTHS_BELOW: u64 = 10_000;
        if micros >= TENTHS_BELOW {
            return self.duration(i64::try_from(micros / 1_000).unwrap_or(i64::MAX));
        }
        let unit = match self.language {
            Language::English => "ms",
            Language::Chinese => "毫秒",
        };
        match micros {
            0 => format!("0 {unit}"),
            1..100 => format!("< 0.1 {unit}"),
            _ => format!("{}.{} {unit}", micros / 1_000, micros % 1_000 / 100),
        }
    }

    /// A duration, or the sign for unknown.
    pub fn duration_or_unknown(&self, millis: Option<i64>) -> String {
        millis.map_or_else(|| UNKNOWN.to_owned(), |m| self.duration(m))
    }

    /// How long ago: `just now`, `4 min ago`; a date when it is longer than a month.
    pub fn ago(&self, now: TimestampMillis, at: TimestampMillis) -> String {
        let chinese = self.language == Language::Chinese;
        let age = now - at;
        if age < -2_000 {
            // Ahead of this machine's clock: "ago" would be a lie.
            return self.time(at);
        }
        if age < 3_000 {
            return if chinese { "刚刚" } else { "just now" }.to_owned();
        }
        let (n, unit) = match age {
            ..MINUTE => (age / SECOND, if chinese { "秒" } else { "s" }),
            MINUTE..HOUR => (age / MINUTE, if chinese { "分钟" } else { "min" }),
            HOUR..DAY => (age / HOUR, if chinese { "小时" } else { "h" }),
            _ if age < 30 * DAY => (age / DAY, if chinese { "天" } else { "d" }),
            _ => return self.date(at),
        };
        if chinese { format!("{n} {unit}前") } else { format!("{n} {unit} ago") }
    }

    /// Date and time to the millisecond, or the number itself in epoch display. Kafka's -1 is unknown.
    pub fn time(&self, at: TimestampMillis) -> String {
        self.written(at, "%Y-%m-%d %H:%M:%S%.3f")
    }

    /// Time of day to the second.
    pub fn clock(&self, at: TimestampMillis) -> String {
        self.written(at, "%H:%M:%S")
    }

    /// The day alone.
    pub fn date(&self, at: TimestampMillis) -> String {
        self.written(at, "%Y-%m-%d")
    }

    /// In any of chrono's forms, for axes. Epoch display gives UTC here, as an axis of 13 digits helps nobody.
    pub fn axis(&self, at: TimestampMillis, form: &str) -> String {
        let display = if self.times == TimeDisplay::Epoch { TimeDisplay::Utc } else { self.times };
        Self { times: display, ..*self }.written(at, form)
    }

    /// The short name of the zone, said once near a list of times: `local +02:00`, `UTC`, `epoch ms`.
    pub fn zone(&self, at: TimestampMillis) -> String {
        match self.times {
            TimeDisplay::Local => {
                let offset = Local.timestamp_millis_opt(at).single().map_or(0, |t| t.offset().fix().local_minus_utc());
                let (sign, minutes) = (if offset < 0 { '-' } else { '+' }, offset.abs() / 60);
                let word = if self.language == Language::Chinese { "本地" } else { "local" };
                format!("{word} {sign}{:02}:{:02}", minutes / 60, minutes % 60)
            }
            TimeDisplay::Utc => "UTC".to_owned(),
            TimeDisplay::Epoch => if self.language == Language::Chinese { "毫秒时间戳" } else { "epoch ms" }.to_owned(),
        }
    }

    /// Seconds that local time, or UTC, is ahead of UTC: for axes with round times.
    pub fn offset_seconds(&self, at: TimestampMillis) -> i64 {
        match self.times {
            TimeDisplay::Local => {
                Local.timestamp_millis_opt(at).single().map_or(0, |t| i64::from(t.offset().fix().local_minus_utc()))
            }
            _ => 0,
        }
    }

    fn written(&self, at: TimestampMillis, form: &str) -> String {
        if at < 0 {
            return UNKNOWN.to_owned();
        }
        match self.times {
            TimeDisplay::Epoch => at.to_string(),
            TimeDisplay::Utc => stamp(&Utc, at, form),
            TimeDisplay::Local => stamp(&Local, at, form),
        }
    }
}

fn stamp<Z: TimeZone>(zone: &Z, at: TimestampMillis, form: &str) -> String
where
    Z::Offset: std::fmt::Display,
{
    match zone.timestamp_millis_opt(at).single() {
        // chrono can hold years that its own formatter then writes with a sign; such a stamp is a number gone wrong.
        Some(time) if time.year() < 10_000 => DateTime::format(&time, form).to_string(),
        _ => at.to_string(),
    }
}

fn grouped(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn grouped_fraction(value: f64, digits: usize) -> String {
    let text = format!("{:.*}", digits, value.abs());
    let (whole, fraction) = text.split_once('.').map_or((text.as_str(), None), |(w, f)| (w, Some(f)));
    let sign = if value < 0.0 && text.bytes().any(|b| (b'1'..=b'9').contains(&b)) { "-" } else { "" };
    match fraction {
        Some(fraction) => format!("{sign}{}.{fraction}", grouped(whole)),
        None => format!("{sign}{}", grouped(whole)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENGLISH: Format = Format { language: Language::English, times: TimeDisplay::Utc };
    const CHINESE: Format = Format { language: Language::Chinese, times: TimeDisplay::Epoch };

    #[test]
    fn counts_keep_every_digit() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_843_220), "1,843,220");
        assert_eq!(count(u64::MAX), "18,446,744,073,709,551,615");
        assert_eq!(integer(i64::MIN), "-9,223,372,036,854,775,808");
    }

    #[test]
    fn sizes_use_binary_units() {
        for (n, text) in
            [(0, "0 B"), (1_023, "1,023 B"), (1_024, "1.0 KiB"), (626_688, "612 KiB"), (281_018_368, "268 MiB")]
        {
            assert_eq!(bytes_text(n), text);
        }
    }

    #[test]
    fn durations_have_at_most_two_units() {
        for (millis, text) in [
            (0, "0 ms"),
            (212, "212 ms"),
            (1_240, "1.2 s"),
            (2_000, "2 s"),
            (52_000, "52 s"),
            (184_000, "3 min 4 s"),
            (3_600_000, "1 h"),
            (601_200_000, "6 d 23 h"),
            (277_434_000_000, "3,211 d"),
        ] {
            assert_eq!(ENGLISH.duration(millis), text);
        }
        assert_eq!(CHINESE.duration(184_000), "3 分钟 4 秒");
        for (micros, text) in [(0, "0 ms"), (40, "< 0.1 ms"), (230, "0.2 ms"), (3_149, "3.1 ms"), (1_410_000, "1.4 s")]
        {
            assert_eq!(ENGLISH.micros(micros), text);
        }
    }

    #[test]
    fn rates_are_rounded_to_what_is_known() {
        for (value, text) in [(0.0, "0"), (0.01, "< 0.1"), (0.44, "0.4"), (14.2, "14"), (2_460.4, "2,460")] {
            assert_eq!(rate(value), text);
        }
        assert_eq!(rate_or_unknown(None), UNKNOWN);
        assert_eq!(short(24_000.0), "24 k");
        assert_eq!(short(1_500.0), "1,500");
        assert_eq!([0.25, 0.5, 3.0].map(short), ["0.25", "0.5", "3"]);
        assert_eq!(short(1_250_000.0), "1.2 M");
    }

    #[test]
    fn times_follow_the_one_switch() {
        assert_eq!(ENGLISH.time(1_517_939_425_123), "2018-02-06 17:50:25.123");
        assert_eq!(CHINESE.time(1_517_939_425_123), "1517939425123");
        assert_eq!(ENGLISH.time(-1), UNKNOWN);
        assert_eq!(ENGLISH.time(i64::MAX), i64::MAX.to_string());
        assert_eq!(ENGLISH.ago(1_000_000, 999_000), "just now");
        assert_eq!(ENGLISH.ago(1_000_000, 760_000), "4 min ago");
        assert_eq!(CHINESE.ago(1_000_000, 760_000), "4 分钟前");
    }

    #[test]
    fn percent_is_full_only_when_done() {
        assert_eq!(percent(0, 10), "0 %");
        assert_eq!(percent(1, 100_000), "1 %");
        assert_eq!(percent(99_999, 100_000), "99 %");
        assert_eq!(percent(7, 7), "100 %");
        assert_eq!(percent(0, 0), UNKNOWN);
    }
}
