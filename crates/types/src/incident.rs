//! Incidents: their ids, what can happen to one, and the state that it is then in.

use crate::text_enum;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Digits after `INC` (`docs/needs.md` R7).
pub const INCIDENT_DIGITS: usize = 12;
/// Digits after `INC` in service desks that number with fewer; the number is the same. Other lengths
/// are refused: they are a lost or doubled digit.
pub const SHORT_INCIDENT_DIGITS: usize = 7;

/// The id of an incident: `INC` and twelve digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IncidentId(u64);

/// Why a text is no id of an incident.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is no id of an incident: {why}; write INC and {INCIDENT_DIGITS} digits, such as INC000000012345"
)]
pub struct IncidentIdError {
    /// The text that was read.
    pub text: String,
    /// What is wrong with it.
    pub why: String,
}

impl IncidentId {
    /// From its number; `None` where that has more than twelve digits.
    #[must_use]
    pub const fn from_number(number: u64) -> Option<IncidentId> {
        if number < 1_000_000_000_000 { Some(IncidentId(number)) } else { None }
    }
    /// An id that is made here, of any number: it starts with 9, apart from those of a service
    /// desk.
    #[must_use]
    pub const fn own(number: u64) -> IncidentId {
        IncidentId(900_000_000_000 + number % 100_000_000_000)
    }
}

impl fmt::Display for IncidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("INC{:012}", self.0))
    }
}

impl FromStr for IncidentId {
    type Err = IncidentIdError;
    /// Accepts `INC` in either case, and spaces around the whole.
    fn from_str(text: &str) -> Result<Self, IncidentIdError> {
        let bad = |why: String| IncidentIdError { text: text.chars().take(60).collect(), why };
        let t = text.trim();
        let digits = t
            .get(..3)
            .filter(|p| p.eq_ignore_ascii_case("INC"))
            .and_then(|_| t.get(3..))
            .ok_or_else(|| bad("it does not start with INC".to_owned()))?;
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(bad("something other than digits follows INC".to_owned()));
        }
        if ![INCIDENT_DIGITS, SHORT_INCIDENT_DIGITS].contains(&digits.len()) {
            return Err(bad(format!("it has {} digits", digits.len())));
        }
        digits.parse().map(IncidentId).map_err(|_| bad("its number cannot be read".to_owned()))
    }
}

impl Serialize for IncidentId {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for IncidentId {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

text_enum! {
    /// What happened to an incident.
    pub enum IncidentEventKind("event of an incident") {
        /// It was opened.
        Opened = "opened",
        /// Title, area or provider were stated anew.
        Details = "details",
        /// Its category was set or changed.
        Category = "category",
        /// A person was made responsible for resolving it.
        Assigned = "assigned",
        /// It was taken to a higher level.
        Escalated = "escalated",
        /// It waits for another party.
        Suspended = "suspended",
        /// Work on it goes on.
        Resumed = "resumed",
        /// It was resolved.
        Resolved = "resolved",
        /// It was closed.
        Closed = "closed",
        /// It was opened again.
        Reopened = "reopened",
        /// It is dealt with under another.
        Merged = "merged",
        /// It was taken back: there was no incident.
        Withdrawn = "withdrawn",
        /// A comment was added.
        Comment = "comment",
        /// Whoever raised it was answered for the first time.
        Responded = "responded",
    }
}

text_enum! {
    /// The state of an incident.
    pub enum IncidentState("state of an incident") {
        /// Open.
        Open = "open",
        /// Resolved and not yet closed.
        Resolved = "resolved",
        /// Closed.
        Closed = "closed",
        /// Dealt with under another.
        Merged = "merged",
        /// Taken back.
        Withdrawn = "withdrawn",
    }
}

impl IncidentState {
    /// The state after an event; `None`: before anything was known of the incident.
    ///
    /// # Errors
    /// Why the event cannot follow.
    pub fn after(
        before: Option<IncidentState>,
        event: IncidentEventKind,
    ) -> Result<IncidentState, &'static str> {
        use IncidentEventKind as E;
        use IncidentState as S;
        let Some(state) = before else {
            return if event == E::Opened {
                Ok(S::Open)
            } else {
                Err("its opening is not recorded")
            };
        };
        match (event, state) {
            (
                E::Details | E::Category | E::Assigned | E::Escalated | E::Comment | E::Responded,
                s,
            ) => Ok(s),
            (E::Opened, _) => Err("it was opened before"),
            (E::Suspended | E::Resumed, S::Open) => Ok(S::Open),
            (E::Suspended | E::Resumed, _) => Err("it is not open"),
            (E::Resolved, S::Open) => Ok(S::Resolved),
            (E::Resolved, S::Resolved | S::Closed) => {
                Err("it was resolved before and not opened again")
            }
            (E::Closed, S::Open | S::Resolved) => Ok(S::Closed),
            (E::Closed, S::Closed) => Err("it was closed before and not opened again"),
            (E::Reopened, S::Open) => Err("it is open"),
            (E::Reopened, _) => Ok(S::Open),
            (E::Merged, S::Open | S::Resolved) => Ok(S::Merged),
            (E::Withdrawn, S::Open | S::Resolved) => Ok(S::Withdrawn),
            (E::Resolved | E::Closed, S::Merged | S::Withdrawn)
            | (E::Merged | E::Withdrawn, S::Closed | S::Merged | S::Withdrawn) => {
                Err("it is at its end; open it again first")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r7_ids_have_twelve_digits_in_either_case() {
        for t in ["INC000000012345", "inc000000012345", " Inc000000012345 ", "INC0012345"] {
            assert_eq!(t.parse::<IncidentId>().unwrap().to_string(), "INC000000012345");
        }
        for (t, why) in [
            ("INC00000001234", "11 digits"),
            ("INC0000000123456", "13 digits"),
            ("INC00000001234A", "other than digits"),
            ("REQ000000012345", "start with INC"),
            ("", "start with INC"),
            ("INC", "0 digits"),
            ("IN", "start with INC"),
            ("ÎNC000000012345", "start with INC"),
        ] {
            let e = t.parse::<IncidentId>().unwrap_err().to_string();
            assert!(e.contains(why), "{t}: {e}");
        }
        assert_eq!(
            IncidentId::from_number(999_999_999_999).unwrap().to_string(),
            "INC999999999999"
        );
        assert_eq!(IncidentId::from_number(1_000_000_000_000), None);
        assert_eq!(
            (IncidentId::own(7).to_string(), IncidentId::own(u64::MAX).to_string().len()),
            ("INC900000000007".to_owned(), 15)
        );
    }

    #[test]
    fn only_an_opening_comes_first_and_an_end_is_left_by_reopening() {
        for e in IncidentEventKind::ALL {
            assert_eq!(IncidentState::after(None, *e).is_ok(), *e == IncidentEventKind::Opened);
        }
        for s in [
            IncidentState::Resolved,
            IncidentState::Closed,
            IncidentState::Merged,
            IncidentState::Withdrawn,
        ] {
            assert_eq!(
                IncidentState::after(Some(s), IncidentEventKind::Reopened),
                Ok(IncidentState::Open)
            );
        }
        assert!(
            IncidentState::after(Some(IncidentState::Open), IncidentEventKind::Reopened).is_err()
        );
    }
}
