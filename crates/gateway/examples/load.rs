//! An open-loop load of signed reads (CV1) against a running service: requests leave at their time,
//! whatever the service does. Prints offered and achieved rate, acknowledgements by percentile from
//! the intended start, what was refused, and the answers delivered here: how many while the load lasted,
//! and by percentile how long after their acknowledgement.
//!
//! `cargo run --release -p northbound-gateway --example load -- URL DATA RATE SECONDS METERS.csv [IDLE HALF]`
//! where URL is the service's base, DATA its data folder (keys) and METERS.csv lines of EUI,USER. With IDLE and HALF,
//! strangers from other addresses of the loopback network hold IDLE idle connections and HALF half-sent bodies while
//! the load lasts.

use northbound_duis::{
    Signer,
    build::{Element, RequestBody, RequestOut, ServiceRef},
};
use northbound_keys::Keys;
use northbound_types::{Eui64, RequestId};
use std::{
    collections::HashMap,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream},
    sync::mpsc,
};

const CONNECTIONS: usize = 64;
/// First one request goes to each meter at this rate, uncounted: with each of them the service agrees
/// on a key once, which takes as long as a verification.
const WARM_UP_RATE: u64 = 500;
type Fail = Box<dyn std::error::Error + Send + Sync>;

#[derive(Default)]
struct Seen {
    waits: Mutex<Vec<u64>>,
    ways: Mutex<Ways>,
    accepted: AtomicU64,
    refused: AtomicU64,
    failed: AtomicU64,
    answered: AtomicU64,
}

/// When each request was acknowledged, by its text, and how long its answer took from there, ms. An
/// answer may overtake the reading of its acknowledgement.
#[derive(Default)]
struct Ways {
    open: HashMap<Vec<u8>, Instant>,
    took: Vec<u64>,
}

impl Ways {
    /// The second of acknowledgement and answer ends the way.
    fn step(&mut self, message: &[u8]) {
        let Some(from) = message.windows(10).position(|w| w == b"RequestID>").map(|p| p + 10)
        else {
            return;
        };
        let Some(end) = message[from..].iter().position(|b| *b == b'<') else { return };
        let id = &message[from..from + end];
        match self.open.remove(id) {
            Some(at) => self.took.push(at.elapsed().as_millis() as u64),
            None => {
                self.open.insert(id.to_vec(), Instant::now());
            }
        }
    }
}

fn locked<T>(m: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    m.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Where one message ends: head and body of HTTP with a Content-Length.
fn whole(buffer: &[u8]) -> Option<(usize, usize)> {
    let head = buffer.windows(4).position(|w| w == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&buffer[..head]).ok()?;
    let length = text
        .lines()
        .find_map(|l| {
            l.split_once(':')
                .filter(|(k, _)| k.eq_ignore_ascii_case("content-length"))
                .and_then(|(_, v)| v.trim().parse::<usize>().ok())
        })
        .unwrap_or(0);
    (buffer.len() >= head + length).then_some((head, head + length))
}

async fn endpoint(seen: Arc<Seen>) -> Result<String, Fail> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/", listener.local_addr()?);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let seen = Arc::clone(&seen);
            tokio::spawn(async move {
                let mut buffer = Vec::with_capacity(8192);
                loop {
                    while let Some((_, end)) = whole(&buffer) {
                        locked(&seen.ways).step(&buffer[..end]);
                        buffer.drain(..end);
                        seen.answered.fetch_add(1, Ordering::Relaxed);
                        if stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.is_err() {
                            return;
                        }
                    }
                    if stream.read_buf(&mut buffer).await.unwrap_or(0) == 0 {
                        return;
                    }
                }
            });
        }
    });
    Ok(url)
}

async fn connection(
    authority: String,
    base: String,
    mut work: mpsc::Receiver<(Instant, Vec<u8>)>,
    seen: Arc<Seen>,
) {
    let mut stream: Option<TcpStream> = None;
    while let Some((due, xml)) = work.recv().await {
        if stream.is_none() {
            stream = TcpStream::connect(&authority).await.ok();
            if let Some(s) = &stream {
                let _ = s.set_nodelay(true);
            }
        }
        let Some(s) = &mut stream else {
            seen.failed.fetch_add(1, Ordering::Relaxed);
            continue;
        };
        let head = format!(
            "POST {base}/serviceS HTTP/1.1\r\nHost: x\r\nContent-Type: application/xml\r\nContent-Length: {}\r\n\r\n",
            xml.len()
        );
        let mut message = head.into_bytes();
        message.extend_from_slice(&xml);
        let answer = async {
            s.write_all(&message).await.ok()?;
            let mut buffer = Vec::with_capacity(2048);
            loop {
                if let Some((_, end)) = whole(&buffer) {
                    buffer.truncate(end);
                    return Some(buffer);
                }
                if s.read_buf(&mut buffer).await.unwrap_or(0) == 0 {
                    return None;
                }
            }
        };
        match answer.await {
            Some(b) if b.windows(5).any(|w| w == b">I99<") => {
                seen.accepted.fetch_add(1, Ordering::Relaxed);
                locked(&seen.waits).push(due.elapsed().as_micros() as u64);
                locked(&seen.ways).step(&b);
            }
            Some(_) => {
                seen.refused.fetch_add(1, Ordering::Relaxed);
            }
            None => {
                seen.failed.fetch_add(1, Ordering::Relaxed);
                stream = None;
            }
        }
    }
}

fn sign(signers: &HashMap<Eui64, Signer>, id: RequestId) -> Result<Vec<u8>, Fail> {
    let text = id.to_string();
    let out = RequestOut {
        schema_version: "5.2",
        id: &text,
        first_in_sequence: None,
        preceding: None,
        variant: northbound_types::CommandVariant::Send,
        service: ServiceRef { reference: "4.1", srv: "4.1.1" },
        body: RequestBody::Service(Element::new("ReadInstantaneousImportRegisters")),
    };
    let signer = signers.get(&id.originator).ok_or("a User without a key")?;
    Ok(out.signed(signer)?)
}

fn main() -> Result<(), Fail> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let ([url, data, rate, seconds, meters], strangers) =
        args.split_first_chunk::<5>().ok_or("load URL DATA RATE SECONDS METERS.csv [IDLE HALF]")?;
    let strangers = match strangers {
        [] => Strangers::default(),
        [idle, half] => Strangers { idle: idle.parse()?, half: half.parse()? },
        _ => return Err("IDLE and HALF belong together".into()),
    };
    let (rate, seconds): (u64, u64) = (rate.parse()?, seconds.parse()?);
    let rest = url.strip_prefix("http://").ok_or("plain http only")?;
    let (authority, base) = rest
        .split_once('/')
        .map_or((rest, String::new()), |(a, b)| (a, format!("/{}", b.trim_end_matches('/'))));
    let mut targets: Vec<(Eui64, Eui64)> = Vec::new();
    for line in std::fs::read_to_string(meters)?.lines() {
        let (m, u) = line.split_once(',').ok_or("lines of EUI,USER")?;
        targets.push((m.parse()?, u.parse()?));
    }
    let folder = Path::new(data).join("keys");
    let keys = Keys::load(&folder, Eui64(0x90B3_D51F_3000_0002), None)?;
    let mut signers = HashMap::new();
    for &(_, user) in &targets {
        if let std::collections::hash_map::Entry::Vacant(free) = signers.entry(user) {
            free.insert(keys.user(user, &folder)?);
        }
    }
    // Signed beforehand, so that the load's own cost is small.
    let start = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis() as u64;
    let total = rate * seconds + targets.len() as u64;
    let mut messages = Vec::with_capacity(total as usize);
    for n in 0..total {
        let (target, originator) = targets[n as usize % targets.len()];
        messages.push(sign(&signers, RequestId { originator, target, counter: start + n })?);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(run(
        authority.to_owned(),
        base,
        Path::new(data),
        messages,
        rate,
        signers.into_keys().collect(),
        targets.len(),
        strangers,
    ))
}

/// What strangers hold.
#[derive(Clone, Copy, Default)]
struct Strangers {
    /// Idle connections.
    idle: u16,
    /// Connections with a body of which a half was sent.
    half: u16,
}

/// Bytes of firmware of which a half is sent.
const FIRMWARE: usize = 14_000_000;
/// Addresses of the loopback network from which strangers come.
const ADDRESSES: u16 = 200;

impl Strangers {
    /// Connects them all. They stay until the streams are dropped.
    async fn connect(self, authority: &str, base: &str) -> Result<Vec<TcpStream>, Fail> {
        let to = authority.parse()?;
        let mut held = Vec::new();
        for n in 0..self.idle + self.half {
            let socket = TcpSocket::new_v4()?;
            socket.bind(([127, 0, 1, u8::try_from(n % ADDRESSES + 2)?], 0).into())?;
            let mut stream = socket.connect(to).await?;
            if n >= self.idle {
                let head = format!(
                    "POST {base}/serviceD HTTP/1.1\r\nHost: x\r\nContent-Type: application/xml\r\nContent-Length: {FIRMWARE}\r\n\r\n"
                );
                // The service may cut it off meanwhile.
                let _ = stream.write_all(head.as_bytes()).await;
                let _ = stream.write_all(&vec![b'a'; FIRMWARE / 2]).await;
            }
            held.push(stream);
        }
        Ok(held)
    }
}

/// Raises this process's limit of open files.
fn raise_files() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let maximum = getrlimit(Resource::Nofile).maximum;
        let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    }
}

/// The connections, each with its own queue of messages and the time at which each is due.
struct Lanes {
    queues: Vec<mpsc::Sender<(Instant, Vec<u8>)>>,
    /// Meters; a meter always goes by one lane, so that its counters arrive in order.
    targets: usize,
}

impl Lanes {
    fn open(authority: &str, base: &str, targets: usize, seen: &Arc<Seen>) -> Lanes {
        let lane = |_| {
            let (tx, rx) = mpsc::channel(100_000);
            let (authority, base) = (authority.to_owned(), base.to_owned());
            tokio::spawn(connection(authority, base, rx, Arc::clone(seen)));
            tx
        };
        Lanes { queues: (0..CONNECTIONS).map(lane).collect(), targets }
    }

    /// Sends each message at its time; returns when that began.
    async fn send(&self, messages: Vec<Vec<u8>>, rate: u64) -> Instant {
        let begun = Instant::now();
        for (n, xml) in messages.into_iter().enumerate() {
            let due = begun + Duration::from_nanos(1_000_000_000 / rate * n as u64);
            if let Some(wait) = due.checked_duration_since(Instant::now())
                && wait > Duration::from_micros(500)
            {
                tokio::time::sleep(wait).await;
            }
            let _ = self.queues[n % self.targets % CONNECTIONS].try_send((due, xml));
        }
        begun
    }
}

impl Seen {
    fn done(&self) -> usize {
        let all = [&self.accepted, &self.refused, &self.failed];
        all.iter().map(|n| n.load(Ordering::Relaxed) as usize).sum()
    }

    fn reset(&self) {
        for n in [&self.accepted, &self.refused, &self.failed, &self.answered] {
            n.store(0, Ordering::Relaxed);
        }
        locked(&self.waits).clear();
        *locked(&self.ways) = Ways::default();
    }

    /// Waits until `is`, at most `patience`.
    async fn until(&self, patience: Duration, is: impl Fn(&Seen) -> bool) {
        let begun = Instant::now();
        while !is(self) && begun.elapsed() < patience {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

async fn run(
    authority: String,
    base: String,
    data: &Path,
    mut messages: Vec<Vec<u8>>,
    rate: u64,
    users: Vec<Eui64>,
    targets: usize,
    strangers: Strangers,
) -> Result<(), Fail> {
    raise_files();
    let seen = Arc::new(Seen::default());
    let url = endpoint(Arc::clone(&seen)).await?;
    direct(data, &url, &users).await?;
    let lanes = Lanes::open(&authority, &base, targets, &seen);
    let counted = messages.split_off(targets);
    lanes.send(messages, WARM_UP_RATE).await;
    seen.until(Duration::MAX, |s| s.done() >= targets).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let held = strangers.connect(&authority, &base).await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    seen.reset();
    let total = counted.len();
    let begun = lanes.send(counted, rate).await;
    let offered = total as f64 / begun.elapsed().as_secs_f64();
    seen.until(Duration::from_secs(30), |s| s.done() >= total).await;
    let took = begun.elapsed().as_secs_f64();
    let meanwhile = seen.answered.load(Ordering::Relaxed);
    let all = |s: &Seen| s.answered.load(Ordering::Relaxed) >= s.accepted.load(Ordering::Relaxed);
    seen.until(Duration::from_secs(60), all).await;
    drop(held);
    print(&seen, total, Rates { offered, took, meanwhile });
    Ok(())
}

/// How the load went.
struct Rates {
    /// Messages a second that were sent.
    offered: f64,
    /// Seconds until all were acknowledged.
    took: f64,
    /// Answers that were delivered by then.
    meanwhile: u64,
}

fn print(seen: &Seen, total: usize, Rates { offered, took, meanwhile }: Rates) {
    let of = |sorted: &[u64], p: usize| {
        sorted.get(sorted.len().saturating_sub(1) * p / 1000).copied().unwrap_or(0)
    };
    let mut waits = locked(&seen.waits).clone();
    waits.sort_unstable();
    let mut ways = locked(&seen.ways).took.clone();
    ways.sort_unstable();
    let at = |p: usize| of(&waits, p) as f64 / 1000.0;
    let (accepted, answered) =
        (seen.accepted.load(Ordering::Relaxed), seen.answered.load(Ordering::Relaxed));
    println!(
        "offered {offered:.0}/s, acknowledged {:.0}/s, answered and delivered meanwhile {:.0}/s",
        accepted as f64 / took,
        meanwhile as f64 / took
    );
    println!(
        "{total} sent: {accepted} accepted, {} refused, {} failed; {answered} answers delivered",
        seen.refused.load(Ordering::Relaxed),
        seen.failed.load(Ordering::Relaxed)
    );
    println!(
        "acknowledgement from the intended start, ms: p50 {:.1}  p95 {:.1}  p99 {:.1}  most {:.1}",
        at(500),
        at(950),
        at(990),
        at(1000)
    );
    println!(
        "answer delivered after its acknowledgement, ms: p50 {}  p95 {}  p99 {}  most {}",
        of(&ways, 500),
        of(&ways, 950),
        of(&ways, 990),
        of(&ways, 1000)
    );
}

/// Directs the Users' messages of the running service to `url`.
async fn direct(data: &Path, url: &str, users: &[Eui64]) -> Result<(), Fail> {
    let said: serde_json::Value =
        serde_json::from_slice(&std::fs::read(data.join("service.json"))?)?;
    let (control, token) = (
        said["control"].as_str().unwrap_or_default().to_owned(),
        said["token"].as_str().unwrap_or_default().to_owned(),
    );
    for user in users {
        let body = serde_json::json!({"user": user, "url": url}).to_string();
        let mut s = TcpStream::connect(control.trim_start_matches("http://")).await?;
        s.write_all(format!("POST /v1/endpoint HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nNorthbound-Actor: load+operations\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len()).as_bytes()).await?;
        let mut answer = String::new();
        s.read_to_string(&mut answer).await?;
        if !answer.contains(" 200 ") {
            return Err(format!("the service does not take the endpoint: {answer}").into());
        }
    }
    Ok(())
}
