//! The sheet of the brief: what the front page says, as rows that print on a page.

use super::{
    super::{clean::clean, words},
    write::{Styles, text},
};
use crate::model::{Document, Para, Shortfall};
use rust_xlsxwriter::{Worksheet, XlsxError};

/// Writes the brief.
pub fn write(sheet: &mut Worksheet, document: &Document, styles: &Styles) -> Result<(), XlsxError> {
    sheet.set_name("Brief")?;
    for (c, width) in [26, 24, 34, 44, 40].into_iter().enumerate() {
        sheet.set_column_width(c as u16, width)?;
    }
    sheet.set_landscape().set_print_fit_to_pages(1, 0);
    sheet.write_string_with_format(0, 0, text(&words::title(document)), &styles.title)?;
    let mut at = Row { sheet, styles, next: 1 };
    for (name, value) in about(document).iter().filter(|r| !r.1.is_empty()) {
        at.pair(name, value)?;
    }
    at.next += 1;
    let front = &document.front;
    let short = if front.brief.is_empty() { &front.statements } else { &front.brief.summary };
    at.paras("In short", short)?;
    at.paras("Take care", &front.warnings)?;
    at.paras("For all figures", &front.brief.banner)?;
    at.next += 1;
    if front.shortfalls.is_empty() {
        at.pair("What fell short", "Nothing fell short of a known level.")?;
    } else {
        at.line(&["What fell short", "Figure", "Since when", "Why", "Who acts"], true)?;
        for s in &front.shortfalls {
            at.line(&shortfall(s), false)?;
        }
    }
    at.next += 1;
    if !front.brief.unknown.is_empty() {
        at.line(&["What is not known", "Measure rows", "Since when", "Why"], true)?;
        for u in &front.brief.unknown {
            at.line(
                &[u.rows.clone(), u.count.to_string(), u.since.clone(), u.reason.clone()],
                false,
            )?;
        }
        at.next += 1;
    }
    at.paras("What changed", &front.brief.changes)?;
    if !front.brief.due.is_empty() {
        at.next += 1;
        at.line(&["What is due", "By whom", "Until"], true)?;
        for d in &front.brief.due {
            at.line(&[d.what.as_str(), d.who.as_str(), d.when.as_str()], false)?;
        }
    }
    Ok(())
}

fn about(document: &Document) -> [(&'static str, String); 9] {
    [
        ("Network", document.network.clone()),
        ("Version", words::version(document)),
        ("Marking", document.marking.clone()),
        ("Data cut-off", words::time(document.cut_off)),
        ("Known at", words::time(document.as_at)),
        ("Methodology", format!("{} ({})", document.methodology.title, document.methodology.id)),
        ("Previous issue", document.previous.clone()),
        ("Ledger manifest", document.origin.manifest.clone()),
        ("Rule set", document.origin.rules.clone()),
    ]
}

fn shortfall(s: &Shortfall) -> [String; 5] {
    let or = |text: &str, none: &str| if text.is_empty() { none.to_owned() } else { clean(text) };
    let acts = match (s.acts.is_empty(), s.action.is_empty()) {
        (true, true) => "not known".to_owned(),
        (true, false) => clean(&s.action),
        (false, true) => clean(&s.acts),
        (false, false) => format!("{}: {}", clean(&s.acts), clean(&s.action)),
    };
    [
        clean(&format!("{}, {}: {}", s.measure, s.region, s.what)),
        clean(&format!("{}, {}", s.cell.printed(), s.level)),
        clean(&s.since),
        or(&s.why, "not explained"),
        acts,
    ]
}

struct Row<'a> {
    sheet: &'a mut Worksheet,
    styles: &'a Styles,
    next: u32,
}

impl Row<'_> {
    /// A name and a text that runs on to the right of it.
    fn pair(&mut self, name: &str, value: &str) -> Result<(), XlsxError> {
        self.sheet.write_string_with_format(self.next, 0, text(name), &self.styles.strong)?;
        self.sheet.write_string_with_format(self.next, 1, text(value), &self.styles.plain)?;
        self.next += 1;
        Ok(())
    }

    fn paras(&mut self, name: &str, paras: &[Para]) -> Result<(), XlsxError> {
        paras.iter().try_for_each(|p| self.pair(name, &p.to_text()))
    }

    fn line<T: AsRef<str>>(&mut self, cells: &[T], heading: bool) -> Result<(), XlsxError> {
        let style = if heading { &self.styles.strong } else { &self.styles.wrap };
        for (c, value) in cells.iter().enumerate() {
            self.sheet.write_string_with_format(
                self.next,
                c as u16,
                text(value.as_ref()),
                style,
            )?;
        }
        self.next += 1;
        Ok(())
    }
}
