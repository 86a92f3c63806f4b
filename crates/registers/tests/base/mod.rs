//! One of each of the registers around meetings, as JSON with its noun: led back to the record first.

use northbound_registers::{Record, registers::{actions::{Action, ActionStatus, DueStep}, bodies::{Body, BodyKind, Power}, documents::{Document, DocumentKind}, people::{Person, PersonName}}};
use northbound_types::Day;
use serde_json::Value;

fn day() -> Day { "2026-05-20".parse().unwrap() }

fn json<T: Record>(r: &T) -> (String, Value) {
    r.check().unwrap();
    let v = serde_json::to_value(r).unwrap();
    assert_eq!(&serde_json::from_value::<T>(v.clone()).unwrap(), r, "JSON leads back to the record");
    (T::NOUN.to_string(), v)
}

pub fn all() -> Vec<(String, Value)> {
    vec![
        json(&Person { id: "p".into(), role: "secretary".into(), body: Some("group".into()), party: None, from: day(), to: None }),
        json(&PersonName { person: "p".into(), name: "Ann Example".into(), party: None }),
        json(&Body { id: "group".into(), name: "The group".into(), kind: BodyKind::Group, powers: vec![Power::Recommend] }),
        json(&Document {
            id: "d".into(), kind: DocumentKind::Letter, title: "t".into(), period: None, version: String::new(), marking: "white".into(), sharing: String::new(),
            owner: "group".into(), due: Some(day()), arrived: None, comments_by: None, sha256: String::new(), filed: String::new(),
        }),
        json(&Action {
            found: "28X/5".into(), canonical: "28x/05".into(), text: "t".into(), owner: "group".into(), lead: None, raised: None, status: ActionStatus::Open, evidence: String::new(),
            closed_at: String::new(), dues: vec![DueStep { target: Some(day()), set_on: day(), set_by: "group".into(), source: String::new() }], document: None, place: String::new(), topic: String::new(),
        }),
    ]
}
