//! Numbers as texts. [`position`] is the only place where a number of a document becomes floating
//! point, and only to be drawn: what is printed is the exact text.

/// Is it a plain decimal number, such as `-12.50`?
#[must_use]
pub fn is_decimal(text: &str) -> bool {
    let t = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = t.split_once('.').unwrap_or((t, "0"));
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    digits(whole) && digits(part)
}

/// A decimal text or exact fraction as a position on an axis; `None` for any other text and for x/0.
#[must_use]
pub fn position(text: &str) -> Option<f64> {
    let decimal = |t: &str| {
        if is_decimal(t) { t.parse::<f64>().ok().filter(|v| v.is_finite()) } else { None }
    };
    match text.split_once('/') {
        None => decimal(text),
        Some((n, d)) => {
            let d = decimal(d)?;
            (d != 0.0).then_some(decimal(n)? / d)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_decimals_or_fractions() {
        assert_eq!(position("99.5"), Some(99.5));
        assert_eq!(position("-1/4"), Some(-0.25));
        for t in ["", "1/0", "NaN", "1e5", "a", "1/2/3", "inf"] {
            assert_eq!(position(t), None, "{t}");
        }
    }
}
