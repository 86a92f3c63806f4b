//! Bands against target and minimum (M5), and the colour that cannot hide silence (M6).

use crate::{error::MeasureError, statistics::exact::share};
use northbound_rules::measure::{Better, MeasureDef};
use northbound_types::{Figure, NullReason, Period, Quantity, Ratio, Region, Utc, text_enum};
use num_rational::BigRational;
use serde::{Deserialize, Serialize};

text_enum! {
    /// The band of a figure against its levels. Comparison is exact; equality is met.
    pub enum Band("band") {
        /// At or above the target.
        Met = "met",
        /// Below the target, at or above the minimum (or the minimum is unknown).
        BelowTarget = "below-target",
        /// Below the minimum.
        BelowMinimum = "below-minimum",
        /// A value, and no level that it could be held against.
        UnknownLevels = "unknown-levels",
        /// A stated number with more than one reading: none is chosen.
        Unresolved = "unresolved",
        /// No value.
        Null = "null",
    }
}

impl Band {
    /// Below the target? `None` where the band does not tell.
    #[must_use]
    pub const fn below_target(self) -> Option<bool> {
        match self {
            Band::Met => Some(false),
            Band::BelowTarget | Band::BelowMinimum => Some(true),
            Band::UnknownLevels | Band::Unresolved | Band::Null => None,
        }
    }
    /// Below the minimum? `None` where the band does not tell.
    #[must_use]
    pub const fn below_minimum(self) -> Option<bool> {
        match self {
            Band::Met | Band::BelowTarget => Some(false),
            Band::BelowMinimum => Some(true),
            Band::UnknownLevels | Band::Unresolved | Band::Null => None,
        }
    }
    /// The band in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Band::Met => "met",
            Band::BelowTarget => "below target",
            Band::BelowMinimum => "below minimum",
            Band::UnknownLevels => "levels unknown",
            Band::Unresolved => "unresolved: the stated number has several readings",
            Band::Null => "no value",
        }
    }
}

/// The levels that a figure is held against, and where they come from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelsUsed {
    /// Target.
    pub target: Option<Ratio>,
    /// Minimum.
    pub minimum: Option<Ratio>,
    /// `rule`, `stated by …`, or empty where there are none.
    pub from: String,
    /// Based on an unconfirmed rule.
    pub unconfirmed: bool,
}

impl LevelsUsed {
    /// The levels as a list, for printing percentages that never cross one.
    #[must_use]
    pub fn list(&self) -> Vec<Ratio> {
        self.target.into_iter().chain(self.minimum).collect()
    }
}

/// The levels of the definition in force on the first day of the period.
///
/// A level that changes inside a period holds from the next one: a month is judged by one rule.
#[must_use]
pub fn levels_for(def: &MeasureDef, period: Period, unconfirmed: bool) -> LevelsUsed {
    def.levels_on(period.first()).map_or_else(LevelsUsed::default, |l| LevelsUsed {
        target: l.target,
        minimum: l.minimum,
        from: "rule".to_owned(),
        unconfirmed,
    })
}

/// The band of a figure of which more is better. Exact comparison: nothing is rounded before it.
#[must_use]
pub fn band(figure: &Figure, target: Option<Ratio>, minimum: Option<Ratio>) -> Band {
    band_by(Better::Higher, figure, target, minimum)
}

/// The band of a figure by the side of its levels that is better. Of which less is better, the minimum is the
/// most that is allowed.
#[must_use]
pub fn band_by(
    better: Better,
    figure: &Figure,
    target: Option<Ratio>,
    minimum: Option<Ratio>,
) -> Band {
    let Figure::Value(value) = figure else { return Band::Null };
    if matches!(&value.quantity, Quantity::Stated(s) if s.readings.len() > 1) {
        return Band::Unresolved;
    }
    let Some(at) = value.quantity.share() else { return Band::UnknownLevels };
    let (target, minimum) = (target.and_then(share), minimum.and_then(share));
    let misses = |level: &BigRational| match better {
        Better::Higher => &at < level,
        Better::Lower => &at > level,
    };
    if minimum.as_ref().is_some_and(misses) {
        return Band::BelowMinimum;
    }
    match target {
        Some(t) if !misses(&t) => Band::Met,
        Some(_) => Band::BelowTarget,
        None => Band::UnknownLevels,
    }
}

text_enum! {
    /// The colour of a cell.
    pub enum Rag("colour") {
        /// Target met.
        Green = "green",
        /// Below target.
        Amber = "amber",
        /// Below minimum.
        Red = "red",
        /// Nothing can be said. Never green.
        Grey = "grey",
    }
}

/// The colour by rule. A null, an unresolved number and a number without levels are grey.
#[must_use]
pub const fn rag(band: Band) -> Rag {
    match band {
        Band::Met => Rag::Green,
        Band::BelowTarget => Rag::Amber,
        Band::BelowMinimum => Rag::Red,
        Band::UnknownLevels | Band::Unresolved | Band::Null => Rag::Grey,
    }
}

/// What an override does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "does", rename_all = "kebab-case")]
pub enum OverrideAction {
    /// Shows another colour than the rule's.
    Colour {
        /// The colour to show.
        rag: Rag,
    },
    /// Withholds the figure: a wrong figure is worse than none (M7).
    Withhold {
        /// Why there is no value.
        reason: NullReason,
    },
}

/// A person's decision about one cell. Refused without who, when and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Override {
    /// Measure.
    pub measure: String,
    /// Provider.
    pub provider: String,
    /// Region.
    pub region: Region,
    /// Period.
    pub period: Period,
    /// What it does.
    pub action: OverrideAction,
    /// Who decided.
    pub who: String,
    /// When.
    pub at: Option<Utc>,
    /// Why.
    pub why: String,
}

impl Override {
    /// Checks that the override says who, when and why, and does not colour a figure that has no
    /// band.
    ///
    /// # Errors
    /// [`MeasureError::Override`] naming what is missing.
    pub fn check(&self, band: Band) -> Result<(), MeasureError> {
        let mut missing = Vec::new();
        if self.who.trim().is_empty() {
            missing.push("who");
        }
        if self.at.is_none() {
            missing.push("when");
        }
        if self.why.trim().is_empty() {
            missing.push("why");
        }
        let refuse = |why: String| {
            Err(MeasureError::Override {
                measure: self.measure.clone(),
                provider: self.provider.clone(),
                region: self.region,
                why,
            })
        };
        if !missing.is_empty() {
            return refuse(format!("it does not say {}; give all three", missing.join(", ")));
        }
        match self.action {
            OverrideAction::Colour { rag: Rag::Green } if rag(band) == Rag::Grey => {
                refuse(format!("{}; an unknown figure is never green", band.words()))
            }
            OverrideAction::Colour { .. } | OverrideAction::Withhold { .. } => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use northbound_types::{Null, Reading, Stated};

    const T: Option<Ratio> = Some(Ratio { num: 99, den: 100 });
    const M: Option<Ratio> = Some(Ratio { num: 96, den: 100 });

    #[test]
    fn m5_equality_is_met_and_one_event_less_is_not() {
        assert_eq!(band(&Figure::ratio(990, 1000), T, M), Band::Met);
        assert_eq!(band(&Figure::ratio(989, 1000), T, M), Band::BelowTarget);
        assert_eq!(band(&Figure::ratio(960, 1000), T, M), Band::BelowTarget);
        assert_eq!(band(&Figure::ratio(959, 1000), T, M), Band::BelowMinimum);
        assert_eq!(band(&Figure::ratio(0, 0), T, M), Band::Null);
        assert_eq!(band(&Figure::ratio(1, 1), None, None), Band::UnknownLevels);
        assert_eq!(band(&Figure::ratio(97, 100), None, M), Band::UnknownLevels);
        assert_eq!(band(&Figure::ratio(95, 100), None, M), Band::BelowMinimum);
    }

    #[test]
    fn m6_silence_is_never_green() {
        for reason in NullReason::ALL {
            let f = Figure::Null(Null::because(*reason, "x"));
            assert_eq!(rag(band(&f, T, M)), Rag::Grey, "{reason}");
        }
    }

    #[test]
    fn two_readings_are_unresolved() {
        let reading = |m: &str| Reading { meaning: m.into(), text: "54.80 %".into() };
        let f = Figure::value(Quantity::Stated(Stated {
            text: "54.80 %".into(),
            readings: vec![reading("value"), reading("minimum")],
        }));
        assert_eq!(band(&f, T, M), Band::Unresolved);
    }

    #[test]
    fn overrides_need_who_when_and_why_and_cannot_colour_silence_green() {
        let whole = Override {
            measure: "PM4.3".into(),
            provider: "CSPN".into(),
            region: Region::North,
            period: Period::month(2026, 4),
            action: OverrideAction::Colour { rag: Rag::Green },
            who: "chair".into(),
            at: Some(Utc(1)),
            why: "agreed".into(),
        };
        assert!(whole.check(Band::BelowTarget).is_ok());
        assert!(whole.check(Band::Null).is_err());
        assert!(Override { who: " ".into(), ..whole.clone() }.check(Band::Met).is_err());
        assert!(Override { at: None, ..whole.clone() }.check(Band::Met).is_err());
        let e = Override { why: String::new(), ..whole }.check(Band::Met).unwrap_err();
        assert!(e.to_string().contains("why"), "{e}");
    }
}
