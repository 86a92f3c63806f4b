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

/// Incidents: their events, and how many were open at a time
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum IncidentCommand {
    /// Open an incident
    Add(AddArgs),
    /// Record an event: category, assigned, escalated, suspended, resumed, resolved, closed, reopened, merged, withdrawn, comment or details
    Event(EventArgs),
    /// Change category, responsible, title, area or provider, each recorded as an event; needs --reason
    Change {
        /// The incident
        id: IncidentId,
        /// Keys to change, as KEY=VALUE
        #[arg(required = true, value_name = "KEY=VALUE")]
        set: Vec<String>,
        /// Time of the change. Default: now
        #[arg(long, value_name = "TIME")]
        at: Option<Utc>,
    },
    /// Withdraw an event recorded by mistake; needs --reason. With an earlier --as-at it still counts
    Retract {
        /// Id of the event, as printed by `history`
        event: String,
    },
    /// List incidents with their states
    List(ListArgs),
    /// Show one incident with its state and resolution time
    Show {
        /// The incident
        id: IncidentId,
    },
    /// Show the events of one incident, with when each became known
    History {
        /// The incident
        id: IncidentId,
    },
    /// Import a table of events, several rows per incident; ? means unknown
    Import(FileArgs),
    /// Print the events in the columns that `import` reads; use --format csv
    Export(WhichArgs),
    /// Report on the incidents of one area, such as registration-data
    Report(ReportArgs),
    /// Show stock and flow of a period beside the counts stated in reports
    Balance {
        /// Period
        #[arg(long)]
        period: Period,
        #[command(flatten)]
        which: WhichArgs,
    },
    /// List open incidents by age, oldest first
    Age(WhichArgs),
    /// Incident counts as stated in reports
    #[command(subcommand)]
    Stated(stated::StatedCommand),
}

/// Which incidents to show.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct WhichArgs {
    /// Only in this area
    #[arg(long)]
    area: Option<String>,
    /// Only those concerning this provider
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

/// Which incidents to show, and in which state.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// Only in this state: open, resolved, closed, merged or withdrawn
    #[arg(long)]
    state: Option<IncidentState>,
}

/// Options of `incident add`.
#[derive(Debug, Clone, Args)]
pub(crate) struct AddArgs {
    /// INC and 12 digits. Default: a generated id starting with INC9
    id: Option<IncidentId>,
    /// Short description of the fault
    #[arg(long)]
    title: String,
    /// When it was opened. Default: now
    #[arg(long, value_name = "TIME")]
    at: Option<Utc>,
    /// When this became known. Default: now
    #[arg(long, value_name = "TIME")]
    known: Option<Utc>,
    /// Area, such as registration-data or application
    #[arg(long)]
    area: Option<String>,
    /// Category; 1 is the most severe. Leave out if unknown
    #[arg(long, value_name = "1-5", value_parser = clap::value_parser!(u8).range(1..=5))]
    category: Option<u8>,
    /// Responsible for resolving it, such as DCC
    #[arg(long, value_name = "WHO")]
    responsible: Option<String>,
    /// The provider concerned
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
    /// Author of the statement. Default: the acting person
    #[arg(long)]
    by: Option<String>,
}

/// Options of `incident event`.
#[derive(Debug, Clone, Args)]
pub(crate) struct EventArgs {
    /// The incident
    id: IncidentId,
    /// Type of the event
    event: IncidentEventKind,
    /// Time of the event. Default: now
    #[arg(long, value_name = "TIME", conflicts_with = "undated")]
    at: Option<Utc>,
    /// The time of the event is unknown
    #[arg(long)]
    undated: bool,
    /// When this became known. Default: now
    #[arg(long, value_name = "TIME")]
    known: Option<Utc>,
    /// The new category
    #[arg(long, value_name = "1-5", value_parser = clap::value_parser!(u8).range(1..=5))]
    category: Option<u8>,
    /// The party now responsible
    #[arg(long, value_name = "WHO")]
    responsible: Option<String>,
    /// The body or person it was escalated to
    #[arg(long, value_name = "WHO")]
    to: Option<String>,
    /// The incident it was merged into
    #[arg(long, value_name = "ID")]
    into: Option<IncidentId>,
    /// Area
    #[arg(long)]
    area: Option<String>,
    /// The provider concerned
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
    /// Text of the event; with `details`, the title
    #[arg(long, default_value = "")]
    text: String,
    /// Author of the statement. Default: the acting person
    #[arg(long)]
    by: Option<String>,
}

/// Options of `incident report`.
#[derive(Debug, Clone, Args)]
pub(crate) struct ReportArgs {
    /// Period
    #[arg(long)]
    period: Period,
    /// Area. Default: all
    #[arg(long, default_value = "registration-data")]
    area: String,
    /// Only those concerning this provider
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
    /// Also write the report as a document (HTML, PDF, XLSX, CSV, JSON) into this folder
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
