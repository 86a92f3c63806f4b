//! Examples of where the list of contacts was wrong.

use crate::{
    Context, Result,
    registers::{self, author, with_reason},
};
use northbound_registers::{
    Receipt,
    records::participants::contacts::{Contact, ContactIssue, IssueState},
};

/// An example to report.
#[derive(Debug, Clone, Default)]
pub struct NewIssue {
    /// What was wrong.
    pub what: String,
    /// The contact that it is about; party and topic are taken from it where not given.
    pub contact: Option<String>,
    /// The party.
    pub party: Option<String>,
    /// The topic.
    pub topic: Option<String>,
    /// Who reports it; the Actor where not given.
    pub by: Option<String>,
}

/// Reports where the list was wrong.
///
/// # Errors
/// Where the contact does not exist, or the registers refuse it.
pub fn add_issue(ctx: &Context, new: &NewIssue) -> Result<Receipt> {
    let contact =
        new.contact.as_deref().map(|id| registers::show::<Contact>(ctx, id)).transpose()?;
    let contact = contact.map(|k| k.record);
    let given_or = |given: &Option<String>, of_contact: Option<&String>| {
        given.clone().or_else(|| of_contact.cloned()).unwrap_or_default()
    };
    let issue = ContactIssue {
        contact: new.contact.clone(),
        party: given_or(&new.party, contact.as_ref().map(|c| &c.party)),
        topic: given_or(&new.topic, contact.as_ref().map(|c| &c.topic)),
        what: new.what.clone(),
        reported_by: author(new.by.as_deref(), &ctx.actor),
        reported: ctx.now.day(),
        state: IssueState::Open,
        answer: String::new(),
    };
    registers::add(ctx, &issue)
}

/// Resolves one with an answer.
///
/// # Errors
/// Where the registers refuse it.
pub fn resolve_issue(ctx: &Context, id: &str, answer: &str) -> Result<Receipt> {
    let store = ctx.store()?;
    let write = with_reason(ctx, "resolved");
    Ok(ctx.gate(&store).resolve_contact_issue(id, answer, &write)?)
}
