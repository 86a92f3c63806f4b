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
