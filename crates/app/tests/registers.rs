//! What every register offers.

use crate::support::{acting, context};
use northbound_app::{
    Context,
    error::Kind,
    registers::{self, EventsRequest, view},
};
use northbound_registers::{Noun, Query, records::reporting::annotations::Annotation};
use northbound_types::Utc;

fn annotation(from: &str) -> Annotation {
    Annotation {
        from: from.parse().unwrap(),
        to: None,
        title: "Pandemic".into(),
        text: "Fewer installations".into(),
        source: "public notice".into(),
    }
}

#[test]
fn a_change_made_for_an_earlier_version_is_a_conflict() {
    let (_folder, ctx) = context("kim+analyst", "2026-05-04T09:00:00Z");
    let id = registers::add(&ctx, &annotation("2020-03-23")).unwrap().id;
    let change = |version, title: &str| {
        let ctx = Context { expect_version: Some(version), ..acting(&ctx, "kim+analyst", "typo") };
        registers::change::<Annotation>(&ctx, &id, &[format!("title={title}")])
    };
    assert_eq!(change(1, "First").unwrap().version, 2);
    let refused = change(1, "Second").unwrap_err();
    assert_eq!((refused.kind(), refused.code()), (Kind::Conflict, "registers.version"));
    assert_eq!(change(2, "Second").unwrap().version, 3);
    let versions = registers::history(&ctx, Noun::Annotation, &id).unwrap();
    assert_eq!(versions.iter().map(|v| v.version).collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn a_dry_run_changes_nothing() {
    let (_folder, ctx) = context("kim+analyst", "2026-05-04T09:00:00Z");
    let dry = Context { dry_run: true, ..ctx.clone() };
    assert!(registers::add(&dry, &annotation("2020-03-23")).unwrap().dry_run);
    assert!(registers::list::<Annotation>(&ctx, &Query::default()).unwrap().is_empty());
    assert!(!registers::add(&ctx, &annotation("2020-03-23")).unwrap().dry_run);
    assert_eq!(registers::list::<Annotation>(&ctx, &Query::default()).unwrap().len(), 1);
}

#[test]
fn a_list_is_as_at_the_time_asked_for() {
    let (_folder, ctx) = context("kim+analyst", "2026-05-04T09:00:00Z");
    registers::add(&ctx, &annotation("2020-03-23")).unwrap();
    let count = |at: Utc| {
        let ctx = Context { as_at: Some(at), ..ctx.clone() };
        registers::list::<Annotation>(&ctx, &Query::default()).unwrap().len()
    };
    assert_eq!((count(Utc(ctx.now.0 - 1)), count(ctx.now)), (0, 1));
}

#[test]
fn lists_show_the_columns_of_their_register() {
    let (_folder, ctx) = context("kim+analyst", "2026-05-04T09:00:00Z");
    registers::add(&ctx, &annotation("2020-03-23")).unwrap();
    let answer = view::records(&registers::list::<Annotation>(&ctx, &Query::default()).unwrap());
    let table = &answer.tables[0];
    assert_eq!(
        table.columns,
        ["id", ">version", "from", "to", "title", "text", "source", "recorded (UTC)", "by"]
    );
    assert_eq!(table.rows[0][2..5], ["2020-03-23", "", "Pandemic"]);
}

#[test]
fn events_of_one_id_need_its_register() {
    let (_folder, ctx) = context("kim+analyst", "2026-05-04T09:00:00Z");
    let id = registers::add(&ctx, &annotation("2020-03-23")).unwrap().id;
    let request = EventsRequest { id: Some(id), ..EventsRequest::default() };
    assert_eq!(registers::events(&ctx, &request).unwrap_err().kind(), Kind::Usage);
    for (noun, found) in [(Noun::Annotation, 1), (Noun::Assurance, 0)] {
        let request = EventsRequest { noun: Some(noun), ..request.clone() };
        assert_eq!(registers::events(&ctx, &request).unwrap().len(), found);
    }
}
