//! Target times of incidents by category (`incidents.toml`).

use crate::{
    confirm::Confirmable,
    error::{Place, RuleError},
    files::RuleFile,
    measure::Provenance,
    scalar::{self, RuleMark},
};
use northbound_types::Day;
use serde::Deserialize;
use toml::Spanned;

/// Worst category.
pub const FIRST_CATEGORY: u8 = 1;
/// Mildest category.
pub const LAST_CATEGORY: u8 = 5;

/// A target time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TargetTime {
    /// In µs.
    pub micros: i64,
    /// `true` where it is written in days: the setting `incident-days` then says which days count.
    pub in_days: bool,
}

impl TargetTime {
    fn text(self) -> String {
        const DAY: i64 = northbound_types::time::DAY_US;
        if self.in_days {
            format!("{} d", self.micros / DAY)
        } else {
            scalar::duration_text(self.micros)
        }
    }
}

impl<'de> Deserialize<'de> for TargetTime {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        let micros = scalar::micros(&text).ok_or_else(|| serde::de::Error::custom(format!("{text:?} is no duration: write a whole number and a unit of min, h, d, such as \"4 h\"")))?;
        Ok(TargetTime { micros, in_days: text.trim().ends_with(" d") })
    }
}

/// The target times of one category, in force from a day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CategoryRule {
    /// Id in the list of rules, such as `incident-category/1`.
    pub id: String,
    /// Category, 1 to 5.
    pub category: u8,
    /// In words.
    pub title: String,
    /// First day on which it holds.
    pub from: Day,
    /// Target Initial Response Time.
    pub response: TargetTime,
    /// Target Resolution Time.
    pub resolution: TargetTime,
    /// Where it comes from.
    pub provenance: Provenance,
    /// File, line and column.
    pub place: Place,
}

impl Confirmable for CategoryRule {
    fn rule_id(&self) -> &str {
        &self.id
    }
    fn title(&self) -> String {
        format!("Target times of incidents of category {}", self.category)
    }
    fn value(&self) -> String {
        format!("initial response {}, resolution {}", self.response.text(), self.resolution.text())
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    category: Vec<Raw>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    category: Spanned<u8>,
    title: String,
    from: Day,
    response: TargetTime,
    resolution: TargetTime,
    mark: RuleMark,
    #[serde(default)]
    source: String,
    #[serde(default)]
    note: String,
}

/// Reads `incidents.toml`.
///
/// # Errors
/// With file, line, column and key.
pub fn read(file: &RuleFile) -> Result<Vec<CategoryRule>, RuleError> {
    let raw: File = scalar::read_toml(file)?;
    let text = file.text()?;
    raw.category
        .into_iter()
        .map(|r| {
            let place = Place::of(&file.name, text, r.category.span().start);
            let category = r.category.into_inner();
            if !(FIRST_CATEGORY..=LAST_CATEGORY).contains(&category) {
                return Err(RuleError::Value {
                    place,
                    key: "category".into(),
                    problem: format!("{category} is no category"),
                    hint: format!("categories are {FIRST_CATEGORY} to {LAST_CATEGORY}"),
                });
            }
            Ok(CategoryRule {
                id: format!("incident-category/{category}"),
                category,
                title: r.title,
                from: r.from,
                response: r.response,
                resolution: r.resolution,
                provenance: Provenance { mark: r.mark.0, source: r.source, note: r.note },
                place,
            })
        })
        .collect()
}
