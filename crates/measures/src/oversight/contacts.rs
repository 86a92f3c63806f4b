//! Who is written to: contacts resolved for a topic on a day, and the parties that have none (C1, C2).

use northbound_types::{Day, text_enum};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

text_enum! {
    /// The state of a contact on a day.
    pub enum ContactStanding("standing of a contact") {
        /// In force.
        Current = "current",
        /// In force, and not confirmed within the months that the rule asks for.
        Stale = "stale",
        /// Its address returned a message: nothing is sent to it.
        Bounced = "bounced",
        /// No address of it was ever confirmed.
        Pending = "pending",
        /// Its first day lies ahead.
        NotYet = "not-yet",
        /// Its last day lies behind.
        Ended = "ended",
    }
}

impl ContactStanding {
    /// Is it written to?
    #[must_use]
    pub const fn is_used(self) -> bool {
        matches!(self, ContactStanding::Current | ContactStanding::Stale)
    }
}

/// A contact as far as sending asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactEntry {
    /// Id.
    pub id: String,
    /// Party.
    pub party: String,
    /// Topic.
    pub topic: String,
    /// Address in force; empty where none was confirmed.
    pub address: String,
    /// First day.
    pub from: Day,
    /// Last day, inclusive.
    pub to: Option<Day>,
    /// Last confirmed.
    pub confirmed: Option<Day>,
    /// The address in force bounced.
    pub bounced: bool,
}

impl ContactEntry {
    /// Its state. A confirmation holds through the same day of the month, `months` later; where
    /// that month is shorter, through its last day.
    #[must_use]
    pub fn standing(&self, day: Day, months: i32) -> ContactStanding {
        if self.to.is_some_and(|t| t < day) {
            return ContactStanding::Ended;
        }
        let Some(confirmed) = self.confirmed.filter(|_| !self.address.is_empty()) else {
            return ContactStanding::Pending;
        };
        if day < self.from {
            return ContactStanding::NotYet;
        }
        if self.bounced {
            return ContactStanding::Bounced;
        }
        if day > holds_until(confirmed, months) {
            ContactStanding::Stale
        } else {
            ContactStanding::Current
        }
    }
}

/// The last day on which a confirmation holds.
#[must_use]
pub fn holds_until(confirmed: Day, months: i32) -> Day {
    let month = confirmed.month();
    let later = month.plus(months);
    let offset = confirmed.0 - month.first().0;
    Day((later.first().0 + offset).min(later.after().0 - 1))
}

/// Who is written to, and who is not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolved {
    /// Contacts that are written to, by party and id; one address of a party only once.
    pub recipients: Vec<ContactEntry>,
    /// Of these, those whose confirmation has run out.
    pub stale: Vec<String>,
    /// Parties without a contact that can be written to, with what stands in the way.
    pub missing: Vec<(String, String)>,
}

/// Resolves the recipients of a topic among `parties` on a day.
#[must_use]
pub fn resolve(
    parties: &[String],
    contacts: &[ContactEntry],
    topic: &str,
    day: Day,
    months: i32,
) -> Resolved {
    let mut out = Resolved::default();
    let mut by_party: BTreeMap<&str, Vec<&ContactEntry>> = BTreeMap::new();
    for c in contacts.iter().filter(|c| c.topic == topic) {
        by_party.entry(&c.party).or_default().push(c);
    }
    let parties: BTreeSet<&String> = parties.iter().collect();
    for party in parties {
        let mut mine: Vec<&ContactEntry> =
            by_party.get(party.as_str()).cloned().unwrap_or_default();
        mine.sort_by(|a, b| a.id.cmp(&b.id));
        let mut addresses = BTreeSet::new();
        for c in &mine {
            let standing = c.standing(day, months);
            if !standing.is_used() || !addresses.insert(c.address.to_lowercase()) {
                continue;
            }
            if standing == ContactStanding::Stale {
                out.stale.push(c.id.clone());
            }
            out.recipients.push((*c).clone());
        }
        if addresses.is_empty() {
            let why: BTreeSet<&str> =
                mine.iter().map(|c| c.standing(day, months).as_str()).collect();
            out.missing.push((
                party.clone(),
                if why.is_empty() {
                    "none named".to_owned()
                } else {
                    why.into_iter().collect::<Vec<_>>().join(", ")
                },
            ));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(t: &str) -> Day {
        t.parse().unwrap()
    }
    fn entry(id: &str, party: &str, confirmed: Option<&str>) -> ContactEntry {
        ContactEntry {
            id: id.into(),
            party: party.into(),
            topic: "smets1".into(),
            address: if confirmed.is_some() { format!("{id}@x.example") } else { String::new() },
            from: day("2026-01-01"),
            to: None,
            confirmed: confirmed.map(day),
            bounced: false,
        }
    }

    #[test]
    fn a_confirmation_holds_three_months_to_the_day() {
        let c = entry("a", "P", Some("2026-02-28"));
        assert_eq!(c.standing(day("2026-05-28"), 3), ContactStanding::Current);
        assert_eq!(c.standing(day("2026-05-29"), 3), ContactStanding::Stale);
        // November has 31 August's day not: it holds through its last.
        assert_eq!(holds_until(day("2026-08-31"), 3), day("2026-11-30"));
        assert_eq!(holds_until(day("2025-11-30"), 3), day("2026-02-28"));
    }

    #[test]
    fn only_what_is_in_force_is_written_to() {
        let d = day("2026-05-20");
        let ended =
            ContactEntry { to: Some(day("2026-05-19")), ..entry("b", "Q", Some("2026-05-01")) };
        let last = ContactEntry { to: Some(d), ..entry("c", "R", Some("2026-05-01")) };
        let bounced = ContactEntry { bounced: true, ..entry("d", "S", Some("2026-05-01")) };
        let all =
            [entry("a", "P", Some("2026-05-01")), ended, last, bounced, entry("e", "T", None)];
        let parties = ["P", "Q", "R", "S", "T", "U"].map(str::to_owned);
        let r = resolve(&parties, &all, "smets1", d, 3);
        assert_eq!(r.recipients.iter().map(|c| c.id.as_str()).collect::<Vec<_>>(), ["a", "c"]);
        let missing: Vec<(&str, &str)> =
            r.missing.iter().map(|(p, w)| (p.as_str(), w.as_str())).collect();
        assert_eq!(
            missing,
            [("Q", "ended"), ("S", "bounced"), ("T", "pending"), ("U", "none named")]
        );
        assert_eq!(resolve(&parties, &all, "smki", d, 3).missing.len(), 6);
    }
}
