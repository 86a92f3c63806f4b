//! Documents: those that are here, and those that somebody promised (G7).

use crate::{
    error::RegisterError,
    noun::Noun,
    record::{Identity, Index, Record, invalid, needed},
};
use northbound_types::{Day, Period, text_enum};
use serde::{Deserialize, Serialize};

text_enum! {
    /// What a document is. The kinds of a real meeting pack.
    pub enum DocumentKind("kind of document") {
        /// Minutes, draft or final (the version says which).
        Minutes = "minutes",
        /// Agenda.
        Agenda = "agenda",
        /// Performance measurement report.
        PerformanceReport = "performance-report",
        /// Registration Data Provider incident report.
        RdpIncidentReport = "rdp-incident-report",
        /// Variance of certificate forecasts.
        CsrVariance = "csr-variance",
        /// Variance of Service Request forecasts.
        SrVariance = "sr-variance",
        /// Annex to something.
        Annex = "annex",
        /// Paper to the Panel.
        PanelPaper = "panel-paper",
        /// Work package.
        WorkPackage = "work-package",
        /// Test completion report.
        TestCompletionReport = "test-completion-report",
        /// Submission on live services criteria.
        LscSubmission = "lsc-submission",
        /// Specification of a mitigation.
        MitigationSpecification = "mitigation-specification",
        /// Description of the change process.
        ChangeProcess = "change-process",
        /// Letter to the Authority or another body.
        Letter = "letter",
        /// Change request.
        ChangeRequest = "change-request",
        /// Consultation.
        Consultation = "consultation",
        /// Nominated contact list.
        ContactList = "contact-list",
        /// Presentation.
        Presentation = "presentation",
        /// Something else.
        Other = "other",
    }
}

text_enum! {
    /// The state of a document on a day.
    pub enum DocumentStanding("standing of a document") {
        /// It is here.
        Arrived = "arrived",
        /// Promised, and not yet due.
        Expected = "expected",
        /// Promised, due, and not here.
        Overdue = "overdue",
    }
}

/// A document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Reference, such as `OPSG_33xx_2206`.
    pub id: String,
    /// What it is.
    pub kind: DocumentKind,
    /// Title.
    pub title: String,
    /// The period that it reports on.
    pub period: Option<Period>,
    /// Version in words: `draft`, `final`, `2`.
    pub version: String,
    /// Class of the marking; empty where it bears none.
    pub marking: String,
    /// The sharing statement printed on it, which goes before the class; empty where none.
    pub sharing: String,
    /// Who owes or owns it: a body or a party.
    pub owner: String,
    /// When it is due; null where unknown.
    pub due: Option<Day>,
    /// When it came; null while it is only promised.
    pub arrived: Option<Day>,
    /// Last day for comments, inclusive, UTC; null where none are asked for.
    pub comments_by: Option<Day>,
    /// Hash of its bytes; empty where not known.
    pub sha256: String,
    /// Where it is filed; empty where not known.
    pub filed: String,
    /// The meeting that approved it; empty until one has. Minutes that were approved are final.
    #[serde(default)]
    pub approved_by: String,
}

impl Document {
    /// Are these minutes that a meeting approved? They are corrected by a new version only (A15).
    #[must_use]
    pub fn is_final_minutes(&self) -> bool {
        self.kind == DocumentKind::Minutes && !self.approved_by.is_empty()
    }

    /// The number in its version: 3 in `final, version 3`, 1 where there is none.
    #[must_use]
    pub fn version_number(&self) -> u32 {
        self.version.rsplit(' ').next().and_then(|n| n.parse().ok()).unwrap_or(1)
    }

    /// Its state on a day.
    #[must_use]
    pub fn standing(&self, day: Day) -> DocumentStanding {
        match (self.arrived, self.due) {
            (Some(a), _) if a <= day => DocumentStanding::Arrived,
            (_, Some(due)) if due < day => DocumentStanding::Overdue,
            _ => DocumentStanding::Expected,
        }
    }
}

impl Record for Document {
    const NOUN: Noun = Noun::Document;
    fn identity(&self) -> Identity {
        Identity::Given(self.id.clone())
    }
    fn index(&self) -> Index {
        Index {
            period: self.period.map(|p| p.to_string()),
            lookup: Some(self.kind.to_string()),
            ..Index::default()
        }
    }
    fn check(&self) -> Result<(), RegisterError> {
        needed(Noun::Document, "id", &self.id)?;
        needed(Noun::Document, "title", &self.title)?;
        needed(Noun::Document, "owner", &self.owner)?;
        let hex = self.sha256.len() == 64
            && self.sha256.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if !self.sha256.is_empty() && !hex {
            return Err(invalid(Noun::Document, "sha256", "is not 64 lower-case hex digits"));
        }
        if !self.approved_by.is_empty()
            && self.kind == DocumentKind::Minutes
            && self.sha256.is_empty()
        {
            return Err(invalid(
                Noun::Document,
                "sha256",
                "is missing; final minutes are those of one file",
            ));
        }
        if self.arrived.is_none() && !self.sha256.is_empty() {
            return Err(invalid(
                Noun::Document,
                "arrived",
                "is missing, though the bytes are known; give the day on which it came",
            ));
        }
        Ok(())
    }
    /// Final minutes are followed by a correction only: the next version, of another file.
    fn check_change(&self, id: &str, before: &Self) -> Result<(), RegisterError> {
        let corrected = self.is_final_minutes()
            && self.version == format!("final, version {}", before.version_number() + 1)
            && self.sha256 != before.sha256
            && (self.title == before.title && self.owner == before.owner);
        let says_final = |d: &Self| d.version.to_lowercase().starts_with("final");
        if self.kind == DocumentKind::Minutes
            && self.approved_by.is_empty()
            && says_final(self)
            && !says_final(before)
        {
            return Err(RegisterError::Frozen {
                noun: Noun::Document,
                id: id.to_owned(),
                why: "minutes become final with `minutes final`, which names the meeting that approved them"
                    .to_owned(),
            });
        }
        if before.is_final_minutes() && !corrected {
            return Err(RegisterError::Frozen {
                noun: Noun::Document,
                id: id.to_owned(),
                why: format!(
                    "{} approved these minutes; correct them with `minutes correct`, which makes a new version with its reason",
                    before.approved_by
                ),
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promised_document_is_expected_through_its_due_day() {
        let day = |t: &str| t.parse::<Day>().unwrap();
        let mut d = Document {
            id: "d".into(),
            kind: DocumentKind::Letter,
            title: "t".into(),
            period: None,
            version: String::new(),
            marking: String::new(),
            sharing: String::new(),
            owner: "panel".into(),
            due: Some(day("2026-05-20")),
            arrived: None,
            comments_by: None,
            sha256: String::new(),
            filed: String::new(),
            approved_by: String::new(),
        };
        assert_eq!(d.standing(day("2026-05-20")), DocumentStanding::Expected);
        assert_eq!(d.standing(day("2026-05-21")), DocumentStanding::Overdue);
        d.arrived = Some(day("2026-05-22"));
        assert_eq!(
            (d.standing(day("2026-05-21")), d.standing(day("2026-05-22"))),
            (DocumentStanding::Overdue, DocumentStanding::Arrived)
        );
        assert!(DocumentKind::ALL.len() >= 15);
    }
}
