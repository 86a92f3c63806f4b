//! Feedback of parties on the service: `sentiment`, `complaint`, `example`, `comment`.

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

/// How parties rate the service
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum SentimentCommand {
    /// Record a party's rating of a region in a month; it replaces an earlier one
    Add {
        /// Party
        party: String,
        /// Rating: poor, fair or good
        #[arg(long)]
        mood: Mood,
        /// Month
        #[arg(long)]
        period: Period,
        /// Region. Default: the service as a whole
        #[arg(long, default_value = "none")]
        region: Region,
        /// The party's own words; never published
        #[arg(long, default_value = "")]
        text: String,
        /// How the rating was collected
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

/// Complaints, and who received them
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ComplaintCommand {
    /// Record a complaint
    Add {
        /// The party that complains
        party: String,
        /// Subject of the complaint
        #[arg(long)]
        text: String,
        /// Who received it
        #[arg(long)]
        heard_by: String,
        /// Region. Default: none
        #[arg(long, default_value = "none")]
        region: Region,
        /// Date. Default: today
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

/// Examples of discrepancies between reports
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ExampleCommand {
    /// Record an example
    Add {
        /// The sender
        party: String,
        /// Report or figure concerned
        #[arg(long)]
        about: String,
        /// The sender's text
        #[arg(long)]
        text: String,
        /// The sender asked not to be named to the provider
        #[arg(long)]
        hide_sender: bool,
        /// Action for which it was collected
        #[arg(long, value_name = "ID")]
        action: Option<String>,
    },
    /// Record the de-identified text; refused while it identifies the sender
    DeIdentify {
        /// Id of the example
        id: String,
        /// De-identified text
        #[arg(long)]
        text: String,
    },
    /// Pass an example on to the provider
    PassOn {
        /// Id of the example
        id: String,
        /// Provider to whom it is passed on
        #[arg(long)]
        to: String,
    },
    /// Record the provider's answer
    Answer {
        /// Id of the example
        id: String,
        /// The answer
        #[arg(long)]
        text: String,
    },
    /// List every example with its state and answer
    Track,
    /// Show what the provider sees: the text passed on, with the sender only if it agreed
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
    /// Add a comment; one received after the last day is marked as late
    Add {
        /// The document
        document: String,
        /// The comment
        #[arg(long)]
        text: String,
        /// Commenting party
        #[arg(long)]
        party: Option<String>,
        /// Author. Default: the party, else the acting person
        #[arg(long)]
        by: Option<String>,
        /// Place in the document
        #[arg(long, default_value = "")]
        place: String,
        /// Time of receipt. Default: now
        #[arg(long, value_name = "TIME")]
        received: Option<Utc>,
    },
    /// Answer a comment
    Respond {
        /// Id of the comment
        id: String,
        /// The answer
        #[arg(long)]
        text: String,
    },
    /// List the comments on a document, with late ones marked
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
