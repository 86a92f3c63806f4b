//! What the live service did is in the ledger, beside other commands that read and write it.

mod support;
use northbound_flow::{Event, codec};
use northbound_ledger::journal::{Disk, inspect};
use std::collections::HashMap;
use support::live::{Live, USER, post, read_meter, until};

#[test]
fn the_ledger_holds_every_message_once_while_the_service_runs_and_after() {
    let mut live = Live::new();
    for meter in live.meters().iter().cycle().take(4) {
        live.room.write("read.xml", &read_meter(meter));
        assert_eq!(live.send(&format!("read.xml --user {USER}")).ok().json()["exchanges"][0]["answer"]["code"], "I0");
    }
    // A refusal has its row too.
    post(&live.duis(), "serviceS", "application/xml", b"nonsense");
    until("all rows are in the ledger", 15, || { let s = live.json("status"); s["ledger_waiting"] == 0 && s["ledger_position"].as_u64() >= s["stored"].as_u64() });
    let check = live.now("ledger check --format json").ok().json();
    assert_eq!((check["findings"].as_array().map(Vec::len), check["counted"].as_u64()), (Some(0), Some(5)), "{check}");
    // A pack is built from the same folder, while the service goes on.
    let month = live.json("status")["core_time"].as_str().unwrap()[..7].to_owned();
    live.now(&format!("pack build --period {month} --out pack --format json")).ok();
    assert!(live.room.path("pack/pack.html").is_file());
    live.room.write("read.xml", &read_meter(&live.meter()));
    assert_eq!(live.send(&format!("read.xml --user {USER} --wait 0")).ok().json()["exchanges"][0]["code"], "I99");
    assert_eq!(live.service.stop(), 0);
    let check = live.now("ledger check --format json").ok().json();
    assert_eq!((check["findings"].as_array().map(Vec::len), check["counted"].as_u64()), (Some(0), Some(6)), "{check}");
    live.now("journal check").ok();
    // Nothing is doubled by a start that replays.
    live.again();
    let check = live.now("ledger check --format json").ok().json();
    assert_eq!(check["counted"].as_u64(), Some(6), "{check}");
}

#[test]
fn what_the_network_says_it_did_when_is_on_the_services_clock() {
    let mut live = Live::new();
    for meter in live.meters().iter().cycle().take(3) {
        live.room.write("read.xml", &read_meter(meter));
        assert_eq!(live.send(&format!("read.xml --user {USER}")).ok().json()["exchanges"][0]["answer"]["code"], "I0");
    }
    assert_eq!(live.service.stop(), 0);
    let (found, _) = inspect::records(&Disk::at(live.room.data().join("journal")), 1, 10_000).unwrap();
    let (mut asked, mut answers) = (HashMap::new(), 0);
    for f in found {
        match codec::decode_event(&f.record.payload).unwrap() {
            Event::Request(r) => { asked.insert((r.id.target, r.id.counter), f.record.at); }
            Event::Answer(a) => {
                answers += 1;
                let sent = asked[&(a.to.device, a.to.counter)];
                assert!(a.at_wan >= sent && a.at_wan <= f.record.at && a.delivered_to_device.unwrap() >= sent, "asked {sent}, answered {}, heard {}", a.at_wan, f.record.at);
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
    let (was, is) = (live.json("status")["started"].as_str().unwrap().to_owned(), live.json("status")["core_time"].as_str().unwrap().to_owned());
    let micros = |t: &str| t.parse::<northbound_types::Utc>().unwrap().0;
    assert!(micros(&is) - micros(&was) > 20_000_000, "twenty times as fast, after a restart too: {was} {is}");
}
