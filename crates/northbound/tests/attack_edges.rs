//! Every command with the edges of every type: it may refuse, and it ends without a panic and in time. What
//! is accepted on the way stops no pack.

use crate::support::{Room, attack_in_full};
use std::{
    path::Path,
    time::{Duration, Instant},
};

/// Longest that one command may take.
const LONGEST: Duration = Duration::from_secs(60);
/// Commands that wait, or run for as long as they are told to.
const LASTING: &[&str] = &["serve", "send", "receive", "top", "tap", "demo", "scenario", "devices"];

const PERIODS: &[&str] = &["1970-01", "2999-12", "9999-12", "1969-12", "3000-01"];
const DAYS: &[&str] = &["1970-01-01", "2999-12-31", "9999-12-31", "1969-12-31", "0001-01-01"];
const NUMBERS: &[&str] = &[
    "0",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "-1",
    "999999999999999",
    "1000000000000000",
];

/// The words of a line of the script: parted by spaces, `"…"` keeps them together.
fn words(line: &str) -> Vec<String> {
    let mut out = Vec::new();
    for (i, part) in line.split('"').enumerate() {
        if i % 2 == 1 {
            out.push(part.to_owned());
        } else {
            out.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    out
}

/// The edges of a word's type; none for a text.
fn edges(word: &str) -> &'static [&'static str] {
    let shape: String = word.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    match shape.as_str() {
        "0000-00" => PERIODS,
        "0000-00-00" => DAYS,
        _ if word.parse::<i64>().is_ok() => NUMBERS,
        _ => &[],
    }
}

/// Texts at an edge: empty, long, with a bidirectional override and an escape sequence, a formula.
fn texts_at_edges() -> [String; 4] {
    ["".to_owned(), "x".repeat(100_000), "a\u{202E}\u{1b}[2Jb".to_owned(), "=1+1".to_owned()]
}

/// The command with one word at an edge: of a number or time, and of a text that follows an option.
/// Which edge goes round from command to command; `full` asks for every one of every word.
fn variants(all: &[String], turn: usize, full: bool) -> Vec<Vec<String>> {
    let with = |i: usize, edge: &str| {
        let mut changed = all.to_vec();
        edge.clone_into(&mut changed[i]);
        changed
    };
    let valued: Vec<usize> = (1..all.len()).filter(|i| !edges(&all[*i]).is_empty()).collect();
    let texts: Vec<usize> = (1..all.len())
        .filter(|i| all[i - 1].starts_with("--") && !all[*i].starts_with("--"))
        .filter(|i| {
            edges(&all[*i]).is_empty()
                && !["--as", "--data", "--out"].contains(&all[i - 1].as_str())
        })
        .collect();
    let long = texts_at_edges();
    if full {
        let numbers = valued.iter().flat_map(|i| edges(&all[*i]).iter().map(|e| with(*i, e)));
        let words = texts.iter().flat_map(|i| long.iter().map(|e| with(*i, e)));
        return numbers.chain(words).collect();
    }
    let mut out = Vec::new();
    if let Some(i) = valued.get(turn % valued.len().max(1)) {
        let of = edges(&all[*i]);
        out.push(with(*i, of[turn % of.len()]));
    }
    if let Some(i) = texts.get(turn % texts.len().max(1)) {
        out.push(with(*i, &long[turn % long.len()]));
    }
    out
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let (entry, path) = entry.map(|e| (e.file_name(), e.path())).unwrap();
        if path.is_dir() {
            copy(&path, &to.join(entry));
        } else {
            std::fs::copy(&path, to.join(entry)).unwrap();
        }
    }
}

#[test]
fn no_command_panics_at_the_edge_of_a_type() {
    let room = Room::new();
    let walk = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/walk");
    copy(&walk.join("in"), room.dir.path());
    room.write("nul.txt", "a\0b");
    room.write("nul.csv", "id,\0\n\0,\0\n");
    let script = std::fs::read_to_string(walk.join("script.txt")).unwrap();
    let mut runs: Vec<Vec<String>> = Vec::new();
    for (turn, line) in script.lines().enumerate() {
        let Some((kind, rest)) = line.split_once(' ') else { continue };
        let all = words(rest);
        let lasts = all.first().is_none_or(|w| LASTING.contains(&w.as_str()))
            || rest.starts_with("registration watch")
            || rest.contains("--data ");
        if !["changes", "reads", "check"].contains(&kind) || lasts {
            continue;
        }
        runs.extend(variants(&all, turn, attack_in_full()));
        runs.push(all);
    }
    runs.push(words(
        "mailing draft --topic smets1 --subject s --from a@b.example --text-file nul.txt",
    ));
    runs.push(words("ingest messages nul.csv"));
    runs.push(words("ingest volumes nul.csv"));
    assert!(runs.len() > 500, "{}", runs.len());
    for run in &runs {
        let from = Instant::now();
        let ran = room.run(&run.iter().map(String::as_str).collect::<Vec<_>>());
        let shown: String = run.join(" ").chars().take(300).collect();
        assert!((0..=8).contains(&ran.code), "{shown} ended with {}: {}", ran.code, ran.err);
        assert!(from.elapsed() < LONGEST, "{shown} took {:?}", from.elapsed());
    }
    room.nb("pack build --period 2026-04 --out whole").ok();
}
