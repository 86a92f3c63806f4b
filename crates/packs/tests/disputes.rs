//! Statements and records that contradict each other in a pack: both are shown and none is chosen in silence.

use crate::fixture::{APRIL, Fixture, said, utc};
use northbound_ledger::rows::StatedRow;
use northbound_measures::evaluate::bands::Band;
use northbound_packs::evidence::Scope;
use northbound_types::Period;

const LATER: &str = "2026-05-02T00:00:00Z";

#[test]
fn two_values_in_one_document_print_as_disputed_and_both_rows_are_listed() {
    let mut h = Fixture::new();
    let at = |row: i64, text: &str| StatedRow { row, ..said("CPM3", APRIL, text) };
    let elsewhere =
        |row: i64, text: &str| StatedRow { place: format!("row {row}"), ..at(row, text) };
    h.stated("figures.csv", &[elsewhere(4, "99.90%"), elsewhere(9, "90.10%")], LATER);
    let made = h.build(&Scope::of(APRIL, utc("2026-05-04T00:00:00Z")), "p");
    let data = &made.built.data;
    let result = |n: &&northbound_packs::data::Numbered| n.result.measure == "CPM3";
    let r = &data.results.iter().find(result).unwrap().result;
    assert_eq!((r.band, r.figure.share(), r.stated.len()), (Band::Unresolved, None, 2));
    assert_eq!((data.collisions.all, data.collisions.list.len()), (1, 1));
    let c = &data.collisions.list[0];
    assert_eq!(c.counts, "neither: the figure is disputed");
    let (first, other) = (c.first.as_str(), c.other.as_str());
    let rows = ["figures.csv, row 4", "figures.csv, row 9"];
    assert!(rows.contains(&first) && rows.contains(&other) && first != other, "{c:?}");
    let html = std::fs::read_to_string(h.out("p").join("pack.html")).unwrap();
    assert!(
        html.contains("90.10% or 99.90%") && html.contains("Records that contradict each other")
    );
    let csv = std::fs::read_to_string(h.out("p").join("csv/collisions.csv")).unwrap();
    assert!(csv.contains("text: ") && csv.contains("figures.csv, row 9"), "{csv}");
    // The same twice is no contradiction.
    let mut h = Fixture::new();
    h.stated("figures.csv", &[elsewhere(4, "99.90%"), elsewhere(9, "99.90%")], LATER);
    let made = h.build(&Scope::of(APRIL, utc("2026-05-04T00:00:00Z")), "p");
    assert!(made.built.data.collisions.is_empty());
    let r = &made.built.data.results.iter().find(result).unwrap().result;
    assert!(r.figure.share().is_some());
}

#[test]
fn a_figure_for_a_day_is_in_the_pack_of_its_month() {
    let mut h = Fixture::new();
    let day = Period::Day(APRIL.first());
    h.stated("figures.csv", &[said("CPM3", day, "97.12%")], LATER);
    let made = h.build(&Scope::of(APRIL, utc("2026-05-04T00:00:00Z")), "p");
    let data = &made.built.data;
    assert_eq!((data.unplaced.len(), data.stated.len()), (1, 1));
    let html = std::fs::read_to_string(h.out("p").join("pack.html")).unwrap();
    assert!(html.contains("for 2026-04-01, of which it has no row"));
    let csv = std::fs::read_to_string(h.out("p").join("csv/stated.csv")).unwrap();
    assert!(csv.contains("CPM3") && csv.contains("for 2026-04-01"), "{csv}");
}

#[test]
fn x10_an_ambiguous_number_keeps_its_readings_and_none_is_chosen() {
    let mut h = Fixture::new();
    let mut s = said("CPM3", APRIL, "54.80 %");
    s.readings = vec![
        ("the value achieved".into(), "54.80 %".into()),
        ("the minimum itself".into(), "54.80 %".into()),
    ];
    h.stated("figures.csv", &[s], LATER);
    let made = h.build(&Scope::of(APRIL, utc("2026-05-04T00:00:00Z")), "p");
    let results = &made.built.data.results;
    let r = &results.iter().find(|n| n.result.measure == "CPM3").unwrap().result;
    assert_eq!(r.band, Band::Unresolved);
    assert!(r.figure.share().is_none());
    let csv = std::fs::read_to_string(h.out("p").join("csv/stated.csv")).unwrap();
    assert!(csv.contains("table 2, row 4") && csv.contains("figures.csv, row 4"), "{csv}");
    let html = std::fs::read_to_string(h.out("p").join("pack.html")).unwrap();
    assert!(html.contains("the value achieved") && html.contains("the minimum itself"));
}
