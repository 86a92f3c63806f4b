//! Who may read the files of a data folder, by the operating system: the account that owns it, and
//! the group that its mark names.

use super::{OWN, PSEUDONYMS};
use crate::error::{AppError, Result};
use rustix::fs::Mode;
use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::Path,
};

/// What no group gets to read: private keys, and the secret of pseudonyms.
const SECRET: &[&str] = &["keys", PSEUDONYMS];
/// Where groups are listed.
const GROUPS: &str = "/etc/group";

/// Files that this process makes from now on are for its own account (0600, folders 0700), or also
/// for a group to read (0640, folders 0750).
pub(super) fn new_files(group: bool) {
    rustix::process::umask(Mode::from_raw_mode(if group { 0o027 } else { 0o077 }));
}

/// Takes the rights of all others from what is Northbound's in a folder; gives a group the right to
/// read it, except keys. Links are left alone, and so is the folder itself where it also holds
/// anything else.
pub(super) fn restrict(data: &Path, group: Option<&str>) -> Result<()> {
    let gid = group.map(gid).transpose()?;
    if super::foreign(data)?.is_none() {
        one(data, gid)?;
    }
    for path in OWN.iter().map(|name| data.join(name)) {
        if fs::symlink_metadata(&path).is_ok() {
            walk(&path, gid)?;
        }
    }
    Ok(())
}

fn walk(path: &Path, gid: Option<u32>) -> Result<()> {
    let io = |e| AppError::io("restrict", path, e);
    let about = fs::symlink_metadata(path).map_err(io)?;
    if about.is_symlink() {
        return Ok(());
    }
    let gid = gid.filter(|_| !is_secret(path));
    one(path, gid)?;
    if about.is_dir() {
        for entry in fs::read_dir(path).map_err(io)? {
            walk(&entry.map_err(io)?.path(), gid)?;
        }
    }
    Ok(())
}

fn is_secret(path: &Path) -> bool {
    path.file_name().and_then(|n| n.to_str()).is_some_and(|n| SECRET.contains(&n))
}

/// The mode and group of one file or folder.
fn one(path: &Path, gid: Option<u32>) -> Result<()> {
    let io = |e| AppError::io("restrict", path, e);
    let about = fs::metadata(path).map_err(io)?;
    if let Some(gid) = gid.filter(|g| *g != about.gid()) {
        std::os::unix::fs::chown(path, None, Some(gid)).map_err(io)?;
    }
    let mode = match (about.is_dir(), gid.is_some()) {
        (true, false) => 0o700,
        // What is made in the folder later belongs to the group too.
        (true, true) => 0o2750,
        (false, false) => 0o600,
        (false, true) => 0o640,
    };
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(io)
}

/// A group by its name or number.
fn gid(name: &str) -> Result<u32> {
    if let Ok(number) = name.parse() {
        return Ok(number);
    }
    let list =
        fs::read_to_string(GROUPS).map_err(|e| AppError::io("read", Path::new(GROUPS), e))?;
    list.lines()
        .filter_map(|l| {
            let mut parts = l.split(':');
            (parts.next()? == name).then(|| parts.nth(1)?.parse().ok()).flatten()
        })
        .next()
        .ok_or_else(|| {
            AppError::input(format!(
                "there is no group {name:?} in {GROUPS}; name another, or its number"
            ))
        })
}
