//! Whoever writes a User's RequestID into a message without that User's signature changes nothing that is
//! counted for that User.

use crate::support;
use serde_json::Value;
use support::live::{Live, USER, element, post, read_meter};

/// Documents about a User and a period.
fn documents(live: &Live, period: &str) -> Vec<(String, Value)> {
    let commands = [
        format!("report mine --user {USER} --period {period}"),
        format!("variance sr --period {period}"),
        format!("variance csr --period {period}"),
        format!("variance matrix --period {period}"),
        format!("forecast skill --period {period}"),
        format!(
            "forecast prefill --user {USER} --from 2031-09 --months 1 --set 4.1.1:on-demand=100"
        ),
    ];
    commands.into_iter().map(|c| (c.clone(), without_version(later(live, &c)))).collect()
}

/// Without what names the version of the ledger, and the pseudonyms, which are others in each answer.
fn without_version(v: Value) -> Value {
    const LEFT_OUT: [&str; 5] = ["manifest", "as_at", "rules", "refused_unverified", "user"];
    match v {
        Value::Object(all) => all
            .into_iter()
            .filter(|(key, _)| !LEFT_OUT.contains(&key.as_str()))
            .map(|(key, v)| (key, without_version(v)))
            .collect(),
        Value::Array(all) => all.into_iter().map(without_version).collect(),
        other => other,
    }
}

/// An answer after all that the service has done: its clock runs ahead of the machine's.
fn later(live: &Live, command: &str) -> Value {
    live.now(&format!("{command} --format json --clock 2031-06-01T00:00:00Z")).ok().json()
}

#[test]
fn a_claimed_id_changes_no_figure() {
    let mut live = Live::new();
    let meter = live.meter();
    live.room.write("read.xml", &read_meter(&meter));
    let sent = live.send(&format!("read.xml --user {USER}")).ok().json();
    assert_eq!(sent["exchanges"][0]["code"], "I99", "{sent}");
    // Unsigned, signed and changed since, cut off, and with another's name.
    let signed = live.room.nb(&format!("send read.xml --user {USER} --counter 9 --print")).ok().out;
    let unsigned = read_meter(&meter);
    let changed = signed.trim().replace(":9<", ":10<");
    let forged = [&unsigned, &changed, &unsigned[..unsigned.len() - 9]];
    let at = live.json("top --once")["at"].as_str().unwrap().to_owned();
    let period = &at[..7];
    assert_eq!(live.service.stop(), 0);
    let before = documents(&live, period);
    assert_eq!(before[0].1["view"]["regions"].as_array().unwrap().len(), 1, "{}", before[0].1);
    live.again();
    let base = live.duis();
    for n in 0..60 {
        let a = post(&base, "serviceS", "application/xml", forged[n % 3].as_bytes());
        assert_eq!((a.status, element(&a.body, "ResponseCode")), (200, "E100"));
    }
    assert_eq!(live.service.stop(), 0);
    for (was, is) in before.iter().zip(documents(&live, period)) {
        assert_eq!(*was, is);
    }
    let mine = later(&live, &format!("report mine --user {USER} --period {period}"));
    assert_eq!(mine["refused_unverified"], serde_json::json!([]), "no certificate was shown");
    live.room.nb("ledger check").ok();
    let replayed = live.json("journal replay");
    assert_eq!(replayed["differences"], serde_json::json!([]), "{replayed}");
}
