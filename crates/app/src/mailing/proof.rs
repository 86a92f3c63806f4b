//! The proof of a mailing: every message with its hash, and what became of it.

use super::{folders, message::sha256};
use crate::{Answer, Context, Result, Table};
use northbound_registers::records::participants::mailings::{Delivery, Mailing, Relayed};
use serde_json::json;
use std::path::Path;

const ALTERED: &str = "NOT as sent";
const MISSING: &str = "MISSING";

/// Who was sent what; [`Answer::found`] where a file is not as it was sent, or gone with its
/// folder.
///
/// # Errors
/// Where there is no such mailing.
pub fn proof(ctx: &Context, id: &str) -> Result<Answer> {
    let store = ctx.store()?;
    let gate = ctx.gate(&store);
    let mailing = gate.show::<Mailing>(id, ctx.as_at())?;
    let (folder, _) = folders(ctx, id);
    let head = [
        "party",
        "contact",
        "address",
        "sent (UTC)",
        "message",
        "sha-256",
        "file",
        "relay",
        "bounced",
    ];
    let mut t = Table::new("Messages", &head);
    let mut rows = Vec::new();
    for k in gate.deliveries(id, ctx.as_at())? {
        let standing = file_standing(&folder, &k.record);
        t.row(row(&k.record, standing));
        let mut j = json!(k.record);
        j["standing"] = json!(standing);
        rows.push(j);
    }
    let m = &mailing.record;
    let sent = m.sent.map_or_else(|| "not sent".to_owned(), |t| format!("sent {t}"));
    let mut a = Answer::new(json!({"mailing": mailing, "messages": rows}))
        .table(t)
        .say(format!("{id}: {}, {sent}.", m.subject));
    a.found = rows.iter().any(|r| r["standing"] == ALTERED || r["standing"] == MISSING);
    if !m.missing.is_empty() {
        a = a.then(format!("Without a contact when it was sent: {}.", m.missing.join(", ")));
    }
    Ok(a)
}

/// What is known of a message's file. One that is gone was submitted where the relay's reply says so,
/// or taken by another mail program; without the mailing's folder nothing vouches for either.
fn file_standing(folder: &Path, d: &Delivery) -> &'static str {
    match std::fs::read(folder.join(&d.file)) {
        Ok(bytes) if sha256(&bytes) == d.sha256 => "as sent",
        Ok(_) => ALTERED,
        Err(_) if d.relayed.as_ref().is_some_and(Relayed::is_final) => "submitted",
        Err(_) if folder.exists() => "taken from the outbox",
        Err(_) => MISSING,
    }
}

fn row(d: &Delivery, standing: &str) -> [String; 9] {
    let bounced = d.bounced.as_ref();
    let relayed = d.relayed.as_ref();
    [
        d.party.clone(),
        format!("{} v{}", d.contact, d.contact_version),
        d.address.clone(),
        d.sent.to_string(),
        d.message_id.clone(),
        d.sha256.clone(),
        standing.to_owned(),
        relayed.map_or_else(String::new, |r| format!("{} {}: {}", r.state, r.at, r.reply)),
        bounced.map_or_else(String::new, |b| format!("{}: {}", b.at, b.why)),
    ]
}
