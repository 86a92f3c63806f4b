//! What minutes say: meetings, attendance, decisions, actions, promises. Each field says how it came
//! about and where.

use crate::block::Locator;
use northbound_types::Day;
use serde::{Deserialize, Serialize};

/// How a value came about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum How {
    /// Copied: its text is in the source at the places given.
    Stated,
    /// Follows from the source by a rule.
    Derived {
        /// Name of the rule, such as `category-of-the-row-above`.
        rule: String,
    },
    /// A guess that needs a person. Enters no register unasked.
    Proposed {
        /// Name of the rule that proposes it.
        rule: String,
    },
    /// Entered by a person in the review file.
    Corrected,
}

/// A value with its origin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field<T> {
    /// The value.
    pub value: T,
    /// As written in the source; empty where it was not copied.
    pub written: String,
    /// How it came about.
    pub how: How,
    /// Where; empty only for values that follow from the whole.
    pub at: Vec<Locator>,
}

/// All that was found in a set of files that were read together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Findings {
    /// Meetings in the order of the text. A file without any is not minutes.
    pub meetings: Vec<Meeting>,
    /// What became of each block.
    pub accounts: Vec<Account>,
    /// What a person should look at: a reference that does not agree with the printed date, a
    /// statement on publishing against the marking, two attendances of one person.
    pub remarks: Vec<Remark>,
}

/// A meeting as minuted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meeting {
    /// Reference, such as `OPSG_33xx_2206`, with its parts.
    pub reference: Option<Field<Reference>>,
    /// Title as printed.
    pub title: Option<Field<String>>,
    /// Series, by the grammar: the id of a series in the rules.
    pub series: Option<Field<String>>,
    /// Day on which it was held.
    pub date: Option<Field<Day>>,
    /// Draft, final, cancelled.
    pub status: Option<Field<MeetingStatus>>,
    /// Who was there and who sent apologies.
    pub attendance: Vec<Attendee>,
    /// Categories that the minutes name without any person, with the count stated (`none`, 0).
    pub empty_categories: Vec<Field<String>>,
    /// Whether it was quorate, as stated; null where the minutes do not say.
    pub quorum: Option<Field<String>>,
    /// Decisions in the order of the text.
    pub decisions: Vec<Decision>,
    /// Actions: new ones, and those reported on.
    pub actions: Vec<ActionFound>,
    /// Promises without a number.
    pub commitments: Vec<Said>,
    /// Requests softer than an action.
    pub requests: Vec<Said>,
    /// Documents referred to.
    pub references: Vec<Field<String>>,
    /// The next meetings that are announced.
    pub next: Vec<NextMeeting>,
    /// The marking printed on the minutes (`White`, `Amber`), as written.
    pub marking: Option<Field<String>>,
    /// Statements on publishing or sharing the document.
    pub publishing: Vec<Field<String>>,
}

/// A meeting's reference taken apart (G6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// Body, such as `OPSG`.
    pub body: String,
    /// Number of the meeting with its suffix, in one spelling: `33xx`.
    pub meeting: String,
    /// Suffix alone: `xx`, empty for a main meeting.
    pub suffix: String,
    /// Day and month that the reference ends with, as `(22, 6)`; null where it has none.
    pub day_month: Option<(u8, u8)>,
}

/// State of a document of a meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MeetingStatus {
    /// Minutes that may still change.
    Draft,
    /// Approved minutes.
    Final,
    /// The meeting was not held.
    Cancelled,
}

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

/// A person in the attendance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attendee {
    /// Name as printed, without tags and without initials in brackets.
    pub name: Field<String>,
    /// Initials that the minutes use later.
    pub initials: Option<Field<String>>,
    /// In what right.
    pub right: Field<Right>,
    /// Category, such as `Large Supplier`.
    pub category: Option<Field<String>>,
    /// Organisation; only where it is printed.
    pub organisation: Option<Field<String>>,
    /// Alternate, and for whom where that is said.
    pub alternate: Option<Field<String>>,
    /// Attended only in part, as written: `items 1 to 4`.
    pub part: Option<Field<String>>,
}

/// What was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Verb in one form: `agreed`, `noted`, `recommended`, `approved`, `rejected`.
    pub verb: Field<String>,
    /// The body that decided, where it is said.
    pub body: Option<Field<String>>,
    /// Subject: what was decided, as written.
    pub text: Field<String>,
    /// Number and title of the agenda item.
    pub item: Option<Field<String>>,
    /// To whom a recommendation goes.
    pub to: Option<Field<String>>,
}

/// State of an action as the minutes give it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActionState {
    /// To be done.
    Open,
    /// Its owner says that it is done; the meeting did not accept that.
    ClaimedDone,
    /// Closed by the meeting.
    Closed,
    /// Replaced by another.
    Superseded,
}

/// An action in one set of minutes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionFound {
    /// Id as printed; null where the minutes give none.
    pub id: Option<Field<String>>,
    /// The id in one spelling: meeting with suffix, slash, two digits: `33xx/01`.
    pub canonical: Option<Field<String>>,
    /// Raised by this meeting, or carried over from an earlier one?
    pub carried: Field<bool>,
    /// What is to be done.
    pub text: Option<Field<String>>,
    /// Owner as in the column, the brackets or the marker of its own.
    pub owner: Option<Field<String>>,
    /// Owner as the text of the action has it (`DCC to …`).
    pub owner_in_text: Option<Field<String>>,
    /// Person of that owner, where one is named beside it.
    pub person: Option<Field<String>>,
    /// Day on which it was raised.
    pub raised: Option<Field<Day>>,
    /// Every stated target date, oldest first.
    pub targets: Vec<Field<Day>>,
    /// A target that is no date: `next meeting`, `July meeting`. Never a stated date.
    pub implied: Option<Field<String>>,
    /// Its state.
    pub state: Option<Field<ActionState>>,
    /// What was reported on it in this meeting.
    pub update: Option<Field<String>>,
    /// Ids that replace it.
    pub superseded_by: Vec<Field<String>>,
    /// The agenda item that it is printed under.
    pub item: Option<Field<String>>,
    /// What it is about, from its own text (X8).
    pub topic: Option<Field<String>>,
}

/// A promise or a request without a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// Who is to do it, where it is said.
    pub who: Option<Field<String>>,
    /// The sentence.
    pub text: Field<String>,
    /// Until when, as written.
    pub when: Option<Field<String>>,
    /// The agenda item that it is printed under.
    pub item: Option<Field<String>>,
}

/// An announced meeting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextMeeting {
    /// What kind, as written: `main meeting`.
    pub kind: Option<Field<String>>,
    /// Day.
    pub date: Field<Day>,
}

/// What became of a block, or of a row of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The block, the row and its words.
    pub at: Locator,
    /// How many characters of text there are, white space aside.
    pub chars: usize,
    /// Used, ignored or unread.
    pub fate: Fate,
}

/// What became of some text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Fate {
    /// A finding cites it, or it is discussion under an item that was read as such.
    Used,
    /// Left aside by a rule.
    Ignored {
        /// Name of the rule, such as `running-header`.
        rule: String,
    },
    /// Nothing was made of it.
    Unread,
}

/// Something that a person should look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// Name of the rule that found it, such as `reference-against-date`.
    pub rule: String,
    /// In words.
    pub text: String,
    /// Where.
    pub at: Vec<Locator>,
}
