//! Reasons for misses (M10): in the report or offline, by whom, and whether the same was said before.

use crate::{
    error::RegisterError,
    gate::{Gate, Receipt, Write},
    noun::Noun,
    read::{AsAt, Query},
    record::{Identity, Index, Record, Stored, needed},
};
use northbound_types::{Period, Region, text_enum};
use serde::{Deserialize, Serialize};

text_enum! {
    /// Where a reason was given.
    pub enum Given("place of an explanation") {
        /// In the report itself.
        Report = "report",
        /// Outside it: in a meeting, by mail.
        Offline = "offline",
    }
}

/// A reason for a miss.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// Measure.
    pub measure: String,
    /// Provider.
    pub provider: String,
    /// Region.
    pub region: Region,
    /// Period.
    pub period: Period,
    /// The reason.
    pub text: String,
    /// In the report or offline. JSON key `where`. Never changes.
    #[serde(rename = "where")]
    pub given: Given,
    /// Who gave it: a party, a body or a person.
    pub said_by: String,
    /// Document or meeting in which it was said; empty where unknown.
    pub document: String,
    /// Place in it (page, line); empty where unknown.
    pub place: String,
    /// What is done so that it does not happen again; asked for below minimum.
    pub steps: Option<String>,
    /// The earlier explanation that it repeats; found on its own where null.
    pub repeat_of: Option<String>,
}

impl Record for Explanation {
    const NOUN: Noun = Noun::Explanation;
    fn identity(&self) -> Identity {
        Identity::Numbered
    }
    fn index(&self) -> Index {
        crate::records::on_figure(&self.measure, &self.provider, self.region, self.period)
    }
    fn check(&self) -> Result<(), RegisterError> {
        crate::records::check_figure(Noun::Explanation, &self.measure, &self.provider)?;
        needed(Noun::Explanation, "text", &self.text)?;
        needed(Noun::Explanation, "said_by", &self.said_by)
    }
    fn check_change(&self, id: &str, before: &Self) -> Result<(), RegisterError> {
        if self.given == before.given {
            return Ok(());
        }
        Err(RegisterError::Frozen {
            noun: Noun::Explanation,
            id: id.to_owned(),
            why: format!(
                "a reason given {} cannot be changed; add another explanation for one given {}",
                before.given, self.given
            ),
        })
    }
    fn refs(&self) -> Vec<(Noun, String)> {
        self.repeat_of.iter().map(|r| (Noun::Explanation, r.clone())).collect()
    }
}

/// Texts that point to an earlier reason instead of giving one.
const BACK_REFERENCES: &[&str] = &[
    "same reason",
    "same cause",
    "as last month",
    "as before",
    "see last month",
    "same as last month",
    "as previously",
    "see previous",
    "as reported last month",
    "no change since",
];

/// The text without case, punctuation and double spaces.
fn plain(text: &str) -> String {
    text.to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// An earlier period whose reason is given again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repeat<'k> {
    /// The period.
    pub period: Period,
    /// The explanation that was recorded for it; none where the text points back and none is recorded.
    pub explanation: Option<&'k Stored<Explanation>>,
}

/// What an explanation repeats: the one that it names, else that of the nearest earlier period with the same
/// words, or with any words where this one only points back. `earlier` may hold any explanations. The one rule
/// for "the same reason" (M10).
#[must_use]
pub fn repeat_of<'k>(new: &Explanation, earlier: &'k [Stored<Explanation>]) -> Option<Repeat<'k>> {
    let text = plain(&new.text);
    let points_back = BACK_REFERENCES.iter().any(|b| text.contains(b));
    let named = new.repeat_of.as_ref().and_then(|id| earlier.iter().find(|k| k.id == *id));
    let found = named.or_else(|| same_words(new, &text, points_back, earlier));
    match found {
        Some(k) => Some(Repeat { period: k.record.period, explanation: Some(k) }),
        None => points_back.then(|| Repeat { period: new.period.previous(), explanation: None }),
    }
}

fn same_words<'k>(
    new: &Explanation,
    text: &str,
    points_back: bool,
    earlier: &'k [Stored<Explanation>],
) -> Option<&'k Stored<Explanation>> {
    earlier
        .iter()
        .filter(|k| {
            k.record.measure == new.measure
                && k.record.provider == new.provider
                && k.record.region == new.region
        })
        .filter(|k| k.record.period.after() <= new.period.first())
        .filter(|k| points_back || plain(&k.record.text) == text)
        .max_by_key(|k| (k.record.period.first(), k.revision))
}

impl Gate<'_> {
    /// Adds an explanation, and notes the earlier one that it repeats.
    ///
    /// # Errors
    /// As [`Gate::add`].
    pub fn explain(
        &self,
        explanation: &Explanation,
        write: &Write,
    ) -> Result<Receipt, RegisterError> {
        let mut e = explanation.clone();
        if e.repeat_of.is_none() {
            e.repeat_of =
                repeat_of(&e, &self.explanations_of(&e.measure, &e.provider, e.region, AsAt::NOW)?)
                    .and_then(|r| r.explanation)
                    .map(|k| k.id.clone());
        }
        self.add(&e, write)
    }

    /// All explanations of a measure row, any period.
    ///
    /// # Errors
    /// [`RegisterError::Sql`].
    pub fn explanations_of(
        &self,
        measure: &str,
        provider: &str,
        region: Region,
        as_at: impl Into<AsAt>,
    ) -> Result<Vec<Stored<Explanation>>, RegisterError> {
        self.list(&Query {
            measure: Some(measure.to_owned()),
            provider: Some(provider.to_owned()),
            region: Some(region),
            ..Query::as_at(as_at)
        })
    }
}
