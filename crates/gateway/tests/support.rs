//! A service that runs within the test, on a network without devices and a ledger that can be full.

use northbound_client::control::{ACTOR, Client};
use northbound_gateway::{
    Config, Service, Setup,
    clock::SystemClock,
    ledger_sink::{Commit, Sink},
    wan::{Dispatch, NetworkError, RegionalNetwork},
};
use northbound_ledger::LedgerError;
use northbound_rules::RuleSet;
use northbound_types::Actor;
use serde_json::Value;
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};
use tokio::sync::mpsc;

/// Who may use the control interface.
pub(crate) const OPERATOR: &str = "kim+operations";

/// A network without devices.
struct Silent;

impl RegionalNetwork for Silent {
    fn dispatch(&self, _: Dispatch) -> Result<(), NetworkError> {
        Ok(())
    }
    fn ask(&self, _: northbound_gbcs::Correlation) -> Result<(), NetworkError> {
        Ok(())
    }
    fn alert_taken(&self, _: u64) -> Result<(), NetworkError> {
        Ok(())
    }
}

/// A ledger on a disk that is full for a while.
struct FullDisk(Arc<AtomicBool>);

impl Sink for FullDisk {
    fn position(&self) -> u64 {
        0
    }
    fn commit(&mut self, _: &Commit) -> Result<(), LedgerError> {
        if self.0.load(SeqCst) {
            return Err(LedgerError::Refused("no space left on the device".to_owned()));
        }
        Ok(())
    }
}

pub(crate) struct Running {
    service: Option<Service>,
    control: SocketAddr,
    /// The token of the control interface.
    pub(crate) token: String,
    /// A client with that token.
    pub(crate) client: Client,
    full: Arc<AtomicBool>,
    folder: tempfile::TempDir,
}

/// An answer over HTTP.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Header lines in lower case.
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|l| l.strip_prefix(name)?.strip_prefix(": "))
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }
}

impl Running {
    pub(crate) fn start(full: bool) -> Running {
        Running::start_with(full, Config::default(), tracing::Dispatch::none())
    }

    /// With these settings, except that the ports are free ones.
    pub(crate) fn start_with(full: bool, mut config: Config, log: tracing::Dispatch) -> Running {
        let folder = tempfile::tempdir().unwrap();
        let full = Arc::new(AtomicBool::new(full));
        config.listen.set_port(0);
        config.store.commit_seconds = 0;
        let setup = Setup {
            data: folder.path().to_owned(),
            config,
            rules: RuleSet::embedded().unwrap(),
            clock: SystemClock::shared(),
            log,
            network: Box::new(|_| {
                let (_, events) = mpsc::channel(1);
                Ok((Arc::new(Silent), events))
            }),
            ledger: Some(Box::new(FullDisk(Arc::clone(&full)))),
            permits: Arc::new(|_, actor| actor.roles.iter().any(|r| r == "operations")),
        };
        let service = Service::start(setup).unwrap();
        let client = Client::of(folder.path(), &Actor::parse(OPERATOR).unwrap()).unwrap();
        Running {
            control: service.control,
            token: client.run_file().token.clone(),
            service: Some(service),
            client,
            full,
            folder,
        }
    }

    /// One request of the operator. Of an answer that has no end, only the head is read.
    pub(crate) fn ask(&self, method: &str, path: &str, token: &str, body: &str) -> Answer {
        self.ask_with(
            method,
            path,
            &format!("Authorization: Bearer {token}\r\n{ACTOR}: {OPERATOR}\r\n"),
            body,
        )
    }

    /// One request with these headers.
    pub(crate) fn ask_with(&self, method: &str, path: &str, headers: &str, body: &str) -> Answer {
        let mut stream = TcpStream::connect(self.control).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.0\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        let mut stream = BufReader::new(stream);
        let mut head = String::new();
        while stream.read_line(&mut head).unwrap() > 2 {}
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let head = head.to_ascii_lowercase();
        let mut body = String::new();
        if !head.contains("application/x-ndjson") {
            stream.read_to_string(&mut body).unwrap();
        }
        Answer { status, head, body }
    }

    /// Where Users post.
    pub(crate) fn duis(&self) -> SocketAddr {
        self.service.as_ref().unwrap().duis
    }

    /// The data folder.
    pub(crate) fn data(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Stops the service; its data folder is still there.
    pub(crate) fn stop(&mut self) {
        self.service.take().unwrap().stop();
    }

    /// A connection to the User interface.
    pub(crate) fn connect(&self) -> TcpStream {
        TcpStream::connect(self.service.as_ref().unwrap().duis).unwrap()
    }

    /// Makes the ledger's disk full, or gives it space again.
    pub(crate) fn fill(&self, full: bool) {
        self.full.store(full, SeqCst);
    }

    /// Polls `status` until it is as expected.
    pub(crate) fn until(&self, what: &str, is: impl Fn(&Value) -> bool) -> Value {
        let begun = Instant::now();
        loop {
            let status = self.client.get("/status").unwrap();
            if is(&status) {
                return status;
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "{what}: {status}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.full.store(false, SeqCst);
        if let Some(s) = self.service.take() {
            s.stop();
        }
    }
}
