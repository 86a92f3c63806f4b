//! Did two series move together (M17)? Pearson's r in whole numbers, as decimal text, with n and
//! lag. A correlation is no cause, and the wording is checked for words that claim one.

use crate::error::MeasureError;
use northbound_types::Day;
use num_bigint::BigInt;
use num_traits::{Signed, Zero};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Decimals of r.
pub const R_DECIMALS: u32 = 4;
/// Fewer pairs than this are refused.
pub const MIN_PAIRS: usize = 3;
/// Words that claim a cause.
pub const CAUSAL: &[&str] = &[
    "caused",
    "causes",
    "causing",
    "because of",
    "due to",
    "led to",
    "results from",
    "resulted from",
    "driven by",
];

/// r, n and lag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correlation {
    /// Pearson's r as decimal text, half-up at [`R_DECIMALS`].
    pub r: String,
    /// Pairs.
    pub n: u64,
    /// Days by which the second series is later than the first.
    pub lag_days: i32,
    /// What may be said.
    pub finding: String,
}

/// Correlates `first` at a day with `second` at that day plus `lag` days.
///
/// # Errors
/// [`MeasureError::Correlation`] with fewer than [`MIN_PAIRS`] pairs, or where a series never moves.
pub fn correlate(
    first: &BTreeMap<Day, i64>,
    second: &BTreeMap<Day, i64>,
    lag: i32,
) -> Result<Correlation, MeasureError> {
    let pairs: Vec<(i64, i64)> =
        first.iter().filter_map(|(d, x)| second.get(&d.plus(lag)).map(|y| (*x, *y))).collect();
    if pairs.len() < MIN_PAIRS {
        return Err(MeasureError::Correlation(format!(
            "{} both values at lag {lag}; at least {MIN_PAIRS} are needed",
            crate::notes::things(pairs.len() as u64, "day has", "days have")
        )));
    }
    let n = BigInt::from(pairs.len());
    let sum =
        |f: &dyn Fn(&(i64, i64)) -> BigInt| pairs.iter().map(f).fold(BigInt::zero(), |a, b| a + b);
    let (x, y) = (sum(&|p| p.0.into()), sum(&|p| p.1.into()));
    let cov = &n * sum(&|p| BigInt::from(p.0) * p.1) - &x * &y;
    let vx = &n * sum(&|p| BigInt::from(p.0) * p.0) - &x * &x;
    let vy = &n * sum(&|p| BigInt::from(p.1) * p.1) - &y * &y;
    if vx.is_zero() || vy.is_zero() {
        return Err(MeasureError::Correlation(
            "one of the series has the same value on every day".to_owned(),
        ));
    }
    let r = decimal(&cov, &(vx * vy));
    let how = if cov.is_zero() {
        "did not move together"
    } else if cov.is_positive() {
        "moved together"
    } else {
        "moved apart"
    };
    let finding = format!(
        "the two series {how}: r = {r}, n = {}, lag = {lag} {}; a correlation does not show a cause",
        pairs.len(),
        if lag.abs() == 1 { "day" } else { "days" }
    );
    Ok(Correlation { r, n: pairs.len() as u64, lag_days: lag, finding })
}

/// `cov ÷ √product` at [`R_DECIMALS`], half-up away from zero: the greatest k with
/// (2k − 1)² · product ≤ 4 · cov² · scale².
fn decimal(cov: &BigInt, product: &BigInt) -> String {
    let scale = BigInt::from(10u32).pow(R_DECIMALS);
    let four = BigInt::from(4u32);
    let root = ((four * cov * cov * &scale * &scale) / product).sqrt();
    let digits: BigInt = (root + 1u32) / 2u32;
    let text =
        format!("{digits:0>width$}", digits = digits.to_string(), width = R_DECIMALS as usize + 1);
    let (whole, part) = text.split_at(text.len() - R_DECIMALS as usize);
    let sign = if cov.is_negative() && !digits.is_zero() { "-" } else { "" };
    format!("{sign}{whole}.{part}")
}

/// Refuses wording that claims a cause.
///
/// # Errors
/// [`MeasureError::CausalWording`] with the first such words and where they stand.
pub fn check_wording(text: &str) -> Result<(), MeasureError> {
    let low: Vec<char> = text.chars().flat_map(char::to_lowercase).collect();
    let mut found: Option<(usize, &str)> = None;
    for word in CAUSAL {
        let want: Vec<char> = word.chars().collect();
        let at = low.windows(want.len()).enumerate().position(|(i, w)| {
            w == want.as_slice()
                && (i == 0 || !low[i - 1].is_alphanumeric())
                && low.get(i + want.len()).is_none_or(|c| !c.is_alphanumeric())
        });
        if let Some(i) = at {
            if found.is_none_or(|(f, _)| i < f) {
                found = Some((i, word));
            }
        }
    }
    match found {
        Some((at, word)) => Err(MeasureError::CausalWording { word: word.to_owned(), at }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(values: &[i64]) -> BTreeMap<Day, i64> {
        values.iter().enumerate().map(|(i, v)| (Day(i as i32), *v)).collect()
    }

    #[test]
    fn m17_r_n_and_lag() {
        let a = series(&[1, 2, 3, 4, 5]);
        assert_eq!(correlate(&a, &series(&[2, 4, 6, 8, 10]), 0).unwrap().r, "1.0000");
        assert_eq!(correlate(&a, &series(&[5, 4, 3, 2, 1]), 0).unwrap().r, "-1.0000");
        // By hand: 5·37 − 15·11 = 20, 5·55 − 15² = 50, 5·29 − 11² = 24: 20 ÷ √1200 = 0.57735.
        assert_eq!(correlate(&a, &series(&[1, 2, 2, 4, 2]), 0).unwrap().r, "0.5774");
        let lagged = correlate(&a, &series(&[9, 1, 2, 3, 4]), 1).unwrap();
        assert_eq!((lagged.r.as_str(), lagged.n, lagged.lag_days), ("1.0000", 4, 1));
        assert!(check_wording(&lagged.finding).is_ok());
        assert!(correlate(&a, &series(&[1, 1, 1, 1, 1]), 0).is_err());
        assert!(correlate(&a, &series(&[1, 2, 2, 4, 2]), 3).is_err());
    }

    #[test]
    fn m17_causal_words_are_refused() {
        for t in ["The alerts caused it", "it fell DUE TO alerts", "Because of alerts"] {
            assert!(check_wording(t).is_err(), "{t}");
        }
        for t in ["moved together", "residue tokens", "the duesto", ""] {
            assert!(check_wording(t).is_ok(), "{t}");
        }
        assert!(matches!(
            check_wording("so: due to x, caused"),
            Err(MeasureError::CausalWording { at: 4, .. })
        ));
    }
}
