//! The record of an action.

use crate::{
    error::RegisterError,
    noun::Noun,
    record::{Identity, Index, Record, invalid, needed},
};
use northbound_types::{Day, Period, text_enum};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

text_enum! {
    /// The state of an action.
    pub enum ActionStatus("status of an action") {
        /// To be done.
        Open = "open",
        /// Its owner says that it is done; no meeting has accepted that, so every list counts it as open.
        ClaimedDone = "claimed-done",
        /// Done, with evidence, accepted by a meeting.
        Closed = "closed",
        /// Replaced by other actions.
        Superseded = "superseded",
    }
}

impl ActionStatus {
    /// Does it still need doing, or accepting?
    #[must_use]
    pub fn is_open(self) -> bool {
        match self {
            ActionStatus::Open | ActionStatus::ClaimedDone => true,
            ActionStatus::Closed | ActionStatus::Superseded => false,
        }
    }
}

text_enum! {
    /// What an action can be linked to.
    pub enum LinkTo("what an action is linked to") {
        /// A printed figure, by its id or name.
        Figure = "figure",
        /// A document of the register of documents.
        Document = "document",
        /// A defect found in testing.
        Defect = "defect",
        /// A change to the network's systems.
        Change = "change",
        /// A run of a reconciliation.
        Reconciliation = "reconciliation",
        /// A defect of a measure.
        MetricDefect = "metric-defect",
        /// A mitigation.
        Mitigation = "mitigation",
        /// A checklist for live services.
        Criteria = "criteria",
    }
}

impl LinkTo {
    /// The register in which its target is looked up; `None` for figures, which are found by name, too.
    #[must_use]
    pub fn register(self) -> Option<Noun> {
        match self {
            LinkTo::Figure => None,
            LinkTo::Document => Some(Noun::Document),
            LinkTo::Defect => Some(Noun::Defect),
            LinkTo::Change => Some(Noun::Change),
            LinkTo::Reconciliation => Some(Noun::Reconciliation),
            LinkTo::MetricDefect => Some(Noun::MetricDefect),
            LinkTo::Mitigation => Some(Noun::Mitigation),
            LinkTo::Criteria => Some(Noun::Criteria),
        }
    }
}

/// A target date and who set it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueStep {
    /// The date; null where the step says that there is none.
    pub target: Option<Day>,
    /// When it was set.
    pub set_on: Day,
    /// By which meeting or body.
    pub set_by: String,
    /// Where that is recorded; empty where not known.
    pub source: String,
}

/// A text that an action had before the present one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextVersion {
    /// The text.
    pub text: String,
    /// The meeting that replaced it; empty where not known.
    pub replaced_by: String,
    /// When it was replaced.
    pub replaced_on: Day,
}

/// What was reported on an action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    /// Day of the report.
    pub on: Day,
    /// Who reports: a body, a party, or the minutes of a meeting.
    pub by: String,
    /// The meeting it was reported to; empty where none.
    pub meeting: String,
    /// The report.
    pub text: String,
    /// Where that is recorded; empty where not known.
    pub source: String,
}

/// An action that is due again every month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recurrence {
    /// The first month.
    pub first: Period,
    /// The last month; null while it goes on.
    pub last: Option<Period>,
    /// What was received.
    pub received: Vec<Instalment>,
}

/// One month's part of a recurring action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instalment {
    /// The month.
    pub period: Period,
    /// When it was received.
    pub on: Day,
    /// What was received: document and place.
    pub evidence: String,
}

/// Something that an action owes once, beside its monthly part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deliverable {
    /// What.
    pub what: String,
    /// When it is due; null where no date was set.
    pub due: Option<Day>,
    /// When it was received; null until then.
    pub received: Option<Day>,
}

/// A link to what an action is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Link {
    /// What kind of thing.
    pub to: LinkTo,
    /// Its id.
    pub id: String,
}

/// An action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// Id of the record, which is never shown as the action's id. Empty in records of earlier versions,
    /// where it is the canonical id.
    #[serde(default)]
    pub key: String,
    /// Series of meetings; empty where not known.
    #[serde(default)]
    pub series: String,
    /// The meeting that raised it, such as `33xx`; empty where not known.
    #[serde(default)]
    pub meeting: String,
    /// The id exactly as found; empty where the minutes give none.
    pub found: String,
    /// The same in one spelling: [`canonical`].
    pub canonical: String,
    /// What is to be done.
    pub text: String,
    /// Texts that it had before, oldest first.
    #[serde(default)]
    pub texts: Vec<TextVersion>,
    /// The body or party that owns it.
    pub owner: String,
    /// Who the text says is to do it, where that was read; empty otherwise.
    #[serde(default)]
    pub owner_in_text: String,
    /// A person of that body; null where none is named.
    pub lead: Option<String>,
    /// When it was raised.
    pub raised: Option<Day>,
    /// Its state.
    pub status: ActionStatus,
    /// What shows that it is done; empty while open.
    pub evidence: String,
    /// The meeting that accepted it as done; empty until then.
    pub closed_at: String,
    /// Actions that replace it, in their canonical spelling.
    #[serde(default)]
    pub superseded_by: Vec<String>,
    /// All target dates in the order in which they were set.
    pub dues: Vec<DueStep>,
    /// A target that is no date, such as `next meeting`; empty where none.
    #[serde(default)]
    pub implied: String,
    /// What was reported on it, oldest first.
    #[serde(default)]
    pub updates: Vec<Update>,
    /// Its monthly part; null where it is due once.
    #[serde(default)]
    pub recurrence: Option<Recurrence>,
    /// What it owes once beside the monthly part.
    #[serde(default)]
    pub deliverables: Vec<Deliverable>,
    /// What it is about, as links.
    #[serde(default)]
    pub links: Vec<Link>,
    /// The document that records it; null where not known.
    pub document: Option<String>,
    /// Place in it; empty where not known.
    pub place: String,
    /// What it is about, in words; empty where not known.
    pub topic: String,
}

/// Canonical form of an id: `28X / 5` and `28x-05` are `28x/05`. The grammar is not published; a
/// text of another shape is only trimmed, put in lower case and freed of double spaces.
#[must_use]
pub fn canonical(found: &str) -> String {
    let plain = found.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    let tight: String = plain
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| if matches!(c, '\\' | '-' | '–') { '/' } else { c })
        .collect();
    let Some((meeting, number)) = tight.split_once('/') else { return plain };
    let digits = meeting.trim_end_matches('x');
    let sound = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    if sound(digits) && sound(number) { format!("{meeting}/{number:0>2}") } else { plain }
}

/// The meeting of a canonical id such as `33xx/05`; `None` where it has another shape.
fn meeting_of(canonical: &str) -> Option<&str> {
    let (meeting, number) = canonical.split_once('/')?;
    let digits = meeting.trim_end_matches('x');
    let sound = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    (sound(digits) && sound(number)).then_some(meeting)
}

impl Action {
    /// An open action with nothing but its id as found (may be empty), text and owner.
    #[must_use]
    pub fn new(found: &str, text: &str, owner: &str) -> Action {
        let canonical = canonical(found);
        Action {
            key: String::new(),
            series: String::new(),
            meeting: meeting_of(&canonical).unwrap_or_default().to_owned(),
            found: found.to_owned(),
            canonical,
            text: text.to_owned(),
            texts: Vec::new(),
            owner: owner.to_owned(),
            owner_in_text: String::new(),
            lead: None,
            raised: None,
            status: ActionStatus::Open,
            evidence: String::new(),
            closed_at: String::new(),
            superseded_by: Vec::new(),
            dues: Vec::new(),
            implied: String::new(),
            updates: Vec::new(),
            recurrence: None,
            deliverables: Vec::new(),
            links: Vec::new(),
            document: None,
            place: String::new(),
            topic: String::new(),
        }
    }

    /// The id of the record: the canonical id where [`Action::key`] is empty.
    #[must_use]
    pub fn record_id(&self) -> &str {
        if self.key.is_empty() { &self.canonical } else { &self.key }
    }

    /// The meeting that raised it: as recorded, else as its id has it; empty where neither says.
    #[must_use]
    pub fn raised_at(&self) -> &str {
        if self.meeting.is_empty() {
            meeting_of(&self.canonical).unwrap_or_default()
        } else {
            &self.meeting
        }
    }

    /// A key for a record whose canonical id is taken by another action, or which has none. The same
    /// series, meeting, number and (without a number) text give the same key.
    #[must_use]
    pub fn own_key(&self) -> String {
        let text = if self.canonical.is_empty() { self.text.as_str() } else { "" };
        let mut hash = Sha256::new();
        for part in [self.series.as_str(), self.raised_at(), &self.canonical, text] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        let hex: String = hash.finalize().iter().take(6).map(|b| format!("{b:02x}")).collect();
        format!("~{hex}")
    }

    /// How people know it: `33xx/05`, an id of another shape as it was found, or `without a number (33xx)`.
    #[must_use]
    pub fn label(&self) -> String {
        match (self.canonical.as_str(), self.raised_at()) {
            ("", "") => "without a number".to_owned(),
            ("", meeting) => format!("without a number ({meeting})"),
            (id, _) if meeting_of(id).is_some() => id.to_owned(),
            // An id of another shape has no canonical spelling that people know.
            _ => self.found.clone(),
        }
    }

    /// Its target dates in the order in which they were set: a step that is recorded late, such as one of earlier
    /// minutes, takes its place by the day on which it was set.
    #[must_use]
    pub fn steps(&self) -> Vec<&DueStep> {
        let mut all: Vec<&DueStep> = self.dues.iter().collect();
        all.sort_by_key(|d| d.set_on);
        all
    }

    /// The target date of the step that was set last; null where none was set, or where it says that there is none.
    #[must_use]
    pub fn due(&self) -> Option<Day> {
        self.steps().last().and_then(|d| d.target)
    }

    /// Adds a target date, unless the same meeting or body set the same one already.
    pub fn add_due(&mut self, step: &DueStep) {
        let same = |d: &&DueStep| d.target == step.target && d.set_by == step.set_by;
        if !self.dues.iter().any(|d| same(&d)) {
            self.dues.push(step.clone());
        }
    }

    fn closing_is_sound(&self) -> Result<(), RegisterError> {
        let refused = |why: &str| {
            Err(RegisterError::Frozen { noun: Noun::Action, id: self.label(), why: why.to_owned() })
        };
        match self.status {
            ActionStatus::Closed
                if self.evidence.trim().is_empty() || self.closed_at.trim().is_empty() =>
            {
                refused(
                    "an action is closed only with evidence and the meeting that accepted it; give both (--evidence, --meeting)",
                )
            }
            ActionStatus::Closed if self.deliverables.iter().any(|d| d.received.is_none()) => {
                let owed = self.deliverables.iter().filter(|d| d.received.is_none());
                let owed: Vec<&str> = owed.map(|d| d.what.as_str()).collect();
                refused(&format!(
                    "not received yet: {}; record it with `action receive`",
                    owed.join(", ")
                ))
            }
            ActionStatus::Closed if self.recurrence.as_ref().is_some_and(|r| r.last.is_none()) => {
                refused(
                    "it is due every month, and one instalment does not close it; end it first with `action recur --last PERIOD`",
                )
            }
            ActionStatus::Open | ActionStatus::ClaimedDone if !self.closed_at.is_empty() => {
                refused("a meeting has accepted it; `action reopen` opens it again")
            }
            ActionStatus::Superseded if self.superseded_by.is_empty() => {
                refused("an action is superseded by at least one other; name it with --by")
            }
            _ => Ok(()),
        }
    }
}

impl Record for Action {
    const NOUN: Noun = Noun::Action;
    fn identity(&self) -> Identity {
        Identity::Given(self.record_id().to_owned())
    }
    fn index(&self) -> Index {
        Index { lookup: Some(self.owner.clone()), ..Index::default() }
    }
    fn check(&self) -> Result<(), RegisterError> {
        if self.key.is_empty() {
            needed(Noun::Action, "found", &self.found)?;
        }
        needed(Noun::Action, "text", &self.text)?;
        needed(Noun::Action, "owner", &self.owner)?;
        if self.canonical != canonical(&self.found) {
            return Err(invalid(
                Noun::Action,
                "canonical",
                format!(
                    "is {:?}, but {:?} reads as {:?}",
                    self.canonical,
                    self.found,
                    canonical(&self.found)
                ),
            ));
        }
        if let Some(r) = &self.recurrence {
            if r.last.is_some_and(|last| last < r.first) {
                return Err(invalid(Noun::Action, "recurrence", "ends before it begins"));
            }
            let mut months: Vec<Period> = r.received.iter().map(|i| i.period).collect();
            months.sort();
            months.dedup();
            if months.len() != r.received.len() {
                return Err(invalid(Noun::Action, "recurrence", "has one month twice"));
            }
        }
        self.closing_is_sound()
    }
    fn check_change(&self, id: &str, before: &Self) -> Result<(), RegisterError> {
        let kept = self.dues.starts_with(&before.dues)
            && self.texts.starts_with(&before.texts)
            && self.updates.starts_with(&before.updates)
            && self.found == before.found
            && self.key == before.key;
        // A text that changes without a version of the old one would be an edit in place.
        let versioned = self.text == before.text || self.texts.len() > before.texts.len();
        if kept && versioned {
            return Ok(());
        }
        Err(RegisterError::Frozen {
            noun: Noun::Action,
            id: id.to_owned(),
            why: "its id as found, its earlier dates, texts and reports cannot be changed; add another date with `action due`, another text with `action text`".to_owned(),
        })
    }
    fn refs(&self) -> Vec<(Noun, String)> {
        // The owner is a body or a party: who writes looks it up in both registers.
        let mut out: Vec<_> = self.lead.iter().map(|p| (Noun::Person, p.clone())).collect();
        out.extend(self.document.iter().map(|d| (Noun::Document, d.clone())));
        out.extend(self.links.iter().filter_map(|l| Some((l.to.register()?, l.id.clone()))));
        out
    }
}
