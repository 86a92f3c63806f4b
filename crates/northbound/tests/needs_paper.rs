//! R12 and R13: the Panel paper is made, each number has its source, and chapters stand when empty.
//! All invented.

use crate::support;
use std::collections::BTreeSet;
use support::needs::{READS, Room, TESTS};

/// What a reader of the finished page meets: text inside an element with a source, names and headings, other
/// text, and the printed list of names.
type Scanned = (Vec<String>, Vec<String>, Vec<String>, BTreeSet<String>);

fn scan(html: &str) -> Scanned {
    let body = &html[html.find("<body").unwrap()..];
    let (mut sourced, mut framed, mut bare) = (Vec::new(), Vec::new(), Vec::new());
    let mut names = BTreeSet::new();
    let (mut stack, mut rest): (Vec<(String, bool, bool, bool)>, &str) = (Vec::new(), body);
    while let Some(open) = rest.find('<') {
        let text = &rest[..open];
        let (source, list) = (stack.iter().any(|s| s.1), stack.iter().any(|s| s.2));
        if list && stack.last().is_some_and(|s| s.0 == "li") {
            names.insert(text.to_owned());
        } else if source {
            sourced.push(text.to_owned());
        } else if stack.iter().any(|s| s.3) {
            framed.push(text.to_owned());
        } else {
            bare.push(text.to_owned());
        }
        let end = rest[open..].find('>').unwrap() + open;
        let tag = &rest[open + 1..end];
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap().to_owned();
        if tag.starts_with('/') {
            while stack.pop().is_some_and(|s| s.0 != name) {}
        } else if !["meta", "br"].contains(&name.as_str()) {
            let frame = ["h1", "h2"].contains(&name.as_str()) || tag.contains("data-name=");
            let (source, list) = (tag.contains("data-source="), tag.contains("id=\"names\""));
            stack.push((name, source, list, frame));
        }
        rest = &rest[end + 1..];
    }
    (sourced, framed, bare, names)
}

/// Runs of digits of a text, each with the word that it stands in.
fn digits(text: &str) -> Vec<String> {
    text.split_whitespace()
        .map(|w| w.trim_matches(|c: char| !c.is_alphanumeric() && c != '%').to_owned())
        .filter(|w| w.bytes().any(|b| b.is_ascii_digit()))
        .collect()
}

fn strays(html: &str) -> Vec<String> {
    let (_, framed, bare, names) = scan(html);
    let unlisted = framed.iter().flat_map(|t| digits(t)).filter(|w| !names.contains(w));
    bare.iter().flat_map(|t| digits(t)).chain(unlisted).collect()
}

fn full() -> Room {
    let r = Room::with(&[
        TESTS.of(900, Some(5)),
        TESTS.of(100, None),
        READS.of(700, Some(5)),
        READS.of(300, None),
    ]);
    for i in 0..5 {
        r.nb(&format!("party add P{i} --name 'Party {i} (invented)' --category large-supplier"))
            .ok();
        r.nb(&format!(
            "sentiment add P{i} --mood poor --period 2026-04 --region north --source survey"
        ))
        .ok();
    }
    r.nb("body add opsg --name 'Group (invented)' --kind group --power recommend").ok();
    r.nb("view add --body opsg --period 2026-04 --subject 'test commands' --text \
         '100 % does not fit what 5 members see' --meeting 33xx")
        .ok();
    r.nb("status add --text 'undegraded for 30 days' --colour green --period 2026-04 \
         --author dcc")
        .ok();
    r.nb("document add annex-7 --kind annex --title Annex --owner opsg --arrived \
         2026-05-01 --comments-by 2026-05-19")
        .ok();
    r.run(&["comment", "add", "annex-7", "--text", "x", "--by", "member"]).ok();
    r
}

fn page(r: &Room) -> String {
    r.nb("paper build --period 2026-04 --out paper").ok();
    std::fs::read_to_string(r.path("paper/paper.html")).unwrap()
}

#[test]
fn r12_every_run_of_digits_of_the_finished_paper_has_a_source_or_is_on_the_printed_list() {
    let r = full();
    let html = page(&r);
    let (sourced, _, _, names) = scan(&html);
    assert_eq!(strays(&html), Vec::<String>::new());
    assert!(
        sourced.iter().any(|t| t.contains("90.00 %"))
            && sourced.iter().any(|t| t.contains("100 % does not fit")),
        "{sourced:?}"
    );
    assert!(
        names.contains("PM4.3") && !names.iter().any(|n| n.contains("90.00")),
        "a figure is no name: {names:?}"
    );
    // The scan itself finds a number that somebody typed in.
    assert_eq!(strays(&html.replacen("<p>", "<p>some 777 more ", 1)), ["777"]);
    // It is found also where the same digits are in the frame of the paper.
    assert_eq!(strays(&html.replacen("<p>", "<p>some 2026 more ", 1)), ["2026"]);
    // One step leads from a number to its source: the cited figure opens.
    let json: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(r.path("paper/paper.json")).unwrap())
            .unwrap();
    let figure = json["sources"]
        .as_array()
        .unwrap()
        .iter()
        .find(|s| {
            s["kind"] == "figure"
                && s["what"].as_str().unwrap().contains("PM4.3")
                && s["what"].as_str().unwrap().contains("all-attempts")
        })
        .unwrap();
    assert!(r.json(&format!("explain {}", figure["id"].as_str().unwrap()))["figure"].is_object());
    let record = json["sources"]
        .as_array()
        .unwrap()
        .iter()
        .find(|s| s["kind"] == "record" && s["register"] == "view")
        .unwrap();
    assert_eq!(
        r.json(&format!("view show {}", record["id"].as_str().unwrap()))["version"],
        record["version"]
    );
    // One test more unanswered, and the paper says another number.
    let other = Room::with(&[TESTS.of(899, Some(5)), TESTS.of(101, None)]);
    let html = page(&other);
    assert!(html.contains("89.90 %") && !html.contains("90.00 %") && strays(&html).is_empty());
}

#[test]
fn r12_a_paper_names_no_person() {
    let r = full();
    r.nb("person add chair --role chair --body opsg --name 'Ann Example'").ok();
    r.nb("paper build --period 2026-04 --out paper").ok();
    r.nb("status add --text 'Ann Example says that it is fine' --period 2026-04 --author \
         dcc")
        .ok();
    let refused = r.nb("paper build --period 2026-04 --out other --format json").code(4).error();
    assert!(
        refused["message"].as_str().unwrap().contains("chair")
            && !refused["message"].as_str().unwrap().contains("Example"),
        "{refused}"
    );
    assert!(!r.path("other").exists());
}

#[test]
fn r13_the_section_on_sentiment_stands_even_when_nothing_came() {
    let said = |html: &str| {
        let at = html.find("<h2>User sentiment</h2>").unwrap();
        html[at..at + html[at..].find("</section>").unwrap()].to_owned()
    };
    let empty = said(&page(&Room::new()));
    assert!(empty.contains("None received."), "{empty}");
    let html = page(&full());
    let held = said(&html);
    assert!(!held.contains("None received.") && held.contains("poor"), "{held}");
    assert!(!html.contains("P0"), "no party is named");
    assert!(html.contains("<h2>Exceptional Events</h2>"), "every section stands");
}
