//! Troubles that last: a region and an endpoint gone for an hour, a disk that is slow or full, a clock
//! that jumps. The same four are held against each other as after kills.

use crate::support;
use crate::support::load;

use load::{Log, free_port, meters, reconcile, settings_of, settle};
use northbound_app::Context;
use northbound_gateway::{
    Service, Setup,
    clock::{Clock, Fast, SharedClock, SystemClock},
    config::Config,
    ledger_sink::LedgerSink,
    log::{LogFilter, LogFormat, LogWriter, log_to},
    wan::TcpNetwork,
};
use northbound_ledger::{
    journal::{Disk, Storage},
    judge::RulesJudge,
};
use northbound_rules::RuleSet;
use northbound_types::{Actor, Utc};
use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering::SeqCst},
    },
    time::Duration,
};
use support::{
    Room,
    live::{OTHER, Running, USER, until},
};

const METERS: u32 = 60;
const PATIENCE: Duration = Duration::from_secs(90);

fn pause(ms: u64) {
    std::thread::sleep(Duration::from_millis(ms));
}

/// An hour takes ten seconds here.
const HOURS_FACTOR: u32 = 360;

#[test]
fn an_hour_without_a_region_and_without_an_endpoint_loses_nothing() {
    let room = Room::new();
    let scenario = room.write("hour.toml", &format!(
        "title = \"A region is down for an hour\"\ndescription = \"Invented.\"\nseed = 1\nmeters = {METERS}\nlength = \"6h\"\n[[fault]]\nregion = \"central\"\nfrom = \"40m\"\nuntil = \"1h40m\"\ntrouble = \"outage\"\n"));
    let (dead, alive) = (Log::of(USER), Log::of(OTHER));
    let mut devices = Running::start(
        &room,
        &format!(
            "devices --listen 127.0.0.1:0 --scenario {scenario} --factor {HOURS_FACTOR} --recipient {USER}"
        ),
    );
    settle(&room, devices.said["listening"].as_str().unwrap(), METERS, &[&dead, &alive]);
    let port = free_port();
    let mut service = Running::start(
        &room,
        &format!(
            "serve --demo --meters {METERS} --speed {HOURS_FACTOR} --listen 127.0.0.1:{port} --log service.log"
        ),
    );
    let (authority, keys) = (format!("127.0.0.1:{port}"), room.data().join("keys"));
    let posters = [(&dead, USER), (&alive, OTHER)].map(|(log, user)| {
        log.post(1, &authority, &meters(&room, user), &keys, Duration::from_millis(10))
    });
    until("both are served", 60, || dead.answered() > 50 && alive.answered() > 50);
    // The endpoint's hour.
    dead.dead.store(true, SeqCst);
    pause(500);
    let (before, others, acknowledged) = (dead.answered(), alive.answered(), dead.acknowledged());
    pause(10_000);
    assert!(
        dead.answered() <= before + 8,
        "an endpoint that breaks every connection has taken messages"
    );
    assert!(dead.acknowledged() > acknowledged + 50, "requests are taken all the while");
    assert!(alive.answered() > others + 50, "another User waits behind the dead endpoint");
    dead.dead.store(false, SeqCst);
    pause(2_000);
    for (log, p) in [&dead, &alive].into_iter().zip(posters) {
        log.end(p, PATIENCE);
    }
    assert_eq!((service.stop(), devices.stop()), (0, 0));
    let states = reconcile(&room, &[&dead, &alive]);
    // The region's hour was felt, and told to the Users.
    let failed = states.iter().filter(|(s, _)| s.contains("failed")).map(|(_, n)| n).sum::<u64>();
    assert!(failed > 20, "the region was not down: {states:?}");
    let not_done = dead.answers.lock().unwrap().values().filter(|(_, code)| code != "I0").count();
    assert!(not_done > 10, "{not_done} answers tell of it");
}

/// A disk that can be slow or full.
#[derive(Default)]
struct Mood {
    slow: AtomicU64,
    full: AtomicBool,
}

struct Wavering {
    disk: Disk,
    mood: Arc<Mood>,
}

impl Storage for Wavering {
    type File = <Disk as Storage>::File;
    type Lock = <Disk as Storage>::Lock;
    fn append(&self, file: &mut Self::File, bytes: &[u8]) -> io::Result<()> {
        if self.mood.full.load(SeqCst) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.disk.append(file, bytes)
    }
    fn sync(&self, file: &mut Self::File) -> io::Result<()> {
        pause(self.mood.slow.load(SeqCst));
        self.disk.sync(file)
    }
    fn path_of(&self, name: &str) -> PathBuf {
        self.disk.path_of(name)
    }
    fn lock(&self, name: &str) -> io::Result<Option<Self::Lock>> {
        self.disk.lock(name)
    }
    fn create(&self, name: &str) -> io::Result<Self::File> {
        self.disk.create(name)
    }
    fn open(&self, name: &str) -> io::Result<Self::File> {
        self.disk.open(name)
    }
    fn truncate(&self, file: &mut Self::File, len: u64) -> io::Result<()> {
        self.disk.truncate(file, len)
    }
    fn read_at(&self, name: &str, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        self.disk.read_at(name, offset, into)
    }
    fn len(&self, name: &str) -> io::Result<u64> {
        self.disk.len(name)
    }
    fn list(&self) -> io::Result<Vec<String>> {
        self.disk.list()
    }
    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.disk.rename(from, to)
    }
    fn remove(&self, name: &str) -> io::Result<()> {
        self.disk.remove(name)
    }
    fn sync_dir(&self) -> io::Result<()> {
        self.disk.sync_dir()
    }
}

/// A wall clock that somebody sets.
struct Set {
    clock: SharedClock,
    off: Arc<AtomicI64>,
}

impl Clock for Set {
    fn wall(&self) -> Utc {
        Utc(self.clock.wall().0 + self.off.load(SeqCst))
    }
    fn of_real(&self, real: i64) -> i64 {
        self.clock.of_real(real) + self.off.load(SeqCst)
    }
    fn passed(&self) -> Duration {
        self.clock.passed()
    }
    fn speed(&self) -> u32 {
        self.clock.speed()
    }
}

const HOUR: i64 = 3_600_000_000;
const FACTOR: u32 = 60;

/// A service in this process, on a disk and a clock that can be troubled.
struct Troubled {
    room: Room,
    devices: Running,
    service: Service,
    log: Arc<Log>,
    mood: Arc<Mood>,
    off: Arc<AtomicI64>,
    posters: Vec<std::thread::JoinHandle<()>>,
    _writer: LogWriter,
}

fn ledger_of(room: &Room, rules: &RuleSet, clock: &SharedClock) -> LedgerSink {
    let judge = Arc::new(RulesJudge::new(rules, &BTreeSet::new()));
    // Signed with the service's key, as `serve` does.
    let actor = Actor::parse("kim+analyst").unwrap();
    let ledger = Context::new(room.data(), actor, clock.wall()).ledger();
    LedgerSink::open(&ledger, judge, 0, BTreeMap::new(), clock.wall()).unwrap()
}

impl Troubled {
    fn start() -> Troubled {
        let room = Room::new();
        let log = Log::of(USER);
        let devices = Running::start(
            &room,
            &format!(
                "devices --listen 127.0.0.1:0 --seed 1 --meters {METERS} --factor {FACTOR} --recipient {USER}"
            ),
        );
        let address = devices.said["listening"].as_str().unwrap().to_owned();
        settle(&room, &address, METERS, &[&log]);
        let mut first = Running::start(
            &room,
            &format!("serve --demo --meters {METERS} --listen 127.0.0.1:0 --log service.log"),
        );
        let meters = meters(&room, USER);
        assert_eq!(first.stop(), 0);
        let (mood, off) = (Arc::new(Mood::default()), Arc::new(AtomicI64::new(0)));
        let clock: SharedClock = Arc::new(Set {
            clock: Fast::from_now(SystemClock::shared(), FACTOR),
            off: Arc::clone(&off),
        });
        let rules = RuleSet::embedded().unwrap();
        let ledger = ledger_of(&room, &rules, &clock);
        let mut config = Config::load(&settings_of(&room)).unwrap();
        config.listen = "127.0.0.1:0".parse().unwrap();
        config.speed = FACTOR;
        let file = std::fs::File::create(room.path("troubled.log")).unwrap();
        let (dispatch, writer) =
            log_to(file, &LogFilter::default(), LogFormat::Json, Arc::clone(&clock)).unwrap();
        let setup = Setup {
            data: room.data(),
            config,
            rules,
            clock,
            log: dispatch,
            ledger: Some(Box::new(ledger)),
            network: Box::new(move |_| {
                let (n, events) = TcpNetwork::connect(address.parse().unwrap());
                Ok((Arc::new(n), events))
            }),
            permits: northbound_app::access::permits(),
        };
        let service = Service::start_on(
            setup,
            Wavering { disk: Disk::at(room.data().join("journal")), mood: Arc::clone(&mood) },
        )
        .unwrap();
        let posters = log.post(
            2,
            &service.duis.to_string(),
            &meters,
            &room.data().join("keys"),
            Duration::from_millis(3),
        );
        Troubled { room, devices, service, log, mood, off, posters, _writer: writer }
    }

    fn end(self) {
        let Troubled { room, mut devices, service, log, posters, .. } = self;
        log.end(posters, PATIENCE);
        service.stop();
        assert_eq!(devices.stop(), 0);
        reconcile(&room, &[&log]);
    }

    fn said(&self, event: &str) -> usize {
        std::fs::read_to_string(self.room.path("troubled.log")).unwrap().matches(event).count()
    }
}

/// With stacks larger than the address space the machine really starts no thread. Random numbers cannot be made to fail
/// without a filter of system calls, which needs unsafe code.
#[test]
fn a_machine_without_threads_is_a_fault_of_the_machine() {
    let room = Room::new();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_northbound"))
        .current_dir(room.dir.path())
        .env_clear()
        .env("NORTHBOUND_DATA", "data")
        .env("NORTHBOUND_AS", "kim@ACME+analyst")
        .env("RUST_MIN_STACK", (1_u64 << 48).to_string())
        .args("serve --demo --meters 20 --listen 127.0.0.1:0 --format json".split(' '))
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    let error: serde_json::Value =
        serde_json::from_str(text.lines().last().unwrap_or_default()).expect(&text);
    assert_eq!(
        (output.status.code(), error["error"]["code"].as_str()),
        (Some(1), Some("gateway.machine")),
        "{text}"
    );
}

#[test]
fn a_disk_that_is_slow_and_then_full_loses_nothing() {
    let t = Troubled::start();
    until("it takes requests", 60, || t.log.acknowledged() > 20);
    t.mood.slow.store(400, SeqCst);
    pause(500);
    let (before, unknown) = (t.log.acknowledged(), t.log.unknown.load(SeqCst));
    pause(4_000);
    let slow = t.log.acknowledged() - before;
    assert!((2..=40).contains(&slow), "{slow} acknowledged at most as often as the disk syncs");
    assert_eq!(t.log.unknown.load(SeqCst), unknown, "slow is no refusal");
    t.mood.slow.store(0, SeqCst);
    t.mood.full.store(true, SeqCst);
    pause(500);
    let before = t.log.acknowledged();
    pause(2_500);
    assert_eq!(t.log.acknowledged(), before, "acknowledged what cannot be stored");
    assert!(t.log.unknown.load(SeqCst) > unknown, "nobody was refused");
    t.mood.full.store(false, SeqCst);
    until("it goes on once there is room", 60, || t.log.acknowledged() > before + 20);
    t.end();
}

#[test]
fn a_clock_set_an_hour_on_and_an_hour_back_loses_nothing() {
    let t = Troubled::start();
    until("it takes requests", 60, || t.log.acknowledged() > 20);
    t.off.store(HOUR, SeqCst);
    until("the jump is told", 60, || t.said("clock.jumped") >= 1);
    let before = t.log.acknowledged();
    t.off.store(0, SeqCst);
    until("it goes on", 60, || t.log.acknowledged() > before + 20);
    until("the jump back is told", 60, || t.said("clock.jumped") >= 2);
    t.end();
}
