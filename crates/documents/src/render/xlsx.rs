//! The workbook: cover, contents, notes, then a sheet a table, each starting at A1 and marked as a
//! table. Nothing is merged. Numbers are numbers, with the printed text beside them.

use super::{
    clean::{clean, shorten},
    flat::{FlatColumn, Part, columns, part},
    words,
};
use crate::{
    DocumentError,
    model::{Document, Table, figures::tables_of},
};
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, TableColumn, TableStyle, Workbook,
    Worksheet, XlsxError,
};
use std::collections::BTreeSet;

/// Most characters of a cell, a limit of the format.
const MAX_TEXT: usize = 32_767;
/// Most characters of a table heading, a limit of the format.
const MAX_HEADING: usize = 255;
/// Most characters of a sheet name, a limit of the format.
const MAX_SHEET: usize = 31;
/// Most significant digits that a spreadsheet stores of a number; a longer one is written as text.
const MAX_DIGITS: usize = 15;
/// Row of the table's headings, below caption and notes.
const HEAD: u32 = 3;

/// The pack as a workbook.
pub fn xlsx(document: &Document) -> Result<Vec<u8>, DocumentError> {
    build(document).map_err(|e| DocumentError::printer("XLSX", e))
}

fn build(document: &Document) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    book.set_properties(&properties(document)?);
    let styles = Styles::new();
    let tables = tables_of(document);
    let names = sheet_names(&tables);
    cover(book.add_worksheet(), document, &styles)?;
    contents(book.add_worksheet(), &tables, &names, &styles)?;
    notes(book.add_worksheet(), document, &styles)?;
    for (table, name) in tables.iter().zip(&names) {
        sheet(book.add_worksheet(), document, table, name, &styles)?;
    }
    book.save_to_buffer()
}

/// The creation time is the pack's as-at time: the same pack gives the same bytes.
fn properties(document: &Document) -> Result<DocProperties, XlsxError> {
    let (date, (h, m, s)) = (document.as_at.day().date(), words::clock(document.as_at));
    let at = ExcelDateTime::from_ymd(
        date.year().clamp(1900, 9999) as u16,
        date.month() as u8,
        date.day() as u8,
    )?
    .and_hms(h.into(), m, f64::from(s))?;
    Ok(DocProperties::new()
        .set_title(text(&words::title(document)))
        .set_subject(text(&document.network))
        .set_author("Northbound")
        .set_creation_datetime(&at))
}

struct Styles {
    title: Format,
    strong: Format,
    wrap: Format,
    plain: Format,
}

impl Styles {
    fn new() -> Styles {
        let base = || Format::new().set_font_name("Arial").set_align(FormatAlign::Top);
        Styles {
            title: base().set_font_size(16).set_bold(),
            strong: base().set_font_size(11).set_bold(),
            wrap: base().set_font_size(11).set_text_wrap(),
            plain: base().set_font_size(11),
        }
    }
}

fn text(t: &str) -> String {
    shorten(&clean(t), MAX_TEXT)
}

fn cover(sheet: &mut Worksheet, document: &Document, styles: &Styles) -> Result<(), XlsxError> {
    sheet.set_name("Cover")?.set_column_width(0, 24)?.set_column_width(1, 90)?;
    sheet.write_string_with_format(0, 0, text(&words::title(document)), &styles.title)?;
    let unconfirmed = document.unconfirmed().count();
    let rows = [
        ("Network", document.network.clone()),
        ("Version", words::version(document)),
        ("Marking", document.marking.clone()),
        ("Data cut-off", words::time(document.cut_off)),
        ("Known at", words::time(document.as_at)),
        ("Methodology", format!("{} ({})", document.methodology.title, document.methodology.id)),
        ("Previous issue", document.previous.clone()),
        ("Ledger manifest", document.origin.manifest.clone()),
        ("Rule set", document.origin.rules.clone()),
        ("Rules not confirmed", unconfirmed.to_string()),
    ];
    let mut r = 1;
    for (name, value) in rows.iter().filter(|r| !r.1.is_empty()) {
        sheet.write_string_with_format(r, 0, *name, &styles.strong)?;
        sheet.write_string_with_format(r, 1, text(value), &styles.wrap)?;
        r += 1;
    }
    let statements = document
        .front
        .warnings
        .iter()
        .map(|w| ("Take care", w))
        .chain(document.front.statements.iter().map(|s| ("In short", s)));
    for (name, para) in statements {
        sheet.write_string_with_format(r, 0, name, &styles.strong)?;
        sheet.write_string_with_format(r, 1, text(&para.to_text()), &styles.wrap)?;
        r += 1;
    }
    Ok(())
}

fn contents(
    sheet: &mut Worksheet,
    tables: &[&Table],
    names: &[String],
    styles: &Styles,
) -> Result<(), XlsxError> {
    sheet.set_name("Contents")?;
    sheet.write_string_with_format(0, 0, "Contents", &styles.title)?;
    let rows: Vec<[String; 3]> = tables
        .iter()
        .zip(names)
        .map(|(t, n)| [n.clone(), text(&t.caption), format!("csv/{}.csv", t.id)])
        .collect();
    listed(sheet, 1, "Contents", &["Sheet", "Table", "CSV file"], &rows, &[28, 80, 40], styles)?;
    for (i, name) in names.iter().enumerate() {
        let link = rust_xlsxwriter::Url::new(format!("internal:'{name}'!A1")).set_text(name);
        sheet.write_url(i as u32 + 2, 0, link)?;
    }
    Ok(())
}

fn notes(sheet: &mut Worksheet, document: &Document, styles: &Styles) -> Result<(), XlsxError> {
    sheet.set_name("Notes")?;
    sheet.write_string_with_format(0, 0, "Notes", &styles.title)?;
    let mut rows: Vec<[String; 3]> = document
        .shorthand
        .iter()
        .map(|s| ["Shorthand".to_owned(), text(&s.mark), text(&s.words)])
        .collect();
    rows.push(["Blank cells".to_owned(), "(blank)".to_owned(), "A value, numerator or denominator is blank where there is no figure: the mark is in the printed column and the reason in the note. A band is blank where a figure has no target; a note is blank where there is nothing to add.".to_owned()]);
    rows.push(["Percentages".to_owned(), "value".to_owned(), "Rounded half up at the decimals shown, and never across a target. Numerator and denominator are exact.".to_owned()]);
    for r in &document.rules {
        let confirmed = r.confirmed_by.as_deref().map_or_else(
            || if r.needs_confirmation { "not confirmed".to_owned() } else { String::new() },
            |c| format!("confirmed: {c}"),
        );
        let words: Vec<&str> = [
            r.title.as_str(),
            r.mark.as_str(),
            r.source.as_str(),
            r.note.as_str(),
            confirmed.as_str(),
        ]
        .into_iter()
        .filter(|t| !t.is_empty())
        .collect();
        rows.push(["Rule".to_owned(), text(&r.id), text(&words.join("; "))]);
    }
    for s in &document.sources {
        rows.push([
            "Source file".to_owned(),
            text(&s.name),
            text(&format!(
                "{}, {} rows, known {}, SHA-256 {}",
                s.kind,
                s.rows,
                words::time(s.known),
                s.sha256
            )),
        ]);
    }
    listed(sheet, 1, "Notes", &["Kind", "Name", "Meaning"], &rows, &[18, 34, 110], styles)
}

fn listed(
    sheet: &mut Worksheet,
    top: u32,
    name: &str,
    head: &[&str],
    rows: &[[String; 3]],
    widths: &[u16],
    styles: &Styles,
) -> Result<(), XlsxError> {
    for (c, w) in widths.iter().enumerate() {
        sheet.set_column_width(c as u16, *w)?;
    }
    let headings: Vec<TableColumn> =
        head.iter().map(|h| TableColumn::new().set_header(*h)).collect();
    let last = top + (rows.len() as u32).max(1);
    sheet.add_table(
        top,
        0,
        last,
        head.len() as u16 - 1,
        &rust_xlsxwriter::Table::new()
            .set_name(name)
            .set_columns(&headings)
            .set_style(TableStyle::Light1)
            .set_autofilter(false),
    )?;
    for (r, row) in rows.iter().enumerate() {
        for (c, t) in row.iter().enumerate() {
            sheet.write_string_with_format(top + 1 + r as u32, c as u16, t, &styles.wrap)?;
        }
    }
    Ok(())
}

/// Sheet names: a number and as much of the id as fits, so that they never collide.
fn sheet_names(tables: &[&Table]) -> Vec<String> {
    tables
        .iter()
        .enumerate()
        .map(|(n, t)| format!("{} {}", n + 1, t.id).chars().take(MAX_SHEET).collect())
        .collect()
}

fn sheet(
    sheet: &mut Worksheet,
    document: &Document,
    table: &Table,
    name: &str,
    styles: &Styles,
) -> Result<(), XlsxError> {
    sheet.set_name(name)?;
    sheet.write_string_with_format(0, 0, text(&table.caption), &styles.title)?;
    let edition = format!(
        "{}. {}. Data cut-off {}.",
        words::title(document),
        words::version(document),
        words::time(document.cut_off)
    );
    sheet.write_string_with_format(1, 0, text(&edition), &styles.plain)?;
    sheet.write_string_with_format(2, 0, text(&shorthand_line(document, table)), &styles.plain)?;
    let columns: Vec<FlatColumn> = columns(table)
        .into_iter()
        .filter(|c| {
            c.part == Part::Printed
                || table.rows.iter().any(|r| !part(&r.cells[c.of], c.part).is_empty())
        })
        .collect();
    frame(sheet, table, &columns)?;
    for (r, row) in table.rows.iter().enumerate() {
        for (c, column) in columns.iter().enumerate() {
            let content = part(&row.cells[column.of], column.part);
            write_part(sheet, HEAD + 1 + r as u32, c as u16, column.part, &content, styles)?;
        }
    }
    if table.rows.is_empty() {
        sheet.write_string_with_format(HEAD + 1, 0, "no rows", &styles.wrap)?;
    }
    sheet.set_freeze_panes(HEAD + 1, 1)?;
    Ok(())
}

/// The table object with its headings, and columns wide enough for what they hold.
fn frame(sheet: &mut Worksheet, table: &Table, columns: &[FlatColumn]) -> Result<(), XlsxError> {
    let headings: Vec<TableColumn> =
        unique(columns).into_iter().map(|h| TableColumn::new().set_header(h)).collect();
    let last = HEAD + (table.rows.len() as u32).max(1);
    let tag = format!("T_{}", table.id.replace('-', "_"));
    sheet.add_table(
        HEAD,
        0,
        last,
        columns.len() as u16 - 1,
        &rust_xlsxwriter::Table::new()
            .set_name(tag)
            .set_columns(&headings)
            .set_style(TableStyle::Light1)
            .set_autofilter(false),
    )?;
    for (c, column) in columns.iter().enumerate() {
        let widest = table
            .rows
            .iter()
            .map(|r| part(&r.cells[column.of], column.part).chars().count())
            .chain([column.title.chars().count()])
            .max()
            .unwrap_or(0);
        sheet.set_column_width(c as u16, widest.clamp(9, 60) as u16 + 2)?;
    }
    Ok(())
}

/// The shorthand that this table uses, in words.
fn shorthand_line(document: &Document, table: &Table) -> String {
    let used: BTreeSet<&String> =
        table.rows.iter().flat_map(|r| &r.cells).flat_map(|c| &c.marks).collect();
    if used.is_empty() {
        return "This sheet contains one table and no abbreviations.".to_owned();
    }
    let words: Vec<String> = used
        .iter()
        .map(|m| format!("{m} {}", document.words_of(m).unwrap_or("not explained")))
        .collect();
    format!("This sheet contains one table. Abbreviations: {}.", words.join("; "))
}

/// Headings of a table must differ, whatever their case, and not be empty.
fn unique(columns: &[FlatColumn]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    columns
        .iter()
        .map(|c| {
            let base = shorten(&c.title, MAX_HEADING - 6);
            let base = if base.trim().is_empty() { c.key.clone() } else { base };
            let mut name = base.clone();
            let mut n = 2;
            while !seen.insert(name.to_lowercase()) {
                name = format!("{base} ({n})");
                n += 1;
            }
            name
        })
        .collect()
}

fn write_part(
    sheet: &mut Worksheet,
    r: u32,
    c: u16,
    part: Part,
    value: &str,
    styles: &Styles,
) -> Result<(), XlsxError> {
    if value.is_empty() {
        return Ok(());
    }
    let numeric = matches!(part, Part::Number | Part::Numerator | Part::Denominator);
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    match value.parse::<f64>() {
        Ok(number) if numeric && digits <= MAX_DIGITS => {
            let places = value.split_once('.').map_or(0, |p| p.1.len());
            let shape = if places == 0 {
                "#,##0".to_owned()
            } else {
                format!("#,##0.{}", "0".repeat(places))
            };
            sheet.write_number_with_format(
                r,
                c,
                number,
                &styles.plain.clone().set_num_format(shape),
            )?;
        }
        _ => {
            sheet.write_string_with_format(r, c, text(value), &styles.wrap)?;
        }
    }
    Ok(())
}
