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
    /// Propose a contact, which takes effect once another person has confirmed it
    Add {
        /// Party
        party: String,
        /// Topic; see the setting contact-topics
        #[arg(long)]
        topic: String,
        /// Address
        #[arg(long)]
        address: String,
        /// Role of the recipient, in words
        #[arg(long)]
        role: String,
        /// First day. Default: today
        #[arg(long, value_name = "DAY")]
        from: Option<Day>,
        /// Last day, inclusive
        #[arg(long, value_name = "DAY")]
        to: Option<Day>,
    },
    /// Propose the contacts of a table, CSV or XLSX: party, topic, address, role, from, to
    Import {
        /// The table
        file: std::path::PathBuf,
    },
    /// Propose another address or role; the current one stays in force until the new one is confirmed
    Change {
        /// Id of the contact
        id: String,
        /// Address
        #[arg(long)]
        address: Option<String>,
        /// Role of the recipient, in words
        #[arg(long)]
        role: Option<String>,
    },
    /// Confirm a proposed address, or that the address in force is still correct
    Confirm {
        /// Id of the contact
        id: String,
    },
    /// End a contact
    End {
        /// Id of the contact
        id: String,
        /// Last day, inclusive. Default: today
        #[arg(long, value_name = "DAY")]
        on: Option<Day>,
    },
    /// List contacts with their status
    List {
        /// Only for this party
        #[arg(long)]
        party: Option<String>,
        /// Only for this topic
        #[arg(long)]
        topic: Option<String>,
    },
    /// Show one contact
    Show {
        /// Id of the contact
        id: String,
    },
    /// Show the change log of a contact
    History {
        /// Id of the contact
        id: String,
    },
    /// Withdraw a contact; needs --reason
    Withdraw {
        /// Id of the contact
        id: String,
    },
    /// Quarterly review: list contacts not confirmed in time, bounced or pending. Exit code 7 if there are any
    Review,
    /// List parties without a contact for a topic. Exit code 7 if there are any
    Missing {
        /// Topic
        #[arg(long)]
        topic: String,
        /// Only parties of these categories
        #[arg(long = "category")]
        categories: Vec<String>,
    },
    /// Reported errors in the contact list
    #[command(subcommand)]
    Issue(IssueCommand),
}

/// Reported errors in the contact list
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum IssueCommand {
    /// Report an error in the contact list
    Add {
        /// What was wrong
        what: String,
        /// Contact concerned
        #[arg(long, value_name = "ID", required_unless_present_all = ["party", "topic"])]
        contact: Option<String>,
        /// Party concerned, if there is no contact
        #[arg(long)]
        party: Option<String>,
        /// Topic concerned, if there is no contact
        #[arg(long)]
        topic: Option<String>,
        /// Who reports it. Default: the acting person
        #[arg(long)]
        by: Option<String>,
    },
    /// Resolve a report, with an answer
    Resolve {
        /// Id of the report
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
            Ok(view::receipt(&contacts::propose(ctx, &new)?).say("The contact is pending: nothing is sent to it until another person confirms it (`contact confirm`)."))
        }
        ContactCommand::Import { file } => contacts::import(ctx, file),
        ContactCommand::Change { id, address, role } => {
            let receipt = contacts::propose_change(ctx, id, address.as_deref(), role.as_deref())?;
            Ok(view::receipt(&receipt).say("The change is pending: the current address stays in force until another person confirms this one (`contact confirm`)."))
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
