//! What the pages hold, before they are written.

use super::{
    brief::MOST_PAGES,
    laid_out,
    layout::{Kind, LEAST},
};
use crate::{
    model::{Band, Cell, Document, Shortfall},
    render::chart::Mark,
};

fn sample() -> Document {
    let text = include_str!("../../../tests/golden/pack.json");
    let file: serde_json::Value = serde_json::from_str(text).expect("JSON");
    serde_json::from_value(file["pack"].clone()).expect("the sample")
}

/// The sample with so many shortfalls, each of its own words.
fn with_shortfalls(count: usize) -> Document {
    let mut d = sample();
    let one = |n: usize| {
        Shortfall {
        measure: format!("PM{n}"),
        what: "Round-trip-time test command within its Target Response Time".into(),
        region: "North, CSPN".into(),
        cell: Cell::share("79.34 %", "79.34", 265, 334).band(Band::BelowMinimum),
        level: "a minimum of 96 %".into(),
        since: "Below target since at least March 2026; February 2026 is missing; missed 17 of the last 18 months, possibly all.".into(),
        why: "Payloads repeat over a congested network; capacity work continues.".into(),
        why_from: "in the report, by CSPN".into(),
        acts: "CSPN reporting team".into(),
        action: "Capacity is added region by region.".into(),
    }
    };
    d.front.shortfalls = (0..count).map(one).collect();
    d
}

fn text_of(marks: &[(super::layout::Owner, Mark)]) -> String {
    let texts = marks.iter().filter_map(|(_, m)| match m {
        Mark::Text { text, .. } => Some(text.as_str()),
        _ => None,
    });
    texts.collect::<Vec<_>>().join(" ")
}

#[test]
fn page_1_of_sixty_shortfalls_holds_the_worst_and_names_the_page_of_the_rest() {
    for count in (0..16).chain([60, 600]) {
        let all_shown = count < 5;
        let layout = laid_out(&with_shortfalls(count), false);
        let annex = layout.places["shortfalls"].0;
        assert!(annex <= MOST_PAGES, "{count}: the brief has {annex} pages");
        let first = text_of(&layout.pages[0].marks);
        for word in
            ["Not known", "CPM1 (National)", "What changed", "What is due", "CSPN: Say when"]
        {
            assert!(first.contains(word), "{count}: {word} is not on page 1: {first}");
        }
        let shown = (0..count).filter(|n| first.contains(&format!("PM{n} Round"))).count();
        assert!(
            (0..shown).all(|n| first.contains(&format!("PM{n} Round"))),
            "the worst come first"
        );
        assert!(shown == count || !all_shown, "{count}: {shown} on page 1");
        assert!(count == 0 || shown >= 1);
        let rest = format!("and {} more, annex page {}", count - shown, annex + 1);
        assert_eq!(first.contains(&rest), shown < count, "{count}: {rest}: {first}");
        assert!(count < 60 || shown < count);
        assert!(text_of(&layout.pages[annex].marks).contains("what fell short, in full"));
        let contents = layout.places["contents"].0;
        assert!(contents >= 1, "{count}: the contents come before the brief");
    }
}

#[test]
fn long_answers_keep_page_1_and_the_brief_within_their_limits() {
    let mut d = with_shortfalls(60);
    let long = "word ".repeat(3_000);
    d.front.warnings = vec![crate::model::Para::plain(long.clone()); 20];
    d.front.statements = vec![crate::model::Para::plain(long.clone()); 20];
    for s in &mut d.front.shortfalls {
        (s.why, s.acts) = (long.clone(), "W".repeat(4_000));
    }
    let brief = &mut d.front.brief;
    brief.unknown = vec![brief.unknown[0].clone(); 40];
    brief.unknown[0].reason.clone_from(&long);
    brief.changes = vec![crate::model::Para::plain(long); 40];
    brief.due = vec![brief.due[0].clone(); 40];
    let layout = laid_out(&d, false);
    let first = text_of(&layout.pages[0].marks);
    assert!(layout.places["shortfalls"].0 <= MOST_PAGES);
    assert!(first.contains("PM0") && first.contains("and 37 more, page "), "{first}");
    let unknown = layout.places["unknown"].0 + 1;
    assert!(first.contains(&format!("and 37 more, page {unknown}.")), "{first}");
}

/// The contents name the page on which each place is, not the page of an earlier pass.
#[test]
fn the_contents_name_pages() {
    for (document, evidence) in [(sample(), false), (sample(), true), (with_shortfalls(60), false)]
    {
        let layout = laid_out(&document, evidence);
        let mut listed = 0;
        for page in &layout.pages {
            for link in &page.links {
                let texts: Vec<&str> =
                    page.marks.iter().filter_map(|m| text_of_node(m, link.node)).collect();
                let [_, number] = texts[..] else { continue };
                listed += 1;
                let there = (layout.places[&link.to].0 + 1).to_string();
                assert_eq!(number, there, "{}", link.words);
            }
        }
        assert!(listed >= 3, "{listed}");
    }
}

/// The words of a mark that belongs to `node`.
fn text_of_node((owner, mark): &(Option<usize>, Mark), node: usize) -> Option<&str> {
    match mark {
        Mark::Text { text, .. } if *owner == Some(node) => Some(text),
        _ => None,
    }
}

#[test]
fn no_text_is_smaller_than_9_points() {
    for evidence in [false, true] {
        let layout = laid_out(&sample(), evidence);
        for (n, page) in layout.pages.iter().enumerate() {
            for (_, mark) in &page.marks {
                if let Mark::Text { size, text, .. } = mark {
                    assert!(*size >= LEAST, "page {}: {text:?} has {size} points", n + 1);
                }
            }
        }
    }
}

#[test]
fn the_evidence_is_printed_on_request_only() {
    let places = |evidence| laid_out(&sample(), evidence).places;
    for place in ["volumes-section", "back-rules", "back-figures", "back-data"] {
        assert!(!places(false).contains_key(place), "{place}");
        assert!(places(true).contains_key(place), "{place}");
    }
    assert!(places(false).contains_key("tests") && places(false).contains_key("back-shorthand"));
}

/// The words of every page, in the order in which they are drawn.
#[test]
fn the_pages_are_as_committed() {
    let layout = laid_out(&sample(), false);
    let mut found = String::new();
    for (n, page) in layout.pages.iter().enumerate() {
        found.push_str(&format!("--- page {}\n", n + 1));
        for (owner, mark) in &page.marks {
            // Charts have golden files of their own.
            let chart = owner.is_some_and(|o| matches!(layout.nodes[o].kind, Kind::Figure(_)));
            if let (Mark::Text { text, .. }, false) = (mark, chart) {
                found.push_str(text);
                found.push('\n');
            }
        }
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/pages.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(path, &found).expect("the golden file can be written");
    }
    let expected = std::fs::read_to_string(path).expect("UPDATE_GOLDEN=1 writes it");
    let line = expected.lines().zip(found.lines()).position(|(a, b)| a != b);
    assert!(
        expected == found,
        "tests/golden/pages.txt differs from line {:?}; UPDATE_GOLDEN=1 accepts the change",
        line.map(|l| l + 1)
    );
}
