//! A workbook is read as what its sheets show. All data are invented.

use crate::recording;

use northbound_ingest::{guess::guess, *};
use recording::{RecordingSink, mapped, options};
use rust_xlsxwriter::{Format, Formula, Workbook, Worksheet};
use std::path::PathBuf;

const HEADER: [&str; 6] = ["Measure", "Period", "Provider", "Region", "Text", "Target"];

struct Book {
    _dir: tempfile::TempDir,
    path: PathBuf,
}

/// A workbook of sheets, each filled by its function.
fn book(sheets: &[(&str, &dyn Fn(&mut Worksheet))]) -> Book {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("report.xlsx");
    let mut book = Workbook::new();
    for (name, fill) in sheets {
        fill(book.add_worksheet().set_name(*name).unwrap());
    }
    book.save(&path).unwrap();
    Book { _dir: dir, path }
}

fn header(sheet: &mut Worksheet, row: u32) {
    for (column, name) in (0..).zip(HEADER) {
        sheet.write(row, column, name).unwrap();
    }
}

/// One row: measure, month, provider and region, and the text as a number in a format.
fn figure(sheet: &mut Worksheet, row: u32, of: (&str, &str), number: f64, format: &str) {
    for (column, text) in (0..).zip(["PM4.3", "2026-04", of.0, of.1]) {
        sheet.write(row, column, text).unwrap();
    }
    let format = Format::new().set_num_format(format);
    sheet.write_with_format(row, 4, number, &format).unwrap();
}

fn read(book: &Book, o: &Options) -> (RecordingSink, Summary, Vec<Reject>) {
    let (mut k, mut r) = (RecordingSink::default(), Vec::new());
    let s = figures(std::slice::from_ref(&book.path), o, &mut k, &mut r, &mut |_| {}).unwrap();
    (k, s, r)
}

fn texts(k: &RecordingSink) -> Vec<&str> {
    k.stated.iter().map(|f| f.text.as_deref().unwrap_or_default()).collect()
}

#[test]
fn a_month_in_a_date_cell_is_the_month_and_a_day_is_a_day() {
    let b = book(&[("KPI", &|s| {
        header(s, 0);
        for (row, code) in [(1, "mmm-yy"), (2, "mmmm yyyy"), (3, "dd/mm/yyyy")] {
            figure(s, row, ("CSPN", "north"), 0.9712, "0.00%");
            let format = Format::new().set_num_format(code);
            s.write_with_format(row, 1, 46_113, &format).unwrap();
        }
    })]);
    let (k, _, r) = read(&b, &options());
    assert!(r.is_empty(), "{r:?}");
    let periods: Vec<&str> = k.stated.iter().map(|f| f.period.as_str()).collect();
    assert_eq!(periods, ["2026-04", "2026-04", "2026-04-01"]);
    let b = book(&[("F", &|s| {
        let month = Format::new().set_num_format("mmm-yy");
        for (column, name) in (0..).zip(["user", "srv", "mode", "period", "count"]) {
            s.write(0, column, name).unwrap();
        }
        for (column, text) in (0..).zip(["90-B3-D5-1F-30-01-00-00", "4.1.1", "on-demand"]) {
            s.write(1, column, text).unwrap();
        }
        s.write_with_format(1, 3, 46_143, &month).unwrap();
        s.write(1, 4, 1000).unwrap();
    })]);
    let (mut k, mut r) = (RecordingSink::default(), Vec::new());
    forecasts(std::slice::from_ref(&b.path), &options(), &mut k, &mut r, &mut |_| {}).unwrap();
    assert!(r.is_empty(), "{r:?}");
    assert_eq!(k.forecasts[0].period.to_string(), "2026-05");
}

#[test]
fn a_literal_percent_sign_does_not_scale_and_noise_is_no_digit() {
    let b = book(&[("KPI", &|s| {
        header(s, 0);
        for (row, number, code) in [
            (1, 99.38, "0.00\"%\""),
            (2, 98.2, "0.00\\%"),
            (3, 0.971, "0.00%"),
            (4, 0.989_999_999_999_999_9, "0.00%"),
            (5, 99.4 + 1e-14, "General"),
        ] {
            figure(s, row, ("CSPN", "north"), number, code);
        }
    })]);
    let (k, s, _) = read(&b, &options());
    assert_eq!(texts(&k), ["99.38%", "98.20%", "97.10%", "99.00%", "99.4"]);
    assert_eq!(s.flagged(Flag::OverHundred), 0);
}

#[test]
fn date_times_at_midnight_are_times_to_the_millisecond() {
    let b = book(&[("log", &|s| {
        let time = Format::new().set_num_format("dd/mm/yyyy hh:mm:ss");
        for (column, name) in (0..).zip(["request_id", "srv", "region", "mode", "received"]) {
            s.write(0, column, name).unwrap();
        }
        for (row, serial) in [(1, 46_114.0), (2, 46_114.416_666_664), (3, 46_115.0)] {
            let id = format!("90-B3-D5-1F-30-01-00-00:00-DB-12-34-56-78-90-01:{row}");
            for (column, text) in (0..).zip([id.as_str(), "4.8.1", "north", "scheduled"]) {
                s.write(row, column, text).unwrap();
            }
            s.write_with_format(row, 4, serial, &time).unwrap();
        }
    })]);
    let (mut k, mut r) = (RecordingSink::default(), Vec::new());
    let o = mapped("[times]\nzone = \"UTC\"");
    messages(std::slice::from_ref(&b.path), &o, &mut k, &mut r, &mut |_| {}).unwrap();
    assert!(r.is_empty(), "{r:?}");
    let midnight = 1_775_088_000_000_000i64;
    for (row, after) in k.exchanges.iter().zip([0, 36_000_000_000, 86_400_000_000]) {
        assert!(row.contains(&format!("received: {},", midnight + after)), "{row}");
    }
    assert_eq!(k.exchanges.len(), 3);
}

#[test]
fn x10_a_bare_fraction_is_a_percentage_or_a_share_and_neither_is_chosen() {
    let b = book(&[("KPI", &|s| {
        header(s, 0);
        figure(s, 1, ("CSPN", "north"), 0.994, "General");
        s.write(1, 5, 0.99).unwrap();
        figure(s, 2, ("CSPC", "central"), 99.4, "General");
        s.write(2, 5, 99).unwrap();
    })]);
    let (k, s, _) = read(&b, &options());
    let readings: Vec<&str> = k.stated[0].readings.iter().map(|r| r.1.as_str()).collect();
    assert_eq!((texts(&k), readings), (vec!["0.994", "99.4"], vec!["0.994%", "99.4%"]));
    assert!(k.stated[1].readings.is_empty());
    assert_eq!((s.flagged(Flag::BareFraction), s.flagged(Flag::SeveralReadings)), (2, 1));
    // Counts beside it decide.
    let (_dir, path) = recording::file(
        "a.csv",
        "measure,period,numerator,denominator,text\nA,2026-04,994,1000,0.994\nA,2026-05,994,1000,0.98\n",
    );
    let (mut k, mut r) = (RecordingSink::default(), Vec::new());
    let s = figures(&[path], &options(), &mut k, &mut r, &mut |_| {}).unwrap();
    let readings: Vec<usize> = k.stated.iter().map(|f| f.readings.len()).collect();
    assert_eq!((readings, s.flagged(Flag::ReadingsDisagree)), (vec![0, 2], 1));
}

#[test]
fn an_error_cell_is_no_value_and_never_zero() {
    let b = book(&[("KPI", &|s| {
        header(s, 0);
        figure(s, 1, ("CSPN", "north"), 0.9712, "0.00%");
        for (row, of, error) in
            [(2, ("CSPC", "central"), "#DIV/0!"), (3, ("CSPS", "south"), "#N/A")]
        {
            figure(s, row, of, 0.5, "0.00%");
            let failed = Formula::new("=1/0").set_result(error);
            s.write_formula(row, 4, failed).unwrap();
        }
    })]);
    let (k, s, r) = read(&b, &options());
    assert!(r.is_empty(), "{r:?}");
    assert_eq!(texts(&k), ["97.12%", "", ""]);
    for row in &k.stated[1..] {
        assert_eq!((row.null.as_deref(), row.count), (Some("not-reported"), None));
    }
    assert_eq!(s.flagged(Flag::ErrorCell), 2);
}

#[test]
fn hidden_rows_and_columns_are_read_and_named() {
    let b = book(&[("KPI", &|s| {
        header(s, 0);
        figure(s, 1, ("CSPN", "north"), 0.9512, "0.00%");
        figure(s, 2, ("CSPN", "north"), 0.9712, "0.00%");
        s.set_row_hidden(1).unwrap();
        s.set_column_hidden(2).unwrap();
        s.set_column_hidden(9).unwrap();
    })]);
    let (k, s, _) = read(&b, &options());
    assert_eq!(texts(&k), ["95.12%", "97.12%"]);
    assert_eq!(
        (k.stated[0].place.as_str(), k.stated[1].place.as_str()),
        ("row 2 (hidden)", "row 3")
    );
    assert_eq!(s.flagged(Flag::HiddenRow), 1);
    assert_eq!(
        s.files[0].notes,
        [
            "hidden rows were read like the others: 2.",
            "hidden columns were read like the others: C (Provider)."
        ]
    );
}

#[test]
fn merged_cells_hold_for_each_row_and_not_for_another_column() {
    let plain = Format::new();
    let b = book(&[("KPI", &|s| {
        header(s, 0);
        for (row, of) in [(1, ("CSPN", "north")), (2, ("CSPC", "central")), (3, ("CSPS", "south"))]
        {
            figure(s, row, of, 0.97, "0.00%");
        }
        s.merge_range(1, 0, 3, 0, "PM4.3", &plain).unwrap();
        s.merge_range(1, 1, 3, 1, "2026-04", &plain).unwrap();
        figure(s, 4, ("", ""), 0.97, "0.00%");
        s.merge_range(4, 2, 4, 3, "CSPN and north", &plain).unwrap();
        figure(s, 6, ("CSPN", "north"), 0.98, "0.00%");
    })]);
    let (k, s, r) = read(&b, &options());
    let rows: Vec<String> = k
        .stated
        .iter()
        .map(|f| format!("{} {} {}", f.measure, f.period, f.keys["region"]))
        .collect();
    assert_eq!(
        rows,
        [
            "PM4.3 2026-04 north",
            "PM4.3 2026-04 central",
            "PM4.3 2026-04 south",
            "PM4.3 2026-04 north"
        ]
    );
    assert_eq!(s.flagged(Flag::FilledFromMerged), 2);
    assert_eq!(
        s.files[0].notes,
        ["each row of the merged cells A2:A4, B2:B4 took the value of the first."]
    );
    assert_eq!((r.len(), r[0].line, r[0].reason), (1, 5, Reason::MergedCells));
    assert!(r[0].why.contains("C5:D5"), "{}", r[0].why);
}

#[test]
fn sheets_that_are_not_read_are_named_and_guess_finds_the_table() {
    let b = book(&[
        ("Cover", &|s| {
            s.write(0, 0, "Performance report").unwrap();
            s.write(1, 0, "April 2026").unwrap();
        }),
        ("Figures", &|s| {
            s.write(0, 0, "Table 1").unwrap();
            header(s, 3);
            figure(s, 4, ("CSPN", "north"), 0.9712, "0.00%");
        }),
    ]);
    let proposal = guess(&b.path, Some(Layout::Figures)).unwrap();
    assert!(
        proposal.toml.contains("sheet = \"Figures\"") && proposal.toml.contains("header_row = 4"),
        "{}",
        proposal.toml
    );
    assert!(proposal.toml.contains("also there: \"Cover\"") && proposal.missing.is_empty());
    let (k, s, _) = read(&b, &mapped(&proposal.toml));
    assert_eq!(texts(&k), ["97.12%"]);
    assert_eq!(s.files[0].notes, ["sheet \"Figures\" was read; not read: \"Cover\"."]);
    let mut k = RecordingSink::default();
    let e =
        figures(std::slice::from_ref(&b.path), &options(), &mut k, &mut DropRejects, &mut |_| {})
            .unwrap_err();
    assert!(e.to_string().contains("the workbook also has \"Figures\""), "{e}");
}

#[test]
fn files_of_other_kinds_are_named_and_nothing_is_taken() {
    for (name, bytes, words) in [
        (
            "report.xls",
            "<html><body><table><tr><td>measure</td></tr></table></body></html>",
            "HTML",
        ),
        (
            "report.xml.xls",
            "<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?>",
            "Excel 2003",
        ),
        ("report.pdf", "%PDF-1.7\n%invented", "PDF"),
    ] {
        let (_dir, path) = recording::file(name, bytes);
        let mut k = RecordingSink::default();
        let e =
            figures(std::slice::from_ref(&path), &options(), &mut k, &mut DropRejects, &mut |_| {})
                .unwrap_err()
                .to_string();
        assert!(e.contains(words) && !e.contains("mapping") && k.stated.is_empty(), "{e}");
        assert_eq!(guess(&path, None).unwrap_err().to_string(), e);
    }
}

#[test]
fn a_sheet_of_counts_is_a_table_with_its_row_numbers() {
    let b = book(&[
        ("Counts", &|s| {
            for (column, name) in (0..).zip(["region ", "count", "note"]) {
                s.write(0, column, name).unwrap();
            }
            s.write(2, 0, "north").unwrap();
            let grouped = Format::new().set_num_format("#,##0");
            s.write_with_format(2, 1, 1250, &grouped).unwrap();
            s.write(3, 0, "south").unwrap();
            s.write(3, 1, 7.5).unwrap();
            s.write(3, 2, "half").unwrap();
        }),
        ("Other", &|s| {
            s.write(0, 0, "x").unwrap();
        }),
    ]);
    let t = table::read(&b.path, 1 << 20, |h| h.iter().any(|c| c == "count")).unwrap().unwrap();
    assert_eq!(t.header, ["region", "count", "note"]);
    let rows: Vec<(i64, Vec<&str>)> =
        t.rows.iter().map(|(n, r)| (*n, r.iter().map(String::as_str).collect())).collect();
    assert_eq!(rows[0], (3, vec!["north", "1250", ""]));
    assert_eq!(rows[1], (4, vec!["south", "7.5", "half"]));
    assert!(t.notes[0].contains("Counts") && t.notes[0].contains("Other"), "{:?}", t.notes);
}
