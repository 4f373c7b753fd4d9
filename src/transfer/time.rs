//! Times in files and on the command line <-> epoch milliseconds.

use chrono::{DateTime, NaiveDate, NaiveDateTime, SecondsFormat};

use crate::model::TimestampMillis;

/// Reads epoch milliseconds (`1517363399650`), RFC 3339 (`2018-01-31T01:49:59.650Z`), or a date with or without a time of
/// day, taken as UTC (`2018-01-31 01:49:59`, `2018-01-31`).
pub fn parse_time(text: &str) -> Option<TimestampMillis> {
    let text = text.trim();
    if let Ok(millis) = text.parse() {
        return Some(millis);
    }
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.timestamp_millis());
    }
    for format in ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"] {
        if let Ok(time) = NaiveDateTime::parse_from_str(text, format) {
            return Some(time.and_utc().timestamp_millis());
        }
    }
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    Some(day.and_hms_opt(0, 0, 0)?.and_utc().timestamp_millis())
}

/// RFC 3339 in UTC with milliseconds; empty for -1 (no time) and for what no calendar holds.
pub fn format_time(millis: TimestampMillis) -> String {
    if millis == -1 {
        return String::new();
    }
    DateTime::from_timestamp_millis(millis).map_or_else(String::new, |t| t.to_rfc3339_opts(SecondsFormat::Millis, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_ways_to_write_a_time_are_read() {
        for text in
            ["1517363399650", "2018-01-31T01:49:59.650Z", "2018-01-31T02:49:59.650+01:00", "2018-01-31 01:49:59.650"]
        {
            assert_eq!(parse_time(text), Some(1_517_363_399_650), "{text}");
        }
        assert_eq!(parse_time("2018-01-31"), Some(1_517_356_800_000));
        assert_eq!(parse_time("yesterday"), None);
        assert_eq!(format_time(1_517_363_399_650), "2018-01-31T01:49:59.650Z");
        assert_eq!(format_time(i64::MAX), "");
    }
}
