//! `journal replay`: does the ledger say what the journal says?

use crate::{
    context::Ctx,
    error::{CliError, Result},
    live::serve,
    output::{Answer, Table, count},
};
use northbound_flow::Policy;
use northbound_gateway::{ledger_sink::FEED, offline};
use northbound_ledger::{Ledger, content};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Differences that are shown; more are cut.
const SHOWN: usize = 100;

/// The fresh ledger's folder; goes again unless somebody wants it.
struct Fresh {
    path: PathBuf,
    kept: bool,
}

impl Fresh {
    fn at(out: Option<&Path>, ctx: &Ctx) -> Result<Fresh> {
        let path = out.map_or_else(
            || ctx.data.join(format!("replay-{}.tmp", std::process::id())),
            Path::to_owned,
        );
        if path.exists() {
            return Err(CliError::input(format!(
                "{} is there already; name a folder that is not",
                path.display()
            )));
        }
        Ok(Fresh { path, kept: out.is_some() })
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        if !self.kept {
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

pub(super) fn run(out: Option<&Path>, config: Option<&Path>, ctx: &Ctx) -> Result<Answer> {
    // The ledger as it stands now; the service may go on writing.
    let there = ctx.ledger().snapshot(None)?;
    let upto = there.root.manifest.journal_position;
    if upto == 0 {
        return Err(CliError::not_found(
            "the ledger holds nothing of a live service yet: there is nothing to compare",
        ));
    }
    let fresh = Fresh::at(out, ctx)?;
    let ledger = Ledger::at(&fresh.path);
    let config = serve::settings(config, ctx)?;
    let policy = Policy::from_rules(&ctx.rules()?, ctx.now.day())
        .map_err(|e| CliError::internal(e.to_string()))?;
    let mut progress = ctx.progress();
    let position = offline::replay(
        &ctx.data,
        policy,
        upto,
        Box::new(serve::sink_on(&ledger, &config, ctx.now, ctx)?),
        &mut |done| progress.tell("replaying", done, upto),
    )?;
    let again = ledger.snapshot(None)?;
    let found = content::differences_of(&there, &again, Some(FEED), SHOWN)?;
    drop(progress);
    let kept = fresh.kept.then(|| fresh.path.display().to_string());
    let mut a = Answer::new(
        json!({"records": position, "position": position, "differences": found, "kept": kept}),
    );
    a.found = !found.is_empty();
    if found.is_empty() {
        return Ok(a.say(format!(
            "{} records played again: the ledger made from them says the same, row by row.",
            count(position)
        )));
    }
    let mut t =
        Table::new("Differences (first: the ledger; second: the journal played again)", &["what"]);
    for d in &found {
        t.row([d.clone()]);
    }
    Ok(a.table(t).then("Keep this folder as it is. `journal check` and `ledger check` say whether files were changed."))
}
