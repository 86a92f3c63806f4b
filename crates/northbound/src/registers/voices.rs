//! What parties say and send: `sentiment`, `complaint`, `example`, `comment`.

use super::{Common, add, common, list};
use crate::{
    context::Ctx,
    error::Result,
    output::{Answer, Table},
};
use clap::Subcommand;
use northbound_app::registers::{author, view, with_reason};
use northbound_registers::{
    Query,
    records::feedback::{
        comments::Comment,
        examples::{Example, ExampleState, PassedExample, state},
        sentiments::{Complaint, Mood, Sentiment},
    },
};
use northbound_types::{Day, Period, Region, Utc};
use serde_json::json;
use std::collections::BTreeMap;

/// What parties say of the service
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum SentimentCommand {
    /// Keep what a party says of a region in a month; said again, it replaces what was said before
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
            let s = Sentiment {
                party: party.clone(),
                region: *region,
                period: *period,
                mood: *mood,
                text: text.clone(),
                source: source.clone(),
            };
            let store = ctx.store()?;
            Ok(view::receipt(&ctx.gate(&store).put(&s, &with_reason(ctx, "said again"))?))
        }
        SentimentCommand::Common(c) => common::<Sentiment>(c, ctx),
    }
}

/// Complaints, and who heard them
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ComplaintCommand {
    /// Keep a complaint
    Add {
        /// The party that complains
        party: String,
        /// Of what
        #[arg(long)]
        text: String,
        /// Who was told
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
    /// Write the text that may leave; refused while it holds what gives the sender away
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
    /// The provider's answer
    Answer {
        /// Its id
        id: String,
        /// The answer
        #[arg(long)]
        text: String,
    },
    /// Every example with its state and answer
    Track,
    /// What the provider sees: the text that left, and the sender only where it agreed
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
            let store = ctx.store()?;
            Ok(view::receipt(&ctx.gate(&store).de_identify(
                id,
                text,
                &with_reason(ctx, "de-identified"),
            )?))
        }
        ExampleCommand::PassOn { id, to } => {
            let store = ctx.store()?;
            let receipts = ctx.gate(&store).pass_on(id, to, &with_reason(ctx, "passed on"))?;
            Ok(receipts
                .first()
                .map(view::receipt)
                .unwrap_or_default()
                .say(format!("{to} sees the de-identified text (`example passed`).")))
        }
        ExampleCommand::Answer { id, text } => {
            let store = ctx.store()?;
            Ok(view::receipt(&ctx.gate(&store).answer_example(
                id,
                text,
                &with_reason(ctx, "answered"),
            )?))
        }
        ExampleCommand::Track => track(ctx),
        ExampleCommand::Passed => list::<PassedExample>(&super::Filter::default(), ctx),
        ExampleCommand::Common(c) => common::<Example>(c, ctx),
    }
}

fn track(ctx: &Ctx) -> Result<Answer> {
    let store = ctx.store()?;
    let gate = ctx.gate(&store);
    let q = Query::as_at(ctx.as_at());
    let passed: BTreeMap<String, PassedExample> =
        gate.list::<PassedExample>(&q)?.into_iter().map(|k| (k.id, k.record)).collect();
    let mut t = Table::new("", &["id", "about", "state", "passed to", "answer"]);
    let (mut out, mut by_state) = (Vec::new(), BTreeMap::<&str, u64>::new());
    for k in gate.list::<Example>(&q)? {
        let p = passed.get(&k.id);
        let s = state(&k.record, p);
        *by_state.entry(s.as_str()).or_default() += 1;
        let (to, answer) =
            p.map_or_else(Default::default, |p| (p.passed_to.clone(), p.answer.clone()));
        t.row([k.id.clone(), k.record.about.clone(), s.to_string(), to.clone(), answer.clone()]);
        out.push(json!({"id": k.id, "about": k.record.about, "state": s, "passed_to": to, "answer": answer}));
    }
    Ok(Answer::new(json!({"examples": out, "by_state": by_state})).table(t))
}

/// Comments on documents
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum CommentCommand {
    /// Keep a comment; one that comes after the last day is marked late, and kept
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
            // A User comments for its own party.
            let party = party.clone().or_else(|| {
                ctx.actor.party.clone().filter(|_| ctx.actor.roles.iter().any(|r| r == "user"))
            });
            let comment = Comment {
                document: document.clone(),
                by: by
                    .clone()
                    .or_else(|| party.clone())
                    .unwrap_or_else(|| author(None, &ctx.actor)),
                party,
                received: received.unwrap_or(ctx.now),
                deadline: None,
                late: false,
                place: place.clone(),
                text: text.clone(),
                response: String::new(),
                responded_by: String::new(),
            };
            let store = ctx.store()?;
            let receipt = ctx.gate(&store).comment(&comment, &ctx.write())?;
            let late = receipt.after.as_ref().is_some_and(|a| a["late"] == true);
            let a = view::receipt(&receipt);
            Ok(if late {
                a.say("It came after the last day for comments: it is marked late, and kept.")
            } else {
                a
            })
        }
        CommentCommand::Respond { id, text } => {
            let store = ctx.store()?;
            Ok(view::receipt(&ctx.gate(&store).update::<Comment>(
                id,
                &with_reason(ctx, "answered"),
                |c| {
                    text.clone_into(&mut c.response);
                    c.responded_by = author(None, &ctx.actor);
                    Ok(())
                },
            )?))
        }
        CommentCommand::On { document } => {
            let store = ctx.store()?;
            let kept = ctx.gate(&store).list::<Comment>(&Query {
                lookup: Some(document.clone()),
                ..Query::as_at(ctx.as_at())
            })?;
            let mut t = Table::new(
                "",
                &["id", "by", "received (UTC)", "late", "place", "comment", "answer"],
            );
            for k in &kept {
                let c = &k.record;
                t.row([
                    k.id.clone(),
                    c.by.clone(),
                    c.received.to_string(),
                    if c.late { "late" } else { "" }.to_owned(),
                    c.place.clone(),
                    c.text.clone(),
                    c.response.clone(),
                ]);
            }
            let late = kept.iter().filter(|k| k.record.late).count();
            Ok(Answer::new(json!({"document": document, "comments": kept, "late": late}))
                .say(format!("{} comments on {document}, {late} of them late.", kept.len()))
                .table(t))
        }
        CommentCommand::Common(c) => common::<Comment>(c, ctx),
    }
}
