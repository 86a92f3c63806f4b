//! Forecasts in force at the start of a month, against what came: for the group (pseudonyms, small
//! counts hidden), the secretariat (names) or one User.

mod bounds;
mod cells;
mod matrix;
mod months;
mod pseudonyms;
mod report;

pub use bounds::{BoundsRequest, bounds};
pub use matrix::{MatrixRequest, matrix};
pub use months::{MonthsRequest, months};
pub(crate) use pseudonyms::{make_secret, pseudonyms};
pub use report::{ReportRequest, report};

use crate::{
    context::Context,
    error::{AppError, Result},
    forecast::month,
};
use northbound_packs::evidence::forecasts::Forecasts;
use northbound_types::Period;

/// Most months in one answer.
const MOST_MONTHS: u32 = 36;

fn span_of(last: Period, n: u32) -> Result<Vec<Period>> {
    let last = month(last)?;
    if !(1..=MOST_MONTHS).contains(&n) {
        return Err(AppError::usage(format!("--months {n}: give 1 to {MOST_MONTHS}")));
    }
    Ok((0..n as i32).rev().map(|k| last.plus(-k)).collect())
}

/// A User's own rows only.
fn own(ctx: &Context, f: &mut Forecasts) {
    if let Some(p) = &ctx.actor.party {
        f.members.retain(|m| m.party == *p);
    }
}
