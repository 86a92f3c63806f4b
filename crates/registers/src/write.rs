//! Writes. Each is one transaction with one event for each record that it changes.

use crate::{
    error::RegisterError,
    gate::{Gate, Receipt, Write},
    noun::{Noun, Verb},
    record::Record,
    tx::{Head, Next, Tx, body_text, parse},
};

impl<'a> Gate<'a> {
    /// Keeps a new record, or one that had been withdrawn.
    ///
    /// # Errors
    /// [`RegisterError::Exists`], [`RegisterError::Invalid`], [`RegisterError::Reference`],
    /// [`RegisterError::Right`], [`RegisterError::Party`], [`RegisterError::Busy`].
    pub fn add<T: Record>(&self, record: &T, write: &Write) -> Result<Receipt, RegisterError> {
        self.one(write, |tx| add(tx, record, Verb::Add))
    }

    /// Replaces a record by a new version.
    ///
    /// # Errors
    /// As [`Gate::add`], and [`RegisterError::NotFound`], [`RegisterError::Version`],
    /// [`RegisterError::Frozen`], [`RegisterError::Reason`].
    pub fn change<T: Record>(
        &self,
        id: &str,
        record: &T,
        write: &Write,
    ) -> Result<Receipt, RegisterError> {
        self.one(write, |tx| change(tx, id, record, Verb::Change))
    }

    /// Changes a record by what it is now, within the transaction: what another process changes in
    /// between is never lost.
    ///
    /// # Errors
    /// As [`Gate::change`], and whatever `edit` returns.
    pub fn update<T: Record>(
        &self,
        id: &str,
        write: &Write,
        edit: impl FnOnce(&mut T) -> Result<(), RegisterError>,
    ) -> Result<Receipt, RegisterError> {
        self.one(write, |tx| {
            let head = live_head::<T>(tx, id)?;
            let mut record: T = parse(id, &head.body)?;
            edit(&mut record)?;
            change(tx, id, &record, Verb::Change)
        })
    }

    /// As [`Gate::update`], for a verb of the gate: [`Record::guard_direct_edit`] does not apply.
    pub(crate) fn via_gate<T: Record>(
        &self,
        id: &str,
        write: &Write,
        edit: impl FnOnce(&mut T) -> Result<(), RegisterError>,
    ) -> Result<Receipt, RegisterError> {
        self.one(write, |tx| {
            let head = live_head::<T>(tx, id)?;
            let mut record: T = parse(id, &head.body)?;
            edit(&mut record)?;
            change_via_gate(tx, id, &record)
        })
    }

    /// Adds the record, or changes the one of its id.
    ///
    /// # Errors
    /// As [`Gate::add`] and [`Gate::change`].
    pub fn put<T: Record>(&self, record: &T, write: &Write) -> Result<Receipt, RegisterError> {
        self.one(write, |tx| put(tx, record))
    }

    /// Takes a record back. It stays in the history and in every earlier state.
    ///
    /// # Errors
    /// [`RegisterError::NotFound`], [`RegisterError::Version`], [`RegisterError::Reason`],
    /// [`RegisterError::Frozen`] for a file (retract it) and for an issued pack.
    pub fn withdraw<T: Record>(&self, id: &str, write: &Write) -> Result<Receipt, RegisterError> {
        if T::NOUN == Noun::Source {
            return Err(RegisterError::Frozen {
                noun: T::NOUN,
                id: id.to_owned(),
                why: "a file is retracted with `ingest retract`, together with its rows".to_owned(),
            });
        }
        self.one(write, |tx| {
            let head = live_head::<T>(tx, id)?;
            let record: T = parse(id, &head.body)?;
            end(tx, id, &head, &record, Verb::Withdraw)
        })
    }

    /// Runs `work` in one transaction.
    pub(crate) fn one<R>(
        &self,
        write: &Write,
        work: impl FnOnce(&mut Tx<'a>) -> Result<R, RegisterError>,
    ) -> Result<R, RegisterError>
    where
        R: Outcome,
    {
        let mut tx = Tx::begin(self, write)?;
        let done = work(&mut tx)?;
        if done.changed() {
            tx.finish()?;
        } else {
            tx.abandon()?;
        }
        Ok(done)
    }
}

/// What a transaction leads to; where nothing changed not even a revision is used up.
pub(crate) trait Outcome {
    fn changed(&self) -> bool;
}
impl Outcome for Receipt {
    fn changed(&self) -> bool {
        self.changed
    }
}
impl Outcome for Vec<Receipt> {
    fn changed(&self) -> bool {
        self.iter().any(|r| r.changed)
    }
}

/// The newest version, where it is live and visible to a writer.
pub(crate) fn live_head<T: Record>(tx: &Tx<'_>, id: &str) -> Result<Head, RegisterError> {
    let not_found = || RegisterError::NotFound { noun: T::NOUN, id: id.to_owned(), as_at: None };
    let head = tx.head(T::NOUN, id)?.ok_or_else(not_found)?;
    if !head.live {
        return Err(not_found());
    }
    Ok(head)
}

pub(crate) fn expect(tx: &Tx<'_>, noun: Noun, id: &str, head: &Head) -> Result<(), RegisterError> {
    let Some(expected) = tx.write().expect_version.filter(|v| *v != head.version) else {
        return Ok(());
    };
    let value = |text: &str| serde_json::from_str(text).ok();
    let then = tx.body_of(noun, id, expected)?.as_deref().and_then(value);
    Err(RegisterError::Version {
        noun,
        id: id.to_owned(),
        expected,
        held: head.version,
        by: head.actor.clone(),
        recorded: head.recorded,
        changes: crate::diff::between(then.as_ref(), value(&head.body).as_ref()),
    })
}

pub(crate) fn add<T: Record>(
    tx: &mut Tx<'_>,
    record: &T,
    verb: Verb,
) -> Result<Receipt, RegisterError> {
    let index = record.index();
    tx.allow(T::NOUN, verb, index.party.as_deref())?;
    record.check()?;
    tx.allow_speaking(record, index.party.as_deref())?;
    let body = body_text(record)?;
    let id = tx.new_id(record, &body)?;
    record.guard_direct_edit(&id, None)?;
    let head = tx.head(T::NOUN, &id)?;
    if let Some(h) = head.as_ref() {
        // A row that only files brought may be stated by a person as well: it then outlives them.
        let same_by_file = !h.by_hand && h.body == body;
        if h.live && !same_by_file {
            return Err(RegisterError::Exists { noun: T::NOUN, id, version: h.version });
        }
        let before: T = parse(&id, &h.body)?;
        tx.allow(T::NOUN, verb, before.index().party.as_deref())?;
        expect(tx, T::NOUN, &id, h)?;
    }
    tx.subject(T::NOUN, &id)?;
    let version = head.as_ref().map_or(1, |h| h.version + 1);
    tx.version(
        &Next {
            noun: T::NOUN,
            id: &id,
            version,
            verb,
            known: tx.known(),
            live: true,
            by_hand: true,
            index: &index,
            body: &body,
        },
        &record.refs(),
    )?;
    tx.event(T::NOUN, &id, verb, index.party.as_deref(), None, Some(&body))?;
    tx.receipt(T::NOUN, &id, verb, version, None, Some(&body))
}

pub(crate) fn change<T: Record>(
    tx: &mut Tx<'_>,
    id: &str,
    record: &T,
    verb: Verb,
) -> Result<Receipt, RegisterError> {
    let head = live_head::<T>(tx, id)?;
    record.guard_direct_edit(id, Some(&parse(id, &head.body)?))?;
    replace(tx, id, record, verb)
}

/// Changes a record for a verb of its gate, past [`Record::guard_direct_edit`].
pub(crate) fn change_via_gate<T: Record>(
    tx: &mut Tx<'_>,
    id: &str,
    record: &T,
) -> Result<Receipt, RegisterError> {
    replace(tx, id, record, Verb::Change)
}

/// Writes the version that an approval leads to. The gate has checked rights, version and conditions.
pub(crate) fn approved<T: Record>(
    tx: &mut Tx<'_>,
    id: &str,
    head: &Head,
    record: &T,
) -> Result<Receipt, RegisterError> {
    record.check()?;
    let (body, index, version) = (body_text(record)?, record.index(), head.version + 1);
    tx.version(
        &Next {
            noun: T::NOUN,
            id,
            version,
            verb: Verb::Approve,
            known: tx.known(),
            live: true,
            by_hand: true,
            index: &index,
            body: &body,
        },
        &record.refs(),
    )?;
    tx.event(T::NOUN, id, Verb::Approve, index.party.as_deref(), Some(&head.body), Some(&body))?;
    tx.receipt(T::NOUN, id, Verb::Approve, version, Some(&head.body), Some(&body))
}

fn replace<T: Record>(
    tx: &mut Tx<'_>,
    id: &str,
    record: &T,
    verb: Verb,
) -> Result<Receipt, RegisterError> {
    let index = record.index();
    let head = live_head::<T>(tx, id)?;
    let before: T = parse(id, &head.body)?;
    // Neither may a foreign record be taken over, nor may one be pushed onto somebody else.
    for party in [before.index().party, index.party.clone()] {
        tx.allow(T::NOUN, verb, party.as_deref())?;
    }
    expect(tx, T::NOUN, id, &head)?;
    record.check()?;
    tx.allow_owner(record, index.party.as_deref())?;
    if let crate::record::Identity::Given(own) = record.identity()
        && own != id
    {
        return Err(RegisterError::Frozen {
            noun: T::NOUN,
            id: id.to_owned(),
            why: format!("its id would become {own:?}; withdraw it and add the other"),
        });
    }
    record.check_change(id, &before)?;
    let body = body_text(record)?;
    if body == head.body {
        let mut same =
            tx.receipt(T::NOUN, id, verb, head.version, Some(&head.body), Some(&body))?;
        same.changed = false;
        return Ok(same);
    }
    let version = head.version + 1;
    tx.version(
        &Next {
            noun: T::NOUN,
            id,
            version,
            verb,
            known: tx.known(),
            live: true,
            by_hand: head.by_hand,
            index: &index,
            body: &body,
        },
        &record.refs(),
    )?;
    tx.event(T::NOUN, id, verb, index.party.as_deref(), Some(&head.body), Some(&body))?;
    tx.receipt(T::NOUN, id, verb, version, Some(&head.body), Some(&body))
}

pub(crate) fn put<T: Record>(tx: &mut Tx<'_>, record: &T) -> Result<Receipt, RegisterError> {
    if let crate::record::Identity::Given(id) = record.identity()
        && tx.head(T::NOUN, &id)?.is_some_and(|h| h.live)
    {
        return change(tx, &id, record, Verb::Change);
    }
    add(tx, record, Verb::Add)
}

/// Ends a record with the body that it has.
pub(crate) fn end<T: Record>(
    tx: &mut Tx<'_>,
    id: &str,
    head: &Head,
    record: &T,
    verb: Verb,
) -> Result<Receipt, RegisterError> {
    let index = record.index();
    tx.allow(T::NOUN, verb, index.party.as_deref())?;
    expect(tx, T::NOUN, id, head)?;
    record.check_change(id, record)?;
    let body = body_text(record)?;
    let version = head.version + 1;
    tx.version(
        &Next {
            noun: T::NOUN,
            id,
            version,
            verb,
            known: tx.known(),
            live: false,
            by_hand: head.by_hand,
            index: &index,
            body: &body,
        },
        &[],
    )?;
    tx.event(T::NOUN, id, verb, index.party.as_deref(), Some(&head.body), None)?;
    tx.receipt(T::NOUN, id, verb, version, Some(&head.body), None)
}
