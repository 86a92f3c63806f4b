//! Certificates and keys of the data folder.

use crate::{
    answer::{Answer, Table},
    context::Context,
    error::{AppError, Result},
    live::policy,
};
use northbound_client::{ClientError, control::Client};
use northbound_duis::{Certificate, PrivateKey, Usage, read_keystore};
use northbound_keys::{self as keys, FOLDER, Held, Keys, Making};
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
    let folder = &ctx.data.join(FOLDER);
    let role = role
        .map(|r| {
            u8::from_str_radix(r, 16)
                .map_err(|_| AppError::usage(format!("--role {r:?}: write two hexadecimal digits")))
        })
        .transpose()?;
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
    made(ctx, &imported(&ctx.data.join(FOLDER), file, key, certificates_only)?)
}

/// Makes new keys for every certificate of an owner whose key is here; the old ones stay trusted.
///
/// # Errors
/// Where the folder holds no private key of the owner, or cannot be written.
pub fn rotate(ctx: &Context, eui: Eui64) -> Result<Answer> {
    made(ctx, &rotated(ctx, &ctx.data.join(FOLDER), eui)?)
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

fn imported(
    folder: &Path,
    file: &Path,
    key: Option<&Path>,
    certificates_only: bool,
) -> Result<Vec<Held>> {
    let text = std::fs::read_to_string(file).map_err(|e| AppError::io("read", file, e))?;
    let wrong = |why: String| AppError::input(format!("{}: {why}", file.display()));
    if text.trim_start().starts_with('{') {
        let entries = read_keystore(&text).map_err(|e| wrong(e.to_string()))?;
        return entries
            .iter()
            .map(|e| {
                let key = e.key.as_ref().filter(|_| !certificates_only).map(PrivateKey::to_pem);
                Ok(keys::write(folder, &e.certificate, key.as_deref())?)
            })
            .collect();
    }
    let certificate = Certificate::from_pem(&text).map_err(|e| wrong(e.to_string()))?;
    let key = key
        .map(|path| {
            let pem = std::fs::read_to_string(path).map_err(|e| AppError::io("read", path, e))?;
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
    Ok(vec![keys::write(folder, &certificate, key.as_deref())?])
}

fn rotated(ctx: &Context, folder: &Path, eui: Eui64) -> Result<Vec<Held>> {
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
    kinds.into_iter().map(|m| Ok(keys::make(folder, m, ctx.now, &mut keys::entropy)?)).collect()
}

/// Trusts a certificate no longer, and removes its key.
///
/// # Errors
/// Where there is no such certificate, or the folder cannot be written.
pub fn remove(ctx: &Context, serial: u128) -> Result<Answer> {
    let folder = &ctx.data.join(FOLDER);
    if !keys::remove(folder, serial)? {
        return Err(AppError::not_found(format!(
            "no certificate {serial} in {}",
            folder.display()
        )));
    }
    let effect = reload(ctx)?;
    Ok(Answer::new(json!({"removed": serial.to_string()}))
        .say(format!("Certificate {serial} is no longer trusted; {effect}.")))
}

/// The running service reads the folder again.
fn reload(ctx: &Context) -> Result<&'static str> {
    match Client::of(&ctx.data) {
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
