//! Heads that were recorded elsewhere: receipts given or in the folders of issued packs, and backups.

use super::cited::{Citation, below, entries, issued_folders};
use crate::{
    context::Context,
    error::{AppError, Result},
    ledger::backup::{self, BackupManifest},
    receipt::{self, Receipt, folder_id},
};
use northbound_ledger::check::Finding;
use std::path::{Path, PathBuf};

/// What a receipt or a backup says was there.
pub(super) struct Seen {
    /// Its file, for people.
    by: String,
    folder: String,
    version: u64,
    ledger_hash: String,
    revision: i64,
    registers_hash: String,
}

/// Reads what `--against` names: a receipt, a backup's folder or `backup.json`, or an issued pack's
/// folder.
///
/// # Errors
/// Where a file cannot be read or is neither.
pub(super) fn given(paths: &[PathBuf], findings: &mut Vec<Finding>) -> Result<Vec<Seen>> {
    paths.iter().map(|p| one(p, findings)).collect()
}

fn one(path: &Path, findings: &mut Vec<Finding>) -> Result<Seen> {
    let inside = [backup::MANIFEST, receipt::FILE].map(|n| path.join(n));
    let file = inside.into_iter().find(|p| p.is_file()).unwrap_or_else(|| path.to_owned());
    let bytes = std::fs::read(&file).map_err(|e| AppError::io("read", &file, e))?;
    let by = file.display().to_string();
    if let Some(receipt) = Receipt::read(&bytes) {
        return Ok(Seen::receipt(by, receipt, findings));
    }
    let backup: BackupManifest = serde_json::from_slice(&bytes).map_err(|e| {
        AppError::input(format!(
            "{by} is neither a receipt (`northbound receipt`) nor the {} of a backup: {e}",
            backup::MANIFEST
        ))
    })?;
    Ok(Seen {
        by,
        folder: String::new(),
        version: backup.ledger_version,
        ledger_hash: backup.ledger_hash,
        revision: backup.register_revision,
        registers_hash: backup.register_hash,
    })
}

/// Receipts in the folders of issued packs.
pub(super) fn of_packs(ctx: &Context, findings: &mut Vec<Finding>) -> Result<Vec<Seen>> {
    let mut all = Vec::new();
    for folder in issued_folders(ctx)? {
        for path in entries(&folder)?.into_iter().filter(|p| p.ends_with(receipt::FILE)) {
            let by = below(ctx, &path);
            match std::fs::read(&path).ok().as_deref().and_then(Receipt::read) {
                Some(r) => all.push(Seen::receipt(by, r, findings)),
                None => findings.push(Finding::of_file("receipt", by, "a receipt", "another file")),
            }
        }
    }
    Ok(all)
}

impl Seen {
    fn receipt(by: String, r: Receipt, findings: &mut Vec<Finding>) -> Seen {
        if let Some(wrong) = r.wrongly_signed() {
            let signer = r.signed_by.as_deref().unwrap_or("the service");
            let expected = format!("a signature by certificate {signer}");
            findings.push(Finding::of_file("receipt", &by, expected, wrong));
        }
        Seen {
            by,
            folder: r.folder,
            version: r.ledger.version,
            ledger_hash: r.ledger.hash,
            revision: r.registers.revision,
            registers_hash: r.registers.hash,
        }
    }

    /// As a citation, whose version and revision must still be there.
    pub(super) fn citation(&self) -> Citation {
        Citation {
            by: self.by.clone(),
            hash: self.ledger_hash.clone(),
            version: Some(self.version).filter(|v| *v > 0),
            revision: self.revision,
            registers_hash: self.registers_hash.clone(),
            prunable: true,
        }
    }

    /// Is it about another data folder?
    pub(super) fn other_folder(&self, ctx: &Context) -> Option<Finding> {
        let own = folder_id(&ctx.data).unwrap_or_default();
        if self.folder.is_empty() || self.folder == own {
            return None;
        }
        let found = if own.is_empty() { "none".to_owned() } else { own };
        let expected = format!("the folder {}, which {} is about", self.folder, self.by);
        Some(Finding::of_file("receipt", crate::folder::MARK, expected, found))
    }
}
