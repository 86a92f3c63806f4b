//! What can go wrong here, with a code that stays and a message that says what to do.

use crate::{
    diff::FieldChange,
    noun::{Noun, Verb},
};
use northbound_types::Utc;
use std::path::PathBuf;

/// Why a register refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// The database cannot be opened.
    #[error(
        "cannot open the registers at {path}: {source}; check that the folder exists and is writable, and that its disk is not full"
    )]
    Open {
        /// Where.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// The data were written by a newer program.
    #[error(
        "the registers have layout {found}, but this program supports layouts up to {known}; use the newer program, or restore a backup made before the upgrade"
    )]
    Newer {
        /// Layout of the data.
        found: i64,
        /// Greatest layout that this program knows.
        known: i64,
    },
    /// A migration failed; nothing of it stays.
    #[error(
        "cannot upgrade the registers to layout {version} ({note}): {source}; the data is unchanged"
    )]
    Migration {
        /// The layout aimed at.
        version: i64,
        /// What it brings.
        note: &'static str,
        /// Why.
        source: rusqlite::Error,
    },
    /// Somebody else holds the write lock.
    #[error("another process is still writing to the registers; try again, or find that process")]
    Busy,
    /// Another failure of the database.
    #[error("the registers' database failed: {0}; nothing was changed")]
    Sql(rusqlite::Error),
    /// The actor may not do it.
    #[error("{actor} may not {verb} a {noun}: that needs one of the roles {}; name it, as in --as '{person}+{}'", roles.join(", "), roles.first().unwrap_or(&"analyst"))]
    Right {
        /// Who.
        actor: String,
        /// The person in it.
        person: String,
        /// What was tried.
        verb: Verb,
        /// On what.
        noun: Noun,
        /// Who may.
        roles: &'static [&'static str],
    },
    /// The record belongs to another party.
    #[error(
        "{actor} may not write a {noun} of the party {party}: a User may write only its own records; act for that party (--as person@{party}+user) or ask an analyst"
    )]
    Party {
        /// Who.
        actor: String,
        /// On what.
        noun: Noun,
        /// Whose.
        party: String,
    },
    /// A User states another time than the present.
    #[error(
        "{actor} may not give {stated} as the time of a {noun}: one entered by a User counts from the time of entry ({now}); leave the time out, or ask an analyst to enter it"
    )]
    Backdated {
        /// Who.
        actor: String,
        /// On what.
        noun: Noun,
        /// The time given.
        stated: Utc,
        /// The time it is.
        now: Utc,
    },
    /// A time that has not come yet.
    #[error(
        "the time {stated} is ahead of the clock: the latest that can be recorded now is {latest}; correct the time, or the machine's clock"
    )]
    Ahead {
        /// The time given.
        stated: Utc,
        /// The latest that would do.
        latest: Utc,
    },
    /// The record names a User of another party.
    #[error("{noun}: {user} is not a User of the party {party}: {}", held.as_ref().map_or_else(|| "it is not registered; add it with `northbound user add`".to_owned(), |h| format!("it belongs to {h}")))]
    Owner {
        /// On what.
        noun: Noun,
        /// The User.
        user: northbound_types::Eui64,
        /// The party named.
        party: String,
        /// Its own; none where nobody registered it.
        held: Option<String>,
    },
    /// A reason is missing.
    #[error("to {verb} a {noun} needs a reason: give it with --reason 'why'")]
    Reason {
        /// What was tried.
        verb: Verb,
        /// On what.
        noun: Noun,
    },
    /// The record is not well formed.
    #[error("{noun}: {field} {problem}")]
    Invalid {
        /// What.
        noun: Noun,
        /// JSON key of the field.
        field: &'static str,
        /// What is wrong and what to write instead.
        problem: String,
    },
    /// Nothing of that id.
    #[error("there is no {noun} {id:?}{}; `northbound {} list` lists those that exist", as_at.map(|t| format!(" as at {t}")).unwrap_or_default(), noun.command())]
    NotFound {
        /// What.
        noun: Noun,
        /// Which.
        id: String,
        /// As at when it was looked for.
        as_at: Option<Utc>,
    },
    /// It is already there.
    #[error("{noun} {id:?} already exists (version {version}); change it instead of adding it")]
    Exists {
        /// What.
        noun: Noun,
        /// Which.
        id: String,
        /// Its version.
        version: i64,
    },
    /// Somebody else changed it first.
    #[error(
        "{noun} {id:?} is at version {held}, not {expected}: {by} changed it at {recorded}: {}; read it again and repeat the change",
        crate::diff::in_words(changes)
    )]
    Version {
        /// What.
        noun: Noun,
        /// Which.
        id: String,
        /// The version that the change was made for.
        expected: i64,
        /// The version held.
        held: i64,
        /// Who made it.
        by: String,
        /// When.
        recorded: Utc,
        /// What lies between the two.
        changes: Vec<FieldChange>,
    },
    /// It can no longer be changed.
    #[error("{noun} {id:?} cannot be changed: {why}")]
    Frozen {
        /// What.
        noun: Noun,
        /// Which.
        id: String,
        /// Why, and what to do.
        why: String,
    },
    /// A gate asks for more.
    #[error("{noun} {id:?} cannot be {to}: it lacks {}; {hint}", missing.join(", "))]
    Missing {
        /// What.
        noun: Noun,
        /// Which.
        id: String,
        /// What it was to be.
        to: &'static str,
        /// What is missing, by name.
        missing: Vec<String>,
        /// What to do.
        hint: &'static str,
    },
    /// It points to something that is not there.
    #[error("{noun} refers to {to_noun} {to_id:?}, which does not exist; add that first")]
    Reference {
        /// What points.
        noun: Noun,
        /// To what.
        to_noun: Noun,
        /// To which.
        to_id: String,
    },
    /// The stored text cannot be read.
    #[error(
        "{noun} {id:?} cannot be read: {source}; it was written by another version of the program, or the file is damaged"
    )]
    Body {
        /// What.
        noun: Noun,
        /// Which.
        id: String,
        /// Why.
        source: serde_json::Error,
    },
    /// The database contradicts itself.
    #[error("the registers at {path} are damaged: {what}; restore a backup")]
    Damaged {
        /// Where.
        path: PathBuf,
        /// What was found.
        what: String,
        /// The error of SQLite, where its check could not even run.
        source: Option<rusqlite::Error>,
    },
    /// A file could not be read or written.
    #[error("cannot {what} {path}: {source}")]
    Io {
        /// What was tried.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl RegisterError {
    /// Is the machine at fault (a full or failing disk, a missing right), and not what the file holds?
    #[must_use]
    pub fn is_machine_fault(&self) -> bool {
        use rusqlite::ErrorCode::{
            CannotOpen, DiskFull, OutOfMemory, PermissionDenied, ReadOnly, SystemIoFailure,
        };
        let source = match self {
            RegisterError::Open { source, .. }
            | RegisterError::Migration { source, .. }
            | RegisterError::Sql(source) => source,
            _ => return false,
        };
        matches!(
            source.sqlite_error_code(),
            Some(
                CannotOpen | DiskFull | OutOfMemory | PermissionDenied | ReadOnly | SystemIoFailure
            )
        )
    }

    /// The code that stays, for scripts and for the HTTP edge.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            RegisterError::Open { .. } => "registers.open",
            RegisterError::Newer { .. } => "registers.newer",
            RegisterError::Migration { .. } => "registers.migration",
            RegisterError::Busy => "registers.busy",
            RegisterError::Sql(_) => "registers.sql",
            RegisterError::Right { .. } => "registers.right",
            RegisterError::Party { .. } => "registers.party",
            RegisterError::Backdated { .. } => "registers.backdated",
            RegisterError::Ahead { .. } => "registers.ahead",
            RegisterError::Owner { .. } => "registers.owner",
            RegisterError::Reason { .. } => "registers.reason",
            RegisterError::Invalid { .. } => "registers.invalid",
            RegisterError::NotFound { .. } => "registers.not-found",
            RegisterError::Exists { .. } => "registers.exists",
            RegisterError::Version { .. } => "registers.version",
            RegisterError::Frozen { .. } => "registers.frozen",
            RegisterError::Missing { .. } => "registers.missing",
            RegisterError::Reference { .. } => "registers.reference",
            RegisterError::Body { .. } => "registers.body",
            RegisterError::Damaged { .. } => "registers.damaged",
            RegisterError::Io { .. } => "registers.io",
        }
    }
}

impl From<rusqlite::Error> for RegisterError {
    fn from(e: rusqlite::Error) -> Self {
        match e.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => {
                RegisterError::Busy
            }
            _ => RegisterError::Sql(e),
        }
    }
}
