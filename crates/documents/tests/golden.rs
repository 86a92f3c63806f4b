//! The printed sample equals what is committed under `tests/golden`; `UPDATE_GOLDEN=1` writes it anew.

use crate::sample;

use northbound_documents::{
    Formats,
    manifest::Manifest,
    render::{WrittenFile, print_all},
};
use std::{fs, path::PathBuf};

fn golden(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

/// Compares and says where the first difference stands.
fn compare(name: &str, found: &[u8]) {
    let path = golden(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder for the golden file");
        fs::write(&path, found).expect("the golden file can be written");
        return;
    }
    let expected = fs::read(&path)
        .unwrap_or_else(|e| panic!("{name}: {e}; run with UPDATE_GOLDEN=1 to write it"));
    if expected == found {
        return;
    }
    let (old, new) = (String::from_utf8_lossy(&expected), String::from_utf8_lossy(found));
    let line = old
        .lines()
        .zip(new.lines())
        .position(|(a, b)| a != b)
        .unwrap_or_else(|| old.lines().count().min(new.lines().count()));
    let show = |t: &str| t.lines().nth(line).unwrap_or("").chars().take(300).collect::<String>();
    panic!(
        "{name} differs in line {}:\n was {}\n now {}\nUPDATE_GOLDEN=1 accepts the change",
        line + 1,
        show(&old),
        show(&new)
    );
}

#[test]
fn printed_files_are_as_committed() {
    let which = Formats { pdf: false, xlsx: false, ..Formats::all() };
    let files = print_all(&sample::pack(), which).expect("the sample prints");
    assert!(files.len() > 15);
    for (name, bytes) in &files {
        compare(name, bytes);
    }
}

#[test]
fn the_manifest_lists_what_was_written() {
    let which = Formats { pdf: false, xlsx: false, ..Formats::all() };
    let files = print_all(&sample::pack(), which).expect("the sample prints");
    let manifest =
        Manifest::of(&sample::pack(), files.iter().map(|(n, b)| WrittenFile::of(n, b)).collect());
    assert_eq!(manifest.unconfirmed_rules, ["target:8.14.1", "aggregate:CPM1"]);
    compare("manifest.json", &serde_json::to_vec_pretty(&manifest).expect("JSON"));
}

#[test]
fn the_model_survives_json() {
    let document = sample::pack();
    let text = serde_json::to_string(&document).expect("JSON");
    assert_eq!(
        serde_json::from_str::<northbound_documents::model::Document>(&text).expect("a pack"),
        document
    );
}

#[test]
fn the_same_pack_gives_the_same_bytes_in_every_format() {
    let (a, b) = (
        print_all(&sample::pack(), Formats::all()).expect("prints"),
        print_all(&sample::pack(), Formats::all()).expect("prints"),
    );
    for ((name, first), (_, second)) in a.iter().zip(&b) {
        assert!(first == second, "{name} differs from itself");
    }
    let mut other = sample::pack();
    other.as_at = sample::utc("2026-06-23T00:00:00Z");
    let c = print_all(&other, Formats::all()).expect("prints");
    for name in ["pack.pdf", "pack.xlsx", "pack.html", "pack.json"] {
        let of = |set: &[(String, Vec<u8>)]| set.iter().find(|f| f.0 == name).map(|f| f.1.clone());
        assert!(of(&a) != of(&c), "{name} does not show its as-at time");
    }
}
