//! The service over time: killed and started again, stopped cleanly, beside other commands.

use crate::support;
use std::collections::BTreeSet;
use support::live::{Live, Running, SERVE, USER, read_meter, until};

#[test]
fn everything_acknowledged_before_a_kill_is_answered_after_it() {
    let mut live = Live::new();
    let meters = live.meters();
    let mut acknowledged = BTreeSet::new();
    for (i, meter) in meters.iter().cycle().take(8).enumerate() {
        live.room.write("read.xml", &read_meter(meter));
        let went =
            live.send(&format!("read.xml --user {USER} --counter {} --wait 0", 10 + i)).ok().json();
        let e = &went["exchanges"][0];
        if e["code"] == "I99" {
            acknowledged.insert(e["request"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(acknowledged.len(), 8);
    live.service.kill();
    live.again();
    let mut endpoint = Running::start(&live.room, &format!("receive --user {USER}"));
    let mut answered = BTreeSet::new();
    until("all are answered", 60, || {
        if let Some(r) = endpoint.next()["request"].as_str() {
            answered.insert(r.to_owned());
        }
        answered.len() == acknowledged.len()
    });
    assert_eq!(answered, acknowledged);
    // Replay has not forgotten which counters are spent.
    assert_eq!(
        live.send(&format!("read.xml --user {USER} --counter 10 --wait 0")).ok().json()["exchanges"]
            [0]["code"],
        "E100"
    );
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
    assert!(
        status["recovered"]["checkpoint"].as_u64() > Some(0)
            && status["recovered"]["replayed"] == 0,
        "{status}"
    );
}

#[test]
fn a_second_service_on_the_same_folder_is_refused() {
    let live = Live::new();
    let ran = live.room.nb("serve --listen 127.0.0.1:0 --format json").code(6);
    assert_eq!(ran.error()["code"], "ledger.locked");
    assert!(
        live.room.nb("serve --listen 0.0.0.0:0").code(4).err.contains("certificate"),
        "plain HTTP only on loopback"
    );
}

#[test]
fn changes_need_a_role_and_are_seen_at_once() {
    let live = Live::new();
    let meter = live.meter();
    let add = |words: &str| {
        live.room
            .nb(&format!("{words} device add 00-DB-12-34-56-78-9A-05 --type IHD --region south"))
    };
    add("--as kim+secretary").code(4);
    add("--as kim+operations").ok();
    assert_eq!(live.json("device show 00-DB-12-34-56-78-9A-05")["devices"][0]["region"], "south");
    // Registered for another supplier from now on: the first is refused.
    live.room.write("read.xml", &read_meter(&meter));
    let send = || {
        live.send(&format!("read.xml --user {USER} --wait 0")).ok().json()["exchanges"][0]["code"]
            .clone()
    };
    assert_eq!(send(), "I99");
    live.room
        .nb(&format!("--as kim+operations device register {meter} IS 90-B3-D5-1F-30-01-00-02"))
        .ok();
    live.room
        .nb(&format!("--as kim+operations device register {meter} ES 90-B3-D5-1F-30-01-00-02"))
        .ok();
    assert_eq!(send(), "E4");
}

#[test]
fn a_tap_shows_each_step_of_one_request() {
    let live = Live::new();
    let meter = live.meter();
    live.room.write("read.xml", &read_meter(&meter));
    let child = live
        .room
        .command()
        .args(["tap", "--device", &meter, "--count", "5", "--format", "json"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    support::live::until("the tap is open", 60, || live.json("status")["watchers"] == 1);
    live.send(&format!("read.xml --user {USER} --wait 0")).ok();
    let out = child.wait_with_output().unwrap();
    let steps: Vec<String> = String::from_utf8_lossy(&out.stdout)
        .lines()
        .map(|l| {
            serde_json::from_str::<serde_json::Value>(l).unwrap()["step"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    assert_eq!(steps[..3], ["request", "reply", "dispatch"], "{steps:?}");
    assert_eq!(steps[3], "answer", "{steps:?}");
}

/// Not committed yet: the ledger takes rows every ten seconds.
#[test]
fn a_request_is_found_at_once_and_a_tap_of_it_ends_with_what_is_known() {
    let live = Live::new();
    let meter = live.meter();
    live.room.write("read.xml", &read_meter(&meter));
    let sent = live.send(&format!("read.xml --user {USER}")).ok().json();
    let id = sent["exchanges"][0]["request"].as_str().unwrap_or_else(|| panic!("{sent}"));
    let known = live.json(&format!("request show {}", id.to_lowercase()));
    let one = &known["exchanges"][0];
    assert_eq!(
        (&known["over"], &one["state"]),
        (&true.into(), &"answered-success".into()),
        "{known}"
    );
    assert_eq!(known["service"]["state"], "asked");
    let listed = live.json(&format!("request list --device {meter} --user {USER}"));
    assert_eq!(listed["requests"][0]["request"], id, "{listed}");
    // It is over, so the tap prints what is known and ends.
    let tapped = live.json(&format!("tap --request {id}"));
    assert_eq!(tapped["exchanges"][0]["state"], "answered-success", "{tapped}");
    live.room.nb(&format!("--as lee@STRANGER+user request show {id}")).code(4);
    // After it has stopped, the ledger alone answers the same.
    let mut live = live;
    assert_eq!(live.service.stop(), 0);
    let later = live.json(&format!("request show {id}"));
    assert_eq!(later["service"]["state"], "not-running", "{later}");
    let later = &later["exchanges"][0];
    assert_eq!(
        (&later["committed"], &later["records"][0]["source"]["kind"]),
        (&true.into(), &"journal".into())
    );
    for key in ["state", "code", "received", "answer_sent", "timeliness"] {
        assert_eq!(later[key], one[key], "{key}");
    }
    let attempts = later["deliveries"].as_array().unwrap();
    assert!(attempts.iter().any(|d| d["outcome"] == "delivered"), "{later}");
}

#[test]
fn a_user_added_while_it_runs_sends_at_once_and_so_does_one_whose_keys_were_rotated() {
    let live = Live::new();
    let (meter, fresh) = (live.meter(), "90-B3-D5-1F-30-01-00-99");
    live.room.write("read.xml", &read_meter(&meter));
    let code = |user: &str| {
        live.send(&format!("read.xml --user {user} --wait 0")).ok().json()["exchanges"][0]["code"]
            .clone()
    };
    live.room.nb("party add NEW --name New-(invented) --category large-supplier").ok();
    let added = live.json(&format!(
        "user add {fresh} --party NEW --role IS --live --endpoint http://127.0.0.1:9/"
    ));
    assert_eq!(
        (added["live"]["keys_made"].as_i64(), added["live"]["to"].as_str()),
        (Some(3), Some("service")),
        "{added}"
    );
    assert_eq!(code(fresh), "E4", "known, and registered for nothing");
    live.room.nb(&format!("--as kim+operations device register {meter} IS {fresh}")).ok();
    assert_eq!(code(fresh), "I99");
    let before = live.json("key list")["certificates"].as_array().unwrap().len();
    let rotated = live.now(&format!("key rotate {fresh} --format json")).ok().json();
    assert_eq!(rotated["certificates"].as_array().unwrap().len(), 3);
    assert_eq!(
        (live.json("key list")["certificates"].as_array().unwrap().len(), code(fresh)),
        (before + 3, "I99".into())
    );
    // What is trusted no longer is refused: the certificate that signs now is removed.
    let signs = rotated["certificates"]
        .as_array()
        .unwrap()
        .iter()
        .find(|c| c["role"] == "87")
        .unwrap()["serial"]
        .as_str()
        .unwrap()
        .to_owned();
    let signed = live.room.nb(&format!("send read.xml --user {fresh} --print")).ok().out;
    assert!(signed.contains(&signs), "the newest signs");
    live.room.nb(&format!("key remove {signs}")).ok();
    let refused =
        support::live::post(&live.duis(), "serviceS", "application/xml", signed.trim().as_bytes());
    assert_eq!(support::live::element(&refused.body, "ResponseCode"), "E100");
}

#[test]
fn devices_in_a_process_of_their_own_answer_after_it_was_killed() {
    let room = support::Room::new();
    let mut devices =
        Running::start(&room, "devices --listen 127.0.0.1:0 --seed 1 --meters 40 --factor 20");
    let address = devices.said["listening"].as_str().unwrap().to_owned();
    let service = Running::start(&room, &format!("{SERVE} --devices {address}"));
    let live = Live { room, service };
    live.room.write("read.xml", &read_meter(&live.meter()));
    assert_eq!(
        live.send(&format!("read.xml --user {USER}")).ok().json()["exchanges"][0]["answer"]["code"],
        "I0"
    );
    devices.kill();
    assert_eq!(
        live.send(&format!("read.xml --user {USER} --wait 0")).ok().json()["exchanges"][0]["code"],
        "I99"
    );
    let _devices = Running::start(
        &live.room,
        &format!("devices --listen {address} --seed 1 --meters 40 --factor 20"),
    );
    let mut endpoint = Running::start(&live.room, &format!("receive --user {USER}"));
    assert_eq!(endpoint.next()["code"], "I0");
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
        t.lines()
            .find_map(|l| l.strip_prefix("northbound_requests_total "))
            .unwrap()
            .parse::<u64>()
            .unwrap()
    };
    assert_eq!(get(), 0);
    live.room.write("read.xml", &read_meter(&live.meter()));
    live.send(&format!("read.xml --user {USER} --wait 0")).ok();
    assert_eq!(get(), 1);
}
