//! Incidents as a log of events.

use crate::support::{acting, context};
use northbound_app::{
    Context,
    error::Kind,
    incidents::{self, EventDetails, NewEvent, NewIncident},
};
use northbound_types::{IncidentEventKind, IncidentId, Utc};

const NOW: &str = "2026-05-04T09:00:00Z";

fn incident() -> IncidentId {
    "INC000000000001".parse().unwrap()
}

fn opened(at: Utc) -> NewIncident {
    NewIncident {
        id: Some(incident()),
        title: "Registration files late".into(),
        details: EventDetails { at: Some(at), ..EventDetails::default() },
    }
}

fn event(kind: IncidentEventKind) -> NewEvent {
    NewEvent {
        id: incident(),
        event: kind,
        undated: false,
        to: None,
        into: None,
        text: String::new(),
        details: EventDetails::default(),
    }
}

#[test]
fn a_time_one_microsecond_ahead_is_refused() {
    let (_folder, ctx) = context("kim+analyst", NOW);
    let ahead = incidents::add(&ctx, &opened(Utc(ctx.now.0 + 1))).unwrap_err();
    assert_eq!(ahead.kind(), Kind::Usage);
    incidents::add(&ctx, &opened(ctx.now)).unwrap();
    let again = incidents::add(&ctx, &opened(ctx.now)).unwrap_err();
    assert_eq!((again.kind(), again.code()), (Kind::Conflict, "registers.exists"));
}

#[test]
fn an_event_must_be_able_to_follow() {
    let (_folder, ctx) = context("kim+analyst", NOW);
    incidents::add(&ctx, &opened(ctx.now)).unwrap();
    incidents::add_event(&ctx, &event(IncidentEventKind::Closed)).unwrap();
    let resolved = incidents::add_event(&ctx, &event(IncidentEventKind::Resolved)).unwrap_err();
    assert_eq!(resolved.kind(), Kind::Refused);
    incidents::add_event(&ctx, &event(IncidentEventKind::Reopened)).unwrap();
    incidents::add_event(&ctx, &event(IncidentEventKind::Resolved)).unwrap();
}

#[test]
fn an_event_for_other_events_than_there_are_is_a_conflict() {
    let (_folder, ctx) = context("kim+analyst", NOW);
    incidents::add(&ctx, &opened(ctx.now)).unwrap();
    let expecting = |n| Context { expect_version: Some(n), ..ctx.clone() };
    let resolved = event(IncidentEventKind::Resolved);
    let conflict = incidents::add_event(&expecting(2), &resolved).unwrap_err();
    assert_eq!((conflict.kind(), conflict.code()), (Kind::Conflict, "registers.version"));
    incidents::add_event(&expecting(1), &resolved).unwrap();
}

#[test]
fn a_change_needs_a_reason_and_a_known_key() {
    let (_folder, ctx) = context("kim+analyst", NOW);
    incidents::add(&ctx, &opened(ctx.now)).unwrap();
    let change = |ctx: &Context, text: &str| {
        incidents::change(ctx, incident(), &[text.to_owned()], None).map_err(|e| e.kind())
    };
    assert_eq!(change(&ctx, "category=2").unwrap_err(), Kind::Refused);
    let ctx = acting(&ctx, "kim+analyst", "reassessed");
    assert_eq!(change(&ctx, "colour=2").unwrap_err(), Kind::Usage);
    change(&ctx, "category=2").unwrap();
    let shown = incidents::show(&ctx, incident()).unwrap();
    assert_eq!(shown.json["incident"]["category"], 2);
}

#[test]
fn a_file_taken_by_half_marks_the_balance() {
    use northbound_app::ingest::{Layout, Request, ingest};
    let (folder, ctx) = context("kim+analyst", NOW);
    let log = folder.path().join("log.csv");
    std::fs::write(
        &log,
        "incident,event,at\nINC0000001,opened,2026-04-01\nINC1,opened,2026-04-01\nINC2,opened,2026-04-01\n",
    )
    .unwrap();
    let request = Request::file(log);
    let refused = ingest(&ctx, &request, Layout::Incidents, &mut ctx.progress()).unwrap_err();
    assert_eq!(refused.code(), "ingest.mostly-bad");
    let april = "2026-04".parse().unwrap();
    let which = northbound_measures::incidents::Which::default();
    let clean = incidents::balance(&ctx, april, &which).unwrap();
    assert_eq!(clean.json["half_taken"].as_array().unwrap().len(), 0);
    let allowed = Request { allow_mostly_bad: true, ..request };
    ingest(&ctx, &allowed, Layout::Incidents, &mut ctx.progress()).unwrap();
    let marked = incidents::balance(&ctx, april, &which).unwrap();
    assert_eq!(marked.json["half_taken"][0]["rejected"], 2);
}
