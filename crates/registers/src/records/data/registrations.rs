//! Registration data: the files that Registration Data Providers sent and what became of them, and
//! who is registered where, in what right, from when.

use crate::{
    error::RegisterError,
    gate::Gate,
    noun::Noun,
    read::Query,
    record::{Identity, Imported, Index, Record, Stored, invalid, needed},
};
use northbound_types::{Day, Eui64, IncidentId, Utc, text_enum};
use serde::{Deserialize, Serialize};

text_enum! {
    /// What became of a registration file.
    pub enum FileOutcome("outcome of a registration file") {
        /// Its rows are in.
        Accepted = "accepted",
        /// The same bytes, or the same number of the sequence, were accepted before.
        Duplicate = "duplicate",
        /// A file before it in the sequence has not come: it waits.
        OutOfOrder = "out-of-order",
        /// Header, trailer, count or form are wrong.
        Rejected = "rejected",
    }
}

/// A registration file that arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistrationFile {
    /// File name as it came.
    pub name: String,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
    /// The layout that its name belongs to.
    pub layout: String,
    /// Who sent it, by its header; empty where that could not be read.
    pub provider: String,
    /// The day that it is for, by its header.
    pub day: Option<Day>,
    /// Its number, by its header.
    pub sequence: Option<i64>,
    /// When it arrived.
    pub arrived: Utc,
    /// What became of it.
    pub outcome: FileOutcome,
    /// `true` where it came after its cut-off.
    pub late: bool,
    /// Why, in words; empty where there is nothing to say.
    pub why: String,
    /// Rows in it.
    pub rows: i64,
    /// Rows that could not be taken, of an accepted file.
    pub rejected: i64,
    /// The record of its rows (`source-…`), where they are in.
    pub source: Option<String>,
    /// The incident that it opened.
    pub incident: Option<IncidentId>,
}

impl RegistrationFile {
    /// Its id: the same bytes under another name are another arrival.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{}@{}", self.name, self.sha256.get(..16).unwrap_or(&self.sha256))
    }
}

impl Record for RegistrationFile {
    const NOUN: Noun = Noun::RegistrationFile;
    fn identity(&self) -> Identity {
        Identity::Given(self.id())
    }
    fn index(&self) -> Index {
        let day = self.day.map(|d| (d.start(), d.end()));
        Index {
            provider: Some(self.provider.clone()).filter(|p| !p.is_empty()),
            lookup: Some(self.layout.clone()),
            from: day.map(|d| d.0),
            to: day.map(|d| d.1),
            ..Index::default()
        }
    }
    fn check(&self) -> Result<(), RegisterError> {
        needed(Self::NOUN, "name", &self.name)?;
        needed(Self::NOUN, "sha256", &self.sha256)?;
        needed(Self::NOUN, "layout", &self.layout)?;
        crate::records::not_negative(Self::NOUN, "rows", self.rows)?;
        crate::records::not_negative(Self::NOUN, "rejected", self.rejected)?;
        if self.outcome == FileOutcome::Accepted && self.day.is_none() {
            return Err(invalid(Self::NOUN, "day", "is missing, though the file was accepted"));
        }
        Ok(())
    }
    fn refs(&self) -> Vec<(Noun, String)> {
        self.source.iter().map(|s| (Noun::Source, s.clone())).collect()
    }
}

/// Who holds a role at a supply point or device, from when: what the live service takes as an input.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RegistrationChange {
    /// The supply point (MPAN of 13 digits, MPRN of 6 to 10), or a device's EUI-64.
    pub at: String,
    /// In what right, such as `electricity-supplier`.
    pub role: String,
    /// The User; null: nobody holds the role from then on.
    pub user: Option<Eui64>,
    /// From when.
    pub from: Utc,
    /// Until when, half-open; null where it goes on.
    pub to: Option<Utc>,
}

/// Fewest digits of a supply point (the shortest MPRN).
pub const LEAST_POINT_DIGITS: usize = 6;
/// Most digits of a supply point (an MPAN).
pub const MOST_POINT_DIGITS: usize = 13;

/// Is it a supply point or a device?
#[must_use]
pub fn is_point(text: &str) -> bool {
    let point = text.bytes().all(|b| b.is_ascii_digit())
        && (LEAST_POINT_DIGITS..=MOST_POINT_DIGITS).contains(&text.len());
    point || text.parse::<Eui64>().is_ok_and(|e| e.to_string() == text)
}

impl Record for RegistrationChange {
    const NOUN: Noun = Noun::Registration;
    fn identity(&self) -> Identity {
        Identity::Content
    }
    // Who supplies whom is for those who answer for the whole; no party is called this.
    fn index(&self) -> Index {
        Index {
            party: Some("(registration data)".to_owned()),
            lookup: Some(self.at.clone()),
            from: Some(self.from),
            to: self.to,
            ..Index::default()
        }
    }
    fn check(&self) -> Result<(), RegisterError> {
        if !is_point(&self.at) {
            return Err(invalid(
                Self::NOUN,
                "at",
                format!(
                    "({}) is neither a supply point of {LEAST_POINT_DIGITS} to {MOST_POINT_DIGITS} digits nor an EUI-64",
                    self.at
                ),
            ));
        }
        needed(Self::NOUN, "role", &self.role)?;
        if self.to.is_some_and(|t| t <= self.from) {
            return Err(invalid(Self::NOUN, "to", "is not after from"));
        }
        Ok(())
    }
}

impl Imported for RegistrationChange {
    fn about(&self) -> String {
        format!("{}|{}|{}", self.at, self.role, self.from)
    }
}

/// The changes of one revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewRegistration {
    /// Revision of the registers with which it came: where to go on from.
    pub revision: i64,
    /// Since when it is known.
    pub known: Utc,
    /// The change.
    pub change: RegistrationChange,
}

impl Gate<'_> {
    /// The registration changes that came after a revision, in the order in which they came: what the
    /// live service has not taken yet. 0 gives all of them. A row that was taken back is left out.
    ///
    /// # Errors
    /// [`RegisterError::Sql`], [`RegisterError::Body`].
    pub fn registrations_after(
        &self,
        revision: i64,
    ) -> Result<Vec<NewRegistration>, RegisterError> {
        let mut rows: Vec<NewRegistration> = self
            .list::<RegistrationChange>(&Query::default())?
            .into_iter()
            .filter(|k| k.revision > revision)
            .map(|k| NewRegistration { revision: k.revision, known: k.known, change: k.record })
            .collect();
        rows.sort_by(|a, b| (a.revision, &a.change).cmp(&(b.revision, &b.change)));
        Ok(rows)
    }

    /// Who holds which role where at a time: for each place and role the row with the latest start
    /// by then that has not ended.
    ///
    /// # Errors
    /// As [`Gate::current`].
    pub fn registered_at(
        &self,
        query: &Query,
        at: Utc,
    ) -> Result<Vec<Stored<RegistrationChange>>, RegisterError> {
        let mut rows = self.current::<RegistrationChange>(query)?.rows;
        rows.retain(|k| k.record.from <= at);
        rows.sort_by(|a, b| {
            (&a.record.at, &a.record.role, a.record.from).cmp(&(
                &b.record.at,
                &b.record.role,
                b.record.from,
            ))
        });
        let mut out: Vec<Stored<RegistrationChange>> = Vec::new();
        for k in rows {
            if out
                .last()
                .is_some_and(|l| l.record.at == k.record.at && l.record.role == k.record.role)
            {
                out.pop();
            }
            out.push(k);
        }
        out.retain(|k| k.record.user.is_some() && k.record.to.is_none_or(|t| t > at));
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn supply_points_have_6_to_13_digits() {
        for (text, good) in [
            ("12345", false),
            ("123456", true),
            ("1234567890123", true),
            ("12345678901234", false),
            ("12345a", false),
            ("", false),
            ("00-DB-12-34-56-78-90-A0", true),
            ("00-db-12-34-56-78-90-a0", false),
        ] {
            assert_eq!(is_point(text), good, "{text}");
        }
    }
}
