//! The common path through the running service: requests in, acknowledgements, answers from the
//! emulated devices, signed and delivered.

use crate::support;
use support::live::{Live, OTHER, Running, USER, element, post, read_meter, request, until};

#[test]
fn a_read_is_acknowledged_and_then_answered_under_its_id() {
    let live = Live::new();
    let meter = live.meter();
    live.room.write("read.xml", &read_meter(&meter));
    let went = live.send(&format!("read.xml --user {USER}")).ok().json();
    let e = &went["exchanges"][0];
    assert_eq!(
        (e["status"].as_i64(), e["code"].as_str(), e["variant"].as_i64()),
        (Some(200), Some("I99"), Some(1)),
        "{went}"
    );
    let a = &e["answer"];
    assert_eq!(
        (a["code"].as_str(), a["status"].as_i64(), a["holds"].as_str()),
        (Some("I0"), Some(204), Some("GBCSPayload of 4.1.1")),
        "{went}"
    );
    assert_eq!(a["request"], e["request"]);
    // Signed by the service, under an id of its own.
    assert_eq!(a["signer"], "90-B3-D5-1F-30-00-00-02");
    assert!(a["response"].as_str().unwrap().starts_with(&format!("{meter}:{USER}:")), "{went}");
    // The User who is not registered for this meter is refused, one digit away.
    let refused = live.send(&format!("read.xml --user {OTHER}")).ok().json();
    assert_eq!(
        (refused["exchanges"][0]["code"].as_str(), refused["exchanges"][0]["answer"].is_null()),
        (Some("E4"), true),
        "{refused}"
    );
}

#[test]
fn a_sample_is_sent_as_it_is_and_its_answer_is_said() {
    let live = Live::new();
    let meter = live.meter();
    // With the meter named, and with the first one of the User.
    let named = live.send(&format!("--sample 4.1.1 --user {USER} --device {meter}")).ok().json();
    let says = &named["exchanges"][0]["answer"]["says"];
    let reading = says["value"].as_str().unwrap_or_default();
    assert!(says["done"] == true && reading.ends_with(" kWh"), "{named}");
    let printed = live.room.nb(&format!("send --sample 6.2.4 --user {USER}")).ok().out;
    assert!(printed.contains("The device answered ") && printed.contains(" kWh at "), "{printed}");
    // From a file: the service answers for itself, and the devices of the home are listed.
    let wrote =
        live.room.nb(&format!("sample request --srv 8.2 --device {meter} --out ask.xml")).ok();
    assert!(wrote.out.contains("northbound send ask.xml"), "{}", wrote.out);
    let inventory = live.send(&format!("ask.xml --user {USER}")).ok().json();
    let says = &inventory["exchanges"][0]["says"];
    let entries = says["entries"].as_array().unwrap();
    assert!(
        says["element"] == "DSPInventory"
            && entries.iter().any(|e| e["DeviceID"] == meter.as_str()),
        "{inventory}"
    );
    let table = live.room.nb(&format!("send ask.xml --user {USER}")).ok().out;
    assert!(table.contains("DeviceStatus") && table.contains(&meter), "{table}");
    // A schedule is created; a service without a sample is refused.
    let schedule =
        live.room.nb(&format!("send --sample 5.1 --user {USER} --device {meter}")).ok().out;
    assert!(schedule.contains("Schedule 1 was created."), "{schedule}");
    live.send(&format!("--sample 2.2 --user {USER}")).code(5);
}

#[test]
fn a_pre_command_comes_at_once_and_goes_back_signed_under_the_same_id() {
    let live = Live::new();
    live.room.write("critical.xml", &request(4, "1.5", &live.meter(), "<sr:UpdateMeterBalance/>"));
    let went = live.send(&format!("critical.xml --user {USER} --sign 5")).ok().json();
    let (first, second) = (&went["exchanges"][0], &went["exchanges"][1]);
    assert_eq!(
        (first["code"].as_str(), first["pre_command"].as_bool(), first["variant"].as_i64()),
        (Some("I0"), Some(true), Some(4)),
        "{went}"
    );
    assert_eq!(
        (second["code"].as_str(), second["variant"].as_i64(), &second["request"]),
        (Some("I99"), Some(5), &first["request"]),
        "{went}"
    );
    assert_eq!(second["answer"]["code"], "I0", "{went}");
    // Used once: a second signature over the same Pre-Command has nothing to stand on.
    let counter = first["request"].as_str().unwrap().rsplit(':').next().unwrap().to_owned();
    let again = live.send(&format!("critical.xml --user {USER} --counter {counter}")).ok().json();
    assert_eq!(again["exchanges"][0]["code"], "E100", "the counter is spent: {again}");
}

#[test]
fn the_service_answers_itself_about_its_inventory() {
    let live = Live::new();
    let service = "90-B3-D5-1F-30-00-00-02";
    live.room.write(
        "inventory.xml",
        &request(
            8,
            "8.2",
            service,
            &format!(
                "<sr:ReadInventory><sr:DeviceID>{}</sr:DeviceID></sr:ReadInventory>",
                live.meter()
            ),
        ),
    );
    let went = live.room.nb(&format!("send inventory.xml --user {USER} --xml")).ok();
    assert!(went.out.contains("I0"), "{}", went.out);
    let kinds: Vec<&str> = went
        .out
        .match_indices("<sr:DeviceType>")
        .map(|(i, m)| went.out[i + m.len()..].split('<').next().unwrap())
        .collect();
    assert!(kinds.starts_with(&["CHF"]) && kinds.contains(&"ESME"), "hub first: {kinds:?}");
    // A device that is announced stands in the inventory as pending.
    let fresh = "00-DB-12-34-56-78-9A-01";
    live.room.write("announce.xml", &request(8, "12.2", service, &format!("<sr:DevicePrenotification><sr:DeviceID>{fresh}</sr:DeviceID><sr:DeviceManufacturer>AB01</sr:DeviceManufacturer><sr:DeviceModel>010A030B</sr:DeviceModel><sr:DeviceType>ESME</sr:DeviceType></sr:DevicePrenotification>")));
    live.room.nb(&format!("device show {fresh}")).code(5);
    assert_eq!(
        live.send(&format!("announce.xml --user {USER}")).ok().json()["exchanges"][0]["code"],
        "I0"
    );
    assert_eq!(live.json(&format!("device show {fresh}"))["devices"][0]["status"], "Pending");
}

#[test]
fn a_replay_and_the_wrong_service_are_refused() {
    let live = Live::new();
    let meter = live.meter();
    live.room.write("read.xml", &read_meter(&meter));
    let send = |counter: u64| {
        live.send(&format!("read.xml --user {USER} --counter {counter} --wait 0")).ok().json()["exchanges"][0]["code"].as_str().unwrap().to_owned()
    };
    assert_eq!([send(1_000), send(1_000), send(999), send(1_001)], ["I99", "E100", "E100", "I99"]);
    // Signed and right, but posted to the Transform service: E13.
    let signed =
        live.room.nb(&format!("send read.xml --user {USER} --counter 2000 --print")).ok().out;
    let wrong = post(&live.duis(), "serviceT", "application/xml", signed.trim().as_bytes());
    assert_eq!(
        (wrong.status, element(&wrong.body, "ResponseCode")),
        (200, "E13"),
        "{}",
        wrong.body
    );
    let right = post(&live.duis(), "serviceS", "application/xml", signed.trim().as_bytes());
    assert_eq!(
        (right.status, element(&right.body, "ResponseCode")),
        (200, "I99"),
        "a refusal spends no counter: {}",
        right.body
    );
    assert!(right.head.contains("content-type: application/xml"));
    assert_eq!(element(&right.body, "RequestID"), format!("{USER}:{meter}:2000"));
}

#[test]
fn an_endpoint_that_fails_gets_everything_once_it_is_back() {
    let live = Live::new();
    live.room.write("read.xml", &read_meter(&live.meter()));
    let mut failing = Running::start(&live.room, &format!("receive --user {USER} --status 500"));
    for _ in 0..3 {
        live.send(&format!("read.xml --user {USER} --wait 0")).ok();
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert_eq!(failing.next()["status"], 500);
    failing.kill();
    let mut back = Running::start(&live.room, &format!("receive --user {USER}"));
    let mut seen = std::collections::BTreeSet::new();
    // On a slow machine an alert may come between them.
    until("all three are delivered", 60, || {
        let m = back.next();
        assert_eq!(m["status"], 204);
        seen.extend(m["request"].as_str().map(str::to_owned));
        seen.len() == 3
    });
    let waits = || {
        live.json("top --once")["undelivered_by_user"]
            .as_array()
            .unwrap()
            .iter()
            .any(|w| w[0] == USER)
    };
    until("nothing waits for that User", 60, || !waits());
    let deliveries = live.json("top --once")["deliveries"].clone();
    assert!(
        deliveries[1].as_u64() > Some(3) && deliveries[2].as_u64() >= Some(3) && deliveries[3] == 0,
        "{deliveries}"
    );
}
