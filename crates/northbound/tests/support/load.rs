//! Load on a running service from outside, and what must hold afterwards whatever went wrong
//! meanwhile: client's log, journal, devices' log and ledger are held against each other.

use crate::support::{
    Room,
    live::{element, request},
};
use northbound_client::send::prepare;
use northbound_duis::Services;
use northbound_emulator::devices::log;
use northbound_flow::{Event, codec};
use northbound_keys::Keys;
use northbound_ledger::{Ledger, journal, judge::RulesJudge};
use northbound_rules::RuleSet;
use northbound_types::{Dim, Eui64, RequestId};
use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

/// What one User knows.
pub struct Log {
    pub user: Eui64,
    pub acknowledged: Mutex<BTreeSet<RequestId>>,
    /// How often each was answered, and the last code.
    pub answers: Mutex<BTreeMap<RequestId, (u32, String)>>,
    pub posted: AtomicU64,
    pub unknown: AtomicU64,
    /// The endpoint breaks every connection.
    pub dead: AtomicBool,
    over: AtomicBool,
    counter: AtomicU64,
}

impl Log {
    pub fn of(user: &str) -> Arc<Log> {
        Arc::new(Log {
            user: user.parse().unwrap(),
            acknowledged: Mutex::default(),
            answers: Mutex::default(),
            posted: AtomicU64::new(0),
            unknown: AtomicU64::new(0),
            dead: AtomicBool::new(false),
            over: AtomicBool::new(false),
            counter: AtomicU64::new(1_000_000),
        })
    }
    pub fn acknowledged(&self) -> usize {
        self.acknowledged.lock().unwrap().len()
    }
    pub fn answered(&self) -> usize {
        self.answers.lock().unwrap().len()
    }
    fn open(&self) -> usize {
        let answers = self.answers.lock().unwrap();
        self.acknowledged.lock().unwrap().iter().filter(|id| !answers.contains_key(id)).count()
    }

    /// A User's endpoint: takes everything and notes what it answers. Returns its address.
    pub fn endpoint(self: &Arc<Log>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let log = Arc::clone(self);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let log = Arc::clone(&log);
                std::thread::spawn(move || take(stream, &log));
            }
        });
        url
    }

    /// Posters that send one request after another to meters of their own, with a pause between.
    pub fn post(
        self: &Arc<Log>,
        posters: usize,
        authority: &str,
        meters: &[Eui64],
        keys: &Path,
        pause: Duration,
    ) -> Vec<JoinHandle<()>> {
        (0..posters)
            .map(|n| {
                let mine: Vec<Eui64> = meters.iter().copied().skip(n).step_by(posters).collect();
                let (log, authority, keys) =
                    (Arc::clone(self), authority.to_owned(), keys.to_owned());
                std::thread::spawn(move || poster(&log, &authority, &mine, &keys, pause))
            })
            .collect()
    }

    /// Ends the posting, and waits until everything acknowledged is answered.
    pub fn end(&self, posters: Vec<JoinHandle<()>>, within: Duration) {
        self.over.store(true, Ordering::Relaxed);
        for p in posters {
            p.join().unwrap();
        }
        let begun = Instant::now();
        while self.open() > 0 && begun.elapsed() < within {
            std::thread::sleep(Duration::from_millis(200));
        }
        assert_eq!(self.open(), 0, "acknowledged and never answered");
    }
}

fn take(stream: TcpStream, log: &Log) {
    let mut lines = BufReader::new(stream.try_clone().unwrap());
    let mut out = stream;
    loop {
        let (mut length, mut line) = (0, String::new());
        loop {
            line.clear();
            if lines.read_line(&mut line).unwrap_or(0) == 0 || log.dead.load(Ordering::Relaxed) {
                return;
            }
            if line == "\r\n" {
                break;
            }
            if let Some(n) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = n.trim().parse().unwrap_or(0);
            }
        }
        let mut body = vec![0; length];
        if lines.read_exact(&mut body).is_err() {
            return;
        }
        let text = String::from_utf8_lossy(&body);
        if let Ok(id) = element(&text, "RequestID").parse() {
            let mut answers = log.answers.lock().unwrap();
            let a = answers.entry(id).or_default();
            *a = (a.0 + 1, element(&text, "ResponseCode").to_owned());
        }
        if out.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").is_err() {
            return;
        }
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

fn poster(log: &Log, authority: &str, mine: &[Eui64], keys: &Path, pause: Duration) {
    let services =
        Services::from_catalogue(include_str!("../../../../rules/codes/srv_catalogue.csv"))
            .unwrap();
    let signer =
        Keys::load(keys, Eui64(0x90B3_D51F_3000_0002), None).unwrap().user(log.user, keys).unwrap();
    let mut turn = 0;
    while !log.over.load(Ordering::Relaxed) {
        turn += 1;
        let counter = log.counter.fetch_add(1, Ordering::Relaxed);
        let target = mine[turn % mine.len()];
        let (srv, body) = if turn % 3 == 0 {
            ("2.2", "<sr:TopUpDevice/>")
        } else {
            ("4.1.1", "<sr:ReadInstantaneousImportRegisters/>")
        };
        let ready = prepare(
            Path::new("a test"),
            request(1, srv, &target.to_string(), body).as_bytes(),
            log.user,
            Some(target),
            Some(counter),
            &signer,
            &services,
        )
        .unwrap();
        log.posted.fetch_add(1, Ordering::Relaxed);
        match post(authority, &ready.xml) {
            Some(code) if code == "I99" => {
                log.acknowledged.lock().unwrap().insert(ready.id);
            }
            Some(_) => {}
            None => {
                log.unknown.fetch_add(1, Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(2));
            }
        }
        std::thread::sleep(pause);
    }
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// The electricity meters for which this User is the supplier.
pub fn meters(room: &Room, user: &str) -> Vec<Eui64> {
    let all = room.json("device list");
    all["devices"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|d| {
            d["device_type"] == "ESME"
                && d["registered"].as_array().unwrap().iter().any(|r| r[0] == "IS" && r[1] == user)
        })
        .map(|d| d["eui"].as_str().unwrap().parse().unwrap())
        .collect()
}

/// Settings of a service whose devices are at an address, and where its Users want their messages.
pub fn settle(room: &Room, devices: &str, meters: u32, logs: &[&Arc<Log>]) {
    std::fs::create_dir_all(room.data()).unwrap();
    let settings = format!(
        "[network]\ndevices = \"{devices}\"\nseed = 1\nmeters = {meters}\nmacs = false\n[store]\ncheckpoint-records = 400\ncommit-seconds = 1\n"
    );
    std::fs::write(settings_of(room), settings).unwrap();
    let endpoints: Vec<String> = logs
        .iter()
        .map(|l| format!("{{\"user\":\"{}\",\"url\":\"{}\"}}", l.user, l.endpoint()))
        .collect();
    std::fs::write(room.data().join("endpoints.json"), format!("[{}]", endpoints.join(",")))
        .unwrap();
}

pub fn settings_of(room: &Room) -> PathBuf {
    room.data().join("service.toml")
}

/// What the journal holds.
struct Journaled {
    requests: Vec<RequestId>,
    /// Requests that were refused before their RequestID was read.
    refused_unread: u64,
    inputs: u64,
}

fn journaled(room: &Room) -> Journaled {
    let (mut requests, mut refused_unread, mut inputs, mut from) = (Vec::new(), 0u64, 0u64, 0);
    loop {
        let (found, damage) = journal::inspect::records(
            &journal::Disk::at(room.data().join("journal")),
            from,
            10_000,
        )
        .unwrap();
        assert!(damage.is_none(), "{damage:?}");
        let Some(last) = found.last() else { break };
        from = last.record.position + 1;
        for f in found {
            inputs += 1;
            match codec::decode_event(&f.record.payload).unwrap() {
                Event::Request(r) => requests.push(r.id),
                Event::Rejected(_) => refused_unread += 1,
                _ => {}
            }
        }
    }
    Journaled { requests, refused_unread, inputs }
}

/// After everything has stopped: what the four tell must agree. Returns the states of the ledger's rows.
pub fn reconcile(room: &Room, logs: &[&Log]) -> BTreeMap<String, u64> {
    // The journal: everything acknowledged was on the disk before the acknowledgement.
    let Journaled { requests, refused_unread, inputs } = journaled(room);
    let stored: HashSet<RequestId> = requests.iter().copied().collect();
    for l in logs {
        assert!(
            l.acknowledged.lock().unwrap().iter().all(|id| stored.contains(id)),
            "acknowledged and not in the journal"
        );
    }
    // The devices: nothing was executed twice.
    let records = log::read(&room.data().join("devices")).unwrap();
    let mut keys = HashSet::new();
    assert!(records.iter().all(|r| keys.insert(r.key)), "a device executed a Command twice");
    // The ledger: one row for each request that reached the journal, books and chain whole.
    room.nb("ledger check").ok();
    let rules = RuleSet::embedded().unwrap();
    let snapshot = Ledger::at(room.data().join("ledger")).snapshot(None).unwrap();
    let (first, last) = snapshot.span().unwrap();
    let cells = snapshot
        .cells((first, last.plus(1)), &[Dim::State], &RulesJudge::new(&rules, &BTreeSet::new()))
        .unwrap();
    let states: BTreeMap<String, u64> =
        cells.rows.iter().map(|r| (r.keys[0].to_string(), r.count)).collect();
    assert_eq!(states.values().sum::<u64>(), requests.len() as u64 + refused_unread, "{states:?}");
    // The journal played again gives the same ledger, row by row.
    let replayed = room.json("journal replay");
    assert_eq!(
        (replayed["records"].as_u64(), replayed["differences"].as_array().map(Vec::len)),
        (Some(inputs), Some(0)),
        "{replayed}"
    );
    for l in logs {
        let answers: u32 = l.answers.lock().unwrap().values().map(|a| a.0).sum();
        println!(
            "{}: {} posted, {} acknowledged, {} of unknown fate, {answers} answers delivered",
            l.user,
            l.posted.load(Ordering::Relaxed),
            l.acknowledged(),
            l.unknown.load(Ordering::Relaxed)
        );
    }
    println!(
        "{} requests and {inputs} inputs in the journal, {} executions, rows {states:?}",
        requests.len(),
        records.len()
    );
    states
}
