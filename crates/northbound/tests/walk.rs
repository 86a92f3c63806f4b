//! One walk over all commands of the command line: each has an example in `walk/script.txt` that
//! succeeds. Readers leave the data folder as it is, dry runs change nothing, answers are one JSON
//! document. A command without an example fails, and so does an example without a command.

mod data;

use crate::support;
use northbound_app::folder as data_folder;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
};
use support::{Ran, Room, needs::bytes};

/// One of each kind of actor, by the column of `docs/permissions.md` that says what it may run.
const ACTORS: [(&str, &str); 10] = [
    ("no role", "kim@ACME"),
    ("user", "lee@ACME+user"),
    ("user", "max@WIRE+user"),
    ("provider", "pat/dcc+provider"),
    ("member", "mel/opsg+member"),
    ("secretary", "sam+secretary"),
    ("operations", "oli+operations"),
    ("analyst", "ann+analyst"),
    ("auditor", "aud+auditor"),
    ("chair", "cha/opsg+chair"),
];

/// Begins the id of every message of ACME's User.
const OTHERS_MESSAGE: &str = "90-B3-D5-1F-30-01-00-01:";

/// Most commands that may go without an example.
const MOST_EXEMPT: usize = 10;

/// Where the script and its input files are.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/walk")
}

/// A line: its first word and the rest.
fn script() -> Vec<(String, String)> {
    let text = fs::read_to_string(folder().join("script.txt")).unwrap();
    let lines = text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#'));
    lines
        .map(|l| l.split_once(' ').map(|(m, r)| (m.to_owned(), r.trim().to_owned())).unwrap())
        .collect()
}

/// Who may run which command, from `docs/permissions.md`: the words of the command, then the columns
/// with a `yes`.
pub(crate) fn permissions() -> BTreeMap<String, BTreeSet<String>> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/permissions.md");
    let text = fs::read_to_string(page).unwrap();
    let cells = |l: &str| l.split('|').map(|c| c.trim().to_owned()).collect::<Vec<_>>();
    let mut rows = text.lines().filter(|l| l.starts_with("| ")).map(cells);
    let head = rows.next().unwrap();
    rows.map(|row| {
        let may = head.iter().zip(&row).skip(3).filter(|(_, c)| *c == "yes");
        (row[1].replace(' ', "-"), may.map(|(h, _)| h.clone()).collect())
    })
    .collect()
}

/// Every command that has no commands below it, from the manual pages.
fn leaves(room: &Room) -> BTreeSet<String> {
    room.nb("man --out pages").ok();
    let pages: BTreeSet<String> = bytes(&room.path("pages"))
        .keys()
        .filter_map(|p| Some(p.to_str()?.strip_suffix(".1")?.to_owned()))
        .collect();
    let above = |p: &str| pages.iter().any(|q| q.starts_with(&format!("{p}-")));
    pages
        .iter()
        .filter(|p| !above(p))
        .filter_map(|p| p.strip_prefix("northbound-").map(str::to_owned))
        .collect()
}

/// The manual page of each command.
fn pages(room: &Room, leaves: &BTreeSet<String>) -> BTreeMap<String, String> {
    let text =
        |l: &String| fs::read_to_string(room.path(&format!("pages/northbound-{l}.1"))).unwrap();
    leaves.iter().map(|l| (l.clone(), text(l))).collect()
}

/// Words parted by spaces; quotes keep them together.
fn words(line: &str) -> Vec<String> {
    let (mut all, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => {
                if !word.is_empty() {
                    all.push(std::mem::take(&mut word));
                }
            }
            c => word.push(c),
        }
    }
    if !word.is_empty() {
        all.push(word);
    }
    all
}

/// The manual page of the command that these words run: the longest name that they begin with.
fn leaf(words: &[String], leaves: &BTreeSet<String>) -> Option<String> {
    (1..=words.len().min(3)).rev().map(|n| words[..n].join("-")).find(|l| leaves.contains(l))
}

/// A data folder's files. SQLite's `-wal` and `-shm` files are left out: opening a database to read
/// makes them, and what they hold reaches the database when the last process closes it.
type State = BTreeMap<PathBuf, Vec<u8>>;

fn state(data: &Path) -> State {
    if !data.exists() {
        return State::new();
    }
    let passing = |p: &Path| {
        let name = p.to_string_lossy();
        name.ends_with("-wal") || name.ends_with("-shm")
    };
    bytes(data).into_iter().filter(|(p, _)| !passing(p)).collect()
}

/// Puts back what a dry run changed, so that the example still can be run.
fn put_back(data: &Path, before: &State, after: &State) {
    for name in after.keys().filter(|n| !before.contains_key(*n)) {
        fs::remove_file(data.join(name)).unwrap();
    }
    for (name, content) in before.iter().filter(|(n, c)| after.get(*n) != Some(*c)) {
        fs::write(data.join(name), content).unwrap();
    }
}

fn copy(from: &Path, to: &Path) {
    for (name, content) in bytes(from) {
        let path = to.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}

/// A port that counts who connects to it, and the `service.json` that names it.
struct Ear {
    service: String,
    calls: Arc<AtomicU64>,
}

impl Ear {
    fn new() -> Ear {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        let calls = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&calls);
        std::thread::spawn(move || {
            for _ in listener.incoming() {
                counted.fetch_add(1, SeqCst);
            }
        });
        let service = serde_json::json!({
            "pid": std::process::id(), "started": "2026-05-20T08:00:00Z", "duis": format!("http://{at}/api/v1"),
            "control": at.to_string(), "token": "none",
        });
        Ear { service: service.to_string(), calls }
    }
}

/// The walk so far.
struct Walk {
    room: Room,
    ear: Ear,
    minutes: u32,
    faults: Vec<String>,
    /// Faults found, as `kind command`.
    known: BTreeSet<String>,
    /// Manual pages: the options of each command.
    pages: BTreeMap<String, String>,
    permissions: BTreeMap<String, BTreeSet<String>>,
    /// Tables looked at as CSV.
    tables: u32,
}

impl Walk {
    fn run(&self, words: &[String], more: &[&str]) -> Ran {
        self.run_as("kim@ACME+analyst", words, more)
    }

    fn run_as(&self, actor: &str, words: &[String], more: &[&str]) -> Ran {
        let clock = format!("2026-05-20T{:02}:{:02}:00Z", 9 + self.minutes / 60, self.minutes % 60);
        let all = ["--clock", &clock].into_iter().chain(words.iter().map(String::as_str));
        let mut c = std::process::Command::new(env!("CARGO_BIN_EXE_northbound"));
        c.current_dir(self.room.dir.path())
            .env_clear()
            .env("NORTHBOUND_DATA", "data")
            .env("NORTHBOUND_AS", actor)
            .args(all)
            .args(more);
        let o = c.output().unwrap();
        let text = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
        Ran { code: o.status.code().unwrap_or(-1), out: text(&o.stdout), err: text(&o.stderr) }
    }

    /// Puts in place of `{COMMAND|/pointer}` the text that the command's JSON holds there.
    fn filled(&self, line: &str) -> String {
        let Some((head, rest)) = line.split_once('{') else { return line.to_owned() };
        let (asked, tail) = rest.split_once('}').unwrap();
        let (command, pointer) = asked.split_once('|').unwrap();
        let answer = self.run(&words(command), &["--format", "json"]).ok().json();
        let found = answer.pointer(pointer).unwrap_or_else(|| panic!("{asked}: {answer}"));
        format!("{head}{}{tail}", found.as_str().map_or(found.to_string(), str::to_owned))
    }

    /// What is wrong with how the example goes for this actor, who may run the command or may not.
    fn as_actor(
        &self,
        actor: &str,
        may: bool,
        mode: &str,
        words: &[String],
        name: &str,
    ) -> Option<String> {
        if may && !matches!(mode, "reads" | "check") {
            return None;
        }
        let ran = self.run_as(actor, words, &["--format", "json"]);
        if !may {
            let wrong = ran.code != 4 || !ran.out.is_empty();
            return wrong.then(|| format!("{actor}: {name} ended with {}, not refused", ran.code));
        }
        if ran.code == 4 && ran.error()["code"] == "access.role" {
            return Some(format!("{actor}: {name} is refused: {}", ran.err));
        }
        // Only its own party and the staff see who sent what.
        (actor == "max@WIRE+user" && ran.out.contains(OTHERS_MESSAGE))
            .then(|| format!("{actor}: {name} shows messages of another party"))
    }

    /// Runs the example as each kind of actor: who may not is refused, gets no answer and changes
    /// nothing, in the data folder or beside it; who may is not refused for its role.
    fn as_each_actor(&mut self, mode: &str, words: &[String], name: &str) {
        let asked: Vec<String> = match words.iter().position(|w| w == "--as") {
            Some(at) => [&words[..at], &words[at + 2..]].concat(),
            None => words.to_vec(),
        };
        let Some(may) = self.permissions.get(name) else {
            self.faults.push(format!("{name} is not in docs/permissions.md"));
            return;
        };
        if may.contains("no role") {
            return;
        }
        let before = state(self.room.dir.path());
        let faults: Vec<String> = std::thread::scope(|s| {
            let this = &*self;
            let asked = &asked;
            let all = ACTORS.map(|(role, actor)| {
                s.spawn(move || this.as_actor(actor, may.contains(role), mode, asked, name))
            });
            all.into_iter().filter_map(|t| t.join().unwrap()).collect()
        });
        self.faults.extend(faults);
        if state(self.room.dir.path()) != before {
            self.faults.push(format!(
                "{name}: somebody who only asked or was refused changed or left a file"
            ));
        }
    }

    /// A dry run changes no file, in the data folder or beside it, and calls nobody: the folder says
    /// that a service runs, and nothing may connect to it. It succeeds, or says that the command has
    /// none.
    fn rehearse(&mut self, words: &[String], name: &str, data: &Path) {
        let room = self.room.dir.path().to_owned();
        let running = data.join("service.json");
        if data.exists() {
            fs::write(&running, &self.ear.service).unwrap();
        }
        let before = state(&room);
        let ran = self.run(words, &["--dry-run", "--format", "json"]);
        let after = state(&room);
        let _ = fs::remove_file(&running);
        let calls = self.ear.calls.swap(0, SeqCst);
        if calls > 0 {
            self.faults.push(format!("{name}: its dry run made {calls} connections"));
        }
        if after != before {
            self.known.insert(format!("dry-run {name}"));
            put_back(&room, &before, &after);
        }
        if ran.code != 0 && !(ran.code == 2 && ran.err.contains("has no dry run")) {
            self.faults.push(format!("{name}: its dry run ended with {}: {}", ran.code, ran.err));
        }
    }

    /// Runs the example with an unknown measure, provider, party and User where the command takes one: each is
    /// refused with the nearest known names.
    fn with_unknown_names(&mut self, words: &[String], name: &str) {
        let page = self.pages.get(name).cloned().unwrap_or_default().replace('\\', "");
        const NO_USER: &str = "90-B3-D5-1F-30-FF-FF-FF";
        let options = ["--measure", "--measures", "--provider", "--party", "--user"];
        for option in options {
            let any = option == "--user"
                && ["key-", "tap", "request-", "alert-"].iter().any(|n| name.starts_with(n));
            // A register says by itself that a new record names no party.
            let adds = option == "--party" && name.ends_with("-add");
            let takes = page.split(|c: char| !c.is_alphanumeric() && c != '-').any(|w| w == option);
            if !takes || adds || any {
                continue;
            }
            let unknown = if option == "--user" { NO_USER } else { "NOSUCH9" };
            let mut wrong = words.to_vec();
            match wrong.iter().position(|w| w == option) {
                Some(at) => wrong[at + 1] = unknown.to_owned(),
                None => wrong.extend([option.to_owned(), unknown.to_owned()]),
            }
            let ran = self.run(&wrong, &["--format", "json"]);
            // Options that exclude each other are a matter of usage.
            if ran.code != 2 && (ran.code != 5 || !ran.err.contains("the nearest known")) {
                self.faults.push(format!("{name} {option} {unknown}: {} {}", ran.code, ran.err));
            }
        }
    }

    /// Prints each table of the answer as CSV: the columns are those that the list of tables names, each once, and
    /// every cell is what its column says.
    fn as_csv(&mut self, words: &[String], name: &str) {
        let listed = self.run(words, &["--list-tables", "--format", "json"]);
        let Ok(list) = serde_json::from_str::<serde_json::Value>(&listed.out) else {
            return;
        };
        for table in list["tables"].as_array().into_iter().flatten() {
            let number = table["number"].to_string();
            let ran = self.run(words, &["--table", &number, "--format", "csv"]);
            for fault in data::faults(&ran.out, &table["columns"]) {
                self.faults.push(format!("{name}, table {number} ({}): {fault}", table["name"]));
            }
            self.tables += 1;
        }
    }

    /// Runs one example and notes what is wrong with it.
    fn step(&mut self, mode: &str, line: &str, name: &str) {
        self.minutes += 1;
        let words = words(&self.filled(line));
        let folder = words.iter().position(|w| w == "--data").map_or("data", |i| &words[i + 1]);
        let data = self.room.path(folder);
        self.as_each_actor(mode, &words, name);
        let before = state(&data);
        self.with_unknown_names(&words, name);
        if state(&data) != before {
            self.faults
                .push(format!("{name}: refused an unknown name and changed the data folder"));
        }
        if mode == "changes" || mode == "exports" {
            self.rehearse(&words, name, &data);
        }
        let before = state(&data);
        let ran = self.run(&words, &["--format", "json"]);
        let after = state(&data);
        if matches!(mode, "reads" | "check") {
            self.as_csv(&words, name);
        }
        if ran.code != if mode == "check" { 7 } else { 0 } {
            self.faults.push(format!("{line}: ended with {}: {}", ran.code, ran.err));
        } else if serde_json::from_str::<serde_json::Value>(&ran.out).is_err() {
            self.known.insert(format!("text {name}"));
        }
        match (mode, after == before) {
            ("changes", true) => {
                self.faults.push(format!("{line}: changed nothing"));
            }
            ("reads" | "check" | "exports", false) => {
                self.known.insert(format!("writes {name}"));
            }
            _ => {}
        }
    }
}

/// A room with the input files and the settings of the walk.
fn prepared() -> Room {
    let room = Room::new();
    copy(&folder().join("in"), room.dir.path());
    let settings = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules/settings.toml");
    let own = fs::read_to_string(folder().join("settings.toml")).unwrap();
    room.write("data/rules/settings.toml", &(fs::read_to_string(settings).unwrap() + &own));
    room
}

#[test]
fn every_command_has_an_example_that_does_what_it_says() {
    let room = prepared();
    let leaves = leaves(&room);
    let pages = pages(&room, &leaves);
    let (mut missing, mut exempt) = (leaves.clone(), 0);
    let mut listed = BTreeSet::new();
    let mut walk = Walk {
        room,
        ear: Ear::new(),
        minutes: 0,
        faults: Vec::new(),
        known: BTreeSet::new(),
        pages,
        permissions: permissions(),
        tables: 0,
    };
    for (mode, line) in script() {
        let command = words(line.split_once(": ").map_or(&line, |(c, _)| c));
        match mode.as_str() {
            "known" => {
                listed.insert(command.join(" "));
            }
            "file" => {
                let (name, text) = line.split_once(' ').unwrap();
                walk.room.write(name, &walk.filled(text).replace("\\n", "\n"));
            }
            "exempt" => {
                exempt += 1;
                assert!(line.contains(": "), "{line}: no reason");
                assert!(missing.remove(&command.join("-")), "{line}: no such command, or twice");
            }
            "refused" => {
                let name = leaf(&command, &leaves).unwrap_or_else(|| command[0].clone());
                walk.as_each_actor("refused", &command, &name);
            }
            "changes" | "reads" | "check" | "exports" => {
                let name = match leaf(&command, &leaves) {
                    Some(name) => name,
                    None if command[0] == "reconcile" => "reconcile".to_owned(),
                    None => panic!("{line}: no such command"),
                };
                missing.remove(&name);
                walk.step(&mode, &line, &name);
            }
            other => {
                panic!("{other}: changes, reads, check, exports, refused, exempt, file or known")
            }
        }
    }
    for entry in fs::read_dir(walk.room.data()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        // What is not listed there keeps the modes with which it was copied or unpacked.
        assert!(data_folder::OWN.contains(&name.as_str()), "{name} is not in folder::OWN");
    }
    assert!(missing.is_empty(), "no example in tests/walk/script.txt: {missing:?}");
    assert!(exempt <= MOST_EXEMPT, "{exempt} commands are exempt");
    assert!(walk.tables > 150, "only {} tables were looked at as CSV", walk.tables);
    assert!(walk.faults.is_empty(), "{}", walk.faults.join("\n"));
    assert_eq!(walk.known, listed, "found (left) and listed as known (right) differ");
}
