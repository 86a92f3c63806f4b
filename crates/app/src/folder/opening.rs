//! From the flags of a run to its context: which actor, which present time, and whether the folder
//! has to be there.

use super::{Clock, Grant, Mark, holds_records, in_use, modes, read};
use crate::{
    access::{self, Command, Effect},
    context::Context,
    error::{AppError, Kind, Result},
    ledger::unfinished,
    progress::ProgressFactory,
};
use northbound_ledger::Memory;
use northbound_types::{Actor, Utc};
use std::path::{Path, PathBuf};

/// What a run is asked with.
#[derive(Debug)]
pub struct Opening {
    /// The data folder.
    pub data: PathBuf,
    /// Who acts, where it was declared.
    pub actor: Option<Actor>,
    /// The login name of whoever runs the program.
    pub login: String,
    /// A present time that was made up.
    pub clock: Option<Utc>,
    /// A folder that has to be made gets invented data: it is on a virtual clock, and everybody is
    /// an analyst in it.
    pub invented: bool,
    /// The machine's time.
    pub machine: Utc,
    /// See [`Context::as_at`].
    pub as_at: Option<Utc>,
    /// See [`Context::reason`].
    pub reason: String,
    /// See [`Context::expect_version`].
    pub expect_version: Option<i64>,
    /// See [`Context::dry_run`].
    pub dry_run: bool,
    /// See [`Context::memory`].
    pub memory: Memory,
    /// See [`Context::progress`].
    pub progress: ProgressFactory,
}

/// A context, and what to do when the run fails.
#[derive(Debug)]
pub struct Opened {
    /// What the use-case gets.
    pub context: Context,
    /// What opening did that its user should know.
    pub note: Option<String>,
    made: bool,
    /// This run marked a folder of an earlier version.
    marked: bool,
}

impl Opened {
    /// Removes a folder that this run made and wrote nothing to, or the mark that it gave to a folder of
    /// an earlier version: what fails leaves nothing behind.
    pub fn failed(&self) {
        let data = &self.context.data;
        let names = |d: &Path| -> Option<Vec<String>> {
            let all = std::fs::read_dir(d).ok()?;
            all.map(|e| Some(e.ok()?.file_name().to_str()?.to_owned())).collect()
        };
        if self.marked {
            let _ = std::fs::remove_file(data.join(super::MARK));
        } else if self.made && names(data).is_some_and(|n| n == [super::MARK]) {
            let _ = std::fs::remove_file(data.join(super::MARK));
            let _ = std::fs::remove_dir(data);
        }
    }
}

/// Finds out who acts and when, refuses who may not, and makes the data folder where the command
/// writes to one and there is none.
///
/// # Errors
/// [`Kind::NotFound`] where a command reads a folder that is not there, [`Kind::Refused`] where the
/// actor may not run the command or the folder is on the machine's clock and `clock` is given.
pub fn open(asked: Opening, command: &Command) -> Result<Opened> {
    let (exists, earlier) = (in_use(&asked.data), holds_records(&asked.data));
    let found = read(&asked.data)?;
    let mark = found.clone().or_else(|| (asked.invented && !earlier).then(|| of_invented(&asked)));
    let actor = actor_of(&asked, mark.as_ref());
    require_whole(&asked.data, command)?;
    if !exists {
        require_folder(&asked.data, command)?;
    }
    access::check(command, &actor)?;
    if asked.dry_run {
        access::check_dry_run(command)?;
    }
    let writes = matches!(command.effect, Effect::Changes | Effect::Makes);
    let present = mark.as_ref().map_or(asked.machine, |m| m.now(asked.machine));
    let (now, by) = (asked.clock.unwrap_or(present), actor.to_string());
    let mark = match mark {
        Some(mark) => mark,
        None if writes => Mark::new(clock_of(&asked, earlier)?, by, now, Vec::new()),
        None => Mark::new(Clock::Virtual, by, now, Vec::new()),
    };
    if writes && mark.clock == Clock::Real && asked.clock.is_some() {
        return Err(refused(
            "folder.clock",
            format!(
                "{} is on the machine's clock: --clock may ask questions of it, and records nothing; leave --clock out",
                asked.data.display()
            ),
        ));
    }
    modes::new_files(mark.group.is_some());
    let context = Context {
        data: asked.data,
        actor,
        as_at: asked.as_at,
        reason: asked.reason,
        expect_version: asked.expect_version,
        dry_run: asked.dry_run,
        now,
        writes: writes && !asked.dry_run,
        latest: mark.latest(now),
        memory: asked.memory,
        progress: asked.progress,
    };
    let makes = command.effect == Effect::Changes && found.is_none() && context.writes;
    let mut note = None;
    if makes {
        make(&context.data, &mark)?;
        if exists {
            modes::restrict(&context.data, None)?;
        }
        note = (mark.clock == Clock::Virtual && !asked.invented).then(|| {
            format!(
                "{} is on a virtual clock from now on, since it was made with --clock",
                context.data.display()
            )
        });
    }
    Ok(Opened { context, note, made: makes && !exists, marked: makes && earlier })
}

/// The mark of a new folder of invented data.
fn of_invented(asked: &Opening) -> Mark {
    let anybody = vec![Grant::analyst_to_anybody()];
    Mark::new(Clock::Virtual, asked.login.clone(), asked.machine, anybody)
}

/// Who was declared, else what the folder grants the login, else the login without a role.
fn actor_of(asked: &Opening, mark: Option<&Mark>) -> Actor {
    let granted = || mark?.granted(&asked.login);
    asked.actor.clone().or_else(granted).unwrap_or_else(|| Actor {
        person: asked.login.clone(),
        party: None,
        body: None,
        roles: Vec::new(),
    })
}

/// Refuses everything but another restore where one was broken off.
fn require_whole(data: &Path, command: &Command) -> Result<()> {
    match unfinished(data) {
        Some(remains) if matches!(command.effect, Effect::Reads | Effect::Changes) => missing(
            "folder.restoring",
            format!(
                "{} is not whole: a restore of it was broken off; empty the folder and run `northbound ledger restore` again, or remove {}",
                data.display(),
                remains.display()
            ),
        ),
        _ => Ok(()),
    }
}

fn missing(code: &'static str, message: String) -> Result<()> {
    Err(AppError::Failed { kind: Kind::NotFound, code, message })
}

/// Refuses commands that need a folder where there is none.
fn require_folder(data: &Path, command: &Command) -> Result<()> {
    if command.effect == Effect::Reads {
        return missing(
            "folder.missing",
            format!(
                "there is no data folder {}; `northbound init` or `northbound ingest` makes one, --data names another",
                data.display()
            ),
        );
    }
    Ok(())
}

fn refused(code: &'static str, message: String) -> AppError {
    AppError::Failed { kind: Kind::Refused, code, message }
}

/// The clock of a folder that has no mark yet and is written to.
fn clock_of(asked: &Opening, earlier: bool) -> Result<Clock> {
    match asked.clock {
        Some(_) if earlier => Err(refused(
            "folder.unmarked",
            format!(
                "{} was made by an earlier version and does not say on which clock it is; if its data are invented, `northbound init --virtual` says so; otherwise leave --clock out",
                asked.data.display()
            ),
        )),
        Some(_) => Ok(Clock::Virtual),
        None => Ok(Clock::Real),
    }
}

/// Of two runs that make a folder at once, the second goes on with the mark of the first.
fn make(data: &Path, mark: &Mark) -> Result<()> {
    match (mark.write(data), read(data)?) {
        (Err(_), Some(first)) if first.clock == mark.clock => Ok(()),
        (written, _) => written,
    }
}
