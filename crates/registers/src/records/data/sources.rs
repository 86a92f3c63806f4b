//! Ingested files. Brought in by [`Gate::begin_import`](crate::Gate::begin_import), taken back by
//! [`Gate::retract_source`](crate::Gate::retract_source).

use crate::{
    error::RegisterError,
    gate::Gate,
    noun::Noun,
    read::{AsAt, Query},
    record::{Identity, Index, Record, Stored, invalid, needed},
};
use northbound_types::text_enum;
use serde::{Deserialize, Serialize};

text_enum! {
    /// The state of a file.
    pub enum SourceState("state of a file") {
        /// Its rows count.
        Active = "active",
        /// It was taken back.
        Retracted = "retracted",
    }
}

/// A file and what was made of it. Known, recorded and by whom stand in the envelope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFile {
    /// SHA-256 of its bytes, lower-case hex.
    pub sha256: String,
    /// Name without folder.
    pub name: String,
    /// Bytes.
    pub bytes: i64,
    /// Layout or reader, such as `messages`, `duis`, `services`.
    pub layout: String,
    /// Hash or name of the mapping; empty where none.
    pub mapping: String,
    /// Feed that its rows belong to where they do not say; may be unregistered.
    pub feed: String,
    /// Declared rank: of two rows that contradict each other the one of the lower rank counts.
    pub rank: i64,
    /// Files that this one corrects, by id or hash.
    pub corrects: Vec<String>,
    /// Number of the source in the ledger; null where its rows are in the registers.
    pub ledger_source: Option<i64>,
    /// The party whose own file it is; null where it is the network's.
    pub party: Option<String>,
    /// Rows in the file.
    pub rows: i64,
    /// Rows taken.
    pub accepted: i64,
    /// Rows refused.
    pub rejected: i64,
    /// Rows that were there already, with the same content.
    pub duplicates: i64,
    /// Active or retracted.
    pub state: SourceState,
}

impl SourceFile {
    /// A file before it is read.
    #[must_use]
    pub fn new(name: &str, sha256: &str, bytes: i64, layout: &str) -> SourceFile {
        SourceFile {
            sha256: sha256.to_owned(),
            name: name.to_owned(),
            bytes,
            layout: layout.to_owned(),
            mapping: String::new(),
            feed: String::new(),
            rank: 0,
            corrects: Vec::new(),
            ledger_source: None,
            party: None,
            rows: 0,
            accepted: 0,
            rejected: 0,
            duplicates: 0,
            state: SourceState::Active,
        }
    }
}

impl Record for SourceFile {
    const NOUN: Noun = Noun::Source;
    fn identity(&self) -> Identity {
        Identity::Numbered
    }
    fn index(&self) -> Index {
        Index { party: self.party.clone(), lookup: Some(self.sha256.clone()), ..Index::default() }
    }
    fn check(&self) -> Result<(), RegisterError> {
        needed(Noun::Source, "name", &self.name)?;
        needed(Noun::Source, "layout", &self.layout)?;
        if self.sha256.len() != 64
            || !self.sha256.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        {
            return Err(invalid(Noun::Source, "sha256", "is not 64 lower-case hexadecimal digits"));
        }
        for (field, n) in [
            ("bytes", self.bytes),
            ("rows", self.rows),
            ("accepted", self.accepted),
            ("rejected", self.rejected),
        ] {
            crate::records::not_negative(Noun::Source, field, n)?;
        }
        Ok(())
    }
    fn check_change(&self, id: &str, _before: &Self) -> Result<(), RegisterError> {
        Err(RegisterError::Frozen {
            noun: Noun::Source,
            id: id.to_owned(),
            why: "it records what was ingested; retract the file and ingest it again".to_owned(),
        })
    }
}

impl Gate<'_> {
    /// Every file, retracted ones too.
    ///
    /// # Errors
    /// [`RegisterError::Sql`].
    pub fn sources(
        &self,
        as_at: impl Into<AsAt>,
    ) -> Result<Vec<Stored<SourceFile>>, RegisterError> {
        self.list(&Query { withdrawn: true, ..Query::as_at(as_at) })
    }
    /// A file by its id, name or hash (or the start of the hash, 8 digits or more); retracted ones
    /// too. The newest where several match.
    ///
    /// # Errors
    /// [`RegisterError::NotFound`].
    pub fn source(
        &self,
        named: &str,
        as_at: impl Into<AsAt>,
    ) -> Result<Stored<SourceFile>, RegisterError> {
        /// Fewer digits of a hash may mean several files.
        const LEAST_HASH_DIGITS: usize = 8;
        let as_at = as_at.into();
        self.sources(as_at)?
            .into_iter()
            .rev()
            .find(|k| {
                k.id == named
                    || k.record.name == named
                    || (named.len() >= LEAST_HASH_DIGITS && k.record.sha256.starts_with(named))
            })
            .ok_or_else(|| RegisterError::NotFound {
                noun: Noun::Source,
                id: named.to_owned(),
                as_at: as_at.recorded,
            })
    }
}
