//! Each record: what is refused, at the edge of each limit, and its documented JSON keys.

use crate::base;
use crate::forecasting;
use crate::incident;
use crate::samples::*;
use crate::shared;
use northbound_registers::{
    AsAt, Begun, EventFilter, Noun, Query, Record, Verb, Write,
    audit::MAX_EVENTS,
    record::{MAX_BODY_BYTES, MAX_ID_BYTES},
    records::{
        data::{
            feeds::{Expected, Feed},
            reconciliations::{Difference, Status},
            retention::MAX_MONTHS,
        },
        oversight::changes::{Approval, Change, ChangeState, Window},
        participants::parties::User,
        reporting::{annotations::Annotation, confirmations::Confirmation, overrides::Override},
        service::exceptions::AllowedException,
        smets1::{
            combinations::Combination,
            criteria::{Criteria, CriteriaState},
            defects::{Defect, Expectation},
            mitigations::Mitigation,
            occurrences::Occurrence,
        },
    },
};
use northbound_types::{NullReason, workdays::Calendar};
use shared::{analyst, down, fault, feed, file, folder, hub, note, pack, people, store, t};
use std::{collections::BTreeSet, time::Duration};

/// The field that a refusal names; `ok` where there is none.
fn refused<T: Record>(r: &T) -> String {
    match r.check() {
        Ok(()) => "ok".to_owned(),
        Err(northbound_registers::RegisterError::Invalid { field, .. }) => field.to_owned(),
        Err(e) => panic!("{e}"),
    }
}

#[test]
fn well_formed_records_pass_and_each_defect_is_named() {
    for ok in [
        refused(&feed("a")),
        refused(&fault("a")),
        refused(&file("a")),
        refused(&down("DSP", "2026-04-01T10:00:00Z", Some("2026-04-01T10:01:00Z"))),
        refused(&people("2026-04-01", 0)),
        refused(&hub("h")),
        refused(&coverage()),
        refused(&exception()),
        refused(&explanation()),
        refused(&note("a")),
        refused(&assured()),
        refused(&override_()),
        refused(&confirmation()),
        refused(&pack("2026-04")),
        refused(&figure()),
        refused(&run()),
        refused(&difference()),
        refused(&claim()),
        refused(&party()),
        refused(&user()),
        refused(&retention(None)),
    ] {
        assert_eq!(ok, "ok");
    }
    assert_eq!(refused(&Feed { owner: " ".into(), ..feed("a") }), "owner");
    assert_eq!(refused(&Feed { calendar: Expected::Days, ..feed("a") }), "days");
    assert_eq!(refused(&Feed { to: Some("2026-03-31".parse().unwrap()), ..feed("a") }), "to");
    assert_eq!(
        refused(&Feed { to: Some("2026-04-01".parse().unwrap()), ..feed("a") }),
        "ok",
        "one day is a stretch"
    );
    assert_eq!(refused(&people("2026-04-01", -1)), "count");
    // An override needs name and reason (M6), and one decision.
    assert_eq!(refused(&Override { who: String::new(), ..override_() }), "who");
    assert_eq!(refused(&Override { why: " ".into(), ..override_() }), "why");
    assert_eq!(refused(&Override { colour: None, ..override_() }), "colour");
    assert_eq!(
        refused(&Override { withhold: Some(NullReason::Unreliable), ..override_() }),
        "colour"
    );
    assert_eq!(refused(&AllowedException { met: 6, ..exception() }), "met");
    assert_eq!(refused(&Confirmation { value_hash: "xyz".into(), ..confirmation() }), "value_hash");
    assert_eq!(refused(&User { roles: vec![], ..user() }), "roles");
    assert_eq!(refused(&Difference { status: Status::Explained, ..difference() }), "decision");
    // Down times are whole minutes, at least one.
    assert_eq!(refused(&down("DSP", "2026-04-01T10:00:00.000001Z", None)), "from");
    assert_eq!(refused(&down("DSP", "2026-04-01T10:00:00Z", Some("2026-04-01T10:00:59Z"))), "to");
    assert_eq!(refused(&down("DSP", "2026-04-01T10:00:00Z", Some("2026-04-01T10:00:00Z"))), "to");
    // Limits.
    assert_eq!(refused(&retention(Some(MAX_MONTHS))), "ok");
    assert_eq!(refused(&retention(Some(MAX_MONTHS + 1))), "months");
    assert_eq!(refused(&retention(Some(-1))), "months");
}

#[test]
fn changes_name_their_defects() {
    assert_eq!(refused(&change()), "ok");
    assert_eq!(refused(&Change { systems: vec![" ".into()], ..change() }), "systems");
    let window = |from: &str, to: &str| {
        Some(Window { from: from.parse().unwrap(), to: to.parse().unwrap() })
    };
    assert_eq!(
        refused(&Change {
            planned: window("2026-04-01T10:00:00Z", "2026-04-01T10:00:00Z"),
            ..change()
        }),
        "planned"
    );
    assert_eq!(
        refused(&Change {
            planned: window("2026-04-01T10:00:00Z", "2026-04-01T10:00:00.000001Z"),
            ..change()
        }),
        "ok"
    );
    // Nothing is approved or over without its proof.
    assert_eq!(refused(&Change { state: ChangeState::Approved, ..change() }), "state");
    assert_eq!(
        refused(&Change {
            state: ChangeState::Approved,
            approval: Some(Approval { by: "robin".into(), at: t(0), overridden: None }),
            ..change()
        }),
        "ok"
    );
    assert_eq!(
        refused(&Change {
            state: ChangeState::RanUnapproved,
            ended: Some(day("2026-04-01")),
            ..change()
        }),
        "ran"
    );
    assert_eq!(refused(&Change { state: ChangeState::Rejected, ..change() }), "ended");
    assert_eq!(
        refused(&Change {
            state: ChangeState::Rejected,
            ended: Some(day("2026-02-28")),
            ..change()
        }),
        "ended"
    );
}

#[test]
fn smets1_records_name_their_defects() {
    for ok in [
        refused(&combination()),
        refused(&defect()),
        refused(&occurrence()),
        refused(&migration("2020-09-07")),
        refused(&criteria()),
        refused(&mitigation()),
    ] {
        assert_eq!(ok, "ok");
    }
    assert_eq!(refused(&Combination { models: vec!["A+B".into()], ..combination() }), "models");
    assert_eq!(refused(&Defect { fixes: vec![fix(None, "")], ..defect() }), "fixes");
    assert_eq!(
        refused(&Defect { fixes: vec![fix(Some("2020-09-30"), "Q3 2020")], ..defect() }),
        "fixes"
    );
    assert_eq!(refused(&Defect { fixes: vec![fix(None, "Q3 2020")], ..defect() }), "ok");
    assert_eq!(
        refused(&Defect {
            expectation: Some(Expectation { on: day("2021-01-01"), ..expectation() }),
            ..defect()
        }),
        "expectation"
    );
    assert_eq!(
        refused(&Defect {
            expectation: Some(Expectation { on: day("2020-12-31"), ..expectation() }),
            ..defect()
        }),
        "ok"
    );
    assert_eq!(refused(&Occurrence { to: Some(day("2020-06-01")), ..occurrence() }), "to");
    assert_eq!(refused(&Occurrence { month: "2020-Q2".parse().unwrap(), ..occurrence() }), "month");
    assert_eq!(refused(&migration("2020-09-08")), "week");
    assert_eq!(refused(&Criteria { state: CriteriaState::Ready, ..criteria() }), "state");
    assert_eq!(
        refused(&Mitigation { parts: [("odd".to_owned(), String::new())].into(), ..mitigation() }),
        "parts"
    );
}

#[test]
fn ids_and_records_have_a_greatest_length() {
    let (_dir, store) = store();
    let gate = store.as_actor(&analyst());
    gate.add(&feed(&"x".repeat(MAX_ID_BYTES)), &Write::at(t(1))).unwrap();
    assert_eq!(
        gate.add(&feed(&"x".repeat(MAX_ID_BYTES + 1)), &Write::at(t(1))).unwrap_err().code(),
        "registers.invalid"
    );
    let envelope = serde_json::to_string(&note("")).unwrap().len();
    let long = |n: usize| {
        gate.add(&Annotation { title: "x".repeat(n - envelope), ..note("") }, &Write::at(t(2)))
    };
    long(MAX_BODY_BYTES).unwrap();
    assert_eq!(long(MAX_BODY_BYTES + 1).unwrap_err().code(), "registers.invalid");
}

#[test]
fn events_come_in_pages() {
    let (_dir, store) = store();
    let gate = store.as_actor(&analyst());
    for n in 0..5 {
        gate.add(&note("a"), &Write::at(t(n))).unwrap();
    }
    let page = |after, limit| {
        gate.events(&EventFilter { after_revision: after, limit, ..EventFilter::default() })
            .unwrap()
            .iter()
            .map(|e| e.revision)
            .collect::<Vec<_>>()
    };
    assert_eq!(page(None, Some(2)), [1, 2]);
    assert_eq!(page(Some(2), Some(2)), [3, 4]);
    assert_eq!(page(Some(4), Some(MAX_EVENTS + 1)), [5]);
    let since = gate
        .events(&EventFilter {
            since: Some(t(3)),
            actor: Some("kim+analyst".into()),
            verb: Some(Verb::Add),
            ..EventFilter::default()
        })
        .unwrap();
    assert_eq!(since.len(), 2);
}

#[test]
fn a_writer_waits_only_so_long() {
    let (_dir, path) = folder();
    let (a, b) = (
        northbound_registers::Store::open(&path, t(0)).unwrap(),
        northbound_registers::Store::open(&path, t(0)).unwrap(),
    );
    let gate = a.as_actor(&analyst());
    let Begun::Import(held) = gate.begin_import(&file("a.csv"), &Write::at(t(1))).unwrap() else {
        panic!("new")
    };
    b.wait_at_most(Duration::from_millis(30)).unwrap();
    assert_eq!(
        b.as_actor(&analyst()).add(&note("a"), &Write::at(t(1))).unwrap_err().code(),
        "registers.busy"
    );
    assert!(
        b.as_actor(&analyst()).list::<Annotation>(&Query::default()).unwrap().is_empty(),
        "readers do not wait"
    );
    drop(held);
    b.as_actor(&analyst()).add(&note("a"), &Write::at(t(1))).unwrap();
}

#[test]
fn a_user_may_hold_several_roles_by_date() {
    let (_dir, store) = store();
    let gate = store.as_actor(&analyst());
    assert_eq!(gate.add(&user(), &Write::at(t(1))).unwrap_err().code(), "registers.reference");
    gate.add(&party(), &Write::at(t(1))).unwrap();
    gate.add(&user(), &Write::at(t(2))).unwrap();
    let found = gate.party_of(user().eui, AsAt::NOW).unwrap().unwrap();
    assert_eq!(found.party.record.name, party().name);
    let roles = |d: &str| {
        found.user.record.roles_on(d.parse().unwrap()).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(roles("2026-02-28"), ["IS"]);
    assert_eq!(roles("2026-03-31"), ["IS", "GS"]);
    assert_eq!(roles("2026-04-01"), ["GS"]);
    assert!(gate.party_of(user().eui, Some(t(1))).unwrap().is_none(), "not yet registered then");
}

#[test]
fn a_confirmation_names_the_value_and_can_be_taken_back() {
    let (_dir, store) = store();
    let gate = store.as_actor(&analyst());
    gate.add(&confirmation(), &Write::at(t(1))).unwrap();
    assert_eq!(
        gate.confirmed(AsAt::NOW).unwrap(),
        BTreeSet::from(["levels/CPM1#0123456789abcdef".to_owned()])
    );
    gate.withdraw::<Confirmation>(&confirmation().key(), &Write::at(t(2)).with_reason("misread"))
        .unwrap();
    assert!(gate.confirmed(AsAt::NOW).unwrap().is_empty());
    assert_eq!(gate.confirmed(Some(t(1))).unwrap().len(), 1);
}

#[test]
fn what_a_feed_owes_comes_from_its_calendar() {
    let calendar = Calendar {
        id: "test".into(),
        holidays: BTreeSet::from(["2026-04-03".parse().unwrap(), "2026-04-06".parse().unwrap()]),
    };
    let owed = |f: Feed| {
        f.expected("2026-04-01".parse().unwrap(), "2026-05-01".parse().unwrap(), &calendar).len()
    };
    assert_eq!(owed(feed("a")), 30);
    assert_eq!(
        owed(Feed { calendar: Expected::WorkingDays, ..feed("a") }),
        20,
        "22 weekdays less two holidays"
    );
    assert_eq!(owed(Feed { calendar: Expected::Monthly, ..feed("a") }), 1);
    assert_eq!(
        owed(Feed {
            calendar: Expected::Days,
            days: ["2026-04-07".parse().unwrap(), "2026-05-01".parse().unwrap()].into(),
            ..feed("a")
        }),
        1
    );
    assert_eq!(
        owed(Feed {
            from: "2026-04-29".parse().unwrap(),
            to: Some("2026-04-30".parse().unwrap()),
            ..feed("a")
        }),
        2
    );
}

/// The keys of each record as `docs/registers.md` lists them: `| noun | where the id comes from | keys |`.
fn documented() -> Vec<(String, BTreeSet<String>)> {
    let text =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/registers.md"))
            .unwrap();
    let ticked =
        |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<BTreeSet<_>>();
    text.lines()
        .filter_map(|l| {
            let cells: Vec<&str> = l.split('|').map(str::trim).collect();
            let [_, noun, _, keys, _] = cells.as_slice() else { return None };
            let noun = noun.strip_prefix('`')?.strip_suffix('`')?;
            noun.parse::<Noun>().is_ok().then(|| (noun.to_owned(), ticked(keys)))
        })
        .collect()
}

#[test]
fn the_json_keys_are_those_of_the_documentation() {
    fn keys<T: Record>(r: &T) -> (String, BTreeSet<String>) {
        let v = serde_json::to_value(r).unwrap();
        assert_eq!(
            &serde_json::from_value::<T>(v.clone()).unwrap(),
            r,
            "JSON leads back to the record"
        );
        (T::NOUN.to_string(), v.as_object().unwrap().keys().cloned().collect())
    }
    let mut have = vec![
        keys(&feed("a")),
        keys(&fault("a")),
        keys(&file("a")),
        keys(&down("DSP", "2026-04-01T10:00:00Z", None)),
        keys(&people("2026-04-01", 0)),
        keys(&hub("h")),
        keys(&coverage()),
        keys(&exception()),
        keys(&explanation()),
        keys(&note("a")),
        keys(&assured()),
        keys(&override_()),
        keys(&confirmation()),
        keys(&pack("2026-04")),
        keys(&figure()),
        keys(&run()),
        keys(&difference()),
        keys(&claim()),
        keys(&party()),
        keys(&user()),
        keys(&retention(None)),
        keys(&change()),
        keys(&combination()),
        keys(&defect()),
        keys(&occurrence()),
        keys(&migration("2020-09-07")),
        keys(&criteria()),
        keys(&mitigation()),
    ];
    have.extend(
        base::all()
            .iter()
            .chain(&forecasting::all())
            .chain(&incident::all())
            .chain(&base::mailings())
            .chain(&base::statements())
            .chain(&base::evidence())
            .chain(&base::reports())
            .map(|(noun, v)| (noun.clone(), v.as_object().unwrap().keys().cloned().collect())),
    );
    let mut said = documented();
    have.sort();
    said.sort();
    assert_eq!(have.len(), Noun::ALL.len());
    assert_eq!(have, said);
}
