//! Checks a ledger and the registers beside it.

use crate::{
    answer::{Answer, Table, count},
    context::Context,
    error::Result,
};
use northbound_ledger::{
    check::{self, Report},
    row_check,
};
use northbound_registers::ChainReport;
use serde_json::json;

/// Checks the chain of versions, the files' hashes (where `hashes`), the books, the rollups, the
/// registers and the chain of their history. The answer says `found` where something is wrong.
///
/// # Errors
/// Where ledger or registers cannot be read at all.
pub fn check(ctx: &Context, hashes: bool) -> Result<Answer> {
    let store = ctx.store()?;
    let report = check::check(&ctx.ledger(), &ctx.judge(&store)?, hashes)?;
    let mut findings: Vec<Finding> =
        report.findings.iter().map(|f| (f.kind.to_owned(), f.what.clone())).collect();
    findings.extend(
        row_check::check(&ctx.ledger().snapshot(None)?)?
            .into_iter()
            .map(|f| (f.kind.to_owned(), f.what)),
    );
    if let Err(e) = store.check() {
        findings.push(("registers".to_owned(), e.to_string()));
    }
    let chain = match store.verify_chain() {
        Ok(chain) => chain,
        Err(e) => {
            findings.push((REGISTERS_CHAIN.to_owned(), e.to_string()));
            ChainReport::default()
        }
    };
    findings.extend(chain.fault.iter().map(|f| (REGISTERS_CHAIN.to_owned(), f.to_string())));
    Ok(answer(&report, &chain, hashes, &findings))
}

/// Kind of a finding in the history of the registers.
const REGISTERS_CHAIN: &str = "registers-chain";

/// Kind and description.
type Finding = (String, String);

fn answer(report: &Report, chain: &ChainReport, hashes: bool, findings: &[Finding]) -> Answer {
    let mut gaps =
        Table::new("Days without any record (correct if nothing was expected)", &["day"]);
    for d in &report.gaps {
        gaps.row([d.to_string()]);
    }
    let json = json!({
        "versions": report.versions, "let_go": report.pruned, "clock_went_back": report.clock_went_back, "files": report.files, "hashes": hashes, "records": report.records, "set_aside": report.set_aside,
        "registers": {"revisions": chain.revisions, "rows": chain.rows, "chained_later": chain.chained_later},
        "counted": report.counted, "book_lines": report.book_lines, "gaps": report.gaps,
        "findings": findings.iter().map(|(k, w)| json!({"kind": k, "what": w})).collect::<Vec<_>>(),
    });
    let mut answer = Answer::new(json).table(summary(report, chain, findings));
    if !report.gaps.is_empty() {
        answer = answer.table(gaps);
    }
    answer.found = !findings.is_empty();
    if answer.found {
        let mut table = Table::new("Findings", &["kind", "what"]);
        for (kind, what) in findings {
            table.row([kind, what]);
        }
        answer = answer.table(table).then("Something is wrong: leave this folder as it is and compare it with a backup (`northbound ledger restore`).");
    }
    answer
}

fn summary(report: &Report, chain: &ChainReport, findings: &[Finding]) -> Table {
    let mut summary = Table::new("", &["checked", ">number"]);
    for (what, n) in [
        ("versions in the chain", report.versions),
        ("of these, deleted", report.pruned),
        ("of these committed after the clock had gone back", report.clock_went_back),
        ("files", report.files),
        ("records", report.records),
        (
            "records not counted (duplicates, lost collisions, superseded, retracted)",
            report.set_aside,
        ),
        ("messages counted", report.counted),
        ("balances checked", report.book_lines),
        ("days without a record within the period", report.gaps.len() as u64),
        ("revisions of the registers", chain.revisions),
        (
            "of these chained later, at an upgrade",
            chain.chained_later.and_then(|n| u64::try_from(n).ok()).unwrap_or(0),
        ),
        ("rows of their history", chain.rows),
        ("findings", findings.len() as u64),
    ] {
        summary.row([what.to_owned(), count(n)]);
    }
    summary
}
