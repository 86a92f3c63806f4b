//! Incidents as a log of events, and the counts that reports state of them. The state at any date is
//! made of the events that were known then; it is stored nowhere.

use crate::{
    error::RegisterError,
    noun::Noun,
    record::{Identity, Imported, Index, Record, invalid, needed},
    tx::hash,
};
use northbound_types::{IncidentEventKind, IncidentId, Period, Utc};
use serde::{Deserialize, Serialize};

/// Worst category.
pub const FIRST_CATEGORY: i64 = 1;
/// Mildest category.
pub const LAST_CATEGORY: i64 = 5;

/// Something that happened to an incident.
///
/// `northbound-measures` has the fields that it reads once more, checked and without the register
/// around them (its `inputs` say why); `northbound-packs` converts and keeps the two in step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentEvent {
    /// Which incident.
    pub incident: IncidentId,
    /// What happened.
    pub event: IncidentEventKind,
    /// When; null where it is only known that it did.
    pub at: Option<Utc>,
    /// Category 1 (worst) to 5, with `opened` and `category`; null where unknown.
    pub category: Option<i64>,
    /// Who has to resolve it, with `opened` and `assigned`: `DCC`, a provider, a party, a body.
    pub responsible: Option<String>,
    /// What it is about, with `opened` and `details`: `registration-data`, `application` …
    pub area: Option<String>,
    /// The provider concerned (a Registration Data Provider, a service provider).
    pub provider: Option<String>,
    /// To whom it was escalated.
    pub to: Option<String>,
    /// The incident that it was merged into.
    pub into: Option<IncidentId>,
    /// In words: the title with `opened` and `details`, else what was said.
    pub text: String,
    /// Who says so: a party, a body or a role.
    pub by: String,
}

impl IncidentEvent {
    /// An event with nothing but what every event has.
    #[must_use]
    pub fn new(
        incident: IncidentId,
        event: IncidentEventKind,
        at: Option<Utc>,
        by: &str,
    ) -> IncidentEvent {
        IncidentEvent {
            incident,
            event,
            at,
            category: None,
            responsible: None,
            area: None,
            provider: None,
            to: None,
            into: None,
            text: String::new(),
            by: by.to_owned(),
        }
    }
}

fn empty_text(field: &'static str, text: Option<&String>) -> Result<(), RegisterError> {
    match text {
        Some(t) if t.trim().is_empty() => {
            Err(invalid(Noun::IncidentEvent, field, "is empty; leave it out if it is unknown"))
        }
        _ => Ok(()),
    }
}

impl Record for IncidentEvent {
    const NOUN: Noun = Noun::IncidentEvent;
    fn identity(&self) -> Identity {
        Identity::Content
    }
    fn index(&self) -> Index {
        Index {
            lookup: Some(self.incident.to_string()),
            provider: self.provider.clone(),
            from: self.at,
            ..Index::default()
        }
    }
    fn check(&self) -> Result<(), RegisterError> {
        use IncidentEventKind as E;
        let bad = |field, problem: String| Err(invalid(Noun::IncidentEvent, field, problem));
        needed(Noun::IncidentEvent, "by", &self.by)?;
        for (field, text) in [
            ("responsible", &self.responsible),
            ("area", &self.area),
            ("provider", &self.provider),
            ("to", &self.to),
        ] {
            empty_text(field, text.as_ref())?;
        }
        if let Some(c) = self.category.filter(|c| !(FIRST_CATEGORY..=LAST_CATEGORY).contains(c)) {
            return bad(
                "category",
                format!("is {c}; categories are {FIRST_CATEGORY} to {LAST_CATEGORY}"),
            );
        }
        let only = |field, given: bool, kinds: &[E]| {
            if given && !kinds.contains(&self.event) {
                bad(field, format!("does not go with the event {}", self.event))
            } else {
                Ok(())
            }
        };
        only("category", self.category.is_some(), &[E::Opened, E::Category])?;
        only("responsible", self.responsible.is_some(), &[E::Opened, E::Assigned, E::Escalated])?;
        only("area", self.area.is_some(), &[E::Opened, E::Details])?;
        only("to", self.to.is_some(), &[E::Escalated])?;
        only("into", self.into.is_some(), &[E::Merged])?;
        match self.event {
            E::Category if self.category.is_none() => {
                bad("category", "is missing; the event category sets one".to_owned())
            }
            E::Assigned if self.responsible.is_none() => bad(
                "responsible",
                "is missing; the event assigned names who resolves it".to_owned(),
            ),
            E::Merged if self.into.is_none() => {
                bad("into", "is missing; name the incident into which it is merged".to_owned())
            }
            E::Merged if self.into == Some(self.incident) => {
                bad("into", "is the incident itself".to_owned())
            }
            E::Comment if self.text.trim().is_empty() => {
                bad("text", "is empty; a comment needs a text".to_owned())
            }
            _ => Ok(()),
        }
    }
}

impl Imported for IncidentEvent {
    fn about(&self) -> String {
        format!(
            "{}|{}|{}",
            self.incident,
            self.event,
            self.at.map(|t| t.to_string()).unwrap_or_default()
        )
    }
}

/// The id of an incident that is opened here, of what it is about: the same thing gets the same id,
/// so that two watchers open one incident.
#[must_use]
pub fn own_id(about: &str) -> IncidentId {
    IncidentId::own(u64::from_str_radix(&hash(about, 7), 16).unwrap_or(0))
}

/// Counts of incidents as a report states them.
///
/// `northbound-measures` has the fields that it reads once more, checked and without the register
/// around them (its `inputs` say why); `northbound-packs` converts and keeps the two in step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatedIncidents {
    /// What the report is about, such as `registration-data`; the area of the incidents.
    pub area: String,
    /// Which period.
    pub period: Period,
    /// Open at its start; null where not stated.
    pub opening: Option<i64>,
    /// Opened in it; null where not stated.
    pub opened: Option<i64>,
    /// Opened again in it; null where not stated.
    pub reopened: Option<i64>,
    /// Resolved in it; null where not stated.
    pub resolved: Option<i64>,
    /// Withdrawn or merged in it; null where not stated.
    pub withdrawn: Option<i64>,
    /// Open at its end.
    pub open: i64,
    /// Those open at its end that the report identifies.
    pub identified: Vec<IncidentId>,
    /// Who states it.
    pub source: String,
    /// In which document.
    pub document: String,
    /// Where in it.
    pub place: String,
}

impl Record for StatedIncidents {
    const NOUN: Noun = Noun::IncidentReport;
    fn identity(&self) -> Identity {
        Identity::Numbered
    }
    fn index(&self) -> Index {
        Index {
            period: Some(self.period.to_string()),
            lookup: Some(self.area.clone()),
            from: Some(self.period.first().start()),
            to: Some(self.period.after().start()),
            ..Index::default()
        }
    }
    fn check(&self) -> Result<(), RegisterError> {
        needed(Self::NOUN, "area", &self.area)?;
        needed(Self::NOUN, "source", &self.source)?;
        crate::records::not_negative(Self::NOUN, "open", self.open)?;
        for (field, n) in [
            ("opening", self.opening),
            ("opened", self.opened),
            ("reopened", self.reopened),
            ("resolved", self.resolved),
            ("withdrawn", self.withdrawn),
        ] {
            if let Some(n) = n {
                crate::records::not_negative(Self::NOUN, field, n)?;
            }
        }
        let once: std::collections::BTreeSet<_> = self.identified.iter().collect();
        if once.len() != self.identified.len() {
            return Err(invalid(Self::NOUN, "identified", "names an incident twice"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(kind: IncidentEventKind) -> IncidentEvent {
        IncidentEvent::new("INC000000000001".parse().unwrap(), kind, None, "DCC")
    }

    #[test]
    fn categories_end_at_1_and_5() {
        for (c, good) in [(0, false), (1, true), (5, true), (6, false)] {
            assert_eq!(
                IncidentEvent { category: Some(c), ..event(IncidentEventKind::Opened) }
                    .check()
                    .is_ok(),
                good,
                "{c}"
            );
        }
    }

    #[test]
    fn each_event_has_what_it_says_and_nothing_else() {
        use IncidentEventKind as E;
        for (e, field) in [
            (E::Category, "category"),
            (E::Assigned, "responsible"),
            (E::Merged, "into"),
            (E::Comment, "text"),
        ] {
            let said = event(e).check().unwrap_err().to_string();
            assert!(said.contains(field), "{said}");
        }
        for e in [
            E::Opened,
            E::Escalated,
            E::Resolved,
            E::Closed,
            E::Reopened,
            E::Withdrawn,
            E::Suspended,
            E::Resumed,
            E::Details,
        ] {
            event(e).check().unwrap();
        }
        assert!(IncidentEvent { category: Some(2), ..event(E::Resolved) }.check().is_err());
        assert!(
            IncidentEvent { into: Some("INC000000000001".parse().unwrap()), ..event(E::Merged) }
                .check()
                .is_err()
        );
    }

    #[test]
    fn own_ids_are_stable_and_apart() {
        assert_eq!(own_id("a"), own_id("a"));
        assert_ne!(own_id("a"), own_id("b"));
        assert!(own_id("a").to_string().starts_with("INC9"));
    }
}
