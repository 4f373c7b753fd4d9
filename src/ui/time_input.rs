//! Times that a person types: as the window shows them, or as files write them.

use chrono::{DateTime, Local, NaiveDate, NaiveDateTime, TimeZone};

use super::{ctx::TimeDisplay, format::Format};
use crate::model::TimestampMillis;

/// Reads epoch milliseconds (`1517363399650`), RFC 3339 with its zone, or a date with or without a time of day in the zone
/// that the window shows. `None` while it is none of these.
pub fn parse(text: &str, format: &Format) -> Option<TimestampMillis> {
    let text = text.trim();
    // Four digits are a year on their way to a date, not the first seconds of 1970.
    if text.len() > 4
        && let Ok(millis) = text.parse::<i64>()
    {
        return (millis >= 0).then_some(millis);
    }
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.timestamp_millis());
    }
    let forms = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"];
    let naive = forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    let naive = naive.or_else(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0))?;
    match format.times {
        TimeDisplay::Local => Some(Local.from_local_datetime(&naive).earliest()?.timestamp_millis()),
        TimeDisplay::Utc | TimeDisplay::Epoch => Some(naive.and_utc().timestamp_millis()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::text::Language;

    #[test]
    fn times_are_read_in_the_zone_that_is_shown() {
        let utc = Format { language: Language::English, times: TimeDisplay::Utc };
        let at = 1_517_363_399_650;
        for text in
            ["1517363399650", "2018-01-31T01:49:59.650Z", " 2018-01-31 01:49:59.650 ", "2018-01-31T03:49:59.650+02:00"]
        {
            assert_eq!(parse(text, &utc), Some(at), "{text}");
        }
        assert_eq!(parse("2018-01-31", &utc), Some(1_517_356_800_000));
        assert_eq!(parse("2018-01-31 01:49", &utc), Some(1_517_363_340_000));
        for text in ["", "2018", "yesterday", "-5000000", "2018-13-01"] {
            assert_eq!(parse(text, &utc), None, "{text}");
        }
        let local = Format { times: TimeDisplay::Local, ..utc };
        let shown = local.time(at);
        assert_eq!(parse(&shown, &local), Some(at));
    }
}
