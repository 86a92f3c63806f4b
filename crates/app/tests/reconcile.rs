//! Reconciliation without the command line.

use crate::support::{acting, context};
use northbound_app::{
    Context,
    error::Kind,
    reconcile::{
        Reconciled, Request,
        decisions::{Decision, Status, decide},
        reconcile,
    },
};
use northbound_registers::{Query, records::data::reconciliations::Difference};
use std::path::Path;

const NOW: &str = "2026-05-20T09:00:00Z";

/// A file of counts for April by region.
fn counts(folder: &Path, name: &str, north: u32, south: u32) -> String {
    let path = folder.join(name);
    let text = format!("period,region,count\n2026-04,north,{north}\n2026-04,south,{south}\n");
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

fn of(sources: Vec<String>, tolerance: i64) -> Request {
    Request { sources, tolerance, record: true, ..Request::default() }
}

fn differences(ctx: &Context) -> Vec<String> {
    let store = ctx.store().unwrap();
    let found = ctx.gate(&store).list::<Difference>(&Query::default()).unwrap();
    found.into_iter().map(|k| k.id).collect()
}

fn run(ctx: &Context, request: &Request) -> Reconciled {
    reconcile(ctx, request).unwrap()
}

#[test]
fn one_message_more_is_a_difference() {
    let (folder, ctx) = context("kim+analyst", NOW);
    let same = counts(folder.path(), "a.csv", 10, 20);
    let more = counts(folder.path(), "b.csv", 10, 21);
    let copy = counts(folder.path(), "c.csv", 10, 20);
    assert!(!run(&ctx, &of(vec![same.clone(), copy], 0)).differs());
    let found = run(&ctx, &of(vec![same, more], 0));
    assert!(found.differs() && found.report.pairs[0].totals.foots());
    assert_eq!(found.report.pairs[0].totals.differing.lines, 1);
}

#[test]
fn a_run_is_recorded_with_its_differences_and_a_dry_run_is_not() {
    let (folder, ctx) = context("kim+analyst", NOW);
    let request =
        of(vec![counts(folder.path(), "a.csv", 10, 20), counts(folder.path(), "b.csv", 10, 21)], 0);
    assert!(run(&Context { dry_run: true, ..ctx.clone() }, &request).run.is_none());
    assert!(differences(&ctx).is_empty());
    assert!(run(&ctx, &request).run.is_some());
    assert_eq!(differences(&ctx).len(), 1);
}

#[test]
fn a_decision_needs_words_and_the_next_run_knows_it() {
    let (folder, ctx) = context("kim+analyst", NOW);
    let request =
        of(vec![counts(folder.path(), "a.csv", 10, 20), counts(folder.path(), "b.csv", 10, 21)], 0);
    run(&ctx, &request);
    let id = differences(&ctx).remove(0);
    let decision = |words: &str| Decision {
        status: Status::Explained,
        owner: "CSPS".to_owned(),
        decision: words.to_owned(),
        pick: None,
    };
    assert_eq!(decide(&ctx, &id, &decision(" ")).unwrap_err().kind(), Kind::BadInput);
    decide(&acting(&ctx, "kim+analyst", ""), &id, &decision("a repeat")).unwrap();
    let line = run(&ctx, &request).report.pairs[0].lines[0].known.clone().unwrap();
    assert_eq!((line.owner.as_str(), line.decision.as_str()), ("CSPS", "a repeat"));
}

#[test]
fn one_source_is_too_few_and_two_suffice() {
    let (folder, ctx) = context("kim+analyst", NOW);
    let file = counts(folder.path(), "a.csv", 10, 20);
    let one = reconcile(&ctx, &of(vec![file.clone()], 0)).unwrap_err();
    assert_eq!(one.kind(), Kind::Usage);
    assert!(reconcile(&ctx, &of(vec![format!("a={file}"), format!("b={file}")], 0)).is_ok());
}

/// The report of two files with these contents.
fn compared(a: &str, b: &str) -> Result<Reconciled, northbound_app::AppError> {
    let (folder, ctx) = context("kim+analyst", NOW);
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        format!("{name}={}", path.display())
    };
    reconcile(&ctx, &of(vec![file("a", a), file("b", b)], 0))
}

#[test]
fn counts_are_read_as_spreadsheets_save_them() {
    let plain = "region,count\nnorth,1250\ncentral,900\n";
    for written in [
        "\u{feff}Region,Count\r\nNorth ,\"1,250\"\r\ncentral,900.0\r\n,\r\n",
        "region;count\nnorth;1250\ncentral;900\n;\n",
        "\"Count\"\t\"Region\"\n1 250\tNORTH\n900\tcentral\n",
        "region|count\nnorth|1250\ncentral|1000\ncentral|-100\n",
    ] {
        let found = compared(written, plain).unwrap();
        assert!(!found.differs(), "{written}: {:?}", found.report.pairs[0].lines);
        assert_eq!(found.report.pairs[0].totals.matching.lines, 2, "{written}");
    }
    // What was folded together or added up is said.
    let found = compared("region,count\nNorth,5\nsouth,-1\n", "region,count\nnorth,5\nsouth,-1\n");
    let notes = found.unwrap().notes.join("; ");
    assert!(notes.contains("region \"north\" is read as \"North\""), "{notes}");
    assert!(notes.contains("1 counts are below zero"), "{notes}");
    // A unit in words is rounding.
    let found =
        compared("region,count\nnorth,1.2 thousand\n", "region,count\nnorth,1250\n").unwrap();
    assert!(!found.differs());
    let found =
        compared("region,count\nnorth,1.2 thousand\n", "region,count\nnorth,1251\n").unwrap();
    assert!(found.differs());
}

#[test]
fn a_row_that_cannot_be_read_is_refused_with_its_line_and_cell() {
    let good = "period,region,count\n2026-04,north,1\n";
    for (bad, line, column, what) in [
        (
            "period,region,count\n2026-04,north,1\nTotal,,1\n",
            "line 3",
            "period",
            "\"Total\" is no period",
        ),
        ("period,region,count\n\n2026-04,north,1.5\n", "line 3", "count", "no fraction"),
        ("period,region,count\n2026-04,north,1,250\n", "line 2", "header", "4 fields"),
        ("period,region,count\n2026-04,north,1.05E3\n", "line 2", "count", "is not a number"),
        ("region,count,Region\nnorth,1,north\n", "line 1", "region", "two columns"),
    ] {
        let refused = compared(bad, good).unwrap_err();
        assert_eq!(refused.kind(), Kind::BadInput);
        let said = refused.to_string();
        assert!(said.contains(line) && said.contains(column) && said.contains(what), "{said}");
    }
}
