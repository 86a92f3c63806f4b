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
    /// Send it: refused where a party has no contact, unless --despite-missing is given
    Send {
        /// Its id
        id: String,
        /// Send it although a party has no contact
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
    /// Who was sent what: each message with its hash, and whether it bounced
    Proof {
        /// Its id
        id: String,
    },
    /// Record bounces: CSV with message_id, at, why
    Bounces {
        /// The file
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
