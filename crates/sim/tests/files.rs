//! The written files against the planted truths: every count is made again from the files alone.

use northbound_sim::{Manifest, SimConfig, World, write_world};
use northbound_types::{AlertState, RequestState, Timeliness, Utc};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

type Row = BTreeMap<String, String>;

fn rows(path: &Path) -> Vec<Row> {
    let mut r = csv::Reader::from_path(path).unwrap();
    let header = r.headers().unwrap().clone();
    r.records()
        .map(|rec| {
            header.iter().map(str::to_owned).zip(rec.unwrap().iter().map(str::to_owned)).collect()
        })
        .collect()
}

fn config(seed: u64, meters: u32, days: Option<u32>) -> SimConfig {
    SimConfig { seed, meters, days, ..SimConfig::default() }
}

fn write(config: SimConfig, out: &Path) -> Manifest {
    write_world(&World::new(config).unwrap(), out, &mut |_| {}).unwrap()
}

fn of_kind(m: &Manifest, out: &Path, kind: &str) -> Vec<Row> {
    m.files
        .iter()
        .filter(|f| f.kind == kind && f.path.ends_with(".csv"))
        .flat_map(|f| {
            let found = rows(&out.join(&f.path));
            assert_eq!(found.len() as u64, f.rows, "{}", f.path);
            found
        })
        .collect()
}

fn at(row: &Row, column: &str) -> Option<i64> {
    (!row[column].is_empty()).then(|| row[column].parse::<Utc>().unwrap().0)
}

fn judge(row: &Row) -> Timeliness {
    Timeliness::judge(
        row["state"].parse().unwrap(),
        at(row, "received").unwrap(),
        at(row, "answer_sent"),
        at(row, "target_at"),
    )
}

fn id(row: &Row) -> String {
    let instance = &row["instance"];
    let colon = if instance.is_empty() { "" } else { ":" };
    format!("{}/{}/{}{colon}{instance}", row["namespace"], row["request_id"], row["leg"])
}

/// Tests by provider and kind: attempts, in time, late, unanswered.
fn tally(rows: &[Row]) -> BTreeMap<(String, String), [u64; 4]> {
    let mut found: BTreeMap<_, [u64; 4]> = BTreeMap::new();
    for r in rows {
        let c = found.entry((r["provider"].clone(), r["test_kind"].clone())).or_default();
        c[0] += 1;
        c[match judge(r) {
            Timeliness::InTime => 1,
            Timeliness::Late => 2,
            _ => 3,
        }] += 1;
    }
    found
}

fn stated(truth: &Value, key: &str) -> BTreeMap<(String, String), [u64; 4]> {
    let mut found = BTreeMap::new();
    for (provider, kinds) in truth[key].as_object().unwrap() {
        for (kind, c) in kinds.as_object().unwrap() {
            found.insert(
                (provider.clone(), kind.clone()),
                ["attempts", "in_time", "late", "unanswered"].map(|k| c[k].as_u64().unwrap()),
            );
        }
    }
    found
}

#[test]
fn truth_is_what_the_files_hold() {
    let out = tempfile::tempdir().unwrap();
    let m = write(config(2026, 1_200, None), out.path());
    let truth: Value =
        serde_json::from_slice(&std::fs::read(out.path().join("truth.json")).unwrap()).unwrap();

    let messages = of_kind(&m, out.path(), "messages");
    let mut states: BTreeMap<String, u64> = BTreeMap::new();
    for r in &messages {
        *states.entry(format!("{}/{}/{}", r["region"], r["mode"], r["state"])).or_default() += 1;
    }
    let mut told: BTreeMap<String, u64> = BTreeMap::new();
    for (region, modes) in truth["messages"].as_object().unwrap() {
        for (mode, by) in modes.as_object().unwrap() {
            for (state, n) in by.as_object().unwrap() {
                told.insert(format!("{region}/{mode}/{state}"), n.as_u64().unwrap());
            }
        }
    }
    assert_eq!(states, told);

    let tests = of_kind(&m, out.path(), "tests");
    assert_eq!(tally(&tests), stated(&truth, "tests_logged"));
    // The correction takes the place of what it names again.
    let again = rows(&out.path().join("correction/tests-cspc-resent.csv"));
    let named: BTreeSet<String> = again.iter().map(id).collect();
    let corrected: Vec<Row> =
        tests.iter().filter(|r| !named.contains(&id(r))).chain(&again).cloned().collect();
    assert_eq!(tally(&corrected), stated(&truth, "tests_corrected"));

    let alerts = of_kind(&m, out.path(), "alerts");
    let carried: i64 = alerts.iter().map(|r| r["carried"].parse::<i64>().unwrap()).sum();
    let consolidated = alerts.iter().filter(|r| r["state"] == "consolidated").count() as i64;
    assert_eq!(truth["alerts"]["received"], alerts.len());
    assert_eq!(
        (
            truth["alerts"]["carried"].as_i64().unwrap(),
            carried + truth["alerts"]["residue"].as_i64().unwrap()
        ),
        (carried, consolidated)
    );
    assert!(consolidated > 1_000 && truth["alerts"]["residue"].as_i64().unwrap() > 0);
    for &s in AlertState::ALL {
        let n = alerts.iter().filter(|r| r["state"] == s.as_str()).count();
        assert_eq!(truth["alerts"]["by_state"][s.as_str()], n, "{s}");
        assert!(n > 0, "{s} never reached");
    }
    windows(&alerts, &truth);
}

#[test]
fn the_faulty_tool_states_no_counts_for_ten_days() {
    let out = tempfile::tempdir().unwrap();
    let m = write(config(2026, 1_200, None), out.path());
    let daily = of_kind(&m, out.path(), "figures-daily");
    let tests = of_kind(&m, out.path(), "tests");
    for r in daily.iter().filter(|r| !r["denominator"].is_empty()) {
        let answered = tests.iter().filter(|t| {
            t["provider"] == r["provider"]
                && t["test_kind"] == "rtt4"
                && t["received"].starts_with(&r["period"])
                && t["state"] == "answered-success"
        });
        assert_eq!(answered.count().to_string(), r["denominator"], "{r:?}");
    }
    let silent: BTreeSet<&str> = daily
        .iter()
        .filter(|r| r["provider"] == "CSPC" && r["denominator"].is_empty())
        .map(|r| r["period"].as_str())
        .collect();
    assert!(silent.iter().all(|d| ("2026-04-11"..="2026-04-20").contains(d)), "{silent:?}");
    let stated = |day: &str| {
        daily
            .iter()
            .any(|r| r["provider"] == "CSPC" && r["period"] == day && !r["denominator"].is_empty())
    };
    for d in 1..=30 {
        assert_eq!(stated(&format!("2026-04-{d:02}")), !(11..=20).contains(&d), "{d}");
    }
}

fn windows(alerts: &[Row], truth: &Value) {
    let mut found: BTreeMap<i64, (BTreeSet<&str>, u64, u64)> = BTreeMap::new();
    for r in alerts.iter().filter(|r| r["code"] == "AD1" && r["region"] == "north") {
        let w = found.entry(at(r, "received").unwrap().div_euclid(180_000_000)).or_default();
        w.0.insert(&r["device"]);
        w.1 += 1;
        w.2 += u64::from(r["state"].parse::<AlertState>().unwrap().is_forwarded());
    }
    let told = truth["outage_windows"].as_object().unwrap();
    assert_eq!(told.len(), found.len());
    for (window, (hubs, received, passed)) in &found {
        let t = &told[&Utc(window * 180_000_000).to_string()];
        assert_eq!(
            (t["hubs"].as_u64(), t["received"].as_u64(), t["passed"].as_u64()),
            (Some(hubs.len() as u64), Some(*received), Some(*passed))
        );
    }
    let sizes: Vec<usize> = found.values().map(|w| w.0.len()).collect();
    assert!(
        sizes.contains(&50) && sizes.iter().any(|&n| n > 50) && sizes.iter().any(|&n| n < 50),
        "{sizes:?}"
    );
}

/// How often each exchange is in the User's log, and which are there with another day than in the
/// service's records.
fn logged(
    log: &[Row],
    service: &BTreeMap<String, Row>,
) -> (BTreeMap<String, u32>, BTreeSet<String>) {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    let mut other_day = BTreeSet::new();
    for row in log {
        let colon = if row["Run"].is_empty() { "" } else { ":" };
        let id = format!("duis/{}/{}{colon}{}", row["Reference"], row["Stage"], row["Run"]);
        // April is British summer time throughout: local less an hour is UTC.
        let (d, t) = row["Sent"].split_once(' ').unwrap();
        let d: Vec<&str> = d.split('/').collect();
        let sent = format!("{}-{}-{}T{t}+01:00", d[2], d[1], d[0]).parse::<Utc>().unwrap();
        if let Some(s) = service.get(&id)
            && Utc(at(s, "received").unwrap()).day() != sent.day()
        {
            other_day.insert(id.clone());
        }
        *seen.entry(id).or_default() += 1;
    }
    (seen, other_day)
}

#[test]
fn the_planted_differences_and_no_others() {
    let out = tempfile::tempdir().unwrap();
    let m = write(config(7, 1_500, None), out.path());
    let r = &m.truth.reconciliation;
    let user = "90-B3-D5-1F-30-01-00-01:";
    let service: BTreeMap<String, Row> = of_kind(&m, out.path(), "messages")
        .into_iter()
        .filter(|r| r["request_id"].starts_with(user))
        .map(|r| (id(&r), r))
        .collect();
    let log = rows(&out.path().join("user-log-user1.csv"));
    assert_eq!((service.len() as u64, log.len() as u64), (r.service_rows, r.user_rows));
    let (seen, other_day) = logged(&log, &service);
    let set = |v: &[String]| v.iter().cloned().collect::<BTreeSet<_>>();
    assert_eq!(
        seen.iter().filter(|s| *s.1 > 1).map(|s| s.0.clone()).collect::<BTreeSet<_>>(),
        set(&r.duplicated_in_user_log)
    );
    assert_eq!(
        seen.keys().filter(|k| !service.contains_key(*k)).cloned().collect::<BTreeSet<_>>(),
        set(&r.missing_from_service)
    );
    assert_eq!(other_day, set(&r.wrong_zone_other_day));
    let absent: Vec<&Row> =
        service.iter().filter(|s| !seen.contains_key(s.0)).map(|s| s.1).collect();
    let (tests, rest): (Vec<&Row>, Vec<&Row>) =
        absent.into_iter().partition(|r| r["test_kind"] != "none");
    let (smets1, rest): (Vec<&Row>, Vec<&Row>) =
        rest.into_iter().partition(|r| r["generation"] == "smets1");
    let stop = "2026-04-30T22:00:00Z".parse::<Utc>().unwrap().0;
    let (late, rest): (Vec<&Row>, Vec<&Row>) =
        rest.into_iter().partition(|r| at(r, "received").unwrap() >= stop);
    assert_eq!(
        [tests.len(), smets1.len(), late.len()].map(|n| n as u64),
        [r.tests_not_in_user_log, r.smets1_not_in_user_log, r.after_user_cut_off]
    );
    assert_eq!(rest.into_iter().map(id).collect::<BTreeSet<_>>(), set(&r.missing_from_user_log));
    for n in [
        r.missing_from_user_log.len(),
        r.missing_from_service.len(),
        r.duplicated_in_user_log.len(),
        r.wrong_zone_other_day.len(),
        tests.len(),
        smets1.len(),
        late.len(),
    ] {
        assert!(n > 0, "{r:?}");
    }
}

#[test]
fn identities_are_unique_and_columns_agree_with_the_layout() {
    let out = tempfile::tempdir().unwrap();
    let m = write(config(3, 900, Some(12)), out.path());
    let mut ids = BTreeSet::new();
    for r in of_kind(&m, out.path(), "messages").iter().chain(&of_kind(&m, out.path(), "tests")) {
        assert!(ids.insert(id(r)), "{} twice", id(r));
        r["request_id"].parse::<northbound_types::RequestId>().unwrap();
        r["state"].parse::<RequestState>().unwrap();
        let times = ["user_sent", "received", "acknowledged"].map(|c| at(r, c));
        assert!(times.iter().flatten().is_sorted(), "{r:?}");
        let times = [
            "received",
            "queued",
            "sent_to_wan",
            "delivered_to_device",
            "answered_at_wan",
            "answer_sent",
            "delivered",
        ]
        .map(|c| at(r, c));
        assert!(times.iter().flatten().is_sorted(), "{r:?}");
        assert_eq!(
            r["code"].is_empty(),
            r["state"].parse::<RequestState>().unwrap().is_live(),
            "every end has a code: {r:?}"
        );
    }
}

#[test]
fn same_seed_same_bytes_and_another_seed_other_bytes() {
    let bytes = |seed: u64| {
        let out = tempfile::tempdir().unwrap();
        let m = write(config(seed, 300, Some(5)), out.path());
        m.files
            .iter()
            .map(|f| (f.path.clone(), std::fs::read(out.path().join(&f.path)).unwrap()))
            .collect::<Vec<_>>()
    };
    let (a, b, c) = (bytes(1), bytes(1), bytes(2));
    assert!(a == b);
    assert!(a.iter().zip(&c).any(|(x, y)| x.1 != y.1));
}

#[test]
fn x1_streak_and_x10_two_readings_stand_in_the_history() {
    for seed in 0..20 {
        let out = tempfile::tempdir().unwrap();
        let m = write(config(seed, 20, Some(1)), out.path());
        let figures = of_kind(&m, out.path(), "figures");
        let cpm1: BTreeMap<&str, bool> = figures
            .iter()
            .filter(|r| r["measure"] == "CPM1")
            .map(|r| {
                (
                    r["period"].as_str(),
                    r["text"].trim_end_matches('%').replace('.', "").parse::<u32>().unwrap()
                        < 9_900,
                )
            })
            .collect();
        assert_eq!(cpm1.len(), 18);
        let below: Vec<bool> = cpm1.values().copied().collect();
        assert_eq!(below.iter().rev().take_while(|b| **b).count(), 10, "seed {seed}");
        assert_eq!(below.iter().rev().take(17).filter(|b| **b).count(), 16);
        assert!(!cpm1["2025-06"]);
        let two: Vec<&Row> =
            figures.iter().filter(|r| !r["reading:value achieved"].is_empty()).collect();
        assert_eq!(two.len(), 1);
        assert_eq!(
            (two[0]["measure"].as_str(), two[0]["reading:the minimum itself"].as_str()),
            ("PM2", "54.80%")
        );
        let spellings: BTreeSet<&str> = figures
            .iter()
            .filter(|r| !r["text"].ends_with('%'))
            .map(|r| if r["text"].is_empty() { r["null"].as_str() } else { r["text"].as_str() })
            .collect();
        assert!(spellings.len() >= 6 && !spellings.contains(""), "{spellings:?}");
        for r in
            figures.iter().filter(|r| r["period"] == "2026-04" && r["measure"].starts_with("PM4"))
        {
            assert!(
                r["text"].replace('.', "").trim_end_matches('%').parse::<u32>().unwrap() >= 9_980,
                "looks perfect: {r:?}"
            );
        }
    }
}

#[test]
fn maps_and_json_are_readable() {
    let out = tempfile::tempdir().unwrap();
    write(config(1, 50, Some(2)), out.path());
    for f in ["user-log-user1.map.toml", "figures.map.toml"] {
        std::fs::read_to_string(out.path().join(f)).unwrap().parse::<toml::Table>().unwrap();
    }
    let map: toml::Table = std::fs::read_to_string(out.path().join("user-log-user1.map.toml"))
        .unwrap()
        .parse()
        .unwrap();
    let words: BTreeSet<&str> =
        map["values"]["state"].as_table().unwrap().values().map(|v| v.as_str().unwrap()).collect();
    assert_eq!(
        words,
        RequestState::ALL.iter().map(|s| s.as_str()).collect(),
        "every state has a word in the User's log"
    );
    for f in ["registers.json", "correction/correction.json", "truth.json"] {
        serde_json::from_slice::<Value>(&std::fs::read(out.path().join(f)).unwrap()).unwrap();
    }
}
