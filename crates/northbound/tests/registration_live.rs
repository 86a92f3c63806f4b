//! Accepted registration files change who may use a device in the live service: told to its journal
//! while it is down, to the service itself while it runs. Providers and supply points are invented.

use crate::support;
use serde_json::Value;
use support::live::{Live, OTHER, Running, USER, read_meter, until};

const ADMIN: &str = "kim+operations";
const POINT: &str = "1234567890123";
const NOBODY: &str = "90-B3-D5-1F-30-01-00-77";

/// A file of RDP1 with its rows: point, User, from when. The record of its rows.
fn put(live: &Live, sequence: u32, rows: &[(&str, &str, &str)]) -> String {
    let mut text = format!("ZHV|RDP1|20260518|{sequence:04}|1\n");
    for (point, user, from) in rows {
        text.push_str(&format!("REG|{point}|{user}|{from}|\n"));
    }
    text.push_str(&format!("ZPT|{}|{sequence}\n", rows.len()));
    let name = format!("in/RDP1_ELEC_20260518_{sequence:04}.txt");
    live.room.write(&name, &text);
    let v = live.now(&format!("registration import {name} --format json")).ok().json();
    assert_eq!(v["files"][0]["file"]["outcome"], "accepted", "{v}");
    v["files"][0]["file"]["source"].as_str().unwrap().to_owned()
}

fn apply(live: &Live, words: &str) -> Value {
    live.now(&format!("registration apply {words} --format json").replace("  ", " ")).ok().json()
}
fn reasons(v: &Value) -> Vec<&str> {
    v["left"].as_array().unwrap().iter().map(|l| l["reason"].as_str().unwrap()).collect()
}
fn told(v: &Value) -> usize {
    v["told"].as_array().unwrap().len()
}
fn supplier(live: &Live, meter: &str) -> Value {
    let d = live.now(&format!("device show {meter} --format json")).ok().json();
    d["devices"][0]["registered"]
        .as_array()
        .unwrap()
        .iter()
        .find(|r| r[0] == "IS")
        .map_or(Value::Null, |r| r[1].clone())
}
fn code(live: &Live, user: &str) -> String {
    live.send(&format!("read.xml --user {user} --wait 0")).ok().json()["exchanges"][0]["code"]
        .as_str()
        .unwrap()
        .to_owned()
}
fn inputs(live: &Live) -> Value {
    live.now("journal list --format json").ok().json()
}

#[test]
fn a_running_service_takes_the_new_supplier_and_refuses_the_old_one() {
    let live = Live::new();
    let meter = live.meter();
    live.room.write("read.xml", &read_meter(&meter));
    assert_eq!((code(&live, USER), code(&live, OTHER)), ("I99".into(), "E4".into()));
    put(&live, 1, &[(POINT, OTHER, "20260101")]);
    // Nobody knows yet which meter serves the supply point: it waits, and nothing is lost.
    let v = apply(&live, "");
    assert_eq!((told(&v), reasons(&v)), (0, vec!["unknown-point"]), "{v}");
    assert_eq!(supplier(&live, &meter), USER);
    live.room.write("meters.csv", &format!("point,device\n{POINT},{meter}\n12,{meter}\n"));
    let m = live.now("registration meters import meters.csv --format json").ok().json();
    assert_eq!((&m["accepted"], &m["rejected"]), (&1.into(), &1.into()), "{m}");
    let dry = apply(&live, "--dry-run");
    assert_eq!(
        (told(&dry), &dry["to"], supplier(&live, &meter)),
        (1, &Value::Null, USER.into()),
        "{dry}"
    );
    let v = apply(&live, "");
    assert_eq!((told(&v), v["to"].as_str(), reasons(&v).len()), (1, Some("service"), 0), "{v}");
    assert_eq!((code(&live, USER), code(&live, OTHER)), ("E4".into(), "I99".into()));
    // Again: nothing to tell, and it says so.
    let again = live.now("registration apply").ok();
    assert!(again.out.starts_with("no new registrations for the live service."), "{}", again.out);
    // A User that the service does not have ends the right of the one before, and is told once it is there.
    let second = put(&live, 2, &[(POINT, NOBODY, "20260201")]);
    let v = apply(&live, "");
    assert_eq!((told(&v), reasons(&v)), (1, vec!["unknown-user"]), "{v}");
    assert_eq!((supplier(&live, &meter), code(&live, OTHER)), (Value::Null, "E4".into()));
    live.now("party add ZETA --name Zeta --category large-supplier").ok();
    live.now(&format!("user add {NOBODY} --party ZETA --role IS --live")).ok();
    let v = apply(&live, "");
    assert_eq!(
        (told(&v), reasons(&v).len(), supplier(&live, &meter)),
        (1, 0, NOBODY.into()),
        "{v}"
    );
    // The file is taken back: whoever held before holds again.
    live.now(&format!("ingest retract {second} --reason mistaken")).ok();
    let v = apply(&live, "");
    assert_eq!((told(&v), supplier(&live, &meter)), (1, OTHER.into()), "{v}");
    // Only those who may change the live service.
    let refused = live.now("registration apply --as lee+secretary --format json").code(4);
    assert_eq!(refused.error()["code"], "registers.right");
}

#[test]
fn a_service_that_is_down_finds_the_registrations_in_its_journal() {
    let mut live = Live::new();
    let meter = live.meter();
    live.room.write("read.xml", &read_meter(&meter));
    assert_eq!(live.service.stop(), 0);
    put(&live, 1, &[(&meter, OTHER, "20260101"), ("00-DB-12-34-56-78-9F-FF", OTHER, "20260101")]);
    let v = apply(&live, "");
    assert_eq!(
        (told(&v), v["to"].as_str(), reasons(&v)),
        (1, Some("journal"), vec!["unknown-device"]),
        "{v}"
    );
    assert_eq!(supplier(&live, &meter), OTHER);
    let before = inputs(&live);
    assert_eq!(
        (told(&apply(&live, "")), inputs(&live)),
        (0, before.clone()),
        "applied twice changes nothing"
    );
    // What a crash between telling and noting leads to: the same once more, and nothing follows from it.
    assert_eq!(told(&apply(&live, "--afresh")), 1);
    assert!(inputs(&live) != before && supplier(&live, &meter) == OTHER);
    live.again();
    assert_eq!((code(&live, USER), code(&live, OTHER)), ("E4".into(), "I99".into()));
}

#[test]
fn a_registration_of_tomorrow_takes_effect_then_and_an_end_ends() {
    let live = Live::new();
    let meter = live.meter();
    put(&live, 1, &[(&meter, OTHER, "20260101"), (&meter, USER, "20990101")]);
    assert_eq!(told(&apply(&live, "")), 2, "what holds now, and what will");
    assert_eq!(supplier(&live, &meter), OTHER);
    // A later file takes back tomorrow's change of supplier by stating the same start anew, for nobody.
    put(&live, 2, &[(&meter, "", "20990101")]);
    let v = apply(&live, "");
    assert_eq!(
        (told(&v), v["told"][0]["user"].is_null(), v["told"][0]["from"].as_str()),
        (1, true, Some("2099-01-01T00:00:00Z")),
        "{v}"
    );
}

/// Appends a little between any two scans, so that the file has changed at each.
fn append_slowly(path: std::path::PathBuf, text: String) -> std::thread::JoinHandle<()> {
    std::thread::spawn(move || {
        for piece in text.as_bytes().chunks(2) {
            std::thread::sleep(std::time::Duration::from_millis(150));
            std::io::Write::write_all(
                &mut std::fs::OpenOptions::new().append(true).open(&path).unwrap(),
                piece,
            )
            .unwrap();
        }
    })
}

#[test]
fn the_watch_takes_whole_files_tells_the_service_and_stops_when_asked() {
    let live = Live::new();
    let meter = live.meter();
    let folder = live.room.path("in");
    std::fs::create_dir_all(&folder).unwrap();
    let file = |n: u32, user: &str| {
        (
            format!("RDP1_ELEC_20260518_{n:04}.txt"),
            format!("ZHV|RDP1|20260518|{n:04}|1\nREG|{meter}|{user}|202601{n:02}|\nZPT|1|{n}\n"),
        )
    };
    let mut watch =
        Running::start_as(&live.room, "registration watch in --every 1 --since 2099-01-01", ADMIN);
    assert_eq!(watch.said["watching"], "in");
    let mut next = |key: &str| loop {
        let l = watch.next();
        assert!(l["failed"].is_null(), "{l}");
        if !l[key].is_null() {
            return l[key].clone();
        }
    };
    // Written in two parts with time between: never taken by half.
    let (name, text) = file(1, OTHER);
    let (head, tail) = text.split_at(30);
    std::fs::write(folder.join(&name), head).unwrap();
    let writer = append_slowly(folder.join(&name), tail.to_owned());
    let took = next("file");
    assert_eq!(
        (&took["file"]["name"], &took["file"]["outcome"], &took["file"]["rows"]),
        (&name.as_str().into(), &"accepted".into(), &1.into()),
        "{took}"
    );
    writer.join().unwrap();
    assert_eq!(next("applied")["told"][0]["user"], OTHER);
    assert_eq!(supplier(&live, &meter), OTHER);
    // The same bytes under another name, and one that comes before its predecessor.
    std::fs::copy(folder.join(&name), folder.join("RDP1_ELEC_20260518_0009.txt")).unwrap();
    assert_eq!(next("file")["file"]["outcome"], "duplicate");
    let (third, text) = file(3, USER);
    std::fs::write(folder.join(&third), text).unwrap();
    assert_eq!(next("file")["file"]["outcome"], "out-of-order");
    let (second, text) = file(2, OTHER);
    std::fs::write(folder.join(format!("{second}.part")), &text).unwrap();
    std::fs::rename(folder.join(format!("{second}.part")), folder.join(&second)).unwrap();
    assert_eq!(
        (next("file")["file"]["sequence"].clone(), next("file")["file"]["sequence"].clone()),
        (2.into(), 3.into())
    );
    assert_eq!(next("applied")["told"][0]["user"], USER);
    assert_eq!(watch.stop(), 0);
    let last = watch.next();
    assert_eq!((&last["stopped"], &last["files"]), (&true.into(), &5.into()), "{last}");
    assert_eq!(supplier(&live, &meter), USER);
}

#[test]
fn a_watch_past_a_cut_off_opens_an_incident_and_notes_the_late_file() {
    let room = support::Room::new();
    room.write("data/rules/registration/expected.toml", "[[expected]]\nprovider = \"RDP1\"\nlayout = \"electricity-update\"\nfrom = \"2026-05-18\"\ndays = \"working-days\"\ncut_off = \"18:00\"\ncategory = 3\nmark = \"assumed\"\n");
    std::fs::create_dir_all(room.path("in")).unwrap();
    // Two seconds before the cut-off: the clock of the command goes on with the machine's.
    let mut watch = Running::start_as(
        &room,
        "registration watch in --every 1 --since 2026-05-18 --clock 2026-05-18T17:59:58Z",
        "kim+analyst",
    );
    let opened = watch.next();
    assert_eq!(
        (&opened["opened"]["day"], &opened["opened"]["at"]),
        (&"2026-05-18".into(), &"2026-05-18T18:00:00Z".into()),
        "{opened}"
    );
    room.write(
        "in/RDP1_ELEC_20260518_0001.txt",
        &format!("ZHV|RDP1|20260518|0001|1\nREG|{POINT}|{USER}|20260518|\nZPT|1|1\n"),
    );
    let came = watch.next();
    assert_eq!(
        (&came["file"]["file"]["late"], &came["file"]["file"]["incident"]),
        (&true.into(), &opened["opened"]["incident"]),
        "{came}"
    );
    assert_eq!(watch.stop(), 0);
}

#[test]
fn a_killed_watch_has_each_file_whole_or_not_at_all() {
    let room = support::Room::new();
    const ROWS: usize = 4_000;
    std::fs::create_dir_all(room.path("in")).unwrap();
    for n in 1..=3 {
        let mut text = format!("ZHV|RDP1|20260518|{n:04}|1\n");
        for i in 0..ROWS {
            text.push_str(&format!("REG|{:013}|{USER}|20260518|\n", n * 100_000 + i));
        }
        text.push_str(&format!("ZPT|{ROWS}|{n}\n"));
        room.write(&format!("in/RDP1_ELEC_20260518_{n:04}.txt"), &text);
    }
    let rows = || {
        room.json("registration list --on 2026-05-19")["registrations"].as_array().unwrap().len()
    };
    // Killed ever later, until all of them are in.
    for tries in 0..40u64 {
        let mut watch = Running::start_as(
            &room,
            "registration watch in --every 1 --since 2099-01-01",
            "kim+analyst",
        );
        std::thread::sleep(std::time::Duration::from_millis(900 + 60 * tries));
        watch.kill();
        let n = rows();
        assert_eq!(n % ROWS, 0, "half a file: {n} rows");
        if n == 3 * ROWS {
            break;
        }
    }
    let mut watch = Running::start_as(
        &room,
        "registration watch in --every 1 --since 2099-01-01",
        "kim+analyst",
    );
    until("all three files are in", 60, || rows() == 3 * ROWS);
    assert_eq!(watch.stop(), 0);
}

#[test]
fn more_registrations_than_one_request_takes_are_told_each_once() {
    let live = Live::new();
    // Devices are asked for by thousands and changes made by five hundreds: one more than both.
    const MANY: usize = 1_001;
    let eui = |n: usize| format!("00-DB-12-34-77-00-{:02X}-{:02X}", n / 256, n % 256);
    let rows: String = (0..MANY).map(|n| format!("{},ESME,south\n", eui(n))).collect();
    live.room.write("many.csv", &format!("eui,type,region\n{rows}"));
    live.now("device import many.csv --as kim+operations").ok();
    let last = eui(MANY - 1);
    let mut held: Vec<(String, &str)> = (0..MANY).map(|n| (eui(n), OTHER)).collect();
    held.push(("00-DB-12-34-77-FF-FF-FF".to_owned(), OTHER));
    put(&live, 1, &held.iter().map(|(d, u)| (d.as_str(), *u, "20260101")).collect::<Vec<_>>());
    let v = apply(&live, "");
    assert_eq!(
        (told(&v), reasons(&v), supplier(&live, &eui(0)), supplier(&live, &last)),
        (MANY, vec!["unknown-device"], OTHER.into(), OTHER.into())
    );
    assert_eq!(told(&apply(&live, "")), 0);
}

/// One answer of the loopback interface.
fn ask(live: &Live, path: &str, body: &Value) -> (u16, Value) {
    let run: Value = serde_json::from_str(
        &std::fs::read_to_string(live.room.data().join("service.json")).unwrap(),
    )
    .unwrap();
    let (text, mut stream) =
        (body.to_string(), std::net::TcpStream::connect(run["control"].as_str().unwrap()).unwrap());
    let head = format!(
        "POST /v1{path} HTTP/1.0\r\nAuthorization: Bearer {}\r\nNorthbound-Actor: kim+operations\r\nContent-Length: {}\r\n\r\n",
        run["token"].as_str().unwrap(),
        text.len()
    );
    std::io::Write::write_all(&mut stream, (head + &text).as_bytes()).unwrap();
    let got = support::live::answer(stream);
    (got.status, serde_json::from_str(&got.body).unwrap())
}

#[test]
fn changes_of_one_request_stand_or_fall_each_by_itself() {
    let live = Live::new();
    let meter = live.meter();
    // The latest start holds: from now on.
    let now = live.json("status")["core_time"].clone();
    let change = |actor: &str, device: &str| serde_json::json!({"actor": actor, "reason": "a trial", "change": {"Registration": {"device": device, "role": "IS", "user": OTHER, "from": now}}});
    let (status, v) = ask(
        &live,
        "/changes",
        &serde_json::json!([
            change("kim+secretary", &meter),
            change("kim+operations", "00-DB-12-34-77-FF-FF-FF"),
            change("kim+operations", &meter)
        ]),
    );
    let outcomes: Vec<(bool, u64, &str)> = v["outcomes"]
        .as_array()
        .unwrap_or_else(|| panic!("{status} {v}"))
        .iter()
        .map(|o| {
            (
                o["changed"].as_bool().unwrap(),
                o["status"].as_u64().unwrap(),
                o["code"].as_str().unwrap_or(""),
            )
        })
        .collect();
    assert_eq!(
        outcomes,
        [(false, 403, "control.right"), (false, 409, "control.unchanged"), (true, 200, "")],
        "{v}"
    );
    assert_eq!(supplier(&live, &meter), OTHER);
    // The limits, and one more.
    let many = |n: usize| Value::from(vec![change("kim+operations", &meter); n]);
    assert_eq!(
        (ask(&live, "/changes", &many(500)).0, ask(&live, "/changes", &many(501)).0),
        (200, 400)
    );
    let devices = |n: usize| Value::from(vec![Value::from(meter.as_str()); n]);
    assert_eq!(
        (ask(&live, "/known", &devices(1_000)).0, ask(&live, "/known", &devices(1_001)).0),
        (200, 400)
    );
}
