//! Forecasts as they were submitted (R8, R9, F1). A submission is one record and never changes: a
//! newer one takes its place from the moment at which it was made.

use crate::{
    error::RegisterError,
    noun::Noun,
    record::{Identity, Imported, Index, Record, invalid, needed},
};
use northbound_types::{Eui64, ForecastKind, Mode, Period, Utc, text_enum};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Most lines of one submission: every SRV in every mode for two years.
pub const MAX_LINES: usize = 10_000;

text_enum! {
    /// How a submission came about.
    pub enum Made("way in which a forecast was made") {
        /// Typed.
        Typed = "typed",
        /// From the User's own history, perhaps with exceptions typed.
        History = "history",
        /// Read from a file.
        File = "file",
    }
}

/// A count for a service, mode and month.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ForecastLine {
    /// Month.
    pub period: Period,
    /// Service Reference Variant; `single` or `batched` for certificate requests.
    pub srv: String,
    /// Mode; empty for certificate requests.
    pub mode: String,
    /// Requests in the month. Zero is a forecast.
    pub count: i64,
}

/// A forecast. It is whole for each month that it names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forecast {
    /// Of what.
    pub kind: ForecastKind,
    /// Whose.
    pub user: Eui64,
    /// The party of the User.
    pub party: String,
    /// When it was submitted. A User states no other time than the present.
    pub made: Utc,
    /// How it came about.
    pub how: Made,
    /// By line; sorted, each month, service and mode once.
    pub lines: Vec<ForecastLine>,
    /// What to know of it; empty where nothing.
    pub note: String,
}

impl Forecast {
    /// The months that it names.
    #[must_use]
    pub fn months(&self) -> BTreeSet<Period> {
        self.lines.iter().map(|l| l.period).collect()
    }
}

const NOUN: Noun = Noun::Forecast;

impl Record for Forecast {
    const NOUN: Noun = NOUN;
    fn identity(&self) -> Identity {
        Identity::Content
    }
    fn index(&self) -> Index {
        let months = self.months();
        Index {
            party: Some(self.party.clone()),
            lookup: Some(self.about()),
            from: months.first().map(|p| p.first().start()),
            to: months.last().map(|p| p.after().start()),
            ..Index::default()
        }
    }
    fn check(&self) -> Result<(), RegisterError> {
        needed(NOUN, "party", &self.party)?;
        if self.lines.is_empty() {
            return Err(invalid(
                NOUN,
                "lines",
                "is empty; give at least one month, service and count (a forecast of zero is a line with 0)",
            ));
        }
        if self.lines.len() > MAX_LINES {
            return Err(invalid(
                NOUN,
                "lines",
                format!("has {} lines; at most {MAX_LINES} are accepted", self.lines.len()),
            ));
        }
        let mut seen = BTreeSet::new();
        for l in &self.lines {
            service(NOUN, self.kind, &l.srv, &l.mode)?;
            month(NOUN, l.period)?;
            crate::records::not_negative(NOUN, "count", l.count)?;
            if !seen.insert((l.period, &l.srv, &l.mode)) {
                return Err(invalid(
                    NOUN,
                    "lines",
                    format!("give {} {} {} twice; give one count", l.srv, l.mode, l.period),
                ));
            }
        }
        Ok(())
    }
    fn check_change(&self, id: &str, before: &Self) -> Result<(), RegisterError> {
        // Withdrawn as it was: entered twice, say.
        if self == before {
            return Ok(());
        }
        Err(RegisterError::Frozen {
            noun: NOUN,
            id: id.to_owned(),
            why:
                "a submitted forecast cannot be changed; submit another, which counts from then on"
                    .to_owned(),
        })
    }
    fn refs(&self) -> Vec<(Noun, String)> {
        vec![(Noun::User, self.user.to_string()), (Noun::Party, self.party.clone())]
    }
    fn owner(&self) -> Option<Eui64> {
        Some(self.user)
    }
    fn dated(&self) -> Option<Utc> {
        Some(self.made)
    }
}

impl Imported for Forecast {
    fn about(&self) -> String {
        format!("{}|{}", self.kind, self.user)
    }
}

/// A service and mode that fit the kind of forecast.
pub(in crate::records) fn service(
    noun: Noun,
    kind: ForecastKind,
    srv: &str,
    mode: &str,
) -> Result<(), RegisterError> {
    needed(noun, "srv", srv)?;
    match kind {
        ForecastKind::Sr => mode
            .parse::<Mode>()
            .map(|_| ())
            .map_err(|e| invalid(noun, "mode", format!("of {srv}: {e}"))),
        ForecastKind::Csr if !matches!(srv, "single" | "batched") => Err(invalid(
            noun,
            "srv",
            format!("is {srv:?}; certificate requests are `single` or `batched`"),
        )),
        ForecastKind::Csr if !mode.is_empty() => Err(invalid(
            noun,
            "mode",
            format!("is {mode:?}; certificate requests have none, leave it empty"),
        )),
        ForecastKind::Csr => Ok(()),
    }
}

/// A calendar month.
pub(in crate::records) fn month(noun: Noun, period: Period) -> Result<(), RegisterError> {
    if matches!(period, Period::Month(..)) {
        return Ok(());
    }
    Err(invalid(noun, "period", format!("is {period}; write a month such as 2026-05")))
}
