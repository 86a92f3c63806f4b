//! Whose forecast it is, and from when it counts: held by the gate, whatever command asks.

use crate::shared;
use northbound_registers::{
    Added, Begun, Query, RegisterError, Write,
    gate::Gate,
    records::{
        data::{
            sources::SourceFile,
            volumes::{Counted, Volume},
        },
        forecasting::forecasts::{Forecast, ForecastLine, Made},
        participants::parties::{Party, RoleHeld, User},
    },
};
use northbound_types::{ForecastKind, Utc};
use shared::{actor, analyst, file, store, t};

const ACME: &str = "90-B3-D5-1F-30-01-00-02";
const BETA: &str = "90-B3-D5-1F-30-01-00-03";

fn parties(gate: &Gate<'_>) {
    for (party, eui) in [("ACME", ACME), ("BETA", BETA)] {
        gate.add(
            &Party { id: party.into(), name: party.into(), category: "large-supplier".into() },
            &Write::at(t(0)),
        )
        .unwrap();
        gate.add(
            &User {
                eui: eui.parse().unwrap(),
                party: party.into(),
                roles: vec![RoleHeld {
                    role: "IS".into(),
                    from: "2020-01-01".parse().unwrap(),
                    to: None,
                }],
            },
            &Write::at(t(0)),
        )
        .unwrap();
    }
}

fn forecast(user: &str, party: &str, made: Utc) -> Forecast {
    Forecast {
        kind: ForecastKind::Sr,
        user: user.parse().unwrap(),
        party: party.into(),
        made,
        how: Made::Typed,
        note: String::new(),
        lines: vec![ForecastLine {
            period: "2026-06".parse().unwrap(),
            srv: "4.1.1".into(),
            mode: "on-demand".into(),
            count: 0,
        }],
    }
}

#[test]
fn a_user_speaks_for_its_own_users_and_for_the_present_only() {
    let (_dir, store) = store();
    parties(&store.as_actor(&analyst()));
    let own = actor("kim@ACME+user");
    let gate = store.as_actor(&own);
    let code =
        |f: &Forecast, at: Utc| gate.add(f, &Write::at(at)).map_err(|e: RegisterError| e.code());
    assert_eq!(code(&forecast(BETA, "BETA", t(5)), t(5)), Err("registers.party"));
    assert_eq!(
        code(&forecast(BETA, "ACME", t(5)), t(5)).unwrap_err(),
        "registers.owner",
        "another's User under one's own party"
    );
    assert_eq!(code(&forecast(ACME, "ACME", t(4)), t(5)).unwrap_err(), "registers.backdated");
    assert_eq!(code(&forecast(ACME, "ACME", t(6)), t(5)).unwrap_err(), "registers.backdated");
    gate.add(&forecast(ACME, "ACME", t(5)), &Write::at(t(5))).unwrap();
    // Through a file neither.
    let Begun::Import(mut i) = gate
        .begin_import(&SourceFile { party: Some("ACME".into()), ..file("f.csv") }, &Write::at(t(7)))
        .unwrap()
    else {
        panic!("new")
    };
    assert_eq!(
        i.add(&forecast(ACME, "ACME", t(6)), 1, None).unwrap_err().code(),
        "registers.backdated"
    );
    assert_eq!(
        i.add(&forecast(BETA, "ACME", t(7)), 2, None).unwrap_err().code(),
        "registers.owner"
    );
    assert_eq!(i.add(&forecast(ACME, "ACME", t(7)), 3, None).unwrap(), Added::New);
    drop(i);
    // The desk enters one that came on paper.
    let desk = store.as_actor(&analyst());
    desk.add(&forecast(BETA, "BETA", t(1)), &Write::at(t(9))).unwrap();
    assert_eq!(
        (
            gate.list::<Forecast>(&Query::default()).unwrap().len(),
            desk.list::<Forecast>(&Query::default()).unwrap().len()
        ),
        (1, 2)
    );
}

#[test]
fn what_was_submitted_stays_and_only_the_desk_takes_it_back() {
    let (_dir, store) = store();
    parties(&store.as_actor(&analyst()));
    let own = actor("kim@ACME+user");
    let gate = store.as_actor(&own);
    let id = gate.add(&forecast(ACME, "ACME", t(5)), &Write::at(t(5))).unwrap().id;
    let mut other = forecast(ACME, "ACME", t(5));
    other.note = "changed".into();
    assert_eq!(
        gate.change(&id, &other, &Write::at(t(5)).with_reason("r")).unwrap_err().code(),
        "registers.frozen"
    );
    assert_eq!(
        gate.withdraw::<Forecast>(&id, &Write::at(t(6)).with_reason("r")).unwrap_err().code(),
        "registers.right"
    );
    store
        .as_actor(&analyst())
        .withdraw::<Forecast>(&id, &Write::at(t(6)).with_reason("entered twice"))
        .unwrap();
    assert!(gate.list::<Forecast>(&Query::default()).unwrap().is_empty());
}

#[test]
fn zero_is_a_forecast_and_lines_fit_their_kind() {
    let of = |change: &dyn Fn(&mut Forecast)| {
        let mut f = forecast(ACME, "ACME", t(5));
        change(&mut f);
        northbound_registers::Record::check(&f)
    };
    of(&|_| ()).unwrap();
    assert!(of(&|f| f.lines[0].count = -1).is_err());
    assert!(of(&|f| f.lines.clear()).is_err());
    assert!(of(&|f| f.lines.push(f.lines[0].clone())).is_err(), "one thing has one count");
    assert!(of(&|f| f.lines[0].mode = String::new()).is_err());
    assert!(of(&|f| f.lines[0].period = "2026-Q2".parse().unwrap()).is_err());
    assert!(of(&|f| f.kind = ForecastKind::Csr).is_err());
    of(&|f| {
        f.kind = ForecastKind::Csr;
        f.lines[0].srv = "single".into();
        f.lines[0].mode = String::new();
    })
    .unwrap();
    let volume = |counted, reference: &str, count| {
        northbound_registers::Record::check(&Volume {
            kind: ForecastKind::Csr,
            user: ACME.parse().unwrap(),
            party: "ACME".into(),
            srv: "single".into(),
            mode: String::new(),
            period: "2026-06".parse().unwrap(),
            counted,
            count,
            reference: reference.into(),
        })
    };
    volume(Counted::Total, "", -5).unwrap();
    volume(Counted::Correction, "CR-INV-1", -5).unwrap();
    assert!(volume(Counted::Correction, "", 1).is_err() && volume(Counted::Total, "x", 1).is_err());
}
