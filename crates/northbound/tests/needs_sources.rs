//! Where a figure came from, regions kept apart, two sources of one count (G5, M19, R1).

use crate::support;
use std::collections::BTreeMap;
use support::needs::{Log, READS, Room, Sent, TESTS};

/// The line of a file that a place names: row 2 is the first after the header.
fn line(r: &Room, file: &str, row: u64) -> String {
    std::fs::read_to_string(r.path(file)).unwrap().lines().nth(row as usize - 1).unwrap().to_owned()
}

#[test]
fn g5_from_a_computed_figure_to_the_line_of_its_source() {
    let r = Room::with(&[TESTS.of(3, Some(5)), TESTS.of(1, Some(30))]);
    r.messages("more.csv", Log::from(101).add(TESTS.of(2, Some(30))));
    let id = r.april().id("PM4.3", "north");
    let f = &r.json(&format!("explain {id}"))["figure"];
    assert_eq!(
        f["files"]
            .as_array()
            .unwrap()
            .iter()
            .map(|x| x["name"].as_str().unwrap())
            .collect::<Vec<_>>(),
        ["messages.csv", "more.csv"]
    );
    let messages = f["messages"].as_array().unwrap();
    assert_eq!(messages.len(), 6);
    for m in messages {
        let id = format!(
            "{}:{}:{}",
            m["record"]["originator"].as_str().unwrap(),
            m["record"]["target"].as_str().unwrap(),
            m["record"]["counter"].as_str().unwrap()
        );
        let text = line(&r, m["source_file"].as_str().unwrap(), m["row"].as_u64().unwrap());
        assert!(text.starts_with(&format!("{id},")), "{id} is not on {text}");
        assert!(text.contains(m["record"]["answer_sent"].as_str().unwrap()));
    }
    assert_eq!(messages.iter().filter(|m| m["timeliness"] == "late").count(), 3);
    // The counts re-add, and the export holds the same messages.
    assert_eq!(
        (f["adds"]["from_messages"].as_bool(), f["adds"]["counts"][1]["found"].as_u64()),
        (Some(true), Some(6))
    );
    r.nb(&format!("explain {id} --export out.csv")).ok();
    assert_eq!(std::fs::read_to_string(r.path("out.csv")).unwrap().lines().count(), 7);
    // A file taken back is no source any more.
    r.run(&["ingest", "retract", "more.csv", "--reason", "sent by mistake"]).ok();
    let f = &r.json("explain PM4.3/CSPN/north/2026-04")["figure"];
    assert_eq!(
        (f["files"].as_array().unwrap().len(), f["messages"].as_array().unwrap().len()),
        (1, 4)
    );
    assert_eq!(
        r.json(&format!("explain {id}"))["figure"]["messages"].as_array().unwrap().len(),
        6,
        "the pack that was printed still opens as it was"
    );
}

#[test]
fn g5_from_a_stated_figure_to_its_document_and_place() {
    let r = Room::new();
    r.figures("pmr.csv", "measure,period,provider,text,source,document,version,place\nCPM3,2026-04,DCC,99.10%,DCC,PMR April 2026,1,\"page 7, row 3\"\nCPM7,2026-04,DCC,99.90%,DCC,PMR April 2026,1,page 9\n");
    let p = r.april();
    let place = |id: &str| {
        let s = r.json(&format!("explain {id}"))["figure"]["stated"][0].clone();
        ["document", "version", "place", "source"]
            .map(|k| s["stated"][k].as_str().unwrap().to_owned())
            .join("|")
            + "|"
            + s["file"].as_str().unwrap()
    };
    let found = place(&p.id("CPM3", "none"));
    assert!(
        found.starts_with("PMR April 2026|1|page 7, row 3|DCC|") && found.contains("pmr.csv"),
        "{found}"
    );
    assert!(place(&p.id("CPM7", "none")).contains("|page 9|"));
    assert_eq!(
        (p.cell("stated", "page 7, row 3", "document"), p.cell("stated", "page 9", "figure")),
        ("PMR April 2026".to_owned(), "99.90%".to_owned())
    );
}

#[test]
fn m19_input_without_region_is_marked_and_enters_no_regional_figure() {
    let r = Room::with(&[
        READS.of(100, Some(5)),
        Sent { user: 3, ..READS.of(7, Some(5)).in_region("") },
    ]);
    let p = r.april();
    assert_eq!(p.share("UR1", "north"), (100, 100));
    let left = p.table("exclusions").into_iter().find(|l| l["row"] == "UR1 CSPN North").unwrap();
    assert!(left["why"].contains("region") && left["count"] == "7", "{left:?}");
    assert_eq!(r.json("ingest list")["files"].as_array().unwrap().len(), 1);
    let r = Room::new();
    let done = r.messages(
        "m.csv",
        Log::from(1)
            .add(READS.of(99, Some(5)))
            .add(Sent { user: 3, ..READS.of(8, Some(5)).in_region("") }),
    );
    assert_eq!(done["files"][0]["flags"]["region-unknown"], 8);
    assert_eq!(r.april().share("UR1", "north"), (99, 99));
}

#[test]
fn m19_a_national_figure_never_stands_alone() {
    let p = Room::with(&[
        READS.of(90, Some(5)),
        READS.of(10, Some(60)),
        Sent { user: 3, ..READS.of(200, Some(5)).in_region("central") },
        READS.of(200, Some(5)).in_region("south"),
    ])
    .april();
    let parts: BTreeMap<&str, (u64, u64)> = p.row("DSP1.1", "none")["parts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|x| {
            (x["label"].as_str().unwrap(), (x["num"].as_u64().unwrap(), x["den"].as_u64().unwrap()))
        })
        .collect();
    assert_eq!(
        parts,
        BTreeMap::from([("central", (200, 200)), ("north", (90, 100)), ("south", (200, 200))])
    );
    let regions = |measure: &str| {
        p.table("measures-by-region")
            .into_iter()
            .find(|l| l["measure"].starts_with(measure))
            .map(|l| ["north", "central", "south"].map(|g| l[g].replace(" [p]", "")))
            .unwrap()
    };
    assert_eq!(regions("UR1 "), ["90.00 %", "100.00 %", "100.00 %"], "no region is averaged away");
    assert_eq!(p.band("UR1", "north"), "below-minimum");
}

/// Own and service logs of the same month with planted differences.
fn planted(r: &Room) {
    let base = [
        READS.of(40, Some(5)),
        READS.of(20, Some(5)).in_region("south"),
        Sent { generation: "smets1", ..READS.of(6, Some(5)) },
    ];
    let own = Log::of(&base).text;
    r.write("own.csv", &own);
    let lines: Vec<&str> = own.lines().collect();
    // The service's file: no SMETS1, one message lost, one of its own, one an hour late.
    let mut service: Vec<String> = lines[..61].iter().map(|l| (*l).to_owned()).collect();
    service.remove(3);
    service[27] = service[27].replace("T12:", "T13:");
    service.push(lines[1].replace(":1,", ":9000,"));
    r.write("service.csv", &(service.join("\n") + "\n"));
}

#[test]
fn r1_all_planted_differences_are_found_and_no_others_and_totals_foot() {
    let r = Room::new();
    planted(&r);
    r.nb("ingest messages service.csv --feed dsp").ok();
    let json =
        r.json("reconcile service=ledger own=own.csv --keys period,user,srv,region --no-keep");
    let p = &json["pairs"][0];
    assert_eq!(p["foots"], true);
    let mut found: BTreeMap<String, u32> = BTreeMap::new();
    for f in p["messages"]["findings"].as_array().unwrap() {
        let side = if f["a"].is_null() {
            "own"
        } else if f["b"].is_null() {
            "service"
        } else {
            "both"
        };
        *found.entry(format!("{} {side}", f["cause"].as_str().unwrap())).or_default() += 1;
    }
    let want = BTreeMap::from([
        ("day-boundary both".to_owned(), 1),
        ("generation-left-out own".to_owned(), 6),
        ("missing own".to_owned(), 1),
        ("missing service".to_owned(), 1),
    ]);
    assert_eq!(found, want, "{}", p["messages"]);
    // No User has to send an example: each finding names its message and place.
    assert!(
        p["messages"]["findings"]
            .as_array()
            .unwrap()
            .iter()
            .all(|f| f["a"]["place"].is_string() || f["b"]["place"].is_string())
    );
    let t = &p["totals"];
    let total = |s: &str| {
        ["matching", "differing", "only_a", "only_b"]
            .iter()
            .map(|o| t[o][s].as_i64().unwrap())
            .sum::<i64>()
    };
    assert_eq!((total("a"), total("b")), (t["total"]["a"].as_i64().unwrap(), 66));
    // Nothing planted, nothing found.
    let none =
        r.json("reconcile service=ledger own=service.csv --keys period,user,srv,region --no-keep");
    assert_eq!(none["pairs"][0]["messages"]["findings"].as_array().unwrap().len(), 0);
}

#[test]
fn r1_a_clock_zone_and_a_retry_are_told_apart() {
    let r = Room::with(&[READS.of(30, Some(5)).at_hour(23)]);
    let shifted = std::fs::read_to_string(r.path("messages.csv")).unwrap();
    // The User writes British summer time as if it were UTC: everything moves by an hour, into the next day.
    let zone: String = shifted
        .lines()
        .map(|l| {
            let mut t = l.to_owned();
            for d in (1..=28).rev() {
                t = t.replace(
                    &format!("2026-04-{d:02}T23:0"),
                    &format!("2026-04-{:02}T00:0", d + 1),
                );
            }
            t + "\n"
        })
        .collect();
    r.write("zone.csv", &zone);
    let causes = |file: &str| {
        let j = r.json(&format!("reconcile service=ledger own={file} --keys day,user --no-keep"));
        j["pairs"][0]["messages"]["by_cause"].clone()
    };
    let by = causes("zone.csv");
    assert_eq!(by["day-boundary"].as_u64(), Some(30), "{by}");
    let retry = shifted.clone() + shifted.lines().nth(4).unwrap() + "\n";
    r.write("retry.csv", &retry);
    let by = causes("retry.csv");
    assert_eq!((by["duplicate"].as_u64(), by.as_object().unwrap().len()), (Some(1), 1), "{by}");
}

#[test]
fn report_mine_sets_a_users_own_service_beside_what_was_reported() {
    let r = Room::with(&[
        TESTS.of(200, Some(5)),
        READS.of(80, Some(5)),
        READS.of(20, None),
        Sent { user: 3, ..READS.of(50, Some(5)) },
    ]);
    let mine = |user: &str| {
        r.json(&format!("report mine --user 90-B3-D5-1F-30-01-00-{user} --period 2026-04"))["view"]
            .clone()
    };
    let v = mine("02");
    let north = v["regions"].as_array().unwrap().iter().find(|l| l["key"] == "north").unwrap();
    assert_eq!(
        ["requests", "in_time", "unanswered"].map(|k| north[k].as_u64().unwrap()),
        [100, 80, 20]
    );
    assert!(
        v["reported"]
            .as_array()
            .unwrap()
            .iter()
            .any(|x| x["measure"] == "PM4.3" && x["band"] == "met"),
        "what was reported stands beside it"
    );
    assert_eq!(mine("03")["regions"][0]["requests"], 50);
    r.nb("party add SUPPLY --name 'An invented supplier' --category large-supplier");
    let other = r.at(
        "2026-05-20T09:00:00Z",
        "report mine --user 90-B3-D5-1F-30-01-00-02 --period 2026-04 --as ann@OTHER+user",
    );
    assert_eq!(other.code, 4, "nobody sees another User's requests: {} {}", other.out, other.err);
}
