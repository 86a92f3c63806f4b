//! `change`: changes to the network's systems.

use super::{Common, common};
use crate::{context::Ctx, error::Result, output::Answer};
use clap::{Args, Subcommand};
use northbound_app::{
    changes::{self, ListRequest, NewChange, observe::ObserveRequest, process::process, view},
    registers::{author, view as record_view},
};
use northbound_registers::{
    Receipt,
    records::oversight::changes::{
        Change, ChangeState, Consultation, OperationalView, UserImpact, Verdict, Window,
    },
};
use northbound_types::{Day, Region, Utc};
use std::path::PathBuf;

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
    /// Record who was consulted, until when, and the outcome
    Consult {
        /// Its id
        id: String,
        /// Who was consulted
        #[arg(long)]
        whom: String,
        /// First day
        #[arg(long, value_name = "DAY")]
        from: Day,
        /// Last day for answers
        #[arg(long, value_name = "DAY")]
        to: Day,
        /// The outcome
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
    /// Record when it ran; an unapproved run stays flagged
    Ran {
        #[command(flatten)]
        window: WindowArgs,
        /// It was backed out
        #[arg(long)]
        backed_out: bool,
    },
    /// Reject it, or give it up; needs --reason
    Reject {
        /// Its id
        id: String,
        /// Day. Default: today
        #[arg(long, value_name = "DAY")]
        on: Option<Day>,
    },
    /// A measure in the days before it and after it, with intervals: an observation, not a cause
    Observe(ObserveArgs),
    /// The process by type, as a page for Users
    Process(ProcessArgs),
    /// Changes with their age, and what each still lacks
    List(ListArgs),
    /// One change
    Show {
        /// Its id
        id: String,
    },
    /// Every version of it
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
    /// Withdraw a record; it stays in the history. Needs --reason
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

/// Which change, on which measure.
#[derive(Debug, Clone, Args)]
pub(crate) struct ObserveArgs {
    /// The change
    id: String,
    /// Measure
    #[arg(long, value_name = "ID")]
    measure: String,
    /// Only this provider
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
    /// Only this region. Default: those that the change touches
    #[arg(long)]
    region: Option<Region>,
    /// Whole days on each side of the window
    #[arg(long, default_value_t = 7, value_name = "N")]
    days: u16,
    /// How to count
    #[arg(long, value_name = "ID")]
    methodology: Option<String>,
}

/// Which types, and where to.
#[derive(Debug, Clone, Args)]
pub(crate) struct ProcessArgs {
    /// Only this type
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<String>,
    /// Write it as one HTML page
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(crate) fn change(c: &ChangeCommand, ctx: &Ctx) -> Result<Answer> {
    if let Some(receipt) = step(c, ctx)? {
        return Ok(view::step(ctx, &receipt));
    }
    Ok(match c {
        ChangeCommand::Add(a) => record_view::receipt(&changes::add(ctx, &a.new_change())?),
        ChangeCommand::Approve { id, past_missing } => {
            view::approval(&changes::approve(ctx, id, *past_missing)?)
        }
        ChangeCommand::Ran { window: w, backed_out } => {
            view::run(&changes::record_run(ctx, &w.id, w.window(), *backed_out)?)
        }
        ChangeCommand::Reject { id, on } => {
            record_view::receipt(&changes::reject(ctx, id, on.unwrap_or(ctx.now.day()))?)
        }
        ChangeCommand::Observe(a) => changes::observe::observe(ctx, &a.request())?.answer(),
        ChangeCommand::Process(a) => process(ctx, a.kind.as_deref(), a.out.as_deref())?,
        ChangeCommand::List(a) => view::list(&changes::list(
            ctx,
            &ListRequest { kind: a.kind.clone(), state: a.state, withdrawn: a.withdrawn },
        )?),
        ChangeCommand::Show { id } => {
            let (change, as_at) = changes::show(ctx, id)?;
            view::change(&change, as_at)
        }
        ChangeCommand::History { id } => {
            common::<Change>(&Common::History { id: id.clone() }, ctx)?
        }
        ChangeCommand::Change { id, set } => {
            common::<Change>(&Common::Change { id: id.clone(), set: set.clone() }, ctx)?
        }
        ChangeCommand::Withdraw { id } => {
            common::<Change>(&Common::Withdraw { id: id.clone() }, ctx)?
        }
        ChangeCommand::Impact { .. }
        | ChangeCommand::Consult { .. }
        | ChangeCommand::View { .. }
        | ChangeCommand::Window(_) => Answer::default(),
    })
}

/// A step on the way to approval; `None` for every other command.
fn step(c: &ChangeCommand, ctx: &Ctx) -> Result<Option<Receipt>> {
    let today = ctx.now.day();
    Ok(Some(match c.clone() {
        ChangeCommand::Impact { id, text, by, on, document } => {
            let by = author(by.as_deref(), &ctx.actor);
            let on = on.unwrap_or(today);
            changes::assess_impact(ctx, &id, UserImpact { text, by, on, document })?
        }
        ChangeCommand::Consult { id, whom, from, to, outcome, document } => {
            changes::consult(ctx, &id, Consultation { whom, from, to, outcome, document })?
        }
        ChangeCommand::View { id, body, verdict, text, on, document } => {
            let on = on.unwrap_or(today);
            changes::give_view(ctx, &id, OperationalView { body, verdict, text, on, document })?
        }
        ChangeCommand::Window(w) => changes::plan(ctx, &w.id, w.window())?,
        _ => return Ok(None),
    }))
}

impl WindowArgs {
    fn window(&self) -> Window {
        Window { from: self.from, to: self.to }
    }
}

impl AddArgs {
    fn new_change(&self) -> NewChange {
        NewChange {
            title: self.title.clone(),
            kind: self.kind.clone(),
            systems: self.systems.clone(),
            measures: self.measures.clone(),
            regions: self.regions.clone(),
            text: self.text.clone(),
            raised: self.raised,
            by: self.by.clone(),
            reference: self.reference.clone(),
            planned: self.from.zip(self.to).map(|(from, to)| Window { from, to }),
        }
    }
}

impl ObserveArgs {
    fn request(&self) -> ObserveRequest {
        ObserveRequest {
            id: self.id.clone(),
            measure: self.measure.clone(),
            provider: self.provider.clone(),
            region: self.region,
            days: self.days,
            methodology: self.methodology.clone(),
        }
    }
}
