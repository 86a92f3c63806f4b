//! Notes of figures that can hold for all figures of a report at once. They are made and recognised here,
//! so that a report can say them once.

use northbound_types::{FigureState, Region};

/// Follows the number of messages that a target without a confirmation judged.
pub(crate) const UNCONFIRMED_TARGET: &str = "judged with an unconfirmed target";
/// What every figure of a period says until the period has ended.
pub(crate) const NOT_OVER: &str = "the period is not over at the as-at time";

/// A count of things with the right number: `1 month`, `3 months`.
pub(crate) fn things(n: u64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// A figure depends on a rule without a confirmation.
pub(crate) fn unconfirmed(rule: &str) -> String {
    format!("based on {rule}, which is unconfirmed")
}

/// A component of a sum is weak.
pub(crate) fn weak_component(
    measure: &str,
    provider: &str,
    region: Region,
    state: FigureState,
) -> String {
    let region = match region {
        Region::North => " North",
        Region::Central => " Central",
        Region::South => " South",
        Region::None => "",
        Region::Unknown => " (region unknown)",
    };
    format!("{measure} {provider}{region} is {state}")
}

/// Does the note say only that a figure, or a component of it, is provisional because of rules without a
/// confirmation or a period that is not over?
#[must_use]
pub fn is_unsettled(note: &str) -> bool {
    let component = format!(" is {}", FigureState::Provisional);
    note == NOT_OVER
        || note.ends_with(&component)
        || note.ends_with(UNCONFIRMED_TARGET)
        || (note.starts_with("based on ") && note.ends_with(", which is unconfirmed"))
        || note.starts_with("based on unconfirmed rules: ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_here_is_recognised_and_nothing_else() {
        let of = |s| weak_component("PM4.3", "CSPC", Region::Central, s);
        for note in [
            unconfirmed("measure:PM2"),
            of(FigureState::Provisional),
            format!("5 {UNCONFIRMED_TARGET}"),
            NOT_OVER.to_owned(),
        ] {
            assert!(is_unsettled(&note), "{note}");
        }
        for note in [of(FigureState::Suspect), "27 of 30 expected feed days observed".to_owned()] {
            assert!(!is_unsettled(&note), "{note}");
        }
        assert_eq!(of(FigureState::Suspect), "PM4.3 CSPC Central is suspect");
    }
}
