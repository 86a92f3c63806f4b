//! What every command is given: the data folder, who acts, the clock, how to print.

use crate::{
    error::{CliError, Exit, Result},
    output::Format,
    progress::Progress,
};
use northbound_ledger::{Ledger, Snapshot, journal::Disk, judge::RulesJudge};
use northbound_registers::{AsAt, FILE_NAME, Gate, Store, Write};
use northbound_rules::RuleSet;
use northbound_types::{Actor, Utc};
use std::{
    collections::BTreeSet,
    path::PathBuf,
    time::{SystemTime, UNIX_EPOCH},
};

/// Flags that stand with any command.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Global {
    /// Data folder: ledger, registers, rules, rejects and packs
    #[arg(
        long,
        global = true,
        env = "NORTHBOUND_DATA",
        default_value = "northbound-data",
        value_name = "DIR",
        help_heading = "Global options"
    )]
    pub(crate) data: PathBuf,
    /// Who acts: person[@party][/body][+role…], such as kim@ACME+analyst. Default: the login name as analyst
    #[arg(
        long = "as",
        global = true,
        env = "NORTHBOUND_AS",
        value_name = "ACTOR",
        help_heading = "Global options"
    )]
    pub(crate) actor: Option<String>,
    /// Answer as at this time (RFC 3339 or a day)
    #[arg(long, global = true, value_name = "TIME", help_heading = "Global options")]
    pub(crate) as_at: Option<Utc>,
    /// Why: kept with the change
    #[arg(long, global = true, value_name = "TEXT", help_heading = "Global options")]
    pub(crate) reason: Option<String>,
    /// Refuse unless the record is still at this version
    #[arg(long, global = true, value_name = "N", help_heading = "Global options")]
    pub(crate) expect_version: Option<i64>,
    /// Say what would change; change nothing
    #[arg(long, global = true, help_heading = "Global options")]
    pub(crate) dry_run: bool,
    /// How to print the answer
    #[arg(
        long,
        global = true,
        value_enum,
        default_value = "table",
        value_name = "FORMAT",
        help_heading = "Global options"
    )]
    pub(crate) format: Format,
    /// Show progress as lines even where standard error is no terminal
    #[arg(long, global = true, help_heading = "Global options")]
    pub(crate) progress: bool,
    /// Take this as the present time, so that a run can be repeated. Default: the system clock
    #[arg(long, global = true, value_name = "TIME", help_heading = "Global options")]
    pub(crate) clock: Option<Utc>,
}

/// The same, resolved.
#[derive(Debug, Clone)]
pub(crate) struct Ctx {
    pub(crate) data: PathBuf,
    pub(crate) actor: Actor,
    pub(crate) as_at: Option<Utc>,
    pub(crate) reason: String,
    pub(crate) expect_version: Option<i64>,
    pub(crate) dry_run: bool,
    pub(crate) format: Format,
    pub(crate) show_progress: bool,
    pub(crate) now: Utc,
}

impl Ctx {
    pub(crate) fn new(g: &Global) -> Result<Ctx> {
        Ok(Ctx {
            data: g.data.clone(),
            actor: actor(g.actor.as_deref())?,
            as_at: g.as_at,
            reason: g.reason.clone().unwrap_or_default(),
            expect_version: g.expect_version,
            dry_run: g.dry_run,
            format: g.format,
            show_progress: g.progress,
            now: clock(g.clock)?,
        })
    }

    /// The same an hour later: what was recorded meanwhile counts as known.
    pub(crate) fn later(&self) -> Ctx {
        Ctx { now: Utc(self.now.0 + 3_600_000_000), ..self.clone() }
    }

    pub(crate) fn ledger(&self) -> Ledger {
        Ledger::at(self.data.join("ledger"))
    }
    pub(crate) fn journal(&self) -> Disk {
        Disk::at(self.data.join("journal"))
    }
    pub(crate) fn snapshot(&self) -> Result<Snapshot> {
        Ok(self.ledger().snapshot(self.as_at)?)
    }

    /// The registers; made where there are none.
    pub(crate) fn store(&self) -> Result<Store> {
        std::fs::create_dir_all(&self.data)
            .map_err(|e| CliError::io("make the data folder", &self.data, &e))?;
        Ok(Store::open(&self.data.join(FILE_NAME), self.now)?)
    }

    pub(crate) fn rules_folder(&self) -> PathBuf {
        self.data.join("rules")
    }
    pub(crate) fn rules(&self) -> Result<RuleSet> {
        Ok(RuleSet::load(Some(&self.rules_folder()))?)
    }

    /// Confirmation keys in force.
    pub(crate) fn confirmed(&self, store: &Store) -> Result<BTreeSet<String>> {
        Ok(crate::rules::confirmed(&store.as_actor(&self.actor), self.as_at())?)
    }

    /// The rules in force as the ledger's judge.
    pub(crate) fn judge(&self, store: &Store) -> Result<RulesJudge> {
        Ok(RulesJudge::new(&self.rules()?, &self.confirmed(store)?))
    }

    pub(crate) fn as_at(&self) -> AsAt {
        AsAt::from(self.as_at)
    }

    /// How a register is written.
    pub(crate) fn write(&self) -> Write {
        Write {
            now: self.now,
            reason: self.reason.clone(),
            known: None,
            expect_version: self.expect_version,
            dry_run: self.dry_run,
        }
    }

    pub(crate) fn gate<'s>(&self, store: &'s Store) -> Gate<'s> {
        store.as_actor(&self.actor)
    }
    pub(crate) fn progress(&self) -> Progress {
        Progress::new(self.show_progress, self.format == Format::Json)
    }
}

fn actor(given: Option<&str>) -> Result<Actor> {
    let login = || {
        ["USER", "LOGNAME", "USERNAME"]
            .iter()
            .find_map(|k| std::env::var(k).ok().filter(|v| !v.trim().is_empty()))
    };
    let text = given.map_or_else(
        || format!("{}+analyst", login().unwrap_or_else(|| "somebody".to_owned())),
        str::to_owned,
    );
    Actor::parse(&text).ok_or_else(|| CliError::usage(format!("--as {text:?} names nobody; write person[@party][/body][+role…], such as kim@ACME+analyst")))
}

fn clock(given: Option<Utc>) -> Result<Utc> {
    if let Some(t) = given {
        return Ok(t);
    }
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_err(|_| {
        CliError::new(
            Exit::Internal,
            "cli.clock",
            "the system clock stands before 1970; set it, or give the time with --clock",
        )
    })?;
    i64::try_from(since.as_micros()).map(Utc).map_err(|_| {
        CliError::internal("the system clock stands beyond any time that can be written")
    })
}
