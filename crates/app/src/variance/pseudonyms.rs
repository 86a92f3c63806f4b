//! Pseudonyms under which Users stand in documents for the group. The secret behind them is a file
//! that only the account of the data folder can read, whoever else may read the registers.

use crate::{
    context::Context,
    error::{AppError, Result},
    folder,
};
use northbound_measures::forecast::{Member, pseudonym::Pseudonyms};
use northbound_registers::{AsAt, Gate, Store, records::forecasting::forecast_notes::PseudonymKey};
use northbound_types::Actor;
use std::{
    fs,
    io::{ErrorKind, Write as _},
    os::unix::fs::PermissionsExt,
};

/// Id of the record in which earlier versions stored the secret.
const EARLIER: &str = "pseudonym-key";

/// Makes the secret behind pseudonyms, where there is none: as soon as there are forecasts, so that
/// whoever reads need not write. That of an earlier version is taken over, except where a group can
/// read the registers in which it stands.
pub(crate) fn make_secret(ctx: &Context, store: &Store) -> Result<()> {
    let path = ctx.data.join(folder::PSEUDONYMS);
    if !ctx.writes || ctx.dry_run || path.exists() {
        return Ok(());
    }
    let for_group = folder::read(&ctx.data)?.is_some_and(|mark| mark.group.is_some());
    let program = Actor {
        person: "northbound".to_owned(),
        party: None,
        body: None,
        roles: vec!["analyst".to_owned()],
    };
    let secret = match earlier(&store.as_actor(&program))? {
        Some(secret) if !for_group => secret,
        _ => random()?,
    };
    let io = |e| AppError::io("write", &path, e);
    // Such a file has mode 0600 from the beginning.
    let prefix = format!("{}.", folder::PSEUDONYMS);
    let mut file = tempfile::NamedTempFile::with_prefix_in(prefix, &ctx.data).map_err(io)?;
    file.as_file().set_permissions(fs::Permissions::from_mode(0o600)).map_err(io)?;
    file.write_all(secret.as_bytes()).map_err(io)?;
    file.as_file().sync_all().map_err(io)?;
    match file.persist_noclobber(&path) {
        // Another run made it meanwhile.
        Err(e) if e.error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(e) => Err(io(e.error)),
        Ok(_) => Ok(()),
    }
}

/// Pseudonyms of a document. Where no secret was made yet, they hold for this answer alone.
///
/// # Errors
/// Where this account cannot read the secret: with another one, the document would give the same
/// User another pseudonym.
pub(crate) fn pseudonyms(
    ctx: &Context,
    gate: &Gate<'_>,
    document: &str,
    members: &[Member],
) -> Result<Pseudonyms> {
    let path = ctx.data.join(folder::PSEUDONYMS);
    let secret = match fs::read_to_string(&path) {
        Ok(secret) => secret,
        Err(e) if e.kind() == ErrorKind::NotFound => match earlier(gate)? {
            Some(secret) => secret,
            None => random()?,
        },
        Err(e) if e.kind() == ErrorKind::PermissionDenied => {
            return Err(AppError::refused(format!(
                "only the account that owns {} can make documents with pseudonyms; run this as that account",
                path.display()
            )));
        }
        Err(e) => return Err(AppError::io("read", &path, e)),
    };
    Ok(Pseudonyms::new(&secret, document, members.iter().map(|m| m.user.as_str())))
}

/// The secret that an earlier version stored in the registers.
fn earlier(gate: &Gate<'_>) -> Result<Option<String>> {
    Ok(gate.find::<PseudonymKey>(EARLIER, AsAt::NOW)?.map(|k| k.record.secret))
}

/// 256 random bits of the system, in hexadecimal.
fn random() -> Result<String> {
    let mut bits = [0_u8; 32];
    getrandom::fill(&mut bits)
        .map_err(|e| AppError::internal(format!("the system provides no random numbers: {e}")))?;
    Ok(bits.iter().map(|b| format!("{b:02x}")).collect())
}
