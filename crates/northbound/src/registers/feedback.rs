//! What parties say of the service and send: `sentiment`, `complaint`, `example`, `comment`.

use super::{Common, add, common, list};
use crate::{context::Ctx, error::Result, output::Answer};
use clap::Subcommand;
use northbound_app::{feedback, registers::view};
use northbound_registers::records::feedback::{
    comments::Comment,
    examples::{Example, ExampleState, PassedExample},
    sentiments::{Complaint, Mood, Sentiment},
};
use northbound_types::{Day, Period, Region, Utc};

/// What parties say of the service
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum SentimentCommand {
    /// Record what a party says of a region in a month; it replaces what the party said before
    Add {
        /// Party
        party: String,
        /// poor, fair or good
        #[arg(long)]
        mood: Mood,
        /// Month
        #[arg(long)]
        period: Period,
        /// Region. Default: the service as a whole
        #[arg(long, default_value = "none")]
        region: Region,
        /// In its own words; never published
        #[arg(long, default_value = "")]
        text: String,
        /// How it was asked
        #[arg(long)]
        source: String,
    },
    #[command(flatten)]
    Common(Common),
}

pub(crate) fn sentiment(c: &SentimentCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        SentimentCommand::Add { party, mood, period, region, text, source } => {
            let sentiment = Sentiment {
                party: party.clone(),
                region: *region,
                period: *period,
                mood: *mood,
                text: text.clone(),
                source: source.clone(),
            };
            Ok(view::receipt(&feedback::put_sentiment(ctx, &sentiment)?))
        }
        SentimentCommand::Common(c) => common::<Sentiment>(c, ctx),
    }
}

/// Complaints, and who heard them
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ComplaintCommand {
    /// Record a complaint
    Add {
        /// The party that complains
        party: String,
        /// Of what
        #[arg(long)]
        text: String,
        /// Who heard it
        #[arg(long)]
        heard_by: String,
        /// Region. Default: none is named
        #[arg(long, default_value = "none")]
        region: Region,
        /// When. Default: today
        #[arg(long, value_name = "DAY")]
        on: Option<Day>,
        /// Document or place
        #[arg(long, default_value = "")]
        source: String,
    },
    #[command(flatten)]
    Common(Common),
}

pub(crate) fn complaint(c: &ComplaintCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        ComplaintCommand::Add { party, text, heard_by, region, on, source } => add(
            &Complaint {
                party: party.clone(),
                region: *region,
                on: on.unwrap_or(ctx.now.day()),
                heard_by: heard_by.clone(),
                text: text.clone(),
                source: source.clone(),
            },
            ctx,
        ),
        ComplaintCommand::Common(c) => common::<Complaint>(c, ctx),
    }
}

/// Examples of where reports disagree
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ExampleCommand {
    /// Collect an example
    Add {
        /// The sender
        party: String,
        /// Which report or figure it is about
        #[arg(long)]
        about: String,
        /// As the sender wrote it
        #[arg(long)]
        text: String,
        /// The sender asks not to be named to the provider
        #[arg(long)]
        hide_sender: bool,
        /// The action that it serves
        #[arg(long, value_name = "ID")]
        action: Option<String>,
    },
    /// Record the text that may be passed on; refused while it identifies the sender
    DeIdentify {
        /// Its id
        id: String,
        /// The text
        #[arg(long)]
        text: String,
    },
    /// Pass it on to the provider
    PassOn {
        /// Its id
        id: String,
        /// To whom
        #[arg(long)]
        to: String,
    },
    /// Record the provider's answer
    Answer {
        /// Its id
        id: String,
        /// The answer
        #[arg(long)]
        text: String,
    },
    /// Every example with its state and answer
    Track,
    /// What the provider sees: the text passed on, and the sender only where it agreed
    Passed,
    #[command(flatten)]
    Common(Common),
}

pub(crate) fn example(c: &ExampleCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        ExampleCommand::Add { party, about, text, hide_sender, action } => add(
            &Example {
                party: party.clone(),
                on: ctx.now.day(),
                about: about.clone(),
                text: text.clone(),
                public_text: String::new(),
                hide_sender: *hide_sender,
                state: ExampleState::Collected,
                action: action
                    .as_deref()
                    .map(northbound_registers::records::oversight::actions::canonical),
            },
            ctx,
        ),
        ExampleCommand::DeIdentify { id, text } => {
            Ok(view::receipt(&feedback::de_identify(ctx, id, text)?))
        }
        ExampleCommand::PassOn { id, to } => feedback::pass_on(ctx, id, to),
        ExampleCommand::Answer { id, text } => {
            Ok(view::receipt(&feedback::answer_example(ctx, id, text)?))
        }
        ExampleCommand::Track => feedback::track_examples(ctx),
        ExampleCommand::Passed => list::<PassedExample>(&super::Filter::default(), ctx),
        ExampleCommand::Common(c) => common::<Example>(c, ctx),
    }
}

/// Comments on documents
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum CommentCommand {
    /// Add a comment; one that comes after the last day is marked as late
    Add {
        /// The document
        document: String,
        /// The comment
        #[arg(long)]
        text: String,
        /// The party that comments
        #[arg(long)]
        party: Option<String>,
        /// Who comments. Default: the party, else who acts
        #[arg(long)]
        by: Option<String>,
        /// Place in the document
        #[arg(long, default_value = "")]
        place: String,
        /// When it came. Default: now
        #[arg(long, value_name = "TIME")]
        received: Option<Utc>,
    },
    /// Answer a comment
    Respond {
        /// Its id
        id: String,
        /// The answer
        #[arg(long)]
        text: String,
    },
    /// The comments on a document, late ones marked
    On {
        /// The document
        document: String,
    },
    #[command(flatten)]
    Common(Common),
}

pub(crate) fn comment(c: &CommentCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        CommentCommand::Add { document, text, party, by, place, received } => {
            let comment = Comment {
                document: document.clone(),
                by: String::new(),
                party: party.clone(),
                received: received.unwrap_or(ctx.now),
                deadline: None,
                late: false,
                place: place.clone(),
                text: text.clone(),
                response: String::new(),
                responded_by: String::new(),
            };
            feedback::add_comment(ctx, by.as_deref(), comment)
        }
        CommentCommand::Respond { id, text } => {
            Ok(view::receipt(&feedback::respond(ctx, id, text)?))
        }
        CommentCommand::On { document } => feedback::comments_on(ctx, document),
        CommentCommand::Common(c) => common::<Comment>(c, ctx),
    }
}
