//! The front page: what the reader must know before turning a page.

use super::{Block, Brief, Cell, Para};
use northbound_types::Day;
use serde::{Deserialize, Serialize};

/// The front page.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Front {
    /// What makes the period unusable in part: printed first, boxed. Empty where nothing does.
    pub warnings: Vec<Para>,
    /// The period in a few sentences.
    pub statements: Vec<Para>,
    /// Every measure row; the printer sorts them into bands.
    pub headlines: Vec<Headline>,
    /// What fell short, worst first.
    pub shortfalls: Vec<Shortfall>,
    /// Exceptions in force.
    pub exceptions: Vec<ActiveException>,
    /// Charts of the front page: small multiples by region.
    pub blocks: Vec<Block>,
    /// The answers that are printed first; absent in packs of earlier versions.
    #[serde(default, skip_serializing_if = "Brief::is_empty")]
    pub brief: Brief,
}

/// One measure row on the front page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Headline {
    /// Measure id.
    pub measure: String,
    /// Title in words.
    pub title: String,
    /// Region in words: a national figure says so.
    pub region: String,
    /// Provider; empty where none.
    pub provider: String,
    /// The figure with its band.
    pub cell: Cell,
    /// Target as printed; empty where unknown.
    pub target: String,
    /// Minimum as printed; empty where unknown.
    pub minimum: String,
    /// Share of the traffic behind it, as printed; empty where unknown.
    pub traffic: String,
    /// Days from the end of its period to the pack's as-at date.
    pub age_days: Option<i32>,
    /// Section id with the detail; empty where none.
    pub section: String,
    /// Reference of an exception in force; the row is then listed before the bands.
    pub exception: Option<String>,
}

impl Headline {
    /// A figure that no level is known for: neither met nor missed, and not without a figure.
    #[must_use]
    pub const fn without_level(&self) -> bool {
        self.cell.band.is_none() && !self.cell.state.is_null()
    }
}

/// A row that fell short, with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shortfall {
    /// Measure id.
    pub measure: String,
    /// What fell short, in words.
    pub what: String,
    /// Region in words.
    pub region: String,
    /// The figure.
    pub cell: Cell,
    /// The level that it missed, as printed.
    pub level: String,
    /// Since when, in words, with the streak: "since January 2026; 4 months in a row".
    pub since: String,
    /// The explanation given; where it is empty, "not explained" is printed.
    pub why: String,
    /// Where the reason was given: "in the report", "offline, by …"; "same reason as last month".
    pub why_from: String,
    /// Who acts; where it is empty, the page says that no one does.
    pub acts: String,
    /// What they do and until when.
    pub action: String,
}

impl Shortfall {
    /// The level without its article: `minimum 96 %`.
    #[must_use]
    pub fn level_alone(&self) -> String {
        let bare = self.level.strip_prefix("a ").unwrap_or(&self.level);
        bare.replacen(" of ", " ", 1)
    }
    /// Since when, without the words that the figure beside it says already: `Since May 2026; …`.
    #[must_use]
    pub fn since_alone(&self) -> String {
        let short = |side: &str| self.since.strip_prefix(&format!("{side} target "));
        let Some(rest) = short("Below").or_else(|| short("Above")) else {
            return self.since.clone();
        };
        let mut letters = rest.chars();
        let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
        format!("{first}{}", letters.as_str())
    }
}

/// An exception in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActiveException {
    /// Reference.
    pub reference: String,
    /// What it covers, in words.
    pub title: String,
    /// Measure ids.
    pub measures: Vec<String>,
    /// First day.
    pub from: Day,
    /// Last day; `None` while open.
    pub to: Option<Day>,
    /// How far it has come: "criteria met, letter due".
    pub state: String,
}
