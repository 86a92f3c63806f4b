//! Packs, the figures that they print, and reconciliations from month to month.

use crate::shared;
use northbound_registers::{
    AsAt, Query, Write,
    records::{
        data::reconciliations::{Decision, Difference, Reconciliation, Status},
        reporting::{
            figures::FigurePrinted,
            packs::{Pack, PackFile},
        },
    },
};
use serde_json::json;
use shared::{actor, analyst, pack, store, t};

#[test]
fn m11_an_issued_pack_is_frozen_and_a_reissue_needs_its_reason() {
    let (_dir, store) = store();
    let gate = store.as_actor(&analyst());
    let build = || gate.build_pack(&pack("2026-04"), &Write::at(t(1))).unwrap().id;
    let (a, b) = (build(), build());
    let sealed = PackFile { path: "cover.html".into(), sha256: "ef".repeat(32), bytes: 5 };
    gate.issue_pack(&a, &Write::at(t(2)), |i| {
        assert_eq!((i.number, &i.replaces), (1, &None));
        Ok(Some(vec![sealed.clone()]))
    })
    .unwrap();
    assert_eq!(gate.show::<Pack>(&a, AsAt::NOW).unwrap().record.files, [sealed]);
    for e in [
        gate.update::<Pack>(&a, &Write::at(t(3)).with_reason("r"), |p| {
            p.rules = "r2".into();
            Ok(())
        })
        .unwrap_err(),
        gate.withdraw::<Pack>(&a, &Write::at(t(3)).with_reason("r")).unwrap_err(),
        gate.issue_pack(&a, &Write::at(t(3)).with_reason("r"), |_| Ok(None)).unwrap_err(),
    ] {
        assert_eq!(e.code(), "registers.frozen", "{e}");
    }
    assert_eq!(
        gate.issue_pack(&b, &Write::at(t(3)), |_| Ok(None)).unwrap_err().code(),
        "registers.reason"
    );
    gate.issue_pack(&b, &Write::at(t(4)).with_reason("April's file was corrected"), |_| Ok(None))
        .unwrap();
    let p = gate.pack("2026-04/2", AsAt::NOW).unwrap();
    assert_eq!(
        (p.id.as_str(), p.record.replaces.as_deref(), p.record.reissue_reason.as_deref()),
        (b.as_str(), Some(a.as_str()), Some("April's file was corrected"))
    );
    assert_eq!(gate.pack("2026-04", AsAt::NOW).unwrap().id, b);
    assert_eq!(gate.pack("2026-04", Some(t(2))).unwrap().id, a);
    assert_eq!(gate.pack("2026-04/3", AsAt::NOW).unwrap_err().code(), "registers.not-found");
    // Numbers count within a period and party.
    let own = gate
        .build_pack(&Pack { party: Some("ACME".into()), ..pack("2026-04") }, &Write::at(t(5)))
        .unwrap()
        .id;
    assert_eq!(
        gate.issue_pack(&own, &Write::at(t(6)), |_| Ok(None)).unwrap().after.unwrap()["number"],
        1
    );
}

#[test]
fn a_seal_that_fails_gives_no_number_away() {
    let (_dir, store) = store();
    let gate = store.as_actor(&analyst());
    let id = gate.build_pack(&pack("2026-04"), &Write::at(t(1))).unwrap().id;
    let full = || northbound_registers::RegisterError::Io {
        what: "write",
        path: "pack.html".into(),
        source: std::io::Error::other("disk full"),
    };
    assert_eq!(
        gate.issue_pack(&id, &Write::at(t(2)), |_| Err(full())).unwrap_err().code(),
        "registers.io"
    );
    assert_eq!(
        gate.issue_pack(&id, &Write::at(t(3)), |_| Ok(None)).unwrap().after.unwrap()["number"],
        1
    );
    let empty =
        gate.build_pack(&Pack { files: vec![], ..pack("2026-05") }, &Write::at(t(4))).unwrap().id;
    assert_eq!(
        gate.issue_pack(&empty, &Write::at(t(5)), |_| Ok(None)).unwrap_err().code(),
        "registers.invalid"
    );
}

fn figure(pack: &str, id: &str, num: u64) -> FigurePrinted {
    FigurePrinted {
        figure_id: id.into(),
        pack: pack.into(),
        party: None,
        measure: "PM4.3".into(),
        keys: [
            ("provider".to_owned(), "CSPN".to_owned()),
            ("region".to_owned(), "north".to_owned()),
        ]
        .into(),
        period: "2026-04".parse().unwrap(),
        figure: json!({"num": num, "den": 1000}),
        lineage: json!({"files": ["a.csv"]}),
    }
}

#[test]
fn g5_a_printed_figure_leads_to_its_pack_and_lineage_and_stays() {
    let (_dir, store) = store();
    let gate = store.as_actor(&analyst());
    let build = |at| gate.build_pack(&pack("2026-04"), &Write::at(t(at))).unwrap().id;
    let (a, b) = (build(1), build(2));
    gate.print_figures(&a, &[figure(&a, "f1", 900), figure(&a, "f2", 800)], &Write::at(t(3)))
        .unwrap();
    gate.print_figures(&b, &[figure(&b, "f1", 900)], &Write::at(t(4))).unwrap();
    let prints = gate.prints_of("f1", AsAt::NOW).unwrap();
    assert_eq!(
        prints.iter().map(|k| k.record.pack.as_str()).collect::<Vec<_>>(),
        [a.as_str(), b.as_str()]
    );
    assert_eq!(prints[0].record.lineage, json!({"files": ["a.csv"]}));
    assert_eq!(gate.prints_of("f9", AsAt::NOW).unwrap_err().code(), "registers.not-found");
    // The same again is nothing; another value under the same id is refused, and nothing of it stays.
    assert!(!gate.print_figures(&a, &[figure(&a, "f1", 900)], &Write::at(t(5))).unwrap().changed);
    assert_eq!(
        gate.print_figures(&a, &[figure(&a, "f3", 1), figure(&a, "f1", 901)], &Write::at(t(6)))
            .unwrap_err()
            .code(),
        "registers.frozen"
    );
    assert!(gate.prints_of("f3", AsAt::NOW).is_err());
    gate.issue_pack(&a, &Write::at(t(7)), |_| Ok(None)).unwrap();
    assert_eq!(
        gate.print_figures(&a, &[figure(&a, "f4", 1)], &Write::at(t(8))).unwrap_err().code(),
        "registers.frozen"
    );
    let of_measure = Query {
        measure: Some("PM4.3".into()),
        provider: Some("CSPN".into()),
        period: Some("2026-04".parse().unwrap()),
        ..Query::default()
    };
    assert_eq!(gate.list::<FigurePrinted>(&of_measure).unwrap().len(), 3);
    assert_eq!(
        gate.list::<FigurePrinted>(&Query { provider: Some("CSPS".into()), ..of_measure })
            .unwrap()
            .len(),
        0
    );
}

fn run() -> Reconciliation {
    Reconciliation {
        sources: vec!["ledger".into(), "report".into()],
        keys: vec!["srv".into()],
        periods: vec!["2026-04".into()],
        party: None,
        totals: json!({}),
        note: String::new(),
    }
}
fn difference(key: &str, amount: i64) -> Difference {
    Difference {
        key: key.into(),
        standing_key: "srv=4.1.1".into(),
        reconciliation: String::new(),
        party: None,
        period: "2026-04".into(),
        class: "cut-off".into(),
        count_a: Some(100 + amount),
        count_b: Some(100),
        amount,
        status: Status::Open,
        owner: String::new(),
        decision: String::new(),
        decided_by: String::new(),
        pick: None,
        known_from: None,
    }
}

#[test]
fn r1_the_next_run_knows_what_was_decided() {
    let (_dir, store) = store();
    let gate = store.as_actor(&analyst());
    gate.reconcile(&run(), &[difference("k1", 5), difference("k2", 7)], &Write::at(t(1))).unwrap();
    let id = Difference::id_of("k1", None);
    let decide = |status, words: &str| {
        gate.decide(
            &id,
            &Decision { status, owner: "DSP".into(), decision: words.into(), pick: None },
            &Write::at(t(2)),
        )
    };
    assert!(decide(Status::Accepted, "").is_err(), "accepted without a word");
    decide(Status::Accepted, "cut-off at midnight local time").unwrap();
    let again = gate
        .reconcile(&run(), &[difference("k1", 6), difference("k2", 7)], &Write::at(t(3)))
        .unwrap();
    assert_eq!(again[0].id, "reconciliation-2");
    let d = gate.show::<Difference>(&id, AsAt::NOW).unwrap();
    assert_eq!(
        (d.record.status, d.record.amount, d.record.owner.as_str(), d.record.known_from),
        (Status::Accepted, 6, "DSP", Some(t(1)))
    );
    assert_eq!(d.record.decided_by, "kim+analyst");
    assert_eq!(d.record.reconciliation, "reconciliation-2");
    // What was put right and comes again is open again.
    decide(Status::Fixed, "clock corrected").unwrap();
    gate.reconcile(&run(), &[difference("k1", 6)], &Write::at(t(5))).unwrap();
    assert_eq!(gate.show::<Difference>(&id, AsAt::NOW).unwrap().record.status, Status::Open);
    // Found by the key without its period.
    assert_eq!(
        gate.list::<Difference>(&Query { lookup: Some("srv=4.1.1".into()), ..Query::default() })
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn a_users_own_reconciliation_is_its_own() {
    let (_dir, store) = store();
    let user = store.as_actor(&actor("kim@ACME+user"));
    assert_eq!(
        user.reconcile(&run(), &[], &Write::at(t(1))).unwrap_err().code(),
        "registers.party"
    );
    user.reconcile(
        &Reconciliation { party: Some("ACME".into()), ..run() },
        &[difference("k1", 5)],
        &Write::at(t(1)),
    )
    .unwrap();
    let other = store.as_actor(&actor("lee@OTHER+user"));
    assert!(other.list::<Difference>(&Query::default()).unwrap().is_empty());
    assert_eq!(user.list::<Difference>(&Query::default()).unwrap().len(), 1);
}

#[test]
fn an_issue_is_accepted_once_and_a_build_never() {
    let (_dir, store) = store();
    let gate = store.as_actor(&analyst());
    let built = gate.build_pack(&pack("2026-04"), &Write::at(t(1))).unwrap().id;
    let write = Write::at(t(2));
    let refused = gate.accept_pack(&built, "opsg", &write).unwrap_err().to_string();
    assert!(refused.contains("not issued"), "{refused}");
    gate.issue_pack(&built, &write, |_| Ok(None)).unwrap();
    gate.accept_pack(&built, "opsg", &Write::at(t(3))).unwrap();
    let accepted = gate.pack(&built, AsAt::NOW).unwrap().record.accepted.unwrap();
    assert_eq!((accepted.by.as_str(), accepted.at), ("opsg", t(3)));
    let again = gate.accept_pack(&built, "panel", &Write::at(t(4))).unwrap_err().to_string();
    assert!(again.contains("opsg accepted it"), "{again}");
    let right =
        store.as_actor(&actor("kim+auditor")).accept_pack(&built, "opsg", &write).unwrap_err();
    assert_eq!(right.code(), "registers.right");
}
