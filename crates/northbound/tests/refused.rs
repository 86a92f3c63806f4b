//! A command that is refused leaves everything as it was: the target that it was given, the folder
//! around it, and the data folder.

use crate::support::{HEADER, Room, message};
use std::{collections::BTreeMap, path::Path};

/// Commands that are refused, after what the room is prepared with.
const REFUSED: &[&str] = &[
    "explain PM4.3/CSPN/north/2026-04 --export target.csv --as bob@ACME+user",
    "explain PM4.3/CSPN/nowhere/2026-04 --export target.csv",
    "explain 0000000000000000 --export target.csv",
    "explain PM4.3/CSPN/north/2026-04 --export nowhere/target.csv",
    "registration changes --out target.csv --as bob",
    "change process --type nothing --out target.csv",
    "pack build --period 2026-04 --out target",
    "pack build --period 2026-04 --methodology nothing --out target",
    "pack build --period 2026-04 --out target --as bob",
    "pack issue --period 2026-04",
    "pack issue --period 2026-04 --as bob@ACME+user --reason again",
    "paper build --period 2026-04 --methodology nothing --out target",
    "report mine --user 90-B3-D5-1F-30-01-00-01 --period 2026-04 --out target --as bob@ACME+user",
    "variance report --period 2026-04 --out target --as bob",
    "ledger backup target",
    "ledger restore target",
    "journal replay --out target",
    "demo --meters 12 --days 2 --out target",
    "scenario run nothing.toml --out target",
    "mailing send mailing-1",
    "ingest messages nothing.csv --rejects target",
    "ingest messages broken.csv --map nothing.toml --rejects target",
];

/// Every file and folder below a folder, files with their bytes.
fn below(folder: &Path) -> BTreeMap<String, Option<Vec<u8>>> {
    let (mut open, mut found) = (vec![folder.to_owned()], BTreeMap::new());
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            let bytes = (!path.is_dir()).then(|| std::fs::read(&path).unwrap());
            if path.is_dir() {
                open.push(path.clone());
            }
            found.insert(path.strip_prefix(folder).unwrap().display().to_string(), bytes);
        }
    }
    found
}

#[test]
fn a_refused_command_leaves_everything_as_it_was() {
    let r = Room::new();
    let row = message(1, 1, "4.1.1", "north", "2026-04-01T10:00:00Z", Some("2026-04-01T10:00:05Z"));
    r.write("a.csv", &format!("{HEADER}{row}"));
    r.nb("ingest messages a.csv").ok();
    r.nb("pack issue --period 2026-04").ok();
    r.nb("mailing draft --topic smets1 --subject s --text t --from a@opsg.example").ok();
    // Rules that no pack has used yet: a build that is recorded would archive them.
    let settings = include_str!("../../../rules/settings.toml");
    std::fs::create_dir_all(r.path("data/rules")).unwrap();
    let changed = settings.replace("value = \"5%\"", "value = \"7%\"");
    assert_ne!(changed, settings);
    std::fs::write(r.path("data/rules/settings.toml"), changed).unwrap();
    std::fs::create_dir(r.path("target")).unwrap();
    r.write("target/notes.txt", "somebody's own\n");
    r.write("target.csv", "somebody's own\n");
    r.write("broken.csv", "neither\nheader\n");
    let before = below(r.dir.path());
    for words in REFUSED {
        let ran = r.nb(words);
        assert!(ran.code != 0 && ran.code != 101, "{words} ended with {}: {}", ran.code, ran.err);
        let after = below(r.dir.path());
        let names = |a: &BTreeMap<String, Option<Vec<u8>>>, b: &BTreeMap<String, _>| {
            a.iter()
                .filter(|(k, v)| b.get(*k) != Some(*v))
                .map(|(k, _)| k.clone())
                .collect::<Vec<_>>()
        };
        let (gone, new) = (names(&before, &after), names(&after, &before));
        assert!(
            gone.is_empty() && new.is_empty(),
            "{words}: before {gone:?}, after {new:?}: {}",
            ran.err
        );
    }
}
