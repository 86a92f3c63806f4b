//! What readers find in the printed sample, format by format.

use crate::sample;

use calamine::{Data, Reader, Xlsx};
use northbound_documents::{
    Formats,
    model::figures_of,
    render::{chart, charts_of, print_all},
};
use std::{io::Cursor, process::Command, sync::OnceLock};

/// The sample, printed once for all tests here.
fn file(name: &str) -> Vec<u8> {
    static FILES: OnceLock<Vec<(String, Vec<u8>)>> = OnceLock::new();
    let files = FILES
        .get_or_init(|| print_all(&sample::pack(), Formats::all()).expect("the sample prints"));
    files.iter().find(|f| f.0 == name).unwrap_or_else(|| panic!("no {name}")).1.clone()
}

fn text(name: &str) -> String {
    String::from_utf8(file(name)).expect("UTF-8")
}

#[test]
fn the_page_loads_nothing_and_runs_nothing() {
    let page = text("pack.html");
    for word in [
        "<script",
        "<link",
        "<iframe",
        "@import",
        "url(",
        "src=",
        " onclick",
        "http-equiv=\"refresh",
    ] {
        assert!(!page.contains(word), "{word}");
    }
    // The only address is the name of the SVG vocabulary, which is never fetched.
    assert_eq!(
        page.matches("http://").count(),
        page.matches("xmlns=\"http://www.w3.org/2000/svg\"").count()
    );
    assert_eq!(page.matches("https://").count(), 0);
}

#[test]
fn the_page_is_built_for_screen_readers() {
    let page = text("pack.html");
    assert!(page.starts_with("<!DOCTYPE html><html lang=\"en-GB\">"));
    assert!(page.contains("href=\"#main\"") && page.contains("<main id=\"main\""));
    assert_eq!(page.matches("<h1").count(), 1);
    assert_eq!(page.matches("<table").count(), page.matches("<caption").count());
    assert_eq!(page.matches("role=\"img\"").count(), page.matches("<desc id=").count());
    let levels: Vec<u32> = page
        .match_indices("<h")
        .filter_map(|(i, _)| page[i + 2..].chars().next()?.to_digit(10))
        .collect();
    assert!(levels.windows(2).all(|w| w[1] <= w[0] + 1), "a heading level is skipped: {levels:?}");
    for th in page.split("<th").skip(1).filter(|t| !t.starts_with("ead")) {
        assert!(th.split('>').next().unwrap_or("").contains("scope="), "{}", &th[..40]);
    }
}

#[test]
fn ids_are_unique_and_every_link_leads_somewhere() {
    let page = text("pack.html");
    let mut ids: Vec<&str> =
        page.split(" id=\"").skip(1).filter_map(|t| t.split('"').next()).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all);
    for to in page.split("href=\"#").skip(1).filter_map(|t| t.split('"').next()) {
        assert!(ids.binary_search(&to).is_ok(), "#{to} leads nowhere");
    }
}

#[test]
fn g5_every_figure_has_an_entry_that_says_how_to_open_it() {
    let (page, figures) = (text("pack.html"), figures_of(&sample::pack()));
    assert!(figures.len() > 60);
    for f in &figures {
        assert!(page.contains(&format!("northbound explain {}</code>", f.id)), "{}", f.id);
    }
}

#[test]
fn m6_and_m7_a_null_is_never_green_and_never_a_number() {
    let json: serde_json::Value = serde_json::from_slice(&file("pack.json")).expect("JSON");
    let nulls: Vec<_> = json["figures"]
        .as_array()
        .expect("figures")
        .iter()
        .filter(|f| f["printed"].as_str().is_some_and(|t| t.starts_with('[')))
        .collect();
    assert!(nulls.len() >= 9);
    for n in nulls {
        assert!(n["numerator"].is_null() && n["denominator"].is_null(), "{n}");
        assert_eq!(n["band"], "no-figure", "{n}");
        assert!(!n["note"].as_str().unwrap_or("").is_empty(), "{n}");
    }
}

#[test]
fn a_line_breaks_at_its_gap() {
    let document = sample::pack();
    let (c, frame) =
        charts_of(&document).into_iter().find(|c| c.0.id == "streak").expect("the streak chart");
    let runs = |c: &northbound_documents::model::Chart| {
        chart::draw(c, &frame).marks.iter()
        .filter(|m| matches!(m, chart::Mark::Line { colour, points, .. } if *colour == chart::draw::SERIES[0] && points.len() > 1)).count()
    };
    assert_eq!(runs(c), 2);
    let mut whole = c.clone();
    for p in &mut whole.series[0].values {
        if p.gap.is_some() {
            *p = northbound_documents::model::Point::value("97", "97 %");
        }
    }
    assert_eq!(runs(&whole), 1);
}

#[test]
fn the_workbook_reads_back_as_the_model() {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file("pack.xlsx"))).expect("a workbook");
    let names = book.sheet_names().to_vec();
    assert_eq!(names[..3], ["Cover", "Contents", "Notes"]);
    let tables = northbound_documents::model::figures::tables_of(&sample::pack()).len();
    assert_eq!(names.len(), 3 + tables);
    let counting = names.iter().find(|n| n.ends_with(" counting")).expect("the sheet");
    let sheet = book.worksheet_range(counting).expect("cells");
    assert_eq!(
        sheet.get((0, 0)),
        Some(&Data::String("PM4.3 North, April 2026, counted three ways".into()))
    );
    let at = |title: &str| {
        sheet
            .rows()
            .nth(3)
            .expect("headings")
            .iter()
            .position(|c| c == &Data::String(title.into()))
            .unwrap_or_else(|| panic!("no {title}"))
    };
    let row = sheet.rows().nth(5).expect("the second row");
    assert_eq!(row[at("In time")], Data::String("90.00 %".into()));
    assert_eq!(row[at("In time: value (per cent)")], Data::Float(90.0));
    assert_eq!(row[at("In time: numerator")], Data::Float(900.0));
    assert_eq!(row[at("In time: denominator")], Data::Float(1000.0));
    assert_eq!(row[at("In time: band")], Data::String("below minimum".into()));
    let states = names.iter().find(|n| n.ends_with(" every-state")).expect("the sheet");
    let sheet = book.worksheet_range(states).expect("cells");
    let head: Vec<Data> = sheet.rows().nth(3).expect("headings").to_vec();
    let column = head
        .iter()
        .position(|c| c == &Data::String("Middle limit: value (per cent)".into()))
        .expect("the column");
    assert_eq!(sheet.rows().nth(4).expect("North")[column], Data::Empty, "a null has no number");
    book.load_tables().expect("tables");
    assert_eq!(book.table_names().len(), tables + 2, "every table is marked as one");
}

#[test]
fn nothing_is_merged_in_the_workbook() {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file("pack.xlsx"))).expect("a workbook");
    for name in book.sheet_names().to_vec() {
        let merged = book.merge_cells_by_sheet_name(&name).expect("a sheet");
        assert!(merged.is_empty(), "{name}");
    }
}

#[test]
fn the_pdf_holds_the_words_pages_and_bookmarks() {
    let bytes = file("pack.pdf");
    assert!(bytes.starts_with(b"%PDF-1.7"));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("pack.pdf");
    std::fs::write(&path, &bytes).expect("written");
    // Where the reader is not installed, only the file's form is looked at.
    let Ok(out) = Command::new("pdftotext").args(["-layout"]).arg(&path).arg("-").output() else {
        return;
    };
    let words = String::from_utf8_lossy(&out.stdout);
    for w in [
        "Monthly performance pack, April 2026",
        "Version 2, Issue 2. Marking: Green",
        "No explanation was given.",
        "99.49 %",
        "Page 1 of ",
        "41,882,307",
        "measure:PM4.3",
    ] {
        assert!(words.contains(w), "{w}");
    }
    let pages = words.matches('\u{c}').count();
    assert!(words.contains(&format!("Page {pages} of {pages}")), "{pages} pages");
    for f in figures_of(&sample::pack()) {
        assert!(words.contains(&f.id), "figure {}", f.id);
    }
    let Ok(info) = Command::new("pdfinfo").arg(&path).output() else { return };
    let info = String::from_utf8_lossy(&info.stdout);
    assert!(info.lines().any(|l| l.starts_with("Tagged:") && l.ends_with("yes")), "{info}");
}
