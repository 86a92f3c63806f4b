//! Receipts: a signed statement of how far ledger and registers reach, to be kept elsewhere. Whoever
//! holds one can later prove that what was there then is still all there.

use crate::{
    answer::Answer,
    context::Context,
    error::{AppError, Kind, Result},
    folder,
    ledger::seals::FolderSeals,
};
use northbound_duis::Certificate;
use northbound_ledger::seal;
use northbound_types::Utc;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{io::Write, path::Path};

/// What the file says it is.
pub const FORMAT: &str = "northbound-receipt/1";
/// Name of the file in the folder of an issued pack.
pub const FILE: &str = "receipt.json";
/// What is signed begins with this line.
const CONTEXT: &str = "northbound receipt 1";

/// How far the ledger reaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerHead {
    /// Newest version; 0 without one.
    pub version: u64,
    /// SHA-256 of its manifest; empty without one.
    pub hash: String,
}

/// How far the registers reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistersHead {
    /// Newest revision; 0 without one.
    pub revision: i64,
    /// Hash of the history up to it; empty without one.
    pub hash: String,
}

/// A receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// [`FORMAT`].
    pub format: String,
    /// Of which data folder: [`folder_id`].
    pub folder: String,
    /// When it was made.
    pub made: Utc,
    /// The ledger.
    pub ledger: LedgerHead,
    /// The registers.
    pub registers: RegistersHead,
    /// Serial number (decimal) of the certificate whose key signed it; null where it is unsigned.
    pub signed_by: Option<String>,
    /// That certificate, in PEM.
    pub certificate: Option<String>,
    /// r and s of the signature, hexadecimal.
    pub signature: Option<String>,
}

/// What identifies a data folder and its copies: a hash over what `folder.json` says about its making,
/// which never changes. Empty where the folder has no such file.
///
/// # Errors
/// Where `folder.json` is damaged.
pub fn folder_id(data: &Path) -> Result<String> {
    let Some(mark) = folder::read(data)? else { return Ok(String::new()) };
    let made = format!("{}\n{}\n{}\n{}", mark.format, mark.made, mark.made_by, mark.program);
    Ok(hex(&Sha256::digest(made)))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

impl Receipt {
    /// The receipt of what is there now, signed where the data folder holds the service's key.
    ///
    /// # Errors
    /// Where ledger, registers or keys cannot be read.
    pub fn of(ctx: &Context) -> Result<Receipt> {
        // The registers first: the ledger cites them, so it is never behind what it cites.
        let registers = ctx.store()?.head()?;
        let ledger = ctx.ledger().newest()?;
        let mut receipt = Receipt {
            format: FORMAT.to_owned(),
            folder: folder_id(&ctx.data)?,
            made: ctx.now,
            ledger: LedgerHead {
                version: ledger.as_ref().map_or(0, |r| r.manifest.version),
                hash: ledger.map(|r| r.hash).unwrap_or_default(),
            },
            registers: RegistersHead {
                revision: registers.map_or(0, |h| h.revision),
                hash: registers.map(|h| h.hex()).unwrap_or_default(),
            },
            signed_by: None,
            certificate: None,
            signature: None,
        };
        let seals = FolderSeals::of(ctx);
        if let Some(key) = seals.key()? {
            receipt.signed_by = Some(key.certificate.serial.to_string());
            receipt.certificate = Some(key.certificate.to_pem());
            receipt.signature = Some(hex(&key.sign(receipt.message().as_bytes())?));
        }
        Ok(receipt)
    }

    /// What is signed: the fields in this order, one a line.
    fn message(&self) -> String {
        [
            CONTEXT,
            &self.folder,
            &self.made.to_string(),
            &self.ledger.version.to_string(),
            &self.ledger.hash,
            &self.registers.revision.to_string(),
            &self.registers.hash,
            self.signed_by.as_deref().unwrap_or_default(),
        ]
        .join("\n")
    }

    /// As its file.
    ///
    /// # Errors
    /// Where it cannot be encoded: a fault of the program.
    pub fn to_text(&self) -> Result<String> {
        let mut text = serde_json::to_string_pretty(self)
            .map_err(|e| AppError::internal(format!("a receipt cannot be written: {e}")))?;
        text.push('\n');
        Ok(text)
    }

    /// Why its signature is not valid; `None` where it is, or where there is none. By the certificate
    /// that the receipt brings along.
    #[must_use]
    pub fn wrongly_signed(&self) -> Option<&'static str> {
        let (Some(serial), Some(pem), Some(signature)) =
            (&self.signed_by, &self.certificate, &self.signature)
        else {
            let parts = [&self.signed_by, &self.certificate, &self.signature];
            return parts.iter().any(|p| p.is_some()).then_some("only a part of a signature");
        };
        let Ok(certificate) = Certificate::from_pem(pem) else {
            return Some("a certificate that cannot be read");
        };
        if certificate.serial.to_string() != *serial {
            return Some("the certificate of another serial number");
        }
        match seal::unhex(signature.as_bytes()) {
            Some(s) if certificate.public_key.verifies(self.message().as_bytes(), &s) => None,
            _ => Some("a signature that is not over this receipt"),
        }
    }

    /// Reads a receipt; `None` where the bytes are not one.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Receipt> {
        serde_json::from_slice::<Receipt>(bytes).ok().filter(|r| r.format == FORMAT)
    }
}

/// Makes a receipt and prints it, or writes it into a new file.
///
/// # Errors
/// As [`Receipt::of`]; [`Kind::Conflict`] where the file exists.
pub fn receipt(ctx: &Context, out: Option<&Path>) -> Result<Answer> {
    let receipt = Receipt::of(ctx)?;
    let text = receipt.to_text()?;
    let Some(out) = out else { return Ok(Answer::raw(text)) };
    if !ctx.dry_run {
        write_new(out, &text)?;
    }
    let json = serde_json::to_value(&receipt)
        .map_err(|e| AppError::internal(format!("a receipt cannot be written: {e}")))?;
    let verb = if ctx.dry_run { "Would write" } else { "Wrote" };
    let said = format!(
        "{verb} {}: version {} of the ledger, revision {} of the registers. Keep it where those who can write to the data folder cannot change it.",
        out.display(),
        receipt.ledger.version,
        receipt.registers.revision
    );
    let answer = Answer::new(json)
        .say(said)
        .then(format!("Later: northbound ledger check --against {}", out.display()));
    Ok(match &receipt.signed_by {
        Some(serial) => answer.say(format!("Signed with the key of certificate {serial}.")),
        None => answer.say("Unsigned: the data folder holds no key of the service."),
    })
}

fn write_new(path: &Path, text: &str) -> Result<()> {
    let made = std::fs::File::options().write(true).create_new(true).open(path);
    let mut file = match made {
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {
            return Err(AppError::new(
                Kind::Conflict,
                "cli.exists",
                format!("{} exists; a receipt replaces no file: name another", path.display()),
            ));
        }
        made => made.map_err(|e| AppError::io("write", path, e))?,
    };
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(|e| AppError::io("write", path, e))
}
