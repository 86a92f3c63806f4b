//! Pseudonyms under which Users stand in documents for the group.

use crate::{
    context::Context,
    error::{AppError, Result},
};
use northbound_measures::forecast::{Member, pseudonym::Pseudonyms};
use northbound_registers::{
    AsAt, Gate, Store, Write, records::forecasting::forecast_notes::PseudonymKey,
};
use northbound_types::Actor;

/// Id of the one record that holds the secret.
const KEY: &str = "pseudonym-key";

/// Makes the secret behind pseudonyms, where there is none: as soon as there are forecasts, so that
/// whoever reads need not write. It is stored in a register that only staff can read.
pub(crate) fn make_secret(ctx: &Context, store: &Store) -> Result<()> {
    if !ctx.writes {
        return Ok(());
    }
    let program = Actor {
        person: "northbound".to_owned(),
        party: None,
        body: None,
        roles: vec!["analyst".to_owned()],
    };
    let gate = store.as_actor(&program);
    if gate.find::<PseudonymKey>(KEY, AsAt::NOW)?.is_none() {
        let reason = "pseudonyms of forecasts".to_owned();
        let write = Write { expect_version: None, reason, ..ctx.write() };
        gate.add(&PseudonymKey { secret: random()? }, &write)?;
    }
    Ok(())
}

/// Pseudonyms of a document. Where no secret was made yet, they hold for this answer alone.
pub(crate) fn pseudonyms(
    gate: &Gate<'_>,
    document: &str,
    members: &[Member],
) -> Result<Pseudonyms> {
    let secret = match gate.find::<PseudonymKey>(KEY, AsAt::NOW)? {
        Some(k) => k.record.secret,
        None => random()?,
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
