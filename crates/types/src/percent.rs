//! The one place where a ratio becomes a percentage: half-up at the stated decimals, and never
//! across a target.

use crate::figure::Ratio;

/// A percentage as a decimal text, such as `99.50`, without the sign.
///
/// Half-up at `decimals`. Where the rounded text would be at or above one of `levels`
/// (numerator and denominator of a fraction: 995/1000 for 99.5 %) while the ratio is below it, the
/// text is cut instead of rounded, and where even the cut text would read as the level, further
/// decimals are shown until it does not.
#[must_use]
pub fn percent(ratio: Ratio, decimals: u32, levels: &[Ratio]) -> Option<String> {
    percent_of(
        &num_rational::BigRational::new(ratio.num.into(), nonzero(ratio.den)?.into()),
        decimals,
        levels,
    )
}

fn nonzero(n: u64) -> Option<u64> {
    (n != 0).then_some(n)
}

/// The same for an exact rational (a mean of ratios).
#[must_use]
pub fn percent_of(
    value: &num_rational::BigRational,
    decimals: u32,
    levels: &[Ratio],
) -> Option<String> {
    use num_bigint::BigInt;
    use num_rational::BigRational;
    let crossed = |text_value: &BigRational| {
        levels.iter().filter(|l| l.den != 0).any(|l| {
            let level = BigRational::new(l.num.into(), l.den.into());
            (value < &level && text_value >= &level) || (value >= &level && text_value < &level)
        })
    };
    for extra in 0..=12u32 {
        let places = decimals + extra;
        let scale = BigInt::from(10u32).pow(places + 2);
        let scaled = value * BigRational::from_integer(scale.clone());
        let half = BigRational::new(1.into(), 2.into());
        let up = (&scaled + half).floor().to_integer();
        if !crossed(&BigRational::new(up.clone(), scale.clone())) {
            return Some(decimal(&up, places));
        }
        let down = scaled.floor().to_integer();
        if !crossed(&BigRational::new(down.clone(), scale)) {
            return Some(decimal(&down, places));
        }
    }
    None
}

fn decimal(scaled: &num_bigint::BigInt, places: u32) -> String {
    let negative = scaled.sign() == num_bigint::Sign::Minus;
    let digits = scaled.magnitude().to_string();
    let places = places as usize;
    let padded = format!("{digits:0>width$}", width = places + 1);
    let (whole, part) = padded.split_at(padded.len() - places);
    let sign = if negative { "-" } else { "" };
    if places == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const fn r(num: u64, den: u64) -> Ratio {
        Ratio { num, den }
    }

    #[test]
    fn the_rounding_trap_prints_below() {
        let target = [r(995, 1000)];
        assert_eq!(percent(r(44_640 - 223, 44_640), 2, &target).unwrap(), "99.50");
        assert_eq!(percent(r(44_640 - 224, 44_640), 2, &target).unwrap(), "99.49");
        assert_eq!(percent(r(43_160, 43_200), 4, &[]).unwrap(), "99.9074");
        assert_eq!(percent(r(0, 0), 2, &[]), None);
        assert_eq!(percent(r(1, 1), 1, &[]).unwrap(), "100.0");
    }

    proptest! {
        #[test]
        fn never_across_a_level(num in 0u64..2_000_000, over in 1u64..2_000_000, l in 0u64..=10_000) {
            let ratio = r(num.min(over), over);
            let level = r(l, 10_000);
            let text = percent(ratio, 2, &[level]).unwrap();
            let v: f64 = text.parse().unwrap();
            let met = u128::from(ratio.num) * u128::from(level.den) >= u128::from(level.num) * u128::from(ratio.den);
            prop_assert_eq!(met, (v * 1e6).round() as u64 >= l * 10_000, "{} against {}", text, l);
        }
    }
}
