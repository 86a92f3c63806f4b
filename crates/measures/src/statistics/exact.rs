//! Exact rationals: from ratios, to quantities, and square roots at a fixed scale.

use northbound_types::{Quantity, Ratio};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

/// Digits after the point that a square root is carried to.
pub const ROOT_DIGITS: u32 = 15;

/// A level as an exact share; `None` where its denominator is 0.
#[must_use]
pub fn share(ratio: Ratio) -> Option<BigRational> {
    ratio.rational()
}

/// Which way an inexact root goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Towards {
    /// Not above the true root.
    Down,
    /// Not below the true root.
    Up,
}

/// The square root of a non-negative rational at [`ROOT_DIGITS`], rounded the way asked. Zero for
/// a negative value.
#[must_use]
pub fn root(value: &BigRational, towards: Towards) -> BigRational {
    if !value.is_positive() {
        return BigRational::zero();
    }
    let scale = BigInt::from(10u32).pow(ROOT_DIGITS);
    let squared = value * BigRational::from_integer(&scale * &scale);
    let floor = squared.floor().to_integer().sqrt();
    let exact = BigRational::from_integer(&floor * &floor) == squared;
    let taken = if exact || towards == Towards::Down { floor } else { floor + BigInt::one() };
    BigRational::new(taken, scale)
}

/// Between 0 and 1.
#[must_use]
pub fn clamp(value: BigRational) -> BigRational {
    if value.is_negative() {
        BigRational::zero()
    } else if value > BigRational::one() {
        BigRational::one()
    } else {
        value
    }
}

/// A share as a quantity, in lowest terms.
#[must_use]
pub fn quantity(value: &BigRational) -> Quantity {
    Quantity::rational(value)
}

/// A non-negative number as decimal text, half-up at `places`.
#[must_use]
pub fn decimal(value: &BigRational, places: u32) -> String {
    let scaled = value * BigRational::from_integer(BigInt::from(10u32).pow(places));
    let digits = (scaled + BigRational::new(1.into(), 2.into())).floor().to_integer().to_string();
    let padded = format!("{digits:0>width$}", width = places as usize + 1);
    let (whole, part) = padded.split_at(padded.len() - places as usize);
    if places == 0 { whole.to_owned() } else { format!("{whole}.{part}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_round_half_up() {
        let of = |n: i64, d: i64| decimal(&BigRational::new(n.into(), d.into()), 2);
        assert_eq!(
            (of(1, 8), of(124, 1000), of(3640, 366), of(0, 1)),
            ("0.13".into(), "0.12".into(), "9.95".into(), "0.00".into())
        );
        assert_eq!(decimal(&BigRational::new(5.into(), 2.into()), 0), "3");
    }

    #[test]
    fn roots_enclose() {
        let two = BigRational::from_integer(2.into());
        let (low, high) = (root(&two, Towards::Down), root(&two, Towards::Up));
        assert!(&low * &low < two && &high * &high > two);
        let four = BigRational::from_integer(4.into());
        assert_eq!(root(&four, Towards::Down), root(&four, Towards::Up));
        assert_eq!(root(&-four, Towards::Up), BigRational::zero());
    }
}
