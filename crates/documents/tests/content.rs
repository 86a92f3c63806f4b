//! What readers find in the printed sample, format by format.

use crate::sample;

use calamine::{Data, Reader, Xlsx};
use northbound_documents::{
    Formats,
    model::{Annotation, Block, Cell, ColumnKind, figures::tables_of, figures_of},
    render::{chart, charts_of, print_all, xlsx::xlsx},
};
use std::{collections::BTreeMap, io::Cursor, process::Command, sync::OnceLock};

/// The sample, printed once for all tests here.
fn file(name: &str) -> Vec<u8> {
    static FILES: OnceLock<Vec<(String, Vec<u8>)>> = OnceLock::new();
    let files = FILES.get_or_init(|| {
        let which = Formats { evidence: true, ..Formats::all() };
        print_all(&sample::pack(), which).expect("the sample prints")
    });
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

/// The rows of a sheet below its headings, each by heading.
fn rows_of(book: &mut Xlsx<Cursor<Vec<u8>>>, name: &str) -> Vec<BTreeMap<String, Data>> {
    let sheet = book.worksheet_range(name).unwrap_or_else(|e| panic!("{name}: {e}"));
    let mut rows = sheet.rows();
    let head: Vec<String> =
        rows.next().expect("headings").iter().map(ToString::to_string).collect();
    rows.map(|r| head.iter().cloned().zip(r.iter().cloned()).collect()).collect()
}

fn words(text: &str) -> Data {
    Data::String(text.into())
}

/// The sample's chart of a streak with only its last month known, as the pack draws it.
fn one_point() -> (chart::Drawing, String) {
    let document = sample::pack();
    let (c, frame) =
        charts_of(&document).into_iter().find(|c| c.0.id == "streak").expect("the streak chart");
    let mut one = c.clone();
    let last = one.points.len() - 1;
    one.points.drain(..last);
    one.series[0].values.drain(..last);
    for l in &mut one.levels {
        l.steps.drain(..l.steps.len() - 1);
        l.steps[0].from = 0;
    }
    one.annotations = vec![Annotation { from: 0, to: 0, label: "all of it".into() }];
    one.windows.clear();
    let text = one.series[0].values[0].text.clone();
    (chart::draw(&one, &frame), text)
}

#[test]
fn a_single_point_is_drawn_with_its_value_and_does_not_fill_the_chart() {
    let (drawing, text) = one_point();
    assert!(
        drawing.marks.iter().any(|m| matches!(m, chart::Mark::Text { text: t, .. } if *t == text)),
        "{text} is not in the chart"
    );
    let shade = drawing.marks.iter().find_map(|m| match m {
        chart::Mark::Rect { w, fill, .. } if *fill == chart::draw::SHADE => Some(*w),
        _ => None,
    });
    assert!(shade.expect("a shaded stretch") < drawing.w / 6.0, "{shade:?}");
}

#[test]
fn no_name_in_a_chart_is_cut_inside_a_word() {
    let document = sample::pack();
    for (c, frame) in charts_of(&document) {
        for mark in chart::draw(c, &frame).marks {
            let chart::Mark::Text { text, .. } = mark else { continue };
            let Some(start) = text.strip_suffix('…') else { continue };
            let all = c.points.iter().chain(c.series.iter().map(|s| &s.name));
            let cut =
                all.filter(|n| n.starts_with(start)).all(|n| n[start.len()..].starts_with(' '));
            assert!(cut, "{}: {text}", c.id);
        }
    }
}

#[test]
fn notes_that_all_small_charts_share_are_printed_once() {
    let mut document = sample::pack();
    let multiples = document.front.blocks.iter_mut().find_map(|b| match b {
        Block::Multiples(m) => Some(m),
        _ => None,
    });
    let multiples = multiples.expect("small charts");
    for c in &mut multiples.charts {
        c.annotations =
            vec![Annotation { from: 0, to: 1, label: "a fault in every region".into() }];
    }
    let files = print_all(&document, Formats { pdf: false, xlsx: false, ..Formats::all() });
    let page = files.expect("prints").into_iter().find(|f| f.0 == "pack.html").expect("a page").1;
    let page = String::from_utf8(page).expect("UTF-8");
    assert_eq!(page.matches("A: a fault in every region").count(), 1);
}

#[test]
fn the_workbook_reads_back_as_the_model() {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file("pack.xlsx"))).expect("a workbook");
    let names = book.sheet_names().to_vec();
    assert_eq!(names[..3], ["Contents", "Brief", "Measures"]);
    assert_eq!(names[names.len() - 4..], ["All figures", "Key", "Rules", "Source files"]);
    let document = sample::pack();
    assert_eq!(rows_of(&mut book, "Measures").len(), document.front.headlines.len());
    let observations: Vec<BTreeMap<String, Data>> = names[3..names.len() - 4]
        .iter()
        .flat_map(|n| rows_of(&mut book, n))
        .filter(|r| r.contains_key("Figure"))
        .collect();
    let cells: usize = tables_of(&document)
        .iter()
        .map(|t| t.rows.len() * t.columns.iter().filter(|c| c.kind.is_numeric()).count())
        .sum();
    assert_eq!(observations.len(), cells, "one row for each figure of each table");
    let of = |table: &str, row: (&str, &str), figure: &str| {
        observations
            .iter()
            .find(|r| {
                r["CSV file"] == words(&format!("csv/{table}.csv"))
                    && r[row.0] == words(row.1)
                    && r["Figure"] == words(figure)
            })
            .unwrap_or_else(|| panic!("no {table} {row:?} {figure}"))
            .clone()
    };
    let row = of("counting", ("Way of counting", "All attempts"), "In time");
    assert_eq!(row["Printed"], words("90.00 %"));
    assert_eq!(row["Value"], Data::Float(90.0));
    assert_eq!(row["Unit"], words("per cent"));
    assert_eq!(row["Numerator"], Data::Float(900.0));
    assert_eq!(row["Denominator"], Data::Float(1000.0));
    assert_eq!(row["Band"], words("below minimum"));
    let null = of("every-state", ("Region", "North"), "Middle limit");
    assert_eq!(null["Value"], Data::Empty, "a null has no number");
    assert_ne!(null["Note"], Data::Empty, "a null has its reason");
    assert_eq!(
        of("every-state", ("Region", "All regions"), "Longest limit")["Total row"],
        words("yes")
    );
    book.load_tables().expect("tables");
    assert_eq!(book.table_names().len(), names.len() - 2, "every data sheet is marked as a table");
}

#[test]
fn a_pack_with_many_chapters_has_at_most_25_sheets_and_loses_nothing() {
    let mut document = sample::pack();
    let holds_figures = |b: &Block| matches!(b, Block::Table(t) if t.id == "counting");
    let figures = document.sections.iter().find(|s| s.blocks.iter().any(holds_figures));
    let figures = figures.expect("figures").clone();
    for n in 0..40 {
        let mut more = figures.clone();
        more.id = format!("more-{n}");
        more.heading = format!("More figures {n}");
        more.blocks.retain(holds_figures);
        for b in &mut more.blocks {
            if let Block::Table(t) = b {
                t.id = format!("more-{n}-{}", t.id);
                let mut list = t.clone();
                list.id = format!("{}-list", t.id);
                list.caption = format!("List {n}");
                for c in &mut list.columns {
                    c.kind = ColumnKind::Text;
                }
                for c in list.rows.iter_mut().flat_map(|r| &mut r.cells) {
                    *c = Cell::words(format!("in list {n}"));
                }
                more.blocks.push(Block::Table(list));
                break;
            }
        }
        document.sections.push(more);
    }
    let bytes = xlsx(&document).expect("a workbook");
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).expect("a workbook");
    let names = book.sheet_names().to_vec();
    assert_eq!(names.len(), 25, "{names:?}");
    let (mut observations, mut lists) = (0, std::collections::BTreeSet::new());
    for name in &names[3..names.len() - 4] {
        for row in rows_of(&mut book, name) {
            observations += usize::from(row.contains_key("Figure"));
            lists
                .extend(row.values().map(ToString::to_string).filter(|t| t.starts_with("in list")));
        }
    }
    let cells: usize = tables_of(&document)
        .iter()
        .map(|t| t.rows.len() * t.columns.iter().filter(|c| c.kind.is_numeric()).count())
        .sum();
    assert_eq!(observations, cells);
    assert_eq!(lists.len(), 40, "every list is somewhere");
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
