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
    /// Record the assessment of the impact on Users
    Impact {
        /// Id of the change
        id: String,
        /// The assessment
        #[arg(long)]
        text: String,
        /// Who assessed it. Default: the acting person
        #[arg(long)]
        by: Option<String>,
        /// Date of the assessment. Default: today
        #[arg(long, value_name = "DAY")]
        on: Option<Day>,
        /// Document that records it
        #[arg(long, default_value = "")]
        document: String,
    },
    /// Record a consultation: who was consulted, until when, and the outcome
    Consult {
        /// Id of the change
        id: String,
        /// Who was consulted
        #[arg(long)]
        whom: String,
        /// First day
        #[arg(long, value_name = "DAY")]
        from: Day,
        /// Last day for responses
        #[arg(long, value_name = "DAY")]
        to: Day,
        /// The outcome
        #[arg(long, default_value = "")]
        outcome: String,
        /// Document that records it
        #[arg(long, default_value = "")]
        document: String,
    },
    /// Record the operational view of a body
    View {
        /// Id of the change
        id: String,
        /// Body that took the view
        #[arg(long)]
        body: String,
        /// View: supports, supports-with-conditions or objects
        #[arg(long)]
        verdict: Verdict,
        /// Wording of the view
        #[arg(long)]
        text: String,
        /// Date of the view. Default: today
        #[arg(long, value_name = "DAY")]
        on: Option<Day>,
        /// Document that records it
        #[arg(long, default_value = "")]
        document: String,
    },
    /// Plan the window of a change
    Window(WindowArgs),
    /// Approve a change; refused while impact, consultation or operational view is missing
    Approve {
        /// Id of the change
        id: String,
        /// Approve despite missing steps: only the chair, with --reason
        #[arg(long = "override")]
        past_missing: bool,
    },
    /// Record when a change ran; an unapproved run stays flagged
    Ran {
        #[command(flatten)]
        window: WindowArgs,
        /// The change was backed out
        #[arg(long)]
        backed_out: bool,
    },
    /// Reject or abandon a change; needs --reason
    Reject {
        /// Id of the change
        id: String,
        /// Date. Default: today
        #[arg(long, value_name = "DAY")]
        on: Option<Day>,
    },
    /// Compare a measure before and after a change, with intervals: an observation, not a cause
    Observe(ObserveArgs),
    /// Show the process for each type of change, or write it as a page for Users
    Process(ProcessArgs),
    /// List changes with their age and what each still lacks
    List(ListArgs),
    /// Show one change
    Show {
        /// Id of the change
        id: String,
    },
    /// Show every version of a change
    History {
        /// Id of the change
        id: String,
    },
    /// Change a record with KEY=VALUE, using the JSON keys printed by `show`; needs --reason
    Change {
        /// Id of the change
        id: String,
        /// Keys to change, as KEY=VALUE; an empty value clears the key
        #[arg(required = true, value_name = "KEY=VALUE")]
        set: Vec<String>,
    },
    /// Withdraw a record, which stays in the history; needs --reason
    Withdraw {
        /// Id of the change
        id: String,
    },
}

/// Options of `change add`.
#[derive(Debug, Clone, Args)]
pub(crate) struct AddArgs {
    /// Title
    #[arg(long)]
    title: String,
    /// Type; `change process` lists them
    #[arg(long = "type", value_name = "TYPE")]
    kind: String,
    /// Affected systems
    #[arg(long = "system", value_delimiter = ',', required = true, value_name = "NAME")]
    systems: Vec<String>,
    /// Measures on whose charts the window is drawn. Default: all
    #[arg(long = "measure", value_delimiter = ',', value_name = "ID")]
    measures: Vec<String>,
    /// Affected regions. Default: all
    #[arg(long = "region", value_delimiter = ',', value_name = "REGION")]
    regions: Vec<Region>,
    /// Full description
    #[arg(long, default_value = "")]
    text: String,
    /// Date on which it was raised. Default: today
    #[arg(long, value_name = "DAY")]
    raised: Option<Day>,
    /// Who raised it. Default: the acting person
    #[arg(long)]
    by: Option<String>,
    /// Its number in another system
    #[arg(long, value_name = "ID")]
    reference: Option<String>,
    /// Planned start
    #[arg(long, value_name = "TIME", requires = "to")]
    from: Option<Utc>,
    /// Planned end
    #[arg(long, value_name = "TIME", requires = "from")]
    to: Option<Utc>,
}

/// Options of `change window` and `change ran`.
#[derive(Debug, Clone, Args)]
pub(crate) struct WindowArgs {
    /// Id of the change
    id: String,
    /// Start
    #[arg(long, value_name = "TIME")]
    from: Utc,
    /// End
    #[arg(long, value_name = "TIME")]
    to: Utc,
}

/// Which changes to list.
#[derive(Debug, Clone, Args)]
pub(crate) struct ListArgs {
    /// Only of this type
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<String>,
    /// Only in this state
    #[arg(long)]
    state: Option<ChangeState>,
    /// Include withdrawn changes
    #[arg(long)]
    withdrawn: bool,
}

/// Options of `change observe`.
#[derive(Debug, Clone, Args)]
pub(crate) struct ObserveArgs {
    /// The change
    id: String,
    /// Measure
    #[arg(long, value_name = "ID")]
    measure: String,
    /// Only for this provider
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
    /// Only for this region. Default: the affected regions
    #[arg(long)]
    region: Option<Region>,
    /// Whole days on each side of the window
    #[arg(long, default_value_t = 7, value_name = "N")]
    days: u16,
    /// Methodology to count by
    #[arg(long, value_name = "ID")]
    methodology: Option<String>,
}

/// Options of `change process`.
#[derive(Debug, Clone, Args)]
pub(crate) struct ProcessArgs {
    /// Only for this type
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<String>,
    /// Write it as an HTML page to this file
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

/// The step towards approval; `None` for every other command.
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
