//! Certificates and keys of the data folder.

use crate::{
    access,
    answer::{Answer, Table},
    context::Context,
    error::{AppError, Result},
    input,
    live::policy,
};
use northbound_client::{ClientError, control::Client};
use northbound_duis::{Certificate, PrivateKey, Usage, read_keystore};
use northbound_keys::{self as keys, FOLDER, Held, Keys, Making};
use northbound_registers::rights;
use northbound_types::Eui64;
use serde_json::json;
use std::path::Path;

/// Whose keys are made.
#[derive(Debug, Clone, Copy)]
pub enum Owner {
    /// Everything that the service needs.
    Service,
    /// Everything that a User needs: to sign messages, to sign Commands, to agree on keys.
    User(Eui64),
    /// Generate one key for this owner.
    Single(Eui64),
}

/// Makes keys with certificates of the installation's own, invented issuer. `role` is hexadecimal.
///
/// # Errors
/// Where the role is not a number, the folder cannot be written or the running service does not answer.
pub fn make(ctx: &Context, owner: Owner, role: Option<&str>, usage: Usage) -> Result<Answer> {
    match owner {
        Owner::Service => only_operators(ctx)?,
        Owner::User(eui) | Owner::Single(eui) => access::check_user(ctx, eui)?,
    }
    let folder = &ctx.data.join(FOLDER);
    let role = role
        .map(|r| {
            u8::from_str_radix(r, 16)
                .map_err(|_| AppError::usage(format!("--role {r:?}: write two hexadecimal digits")))
        })
        .transpose()?;
    if ctx.dry_run {
        let (whose, count) = match owner {
            Owner::Service => (policy(ctx)?.service, keys::OF_SERVICE),
            Owner::User(u) => (u, keys::OF_USER),
            Owner::Single(eui) => (eui, 1),
        };
        return Ok(Answer::new(json!({"dry_run": true, "owner": whose, "certificates": count}))
            .say(format!(
                "Would make {count} keys with certificates for {whose} in {}.",
                folder.display()
            )));
    }
    let held = match owner {
        Owner::Service => {
            keys::make_service(folder, policy(ctx)?.service, ctx.now, &mut keys::entropy)?
        }
        Owner::User(u) => {
            keys::make_user(folder, u, role.unwrap_or(0x02), ctx.now, &mut keys::entropy)?
        }
        Owner::Single(eui) => {
            vec![keys::make(folder, Making { eui, role, usage }, ctx.now, &mut keys::entropy)?]
        }
    };
    made(ctx, &held)
}

/// Takes certificates and keys from a keystore (JSON), or a certificate in PEM with its key.
///
/// # Errors
/// Where a file cannot be read, or the key is not that of the certificate.
pub fn import(
    ctx: &Context,
    file: &Path,
    key: Option<&Path>,
    certificates_only: bool,
) -> Result<Answer> {
    let pairs = read_files(file, key, certificates_only)?;
    for (certificate, _) in &pairs {
        access::check_user(ctx, certificate.eui)?;
    }
    let folder = ctx.data.join(FOLDER);
    if ctx.dry_run {
        let owners: Vec<_> = pairs.iter().map(|(c, _)| c.eui).collect();
        return Ok(Answer::new(
            json!({"dry_run": true, "owners": owners, "certificates": pairs.len()}),
        )
        .say(format!("Would take {} certificates into {}.", pairs.len(), folder.display())));
    }
    let mut held = Vec::new();
    for (certificate, key) in &pairs {
        held.push(keys::write(&folder, certificate, key.as_deref())?);
    }
    made(ctx, &held)
}

/// Makes new keys for every certificate of an owner whose key is here; the old ones stay trusted.
///
/// # Errors
/// Where the folder holds no private key of the owner, or cannot be written.
pub fn rotate(ctx: &Context, eui: Eui64) -> Result<Answer> {
    access::check_user(ctx, eui)?;
    let folder = ctx.data.join(FOLDER);
    let kinds = rotating(&folder, eui)?;
    if ctx.dry_run {
        return Ok(Answer::new(
            json!({"dry_run": true, "owner": eui, "certificates": kinds.len()}),
        )
        .say(format!(
            "Would make {} new keys for {eui} in {}.",
            kinds.len(),
            folder.display()
        )));
    }
    let mut held = Vec::new();
    for kind in kinds {
        held.push(keys::make(&folder, kind, ctx.now, &mut keys::entropy)?);
    }
    made(ctx, &held)
}

fn only_operators(ctx: &Context) -> Result<()> {
    if rights::may_change_live(&ctx.actor) {
        return Ok(());
    }
    Err(AppError::refused(format!(
        "{} may not make the service's keys: that needs one of the roles {}",
        ctx.actor,
        rights::LIVE_ROLES.join(", ")
    )))
}

fn made(ctx: &Context, held: &[Held]) -> Result<Answer> {
    let effect = reload(ctx)?;
    let folder = ctx.data.join(FOLDER);
    Ok(answer(held).say(format!("{} certificates in {}; {effect}.", held.len(), folder.display())))
}

/// Makes the keys of a User that has none, and lets the running service read them.
///
/// # Errors
/// Where the folder cannot be read or written.
pub fn for_user(ctx: &Context, eui: Eui64, category: &str) -> Result<usize> {
    let folder = ctx.data.join(FOLDER);
    if Keys::list(&folder)?.iter().any(|h| h.certificate.eui == eui) {
        return Ok(0);
    }
    let made = keys::make_user(&folder, eui, role_of(category), ctx.now, &mut keys::entropy)?.len();
    reload(ctx)?;
    Ok(made)
}

fn role_of(category: &str) -> u8 {
    if category.contains("supplier") {
        0x02
    } else if category.contains("network") || category.contains("operator") {
        0x03
    } else {
        0x7F
    }
}

/// Certificates of a file, each with its private key in PEM where there is one and it is wanted.
fn read_files(
    file: &Path,
    key: Option<&Path>,
    certificates_only: bool,
) -> Result<Vec<(Certificate, Option<String>)>> {
    let text = input::text(file, input::MAX_FILE)?;
    let wrong = |why: String| AppError::input(format!("{}: {why}", file.display()));
    if text.trim_start().starts_with('{') {
        let entries = read_keystore(&text).map_err(|e| wrong(e.to_string()))?;
        return Ok(entries
            .into_iter()
            .map(|e| {
                let key = e.key.as_ref().filter(|_| !certificates_only).map(PrivateKey::to_pem);
                (e.certificate, key)
            })
            .collect());
    }
    let certificate = Certificate::from_pem(&text).map_err(|e| wrong(e.to_string()))?;
    let key = key
        .map(|path| {
            let pem = input::text(path, input::MAX_FILE)?;
            let key = PrivateKey::from_pem(&pem)
                .map_err(|e| AppError::input(format!("{}: {e}", path.display())))?;
            if key.public() != &certificate.public_key {
                return Err(AppError::input(format!(
                    "{} is not the private key of {}",
                    path.display(),
                    file.display()
                )));
            }
            Ok(key.to_pem())
        })
        .transpose()?;
    Ok(vec![(certificate, key)])
}

/// The kinds of keys of an owner whose private keys are in the folder.
fn rotating(folder: &Path, eui: Eui64) -> Result<Vec<Making>> {
    let mut kinds: Vec<Making> = Keys::list(folder)?
        .iter()
        .filter(|h| h.certificate.eui == eui && h.listed().private_key)
        .map(|h| Making { eui, role: h.certificate.role, usage: h.certificate.usage })
        .collect();
    kinds.sort_by_key(|m| (m.role, m.usage));
    kinds.dedup();
    if kinds.is_empty() {
        return Err(AppError::not_found(format!(
            "{} holds no private key of {eui}",
            folder.display()
        )));
    }
    Ok(kinds)
}

/// Trusts a certificate no longer, and removes its key.
///
/// # Errors
/// Where there is no such certificate, or the folder cannot be written.
pub fn remove(ctx: &Context, serial: u128) -> Result<Answer> {
    let folder = &ctx.data.join(FOLDER);
    let held = Keys::list(folder)?;
    let Some(found) = held.iter().find(|h| h.certificate.serial == serial) else {
        return Err(AppError::not_found(format!(
            "no certificate {serial} in {}",
            folder.display()
        )));
    };
    access::check_user(ctx, found.certificate.eui)?;
    if ctx.dry_run {
        return Ok(Answer::new(json!({"dry_run": true, "removed": serial.to_string()}))
            .say(format!("Would remove certificate {serial} of {}.", found.certificate.eui)));
    }
    keys::remove(folder, serial)?;
    let effect = reload(ctx)?;
    Ok(Answer::new(json!({"removed": serial.to_string()}))
        .say(format!("Certificate {serial} is no longer trusted; {effect}.")))
}

/// The running service reads the folder again.
fn reload(ctx: &Context) -> Result<&'static str> {
    match Client::of(&ctx.data, &ctx.actor) {
        Ok(client) => {
            client.post("/keys", &json!({}))?;
            Ok("the running service uses them from now on")
        }
        Err(ClientError::NotRunning { .. }) => Ok("no service is running here"),
        Err(e) => Err(e.into()),
    }
}

/// List trusted certificates; private keys are never printed.
///
/// # Errors
/// Where the folder cannot be read.
pub fn list(ctx: &Context) -> Result<Answer> {
    Ok(answer(&Keys::list(&ctx.data.join(FOLDER))?))
}

fn answer(held: &[Held]) -> Answer {
    let mut t =
        Table::new("", &["owner", "role", "usage", "serial", "valid from", "until", "private key"]);
    let listed: Vec<_> = held.iter().map(Held::listed).collect();
    for l in &listed {
        t.row([
            l.eui.to_string(),
            l.role.clone().unwrap_or_default(),
            l.usage.to_owned(),
            l.serial.clone(),
            l.not_before.to_string(),
            l.not_after.map(|u| u.to_string()).unwrap_or_default(),
            if l.private_key { "yes" } else { "" }.to_owned(),
        ]);
    }
    Answer::new(json!({"certificates": listed})).table(t)
}
