//! `action`.

use super::{history, withdraw};
use crate::{context::Ctx, error::Result, output::Answer};
use clap::{Args, Subcommand};
use northbound_app::{
    actions::{
        self, Filter, NewAction,
        log::{self, Defaults},
        verbs,
    },
    registers::{self, view},
};
use northbound_registers::{
    Noun,
    records::oversight::actions::{Action, ActionStatus, Deliverable, DueStep, Link, LinkTo},
};
use northbound_types::{Day, Period};
use std::path::PathBuf;

/// Actions set by meetings
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ActionCommand {
    /// Register an action
    Add(ActionArgs),
    /// List actions in the order in which they need doing
    List(ListArgs),
    /// Show one action with its dates, reports and links
    Show {
        /// Id of the action, in any spelling; SERIES:ID where several have it
        id: String,
    },
    /// Set another target date; earlier dates stay on record
    Due {
        /// Id of the action, in any spelling
        id: String,
        /// The date
        #[arg(required_unless_present = "none")]
        target: Option<Day>,
        /// Record that there is no date
        #[arg(long, conflicts_with = "target")]
        none: bool,
        /// Meeting or body that sets the date
        #[arg(long)]
        by: String,
        /// Date on which it was set. Default: today
        #[arg(long, value_name = "DAY")]
        on: Option<Day>,
        /// The document that records it
        #[arg(long, default_value = "")]
        source: String,
    },
    /// Report on an action; an owner reports on its own actions only
    Report {
        /// Id of the action, in any spelling
        id: String,
        /// What was done
        text: String,
        /// The meeting that it is reported to
        #[arg(long, default_value = "")]
        meeting: String,
    },
    /// Record that the owner claims completion
    Claim {
        /// Id of the action, in any spelling
        id: String,
        /// Evidence
        #[arg(long, default_value = "")]
        evidence: String,
    },
    /// Close an action; refused without evidence and the meeting that accepted it
    Close {
        /// Id of the action, in any spelling
        id: String,
        /// Evidence of completion: document and place
        #[arg(long, default_value = "")]
        evidence: String,
        /// The meeting that accepted it
        #[arg(long, default_value = "")]
        meeting: String,
    },
    /// Open an action again that was closed or superseded
    Reopen {
        /// Id of the action, in any spelling
        id: String,
        /// The meeting that opens it again
        #[arg(long)]
        meeting: String,
    },
    /// Replace an action by others, which must be registered
    Supersede {
        /// Id of the action, in any spelling
        id: String,
        /// Ids of those that replace it
        #[arg(long, value_name = "ID", required = true)]
        by: Vec<String>,
        /// The meeting that decided so
        #[arg(long, default_value = "")]
        meeting: String,
    },
    /// Replace the text; the earlier text stays as a version
    Text {
        /// Id of the action, in any spelling
        id: String,
        /// The text
        text: String,
        /// The meeting that changed it
        #[arg(long)]
        meeting: String,
    },
    /// Make an action due every month, end that, or add a deliverable
    Recur {
        /// Id of the action, in any spelling
        id: String,
        /// First month
        #[arg(long, value_name = "PERIOD")]
        first: Option<Period>,
        /// Last month
        #[arg(long, value_name = "PERIOD")]
        last: Option<Period>,
        /// Something that it owes once beside the monthly part
        #[arg(long, value_name = "TEXT")]
        deliverable: Option<String>,
        /// When the deliverable is due
        #[arg(long, value_name = "DAY", requires = "deliverable")]
        due: Option<Day>,
    },
    /// Record what was received: a month's instalment, or a deliverable
    Receive {
        /// Id of the action, in any spelling
        id: String,
        /// The month
        #[arg(long, value_name = "PERIOD", required_unless_present = "deliverable")]
        period: Option<Period>,
        /// The deliverable
        #[arg(long, value_name = "TEXT", conflicts_with = "period")]
        deliverable: Option<String>,
        /// Date of receipt. Default: today
        #[arg(long, value_name = "DAY")]
        on: Option<Day>,
        /// What was received: document and place
        #[arg(long, default_value = "")]
        evidence: String,
    },
    /// Write the log of actions as a workbook or CSV, to edit and bring back
    Export {
        #[command(flatten)]
        which: ListArgs,
        /// File to write, .xlsx or .csv
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Bring in a log of actions; --dry-run shows what it would change
    Import {
        /// The log: a workbook or CSV with texts and owners
        file: PathBuf,
        /// Series of rows that name none
        #[arg(long, default_value = "")]
        series: String,
        /// Meeting that sets its dates and texts, and accepts what it calls closed
        #[arg(long, default_value = "")]
        meeting: String,
    },
    /// Link an action to a figure, document, defect, change, reconciliation …
    Link(LinkArgs),
    /// Remove a link
    Unlink(LinkArgs),
    /// Show every version of an action
    History {
        /// Id of the action, in any spelling
        id: String,
    },
    /// Change an action with KEY=VALUE, using the JSON keys printed by `show`; needs --reason
    Change {
        /// Id of the action, in any spelling
        id: String,
        /// Keys to change, as KEY=VALUE; an empty value clears the key
        #[arg(required = true, value_name = "KEY=VALUE")]
        set: Vec<String>,
    },
    /// Withdraw an action, which stays in the history; needs --reason
    Withdraw {
        /// Id of the action, in any spelling
        id: String,
    },
}

/// Which actions to list.
#[derive(Debug, Clone, Args)]
pub(crate) struct ListArgs {
    /// Only those that are overdue
    #[arg(long)]
    overdue: bool,
    /// Only those to be done or accepted
    #[arg(long)]
    open: bool,
    /// Only of this owner, by id or name
    #[arg(long)]
    owner: Option<String>,
    /// Only open ones with a target on or before this day
    #[arg(long, value_name = "DAY")]
    due_by: Option<Day>,
    /// Only of this series of meetings
    #[arg(long)]
    series: Option<String>,
    /// Only where topic or text has these words
    #[arg(long)]
    topic: Option<String>,
    /// Only in this state
    #[arg(long)]
    status: Option<ActionStatus>,
    /// Include withdrawn records
    #[arg(long)]
    withdrawn: bool,
}

/// A link.
#[derive(Debug, Clone, Args)]
pub(crate) struct LinkArgs {
    /// Id of the action, in any spelling
    id: String,
    /// Kind of what it is about: figure, document, defect, change, reconciliation, metric-defect, mitigation or criteria
    to: LinkTo,
    /// Id of what it is about
    target: String,
}

/// Options of `action add`.
#[derive(Debug, Clone, Args)]
pub(crate) struct ActionArgs {
    /// Id as spelt in the source; empty ("") where it has none
    found: String,
    /// Text of the action
    #[arg(long)]
    text: String,
    /// Body or party that owns it, by id or name
    #[arg(long)]
    owner: String,
    /// Person in that body
    #[arg(long, value_name = "PERSON")]
    lead: Option<String>,
    /// Series of meetings
    #[arg(long, default_value = "")]
    series: String,
    /// Meeting that raised it, where the id does not say
    #[arg(long, default_value = "")]
    meeting: String,
    /// Date on which it was raised
    #[arg(long, value_name = "DAY")]
    raised: Option<Day>,
    /// Target date
    #[arg(long, value_name = "DAY")]
    due: Option<Day>,
    /// Meeting or body that set the date. Default: the meeting, else the owner
    #[arg(long, default_value = "")]
    set_by: String,
    /// A target that is no date, such as "next meeting"
    #[arg(long, default_value = "")]
    implied: String,
    /// First month of an action that is due every month
    #[arg(long, value_name = "PERIOD")]
    every_month_from: Option<Period>,
    /// Document that records it
    #[arg(long, value_name = "ID")]
    document: Option<String>,
    /// Place in the document
    #[arg(long, default_value = "")]
    place: String,
    /// Topic
    #[arg(long, default_value = "")]
    topic: String,
}

impl ActionArgs {
    fn new_action(&self) -> NewAction {
        let a = self.clone();
        NewAction {
            found: a.found,
            text: a.text,
            owner: a.owner,
            lead: a.lead,
            series: a.series,
            meeting: a.meeting,
            raised: a.raised,
            due: a.due,
            set_by: a.set_by,
            implied: a.implied,
            every_month_from: a.every_month_from,
            document: a.document,
            place: a.place,
            topic: a.topic,
        }
    }
}

impl ListArgs {
    fn filter(&self) -> Filter {
        let f = self.clone();
        Filter {
            overdue: f.overdue,
            open: f.open,
            owner: f.owner,
            due_by: f.due_by,
            series: f.series,
            topic: f.topic,
            status: f.status,
            withdrawn: f.withdrawn,
        }
    }
}

pub(crate) fn action(c: &ActionCommand, ctx: &Ctx) -> Result<Answer> {
    let receipt = match c {
        ActionCommand::Add(a) => verbs::add(ctx, &a.new_action()),
        ActionCommand::Due { id, target, none: _, by, on, source } => {
            let step = DueStep {
                target: *target,
                set_on: on.unwrap_or(ctx.now.day()),
                set_by: by.clone(),
                source: source.clone(),
            };
            verbs::set_due(ctx, id, &step)
        }
        ActionCommand::Report { id, text, meeting } => verbs::report(ctx, id, text, meeting),
        ActionCommand::Claim { id, evidence } => verbs::claim_done(ctx, id, evidence),
        ActionCommand::Close { id, evidence, meeting } => verbs::close(ctx, id, evidence, meeting),
        ActionCommand::Reopen { id, meeting } => verbs::reopen(ctx, id, meeting),
        ActionCommand::Supersede { id, by, meeting } => verbs::supersede(ctx, id, by, meeting),
        ActionCommand::Text { id, text, meeting } => verbs::set_text(ctx, id, text, meeting),
        ActionCommand::Recur { id, first, last, deliverable, due } => {
            let what = deliverable.as_ref().map(|what| Deliverable {
                what: what.clone(),
                due: *due,
                received: None,
            });
            verbs::recur(ctx, id, *first, *last, what.as_ref())
        }
        ActionCommand::Receive { id, period, deliverable, on, evidence } => {
            let part = match (period, deliverable) {
                (Some(p), _) => verbs::Part::Month(*p),
                (None, what) => verbs::Part::Deliverable(what.clone().unwrap_or_default()),
            };
            verbs::receive(ctx, id, &part, on.unwrap_or(ctx.now.day()), evidence)
        }
        ActionCommand::Link(l) => verbs::link(ctx, &l.id, &l.link(), false),
        ActionCommand::Unlink(l) => verbs::link(ctx, &l.id, &l.link(), true),
        other => return record(other, ctx),
    };
    Ok(view::receipt(&receipt?))
}

impl LinkArgs {
    fn link(&self) -> Link {
        Link { to: self.to, id: self.target.clone() }
    }
}

/// The commands that every register has, with the id in any spelling.
fn record(c: &ActionCommand, ctx: &Ctx) -> Result<Answer> {
    let known = |id: &String| actions::record_id(ctx, id);
    match c {
        ActionCommand::List(f) => actions::list::list(ctx, &f.filter()),
        ActionCommand::Export { which, out } => log::export(ctx, &which.filter(), out),
        ActionCommand::Import { file, series, meeting } => {
            let defaults = Defaults { series: series.clone(), meeting: meeting.clone() };
            log::import(ctx, file, &defaults)
        }
        ActionCommand::Show { id } => actions::show::show(ctx, id),
        ActionCommand::History { id } => history(Noun::Action, &known(id)?, ctx),
        ActionCommand::Withdraw { id } => withdraw::<Action>(&known(id)?, ctx),
        ActionCommand::Change { id, set } => {
            Ok(view::receipt(&registers::change::<Action>(ctx, &known(id)?, set)?))
        }
        _ => Ok(Answer::default()),
    }
}
