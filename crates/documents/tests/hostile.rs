//! Texts that try to run, hide or overflow. They must be printed as what they are.

use crate::sample;

use calamine::{Data, Reader, Xlsx};
use northbound_documents::{DocumentError, Formats, model::*, render::print_all};
use std::io::Cursor;

const SCRIPT: &str = "<script>alert(1)</script><img src=x onerror=alert(1)> \"'&amp;]]>";
const FORMULA: &str = "=cmd|' /C calc'!A0";
const HIDDEN: &str = "cod\u{202E}gnp.exe\u{2066}\0\u{1B}[31m\u{FEFF}";

fn hostile(text: &str) -> Document {
    let mut document = sample::pack();
    for t in [
        &mut document.title,
        &mut document.network,
        &mut document.marking,
        &mut document.previous,
        &mut document.methodology.title,
        &mut document.origin.manifest,
    ] {
        *t = text.to_owned();
    }
    document.front.warnings = vec![Para::plain(text).figure(text, sample::id(1))];
    for h in &mut document.front.headlines {
        for t in [&mut h.measure, &mut h.title, &mut h.region, &mut h.target, &mut h.traffic] {
            *t = text.to_owned();
        }
    }
    for s in &mut document.front.shortfalls {
        for t in [&mut s.what, &mut s.why, &mut s.acts, &mut s.since, &mut s.why_from] {
            *t = text.to_owned();
        }
    }
    for s in &mut document.sections {
        (s.heading, s.message) = (text.to_owned(), text.to_owned());
        for b in &mut s.blocks {
            spoil(b, text);
        }
    }
    for b in &mut document.front.blocks {
        spoil(b, text);
    }
    for s in &mut document.shorthand {
        s.words = text.to_owned();
    }
    for r in &mut document.rules {
        (r.title, r.id, r.source) = (text.to_owned(), text.to_owned(), text.to_owned());
    }
    for s in &mut document.sources {
        (s.name, s.sha256) = (text.to_owned(), text.to_owned());
    }
    document
}

fn spoil(block: &mut Block, text: &str) {
    match block {
        Block::Table(t) => spoil_table(t, text),
        Block::Chart(c) => spoil_chart(c, text),
        Block::Multiples(m) => {
            m.title = text.to_owned();
            m.charts.iter_mut().for_each(|c| spoil_chart(c, text));
        }
        Block::Text(p) => *p = Para::plain(text),
        Block::List(l) => l.items = vec![Para::plain(text)],
    }
}

fn spoil_chart(c: &mut Chart, text: &str) {
    (c.title, c.subtitle, c.unit) = (text.to_owned(), text.to_owned(), text.to_owned());
    for p in &mut c.points {
        *p = text.to_owned();
    }
    for a in &mut c.annotations {
        a.label = text.to_owned();
    }
    for s in &mut c.series {
        s.name = text.to_owned();
        for p in &mut s.values {
            p.text = text.to_owned();
            if let Some(g) = &mut p.gap {
                (g.mark, g.reason) = (text.to_owned(), text.to_owned());
            }
        }
    }
    spoil_table(&mut c.table, text);
}

fn spoil_table(t: &mut Table, text: &str) {
    t.caption = text.to_owned();
    for c in &mut t.columns {
        (c.title, c.unit) = (text.to_owned(), text.to_owned());
    }
    for r in &mut t.rows {
        if let Some(c) = r.cells.first_mut() {
            *c = Cell::words(text);
        }
    }
    for c in t.rows.iter_mut().flat_map(|r| &mut r.cells).filter(|c| !c.note.is_empty()) {
        c.note = text.to_owned();
    }
}

fn files(text: &str) -> Vec<(String, Vec<u8>)> {
    print_all(&hostile(text), Formats::all()).expect("hostile text prints")
}

fn of(files: &[(String, Vec<u8>)], name: &str) -> String {
    String::from_utf8(
        files.iter().find(|f| f.0 == name).unwrap_or_else(|| panic!("no {name}")).1.clone(),
    )
    .expect("UTF-8")
}

#[test]
fn markup_is_text() {
    let files = files(SCRIPT);
    for (name, bytes) in files.iter().filter(|f| f.0.ends_with(".html") || f.0.ends_with(".svg")) {
        let text = String::from_utf8_lossy(bytes);
        assert!(!text.contains("<script") && !text.contains("<img"), "{name}");
        assert!(text.contains("&lt;script&gt;"), "{name}");
    }
}

#[test]
fn formulas_are_text() {
    let files = files(FORMULA);
    let csv = of(&files, "csv/counting.csv");
    assert!(csv.lines().skip(1).all(|l| l.starts_with("'=cmd")), "{csv}");
    let bytes = files.iter().find(|f| f.0 == "pack.xlsx").expect("a workbook").1.clone();
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).expect("a workbook");
    for name in book.sheet_names().to_vec() {
        let formulas = book.worksheet_formula(&name).expect("formulas");
        assert!(formulas.used_cells().all(|c| c.2.is_empty()), "{name}");
    }
    let figures = book.sheet_names().iter().position(|n| n == "Measures").expect("measures") + 1;
    let name = book.sheet_names()[figures].clone();
    let sheet = book.worksheet_range(&name).expect("cells");
    let kept = sheet.used_cells().filter(|c| c.2 == &Data::String(FORMULA.into())).count();
    assert!(kept > 0, "{name} has the text as it came");
}

#[test]
fn hidden_characters_are_shown() {
    let files = files(HIDDEN);
    for (name, bytes) in files
        .iter()
        .filter(|f| f.0.ends_with(".html") || f.0.ends_with(".svg") || f.0.ends_with(".csv"))
    {
        let text = String::from_utf8_lossy(bytes);
        for c in ['\u{202E}', '\u{2066}', '\0', '\u{1B}', '\u{FEFF}'] {
            assert!(!text.contains(c), "{name} has {c:?}");
        }
    }
    assert!(of(&files, "pack.html").contains(r"cod\u{202E}gnp.exe\u{2066}\u{0}\u{1B}"));
    let json: serde_json::Value = serde_json::from_str(&of(&files, "pack.json")).expect("JSON");
    assert_eq!(json["pack"]["title"], HIDDEN, "JSON keeps the text as it came");
}

#[test]
fn long_words_and_foreign_scripts_print_everywhere() {
    let long = "W".repeat(10_000);
    let mut document = sample::pack();
    document.title = long.clone();
    document.front.shortfalls[0].why = long.clone();
    document.sections[0].heading = long.clone();
    for b in &mut document.sections[0].blocks {
        match b {
            Block::Table(t) => {
                t.rows[0].cells[0] = Cell::words(long.clone());
                t.columns[1].title = long.clone();
            }
            Block::Chart(c) => {
                c.title = long.clone();
                c.points[0] = long.clone();
                c.series[0].name = long.clone();
            }
            _ => {}
        }
    }
    let files = print_all(&document, Formats::all()).expect("prints");
    assert!(of(&files, "pack.html").contains(&long));
    assert!(of(&files, "csv/counting.csv").contains(&long));
    for text in ["電力メーター 한국어 العربية 🔌", "", " ", "e\u{301}\u{302}"] {
        assert!(!self::files(text).is_empty());
    }
}

#[test]
fn a_cell_longer_than_a_spreadsheet_allows_is_cut_and_says_so() {
    for (length, cut) in [(32_767, false), (32_768, true)] {
        let text = "y".repeat(length);
        let mut document = sample::pack();
        let Some(Block::Table(t)) = document.sections[0].blocks.first_mut() else {
            panic!("a table")
        };
        t.rows[0].cells[0] = Cell::words(text.clone());
        let which = Formats {
            html: false,
            pdf: false,
            json: false,
            csv: false,
            svg: false,
            ..Formats::all()
        };
        let bytes = print_all(&document, which).expect("prints").remove(0).1;
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).expect("a workbook");
        let names = book.sheet_names().to_vec();
        let found = names
            .iter()
            .filter_map(|n| book.worksheet_range(n).ok())
            .flat_map(|r| r.used_cells().map(|c| c.2.to_string()).collect::<Vec<_>>())
            .filter(|t| t.starts_with('y'))
            .max_by_key(|t| t.chars().count())
            .expect("cells");
        assert_eq!(found.ends_with('…'), cut);
        assert_eq!(found.chars().count(), length.min(32_767));
    }
}

#[test]
fn unsound_documents_are_refused() {
    type Spoil = fn(&mut Table);
    let cases: [(&str, Spoil); 7] = [
        ("cells for", |t| {
            t.rows[0].cells.pop();
        }),
        ("used twice", |t| t.id = "streak".into()),
        ("lower-case", |t| t.id = "../etc".into()),
        ("denominator is zero", |t| t.rows[0].cells[1].denominator = Some("0".into())),
        ("a null has a number", |t| t.rows[0].cells[1].state = CellState::Unreliable),
        ("figure id", |t| t.rows[0].cells[1].figure = Some("a b".into())),
        ("a figure must be printed in one way", |t| t.rows[1].cells[1].text = "91.00 %".into()),
    ];
    for (words, change) in cases {
        let mut document = sample::pack();
        let Some(Block::Table(t)) = document.sections[0].blocks.first_mut() else {
            panic!("a table")
        };
        change(t);
        let message = print_all(&document, Formats::all())
            .expect_err("an unsound document is refused")
            .to_string();
        assert!(message.contains(words), "{message}");
    }
    let mut document = sample::pack();
    document.front.statements = vec![Para::default().figure("5 %", "<b>")];
    assert!(
        print_all(&document, Formats::all())
            .expect_err("an unsound id")
            .to_string()
            .contains("figure id")
    );
}

#[test]
fn limits_hold_at_their_edge() {
    let with = |series: usize| {
        let mut document = sample::pack();
        for b in &mut document.sections[0].blocks {
            if let Block::Chart(c) = b
                && c.id == "streak"
            {
                c.series = vec![c.series[0].clone(); series];
            }
        }
        print_all(&document, Formats { pdf: false, ..Formats::all() })
    };
    assert!(with(check::MAX_SERIES).is_ok());
    assert!(matches!(
        with(check::MAX_SERIES + 1),
        Err(DocumentError::TooLarge { found: 7, limit: 6, .. })
    ));
}
