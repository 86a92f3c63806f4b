//! `about`, `completions`, `man`: what the program says of itself.

use crate::{
    cli::Cli,
    error::{CliError, Exit, Result},
    output::{Answer, Table, count},
};
use clap::CommandFactory;
use northbound_ingest::{duis_archive::ReadOptions, limits};
use serde_json::json;
use std::path::Path;

pub(crate) fn completions(shell: clap_complete::Shell) -> Result<Answer> {
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "northbound", &mut out);
    String::from_utf8(out)
        .map(Answer::raw)
        .map_err(|_| CliError::internal("the completion script is not UTF-8"))
}

pub(crate) fn man(out: Option<&Path>) -> Result<Answer> {
    if let Some(dir) = out {
        std::fs::create_dir_all(dir).map_err(|e| CliError::io("make the folder", dir, e))?;
        clap_mangen::generate_to(Cli::command(), dir)
            .map_err(|e| CliError::io("write manual pages to", dir, e))?;
        return Ok(Answer::new(json!({"folder": dir.display().to_string()}))
            .say(format!("Wrote manual pages to {}.", dir.display()))
            .then(format!("Read one: man {}/northbound.1", dir.display())));
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command())
        .render(&mut page)
        .map_err(|e| CliError::internal(format!("manual page: {e}")))?;
    String::from_utf8(page)
        .map(Answer::raw)
        .map_err(|_| CliError::internal("the manual page is not UTF-8"))
}

/// Limits that somebody may meet: what, value, unit.
fn limits() -> Vec<(&'static str, u64, &'static str)> {
    let archive = ReadOptions::default();
    vec![
        ("rows of one input file", northbound_ledger::SOURCE_ROWS, "rows"),
        (
            "messages on one page of a drill-down",
            northbound_ledger::drill::PAGE_MESSAGES,
            "messages",
        ),
        ("one field of an input", limits::MAX_FIELD as u64, "bytes"),
        ("mapping file", limits::MAX_MAPPING, "bytes"),
        ("one file of a DUIS archive", archive.entry_bytes, "bytes"),
        ("files in a DUIS archive", archive.entries, "files"),
        ("unpacked size of a DUIS archive", archive.total_bytes, "bytes"),
        (
            "messages compared one by one in a reconciliation",
            northbound_app::reconcile::MAX_MESSAGES,
            "messages a source",
        ),
        (
            "sources in one reconciliation",
            northbound_measures::reconcile::source::MAX_SOURCES as u64,
            "sources",
        ),
        ("one record of a register", northbound_registers::record::MAX_BODY_BYTES as u64, "bytes"),
        ("events in one answer", northbound_registers::audit::MAX_EVENTS.unsigned_abs(), "events"),
        ("one rule file", northbound_rules::files::MAX_FILE_BYTES as u64, "bytes"),
        ("simulated meters", northbound_sim::MAX_METERS.into(), "meters"),
    ]
}

pub(crate) fn about() -> Answer {
    let mut t = Table::new("Limits", &["what", ">limit", "unit"]);
    let limits = limits();
    for (what, n, unit) in &limits {
        t.row([(*what).to_owned(), count(*n), (*unit).to_owned()]);
    }
    let mut e = Table::new("Exit codes", &[">code", "meaning"]);
    for (x, meaning) in Exit::ALL {
        e.row([(*x as u8).to_string(), (*meaning).to_owned()]);
    }
    let version = env!("CARGO_PKG_VERSION");
    Answer::new(json!({
        "name": "northbound", "version": version, "licence": env!("CARGO_PKG_LICENSE"),
        "limits": limits.iter().map(|(what, n, unit)| json!({"what": what, "limit": n, "unit": unit})).collect::<Vec<_>>(),
        "exit_codes": Exit::ALL.iter().map(|(x, meaning)| json!({"code": *x as u8, "meaning": meaning})).collect::<Vec<_>>(),
    }))
        .say(format!("northbound {version}: from message records to an explained monthly pack."))
        .say(format!("Licence: {}. Rules, samples and the simulator's world are documented in docs/; every sample is invented.", env!("CARGO_PKG_LICENSE")))
        .table(t).table(e)
}
