//! Comments on a document by a deadline (R11). What comes late is marked late, and kept.

use crate::records::oversight::documents::Document;
use crate::{
    error::RegisterError,
    gate::{Gate, Receipt, Write},
    noun::Noun,
    read::AsAt,
    record::{Identity, Index, Record, needed},
};
use northbound_types::{Day, Utc};
use serde::{Deserialize, Serialize};

/// A comment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    /// The document.
    pub document: String,
    /// The party that comments; null for a body or the secretariat.
    pub party: Option<String>,
    /// Who comments, in words: a party, a body, a role.
    pub by: String,
    /// When it came.
    pub received: Utc,
    /// The last day for comments that was in force then; null where there was none.
    pub deadline: Option<Day>,
    /// It came after that day.
    pub late: bool,
    /// Place in the document; empty where it is about the whole.
    pub place: String,
    /// The comment.
    pub text: String,
    /// The answer; empty until there is one.
    pub response: String,
    /// Who answered; empty until then.
    pub responded_by: String,
}

/// Did it come after the last day? The whole day counts, UTC.
#[must_use]
pub fn is_late(received: Utc, deadline: Option<Day>) -> bool {
    deadline.is_some_and(|d| received >= d.end())
}

impl Record for Comment {
    const NOUN: Noun = Noun::Comment;
    fn identity(&self) -> Identity {
        Identity::Numbered
    }
    fn index(&self) -> Index {
        Index {
            party: self.party.clone(),
            lookup: Some(self.document.clone()),
            from: Some(self.received),
            to: None,
            ..Index::default()
        }
    }
    fn check(&self) -> Result<(), RegisterError> {
        for (field, text) in [("document", &self.document), ("by", &self.by), ("text", &self.text)]
        {
            needed(Noun::Comment, field, text)?;
        }
        if self.late != is_late(self.received, self.deadline) {
            return Err(crate::record::invalid(
                Noun::Comment,
                "late",
                "does not follow from received and deadline",
            ));
        }
        Ok(())
    }
    fn check_change(&self, id: &str, before: &Self) -> Result<(), RegisterError> {
        if (Comment {
            response: before.response.clone(),
            responded_by: before.responded_by.clone(),
            ..self.clone()
        }) == *before
        {
            return Ok(());
        }
        Err(RegisterError::Frozen {
            noun: Noun::Comment,
            id: id.to_owned(),
            why: "a comment cannot be changed; only its answer can".to_owned(),
        })
    }
    fn refs(&self) -> Vec<(Noun, String)> {
        let party = self.party.iter().map(|p| (Noun::Party, p.clone()));
        party.chain([(Noun::Document, self.document.clone())]).collect()
    }
}

impl Gate<'_> {
    /// Keeps a comment with the deadline in force, late or not.
    ///
    /// # Errors
    /// As [`Gate::add`]; [`RegisterError::NotFound`] for the document.
    pub fn comment(&self, comment: &Comment, write: &Write) -> Result<Receipt, RegisterError> {
        let deadline = self.show::<Document>(&comment.document, AsAt::NOW)?.record.comments_by;
        self.add(
            &Comment { deadline, late: is_late(comment.received, deadline), ..comment.clone() },
            write,
        )
    }
}
