//! What Northbound reads in a file of minutes: headings, paragraphs, items, tables, with their places.

use crate::{Answer, AppError, Context, Result, Table, answer::count, input};
use northbound_minutes::{
    Limits,
    block::{Block, Check, Content, Row},
};
use serde_json::json;
use std::path::Path;

/// Reads a file and lists its blocks. Nothing enters a register.
///
/// # Errors
/// Where the file cannot be read, is of a format that is not read, or is above a limit.
pub fn blocks(_ctx: &Context, file: &Path) -> Result<Answer> {
    let limits = Limits::default();
    let bytes = input::bytes(file, limits.bytes as u64)?;
    let source = northbound_minutes::read(&file.display().to_string(), &bytes, &limits)
        .map_err(|e| AppError::input(e.to_string()))?;
    let mut t = Table::new("", &[">block", ">line", "kind", "number", "text"]);
    for b in &source.blocks {
        let line = b.place.line.map_or_else(String::new, |l| l.to_string());
        for (n, (kind, number, text)) in rows(b).into_iter().enumerate() {
            let (block, line) =
                if n == 0 { (b.index.to_string(), line.clone()) } else { Default::default() };
            t.row([block, line, kind, number, text]);
        }
    }
    let of = |f: fn(&Content) -> bool| {
        count(source.blocks.iter().filter(|b| f(&b.content)).count() as u64)
    };
    let said = format!(
        "{}: {} blocks: {} headings, {} paragraphs, {} items, {} tables.",
        file.display(),
        count(source.blocks.len() as u64),
        of(|c| matches!(c, Content::Heading { .. })),
        of(|c| matches!(c, Content::Paragraph { .. })),
        of(|c| matches!(c, Content::Item { .. })),
        of(|c| matches!(c, Content::Table { .. })),
    );
    Ok(Answer::new(json!(source)).say(said).table(t))
}

/// Kind, number or marker, and words; a table is one row for each of its rows.
fn rows(b: &Block) -> Vec<(String, String, String)> {
    let one = |kind: &str, number: &str, text: &str| {
        vec![(kind.to_owned(), number.to_owned(), text.replace('\n', " / "))]
    };
    match &b.content {
        Content::Heading { level, number, text } => {
            one(&format!("heading {level}"), number, &text.clean)
        }
        Content::Paragraph { text } => one("paragraph", "", &text.clean),
        Content::Item { marker, depth, check, text } => {
            let check = match check {
                Some(Check::Open) => ", not ticked",
                Some(Check::Ticked) => ", ticked",
                None => "",
            };
            one(&format!("item {}{check}", depth + 1), marker, &text.clean)
        }
        Content::Table { rows } => rows
            .iter()
            .enumerate()
            .map(|(n, r)| ("table".to_owned(), (n + 1).to_string(), cells(r)))
            .collect(),
        Content::Running { text, .. } => one("on each page", "", &text.clean),
        Content::FrontMatter { text } => one("front matter", "", &text.clean),
    }
}

fn cells(row: &Row) -> String {
    let all: Vec<String> = row.cells.iter().map(|c| c.text.clean.replace('\n', " / ")).collect();
    all.join(" | ")
}
