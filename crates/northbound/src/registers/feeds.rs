//! `feed` and `fault`: data feeds with their calendar, and their faulty days.

use super::{Common, common};
use crate::{context::Ctx, error::Result, output::Answer};
use clap::{Args, Subcommand};
use northbound_app::{
    feeds::close_fault,
    registers::{author, view},
};
use northbound_registers::records::data::feeds::{Expected, Fault, Feed, Severity};
use northbound_types::{Day, Region};

/// Data feeds with their expected calendar
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum FeedCommand {
    /// Register a feed
    Add(FeedArgs),
    /// Record days on which a feed or provider was not to be trusted
    Fault(FaultArgs),
    #[command(flatten)]
    Common(Common),
}

/// A feed.
#[derive(Debug, Clone, Args)]
pub(crate) struct FeedArgs {
    /// Name, as in the rows that it brings
    id: String,
    /// In words. Default: the name
    #[arg(long)]
    title: Option<String>,
    /// What it brings: messages, tests, services, alerts, payloads, hubs, population, incidents or figures
    #[arg(long, value_delimiter = ',', default_value = "messages")]
    brings: Vec<String>,
    /// The provider that it reports for
    #[arg(long)]
    provider: Option<String>,
    /// The region that it reports for
    #[arg(long)]
    region: Option<Region>,
    /// Measures that depend on it beside those that follow from `brings`
    #[arg(long, value_delimiter = ',')]
    measures: Vec<String>,
    /// Where two records contradict each other, the lower rank counts
    #[arg(long, default_value_t = 10)]
    rank: i64,
    /// When something must come: daily, working-days, monthly or days
    #[arg(long, default_value = "daily")]
    calendar: Expected,
    /// The days, for the calendar `days`
    #[arg(long, value_delimiter = ',')]
    days: Vec<Day>,
    /// First day on which something is expected
    #[arg(long)]
    from: Day,
    /// Last day, inclusive
    #[arg(long)]
    to: Option<Day>,
    /// Who fixes it: a body or a role
    #[arg(long)]
    owner: String,
}

/// A fault.
#[derive(Debug, Clone, Args)]
pub(crate) struct FaultArgs {
    /// The feed at fault
    feed: Option<String>,
    /// The provider at fault: all that it reports
    #[arg(long)]
    provider: Option<String>,
    /// First faulty day
    #[arg(long)]
    from: Day,
    /// Last faulty day, inclusive; open where not given
    #[arg(long)]
    to: Option<Day>,
    /// What is wrong
    #[arg(long)]
    what: String,
    /// suspect (figures are used and marked) or unreliable (those days are not observed)
    #[arg(long, default_value = "unreliable")]
    severity: Severity,
    /// Measures hit; all that depend on it where not given
    #[arg(long, value_delimiter = ',')]
    measures: Vec<String>,
    /// Who has to repair it
    #[arg(long)]
    owner: Option<String>,
    /// The change request that repairs it
    #[arg(long, value_name = "ID")]
    change_request: Option<String>,
    /// Who reported it, or where it was reported. Default: who acts
    #[arg(long)]
    reported_by: Option<String>,
}

pub(crate) fn feed(c: &FeedCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        FeedCommand::Add(a) => super::add(
            &Feed {
                id: a.id.clone(),
                title: a.title.clone().unwrap_or_else(|| a.id.clone()),
                provider: a.provider.clone(),
                region: a.region,
                brings: a.brings.clone(),
                measures: a.measures.clone(),
                rank: a.rank,
                calendar: a.calendar,
                days: a.days.iter().copied().collect(),
                from: a.from,
                to: a.to,
                owner: a.owner.clone(),
            },
            ctx,
        ),
        FeedCommand::Fault(a) => super::add(
            &Fault {
                feed: a.feed.clone(),
                provider: a.provider.clone(),
                from: a.from,
                to: a.to,
                what: a.what.clone(),
                change_request: a.change_request.clone(),
                severity: a.severity,
                measures: a.measures.clone(),
                owner: a.owner.clone(),
                reported_by: author(a.reported_by.as_deref(), &ctx.actor),
                closed_by: None,
            },
            ctx,
        ),
        FeedCommand::Common(c) => common::<Feed>(c, ctx),
    }
}

/// Faults of feeds and providers
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum FaultCommand {
    /// Close a fault, with what ended it
    Close {
        /// Its id
        id: String,
        /// Last faulty day, inclusive
        #[arg(long)]
        to: Day,
        /// What ended it, such as a release or a notice
        #[arg(long)]
        by: String,
    },
    #[command(flatten)]
    Common(Common),
}

pub(crate) fn fault(c: &FaultCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        FaultCommand::Close { id, to, by } => Ok(view::receipt(&close_fault(ctx, id, *to, by)?)),
        FaultCommand::Common(c) => common::<Fault>(c, ctx),
    }
}
