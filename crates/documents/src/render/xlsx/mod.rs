//! The workbook: contents, brief, measures, then data sheets, each one table with its headings in
//! row 1. Nothing is merged. Numbers are numbers, with the printed text beside them.

mod brief;
mod fixed;
mod plan;
mod write;

use super::{
    clean::{clean, shorten},
    words,
};
use crate::{DocumentError, model::Document};
use plan::DataSheet;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet, XlsxError};
use std::collections::BTreeSet;
use write::Styles;

/// Most characters of a sheet name, a limit of the format.
const MAX_SHEET: usize = 31;
/// Most rows of a sheet below its headings, a limit of the format.
pub(crate) const MAX_ROWS: usize = 1_048_575;

/// The pack as a workbook of at most [`plan::MOST_SHEETS`] sheets.
///
/// # Errors
/// [`DocumentError::TooLarge`] where a sheet has more rows than the format allows.
pub fn xlsx(document: &Document) -> Result<Vec<u8>, DocumentError> {
    let sheets = data_sheets(document);
    for s in &sheets {
        fits(s, MAX_ROWS)?;
    }
    build(document, &sheets).map_err(|e| DocumentError::printer("XLSX", e))
}

/// The data sheets in the order of the workbook, under names that a sheet may have.
fn data_sheets(document: &Document) -> Vec<DataSheet> {
    let mut sheets = vec![fixed::measures(document)];
    sheets.extend(plan::sheets(document));
    sheets.extend([
        fixed::all_figures(document),
        fixed::key(document),
        fixed::rules(document),
        fixed::sources(document),
    ]);
    let mut taken: BTreeSet<String> =
        ["contents", "brief"].into_iter().map(str::to_owned).collect();
    for s in &mut sheets {
        s.name = sheet_name(&s.name, &mut taken);
    }
    sheets
}

fn fits(sheet: &DataSheet, limit: usize) -> Result<(), DocumentError> {
    if sheet.rows.len() <= limit {
        return Ok(());
    }
    Err(DocumentError::TooLarge {
        place: format!("sheet {:?} of the workbook", sheet.name),
        what: "rows",
        found: sheet.rows.len(),
        limit,
    })
}

fn build(document: &Document, sheets: &[DataSheet]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    book.set_properties(&properties(document)?);
    let styles = Styles::new();
    contents(book.add_worksheet(), document, sheets, &styles)?;
    brief::write(book.add_worksheet(), document, &styles)?;
    let edition = edition(document);
    for (n, sheet) in sheets.iter().enumerate() {
        write::data(book.add_worksheet(), n, sheet, &edition, &styles)?;
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
        .set_title(write::text(&words::title(document)))
        .set_subject(write::text(&document.network))
        .set_author("Northbound")
        .set_creation_datetime(&at))
}

fn edition(document: &Document) -> String {
    format!(
        "{}. {}. Data cut-off {}.",
        words::title(document),
        words::version(document),
        words::time(document.cut_off)
    )
}

fn contents(
    sheet: &mut Worksheet,
    document: &Document,
    sheets: &[DataSheet],
    styles: &Styles,
) -> Result<(), XlsxError> {
    sheet.set_name("Contents")?.set_column_width(0, 34)?.set_column_width(1, 90)?;
    sheet.set_column_width(2, 12)?;
    sheet.write_string_with_format(0, 0, write::text(&words::title(document)), &styles.title)?;
    sheet.write_string_with_format(1, 0, write::text(&edition(document)), &styles.plain)?;
    for (c, heading) in ["Sheet", "What it holds", "Rows"].into_iter().enumerate() {
        sheet.write_string_with_format(3, c as u16, heading, &styles.strong)?;
    }
    let brief = ("Brief", "What to know before reading on", None);
    let data = sheets.iter().map(|s| (s.name.as_str(), s.holds.as_str(), Some(s.rows.len())));
    for (n, (name, holds, rows)) in std::iter::once(brief).chain(data).enumerate() {
        let r = n as u32 + 4;
        let quoted = name.replace('\'', "''");
        let link = rust_xlsxwriter::Url::new(format!("internal:'{quoted}'!A1")).set_text(name);
        sheet.write_url(r, 0, link)?;
        sheet.write_string_with_format(r, 1, write::text(holds), &styles.wrap)?;
        if let Some(rows) = rows {
            sheet.write_number_with_format(r, 2, rows as f64, &styles.count)?;
        }
    }
    Ok(())
}

/// A name in words that a sheet may have: at most 31 characters, cut between words, none of the
/// characters that the format forbids, and not used before whatever its case.
fn sheet_name(wanted: &str, taken: &mut BTreeSet<String>) -> String {
    let allowed: String =
        clean(wanted).chars().map(|c| if "[]:*?/\\".contains(c) { ' ' } else { c }).collect();
    let allowed = allowed.trim().trim_matches('\'').trim();
    let allowed = if allowed.is_empty() { "Sheet" } else { allowed };
    let mut name = between_words(allowed, MAX_SHEET);
    let mut n = 2;
    while !taken.insert(name.to_lowercase()) {
        let end = format!(" ({n})");
        name = between_words(allowed, MAX_SHEET - end.chars().count()) + &end;
        n += 1;
    }
    name
}

/// The longest run of whole words of at most `limit` characters; a first word that is longer is cut.
fn between_words(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let cut: String = text.chars().take(limit + 1).collect();
    match cut.rfind(' ') {
        Some(at) if at > 0 => cut[..at].trim_end_matches([' ', ',', ';', '\'']).to_owned(),
        _ => shorten(text, limit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheet_names_are_words_that_the_format_allows() {
        let mut taken = BTreeSet::new();
        for (wanted, name) in [
            ("Test commands, counted three ways", "Test commands, counted three"),
            ("Users' own requests", "Users' own requests"),
            ("users' OWN requests", "users' OWN requests (2)"),
            ("a/b:c*d", "a b c d"),
            ("'", "Sheet"),
            ("", "Sheet (2)"),
            ("1234567890123456789012345678901", "1234567890123456789012345678901"),
            ("12345678901234567890123456789012", "123456789012345678901234567890…"),
        ] {
            assert_eq!(sheet_name(wanted, &mut taken), name);
        }
    }

    #[test]
    fn a_sheet_with_too_many_rows_is_refused_by_name() {
        let sheet = |rows| DataSheet {
            name: "Alerts".into(),
            holds: String::new(),
            head: vec!["a".into()],
            rows: vec![vec![plan::Value::Blank]; rows],
        };
        assert!(fits(&sheet(3), 3).is_ok());
        let refused = fits(&sheet(4), 3).expect_err("one row too many").to_string();
        assert!(refused.contains("Alerts") && refused.contains('4'), "{refused}");
    }
}
