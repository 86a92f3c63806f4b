//! Fifty kills under load: client log, journal, devices' log and ledger are held against each other.

use crate::support;
use crate::support::load;

use load::{Log, free_port, meters, reconcile, settle};
use northbound_emulator::Rng;
use std::{sync::atomic::Ordering, time::Duration};
use support::{
    Room,
    live::{Running, USER, until},
};

const KILLS: usize = 50;
const METERS: u32 = 60;
/// So fast that answers take a fraction of a second.
const FACTOR: u32 = 60;

#[test]
fn fifty_kills_under_load_lose_nothing_and_do_nothing_twice() {
    let room = Room::new();
    let log = Log::of(USER);
    let mut devices = Running::start(
        &room,
        &format!(
            "devices --listen 127.0.0.1:0 --seed 1 --meters {METERS} --factor {FACTOR} --recipient {USER}"
        ),
    );
    settle(&room, devices.said["listening"].as_str().unwrap(), METERS, &[&log]);
    let port = free_port();
    let serve = format!(
        "serve --demo --meters {METERS} --speed {FACTOR} --listen 127.0.0.1:{port} --log service.log"
    );
    let mut service = Running::start(&room, &serve);
    let posters = log.post(
        2,
        &format!("127.0.0.1:{port}"),
        &meters(&room, USER),
        &room.data().join("keys"),
        Duration::ZERO,
    );
    let mut dice = Rng::stream(0x5EED_0050, &[]);
    for _ in 0..KILLS {
        std::thread::sleep(Duration::from_millis(60 + dice.below(240)));
        // SIGKILL: no handler runs, nothing is flushed.
        service.kill();
        service = Running::start(&room, &serve);
    }
    // On a slow machine the kills leave little time between them: enough is posted before it ends.
    let enough = || log.acknowledged() > 300 && log.unknown.load(Ordering::Relaxed) > 10;
    until("requests and kills met", 120, enough);
    log.end(posters, Duration::from_secs(60));
    assert_eq!(service.stop(), 0);
    assert_eq!(devices.stop(), 0);
    reconcile(&room, &[&log]);
    assert!(
        log.acknowledged() > 300 && log.unknown.load(Ordering::Relaxed) > 10,
        "the kills hit nothing"
    );
}
