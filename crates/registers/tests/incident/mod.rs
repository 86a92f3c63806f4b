//! One of each of the registers of incidents and registration data, as JSON with its noun.

use northbound_registers::{
    Record,
    records::{
        data::{
            live_registrations::{AppliedRegistration, Meter},
            registrations::{FileOutcome, RegistrationChange, RegistrationFile},
        },
        service::incidents::{IncidentEvent, StatedIncidents},
    },
};
use northbound_types::{IncidentEventKind, Period, Utc};
use serde_json::Value;

fn json<T: Record>(r: &T) -> (String, Value) {
    r.check().unwrap();
    let v = serde_json::to_value(r).unwrap();
    assert_eq!(
        &serde_json::from_value::<T>(v.clone()).unwrap(),
        r,
        "JSON leads back to the record"
    );
    (T::NOUN.to_string(), v)
}

pub fn all() -> Vec<(String, Value)> {
    let at: Utc = "2026-05-06T17:00:00Z".parse().unwrap();
    let id = "INC000000000001".parse().unwrap();
    vec![
        json(&IncidentEvent {
            category: Some(2),
            ..IncidentEvent::new(id, IncidentEventKind::Opened, Some(at), "DCC")
        }),
        json(&StatedIncidents {
            area: "registration-data".into(),
            period: Period::month(2026, 5),
            opening: None,
            opened: Some(5),
            reopened: None,
            resolved: Some(3),
            withdrawn: None,
            open: 5,
            identified: vec![id],
            source: "DCC".into(),
            document: String::new(),
            place: String::new(),
        }),
        json(&RegistrationFile {
            name: "f".into(),
            sha256: "0".repeat(64),
            layout: "l".into(),
            provider: "RDP1".into(),
            day: Some(at.day()),
            sequence: Some(1),
            arrived: at,
            outcome: FileOutcome::Accepted,
            late: false,
            why: String::new(),
            rows: 1,
            rejected: 0,
            source: None,
            incident: None,
        }),
        json(&RegistrationChange {
            at: "1234567890123".into(),
            role: "electricity-supplier".into(),
            user: None,
            from: at,
            to: None,
        }),
        json(&Meter { point: "1234567890123".into(), device: northbound_types::Eui64(1) }),
        json(&AppliedRegistration {
            device: northbound_types::Eui64(1),
            role: "IS".into(),
            from: at,
            user: None,
        }),
    ]
}
