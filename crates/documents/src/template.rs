//! Workbooks to fill in: one sheet with a header row and checked cells, one that says how it comes back, and a hidden
//! one with the lists.
//!
//! The data sheet is the first, which is the one that readers take. It has no example row, so that none is read as
//! data: the example is on the second sheet.

use crate::error::DocumentError;
use rust_xlsxwriter::{
    DataValidation, DataValidationRule, ExcelDateTime, Format, FormatAlign, Formula, Note,
    Workbook, Worksheet, XlsxError,
};

/// Rows that are checked; more can be filled in, unchecked.
pub const CHECKED_ROWS: u32 = 2_000;

/// What a cell may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Check {
    /// One of these texts.
    List(Vec<String>),
    /// A day.
    Day,
    /// A whole number of 0 or more.
    Whole,
    /// Any text.
    Text,
}

/// A column of the data sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name, as the reader takes it.
    pub name: String,
    /// Must it be filled in?
    pub needed: bool,
    /// What it holds, in words.
    pub about: String,
    /// What is accepted.
    pub check: Check,
    /// A value of the example row; may be empty.
    pub example: String,
}

/// A workbook to fill in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Its subject, and the name of the data sheet.
    pub title: String,
    /// The command that brings it back.
    pub command: String,
    /// What else a person should know.
    pub notes: Vec<String>,
    /// The columns.
    pub columns: Vec<Column>,
}

/// Name of the sheet of the lists.
const LISTS: &str = "Lists";
/// Name of the sheet that explains.
const HELP: &str = "How to use this";
/// Widths, in characters.
const NARROW: f64 = 16.0;
const WIDE: f64 = 28.0;
const WORDS: f64 = 80.0;

/// The workbook's bytes. The same template gives the same bytes.
///
/// # Errors
/// Where a name or a text is no part of a workbook.
pub fn workbook(t: &Template) -> Result<Vec<u8>, DocumentError> {
    written(t, &[]).map_err(|e| DocumentError::Unsound {
        place: format!("template {:?}", t.title),
        problem: e.to_string(),
    })
}

/// The workbook with rows filled in. A text that looks like a formula stays a text.
///
/// # Errors
/// As [`workbook`].
pub fn filled(t: &Template, rows: &[Vec<String>]) -> Result<Vec<u8>, DocumentError> {
    written(t, rows).map_err(|e| DocumentError::Unsound {
        place: format!("table {:?}", t.title),
        problem: e.to_string(),
    })
}

/// The same rows as CSV, with the columns as header. A text that a spreadsheet would take for a formula has an
/// apostrophe before it.
///
/// # Errors
/// [`DocumentError`] where the writer fails.
pub fn csv(t: &Template, rows: &[Vec<String>]) -> Result<Vec<u8>, DocumentError> {
    let mut out = csv::Writer::from_writer(Vec::new());
    let header = t.columns.iter().map(|c| c.name.clone()).collect();
    for row in std::iter::once(&header).chain(rows) {
        out.write_record(row.iter().map(|c| crate::render::csv::printed(c)))
            .map_err(|e| DocumentError::printer("CSV", e))?;
    }
    out.into_inner().map_err(|e| DocumentError::printer("CSV", e))
}

fn written(t: &Template, rows: &[Vec<String>]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let made = ExcelDateTime::from_ymd(2026, 1, 1)?;
    book.set_properties(&rust_xlsxwriter::DocProperties::new().set_creation_datetime(&made));
    let sheet = book.add_worksheet();
    data(sheet, t)?;
    fill(sheet, t, rows)?;
    help(book.add_worksheet(), t)?;
    lists(book.add_worksheet(), t)?;
    book.save_to_buffer()
}

fn data(sheet: &mut Worksheet, t: &Template) -> Result<(), XlsxError> {
    let head = Format::new().set_bold().set_background_color(0x00DD_E6EE);
    let optional = Format::new().set_background_color(0x00EE_F2F5);
    let (text, day) =
        (Format::new().set_num_format("@"), Format::new().set_num_format("yyyy-mm-dd"));
    sheet.set_name(&t.title)?;
    sheet.set_freeze_panes(1, 0)?;
    for (at, c) in (0u16..).zip(&t.columns) {
        let must = if c.needed { "needed" } else { "may be empty" };
        let note = Note::new(format!("{} ({must}).", c.about)).add_author_prefix(false);
        sheet.write_with_format(0, at, &c.name, if c.needed { &head } else { &optional })?;
        sheet.insert_note(0, at, &note)?;
        let width = if matches!(c.check, Check::List(_)) { WIDE } else { NARROW };
        sheet.set_column_width(at, width)?;
        // A month such as 2026-04 stays a text.
        match c.check {
            Check::Whole => {}
            Check::Day => {
                sheet.set_column_format(at, &day)?;
            }
            Check::List(_) | Check::Text => {
                sheet.set_column_format(at, &text)?;
            }
        }
        if let Some(rule) = rule(at, c)? {
            sheet.add_data_validation(1, at, CHECKED_ROWS, at, &rule)?;
        }
    }
    Ok(())
}

/// Writes rows below the header; days as days, all else as text.
fn fill(sheet: &mut Worksheet, t: &Template, rows: &[Vec<String>]) -> Result<(), XlsxError> {
    for (n, row) in (1u32..).zip(rows) {
        for ((at, c), text) in (0u16..).zip(&t.columns).zip(row) {
            let day = (c.check == Check::Day).then(|| ExcelDateTime::parse_from_str(text).ok());
            match day.flatten() {
                Some(day) => sheet.write(n, at, &day)?,
                None if text.is_empty() => continue,
                None => sheet.write_string(n, at, text)?,
            };
        }
    }
    Ok(())
}

fn rule(at: u16, c: &Column) -> Result<Option<DataValidation>, XlsxError> {
    let first = ExcelDateTime::from_ymd(2000, 1, 1)?;
    let (rule, what) = match &c.check {
        Check::Text => return Ok(None),
        Check::List(all) if all.is_empty() => return Ok(None),
        Check::List(all) => {
            let column = rust_xlsxwriter::utility::column_number_to_name(at);
            let range = format!("={LISTS}!${column}$2:${column}${}", all.len() + 1);
            let rule = DataValidation::new().allow_list_formula(Formula::new(range));
            (rule, "one of the list")
        }
        Check::Day => (
            DataValidation::new().allow_date(DataValidationRule::GreaterThanOrEqualTo(first)),
            "a day, such as 2026-04-01",
        ),
        Check::Whole => (
            DataValidation::new().allow_whole_number(DataValidationRule::GreaterThanOrEqualTo(0)),
            "a whole number, 0 or more",
        ),
    };
    Ok(Some(rule.set_error_title(&c.name)?.set_error_message(format!("Enter {what}."))?))
}

fn help(sheet: &mut Worksheet, t: &Template) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    sheet.set_name(HELP)?;
    sheet.set_column_width(0, WIDE)?;
    sheet.set_column_width(1, WORDS)?;
    sheet.set_column_width(2, WIDE)?;
    sheet.write_with_format(0, 0, "To bring it back", &bold)?;
    sheet.write(0, 1, &t.command)?;
    let mut row = 1;
    for note in &t.notes {
        sheet.write_with_format(row, 1, note, &wrapped)?;
        row += 1;
    }
    row += 1;
    for (at, title) in (0u16..).zip(["column", "what it holds", "example (invented; not read)"]) {
        sheet.write_with_format(row, at, title, &bold)?;
    }
    for c in &t.columns {
        row += 1;
        let must = if c.needed { "" } else { " May be empty." };
        sheet.write(row, 0, &c.name)?;
        sheet.write_with_format(row, 1, format!("{}.{must}", c.about), &wrapped)?;
        sheet.write(row, 2, &c.example)?;
    }
    Ok(())
}

/// Lists are cells, since a list in the rule itself has at most 255 characters.
fn lists(sheet: &mut Worksheet, t: &Template) -> Result<(), XlsxError> {
    sheet.set_name(LISTS)?;
    sheet.set_hidden(true);
    for (at, c) in (0u16..).zip(&t.columns) {
        sheet.write(0, at, &c.name)?;
        if let Check::List(all) = &c.check {
            for (row, text) in (1u32..).zip(all) {
                sheet.write(row, at, text)?;
            }
        }
    }
    Ok(())
}
