//! Drives the built command from files to printed output, with a fixed clock and actor. All samples
//! are invented.
pub mod authority;
pub mod live;
pub mod load;
pub mod needs;
pub mod smtp;

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// The present time of every run.
pub const NOW: &str = "2026-05-20T09:00:00Z";

/// Whether the attacks are run in full, as `./check attack --all` does.
pub fn attack_in_full() -> bool {
    std::env::var_os("NORTHBOUND_ATTACK_ALL").is_some()
}

/// A folder with a data folder in it.
pub struct Room {
    pub dir: tempfile::TempDir,
}

/// What a run printed and how it ended.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    #[track_caller]
    pub fn ok(self) -> Ran {
        self.code(0)
    }
    #[track_caller]
    pub fn code(self, want: i32) -> Ran {
        assert_eq!(self.code, want, "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|e| panic!("no JSON: {e}\n{}\n{}", self.out, self.err))
    }
    #[track_caller]
    pub fn error(&self) -> serde_json::Value {
        serde_json::from_str::<serde_json::Value>(&self.err)
            .unwrap_or_else(|e| panic!("no JSON error: {e}\n{}", self.err))["error"]
            .clone()
    }
}

impl Room {
    pub fn new() -> Room {
        Room { dir: tempfile::tempdir().unwrap() }
    }
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }
    pub fn data(&self) -> PathBuf {
        self.path("data")
    }
    pub fn write(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        if let Some(dir) = path.parent() {
            std::fs::create_dir_all(dir).unwrap();
        }
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }
    pub fn command(&self) -> Command {
        let mut c = Command::new(env!("CARGO_BIN_EXE_northbound"));
        c.current_dir(self.dir.path())
            .env_clear()
            .env("NORTHBOUND_DATA", "data")
            .env("NORTHBOUND_AS", "kim@ACME+analyst")
            .args(["--clock", NOW]);
        c
    }
    /// Runs `northbound WORDS…`; words are parted by spaces.
    pub fn nb(&self, words: &str) -> Ran {
        self.run(&arguments(words).iter().map(String::as_str).collect::<Vec<_>>())
    }
    pub fn run(&self, words: &[&str]) -> Ran {
        self.ran(self.command().args(words).output().unwrap())
    }
    pub fn json(&self, words: &str) -> serde_json::Value {
        self.nb(&format!("{words} --format json")).ok().json()
    }
    fn ran(&self, o: Output) -> Ran {
        let clean = |b: &[u8]| {
            String::from_utf8_lossy(b).replace(&self.dir.path().display().to_string(), "ROOM")
        };
        Ran { code: o.status.code().unwrap_or(-1), out: clean(&o.stdout), err: clean(&o.stderr) }
    }
}

/// Compares with a recorded output; `UPDATE_GOLDEN=1` records it.
#[track_caller]
pub fn golden(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, text).unwrap();
        return;
    }
    let want = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, want, "{} differs; UPDATE_GOLDEN=1 records it", path.display());
}

pub const HEADER: &str = "request_id,srv,mode,generation,test_kind,region,provider,feed,state,code,received,answer_sent,timeout_at,known\n";

/// One message: User `u`, counter, SRV, region, when received and answered (seconds later).
pub fn message(
    u: u8,
    counter: u32,
    srv: &str,
    region: &str,
    received: &str,
    answered: Option<&str>,
) -> String {
    let (state, answer, timeout) = match answered {
        Some(a) => ("answered-success", a, ""),
        None => ("timed-out", "", "2026-04-30T00:00:00Z"),
    };
    let provider = match region {
        "north" => "CSPN",
        "central" => "CSPC",
        _ => "CSPS",
    };
    format!(
        "90-B3-D5-1F-30-01-00-{u:02X}:00-DB-12-34-56-78-90-A0:{counter},{srv},on-demand,smets2,none,{region},{provider},dsp,{state},,{received},{answer},{timeout},2026-05-02T00:00:00Z\n"
    )
}

/// The arguments of a command line: separated by spaces, except within single quotes.
pub fn arguments(line: &str) -> Vec<String> {
    let (mut out, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for c in line.chars() {
        match c {
            '\'' => quoted = !quoted,
            ' ' if !quoted => out.push(std::mem::take(&mut word)),
            c => word.push(c),
        }
    }
    assert!(!quoted, "a quote is not closed: {line}");
    out.push(word);
    out.retain(|w| !w.is_empty());
    out
}
