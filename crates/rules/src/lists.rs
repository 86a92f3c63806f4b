//! The short lists: business processes, providers, shorthand, holiday calendars.

use crate::{
    confirm::Confirmable,
    error::{Place, RuleError},
    files::RuleFile,
    measure::Provenance,
    scalar::{self, RuleMark},
    templates::{TemplateItem, TemplateKind},
};
use northbound_types::{Day, Region, workdays::Calendar};
use serde::Deserialize;
use toml::Spanned;

/// The process of an SRV that stands in none.
pub const OTHER_PROCESS: &str = "other";

/// What one entry of a list says.
#[derive(Debug, Clone)]
pub enum Entry {
    /// A business process and the SRVs that serve it.
    Process {
        /// SRVs.
        srvs: Vec<String>,
    },
    /// A service provider's region; `None` is national.
    Provider {
        /// Region.
        region: Region,
    },
    /// The words behind a mark that stands in tables.
    Shorthand {
        /// Words.
        words: String,
    },
    /// Something that people fill in: steps, criteria, parts.
    Template {
        /// What it is for.
        kind: TemplateKind,
        /// Its items, in order.
        items: Vec<TemplateItem>,
    },
    /// A holiday calendar, known from its first to its last day.
    Holidays {
        /// The calendar.
        calendar: Calendar,
        /// First day that it covers.
        first: Day,
        /// Last day that it covers.
        last: Day,
    },
}

/// One entry of a list.
#[derive(Debug, Clone)]
pub struct ListRule {
    /// Id in the list of rules, such as `process/prepayment`.
    pub rule_id: String,
    /// Name, such as `prepayment`, `CSPN`, `[x]`, `england-and-wales`.
    pub name: String,
    /// Title in words.
    pub title: String,
    /// What it says.
    pub entry: Entry,
    /// Where it comes from.
    pub provenance: Provenance,
    /// File, line and column.
    pub place: Place,
}

impl Confirmable for ListRule {
    fn rule_id(&self) -> &str {
        &self.rule_id
    }
    fn title(&self) -> String {
        self.title.clone()
    }
    fn value(&self) -> String {
        match &self.entry {
            Entry::Process { srvs } => srvs.join(", "),
            Entry::Provider { region } => format!("region {region}"),
            Entry::Shorthand { words } => words.clone(),
            Entry::Template { items, .. } => items
                .iter()
                .map(|i| {
                    if i.who.is_empty() {
                        format!("{}: {}", i.key, i.title)
                    } else {
                        format!("{}: {} ({})", i.key, i.title, i.who)
                    }
                })
                .collect::<Vec<_>>()
                .join("; "),
            Entry::Holidays { calendar, first, last } => {
                let days: Vec<String> = calendar.holidays.iter().map(Day::to_string).collect();
                format!("{first} to {last}: {}", days.join(", "))
            }
        }
    }
    fn from(&self) -> Option<Day> {
        None
    }
    fn provenance(&self) -> &Provenance {
        &self.provenance
    }
    fn place(&self) -> Place {
        self.place.clone()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProcessFile {
    #[serde(default)]
    process: Vec<Spanned<RawProcess>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawProcess {
    id: String,
    title: String,
    srvs: Vec<String>,
    mark: RuleMark,
    #[serde(default)]
    source: String,
    #[serde(default)]
    note: String,
}

/// Reads `processes.toml`.
///
/// # Errors
/// With file, line, column and key.
pub fn processes(file: &RuleFile) -> Result<Vec<ListRule>, RuleError> {
    let raw: ProcessFile = scalar::read_toml(file)?;
    let text = file.text()?;
    Ok(raw
        .process
        .into_iter()
        .map(|s| {
            let place = Place::of(&file.name, text, s.span().start);
            let r = s.into_inner();
            ListRule {
                rule_id: format!("process/{}", r.id),
                name: r.id,
                title: r.title,
                entry: Entry::Process { srvs: r.srvs },
                provenance: Provenance { mark: r.mark.0, source: r.source, note: r.note },
                place,
            }
        })
        .collect())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProviderFile {
    #[serde(default)]
    provider: Vec<Spanned<RawProvider>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawProvider {
    id: String,
    title: String,
    region: Region,
    mark: RuleMark,
    #[serde(default)]
    source: String,
    #[serde(default)]
    note: String,
}

/// Reads `providers.toml`.
///
/// # Errors
/// With file, line, column and key.
pub fn providers(file: &RuleFile) -> Result<Vec<ListRule>, RuleError> {
    let raw: ProviderFile = scalar::read_toml(file)?;
    let text = file.text()?;
    Ok(raw
        .provider
        .into_iter()
        .map(|s| {
            let place = Place::of(&file.name, text, s.span().start);
            let r = s.into_inner();
            ListRule {
                rule_id: format!("provider/{}", r.id),
                name: r.id,
                title: r.title,
                entry: Entry::Provider { region: r.region },
                provenance: Provenance { mark: r.mark.0, source: r.source, note: r.note },
                place,
            }
        })
        .collect())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ShorthandFile {
    #[serde(default)]
    shorthand: Vec<Spanned<RawShorthand>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawShorthand {
    mark_text: String,
    words: String,
    mark: RuleMark,
    #[serde(default)]
    source: String,
    #[serde(default)]
    note: String,
}

/// Reads `shorthand.toml`.
///
/// # Errors
/// With file, line, column and key.
pub fn shorthand(file: &RuleFile) -> Result<Vec<ListRule>, RuleError> {
    let raw: ShorthandFile = scalar::read_toml(file)?;
    let text = file.text()?;
    Ok(raw
        .shorthand
        .into_iter()
        .map(|s| {
            let place = Place::of(&file.name, text, s.span().start);
            let r = s.into_inner();
            ListRule {
                rule_id: format!("shorthand/{}", r.mark_text),
                name: r.mark_text,
                title: "Shorthand in tables".to_owned(),
                entry: Entry::Shorthand { words: r.words },
                provenance: Provenance { mark: r.mark.0, source: r.source, note: r.note },
                place,
            }
        })
        .collect())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCalendar {
    id: String,
    title: String,
    first: Day,
    last: Day,
    holidays: Vec<Spanned<Day>>,
    mark: RuleMark,
    #[serde(default)]
    source: String,
    #[serde(default)]
    note: String,
}

/// Reads one file of `calendars/`.
///
/// # Errors
/// With file, line, column and key; a holiday outside the days that the calendar covers is refused.
pub fn calendar(file: &RuleFile) -> Result<ListRule, RuleError> {
    let raw: RawCalendar = scalar::read_toml(file)?;
    let text = file.text()?;
    let mut holidays = std::collections::BTreeSet::new();
    for day in raw.holidays {
        let refuse = |problem: String| RuleError::Value {
            place: Place::of(&file.name, text, day.span().start),
            key: "holidays".into(),
            problem,
            hint: "keep each day once, between `first` and `last`".into(),
        };
        let d = *day.get_ref();
        if d < raw.first || d > raw.last {
            return Err(refuse(format!("{d} is outside {} to {}", raw.first, raw.last)));
        }
        if !holidays.insert(d) {
            return Err(refuse(format!("{d} is there twice")));
        }
    }
    Ok(ListRule {
        rule_id: format!("calendar/{}", raw.id),
        name: raw.id.clone(),
        title: raw.title,
        entry: Entry::Holidays {
            calendar: Calendar { id: raw.id, holidays },
            first: raw.first,
            last: raw.last,
        },
        provenance: Provenance { mark: raw.mark.0, source: raw.source, note: raw.note },
        place: Place { file: file.name.clone(), line: 1, column: 1 },
    })
}
