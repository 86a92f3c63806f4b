//! `reconcile`: all planted differences found and no others, totals that foot, decisions that stay (R1).

use crate::support;
use support::{HEADER, Room, golden, message};

/// The ledger's messages: User 1 and 2, two SRVs, two regions, one month.
fn filled(r: &Room) {
    let mut text = HEADER.to_owned();
    for i in 1..=30u32 {
        let (srv, region) =
            (["4.1.1", "7.4"][i as usize % 2], ["north", "south"][(i as usize / 2) % 2]);
        text += &message(
            1 + (i % 3 == 0) as u8,
            i,
            srv,
            region,
            &format!("2026-04-{:02}T12:00:00Z", i % 28 + 1),
            Some("2026-04-30T12:00:00Z"),
        );
    }
    r.write("service.csv", &text);
    r.nb("ingest messages service.csv --feed dsp").ok();
}

/// What the ledger counts, as a file of counts, with one line changed by `by`.
fn counts(r: &Room, by: i64) -> String {
    let all =
        r.json("reconcile x=ledger y=ledger --keys period,user,srv,region --no-keep --matching");
    let mut text = "period,user,srv,region,count\n".to_owned();
    for (i, l) in all["pairs"][0]["lines"].as_array().unwrap().iter().enumerate() {
        let k = |k: &str| l["keys"][k].as_str().unwrap().to_owned();
        text += &format!(
            "{},{},{},{},{}\n",
            k("period"),
            k("user"),
            k("srv"),
            k("region"),
            l["a"].as_i64().unwrap() + if i == 0 { by } else { 0 }
        );
    }
    text
}

#[test]
fn r1_equal_counts_match_and_one_message_more_differs() {
    let r = Room::new();
    filled(&r);
    r.write("same.csv", &counts(&r, 0));
    let same = r.json("reconcile ledger same.csv --check --no-keep");
    assert_eq!(
        (
            same["pairs"][0]["totals"]["matching"]["a"].as_i64(),
            same["pairs"][0]["lines"].as_array().unwrap().len()
        ),
        (Some(30), 0)
    );
    r.write("more.csv", &counts(&r, 1));
    let more = r.nb("reconcile ledger more.csv --check --no-keep --format json").code(7).json();
    let p = &more["pairs"][0];
    assert_eq!(
        (
            p["lines"].as_array().unwrap().len(),
            p["lines"][0]["difference"].as_i64(),
            p["foots"].as_bool()
        ),
        (1, Some(-1), Some(true))
    );
    // Within the tolerance is a match, for `--check` too; without it the same run fails.
    let within = r.json("reconcile ledger more.csv --tolerance 1 --check --no-keep");
    let p = &within["pairs"][0];
    assert_eq!(
        (p["lines"].as_array().unwrap().len(), p["totals"]["tolerated"]["lines"].as_i64()),
        (0, Some(1))
    );
    assert_eq!(p["causes"][0]["cause"], "rounding");
}

#[test]
fn r1_lines_only_on_one_side_are_named_and_totals_foot() {
    let r = Room::new();
    filled(&r);
    let text = counts(&r, 0);
    let without: Vec<&str> =
        text.lines().enumerate().filter(|(i, _)| *i != 2).map(|(_, l)| l).collect();
    r.write("p.csv", &(without.join("\n") + "\n2026-04,90-B3-D5-1F-30-01-00-09,4.1.1,north,4\n"));
    let ran = r.nb("reconcile ledger provider=p.csv").ok();
    golden("reconcile_counts.txt", &ran.out);
    let json = r.json("reconcile ledger provider=p.csv --no-keep");
    let t = &json["pairs"][0]["totals"];
    assert_eq!(
        (t["only_a"]["lines"].as_u64(), t["only_b"]["lines"].as_u64(), t["only_b"]["b"].as_i64()),
        (Some(1), Some(1), Some(4))
    );
    let sum = |s: &str| {
        ["matching", "differing", "only_a", "only_b"]
            .iter()
            .map(|o| t[o][s].as_i64().unwrap())
            .sum::<i64>()
    };
    assert_eq!(
        (sum("a"), sum("b")),
        (t["total"]["a"].as_i64().unwrap(), t["total"]["b"].as_i64().unwrap())
    );
}

#[test]
fn r1_planted_differences_are_found_message_by_message_and_no_others() {
    let r = Room::new();
    filled(&r);
    let service = std::fs::read_to_string(r.path("service.csv")).unwrap();
    let mut lines: Vec<String> = service.lines().map(str::to_owned).collect();
    let lost = lines.remove(5);
    let twice = lines[8].clone();
    lines.push(twice);
    lines[10] = lines[10].replace("T12:00:00Z,2026-04-30T12", "T13:00:00Z,2026-04-30T12");
    lines.push(
        message(1, 900, "4.1.1", "north", "2026-04-20T12:00:00Z", None).trim_end().to_owned(),
    );
    r.write("own.csv", &(lines.join("\n") + "\n"));
    let json =
        r.json("reconcile service=ledger own=own.csv --keys period,user,srv,region --no-keep");
    let m = &json["pairs"][0]["messages"];
    let mut causes: Vec<(String, String)> = m["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| {
            (
                f["cause"].as_str().unwrap().to_owned(),
                if f["a"].is_null() {
                    "own"
                } else if f["b"].is_null() {
                    "service"
                } else {
                    "both"
                }
                .to_owned(),
            )
        })
        .collect();
    causes.sort();
    let want = [
        ("day-boundary", "both"),
        ("duplicate", "own"),
        ("missing", "own"),
        ("missing", "service"),
    ]
    .map(|(c, s)| (c.to_owned(), s.to_owned()));
    assert_eq!(causes, want, "{m}");
    assert!(
        m["findings"]
            .as_array()
            .unwrap()
            .iter()
            .any(|f| f["a"]["place"] == format!("service.csv row {}", 6) && f["b"].is_null()),
        "the lost message is named with its place: {lost}"
    );
    // Nothing is planted: nothing is found.
    let none =
        r.json("reconcile service=ledger own=service.csv --keys period,user,srv,region --no-keep");
    assert_eq!(none["pairs"][0]["messages"]["findings"].as_array().unwrap().len(), 0);
}

#[test]
fn r1_two_feeds_of_the_same_messages_are_compared_in_the_ledger() {
    let r = Room::new();
    let row = |n: u32, feed: &str, region: &str| {
        message(1, n, "4.1.1", region, "2026-04-10T12:00:00Z", Some("2026-04-10T12:00:05Z"))
            .replace(",dsp,", &format!(",{feed},"))
    };
    let (mut a, mut b) = (HEADER.to_owned(), HEADER.to_owned());
    for n in 1..=10 {
        a += &row(n, "dsp", "north");
        if n > 2 {
            b += &row(n, "own", if n == 3 { "south" } else { "north" });
        }
    }
    r.write("a.csv", &a);
    r.write("b.csv", &b);
    r.nb("ingest messages a.csv --rank 1").ok();
    r.nb("ingest messages b.csv --rank 2").ok();
    let json = r.json("reconcile ledger:feed=dsp ledger:feed=own --keys period,region --no-keep");
    let m = &json["pairs"][0]["messages"];
    assert_eq!(
        (m["totals"]["a"].as_u64(), m["totals"]["b"].as_u64(), m["totals"]["alike"].as_u64()),
        (Some(10), Some(8), Some(7)),
        "{m}"
    );
    assert_eq!(
        (m["by_cause"]["missing"].as_u64(), m["by_cause"]["attribute-differs"].as_u64()),
        (Some(2), Some(1))
    );
}

#[test]
fn r1_test_traffic_left_out_is_recognised_from_counts() {
    let r = Room::new();
    let mut text = HEADER.to_owned();
    for n in 1..=12u32 {
        let m = message(
            1,
            n,
            "4.1.1",
            "north",
            &format!("2026-04-{n:02}T12:00:00Z"),
            Some("2026-04-30T12:00:05Z"),
        );
        text += &if n > 9 { m.replace("smets2,none", "smets2,user-test") } else { m };
    }
    r.write("a.csv", &text);
    r.nb("ingest messages a.csv").ok();
    r.write("p.csv", "period,region,count\n2026-04,north,9\n");
    let l = &r.json("reconcile ledger provider=p.csv --no-keep")["pairs"][0]["lines"][0];
    assert_eq!(
        (l["difference"].as_i64(), l["parts"][0]["cause"].as_str(), l["unexplained"].as_i64()),
        (Some(3), Some("test-traffic"), Some(0)),
        "{l}"
    );
}

#[test]
fn r1_a_decision_is_known_to_the_next_run_and_to_the_next_month() {
    let r = Room::new();
    filled(&r);
    r.write("p.csv", &counts(&r, 2));
    let first = r.json("reconcile ledger provider=p.csv --keys period,region");
    let id = first["pairs"][0]["lines"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(first["run"], "reconciliation-1");
    r.run(&["reconcile", "decide", &id, "--status", "accepted"]).code(3);
    r.run(&[
        "reconcile",
        "decide",
        &id,
        "--status",
        "accepted",
        "--owner",
        "CSPN",
        "--decision",
        "their count",
        "--pick",
        "provider",
    ])
    .ok();
    let second = r.json("reconcile ledger provider=p.csv --keys period,region");
    let l = &second["pairs"][0]["lines"][0];
    assert_eq!(
        (
            l["known"]["status"].as_str(),
            l["known"]["owner"].as_str(),
            l["known"]["amount_changed"].as_bool(),
            l["publishable"].as_i64()
        ),
        (Some("accepted"), Some("CSPN"), Some(false), l["b"].as_i64())
    );
    r.write("p.csv", &counts(&r, 3));
    let third = r.json("reconcile ledger provider=p.csv --keys period,region");
    let l = &third["pairs"][0]["lines"][0];
    assert_eq!(
        (l["known"]["amount_changed"].as_bool(), l["publishable"].is_null()),
        (Some(true), true),
        "another amount needs another decision"
    );
    let kept = r.json("reconcile list");
    assert_eq!(
        (
            kept["runs"].as_array().unwrap().len(),
            kept["differences"][0]["record"]["status"].as_str()
        ),
        (3, Some("accepted"))
    );
    assert!(r.nb(&format!("reconcile show {id}")).ok().out.contains("their count"));
}

#[test]
fn m19_regions_are_kept_apart_and_unknown_is_never_one() {
    let r = Room::new();
    r.write(
        "a.csv",
        &(HEADER.to_owned()
            + &message(1, 1, "4.1.1", "north", "2026-04-01T12:00:00Z", None)
            + &message(1, 2, "4.1.1", "", "2026-04-01T12:00:00Z", None)),
    );
    let done = r.json("ingest messages a.csv");
    assert_eq!(done["files"][0]["flags"]["region-unknown"], 1);
    r.write("p.csv", "period,region,count\n2026-04,north,2\n");
    let p = &r.json("reconcile ledger provider=p.csv --no-keep")["pairs"][0]["totals"];
    assert_eq!(
        (p["only_a"]["a"].as_i64(), p["differing"]["a"].as_i64()),
        (Some(1), Some(1)),
        "what has no region is not North's"
    );
}

#[test]
fn sources_that_cannot_be_compared_are_refused() {
    let r = Room::new();
    filled(&r);
    r.write("p.csv", "colour,count\nred,1\n");
    r.nb("reconcile ledger p.csv").code(3);
    r.nb("reconcile ledger nowhere.csv").code(5);
    r.nb("reconcile ledger stated:Nobody").code(5);
    r.nb("reconcile ledger:taste=sweet ledger").code(2);
    r.nb("reconcile ledger x=ledger --zone y=60").code(2);
}

#[test]
fn r1_a_cut_off_is_suggested_and_when_stated_explains() {
    let r = Room::new();
    let mut lines = HEADER.to_owned();
    for n in 1..=10u32 {
        lines += &message(
            1,
            n,
            "4.1.1",
            "north",
            &format!("2026-04-{n:02}T12:00:00Z"),
            Some("2026-04-30T12:00:05Z"),
        );
    }
    r.write("a.csv", &lines);
    r.nb("ingest messages a.csv").ok();
    r.write("own.csv", &lines.lines().take(9).map(|l| format!("{l}\n")).collect::<String>());
    let silent = r.json("reconcile service=ledger own=own.csv --no-keep");
    assert!(
        silent["notes"][0].as_str().unwrap().contains("2 of the messages missing in it are later"),
        "{silent}"
    );
    assert_eq!(silent["pairs"][0]["messages"]["by_cause"]["missing"], 2);
    let stated = |t: &str| {
        r.json(&format!("reconcile service=ledger own=own.csv --no-keep --cut-off own={t}"))["pairs"][0]["messages"]["by_cause"].clone()
    };
    assert_eq!(
        (
            stated("2026-04-08T12:00:00Z")["cut-off"].as_u64(),
            stated("2026-04-09T12:00:00Z")["cut-off"].as_u64(),
            stated("2026-04-09T12:00:00Z")["missing"].as_u64()
        ),
        (Some(2), Some(1), Some(1))
    );
}
