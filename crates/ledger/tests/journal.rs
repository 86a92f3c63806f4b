//! The journal over a store that loses and tears what was not synced: what was acknowledged is there,
//! in order, byte for byte; what was not is wholly there or gone.

use crate::journal_support;
use journal_support::{Model, NOW, at, open, payload, records};
use northbound_ledger::{
    LedgerError,
    journal::{
        Disk, Journal, Limits, RECORD_BYTES, RECORD_HEAD, SEGMENT_HEAD, SegmentName, Storage,
        inspect,
    },
    testing::{Fault, Faulty},
};
use northbound_types::Utc;

/// Segments of a few records, so that schedules cross many of them.
const SMALL: Limits = Limits {
    segment_bytes: 4096,
    record_bytes: RECORD_BYTES,
    unsynced_bytes: 1 << 20,
    must_reach: 0,
};

#[test]
fn random_schedules_of_appends_syncs_and_crashes_lose_nothing_that_was_synced() {
    let mut reached = journal_support::Reached::default();
    for seed in 0..600 {
        Model::new(seed, SMALL, false)
            .run(60, &mut reached)
            .unwrap_or_else(|e| panic!("seed {seed}: {e}"));
    }
    // A schedule that never tore anything or never crossed a segment would show nothing.
    assert!(
        reached.crashes > 2000
            && reached.torn > 300
            && reached.segments > 1000
            && reached.refused > 300
            && reached.whole_unsynced > 100
            && reached.checkpoints > 300,
        "{reached:?}"
    );
}

#[test]
fn a_writer_that_acknowledges_before_the_sync_is_caught() {
    let caught = (0..50)
        .filter(|&seed| {
            Model::new(seed, SMALL, true)
                .run(60, &mut journal_support::Reached::default())
                .is_err_and(|e| e.contains("acknowledged"))
        })
        .count();
    assert!(caught > 40, "only {caught} of 50 seeds catch it");
}

#[test]
fn a_crash_at_every_operation_of_a_rotation_and_a_checkpoint_loses_nothing() {
    let mut n = 0;
    loop {
        let store = Faulty::new(n);
        let (mut j, _) = open(&store, SMALL);
        for i in 0..20 {
            j.append(at(i), &payload(i, 300)).unwrap();
        }
        let mut safe = j.sync().unwrap();
        store.fault(Fault::CrashAfter(n));
        let mut go = || -> Result<(), LedgerError> {
            for i in 20..30 {
                j.append(at(i), &payload(i, 300))?;
            }
            safe = j.sync()?;
            j.rotate()?;
            j.checkpoint(safe, NOW, b"state")?;
            for i in 30..40 {
                j.append(at(i), &payload(i, 300))?;
            }
            safe = j.sync()?;
            j.checkpoint(safe, NOW, b"later state")?;
            j.release(safe, Utc(i64::MAX))?;
            Ok(())
        };
        let whole = go().is_ok();
        drop(j);
        store.restart();
        let (j, found) = open(&store, SMALL);
        assert!(
            j.durable_position() >= safe,
            "operation {n}: {safe} was safe, {} is there",
            j.durable_position()
        );
        for r in records(&j, j.first_position()) {
            assert_eq!(
                (r.at, r.payload),
                (at(r.position - 1), payload(r.position - 1, 300)),
                "operation {n}"
            );
        }
        assert_eq!(found.next_position, j.durable_position() + 1);
        assert!(inspect::look(&store, true).unwrap().damage.is_empty(), "operation {n}");
        j.restore().unwrap();
        if whole {
            assert!(n > 30, "{n} operations");
            break;
        }
        n += 1;
    }
}

#[test]
fn every_damaged_byte_before_the_last_sync_is_named_and_never_skipped() {
    let store = Faulty::new(1);
    let (mut j, _) = open(&store, Limits { segment_bytes: 2000, ..SMALL });
    for i in 0..12 {
        j.append(at(i), &payload(i, 200)).unwrap();
        j.sync().unwrap();
    }
    drop(j);
    let names: Vec<String> =
        store.list().unwrap().into_iter().filter(|n| SegmentName::parse(n).is_some()).collect();
    assert_eq!(names.len(), 2);
    for (which, name) in names.iter().enumerate() {
        let good = store.bytes(name).unwrap();
        // In the last segment the last synced batch cannot be told from a torn one.
        let upto = if which == 0 { good.len() } else { good.len() - (RECORD_HEAD + 200) };
        for byte in (0..upto).step_by(7) {
            let mut bad = good.clone();
            bad[byte] ^= 0x40;
            let copy = store.copy(2);
            copy.overwrite(name, &bad);
            let checked = inspect::look(&copy, true).unwrap();
            assert!(
                checked.damage.iter().any(|d| d.file == *name || which == 0),
                "byte {byte} of {name}"
            );
            match Journal::open(copy.clone(), SMALL, NOW) {
                Err(LedgerError::Damaged { path, offset, .. }) => {
                    assert!(path.ends_with(name) || which == 0, "{path:?}");
                    assert!(offset <= good.len() as u64);
                }
                Err(e) => panic!("byte {byte} of {name}: {e}"),
                // A full segment is read when it is replayed.
                Ok((j, _)) => {
                    assert_eq!(which, 0);
                    let read: Vec<_> = j.read_from(1).unwrap().collect();
                    let damaged = read
                        .iter()
                        .position(Result::is_err)
                        .unwrap_or_else(|| panic!("byte {byte} of {name} was skipped"));
                    assert_eq!(damaged + 1, read.len(), "nothing follows damage");
                    let Some(Err(LedgerError::Damaged { offset, .. })) = read.last() else {
                        panic!("{:?}", read.last())
                    };
                    assert!(
                        *offset <= byte as u64
                            && *offset + (RECORD_HEAD + 200) as u64 > byte as u64
                            || byte < SEGMENT_HEAD,
                        "byte {byte}: named {offset}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_missing_exchanged_or_older_segment_is_noticed() {
    let store = Faulty::new(3);
    let (mut j, _) = open(&store, Limits { segment_bytes: 1000, ..SMALL });
    for i in 0..30 {
        j.append(at(i), &payload(i, 100)).unwrap();
        j.sync().unwrap();
    }
    drop(j);
    let names: Vec<String> =
        store.list().unwrap().into_iter().filter(|n| SegmentName::parse(n).is_some()).collect();
    assert!(names.len() > 3);
    for gone in &names[..names.len() - 1] {
        let copy = store.copy(4);
        copy.remove(gone).unwrap();
        assert!(
            matches!(Journal::open(copy.clone(), SMALL, NOW), Err(LedgerError::Damaged { .. })),
            "{gone} is gone"
        );
        assert!(!inspect::look(&copy, false).unwrap().damage.is_empty());
    }
    // Another journal's segment with the same positions.
    let other = Faulty::new(5);
    let (mut j, _) = open(&other, Limits { segment_bytes: 1000, ..SMALL });
    for i in 0..30 {
        j.append(at(i), &payload(i + 1, 100)).unwrap();
        j.sync().unwrap();
    }
    drop(j);
    for name in &names[..names.len() - 1] {
        let copy = store.copy(6);
        copy.overwrite(name, &other.bytes(name).unwrap());
        assert!(
            matches!(Journal::open(copy, SMALL, NOW), Err(LedgerError::Damaged { .. })),
            "{name} exchanged"
        );
    }
    // The last segment gone: what the ledger rests on shows it.
    let copy = store.copy(7);
    copy.remove(names.last().unwrap()).unwrap();
    assert!(matches!(
        Journal::open(copy.clone(), Limits { must_reach: 30, ..SMALL }, NOW),
        Err(LedgerError::Damaged { .. })
    ));
    assert!(Journal::open(copy, Limits { must_reach: 1, ..SMALL }, NOW).is_ok());
}

#[test]
fn limits_hold_at_their_edge() {
    let store = Faulty::new(8);
    let (mut j, _) = open(&store, Limits { record_bytes: 100, unsynced_bytes: 300, ..SMALL });
    assert!(matches!(
        j.append(NOW, &[0; 101]),
        Err(LedgerError::Limit { value: 101, limit: 100, .. })
    ));
    assert_eq!(j.append(NOW, &[0; 100]).unwrap(), 1);
    assert_eq!(j.append(NOW, &[0; 100]).unwrap(), 2);
    assert_eq!(j.append(NOW, &[]).unwrap(), 3);
    // 2 * 136 + 36 = 308 bytes wait: over the limit; a sync makes room.
    assert!(matches!(j.append(NOW, &[]), Err(LedgerError::Limit { value: 308, limit: 300, .. })));
    assert_eq!(j.sync().unwrap(), 3);
    assert_eq!(j.append(NOW, &[]).unwrap(), 4);
    let store = Faulty::new(9);
    let (mut j, _) = open(&store, Limits::default());
    assert!(j.append(NOW, &vec![1; RECORD_BYTES + 1]).is_err());
    j.append(NOW, &vec![1; RECORD_BYTES]).unwrap();
    j.sync().unwrap();
    drop(j);
    store.restart();
    let (j, _) = open(&store, Limits::default());
    assert_eq!(records(&j, 1)[0].payload, vec![1; RECORD_BYTES]);
}

#[test]
fn a_full_disk_refuses_and_goes_on_when_there_is_room() {
    let store = Faulty::new(10);
    let (mut j, _) = open(&store, SMALL);
    for i in 0..10 {
        j.append(at(i), &payload(i, 100)).unwrap();
    }
    assert_eq!(j.sync().unwrap(), 10);
    store.fault(Fault::Room(store.used() + 50));
    j.append(at(10), &payload(10, 100)).unwrap();
    j.append(at(11), &payload(11, 100)).unwrap();
    assert!(matches!(j.sync(), Err(LedgerError::NotStored { first: 11, last: 12, .. })));
    assert_eq!((j.durable_position(), j.next_position()), (10, 11));
    assert!(j.suspended().is_some());
    assert!(matches!(j.append(at(10), b"x"), Err(LedgerError::Suspended { .. })));
    assert!(j.resume().is_err(), "no room yet");
    assert_eq!(records(&j, 1).len(), 10, "reading goes on");
    store.fault(Fault::Room(u64::MAX));
    j.resume().unwrap();
    assert_eq!(j.append(at(10), &payload(10, 100)).unwrap(), 11);
    assert_eq!(j.sync().unwrap(), 11);
    drop(j);
    store.restart();
    let (j, found) = open(&store, SMALL);
    assert_eq!(found.dropped_bytes, 0);
    let all = records(&j, 1);
    assert_eq!(all.len(), 11);
    assert_eq!(all[10].payload, payload(10, 100));
}

#[test]
fn a_failed_sync_is_never_followed_by_a_false_success() {
    // The bytes that a failed sync lost would be zeros on the disk; the journal writes them again.
    let store = Faulty::new(11);
    let (mut j, _) = open(&store, SMALL);
    j.append(at(0), &payload(0, 700)).unwrap();
    store.fault(Fault::Sync);
    assert!(matches!(j.sync(), Err(LedgerError::NotStored { first: 1, last: 1, .. })));
    j.resume().unwrap();
    j.append(at(0), &payload(0, 700)).unwrap();
    assert_eq!(j.sync().unwrap(), 1);
    drop(j);
    store.restart();
    let (j, _) = open(&store, SMALL);
    assert_eq!(records(&j, 1)[0].payload, payload(0, 700));
}

#[test]
fn two_owners_exclude_each_other_on_a_real_disk() {
    let dir = tempfile::tempdir().unwrap();
    let disk = Disk::at(dir.path().join("journal"));
    assert_eq!(inspect::look(&disk, true).unwrap().segments, []);
    assert!(!disk.dir().exists(), "looking makes nothing");
    let (mut j, found) =
        Journal::open(disk.clone(), Limits { segment_bytes: 1000, ..SMALL }, NOW).unwrap();
    assert_eq!((found.first_position, found.next_position, found.dropped_bytes), (1, 1, 0));
    assert!(matches!(Journal::open(disk.clone(), SMALL, NOW), Err(LedgerError::Locked { .. })));
    for i in 0..50 {
        j.append(at(i), &payload(i, 100)).unwrap();
        if i % 7 == 0 {
            j.sync().unwrap();
        }
    }
    j.sync().unwrap();
    j.append(at(50), b"never synced").unwrap();
    let (found, damage) = inspect::records(&disk, 30, 5).unwrap();
    assert_eq!(
        (found.iter().map(|f| f.record.position).collect::<Vec<_>>(), damage),
        (vec![30, 31, 32, 33, 34], None)
    );
    drop(j);
    // Half a record and a block of zeros at the end: cut off, and said.
    let last = disk.list().unwrap().into_iter().rfind(|n| SegmentName::parse(n).is_some()).unwrap();
    let mut f = disk.open(&last).unwrap();
    disk.append(&mut f, b"NREC and then half of something").unwrap();
    disk.append(&mut f, &[0; 512]).unwrap();
    assert_eq!(inspect::look(&disk, true).unwrap().segments.last().unwrap().unfinished, 543);
    let (j, found) = Journal::open(disk.clone(), SMALL, NOW).unwrap();
    assert_eq!(
        (found.dropped_bytes, found.dropped_from.as_ref().map(|d| d.0.as_str())),
        (543, Some(last.as_str()))
    );
    assert_eq!(
        records(&j, 1).into_iter().map(|r| r.payload).collect::<Vec<_>>(),
        (0..50).map(|i| payload(i, 100)).collect::<Vec<_>>()
    );
    assert!(j.read_from(51).unwrap().next().is_none());
    assert!(matches!(j.read_from(0), Err(LedgerError::Refused(_))));
}

#[test]
fn the_newest_checkpoint_serves_else_the_older_else_the_first_record() {
    let store = Faulty::new(12);
    let (mut j, _) = open(&store, SMALL);
    for i in 0..30 {
        j.append(at(i), &payload(i, 50)).unwrap();
    }
    assert!(
        matches!(j.checkpoint(1, NOW, b"early"), Err(LedgerError::Refused(_))),
        "not durable yet"
    );
    j.sync().unwrap();
    assert_eq!(j.restore().unwrap().checkpoint, None);
    for (p, s) in [(10, "ten"), (20, "twenty"), (30, "thirty")] {
        j.checkpoint(p, at(p), s.as_bytes()).unwrap();
    }
    let files = || {
        store.list().unwrap().into_iter().filter(|n| n.ends_with(".checkpoint")).collect::<Vec<_>>()
    };
    assert_eq!(files().len(), 2, "the two newest are kept");
    let c = j.restore().unwrap().checkpoint.unwrap();
    assert_eq!((c.position, c.at, c.state), (30, at(30), b"thirty".to_vec()));
    let good = store.bytes(&files()[1]).unwrap();
    for bit in 0..good.len() * 8 {
        let mut bad = good.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        store.overwrite(&files()[1], &bad);
        let r = j.restore().unwrap();
        assert_eq!((r.checkpoint.map(|c| c.position), r.skipped.len()), (Some(20), 1), "bit {bit}");
    }
    store.overwrite(&files()[0], b"");
    let r = j.restore().unwrap();
    assert_eq!((r.checkpoint, r.skipped.len()), (None, 2));
}

#[test]
fn retention_lets_go_only_what_ledger_and_both_checkpoints_hold_and_is_old() {
    let limits = Limits { segment_bytes: 1000, ..SMALL };
    let build = |checkpoints: &[u64]| {
        let store = Faulty::new(13);
        let (mut j, _) = open(&store, limits);
        for i in 0..40 {
            j.append(at(i), &payload(i, 100)).unwrap();
            j.sync().unwrap();
        }
        for &c in checkpoints {
            j.checkpoint(c, NOW, b"s").unwrap();
        }
        (store, j)
    };
    // (checkpoints, in the ledger, keep from, first position after)
    for (checkpoints, ledger, from, first) in [
        (&[20, 40][..], 40, i64::MAX, 15),
        (&[21, 40], 40, i64::MAX, 22),
        (&[40], 40, i64::MAX, 1),
        (&[20, 40], 13, i64::MAX, 8),
        (&[20, 40], 14, i64::MAX, 15),
        (&[20, 40], 40, at(13).0, 8),
        (&[20, 40], 40, at(13).0 + 1, 15),
        (&[20, 40], 40, i64::MIN, 1),
    ] {
        let (store, mut j) = build(checkpoints);
        let done = j.release(ledger, Utc(from)).unwrap();
        assert_eq!(
            (j.first_position(), done.upto),
            (first, first - 1),
            "{checkpoints:?} {ledger} {from}"
        );
        drop(j);
        store.restart();
        let (j, found) = open(&store, limits);
        assert_eq!((found.first_position, found.next_position), (first, 41));
        assert_eq!(records(&j, first).len() as u64, 41 - first);
        assert!(inspect::look(&store, true).unwrap().damage.is_empty());
        // What was not let go may not go missing.
        let gone = SegmentName(first).to_string();
        drop(j);
        store.remove(&gone).unwrap();
        assert!(matches!(Journal::open(store, limits, NOW), Err(LedgerError::Damaged { .. })));
    }
}
