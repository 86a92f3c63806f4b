//! Inputs and readers for the tests that show needs: logs of equal messages, packs as they were
//! written, the tables that a reader sees. All samples are invented.

use super::{Ran, arguments};
use serde_json::Value;
use std::{
    cell::Cell,
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    ops::Deref,
    path::{Path, PathBuf},
    process::Command,
};

/// Days of the months that the tests use.
const DAYS: u32 = 28;

/// So many equal messages, one after another over the days of a month.
#[derive(Debug, Clone, Copy)]
pub struct Sent {
    pub count: u32,
    /// Seconds to the answer; none came where not given.
    pub answer: Option<u32>,
    pub user: u8,
    pub srv: &'static str,
    pub mode: &'static str,
    pub generation: &'static str,
    pub test: &'static str,
    pub region: &'static str,
    pub month: &'static str,
    /// Hour of the day, UTC.
    pub hour: u32,
    pub feed: &'static str,
}

/// Test commands of the strictest kind in the North.
pub const TESTS: Sent = Sent {
    count: 0,
    answer: Some(5),
    user: 1,
    srv: "",
    mode: "on-demand",
    generation: "none",
    test: "rtt4",
    region: "north",
    month: "2026-04",
    hour: 12,
    feed: "tests",
};
/// A User's own reads.
pub const READS: Sent =
    Sent { srv: "4.1.1", generation: "smets2", test: "none", user: 2, feed: "dsp", ..TESTS };

impl Sent {
    pub const fn of(self, count: u32, answer: Option<u32>) -> Sent {
        Sent { count, answer, ..self }
    }
    pub const fn in_region(self, region: &'static str) -> Sent {
        Sent { region, ..self }
    }
    pub const fn in_month(self, month: &'static str) -> Sent {
        Sent { month, ..self }
    }
    pub const fn at_hour(self, hour: u32) -> Sent {
        Sent { hour, ..self }
    }
}

/// The provider of a region.
pub fn provider(region: &str) -> &'static str {
    match region {
        "north" => "CSPN",
        "central" => "CSPC",
        "south" => "CSPS",
        _ => "DSP",
    }
}

/// A file of messages.
pub struct Log {
    pub text: String,
    next: u32,
}

impl Log {
    /// Counters start at `first`, so that two files hold different messages.
    pub fn from(first: u32) -> Log {
        Log { text: "request_id,srv,mode,generation,test_kind,region,provider,feed,state,code,received,answer_sent,timeout_at,known\n".to_owned(), next: first }
    }
    pub fn of(groups: &[Sent]) -> Log {
        let mut log = Log::from(1);
        for g in groups {
            log.add(*g);
        }
        log
    }
    pub fn add(&mut self, s: Sent) -> &mut Log {
        for i in 0..s.count {
            let (day, at) = (i % DAYS + 1, s.hour * 3600 + i / DAYS % 3000);
            let time = |t: u32| {
                format!("{}-{day:02}T{:02}:{:02}:{:02}Z", s.month, t / 3600, t / 60 % 60, t % 60)
            };
            let (state, answer, timeout) = match s.answer {
                Some(after) => ("answered-success", time(at + after), String::new()),
                None => ("timed-out", String::new(), format!("{}-{DAYS}T23:59:59Z", s.month)),
            };
            let known = format!("{}-28T23:59:59Z", s.month);
            writeln!(self.text, "90-B3-D5-1F-30-01-00-{:02X}:00-DB-12-34-56-78-90-A0:{},{},{},{},{},{},{},{},{state},,{},{answer},{timeout},{known}",
                s.user, self.next, s.srv, s.mode, s.generation, s.test, s.region, provider(s.region), s.feed, time(at)).unwrap();
            self.next += 1;
        }
        self
    }
}

/// A pack as it was printed: its files stay readable when its room is gone.
pub struct Pack {
    pub json: Value,
    pub files: BTreeMap<PathBuf, Vec<u8>>,
}

/// A row of a printed table, by column.
pub type Cells = BTreeMap<String, String>;

/// A room in which each command runs a minute after the one before, as people work.
pub struct Room {
    inner: super::Room,
    minutes: Cell<u32>,
}

impl Deref for Room {
    type Target = super::Room;
    fn deref(&self) -> &super::Room {
        &self.inner
    }
}

impl Room {
    pub fn new() -> Room {
        Room { inner: super::Room::new(), minutes: Cell::new(0) }
    }
    /// A room with one file of messages in its ledger.
    pub fn with(groups: &[Sent]) -> Room {
        let r = Room::new();
        r.messages("messages.csv", &Log::of(groups));
        r
    }
    pub fn messages(&self, name: &str, log: &Log) -> Value {
        self.write(name, &log.text);
        self.json(&format!("ingest messages {name}"))
    }
    /// A feed of the network that was due on each day of the messages of [`TESTS`] and brings all that
    /// components of CPM1 count.
    pub fn network_feed(&self) {
        self.nb("feed add tests --brings messages,tests,payloads --calendar daily --from 2026-04-01 --to 2026-04-28 --owner DCC").ok();
    }
    pub fn figures(&self, name: &str, rows: &str) -> Value {
        self.write(name, rows);
        self.json(&format!("ingest figures {name}"))
    }
    /// The next present time.
    fn clock(&self) -> String {
        let t = self.minutes.get();
        self.minutes.set(t + 1);
        format!("2026-05-20T{:02}:{:02}:00Z", 9 + t / 60, t % 60)
    }
    /// So many minutes pass.
    pub fn wait(&self, minutes: u32) {
        self.minutes.set(self.minutes.get() + minutes);
    }
    pub fn run(&self, words: &[&str]) -> Ran {
        self.run_at(&self.clock(), words)
    }
    pub fn nb(&self, words: &str) -> Ran {
        self.run(&arguments(words).iter().map(String::as_str).collect::<Vec<_>>())
    }
    pub fn json(&self, words: &str) -> Value {
        self.nb(&format!("{words} --format json")).ok().json()
    }
    /// At a certain present time, answering in JSON.
    pub fn at(&self, clock: &str, words: &str) -> Ran {
        let words = arguments(words);
        let words: Vec<&str> =
            words.iter().map(String::as_str).chain(["--format", "json"]).collect();
        self.run_at(clock, &words)
    }
    fn run_at(&self, clock: &str, words: &[&str]) -> Ran {
        let mut c = Command::new(env!("CARGO_BIN_EXE_northbound"));
        c.current_dir(self.dir.path())
            .env_clear()
            .env("NORTHBOUND_DATA", "data")
            .env("NORTHBOUND_AS", "kim@ACME+analyst")
            .args(["--clock", clock]);
        let o = c.args(words).output().unwrap();
        let text = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
        Ran { code: o.status.code().unwrap_or(-1), out: text(&o.stdout), err: text(&o.stderr) }
    }
    /// Builds the pack of April 2026.
    pub fn april(&self) -> Pack {
        self.pack("april", "--period 2026-04")
    }
    pub fn pack(&self, dir: &str, words: &str) -> Pack {
        self.pack_at(&self.clock(), dir, words)
    }
    pub fn pack_at(&self, clock: &str, dir: &str, words: &str) -> Pack {
        let json = self.at(clock, &format!("pack build --out {dir} {words}")).ok().json();
        Pack { json, files: bytes(&self.path(dir)) }
    }
    /// Replaces text in an embedded rule file and lays it over.
    pub fn overlay(&self, file: &str, from: &str, to: &str) {
        let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules").join(file);
        let text = fs::read_to_string(rules).unwrap();
        assert!(text.contains(from), "{file} holds no {from:?}");
        self.write(&format!("data/rules/{file}"), &text.replacen(from, to, 1));
    }
}

/// Every file below a folder with its bytes.
pub fn bytes(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut out = BTreeMap::new();
    let mut open = vec![dir.to_owned()];
    while let Some(d) = open.pop() {
        for e in fs::read_dir(&d).unwrap().map(|e| e.unwrap().path()) {
            if e.is_dir() {
                open.push(e)
            } else {
                out.insert(e.strip_prefix(dir).unwrap().to_owned(), fs::read(&e).unwrap());
            }
        }
    }
    out
}

impl Pack {
    /// The result of a row.
    #[track_caller]
    pub fn row(&self, measure: &str, region: &str) -> &Value {
        self.json["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|n| &n["result"])
            .find(|r| r["measure"] == measure && r["region"] == region)
            .unwrap_or_else(|| panic!("no row {measure} {region}"))
    }
    /// The id of a row's figure.
    #[track_caller]
    pub fn id(&self, measure: &str, region: &str) -> String {
        let n = self.json["results"]
            .as_array()
            .unwrap()
            .iter()
            .find(|n| n["result"]["measure"] == measure && n["result"]["region"] == region)
            .unwrap();
        n["id"].as_str().unwrap().to_owned()
    }
    /// Numerator and denominator of a counted row.
    #[track_caller]
    pub fn share(&self, measure: &str, region: &str) -> (u64, u64) {
        let q = &self.row(measure, region)["figure"]["quantity"];
        let n = |k: &str| {
            q[k].as_u64().unwrap_or_else(|| panic!("{measure} {region} is no ratio: {q}"))
        };
        (n("num"), n("den"))
    }
    #[track_caller]
    pub fn band(&self, measure: &str, region: &str) -> String {
        self.row(measure, region)["band"].as_str().unwrap().to_owned()
    }
    #[track_caller]
    pub fn state(&self, measure: &str, region: &str) -> String {
        self.row(measure, region)["figure"]["state"].as_str().unwrap_or("none").to_owned()
    }
    #[track_caller]
    pub fn null(&self, measure: &str, region: &str) -> String {
        self.row(measure, region)["figure"]["reason"].as_str().unwrap_or("a value").to_owned()
    }
    /// A printed table, from its CSV.
    #[track_caller]
    pub fn table(&self, id: &str) -> Vec<Cells> {
        let text = self.text(&format!("csv/{id}.csv"));
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let names = reader.headers().unwrap().clone();
        reader
            .records()
            .map(|r| {
                names.iter().map(str::to_owned).zip(r.unwrap().iter().map(str::to_owned)).collect()
            })
            .collect()
    }
    /// A cell of a printed table, by the row's first column.
    #[track_caller]
    pub fn cell(&self, id: &str, row: &str, column: &str) -> String {
        let table = self.table(id);
        let found = table
            .iter()
            .find(|r| r.values().any(|v| v == row))
            .unwrap_or_else(|| panic!("{id} has no row {row:?}: {table:?}"));
        found.get(column).cloned().unwrap_or_else(|| panic!("{id} has no column {column:?}"))
    }
    /// What a reader sees of a row's figure, such as `100.00 % [p]`.
    #[track_caller]
    pub fn printed(&self, row: &str) -> String {
        self.cell("measure-detail", row, "figure")
    }
    #[track_caller]
    pub fn text(&self, file: &str) -> String {
        let bytes = self
            .files
            .get(Path::new(file))
            .unwrap_or_else(|| panic!("no {file} in {:?}", self.files.keys()));
        String::from_utf8_lossy(bytes).into_owned()
    }
    pub fn data(&self) -> Value {
        serde_json::from_str(&self.text("data.json")).unwrap()
    }
    /// Every result without what names the ledger's version.
    pub fn figures(&self) -> Vec<Value> {
        self.json["results"].as_array().unwrap().iter().map(|n| n["result"].clone()).collect()
    }
}

/// An exact share in JSON as a fraction.
#[track_caller]
pub fn fraction(q: &Value) -> (i128, i128) {
    let n = |k: &str| match &q[k] {
        Value::String(s) => s.parse().unwrap(),
        v => i128::from(v.as_i64().unwrap_or_else(|| panic!("no share: {q}"))),
    };
    (n("num"), n("den"))
}

/// The sum of fractions.
pub fn sum(list: impl IntoIterator<Item = (i128, i128)>) -> (i128, i128) {
    let gcd = |mut a: i128, mut b: i128| {
        while b != 0 {
            (a, b) = (b, a % b);
        }
        a.abs().max(1)
    };
    list.into_iter().fold((0, 1), |(an, ad), (bn, bd)| {
        let (n, d) = (an * bd + bn * ad, ad * bd);
        let g = gcd(n, d);
        (n / g, d / g)
    })
}
