//! Agendas: drafted from what is due, edited as a JSON file, printed, and the papers of their items.

mod document;
mod draft;
mod papers;
#[cfg(test)]
mod tests;

pub use document::document;
pub use draft::{Awaited, Due, Input, Report, draft};
pub use papers::{Row, contents, rows};

use crate::compose::About;
use northbound_types::{Day, text_enum};
use serde::{Deserialize, Serialize};

/// What the JSON file says it is.
pub const FORMAT: &str = "northbound-agenda/1";

/// What is said of an item that nobody wrote a paper for (A18).
pub const NO_PAPER: &str = "no paper: not fit for decision";

text_enum! {
    /// What an item is for.
    pub enum Purpose("purpose of an agenda item") {
        /// The body decides. Needs a paper.
        Decision = "decision",
        /// The body discusses. Needs a paper.
        Discussion = "discussion",
        /// The body is informed. Needs a paper.
        Information = "information",
        /// Welcome, actions, the next meeting: no paper is needed.
        Procedure = "procedure",
    }
}

/// An agenda. A person edits it; unknown keys are refused, so that a slip is noticed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agenda {
    /// [`FORMAT`].
    pub format: String,
    /// The meeting.
    pub about: About,
    /// Last day for papers; null where none is set.
    pub papers_due: Option<Day>,
    /// In order.
    pub items: Vec<AgendaItem>,
}

/// An item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgendaItem {
    /// Title.
    pub title: String,
    /// What it is for.
    pub purpose: Purpose,
    /// Lines below the title, such as the actions that are due.
    #[serde(default)]
    pub points: Vec<String>,
    /// Papers, by their id in the register of documents, in order.
    #[serde(default)]
    pub papers: Vec<String>,
}

impl AgendaItem {
    /// Is it to be spoken to without a paper, though it needs one?
    #[must_use]
    pub fn lacks_paper(&self) -> bool {
        self.papers.is_empty() && self.purpose != Purpose::Procedure
    }
}

/// A paper as the register of documents knows it on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    /// Id.
    pub id: String,
    /// Title.
    pub title: String,
    /// Day on which it came; null while it is not here.
    pub arrived: Option<Day>,
}
