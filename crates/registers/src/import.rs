//! Files of rows. One file is one transaction: it is in with all its rows or not at all. A row's id
//! is a hash of its content, so the same row from two files is one row with two origins.

use crate::{
    error::RegisterError,
    gate::{Gate, Receipt, Write},
    noun::{Noun, Verb},
    read::Query,
    record::{Imported, Stored},
    records::data::sources::{SourceFile, SourceState},
    tx::{KNOWN_BY_ORIGIN, Next, Tx, body_text, content_id, parse},
    write::expect,
};
use northbound_types::Utc;

/// A file that may be brought in.
#[derive(Debug)]
pub enum Begun<'a> {
    /// Its rows can be added now.
    Import(Box<Import<'a>>),
    /// The same bytes are here already in this layout and for this feed, under this record; nothing is
    /// to be done. To read it with another mapping, retract it first.
    Already(Box<Stored<SourceFile>>),
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// It is new.
    New,
    /// The same content was here: from another file, by hand, or earlier in this file.
    Duplicate,
}

/// Rows as the reader of the file counted them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows in the file.
    pub rows: i64,
    /// Rows taken.
    pub accepted: i64,
    /// Rows refused.
    pub rejected: i64,
}

/// A file being brought in. Dropping it leaves nothing behind.
pub struct Import<'a> {
    tx: Tx<'a>,
    id: String,
    file: SourceFile,
    known: Utc,
    duplicates: i64,
}

impl std::fmt::Debug for Import<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Import")
            .field("id", &self.id)
            .field("file", &self.file)
            .finish_non_exhaustive()
    }
}

impl<'a> Gate<'a> {
    /// Starts to bring in a file. Holds the write lock until it is finished or dropped, so read and
    /// check the file's rows first where that takes long. `write.known` is when the file's source
    /// first stated its rows. For a file whose rows go elsewhere (messages, to the ledger) finish at
    /// once.
    ///
    /// # Errors
    /// [`RegisterError::Right`], [`RegisterError::Party`], [`RegisterError::Invalid`],
    /// [`RegisterError::Reference`], [`RegisterError::Busy`].
    pub fn begin_import(
        &self,
        file: &SourceFile,
        write: &Write,
    ) -> Result<Begun<'a>, RegisterError> {
        use crate::record::Record;
        let tx = Tx::begin(self, write)?;
        tx.allow(Noun::Source, Verb::Import, file.party.as_deref())?;
        file.check()?;
        let same = Query { lookup: Some(file.sha256.clone()), ..Query::default() };
        // The same bytes may come in again for another purpose: in another layout or for another feed.
        let again = |k: &Stored<SourceFile>| {
            (&k.record.layout, &k.record.feed) == (&file.layout, &file.feed)
        };
        if let Some(kept) = self.list::<SourceFile>(&same)?.into_iter().rev().find(again) {
            tx.abandon()?;
            return Ok(Begun::Already(Box::new(kept)));
        }
        let id = format!("{}-{}", Noun::Source, tx.next_number(Noun::Source.as_str())?);
        tx.subject(Noun::Source, &id)?;
        let known = write.known.unwrap_or(tx.recorded);
        Ok(Begun::Import(Box::new(Import {
            tx,
            id,
            file: SourceFile { state: SourceState::Active, ..file.clone() },
            known,
            duplicates: 0,
        })))
    }

    /// Takes a file back with all rows that no other file brought. Nothing is deleted: as at an
    /// earlier time they are still there.
    ///
    /// # Errors
    /// [`RegisterError::NotFound`], [`RegisterError::Frozen`] where it is retracted already,
    /// [`RegisterError::Reason`], [`RegisterError::Right`].
    pub fn retract_source(&self, id: &str, write: &Write) -> Result<Receipt, RegisterError> {
        use crate::record::Record;
        self.one(write, |tx| {
            let head = tx.head(Noun::Source, id)?.ok_or_else(|| RegisterError::NotFound {
                noun: Noun::Source,
                id: id.to_owned(),
                as_at: None,
            })?;
            let mut file: SourceFile = parse(id, &head.body)?;
            tx.allow(Noun::Source, Verb::Retract, file.party.as_deref())?;
            expect(tx, Noun::Source, id, &head)?;
            if !head.live {
                return Err(RegisterError::Frozen {
                    noun: Noun::Source,
                    id: id.to_owned(),
                    why: "it is already retracted; ingest the file again to restore it".to_owned(),
                });
            }
            file.state = SourceState::Retracted;
            let body = body_text(&file)?;
            let index = file.index();
            let version = head.version + 1;
            tx.version(
                &Next {
                    noun: Noun::Source,
                    id,
                    version,
                    verb: Verb::Retract,
                    known: tx.known(),
                    live: false,
                    by_hand: true,
                    index: &index,
                    body: &body,
                },
                &[],
            )?;
            tx.event(
                Noun::Source,
                id,
                Verb::Retract,
                file.party.as_deref(),
                Some(&head.body),
                Some(&body),
            )?;
            tx.receipt(Noun::Source, id, Verb::Retract, version, Some(&head.body), Some(&body))
        })
    }
}

impl Import<'_> {
    /// The id that the file will have.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Adds a row that stands at `place` (row or line) of the file. A refused row changes nothing;
    /// the import goes on. `known` where the row itself says since when it is known.
    ///
    /// A row that a person has withdrawn stays withdrawn.
    ///
    /// # Errors
    /// [`RegisterError::Invalid`] for the rejects file, [`RegisterError::Right`],
    /// [`RegisterError::Reference`], [`RegisterError::Sql`].
    pub fn add<T: Imported>(
        &mut self,
        record: &T,
        place: i64,
        known: Option<Utc>,
    ) -> Result<Added, RegisterError> {
        let index = record.index();
        // The file's own party stands for rows that belong to nobody else.
        self.tx.allow(
            T::NOUN,
            Verb::Import,
            index.party.as_deref().or(self.file.party.as_deref()),
        )?;
        record.check()?;
        self.tx.refs_exist(T::NOUN, &record.refs())?;
        self.tx.allow_speaking(record, index.party.as_deref())?;
        let body = body_text(record)?;
        let id = content_id(T::NOUN, &body);
        let new = self.tx.subject(T::NOUN, &id)?;
        if new {
            self.tx.version(
                &Next {
                    noun: T::NOUN,
                    id: &id,
                    version: 1,
                    verb: Verb::Import,
                    known: KNOWN_BY_ORIGIN,
                    live: true,
                    by_hand: false,
                    index: &index,
                    body: &body,
                },
                &record.refs(),
            )?;
        } else {
            self.duplicates += 1;
        }
        self.tx.write().not_ahead(known)?;
        self.tx.origin(T::NOUN, &id, &self.id, place, known.unwrap_or(self.known))?;
        Ok(if new { Added::New } else { Added::Duplicate })
    }

    /// Keeps everything, or on a dry run drops everything and says what it would have been.
    ///
    /// # Errors
    /// [`RegisterError::Sql`], [`RegisterError::Busy`].
    pub fn finish(mut self, counts: Counts) -> Result<Receipt, RegisterError> {
        use crate::record::Record;
        self.file.rows = counts.rows;
        self.file.accepted = counts.accepted;
        self.file.rejected = counts.rejected;
        self.file.duplicates = self.duplicates;
        let body = body_text(&self.file)?;
        let index = self.file.index();
        self.tx.version(
            &Next {
                noun: Noun::Source,
                id: &self.id,
                version: 1,
                verb: Verb::Import,
                known: self.known.0,
                live: true,
                by_hand: true,
                index: &index,
                body: &body,
            },
            &self.file.refs(),
        )?;
        self.tx.event(
            Noun::Source,
            &self.id,
            Verb::Import,
            index.party.as_deref(),
            None,
            Some(&body),
        )?;
        let receipt =
            self.tx.receipt(Noun::Source, &self.id, Verb::Import, 1, None, Some(&body))?;
        self.tx.finish()?;
        Ok(receipt)
    }
}
