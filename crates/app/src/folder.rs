//! The data folder: how it is made, on which clock it lives, and who has which role in it where
//! `--as` says nothing. A folder says so itself, in a file `folder.json`.

mod mark;
mod modes;
mod opening;

pub use mark::{Clock, FORMAT, Grant, MARK, Mark, read};
pub use opening::{Opened, Opening, open};

use crate::{
    answer::{Answer, Table},
    context::Context,
    error::{AppError, Kind, Result},
};
use serde_json::json;
use std::path::Path;

/// Files and folders that hold records. A folder with one and without a mark is of an earlier version.
const RECORDS: &[&str] = &["registers.sqlite", "ledger", "journal"];
/// What may be put into a folder before anything is recorded in it.
const PREPARED: &[&str] = &["keys", "service.toml"];
/// The secret of the pseudonyms of Users; only the data folder's own account may read it.
pub const PSEUDONYMS: &str = "pseudonyms.secret";
/// Everything that a data folder holds. Whatever else lies in a folder is left alone.
pub const OWN: &[&str] = &[
    MARK,
    "registers.sqlite",
    "registers.sqlite-wal",
    "registers.sqlite-shm",
    "ledger",
    "ledger-head.json",
    "ledger-head.tmp",
    "journal",
    "keys",
    "devices",
    "service.toml",
    "service.json",
    "endpoints.json",
    "relay.toml",
    "rules",
    "rules-archive",
    "rejects",
    "packs",
    "outbox",
    PSEUDONYMS,
];
/// What a file system puts into the folder at which it is mounted.
const OF_FILE_SYSTEM: &str = "lost+found";

/// Does the folder hold anything that Northbound wrote, marked or not?
#[must_use]
pub fn in_use(data: &Path) -> bool {
    data.join(MARK).exists() || [RECORDS, PREPARED].concat().iter().any(|c| data.join(c).exists())
}

/// Does the folder hold records?
fn holds_records(data: &Path) -> bool {
    RECORDS.iter().any(|c| data.join(c).exists())
}

/// Something in the folder that is not Northbound's; `None` where there is nothing of the kind.
pub(crate) fn foreign(data: &Path) -> Result<Option<String>> {
    let io = |e| AppError::io("list", data, e);
    let entries = match std::fs::read_dir(data) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        listed => listed.map_err(io)?,
    };
    for entry in entries {
        let name = entry.map_err(io)?.file_name().to_string_lossy().into_owned();
        // A run that was killed may leave the file that it was writing.
        let unfinished = [MARK, PSEUDONYMS]
            .iter()
            .any(|file| name.strip_prefix(file).is_some_and(|rest| rest.starts_with('.')));
        if name != OF_FILE_SYSTEM && !unfinished && !OWN.contains(&name.as_str()) {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

/// Makes a data folder, or marks one that an earlier version made.
///
/// # Errors
/// [`Kind::Conflict`] where the folder has its mark already, [`Kind::Refused`] where it holds anything
/// that is not Northbound's; where it cannot be written.
pub fn init(
    ctx: &Context,
    clock: Clock,
    group: Option<&str>,
    grants: Vec<Grant>,
) -> Result<Answer> {
    if let Some(mark) = read(&ctx.data)? {
        return Err(AppError::Failed {
            kind: Kind::Conflict,
            code: "folder.marked",
            message: format!(
                "{} was made by {} on {}; choose another folder with --data",
                ctx.data.display(),
                mark.made_by,
                mark.made.day()
            ),
        });
    }
    if let Some(name) = foreign(&ctx.data)? {
        return Err(AppError::Failed {
            kind: Kind::Refused,
            code: "folder.foreign",
            message: format!(
                "{} holds {name}, which is not part of a data folder; name a new folder with --data",
                ctx.data.display()
            ),
        });
    }
    let earlier = holds_records(&ctx.data);
    let group = group.map(str::to_owned);
    let mark = Mark { group, ..Mark::new(clock, ctx.actor.to_string(), ctx.now, grants) };
    if !ctx.dry_run {
        modes::new_files(mark.group.is_some());
        mark.write(&ctx.data)?;
        modes::restrict(&ctx.data, mark.group.as_deref())?;
    }
    let mut t = Table::new("", &["login", "acts as"]);
    for g in &mark.grants {
        t.row([g.login.clone().unwrap_or_else(|| "anybody".to_owned()), g.acts_as()]);
    }
    let (verb, what) = match (ctx.dry_run, earlier) {
        (true, _) => ("Would make", "a data folder"),
        (false, true) => ("Marked", "the data folder of an earlier version"),
        (false, false) => ("Made", "a data folder"),
    };
    Ok(Answer::new(json!({
        "folder": ctx.data.display().to_string(), "clock": mark.clock, "grants": mark.grants, "group": mark.group,
        "earlier": earlier, "dry_run": ctx.dry_run,
    }))
    .say(format!("{verb} {what} on {}: {}.", mark.clock.words(), ctx.data.display()))
    .table(t)
    .then("Read files into it: northbound ingest --help"))
}

/// The login name of the account, from the environment; `somebody` where it says none.
#[must_use]
pub fn login() -> String {
    ["USER", "LOGNAME", "USERNAME"]
        .iter()
        .find_map(|k| std::env::var(k).ok().filter(|v| !v.trim().is_empty()))
        .unwrap_or_else(|| "somebody".to_owned())
}
