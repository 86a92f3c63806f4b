//! The Wilson score interval: how much a small number can tell (M12). Exact rationals in and out;
//! the square root is taken at a fixed scale and rounded outwards, so the interval is never
//! narrower than the true one.

use crate::statistics::exact::{Towards, clamp, quantity, root, share};
use northbound_types::{Quantity, Ratio};
use num_bigint::BigInt;
use num_rational::BigRational;
use serde::{Deserialize, Serialize};

/// Least and greatest share that the count supports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    /// Lower end.
    pub low: Quantity,
    /// Upper end.
    pub high: Quantity,
    /// z as a fraction.
    pub z: Ratio,
}

impl Interval {
    /// Upper less lower end; `None` where an end is no share.
    #[must_use]
    pub fn width(&self) -> Option<BigRational> {
        Some(self.high.share()? - self.low.share()?)
    }
}

/// The Wilson interval of `ratio`; `None` where nothing fell due, where the numerator is above the
/// denominator, or where z has no value.
#[must_use]
pub fn wilson(ratio: Ratio, z: Ratio) -> Option<Interval> {
    if ratio.den == 0 || ratio.num > ratio.den {
        return None;
    }
    let zq = share(z)?;
    let whole = |n: u64| BigRational::from_integer(BigInt::from(n));
    let (k, n) = (whole(ratio.num), whole(ratio.den));
    let z2 = &zq * &zq;
    let half = BigRational::new(1.into(), 2.into());
    let middle = &k + &z2 * &half;
    let under_root = &k * (&n - &k) / &n + &z2 * &half * &half;
    let spread = zq * root(&under_root, Towards::Up);
    let over = n + z2;
    let low = clamp((&middle - &spread) / &over);
    let high = clamp((middle + spread) / over);
    Some(Interval { low: quantity(&low), high: quantity(&high), z })
}

#[cfg(test)]
mod tests {
    use super::*;
    use northbound_types::percent::percent_of;

    const Z95: Ratio = Ratio { num: 196, den: 100 };

    #[test]
    fn m12_five_of_six_looks_weaker_than_five_hundred_of_six_hundred() {
        let few = wilson(Ratio { num: 5, den: 6 }, Z95).unwrap();
        let many = wilson(Ratio { num: 500, den: 600 }, Z95).unwrap();
        assert!(few.width().unwrap() > many.width().unwrap());
        // Known values of the formula, worked out by hand: 43.65 % to 96.99 %; 80.14 % to 86.10 %.
        let text = |q: &Quantity| percent_of(&q.share().unwrap(), 2, &[]).unwrap();
        assert_eq!((text(&few.low), text(&few.high)), ("43.65".into(), "96.99".into()));
        assert_eq!((text(&many.low), text(&many.high)), ("80.14".into(), "86.10".into()));
    }

    #[test]
    fn edges() {
        assert_eq!(wilson(Ratio { num: 0, den: 0 }, Z95), None);
        assert_eq!(wilson(Ratio { num: 2, den: 1 }, Z95), None);
        let none = wilson(Ratio { num: 0, den: 10 }, Z95).unwrap();
        assert_eq!(none.low.share().unwrap(), BigRational::from_integer(0.into()));
        let all = wilson(Ratio { num: 10, den: 10 }, Z95).unwrap();
        assert_eq!(all.high.share().unwrap(), BigRational::from_integer(1.into()));
        assert!(all.low.share().unwrap() < BigRational::from_integer(1.into()));
    }
}
