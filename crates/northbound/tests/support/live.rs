//! A running service for the tests that speak with it: demo data on port 0, killed when the test ends.

use super::Room;
use serde_json::Value;
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

/// The first invented supplier, and its home's electricity meter.
pub const USER: &str = "90-B3-D5-1F-30-01-00-01";
/// Another supplier.
pub const OTHER: &str = "90-B3-D5-1F-30-01-00-02";

/// A process whose first line says where it listens.
pub struct Running {
    pub child: Child,
    pub said: Value,
    lines: BufReader<ChildStdout>,
}

impl Running {
    pub fn start(room: &Room, words: &str) -> Running {
        Running::start_as(room, words, "kim+operations")
    }
    pub fn start_as(room: &Room, words: &str, actor: &str) -> Running {
        // The service goes by the machine's clock.
        let mut command = Command::new(env!("CARGO_BIN_EXE_northbound"));
        command
            .current_dir(room.dir.path())
            .env_clear()
            .env("NORTHBOUND_DATA", "data")
            .env("NORTHBOUND_AS", actor);
        command
            .args(words.split(' '))
            .args(["--format", "json"])
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        let said = serde_json::from_str(&line)
            .unwrap_or_else(|e| panic!("{words}: first line {line:?}: {e}"));
        Running { child, said, lines }
    }
    /// The next line, as JSON.
    pub fn next(&mut self) -> Value {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|e| panic!("line {line:?}: {e}"))
    }
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
    /// Asks it to stop, and returns its exit code.
    pub fn stop(&mut self) -> i32 {
        Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        self.child.wait().unwrap().code().unwrap_or(-1)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A service on demo data, fast.
pub struct Live {
    pub room: Room,
    pub service: Running,
}

/// How a service is started.
pub const SERVE: &str = "serve --demo --meters 40 --speed 20 --listen 127.0.0.1:0 --log log.ndjson";

impl Live {
    pub fn new() -> Live {
        let room = Room::new();
        let service = Running::start(&room, SERVE);
        Live { room, service }
    }
    pub fn again(&mut self) {
        self.service = Running::start(&self.room, SERVE);
    }
    /// Where Users post.
    pub fn duis(&self) -> String {
        self.service.said["duis"].as_str().unwrap().to_owned()
    }
    pub fn json(&self, words: &str) -> Value {
        self.room.json(words)
    }
    /// A meter for which the first supplier is registered, in a region that does not lose much.
    pub fn meter(&self) -> String {
        self.meters()[0].clone()
    }
    pub fn meters(&self) -> Vec<String> {
        let all = self.json("device list");
        let mine: Vec<String> = all["devices"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|d| {
                d["device_type"] == "ESME"
                    && d["region"] != "north"
                    && d["registered"]
                        .as_array()
                        .unwrap()
                        .iter()
                        .any(|r| r[0] == "IS" && r[1] == USER)
            })
            .map(|d| d["eui"].as_str().unwrap().to_owned())
            .collect();
        assert!(!mine.is_empty(), "{all}");
        mine
    }
    /// A command that goes by the machine's clock.
    pub fn now(&self, words: &str) -> super::Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_northbound"));
        command
            .current_dir(self.room.dir.path())
            .env_clear()
            .env("NORTHBOUND_DATA", "data")
            .env("NORTHBOUND_AS", "kim@ACME+analyst")
            .args(words.split(' '));
        let o = command.output().unwrap();
        super::Ran {
            code: o.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&o.stdout).into_owned(),
            err: String::from_utf8_lossy(&o.stderr).into_owned(),
        }
    }
    pub fn send(&self, words: &str) -> super::Ran {
        self.room.nb(&format!("send {words} --format json"))
    }
}

/// A request of ours. Ids are made the sender's own when it is sent.
pub fn request(cv: u8, srv: &str, target: &str, body: &str) -> String {
    let reference = srv.split('.').take(2).collect::<Vec<_>>().join(".");
    format!(
        "<sr:Request xmlns:sr=\"http://www.dccinterface.co.uk/ServiceUserGateway\" schemaVersion=\"5.4\"><sr:Header><sr:RequestID>{USER}:{target}:1</sr:RequestID>\
        <sr:CommandVariant>{cv}</sr:CommandVariant><sr:ServiceReference>{reference}</sr:ServiceReference><sr:ServiceReferenceVariant>{srv}</sr:ServiceReferenceVariant></sr:Header>\
        <sr:Body>{body}</sr:Body></sr:Request>"
    )
}

/// A read of a meter.
pub fn read_meter(target: &str) -> String {
    request(1, "4.1.1", target, "<sr:ReadInstantaneousImportRegisters/>")
}

/// What came back over plain HTTP: status, headers in lower case, body.
pub struct Http {
    pub status: u16,
    pub head: String,
    pub body: String,
}

/// Posts bytes as they are.
pub fn post(base: &str, path: &str, media: &str, body: &[u8]) -> Http {
    let mut stream = connect(base);
    let head = format!(
        "POST /api/v1/{path} HTTP/1.1\r\nHost: x\r\nContent-Type: {media}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    // A server that has heard enough may close before everything is written.
    let _ = stream.write_all(body);
    answer(stream)
}

pub fn connect(base: &str) -> TcpStream {
    let authority = base.strip_prefix("http://").unwrap().split('/').next().unwrap();
    let stream = TcpStream::connect(authority).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(15))).unwrap();
    stream
}

pub fn answer(mut stream: TcpStream) -> Http {
    let mut all = Vec::new();
    let _ = stream.read_to_end(&mut all);
    let text = String::from_utf8_lossy(&all).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or(0);
    Http { status, head: head.to_ascii_lowercase(), body: body.to_owned() }
}

/// Looks until it is so.
#[track_caller]
pub fn until(what: &str, seconds: u64, mut so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !so() {
        assert!(begun.elapsed() < Duration::from_secs(seconds), "not within {seconds} s: {what}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// The text of the first element of that name.
pub fn element<'a>(xml: &'a str, name: &str) -> &'a str {
    xml.split_once(&format!("<sr:{name}>"))
        .and_then(|(_, rest)| rest.split_once('<'))
        .map_or("", |(text, _)| text)
}
