//! The service over time: killed and started again, stopped cleanly, beside other commands.

mod support;
use std::collections::BTreeSet;
use support::live::{Live, Running, USER, read_meter, until};

#[test]
fn everything_acknowledged_before_a_kill_is_answered_after_it() {
    let mut live = Live::new();
    let meters = live.meters();
    let mut acknowledged = BTreeSet::new();
    for (i, meter) in meters.iter().cycle().take(8).enumerate() {
        live.room.write("read.xml", &read_meter(meter));
        let went = live.send(&format!("read.xml --user {USER} --counter {} --wait 0", 10 + i)).ok().json();
        let e = &went["exchanges"][0];
        if e["code"] == "I99" { acknowledged.insert(e["request"].as_str().unwrap().to_owned()); }
    }
    assert_eq!(acknowledged.len(), 8);
    live.service.kill();
    live.again();
    let mut endpoint = Running::start(&live.room, &format!("receive --user {USER}"));
    let mut answered = BTreeSet::new();
    until("all are answered", 15, || { if let Some(r) = endpoint.next()["request"].as_str() { answered.insert(r.to_owned()); } answered.len() == acknowledged.len() });
    assert_eq!(answered, acknowledged);
    // Replay has not forgotten which counters are spent.
    assert_eq!(live.send(&format!("read.xml --user {USER} --counter 10 --wait 0")).ok().json()["exchanges"][0]["code"], "E100");
    let status = live.json("status");
    assert!(status["recovered"]["replayed"].as_u64() > Some(8), "{status}");
}

#[test]
fn a_clean_stop_ends_with_0_and_leaves_a_checkpoint() {
    let mut live = Live::new();
    let pid = live.service.child.id();
    assert_eq!(live.json("status")["pid"], pid);
    assert_eq!(live.service.stop(), 0);
    assert_eq!(live.room.nb("status --format json").code(5).error()["code"], "gateway.not-running");
    live.again();
    let status = live.json("status");
    assert!(status["recovered"]["checkpoint"].as_u64() > Some(0) && status["recovered"]["replayed"] == 0, "{status}");
}

#[test]
fn a_second_service_on_the_same_folder_is_refused() {
    let live = Live::new();
    let ran = live.room.nb("serve --listen 127.0.0.1:0 --format json").code(6);
    assert_eq!(ran.error()["code"], "ledger.locked");
    assert!(live.room.nb("serve --listen 0.0.0.0:0").code(4).err.contains("certificate"), "plain HTTP only on loopback");
}

#[test]
fn changes_need_a_role_and_are_seen_at_once() {
    let live = Live::new();
    let meter = live.meter();
    let add = |words: &str| live.room.nb(&format!("{words} device add 00-DB-12-34-56-78-9A-05 --type IHD --region south"));
    add("--as kim+secretary").code(4);
    add("--as kim+operations").ok();
    assert_eq!(live.json("device show 00-DB-12-34-56-78-9A-05")["devices"][0]["region"], "south");
    // Registered for another supplier from now on: the first is refused.
    live.room.write("read.xml", &read_meter(&meter));
    let send = || live.send(&format!("read.xml --user {USER} --wait 0")).ok().json()["exchanges"][0]["code"].clone();
    assert_eq!(send(), "I99");
    live.room.nb(&format!("--as kim+operations device register {meter} IS 90-B3-D5-1F-30-01-00-02")).ok();
    live.room.nb(&format!("--as kim+operations device register {meter} ES 90-B3-D5-1F-30-01-00-02")).ok();
    assert_eq!(send(), "E4");
}

#[test]
fn a_tap_shows_each_step_of_one_request() {
    let live = Live::new();
    let meter = live.meter();
    live.room.write("read.xml", &read_meter(&meter));
    let child = live.room.command().args(["tap", "--device", &meter, "--count", "5", "--format", "json"]).stdout(std::process::Stdio::piped()).spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(500));
    live.send(&format!("read.xml --user {USER} --wait 0")).ok();
    let out = child.wait_with_output().unwrap();
    let steps: Vec<String> = String::from_utf8_lossy(&out.stdout).lines().map(|l| serde_json::from_str::<serde_json::Value>(l).unwrap()["step"].as_str().unwrap().to_owned()).collect();
    assert_eq!(steps[..3], ["request", "reply", "dispatch"], "{steps:?}");
    assert_eq!(steps[3], "answer", "{steps:?}");
}

#[test]
fn metrics_are_counted() {
    let live = Live::new();
    let address = live.service.said["control"].as_str().unwrap().to_owned();
    let get = || {
        use std::io::{Read, Write};
        let mut s = std::net::TcpStream::connect(&address).unwrap();
        s.write_all(b"GET /metrics HTTP/1.0\r\n\r\n").unwrap();
        let mut t = String::new();
        s.read_to_string(&mut t).unwrap();
        t.lines().find_map(|l| l.strip_prefix("northbound_requests_total ")).unwrap().parse::<u64>().unwrap()
    };
    assert_eq!(get(), 0);
    live.room.write("read.xml", &read_meter(&live.meter()));
    live.send(&format!("read.xml --user {USER} --wait 0")).ok();
    assert_eq!(get(), 1);
}
