//! A figure is a value with an origin, or a null with a reason. No `Default`, no silent zero, no
//! `f64` for a reported number.

use crate::{
    text_enum,
    time::{Day, Utc},
};
use num_bigint::BigInt;
use num_rational::BigRational;
use serde::{Deserialize, Serialize};

/// Two integers. The percentage is made once, at print ([`crate::percent`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Ratio {
    /// What met the standard.
    pub num: u64,
    /// What fell due.
    pub den: u64,
}

impl Ratio {
    /// Is the ratio at or above the level? Exact; equality is met. `None` where nothing fell due.
    #[must_use]
    pub fn at_least(self, level: Ratio) -> Option<bool> {
        if self.den == 0 || level.den == 0 {
            return None;
        }
        Some(
            u128::from(self.num) * u128::from(level.den)
                >= u128::from(level.num) * u128::from(self.den),
        )
    }
    /// As an exact rational; `None` where nothing fell due.
    #[must_use]
    pub fn rational(self) -> Option<BigRational> {
        (self.den != 0).then(|| BigRational::new(self.num.into(), self.den.into()))
    }
}

text_enum! {
    /// How far a value can be relied on, strongest first: a sum takes the weakest of its parts.
    pub enum FigureState("state of a figure") {
        /// Nothing is known against it.
        Ok = "ok",
        /// Depends on an unconfirmed rule, or on a period that is not closed.
        Provisional = "provisional",
        /// Too few events to be evidence.
        LowVolume = "low-volume",
        /// Sources contradict each other.
        Disputed = "disputed",
        /// Its source was faulty for part of the period.
        Suspect = "suspect",
    }
}

text_enum! {
    /// Why there is no value. `mark` gives the shorthand for tables.
    pub enum NullReason("reason for a null") {
        /// Nothing fell due.
        NoEvents = "no-events",
        /// The measure does not apply here.
        NotApplicable = "not-applicable",
        /// Nothing was reported.
        NotReported = "not-reported",
        /// The source is known to be faulty, or too little of it arrived.
        Unreliable = "unreliable",
        /// A component has no value; bounds may be known.
        NotDeterminable = "not-determinable",
        /// Withheld for disclosure control.
        Suppressed = "suppressed",
    }
}

impl NullReason {
    /// The shorthand used in tables; explained in words above each table.
    #[must_use]
    pub const fn mark(self) -> &'static str {
        match self {
            NullReason::NoEvents => "[w]",
            NullReason::NotApplicable => "[z]",
            NullReason::NotReported => "[x]",
            NullReason::Unreliable => "[u]",
            NullReason::NotDeterminable => "[n]",
            NullReason::Suppressed => "[c]",
        }
    }
    /// The words behind the shorthand.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            NullReason::NoEvents => "no events: nothing fell due in the period",
            NullReason::NotApplicable => "not applicable",
            NullReason::NotReported => "not reported",
            NullReason::Unreliable => "unreliable: the source is known to be faulty or incomplete",
            NullReason::NotDeterminable => "not determinable: a component has no value",
            NullReason::Suppressed => "suppressed to protect a single party",
        }
    }
}

/// One way to read an ambiguous stated number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// What the text would mean (`value achieved`, `the minimum itself`).
    pub meaning: String,
    /// The decimal text under that reading.
    pub text: String,
}

/// A number as a source wrote it, with all its readings; more than one means unresolved, and then
/// none is chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stated {
    /// The text as written, such as `99.38%`.
    pub text: String,
    /// Its readings.
    pub readings: Vec<Reading>,
}

/// The exact kinds of value that a figure can have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Quantity {
    /// Two integers.
    Ratio(Ratio),
    /// A count of things.
    Count {
        /// How many. Negative where corrections exceed.
        count: i64,
    },
    /// An exact rational, numerator and denominator as decimal texts: a mean of ratios.
    Rational {
        /// Numerator.
        num: String,
        /// Denominator, positive.
        den: String,
    },
    /// A duration in µs, exact or the upper edge of its bucket.
    Duration {
        /// Microseconds.
        micros: i64,
        /// `true` where it came from buckets (within 1 %).
        bucketed: bool,
    },
    /// A percentile that falls among the time-outs: longer than the deadline.
    LongerThan {
        /// The deadline in µs.
        micros: i64,
    },
    /// A number as written by its source.
    Stated(Stated),
}

impl Quantity {
    /// An exact rational as a quantity.
    #[must_use]
    pub fn rational(value: &BigRational) -> Quantity {
        Quantity::Rational { num: value.numer().to_string(), den: value.denom().to_string() }
    }
    /// The exact share, where the quantity is one (a ratio, a rational, or a stated percentage with
    /// a single reading).
    #[must_use]
    pub fn share(&self) -> Option<BigRational> {
        match self {
            Quantity::Ratio(r) => r.rational(),
            Quantity::Rational { num, den } => {
                let den: BigInt = den.parse().ok()?;
                (den != BigInt::from(0)).then_some(())?;
                Some(BigRational::new(num.parse().ok()?, den))
            }
            Quantity::Stated(s) => match s.readings.as_slice() {
                [only] => parse_percent(&only.text),
                _ => None,
            },
            Quantity::Count { .. } | Quantity::Duration { .. } | Quantity::LongerThan { .. } => {
                None
            }
        }
    }
}

/// A decimal percentage text (`99.38`, `99.38 %`, `100`) as an exact share; `None` otherwise.
#[must_use]
pub fn parse_percent(text: &str) -> Option<BigRational> {
    let t = text.trim().trim_end_matches('%').trim();
    let (whole, part) = t.split_once('.').unwrap_or((t, ""));
    let digits_only = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let unsigned = whole.strip_prefix('-').unwrap_or(whole);
    if unsigned.is_empty() || !digits_only(unsigned) || !digits_only(part) || part.len() > 30 {
        return None;
    }
    let n: BigInt = format!("{whole}{part}").parse().ok()?;
    Some(BigRational::new(n, BigInt::from(10u32).pow(part.len() as u32 + 2)))
}

/// The two readings of a number without a percent sign that is above 0 and at most 1: `0.994` may be 0.994 %,
/// or 99.4 % as a share of 1. `None` for every other text.
#[must_use]
pub fn readings_of_bare(text: &str) -> Option<[Reading; 2]> {
    let t = text.trim();
    let one_hundredth = BigRational::new(1.into(), 100.into());
    let value = parse_percent(t).filter(|_| !t.contains('%'))?;
    if value <= BigRational::from_integer(0.into()) || value > one_hundredth {
        return None;
    }
    let (whole, part) = t.split_once('.').unwrap_or((t, ""));
    let (moved, rest) = if part.len() > 2 { part.split_at(2) } else { (part, "") };
    let share = format!("{whole}{moved:0<2}");
    let share = share.trim_start_matches('0');
    let share = if share.is_empty() { "0" } else { share };
    let point = if rest.is_empty() { "" } else { "." };
    Some([
        Reading { meaning: "a percentage".into(), text: format!("{t}%") },
        Reading { meaning: "a share of 1".into(), text: format!("{share}{point}{rest}%") },
    ])
}

/// A value and how far it can be relied on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Value {
    /// The number.
    pub quantity: Quantity,
    /// The weakest state of its parts.
    pub state: FigureState,
    /// In words: why the state is not `ok`.
    pub notes: Vec<String>,
}

/// A null: why, since when, and whose job the repair is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Null {
    /// The reason.
    pub reason: NullReason,
    /// In words.
    pub detail: String,
    /// The source at fault, where one is.
    pub source: Option<String>,
    /// Since when.
    pub since: Option<Day>,
    /// Whose job the repair is.
    pub owner: Option<String>,
    /// Least and greatest share that the parts allow, where known.
    pub bounds: Option<(Quantity, Quantity)>,
}

impl Null {
    /// A null with its words, nothing else known.
    #[must_use]
    pub fn because(reason: NullReason, detail: impl Into<String>) -> Null {
        Null { reason, detail: detail.into(), source: None, since: None, owner: None, bounds: None }
    }
}

/// A value with an origin, or a null with a reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Figure {
    /// A value.
    Value(Value),
    /// No value, and why.
    Null(Null),
}

impl Figure {
    /// A ratio in state `ok`, or the null `no events` where nothing fell due.
    #[must_use]
    pub fn ratio(num: u64, den: u64) -> Figure {
        if den == 0 {
            Figure::Null(Null::because(NullReason::NoEvents, "nothing fell due in the period"))
        } else {
            Figure::value(Quantity::Ratio(Ratio { num, den }))
        }
    }
    /// Any quantity in state `ok`.
    #[must_use]
    pub fn value(quantity: Quantity) -> Figure {
        Figure::Value(Value { quantity, state: FigureState::Ok, notes: Vec::new() })
    }
    /// Weakens a value's state and says why. A null stays as it is.
    #[must_use]
    pub fn weaken(mut self, state: FigureState, note: impl Into<String>) -> Figure {
        if let Figure::Value(v) = &mut self {
            v.state = v.state.max(state);
            v.notes.push(note.into());
        }
        self
    }
    /// The value, if there is one.
    #[must_use]
    pub fn as_value(&self) -> Option<&Value> {
        match self {
            Figure::Value(v) => Some(v),
            Figure::Null(_) => None,
        }
    }
    /// The exact share, if the figure has one.
    #[must_use]
    pub fn share(&self) -> Option<BigRational> {
        self.as_value().and_then(|v| v.quantity.share())
    }
}

/// When a figure was made and of what: enough to make it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// Root manifest hash.
    pub manifest: String,
    /// Methodology id.
    pub methodology: String,
    /// Rule-set hash.
    pub rules: String,
    /// The as-at time.
    pub as_at: Utc,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_due_is_a_null_and_never_zero_or_hundred() {
        assert!(matches!(
            Figure::ratio(0, 0),
            Figure::Null(Null { reason: NullReason::NoEvents, .. })
        ));
    }

    #[test]
    fn states_weaken_only() {
        let f = Figure::ratio(1, 2)
            .weaken(FigureState::Suspect, "a")
            .weaken(FigureState::Provisional, "b");
        assert_eq!(f.as_value().unwrap().state, FigureState::Suspect);
    }

    #[test]
    fn stated_percentages_are_exact() {
        assert_eq!(parse_percent("54.80 %").unwrap(), BigRational::new(548.into(), 1000.into()));
        for t in ["", "n/a", "1e3", "5.4.8", "NaN", "--1"] {
            assert!(parse_percent(t).is_none(), "{t}");
        }
    }

    #[test]
    fn a_bare_fraction_has_two_readings() {
        for (text, readings) in [
            ("0.994", Some(("0.994%", "99.4%"))),
            ("1", Some(("1%", "100%"))),
            ("1.000", Some(("1.000%", "100.0%"))),
            ("0.5", Some(("0.5%", "50%"))),
            ("0.005", Some(("0.005%", "0.5%"))),
            ("0", None),
            ("1.01", None),
            ("99.4", None),
            ("0.994%", None),
            ("-0.5", None),
            ("n/a", None),
        ] {
            let found = readings_of_bare(text);
            let texts = found.as_ref().map(|[a, b]| (a.text.as_str(), b.text.as_str()));
            assert_eq!(texts, readings, "{text}");
        }
    }

    #[test]
    fn json_round_trips() {
        for f in [
            Figure::ratio(1, 3),
            Figure::ratio(0, 0),
            Figure::value(Quantity::LongerThan { micros: 5 }),
        ] {
            let text = serde_json::to_string(&f).unwrap();
            assert_eq!(serde_json::from_str::<Figure>(&text).unwrap(), f);
        }
    }
}
