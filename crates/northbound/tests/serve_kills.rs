//! Fifty kills under load: client log, journal, devices' log and ledger are held against each other.

mod support;

use northbound_duis::Services;
use northbound_flow::{Event, codec};
use northbound_gateway::{devices::log, keys::Keys, user::prepare};
use northbound_ledger::{Ledger, journal, judge::RulesJudge};
use northbound_network::Rng;
use northbound_rules::RuleSet;
use northbound_types::{Dim, Eui64, RequestId};
use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    sync::{Arc, Mutex, atomic::{AtomicBool, AtomicU64, Ordering}},
    time::{Duration, Instant},
};
use support::{Room, live::{Running, USER, element, request}};

const KILLS: usize = 50;
const POSTERS: usize = 2;
const METERS: u32 = 60;
/// So fast that answers take a fraction of a second.
const FACTOR: u32 = 60;

/// What the outside knows.
#[derive(Default)]
struct Log { acknowledged: Mutex<BTreeSet<RequestId>>, answers: Mutex<BTreeMap<RequestId, u32>>, posted: AtomicU64, unknown: AtomicU64, over: AtomicBool, counter: AtomicU64 }

/// A User's endpoint: takes everything and notes what it answers.
fn endpoint(log: &Arc<Log>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let log = Arc::clone(log);
    std::thread::spawn(move || for stream in listener.incoming().flatten() {
        let log = Arc::clone(&log);
        std::thread::spawn(move || take(stream, &log));
    });
    url
}

fn take(stream: TcpStream, log: &Log) {
    let mut lines = BufReader::new(stream.try_clone().unwrap());
    let mut out = stream;
    loop {
        let (mut length, mut line) = (0, String::new());
        loop {
            line.clear();
            if lines.read_line(&mut line).unwrap_or(0) == 0 { return; }
            if line == "\r\n" { break; }
            if let Some(n) = line.to_ascii_lowercase().strip_prefix("content-length:") { length = n.trim().parse().unwrap_or(0); }
        }
        let mut body = vec![0; length];
        if lines.read_exact(&mut body).is_err() { return; }
        if let Ok(id) = element(&String::from_utf8_lossy(&body), "RequestID").parse() { *log.answers.lock().unwrap().entry(id).or_default() += 1; }
        if out.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").is_err() { return; }
    }
}

/// Posts, and says what came back; `None` where nobody can know what became of it.
fn post(authority: &str, body: &[u8]) -> Option<String> {
    let mut stream = TcpStream::connect(authority).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    stream.write_all(format!("POST /api/v1/serviceS HTTP/1.1\r\nHost: x\r\nContent-Type: application/xml\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len()).as_bytes()).ok()?;
    stream.write_all(body).ok()?;
    let mut all = Vec::new();
    let _ = stream.read_to_end(&mut all);
    let text = String::from_utf8_lossy(&all).into_owned();
    let code = element(&text, "ResponseCode");
    (!code.is_empty()).then(|| code.to_owned())
}

/// Sends one request after another to meters of its own, through every kill.
fn poster(n: usize, log: &Log, authority: &str, meters: &[Eui64], keys: &Path) {
    let services = Services::from_catalogue(include_str!("../../../rules/codes/srv_catalogue.csv")).unwrap();
    let user: Eui64 = USER.parse().unwrap();
    let signer = Keys::load(keys, Eui64(0x90B3_D51F_3000_0002), None).unwrap().user(user, keys).unwrap();
    let mine: Vec<Eui64> = meters.iter().copied().skip(n).step_by(POSTERS).collect();
    let mut turn = 0;
    while !log.over.load(Ordering::Relaxed) {
        turn += 1;
        let counter = log.counter.fetch_add(1, Ordering::Relaxed);
        let target = mine[turn % mine.len()];
        let (srv, body) = if turn % 3 == 0 { ("2.2", "<sr:TopUpDevice/>") } else { ("4.1.1", "<sr:ReadInstantaneousImportRegisters/>") };
        let ready = prepare(Path::new("a test"), request(1, srv, &target.to_string(), body).as_bytes(), user, Some(target), Some(counter), &signer, &services).unwrap();
        log.posted.fetch_add(1, Ordering::Relaxed);
        match post(authority, &ready.xml) {
            Some(code) if code == "I99" => { log.acknowledged.lock().unwrap().insert(ready.id); }
            Some(_) => {}
            None => { log.unknown.fetch_add(1, Ordering::Relaxed); std::thread::sleep(Duration::from_millis(2)); }
        }
    }
}

fn free_port() -> u16 { TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port() }

fn meters(room: &Room) -> Vec<Eui64> {
    let all = room.json("device list");
    all["devices"].as_array().unwrap().iter()
        .filter(|d| d["device_type"] == "ESME" && d["registered"].as_array().unwrap().iter().any(|r| r[0] == "IS" && r[1] == USER))
        .map(|d| d["eui"].as_str().unwrap().parse().unwrap()).collect()
}

#[test]
fn fifty_kills_under_load_lose_nothing_and_do_nothing_twice() {
    let room = Room::new();
    let log = Arc::new(Log::default());
    log.counter.store(1_000_000, Ordering::Relaxed);
    let mut devices = Running::start(&room, &format!("devices --listen 127.0.0.1:0 --seed 1 --meters {METERS} --factor {FACTOR} --recipient {USER}"));
    let address = devices.said["listening"].as_str().unwrap().to_owned();
    std::fs::create_dir_all(room.data()).unwrap();
    std::fs::write(room.data().join("service.toml"), format!("[network]\ndevices = \"{address}\"\nseed = 1\nmeters = {METERS}\nmacs = false\n[store]\ncheckpoint-records = 400\ncommit-seconds = 1\n")).unwrap();
    std::fs::write(room.data().join("endpoints.json"), format!("[{{\"user\":\"{USER}\",\"url\":\"{}\"}}]", endpoint(&log))).unwrap();
    let port = free_port();
    let serve = format!("serve --demo --meters {METERS} --speed {FACTOR} --listen 127.0.0.1:{port} --log service.log");
    let mut service = Running::start(&room, &serve);
    let meters = meters(&room);
    let (authority, keys) = (format!("127.0.0.1:{port}"), room.data().join("keys"));
    let posters: Vec<_> = (0..POSTERS).map(|n| {
        let (log, authority, meters, keys) = (Arc::clone(&log), authority.clone(), meters.clone(), keys.clone());
        std::thread::spawn(move || poster(n, &log, &authority, &meters, &keys))
    }).collect();
    let mut dice = Rng::stream(0x5EED_0050, &[]);
    for _ in 0..KILLS {
        std::thread::sleep(Duration::from_millis(60 + dice.below(240)));
        // SIGKILL: no handler runs, nothing is flushed.
        service.kill();
        service = Running::start(&room, &serve);
    }
    std::thread::sleep(Duration::from_millis(500));
    log.over.store(true, Ordering::Relaxed);
    for p in posters { p.join().unwrap(); }
    let open = || { let answers = log.answers.lock().unwrap(); log.acknowledged.lock().unwrap().iter().filter(|id| !answers.contains_key(id)).count() };
    let begun = Instant::now();
    while open() > 0 && begun.elapsed() < Duration::from_secs(60) { std::thread::sleep(Duration::from_millis(200)); }
    assert_eq!(open(), 0, "acknowledged and never answered");
    assert_eq!(service.stop(), 0);
    assert_eq!(devices.stop(), 0);
    reconcile(&room, &log);
}

fn reconcile(room: &Room, log: &Log) {
    let acknowledged = log.acknowledged.lock().unwrap().clone();
    // The journal: everything acknowledged was on the disk before anybody said so.
    let (mut requests, mut refused_unread, mut inputs, mut from) = (Vec::new(), 0u64, 0u64, 0);
    loop {
        let (found, damage) = journal::inspect::records(&journal::Disk::at(room.data().join("journal")), from, 10_000).unwrap();
        assert!(damage.is_none(), "{damage:?}");
        let Some(last) = found.last() else { break };
        from = last.record.position + 1;
        for f in found {
            inputs += 1;
            match codec::decode_event(&f.record.payload).unwrap() { Event::Request(r) => requests.push(r.id), Event::TurnedAway(_) => refused_unread += 1, _ => {} }
        }
    }
    let journaled: HashSet<RequestId> = requests.iter().copied().collect();
    assert!(acknowledged.iter().all(|id| journaled.contains(id)), "acknowledged and not in the journal");
    // The devices: nothing was executed twice.
    let records = log::read(&room.data().join("devices")).unwrap();
    let mut keys = HashSet::new();
    assert!(records.iter().all(|r| keys.insert(r.key)), "a device executed a Command twice");
    // The ledger: one row for each request that reached the journal, books and chain whole.
    room.nb("ledger check").ok();
    let rules = RuleSet::embedded().unwrap();
    let snapshot = Ledger::at(room.data().join("ledger")).snapshot(None).unwrap();
    let (first, last) = snapshot.span().unwrap();
    let cells = snapshot.cells((first, last.plus(1)), &[Dim::State], &RulesJudge::new(&rules, &BTreeSet::new())).unwrap();
    let states: BTreeMap<String, u64> = cells.rows.iter().map(|r| (r.keys[0].to_string(), r.count)).collect();
    assert_eq!(states.values().sum::<u64>(), requests.len() as u64 + refused_unread, "{states:?}");
    let answers: u32 = log.answers.lock().unwrap().values().sum();
    println!("{KILLS} kills: {} posted, {} acknowledged, {} of unknown fate, {} requests and {inputs} inputs in the journal, {} executions, {answers} answers delivered, rows {states:?}",
        log.posted.load(Ordering::Relaxed), acknowledged.len(), log.unknown.load(Ordering::Relaxed), requests.len(), records.len());
    assert!(acknowledged.len() > 300 && log.unknown.load(Ordering::Relaxed) > 10, "the kills hit nothing");
}
