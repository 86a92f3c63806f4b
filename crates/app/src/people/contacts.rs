//! Nominated contacts by party and topic. Each party maintains its own; an address is in force only
//! once a second person has confirmed it.

mod import;
mod issues;
mod view;

use crate::{
    AppError, Context, Result,
    registers::{self, with_reason},
};
use northbound_measures::oversight::contacts::{ContactEntry, ContactStanding, Resolved, resolve};
use northbound_registers::{
    Query, Receipt, Store, Stored, Visibility,
    records::participants::{
        contacts::{Contact, Proposal},
        parties::Party,
    },
};
use northbound_types::Day;

pub use import::import;
pub use issues::{NewIssue, add_issue, resolve_issue};
pub use view::{list, missing, review};

/// A contact to propose.
#[derive(Debug, Clone)]
pub struct NewContact {
    /// Party.
    pub party: String,
    /// Topic; the setting `contact-topics` lists them.
    pub topic: String,
    /// Address.
    pub address: String,
    /// Role of the recipient, in words.
    pub role: String,
    /// First day; today where not given.
    pub from: Option<Day>,
    /// Last day, inclusive.
    pub to: Option<Day>,
}

/// Proposes a contact.
///
/// # Errors
/// Where the topic is not known, or the registers refuse it.
pub fn propose(ctx: &Context, new: &NewContact) -> Result<Receipt> {
    check_topic(ctx, &new.topic)?;
    let proposal = Proposal {
        address: new.address.clone(),
        role: new.role.clone(),
        by: ctx.actor.person.clone(),
        at: ctx.now,
    };
    let from = new.from.unwrap_or(ctx.now.day());
    registers::add(ctx, &Contact::propose(&new.party, &new.topic, proposal, from, new.to))
}

/// Proposes another address or role for a contact; what is in force stays until it is confirmed.
///
/// # Errors
/// Where neither is given, or the registers refuse it.
pub fn propose_change(
    ctx: &Context,
    id: &str,
    address: Option<&str>,
    role: Option<&str>,
) -> Result<Receipt> {
    if address.is_none() && role.is_none() {
        return Err(AppError::usage("give --address or --role"));
    }
    let store = ctx.store()?;
    let write = with_reason(ctx, "another address or role proposed");
    Ok(ctx.gate(&store).propose_contact(id, address, role, &write)?)
}

/// Confirms what is proposed, or that the address in force still holds.
///
/// # Errors
/// Where the Actor proposed it, or may not confirm.
pub fn confirm(ctx: &Context, id: &str) -> Result<Receipt> {
    let store = ctx.store()?;
    let write = with_reason(ctx, "confirmed");
    Ok(ctx.gate(&store).confirm_contact(id, &ctx.actor.person, ctx.now.day(), &write)?)
}

/// Ends a contact after the day `on`.
///
/// # Errors
/// Where the registers refuse it.
pub fn end(ctx: &Context, id: &str, on: Day) -> Result<Receipt> {
    let store = ctx.store()?;
    Ok(ctx.gate(&store).end_contact(id, on, &with_reason(ctx, "ended"))?)
}

fn check_topic(ctx: &Context, topic: &str) -> Result<()> {
    let rules = ctx.rules()?;
    let topics = rules.list("contact-topics", ctx.now.day())?;
    if topics.iter().any(|t| t == topic) {
        return Ok(());
    }
    Err(AppError::input(format!(
        "contact: unknown topic {topic:?}; use one of {} (setting contact-topics)",
        topics.join(", ")
    )))
}

/// Months for which a confirmation holds.
fn confirm_months(ctx: &Context) -> Result<i32> {
    let months = ctx.rules()?.integer("contact-confirm-months", ctx.now.day())?;
    i32::try_from(months).map_err(|_| {
        AppError::input(format!(
            "the setting contact-confirm-months is {months}, which is out of range"
        ))
    })
}

/// A contact as the selection of recipients takes it.
fn entry(k: &Stored<Contact>) -> ContactEntry {
    let c = &k.record;
    ContactEntry {
        id: k.id.clone(),
        party: c.party.clone(),
        topic: c.topic.clone(),
        address: c.address.clone(),
        from: c.from,
        to: c.to,
        confirmed: c.confirmed,
        bounced: c.bounced.is_some(),
    }
}

/// Contacts as at a day, each with its standing.
struct Standings {
    contacts: Vec<(Stored<Contact>, ContactStanding)>,
    day: Day,
    /// Months for which a confirmation holds.
    months: i32,
}

fn standings(ctx: &Context, query: &Query) -> Result<Standings> {
    let (day, months) = (ctx.as_at.unwrap_or(ctx.now).day(), confirm_months(ctx)?);
    let contacts = registers::list::<Contact>(ctx, query)?
        .into_iter()
        .map(|k| {
            let standing = entry(&k).standing(day, months);
            (k, standing)
        })
        .collect();
    Ok(Standings { contacts, day, months })
}

/// The parties that the Actor answers for: all for staff, its own for a User.
fn parties(ctx: &Context, store: &Store, categories: &[String]) -> Result<Vec<String>> {
    let visibility = Visibility::of(&ctx.actor);
    let all = ctx.gate(store).list::<Party>(&Query::as_at(ctx.as_at()))?;
    Ok(all
        .into_iter()
        .map(|k| k.record)
        .filter(|p| categories.is_empty() || categories.contains(&p.category))
        .map(|p| p.id)
        .filter(|p| visibility.all || visibility.party.as_deref() == Some(p))
        .collect())
}

/// Who a mailing on a topic would be sent to as at [`Context::as_at`], which parties have no contact,
/// and the contacts of the topic. Without categories, all parties count.
///
/// # Errors
/// Where the topic is not known, or the registers cannot be read.
pub fn recipients(
    ctx: &Context,
    store: &Store,
    topic: &str,
    categories: &[String],
) -> Result<(Resolved, Vec<Stored<Contact>>)> {
    check_topic(ctx, topic)?;
    let of_topic = Query { lookup: Some(topic.to_owned()), ..Query::as_at(ctx.as_at()) };
    let contacts = ctx.gate(store).list::<Contact>(&of_topic)?;
    let entries: Vec<ContactEntry> = contacts.iter().map(entry).collect();
    let day = ctx.as_at.unwrap_or(ctx.now).day();
    let parties = parties(ctx, store, categories)?;
    Ok((resolve(&parties, &entries, topic, day, confirm_months(ctx)?), contacts))
}
