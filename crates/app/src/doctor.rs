//! What is well and what is not with a data folder: its files, who may read them, the clocks, the
//! disk, rules without a confirmation, feeds that have gone silent. It reads and changes nothing.

mod feeds;
mod files;

use crate::{
    answer::{Answer, Table},
    context::Context,
    folder::{self, Clock, Mark},
};
use northbound_types::{Utc, text_enum};
use serde::Serialize;
use serde_json::json;

text_enum! {
    /// What a check found.
    pub enum State("state of a check") {
        /// Nothing to do.
        Well = "well",
        /// Work goes on, but somebody should look.
        Warning = "warning",
        /// Something is wrong now.
        Fault = "fault",
    }
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was looked at.
    pub check: &'static str,
    /// What was found.
    pub state: State,
    /// The same in words.
    pub found: String,
    /// What to do; empty where there is nothing to do.
    pub advice: String,
}

impl Check {
    fn well(check: &'static str, found: impl Into<String>) -> Check {
        Check { check, state: State::Well, found: found.into(), advice: String::new() }
    }

    fn of(
        state: State,
        check: &'static str,
        found: impl Into<String>,
        advice: impl Into<String>,
    ) -> Check {
        Check { check, state, found: found.into(), advice: advice.into() }
    }
}

/// Runs all checks. The answer counts as found where any of them is a fault.
///
/// # Errors
/// Where `folder.json` is damaged: nothing else in the folder can be relied on then.
pub fn doctor(ctx: &Context) -> crate::Result<Answer> {
    let mark = folder::read(&ctx.data)?;
    let mut checks = vec![made(ctx, mark.as_ref())];
    checks.extend(files::check(&ctx.data, mark.as_ref()));
    checks.push(files::disk(&ctx.data));
    checks.extend(records(ctx, mark.as_ref()));
    checks.push(rules(ctx));
    checks.extend(feeds::check(ctx));
    let count = |state: State| checks.iter().filter(|c| c.state == state).count();
    let (faults, warnings) = (count(State::Fault), count(State::Warning));
    let mut t = Table::new("", &["check", "state", "found", "what to do"]);
    for c in &checks {
        t.row([c.check.to_owned(), c.state.to_string(), c.found.clone(), c.advice.clone()]);
    }
    let mut answer = Answer::new(json!({"checks": checks, "faults": faults, "warnings": warnings}))
        .say(format!(
            "{}: {}, {}.",
            ctx.data.display(),
            number_of(faults, "fault"),
            number_of(warnings, "warning")
        ))
        .table(t)
        .then("The hashes of every file are compared by `northbound ledger check`.");
    answer.found = faults > 0;
    Ok(answer)
}

fn number_of(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// Who made the folder, with which program, on which clock.
fn made(ctx: &Context, mark: Option<&Mark>) -> Check {
    let Some(mark) = mark else {
        return Check::of(
            State::Warning,
            "folder",
            format!("{} was made by an earlier version and has no folder.json", ctx.data.display()),
            "mark it: northbound init",
        );
    };
    let found = format!(
        "made on {} by {} with version {}, on {}",
        mark.made.day(),
        mark.made_by,
        mark.program,
        mark.clock.words()
    );
    let found = match mark.present.filter(|_| mark.clock == Clock::Virtual) {
        Some(present) => format!("{found}; without --clock it is {present} in it"),
        None => found,
    };
    if newer(&mark.program, env!("CARGO_PKG_VERSION")) {
        return Check::of(
            State::Warning,
            "folder",
            format!("{found}; this program is version {}", env!("CARGO_PKG_VERSION")),
            "use that version or a later one",
        );
    }
    Check::well("folder", found)
}

/// Is a version, such as `1.10.2`, later than another? Parts that are no numbers do not count.
fn newer(version: &str, than: &str) -> bool {
    let parts = |v: &str| v.split('.').map_while(|p| p.parse().ok()).collect::<Vec<u64>>();
    parts(version) > parts(than)
}

/// How far ledger and registers reach, and whether the machine's clock is behind them.
fn records(ctx: &Context, mark: Option<&Mark>) -> Vec<Check> {
    let mut checks = Vec::new();
    let mut newest: Option<Utc> = None;
    match ctx.ledger().newest() {
        Ok(Some(root)) => {
            newest = Some(root.manifest.committed);
            let (version, at) = (root.manifest.version, root.manifest.committed);
            checks.push(Check::well("ledger", format!("version {version}, committed {at}")));
        }
        Ok(None) => checks.push(Check::well("ledger", "empty")),
        Err(e) => checks.push(Check::of(
            State::Fault,
            "ledger",
            e.to_string(),
            "see what is damaged: northbound ledger check",
        )),
    }
    match revision(ctx) {
        Ok((revision, at)) => {
            newest = newest.max(at);
            let when = at.map(|at| format!(", recorded {at}")).unwrap_or_default();
            checks.push(Check::well("registers", format!("revision {revision}{when}")));
        }
        Err(e) => checks.push(Check::of(
            State::Fault,
            "registers",
            e.to_string(),
            "restore a backup: northbound ledger restore --help",
        )),
    }
    checks.push(clock(ctx, mark, newest));
    checks
}

fn revision(ctx: &Context) -> crate::Result<(i64, Option<Utc>)> {
    let store = ctx.store()?;
    let revision = store.revision()?;
    Ok((revision, store.recorded(revision)?))
}

fn clock(ctx: &Context, mark: Option<&Mark>, newest: Option<Utc>) -> Check {
    let virtual_clock = mark.is_some_and(|m| m.clock == Clock::Virtual);
    match newest.filter(|at| *at > ctx.now) {
        Some(at) if !virtual_clock => Check::of(
            State::Fault,
            "clock",
            format!("the newest record is of {at}, but the machine's clock says {}", ctx.now),
            "set the machine's clock; what is recorded meanwhile gets times after the newest record",
        ),
        Some(at) => Check::well(
            "clock",
            format!(
                "a virtual clock; the newest record is of {at}, which is later than {}",
                ctx.now
            ),
        ),
        None => Check::well("clock", format!("{}, not before the newest record", ctx.now)),
    }
}

/// Rules by which figures are judged and that have no confirmation.
fn rules(ctx: &Context) -> Check {
    let counted = || -> crate::Result<(String, usize)> {
        let (set, store) = (ctx.rules()?, ctx.store()?);
        Ok((set.id().to_owned(), set.unconfirmed(&ctx.confirmed(&store)?).len()))
    };
    match counted() {
        Ok((id, 0)) => Check::well("rules", format!("rule set {id}, all confirmed")),
        Ok((id, n)) => Check::of(
            State::Warning,
            "rules",
            format!(
                "rule set {id}: {n} rules are unconfirmed; figures based on them are provisional"
            ),
            "northbound rules list --unconfirmed",
        ),
        Err(e) => Check::of(State::Fault, "rules", e.to_string(), "correct the file in DATA/rules"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_their_numbers() {
        assert!(newer("1.10.0", "1.9.9") && newer("0.2.0", "0.1.9") && newer("1.0.1", "1.0"));
        assert!(!newer("0.1.0", "0.1.0") && !newer("0.9.9", "1.0.0") && !newer("old", "0.1.0"));
    }
}
