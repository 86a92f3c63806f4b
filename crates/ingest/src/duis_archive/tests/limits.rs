//! Limits at their edges, bombs, links and damage.

use super::archive_of::{Folder, Sample, gzip, pack_tar, pack_zip, write_folder};
use super::*;

fn read_all(
    path: &Path,
    options: &ReadOptions,
) -> (Result<ReadSummary, ArchiveError>, Vec<String>) {
    let mut codes = Vec::new();
    let result = read_archive(path, options, &services(), &mut |item| {
        if let Item::Reject(r) = item {
            codes.push(r.code);
        }
        Ok(())
    });
    (result, codes)
}

fn good() -> Vec<u8> {
    files().into_iter().find(|f| f.name == "18-small-counter.xml").unwrap().bytes
}

fn one(bytes: Vec<u8>) -> Vec<Sample> {
    vec![Sample { name: "one.xml", bytes }]
}

#[test]
fn entry_size_count_and_total_at_their_edges() {
    let folder = Folder::new();
    let message = good();
    let size = message.len() as u64;
    write_folder(
        &folder.0,
        &[
            Sample { name: "a.xml", bytes: message.clone() },
            Sample { name: "b.xml", bytes: message },
        ],
    );
    let with = |change: &dyn Fn(&mut ReadOptions)| {
        let mut o = ReadOptions::default();
        change(&mut o);
        read_all(&folder.0, &o)
    };
    let (read, codes) = with(&|o| o.entry_bytes = size);
    assert_eq!((read.unwrap().messages, codes.len()), (2, 0));
    let (read, codes) = with(&|o| o.entry_bytes = size - 1);
    assert_eq!(
        (read.unwrap().messages, codes),
        (0, vec!["entry-too-large".to_owned(), "entry-too-large".to_owned()])
    );
    assert!(with(&|o| o.entries = 2).0.is_ok());
    assert!(matches!(with(&|o| o.entries = 1).0, Err(ArchiveError::Bomb { .. })));
    assert!(with(&|o| o.total_bytes = size * 2).0.is_ok());
    assert!(matches!(with(&|o| o.total_bytes = size * 2 - 1).0, Err(ArchiveError::Bomb { .. })));
}

#[test]
fn what_unpacks_to_too_much_is_stopped_in_every_container() {
    let folder = Folder::new();
    let bomb = one(vec![b' '; 24 * 1024 * 1024]);
    for (name, bytes) in [("a.zip", pack_zip(&bomb)), ("b.tar.gz", gzip(&pack_tar(&bomb)))] {
        let path = folder.0.join(name);
        std::fs::write(&path, bytes).unwrap();
        let (read, _) = read_all(&path, &ReadOptions::default());
        assert!(matches!(read, Err(ArchiveError::Bomb { .. })), "{name}: {read:?}");
        let trusted = ReadOptions { ratio: 100_000, ..ReadOptions::default() };
        let (read, _) = read_all(&path, &trusted);
        assert_eq!(read.unwrap().empty, 1, "{name}");
    }
}

#[test]
fn damaged_nested_and_missing_archives_say_so() {
    let folder = Folder::new();
    let zip = pack_zip(&one(good()));
    let path = folder.0.join("cut.zip");
    std::fs::write(&path, &zip[..zip.len() - 30]).unwrap();
    assert!(matches!(
        read_all(&path, &ReadOptions::default()).0,
        Err(ArchiveError::Damaged { .. })
    ));
    let tar = gzip(&pack_tar(&one(good())));
    let path = folder.0.join("cut.tgz");
    std::fs::write(&path, &tar[..tar.len() / 2]).unwrap();
    assert!(matches!(
        read_all(&path, &ReadOptions::default()).0,
        Err(ArchiveError::Damaged { .. })
    ));
    let path = folder.0.join("nested.tar");
    std::fs::write(&path, pack_tar(&[Sample { name: "inner.zip", bytes: zip }])).unwrap();
    assert_eq!(read_all(&path, &ReadOptions::default()).1, ["nested-archive"]);
    assert!(matches!(
        read_all(&folder.0.join("none"), &ReadOptions::default()).0,
        Err(ArchiveError::Io { .. })
    ));
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    let folder = Folder::new();
    write_folder(&folder.0, &one(good()));
    std::os::unix::fs::symlink(&folder.0, folder.0.join("loop")).unwrap();
    std::os::unix::fs::symlink(folder.0.join("one.xml"), folder.0.join("link.xml")).unwrap();
    let summary = read_all(&folder.0, &ReadOptions::default()).0.unwrap();
    assert_eq!((summary.messages, summary.skipped), (1, 2));
}

#[test]
fn names_that_climb_out_lead_nowhere() {
    let folder = Folder::new();
    let mut tar = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    let bytes = good();
    header.set_size(bytes.len() as u64);
    header.set_mtime(1_775_048_400);
    header.as_gnu_mut().unwrap().name[..13].copy_from_slice(b"../escape.xml");
    header.set_cksum();
    tar.append(&header, bytes.as_slice()).unwrap();
    let path = folder.0.join("climb.tar");
    std::fs::write(&path, tar.into_inner().unwrap()).unwrap();
    assert_eq!(read_all(&path, &ReadOptions::default()).0.unwrap().messages, 1);
    assert!(!folder.0.parent().unwrap().join("escape.xml").exists());
}

#[test]
fn an_inventory_is_read_or_refused_with_its_line() {
    let line =
        |text: &str| match Inventory::from_csv(std::io::Cursor::new(text.as_bytes().to_vec())) {
            Err(ArchiveError::Inventory { line, .. }) => line,
            other => panic!("{other:?}"),
        };
    assert_eq!(line("device\nx\n"), 1);
    assert_eq!(line("device,region\n00-DB-12-34-56-78-90-A0,north\nnonsense,north\n"), 3);
    assert_eq!(line("device,region\n00-DB-12-34-56-78-90-A0,nowhere\n"), 2);
    assert_eq!(
        line("device,region\n00-DB-12-34-56-78-90-A0,north\n00-db-12-34-56-78-90-a0,south\n"),
        3
    );
}
