//! Durations as ISO 8601 writes them, as far as Kafka takes them: `PnDTnHnMn.nS`.

/// Milliseconds of a duration that is not negative; `None` where it is none.
pub fn parse_millis(text: &str) -> Option<i64> {
    let text = text.strip_prefix(['P', 'p'])?;
    let (date, time) = match text.split_once(['T', 't']) {
        Some((_, "")) => return None,
        Some((date, time)) => (date, time),
        None => (text, ""),
    };
    if date.is_empty() && time.is_empty() {
        return None;
    }
    let date = sum(date, &[('D', 24 * 60 * 60 * 1_000)])?;
    date.checked_add(sum(time, &[('H', 60 * 60 * 1_000), ('M', 60 * 1_000), ('S', 1_000)])?)
}

/// Adds up numbers, each followed by its unit; units keep their order and come once.
fn sum(mut text: &str, units: &[(char, i64)]) -> Option<i64> {
    let (mut units, mut total) = (units.iter(), 0_i64);
    while !text.is_empty() {
        let end = text.find(|c: char| c.is_ascii_alphabetic())?;
        let (number, rest) = text.split_at(end);
        let (_, millis) = units.by_ref().find(|(unit, _)| rest.starts_with([*unit, unit.to_ascii_lowercase()]))?;
        let value = match number.split_once('.') {
            None => digits(number)?.checked_mul(*millis)?,
            // Only seconds have a fraction; what is below a millisecond does not count.
            Some((whole, fraction)) if *millis == 1_000 && digits(fraction).is_some() => {
                let thousandths = digits(format!("{fraction:0<3}").get(..3)?)?;
                digits(whole)?.checked_mul(1_000)?.checked_add(thousandths)?
            }
            Some(_) => return None,
        };
        total = total.checked_add(value)?;
        text = rest.get(1..)?;
    }
    Some(total)
}

fn digits(text: &str) -> Option<i64> {
    let all = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if all { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_iso_8601_has_them() {
        assert_eq!(parse_millis("P1DT2H3M4.5S"), Some(93_784_500));
        assert_eq!(parse_millis("PT0.0019S"), Some(1));
        assert_eq!(parse_millis("pt90m"), Some(5_400_000));
        assert_eq!(parse_millis("P2D"), Some(172_800_000));
        for wrong in
            ["", "P", "PT", "1D", "PT1D", "P1H", "PT1M1H", "PT1.5M", "P-1D", "PT1", "PTS", "P99999999999999999D"]
        {
            assert_eq!(parse_millis(wrong), None, "{wrong}");
        }
    }
}
