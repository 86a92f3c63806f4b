//! Old data with a new program, new data with an old one, backup and restore.

use crate::shared;
use northbound_registers::{
    AsAt, Begun, Query, Store, Write,
    records::{
        data::feeds::Feed, reporting::annotations::Annotation, service::population::PopulationDay,
    },
    restore,
    sql::{MIGRATIONS, Migration},
};
use shared::{analyst, feed, file, folder, note, people, store, t};

#[test]
fn data_of_the_first_layout_open_with_this_program() {
    let (_dir, path) = folder();
    {
        // The first program knew one layout. This one writes digests too, so the rows are written as
        // that program wrote them.
        drop(Store::open_with(&path, t(0), &MIGRATIONS[..1]).unwrap());
        let body = serde_json::to_string(&feed("north")).unwrap();
        let (db, at) = (rusqlite::Connection::open(&path).unwrap(), t(1).0);
        db.execute_batch(&format!(
            "UPDATE counters SET value = 1; INSERT INTO revisions VALUES (1, {at}, {at}, 'kim+analyst', ''); \
             INSERT INTO subjects VALUES ('feed', 'north', 1); \
             INSERT INTO versions (noun, id, version, revision, verb, known, live, by_hand, body) \
             VALUES ('feed', 'north', 1, 1, 'add', {at}, 1, 1, '{body}'); \
             INSERT INTO events (revision, seq, noun, id, verb, after_body) \
             VALUES (1, 0, 'feed', 'north', 'add', '{body}')"
        ))
        .unwrap();
    }
    let store = Store::open(&path, t(2)).unwrap();
    let gate = store.as_actor(&analyst());
    assert_eq!(gate.show::<Feed>("north", Some(t(1))).unwrap().record, feed("north"));
    let Begun::Import(mut i) = gate.begin_import(&file("a.csv"), &Write::at(t(3))).unwrap() else {
        panic!("new")
    };
    i.add(&people("2026-04-01", 1), 1, None).unwrap();
    i.finish(Default::default()).unwrap();
    assert_eq!(gate.list::<PopulationDay>(&Query::default()).unwrap().len(), 1);
    let chain = store.verify_chain().unwrap();
    assert_eq!((chain.fault, chain.revisions, chain.chained_later), (None, 2, Some(1)));
}

#[test]
fn data_of_a_newer_layout_are_refused_and_left_alone() {
    let (_dir, path) = folder();
    let mut newer = MIGRATIONS.to_vec();
    newer.push(Migration {
        version: 4,
        note: "of tomorrow",
        sql: "CREATE TABLE tomorrow (a BIGINT)",
    });
    drop(Store::open_with(&path, t(0), &newer).unwrap());
    let before = std::fs::read(&path).unwrap();
    let e = Store::open(&path, t(1)).unwrap_err();
    assert_eq!(e.code(), "registers.newer");
    assert!(
        e.to_string().contains("layout 4")
            && e.to_string().contains("up to 3")
            && e.to_string().contains("use the newer program"),
        "{e}"
    );
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert!(Store::open_with(&path, t(2), &newer).is_ok());
}

#[test]
fn a_migration_that_fails_leaves_the_data_as_they_were() {
    let (_dir, path) = folder();
    drop(Store::open(&path, t(0)).unwrap());
    let mut broken = MIGRATIONS.to_vec();
    broken.push(Migration {
        version: 4,
        note: "broken",
        sql: "CREATE TABLE half (a BIGINT); CREATE TABLE subjects (a BIGINT);",
    });
    assert_eq!(Store::open_with(&path, t(1), &broken).unwrap_err().code(), "registers.migration");
    let mut whole = MIGRATIONS.to_vec();
    whole.push(Migration { version: 4, note: "whole", sql: "CREATE TABLE half (a BIGINT)" });
    Store::open_with(&path, t(2), &whole).unwrap();
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let (_dir, path) = folder();
    std::fs::write(&path, "this is a spreadsheet, not a database at all".repeat(50)).unwrap();
    assert!(Store::open(&path, t(0)).is_err());
}

#[test]
fn a_backup_is_restored_whole_with_its_history() {
    let (dir, store) = store();
    let gate = store.as_actor(&analyst());
    gate.add(&note("a"), &Write::at(t(1))).unwrap();
    gate.update::<Annotation>("annotation-1", &Write::at(t(2)).with_reason("r"), |n| {
        n.title = "b".into();
        Ok(())
    })
    .unwrap();
    let (copy, back) = (dir.path().join("copy.sqlite"), dir.path().join("back.sqlite"));
    store.backup(&copy).unwrap();
    gate.add(&note("after the backup"), &Write::at(t(3))).unwrap();
    assert_eq!(store.backup(&copy).unwrap_err().code(), "registers.io");
    restore(&copy, &back).unwrap();
    assert_eq!(restore(&copy, &back).unwrap_err().code(), "registers.io");
    let second = Store::open(&back, t(4)).unwrap();
    second.check().unwrap();
    let gate = second.as_actor(&analyst());
    assert_eq!(gate.show::<Annotation>("annotation-1", AsAt::NOW).unwrap().record.title, "b");
    assert_eq!(gate.show::<Annotation>("annotation-1", Some(t(1))).unwrap().record.title, "a");
    assert_eq!(gate.list::<Annotation>(&Query::default()).unwrap().len(), 1);
    assert_eq!(
        gate.add(&note("c"), &Write::at(t(5))).unwrap().revision,
        3,
        "it goes on where the backup stood"
    );
}

#[test]
fn a_damaged_backup_is_refused_before_anything_is_written() {
    let (dir, store) = store();
    store.as_actor(&analyst()).add(&note("a"), &Write::at(t(1))).unwrap();
    let (copy, back) = (dir.path().join("copy.sqlite"), dir.path().join("back.sqlite"));
    store.backup(&copy).unwrap();
    let mut bytes = std::fs::read(&copy).unwrap();
    let half = bytes.len() / 2;
    bytes.truncate(half);
    std::fs::write(&copy, bytes).unwrap();
    assert!(restore(&copy, &back).is_err());
    assert!(!back.exists());
    // An empty database is no backup of registers either.
    let empty = dir.path().join("empty.sqlite");
    std::fs::write(&empty, b"").unwrap();
    assert_eq!(restore(&empty, &back).unwrap_err().code(), "registers.damaged");
}
