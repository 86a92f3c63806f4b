//! Forecasts submitted and compared, and what two counts say of the lists behind them.

use crate::support::{acting, context};
use northbound_app::{
    Context,
    error::Kind,
    forecast::{self, ActualsChoice, DueRequest, SubmitRequest},
    registers,
    variance::{self, BoundsRequest},
};
use northbound_registers::records::participants::parties::{Party, RoleHeld, User};
use northbound_types::ForecastKind;
use serde_json::json;

const ACME: &str = "90-B3-D5-1F-30-01-00-01";

fn registered(ctx: &Context) {
    let party = Party { id: "ACME".into(), name: "Acme".into(), category: "large-supplier".into() };
    registers::add(ctx, &party).unwrap();
    let roles = vec![RoleHeld { role: "IS".into(), from: "2026-01-01".parse().unwrap(), to: None }];
    registers::add(ctx, &User { eui: ACME.parse().unwrap(), party: "ACME".into(), roles }).unwrap();
}

fn typed(exceptions: &[&str]) -> SubmitRequest {
    SubmitRequest {
        user: None,
        kind: ForecastKind::Sr,
        from: Some("2026-06".parse().unwrap()),
        months: Some(2),
        from_history: false,
        set: exceptions.iter().map(|t| (*t).to_owned()).collect(),
        leave_out: Vec::new(),
        made: None,
        note: String::new(),
        actuals: ActualsChoice::default(),
    }
}

#[test]
fn a_typed_forecast_is_submitted_for_the_user_of_the_party_that_acts() {
    let (_folder, ctx) = context("kim+analyst", "2026-05-04T09:00:00Z");
    registered(&ctx);
    let supplier = acting(&ctx, "sam@ACME+user", "");
    for (set, lines) in [("4.1.1:on-demand=1200", 2), ("4.1.1:on-demand:2026-06=1200", 1)] {
        let done = forecast::submit(&supplier, &typed(&[set])).unwrap();
        assert_eq!(done.json["lines"], lines, "{set}");
    }
    let all = forecast::list(&ctx, None, Some(ACME.parse().unwrap()), None, false).unwrap();
    assert_eq!(all.json["records"].as_array().map(Vec::len), Some(2));
    let july = forecast::list(&ctx, None, None, Some("2026-07".parse().unwrap()), false).unwrap();
    assert_eq!(july.json["records"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_forecast_of_a_month_that_is_not_forecast_is_a_usage_error_and_nothing_is_kept() {
    let (_folder, ctx) = context("kim+analyst", "2026-05-04T09:00:00Z");
    registered(&ctx);
    let supplier = acting(&ctx, "sam@ACME+user", "");
    let refused = forecast::submit(&supplier, &typed(&["4.1.1:on-demand:2026-08=1"])).unwrap_err();
    assert_eq!(refused.kind(), Kind::Usage);
    assert!(refused.to_string().contains("2026-08"), "{refused}");
    let dry = Context { dry_run: true, ..supplier };
    forecast::submit(&dry, &typed(&["4.1.1:on-demand:2026-07=1"])).unwrap();
    let all = forecast::list(&ctx, None, None, None, false).unwrap();
    assert_eq!(all.json["records"], json!([]));
}

#[test]
fn due_days_are_given_month_by_month() {
    let (_folder, ctx) = context("kim+analyst", "2026-05-04T09:00:00Z");
    for months in [1, 3] {
        let due = forecast::due(&ctx, &DueRequest { period: None, months }).unwrap();
        let list = due.json["months"].as_array().unwrap().clone();
        assert_eq!(list.len(), months as usize);
        assert_eq!(list[0]["period"], "2026-05");
    }
}

#[test]
fn two_totals_bound_the_lists_behind_them() {
    let bounds = |sets: [&str; 2], population| {
        variance::bounds(&BoundsRequest {
            sets: sets.map(str::to_owned).to_vec(),
            population: Some(population),
        })
    };
    let (a, b) = (bounds(["a=6", "b=5"], 8).unwrap().json, bounds(["a=6", "b=5"], 9).unwrap().json);
    assert_ne!(a["bounds"]["both"], b["bounds"]["both"], "{a}");
    assert_eq!(bounds(["a", "b=5"], 8).unwrap_err().kind(), Kind::Usage);
    assert_eq!(bounds(["a=9", "b=5"], 8).unwrap_err().kind(), Kind::BadInput);
}
