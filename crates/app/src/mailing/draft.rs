//! Drafts. Recipients are chosen when a mailing is sent.

use crate::{Answer, Context, Result, input, people::contacts::recipients, registers::view};
use northbound_registers::records::participants::mailings::{Mailing, MailingState};
use std::path::PathBuf;

/// Where the text of a mailing comes from.
#[derive(Debug, Clone)]
pub enum Text {
    /// The text itself.
    Given(String),
    /// A file in UTF-8.
    File(PathBuf),
}

/// A mailing to draft.
#[derive(Debug, Clone)]
pub struct NewMailing {
    /// Topic.
    pub topic: String,
    /// Subject.
    pub subject: String,
    /// Text.
    pub text: Text,
    /// Sender address.
    pub from: String,
    /// Document that the mailing circulates.
    pub document: Option<String>,
    /// Only parties of these categories; all where empty.
    pub categories: Vec<String>,
}

/// Records a draft, and says to how many contacts it would go now.
///
/// # Errors
/// Where the topic is not known, the file cannot be read, or the registers refuse it.
pub fn draft(ctx: &Context, new: &NewMailing) -> Result<Answer> {
    let text = match &new.text {
        Text::Given(text) => text.clone(),
        Text::File(path) => input::text(path, input::MAX_FILE)?,
    };
    let store = ctx.store()?;
    let (now, _) = recipients(ctx, &store, &new.topic, &new.categories)?;
    let mailing = Mailing {
        topic: new.topic.clone(),
        sender: new.from.clone(),
        subject: new.subject.clone(),
        text,
        document: new.document.clone(),
        categories: new.categories.clone(),
        state: MailingState::Draft,
        sent: None,
        missing: Vec::new(),
    };
    let receipt = ctx.gate(&store).add(&mailing, &ctx.write())?;
    Ok(view::receipt(&receipt).say(format!("At present {} contacts would receive it, and {} parties have no contact. Recipients are looked up again when it is sent.", now.recipients.len(), now.missing.len())))
}
