//! State transitions and review rules: each verb of the gate, what it refuses, and that a direct edit
//! of the same state is refused.

use crate::shared::{actor, store, t};
use northbound_registers::{
    Gate, Record, RegisterError, Write,
    records::{
        oversight::changes::{
            Change, ChangeState, Consultation, OperationalView, RunOutcome, UserImpact, Verdict,
            Window,
        },
        participants::{
            contacts::{Contact, ContactIssue, IssueState, Proposal},
            parties::Party,
        },
        smets1::{
            combinations::{Combination, Evidence, Listing, Proof},
            criteria::{Criteria, CriteriaState, Criterion, ItemEvidence, Ruling},
            defects::{ClassImpact, Defect, DefectEnd, DefectState, ImpactLevel},
        },
    },
};
use northbound_types::Day;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}
fn write(n: i64) -> Write {
    Write::at(t(n)).with_reason("test")
}
fn window(from: i64, to: i64) -> Window {
    Window { from: t(from), to: t(to) }
}
fn held<T: Record>(gate: &Gate<'_>, id: &str) -> T {
    gate.show::<T>(id, northbound_registers::AsAt::NOW).unwrap().record
}
#[track_caller]
fn code<T>(r: Result<T, RegisterError>) -> &'static str {
    r.err().expect("refused").code()
}
#[track_caller]
fn edited_directly<T: Record>(gate: &Gate<'_>, id: &str, edit: impl FnOnce(&mut T)) -> String {
    let refused = gate.update::<T>(id, &write(9_000), |r| {
        edit(r);
        Ok(())
    });
    match refused {
        Err(RegisterError::Frozen { why, .. }) => why,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

/// A change, with everything that approval needs where `complete`.
fn change(gate: &Gate<'_>, complete: bool) -> String {
    let on = day("2026-04-01");
    let raised = Change::raised("New engine", "release", vec!["DSP".into()], on, "DCC");
    let steps = Change {
        impact: Some(UserImpact {
            text: "none".into(),
            by: "DCC".into(),
            on,
            document: String::new(),
        }),
        consultation: Some(Consultation {
            whom: "Users".into(),
            from: on,
            to: on,
            outcome: String::new(),
            document: String::new(),
        }),
        view: Some(OperationalView {
            body: "OPSG".into(),
            verdict: Verdict::Supports,
            text: "yes".into(),
            on,
            document: String::new(),
        }),
        ..raised.clone()
    };
    gate.add(if complete { &steps } else { &raised }, &write(1)).unwrap().id
}

#[test]
fn a_change_that_ran_is_implemented_backed_out_or_unapproved() {
    let (_dir, store) = store();
    let gate = store.as_actor(&actor("kim+analyst+chair"));
    let runs = [
        (true, RunOutcome::Completed, ChangeState::Implemented),
        (true, RunOutcome::BackedOut, ChangeState::BackedOut),
        (false, RunOutcome::Completed, ChangeState::RanUnapproved),
        (false, RunOutcome::BackedOut, ChangeState::RanUnapproved),
    ];
    for (approve, outcome, expected) in runs {
        let id = change(&gate, true);
        if approve {
            gate.approve_change(&id, false, &write(100)).unwrap();
        }
        gate.record_change_run(&id, window(10, 20), outcome, &write(200)).unwrap();
        let c: Change = held(&gate, &id);
        assert_eq!((c.state, c.ran), (expected, Some(window(10, 20))));
        assert_eq!(c.ended, Some(t(20).day()));
    }
}

#[test]
fn a_run_that_ends_after_the_write_is_refused() {
    let (_dir, store) = store();
    let gate = store.as_actor(&actor("kim+analyst"));
    let id = change(&gate, false);
    let run = |to| gate.record_change_run(&id, window(10, to), RunOutcome::Completed, &write(20));
    assert_eq!(code(run(21)), "registers.invalid");
    assert_eq!(held::<Change>(&gate, &id).state, ChangeState::Raised);
    run(20).unwrap();
}

#[test]
fn a_change_that_is_over_does_not_run_again() {
    let (_dir, store) = store();
    let gate = store.as_actor(&actor("kim+analyst"));
    let id = change(&gate, true);
    gate.approve_change(&id, false, &write(2)).unwrap();
    gate.record_change_run(&id, window(1, 2), RunOutcome::Completed, &write(3)).unwrap();
    let again = gate.record_change_run(&id, window(1, 2), RunOutcome::Completed, &write(4));
    assert_eq!(code(again), "registers.frozen");
    assert_eq!(code(gate.reject_change(&id, day("2026-05-01"), &write(5))), "registers.frozen");
    assert_eq!(code(gate.approve_change(&id, false, &write(6))), "registers.frozen");
    // What was implemented may still be taken back.
    gate.record_change_run(&id, window(1, 2), RunOutcome::BackedOut, &write(7)).unwrap();
    assert_eq!(held::<Change>(&gate, &id).state, ChangeState::BackedOut);
}

#[test]
fn a_rejected_change_neither_runs_nor_is_approved() {
    let (_dir, store) = store();
    let gate = store.as_actor(&actor("kim+analyst"));
    let id = change(&gate, true);
    let on = day("2026-05-01");
    assert_eq!(code(gate.reject_change(&id, on, &Write::at(t(2)))), "registers.reason");
    gate.reject_change(&id, on, &write(3)).unwrap();
    let c: Change = held(&gate, &id);
    assert_eq!((c.state, c.ended), (ChangeState::Rejected, Some(on)));
    assert_eq!(code(gate.approve_change(&id, false, &write(4))), "registers.frozen");
    let ran = gate.record_change_run(&id, window(1, 2), RunOutcome::BackedOut, &write(5));
    assert_eq!(code(ran), "registers.frozen");
}

#[test]
fn the_state_of_a_change_is_not_edited_directly() {
    let (_dir, store) = store();
    let gate = store.as_actor(&actor("kim+analyst"));
    let id = change(&gate, true);
    let why = edited_directly::<Change>(&gate, &id, |c| {
        c.state = ChangeState::Rejected;
        c.ended = Some(day("2026-05-01"));
    });
    assert!(why.starts_with("state is not edited directly"), "{why}");
    let why = edited_directly::<Change>(&gate, &id, |c| c.ran = Some(window(1, 2)));
    assert!(why.starts_with("ran is not edited directly"), "{why}");
    let mut other: Change = held(&gate, &id);
    other.state = ChangeState::RanUnapproved;
    other.ran = Some(window(1, 2));
    other.ended = Some(t(2).day());
    assert_eq!(code(gate.add(&other, &write(2))), "registers.frozen");
}

fn impact(class: &str, provisional: bool, review: &str) -> ClassImpact {
    ClassImpact {
        class: class.into(),
        level: ImpactLevel::Minimal,
        by: "DCC".into(),
        on: day("2026-05-01"),
        provisional,
        review: review.into(),
        note: String::new(),
    }
}

#[test]
fn a_provisional_impact_is_settled_by_the_review_that_it_names() {
    let (_dir, store) = store();
    let gate = store.as_actor(&actor("kim+analyst"));
    let defect = Defect::found("a notice is lost", day("2026-04-01"), "report 4");
    let id = gate.add(&defect, &write(1)).unwrap().id;
    let record = |class: &str, provisional, review: &str, n| {
        gate.record_defect_impact(&id, impact(class, provisional, review), &write(n))
    };
    record("overall", true, "LSC", 2).unwrap();
    assert_eq!(code(record("overall", false, "TAG", 3)), "registers.frozen");
    // Another class has no first view that a review would have to settle.
    record("network", false, "TAG", 4).unwrap();
    record("overall", true, "TAG", 5).unwrap();
    record("overall", false, "TAG", 6).unwrap();
    assert!(!held::<Defect>(&gate, &id).impact_on("overall").unwrap().provisional);
}

#[test]
fn a_defect_ends_by_the_gate_alone() {
    let (_dir, store) = store();
    let gate = store.as_actor(&actor("kim+analyst"));
    for (end, expected) in
        [(DefectEnd::Fixed, DefectState::Fixed), (DefectEnd::Unfixed, DefectState::Closed)]
    {
        let defect = Defect::found("a notice is lost", day("2026-04-01"), "report 4");
        let id = gate.add(&defect, &write(1)).unwrap().id;
        let why = edited_directly::<Defect>(&gate, &id, |d| {
            d.state = expected;
            d.ended_by = Some("release 2".into());
        });
        assert!(why.contains("northbound defect close"), "{why}");
        gate.close_defect(&id, end, "release 2", &write(2)).unwrap();
        let d: Defect = held(&gate, &id);
        assert_eq!((d.state, d.ended_by.as_deref()), (expected, Some("release 2")));
    }
}

fn criteria(gate: &Gate<'_>) -> String {
    let criteria = Criteria {
        id: "MOC-1".into(),
        title: "t".into(),
        cohort: "MOC".into(),
        body: "OPSG".into(),
        review: None,
        items: vec![Criterion { key: "k".into(), title: "t".into(), evidence: None }],
        open_items: vec![],
        actions: vec![],
        defects: vec![],
        state: CriteriaState::Open,
        ready: None,
        ruling: None,
        trail: vec![],
    };
    gate.add(&criteria, &write(1)).unwrap().id
}
fn evidence() -> ItemEvidence {
    ItemEvidence {
        text: "tested".into(),
        document: "report 4".into(),
        by: "DCC".into(),
        on: day("2026-05-01"),
    }
}

#[test]
fn criteria_are_ready_once_nothing_is_open_and_open_again_with_a_new_item() {
    let (_dir, store) = store();
    let gate = store.as_actor(&actor("kim+analyst+chair"));
    let (id, on) = (criteria(&gate), day("2026-05-01"));
    let state = || held::<Criteria>(&gate, &id).state;
    assert_eq!(code(gate.ready_criteria(&id, &write(2))), "registers.missing");
    assert_eq!(
        code(gate.add_criteria_evidence(&id, "other", evidence(), &write(3))),
        "registers.invalid"
    );
    gate.add_criteria_evidence(&id, "k", evidence(), &write(4)).unwrap();
    gate.ready_criteria(&id, &write(5)).unwrap();
    assert_eq!(state(), CriteriaState::Ready);
    let why = edited_directly::<Criteria>(&gate, &id, |c| {
        c.state = CriteriaState::Open;
        c.ready = None;
    });
    assert!(why.starts_with("state is not edited directly"), "{why}");
    gate.open_criteria_item(&id, "a question", "DCC", on, &write(6)).unwrap();
    assert_eq!(state(), CriteriaState::Open);
    let met = gate.decide_criteria(&id, Ruling::Met, on, "fine", "", &write(7));
    assert_eq!(code(met), "registers.missing");
    for wrong in [0, 2] {
        let closed = gate.close_criteria_item(&id, wrong, "answered", &write(8));
        assert_eq!(code(closed), "registers.invalid", "number {wrong}");
    }
    gate.close_criteria_item(&id, 1, "answered", &write(9)).unwrap();
    gate.ready_criteria(&id, &write(10)).unwrap();
    gate.decide_criteria(&id, Ruling::Met, on, "fine", "", &write(11)).unwrap();
    assert_eq!(state(), CriteriaState::Decided);
}

#[test]
fn evidence_alone_makes_no_combination_eligible() {
    let (_dir, store) = store();
    let gate = store.as_actor(&actor("kim+analyst+chair"));
    let pending = Combination::pending(vec!["ALPHA-E1".into()], "CSP-S1");
    let id = gate.add(&pending, &write(1)).unwrap().id;
    let on = day("2026-05-01");
    let piece = |document: &str| Evidence {
        proof: Proof::Own,
        text: String::new(),
        document: document.into(),
        on,
    };
    assert_eq!(code(gate.admit_combination(&id, on, &write(2))), "registers.missing");
    let blank = gate.add_combination_evidence(&id, piece(" "), &write(3));
    assert_eq!(code(blank), "registers.invalid");
    gate.add_combination_evidence(&id, piece("report 4"), &write(4)).unwrap();
    assert_eq!(held::<Combination>(&gate, &id).list, Listing::Pending);
    gate.admit_combination(&id, on, &write(5)).unwrap();
    assert_eq!(held::<Combination>(&gate, &id).list, Listing::Eligible);
    assert_eq!(code(gate.admit_combination(&id, on, &write(6))), "registers.frozen");
}

fn party(gate: &Gate<'_>) {
    let acme = Party { id: "ACME".into(), name: "Acme".into(), category: "large-supplier".into() };
    gate.add(&acme, &write(1)).unwrap();
}

#[test]
fn a_proposed_address_takes_effect_by_another_person() {
    let (_dir, store) = store();
    let kim = store.as_actor(&actor("kim+analyst"));
    party(&kim);
    let first = Proposal {
        address: "desk@acme.example".into(),
        role: "desk".into(),
        by: "lee".into(),
        at: t(1),
    };
    let contact = Contact::propose("ACME", "incidents", first, day("2026-04-01"), None);
    let id = kim.add(&contact, &write(2)).unwrap().id;
    kim.confirm_contact(&id, "kim", day("2026-04-30"), &write(2)).unwrap();
    kim.propose_contact(&id, Some("ops@acme.example"), None, &write(3)).unwrap();
    kim.propose_contact(&id, None, Some("operations"), &write(4)).unwrap();
    let held_now = held::<Contact>(&kim, &id);
    assert_eq!(held_now.address, "desk@acme.example", "not confirmed yet");
    let on = day("2026-05-01");
    assert_eq!(code(kim.confirm_contact(&id, "kim", on, &write(5))), "registers.frozen");
    kim.confirm_contact(&id, "lee", on, &write(6)).unwrap();
    let c: Contact = held(&kim, &id);
    assert_eq!((c.address.as_str(), c.role.as_str()), ("ops@acme.example", "operations"));
    kim.end_contact(&id, on, &write(7)).unwrap();
    assert_eq!(held::<Contact>(&kim, &id).to, Some(on));
}

#[test]
fn an_issue_is_resolved_with_an_answer() {
    let (_dir, store) = store();
    let gate = store.as_actor(&actor("kim+analyst"));
    party(&gate);
    let issue = ContactIssue {
        contact: None,
        party: "ACME".into(),
        topic: "incidents".into(),
        what: "no entry".into(),
        reported_by: "Acme".into(),
        reported: day("2026-05-01"),
        state: IssueState::Open,
        answer: String::new(),
    };
    let id = gate.add(&issue, &write(2)).unwrap().id;
    assert_eq!(code(gate.resolve_contact_issue(&id, " ", &write(3))), "registers.invalid");
    gate.resolve_contact_issue(&id, "added", &write(4)).unwrap();
    assert_eq!(held::<ContactIssue>(&gate, &id).state, IssueState::Resolved);
}
