//! Hands the messages of the outbox to a mail relay, one by one, each with its proof.
//!
//! What a message went through is in the register before and after its bytes go out. A kill between
//! the two leaves it open whether the relay has it; the next run sends it again under the same
//! Message-ID, since a message that comes twice does less harm than one that never comes. That is
//! the one window in which a recipient may get a message twice, and it holds one message.

use super::{
    OUTBOX, folder, message,
    smtp::{Outcome, Relay},
};
use crate::{
    context::Ctx,
    error::{CliError, Kind, Result},
    output::{Answer, Table},
    registers::documents::because,
};
use northbound_registers::{
    AsAt, Gate, Kept, Query,
    records::participants::mailings::{Delivery, Mailing, MailingState, RelayState, Relayed},
};
use northbound_types::Utc;
use serde_json::json;
use std::{
    fs::{File, TryLockError},
    path::Path,
    time::Instant,
};

/// One run, and what it came to.
struct Run<'r> {
    relay: &'r Relay,
    gate: &'r Gate<'r>,
    ctx: &'r Ctx,
    begun: Instant,
    /// Sent before, without a reply that was noted: sent again.
    again: Vec<String>,
    done: Vec<Delivery>,
}

/// A message that waits, with its sender and bytes.
struct Waiting {
    proof: Delivery,
    sender: String,
    bytes: Vec<u8>,
}

pub(super) fn relay(ctx: &Ctx, id: Option<&str>, settings: Option<&Path>) -> Result<Answer> {
    let relay = Relay::read(settings, ctx)?;
    let store = ctx.store()?;
    let gate = ctx.gate(&store);
    let _lock = lock(ctx)?;
    let (waiting, altered) = waiting(ctx, &gate, id)?;
    let mut run = Run {
        relay: &relay,
        gate: &gate,
        ctx,
        begun: Instant::now(),
        again: Vec::new(),
        done: Vec::new(),
    };
    if ctx.dry_run {
        return Ok(run
            .answer(&waiting.iter().map(|w| w.proof.clone()).collect::<Vec<_>>(), &altered, None)
            .say(format!(
                "Dry run: {} messages would be handed to {}.",
                waiting.len(),
                relay.name()
            )));
    }
    let mut rest = waiting.iter();
    let mut connection = None;
    let mut stopped = None;
    for w in rest.by_ref() {
        let mut c = match connection.take() {
            Some(c) => c,
            None => match relay.connect() {
                Ok(c) => c,
                // Nothing was handed over: say so as an error. Else what was, stands in the answer.
                Err(e) if run.done.is_empty() => return Err(e),
                Err(e) => {
                    stopped = Some((e.to_string(), w));
                    break;
                }
            },
        };
        run.one(&mut c, w)?;
        if c.lives() {
            connection = Some(c);
        }
    }
    if let Some(c) = connection {
        c.quit();
    }
    let mut left: Vec<Delivery> = stopped.iter().map(|(_, w)| w.proof.clone()).collect();
    left.extend(rest.map(|w| w.proof.clone()));
    Ok(run.answer(&left, &altered, stopped.map(|(why, _)| why)))
}

/// One run at a time: two would send everything twice.
fn lock(ctx: &Ctx) -> Result<File> {
    let dir = ctx.data.join(OUTBOX);
    std::fs::create_dir_all(&dir).map_err(|e| CliError::io("make", &dir, e))?;
    let path = dir.join("relay.lock");
    let file = File::create(&path).map_err(|e| CliError::io("make", &path, e))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(CliError::new(
            Kind::Conflict,
            "mailing.busy",
            "another process hands messages over; wait until it is through",
        )),
        Err(TryLockError::Error(e)) => Err(CliError::io("lock", &path, e)),
    }
}

/// Messages that no relay took or refused for good, by id; and those whose file is not as it was
/// proven. A file that is gone was handed over by another program.
fn waiting(ctx: &Ctx, gate: &Gate<'_>, id: Option<&str>) -> Result<(Vec<Waiting>, Vec<Delivery>)> {
    let mailings: Vec<Kept<Mailing>> = match id {
        Some(id) => vec![gate.show(id, AsAt::NOW)?],
        None => gate.list(&Query::default())?,
    };
    if let Some(k) = mailings.iter().find(|k| id.is_some() && k.record.state != MailingState::Sent)
    {
        return Err(CliError::refused(format!(
            "{} is not sent yet; `mailing send {}` writes its messages to the outbox",
            k.id, k.id
        )));
    }
    let (mut out, mut altered) = (Vec::new(), Vec::new());
    for k in mailings.iter().filter(|k| k.record.state == MailingState::Sent) {
        let (done, _) = folder(ctx, &k.id);
        for d in gate
            .deliveries(&k.id, AsAt::NOW)?
            .into_iter()
            .map(|d| d.record)
            .filter(|d| !d.relayed.as_ref().is_some_and(Relayed::is_final))
        {
            let path = done.join(&d.file);
            match std::fs::read(&path) {
                Ok(bytes) if message::sha256(&bytes) == d.sha256 => {
                    out.push(Waiting { proof: d, sender: k.record.sender.clone(), bytes })
                }
                Ok(_) => altered.push(d),
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
                Err(e) => return Err(CliError::io("read", &path, e)),
            }
        }
    }
    out.sort_by(|a, b| a.proof.message_id.cmp(&b.proof.message_id));
    Ok((out, altered))
}

impl Run<'_> {
    fn now(&self) -> Utc {
        Utc(self.ctx.now.0 + i64::try_from(self.begun.elapsed().as_micros()).unwrap_or(i64::MAX))
    }

    fn note(
        &self,
        proof: &mut Delivery,
        state: RelayState,
        reply: String,
        tries: i64,
    ) -> Result<()> {
        let r = Relayed { state, at: self.now(), relay: self.relay.name(), reply, tries };
        let write = northbound_registers::Write {
            now: r.at,
            expect_version: None,
            ..because(self.ctx, "handed over")
        };
        self.gate.relayed(&proof.message_id, &r, &write)?;
        proof.relayed = Some(r);
        Ok(())
    }

    /// One message: offered, noted as on its way, sent, noted as what became of it.
    fn one(&mut self, c: &mut super::smtp::Connection, w: &Waiting) -> Result<()> {
        let mut proof = w.proof.clone();
        let before = proof.relayed.as_ref();
        let tries = before.map_or(0, |r| r.tries) + 1;
        if before.is_some_and(|r| r.state == RelayState::Trying) {
            self.again.push(proof.message_id.clone());
        }
        let outcome = match c.offer(&w.sender, &proof.address, &w.bytes) {
            Ok(()) => {
                self.note(&mut proof, RelayState::Trying, String::new(), tries)?;
                c.send(&w.bytes)
            }
            Err(no) => no,
        };
        let (state, reply) = match outcome {
            Outcome::Taken(r) => (RelayState::Taken, r),
            Outcome::PutOff(r) => (RelayState::PutOff, r),
            Outcome::Refused(r) => (RelayState::Refused, r),
            Outcome::Open(r) => (RelayState::Trying, r),
        };
        self.note(&mut proof, state, reply, tries)?;
        self.done.push(proof);
        Ok(())
    }

    fn answer(&self, left: &[Delivery], altered: &[Delivery], stopped: Option<String>) -> Answer {
        let count = |s: RelayState| {
            self.done.iter().filter(|d| d.relayed.as_ref().is_some_and(|r| r.state == s)).count()
        };
        let (taken, put_off, refused, open) = (
            count(RelayState::Taken),
            count(RelayState::PutOff),
            count(RelayState::Refused),
            count(RelayState::Trying),
        );
        let mut t = Table::new(
            "Messages",
            &["party", "address", "message", "outcome", ">tries", "relay says"],
        );
        for d in &self.done {
            let r = d.relayed.as_ref();
            t.row([
                d.party.clone(),
                d.address.clone(),
                d.message_id.clone(),
                r.map_or(
                    "",
                    |r| if r.state == RelayState::Trying { "open" } else { r.state.as_str() },
                )
                .to_owned(),
                r.map_or(0, |r| r.tries).to_string(),
                r.map(|r| r.reply.clone()).unwrap_or_default(),
            ]);
        }
        for (list, word) in [(left, "waiting"), (altered, "NOT as sent")] {
            for d in list {
                t.row([
                    d.party.clone(),
                    d.address.clone(),
                    d.message_id.clone(),
                    word.to_owned(),
                    d.relayed.as_ref().map_or(0, |r| r.tries).to_string(),
                    String::new(),
                ]);
            }
        }
        let ids = |l: &[Delivery]| l.iter().map(|d| d.message_id.clone()).collect::<Vec<_>>();
        let mut a = Answer::new(json!({"relay": self.relay.name(), "taken": taken, "put_off": put_off, "refused": refused, "open": open, "sent_again": self.again, "messages": self.done, "waiting": ids(left), "altered": ids(altered), "stopped": stopped, "dry_run": self.ctx.dry_run}))
            .table(t);
        if !self.ctx.dry_run {
            a = a.say(format!("{taken} taken by {}, {put_off} put off, {refused} refused, {open} open, {} waiting.", self.relay.name(), left.len()));
        }
        if put_off + open + left.len() > 0 && !self.ctx.dry_run {
            a = a.then("Run it again for those put off, open or waiting.");
        }
        if refused > 0 {
            a = a.then(
                "Those refused are not tried again: correct the contact and write to it anew.",
            );
        }
        if !self.again.is_empty() {
            a = a.then(format!("Sent again, since an earlier run broke off before the relay's reply was noted: {}.", self.again.join(", ")));
        }
        if !altered.is_empty() {
            a = a.then("Files that are not as sent stay where they are.");
        }
        if let Some(why) = &stopped {
            a = a.then(format!("Stopped: {why}."));
        }
        a.found = put_off + refused + open + altered.len() > 0 || stopped.is_some();
        a
    }
}
