//! Identities and numbers read from text, without allocation, and exactly.

use crate::error::Reason;
use northbound_types::{Eui64, RequestId};

const BAD: u8 = 255;
const HEX: [u8; 256] = {
    let mut table = [BAD; 256];
    let mut i = 0u8;
    while i < 10 {
        table[(b'0' + i) as usize] = i;
        i += 1;
    }
    let mut i = 0u8;
    while i < 6 {
        table[(b'a' + i) as usize] = 10 + i;
        table[(b'A' + i) as usize] = 10 + i;
        i += 1;
    }
    table
};

/// An EUI-64 in either case, with `-` or `:` between the pairs or none; as `types` reads it, by table.
pub(crate) fn eui(text: &str) -> Option<Eui64> {
    let b = text.as_bytes();
    let step = match b.len() {
        23 => 3,
        16 => 2,
        _ => return None,
    };
    let mut value = 0u64;
    let mut seen = 0u8;
    for pair in b.chunks(step) {
        let (h, l) = (HEX[usize::from(pair[0])], HEX[usize::from(pair[1])]);
        // 255 has high bits that no digit has.
        seen |= h | l;
        value = value << 8 | u64::from(h & 15) << 4 | u64::from(l & 15);
        if pair.len() == 3 && pair[2] != b'-' && pair[2] != b':' {
            return None;
        }
    }
    (seen < 16).then_some(Eui64(value))
}

/// A RequestID in its usual form by position; anything else through `types`.
pub(crate) fn request_id(text: &str) -> Option<RequestId> {
    let b = text.as_bytes();
    if b.len() > 48 && b[23] == b':' && b[47] == b':' && text.is_ascii() {
        let counter = &b[48..];
        if counter[0] == b'0' && counter.len() > 1 {
            return None;
        }
        return Some(RequestId {
            originator: eui(&text[..23])?,
            target: eui(&text[24..47])?,
            counter: uint(&text[48..]).ok()?,
        });
    }
    text.parse().ok()
}

/// Largest number below which a double holds every whole number: 2⁵³. A larger one that was written
/// with decimals may have been rounded before it was written.
const EXACT_IN_DOUBLE: u64 = 1 << 53;

/// A whole number that is not negative: digits only, or digits with decimals that are all zero, which
/// is how `1001` is written where a column of numbers has gaps (`1001.0`).
pub(crate) fn uint(text: &str) -> Result<u64, (Reason, &'static str)> {
    let b = text.as_bytes();
    if b.is_empty() {
        return Err((Reason::NotANumber, "write digits only"));
    }
    let mut n = 0u64;
    for (at, &c) in b.iter().enumerate() {
        if !c.is_ascii_digit() {
            if c == b'.' && at > 0 && at + 1 < b.len() && b[at + 1..].iter().all(|d| *d == b'0') {
                return whole_decimal(n);
            }
            let digits = |s: &[u8]| !s.is_empty() && s.iter().all(u8::is_ascii_digit);
            return Err(if c == b'-' && digits(&b[1..]) {
                (Reason::Negative, "cannot be negative")
            } else {
                (Reason::NotANumber, "write digits only")
            });
        }
        n = n
            .checked_mul(10)
            .and_then(|n| n.checked_add(u64::from(c - b'0')))
            .ok_or((Reason::TooLarge, "over 18446744073709551615"))?;
    }
    Ok(n)
}

fn whole_decimal(n: u64) -> Result<u64, (Reason, &'static str)> {
    if n <= EXACT_IN_DOUBLE {
        return Ok(n);
    }
    Err((
        Reason::TooLarge,
        "a number with decimals may be rounded beyond 9007199254740992: write digits only",
    ))
}

/// The whole number that a double holds; `None` where it has a fraction or may have been rounded.
pub(crate) fn whole_double(value: f64) -> Option<i64> {
    let exact = EXACT_IN_DOUBLE as f64;
    (value.fract() == 0.0 && (-exact..=exact).contains(&value)).then_some(value as i64)
}

/// A decimal number times a unit in µs, exact; what is below a microsecond is cut.
pub(crate) fn scaled(text: &str, unit: i64, comma: bool) -> Result<i64, (Reason, &'static str)> {
    let bad = (Reason::NotANumber, "write a decimal number, such as 1250 or 1.25");
    let (negative, t) = text.strip_prefix('-').map_or((false, text), |t| (true, t));
    let (whole, part) = t.split_once(if comma { ',' } else { '.' }).unwrap_or((t, ""));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(part) {
        return Err(bad);
    }
    let large = (Reason::TooLarge, "does not fit into microseconds");
    let whole: i128 = whole.parse().map_err(|_| large)?;
    // Twelve decimals of the largest unit (a day) still reach below a microsecond.
    let kept = &part[..part.len().min(12)];
    let part = if kept.is_empty() { 0 } else { kept.parse::<i128>().map_err(|_| bad)? };
    let micros = whole.checked_mul(i128::from(unit)).ok_or(large)?
        + part * i128::from(unit) / 10i128.pow(kept.len() as u32);
    i64::try_from(if negative { -micros } else { micros }).map_err(|_| large)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fast_ways_agree_with_types() {
        for t in [
            "90-b3-d5-1f-30-01-00-00",
            "90:B3:D5:1F:30:01:00:0f",
            "90b3d51f30010000",
            "90-B3-D5-1F-30-01-00-0G",
            "90-B3-D5-1F-30-01-00-0",
            "90-B3-D5-1F-30-01-00-000",
            "",
            "-------é--------------",
            "9-0B3-D5-1F-30-01-00-00",
            "90b3d51f3001000z",
        ] {
            assert_eq!(eui(t), t.parse().ok(), "{t}");
        }
        let head = "90-B3-D5-1F-30-01-00-00:00-DB-12-34-56-78-90-A0:";
        for c in
            ["1", "0", "01", "", "18446744073709551615", "18446744073709551616", "-1", "1 ", "é"]
        {
            let t = format!("{head}{c}");
            assert_eq!(request_id(&t), t.parse().ok(), "{t}");
        }
        for t in ["90b3d51f30010000:00db1234567890a0:7", "a:b:c", "::"] {
            assert_eq!(request_id(t), t.parse().ok(), "{t}");
        }
    }

    #[test]
    fn numbers_are_exact_and_say_why_not() {
        assert_eq!(uint("18446744073709551615"), Ok(u64::MAX));
        assert_eq!(uint("18446744073709551616").unwrap_err().0, Reason::TooLarge);
        assert_eq!(uint("-5").unwrap_err().0, Reason::Negative);
        assert_eq!((uint("1001.0"), uint("9007199254740992.00")), (Ok(1001), Ok(1 << 53)));
        assert_eq!(uint("9007199254740993.0").unwrap_err().0, Reason::TooLarge);
        assert_eq!((whole_double(1001.0), whole_double(1001.5)), (Some(1001), None));
        assert_eq!((whole_double(f64::NAN), whole_double(9_007_199_254_740_994.0)), (None, None));
        for t in ["", "+1", "1.", ".0", "1.01", "1.0.0", "1e3", "--1", "-", " 1", "٣"] {
            assert_eq!(uint(t).unwrap_err().0, Reason::NotANumber, "{t}");
        }
        assert_eq!(scaled("1250.5", 1000, false), Ok(1_250_500));
        assert_eq!(scaled("0,1", 1_000_000, true), Ok(100_000));
        assert_eq!(scaled("-1.5", 1_000_000, false), Ok(-1_500_000));
        assert_eq!(scaled("0.0000019", 1_000_000, false), Ok(1));
        assert_eq!(scaled("0.00000000001157407407407", 86_400_000_000, false), Ok(0));
        assert_eq!(
            scaled("99999999999999999999", 1_000_000, false).unwrap_err().0,
            Reason::TooLarge
        );
        for t in ["", "1,5", ".5", "NaN", "1e3", "-"] {
            assert!(scaled(t, 1, false).is_err(), "{t}");
        }
    }
}
