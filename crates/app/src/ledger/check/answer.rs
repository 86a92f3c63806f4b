//! What a check says.

use crate::answer::{Answer, Table, count};
use northbound_ledger::check::{Finding, Report};
use northbound_registers::ChainReport;
use serde_json::{Value, json};

pub(super) fn answer(
    report: &Report,
    chain: &ChainReport,
    hashes: bool,
    against: usize,
    findings: &[Finding],
) -> Answer {
    let mut gaps =
        Table::new("Days without any record (correct if nothing was expected)", &["day"]);
    for d in &report.gaps {
        gaps.row([d.to_string()]);
    }
    let json = json!({
        "versions": report.versions, "let_go": report.pruned, "clock_went_back": report.clock_went_back,
        "files": report.files, "bytes": report.bytes, "hashes": hashes, "against": against, "signatures": report.signatures, "records": report.records, "set_aside": report.set_aside,
        "registers": {"revisions": chain.revisions, "rows": chain.rows, "chained_later": chain.chained_later},
        "counted": report.counted, "stated": report.stated, "stated_set_aside": report.stated_set_aside, "book_lines": report.book_lines, "gaps": report.gaps,
        "findings": findings.iter().map(json_of).collect::<Vec<_>>(),
    });
    let mut answer = Answer::new(json).table(summary(report, chain, findings));
    if !report.gaps.is_empty() {
        answer = answer.table(gaps);
    }
    if against > 0 && findings.is_empty() {
        answer = answer.say(format!("All that {against} receipts or backups saw is still there."));
    }
    answer.found = !findings.is_empty();
    if answer.found {
        let mut table = Table::new("Findings", &["kind", "what"]);
        for f in findings {
            table.row([f.kind, &f.what]);
        }
        answer = answer.table(table).then("Something is wrong: leave this folder as it is and compare it with a backup (`northbound ledger restore`).");
    }
    answer
}

/// File, expected and found are null where the finding is about no single file.
fn json_of(f: &Finding) -> Value {
    let stated = |s: &str| (!s.is_empty()).then(|| s.to_owned());
    json!({"kind": f.kind, "what": f.what, "file": stated(&f.file), "expected": stated(&f.expected), "found": stated(&f.found)})
}

fn summary(report: &Report, chain: &ChainReport, findings: &[Finding]) -> Table {
    let mut summary = Table::new("", &["checked", ">number"]);
    for (what, n) in [
        ("versions in the chain", report.versions),
        ("of these, deleted", report.pruned),
        ("of these committed after the clock had gone back", report.clock_went_back),
        ("versions with a valid signature", report.signatures.verified),
        ("unsigned versions before the first signed one", report.signatures.before),
        ("signed versions that cannot be verified here", report.signatures.unverified),
        ("files", report.files),
        ("bytes in these files", report.bytes),
        ("records", report.records),
        (
            "records not counted (duplicates, lost collisions, superseded, retracted)",
            report.set_aside,
        ),
        ("messages counted", report.counted),
        ("stated figures", report.stated),
        ("stated figures not counted (as above)", report.stated_set_aside),
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
