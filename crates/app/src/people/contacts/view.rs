//! Contacts with their standing, and the two checks on them.

use super::{Standings, recipients, standings};
use crate::{Answer, Context, Result, Table};
use northbound_measures::oversight::contacts::{ContactStanding, holds_until};
use northbound_registers::Query;
use northbound_types::Day;
use serde_json::json;

/// Contacts with their standing, of one party or topic or of all.
///
/// # Errors
/// Where the registers cannot be read.
pub fn list(ctx: &Context, party: Option<&str>, topic: Option<&str>) -> Result<Answer> {
    let query = Query {
        party: party.map(str::to_owned),
        lookup: topic.map(str::to_owned),
        ..Query::default()
    };
    Ok(listed(&standings(ctx, &query)?))
}

/// The quarterly review: contacts that are stale, bounced or not confirmed; [`Answer::found`] where
/// there is one.
///
/// # Errors
/// Where the registers cannot be read.
pub fn review(ctx: &Context) -> Result<Answer> {
    let mut due = standings(ctx, &Query::default())?;
    due.contacts.retain(|(k, standing)| match standing {
        ContactStanding::Stale | ContactStanding::Bounced | ContactStanding::Pending => true,
        ContactStanding::Current => k.record.proposed.is_some(),
        _ => false,
    });
    let mut a = listed(&due);
    a.found = !due.contacts.is_empty();
    Ok(a.say(format!(
        "{} contacts need attention: stale after {} months, bounced, or waiting for confirmation.",
        due.contacts.len(),
        due.months
    )))
}

fn listed(standings: &Standings) -> Answer {
    let head = [
        "id",
        "party",
        "topic",
        "address",
        "role",
        "from",
        "to",
        "confirmed",
        "valid until",
        "standing",
        "proposed",
    ];
    let mut t = Table::new("", &head);
    let mut records = Vec::new();
    for (k, standing) in &standings.contacts {
        let c = &k.record;
        let day = |d: Option<Day>| d.map_or_else(String::new, |d| d.to_string());
        let until = c.confirmed.map(|d| holds_until(d, standings.months));
        t.row([
            k.id.clone(),
            c.party.clone(),
            c.topic.clone(),
            c.address.clone(),
            c.role.clone(),
            c.from.to_string(),
            day(c.to),
            day(c.confirmed),
            day(until),
            standing.to_string(),
            c.proposed.as_ref().map_or_else(String::new, |p| format!("{} by {}", p.address, p.by)),
        ]);
        let mut j = json!(k);
        j["standing"] = json!(standing);
        j["holds_until"] = json!(until);
        records.push(j);
    }
    Answer::new(json!({"records": records, "on": standings.day})).table(t)
}

/// Parties without a contact for a topic; [`Answer::found`] where there is one.
///
/// # Errors
/// Where the topic is not known, or the registers cannot be read.
pub fn missing(ctx: &Context, topic: &str, categories: &[String]) -> Result<Answer> {
    let store = ctx.store()?;
    let (r, _) = recipients(ctx, &store, topic, categories)?;
    let mut t = Table::new("Parties without a contact", &["party", "why"]);
    for (party, why) in &r.missing {
        t.row([party.clone(), why.clone()]);
    }
    let missing: Vec<_> =
        r.missing.iter().map(|(party, why)| json!({"party": party, "why": why})).collect();
    let mut a = Answer::new(
        json!({"topic": topic, "missing": missing, "recipients": r.recipients.len(), "stale": r.stale}),
    );
    a.found = !r.missing.is_empty();
    Ok(a.say(format!(
        "{topic}: {} contacts would receive a mailing, {} of them stale.",
        r.recipients.len(),
        r.stale.len()
    ))
    .table(t))
}
