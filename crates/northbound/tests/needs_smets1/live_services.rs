//! Combinations and the Live Services Criteria (D11, D12).

use super::*;

fn evidence_of_every_item(r: &June, checklist: &str) {
    for item in [
        "test-exit",
        "defects-assessed",
        "fix-dates",
        "migration-plan",
        "mitigation",
        "operations",
        "security",
    ] {
        r.run(&["criteria", "evidence", checklist, item, "--document", "submission"]).ok();
    }
}

/// A checklist with the same actions, of which 33xx/07 alone is open.
fn ready_with_the_last_action_closed(r: &June) {
    // With the last of them closed it is ready.
    r.nb("criteria add MOC-3 --title t --cohort MOC --body OPSG --action \
         33xx/05,33xx/06,33xx/07")
        .ok();
    evidence_of_every_item(r, "MOC-3");
    assert!(r.run(&["criteria", "ready", "MOC-3"]).code(4).err.contains("33xx/07"));
    r.close("33xx/07");
    r.run(&["criteria", "ready", "MOC-3"]).ok();
    r.run(&["criteria", "decide", "MOC-3", "--ruling", "met", "--outcome", "go"]).ok();
    assert_eq!(r.json("criteria status MOC-3")["words"], "decided: met");
}

#[test]
fn d11_nothing_is_ready_with_open_items_or_actions() {
    let r = June::new();
    let d = r.defect(&[]);
    r.nb(&format!(
        "criteria add MOC-1 --title 'MOC live services' --cohort MOC --body OPSG \
         --review 2020-07-10 --action 33xx/05,33xx/06,33xx/07 --defect {d}"
    ))
    .ok();
    let refused = |r: &June| {
        r.run(&["criteria", "ready", "MOC-1", "--format", "json"]).code(4).error()["message"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert!(refused(&r).contains("evidence for \"test-exit\""));
    evidence_of_every_item(&r, "MOC-1");
    r.moderate(&d);
    r.run(&["defect", "change", &d, "severity=2", "--reason", "report"]).ok();
    let why = refused(&r);
    for a in ["33xx/05", "33xx/06", "33xx/07"] {
        assert!(why.contains(a), "{why}");
    }
    assert!(!why.contains("evidence for"), "{why}");
    assert!(
        r.run(&["criteria", "change", "MOC-1", "state=ready", "--reason", "x"])
            .code(3)
            .err
            .contains("criteria ready")
    );
    assert!(
        r.run(&["criteria", "decide", "MOC-1", "--ruling", "met", "--outcome", "go"])
            .code(4)
            .err
            .contains("33xx/05"),
        "nor is it decided as met"
    );
    for a in ["33xx/05", "33xx/06", "33xx/07"] {
        r.action(a);
    }
    r.close("33xx/05");
    r.close("33xx/06");
    let why = refused(&r);
    assert!(
        why.contains("the action 33xx/07 (open)")
            && !why.contains("33xx/05")
            && !why.contains("33xx/06"),
        "{why}"
    );
    r.nb("criteria decide MOC-1 --ruling deferred --outcome 'to the next meeting'").ok();
    assert!(r.pack().contains("decided: deferred"));
    ready_with_the_last_action_closed(&r);
}

#[test]
fn d11_a_checklist_without_actions_is_ready_until_a_point_is_opened() {
    let r = June::new();
    r.run(&["criteria", "add", "MOC-2", "--title", "t", "--cohort", "MOC", "--body", "OPSG"]).ok();
    evidence_of_every_item(&r, "MOC-2");
    r.run(&["criteria", "open", "MOC-2", "--text", "rota of the help desk", "--owner", "DCC"]).ok();
    assert!(r.run(&["criteria", "ready", "MOC-2"]).code(4).err.contains("rota of the help desk"));
    r.run(&["criteria", "close", "MOC-2", "1", "--by", "rota sent"]).ok();
    r.run(&["criteria", "ready", "MOC-2"]).ok();
    assert_eq!(r.json("criteria status MOC-2")["ready"], true);
    r.run(&["criteria", "open", "MOC-2", "--text", "another", "--owner", "DCC"]).ok();
    assert_eq!(
        r.json("criteria status MOC-2")["ready"],
        false,
        "what is ready is not, once something is open"
    );
}

#[test]
fn d12_a_combination_stands_once_however_it_is_spelt() {
    let r = June::new();
    r.combination();
    let again = r
        .nb("combination add --model 'beta-ch2 , Alpha-E1' --csp csp-s1 --format json")
        .code(6)
        .error();
    assert_eq!(again["code"], "registers.exists");
    r.run(&["combination", "add", "--model", "ALPHA-E1,BETA-CH3", "--csp", "CSP-S1"]).ok();
    assert_eq!(
        r.json("combination eligible --pending")["combinations"].as_array().unwrap().len(),
        2
    );
}
