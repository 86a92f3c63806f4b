//! The brief of a built pack, its marks and its sentences.

use crate::fixture::{APRIL, Fixture, said, tests, utc};
use northbound_documents::model::CellState;
use northbound_packs::{assemble::marks::unconfirmed_rules, evidence::Scope, store::Made};
use northbound_types::{
    Region,
    RequestState::{AnsweredSuccess, TimedOut},
};
use std::collections::BTreeSet;

const MAY: &str = "2026-05-03T00:00:00Z";

/// A month in which one test in the Central region is late, one measure is stated for one month below its
/// minimum, and another for several months with a gap.
fn built() -> (Fixture, Made) {
    let mut h = Fixture::new();
    let lots = [
        tests(Region::North, "cspn", AnsweredSuccess, 900),
        tests(Region::North, "cspn", TimedOut, 1),
        tests(Region::Central, "cspc", TimedOut, 1),
    ];
    h.messages("tests.csv", &lots, MAY);
    let rows = [
        said("CPM3", APRIL, "95.00 %"),
        said("CPM7", APRIL.plus(-3), "90.00 %"),
        said("CPM7", APRIL.plus(-1), "90.00 %"),
        said("CPM7", APRIL, "90.00 %"),
        said("CPM8", APRIL.plus(-1), "99.50 %"),
    ];
    h.stated("figures.csv", &rows, MAY);
    let made = h.build(&Scope::of(APRIL, utc("2026-05-04T00:00:00Z")), "p");
    (h, made)
}

fn texts(value: &serde_json::Value, out: &mut Vec<String>) {
    match value {
        serde_json::Value::String(t) => out.push(t.clone()),
        serde_json::Value::Array(a) => a.iter().for_each(|v| texts(v, out)),
        serde_json::Value::Object(o) => o.values().for_each(|v| texts(v, out)),
        _ => {}
    }
}

/// What a reader stumbles over: `1 months`, `0 exception`, `the last 1 month`, `99.00 % (…), ok`.
fn odd(text: &str) -> Option<String> {
    let singular = [
        "is", "was", "has", "its", "this", "does", "less", "ms", "class", "times", "ends", "means",
    ];
    let words: Vec<&str> = text.split_whitespace().collect();
    for pair in words.windows(2) {
        let number = pair[0].trim_start_matches(|c: char| !c.is_alphanumeric());
        let noun = pair[1].trim_end_matches(|c: char| !c.is_alphanumeric());
        let plural = noun.len() > 2 && noun.ends_with('s') && noun.chars().all(char::is_lowercase);
        if number == "1" && plural && !singular.contains(&noun) {
            return Some(pair.join(" "));
        }
        if number == "0" && ["exception", "row", "month", "figure"].contains(&noun) {
            return Some(pair.join(" "));
        }
    }
    let phrases = ["last 1 month", "), ok", " %, ok", "1 to 1 "];
    phrases.iter().find(|p| text.contains(*p)).map(|p| (*p).to_owned())
}

#[test]
fn the_sentences_of_a_pack_are_english() {
    for wrong in
        ["1 of the last 1 month", "for 1 months", "0 exception in force", "90.00 % (9 of 10), ok"]
    {
        assert!(odd(wrong).is_some(), "{wrong}");
    }
    let (h, made) = built();
    let mut all = Vec::new();
    texts(&serde_json::to_value(&made.built.document).unwrap(), &mut all);
    texts(&serde_json::to_value(&made.built.data.statements).unwrap(), &mut all);
    let mut bare = String::new();
    let html = std::fs::read_to_string(h.out("p").join("pack.html")).unwrap();
    for piece in html.split('<').filter_map(|p| p.split_once('>')) {
        bare.push_str(piece.1);
        bare.push(' ');
    }
    all.push(bare);
    assert!(all.len() > 1_000);
    let found: Vec<String> = all.iter().filter_map(|t| odd(t)).collect();
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn the_brief_answers_the_questions_of_a_member() {
    let (_h, made) = built();
    let front = &made.built.document.front;
    let of = |measure: &str| front.shortfalls.iter().find(|s| s.measure == measure).unwrap();
    assert_eq!(
        of("CPM7").since,
        "Below target since at least March 2026; February is missing; missed 3 of the last 4 months, possibly all."
    );
    assert!(of("CPM7").since_alone().starts_with("Since at least March 2026"));
    assert_eq!(of("CPM7").level_alone(), "minimum 96 %");
    let unknown: Vec<String> = front.brief.unknown.iter().map(|u| u.words()).collect();
    assert!(
        unknown.iter().any(|u| u.contains("CPM8") && u.contains("new in April 2026")),
        "{unknown:?}"
    );
    let due: Vec<String> = front.brief.due.iter().map(|d| d.words()).collect();
    assert!(due.iter().any(|d| d.contains("Give a reason for") && d.contains("before the pack can be issued")), "{due:?}");
    assert_eq!(front.brief.changes[0].to_text(), "This is the first issue of the period.");
}

#[test]
fn what_holds_for_nearly_all_figures_is_said_once_with_one_count() {
    let (h, made) = built();
    let document = &made.built.document;
    let open = h.rules().unconfirmed(&BTreeSet::new()).len();
    assert!(open > 1);
    assert_eq!(document.unconfirmed().count(), open, "pack");
    assert_eq!(unconfirmed_rules(&made.built.data), open, "command line");
    let banner = document.front.brief.banner[0].to_text();
    assert!(banner.starts_with(&format!("{open} rules are not confirmed")), "{banner}");
    assert!(banner.contains("northbound rules confirm"), "{banner}");
    let cells = document.front.headlines.iter().map(|h| &h.cell);
    let provisional: Vec<_> = cells.filter(|c| c.state == CellState::Provisional).collect();
    assert!(!provisional.is_empty());
    for c in provisional {
        assert_eq!((c.common, c.marks.as_slice()), (true, ["[p]".to_owned()].as_slice()), "{c:?}");
        assert!(!c.printed().contains("[p]") && c.marked().ends_with("[p]"), "{c:?}");
    }
    let page = std::fs::read_to_string(h.out("p").join("pack.html")).unwrap();
    assert_eq!(page.matches("which is unconfirmed").count(), 0);
    let csv = std::fs::read_to_string(h.out("p").join("csv/measures-by-region.csv")).unwrap();
    assert!(csv.contains("provisional") && csv.contains("[p]"), "machines read state and mark");
}

#[test]
fn what_is_only_proof_is_apart_from_the_annex() {
    let (h, made) = built();
    let d = &made.built.document;
    let proof: Vec<&str> = d.evidence.iter().map(String::as_str).collect();
    for id in ["measures-evidence", "sources", "assurance"] {
        assert!(proof.contains(&id), "{id}: {proof:?}");
    }
    assert!(d.sections.iter().any(|s| s.id == "measures" && !d.is_evidence(s)));
    assert!(d.evidence.iter().all(|id| d.sections.iter().any(|s| s.id == *id)));
    let page = std::fs::read_to_string(h.out("p").join("pack.html")).unwrap();
    let folded = page.matches("<details class=\"evidence\">").count();
    // Every chapter but the one to which the brief leads; the list of every measure, rules and source files, too.
    assert_eq!(folded, d.sections.len() - 1 + 3);
    let index = page.find("id=\"back-figures\"").unwrap();
    assert!(
        !page[index..].contains("<details"),
        "every figure can be found by the browser's own search"
    );
}
