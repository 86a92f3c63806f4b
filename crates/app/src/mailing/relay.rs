//! Hands the messages of the outbox to a mail relay, one by one.
//!
//! The state of a message is recorded before and after its bytes are sent. If the process is killed
//! between the two, it is not known whether the relay has the message; the next run sends it again
//! under the same Message-ID, since a message that comes twice does less harm than one that never
//! comes. Only that one message can reach a recipient twice.

mod settings;
mod smtp;
mod view;

use super::{folders, lock, message::sha256};
use crate::{Answer, AppError, Context, Result, registers::with_reason};
use northbound_registers::{
    AsAt, Gate, Query, Stored, Write,
    records::participants::mailings::{Delivery, Mailing, MailingState, RelayState, Relayed},
};
use northbound_types::Utc;
use settings::Relay;
use smtp::{Connection, Reply};
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

/// Held by the one run that hands messages over.
const LOCK: &str = "relay.lock";

/// What to hand over, and what the caller provides for it.
pub struct RelayRequest<'a> {
    /// Only this mailing; all that wait where not given.
    pub mailing: Option<String>,
    /// Settings of the relay; `relay.toml` of the data folder where not given.
    pub settings: Option<PathBuf>,
    /// Looks up an environment variable: the relay's password may be in one.
    pub environment: &'a dyn Fn(&str) -> Option<String>,
    /// Time since [`Context::now`].
    pub elapsed: &'a dyn Fn() -> Duration,
}

/// One run, and what it came to.
struct Run<'r> {
    relay: &'r Relay,
    gate: &'r Gate<'r>,
    ctx: &'r Context,
    elapsed: &'r dyn Fn() -> Duration,
    /// Messages sent again, since an earlier run recorded no reply for them.
    sent_again: Vec<String>,
    done: Vec<Delivery>,
}

/// A message to hand over, with its sender and bytes.
struct Waiting {
    proof: Delivery,
    sender: String,
    bytes: Vec<u8>,
}

/// Hands over every message that the relay has neither accepted nor refused for good;
/// [`Answer::found`] where one is left.
///
/// # Errors
/// Where the settings cannot be used, another run is under way
/// ([`Kind::Conflict`](crate::error::Kind::Conflict)), or no connection can be made before the first message.
pub fn relay(ctx: &Context, request: &RelayRequest<'_>) -> Result<Answer> {
    let relay = Relay::read(ctx, request.settings.as_deref())?;
    let store = ctx.store()?;
    let gate = ctx.gate(&store);
    let _lock = lock(ctx, LOCK)?;
    let (waiting, altered) = waiting(ctx, &gate, request.mailing.as_deref())?;
    let mut run = Run {
        relay: &relay,
        gate: &gate,
        ctx,
        elapsed: request.elapsed,
        sent_again: Vec::new(),
        done: Vec::new(),
    };
    if ctx.dry_run {
        let proofs: Vec<Delivery> = waiting.iter().map(|w| w.proof.clone()).collect();
        return Ok(run.answer(&proofs, &altered, None).say(format!(
            "Dry run: {} messages would be submitted to {}.",
            waiting.len(),
            relay.name()
        )));
    }
    let (left, stopped) = run.all(&waiting, request.environment)?;
    Ok(run.answer(&left, &altered, stopped))
}

/// Messages to hand over, by id; and those whose file is not as it was sent. A file that is not there
/// was handed over by another program.
fn waiting(
    ctx: &Context,
    gate: &Gate<'_>,
    id: Option<&str>,
) -> Result<(Vec<Waiting>, Vec<Delivery>)> {
    let mailings: Vec<Stored<Mailing>> = match id {
        Some(id) => vec![gate.show(id, AsAt::NOW)?],
        None => gate.list(&Query::default())?,
    };
    if let Some(k) = mailings.iter().find(|k| id.is_some() && k.record.state != MailingState::Sent)
    {
        return Err(AppError::refused(format!(
            "{} has not been sent; `mailing send {}` writes its messages to the outbox",
            k.id, k.id
        )));
    }
    let (mut out, mut altered) = (Vec::new(), Vec::new());
    for k in mailings.iter().filter(|k| k.record.state == MailingState::Sent) {
        let (folder, _) = folders(ctx, &k.id);
        for d in gate.deliveries(&k.id, AsAt::NOW)?.into_iter().map(|d| d.record) {
            if d.relayed.as_ref().is_some_and(Relayed::is_final) {
                continue;
            }
            match read(&folder.join(&d.file))? {
                Some(bytes) if sha256(&bytes) == d.sha256 => {
                    out.push(Waiting { proof: d, sender: k.record.sender.clone(), bytes });
                }
                Some(_) => altered.push(d),
                None => {}
            }
        }
    }
    out.sort_by(|a, b| a.proof.message_id.cmp(&b.proof.message_id));
    Ok((out, altered))
}

/// The bytes of a file, where it is there.
fn read(path: &Path) -> Result<Option<Vec<u8>>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(AppError::io("read", path, e)),
    }
}

impl Run<'_> {
    /// Hands over all messages. Returns those left, and why the run stopped where it did.
    fn all(
        &mut self,
        waiting: &[Waiting],
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<(Vec<Delivery>, Option<String>)> {
        let mut connection: Option<Connection> = None;
        for (n, w) in waiting.iter().enumerate() {
            let mut c = match connection.take() {
                Some(c) => c,
                None => match self.relay.connect(environment) {
                    Ok(c) => c,
                    Err(e) if self.done.is_empty() => return Err(e),
                    Err(e) => {
                        let left = waiting[n..].iter().map(|w| w.proof.clone()).collect();
                        return Ok((left, Some(e.to_string())));
                    }
                },
            };
            self.one(&mut c, w)?;
            if c.is_alive() {
                connection = Some(c);
            }
        }
        if let Some(c) = connection {
            c.quit();
        }
        Ok((Vec::new(), None))
    }

    /// One message: offered, recorded as on its way, sent, recorded with the relay's reply.
    fn one(&mut self, c: &mut Connection, w: &Waiting) -> Result<()> {
        let mut proof = w.proof.clone();
        let before = proof.relayed.as_ref();
        let tries = before.map_or(0, |r| r.tries) + 1;
        if before.is_some_and(|r| r.state == RelayState::Trying) {
            self.sent_again.push(proof.message_id.clone());
        }
        let reply = match c.offer(&w.sender, &proof.address, &w.bytes) {
            Ok(()) => {
                self.record(&mut proof, RelayState::Trying, String::new(), tries)?;
                c.send(&w.bytes)
            }
            Err(refusal) => refusal,
        };
        let (state, text) = match reply {
            Reply::Accepted(text) => (RelayState::Taken, text),
            Reply::Deferred(text) => (RelayState::PutOff, text),
            Reply::Refused(text) => (RelayState::Refused, text),
            Reply::Unknown(text) => (RelayState::Trying, text),
        };
        self.record(&mut proof, state, text, tries)?;
        self.done.push(proof);
        Ok(())
    }

    fn record(
        &self,
        proof: &mut Delivery,
        state: RelayState,
        reply: String,
        tries: i64,
    ) -> Result<()> {
        let elapsed = i64::try_from((self.elapsed)().as_micros()).unwrap_or(i64::MAX);
        let at = Utc(self.ctx.now.0.saturating_add(elapsed));
        let relayed = Relayed { state, at, relay: self.relay.name(), reply, tries };
        let write = Write { now: at, expect_version: None, ..with_reason(self.ctx, "submitted") };
        self.gate.relayed(&proof.message_id, &relayed, &write)?;
        proof.relayed = Some(relayed);
        Ok(())
    }
}
