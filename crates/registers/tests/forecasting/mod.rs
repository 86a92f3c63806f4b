//! One of each of the registers of forecasts, as JSON with its noun.

use northbound_registers::{
    Record,
    records::{
        data::volumes::{Counted, Volume},
        forecasting::{
            forecast_notes::{ForecastNotice, ForecastReason, PseudonymKey},
            forecasts::{Forecast, ForecastLine, Made},
        },
    },
};
use northbound_types::{Eui64, ForecastKind, Period, Utc};
use serde_json::Value;

fn json<T: Record>(r: &T) -> (String, Value) {
    let v = serde_json::to_value(r).unwrap();
    assert_eq!(
        &serde_json::from_value::<T>(v.clone()).unwrap(),
        r,
        "JSON leads back to the record"
    );
    (T::NOUN.to_string(), v)
}

pub fn all() -> Vec<(String, Value)> {
    let made: Utc = "2026-04-10T09:00:00Z".parse().unwrap();
    let (user, party, period, kind) = (
        Eui64(0x90B3_D51F_3001_0002),
        String::from("ACME"),
        Period::month(2026, 6),
        ForecastKind::Sr,
    );
    let line = ForecastLine { period, srv: "4.1.1".into(), mode: "on-demand".into(), count: 0 };
    vec![
        json(&Forecast {
            kind,
            user,
            party: party.clone(),
            made,
            how: Made::Typed,
            lines: vec![line],
            note: String::new(),
        }),
        json(&ForecastReason {
            kind,
            user,
            party: party.clone(),
            period,
            code: "effort".into(),
            text: "takes too long".into(),
            idea: "pre-fill it".into(),
            contacted: made.day(),
            channel: "call".into(),
            agreed_to_be_named: false,
        }),
        json(&ForecastNotice {
            kind: ForecastKind::Csr,
            user,
            party: party.clone(),
            period,
            count: 900,
            text: "a roll-out".into(),
            made,
        }),
        json(&Volume {
            kind,
            user,
            party,
            srv: "4.1.1".into(),
            mode: "on-demand".into(),
            period,
            counted: Counted::Total,
            count: 10,
            reference: String::new(),
        }),
        json(&PseudonymKey { secret: "invented".into() }),
    ]
}
