//! Registration data: which files are due from Registration Data Providers, which arrived, who is
//! registered where from when, and how the live service learns of it.

mod apply;
mod arrive;
pub mod meters;
mod missing;
mod show;
mod watch;

pub use apply::{Applied, apply};
pub use arrive::{check, import};
pub use show::{arrivals, changes, expected, history, list, show};
pub use watch::{Watch, WatchLine, Watched, once};

use crate::{context::Context, error::Result};
use northbound_types::{Day, Eui64, Utc};
use std::path::PathBuf;

/// Which days to list.
#[derive(Debug, Clone)]
pub struct DaysRequest {
    /// First day. Default: the setting registration-look-back-days before today
    pub from: Option<Day>,
    /// Last day, inclusive. Default: today
    pub to: Option<Day>,
    /// Only for this provider
    pub provider: Option<String>,
}

/// Which folder is watched.
#[derive(Debug, Clone)]
pub struct WatchRequest {
    /// Folder to watch
    pub dir: PathBuf,
    /// First day for which missing files are reported. Default: the setting registration-look-back-days before today
    pub since: Option<Day>,
}

/// Which registrations to list.
#[derive(Debug, Clone)]
pub struct ListRequest {
    /// At this time. Default: --as-at, else now
    pub on: Option<Utc>,
    /// Only for this role
    pub role: Option<String>,
    /// Only for this User
    pub user: Option<Eui64>,
}

/// First day, and first day after the last, as asked for or as the rules say.
fn days(ctx: &Context, from: Option<Day>, to: Option<Day>) -> Result<(Day, Day)> {
    let today = ctx.as_at.unwrap_or(ctx.now).day();
    let back = ctx.rules()?.integer("registration-look-back-days", today)?;
    Ok((
        from.unwrap_or_else(|| today.plus(-i32::try_from(back).unwrap_or(i32::MAX))),
        to.unwrap_or(today).plus(1),
    ))
}
