//! Incident counts as stated in other parties' reports.

use crate::{Context, Result};
use northbound_registers::{Receipt, Write, records::service::incidents::StatedIncidents};
use northbound_types::Utc;

/// Records the counts of a report, known since `known` or else since now.
///
/// # Errors
/// Where the registers refuse it.
pub fn add_stated(ctx: &Context, stated: &StatedIncidents, known: Option<Utc>) -> Result<Receipt> {
    let store = ctx.store()?;
    Ok(ctx.gate(&store).add(stated, &Write { known, ..ctx.write() })?)
}
