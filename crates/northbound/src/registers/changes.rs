//! `change`: raised, assessed, consulted on, viewed, approved, run, observed; and the process by type.

mod observe;
mod process;

use super::{Common, common};
use crate::{
    context::Ctx,
    error::{CliError, Result},
    output::{Answer, Table},
};
use clap::{Args, Subcommand};
use northbound_app::registers::{author, view, with_reason};
use northbound_registers::{
    Kept, Query, Receipt, RegisterError,
    records::oversight::changes::{
        Change, ChangeState, Consultation, OperationalView, UserImpact, Verdict, Window,
    },
};
use northbound_rules::templates::TemplateKind;
use northbound_types::{Day, Region, Utc};
use serde_json::{Value, json};

/// Changes to the network's systems
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ChangeCommand {
    /// Raise a change
    Add(Box<AddArgs>),
    /// Record the assessment of what it means for Users
    Impact {
        /// Its id
        id: String,
        /// The assessment
        #[arg(long)]
        text: String,
        /// Who assessed it. Default: who acts
        #[arg(long)]
        by: Option<String>,
        /// Day of the assessment. Default: today
        #[arg(long, value_name = "DAY")]
        on: Option<Day>,
        /// Where it is written down
        #[arg(long, default_value = "")]
        document: String,
    },
    /// Record whom was asked, until when, and what came of it
    Consult {
        /// Its id
        id: String,
        /// Who was asked
        #[arg(long)]
        whom: String,
        /// First day
        #[arg(long, value_name = "DAY")]
        from: Day,
        /// Last day for answers
        #[arg(long, value_name = "DAY")]
        to: Day,
        /// What was answered
        #[arg(long, default_value = "")]
        outcome: String,
        /// Where it is written down
        #[arg(long, default_value = "")]
        document: String,
    },
    /// Record the operational view of a body
    View {
        /// Its id
        id: String,
        /// Which body
        #[arg(long)]
        body: String,
        /// supports, supports-with-conditions or objects
        #[arg(long)]
        verdict: Verdict,
        /// In words
        #[arg(long)]
        text: String,
        /// Day of the view. Default: today
        #[arg(long, value_name = "DAY")]
        on: Option<Day>,
        /// Where it is written down
        #[arg(long, default_value = "")]
        document: String,
    },
    /// Plan when it runs
    Window(WindowArgs),
    /// Approve it: refused while impact, consultation or operational view is missing
    Approve {
        /// Its id
        id: String,
        /// Go past what is missing: only the chair, with --reason
        #[arg(long = "override")]
        past_missing: bool,
    },
    /// Record when it ran; without approval that is told of it for ever
    Ran {
        #[command(flatten)]
        window: WindowArgs,
        /// It was taken back
        #[arg(long)]
        backed_out: bool,
    },
    /// Refuse it, or give it up; needs --reason
    Reject {
        /// Its id
        id: String,
        /// Day. Default: today
        #[arg(long, value_name = "DAY")]
        on: Option<Day>,
    },
    /// A measure in the days before it and after it, with intervals: an observation, no cause
    Observe(observe::ObserveArgs),
    /// The process by type, as a page for Users
    Process(process::ProcessArgs),
    /// Changes with their age, and what each still lacks
    List(ListArgs),
    /// One change
    Show {
        /// Its id
        id: String,
    },
    /// Every state that it has been in
    History {
        /// Its id
        id: String,
    },
    /// Change a record: KEY=VALUE, with the JSON keys that `show` prints; needs --reason
    Change {
        /// Its id
        id: String,
        /// What to change; an empty value clears it
        #[arg(required = true, value_name = "KEY=VALUE")]
        set: Vec<String>,
    },
    /// Take a record back; it stays in the history. Needs --reason
    Withdraw {
        /// Its id
        id: String,
    },
}

/// What is raised.
#[derive(Debug, Clone, Args)]
pub(crate) struct AddArgs {
    /// Title
    #[arg(long)]
    title: String,
    /// Type; `change process` lists them
    #[arg(long = "type", value_name = "TYPE")]
    kind: String,
    /// Systems that it touches
    #[arg(long = "system", value_delimiter = ',', required = true, value_name = "NAME")]
    systems: Vec<String>,
    /// Measures on whose charts its window is drawn; all where not given
    #[arg(long = "measure", value_delimiter = ',', value_name = "ID")]
    measures: Vec<String>,
    /// Regions that it touches; all where not given
    #[arg(long = "region", value_delimiter = ',', value_name = "REGION")]
    regions: Vec<Region>,
    /// In full
    #[arg(long, default_value = "")]
    text: String,
    /// Day on which it was raised. Default: today
    #[arg(long, value_name = "DAY")]
    raised: Option<Day>,
    /// Who raised it. Default: who acts
    #[arg(long)]
    by: Option<String>,
    /// Its number elsewhere
    #[arg(long, value_name = "ID")]
    reference: Option<String>,
    /// Planned start
    #[arg(long, value_name = "TIME", requires = "to")]
    from: Option<Utc>,
    /// Planned end
    #[arg(long, value_name = "TIME", requires = "from")]
    to: Option<Utc>,
}

/// A window of a change.
#[derive(Debug, Clone, Args)]
pub(crate) struct WindowArgs {
    /// Its id
    id: String,
    /// Start
    #[arg(long, value_name = "TIME")]
    from: Utc,
    /// End
    #[arg(long, value_name = "TIME")]
    to: Utc,
}

/// Which changes.
#[derive(Debug, Clone, Args)]
pub(crate) struct ListArgs {
    /// Only of this type
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<String>,
    /// Only in this state
    #[arg(long)]
    state: Option<ChangeState>,
    /// Withdrawn ones too
    #[arg(long)]
    withdrawn: bool,
}

pub(crate) fn change(c: &ChangeCommand, ctx: &Ctx) -> Result<Answer> {
    let today = ctx.now.day();
    match c {
        ChangeCommand::Add(a) => add(a, ctx),
        ChangeCommand::Impact { id, text, by, on, document } => {
            edit(ctx, id, "User impact assessed", |c| {
                c.impact = Some(UserImpact {
                    text: text.clone(),
                    by: author(by.as_deref(), &ctx.actor),
                    on: on.unwrap_or(today),
                    document: document.clone(),
                });
            })
        }
        ChangeCommand::Consult { id, whom, from, to, outcome, document } => {
            edit(ctx, id, "consultation", |c| {
                c.consultation = Some(Consultation {
                    whom: whom.clone(),
                    from: *from,
                    to: *to,
                    outcome: outcome.clone(),
                    document: document.clone(),
                });
            })
        }
        ChangeCommand::View { id, body, verdict, text, on, document } => {
            edit(ctx, id, "operational view", |c| {
                c.view = Some(OperationalView {
                    body: body.clone(),
                    verdict: *verdict,
                    text: text.clone(),
                    on: on.unwrap_or(today),
                    document: document.clone(),
                });
            })
        }
        ChangeCommand::Window(w) => edit(ctx, &w.id, "window planned", |c| {
            c.planned = Some(Window { from: w.from, to: w.to })
        }),
        ChangeCommand::Approve { id, past_missing } => approve(id, *past_missing, ctx),
        ChangeCommand::Ran { window, backed_out } => ran(window, *backed_out, ctx),
        ChangeCommand::Reject { id, on } => {
            let store = ctx.store()?;
            Ok(view::receipt(&ctx.gate(&store).update::<Change>(id, &ctx.write(), |c| {
                c.state = ChangeState::Rejected;
                c.ended = Some(on.unwrap_or(today));
                Ok(())
            })?))
        }
        ChangeCommand::Observe(a) => observe::run(a, ctx),
        ChangeCommand::Process(a) => process::run(a, ctx),
        ChangeCommand::List(a) => list(a, ctx),
        ChangeCommand::Show { id } => show(id, ctx),
        ChangeCommand::History { id } => common::<Change>(&Common::History { id: id.clone() }, ctx),
        ChangeCommand::Change { id, set } => {
            common::<Change>(&Common::Change { id: id.clone(), set: set.clone() }, ctx)
        }
        ChangeCommand::Withdraw { id } => {
            common::<Change>(&Common::Withdraw { id: id.clone() }, ctx)
        }
    }
}

fn add(a: &AddArgs, ctx: &Ctx) -> Result<Answer> {
    let rules = ctx.rules()?;
    if rules.template(TemplateKind::Change, &a.kind).is_none() {
        let known: Vec<&str> = rules.templates(TemplateKind::Change).map(|t| t.id).collect();
        return Err(CliError::input(format!(
            "there is no type of change {:?}; use one of {}, or add it to DATA/rules/changes.toml",
            a.kind,
            known.join(", ")
        )));
    }
    if let Some(odd) = a.measures.iter().find(|m| rules.measure(m).is_none()) {
        return Err(CliError::input(format!(
            "there is no measure {odd:?}; `northbound rules list --prefix measure/` shows them"
        )));
    }
    let planned = a.from.zip(a.to).map(|(from, to)| Window { from, to });
    let base = Change::raised(
        &a.title,
        &a.kind,
        a.systems.clone(),
        a.raised.unwrap_or(ctx.now.day()),
        &author(a.by.as_deref(), &ctx.actor),
    );
    super::add(
        &Change {
            measures: a.measures.clone(),
            regions: a.regions.clone(),
            text: a.text.clone(),
            reference: a.reference.clone(),
            planned,
            ..base
        },
        ctx,
    )
}

fn edit(ctx: &Ctx, id: &str, what: &str, change: impl FnOnce(&mut Change)) -> Result<Answer> {
    let store = ctx.store()?;
    let receipt = ctx.gate(&store).update::<Change>(id, &with_reason(ctx, what), |c| {
        change(c);
        Ok(())
    })?;
    Ok(lacking(view::receipt(&receipt), &receipt, ctx))
}

/// Says what a change still lacks.
fn lacking(answer: Answer, receipt: &Receipt, ctx: &Ctx) -> Answer {
    let Some(c) = receipt
        .after
        .as_ref()
        .and_then(|v| serde_json::from_value::<Change>(v.clone()).ok())
        .filter(|c| c.state == ChangeState::Raised)
    else {
        return answer;
    };
    let missing = c.missing(ctx.now.day());
    answer.then(if missing.is_empty() {
        format!("Nothing is missing: northbound change approve {}", receipt.id)
    } else {
        format!("Before it can be approved: {}.", missing.join(", "))
    })
}

fn approve(id: &str, past_missing: bool, ctx: &Ctx) -> Result<Answer> {
    let store = ctx.store()?;
    let receipt = ctx.gate(&store).approve_change(id, past_missing, &ctx.write())?;
    let approved =
        receipt.after.as_ref().and_then(|v| serde_json::from_value::<Change>(v.clone()).ok());
    let mut a = view::receipt(&receipt);
    if let Some(o) = approved.as_ref().and_then(|c| c.approval.as_ref()?.overridden.as_ref()) {
        a = a.then(format!("Approved past {} by {}: {}.", o.missing.join(", "), o.by, o.reason));
    }
    if let Some(v) =
        approved.as_ref().and_then(|c| c.view.as_ref()).filter(|v| v.verdict == Verdict::Objects)
    {
        a = a.then(format!("{} objects: {}", v.body, v.text));
    }
    Ok(a)
}

fn ran(w: &WindowArgs, backed_out: bool, ctx: &Ctx) -> Result<Answer> {
    let store = ctx.store()?;
    if w.to > ctx.now {
        return Err(CliError::input(format!(
            "{} is still to come; a change that is to run is planned with `northbound change window`",
            w.to
        )));
    }
    let receipt = ctx.gate(&store).update::<Change>(&w.id, &with_reason(ctx, "it ran"), |c| {
        c.ran = Some(Window { from: w.from, to: w.to });
        c.ended = Some(w.to.day());
        c.state = match (backed_out, c.state) {
            (_, ChangeState::Raised) => ChangeState::RanUnapproved,
            (true, _) => ChangeState::BackedOut,
            (false, ChangeState::Approved) => ChangeState::Implemented,
            (false, now) => {
                return Err(RegisterError::Frozen {
                    noun: northbound_registers::Noun::Change,
                    id: w.id.clone(),
                    why: format!("it is {now} already"),
                });
            }
        };
        Ok(())
    })?;
    let mut a = view::receipt(&receipt);
    if receipt.after.as_ref().is_some_and(|v| v["state"] == ChangeState::RanUnapproved.as_str()) {
        a = a.then("It ran although nobody had approved it; every report says so.");
    }
    Ok(a)
}

/// A change as lists and reports show it.
fn line(k: &Kept<Change>, as_at: Day) -> Value {
    let c = &k.record;
    let missing = if c.state == ChangeState::Raised {
        c.missing(as_at)
    } else {
        c.approval
            .as_ref()
            .and_then(|a| a.overridden.as_ref())
            .map(|o| o.missing.clone())
            .unwrap_or_default()
    };
    json!({"id": k.id, "version": k.version, "age_days": c.age(as_at), "missing": missing, "change": k})
}

fn list(f: &ListArgs, ctx: &Ctx) -> Result<Answer> {
    let store = ctx.store()?;
    let as_at = ctx.as_at.unwrap_or(ctx.now).day();
    let mut kept: Vec<Kept<Change>> = ctx.gate(&store).list(&Query {
        lookup: f.kind.clone(),
        withdrawn: f.withdrawn,
        ..Query::as_at(ctx.as_at())
    })?;
    kept.retain(|k| f.state.is_none_or(|s| s == k.record.state));
    kept.sort_by(|a, b| a.record.kind.cmp(&b.record.kind));
    let mut t = Table::new(
        "",
        &[
            "id",
            "type",
            "title",
            "systems",
            "state",
            "raised",
            ">age (days)",
            "window from (UTC)",
            "to (UTC)",
            "lacks, or was approved without",
        ],
    );
    let lines: Vec<Value> = kept.iter().map(|k| line(k, as_at)).collect();
    for (k, l) in kept.iter().zip(&lines) {
        let c = &k.record;
        let window =
            |f: fn(&Window) -> Utc| c.window().map(|w| f(w).to_string()).unwrap_or_default();
        t.row([
            k.id.clone(),
            c.kind.clone(),
            c.title.clone(),
            c.systems.join(" "),
            c.state.to_string(),
            c.raised.to_string(),
            c.age(as_at).to_string(),
            window(|w| w.from),
            window(|w| w.to),
            view::text(l.get("missing")),
        ]);
    }
    let mut ages = Table::new("By type", &["type", ">changes", ">open", ">oldest open (days)"]);
    let mut kinds: Vec<&str> = kept.iter().map(|k| k.record.kind.as_str()).collect();
    kinds.dedup();
    for kind in kinds {
        let mine: Vec<&Change> =
            kept.iter().map(|k| &k.record).filter(|c| c.kind == kind).collect();
        let open: Vec<i32> =
            mine.iter().filter(|c| !c.state.is_end()).map(|c| c.age(as_at)).collect();
        ages.row([
            kind.to_owned(),
            mine.len().to_string(),
            open.len().to_string(),
            open.iter().max().map(i32::to_string).unwrap_or_default(),
        ]);
    }
    Ok(Answer::new(json!({"as_at": as_at, "changes": lines})).table(t).table(ages))
}

fn show(id: &str, ctx: &Ctx) -> Result<Answer> {
    let store = ctx.store()?;
    let k = ctx.gate(&store).show::<Change>(id, ctx.as_at())?;
    let as_at = ctx.as_at.unwrap_or(ctx.now).day();
    let mut a = common::<Change>(&Common::Show { id: id.to_owned() }, ctx)?;
    a.json = line(&k, as_at);
    a = a.say(format!("{} is {}, {} days old.", k.id, k.record.state, k.record.age(as_at)));
    let missing = k.record.missing(as_at);
    if k.record.state == ChangeState::Raised && !missing.is_empty() {
        a = a.then(format!("Before it can be approved: {}.", missing.join(", ")));
    }
    Ok(a)
}
