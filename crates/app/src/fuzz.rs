//! Fuzz targets as plain functions, as those of `northbound_ingest::fuzz`: each reads hostile bytes the
//! way a command would. They panic where something that must hold does not.

use crate::{context::Context, ledger::backup::restore};
use northbound_emulator::scenario;
use northbound_ingest::registration;
use northbound_ledger::Ledger;
use northbound_rules::{RuleSet, files::RuleFile};
use std::path::Path;

/// A manifest of a ledger, read as its newest version. `folder` is overwritten.
///
/// # Errors
/// Where the folder cannot be written.
pub fn fuzz_manifest(folder: &Path, bytes: &[u8]) -> std::io::Result<bool> {
    let root = folder.join("root");
    std::fs::create_dir_all(&root)?;
    std::fs::write(root.join("0000000001.json"), bytes)?;
    let newest = Ledger::at(folder).newest();
    if let Ok(Some(root)) = &newest {
        assert_eq!(root.manifest.version, 1, "a manifest says another version than its name");
    }
    Ok(newest.is_ok())
}

/// The manifest of a backup, read by a restore into the data folder of `ctx`, which has to be left as
/// it was. `folder` is the backup.
///
/// # Errors
/// Where the folder cannot be written.
pub fn fuzz_backup(ctx: &Context, folder: &Path, bytes: &[u8]) -> std::io::Result<bool> {
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join("backup.json"), bytes)?;
    let restored = restore(&Context { dry_run: true, ..ctx.clone() }, folder);
    assert!(!ctx.data.exists(), "a rehearsed restore made a data folder");
    Ok(restored.is_ok())
}

/// A registration file of the first layout in the rules. Returns rows taken and rejected.
#[must_use]
pub fn fuzz_registration(rules: &RuleSet, bytes: &[u8]) -> (usize, usize) {
    let Some(layout) = rules.layouts().first() else { return (0, 0) };
    let checked = registration::check(layout, "fuzz", bytes);
    let details = usize::try_from(checked.details).unwrap_or(usize::MAX);
    let (taken, rejected) = (checked.rows.len(), checked.rejects.len());
    assert!(taken + rejected <= details, "more rows than the file has");
    if checked.sound() {
        assert_eq!(taken + rejected, details, "a row was lost");
    }
    (taken, rejected)
}

/// A scenario of the emulated network.
#[must_use]
pub fn fuzz_scenario(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    match scenario::read("fuzz.toml", text) {
        Ok(_) => true,
        Err(e) => {
            assert!(!e.to_string().is_empty());
            false
        }
    }
}

/// A rule file of one's own, read and checked alone.
#[must_use]
pub fn fuzz_overlay(name: &str, bytes: &[u8]) -> bool {
    match RuleSet::from_files(vec![RuleFile::new(name, bytes.to_vec(), true)]) {
        Ok(rules) => {
            let _ = rules.check();
            true
        }
        Err(e) => {
            assert!(!e.to_string().is_empty());
            false
        }
    }
}
