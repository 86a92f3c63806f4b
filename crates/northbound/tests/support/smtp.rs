//! A mail relay on loopback for the tests: takes, refuses, puts off, breaks off, falls silent.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    sync::{Arc, Mutex},
};
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

/// What it does with a recipient.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Does {
    /// 550 to the recipient.
    Refuse,
    /// 451 to the recipient the first time.
    PutOffOnce,
    /// Closes the connection when it has the bytes, without a reply, the first time.
    BreakOnce,
    /// 554 to the bytes.
    RefuseBytes,
}

#[derive(Default)]
pub struct Heard {
    /// Recipient and bytes of each message, as they came in whole.
    pub mails: Vec<(String, Vec<u8>)>,
    /// Recipients that were named, ever.
    pub asked: Vec<String>,
    pub connections: u32,
    /// What was said to get in.
    pub auth: Vec<String>,
}

pub struct Server {
    pub port: u16,
    pub heard: Arc<Mutex<Heard>>,
}

/// Where it falls silent, once, until the client is gone: a kill then meets the client at a known step.
#[derive(Clone, Copy)]
pub enum Silent {
    /// At the n-th recipient named.
    Recipient(usize),
    /// At the n-th message it has whole.
    Message(usize),
}

/// How it is set up.
#[derive(Clone, Default)]
pub struct Manner {
    pub does: BTreeMap<String, Does>,
    pub silent: Option<Silent>,
    /// Asks for a name and a password.
    pub auth: bool,
    /// Speaks TLS: from the first byte, or once it is asked to.
    pub tls: Option<(Arc<ServerConfig>, bool)>,
}

trait Stream: Read + Write + Send {}
impl<T: Read + Write + Send> Stream for T {}

fn wrapped(
    stream: Box<dyn Stream>,
    config: &Arc<ServerConfig>,
) -> std::io::Result<Box<dyn Stream>> {
    let connection = ServerConnection::new(Arc::clone(config)).map_err(std::io::Error::other)?;
    Ok(Box::new(StreamOwned::new(connection, stream)))
}

impl Server {
    pub fn start(manner: Manner) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Server { port: listener.local_addr().unwrap().port(), heard: Arc::default() };
        let heard = server.heard.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (heard, manner) = (heard.clone(), manner.clone());
                std::thread::spawn(move || {
                    let _ = session(Box::new(stream), &heard, &manner);
                });
            }
        });
        server
    }
    /// How often each recipient got a message.
    pub fn got(&self) -> BTreeMap<String, usize> {
        let mut out = BTreeMap::new();
        for (to, _) in &self.heard.lock().unwrap().mails {
            *out.entry(to.clone()).or_default() += 1;
        }
        out
    }
}

impl Heard {
    /// Records a recipient: whether it is the first time, and how many there were.
    fn recipient(&mut self, to: &str) -> (bool, usize) {
        self.asked.push(to.to_owned());
        (self.asked.iter().filter(|t| *t == to).count() == 1, self.asked.len())
    }
    /// Records a message: whether it is the first to this recipient, and how many there were.
    fn message(&mut self, to: &str, bytes: Vec<u8>) -> (bool, usize) {
        self.mails.push((to.to_owned(), bytes));
        (self.mails.iter().filter(|(t, _)| t == to).count() == 1, self.mails.len())
    }
}

impl Manner {
    fn reply_to_recipient(&self, to: &str, first: bool) -> &'static [u8] {
        match self.does.get(to) {
            Some(Does::Refuse) => b"550 5.1.1 no such mailbox\r\n",
            Some(Does::PutOffOnce) if first => b"451 4.7.1 come back later\r\n",
            _ => b"250 fine\r\n",
        }
    }
    fn greeting(&self) -> &'static [u8] {
        if self.auth {
            b"250-relay.example\r\n250-8BITMIME\r\n250 AUTH PLAIN\r\n"
        } else {
            b"250-relay.example\r\n250 8BITMIME\r\n"
        }
    }
}

/// Reads a message up to the line with a full stop; `None` if the connection ends before.
fn read_data(lines: &mut impl BufRead) -> std::io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    loop {
        let mut line = Vec::new();
        if lines.read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        if line == b".\r\n" {
            return Ok(Some(bytes));
        }
        bytes.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
}

fn session(stream: Box<dyn Stream>, heard: &Mutex<Heard>, manner: &Manner) -> std::io::Result<()> {
    heard.lock().unwrap().connections += 1;
    let at_once = manner.tls.as_ref().filter(|(_, at_once)| *at_once);
    let mut lines = BufReader::new(match at_once {
        Some((config, _)) => wrapped(stream, config)?,
        None => stream,
    });
    let mut to = String::new();
    let mut plain = at_once.is_none();
    lines.get_mut().write_all(b"220 relay.example\r\n")?;
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let word = line.trim_end().to_ascii_uppercase();
        if let (true, "STARTTLS", Some((config, _))) = (plain, word.as_str(), &manner.tls) {
            lines.get_mut().write_all(b"220 go on\r\n")?;
            lines = BufReader::new(wrapped(lines.into_inner(), config)?);
            plain = false;
            continue;
        }
        if plain && manner.tls.is_some() && word.starts_with("EHLO") {
            lines.get_mut().write_all(b"250-relay.example\r\n250 STARTTLS\r\n")?;
        } else if word.starts_with("EHLO") {
            lines.get_mut().write_all(manner.greeting())?;
        } else if word.starts_with("AUTH") {
            heard.lock().unwrap().auth.push(line.trim_end().to_owned());
            lines.get_mut().write_all(b"235 welcome\r\n")?;
        } else if word.starts_with("RCPT TO:") {
            to = line.trim_end().split(['<', '>']).nth(1).unwrap_or_default().to_owned();
            let (first, n) = heard.lock().unwrap().recipient(&to);
            if matches!(manner.silent, Some(Silent::Recipient(at)) if at == n) {
                return until_gone(&mut lines);
            }
            lines.get_mut().write_all(manner.reply_to_recipient(&to, first))?;
        } else if word == "DATA" {
            lines.get_mut().write_all(b"354 go on\r\n")?;
            let Some(bytes) = read_data(&mut lines)? else { return Ok(()) };
            let (first, n) = heard.lock().unwrap().message(&to, bytes);
            if matches!(manner.silent, Some(Silent::Message(at)) if at == n) {
                return until_gone(&mut lines);
            }
            match manner.does.get(&to) {
                Some(Does::BreakOnce) if first => return Ok(()),
                Some(Does::RefuseBytes) => {
                    lines.get_mut().write_all(b"554 5.7.1 not wanted\r\n")?
                }
                _ => lines.get_mut().write_all(b"250 queued\r\n")?,
            }
        } else if word == "QUIT" {
            lines.get_mut().write_all(b"221 bye\r\n")?;
            return Ok(());
        } else {
            lines.get_mut().write_all(b"250 fine\r\n")?;
        }
    }
}

fn until_gone(from: &mut impl Read) -> std::io::Result<()> {
    std::io::copy(from, &mut std::io::sink()).map(drop)
}
