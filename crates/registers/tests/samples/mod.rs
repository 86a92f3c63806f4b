//! A well-formed record of each register that the tests vary.

use crate::shared::t;
use northbound_registers::records::{
    data::{
        reconciliations::{Difference, Reconciliation, Status},
        retention::{Kind, Retention},
    },
    oversight::changes::Change,
    participants::parties::{Party, RoleHeld, User},
    reporting::{
        assurance,
        claims::Claim,
        confirmations::Confirmation,
        explanations::{Explanation, Given},
        figures::FigurePrinted,
        overrides::{Colour, Override},
    },
    service::{coverage::CoveragePrediction, exceptions::AllowedException},
    smets1::{
        combinations::Combination,
        criteria::{Criteria, CriteriaState, Criterion},
        defects::{Defect, Expectation, FixDate, Unit},
        migrations::{MeterStatus, MigrationKind, MigrationWeek},
        mitigations::Mitigation,
        occurrences::Occurrence,
    },
};
use northbound_types::{Period, Region};

pub fn april() -> Period {
    "2026-04".parse().unwrap()
}

pub fn override_() -> Override {
    Override {
        measure: "CPM1".into(),
        provider: "CSPN".into(),
        region: Region::North,
        period: april(),
        colour: Some(Colour::Red),
        withhold: None,
        who: "the chair".into(),
        at: t(0),
        why: "see minutes".into(),
    }
}
pub fn confirmation() -> Confirmation {
    Confirmation {
        rule: "levels/CPM1".into(),
        value_hash: "0123456789abcdef".into(),
        by: "kim".into(),
        at: t(0),
        source: "contract, schedule 2.2".into(),
        reason: "read in the contract".into(),
    }
}
pub fn exception() -> AllowedException {
    AllowedException {
        measure: "PM1.1".into(),
        provider: "CSPC".into(),
        region: Region::Central,
        period: april(),
        count: 5,
        met: 5,
        reason: "no access".into(),
    }
}
pub fn user() -> User {
    User {
        eui: "90-B3-D5-1F-30-01-00-00".parse().unwrap(),
        party: "ACME".into(),
        roles: vec![
            RoleHeld {
                role: "IS".into(),
                from: "2026-01-01".parse().unwrap(),
                to: Some("2026-03-31".parse().unwrap()),
            },
            RoleHeld { role: "GS".into(), from: "2026-03-01".parse().unwrap(), to: None },
        ],
    }
}
pub fn party() -> Party {
    Party {
        id: "ACME".into(),
        name: "Acme Energy (invented)".into(),
        category: "large-supplier".into(),
    }
}
pub fn retention(months: Option<i64>) -> Retention {
    Retention {
        what: "exchanges".into(),
        keep: Kind::Headers,
        months,
        from: "2026-01-01".parse().unwrap(),
        to: None,
        decided_by: "the body".into(),
        ground: "default".into(),
    }
}
pub fn coverage() -> CoveragePrediction {
    CoveragePrediction {
        place: "h1".into(),
        region: Region::South,
        provider: "CSPS".into(),
        from: "2026-01-01".parse().unwrap(),
        to: None,
        covered: true,
        note: String::new(),
    }
}
pub fn claim() -> Claim {
    Claim {
        measure: "CPM1".into(),
        provider: "CSPN".into(),
        region: Region::North,
        until: april(),
        text: "below target 10 months in a row".into(),
        source: "report".into(),
        document: String::new(),
        place: String::new(),
    }
}
pub fn explanation() -> Explanation {
    Explanation {
        measure: "CPM1".into(),
        provider: "CSPN".into(),
        region: Region::North,
        period: april(),
        text: "late".into(),
        given: Given::Report,
        said_by: "CSPN".into(),
        document: String::new(),
        place: String::new(),
        steps: None,
        repeat_of: None,
    }
}
pub fn assured() -> assurance::Assurance {
    assurance::Assurance {
        measure: "CPM1".into(),
        provider: "CSPN".into(),
        region: Region::North,
        period: april(),
        status: assurance::Status::Assured,
        what: "recount".into(),
        said_by: "auditor".into(),
    }
}
pub fn figure() -> FigurePrinted {
    FigurePrinted {
        figure_id: "f".into(),
        pack: "pack-1".into(),
        party: None,
        measure: "CPM1".into(),
        keys: Default::default(),
        period: april(),
        figure: serde_json::json!(1),
        lineage: serde_json::json!({}),
    }
}
pub fn run() -> Reconciliation {
    Reconciliation {
        sources: vec!["a".into(), "b".into()],
        keys: vec![],
        periods: vec![],
        party: None,
        totals: serde_json::json!({}),
        note: String::new(),
    }
}
pub fn difference() -> Difference {
    Difference {
        key: "k".into(),
        standing_key: "s".into(),
        reconciliation: "reconciliation-1".into(),
        party: None,
        period: String::new(),
        class: "missing".into(),
        count_a: None,
        count_b: None,
        amount: 0,
        status: Status::Open,
        owner: String::new(),
        decision: String::new(),
        decided_by: String::new(),
        pick: None,
        known_from: None,
    }
}

pub fn day(t: &str) -> northbound_types::Day {
    t.parse().unwrap()
}
pub fn change() -> Change {
    Change::raised("New engine", "release", vec!["DSP".into()], day("2026-03-01"), "DCC")
}
pub fn combination() -> Combination {
    Combination::pending(vec!["ALPHA-E1".into()], "CSP-S1")
}
pub fn defect() -> Defect {
    Defect::found("a notice is lost", day("2020-06-01"), "report 4")
}
pub fn fix(date: Option<&str>, stated: &str) -> FixDate {
    FixDate {
        date: date.map(day),
        stated: stated.into(),
        definition: None,
        confidence: None,
        confirmed_by: None,
        by: "DCC".into(),
        on: day("2020-06-01"),
        document: String::new(),
    }
}
pub fn expectation() -> Expectation {
    Expectation {
        about: 20,
        unit: None,
        from: day("2020-01-01"),
        to: day("2020-12-31"),
        span: None,
        by: "DCC".into(),
        on: day("2020-06-01"),
        document: String::new(),
    }
}
pub fn occurrence() -> Occurrence {
    Occurrence {
        defect: "defect-1".into(),
        month: "2020-05".parse().unwrap(),
        unit: Unit::Alerts,
        count: 0,
        to: None,
        source: "DCC".into(),
    }
}
pub fn migration(week: &str) -> MigrationWeek {
    MigrationWeek {
        kind: MigrationKind::Plan,
        cohort: "MOC".into(),
        combination: String::new(),
        status: MeterStatus::Dormant,
        week: day(week),
        count: 0,
        source: "plan".into(),
        note: String::new(),
    }
}
pub fn criteria() -> Criteria {
    Criteria {
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
    }
}
pub fn mitigation() -> Mitigation {
    Mitigation {
        defect: "defect-1".into(),
        title: "t".into(),
        action: None,
        required: vec!["monitored".into()],
        parts: Default::default(),
        document: String::new(),
    }
}
