//! Writing of a data sheet.

use super::{
    super::clean::{clean, shorten},
    plan::{DataSheet, Value},
};
use rust_xlsxwriter::{Format, FormatAlign, Table, TableColumn, TableStyle, Worksheet, XlsxError};
use std::collections::BTreeSet;

/// Most characters of a cell, a limit of the format.
const MAX_TEXT: usize = 32_767;
/// Most characters of a table heading, a limit of the format.
const MAX_HEADING: usize = 255;
/// Most characters of a page header, a limit of the format.
const MAX_HEADER: usize = 200;
/// Most significant digits that a spreadsheet stores of a number; a longer one is written as text.
const MAX_DIGITS: usize = 15;
/// Narrowest and widest column, in characters.
const WIDTHS: (usize, usize) = (9, 60);

/// The formats of all sheets.
pub struct Styles {
    pub title: Format,
    pub strong: Format,
    pub wrap: Format,
    pub plain: Format,
    pub count: Format,
}

impl Styles {
    pub fn new() -> Styles {
        let base = || Format::new().set_font_name("Arial").set_align(FormatAlign::Top);
        Styles {
            title: base().set_font_size(16).set_bold(),
            strong: base().set_font_size(11).set_bold(),
            wrap: base().set_font_size(11).set_text_wrap(),
            plain: base().set_font_size(11),
            count: base().set_font_size(11).set_num_format("#,##0"),
        }
    }
}

/// Text as a cell may hold it.
pub fn text(t: &str) -> String {
    shorten(&clean(t), MAX_TEXT)
}

/// Writes a sheet: headings in row 1, marked as a table with filters; the edition is in the header
/// of the printed page.
pub fn data(
    sheet: &mut Worksheet,
    number: usize,
    data: &DataSheet,
    edition: &str,
    styles: &Styles,
) -> Result<(), XlsxError> {
    sheet.set_name(&data.name)?;
    let header = shorten(&clean(edition), MAX_HEADER).replace('&', "&&");
    sheet.set_header(format!("&L{header}&R&A")).set_footer("&CPage &P of &N");
    sheet.set_landscape().set_print_fit_to_pages(1, 0).set_repeat_rows(0, 0)?;
    frame(sheet, number, data)?;
    for (r, row) in data.rows.iter().enumerate() {
        for (c, value) in row.iter().enumerate() {
            write(sheet, r as u32 + 1, c as u16, value, styles)?;
        }
    }
    if data.rows.is_empty() {
        sheet.write_string_with_format(1, 0, "no rows", &styles.plain)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

/// The table object with its headings, and columns wide enough for what they hold.
fn frame(sheet: &mut Worksheet, number: usize, data: &DataSheet) -> Result<(), XlsxError> {
    let headings: Vec<TableColumn> =
        unique(&data.head).into_iter().map(|h| TableColumn::new().set_header(h)).collect();
    let last = (data.rows.len() as u32).max(1);
    let table = Table::new()
        .set_name(format!("Data_{}", number + 1))
        .set_columns(&headings)
        .set_style(TableStyle::Light1);
    sheet.add_table(0, 0, last, data.head.len() as u16 - 1, &table)?;
    for (c, heading) in data.head.iter().enumerate() {
        let widest = data
            .rows
            .iter()
            .map(|r| match &r[c] {
                Value::Blank => 0,
                Value::Text(t) | Value::Number(t) => t.chars().count(),
            })
            // Room for the arrow of the filter.
            .chain([heading.chars().count() + 3])
            .max()
            .unwrap_or(0);
        sheet.set_column_width(c as u16, widest.clamp(WIDTHS.0, WIDTHS.1) as u16 + 2)?;
    }
    Ok(())
}

/// Headings of a table must differ, whatever their case, and not be empty.
fn unique(head: &[String]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    head.iter()
        .enumerate()
        .map(|(n, title)| {
            let base = shorten(title, MAX_HEADING - 6);
            let base = if base.trim().is_empty() { format!("Column {}", n + 1) } else { base };
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

fn write(
    sheet: &mut Worksheet,
    r: u32,
    c: u16,
    value: &Value,
    styles: &Styles,
) -> Result<(), XlsxError> {
    match value {
        Value::Blank => {}
        Value::Text(t) => {
            sheet.write_string_with_format(r, c, text(t), &styles.plain)?;
        }
        Value::Number(n) => match exact(n) {
            Some(number) => {
                let places = n.split_once('.').map_or(0, |p| p.1.len());
                let shape = if places == 0 {
                    "#,##0".to_owned()
                } else {
                    format!("#,##0.{}", "0".repeat(places))
                };
                let format = styles.plain.clone().set_num_format(shape);
                sheet.write_number_with_format(r, c, number, &format)?;
            }
            None => {
                sheet.write_string_with_format(r, c, text(n), &styles.plain)?;
            }
        },
    }
    Ok(())
}

/// The number, where a spreadsheet stores all of its digits.
fn exact(text: &str) -> Option<f64> {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if digits > MAX_DIGITS { None } else { text.parse().ok() }
}
