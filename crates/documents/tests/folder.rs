//! What is written, replaced and refused in a folder.

use crate::sample;

use northbound_documents::{
    DocumentError, Formats, Replace,
    manifest::{Manifest, sha256},
    render_all,
};
use std::fs;

const SMALL: Formats =
    Formats { html: false, pdf: false, xlsx: false, svg: false, ..Formats::all() };

#[test]
fn files_match_their_manifest_and_nothing_else_is_left() {
    let root = tempfile::tempdir().expect("a folder");
    let dir = root.path().join("packs/2026-04");
    let files = render_all(&sample::pack(), &dir, Formats::all()).expect("written");
    for f in &files {
        let bytes = fs::read(dir.join(&f.name)).expect("the file");
        assert_eq!((sha256(&bytes), bytes.len() as u64), (f.sha256.clone(), f.bytes), "{}", f.name);
    }
    let manifest = Manifest::read(&fs::read(dir.join("manifest.json")).expect("the manifest"))
        .expect("a manifest");
    assert_eq!(manifest.files.len() + 1, files.len());
    assert_eq!(manifest.root_manifest, sample::pack().origin.manifest);
    assert_eq!(
        fs::read_dir(dir.parent().expect("a parent")).expect("a listing").count(),
        1,
        "no temporary folder stays"
    );
}

#[test]
fn a_pack_replaces_a_pack_whole() {
    let root = tempfile::tempdir().expect("a folder");
    let dir = root.path().join("p");
    render_all(&sample::pack(), &dir, Formats { html: true, ..SMALL }).expect("written");
    render_all(&sample::pack(), &dir, SMALL).expect("replaced");
    assert!(!dir.join("pack.html").exists(), "a file of the old pack stayed");
    assert!(dir.join("pack.json").exists());
}

#[test]
fn other_files_are_never_lost() {
    let root = tempfile::tempdir().expect("a folder");
    let dir = root.path().join("p");
    fs::create_dir(&dir).expect("a folder");
    render_all(&sample::pack(), &dir, SMALL).expect("an empty folder is filled");
    fs::write(dir.join("my-notes.txt"), "mine").expect("written");
    let refused = render_all(&sample::pack(), &dir, SMALL).expect_err("a stranger's file");
    assert!(
        matches!(&refused, DocumentError::ForeignFile { found, .. } if found == "my-notes.txt"),
        "{refused}"
    );
    render_all(&sample::pack(), &dir, Formats { replace: Replace::Files, ..SMALL })
        .expect("told to");
    assert_eq!(fs::read_to_string(dir.join("my-notes.txt")).expect("still there"), "mine");
}
