//! Zigzag variable-length integers, as record fields use them (Protocol Buffers' signed encoding).

/// Takes a signed integer of at most 64 bits from the front of `bytes`; `None` if it ends early or runs too long.
#[inline]
pub fn take_i64(bytes: &mut &[u8]) -> Option<i64> {
    // Most fields of a record fit one byte.
    if let [first, rest @ ..] = *bytes
        && *first < 0x80
    {
        *bytes = rest;
        return Some(unzigzag(u64::from(*first)));
    }
    take_long(bytes)
}

fn take_long(bytes: &mut &[u8]) -> Option<i64> {
    let mut value = 0u64;
    for (index, byte) in bytes.iter().take(10).enumerate() {
        let part = u64::from(byte & 0x7f);
        if index == 9 && part > 1 {
            return None;
        }
        value |= part << (7 * index);
        if byte & 0x80 == 0 {
            *bytes = &bytes[index + 1..];
            return Some(unzigzag(value));
        }
    }
    None
}

/// Takes a signed integer that must fit 32 bits.
#[inline]
pub fn take_i32(bytes: &mut &[u8]) -> Option<i32> {
    take_i64(bytes).and_then(|v| i32::try_from(v).ok())
}

/// Appends a signed integer.
pub fn put_i64(out: &mut Vec<u8>, value: i64) {
    let mut rest = ((value << 1) ^ (value >> 63)) as u64;
    while rest >= 0x80 {
        out.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}

/// Bytes that [`put_i64`] would write.
pub fn len_i64(value: i64) -> usize {
    let zigzag = ((value << 1) ^ (value >> 63)) as u64;
    ((64 - zigzag.leading_zeros()).max(1) as usize).div_ceil(7)
}

fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_round_trips() {
        for value in [0, 1, -1, 63, 64, -64, -65, 8191, 8192, i32::MAX as i64, i32::MIN as i64, i64::MAX, i64::MIN] {
            let mut out = Vec::new();
            put_i64(&mut out, value);
            assert_eq!(out.len(), len_i64(value), "{value}");
            let mut rest = &out[..];
            assert_eq!(take_i64(&mut rest), Some(value));
            assert!(rest.is_empty());
            for cut in 0..out.len() {
                assert_eq!(take_i64(&mut &out[..cut]), None);
            }
        }
    }

    #[test]
    fn endless_and_overlong_integers_are_refused() {
        assert_eq!(take_i64(&mut &[0x80; 20][..]), None);
        assert_eq!(take_i64(&mut &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02][..]), None);
        assert_eq!(take_i32(&mut &[0xff, 0xff, 0xff, 0xff, 0x1f][..]), None);
    }
}
