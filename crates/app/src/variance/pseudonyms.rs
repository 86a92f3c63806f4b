//! Pseudonyms under which Users stand in documents for the group.

use crate::{
    context::Context,
    error::{AppError, Result},
};
use northbound_measures::forecast::{Member, pseudonym::Pseudonyms};
use northbound_registers::{AsAt, Gate, Write, records::forecasting::forecast_notes::PseudonymKey};

/// Pseudonyms of a document. The secret behind them is made at the first use and stored in a register
/// that only staff can read.
pub(crate) fn pseudonyms(
    ctx: &Context,
    gate: &Gate<'_>,
    document: &str,
    members: &[Member],
) -> Result<Pseudonyms> {
    let kept = gate.find::<PseudonymKey>("pseudonym-key", AsAt::NOW)?;
    let secret = match kept {
        Some(k) => k.record.secret,
        None => {
            let key = PseudonymKey { secret: random()? };
            gate.add(&key, &Write { expect_version: None, ..ctx.write() })?;
            key.secret
        }
    };
    Ok(Pseudonyms::new(&secret, document, members.iter().map(|m| m.user.as_str())))
}

/// 256 random bits of the system, in hexadecimal.
fn random() -> Result<String> {
    let mut bits = [0_u8; 32];
    getrandom::fill(&mut bits)
        .map_err(|e| AppError::internal(format!("the system provides no random numbers: {e}")))?;
    Ok(bits.iter().map(|b| format!("{b:02x}")).collect())
}
