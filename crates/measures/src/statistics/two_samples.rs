//! Two shares held against each other (M14): the interval of their difference by Newcombe's hybrid
//! of two Wilson intervals (Statistics in Medicine 17, 1998, method 10). Exact integers in, exact
//! rationals out, rounded outwards. Refused where a sample is smaller than the rule asks for.

use crate::statistics::{
    exact::{Towards, root},
    interval::wilson,
};
use northbound_types::{Ratio, percent::percent_of};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use serde::{Deserialize, Serialize};

/// Decimals of percentage points in the answer's texts.
pub const POINT_DECIMALS: u32 = 2;

/// The difference of two shares, in percentage points as decimal texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// First sample.
    pub a: Ratio,
    /// Second sample.
    pub b: Ratio,
    /// a − b in percentage points.
    pub points: String,
    /// Least difference that the samples support, rounded down.
    pub low: String,
    /// Greatest difference that they support, rounded up.
    pub high: String,
    /// What can be said.
    pub found: Finding,
}

northbound_types::text_enum! {
    /// What two samples say.
    pub enum Finding("finding of two samples") {
        /// The whole interval lies below zero: the first does worse.
        Lower = "lower",
        /// The whole interval lies above zero: the first does better.
        Higher = "higher",
        /// Zero lies inside: the samples do not tell.
        NotTold = "not told",
    }
}

/// Why two samples are not compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TwoSampleError {
    /// A sample is too small.
    #[error(
        "{which} has {n} attempts; fewer than {least} are not compared (setting two-sample-minimum)"
    )]
    Small {
        /// Which sample.
        which: String,
        /// How many.
        n: u64,
        /// The least.
        least: u64,
    },
    /// A sample is no share.
    #[error("{which}: {num} of {den} is no share")]
    NoShare {
        /// Which sample.
        which: String,
        /// Numerator.
        num: u64,
        /// Denominator.
        den: u64,
    },
}

/// Compares two named shares.
///
/// # Errors
/// [`TwoSampleError`] where a sample is smaller than `least`, or is no share.
pub fn compare(
    a: (&str, Ratio),
    b: (&str, Ratio),
    z: Ratio,
    least: u64,
) -> Result<Difference, TwoSampleError> {
    for (which, r) in [a, b] {
        if r.den < least.max(1) {
            return Err(TwoSampleError::Small { which: which.to_owned(), n: r.den, least });
        }
    }
    let ends = |(which, r): (&str, Ratio)| {
        let no_share =
            || TwoSampleError::NoShare { which: which.to_owned(), num: r.num, den: r.den };
        let i = wilson(r, z).ok_or_else(no_share)?;
        match (r.rational(), i.low.share(), i.high.share()) {
            (Some(p), Some(l), Some(h)) => Ok((p, l, h)),
            _ => Err(no_share()),
        }
    };
    let ((p1, l1, u1), (p2, l2, u2)) = (ends(a)?, ends(b)?);
    let square = |x: BigRational| &x * &x;
    let d = &p1 - &p2;
    let low = &d - root(&(square(&p1 - l1) + square(&u2 - &p2)), Towards::Up);
    let high = &d + root(&(square(u1 - &p1) + square(&p2 - l2)), Towards::Up);
    let found = if high.is_negative() {
        Finding::Lower
    } else if low.is_positive() {
        Finding::Higher
    } else {
        Finding::NotTold
    };
    Ok(Difference {
        a: a.1,
        b: b.1,
        points: points(&d),
        low: outwards(&low, Towards::Down),
        high: outwards(&high, Towards::Up),
        found,
    })
}

/// Percentage points, half away from zero.
fn points(d: &BigRational) -> String {
    let text = percent_of(&d.abs(), POINT_DECIMALS, &[]).unwrap_or_default();
    if d.is_negative() && text.bytes().any(|b| matches!(b, b'1'..=b'9')) {
        format!("-{text}")
    } else {
        text
    }
}

/// Percentage points, cut the way asked.
fn outwards(d: &BigRational, towards: Towards) -> String {
    let scale = BigInt::from(10u32).pow(POINT_DECIMALS + 2);
    let scaled = d * BigRational::from_integer(scale.clone());
    let cut = match towards {
        Towards::Down => scaled.floor().to_integer(),
        Towards::Up => scaled.ceil().to_integer(),
    };
    let one = BigRational::one();
    // The Wilson ends lie within 0 and 1, so the ends of the difference lie within −1 and 1.
    let kept = BigRational::new(cut, scale).min(one.clone()).max(-one);
    if kept.is_zero() {
        return points(&kept);
    }
    points(&kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    const Z95: Ratio = Ratio { num: 196, den: 100 };
    fn r(num: u64, den: u64) -> Ratio {
        Ratio { num, den }
    }

    #[test]
    fn newcombes_own_example() {
        // 56/70 against 48/80, 95 %: 0.2000, 0.0524 to 0.3339 (Newcombe 1998, table II, case a, method 10).
        let d = compare(
            ("a", r(56, 70)),
            ("b", r(48, 80)),
            Ratio { num: 1_959_964, den: 1_000_000 },
            30,
        )
        .unwrap();
        assert_eq!(
            (d.points.as_str(), d.low.as_str(), d.high.as_str(), d.found),
            ("20.00", "5.24", "33.39", Finding::Higher)
        );
        let back = compare(("b", r(48, 80)), ("a", r(56, 70)), Z95, 30).unwrap();
        assert_eq!((back.points.as_str(), back.found), ("-20.00", Finding::Lower));
    }

    #[test]
    fn a_small_sample_is_refused_at_the_edge() {
        assert!(compare(("n", r(20, 30)), ("s", r(25, 30)), Z95, 30).is_ok());
        let e = compare(("n", r(20, 30)), ("s", r(25, 29)), Z95, 30).unwrap_err();
        assert!(e.to_string().starts_with("s has 29 attempts"), "{e}");
        assert!(compare(("n", r(0, 0)), ("s", r(25, 30)), Z95, 0).is_err());
        assert!(compare(("n", r(31, 30)), ("s", r(25, 30)), Z95, 1).is_err());
    }

    #[test]
    fn equal_samples_tell_nothing_and_the_ends_stay_within_a_hundred_points() {
        let d = compare(("a", r(50, 100)), ("b", r(50, 100)), Z95, 1).unwrap();
        assert_eq!((d.points.as_str(), d.found), ("0.00", Finding::NotTold));
        let d = compare(("a", r(100, 100)), ("b", r(0, 100)), Z95, 1).unwrap();
        assert_eq!((d.points.as_str(), d.high.as_str()), ("100.00", "100.00"));
    }
}
