//! `feed` and `fault`: data feeds with their calendars, and their faulty days.

use super::{Common, common};
use crate::{context::Ctx, error::Result, output::Answer};
use clap::{Args, Subcommand};
use northbound_app::{
    feeds::close_fault,
    registers::{author, view},
};
use northbound_registers::records::data::feeds::{Expected, Fault, Feed, Severity};
use northbound_types::{Day, Region};

/// Data feeds with their expected calendars
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum FeedCommand {
    /// Register a feed
    Add(FeedArgs),
    /// Record days on which a feed or provider was faulty
    Fault(FaultArgs),
    #[command(flatten)]
    Common(Common),
}

/// Options of `feed add`.
#[derive(Debug, Clone, Args)]
pub(crate) struct FeedArgs {
    /// Name of the feed, as used in its rows
    id: String,
    /// Title. Default: the name
    #[arg(long)]
    title: Option<String>,
    /// Contents: messages, tests, services, alerts, payloads, hubs, population, incidents or figures
    #[arg(long, value_delimiter = ',', default_value = "messages")]
    brings: Vec<String>,
    /// The provider that it reports for
    #[arg(long)]
    provider: Option<String>,
    /// The region that it reports for
    #[arg(long)]
    region: Option<Region>,
    /// Further measures that depend on it, besides those that follow from its contents
    #[arg(long, value_delimiter = ',')]
    measures: Vec<String>,
    /// Rank: of two contradicting records, the one with the lower rank counts
    #[arg(long, default_value_t = 10)]
    rank: i64,
    /// Expected calendar: daily, working-days, monthly or days
    #[arg(long, default_value = "daily")]
    calendar: Expected,
    /// Dates of the calendar `days`
    #[arg(long, value_delimiter = ',')]
    days: Vec<Day>,
    /// First day on which data is expected
    #[arg(long)]
    from: Day,
    /// Last day, inclusive
    #[arg(long)]
    to: Option<Day>,
    /// Owner who repairs it: a body or a role
    #[arg(long)]
    owner: String,
}

/// Options of `feed fault`.
#[derive(Debug, Clone, Args)]
pub(crate) struct FaultArgs {
    /// Faulty feed
    feed: Option<String>,
    /// Faulty provider: everything that it reports
    #[arg(long)]
    provider: Option<String>,
    /// First faulty day
    #[arg(long)]
    from: Day,
    /// Last faulty day, inclusive. Default: still open
    #[arg(long)]
    to: Option<Day>,
    /// Description of the fault
    #[arg(long)]
    what: String,
    /// Severity: suspect (figures are used and marked) or unreliable (the days count as not observed)
    #[arg(long, default_value = "unreliable")]
    severity: Severity,
    /// Affected measures. Default: all that depend on it
    #[arg(long, value_delimiter = ',')]
    measures: Vec<String>,
    /// Owner who repairs it
    #[arg(long)]
    owner: Option<String>,
    /// Change request that repairs it
    #[arg(long, value_name = "ID")]
    change_request: Option<String>,
    /// Who reported it, or where it was reported. Default: the acting person
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
    /// Close a fault, recording how it was repaired
    Close {
        /// Id of the fault
        id: String,
        /// Last faulty day, inclusive
        #[arg(long)]
        to: Day,
        /// How it was repaired, such as a release or a notice
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
