//! The gate: who may write and see what, versions, dry runs, the audit trail.

use crate::shared;
use northbound_registers::{
    AsAt, EventFilter, Noun, Query, Verb, Write,
    records::{
        data::{
            feeds::{Fault, Feed},
            sources::SourceFile,
        },
        reporting::{
            annotations::Annotation,
            assurance::{Assurance, Status},
            explanations::{Explanation, Given},
            figures::FigurePrinted,
            packs::Pack,
        },
    },
};
use northbound_types::Region;
use shared::{actor, analyst, fault, feed, file, note, pack, store, t};

#[test]
fn a_change_is_a_new_version_and_the_old_state_stays() {
    let (_dir, store) = store();
    let gate = store.as_actor(&analyst());
    let added = gate.add(&feed("north"), &Write::at(t(1))).unwrap();
    let mut worse = feed("north");
    worse.rank = 9;
    let changed = gate
        .change("north", &worse, &Write::at(t(2)).with_reason("moved behind the south"))
        .unwrap();
    assert_eq!((added.version, changed.version), (1, 2));
    assert_eq!(changed.changes.iter().map(|c| c.key.as_str()).collect::<Vec<_>>(), ["rank"]);
    assert_eq!(gate.show::<Feed>("north", AsAt::NOW).unwrap().record.rank, 9);
    assert_eq!(gate.show::<Feed>("north", Some(t(1))).unwrap().record.rank, 1);
    assert_eq!(gate.show::<Feed>("north", Some(t(0))).unwrap_err().code(), "registers.not-found");
    let life = gate.history(Noun::Feed, "north", AsAt::NOW).unwrap();
    assert_eq!(
        life.iter().map(|c| (c.version, c.verb, c.reason.as_str())).collect::<Vec<_>>(),
        [(1, Verb::Add, ""), (2, Verb::Change, "moved behind the south")]
    );
    let events = gate
        .events(&EventFilter {
            noun: Some(Noun::Feed),
            verb: Some(Verb::Change),
            ..EventFilter::default()
        })
        .unwrap();
    assert_eq!(events.len(), 1);
    assert_eq!(
        (
            events[0].before.as_ref().unwrap()["rank"].as_i64(),
            events[0].after.as_ref().unwrap()["rank"].as_i64()
        ),
        (Some(1), Some(9))
    );
    assert_eq!(events[0].actor, "kim+analyst");
}

#[test]
fn a_change_made_for_another_version_is_refused_with_the_difference() {
    let (_dir, store) = store();
    let gate = store.as_actor(&analyst());
    gate.add(&feed("north"), &Write::at(t(1))).unwrap();
    gate.update::<Feed>("north", &Write::at(t(2)).with_reason("r").expecting(1), |f| {
        f.rank = 7;
        Ok(())
    })
    .unwrap();
    let e = gate
        .change("north", &feed("north"), &Write::at(t(3)).with_reason("r").expecting(1))
        .unwrap_err();
    assert_eq!(e.code(), "registers.version");
    assert!(
        e.to_string().contains("version 2, not 1")
            && e.to_string().contains("rank from 1 to 7")
            && e.to_string().contains("kim"),
        "{e}"
    );
    assert_eq!(gate.show::<Feed>("north", AsAt::NOW).unwrap().record.rank, 7);
}

#[test]
fn a_dry_run_says_what_would_change_and_changes_nothing() {
    let (_dir, store) = store();
    let gate = store.as_actor(&analyst());
    let dry = gate.add(&note("a"), &Write::at(t(1)).dry()).unwrap();
    assert!(dry.dry_run && dry.after.is_some());
    assert_eq!(store.revision().unwrap(), 0);
    assert!(gate.list::<Annotation>(&Query::default()).unwrap().is_empty());
    // The same id is given out again: the dry run used none up.
    let real = gate.add(&note("a"), &Write::at(t(1))).unwrap();
    assert_eq!((real.id.as_str(), &real.after), (dry.id.as_str(), &dry.after));
    let p = gate.build_pack(&pack("2026-04"), &Write::at(t(2))).unwrap().id;
    let dry = gate
        .issue_pack(&p, &Write::at(t(3)).dry(), |_| unreachable!("a dry run seals nothing"))
        .unwrap();
    assert_eq!(dry.after.unwrap()["number"], 1);
    assert_eq!(gate.show::<Pack>(&p, AsAt::NOW).unwrap().version, 1);
}

#[test]
fn saying_the_same_again_is_no_change() {
    let (_dir, store) = store();
    let gate = store.as_actor(&analyst());
    gate.add(&feed("north"), &Write::at(t(1))).unwrap();
    let again = gate.change("north", &feed("north"), &Write::at(t(2)).with_reason("r")).unwrap();
    assert!(!again.changed && again.version == 1);
    assert_eq!(store.revision().unwrap(), 1);
}

#[test]
fn withdrawing_needs_a_reason_and_leaves_the_past() {
    let (_dir, store) = store();
    let gate = store.as_actor(&analyst());
    gate.add(&feed("north"), &Write::at(t(1))).unwrap();
    assert_eq!(gate.add(&feed("north"), &Write::at(t(1))).unwrap_err().code(), "registers.exists");
    assert_eq!(
        gate.withdraw::<Feed>("north", &Write::at(t(2))).unwrap_err().code(),
        "registers.reason"
    );
    gate.withdraw::<Feed>("north", &Write::at(t(2)).with_reason("ended")).unwrap();
    assert!(gate.list::<Feed>(&Query::default()).unwrap().is_empty());
    assert_eq!(gate.list::<Feed>(&Query { withdrawn: true, ..Query::default() }).unwrap().len(), 1);
    assert_eq!(gate.list::<Feed>(&Query::as_at(Some(t(1)))).unwrap().len(), 1);
    assert_eq!(
        gate.withdraw::<Feed>("north", &Write::at(t(3)).with_reason("r")).unwrap_err().code(),
        "registers.not-found"
    );
    // It can come back, as the next version of the same subject.
    assert_eq!(gate.add(&feed("north"), &Write::at(t(4))).unwrap().version, 3);
}

#[test]
fn a_fault_must_point_to_a_feed_that_is_kept_and_closes_once() {
    let (_dir, store) = store();
    let gate = store.as_actor(&analyst());
    let e = gate.add(&fault("north"), &Write::at(t(1))).unwrap_err();
    assert_eq!(e.code(), "registers.reference");
    gate.add(&feed("north"), &Write::at(t(1))).unwrap();
    let id = gate.add(&fault("north"), &Write::at(t(2))).unwrap().id;
    assert_eq!(id, "fault-1");
    let last = "2026-04-19".parse().unwrap();
    assert_eq!(
        gate.close_fault(&id, "2026-04-09".parse().unwrap(), "CR-0001", &Write::at(t(3)))
            .unwrap_err()
            .code(),
        "registers.invalid"
    );
    gate.close_fault(&id, last, "CR-0001", &Write::at(t(3))).unwrap();
    assert_eq!(
        gate.close_fault(&id, last, "CR-0001", &Write::at(t(4))).unwrap_err().code(),
        "registers.frozen"
    );
    // As recorded before it was closed it was open.
    assert_eq!(gate.show::<Fault>(&id, Some(t(2))).unwrap().record.to, None);
}

#[test]
fn the_last_day_of_a_fault_is_part_of_it() {
    let (_dir, store) = store();
    let gate = store.as_actor(&analyst());
    gate.add(&feed("north"), &Write::at(t(1))).unwrap();
    let mut f = fault("north");
    f.to = Some("2026-04-19".parse().unwrap());
    gate.add(&f, &Write::at(t(2))).unwrap();
    let on = |a: &str, b: &str| {
        gate.list::<Fault>(&Query {
            during: Some((a.parse().unwrap(), b.parse().unwrap())),
            ..Query::default()
        })
        .unwrap()
        .len()
    };
    assert_eq!(on("2026-04-19T23:59:00Z", "2026-04-21"), 1);
    assert_eq!(on("2026-04-20", "2026-04-21"), 0);
    assert_eq!(on("2026-04-01", "2026-04-10"), 0);
    assert_eq!(on("2026-04-01", "2026-04-10T00:01:00Z"), 1);
}

#[test]
fn a_user_sees_its_own_and_nobodys_but_never_anothers() {
    let (_dir, store) = store();
    let staff = store.as_actor(&analyst());
    let p = staff.build_pack(&pack("2026-04"), &Write::at(t(1))).unwrap().id;
    let print = |id: &str, party: Option<&str>| FigurePrinted {
        figure_id: id.into(),
        pack: p.clone(),
        party: party.map(str::to_owned),
        measure: "PM4.3".into(),
        keys: [("region".to_owned(), "north".to_owned())].into(),
        period: "2026-04".parse().unwrap(),
        figure: serde_json::json!({"num": 1, "den": 2}),
        lineage: serde_json::json!({}),
    };
    staff
        .print_figures(
            &p,
            &[print("aa", None), print("bb", Some("ACME")), print("cc", Some("OTHER"))],
            &Write::at(t(2)),
        )
        .unwrap();
    let seen = |who: &str| {
        store
            .as_actor(&actor(who))
            .list::<FigurePrinted>(&Query::default())
            .unwrap()
            .into_iter()
            .map(|k| k.record.figure_id)
            .collect::<Vec<_>>()
    };
    assert_eq!(seen("kim@ACME+user"), ["aa", "bb"]);
    assert_eq!(seen("kim@ACME"), ["aa"]);
    assert_eq!(seen("kim+auditor"), ["aa", "bb", "cc"]);
    let user = store.as_actor(&actor("kim@ACME+user"));
    assert_eq!(user.prints_of("cc", AsAt::NOW).unwrap_err().code(), "registers.not-found");
    assert_eq!(
        user.history(Noun::Figure, &format!("cc@{p}"), AsAt::NOW).unwrap_err().code(),
        "registers.not-found"
    );
}

#[test]
fn a_user_brings_and_takes_back_its_own_files_only() {
    let (_dir, store) = store();
    let user = store.as_actor(&actor("kim@ACME+user"));
    let own = SourceFile { party: Some("ACME".into()), ..file("own.csv") };
    let northbound_registers::Begun::Import(i) = user.begin_import(&own, &Write::at(t(3))).unwrap()
    else {
        panic!("new")
    };
    let id = i.finish(Default::default()).unwrap().id;
    let other = store.as_actor(&actor("lee@OTHER+user"));
    assert!(other.sources(AsAt::NOW).unwrap().is_empty());
    assert!(
        other
            .events(&EventFilter { noun: Some(Noun::Source), ..EventFilter::default() })
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        other.retract_source(&id, &Write::at(t(4)).with_reason("r")).unwrap_err().code(),
        "registers.party"
    );
    user.retract_source(&id, &Write::at(t(5)).with_reason("wrong month")).unwrap();
}

#[test]
fn without_the_role_nothing_is_written() {
    let (_dir, store) = store();
    for who in ["kim", "kim+user", "kim@ACME+auditor"] {
        let e = store.as_actor(&actor(who)).add(&feed("north"), &Write::at(t(1))).unwrap_err();
        assert_eq!(e.code(), "registers.right", "{who}");
    }
    assert_eq!(store.revision().unwrap(), 0);
}

#[test]
fn recorded_times_follow_the_order_of_revisions_even_when_a_clock_is_behind() {
    let (_dir, store) = store();
    let gate = store.as_actor(&analyst());
    let a = gate.add(&note("a"), &Write::at(t(100))).unwrap();
    let b = gate.add(&note("b"), &Write::at(t(50))).unwrap();
    assert_eq!(b.recorded.0, a.recorded.0 + 1);
    assert_eq!(store.revision_at(Some(a.recorded)).unwrap(), a.revision);
    assert_eq!(store.revision_at(Some(b.recorded)).unwrap(), b.revision);
    assert_eq!(store.revision_at(Some(t(99))).unwrap(), 0);
    let e = gate.events(&EventFilter::default()).unwrap();
    assert_eq!(e[1].clock, t(50));
    // Exact to the revision, where times would not tell.
    assert_eq!(
        gate.list::<Annotation>(&Query { as_at: AsAt::revision(1), ..Query::default() })
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn m10_a_reason_given_offline_stays_offline_and_a_repeat_is_noticed() {
    let (_dir, store) = store();
    let gate = store.as_actor(&analyst());
    let said = |period: &str, text: &str| Explanation {
        measure: "CPM1".into(),
        provider: "CSPN".into(),
        region: Region::North,
        period: period.parse().unwrap(),
        text: text.into(),
        given: Given::Offline,
        said_by: "CSPN".into(),
        document: "meeting 33".into(),
        place: "p. 2".into(),
        steps: None,
        repeat_of: None,
    };
    let id =
        gate.explain(&said("2026-02", "Firmware images were late."), &Write::at(t(1))).unwrap().id;
    let again = |period: &str, text: &str| {
        gate.explain(&said(period, text), &Write::at(t(2))).unwrap().after.unwrap()["repeat_of"]
            .clone()
    };
    assert_eq!(again("2026-03", "firmware images were late"), id);
    assert_eq!(again("2026-03", "Mast works in the north."), serde_json::Value::Null);
    // "Same reason" points to the nearest earlier month, not to the oldest.
    assert_eq!(again("2026-04", "The same reason as last month."), "explanation-3");
    // An earlier month repeats nothing later.
    assert_eq!(again("2026-01", "Firmware images were late."), serde_json::Value::Null);
    let e = gate
        .update::<Explanation>(&id, &Write::at(t(3)).with_reason("tidy"), |e| {
            e.given = Given::Report;
            Ok(())
        })
        .unwrap_err();
    assert_eq!(e.code(), "registers.frozen");
}

#[test]
fn m8_each_step_of_assurance_is_kept() {
    let (_dir, store) = store();
    let gate = store.as_actor(&analyst());
    let a = |status| Assurance {
        measure: "PM2".into(),
        provider: "CSPN".into(),
        region: Region::North,
        period: "2026-04".parse().unwrap(),
        status,
        what: "asked the provider".into(),
        said_by: "CSPN".into(),
    };
    gate.put(&a(Status::Unconfirmed), &Write::at(t(1))).unwrap();
    gate.put(&a(Status::Assured), &Write::at(t(2)).with_reason("answered")).unwrap();
    let id = Assurance::id_of("PM2", "CSPN", Region::North, "2026-04".parse().unwrap());
    assert_eq!(gate.show::<Assurance>(&id, Some(t(1))).unwrap().record.status, Status::Unconfirmed);
    assert_eq!(gate.history(Noun::Assurance, &id, AsAt::NOW).unwrap().len(), 2);
}
