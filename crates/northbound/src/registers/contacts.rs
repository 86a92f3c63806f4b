//! `contact`: each party keeps its own, and nothing is in force until another person confirmed it.

use super::{Common, Filter, add, common, history, show};
use crate::{
    context::Ctx,
    error::{CliError, Result},
    output::{Answer, Table},
};
use clap::Subcommand;
use northbound_app::registers::{author, view, with_reason};
use northbound_measures::oversight::contacts::{
    ContactEntry, ContactStanding, Resolved, holds_until, resolve,
};
use northbound_registers::{
    Kept, Noun, Query, Sight, Store,
    records::participants::{
        contacts::{Contact, ContactIssue, IssueState, Proposal},
        parties::Party,
    },
};
use northbound_types::Day;
use serde_json::json;

/// Nominated contacts by party and topic
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ContactCommand {
    /// Propose a contact: in force once another person has confirmed it
    Add {
        /// Party
        party: String,
        /// Topic; the setting contact-topics lists them
        #[arg(long)]
        topic: String,
        /// Address
        #[arg(long)]
        address: String,
        /// Role of whoever reads it, in words
        #[arg(long)]
        role: String,
        /// First day. Default: today
        #[arg(long, value_name = "DAY")]
        from: Option<Day>,
        /// Last day, inclusive
        #[arg(long, value_name = "DAY")]
        to: Option<Day>,
    },
    /// Propose another address or role; the one in force stays until the new one is confirmed
    Change {
        /// Its id
        id: String,
        /// Address
        #[arg(long)]
        address: Option<String>,
        /// Role in words
        #[arg(long)]
        role: Option<String>,
    },
    /// Confirm what is proposed, or that the address in force still holds
    Confirm {
        /// Its id
        id: String,
    },
    /// Say when it ends
    End {
        /// Its id
        id: String,
        /// Last day, inclusive. Default: today
        #[arg(long, value_name = "DAY")]
        on: Option<Day>,
    },
    /// Contacts with how they stand
    List {
        /// Only of this party
        #[arg(long)]
        party: Option<String>,
        /// Only for this topic
        #[arg(long)]
        topic: Option<String>,
    },
    /// One contact
    Show {
        /// Its id
        id: String,
    },
    /// Its change log
    History {
        /// Its id
        id: String,
    },
    /// Take a contact back. Needs --reason
    Withdraw {
        /// Its id
        id: String,
    },
    /// The quarterly review: what nobody has confirmed in time, what bounced, what waits; exit code 7 where there is any
    Review,
    /// Parties without a contact for a topic; exit code 7 where there is one
    Missing {
        /// Topic
        #[arg(long)]
        topic: String,
        /// Only parties of these categories
        #[arg(long = "category")]
        categories: Vec<String>,
    },
    /// Examples of where the list was wrong
    #[command(subcommand)]
    Issue(IssueCommand),
}

pub(crate) fn contact(c: &ContactCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        ContactCommand::Add { party, topic, address, role, from, to } => {
            known_topic(ctx, topic)?;
            let proposal = Proposal {
                address: address.clone(),
                role: role.clone(),
                by: ctx.actor.person.clone(),
                at: ctx.now,
            };
            Ok(add(&Contact::propose(party, topic, proposal, from.unwrap_or(ctx.now.day()), *to), ctx)?.say("It is pending: nothing is sent to it until another person confirms it (`contact confirm`)."))
        }
        ContactCommand::Change { id, address, role } => {
            propose(ctx, id, address.as_deref(), role.as_deref())
        }
        ContactCommand::Confirm { id } => {
            let store = ctx.store()?;
            Ok(view::receipt(&ctx.gate(&store).confirm_contact(
                id,
                &ctx.actor.person,
                ctx.now.day(),
                &with_reason(ctx, "confirmed"),
            )?))
        }
        ContactCommand::End { id, on } => {
            let (on, store) = (on.unwrap_or(ctx.now.day()), ctx.store()?);
            Ok(view::receipt(&ctx.gate(&store).update::<Contact>(
                id,
                &with_reason(ctx, "ended"),
                |c| {
                    c.to = Some(on);
                    Ok(())
                },
            )?))
        }
        ContactCommand::List { party, topic } => {
            let (rows, day, months) = standing(
                ctx,
                &Query { party: party.clone(), lookup: topic.clone(), ..Query::as_at(ctx.as_at()) },
            )?;
            Ok(listed(&rows, day, months))
        }
        ContactCommand::Show { id } => show::<Contact>(id, ctx),
        ContactCommand::History { id } => history(Noun::Contact, id, ctx),
        ContactCommand::Withdraw { id } => {
            common::<Contact>(&Common::Withdraw { id: id.clone() }, ctx)
        }
        ContactCommand::Review => review(ctx),
        ContactCommand::Missing { topic, categories } => missing(ctx, topic, categories),
        ContactCommand::Issue(c) => issue(c, ctx),
    }
}

fn known_topic(ctx: &Ctx, topic: &str) -> Result<()> {
    let rules = ctx.rules()?;
    let topics = rules.list("contact-topics", ctx.now.day())?;
    if topics.iter().any(|t| t == topic) {
        return Ok(());
    }
    Err(CliError::input(format!(
        "contact: topic {topic:?} is not known; use one of {} (setting contact-topics)",
        topics.join(", ")
    )))
}

fn propose(ctx: &Ctx, id: &str, address: Option<&str>, role: Option<&str>) -> Result<Answer> {
    if address.is_none() && role.is_none() {
        return Err(CliError::usage("give --address or --role: what else should change?"));
    }
    let store = ctx.store()?;
    let receipt = ctx.gate(&store).update::<Contact>(
        id,
        &with_reason(ctx, "another address or role proposed"),
        |c| {
            let (a, r) = c.proposed.as_ref().map_or((c.address.clone(), c.role.clone()), |p| {
                (p.address.clone(), p.role.clone())
            });
            c.proposed = Some(Proposal {
                address: address.map_or(a, str::to_owned),
                role: role.map_or(r, str::to_owned),
                by: ctx.actor.person.clone(),
                at: ctx.now,
            });
            Ok(())
        },
    )?;
    Ok(view::receipt(&receipt).say("It is pending: the address in force stays until another person confirms this one (`contact confirm`)."))
}

/// A contact as sending sees it.
pub(crate) fn entry(k: &Kept<Contact>) -> ContactEntry {
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

type Standing = (Kept<Contact>, ContactStanding);

fn standing(ctx: &Ctx, query: &Query) -> Result<(Vec<Standing>, Day, i32)> {
    let store = ctx.store()?;
    let (day, months) = (ctx.as_at.unwrap_or(ctx.now).day(), confirm_months(ctx)?);
    let rows = ctx.gate(&store).list::<Contact>(query)?;
    Ok((
        rows.into_iter()
            .map(|k| {
                let s = entry(&k).standing(day, months);
                (k, s)
            })
            .collect(),
        day,
        months,
    ))
}

/// Months for which a confirmation holds.
pub(crate) fn confirm_months(ctx: &Ctx) -> Result<i32> {
    let months = ctx.rules()?.integer("contact-confirm-months", ctx.now.day())?;
    i32::try_from(months).map_err(|_| {
        CliError::input(format!(
            "the setting contact-confirm-months is {months}, which does not fit"
        ))
    })
}

fn listed(rows: &[Standing], day: Day, months: i32) -> Answer {
    let mut t = Table::new(
        "",
        &[
            "id",
            "party",
            "topic",
            "address",
            "role",
            "from",
            "to",
            "confirmed",
            "holds until",
            "standing",
            "proposed",
        ],
    );
    let mut records = Vec::new();
    for (k, s) in rows {
        let c = &k.record;
        let shown = |d: Option<Day>| d.map_or_else(String::new, |d| d.to_string());
        let until = c.confirmed.map(|d| holds_until(d, months));
        t.row([
            k.id.clone(),
            c.party.clone(),
            c.topic.clone(),
            c.address.clone(),
            c.role.clone(),
            c.from.to_string(),
            shown(c.to),
            shown(c.confirmed),
            shown(until),
            s.to_string(),
            c.proposed.as_ref().map_or_else(String::new, |p| format!("{} by {}", p.address, p.by)),
        ]);
        let mut j = json!(k);
        j["standing"] = json!(s);
        j["holds_until"] = json!(until);
        records.push(j);
    }
    Answer::new(json!({"records": records, "on": day})).table(t)
}

fn review(ctx: &Ctx) -> Result<Answer> {
    let (rows, day, months) = standing(ctx, &Query::as_at(ctx.as_at()))?;
    let due: Vec<Standing> = rows
        .into_iter()
        .filter(|(k, s)| {
            matches!(
                s,
                ContactStanding::Stale | ContactStanding::Bounced | ContactStanding::Pending
            ) || (*s == ContactStanding::Current && k.record.proposed.is_some())
        })
        .collect();
    let mut a = listed(&due, day, months);
    a.found = !due.is_empty();
    Ok(a.say(format!("{} contacts need somebody: stale after {months} months, bounced, or waiting for confirmation.", due.len())))
}

/// The parties that this actor answers for: all for staff, its own for a User.
fn parties(ctx: &Ctx, store: &Store, categories: &[String]) -> Result<Vec<String>> {
    let sight = Sight::of(&ctx.actor);
    let all = ctx.gate(store).list::<Party>(&Query::as_at(ctx.as_at()))?;
    Ok(all
        .into_iter()
        .map(|k| k.record)
        .filter(|p| categories.is_empty() || categories.contains(&p.category))
        .map(|p| p.id)
        .filter(|p| sight.all || sight.party.as_deref() == Some(p))
        .collect())
}

/// Who would be written to now.
pub(crate) fn resolved(
    ctx: &Ctx,
    store: &Store,
    topic: &str,
    categories: &[String],
) -> Result<(Resolved, Vec<Kept<Contact>>)> {
    known_topic(ctx, topic)?;
    let contacts = ctx
        .gate(store)
        .list::<Contact>(&Query { lookup: Some(topic.to_owned()), ..Query::as_at(ctx.as_at()) })?;
    let entries: Vec<ContactEntry> = contacts.iter().map(entry).collect();
    let day = ctx.as_at.unwrap_or(ctx.now).day();
    Ok((
        resolve(&parties(ctx, store, categories)?, &entries, topic, day, confirm_months(ctx)?),
        contacts,
    ))
}

fn missing(ctx: &Ctx, topic: &str, categories: &[String]) -> Result<Answer> {
    let store = ctx.store()?;
    let (r, _) = resolved(ctx, &store, topic, categories)?;
    let mut t = Table::new("Parties without a contact", &["party", "why"]);
    for (p, why) in &r.missing {
        t.row([p.clone(), why.clone()]);
    }
    let mut a = Answer::new(
        json!({"topic": topic, "missing": r.missing.iter().map(|(p, w)| json!({"party": p, "why": w})).collect::<Vec<_>>(), "recipients": r.recipients.len(), "stale": r.stale}),
    );
    a.found = !r.missing.is_empty();
    Ok(a.say(format!(
        "{topic}: {} contacts would be written to, {} of them stale.",
        r.recipients.len(),
        r.stale.len()
    ))
    .table(t))
}

/// Examples of where the list was wrong
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum IssueCommand {
    /// Report one
    Add {
        /// What was wrong
        what: String,
        /// The entry that it is about
        #[arg(long, value_name = "ID", required_unless_present_all = ["party", "topic"])]
        contact: Option<String>,
        /// The party, where there is no entry
        #[arg(long)]
        party: Option<String>,
        /// The topic, where there is no entry
        #[arg(long)]
        topic: Option<String>,
        /// Who reports it. Default: who acts
        #[arg(long)]
        by: Option<String>,
    },
    /// Resolve one, with an answer
    Resolve {
        /// Its id
        id: String,
        /// What was done
        #[arg(long)]
        answer: String,
    },
    #[command(flatten)]
    Common(Common),
}

fn issue(c: &IssueCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        IssueCommand::Add { what, contact, party, topic, by } => {
            let store = ctx.store()?;
            let held = contact
                .as_deref()
                .map(|id| ctx.gate(&store).show::<Contact>(id, ctx.as_at()))
                .transpose()?
                .map(|k| k.record);
            let of = |given: &Option<String>, held: Option<&String>| {
                given.clone().or_else(|| held.cloned()).unwrap_or_default()
            };
            add(
                &ContactIssue {
                    contact: contact.clone(),
                    party: of(party, held.as_ref().map(|h| &h.party)),
                    topic: of(topic, held.as_ref().map(|h| &h.topic)),
                    what: what.clone(),
                    reported_by: author(by.as_deref(), &ctx.actor),
                    reported: ctx.now.day(),
                    state: IssueState::Open,
                    answer: String::new(),
                },
                ctx,
            )
        }
        IssueCommand::Resolve { id, answer } => {
            let store = ctx.store()?;
            Ok(view::receipt(&ctx.gate(&store).update::<ContactIssue>(
                id,
                &with_reason(ctx, "resolved"),
                |i| {
                    i.state = IssueState::Resolved;
                    answer.clone_into(&mut i.answer);
                    Ok(())
                },
            )?))
        }
        IssueCommand::Common(Common::List(f)) => super::list::<ContactIssue>(
            &Filter { withdrawn: f.withdrawn, ..Filter::default() },
            ctx,
        ),
        IssueCommand::Common(c) => common::<ContactIssue>(c, ctx),
    }
}
