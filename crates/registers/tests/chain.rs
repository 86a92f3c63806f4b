//! The chain over the history: rows edited, deleted, inserted or reordered in the file are found.

use crate::shared;
use northbound_registers::{
    Begun, Head, Store, Write, records::reporting::annotations::Annotation, sql::MIGRATIONS,
};
use rusqlite::Connection;
use shared::{analyst, fault, feed, file, folder, note, people, t};
use std::path::Path;

/// Registers with a feed, a fault that refers to it, a note with two versions and a file of two rows.
fn filled(path: &Path) -> Head {
    let store = Store::open(path, t(0)).unwrap();
    let gate = store.as_actor(&analyst());
    gate.add(&feed("north"), &Write::at(t(1))).unwrap();
    gate.add(&fault("north"), &Write::at(t(2))).unwrap();
    gate.add(&note("a"), &Write::at(t(3))).unwrap();
    gate.update::<Annotation>("annotation-1", &Write::at(t(4)).with_reason("r"), |n| {
        n.title = "b".into();
        Ok(())
    })
    .unwrap();
    let Begun::Import(mut i) = gate.begin_import(&file("a.csv"), &Write::at(t(5))).unwrap() else {
        panic!("new")
    };
    i.add(&people("2026-04-01", 1), 1, None).unwrap();
    i.add(&people("2026-04-02", 2), 2, None).unwrap();
    i.finish(Default::default()).unwrap();
    gate.add(&note("dry"), &Write::at(t(6)).dry()).unwrap();
    gate.add(&note("c"), &Write::at(t(7))).unwrap();
    store.head().unwrap().unwrap()
}

/// What the check names after these statements of somebody with the file.
fn found(path: &Path, forgery: &str) -> Option<String> {
    let copy = path.with_extension("forged");
    std::fs::copy(path, &copy).unwrap();
    let db = Connection::open(&copy).unwrap();
    db.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    db.execute_batch(forgery).unwrap();
    assert!(forgery.is_empty() || db.total_changes() > 0, "{forgery} changes nothing");
    drop(db);
    let report = Store::read(&copy, t(9)).unwrap().verify_chain().unwrap();
    std::fs::remove_file(&copy).unwrap();
    report.fault.map(|f| f.to_string())
}

#[test]
fn a_whole_chain_passes_and_reading_leaves_the_file_as_it_is() {
    let (_dir, path) = folder();
    let head = filled(&path);
    assert_eq!(head.revision, 6);
    let before = std::fs::read(&path).unwrap();
    let store = Store::read(&path, t(9)).unwrap();
    let report = store.verify_chain().unwrap();
    assert_eq!((report.fault, report.revisions, report.chained_later), (None, 6, None));
    // Five versions by people, of the file and of its two rows; six events; two origins.
    assert_eq!(report.rows, 5 + 3 + 6 + 2);
    assert_eq!(store.head().unwrap(), Some(head));
    assert_eq!(store.head_at(6).unwrap(), Some(head));
    assert_ne!(store.head_at(5).unwrap().unwrap().hash, head.hash);
    assert_eq!(store.head_at(7).unwrap(), None);
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert_eq!(found(&path, ""), None);
}

#[test]
fn the_same_history_has_the_same_head_and_another_a_different_one() {
    let ((_a, first), (_b, second)) = (folder(), folder());
    assert_eq!(filled(&first), filled(&second));
    let store = Store::open(&second, t(10)).unwrap();
    store.as_actor(&analyst()).add(&note("d"), &Write::at(t(11))).unwrap();
    assert_eq!(store.head().unwrap().unwrap().revision, 7);
    assert_ne!(store.head().unwrap(), store.head_at(6).unwrap());
    let (_c, empty) = folder();
    assert_eq!(Store::open(&empty, t(0)).unwrap().head().unwrap(), None);
    assert_eq!(Store::open(&empty, t(0)).unwrap().verify_chain().unwrap().fault, None);
}

/// Each forgery with a piece of what must be named.
const FORGERIES: &[(&str, &str)] = &[
    // Edited.
    (
        "UPDATE versions SET body = replace(body, 'Fewer', 'More') WHERE noun = 'annotation' AND version = 2",
        "version 2 of annotation \"annotation-1\" was changed",
    ),
    ("UPDATE versions SET live = 0 WHERE noun = 'feed'", "version 1 of feed \"north\" was changed"),
    ("UPDATE versions SET party = 'ACME' WHERE noun = 'feed'", "feed \"north\" was changed"),
    ("UPDATE versions SET known = known - 1 WHERE noun = 'fault'", "fault-1\" was changed"),
    ("UPDATE events SET after_body = NULL WHERE revision = 4", "event 0 of revision 4"),
    ("UPDATE events SET verb = 'change' WHERE revision = 1", "event 0 of revision 1"),
    ("UPDATE origins SET place = 7 WHERE place = 2", "source-1 was changed"),
    ("UPDATE revisions SET actor = 'sam+analyst' WHERE revision = 2", "revision 2 does not fit"),
    ("UPDATE revisions SET recorded = recorded + 1 WHERE revision = 5", "revision 5 does not fit"),
    (
        "UPDATE chain SET hash = replace(hash, 'a', 'b') WHERE revision = 3",
        "revision 3 does not fit",
    ),
    ("UPDATE chain SET chained_later = 1 WHERE revision = 3", "revision 3 does not fit"),
    ("UPDATE subjects SET revision = 1 WHERE noun = 'annotation'", "annotation \"annotation-1\""),
    ("UPDATE version_refs SET to_id = 'south'", "version 1 of fault \"fault-1\" was changed"),
    // Deleted.
    (
        "DELETE FROM versions WHERE noun = 'annotation' AND version = 2",
        "revision 4 has 0 rows in versions, but 1",
    ),
    ("DELETE FROM events WHERE revision = 3", "revision 3 has 0 rows in events, but 1"),
    ("DELETE FROM origins WHERE place = 1", "revision 5 has 1 rows in origins, but 2"),
    ("DELETE FROM version_refs", "version 1 of fault \"fault-1\" was changed"),
    ("DELETE FROM chain WHERE revision = 6", "revision 6 is not in the chain"),
    ("DELETE FROM revisions WHERE revision = 3", "revision 3 is missing"),
    (
        "DELETE FROM versions WHERE revision = 6; DELETE FROM events WHERE revision = 6; DELETE FROM chain WHERE revision = 6; DELETE FROM revisions WHERE revision = 6; DELETE FROM subjects WHERE revision = 6",
        "revision 6 is missing: the newest is 5, but 6",
    ),
    // Inserted.
    (
        "INSERT INTO versions SELECT noun, id, 3, revision, verb, known, live, by_hand, party, measure, provider, region, period, lookup, effective_from, effective_to, body, NULL FROM versions WHERE noun = 'annotation' AND version = 2",
        "version 3 of annotation \"annotation-1\" was not recorded",
    ),
    (
        "INSERT INTO events SELECT revision, 1, noun, id, verb, party, before_body, after_body, digest FROM events WHERE revision = 2",
        "event 1 of revision 2",
    ),
    (
        "INSERT INTO revisions VALUES (7, 1, 1, 'sam+analyst', ''); UPDATE counters SET value = 7 WHERE name = 'revision'",
        "revision 7 is not in the chain",
    ),
    ("INSERT INTO subjects VALUES ('feed', 'south', 1)", "feed \"south\""),
    // Reordered.
    (
        "UPDATE events SET seq = 9 WHERE revision = 3; UPDATE events SET revision = 3 WHERE revision = 4; UPDATE events SET revision = 4, seq = 0 WHERE seq = 9",
        "event 0 of revision 3",
    ),
    (
        "UPDATE versions SET version = 9 WHERE noun = 'annotation' AND version = 1; UPDATE versions SET version = 1 WHERE noun = 'annotation' AND version = 2; UPDATE versions SET version = 2 WHERE version = 9",
        "annotation \"annotation-1\" was changed",
    ),
    (
        "UPDATE revisions SET recorded = -recorded WHERE revision IN (3, 4); UPDATE revisions SET recorded = (SELECT -q.recorded FROM revisions q WHERE q.revision = 7 - revisions.revision) WHERE revision = 3",
        "revision 3 does not fit",
    ),
];

#[test]
fn each_forgery_in_the_file_is_found_and_its_row_named() {
    let (_dir, path) = folder();
    filled(&path);
    for (forgery, named) in FORGERIES {
        let what = found(&path, forgery).unwrap_or_else(|| panic!("not found: {forgery}"));
        assert!(what.contains(named), "{forgery}: {what}");
    }
}

#[test]
fn a_row_with_a_computed_digest_is_still_found_by_the_hash_of_its_revision() {
    let (_dir, path) = folder();
    filled(&path);
    // The digest of the edited row, as a forger computes it: copied from registers where a person
    // recorded that very row.
    let (_other, twin) = folder();
    {
        let store = Store::open(&twin, t(0)).unwrap();
        let gate = store.as_actor(&analyst());
        let mut other = feed("north");
        other.rank = 9;
        gate.add(&other, &Write::at(t(1))).unwrap();
    }
    let take = format!(
        "ATTACH '{}' AS twin; DELETE FROM versions WHERE noun = 'feed'; INSERT INTO versions SELECT * FROM twin.versions; DELETE FROM events WHERE revision = 1; INSERT INTO events SELECT * FROM twin.events",
        twin.display()
    );
    let what = found(&path, &take).unwrap();
    assert!(what.starts_with("revision 1 does not fit the chain"), "{what}");
}

#[test]
fn an_earlier_layout_is_chained_once_and_told_as_chained_later() {
    let (_dir, path) = folder();
    filled(&path);
    {
        // As the program before wrote it: the same rows, without digests and chain.
        let db = Connection::open(&path).unwrap();
        db.execute_batch(
            "DROP TABLE chain; ALTER TABLE versions DROP COLUMN digest; ALTER TABLE events DROP COLUMN digest; \
             ALTER TABLE origins DROP COLUMN digest; DELETE FROM schema_versions WHERE version = 3",
        )
        .unwrap();
    }
    // A reader sees it as it will be, and leaves the file alone.
    let before = std::fs::read(&path).unwrap();
    let read = Store::read(&path, t(9)).unwrap();
    assert_eq!(read.verify_chain().unwrap().chained_later, Some(6));
    let head = read.head().unwrap();
    drop(read);
    assert_eq!(std::fs::read(&path).unwrap(), before);
    let store = Store::open(&path, t(20)).unwrap();
    assert_eq!(store.head().unwrap(), head, "it does not depend on when it is upgraded");
    store.as_actor(&analyst()).add(&note("d"), &Write::at(t(21))).unwrap();
    let report = store.verify_chain().unwrap();
    assert_eq!((report.fault, report.revisions, report.chained_later), (None, 7, Some(6)));
    drop(store);
    assert_eq!(MIGRATIONS.len(), 3);
    let what = found(&path, "UPDATE versions SET body = '{}' WHERE noun = 'feed'").unwrap();
    assert!(what.contains("feed \"north\" was changed"), "{what}");
}
