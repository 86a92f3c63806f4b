//! `journal`: segments, positions and times from the files, and damage named by file and byte.

use crate::support;
use northbound_ledger::journal::{Disk, Journal, Limits};
use northbound_types::Utc;
use support::Room;

const NOON: i64 = 1_775_044_800_000_000; // 2026-04-01T12:00:00Z

/// Records of `a`, `b`, `c`, … one second apart, a new segment after every third.
fn filled(records: u8) -> Room {
    let r = Room::new();
    let (mut j, _) =
        Journal::open(Disk::at(r.path("data/journal")), Limits::default(), Utc(NOON)).unwrap();
    for i in 0..records {
        j.append(Utc(NOON + i64::from(i) * 1_000_000), &[b'a' + i]).unwrap();
        j.sync().unwrap();
        if i % 3 == 2 {
            j.rotate().unwrap();
        }
    }
    j.checkpoint(u64::from(records), Utc(NOON), b"state").unwrap();
    r
}

#[test]
fn no_journal_is_no_error_and_makes_none() {
    let r = Room::new();
    r.nb("init --virtual").ok();
    assert!(r.nb("journal list").ok().out.contains("There is no journal here"));
    assert_eq!(r.json("journal check")["damage"].as_array().unwrap().len(), 0);
    r.nb("journal show 1").code(5);
    assert!(!r.path("data/journal").exists());
}

#[test]
fn segments_positions_and_times_are_listed() {
    let r = filled(7);
    let list = r.json("journal list");
    let spans: Vec<_> = list["segments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| {
            (
                s["first"].as_u64().unwrap(),
                s["last"].as_u64().unwrap(),
                s["sealed"].as_bool().unwrap(),
            )
        })
        .collect();
    assert_eq!(spans, [(1, 3, true), (4, 6, true), (7, 7, false)]);
    assert_eq!(
        (list["last"].as_u64(), list["checkpoints"][0]["position"].as_u64()),
        (Some(7), Some(7))
    );
    // One record fewer is another answer.
    let fewer = filled(6).json("journal list");
    assert_eq!(
        (
            fewer["last"].as_u64(),
            fewer["segments"].as_array().unwrap().len(),
            fewer["segments"][2]["last"].as_u64()
        ),
        (Some(6), 3, Some(6))
    );
    let show = r.json("journal show 4 --limit 2");
    let rows = show["records"].as_array().unwrap();
    assert_eq!(
        rows.iter()
            .map(|x| (x["position"].as_u64().unwrap(), x["at"].as_str().unwrap().to_owned()))
            .collect::<Vec<_>>(),
        [(4, "2026-04-01T12:00:03Z".to_owned()), (5, "2026-04-01T12:00:04Z".to_owned())]
    );
    assert_eq!(
        rows[0]["sha256"], "18ac3e7343f016890c510e93f935261169d9e3f565436429830faf0934f4f8e4",
        "SHA-256 of d"
    );
    r.nb("journal show 8").code(5);
}

#[test]
fn a_backup_holds_the_journal() {
    let r = filled(7);
    r.nb("ledger backup copy").ok();
    r.nb("--data second ledger restore copy").ok();
    assert_eq!(r.json("--data second journal check"), r.json("journal check"));
    // It can be written again at once.
    let (j, found) = Journal::open(
        Disk::at(r.path("second/journal")),
        Limits { must_reach: 7, ..Limits::default() },
        Utc(NOON),
    )
    .unwrap();
    assert_eq!((j.durable_position(), found.dropped_bytes), (7, 0));
}

#[test]
fn damage_is_named_by_file_and_byte_and_half_a_record_is_none() {
    let r = filled(7);
    assert_eq!(r.json("journal check")["records_read"].as_u64(), Some(7));
    // Half a record at the end: a crash, or the service writing just now.
    let last = r.path("data/journal/00000000000000000007.segment");
    let mut bytes = std::fs::read(&last).unwrap();
    bytes.extend_from_slice(b"NREC...");
    std::fs::write(&last, &bytes).unwrap();
    assert_eq!(r.json("journal check")["segments"][2]["unfinished"].as_u64(), Some(7));
    // The payload of position 5: the second record of its segment, whose head ends at 64 + 37 + 36.
    let file = r.path("data/journal/00000000000000000004.segment");
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[64 + 37 + 36] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let bad = r.nb("journal check --format json").code(7).json();
    assert_eq!(
        (bad["damage"][0]["file"].as_str(), bad["damage"][0]["offset"].as_u64()),
        (Some("00000000000000000004.segment"), Some(64 + 37))
    );
    let shown = r.nb("journal show 4 --format json").code(7).json();
    assert_eq!(
        (shown["records"].as_array().unwrap().len(), shown["damage"][0]["offset"].as_u64()),
        (1, Some(64 + 37))
    );
    // A segment that is gone.
    std::fs::remove_file(&file).unwrap();
    assert!(
        r.nb("journal list")
            .code(7)
            .out
            .contains("the segment with position 4 is missing before this one")
    );
}
