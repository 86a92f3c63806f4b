//! A figure in parts, for programs: what CSV prints in place of the text for people.

use northbound_types::{Figure, Quantity, Ratio, percent::percent_of};

/// A figure in parts. Each is a plain text, empty where there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Measured {
    /// The number alone, with a point before its decimals.
    pub number: String,
    /// The unit of the number: `percent`, `us` (microseconds) or none.
    pub unit: String,
    /// What met the standard.
    pub numerator: String,
    /// What fell due.
    pub denominator: String,
    /// How far the number can be relied on, or why there is none.
    pub state: String,
    /// The state explained.
    pub note: String,
}

impl Measured {
    /// A figure whose percentage is never rounded across one of these levels.
    #[must_use]
    pub fn of(figure: &Figure, decimals: u32, levels: &[Ratio]) -> Measured {
        let value = match figure {
            Figure::Null(n) => {
                return Measured {
                    state: n.reason.to_string(),
                    note: n.detail.clone(),
                    ..Measured::default()
                };
            }
            Figure::Value(v) => v,
        };
        let percent = value.quantity.share().and_then(|s| percent_of(&s, decimals, levels));
        let unit = if percent.is_some() { "percent" } else { "" };
        let (number, unit, numerator, denominator) = match &value.quantity {
            Quantity::Ratio(r) => (percent, unit, r.num.to_string(), r.den.to_string()),
            Quantity::Rational { num, den } => (percent, unit, num.clone(), den.clone()),
            Quantity::Stated(_) => (percent, unit, String::new(), String::new()),
            Quantity::Count { count } => {
                (Some(count.to_string()), "", String::new(), String::new())
            }
            Quantity::Duration { micros, .. } | Quantity::LongerThan { micros } => {
                (Some(micros.to_string()), "us", String::new(), String::new())
            }
        };
        let mut notes = value.notes.clone();
        match &value.quantity {
            Quantity::Stated(s) => notes.insert(0, format!("stated as {:?}", s.text)),
            Quantity::LongerThan { .. } => notes.insert(0, "longer than this".to_owned()),
            _ => {}
        }
        Measured {
            number: number.unwrap_or_default(),
            unit: unit.to_owned(),
            numerator,
            denominator,
            state: value.state.to_string(),
            note: notes.join("; "),
        }
    }

    /// A length of time in microseconds, without a state of its own.
    #[must_use]
    pub fn micros(us: i64) -> Measured {
        Measured { number: us.to_string(), unit: "us".to_owned(), ..Measured::default() }
    }

    /// A share of counts without a state of its own.
    #[must_use]
    pub fn share(ratio: Ratio, decimals: u32) -> Measured {
        Measured::of(&Figure::ratio(ratio.num, ratio.den), decimals, &[])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use northbound_types::FigureState;

    #[test]
    fn numerator_denominator_state_and_reason_are_apart() {
        let f = Figure::ratio(22_303, 23_503).weaken(FigureState::Provisional, "a rule");
        let m = Measured::of(&f, 2, &[]);
        let parts = [&m.number, &m.unit, &m.numerator, &m.denominator, &m.state, &m.note];
        assert_eq!(parts, ["94.89", "percent", "22303", "23503", "provisional", "a rule"]);
        let none = Measured::share(Ratio { num: 0, den: 0 }, 2);
        assert_eq!((none.number.as_str(), none.state.as_str()), ("", "no-events"));
        assert!(!none.note.is_empty());
        let long = Measured::of(&Figure::value(Quantity::LongerThan { micros: 30 }), 2, &[]);
        assert_eq!((long.number.as_str(), long.unit.as_str()), ("30", "us"));
        assert_eq!(long.note, "longer than this");
    }
}
