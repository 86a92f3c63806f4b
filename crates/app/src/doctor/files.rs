//! Files of a data folder, who may read them by the operating system, and space on its disk.

use super::{Check, State};
use crate::folder::{self, MARK, Mark, OWN, PSEUDONYMS};
use std::{
    fs, io,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
};

/// Below this much free space a commit of a large file may fail: a warning.
pub(super) const LOW_SPACE: u64 = 1 << 30;
/// Below this much the next write may fail: a fault.
pub(super) const NO_SPACE: u64 = 64 << 20;
/// Names of files are listed up to this number.
const LISTED: usize = 3;

/// What the folder holds and who may read it.
pub(super) fn check(data: &Path, mark: Option<&Mark>) -> Vec<Check> {
    let mut seen = Seen { group: mark.is_some_and(|m| m.group.is_some()), ..Seen::default() };
    let own = OWN.iter().map(|name| data.join(name)).filter(|p| fs::symlink_metadata(p).is_ok());
    for path in own {
        if let Err(e) = seen.walk(&path, false) {
            return vec![Check::of(
                State::Fault,
                "files",
                format!("{} cannot be read: {e}", path.display()),
                "give this account the right to read it",
            )];
        }
    }
    vec![foreign(data), seen.secrets(), seen.readers(), seen.owner(data)]
}

/// Files that are not Northbound's.
fn foreign(data: &Path) -> Check {
    match folder::foreign(data) {
        Ok(None) => Check::well("files", "nothing but Northbound's own"),
        Ok(Some(name)) => Check::of(
            State::Warning,
            "files",
            format!("{name} is not Northbound's"),
            "move it elsewhere; backups leave it out",
        ),
        Err(e) => Check::of(State::Fault, "files", e.to_string(), "check the folder's permissions"),
    }
}

/// Free space on the folder's disk.
pub(super) fn disk(data: &Path) -> Check {
    match rustix::fs::statvfs(data) {
        Ok(s) => space(s.f_bavail.saturating_mul(s.f_frsize)),
        Err(e) => Check::of(
            State::Warning,
            "disk",
            format!("its free space is not known: {e}"),
            "look with df",
        ),
    }
}

fn space(free: u64) -> Check {
    let found = format!("{} MiB free", free >> 20);
    let advice = "free space on this disk, or move the folder: northbound ledger backup";
    match free {
        ..NO_SPACE => Check::of(State::Fault, "disk", found, advice),
        NO_SPACE..LOW_SPACE => Check::of(State::Warning, "disk", found, advice),
        LOW_SPACE.. => Check::well("disk", found),
    }
}

/// What the modes of all files say.
#[derive(Debug, Default)]
struct Seen {
    /// The folder's mark names a group that may read.
    group: bool,
    files: u64,
    /// Keys and secrets that somebody else may read.
    open_secrets: Vec<PathBuf>,
    /// Other files that somebody may read or write who should not.
    open: Vec<PathBuf>,
    /// Accounts that own files.
    owners: Vec<u32>,
}

impl Seen {
    fn walk(&mut self, path: &Path, secret: bool) -> io::Result<()> {
        let about = fs::symlink_metadata(path)?;
        if about.is_symlink() {
            return Ok(());
        }
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
        let secret = secret || name == "keys" || name == PSEUDONYMS;
        self.files += 1;
        if !self.owners.contains(&about.uid()) {
            self.owners.push(about.uid());
        }
        let mode = about.permissions().mode();
        let allowed = if self.group && !secret { 0o750 } else { 0o700 };
        if mode & 0o777 & !allowed != 0 {
            let list = if secret { &mut self.open_secrets } else { &mut self.open };
            list.push(path.to_owned());
        }
        if about.is_dir() {
            for entry in fs::read_dir(path)? {
                self.walk(&entry?.path(), secret)?;
            }
        }
        Ok(())
    }

    fn secrets(&self) -> Check {
        if self.open_secrets.is_empty() {
            return Check::well("secrets", "keys and the secret of pseudonyms are for one account");
        }
        Check::of(
            State::Fault,
            "secrets",
            format!("other accounts may read {}", listed(&self.open_secrets)),
            format!(
                "chmod -R go= {}; then make new keys: northbound key rotate",
                first(&self.open_secrets)
            ),
        )
    }

    fn readers(&self) -> Check {
        let who = if self.group { "its account and its group" } else { "its account alone" };
        if self.open.is_empty() {
            return Check::well("permissions", format!("{} files, for {who}", self.files));
        }
        let mode = if self.group { "g-w,o=" } else { "go=" };
        Check::of(
            State::Warning,
            "permissions",
            format!("meant for {who}, but others may use {}", listed(&self.open)),
            format!("chmod -R {mode} {}", first(&self.open)),
        )
    }

    fn owner(&self, data: &Path) -> Check {
        let me = rustix::process::geteuid().as_raw();
        match self.owners.as_slice() {
            [] => Check::well("account", "the folder is empty"),
            [one] if *one == me => Check::well("account", "all files belong to this account"),
            [one] => Check::of(
                State::Warning,
                "account",
                format!("the files belong to account {one}, this is account {me}"),
                "use that account for what writes",
            ),
            several => Check::of(
                State::Fault,
                "account",
                format!("the files belong to several accounts: {several:?}"),
                format!(
                    "give all of {} to the account that owns {MARK} (chown -R)",
                    data.display()
                ),
            ),
        }
    }
}

fn listed(paths: &[PathBuf]) -> String {
    let names: Vec<String> = paths.iter().take(LISTED).map(|p| p.display().to_string()).collect();
    match paths.len() - names.len() {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

fn first(paths: &[PathBuf]) -> String {
    paths.first().map(|p| p.display().to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn space_is_judged_at_its_edges() {
        let state = |free| space(free).state;
        assert_eq!(state(NO_SPACE - 1), State::Fault);
        assert_eq!((state(NO_SPACE), state(LOW_SPACE - 1)), (State::Warning, State::Warning));
        assert_eq!(state(LOW_SPACE), State::Well);
    }
}
