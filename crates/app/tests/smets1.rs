//! Defects and the list of eligible combinations.

use crate::support::{acting, context};
use northbound_app::{
    error::Kind,
    registers,
    smets1::{combinations, defects},
};
use northbound_registers::records::smets1::{
    combinations::{Combination, Evidence, Listing, Proof},
    defects::{ClassImpact, Defect, ImpactLevel},
};

fn impact(review: &str, provisional: bool) -> ClassImpact {
    ClassImpact {
        class: "overall".into(),
        level: ImpactLevel::Minimal,
        by: "kim".into(),
        on: "2026-05-04".parse().unwrap(),
        provisional,
        review: review.into(),
        note: String::new(),
    }
}

#[test]
fn an_impact_is_reviewed_by_the_review_that_it_names() {
    let (_folder, ctx) = context("kim+analyst", "2026-05-04T09:00:00Z");
    let defect = Defect::found("Late alerts", "2026-05-01".parse().unwrap(), "report 7");
    let id = registers::add(&ctx, &defect).unwrap().id;
    defects::record_impact(&ctx, &id, impact("May review", true)).unwrap();
    let other = defects::record_impact(&ctx, &id, impact("June review", false)).unwrap_err();
    assert_eq!(other.kind(), Kind::Refused);
    assert!(other.to_string().contains("provisional until May review"), "{other}");
    defects::record_impact(&ctx, &id, impact("May review", false)).unwrap();
}

#[test]
fn a_combination_is_admitted_only_with_evidence() {
    let (_folder, ctx) = context("kim+analyst", "2026-05-04T09:00:00Z");
    let combination = Combination::pending(vec!["M1".into()], "CSP North");
    let id = registers::add(&ctx, &combination).unwrap().id;
    let day = ctx.now.day();
    let gate = acting(&ctx, "lee+analyst", "");
    assert_eq!(combinations::admit(&gate, &id, day).unwrap_err().kind(), Kind::Refused);
    let evidence =
        Evidence { proof: Proof::Own, text: String::new(), document: "report 7".into(), on: day };
    combinations::add_evidence(&ctx, &id, evidence).unwrap();
    combinations::admit(&gate, &id, day).unwrap();
    let on = |list| {
        let answer = combinations::listing(&ctx, list).unwrap();
        answer.json["combinations"].as_array().unwrap().len()
    };
    assert_eq!((on(Listing::Pending), on(Listing::Eligible)), (0, 1));
}
