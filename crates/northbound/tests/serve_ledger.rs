//! What the live service did is in the ledger, beside other commands that read and write it.

use crate::support;
use northbound_flow::{Event, codec};
use northbound_ledger::{
    Ledger,
    journal::{Disk, inspect},
};
use std::collections::HashMap;
use support::{
    Room,
    live::{Live, Running, USER, post, read_meter, until},
};

#[test]
fn the_ledger_holds_every_message_once_while_the_service_runs_and_after() {
    let mut live = Live::new();
    for meter in live.meters().iter().cycle().take(4) {
        live.room.write("read.xml", &read_meter(meter));
        assert_eq!(
            live.send(&format!("read.xml --user {USER}")).ok().json()["exchanges"][0]["answer"]["code"],
            "I0"
        );
    }
    // What cannot be read is no message of the ledger's books.
    post(&live.duis(), "serviceS", "application/xml", b"nonsense");
    until("all rows are in the ledger", 60, || {
        let s = live.json("status");
        s["ledger_waiting"] == 0 && s["ledger_position"].as_u64() >= s["stored"].as_u64()
    });
    let check = live.now("ledger check --format json").ok().json();
    assert_eq!(
        (check["findings"].as_array().map(Vec::len), check["counted"].as_u64()),
        (Some(0), Some(4)),
        "{check}"
    );
    // A pack is built from the same folder, while the service goes on.
    let month = live.json("status")["core_time"].as_str().unwrap()[..7].to_owned();
    live.now(&format!("pack build --period {month} --out pack --format json")).ok();
    assert!(live.room.path("pack/pack.html").is_file());
    live.room.write("read.xml", &read_meter(&live.meter()));
    assert_eq!(
        live.send(&format!("read.xml --user {USER} --wait 0")).ok().json()["exchanges"][0]["code"],
        "I99"
    );
    assert_eq!(live.service.stop(), 0);
    let check = live.now("ledger check --format json").ok().json();
    assert_eq!(
        (check["findings"].as_array().map(Vec::len), check["counted"].as_u64()),
        (Some(0), Some(5)),
        "{check}"
    );
    live.now("journal check").ok();
    // Nothing is doubled by a start that replays.
    live.again();
    let check = live.now("ledger check --format json").ok().json();
    assert_eq!(check["counted"].as_u64(), Some(5), "{check}");
}

#[test]
fn what_the_network_says_it_did_when_is_on_the_services_clock() {
    let mut live = Live::new();
    for meter in live.meters().iter().cycle().take(3) {
        live.room.write("read.xml", &read_meter(meter));
        assert_eq!(
            live.send(&format!("read.xml --user {USER}")).ok().json()["exchanges"][0]["answer"]["code"],
            "I0"
        );
    }
    assert_eq!(live.service.stop(), 0);
    let (found, _) =
        inspect::records(&Disk::at(live.room.data().join("journal")), 1, 10_000).unwrap();
    let (mut asked, mut answers) = (HashMap::new(), 0);
    for f in found {
        match codec::decode_event(&f.record.payload).unwrap() {
            Event::Request(r) => {
                asked.insert((r.id.target, r.id.counter), f.record.at);
            }
            Event::Answer(a) => {
                answers += 1;
                let sent = asked[&(a.to.device, a.to.counter)];
                assert!(
                    a.at_wan >= sent
                        && a.at_wan <= f.record.at
                        && a.delivered_to_device.unwrap() >= sent,
                    "asked {sent}, answered {}, heard {}",
                    a.at_wan,
                    f.record.at
                );
            }
            _ => {}
        }
    }
    assert_eq!(answers, 3);
    // Time goes on from where the fast run left it.
    let before = live.json("journal list")["segments"][0]["last_at"].as_str().unwrap().to_owned();
    live.again();
    let after = live.json("status")["core_time"].as_str().unwrap().to_owned();
    assert!(after >= before, "{before} {after}");
    std::thread::sleep(std::time::Duration::from_millis(1_500));
    live.send(&format!("read.xml --user {USER} --wait 0")).ok();
    let (was, is) = (
        live.json("status")["started"].as_str().unwrap().to_owned(),
        live.json("status")["core_time"].as_str().unwrap().to_owned(),
    );
    let micros = |t: &str| t.parse::<northbound_types::Utc>().unwrap().0;
    assert!(
        micros(&is) - micros(&was) > 20_000_000,
        "twenty times as fast, after a restart too: {was} {is}"
    );
}

fn thinning_on_request_deletes_younger_versions_too(live: &Live) {
    let versions = || std::fs::read_dir(live.room.data().join("ledger/root")).unwrap().count();
    let thin = |more: &str| {
        live.now(&format!(
            "--clock 2999-01-01T00:00:00Z ledger thin --older-than 0 --format json{more}"
        ))
        .ok()
        .json()
    };
    let (before, dry) = (versions(), thin(" --dry-run"));
    assert!(versions() == before && dry["versions"].as_u64() > Some(0), "{dry}");
    assert_eq!(
        (thin("")["versions"].as_u64(), thin("")["versions"].as_u64()),
        (dry["versions"].as_u64(), Some(0))
    );
    assert_eq!(live.json("ledger check")["findings"].as_array().map(Vec::len), Some(0));
}

/// A file in the place of the ledger's folder: root may write to a folder whatever its mode.
#[test]
fn a_ledger_that_cannot_be_written_is_shown_by_status_until_it_can() {
    let live = Live::new();
    let send = || {
        live.room.write("read.xml", &read_meter(&live.meter()));
        live.send(&format!("read.xml --user {USER} --wait 0")).ok();
    };
    let status = || live.json("status");
    send();
    until("a commit succeeds", 60, || status()["ledger_position"].as_u64() > Some(0));
    assert!(status()["ledger_failing"].is_null());
    let (ledger, away) = (live.room.path("data/ledger"), live.room.path("data/ledger-away"));
    std::fs::rename(&ledger, &away).unwrap();
    std::fs::write(&ledger, "no folder").unwrap();
    send();
    until("the failure is shown", 60, || status()["ledger_failing"]["attempts"].as_u64() > Some(1));
    let failing = status()["ledger_failing"].clone();
    assert!(failing["since"].is_string() && failing["why"].is_string(), "{failing}");
    let table = live.room.nb("status").ok().out;
    assert!(table.contains(" attempts: "), "{table}");
    // Messages are taken all the same: the journal has them.
    send();
    std::fs::remove_file(&ledger).unwrap();
    std::fs::rename(&away, &ledger).unwrap();
    until("commits succeed again", 120, || {
        let s = status();
        s["ledger_failing"].is_null()
            && s["ledger_waiting"] == 0
            && s["ledger_position"].as_u64() >= s["stored"].as_u64()
    });
    let check = live.now("ledger check --format json").ok().json();
    assert_eq!(
        (check["findings"].as_array().map(Vec::len), check["counted"].as_u64()),
        (Some(0), Some(3)),
        "{check}"
    );
    // Lines are written by a thread of their own.
    for event in ["ledger.commit-failed", "ledger.commit-recovered"] {
        until(event, 20, || {
            let log = std::fs::read_to_string(live.room.path("log.ndjson")).unwrap();
            log.contains(&format!("\"event\":\"{event}\""))
        });
    }
}

#[test]
fn old_versions_go_by_themselves_but_for_what_a_pack_stands_on() {
    let room = Room::new();
    let (settings, kept) = (
        include_str!("../../../rules/settings.toml"),
        "value = 7\nmark = \"assumed\"\nnote = \"a service that commits",
    );
    assert!(settings.contains(kept));
    let keep = |days: &str| settings.replacen(kept, &kept.replacen('7', days, 1), 1);
    room.write("data/rules/settings.toml", &keep("1"));
    // A day takes nine seconds.
    let service = Running::start(
        &room,
        "serve --demo --meters 20 --speed 10000 --listen 127.0.0.1:0 --log log.ndjson",
    );
    let mut live = Live { room, service };
    let check = || live.json("ledger check");
    let time = || live.json("status")["core_time"].as_str().unwrap().to_owned();
    // In the morning of a day: the version that it cites is neither its first nor its last.
    until("it has committed", 60, || check()["versions"].as_u64() > Some(3));
    let mut now = time();
    until("it is morning", 60, || {
        now = time();
        ("04".."12").contains(&&now[11..13])
    });
    let built = live
        .now(&format!("--clock {now} pack build --period {} --out pack --format json", &now[..7]))
        .ok()
        .json();
    let cited = built["manifest"].as_str().unwrap().to_owned();
    let ledger = Ledger::at(live.room.data().join("ledger"));
    let version = ledger.snapshot_of(&cited, None).unwrap().root.manifest.version;
    until("old versions were let go", 120, || check()["let_go"].as_u64() > Some(version + 10));
    let found = check();
    assert_eq!(found["findings"].as_array().map(Vec::len), Some(0), "{found}");
    assert_eq!(
        ledger.snapshot_of(&cited, None).unwrap().root.manifest.version,
        version,
        "the pack's version stays"
    );
    assert!(
        ledger.version(version - 1).is_err() && ledger.version(version + 1).is_err(),
        "those around it go"
    );
    assert_eq!(live.service.stop(), 0);
    // A service that never runs over midnight does it after a start: yesterday's go when only today's are kept.
    live.room.write("data/rules/settings.toml", &keep("0"));
    let before = live.json("ledger check")["let_go"].as_u64();
    live.service = Running::start(
        &live.room,
        "serve --demo --meters 20 --speed 20 --listen 127.0.0.1:0 --log log.ndjson",
    );
    // No version is deleted while `ledger check` reads them, so the list of deleted ones is watched.
    let list = live.room.data().join("ledger/root/thinned.ndjson");
    let listed = std::fs::read(&list).unwrap();
    until("yesterday's were deleted", 60, || std::fs::read(&list).unwrap() != listed);
    assert!(live.json("ledger check")["let_go"].as_u64() > before);
    assert_eq!(live.service.stop(), 0);
    thinning_on_request_deletes_younger_versions_too(&live);
}
