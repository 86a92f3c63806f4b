//! Each kind of file in a data folder × each way of tampering: what finds it, as `docs/integrity.md` says.
//! Whoever tampers here can write every file and computes all hashes again, and has no key. A file of
//! a kind that the table does not have fails.

use crate::support::{HEADER, Room, message};
use northbound_app::folder::OWN;
use northbound_ledger::{Ledger, LiveBatch, LiveWriter, RetentionPolicy, live::Wait, prune};
use northbound_types::Utc;
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// After the live service of the frozen folder was killed.
const LATER: &str = "2026-12-02T09:00:00Z";
/// Threads that try cells.
const THREADS: usize = 3;

/// What finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    /// `ledger check`.
    Check,
    /// `ledger check --against` a receipt that was stored elsewhere, and nothing else.
    Receipt,
    /// `ledger check` ends with an error.
    Error,
    /// Nothing: the file is in no chain.
    Nothing,
    /// Such a file never changes, or there is only one.
    Never,
}
use By::{Check, Error, Never, Nothing, Receipt};

impl By {
    const ALL: [By; 5] = [Check, Receipt, Error, Nothing, Never];

    fn cell(self) -> &'static str {
        match self {
            Check => "check",
            Receipt => "receipt",
            Error => "error",
            Nothing => "nothing",
            Never => "–",
        }
    }
}

/// Ways of tampering, in the order of the table's columns.
const WAYS: [&str; 5] = ["flip", "truncate", "delete", "exchange", "roll back"];

/// A kind of file.
struct Kind {
    /// As the table names it.
    name: &'static str,
    /// Does a path below the data folder belong to it?
    is: fn(&str) -> bool,
}

fn between(path: &str, start: &str, end: &str) -> bool {
    path.starts_with(start) && path.ends_with(end)
}

const KINDS: &[Kind] = &[
    Kind { name: "`ledger/root/N.json`, the newest", is: |p| between(p, "ledger/root/0", ".json") },
    Kind { name: "`ledger/root/thinned.ndjson`", is: |p| p == "ledger/root/thinned.ndjson" },
    Kind { name: "`ledger/TABLE/….parquet`", is: |p| between(p, "ledger/", ".parquet") },
    Kind {
        name: "`ledger/TABLE/_delta_log/N.json`",
        is: |p| p.starts_with("ledger/") && p.contains("/_delta_log/"),
    },
    Kind {
        name: "`ledger/lock`, `ledger/readers.lock`, `journal/lock`",
        is: |p| ["ledger/lock", "ledger/readers.lock", "journal/lock"].contains(&p),
    },
    Kind { name: "`ledger-head.json`", is: |p| p.starts_with("ledger-head.") },
    Kind { name: "`registers.sqlite`", is: |p| p.starts_with("registers.sqlite") },
    Kind { name: "`journal/N.segment`", is: |p| between(p, "journal/", ".segment") },
    Kind { name: "`journal/N.checkpoint`", is: |p| between(p, "journal/", ".checkpoint") },
    Kind {
        name: "`keys/`: certificates that signed the ledger",
        is: |p| between(p, "keys/", ".cert.pem") && p.contains(SIGNS),
    },
    Kind {
        name: "`keys/`: other certificates",
        is: |p| between(p, "keys/", ".cert.pem") && !p.contains(SIGNS),
    },
    Kind {
        name: "`keys/`: private keys",
        is: |p| between(p, "keys/", ".key.pem") || p == "keys/issuer.pem",
    },
    Kind { name: "`folder.json`", is: |p| p == "folder.json" },
    Kind {
        name: "`service.toml`, `service.json`, `endpoints.json`, `relay.toml`, `devices/`",
        is: |p| {
            ["service.toml", "service.json", "endpoints.json", "relay.toml"].contains(&p)
                || p.starts_with("devices")
        },
    },
    Kind { name: "`rules/`", is: |p| p.starts_with("rules/") || p == "rules" },
    Kind {
        name: "`rules-archive/ID.json`",
        is: |p| p.starts_with("rules-archive/") && p != ARCHIVE_INDEX,
    },
    Kind { name: "`rules-archive/index.json`", is: |p| p == ARCHIVE_INDEX || p == "rules-archive" },
    Kind { name: "`rejects/`", is: |p| p.starts_with("rejects") },
    Kind {
        name: "`packs/PERIOD/vN/`",
        is: |p| p.starts_with("packs/") && !p.starts_with("packs/figures/"),
    },
    Kind { name: "`packs/figures/`", is: |p| p.starts_with("packs/figures/") || p == "packs" },
    Kind { name: "`outbox/`", is: |p| p.starts_with("outbox") },
    Kind { name: "`pseudonyms.secret`", is: |p| p == "pseudonyms.secret" },
];

/// The folder with deleted versions.
const PRUNED: &str = "pruned";
/// In the names of certificates for signing of the service.
const SIGNS: &str = "90-B3-D5-1F-30-00-00-02_89_";
const ARCHIVE_INDEX: &str = "rules-archive/index.json";

/// The cells of the table in `docs/integrity.md`, kind by kind.
fn table() -> Vec<(String, [By; 5])> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/integrity.md");
    let text = fs::read_to_string(page).unwrap();
    let head = format!("| file | {} |", WAYS.join(" | "));
    let rows = text.lines().skip_while(|l| *l != head).skip(2).take_while(|l| l.starts_with('|'));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let by =
            |c: &&str| *By::ALL.iter().find(|b| b.cell() == *c).unwrap_or_else(|| panic!("{c}"));
        let found: Vec<By> = cells[1..].iter().map(by).collect();
        (cells[0].to_owned(), found.try_into().unwrap())
    })
    .collect()
}

/// The folder, as it was before its last changes, a receipt of it as it is, and another folder.
struct World {
    room: Room,
}

impl World {
    fn new() -> World {
        let room = Room::new();
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/frozen/live.tar.gz");
        let bytes = flate2::read::GzDecoder::new(fs::File::open(file).unwrap());
        tar::Archive::new(bytes).unpack(room.dir.path()).unwrap();
        let w = World { room };
        // Few keys are enough.
        for path in files(&w.room.data().join("keys")) {
            let few =
                path.contains("-00-00-02_") || path.contains("-01-00-01_") || path == "issuer.pem";
            if !few {
                fs::remove_file(w.room.data().join("keys").join(path)).unwrap();
            }
        }
        let data = w.room.data();
        w.run(&data, "init --virtual", 0);
        w.ingest("a.csv", 1);
        w.run(&data, "ledger publish", 0);
        copy(&data, &w.room.path("then"));
        w.ingest("b.csv", 2);
        w.run(&data, "ledger publish", 0);
        w.run(&data, "pack issue --period 2026-04", 0);
        w.ingest("c.csv", 3);
        // Files that no command above makes.
        for (path, text) in [
            ("rules/settings.toml", include_str!("../../../rules/settings.toml")),
            ("rejects/r.csv", "row,reason\n17,unknown region\n"),
            ("outbox/mailing-1/1.eml", "Subject: 1 figure\n\nFigures of May.\n"),
            ("pseudonyms.secret", "0123456789abcdef"),
        ] {
            w.room.write(&format!("data/{path}"), text);
        }
        w.run(&data, "receipt --out kept.json", 0);
        let other = w.room.path("other");
        w.run(&other, "--as ann@ACME+analyst init --virtual", 0);
        w.run(&other, "key make --service", 0);
        w.run(&other, "ingest messages a.csv", 0);
        w.prune();
        w
    }

    /// A folder whose older live versions were deleted.
    fn prune(&self) {
        let data = self.room.path(PRUNED);
        self.run(&data, "init --virtual", 0);
        self.run(&data, "feed add dsp --from 2026-04-01 --owner DSP", 0);
        copy(&self.room.path("data/journal"), &data.join("journal"));
        let ledger = Ledger::of(&data);
        let at: Utc = "2026-11-01T10:00:00Z".parse().unwrap();
        let mut writer = LiveWriter::open(&ledger, at, Wait::default()).unwrap();
        for position in 1..=4 {
            let mut batch = LiveBatch::after(writer.journal_position());
            writer.commit(at, position, &mut batch).unwrap();
        }
        let now: Utc = LATER.parse().unwrap();
        let policy = RetentionPolicy { since: now, cited: &|| Ok(BTreeSet::new()) };
        let done = prune(&ledger, &policy, now, "kim", false, &mut |_, _| {}).unwrap();
        assert_eq!(done.versions, 3);
        self.run(&data, "ledger check", 0);
    }

    /// The folder that has the kind.
    fn with(&self, kind: &Kind) -> PathBuf {
        if kind.name.contains("thinned") { self.room.path(PRUNED) } else { self.room.data() }
    }

    fn ingest(&self, name: &str, user: u8) {
        let mut text = HEADER.to_owned();
        for i in 1..10 {
            let received = format!("2026-04-0{i}T10:00:00Z");
            let answered = format!("2026-04-0{i}T10:00:05Z");
            text += &message(user, i, "4.1.1", "north", &received, Some(&answered));
        }
        self.room.write(name, &text);
        self.run(&self.room.data(), &format!("ingest messages {name}"), 0);
    }

    fn ran(&self, data: &Path, words: &str) -> (i32, String) {
        let done = Command::new(env!("CARGO_BIN_EXE_northbound"))
            .current_dir(self.room.dir.path())
            .env_clear()
            .env("NORTHBOUND_DATA", data)
            .env("NORTHBOUND_AS", "kim@ACME+analyst")
            .args(["--clock", LATER])
            .args(words.split(' '))
            .output()
            .unwrap();
        let text = [done.stdout, done.stderr].concat();
        (done.status.code().unwrap_or(-1), String::from_utf8_lossy(&text).into_owned())
    }

    #[track_caller]
    fn run(&self, data: &Path, words: &str, code: i32) {
        let (found, text) = self.ran(data, words);
        assert_eq!(found, code, "{words}: {text}");
    }

    /// What finds it.
    fn found_by(&self, data: &Path) -> (By, String) {
        let (code, text) = self.ran(data, "ledger check");
        match code {
            0 => {}
            7 => return (Check, text),
            _ => return (Error, text),
        }
        match self.ran(data, "ledger check --against kept.json").0 {
            0 => (Nothing, text),
            _ => (Receipt, text),
        }
    }

    /// Tampers with a copy in one way; `None` where the kind has nothing of the sort.
    fn tampered(&self, kind: &Kind, way: usize, to: &Path) -> Option<()> {
        copy(&self.with(kind), to);
        let all: Vec<String> = files(to).into_iter().filter(|p| (kind.is)(p)).collect();
        let victim = to.join(all.last()?);
        match WAYS[way] {
            "flip" if victim.ends_with("registers.sqlite") => {
                replace(&victim, b"\"c.csv\"", b"\"d.csv\"")
            }
            "flip" if victim.to_string_lossy().contains("_delta_log") => {
                let text = fs::read_to_string(&victim).unwrap();
                let at = text.rfind("\"size\":").unwrap() + 7;
                let other = if text.as_bytes()[at] == b'1' { "2" } else { "1" };
                fs::write(&victim, format!("{}{other}{}", &text[..at], &text[at + 1..])).unwrap();
            }
            "flip" => flip(&victim),
            "truncate" => {
                let bytes = fs::read(&victim).unwrap();
                fs::write(&victim, &bytes[..bytes.len() / 2]).unwrap();
            }
            "delete" => fs::remove_file(&victim).unwrap(),
            "exchange" => self.exchange(to, all.last()?, &all)?,
            _ if victim.extension().is_some_and(|x| x == "segment") => {
                let bytes = fs::read(&victim).unwrap();
                fs::write(&victim, &bytes[..bytes.len() * 3 / 4]).unwrap();
            }
            _ => self.roll_back(kind, to, &all),
        }
        rehash(to, kind.name.contains("ledger-head"));
        Some(())
    }

    /// With the file of another folder, else with another file of the kind that is not the same.
    fn exchange(&self, to: &Path, victim: &str, all: &[String]) -> Option<()> {
        let own = fs::read(to.join(victim)).unwrap();
        let signing = |p: &&String| p.contains(SIGNS) && p.ends_with(".cert.pem");
        let other = self.room.path("other");
        let others = files(&other);
        let same = others.iter().find(|p| *p == victim || (victim.contains(SIGNS) && signing(p)));
        if let Some(theirs) = same {
            fs::copy(other.join(theirs), to.join(victim)).unwrap();
            return Some(());
        }
        let folder = |p: &str| Path::new(p).parent().map(Path::to_owned);
        let differs = |p: &&String| fs::read(to.join(p)).unwrap() != own;
        let near = all.iter().rev().filter(|p| folder(p) == folder(victim)).find(differs);
        let with = near.or_else(|| all.iter().rev().find(differs))?;
        let theirs = fs::read(to.join(with)).unwrap();
        fs::write(to.join(with), own).unwrap();
        fs::write(to.join(victim), theirs).unwrap();
        Some(())
    }

    /// All files of the kind as they were; a rolled back ledger has its head with it.
    fn roll_back(&self, kind: &Kind, to: &Path, all: &[String]) {
        let then = self.room.path("then");
        for path in all {
            fs::remove_file(to.join(path)).unwrap();
        }
        for path in files(&then).iter().filter(|p| (kind.is)(p)) {
            fs::create_dir_all(to.join(path).parent().unwrap()).unwrap();
            fs::copy(then.join(path), to.join(path)).unwrap();
        }
    }
}

/// Changes one byte in the middle; of a text a digit, so that it stays well-formed.
fn flip(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    match std::str::from_utf8(&bytes).ok().and_then(|t| {
        // Which digit is in the middle depends on the hashes of this run. One of a month or day could make
        // a date that does not exist, and the file would be found unreadable rather than changed.
        let of_date = |i: usize| t[..i].bytes().rev().take(2).any(|b| b == b'-');
        let digits = t[middle..].char_indices().filter(|(_, c)| c.is_ascii_digit());
        digits.map(|(at, _)| at).find(|at| !of_date(middle + at))
    }) {
        Some(at) => {
            let digit = &mut bytes[middle + at];
            *digit = if *digit == b'9' { b'0' } else { *digit + 1 };
        }
        None if bytes.is_empty() => bytes.push(1),
        None => bytes[middle] ^= 1,
    }
    fs::write(path, bytes).unwrap();
}

/// Replaces a text in a file by one of the same length.
fn replace(path: &Path, from: &[u8], to: &[u8]) {
    let mut bytes = fs::read(path).unwrap();
    let at = bytes.windows(from.len()).rposition(|w| w == from).unwrap();
    bytes[at..at + from.len()].copy_from_slice(to);
    fs::write(path, bytes).unwrap();
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

/// Computes again what can be computed without a key: hashes of files in manifests, the chain of
/// manifests, the head, and the hashes in manifests of packs.
fn rehash(data: &Path, but_the_head: bool) {
    let ledger = data.join("ledger");
    let manifests = files(&ledger).into_iter().filter(|p| between(p, "root/0", ".json"));
    let (mut previous, mut version) = (None::<String>, 0);
    for path in manifests.map(|p| ledger.join(p)) {
        let bytes = fs::read(&path).unwrap();
        let Ok(mut m) = serde_json::from_slice::<serde_json::Value>(&bytes) else { return };
        let before = m.clone();
        for f in m["tables"]
            .as_object_mut()
            .unwrap()
            .values_mut()
            .flat_map(|t| t.as_array_mut().unwrap())
        {
            if let Ok(bytes) = fs::read(ledger.join(f["path"].as_str().unwrap())) {
                f["sha256"] = sha256(&bytes).into();
                f["bytes"] = bytes.len().into();
            }
        }
        let follows = m["version"].as_u64() == Some(version + 1);
        if let Some(hash) = previous.filter(|_| follows) {
            m["previous"] = hash.into();
        }
        version = m["version"].as_u64().unwrap();
        let bytes = if m == before { bytes } else { serde_json::to_vec_pretty(&m).unwrap() };
        fs::write(&path, &bytes).unwrap();
        previous = Some(sha256(&bytes));
    }
    if let Some(hash) = previous.filter(|_| !but_the_head) {
        let head = serde_json::json!({"format": "northbound-ledger-head/1", "version": version, "hash": hash});
        fs::write(data.join("ledger-head.json"), head.to_string()).unwrap();
    }
    for path in files(&data.join("packs")).iter().filter(|p| p.ends_with("/manifest.json")) {
        let path = data.join("packs").join(path);
        let Ok(mut m) = serde_json::from_slice::<serde_json::Value>(&fs::read(&path).unwrap())
        else {
            continue;
        };
        let before = m.clone();
        for f in m["files"].as_array_mut().unwrap() {
            if let Ok(bytes) = fs::read(path.with_file_name(f["name"].as_str().unwrap())) {
                f["sha256"] = sha256(&bytes).into();
            }
        }
        if m != before {
            fs::write(&path, serde_json::to_vec_pretty(&m).unwrap()).unwrap();
        }
    }
}

/// Files below a folder, by their path with `/`, sorted.
fn files(folder: &Path) -> Vec<String> {
    let (mut open, mut all) = (vec![PathBuf::new()], Vec::new());
    while let Some(at) = open.pop() {
        let Ok(entries) = fs::read_dir(folder.join(&at)) else { continue };
        for entry in entries {
            let entry = entry.unwrap();
            let path = at.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                open.push(path);
            } else {
                all.push(path.to_str().unwrap().to_owned());
            }
        }
    }
    all.sort();
    all
}

fn copy(from: &Path, to: &Path) {
    for path in files(from) {
        fs::create_dir_all(to.join(&path).parent().unwrap()).unwrap();
        fs::copy(from.join(&path), to.join(&path)).unwrap();
    }
}

#[test]
fn the_table_has_every_kind_of_file() {
    let names: Vec<String> = table().into_iter().map(|(n, _)| n).collect();
    assert_eq!(names, KINDS.iter().map(|k| k.name).collect::<Vec<_>>());
    for name in OWN {
        // A folder is listed by its files.
        let known = |k: &&Kind| (k.is)(name) || k.name.contains(&format!("`{name}/"));
        assert!(KINDS.iter().any(|k| known(&k)), "{name} is not in the table");
    }
}

#[test]
fn each_way_of_tampering_is_found_as_the_table_says() {
    let world = World::new();
    let data = world.room.data();
    assert_eq!(world.found_by(&data).0, Nothing, "{}", world.found_by(&data).1);
    for path in files(&data) {
        let kinds: Vec<&str> = KINDS.iter().filter(|k| (k.is)(&path)).map(|k| k.name).collect();
        assert_eq!(kinds.len(), 1, "{path} is of the kinds {kinds:?}");
    }
    let table = table();
    let cells: Vec<(usize, usize)> =
        (0..KINDS.len()).flat_map(|k| (0..WAYS.len()).map(move |w| (k, w))).collect();
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let (world, table, cells) = (&world, &table, &cells);
        let threads: Vec<_> = (0..THREADS)
            .map(|t| {
                scope.spawn(move || {
                    let mine = cells.iter().skip(t).step_by(THREADS);
                    mine.filter_map(|&(k, w)| wrong(world, &KINDS[k], w, table[k].1[w]))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        threads.into_iter().flat_map(|t| t.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// One cell: what is wrong with it.
fn wrong(world: &World, kind: &Kind, way: usize, says: By) -> Option<String> {
    let to = world.room.path(&format!("cell-{}-{way}", kind.name.replace(['`', '/', ' '], "_")));
    let (found, text) = match says {
        Never => return None,
        _ => match world.tampered(kind, way, &to) {
            Some(()) => world.found_by(&to),
            None => (Never, String::new()),
        },
    };
    let _ = fs::remove_dir_all(&to);
    (found != says).then(|| {
        let way = WAYS[way];
        let last: Vec<&str> = text.lines().rev().take(4).collect();
        format!("{}, {way}: the table says {says:?}, found by {found:?}: {last:?}", kind.name)
    })
}
