//! The files that providers send: which, on which days, by when.

use super::ExpectedDays;
use crate::{
    confirm::Confirmable,
    error::{Place, RuleError},
    files::RuleFile,
    measure::Provenance,
    ruleset::RuleSet,
    scalar::{self, Micros, RuleMark},
};
use northbound_types::{Day, Utc, time::DAY_US};
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// A file that a provider sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedFile {
    /// Who sends it, as the header of its files says.
    pub provider: String,
    /// Which layout.
    pub layout: String,
    /// First day for which one is expected.
    pub from: Day,
    /// Last day, inclusive; `None` while it lasts.
    pub to: Option<Day>,
    /// On which days.
    pub days: ExpectedDays,
    /// The cut-off, in µs from the start of the day in UTC. What comes at that instant is in time.
    pub cut_off: i64,
    /// How long after the cut-off an incident opens, in µs.
    pub grace: i64,
    /// Category of that incident; `None` where unknown.
    pub category: Option<u8>,
    /// Who resolves it.
    pub responsible: String,
    /// Where it comes from.
    pub provenance: Provenance,
    /// File, line and column.
    pub place: Place,
    rule_id: String,
}

impl Confirmable for ExpectedFile {
    fn rule_id(&self) -> &str {
        &self.rule_id
    }
    fn title(&self) -> String {
        format!("Registration file {} of {}", self.layout, self.provider)
    }
    fn value(&self) -> String {
        let to = self.to.map_or_else(String::new, |t| format!(" to {t}"));
        let category = self
            .category
            .map_or_else(|| "category unknown".to_owned(), |c| format!("category {c}"));
        let grace = if self.grace == 0 {
            String::new()
        } else {
            format!(", grace {}", scalar::duration_text(self.grace))
        };
        format!(
            "{}{to}, by {:02}:{:02} UTC{grace}; {category}, resolved by {}",
            self.days,
            self.cut_off / 3_600_000_000,
            self.cut_off / 60_000_000 % 60,
            self.responsible
        )
    }
    fn from(&self) -> Option<Day> {
        Some(self.from)
    }
    fn provenance(&self) -> &Provenance {
        &self.provenance
    }
    fn place(&self) -> Place {
        self.place.clone()
    }
}

/// A file that was due on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueFile {
    /// The day that it is for.
    pub day: Day,
    /// By when; what comes at this instant is in time.
    pub cut_off: Utc,
    /// When its absence opens an incident.
    pub raises: Utc,
    /// The rule.
    pub rule: ExpectedFile,
}

impl RuleSet {
    /// The files due for the days of `first..after`, by cut-off. Silence does not shorten the list: it
    /// comes from the calendar.
    ///
    /// # Errors
    /// As [`RuleSet::calendar_on`], for each day on which only Working Days count.
    pub fn due_files(&self, first: Day, after: Day) -> Result<Vec<DueFile>, RuleError> {
        let mut out = Vec::new();
        for day in (first.0..after.0).map(Day) {
            // Of two dated versions of one rule the later one counts.
            let mut on: BTreeMap<(&str, &str), &ExpectedFile> = BTreeMap::new();
            for e in self
                .expected_files
                .iter()
                .filter(|e| e.from <= day && e.to.is_none_or(|t| day <= t))
            {
                let slot = on.entry((&e.provider, &e.layout)).or_insert(e);
                if e.from > slot.from {
                    *slot = e;
                }
            }
            for rule in on.into_values() {
                if rule.days == ExpectedDays::WorkingDays && !self.calendar_on(day)?.is_working(day)
                {
                    continue;
                }
                let cut_off = Utc(day.start().0 + rule.cut_off);
                out.push(DueFile {
                    day,
                    cut_off,
                    raises: Utc(cut_off.0 + rule.grace),
                    rule: rule.clone(),
                });
            }
        }
        out.sort_by(|a, b| {
            (a.cut_off, &a.rule.provider, &a.rule.layout).cmp(&(
                b.cut_off,
                &b.rule.provider,
                &b.rule.layout,
            ))
        });
        Ok(out)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedDoc {
    #[serde(default)]
    expected: Vec<Spanned<RawExpected>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawExpected {
    provider: String,
    layout: String,
    from: Day,
    to: Option<Day>,
    days: ExpectedDays,
    cut_off: String,
    grace: Option<Micros>,
    category: Option<u8>,
    responsible: Option<String>,
    mark: RuleMark,
    #[serde(default)]
    source: String,
    #[serde(default)]
    note: String,
}

/// `18:00` in µs from midnight.
fn clock(text: &str) -> Option<i64> {
    let (h, m) = text.split_once(':')?;
    let two = |t: &str, most: i64| {
        (t.len() == 2 && t.bytes().all(|b| b.is_ascii_digit()))
            .then(|| t.parse::<i64>().ok())
            .flatten()
            .filter(|n| *n <= most)
    };
    Some((two(h, 23)? * 60 + two(m, 59)?) * 60_000_000)
}

/// Reads `registration/expected.toml`.
///
/// # Errors
/// With file, line, column and key.
pub fn expected(file: &RuleFile) -> Result<Vec<ExpectedFile>, RuleError> {
    let raw: ExpectedDoc = scalar::read_toml(file)?;
    let text = file.text()?;
    raw.expected
        .into_iter()
        .map(|s| {
            let place = Place::of(&file.name, text, s.span().start);
            let r = s.into_inner();
            let refuse = |key: &str, problem: String| RuleError::Value {
                place: place.clone(),
                key: key.to_owned(),
                problem,
                hint: "docs/registration.md shows how an expected file is written".into(),
            };
            if r.provider.trim().is_empty() {
                return Err(refuse("provider", "is empty".into()));
            }
            let cut_off = clock(&r.cut_off).ok_or_else(|| {
                refuse("cut_off", format!("{:?} is no time of the day such as 18:00", r.cut_off))
            })?;
            let grace = r.grace.map_or(0, |g| g.0);
            if grace >= DAY_US {
                return Err(refuse(
                    "grace",
                    "is a day or more, so that files of two days could not be distinguished".into(),
                ));
            }
            if r.category.is_some_and(|c| {
                !(crate::incidents::FIRST_CATEGORY..=crate::incidents::LAST_CATEGORY).contains(&c)
            }) {
                return Err(refuse("category", "is none of 1 to 5".into()));
            }
            if r.to.is_some_and(|t| t < r.from) {
                return Err(refuse("to", "lies before from".into()));
            }
            Ok(ExpectedFile {
                rule_id: format!("registration-expected/{}/{}", r.provider, r.layout),
                responsible: r.responsible.unwrap_or_else(|| r.provider.clone()),
                provider: r.provider,
                layout: r.layout,
                from: r.from,
                to: r.to,
                days: r.days,
                cut_off,
                grace,
                category: r.category,
                provenance: Provenance { mark: r.mark.0, source: r.source, note: r.note },
                place: place.clone(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_off_is_a_minute_of_the_day() {
        for (t, want) in [
            ("00:00", Some(0)),
            ("23:59", Some(86_340_000_000)),
            ("24:00", None),
            ("7:00", None),
            ("07:60", None),
            ("", None),
        ] {
            assert_eq!(clock(t), want, "{t}");
        }
    }
}
