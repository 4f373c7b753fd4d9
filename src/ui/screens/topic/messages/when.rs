//! A time as a person types it.

use chrono::{DateTime, Local, NaiveDate, NaiveDateTime, TimeZone, Utc};

use crate::{model::TimestampMillis, ui::ctx::TimeDisplay};

/// Epoch seconds have ten digits from 2001 to 2286, milliseconds thirteen.
const SECONDS_DIGITS: usize = 10;

/// Reads `2018-02-06 17:50:25.123` and what is shorter, with a zone (`Z`, `+08:00`) or in the zone that times are shown
/// in, or an epoch time in seconds (up to ten digits) or milliseconds. `None` where it is neither.
pub fn parse(text: &str, display: TimeDisplay) -> Option<TimestampMillis> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        let number: i64 = text.parse().ok()?;
        return if text.len() <= SECONDS_DIGITS { number.checked_mul(1_000) } else { Some(number) };
    }
    let text = text.replace('T', " ");
    if let Ok(zoned) = DateTime::parse_from_str(&text.replace('Z', "+00:00"), "%Y-%m-%d %H:%M:%S%.f%:z") {
        return Some(zoned.timestamp_millis());
    }
    let naive = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(&text, form).ok())
        .or_else(|| NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0))?;
    match display {
        // An hour that the clocks skipped has no such time; the hour after it is what was meant.
        TimeDisplay::Local => Local
            .from_local_datetime(&naive)
            .earliest()
            .or_else(|| Local.from_local_datetime(&(naive + chrono::TimeDelta::hours(1))).earliest())
            .map(|time| time.timestamp_millis()),
        TimeDisplay::Utc | TimeDisplay::Epoch => Some(Utc.from_utc_datetime(&naive).timestamp_millis()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_they_are_written() {
        for (text, millis) in [
            ("2018-02-06 17:50:25.123", 1_517_939_425_123),
            ("2018-02-06T17:50:25Z", 1_517_939_425_000),
            ("2018-02-07 01:50:25+08:00", 1_517_939_425_000),
            ("2018-02-06 17:50", 1_517_939_400_000),
            ("2018-02-06", 1_517_875_200_000),
            ("1517939425123", 1_517_939_425_123),
            ("1517939425", 1_517_939_425_000),
        ] {
            assert_eq!(parse(text, TimeDisplay::Utc), Some(millis), "{text}");
        }
        for text in ["", "soon", "2018-13-01", "99999999999999999999", "17:50"] {
            assert_eq!(parse(text, TimeDisplay::Utc), None, "{text}");
        }
    }
}
