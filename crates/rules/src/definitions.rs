//! Reads measures and methodologies into the structs of [`crate::measure`].

use crate::{
    confirm::Confirmable,
    error::{Place, RuleError},
    files::RuleFile,
    incidents::{FIRST_CATEGORY, LAST_CATEGORY},
    measure::{
        ActivityPeriod, Aggregate, Basis, Better, ConnectedBy, Counting, Levels, MeasureDef,
        MeasureRow, MeasureUnit, Methodology, Provenance, Subject,
    },
    scalar::{self, RuleMark, Share},
};
use northbound_types::{
    Day, Dim, Generation, Kind, Mode, Ratio, Region, RequestState, Selector, TestKind, Timeliness,
    text_enum::UnknownWord,
};
use serde::Deserialize;
use std::{collections::BTreeMap, str::FromStr};
use toml::Spanned;

/// Most decimals that a figure is printed with.
pub const MAX_DECIMALS: u32 = 12;
/// Longest activity lag, in periods of the measure.
pub const MAX_LAG: i32 = 12;

/// A definition with its place.
#[derive(Debug, Clone)]
pub struct Placed<T> {
    /// The definition.
    pub rule: T,
    /// Its id in the list of rules.
    pub id: String,
    /// File, line and column.
    pub place: Place,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MeasureFile {
    #[serde(default)]
    measure: Vec<Spanned<RawMeasure>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMeasure {
    id: Spanned<String>,
    title: String,
    unit: MeasureUnit,
    period: ActivityPeriod,
    #[serde(default)]
    lag: Lag,
    #[serde(default)]
    decimals: Decimals,
    #[serde(default = "higher")]
    better: Better,
    #[serde(default = "reported")]
    reported: bool,
    rows: Vec<MeasureRow>,
    basis: RawBasis,
    #[serde(default)]
    levels: Vec<RawLevels>,
    mark: RuleMark,
    #[serde(default)]
    source: String,
    #[serde(default)]
    note: String,
}

const fn higher() -> Better {
    Better::Higher
}

const fn reported() -> bool {
    true
}

macro_rules! limited {
    ($name:ident($t:ty), $default:literal, $max:expr, $what:literal) => {
        struct $name($t);
        impl Default for $name {
            fn default() -> Self {
                $name($default)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let n = i64::deserialize(d)?;
                match <$t>::try_from(n) {
                    Ok(v) if n >= 0 && v <= $max => Ok($name(v)),
                    _ => Err(serde::de::Error::custom(format!(
                        "{n} is out of range: {} is a whole number from 0 to {}",
                        $what, $max
                    ))),
                }
            }
        }
    };
}
limited!(Lag(i32), 0, MAX_LAG, "the lag");
limited!(Decimals(u32), 2, MAX_DECIMALS, "the number of decimals");
limited!(LowVolume(u64), 0, 1_000_000_000_u64, "the low volume");

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
enum RawBasis {
    Exchanges { select: BTreeMap<Dim, Vec<String>> },
    Availability { service: String },
    OutageWindows { code: String, hubs: u32, above: bool },
    Payloads {},
    Hubs { when: ConnectedBy },
    CoverageAccuracy {},
    Incidents { categories: Vec<u8> },
    StatedOnly {},
    Composite { of: Vec<String>, aggregate: Option<Aggregate> },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLevels {
    from: Day,
    target: Option<Share>,
    minimum: Option<Share>,
    mark: RuleMark,
    #[serde(default)]
    source: String,
    #[serde(default)]
    note: String,
}

/// Refuses a word outside the closed set of its dimension; a dimension without one takes any.
fn known_word(dim: Dim, word: &str) -> Result<(), UnknownWord> {
    fn of<T: FromStr<Err = UnknownWord>>(word: &str) -> Result<(), UnknownWord> {
        word.parse::<T>().map(|_| ())
    }
    match dim {
        Dim::Kind => of::<Kind>(word),
        Dim::Region => of::<Region>(word),
        Dim::Mode => of::<Mode>(word),
        Dim::Generation => of::<Generation>(word),
        Dim::TestKind => of::<TestKind>(word),
        Dim::State => of::<RequestState>(word),
        Dim::Timeliness => of::<Timeliness>(word),
        Dim::Day
        | Dim::Provider
        | Dim::Feed
        | Dim::User
        | Dim::Role
        | Dim::PartyCategory
        | Dim::Srv
        | Dim::Class
        | Dim::DeviceType
        | Dim::Code => Ok(()),
    }
}

fn basis(raw: RawBasis) -> Result<Basis, String> {
    Ok(match raw {
        RawBasis::Exchanges { select } => {
            let mut selector = Selector::all();
            for (dim, words) in select {
                if words.is_empty() {
                    return Err(format!("select.{dim} is empty, so nothing would be selected"));
                }
                for word in &words {
                    known_word(dim, word).map_err(|e| e.to_string())?;
                }
                selector = selector.and(dim, words);
            }
            Basis::Exchanges { select: selector }
        }
        RawBasis::Availability { service } if service.trim().is_empty() => {
            return Err("the service has no name".into());
        }
        RawBasis::Availability { service } => Basis::Availability { service },
        RawBasis::OutageWindows { code, hubs, above } => Basis::OutageWindows { code, hubs, above },
        RawBasis::Payloads {} => Basis::Payloads,
        RawBasis::Hubs { when } => Basis::Hubs { when },
        RawBasis::CoverageAccuracy {} => Basis::CoverageAccuracy,
        RawBasis::Incidents { categories }
            if categories.is_empty()
                || categories.iter().any(|c| !(FIRST_CATEGORY..=LAST_CATEGORY).contains(c)) =>
        {
            return Err(format!("categories are a list of {FIRST_CATEGORY} to {LAST_CATEGORY}"));
        }
        RawBasis::Incidents { categories } => Basis::Incidents { categories },
        RawBasis::StatedOnly {} => Basis::StatedOnly,
        RawBasis::Composite { of, .. } if of.is_empty() => {
            return Err("a composite needs at least one component".into());
        }
        RawBasis::Composite { of, aggregate } => Basis::Composite { of, aggregate },
    })
}

/// Reads one file of `measures/`.
///
/// # Errors
/// With file, line, column and key.
pub fn measures(file: &RuleFile) -> Result<Vec<Placed<MeasureDef>>, RuleError> {
    let raw: MeasureFile = scalar::read_toml(file)?;
    let text = file.text()?;
    raw.measure
        .into_iter()
        .map(|spanned| {
            let raw = spanned.into_inner();
            let place = Place::of(&file.name, text, raw.id.span().start);
            let id = raw.id.into_inner();
            let refuse = |key: &str, problem: String| RuleError::Value {
                place: place.clone(),
                key: format!("{id}: {key}"),
                problem,
                hint: "docs/rules.md shows how a measure is written".into(),
            };
            if id.is_empty()
                || !id.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-')
            {
                return Err(refuse("id", "write letters, digits, dots and hyphens".into()));
            }
            if raw.rows.is_empty() {
                return Err(refuse("rows", "a measure needs at least one row".into()));
            }
            if let Some(r) = raw.rows.iter().find(|r| r.from.zip(r.to).is_some_and(|(f, t)| f > t))
            {
                let row = format!("the row {} {} ends before it begins", r.provider, r.region);
                return Err(refuse("rows", row));
            }
            let basis = basis(raw.basis).map_err(|p| refuse("basis", p))?;
            Ok(Placed {
                id: format!("measure/{id}"),
                rule: MeasureDef {
                    id,
                    title: raw.title,
                    unit: raw.unit,
                    period: raw.period,
                    lag: raw.lag.0,
                    rows: raw.rows,
                    basis,
                    levels: raw.levels.into_iter().map(levels).collect(),
                    decimals: raw.decimals.0,
                    better: raw.better,
                    reported: raw.reported,
                    provenance: Provenance { mark: raw.mark.0, source: raw.source, note: raw.note },
                },
                place,
            })
        })
        .collect()
}

fn levels(raw: RawLevels) -> Levels {
    Levels {
        from: raw.from,
        target: raw.target.map(|s| s.0),
        minimum: raw.minimum.map(|s| s.0),
        provenance: Provenance { mark: raw.mark.0, source: raw.source, note: raw.note },
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMethodology {
    id: String,
    title: String,
    from: Day,
    count: Counting,
    subject: Subject,
    aggregate: Aggregate,
    coverage_floor: Share,
    low_volume: LowVolume,
    mark: RuleMark,
    #[serde(default)]
    source: String,
    #[serde(default)]
    note: String,
}

/// Reads one file of `methodologies/`.
///
/// # Errors
/// With file, line, column and key.
pub fn methodology(file: &RuleFile) -> Result<Placed<Methodology>, RuleError> {
    let raw: RawMethodology = scalar::read_toml(file)?;
    Ok(Placed {
        id: format!("methodology/{}", raw.id),
        rule: Methodology {
            id: raw.id,
            title: raw.title,
            count: raw.count,
            subject: raw.subject,
            aggregate: raw.aggregate,
            coverage_floor: raw.coverage_floor.0,
            low_volume: raw.low_volume.0,
            from: raw.from,
            provenance: Provenance { mark: raw.mark.0, source: raw.source, note: raw.note },
        },
        place: Place { file: file.name.clone(), line: 1, column: 1 },
    })
}

/// A share as an exact text: `99/100`.
fn exact(ratio: Ratio) -> String {
    format!("{}/{}", ratio.num, ratio.den)
}

impl Confirmable for Placed<MeasureDef> {
    fn rule_id(&self) -> &str {
        &self.id
    }
    fn title(&self) -> String {
        self.rule.title.clone()
    }
    fn value(&self) -> String {
        let m = &self.rule;
        let rows: Vec<String> = m.rows.iter().map(row_text).collect();
        // What has its default is left out, so that earlier confirmations hold.
        let better = if m.better == Better::Lower { "; lower is better" } else { "" };
        format!(
            "{} per {}, lag {}; rows: {}; {}; {} decimals{better}",
            m.unit,
            m.period,
            m.lag,
            rows.join(", "),
            basis_text(&m.basis),
            m.decimals
        )
    }
    fn from(&self) -> Option<Day> {
        None
    }
    fn provenance(&self) -> &Provenance {
        &self.rule.provenance
    }
    fn place(&self) -> Place {
        self.place.clone()
    }
}

/// A row in words, with its first and last day where it has them.
fn row_text(r: &MeasureRow) -> String {
    let day = |word: &str, d: Option<Day>| d.map_or_else(String::new, |d| format!(" {word} {d}"));
    format!("{} {}{}{}", r.provider, r.region, day("from", r.from), day("to", r.to))
}

/// A basis in words, complete.
#[must_use]
pub fn basis_text(basis: &Basis) -> String {
    match basis {
        Basis::Exchanges { select } => {
            let parts: Vec<String> = select
                .any_of
                .iter()
                .map(|(d, w)| {
                    format!("{d} is {}", w.iter().cloned().collect::<Vec<_>>().join(" or "))
                })
                .collect();
            format!(
                "exchanges where {}",
                if parts.is_empty() { "anything".to_owned() } else { parts.join(" and ") }
            )
        }
        Basis::Availability { service } => format!("availability of {service}"),
        Basis::OutageWindows { code, hubs, above } => format!(
            "outage windows of alert {code} with {} {hubs} hubs",
            if *above { "more than" } else { "at most" }
        ),
        Basis::Payloads => "firmware payloads".to_owned(),
        Basis::Hubs { when } => format!("hub installs connected {when}"),
        Basis::CoverageAccuracy => "hub installs with a right coverage prediction".to_owned(),
        Basis::Incidents { categories } => format!(
            "incidents of category {} resolved in time",
            categories.iter().map(u8::to_string).collect::<Vec<_>>().join(", ")
        ),
        Basis::StatedOnly => "as stated only".to_owned(),
        Basis::Composite { of, aggregate } => {
            let by = aggregate.map_or_else(String::new, |a| format!(" by {a}"));
            format!("composite of {}{by}", of.join(", "))
        }
    }
}

impl Confirmable for Placed<Methodology> {
    fn rule_id(&self) -> &str {
        &self.id
    }
    fn title(&self) -> String {
        self.rule.title.clone()
    }
    fn value(&self) -> String {
        let m = &self.rule;
        format!(
            "count {}; subject {}; aggregate {}; coverage floor {}; low volume below {}",
            m.count,
            m.subject,
            m.aggregate,
            exact(m.coverage_floor),
            m.low_volume
        )
    }
    fn from(&self) -> Option<Day> {
        Some(self.rule.from)
    }
    fn provenance(&self) -> &Provenance {
        &self.rule.provenance
    }
    fn place(&self) -> Place {
        self.place.clone()
    }
}

/// The levels of a measure as a rule of their own: confirmed apart from the definition.
#[derive(Debug, Clone)]
pub struct LevelsRule {
    id: String,
    measure: String,
    levels: Levels,
    place: Place,
}

impl LevelsRule {
    /// Each dated version of a measure's levels.
    pub fn of(measure: &Placed<MeasureDef>) -> impl Iterator<Item = LevelsRule> + '_ {
        measure.rule.levels.iter().map(|l| LevelsRule {
            id: format!("levels/{}", measure.rule.id),
            measure: measure.rule.id.clone(),
            levels: l.clone(),
            place: measure.place.clone(),
        })
    }
}

impl Confirmable for LevelsRule {
    fn rule_id(&self) -> &str {
        &self.id
    }
    fn title(&self) -> String {
        format!("Target and minimum of {}", self.measure)
    }
    fn value(&self) -> String {
        let part = |r: Option<Ratio>| {
            r.map_or_else(
                || "unknown".to_owned(),
                |r| {
                    let text = northbound_types::percent::percent(r, MAX_DECIMALS, &[])
                        .unwrap_or_default();
                    let text = if text.contains('.') {
                        text.trim_end_matches('0').trim_end_matches('.')
                    } else {
                        &text
                    };
                    format!("{text} % ({})", exact(r))
                },
            )
        };
        format!("target {}; minimum {}", part(self.levels.target), part(self.levels.minimum))
    }
    fn from(&self) -> Option<Day> {
        Some(self.levels.from)
    }
    fn provenance(&self) -> &Provenance {
        &self.levels.provenance
    }
    fn place(&self) -> Place {
        self.place.clone()
    }
}
