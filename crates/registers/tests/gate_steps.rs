//! Steps, states and evidence come about through their gates alone: whoever writes the same by hand,
//! new or changed, is refused by name, and the gate itself still lets through whom it should.

use crate::shared;
use northbound_registers::{
    Record, RegisterError, Write,
    records::{
        feedback::{
            examples::{Example, ExampleState},
            statements::Audit,
        },
        oversight::{
            bodies::{Body, BodyKind, Power},
            cases::{Case, CaseStep, CaseStepKind},
            documents::{Document, DocumentKind},
            workpackages::{ApprovalStep, PackageState, QuarterDefinition, WorkPackage},
        },
        participants::parties::Party,
    },
};
use northbound_types::Day;
use shared::{actor, store, t};

fn day() -> Day {
    "2026-05-01".parse().unwrap()
}
fn write(n: i64) -> Write {
    Write::at(t(n)).with_reason("test")
}

/// The key that a refusal names.
#[track_caller]
fn refused<T>(r: Result<T, RegisterError>) -> String {
    match r {
        Err(RegisterError::Frozen { why, .. }) if why.contains("not edited directly") => {
            why.split(' ').next().unwrap().to_owned()
        }
        Err(e) => panic!("another refusal: {e}"),
        Ok(_) => panic!("it was let through"),
    }
}

/// Adds the record; then each edit is refused as an update and as a new record of its own.
fn holds<T: Record>(
    record: &T,
    edits: &[(&str, fn(&mut T))],
) -> (tempfile::TempDir, northbound_registers::Store, String) {
    let (dir, store) = store();
    let gate = store.as_actor(&actor("kim+analyst+chair"));
    gate.add(
        &Body {
            id: "panel".into(),
            name: "Panel".into(),
            kind: BodyKind::Panel,
            powers: vec![Power::Decide, Power::Recommend],
        },
        &write(1),
    )
    .unwrap();
    gate.add(
        &Party { id: "ACME".into(), name: "Acme".into(), category: "large-supplier".into() },
        &write(2),
    )
    .unwrap();
    let document = |id: &str, arrived| Document {
        id: id.into(),
        kind: DocumentKind::Letter,
        title: "t".into(),
        period: None,
        version: String::new(),
        marking: "white".into(),
        sharing: String::new(),
        owner: "panel".into(),
        due: Some(day()),
        arrived,
        comments_by: None,
        sha256: String::new(),
        filed: String::new(),
        approved_by: String::new(),
    };
    gate.add(&document("here", Some(day())), &write(3)).unwrap();
    gate.add(&document("promised", None), &write(4)).unwrap();
    for (n, (key, edit)) in edits.iter().enumerate() {
        let mut by_hand = record.clone();
        edit(&mut by_hand);
        assert_eq!(refused(gate.add(&by_hand, &write(10 + n as i64))), *key, "new");
    }
    let id = gate.add(record, &write(20)).unwrap().id;
    for (key, edit) in edits {
        let mut by_hand = record.clone();
        edit(&mut by_hand);
        assert_eq!(refused(gate.change(&id, &by_hand, &write(30))), *key, "changed");
        assert_eq!(
            refused(gate.update::<T>(&id, &write(31), |r| {
                edit(r);
                Ok(())
            })),
            *key,
            "updated"
        );
    }
    (dir, store, id)
}

#[test]
fn the_steps_of_a_case() {
    let step = |what| CaseStep {
        what,
        on: day(),
        by: "panel".into(),
        text: String::new(),
        document: String::new(),
    };
    let case = Case {
        title: "storm".into(),
        claimant: "DCC".into(),
        from: day(),
        to: day(),
        measures: vec!["CPM1".into()],
        regions: vec![],
        steps: vec![step(CaseStepKind::Claimed)],
    };
    let (_dir, store, id) = holds(
        &case,
        &[("steps", |c| {
            let mut s = c.steps[0].clone();
            s.what = CaseStepKind::CriteriaMet;
            c.steps.push(s);
        })],
    );
    let gate = store.as_actor(&actor("kim+analyst"));
    gate.case_step(&id, &step(CaseStepKind::CriteriaMet), &write(40)).unwrap();
    gate.case_step(&id, &step(CaseStepKind::LetterSent), &write(41)).unwrap();
    assert!(
        gate.case_step(&id, &step(CaseStepKind::Granted), &write(42))
            .unwrap_err()
            .to_string()
            .contains("only the Authority")
    );
    gate.update::<Case>(&id, &write(43), |c| {
        c.title = "the storm".into();
        Ok(())
    })
    .unwrap();
}

#[test]
fn the_state_of_a_work_package() {
    let w = WorkPackage {
        id: "w".into(),
        title: "t".into(),
        quarter: "Q2 2020".into(),
        definition: QuarterDefinition::AprilYear,
        from: "2020-07-01".parse().unwrap(),
        to: "2020-09-30".parse().unwrap(),
        lines: vec![],
        state: PackageState::Draft,
        steps: vec![],
    };
    let step = |state| ApprovalStep { state, by: "panel".into(), on: day(), source: String::new() };
    let (_dir, store, id) = holds(
        &w,
        &[("steps", |w| {
            w.state = PackageState::Approved;
            w.steps.push(ApprovalStep {
                state: PackageState::Approved,
                by: "panel".into(),
                on: "2026-05-01".parse().unwrap(),
                source: String::new(),
            });
        })],
    );
    let gate = store.as_actor(&actor("kim+analyst"));
    gate.package_step(&id, &step(PackageState::Recommended), &write(40)).unwrap();
    assert!(
        gate.package_step(&id, &step(PackageState::Approved), &write(41)).is_err(),
        "it may not approve money"
    );
}

#[test]
fn the_state_and_the_public_text_of_an_example() {
    let e = Example {
        party: "ACME".into(),
        on: day(),
        about: "a".into(),
        text: "Acme says".into(),
        public_text: String::new(),
        hide_sender: true,
        state: ExampleState::Collected,
        action: None,
    };
    let (_dir, store, id) = holds(
        &e,
        &[
            ("public_text", |e| e.public_text = "Acme says".into()),
            ("state", |e| {
                e.state = ExampleState::PassedOn;
                e.public_text = "x".into();
            }),
        ],
    );
    let gate = store.as_actor(&actor("kim+analyst"));
    assert!(gate.de_identify(&id, "Acme says", &write(40)).is_err());
    gate.de_identify(&id, "A supplier says", &write(41)).unwrap();
    gate.pass_on(&id, "DSP", &write(42)).unwrap();
}

#[test]
fn the_evidence_of_an_audit() {
    let a = Audit {
        scope: "s".into(),
        on: day(),
        result: "r".into(),
        by: String::new(),
        told_by: "DCC".into(),
        evidence: None,
        place: String::new(),
    };
    let (_dir, store, id) = holds(&a, &[("evidence", |a| a.evidence = Some("promised".into()))]);
    let gate = store.as_actor(&actor("kim+analyst"));
    assert!(
        gate.attach_evidence(&id, "promised", "p. 1", &write(40)).is_err(),
        "a promised document is not evidence"
    );
    gate.attach_evidence(&id, "here", "p. 1", &write(41)).unwrap();
}
