//! `contact`: nominated contacts by party and topic.

use super::{Common, Filter, common, history, list, show};
use crate::{context::Ctx, error::Result, output::Answer};
use clap::Subcommand;
use northbound_app::{
    people::contacts::{self, NewContact, NewIssue},
    registers::view,
};
use northbound_registers::{
    Noun,
    records::participants::contacts::{Contact, ContactIssue},
};
use northbound_types::Day;

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
    /// End it
    End {
        /// Its id
        id: String,
        /// Last day, inclusive. Default: today
        #[arg(long, value_name = "DAY")]
        on: Option<Day>,
    },
    /// Contacts with their standing
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
    /// Withdraw a contact. Needs --reason
    Withdraw {
        /// Its id
        id: String,
    },
    /// The quarterly review: contacts not confirmed in time, bounced or pending; exit code 7 where there is one
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

pub(crate) fn contact(c: &ContactCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        ContactCommand::Add { party, topic, address, role, from, to } => {
            let new = NewContact {
                party: party.clone(),
                topic: topic.clone(),
                address: address.clone(),
                role: role.clone(),
                from: *from,
                to: *to,
            };
            Ok(view::receipt(&contacts::propose(ctx, &new)?).say("It is pending: nothing is sent to it until another person confirms it (`contact confirm`)."))
        }
        ContactCommand::Change { id, address, role } => {
            let receipt = contacts::propose_change(ctx, id, address.as_deref(), role.as_deref())?;
            Ok(view::receipt(&receipt).say("It is pending: the address in force stays until another person confirms this one (`contact confirm`)."))
        }
        ContactCommand::Confirm { id } => Ok(view::receipt(&contacts::confirm(ctx, id)?)),
        ContactCommand::End { id, on } => {
            Ok(view::receipt(&contacts::end(ctx, id, on.unwrap_or(ctx.now.day()))?))
        }
        ContactCommand::List { party, topic } => {
            contacts::list(ctx, party.as_deref(), topic.as_deref())
        }
        ContactCommand::Show { id } => show::<Contact>(id, ctx),
        ContactCommand::History { id } => history(Noun::Contact, id, ctx),
        ContactCommand::Withdraw { id } => {
            common::<Contact>(&Common::Withdraw { id: id.clone() }, ctx)
        }
        ContactCommand::Review => contacts::review(ctx),
        ContactCommand::Missing { topic, categories } => contacts::missing(ctx, topic, categories),
        ContactCommand::Issue(c) => issue(c, ctx),
    }
}

fn issue(c: &IssueCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        IssueCommand::Add { what, contact, party, topic, by } => {
            let new = NewIssue {
                what: what.clone(),
                contact: contact.clone(),
                party: party.clone(),
                topic: topic.clone(),
                by: by.clone(),
            };
            Ok(view::receipt(&contacts::add_issue(ctx, &new)?))
        }
        IssueCommand::Resolve { id, answer } => {
            Ok(view::receipt(&contacts::resolve_issue(ctx, id, answer)?))
        }
        IssueCommand::Common(Common::List(f)) => {
            list::<ContactIssue>(&Filter { withdrawn: f.withdrawn, ..Filter::default() }, ctx)
        }
        IssueCommand::Common(c) => common::<ContactIssue>(c, ctx),
    }
}
