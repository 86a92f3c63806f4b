//! `folder.json`: what a data folder says about itself.

use crate::error::{AppError, Result};
use northbound_types::{Actor, Utc};
use serde::{Deserialize, Serialize};
use std::{
    io::{ErrorKind, Write},
    path::Path,
};

/// Name of the file in the data folder.
pub const MARK: &str = "folder.json";
/// Its format and version.
pub const FORMAT: &str = "northbound-folder/1";

const SECOND: i64 = 1_000_000;

const fn ahead_seconds() -> u32 {
    300
}

/// Which clock gives the present time of a data folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Clock {
    /// The machine's. Nothing is recorded at a time that somebody made up.
    Real,
    /// Whatever `--clock` says: demos, trials and tests.
    Virtual,
}

impl Clock {
    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Clock::Real => "the machine's clock",
            Clock::Virtual => "a virtual clock",
        }
    }
}

/// Who somebody is who runs a command without `--as`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// The login name; anybody's where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<String>,
    /// The party acted for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<String>,
    /// The body acted for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Roles.
    pub roles: Vec<String>,
}

impl Grant {
    /// What this actor is, granted to the login of the actor's name.
    #[must_use]
    pub fn to_login(actor: Actor) -> Grant {
        Grant {
            login: Some(actor.person),
            party: actor.party,
            body: actor.body,
            roles: actor.roles,
        }
    }
    /// The role of an analyst, for whoever runs a command. For folders of invented data.
    #[must_use]
    pub fn analyst_to_anybody() -> Grant {
        Grant { login: None, party: None, body: None, roles: vec!["analyst".to_owned()] }
    }
    /// The actor that it makes of a login name.
    #[must_use]
    pub fn actor(&self, login: &str) -> Actor {
        Actor {
            person: login.to_owned(),
            party: self.party.clone(),
            body: self.body.clone(),
            roles: self.roles.clone(),
        }
    }
    /// Party, body and roles as `--as` writes them, without the person.
    #[must_use]
    pub fn acts_as(&self) -> String {
        self.actor("").to_string()
    }
}

/// What a data folder says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// [`FORMAT`].
    pub format: String,
    /// Which clock gives the present time.
    pub clock: Clock,
    /// When the folder was made.
    pub made: Utc,
    /// Who made it.
    pub made_by: String,
    /// Version of the program that made it.
    pub program: String,
    /// How far ahead of the machine's clock a stated time may be, seconds: clocks of two machines
    /// differ a little.
    #[serde(default = "ahead_seconds")]
    pub ahead_seconds: u32,
    /// Group whose members may read the files, except keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// On a virtual clock, the present time where `--clock` is not given: a demo's month lies in the past, and
    /// its commands answer as of then. Without it, and on the machine's clock, the machine's time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub present: Option<Utc>,
    /// Who acts as what without `--as`; the first that fits holds.
    #[serde(default)]
    pub grants: Vec<Grant>,
}

impl Mark {
    /// A mark of this program.
    #[must_use]
    pub fn new(clock: Clock, made_by: String, made: Utc, grants: Vec<Grant>) -> Mark {
        Mark {
            format: FORMAT.to_owned(),
            clock,
            made,
            made_by,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            ahead_seconds: ahead_seconds(),
            group: None,
            present: None,
            grants,
        }
    }

    /// The latest time that may be stated at `now`; any may on a virtual clock.
    #[must_use]
    pub fn latest(&self, now: Utc) -> Option<Utc> {
        (self.clock == Clock::Real).then(|| Utc(now.0 + i64::from(self.ahead_seconds) * SECOND))
    }

    /// The present time, of which the machine's clock says `machine`.
    #[must_use]
    pub fn now(&self, machine: Utc) -> Utc {
        self.present.filter(|_| self.clock == Clock::Virtual).unwrap_or(machine)
    }

    /// Writes it into the folder, which is made where there is none. Never over another mark.
    ///
    /// # Errors
    /// Where the folder cannot be written, or somebody marked it meanwhile.
    pub fn write(&self, data: &Path) -> Result<()> {
        std::fs::create_dir_all(data).map_err(|e| AppError::io("make the data folder", data, e))?;
        let path = data.join(MARK);
        let mut text = serde_json::to_string_pretty(self)
            .map_err(|e| AppError::internal(format!("{MARK} cannot be written: {e}")))?;
        text.push('\n');
        let part = data.join(format!("{MARK}.{}", std::process::id()));
        let written = put(&part, &path, text.as_bytes());
        let _ = std::fs::remove_file(&part);
        written.map_err(|e| AppError::io("write", &path, e))
    }

    /// Who somebody with this login is.
    #[must_use]
    pub fn granted(&self, login: &str) -> Option<Actor> {
        let fits = |g: &&Grant| g.login.as_deref().is_none_or(|l| l == login);
        self.grants.iter().find(fits).map(|g| g.actor(login))
    }
}

/// Writes a file whole or not at all, and never over another. A hard link refuses to replace what is
/// there, so that of two writers one wins; a file system without hard links is given a rename.
fn put(part: &Path, path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = std::fs::File::create(part)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    match std::fs::hard_link(part, path) {
        Err(e) if e.kind() != ErrorKind::AlreadyExists && !path.exists() => {
            std::fs::rename(part, path)
        }
        linked => linked,
    }
}

/// The folder's mark; `None` where it has none.
///
/// # Errors
/// Where it cannot be read, is damaged, or a newer program wrote it.
pub fn read(data: &Path) -> Result<Option<Mark>> {
    let path = data.join(MARK);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(AppError::io("read", &path, e)),
    };
    let mark: Mark = serde_json::from_str(&text).map_err(|e| {
        AppError::input(format!(
            "{}: {e}; bring it back from a backup (`ledger backup` copies it)",
            path.display()
        ))
    })?;
    if mark.format != FORMAT {
        return Err(AppError::input(format!(
            "{}: format {:?}; this program reads {FORMAT}",
            path.display(),
            mark.format
        )));
    }
    Ok(Some(mark))
}
