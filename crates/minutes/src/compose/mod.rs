//! Minutes composed from plain lines that are typed while the meeting runs.
//!
//! | line | meaning |
//! | --- | --- |
//! | `Topic: Reports` | the next agenda item |
//! | `Present Large Supplier: Ann Example (ACME, alternate for Bo Sample); Cy Test` | members of a category; the category may be left out |
//! | `Participants DCC: …`, `Apologies: …` | the others, and who sent apologies |
//! | `ACTION DCC by 9 July: text` | an action; `by …` may be left out, or be `by next meeting`; an id before the owner is taken as it is |
//! | `UPDATE 29xx/03: text` | what was reported on an action of an earlier meeting |
//! | `DECISION OPSG agreed: text` | a decision; `recommended to Board` says to whom |
//! | `NOTE: text` | a remark that is set apart |
//! | `s/old/new/` | corrects the line before |
//! | `# text` | left out |
//! | anything else | discussion |

mod date;
mod document;
mod line;
mod notes;
mod people;
#[cfg(test)]
mod tests;

pub use document::document;
pub use notes::read;

use northbound_types::Day;
use serde::{Deserialize, Serialize};

/// Most bytes of notes.
pub const MAX_BYTES: usize = 1 << 20;

/// In what right somebody attended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Right {
    /// Member, or alternate of one.
    Member,
    /// Takes part without a seat.
    Participant,
    /// Sent apologies.
    Apology,
    /// Absent and represented by somebody else.
    Represented,
}

/// The meeting that notes are of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Id of the series.
    pub series: String,
    /// Title of the series in words.
    pub title: String,
    /// The body that meets.
    pub body: String,
    /// The meeting in its series: `33xx`.
    pub meeting: String,
    /// Day on which it is held.
    pub date: Day,
    /// Handling marking as printed; empty where there is none.
    pub marking: String,
    /// State of the document, as printed: `Draft`.
    pub status: String,
}

impl About {
    /// Reference of the meeting: body, meeting, day and month (`OPSG_33xx_2206`).
    #[must_use]
    pub fn reference(&self) -> String {
        let day = self.date.date();
        format!("{}_{}_{:02}{:02}", self.body, self.meeting, day.day(), day.month())
    }
}

/// Composed minutes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Composed {
    /// The meeting.
    pub about: About,
    /// Attendance in the order of the notes.
    pub attendance: Vec<Attendance>,
    /// Agenda items. The first has an empty title where notes come before the first topic.
    pub items: Vec<Item>,
}

/// Somebody who was there, or sent apologies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attendance {
    /// In what right.
    pub right: Right,
    /// Category, such as `Large Supplier`; empty where none is given.
    pub category: String,
    /// Name.
    pub name: String,
    /// Organisation; empty where none is given.
    pub organisation: String,
    /// `alternate for …`, as written; empty for everybody else.
    pub alternate: String,
    /// Part of the meeting, as written: `items 1 to 3`; empty for the whole.
    pub part: String,
}

/// An agenda item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Title.
    pub title: String,
    /// In order.
    pub entries: Vec<Entry>,
}

/// A target of an action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Target {
    /// None was set.
    None,
    /// A day.
    Day {
        /// The day.
        day: Day,
    },
    /// No day, but words: `next meeting`.
    Implied {
        /// As written.
        words: String,
    },
}

/// What was said, decided or asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Entry {
    /// Discussion.
    Discussion {
        /// Words.
        text: String,
    },
    /// A remark that is set apart.
    Note {
        /// Words.
        text: String,
    },
    /// A decision.
    Decision {
        /// The body that decides.
        body: String,
        /// `agreed`, `noted`, `recommended`, `approved`, `rejected`.
        verb: String,
        /// To whom; empty where that is not said.
        to: String,
        /// What.
        text: String,
    },
    /// A new action.
    Action {
        /// In one spelling: `33xx/01`.
        id: String,
        /// Owner.
        owner: String,
        /// Until when.
        target: Target,
        /// What.
        text: String,
    },
    /// A report on an action of an earlier meeting.
    Update {
        /// Id of the action.
        id: String,
        /// What was reported.
        text: String,
    },
}
