//! Durations as people write them.

/// Units with their µs.
const UNITS: [(&str, i64); 5] = [
    ("d", 86_400_000_000),
    ("h", 3_600_000_000),
    ("ms", 1_000),
    ("m", 60_000_000),
    ("s", 1_000_000),
];

/// A duration in µs: whole numbers with units, greatest first, such as `90s`, `1h30m`, `250ms`.
#[must_use]
pub fn duration(text: &str) -> Option<i64> {
    let (mut rest, mut total, mut last) = (text, 0i64, i64::MAX);
    if rest == "0" {
        return Some(0);
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).filter(|&n| n > 0)?;
        let number: i64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let (name, unit) = UNITS.into_iter().find(|(name, _)| {
            rest.strip_prefix(name)
                .is_some_and(|r| r.is_empty() || r.starts_with(|c: char| c.is_ascii_digit()))
        })?;
        if unit >= last {
            return None;
        }
        last = unit;
        total = total.checked_add(number.checked_mul(unit)?)?;
        rest = &rest[name.len()..];
    }
    (last < i64::MAX).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn durations_are_read_and_what_is_none_is_not() {
        for (text, us) in [
            ("0", 0),
            ("0s", 0),
            ("90s", 90_000_000),
            ("1h30m", 5_400_000_000),
            ("250ms", 250_000),
            ("1d2h3m4s5ms", 93_784_005_000),
            ("3m", 180_000_000),
        ] {
            assert_eq!(duration(text), Some(us), "{text}");
        }
        for text in [
            "",
            "s",
            "1",
            "-1s",
            "1.5h",
            "30m1h",
            "1s1s",
            "1w",
            "1 h",
            "99999999999999999999d",
            "9999999999d",
            "1mx",
        ] {
            assert_eq!(duration(text), None, "{text}");
        }
    }
}
