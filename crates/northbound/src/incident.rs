//! `incident`: a log of events, the state at any time, stock and flow, ages, reports.

mod stated;

use crate::{
    context::Ctx,
    error::Result,
    ingest::{self, FileArgs},
    output::Answer,
};
use clap::{Args, Subcommand};
use northbound_app::{
    incidents::{
        self, EventDetails, NewEvent, NewIncident,
        report::{ReportRequest, report},
    },
    registers::view,
};
use northbound_ingest::Layout;
use northbound_measures::incidents::Which;
use northbound_types::{IncidentEventKind, IncidentId, IncidentState, Period, Utc};
use std::path::PathBuf;

/// Incidents: what happened to each, and how many were open when
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum IncidentCommand {
    /// Open an incident
    Add(AddArgs),
    /// Record what happened to one: category, assigned, escalated, suspended, resumed, resolved, closed, reopened, merged, withdrawn, comment, details
    Event(EventArgs),
    /// Change category, responsible, title, area or provider, as an event each; needs --reason
    Change {
        /// The incident
        id: IncidentId,
        /// What to change
        #[arg(required = true, value_name = "KEY=VALUE")]
        set: Vec<String>,
        /// When it changed. Default: now
        #[arg(long, value_name = "TIME")]
        at: Option<Utc>,
    },
    /// Withdraw an event that was recorded by mistake; needs --reason. Earlier times still know it
    Retract {
        /// Id of the event's record, as `history` prints it
        event: String,
    },
    /// Incidents and their states
    List(ListArgs),
    /// One incident: its state, and its clock
    Show {
        /// The incident
        id: IncidentId,
    },
    /// Everything that happened to one, with since when it is known
    History {
        /// The incident
        id: IncidentId,
    },
    /// Import a table of events, many rows an incident; ? means unknown
    Import(FileArgs),
    /// The events in the columns that `import` reads; --format csv
    Export(WhichArgs),
    /// The report on the incidents of one area, such as registration-data
    Report(ReportArgs),
    /// Stock and flow of a period, and what reports state of it
    Balance {
        /// Period
        #[arg(long)]
        period: Period,
        #[command(flatten)]
        which: WhichArgs,
    },
    /// Open incidents by age, oldest first
    Age(WhichArgs),
    /// Counts of incidents as somebody's report states them
    #[command(subcommand)]
    Stated(stated::StatedCommand),
}

/// Which incidents.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct WhichArgs {
    /// Only of this area
    #[arg(long)]
    area: Option<String>,
    /// Only those that concern this provider
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
    /// Only of this category
    #[arg(long, value_name = "1-5", value_parser = clap::value_parser!(u8).range(1..=5))]
    category: Option<u8>,
}

impl WhichArgs {
    fn which(&self) -> Which {
        Which { area: self.area.clone(), provider: self.provider.clone(), category: self.category }
    }
}

/// Which incidents, and in which state.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// Only in this state: open, resolved, closed, merged or withdrawn
    #[arg(long)]
    state: Option<IncidentState>,
}

/// An incident.
#[derive(Debug, Clone, Args)]
pub(crate) struct AddArgs {
    /// INC and 12 digits. Default: an id of our own, starting with INC9
    id: Option<IncidentId>,
    /// What is wrong, in a few words
    #[arg(long)]
    title: String,
    /// When it was opened. Default: now
    #[arg(long, value_name = "TIME")]
    at: Option<Utc>,
    /// Since when that is known. Default: now
    #[arg(long, value_name = "TIME")]
    known: Option<Utc>,
    /// What it is about, such as registration-data or application
    #[arg(long)]
    area: Option<String>,
    /// Category, 1 the worst; leave out where unknown
    #[arg(long, value_name = "1-5", value_parser = clap::value_parser!(u8).range(1..=5))]
    category: Option<u8>,
    /// Who has to resolve it, such as DCC
    #[arg(long, value_name = "WHO")]
    responsible: Option<String>,
    /// The provider concerned
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
    /// Who says so. Default: who acts
    #[arg(long)]
    by: Option<String>,
}

/// An event.
#[derive(Debug, Clone, Args)]
pub(crate) struct EventArgs {
    /// The incident
    id: IncidentId,
    /// What happened
    event: IncidentEventKind,
    /// When. Default: now
    #[arg(long, value_name = "TIME", conflicts_with = "undated")]
    at: Option<Utc>,
    /// It is not known when, only that it did
    #[arg(long)]
    undated: bool,
    /// Since when it is known. Default: now
    #[arg(long, value_name = "TIME")]
    known: Option<Utc>,
    /// The category set
    #[arg(long, value_name = "1-5", value_parser = clap::value_parser!(u8).range(1..=5))]
    category: Option<u8>,
    /// Who has to resolve it now
    #[arg(long, value_name = "WHO")]
    responsible: Option<String>,
    /// To whom it was escalated
    #[arg(long, value_name = "WHO")]
    to: Option<String>,
    /// The incident that it was merged into
    #[arg(long, value_name = "ID")]
    into: Option<IncidentId>,
    /// What it is about
    #[arg(long)]
    area: Option<String>,
    /// The provider concerned
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
    /// What was said; with `details` the title
    #[arg(long, default_value = "")]
    text: String,
    /// Who says so. Default: who acts
    #[arg(long)]
    by: Option<String>,
}

/// A report.
#[derive(Debug, Clone, Args)]
pub(crate) struct ReportArgs {
    /// Period
    #[arg(long)]
    period: Period,
    /// What it is about; all where not given
    #[arg(long, default_value = "registration-data")]
    area: String,
    /// Only those that concern this provider
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
    /// Write it as a document (HTML, PDF, XLSX, CSV, JSON) into this folder too
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl AddArgs {
    fn incident(&self) -> NewIncident {
        NewIncident {
            id: self.id,
            title: self.title.clone(),
            details: EventDetails {
                at: self.at,
                known: self.known,
                category: self.category,
                responsible: self.responsible.clone(),
                area: self.area.clone(),
                provider: self.provider.clone(),
                by: self.by.clone(),
            },
        }
    }
}

impl EventArgs {
    fn event(&self) -> NewEvent {
        NewEvent {
            id: self.id,
            event: self.event,
            undated: self.undated,
            to: self.to.clone(),
            into: self.into,
            text: self.text.clone(),
            details: EventDetails {
                at: self.at,
                known: self.known,
                category: self.category,
                responsible: self.responsible.clone(),
                area: self.area.clone(),
                provider: self.provider.clone(),
                by: self.by.clone(),
            },
        }
    }
}

impl ReportArgs {
    fn request(&self) -> ReportRequest {
        ReportRequest {
            period: self.period,
            area: self.area.clone(),
            provider: self.provider.clone(),
            out: self.out.clone(),
        }
    }
}

pub(crate) fn run(c: &IncidentCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        IncidentCommand::Add(a) => incidents::add(ctx, &a.incident()),
        IncidentCommand::Event(a) => incidents::add_event(ctx, &a.event()),
        IncidentCommand::Change { id, set, at } => incidents::change(ctx, *id, set, *at),
        IncidentCommand::Retract { event } => Ok(view::receipt(&incidents::retract(ctx, event)?)),
        IncidentCommand::List(a) => incidents::list(ctx, &a.which.which(), a.state),
        IncidentCommand::Show { id } => incidents::show(ctx, *id),
        IncidentCommand::History { id } => incidents::history(ctx, *id),
        IncidentCommand::Import(a) => ingest::table(a, Layout::Incidents, ctx),
        IncidentCommand::Export(w) => incidents::export(ctx, &w.which()),
        IncidentCommand::Report(a) => report(ctx, &a.request()),
        IncidentCommand::Balance { period, which } => {
            incidents::balance(ctx, *period, &which.which())
        }
        IncidentCommand::Age(w) => incidents::age(ctx, &w.which()),
        IncidentCommand::Stated(c) => stated::run(c, ctx),
    }
}
