//! The secret of pseudonyms is in a file of its own, also where an earlier version stored it in the
//! registers.

use crate::support::context;
use northbound_app::{
    Context, folder,
    forecast::{self, ActualsChoice, SubmitRequest},
    registers,
};
use northbound_registers::records::{
    forecasting::forecast_notes::PseudonymKey,
    participants::parties::{Party, RoleHeld, User},
};
use northbound_types::ForecastKind;
use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt},
};

const EARLIER: &str = "invented";

/// Makes a data folder, with a secret in its registers where there is one, and submits a forecast.
fn submitted(ctx: &Context, earlier: Option<&str>) -> String {
    let party = Party { id: "ACME".into(), name: "Acme".into(), category: "large-supplier".into() };
    registers::add(ctx, &party).unwrap();
    let eui = "90-B3-D5-1F-30-01-00-01".parse().unwrap();
    let roles = vec![RoleHeld { role: "IS".into(), from: "2026-01-01".parse().unwrap(), to: None }];
    registers::add(ctx, &User { eui, party: "ACME".into(), roles }).unwrap();
    if let Some(secret) = earlier {
        let store = ctx.store().unwrap();
        ctx.gate(&store).add(&PseudonymKey { secret: secret.into() }, &ctx.write()).unwrap();
    }
    let request = SubmitRequest {
        user: Some(eui),
        kind: ForecastKind::Sr,
        from: Some("2026-06".parse().unwrap()),
        months: Some(1),
        from_history: false,
        set: vec!["4.1.1:on-demand=5".to_owned()],
        leave_out: Vec::new(),
        made: None,
        note: String::new(),
        actuals: ActualsChoice::default(),
    };
    forecast::submit(ctx, &request).unwrap();
    let path = ctx.data.join(folder::PSEUDONYMS);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    fs::read_to_string(path).unwrap()
}

#[test]
fn the_secret_is_made_once_and_is_in_no_register() {
    let (_folder, ctx) = context("kim+analyst", "2026-05-04T09:00:00Z");
    let secret = submitted(&ctx, None);
    assert_eq!(secret.len(), 64);
    let registers = fs::read(ctx.data.join("registers.sqlite")).unwrap();
    assert!(!registers.windows(64).any(|w| w == secret.as_bytes()));
    let dry = Context { dry_run: true, ..ctx.clone() };
    fs::remove_file(ctx.data.join(folder::PSEUDONYMS)).unwrap();
    forecast::skill(&dry, &forecast_skill()).unwrap();
    assert!(!ctx.data.join(folder::PSEUDONYMS).exists(), "a dry run made a secret");
}

fn forecast_skill() -> forecast::SkillRequest {
    forecast::SkillRequest {
        kind: ForecastKind::Sr,
        period: "2026-04".parse().unwrap(),
        months: 1,
        view: None,
        user: None,
        document: None,
        actuals: ActualsChoice::default(),
    }
}

#[test]
fn an_earlier_versions_secret_goes_on_unless_a_group_can_read_it() {
    let (_folder, ctx) = context("kim+analyst", "2026-05-04T09:00:00Z");
    assert_eq!(submitted(&ctx, Some(EARLIER)), EARLIER);

    let (outer, ctx) = context("kim+analyst", "2026-05-04T09:00:00Z");
    let gid = fs::metadata(outer.path()).unwrap().gid().to_string();
    folder::init(&ctx, folder::Clock::Virtual, Some(&gid), Vec::new()).unwrap();
    assert_ne!(submitted(&ctx, Some(EARLIER)), EARLIER);
}

#[test]
fn names_behind_pseudonyms_are_open_to_the_secretariat_alone() {
    use forecast::View;
    use northbound_types::Actor;
    let (_folder, ctx) = context("kim+analyst", "2026-05-04T09:00:00Z");
    submitted(&ctx, None);
    let ask = |who: &str, view: View| {
        let ctx = Context { actor: Actor::parse(who).unwrap(), ..ctx.clone() };
        forecast::skill(&ctx, &forecast::SkillRequest { view: Some(view), ..forecast_skill() })
    };
    for who in ["kim+secretary", "kim+analyst"] {
        ask(who, View::Secas).unwrap();
    }
    for who in ["kim/opsg+chair", "kim+auditor", "kim+operations", "kim@ACME+user"] {
        let refused = ask(who, View::Secas).unwrap_err().to_string();
        assert!(refused.contains("may"), "{refused}");
    }
    ask("kim/opsg+chair", View::Group).unwrap();
    assert!(ask("kim/opsg+chair", View::User).is_err(), "the view of any one User has its name");
    ask("kim@ACME+user", View::User).unwrap();
}
