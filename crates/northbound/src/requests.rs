//! `request` and `alert`: their command line.

use crate::{context::Ctx, error::Result, output::Answer};
use clap::{Args, Subcommand};
use northbound_app::requests::{
    self, AlertId, AlertList, AlertPath, RequestList, RequestPath, Times,
};
use northbound_types::{AlertState, Eui64, Region, RequestId, RequestState, Utc};

/// Find requests and what became of them, in the ledger and the running service
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum RequestCommand {
    /// Show one request: its path, times, answers, and why it failed or was refused
    Show {
        /// The id, as originator:target:counter
        id: RequestId,
        /// Only this run of a schedule, or this device of a list
        #[arg(long, value_name = "N", allow_negative_numbers = true)]
        instance: Option<i64>,
        /// Maximum number of exchanges
        #[arg(long, default_value_t = 20, value_name = "N")]
        limit: u64,
    },
    /// List requests, the newest first
    List(ListArgs),
}

/// Find alerts and what became of them, in the ledger and the running service
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum AlertCommand {
    /// Show one alert: what it says, its times, and its deliveries
    Show {
        /// Device and its counter, as device:counter
        id: AlertId,
    },
    /// List alerts, the newest first
    List(AlertListArgs),
}

/// What both lists are narrowed and cut by.
#[derive(Debug, Clone, Args)]
pub(crate) struct PageArgs {
    /// Only of this User
    #[arg(long, value_name = "EUI")]
    user: Option<Eui64>,
    /// Only of this device
    #[arg(long, value_name = "EUI")]
    device: Option<Eui64>,
    /// Only in this region
    #[arg(long, ignore_case = true)]
    region: Vec<Region>,
    /// Only those received at this time or later
    #[arg(long, value_name = "TIME")]
    from: Option<Utc>,
    /// Only those received up to this time; a date takes the whole day
    #[arg(long, value_name = "TIME", value_parser = Times::end)]
    to: Option<Utc>,
    /// Number of lines to skip
    #[arg(long, default_value_t = 0, value_name = "N")]
    skip: u64,
    /// Maximum number of lines
    #[arg(long, default_value_t = 20, value_name = "N")]
    limit: u64,
}

impl PageArgs {
    const fn times(&self) -> Times {
        Times { from: self.from, before: self.to }
    }
}

/// Options of `request list`.
#[derive(Debug, Clone, Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    page: PageArgs,
    /// Only of this Service Reference Variant, such as 4.1.1
    #[arg(long, value_name = "SRV", value_delimiter = ',')]
    srv: Vec<String>,
    /// Only in this state, such as timed-out
    #[arg(long, value_delimiter = ',')]
    state: Vec<RequestState>,
    /// Only those that failed: refused, dropped, not reached, answered with an error, timed out
    #[arg(long, conflicts_with = "open")]
    failed: bool,
    /// Only those that have not ended
    #[arg(long)]
    open: bool,
}

/// Options of `alert list`.
#[derive(Debug, Clone, Args)]
pub(crate) struct AlertListArgs {
    #[command(flatten)]
    page: PageArgs,
    /// Only with this alert code, such as 8F20
    #[arg(long, value_delimiter = ',')]
    code: Vec<String>,
    /// Only in this state, such as parked
    #[arg(long, value_delimiter = ',')]
    state: Vec<AlertState>,
}

pub(crate) fn request(c: &RequestCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        RequestCommand::Show { id, instance, limit } => {
            requests::show(ctx, &RequestPath { id: *id, instance: *instance, limit: *limit })
        }
        RequestCommand::List(a) => requests::list(
            ctx,
            &RequestList {
                user: a.page.user,
                device: a.page.device,
                srv: a.srv.clone(),
                state: a.state.clone(),
                region: a.page.region.clone(),
                times: a.page.times(),
                failed: a.failed,
                open: a.open,
                skip: a.page.skip,
                limit: a.page.limit,
            },
        ),
    }
}

pub(crate) fn alert(c: &AlertCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        AlertCommand::Show { id } => requests::show_alert(ctx, &AlertPath { id: *id }),
        AlertCommand::List(a) => requests::list_alerts(
            ctx,
            &AlertList {
                user: a.page.user,
                device: a.page.device,
                code: a.code.clone(),
                state: a.state.clone(),
                region: a.page.region.clone(),
                times: a.page.times(),
                skip: a.page.skip,
                limit: a.page.limit,
            },
        ),
    }
}
