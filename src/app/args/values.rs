//! Values of options: places in a topic, times, settings.

use std::time::Duration;

use crate::{
    model::{Offset, Role, TimestampMillis, UnknownRole},
    server::{Limit, Limits},
    transfer::time::parse_time,
};

/// Where reading begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    Earliest,
    Latest,
    Offset(Offset),
    Time(TimestampMillis),
}

/// Where offsets are reset to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResetTo {
    Earliest,
    Latest,
    Offset(Offset),
    Time(TimestampMillis),
    Shift(i64),
}

pub(super) fn parse_from(text: &str) -> Result<From, String> {
    match parse_reset(text) {
        Ok(ResetTo::Earliest) => Ok(From::Earliest),
        Ok(ResetTo::Latest) => Ok(From::Latest),
        Ok(ResetTo::Offset(offset)) => Ok(From::Offset(offset)),
        Ok(ResetTo::Time(time)) => Ok(From::Time(time)),
        _ => {
            Err("use earliest, latest, offset:N (from 0 on) or time:RFC3339, such as time:2018-02-01T00:00:00Z"
                .to_owned())
        }
    }
}

pub(super) fn parse_reset(text: &str) -> Result<ResetTo, String> {
    let found = match text.split_once(':') {
        None if text == "earliest" => Some(ResetTo::Earliest),
        None if text == "latest" => Some(ResetTo::Latest),
        Some(("offset", n)) => n.parse().ok().filter(|n| *n >= 0).map(ResetTo::Offset),
        Some(("shift", n)) => n.parse().ok().map(ResetTo::Shift),
        Some(("time", time)) => parse_time(time).map(ResetTo::Time),
        _ => None,
    };
    found.ok_or_else(|| "use earliest, latest, offset:N (from 0 on), time:RFC3339 or shift:N".to_owned())
}

pub(super) fn parse_time_arg(text: &str) -> Result<TimestampMillis, String> {
    parse_time(text).ok_or_else(|| "use a time such as 2018-02-01T00:00:00Z, or epoch milliseconds".to_owned())
}

pub(super) fn parse_config(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("use NAME=VALUE, such as retention.ms=-1".to_owned()),
    }
}

pub(super) fn parse_limit(text: &str) -> Result<(Limit, String), String> {
    let (name, value) = parse_config(text).map_err(|_| "use NAME=VALUE, such as idle-ms=60000".to_owned())?;
    let limit = name.parse::<Limit>().map_err(|error| error.to_string())?;
    Limits::default().set(limit, &value).map_err(|error| error.to_string())?;
    Ok((limit, value))
}

pub(super) fn parse_role(text: &str) -> Result<Role, String> {
    text.parse().map_err(|error: UnknownRole| error.to_string())
}

pub(super) fn parse_delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"\\t" => Ok(b'\t'),
        [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r') => Ok(*byte),
        _ => Err("use one ASCII character, such as , or ; or \\t".to_owned()),
    }
}

/// `90`, `90s`, `2min`, `1h`.
pub(super) fn parse_duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor = match &text[digits.len()..] {
        "" | "s" => Some(1.0),
        "m" | "min" => Some(60.0),
        "h" => Some(3_600.0),
        _ => None,
    };
    let seconds = digits.parse::<f64>().ok().zip(factor).map(|(number, factor)| number * factor);
    seconds
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| "use a time such as 120s, 2min or 1h".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read() {
        assert_eq!(parse_from("offset:12"), Ok(From::Offset(12)));
        assert_eq!(parse_from("time:2018-01-31T01:49:59.650Z"), Ok(From::Time(1_517_363_399_650)));
        assert!(parse_from("offset:-1").is_err() && parse_from("shift:1").is_err() && parse_from("soon").is_err());
        assert_eq!(parse_reset("shift:-5"), Ok(ResetTo::Shift(-5)));
        assert_eq!(parse_duration("2min"), Ok(Duration::from_secs(120)));
        assert!(parse_duration("-1s").is_err() && parse_duration("2 days").is_err());
        assert_eq!(parse_delimiter("\\t"), Ok(b'\t'));
        assert!(parse_delimiter("ab").is_err() && parse_delimiter("水").is_err());
    }
}
