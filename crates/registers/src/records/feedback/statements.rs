//! What people state about the service, with basis and author (S1, S3), assurance work with its
//! evidence (S4), and the view that a body takes (R12). None of it is ever a figure.

use crate::records::reporting::overrides::Colour;
use crate::{
    error::RegisterError,
    gate::{Gate, Receipt, Write},
    noun::Noun,
    read::AsAt,
    record::{Identity, Index, Record, invalid, needed, only_via},
    records::oversight::documents::Document,
};
use northbound_types::{Day, Period, Region, text_enum};
use serde::{Deserialize, Serialize};

text_enum! {
    /// What a statement is.
    pub enum StatementKind("kind of statement") {
        /// A claim on the service; it is printed beside the measured figures.
        Service = "service",
        /// Free text about staff, premises, training: no colour, and never near a figure.
        Note = "note",
    }
}

/// A statement on the state of the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The period that it speaks of.
    pub period: Period,
    /// The day on which it was made.
    pub on: Day,
    /// A claim or a note.
    pub kind: StatementKind,
    /// The text.
    pub text: String,
    /// The colour that it claims; null for a note.
    pub colour: Option<Colour>,
    /// Measures that it speaks of; empty: the service as a whole.
    pub measures: Vec<String>,
    /// Region; `none`: everywhere.
    pub region: Region,
    /// What it rests on, as its author says; empty where the author says nothing.
    pub basis: String,
    /// Who makes it: a body or a party.
    pub author: String,
    /// Document; empty where not known.
    pub document: String,
    /// Place in it; empty where not known.
    pub place: String,
}

impl Record for Status {
    const NOUN: Noun = Noun::Status;
    fn identity(&self) -> Identity {
        Identity::Numbered
    }
    fn index(&self) -> Index {
        Index {
            region: Some(self.region),
            period: Some(self.period.to_string()),
            ..Index::default()
        }
        .on(self.on)
    }
    fn check(&self) -> Result<(), RegisterError> {
        needed(Noun::Status, "text", &self.text)?;
        needed(Noun::Status, "author", &self.author)?;
        match (self.kind, self.colour) {
            (StatementKind::Note, Some(_)) => Err(invalid(
                Noun::Status,
                "colour",
                "is given, but a note makes no claim about the service; leave it out, or give kind=service",
            )),
            (StatementKind::Service, None) => Err(invalid(
                Noun::Status,
                "colour",
                "is missing: a claim about the service needs a colour; a text without one is a note",
            )),
            _ => Ok(()),
        }
    }
}

/// A piece of assurance work: an audit, a review. Its result is a claim until evidence is attached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    /// What was looked at.
    pub scope: String,
    /// When.
    pub on: Day,
    /// The result, as told.
    pub result: String,
    /// Who did the work.
    pub by: String,
    /// Who tells of it.
    pub told_by: String,
    /// The document that shows it; null while nothing does.
    pub evidence: Option<String>,
    /// Place in it; empty where not known.
    pub place: String,
}

impl Record for Audit {
    const NOUN: Noun = Noun::Audit;
    fn identity(&self) -> Identity {
        Identity::Numbered
    }
    fn index(&self) -> Index {
        Index::default().on(self.on)
    }
    fn check(&self) -> Result<(), RegisterError> {
        for (field, text) in
            [("scope", &self.scope), ("result", &self.result), ("told_by", &self.told_by)]
        {
            needed(Noun::Audit, field, text)?;
        }
        Ok(())
    }
    fn guard_direct_edit(&self, id: &str, before: Option<&Self>) -> Result<(), RegisterError> {
        let stays = before.map_or(self.evidence.is_none(), |b| b.evidence == self.evidence);
        only_via(Noun::Audit, id, &[("evidence", stays, "audit evidence")])
    }
    fn refs(&self) -> Vec<(Noun, String)> {
        self.evidence.iter().map(|d| (Noun::Document, d.clone())).collect()
    }
}

/// The view that a body takes on a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    /// Period.
    pub period: Period,
    /// The body.
    pub body: String,
    /// On what.
    pub subject: String,
    /// The view.
    pub text: String,
    /// Meeting at which it was taken.
    pub meeting: String,
}

impl Record for View {
    const NOUN: Noun = Noun::View;
    fn identity(&self) -> Identity {
        Identity::Numbered
    }
    fn index(&self) -> Index {
        Index { period: Some(self.period.to_string()), ..Index::default() }
    }
    fn check(&self) -> Result<(), RegisterError> {
        for (field, text) in
            [("subject", &self.subject), ("text", &self.text), ("meeting", &self.meeting)]
        {
            needed(Noun::View, field, text)?;
        }
        Ok(())
    }
    fn refs(&self) -> Vec<(Noun, String)> {
        vec![(Noun::Body, self.body.clone())]
    }
}

impl Gate<'_> {
    /// Attaches evidence: a document that is here, not one that is promised.
    ///
    /// # Errors
    /// As [`Gate::change`]; [`RegisterError::Frozen`] where the document has not arrived.
    pub fn attach_evidence(
        &self,
        id: &str,
        document: &str,
        place: &str,
        write: &Write,
    ) -> Result<Receipt, RegisterError> {
        let held = self.show::<Document>(document, AsAt::NOW)?;
        self.via_gate::<Audit>(id, write, |a| {
            if held.record.arrived.is_none_or(|d| d > write.now.day()) {
                return Err(RegisterError::Frozen {
                    noun: Noun::Audit,
                    id: id.to_owned(),
                    why: format!(
                        "the document {document} has not been received; a promised document is not evidence"
                    ),
                });
            }
            a.evidence = Some(document.to_owned());
            place.clone_into(&mut a.place);
            Ok(())
        })
    }
}
