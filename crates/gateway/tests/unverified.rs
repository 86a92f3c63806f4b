//! A flood of messages without a verified sender: it costs bounded space, and every message is counted.

use crate::support::Running;
use northbound_flow::{codec, event::Event};
use northbound_gateway::{
    Config,
    clock::SystemClock,
    log::{LogFormat, log_to},
};
use northbound_ledger::journal::{Disk, inspect};
use std::{
    fs::File,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
};

const FLOOD: u64 = 100_000;
/// Connections over which the flood comes.
const CONNECTIONS: u64 = 4;
/// Requests that are sent before their answers are read.
const BURST: u64 = 50;
/// Most bytes by which a flood may grow the journal, and the log. At 72 and 250 bytes for each message, as an earlier
/// version wrote, they would be 7 and 25 megabytes.
const MOST: u64 = 64 * 1024;

const CLAIMED: &str = "90-B3-D5-1F-30-01-00-01:00-DB-12-34-01-00-00-01:7";

fn unsigned() -> String {
    format!(
        "<sr:Request xmlns:sr=\"http://www.dccinterface.co.uk/ServiceUserGateway\" schemaVersion=\"5.4\"><sr:Header><sr:RequestID>{CLAIMED}</sr:RequestID><sr:CommandVariant>1</sr:CommandVariant><sr:ServiceReference>4.1</sr:ServiceReference><sr:ServiceReferenceVariant>4.1.1</sr:ServiceReferenceVariant></sr:Header><sr:Body><sr:ReadInstantaneousImportRegisters/></sr:Body></sr:Request>"
    )
}

/// Posts the same body many times over one connection; gives the number of refusals.
fn flood(to: SocketAddr, posts: u64) -> u64 {
    let body = unsigned();
    let one = format!(
        "POST /api/v1/serviceS HTTP/1.1\r\nHost: x\r\nContent-Type: application/xml\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(to).unwrap();
    let burst = one.repeat(usize::try_from(BURST).unwrap());
    let (mut refused, mut seen) = (0, Vec::new());
    let mut read = [0; 64 * 1024];
    const END: &[u8] = b"E100</sr:ResponseCode>";
    for _ in 0..posts / BURST {
        stream.write_all(burst.as_bytes()).unwrap();
        let mut answers = 0;
        while answers < BURST {
            let n = stream.read(&mut read).unwrap();
            assert!(n > 0, "the connection ended after {refused} refusals");
            seen.extend_from_slice(&read[..n]);
            let mut from = 0;
            while let Some(at) = seen[from..].windows(END.len()).position(|w| w == END) {
                from += at + END.len();
                answers += 1;
            }
            seen.drain(..from);
        }
        refused += answers;
    }
    refused
}

fn bytes_below(folder: &Path) -> u64 {
    std::fs::read_dir(folder).unwrap().map(|f| f.unwrap().metadata().unwrap().len()).sum()
}

#[test]
fn a_flood_leaves_journal_and_log_small_and_every_message_counted() {
    let log = tempfile::NamedTempFile::new().unwrap();
    let filter = "info".parse().unwrap();
    let out = File::create(log.path()).unwrap();
    let (dispatch, writer) = log_to(out, &filter, LogFormat::Json, SystemClock::shared()).unwrap();
    let mut r = Running::start_with(false, Config::default(), dispatch);
    r.until("the policy is stored", |s| s["stored"].as_u64() > Some(0));
    let journal = r.data().join("journal");
    let (journal_before, log_before) =
        (bytes_below(&journal), log.path().metadata().unwrap().len());
    let duis = r.duis();
    let refused: u64 = std::thread::scope(|s| {
        let all: Vec<_> =
            (0..CONNECTIONS).map(|_| s.spawn(|| flood(duis, FLOOD / CONNECTIONS))).collect();
        all.into_iter().map(|t| t.join().unwrap()).sum()
    });
    assert_eq!(refused, FLOOD);
    r.stop();
    drop(writer);
    let records = inspect::records(&Disk::at(journal.clone()), 1, 10_000).unwrap().0;
    let mut messages = 0;
    for found in records {
        match codec::decode_event(&found.record.payload).unwrap() {
            Event::Unverified(u) => {
                messages += u.messages;
                assert_eq!((&*u.address, u.user), ("127.0.0.1", None));
                assert!(u.claimed.is_none() || u.messages == 1, "{u:?}");
            }
            Event::Request(_) | Event::Rejected(_) => panic!("it is nobody's request"),
            _ => {}
        }
    }
    assert_eq!(messages, FLOOD, "every message is in the journal, by itself or counted");
    // The checkpoint that a stop writes is not what the flood took.
    let segments: u64 = std::fs::read_dir(&journal)
        .unwrap()
        .map(|f| f.unwrap())
        .filter(|f| !f.file_name().to_string_lossy().contains("checkpoint"))
        .map(|f| f.metadata().unwrap().len())
        .sum();
    let grown = segments.saturating_sub(journal_before);
    assert!(grown < MOST, "the journal grew by {grown} bytes");
    let logged = log.path().metadata().unwrap().len() - log_before;
    assert!(logged < MOST, "the log grew by {logged} bytes");
    let text = std::fs::read_to_string(log.path()).unwrap();
    assert!(text.contains("message.unverified") && text.contains("messages.unverified"), "{text}");
}
