//! Sending: the messages into the outbox, and their proofs into the registers.

use super::{folders, lock, message::Message};
use crate::{
    Answer, AppError, Context, Result, Table, people::contacts::recipients, registers::with_reason,
};
use northbound_measures::oversight::contacts::{ContactEntry, Resolved};
use northbound_registers::{
    AsAt, Store, Stored,
    records::participants::mailings::{Delivery, Mailing, MailingState},
};
use serde_json::json;
use std::path::Path;

/// Held by the one run that sends a mailing.
const LOCK: &str = "send.lock";

/// Sends a mailing to the contacts that are in force now, whatever [`Context::as_at`] says. A mailing
/// whose proofs were recorded by an earlier run that broke off is finished.
///
/// # Errors
/// [`Kind::Refused`](crate::error::Kind::Refused) where a party has no contact and
/// `despite_missing` is not set, no party has one, or the mailing was sent already.
pub fn send(ctx: &Context, id: &str, despite_missing: bool) -> Result<Answer> {
    let store = ctx.store()?;
    // What can be refused is, before the outbox or its lock is made.
    rehearse(ctx, &store, id, despite_missing)?;
    let _lock = if ctx.dry_run { None } else { Some(lock(ctx, LOCK)?) };
    let gate = ctx.gate(&store);
    let mailing = gate.show::<Mailing>(id, AsAt::NOW)?;
    let (done, part) = folders(ctx, id);
    let ctx = &Context { as_at: None, ..ctx.clone() };
    if mailing.record.state == MailingState::Sent {
        return finish(&done, &part, id);
    }
    let (to, messages) = messages(ctx, &store, &mailing, despite_missing)?;
    let proofs: Vec<Delivery> = messages.iter().map(|m| m.proof.clone()).collect();
    let missing: Vec<String> = to.missing.iter().map(|(party, _)| party.clone()).collect();
    let write = with_reason(ctx, "sent");
    if ctx.dry_run {
        let receipts = gate.send_mailing(id, &missing, &proofs, &write)?;
        return Ok(answer(id, &proofs, &to).say(format!(
            "Dry run: {} records would have changed; nothing was sent.",
            receipts.len()
        )));
    }
    write_files(&part, &messages)?;
    gate.send_mailing(id, &missing, &proofs, &write)?;
    move_to(&part, &done)?;
    Ok(answer(id, &proofs, &to).say(format!(
        "{} messages are in {}.",
        proofs.len(),
        done.display()
    )))
}

/// Goes through a sending that writes nothing.
fn rehearse(ctx: &Context, store: &Store, id: &str, despite_missing: bool) -> Result<()> {
    let gate = ctx.gate(store);
    let mailing = gate.show::<Mailing>(id, AsAt::NOW)?;
    if mailing.record.state == MailingState::Sent {
        return Ok(());
    }
    let ctx = &Context { as_at: None, ..ctx.clone() };
    let (to, messages) = messages(ctx, store, &mailing, despite_missing)?;
    let proofs: Vec<Delivery> = messages.into_iter().map(|m| m.proof).collect();
    let missing: Vec<String> = to.missing.iter().map(|(party, _)| party.clone()).collect();
    gate.send_mailing(id, &missing, &proofs, &with_reason(ctx, "sent").dry())?;
    Ok(())
}

/// Recipients and a message for each.
fn messages(
    ctx: &Context,
    store: &Store,
    mailing: &Stored<Mailing>,
    despite_missing: bool,
) -> Result<(Resolved, Vec<Message>)> {
    let (id, m) = (&mailing.id, &mailing.record);
    let (to, contacts) = recipients(ctx, store, &m.topic, &m.categories)?;
    if !to.missing.is_empty() && !despite_missing {
        return Err(AppError::refused(format!(
            "{id} is not sent: no contact for {} at {}; add one, or send it with --despite-missing",
            m.topic,
            without_contact(&to).join(", ")
        )));
    }
    if to.recipients.is_empty() {
        return Err(AppError::refused(format!(
            "{id} is not sent: no party has a confirmed contact for {}",
            m.topic
        )));
    }
    let message = |c: &ContactEntry| {
        let version = contacts.iter().find(|k| k.id == c.id).map_or(0, |k| k.version);
        Message::new(id, m, c, version, ctx.now)
    };
    let messages = to.recipients.iter().map(message).collect();
    Ok((to, messages))
}

/// Parties without a contact, each with the reason.
fn without_contact(to: &Resolved) -> Vec<String> {
    to.missing.iter().map(|(party, why)| format!("{party} ({why})")).collect()
}

/// Renames the folder of a mailing whose proofs were recorded by an earlier run.
fn finish(done: &Path, part: &Path, id: &str) -> Result<Answer> {
    if !done.exists() && !part.exists() {
        return Err(AppError::refused(format!(
            "{id} is recorded as sent, and its messages are not in the outbox: restore {} from a backup, or draft it again",
            done.display()
        )));
    }
    if done.exists() {
        return Err(AppError::refused(format!(
            "{id} was already sent; `mailing proof {id}` shows to whom"
        )));
    }
    move_to(part, done)?;
    Ok(Answer::new(json!({"mailing": id, "finished": true})).say(format!(
        "{id} was already recorded as sent; its messages are now in {}.",
        done.display()
    )))
}

/// Renames a folder, and waits until the disk has it.
fn move_to(part: &Path, done: &Path) -> Result<()> {
    let io = |e| AppError::io("move the messages to", done, e);
    std::fs::rename(part, done).map_err(io)?;
    done.parent().map_or(Ok(()), sync)
}

fn sync(folder: &Path) -> Result<()> {
    let synced = std::fs::File::open(folder).and_then(|f| f.sync_all());
    synced.map_err(|e| AppError::io("sync", folder, e))
}

fn write_files(part: &Path, messages: &[Message]) -> Result<()> {
    if part.exists() {
        std::fs::remove_dir_all(part).map_err(|e| AppError::io("clear", part, e))?;
    }
    std::fs::create_dir_all(part).map_err(|e| AppError::io("make", part, e))?;
    for m in messages {
        let path = part.join(&m.name);
        std::fs::write(&path, &m.bytes)
            .and_then(|()| std::fs::File::open(&path)?.sync_all())
            .map_err(|e| AppError::io("write", &path, e))?;
    }
    sync(part)
}

fn answer(id: &str, proofs: &[Delivery], to: &Resolved) -> Answer {
    let mut t = Table::new("Sent to", &["party", "contact", "address", "message"]);
    for p in proofs {
        t.row([p.party.clone(), p.contact.clone(), p.address.clone(), p.message_id.clone()]);
    }
    let (missing, stale) = (without_contact(to), &to.stale);
    let mut a =
        Answer::new(json!({"mailing": id, "sent": proofs, "missing": missing, "stale": stale}))
            .table(t);
    if !missing.is_empty() {
        a = a.then(format!("Without a contact: {}.", missing.join(", ")));
    }
    if !stale.is_empty() {
        a = a.then(format!("Sent to contacts not confirmed in time: {}.", stale.join(", ")));
    }
    a
}
