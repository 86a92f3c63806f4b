//! `key`: certificates and keys of the data folder.

use super::policy;
use crate::{
    context::Ctx,
    error::{CliError, Result},
    output::{Answer, Table},
};
use clap::Subcommand;
use northbound_client::{ClientError, control::Client};
use northbound_duis::{Certificate, PrivateKey, Usage, read_keystore};
use northbound_keys::{self as keys, FOLDER, Held, Keys, Making};
use northbound_types::Eui64;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Certificates and keys
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum KeyCommand {
    /// Make keys with certificates of this installation's own, invented issuer
    Make {
        /// All that a User needs: to sign messages, to sign Commands, to agree on keys
        #[arg(long, value_name = "EUI", conflicts_with_all = ["service", "eui"])]
        user: Option<Eui64>,
        /// All that the service needs
        #[arg(long, conflicts_with = "eui")]
        service: bool,
        /// One key of this owner
        #[arg(long, value_name = "EUI")]
        eui: Option<Eui64>,
        /// Role of the certificate in hexadecimal: 87 signs messages of a User, 89 those of the service, 02 supplier, 03 network operator, 04 access control broker, 7F other; none for a device
        #[arg(long, value_name = "HEX")]
        role: Option<String>,
        /// digital-signature or key-agreement
        #[arg(long, value_name = "USAGE", default_value = "digital-signature")]
        usage: Usage,
    },
    /// Take certificates and keys from files: a keystore.json, or a certificate in PEM
    Import {
        /// A keystore or a certificate
        file: PathBuf,
        /// The certificate's private key (PKCS#8 in PEM)
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
        /// Leave private keys of a keystore out: only trust its certificates
        #[arg(long)]
        certificates_only: bool,
    },
    /// Make new keys for every certificate of an owner whose key is here; the old ones stay trusted until they are removed
    Rotate {
        /// The owner
        eui: Eui64,
    },
    /// Trust a certificate no longer, and remove its key
    Remove {
        /// Serial number in decimal, as `list` prints it
        serial: u128,
    },
    /// What is trusted; no key is ever printed
    List,
}

pub(crate) fn run(c: &KeyCommand, ctx: &Ctx) -> Result<Answer> {
    let folder = ctx.data.join(FOLDER);
    let held = match c {
        KeyCommand::List => return list(&folder),
        KeyCommand::Remove { serial } => return remove(&folder, *serial, ctx),
        KeyCommand::Make { user, service, eui, role, usage } => {
            make(&folder, (*user, *service, *eui), role.as_deref(), *usage, ctx)?
        }
        KeyCommand::Import { file, key, certificates_only } => {
            import(&folder, file, key.as_deref(), *certificates_only)?
        }
        KeyCommand::Rotate { eui } => rotate(&folder, *eui, ctx)?,
    };
    let told = reload(ctx)?;
    Ok(answer(&held).say(format!("{} certificates in {}; {told}.", held.len(), folder.display())))
}

/// Makes the keys of a User, and tells the service.
pub(crate) fn for_user(ctx: &Ctx, eui: Eui64, category: &str) -> Result<usize> {
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

fn make(
    folder: &Path,
    (user, service, eui): (Option<Eui64>, bool, Option<Eui64>),
    role: Option<&str>,
    usage: Usage,
    ctx: &Ctx,
) -> Result<Vec<Held>> {
    let role = role
        .map(|r| {
            u8::from_str_radix(r, 16)
                .map_err(|_| CliError::usage(format!("--role {r:?}: write two hexadecimal digits")))
        })
        .transpose()?;
    if service {
        return Ok(keys::make_service(folder, policy(ctx)?.service, ctx.now, &mut keys::entropy)?);
    }
    if let Some(u) = user {
        return Ok(keys::make_user(folder, u, role.unwrap_or(0x02), ctx.now, &mut keys::entropy)?);
    }
    let Some(eui) = eui else {
        return Err(CliError::usage(
            "name --user EUI, --service, or --eui EUI with --role and --usage",
        ));
    };
    Ok(vec![keys::make(folder, Making { eui, role, usage }, ctx.now, &mut keys::entropy)?])
}

fn import(
    folder: &Path,
    file: &Path,
    key: Option<&Path>,
    certificates_only: bool,
) -> Result<Vec<Held>> {
    let text = std::fs::read_to_string(file).map_err(|e| CliError::io("read", file, e))?;
    let wrong = |why: String| CliError::input(format!("{}: {why}", file.display()));
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
            let pem = std::fs::read_to_string(path).map_err(|e| CliError::io("read", path, e))?;
            let key = PrivateKey::from_pem(&pem)
                .map_err(|e| CliError::input(format!("{}: {e}", path.display())))?;
            if key.public() != &certificate.public_key {
                return Err(CliError::input(format!(
                    "{} is not the key of {}",
                    path.display(),
                    file.display()
                )));
            }
            Ok(key.to_pem())
        })
        .transpose()?;
    Ok(vec![keys::write(folder, &certificate, key.as_deref())?])
}

fn rotate(folder: &Path, eui: Eui64, ctx: &Ctx) -> Result<Vec<Held>> {
    let mut kinds: Vec<Making> = Keys::list(folder)?
        .iter()
        .filter(|h| h.certificate.eui == eui && h.listed().private_key)
        .map(|h| Making { eui, role: h.certificate.role, usage: h.certificate.usage })
        .collect();
    kinds.sort_by_key(|m| (m.role, m.usage));
    kinds.dedup();
    if kinds.is_empty() {
        return Err(CliError::not_found(format!(
            "{} holds no private key of {eui}",
            folder.display()
        )));
    }
    kinds.into_iter().map(|m| Ok(keys::make(folder, m, ctx.now, &mut keys::entropy)?)).collect()
}

fn remove(folder: &Path, serial: u128, ctx: &Ctx) -> Result<Answer> {
    if !keys::remove(folder, serial)? {
        return Err(CliError::not_found(format!(
            "no certificate {serial} in {}",
            folder.display()
        )));
    }
    let told = reload(ctx)?;
    Ok(Answer::new(json!({"removed": serial.to_string()}))
        .say(format!("Certificate {serial} is trusted no longer; {told}.")))
}

/// The running service reads the folder again.
fn reload(ctx: &Ctx) -> Result<&'static str> {
    match Client::of(&ctx.data) {
        Ok(client) => {
            client.post("/keys", &json!({}))?;
            Ok("the running service uses them from now on")
        }
        Err(ClientError::NotRunning { .. }) => Ok("no service runs here now"),
        Err(e) => Err(e.into()),
    }
}

fn list(folder: &Path) -> Result<Answer> {
    Ok(answer(&Keys::list(folder)?))
}

fn answer(held: &[Held]) -> Answer {
    let mut t =
        Table::new("", &["owner", "role", "usage", "serial", "valid from", "until", "key here"]);
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
