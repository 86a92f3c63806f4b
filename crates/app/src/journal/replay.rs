//! Replays the journal into a new ledger and compares it with the one of the data folder.

use crate::{
    answer::{Answer, Table, count},
    context::Context,
    error::{AppError, Result},
    service::{self, settings},
};
use northbound_flow::Policy;
use northbound_gateway::{ledger_sink::FEED, offline};
use northbound_ledger::{Ledger, content};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Differences shown at most.
const SHOWN: usize = 100;

/// The folder of the new ledger; removed at the end unless the caller named it.
struct NewLedger {
    path: PathBuf,
    retained: bool,
}

impl NewLedger {
    fn at(out: Option<&Path>, ctx: &Context) -> Result<NewLedger> {
        let path = out.map_or_else(
            || ctx.data.join(format!("replay-{}.tmp", std::process::id())),
            Path::to_owned,
        );
        if path.exists() {
            return Err(AppError::input(format!(
                "{} already exists; name a new folder",
                path.display()
            )));
        }
        Ok(NewLedger { path, retained: out.is_some() })
    }
}

impl Drop for NewLedger {
    fn drop(&mut self) {
        if !self.retained {
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

/// Replays the journal from its first record. The new ledger is written to `out`, which must not exist
/// yet, and stays there; without `out` it is removed again. `config` is the settings file of the
/// service, by default that of the data folder. The answer says `found` where the ledgers differ.
///
/// # Errors
/// Where the ledger holds nothing of a live service, `out` exists, or journal or settings cannot be read.
pub fn replay(ctx: &Context, out: Option<&Path>, config: Option<&Path>) -> Result<Answer> {
    // The ledger of this moment; the service may go on writing.
    let there = ctx.ledger().snapshot(None)?;
    let upto = there.root.manifest.journal_position;
    if upto == 0 {
        return Err(AppError::not_found(
            "the ledger holds no rows of a live service yet: there is nothing to compare",
        ));
    }
    let fresh = NewLedger::at(out, ctx)?;
    let ledger = Ledger::at(&fresh.path);
    let config = settings(ctx, config)?;
    let policy = Policy::from_rules(&ctx.rules()?, ctx.now.day())
        .map_err(|e| AppError::internal(e.to_string()))?;
    let mut progress = ctx.progress();
    let position = offline::replay(
        &ctx.data,
        policy,
        upto,
        Box::new(service::ledger_sink_on(ctx, &ledger, &config, ctx.now)?),
        &mut |done| progress.tell("replaying", done, upto),
    )?;
    let again = ledger.snapshot(None)?;
    let found = content::differences_of(&there, &again, Some(FEED), SHOWN)?;
    drop(progress);
    let retained = fresh.retained.then(|| fresh.path.display().to_string());
    let mut a = Answer::new(
        json!({"records": position, "position": position, "differences": found, "kept": retained}),
    );
    a.found = !found.is_empty();
    if found.is_empty() {
        return Ok(a.say(format!(
            "{} records replayed: the resulting ledger is the same, row by row.",
            count(position)
        )));
    }
    let mut t =
        Table::new("Differences (first: the ledger; second: the replayed journal)", &["what"]);
    for d in &found {
        t.row([d.clone()]);
    }
    Ok(a.table(t).then("Leave this folder as it is. `journal check` and `ledger check` show whether files were changed."))
}
