//! What a list is narrowed by: times, and columns with the words or numbers of which a row has one.

use super::{MOST, Whose, rows::Columns};
use crate::error::{AppError, Result};
use northbound_ledger::{find::Wanted, schema::Table};
use northbound_types::{Day, Eui64, Utc};

/// From when to when messages were received.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Times {
    /// At this time or later.
    pub from: Option<Utc>,
    /// Before this time.
    pub before: Option<Utc>,
}

impl Times {
    /// The end of a range as people write it: a date takes the whole day, a time itself.
    ///
    /// # Errors
    /// Where it is neither.
    pub fn end(text: &str) -> std::result::Result<Utc, northbound_types::time::TimeError> {
        match text.parse::<Day>() {
            Ok(day) => Ok(day.end()),
            Err(_) => text.parse::<Utc>().map(|t| Utc(t.0.saturating_add(1))),
        }
    }
}

/// A list's conditions, for the ledger's rows and for those of the service alike.
#[derive(Debug, Clone, Default)]
pub(super) struct Filter {
    pub(super) times: Times,
    pub(super) euis: Vec<(&'static str, Vec<Eui64>)>,
    pub(super) words: Vec<(&'static str, Vec<String>)>,
}

impl Filter {
    pub(super) fn eui(&mut self, column: &'static str, values: impl IntoIterator<Item = Eui64>) {
        self.euis.push((column, values.into_iter().collect()));
    }

    /// Does nothing where there are no words.
    pub(super) fn word(&mut self, column: &'static str, words: Vec<String>) {
        if !words.is_empty() {
            self.words.push((column, words));
        }
    }

    /// Only messages of these Users, whose EUI is in the column.
    pub(super) fn whose(&mut self, column: &'static str, whose: &Whose) {
        if let Whose::Users(users) = whose {
            self.eui(column, users.iter().copied());
        }
    }

    /// As a search of the ledger.
    pub(super) fn wanted(&self, table: Table, skip: u64, limit: u64) -> Wanted {
        let mut w = Wanted::all(table, limit);
        (w.skip, w.from, w.before) = (skip, self.times.from, self.times.before);
        for (column, values) in &self.euis {
            w = w.number(column, values.iter().map(|e| e.to_i64()));
        }
        for (column, words) in &self.words {
            w = w.word(column, words.clone());
        }
        w
    }

    /// Does it take a row?
    pub(super) fn takes(&self, columns: &Columns) -> bool {
        let text = |name: &str| columns.get(name).map_or("", String::as_str);
        let Ok(received) = text("received").parse::<Utc>() else { return false };
        self.times.from.is_none_or(|t| received >= t)
            && self.times.before.is_none_or(|t| received < t)
            && self
                .euis
                .iter()
                .all(|(c, all)| text(c).parse().is_ok_and(|e: Eui64| all.contains(&e)))
            && self.words.iter().all(|(c, all)| all.iter().any(|w| w == text(c)))
    }
}

/// The limit of a list, if it is one.
pub(super) fn check_limit(limit: u64) -> Result<()> {
    if (1..=MOST).contains(&limit) {
        return Ok(());
    }
    Err(AppError::usage(format!("--limit {limit}: write 1 to {MOST}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_as_an_end_takes_its_whole_day() {
        assert_eq!(Times::end("2026-04-30").unwrap(), "2026-05-01".parse().unwrap());
        let noon: Utc = "2026-04-30T12:00:00Z".parse().unwrap();
        assert_eq!(Times::end("2026-04-30T12:00:00Z").unwrap(), Utc(noon.0 + 1));
        assert!(Times::end("April").is_err());
    }

    #[test]
    fn a_row_has_to_fulfil_every_condition() {
        let mut f = Filter::default();
        f.eui("target", [Eui64(2), Eui64(3)]);
        f.word("state", vec!["refused".into(), "timed-out".into()]);
        let row = |target: Eui64, state: &str, received: &str| -> Columns {
            [
                ("target", target.to_string()),
                ("state", state.to_owned()),
                ("received", received.to_owned()),
            ]
            .map(|(k, v)| (k.to_owned(), v))
            .into()
        };
        assert!(f.takes(&row(Eui64(2), "refused", "2026-04-01T00:00:00Z")));
        assert!(!f.takes(&row(Eui64(4), "refused", "2026-04-01T00:00:00Z")));
        assert!(!f.takes(&row(Eui64(2), "queued", "2026-04-01T00:00:00Z")));
        f.times.before = Some("2026-04-01".parse().unwrap());
        assert!(!f.takes(&row(Eui64(2), "refused", "2026-04-01T00:00:00Z")));
    }
}
