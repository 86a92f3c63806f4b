//! `demo`: ends by itself, repeats itself, and leaves other people's folders alone.

mod support;
use support::Room;

fn demo(r: &Room, seed: u32, out: &str) -> support::Ran { r.nb(&format!("demo --meters 40 --days 22 --seed {seed} --out {out} --format json")) }

#[test]
fn the_same_seed_gives_the_same_ledger_and_another_seed_another() {
    let r = Room::new();
    let hash = |out: &str, seed: u32| {
        demo(&r, seed, out).ok();
        assert_eq!(r.json(&format!("--data {out}/data ledger check"))["findings"].as_array().unwrap().len(), 0);
        let files = r.json(&format!("--data {out}/data ingest list"));
        files["files"].as_array().unwrap().iter().map(|f| f["sha256"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let first = hash("one", 1);
    assert_eq!(hash("two", 1), first);
    assert_ne!(hash("two", 2), first, "an earlier demo is replaced");
}

#[test]
fn a_folder_that_is_no_demo_is_left_alone() {
    let r = Room::new();
    r.write("mine/thesis.txt", "do not touch");
    demo(&r, 1, "mine").code(4);
    assert_eq!(std::fs::read_dir(r.path("mine")).unwrap().count(), 1);
    r.nb("demo --meters 0 --out other").code(2);
    r.nb("demo --days 31 --out other").code(2);
    assert!(!r.path("other").exists());
}

#[test]
fn the_correction_counts_and_the_first_statement_can_be_read_again() {
    let r = Room::new();
    let done = demo(&r, 1, "out").ok().json();
    assert!(done["corrections"][0]["accepted"].as_u64().unwrap() > 0, "{done}");
    let late = |as_at: &str| r.json(&format!("--data out/data reconcile all=ledger:feed=cspc t=ledger:feed=cspc,state=timed-out --keys region --no-keep {as_at}"))["pairs"][0]["totals"]["total"].clone();
    assert_ne!(late(""), late("--as-at 2026-04-27T00:00:00Z"));
}
