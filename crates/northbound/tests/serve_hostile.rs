//! What the service makes of bytes, clients and callers that mean no good: a coded refusal, bounded
//! memory, and the others served.

use crate::support;
use std::{
    io::{Read, Write},
    net::TcpStream,
};
use support::{
    Room,
    live::{Live, OTHER, Running, SERVE, USER, answer, connect, element, post, read_meter, until},
};

const XML: &str = "application/xml";

fn code(live: &Live, body: &[u8]) -> (u16, String) {
    let a = post(&live.duis(), "serviceS", XML, body);
    (a.status, element(&a.body, "ResponseCode").to_owned())
}

fn still_serves(live: &Live) {
    live.room.write("ok.xml", &read_meter(&live.meter()));
    assert_eq!(
        live.send(&format!("ok.xml --user {USER} --wait 0")).ok().json()["exchanges"][0]["code"],
        "I99"
    );
}

#[test]
fn what_is_no_message_gets_a_code_and_is_no_request() {
    let live = Live::new();
    let counts = |live: &Live| {
        let top = live.json("top --once");
        ["refused", "entered", "unverified"].map(|k| top[k].as_u64().unwrap())
    };
    let [refused, entered, unverified] = counts(&live);
    let bomb = "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><x>&b;</x>";
    for body in [&b""[..], b"not xml", b"\xFF\xFE\x00", bomb.as_bytes(), b"<sr:Request>"] {
        assert_eq!(code(&live, body), (200, "E100".to_owned()));
    }
    assert_eq!(counts(&live), [refused, entered, unverified + 5]);
    // Unsigned: it can be read, so its id is echoed as it came, in lower case here.
    let unsigned =
        read_meter(&live.meter()).replace("90-B3-D5-1F-30-01-00-01", "90-b3-d5-1f-30-01-00-01");
    let a = post(&live.duis(), "serviceS", XML, unsigned.as_bytes());
    assert!(
        element(&a.body, "ResponseCode") == "E100"
            && element(&a.body, "RequestID").starts_with("90-b3-d5"),
        "{}",
        a.body
    );
    still_serves(&live);
}

#[test]
fn a_user_who_signs_as_another_is_refused() {
    let live = Live::new();
    live.room.write("read.xml", &read_meter(&live.meter()));
    let own = live.room.nb(&format!("send read.xml --user {USER} --counter 7 --print")).ok().out;
    assert_eq!(code(&live, own.trim().as_bytes()).1, "I99");
    // Signed by another, as the first: the signature is good, and its owner is not the originator.
    let forged = live
        .room
        .nb(&format!("send read.xml --user {USER} --counter 8 --signer {OTHER} --print"))
        .ok()
        .out;
    assert_eq!(code(&live, forged.trim().as_bytes()), (200, "E100".to_owned()));
    // One digit changed after signing.
    let signed = live.room.nb(&format!("send read.xml --user {USER} --counter 9 --print")).ok().out;
    assert_eq!(
        code(&live, signed.trim().replace(":9<", ":10<").as_bytes()),
        (200, "E100".to_owned())
    );
    assert_eq!(code(&live, signed.trim().as_bytes()).1, "I99");
}

#[test]
fn paths_methods_and_media_types_are_told_apart() {
    let live = Live::new();
    let base = live.duis();
    assert_eq!(post(&base, "serviceX", XML, b"").status, 404);
    let text = post(&base, "serviceS", "text/xml", b"<x/>");
    assert!(
        text.status == 415
            && text.body.contains("http.media-type")
            && text.body.contains("reference"),
        "{}",
        text.body
    );
    assert_eq!(post(&base, "serviceS", "application/xml; charset=UTF-8", b"<x/>").status, 200);
    let mut s = connect(&base);
    s.write_all(b"GET /api/v1/serviceS HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    let a = answer(s);
    assert!(a.status == 405 && a.head.contains("allow: post"), "{}", a.head);
    let reference = text
        .body
        .split("\"reference\":\"")
        .nth(1)
        .and_then(|r| r.split('"').next())
        .unwrap()
        .to_owned();
    // Lines are written by a thread of their own.
    until(&format!("the log has the reference {reference}"), 20, || {
        std::fs::read_to_string(live.room.path("log.ndjson")).unwrap().contains(&reference)
    });
}

#[test]
fn a_long_body_is_refused_and_not_kept() {
    let live = Live::new();
    let rss = || {
        std::fs::read_to_string(format!("/proc/{}/statm", live.service.child.id()))
            .ok()
            .and_then(|t| t.split(' ').nth(1)?.parse::<u64>().ok())
            .map(|p| p * 4096)
    };
    let before = rss();
    let long = vec![b'a'; 20 << 20];
    for _ in 0..3 {
        let a = post(&live.duis(), "serviceS", XML, &long);
        assert_eq!((a.status, element(&a.body, "ResponseCode")), (200, "E100"));
    }
    if let (Some(a), Some(b)) = (before, rss()) {
        assert!(b < a + (16 << 20), "{a} bytes before, {b} after");
    }
    still_serves(&live);
}

/// Idle connections that are held open, all from one address.
const IDLE: usize = 5_000;

/// Lets this process open as many files as the machine allows.
fn raise_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let maximum = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).unwrap();
    let most = maximum.unwrap_or(u64::MAX);
    assert!(
        most > IDLE as u64 + 500,
        "this machine allows {most} open files, too few for the test"
    );
}

#[test]
fn slow_and_idle_connections_hold_up_nobody() {
    raise_files();
    let room = Room::new();
    room.write("limits.toml", "[limits]\nconnections-each-address = 6000\nbody-seconds = 3\n");
    let service = Running::start(&room, &format!("{SERVE} --config limits.toml"));
    let live = Live { room, service };
    let base = live.duis();
    let address = base.strip_prefix("http://").unwrap().split('/').next().unwrap();
    let mut idle: Vec<TcpStream> = (0..IDLE)
        .map(|n| TcpStream::connect(address).unwrap_or_else(|e| panic!("{n}: {e}")))
        .collect();
    // A header that never ends, and a body that never does.
    let mut slow = connect(&base);
    slow.write_all(b"POST /api/v1/serviceS HTTP/1.1\r\nHost: x\r\nContent-Type: application/xml\r\nContent-Length: 60000\r\n\r\n<").unwrap();
    let mut never = connect(&base);
    never.write_all(b"POST /api/v1/serviceS HTTP/1.1\r\nX").unwrap();
    still_serves(&live);
    // The body is given up when its time is over.
    let slow = answer(slow);
    assert!(
        slow.status == 408 && slow.body.contains("http.slow"),
        "{}: {}",
        slow.status,
        slow.body
    );
    // Connections that were idle are served like any other: the oldest, the newest, one in between.
    for n in [IDLE - 1, IDLE / 2, 0] {
        let mut one = idle.swap_remove(n);
        one.write_all(b"POST /api/v1/serviceS HTTP/1.1\r\nHost: x\r\nContent-Type: application/xml\r\nContent-Length: 1\r\n\r\nx").unwrap();
        let mut head = [0; 15];
        one.read_exact(&mut head).unwrap();
        assert_eq!(&head, b"HTTP/1.1 200 OK", "connection {n}");
    }
    assert_eq!(idle.len(), IDLE - 3);
}
