//! Strangers who hold connections or half-sent bodies do not delay others. A small version of what the example
//! `strangers` measures with the default limits.

use crate::support::Running;
use northbound_gateway::Config;
use std::{
    io::{Read, Write},
    net::SocketAddr,
    time::{Duration, Instant},
};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpSocket, TcpStream},
    runtime::Runtime,
};

const GOOD: usize = 200;
/// Within this time at least 99 % of good requests are answered.
const IN_TIME: Duration = Duration::from_millis(100);

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

/// A connection from an address of the loopback network.
async fn from(address: [u8; 4], to: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((address, 0).into()).unwrap();
    socket.connect(to).await.unwrap()
}

/// Posts small messages, each over a connection of its own, and gives the share (per cent) that was answered in time.
fn good_in_time(to: SocketAddr) -> usize {
    let body = "<x/>";
    let in_time = (0..GOOD).filter(|_| {
        let begun = Instant::now();
        let mut answer = String::new();
        let posted = std::net::TcpStream::connect(to).and_then(|mut s| {
            s.set_read_timeout(Some(Duration::from_secs(2)))?;
            write!(
                s,
                "POST /api/v1/serviceS HTTP/1.1\r\nHost: x\r\nContent-Type: application/xml\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            )?;
            s.read_to_string(&mut answer)
        });
        posted.is_ok() && answer.starts_with("HTTP/1.1 200") && begun.elapsed() < IN_TIME
    });
    in_time.count() * 100 / GOOD
}

#[test]
fn idle_connections_of_strangers_delay_nobody() {
    let mut config = Config::default();
    config.limits.connections = 300;
    config.limits.connections_reserved = 50;
    config.limits.connections_each_address = 100;
    let r = Running::start_with(false, config, tracing::Dispatch::none());
    let (to, io) = (r.duis(), runtime());
    let held: Vec<TcpStream> = io.block_on(async {
        let mut held = Vec::new();
        for n in 0..500_u16 {
            held.push(from([127, 0, 1, (n % 10) as u8 + 1], to).await);
        }
        held
    });
    r.until("no more than may be are open", |s| s["connections"] == 250);
    assert!(good_in_time(to) >= 99);
    drop(held);
}

#[test]
fn half_sent_bodies_of_strangers_delay_nobody() {
    let mut config = Config::default();
    (config.limits.bodies_bytes, config.limits.bodies_reserved_bytes) = (1 << 20, 256 << 10);
    let r = Running::start_with(false, config, tracing::Dispatch::none());
    let (to, io) = (r.duis(), runtime());
    // Nine bodies of which more has come than there is memory for all.
    let held: Vec<TcpStream> = io.block_on(async {
        let mut held = Vec::new();
        for n in 1..=9 {
            let mut s = from([127, 0, 2, n], to).await;
            let head = "POST /api/v1/serviceD HTTP/1.1\r\nHost: x\r\nContent-Type: application/xml\r\nContent-Length: 14000000\r\n\r\n";
            s.write_all(head.as_bytes()).await.unwrap();
            s.write_all(&vec![b'a'; 80 << 10]).await.unwrap();
            held.push(s);
        }
        held
    });
    std::thread::sleep(Duration::from_secs(1));
    assert!(good_in_time(to) >= 99);
    drop(held);
}

#[test]
fn known_addresses_have_the_reserve() {
    let mut config = Config::default();
    (config.limits.connections, config.limits.connections_reserved) = (6, 2);
    config.limits.known_addresses = vec![[127, 0, 0, 1].into()];
    let r = Running::start_with(false, config, tracing::Dispatch::none());
    let (to, io) = (r.duis(), runtime());
    // Four strangers send, so none of them is idle.
    let busy = io.block_on(async {
        let mut busy = Vec::new();
        for n in 1..=4 {
            let mut s = from([127, 0, 3, n], to).await;
            let head = "POST /api/v1/serviceS HTTP/1.1\r\nHost: x\r\nContent-Type: application/xml\r\nContent-Length: 10\r\n\r\n";
            s.write_all(head.as_bytes()).await.unwrap();
            busy.push(s);
        }
        busy
    });
    r.until("they are open", |s| s["connections"] == 4);
    std::thread::sleep(Duration::from_millis(200));
    io.block_on(async {
        use tokio::io::AsyncReadExt;
        let mut refused = from([127, 0, 3, 9], to).await;
        assert_eq!(refused.read(&mut [0; 16]).await.unwrap_or(0), 0, "there is no room");
    });
    assert!(good_in_time(to) >= 99, "the known address");
    drop(busy);
}
