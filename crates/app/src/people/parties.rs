//! Roles of a User, as they are typed.

use crate::{AppError, Result};
use northbound_registers::records::participants::parties::RoleHeld;
use northbound_types::Day;

/// A role in the form `ROLE`, `ROLE:FROM` or `ROLE:FROM:TO`; without a day, it is held from `from` on.
///
/// # Errors
/// Where a day cannot be read.
pub fn role(text: &str, from: Day) -> Result<RoleHeld> {
    let mut parts = text.split(':');
    let role = parts.next().unwrap_or_default().to_owned();
    let mut day = || {
        parts
            .next()
            .map(|t| t.parse::<Day>().map_err(|e| AppError::usage(format!("--role {text:?}: {e}"))))
            .transpose()
    };
    let (start, to) = (day()?, day()?);
    Ok(RoleHeld { role, from: start.unwrap_or(from), to })
}
