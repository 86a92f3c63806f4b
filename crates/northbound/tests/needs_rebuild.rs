//! What never changes a figure: the order and batching of ingest, the same file again, later
//! arrivals where a pack is rebuilt as at its time; and what is always found: a lost movement.

use crate::support;
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
};
use support::needs::{Log, Pack, READS, Room, Sent, TESTS, bytes};

#[test]
fn the_same_file_twice_adds_nothing_to_any_figure() {
    let r = Room::with(&[TESTS.of(300, Some(5)), TESTS.of(10, None)]);
    let before = r.april();
    let again = r.json("ingest messages messages.csv");
    assert_eq!(
        (again["files"][0]["already"].as_bool(), again["ledger_version"].is_null()),
        (Some(true), true)
    );
    assert_eq!(r.april().figures(), before.figures());
    // The same rows in a file of other bytes: read, and every one a duplicate.
    let copy = fs::read_to_string(r.path("messages.csv")).unwrap() + "\n";
    r.write("copy.csv", &copy);
    let copied = r.json("ingest messages copy.csv");
    assert_eq!(
        (copied["files"][0]["duplicates"].as_u64(), copied["files"][0]["already"].as_bool()),
        (Some(310), Some(false))
    );
    assert_eq!(r.april().figures(), before.figures());
    // One row more is one message more.
    r.messages("one.csv", Log::from(9001).add(TESTS.of(1, Some(5))));
    assert_eq!(r.april().share("PM4.3", "north"), (301, 301));
}

#[test]
fn collisions_are_kept_reported_and_disputed() {
    let r = Room::new();
    let log = |late: u32| Log::of(&[TESTS.of(200 - late, Some(5)), TESTS.of(late, Some(30))]);
    r.write("ours.csv", &log(0).text);
    r.write("theirs.csv", &log(1).text);
    r.nb("ingest messages ours.csv --rank 1").ok();
    assert_eq!(r.april().state("PM4.3", "north"), "provisional");
    let done = r.json("ingest messages theirs.csv --rank 2");
    assert_eq!(
        (done["files"][0]["collisions"].as_u64(), done["files"][0]["duplicates"].as_u64()),
        (Some(1), Some(199))
    );
    let p = r.april();
    assert_eq!(
        (p.share("PM4.3", "north"), p.state("PM4.3", "north")),
        ((200, 200), "disputed".to_owned())
    );
    assert_eq!(p.cell("files", "theirs.csv", "collisions"), "1");
    assert!(p.printed("PM4.3 CSPN North").contains("[d]"));
    assert_eq!(r.json("ledger check")["counted"], 200, "each message counts once");
    // The loser is kept: it counts where the winner is taken back.
    r.run(&["ingest", "retract", "ours.csv", "--reason", "mistaken"]).ok();
    let p = r.april();
    assert_eq!(
        (p.share("PM4.3", "north"), p.state("PM4.3", "north")),
        ((199, 200), "provisional".to_owned())
    );
}

/// Three files that overlap, contradict and correct each other.
fn files(r: &Room) {
    r.write("a.csv", &Log::of(&[TESTS.of(150, Some(5)), READS.of(50, Some(5))]).text);
    r.write(
        "b.csv",
        &Log::of(&[
            TESTS.of(140, Some(5)),
            TESTS.of(10, Some(30)),
            READS.of(40, Some(5)),
            READS.of(10, None),
        ])
        .text,
    );
    r.write(
        "c.csv",
        &Log::from(151)
            .add(READS.of(80, Some(60)))
            .add(Sent { region: "south", ..READS.of(30, Some(5)) })
            .text,
    );
}

/// Without the ledger's version, the files and what is named after them.
fn plain(p: &Pack) -> Vec<Value> {
    p.figures()
}

#[test]
fn the_order_and_batching_of_ingest_never_change_a_figure() {
    let ranked = [("a.csv", 2), ("b.csv", 1), ("c.csv", 3)];
    let mut seen: Option<Vec<Value>> = None;
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let r = Room::new();
        files(&r);
        for i in order {
            r.nb(&format!("ingest messages {} --rank {}", ranked[i].0, ranked[i].1)).ok();
        }
        let p = r.april();
        assert_eq!(p.share("PM4.3", "north"), (140, 150), "b.csv has the lowest rank: {order:?}");
        let now = plain(&p);
        assert_eq!(*seen.get_or_insert_with(|| now.clone()), now, "{order:?}");
    }
    // All in one command at one rank, and one by one at that rank, in both orders.
    let at_one_rank = |commands: &[&str]| {
        let r = Room::new();
        files(&r);
        for c in commands {
            r.nb(&format!("ingest messages {c} --rank 5")).ok();
        }
        plain(&r.april())
    };
    let together = at_one_rank(&["a.csv b.csv c.csv"]);
    assert_eq!(together, at_one_rank(&["c.csv", "b.csv", "a.csv"]));
    assert_eq!(together, at_one_rank(&["b.csv a.csv", "c.csv"]));
    assert_ne!(Some(together), seen, "ranks decide where files contradict each other");
}

fn clock(day: u32) -> String {
    format!("2026-05-{day:02}T09:00:00Z")
}

fn rebuilt_the_same(r: &Room, built: &[(u32, Pack)]) {
    for (day, first) in built {
        let again = r.pack_at(
            "2026-06-20T09:00:00Z",
            &format!("again{day}"),
            &format!("--period 2026-04 --as-at {}", clock(*day)),
        );
        assert!(
            first.files.keys().eq(again.files.keys()),
            "{:?} and {:?}",
            first.files.keys(),
            again.files.keys()
        );
        for (name, was) in &first.files {
            assert!(*was == again.files[name], "{} of {day} May differs", name.display());
        }
    }
}

#[test]
fn packs_rebuilt_as_at_their_time_are_the_same_bytes_after_later_ingests_and_rules() {
    let r = Room::new();
    let mut seed: u64 = 7;
    let mut next = |most: u64| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed % most
    };
    let mut built = Vec::new();
    // Five packs, each after some of 24 random arrivals and before others.
    for (n, day) in (1..=24u32).enumerate() {
        let region = ["north", "central", "south"][next(3) as usize];
        let name = format!("f{n}.csv");
        let first = 1 + next(400) as u32;
        r.write(
            &name,
            &Log::from(first)
                .add(
                    TESTS
                        .of(20 + next(60) as u32, [Some(5), Some(30), None][next(3) as usize])
                        .in_region(region),
                )
                .text,
        );
        r.at(&clock(day), &format!("ingest messages {name} --rank {}", next(3))).ok();
        if n == 7 {
            r.overlay("measures/csp.toml", "target = \"99%\"", "target = \"98%\"");
        }
        if n == 9 {
            r.at(&clock(day), "ingest retract f2.csv --reason mistaken").ok();
        }
        if n == 11 {
            r.at(&clock(day), "ledger rollup").ok();
        }
        if n == 13 {
            r.at(&clock(day), "explanation add --measure PM4.3 --provider CSPN --region north --period 2026-04 --text mast").ok();
        }
        if n % 4 == 3 && n < 20 {
            built.push((day, r.pack_at(&clock(day), &format!("first{day}"), "--period 2026-04")));
        }
    }
    assert_eq!(built.len(), 5);
    rebuilt_the_same(&r, &built);
    let newest = r.pack_at(&clock(25), "newest", "--period 2026-04");
    assert_ne!(newest.figures(), built[4].1.figures(), "the last one was followed by others too");
    assert_ne!(
        built[3].1.figures(),
        built[4].1.figures(),
        "what came between is seen by the later one"
    );
}

fn any(dir: &Path, table: &str) -> PathBuf {
    let (name, _) = bytes(&dir.join("ledger").join(table)).into_iter().next().unwrap();
    dir.join("ledger").join(table).join(name)
}

#[test]
fn a_lost_movement_file_is_found_by_ledger_check_with_exit_code_7() {
    let r = Room::with(&[TESTS.of(60, Some(5)), TESTS.of(4, None)]);
    r.nb("ledger check").ok();
    let lost = any(&r.data(), "movements");
    let kept = fs::read(&lost).unwrap();
    fs::remove_file(&lost).unwrap();
    let found = r.nb("ledger check --format json").code(7).json();
    assert!(!found["findings"].as_array().unwrap().is_empty());
    fs::write(&lost, &kept).unwrap();
    r.nb("ledger check").ok();
    // Taken out of the manifest as well, so that every remaining file is whole: the books say so.
    let root =
        fs::read_dir(r.path("data/ledger/root")).unwrap().map(|e| e.unwrap().path()).max().unwrap();
    let mut manifest: Value = serde_json::from_slice(&fs::read(&root).unwrap()).unwrap();
    let files = manifest["tables"]["movements"].as_array_mut().unwrap();
    let before = files.len();
    files.remove(0);
    assert_eq!(files.len(), before - 1);
    fs::write(&root, serde_json::to_vec_pretty(&manifest).unwrap()).unwrap();
    let found = r.nb("ledger check --format json").code(7).json();
    assert!(found["findings"].as_array().unwrap().iter().any(|f| f["kind"] == "books"), "{found}");
}
