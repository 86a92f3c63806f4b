//! Checks a data folder: the ledger, the registers, and whatever cites a version of either.

mod against;
mod answer;
mod cited;
mod stored;

use crate::{
    answer::Answer,
    context::Context,
    error::{AppError, Result},
};
use northbound_ledger::{
    check::{self, Finding, Report},
    head,
    judge::RulesJudge,
    row_check,
};
use northbound_registers::{AsAt, ChainReport, FILE_NAME, Store};
use std::path::{Path, PathBuf};

/// Checks the chain of versions and its head, the hashes of the files of all versions (where `hashes`),
/// the books, the rollups, the registers, and every hash and revision that packs, registers, figures
/// and published logs cite, and receipts: those of issued packs, and receipts and backups given in
/// `against`. The answer says `found` where something is wrong.
///
/// # Errors
/// Where the rules are wrong, the ledger's folder cannot be listed, or a file in `against` is neither
/// receipt nor backup.
pub fn check(ctx: &Context, hashes: bool, against: &[PathBuf]) -> Result<Answer> {
    let mut findings = Vec::new();
    let given = against::given(against, &mut findings)?;
    let (store, judge) = registers(ctx, &mut findings)?;
    let against = given.len();
    let citations = cited::gather(ctx, &store, given, &mut findings);
    let sources = ctx.gate(&store).sources(AsAt::NOW).unwrap_or_else(|e| {
        findings.push(Finding::new("registers", e.to_string()));
        Vec::new()
    });
    let mut progress = ctx.progress();
    let report = check::check(&ctx.ledger(), &judge, hashes, &mut |done, total| {
        progress.tell_bytes("hashing the files of all versions", done, total);
    })?;
    drop(progress);
    findings.extend(report.findings.iter().cloned().map(below_data));
    if report.history.newest.is_some() {
        findings
            .extend(row_check::check(&ctx.ledger().snapshot(None)?).into_iter().map(below_data));
    }
    present(ctx, &report, &mut findings);
    cited::compare(&store, &report.history, citations, &mut findings);
    stored::compare(ctx, &store, &report.history, &sources, &mut findings);
    let chain = registers_chain(&store, &mut findings);
    Ok(answer::answer(&report, &chain, hashes, against, &findings))
}

/// The registers and the rules in force. Where the registers cannot be read, that is a finding, and the
/// rest is checked without them.
fn registers(ctx: &Context, findings: &mut Vec<Finding>) -> Result<(Store, RulesJudge)> {
    let opened = ctx.store().and_then(|store| {
        store.check()?;
        let judge = ctx.judge(&store)?;
        Ok((store, judge))
    });
    match opened {
        Ok(opened) => Ok(opened),
        // The files may be sound: nothing can be said about them on a machine that cannot read them.
        Err(AppError::Registers(e)) if e.is_machine_fault() => Err(AppError::Registers(e)),
        Err(e) => {
            // The rules are at fault where they are wrong without the registers too.
            let none = Store::read(Path::new(""), ctx.now)?;
            let judge = ctx.judge(&none)?;
            findings.push(Finding {
                file: FILE_NAME.to_owned(),
                ..Finding::new("registers", e.to_string())
            });
            Ok((none, judge))
        }
    }
}

/// Kind of a finding in the history of the registers.
const REGISTERS_CHAIN: &str = "registers-chain";

fn registers_chain(store: &Store, findings: &mut Vec<Finding>) -> ChainReport {
    let mut add = |what: String| {
        let file = FILE_NAME.to_owned();
        findings.push(Finding { file, ..Finding::new(REGISTERS_CHAIN, what) });
    };
    match store.verify_chain() {
        Ok(chain) => {
            if let Some(fault) = &chain.fault {
                add(fault.to_string());
            }
            chain
        }
        Err(e) => {
            add(e.to_string());
            ChainReport::default()
        }
    }
}

/// Every command that adds a version to the ledger opens the registers, which makes their file.
fn present(ctx: &Context, report: &Report, findings: &mut Vec<Finding>) {
    if report.versions > 0 && !ctx.data.join(FILE_NAME).exists() {
        findings.push(Finding::of_file(
            "registers",
            FILE_NAME,
            format!("the registers beside the {} versions of the ledger", report.versions),
            "no file",
        ));
    }
}

/// The ledger names its files below its own folder; the answer names them below the data folder.
fn below_data(finding: Finding) -> Finding {
    if finding.file.is_empty() || finding.file == head::FILE {
        return finding;
    }
    Finding { file: format!("ledger/{}", finding.file), ..finding }
}
