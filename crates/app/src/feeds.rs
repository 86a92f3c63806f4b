//! Faults of data feeds and providers.

use crate::{Context, Result};
use northbound_registers::Receipt;
use northbound_types::Day;

/// Ends a fault: its last faulty day (inclusive), and by what it ended, which is also the reason where
/// none is given.
///
/// # Errors
/// Where the registers refuse it.
pub fn close_fault(ctx: &Context, id: &str, to: Day, by: &str) -> Result<Receipt> {
    let store = ctx.store()?;
    let mut write = ctx.write();
    if write.reason.is_empty() {
        by.clone_into(&mut write.reason);
    }
    Ok(ctx.gate(&store).close_fault(id, to, by, &write)?)
}
