//! What a figure is called: the same inputs give the same id.

use northbound_measures::MeasureResult;
use northbound_types::{Dim, Period, Region, Selector};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Digits of a figure id.
pub const ID_DIGITS: usize = 16;
/// The measure word of a share of the view by business process.
pub const PROCESS: &str = "OWN";

/// Which figure.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Address {
    /// Measure, or [`PROCESS`].
    pub measure: String,
    /// Methodology.
    pub methodology: String,
    /// Provider and region; user, process, srv where it has them.
    pub keys: BTreeMap<String, String>,
    /// Period.
    pub period: Period,
}

impl Address {
    /// The figure of a measure row.
    #[must_use]
    pub fn of(r: &MeasureResult) -> Address {
        Address::row(&r.measure, &r.methodology, &r.provider, r.region, r.period)
    }
    /// The same from its parts.
    #[must_use]
    pub fn row(
        measure: &str,
        methodology: &str,
        provider: &str,
        region: Region,
        period: Period,
    ) -> Address {
        Address {
            measure: measure.to_owned(),
            methodology: methodology.to_owned(),
            period,
            keys: BTreeMap::from([
                ("provider".to_owned(), provider.to_owned()),
                ("region".to_owned(), region.to_string()),
            ]),
        }
    }
    /// A share of Users' own requests.
    #[must_use]
    pub fn own(view: &str, key: &str, user: Option<&str>, period: Period) -> Address {
        let mut keys = BTreeMap::from([(view.to_owned(), key.to_owned())]);
        if let Some(u) = user {
            keys.insert("user".to_owned(), u.to_owned());
        }
        Address {
            measure: PROCESS.to_owned(),
            methodology: "all-attempts".to_owned(),
            keys,
            period,
        }
    }
    /// The id of the figure; `cited` is all else that its value depends on
    /// ([`Evidence::cited`](crate::evidence::Evidence::cited)).
    #[must_use]
    pub fn id(&self, cited: &str) -> String {
        let keys: Vec<String> = self.keys.iter().map(|(k, v)| format!("{k}={v}")).collect();
        let text = format!(
            "{}|{}|{}|{}|{cited}",
            self.measure,
            self.methodology,
            keys.join(","),
            self.period
        );
        northbound_documents::manifest::sha256(text.as_bytes()).chars().take(ID_DIGITS).collect()
    }
    /// In words.
    #[must_use]
    pub fn words(&self) -> String {
        let keys: Vec<&str> = self.keys.values().map(String::as_str).collect();
        format!("{} {} {} ({})", self.measure, keys.join(" "), self.period, self.methodology)
    }
}

/// A figure that a pack prints, and the messages behind it where they are exchanges.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Id.
    pub id: String,
    /// Which figure.
    pub address: Address,
    /// Which messages met the standard, for a share that is no measure.
    pub numerator: Option<Selector>,
    /// Which fell due.
    pub denominator: Option<Selector>,
}

impl Entry {
    /// The entry of a measure row: its messages are in the row's own parts.
    pub(crate) fn of(address: Address, cited: &str) -> Entry {
        Entry { id: address.id(cited), address, numerator: None, denominator: None }
    }
}

/// What met and what fell due in a line of the view by process: in time over all attempts.
#[must_use]
pub fn own_selectors(line: &Selector) -> (Selector, Selector) {
    use northbound_types::Timeliness::{InTime, Late, NoTarget, Unanswered};
    let of = |t: &[northbound_types::Timeliness]| {
        line.clone().and(Dim::Timeliness, t.iter().map(|t| t.as_str()))
    };
    (of(&[InTime]), of(&[InTime, Late, NoTarget, Unanswered]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_covers_every_part_and_nothing_else() {
        let a = Address::row("PM4.3", "pmm-2018", "CSPN", Region::North, Period::month(2026, 4));
        let ids = [
            a.id("m"),
            a.id("n"),
            Address { measure: "PM4.2".into(), ..a.clone() }.id("m"),
            Address { methodology: "all-attempts".into(), ..a.clone() }.id("m"),
            Address::row("PM4.3", "pmm-2018", "CSPC", Region::North, Period::month(2026, 4))
                .id("m"),
            Address { period: Period::month(2026, 5), ..a.clone() }.id("m"),
        ];
        for (i, x) in ids.iter().enumerate() {
            assert!(ids[i + 1..].iter().all(|y| x != y));
        }
        assert_eq!(a.id("m"), a.clone().id("m"));
        assert_eq!(a.id("m").len(), ID_DIGITS);
    }
}
