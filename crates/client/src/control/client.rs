//! A client for a service in another process. Its sockets are plain and blocking, since a command makes one request.

use super::{ACTOR, ChangeAsked, Changed, METRICS, VERSION, run_file::RunFile};
use crate::error::{ClientError, Result};
use northbound_types::{Actor, Eui64};
use serde_json::{Value, json};
use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    time::Duration,
};

/// Time limit for a connection and for a reply.
const PATIENCE: Duration = Duration::from_secs(30);
/// Longest header line of a reply, in bytes.
const HEADER_BYTES: u64 = 64 * 1024;

/// A client of the service running on a data folder.
#[derive(Debug, Clone)]
pub struct Client {
    data: PathBuf,
    run: RunFile,
    /// Who acts, without characters that would end a header.
    actor: String,
}

/// Lines of an answer, as they arrive.
#[derive(Debug)]
pub struct Lines(BufReader<TcpStream>);

impl Iterator for Lines {
    type Item = io::Result<String>;
    fn next(&mut self) -> Option<io::Result<String>> {
        let mut line = String::new();
        match self.0.read_line(&mut line) {
            Ok(0) => None,
            Ok(_) => {
                line.truncate(line.trim_end().len());
                Some(Ok(line))
            }
            Err(e) => Some(Err(e)),
        }
    }
}

impl Client {
    /// A client of the service running on this data folder, for this Actor.
    ///
    /// # Errors
    /// [`ClientError::NotRunning`].
    pub fn of(data: &Path, actor: &Actor) -> Result<Client> {
        let actor = actor.to_string().replace(char::is_control, " ");
        let client = Client { data: data.to_owned(), run: RunFile::read(data)?, actor };
        // The file may be left over from a process that died.
        client.connect().map(|_| client)
    }

    /// The run file of the service.
    #[must_use]
    pub fn run_file(&self) -> &RunFile {
        &self.run
    }

    fn connect(&self) -> Result<TcpStream> {
        let address: SocketAddr = self.run.control;
        TcpStream::connect_timeout(&address, PATIENCE).map_err(|e| ClientError::NotRunning {
            data: self.data.clone(),
            why: format!("nothing answers on {address} ({e})"),
        })
    }

    /// The document at a path of the interface (without its version).
    ///
    /// # Errors
    /// [`ClientError::Refused`] with the problem that the service answered; a broken connection.
    pub fn get(&self, path: &str) -> Result<Value> {
        self.ask("GET", path, None)
    }

    /// Posts a document to a path of the interface; returns the answer.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub fn post(&self, path: &str, body: &Value) -> Result<Value> {
        self.ask("POST", path, Some(body))
    }

    /// Makes changes, at most [`super::CHANGES`] at once, and returns the outcome of each in the same order.
    ///
    /// # Errors
    /// As [`Client::get`]; then it is not known which of them were made.
    pub fn change(&self, changes: &[ChangeAsked]) -> Result<Vec<Changed>> {
        let answer = self.post("/changes", &json!(changes))?;
        let outcomes: Vec<Changed> =
            serde_json::from_value(answer["outcomes"].clone()).map_err(|e| self.strange(&e))?;
        if outcomes.len() == changes.len() {
            Ok(outcomes)
        } else {
            Err(self.strange(&format!("{} outcomes of {} changes", outcomes.len(), changes.len())))
        }
    }

    /// Which of up to [`super::ASKED`] devices the service has.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub fn known(&self, devices: &[Eui64]) -> Result<Vec<Eui64>> {
        serde_json::from_value(self.post("/known", &json!(devices))?["devices"].take())
            .map_err(|e| self.strange(&e))
    }

    fn strange(&self, why: &dyn std::fmt::Display) -> ClientError {
        ClientError::Connection {
            address: self.run.control.to_string(),
            why: format!("its answer is not understood: {why}"),
        }
    }

    /// The text at a path, such as the metrics.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub fn text(&self, path: &str) -> Result<String> {
        let (status, mut rest) = self.open("GET", path, None)?;
        let mut text = String::new();
        rest.read_to_string(&mut text).map_err(|e| self.broken(&e))?;
        if status == 200 { Ok(text) } else { Err(refused(status, &text)) }
    }

    /// The lines at a path that has no end, such as the tap.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub fn lines(&self, path: &str) -> Result<Lines> {
        let (status, mut rest) = self.open("GET", path, None)?;
        if status == 200 {
            rest.get_ref().set_read_timeout(None).map_err(|e| self.broken(&e))?;
            return Ok(Lines(rest));
        }
        let mut text = String::new();
        rest.read_to_string(&mut text).map_err(|e| self.broken(&e))?;
        Err(refused(status, &text))
    }

    fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value> {
        let (status, mut rest) = self.open(method, path, body)?;
        let mut text = String::new();
        rest.read_to_string(&mut text).map_err(|e| self.broken(&e))?;
        if status != 200 {
            return Err(refused(status, &text));
        }
        serde_json::from_str(&text).map_err(|e| ClientError::Connection {
            address: self.run.control.to_string(),
            why: format!("its answer is no JSON: {e}"),
        })
    }

    fn broken(&self, e: &io::Error) -> ClientError {
        ClientError::Connection { address: self.run.control.to_string(), why: e.to_string() }
    }

    /// HTTP/1.0, so that an answer ends with its connection and is never in chunks.
    fn open(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<(u16, BufReader<TcpStream>)> {
        let mut stream = self.connect()?;
        let version = if path == METRICS { "" } else { VERSION };
        let body = body.map(Value::to_string).unwrap_or_default();
        let head = format!(
            "{method} {version}{path} HTTP/1.0\r\nHost: {}\r\nAuthorization: Bearer {}\r\n{ACTOR}: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            self.run.control,
            self.run.token,
            self.actor,
            body.len()
        );
        let sent = (|| {
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.write_all(head.as_bytes())?;
            stream.write_all(body.as_bytes())
        })();
        sent.map_err(|e| self.broken(&e))?;
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.by_ref().take(HEADER_BYTES).read_line(&mut line).map_err(|e| self.broken(&e))?;
        let status = line.split(' ').nth(1).and_then(|s| s.parse().ok()).ok_or_else(|| {
            ClientError::Connection {
                address: self.run.control.to_string(),
                why: format!("it answered {line:?}, which is no HTTP"),
            }
        })?;
        loop {
            line.clear();
            let n = reader
                .by_ref()
                .take(HEADER_BYTES)
                .read_line(&mut line)
                .map_err(|e| self.broken(&e))?;
            if n == 0 || line.trim_end().is_empty() {
                return Ok((status, reader));
            }
        }
    }
}

fn refused(status: u16, text: &str) -> ClientError {
    let said: Value = serde_json::from_str(text).unwrap_or(Value::Null);
    let of = |key: &str| said.get(key).and_then(Value::as_str).map(str::to_owned);
    ClientError::Refused {
        status,
        code: of("code").unwrap_or_else(|| "control.http".to_owned()),
        message: of("message").unwrap_or_else(|| format!("HTTP status {status}")),
    }
}
