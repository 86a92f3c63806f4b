//! `mailing`: to the contacts of a topic as they are when it is sent, with proof of each message.
//!
//! Messages go to the outbox, a folder of files that any mail program can hand over. They are
//! written beside it, then the proofs are kept in one transaction, then the folder takes its name:
//! whatever fails in between, nothing lies in the outbox that no proof speaks of, and the next
//! `send` finishes what was kept. `relay` hands them to a mail relay, where one is set up.

mod bounces;
mod message;
mod relay;
mod smtp;

use crate::{
    context::Ctx,
    error::{CliError, Result},
    output::{Answer, Table},
    registers::{self, Common, contacts, receipt_answer},
};
use clap::Subcommand;
use message::Message;
use northbound_registers::{
    AsAt,
    records::participants::mailings::{Delivery, Mailing, MailingState},
};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Mailings to the contacts of a topic
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum MailingCommand {
    /// Write a mailing; nothing is sent yet
    Draft {
        /// Topic
        #[arg(long)]
        topic: String,
        /// Subject
        #[arg(long)]
        subject: String,
        /// Text
        #[arg(long, required_unless_present = "text_file")]
        text: Option<String>,
        /// Text from a file
        #[arg(long, value_name = "FILE", conflicts_with = "text")]
        text_file: Option<PathBuf>,
        /// Address that it comes from
        #[arg(long)]
        from: String,
        /// Document that it sends round
        #[arg(long, value_name = "ID")]
        document: Option<String>,
        /// Only parties of these categories
        #[arg(long = "category")]
        categories: Vec<String>,
    },
    /// Send it: refused where a party has no contact, until you have seen which
    Send {
        /// Its id
        id: String,
        /// Send all the same
        #[arg(long)]
        despite_missing: bool,
    },
    /// Hand the messages of the outbox to the mail relay of DATA/relay.toml, one by one
    Relay {
        /// Only this mailing. Default: all that wait
        id: Option<String>,
        /// Settings of the relay
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Who got what: each message with its hash, and whether it came back
    Proof {
        /// Its id
        id: String,
    },
    /// Take in what came back: CSV with message_id, at, why
    Bounces {
        /// The file
        file: PathBuf,
    },
    #[command(flatten)]
    Common(Common),
}

/// Folder of the outbox below the data folder.
const OUTBOX: &str = "outbox";

pub(crate) fn run(c: &MailingCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        MailingCommand::Draft { topic, subject, text, text_file, from, document, categories } => {
            let text = match text_file {
                Some(f) => std::fs::read_to_string(f).map_err(|e| CliError::io("read", f, e))?,
                None => text.clone().unwrap_or_default(),
            };
            let store = ctx.store()?;
            // An unknown topic is refused here, not when it is to be sent.
            let (now, _) = contacts::resolved(ctx, &store, topic, categories)?;
            let m = Mailing {
                topic: topic.clone(),
                sender: from.clone(),
                subject: subject.clone(),
                text,
                document: document.clone(),
                categories: categories.clone(),
                state: MailingState::Draft,
                sent: None,
                missing: Vec::new(),
            };
            let receipt = ctx.gate(&store).add(&m, &ctx.write())?;
            Ok(receipt_answer(&receipt).say(format!("As things stand {} contacts would get it, and {} parties have none. Recipients are looked up again when it is sent.", now.recipients.len(), now.missing.len())))
        }
        MailingCommand::Send { id, despite_missing } => send(ctx, id, *despite_missing),
        MailingCommand::Relay { id, config } => relay::relay(ctx, id.as_deref(), config.as_deref()),
        MailingCommand::Proof { id } => proof(ctx, id),
        MailingCommand::Bounces { file } => bounces::take(ctx, file),
        MailingCommand::Common(c) => registers::common::<Mailing>(c, ctx),
    }
}

fn folder(ctx: &Ctx, id: &str) -> (PathBuf, PathBuf) {
    let outbox = ctx.data.join(OUTBOX);
    (outbox.join(id), outbox.join(format!("{id}.part")))
}

fn send(ctx: &Ctx, id: &str, despite_missing: bool) -> Result<Answer> {
    let store = ctx.store()?;
    let gate = ctx.gate(&store);
    let kept = gate.show::<Mailing>(id, AsAt::NOW)?;
    let (done, part) = folder(ctx, id);
    // Recipients are those of now, whatever --as-at says.
    let ctx = &ctx.with(northbound_app::Context { as_at: None, ..ctx.app.clone() });
    if kept.record.state == MailingState::Sent {
        return finish(&done, &part, id);
    }
    let (r, held) = contacts::resolved(ctx, &store, &kept.record.topic, &kept.record.categories)?;
    let missing: Vec<String> = r.missing.iter().map(|(p, w)| format!("{p} ({w})")).collect();
    if !missing.is_empty() && !despite_missing {
        return Err(CliError::refused(format!(
            "{id} is not sent: no contact for {} at {}; find one, or send it with --despite-missing",
            kept.record.topic,
            missing.join(", ")
        )));
    }
    if r.recipients.is_empty() {
        return Err(CliError::refused(format!(
            "{id} is not sent: nobody has a confirmed contact for {}",
            kept.record.topic
        )));
    }
    let mut messages = Vec::new();
    for c in &r.recipients {
        let version = held.iter().find(|k| k.id == c.id).map_or(0, |k| k.version);
        messages.push(Message::new(id, &kept.record, c, version, ctx.now));
    }
    let proofs: Vec<Delivery> = messages.iter().map(|m| m.proof.clone()).collect();
    if ctx.dry_run {
        let receipts = gate.send_mailing(
            id,
            &names(&r.missing),
            &proofs,
            &registers::documents::because(ctx, "sent"),
        )?;
        return Ok(answer(id, &proofs, &missing, &r.stale).say(format!(
            "Dry run: {} records would have changed; nothing was sent.",
            receipts.len()
        )));
    }
    write(&part, &messages)?;
    gate.send_mailing(
        id,
        &names(&r.missing),
        &proofs,
        &registers::documents::because(ctx, "sent"),
    )?;
    std::fs::rename(&part, &done).map_err(|e| CliError::io("move the messages to", &done, e))?;
    Ok(answer(id, &proofs, &missing, &r.stale).say(format!(
        "{} messages are in {}.",
        proofs.len(),
        done.display()
    )))
}

fn names(missing: &[(String, String)]) -> Vec<String> {
    missing.iter().map(|(p, _)| p.clone()).collect()
}

/// A mailing that is kept as sent, and whose folder has not taken its name: that is done now.
fn finish(done: &Path, part: &Path, id: &str) -> Result<Answer> {
    if done.exists() || !part.exists() {
        return Err(CliError::refused(format!(
            "{id} was sent; `mailing proof {id}` shows to whom"
        )));
    }
    std::fs::rename(part, done).map_err(|e| CliError::io("move the messages to", done, e))?;
    Ok(Answer::new(json!({"mailing": id, "finished": true}))
        .say(format!("{id} was kept as sent before; its messages are in {} now.", done.display())))
}

/// Writes the messages into a folder that takes its name only later.
fn write(part: &Path, messages: &[Message]) -> Result<()> {
    if part.exists() {
        std::fs::remove_dir_all(part).map_err(|e| CliError::io("clear", part, e))?;
    }
    std::fs::create_dir_all(part).map_err(|e| CliError::io("make", part, e))?;
    for m in messages {
        let path = part.join(&m.name);
        std::fs::write(&path, &m.bytes)
            .and_then(|()| std::fs::File::open(&path)?.sync_all())
            .map_err(|e| CliError::io("write", &path, e))?;
    }
    Ok(())
}

fn answer(id: &str, proofs: &[Delivery], missing: &[String], stale: &[String]) -> Answer {
    let mut t = Table::new("Sent to", &["party", "contact", "address", "message"]);
    for p in proofs {
        t.row([p.party.clone(), p.contact.clone(), p.address.clone(), p.message_id.clone()]);
    }
    let mut a =
        Answer::new(json!({"mailing": id, "sent": proofs, "missing": missing, "stale": stale}))
            .table(t);
    if !missing.is_empty() {
        a = a.then(format!("Without a contact: {}.", missing.join(", ")));
    }
    if !stale.is_empty() {
        a = a.then(format!("Written to, but not confirmed in time: {}.", stale.join(", ")));
    }
    a
}

fn proof(ctx: &Ctx, id: &str) -> Result<Answer> {
    let store = ctx.store()?;
    let gate = ctx.gate(&store);
    let mailing = gate.show::<Mailing>(id, ctx.as_at())?;
    let (done, _) = folder(ctx, id);
    let mut t = Table::new(
        "Messages",
        &[
            "party",
            "contact",
            "address",
            "sent (UTC)",
            "message",
            "sha-256",
            "file",
            "relay",
            "came back",
        ],
    );
    let mut rows = Vec::new();
    for k in gate.deliveries(id, ctx.as_at())? {
        let d = k.record;
        let standing = match std::fs::read(done.join(&d.file)) {
            Ok(b) if message::sha256(&b) == d.sha256 => "as sent",
            Ok(_) => "NOT as sent",
            Err(_) => "handed over",
        };
        let back = d.bounced.as_ref().map_or_else(String::new, |b| format!("{}: {}", b.at, b.why));
        let relay = d
            .relayed
            .as_ref()
            .map_or_else(String::new, |r| format!("{} {}: {}", r.state, r.at, r.reply));
        t.row([
            d.party.clone(),
            format!("{} v{}", d.contact, d.contact_version),
            d.address.clone(),
            d.sent.to_string(),
            d.message_id.clone(),
            d.sha256.clone(),
            standing.to_owned(),
            relay,
            back,
        ]);
        let mut j = json!(d);
        j["standing"] = json!(standing);
        rows.push(j);
    }
    let mut a = Answer::new(json!({"mailing": mailing, "messages": rows})).table(t).say(format!(
        "{id}: {}, {}.",
        mailing.record.subject,
        mailing.record.sent.map_or_else(|| "not sent".to_owned(), |t| format!("sent {t}"))
    ));
    a.found = rows.iter().any(|r| r["standing"] == "NOT as sent");
    if !mailing.record.missing.is_empty() {
        a = a.then(format!(
            "Without a contact when it was sent: {}.",
            mailing.record.missing.join(", ")
        ));
    }
    Ok(a)
}
