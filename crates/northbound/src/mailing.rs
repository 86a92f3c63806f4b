//! `mailing`: mailings to the contacts of a topic.

use crate::{
    context::Ctx,
    error::Result,
    output::Answer,
    registers::{Common, common},
};
use clap::Subcommand;
use northbound_app::mailing::{
    self, NewMailing, Text,
    relay::{RelayRequest, relay},
};
use northbound_registers::records::participants::mailings::Mailing;
use std::{path::PathBuf, time::Instant};

/// Mailings to the contacts of a topic
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum MailingCommand {
    /// Draft a mailing without sending it
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
        /// File with the text
        #[arg(long, value_name = "FILE", conflicts_with = "text")]
        text_file: Option<PathBuf>,
        /// Sender address
        #[arg(long)]
        from: String,
        /// Document that the mailing circulates
        #[arg(long, value_name = "ID")]
        document: Option<String>,
        /// Only to parties of these categories
        #[arg(long = "category")]
        categories: Vec<String>,
    },
    /// Send a mailing; refused if a party has no contact, unless --despite-missing is given
    Send {
        /// Id of the mailing
        id: String,
        /// Send it even if a party has no contact
        #[arg(long)]
        despite_missing: bool,
    },
    /// Submit the messages in the outbox to the mail relay configured in DATA/relay.toml
    Relay {
        /// Only this mailing. Default: all waiting ones
        id: Option<String>,
        /// Settings file of the relay
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Show the proof of sending: each message with its recipient, its hash and whether it bounced
    Proof {
        /// Id of the mailing
        id: String,
    },
    /// Record bounces from a CSV with message_id, at, why
    Bounces {
        /// The CSV file
        file: PathBuf,
    },
    #[command(flatten)]
    Common(Common),
}

pub(crate) fn run(c: &MailingCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        MailingCommand::Draft { topic, subject, text, text_file, from, document, categories } => {
            let text = match text_file {
                Some(file) => Text::File(file.clone()),
                None => Text::Given(text.clone().unwrap_or_default()),
            };
            let new = NewMailing {
                topic: topic.clone(),
                subject: subject.clone(),
                text,
                from: from.clone(),
                document: document.clone(),
                categories: categories.clone(),
            };
            mailing::draft(ctx, &new)
        }
        MailingCommand::Send { id, despite_missing } => mailing::send(ctx, id, *despite_missing),
        MailingCommand::Relay { id, config } => {
            let begun = Instant::now();
            let request = RelayRequest {
                mailing: id.clone(),
                settings: config.clone(),
                environment: &|name| std::env::var(name).ok(),
                elapsed: &|| begun.elapsed(),
            };
            relay(ctx, &request)
        }
        MailingCommand::Proof { id } => mailing::proof(ctx, id),
        MailingCommand::Bounces { file } => mailing::record_bounces(ctx, file),
        MailingCommand::Common(c) => common::<Mailing>(c, ctx),
    }
}
