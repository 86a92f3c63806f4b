//! Readers: bytes of a file into blocks. Text and Markdown so far; other formats are refused by name.

mod decode;
mod html;
mod inline;
mod lines;
mod table;
#[cfg(test)]
mod tests;

use crate::{
    block::{Block, Content, Format, Source},
    error::MinutesError,
};
use sha2::{Digest, Sha256};

/// How much of a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file.
    pub bytes: usize,
    /// Blocks of the file.
    pub blocks: usize,
    /// Cells of all its tables.
    pub cells: usize,
    /// Characters of one line.
    pub line: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { bytes: 16 << 20, blocks: 50_000, cells: 200_000, line: 100_000 }
    }
}

/// Reads a file. Its format follows from its content; the name only decides between text and Markdown.
///
/// # Errors
/// [`MinutesError::UnknownFormat`] where the bytes are no text, and [`MinutesError::Unreadable`] where the file is of a
/// format that is not read, or is above a limit.
pub fn read(name: &str, bytes: &[u8], limits: &Limits) -> Result<Source, MinutesError> {
    let unreadable = |why: String| MinutesError::Unreadable { file: name.to_owned(), why };
    if bytes.len() > limits.bytes {
        return Err(unreadable(format!(
            "it has {} bytes, at most {} are read",
            bytes.len(),
            limits.bytes
        )));
    }
    if let Some(why) = decode::other_format(bytes) {
        return Err(unreadable(why.to_owned()));
    }
    let text =
        decode::text(bytes).ok_or_else(|| MinutesError::UnknownFormat { file: name.to_owned() })?;
    if let Some(at) = text.lines().position(|l| l.chars().count() > limits.line) {
        let most = limits.line;
        return Err(unreadable(format!("line {} has over {most} characters", at + 1)));
    }
    let markdown = name
        .rsplit_once('.')
        .is_some_and(|(_, end)| ["md", "markdown"].iter().any(|e| end.eq_ignore_ascii_case(e)));
    if cells_at_most(&text) > limits.cells.saturating_mul(2) {
        return Err(unreadable(format!(
            "it has far more than the {} cells of tables that are read",
            limits.cells
        )));
    }
    let blocks = lines::blocks(&text, markdown, limits.blocks);
    within(&blocks, limits).map_err(unreadable)?;
    let hash = Sha256::digest(bytes);
    Ok(Source {
        name: name.to_owned(),
        sha256: hash.iter().map(|b| format!("{b:02x}")).collect(),
        format: if markdown { Format::Markdown } else { Format::Text },
        blocks,
    })
}

/// A bound on the cells of all tables, found without making them: it keeps the memory of a hostile file small.
fn cells_at_most(text: &str) -> usize {
    let of = |line: &str| {
        let (pipes, tabs) = (line.matches('|').count(), line.trim().matches('\t').count());
        let separated = pipes.max(tabs);
        let html = line.matches("<t").count() + line.matches("<T").count();
        if separated > 0 { separated + 1 + html } else { html }
    };
    text.split('\n').map(of).sum()
}

fn within(blocks: &[Block], limits: &Limits) -> Result<(), String> {
    if blocks.len() > limits.blocks {
        return Err(format!("it has over {} blocks, which is the limit", limits.blocks));
    }
    let cells: usize = blocks
        .iter()
        .map(|b| match &b.content {
            Content::Table { rows } => rows.iter().map(|r| r.cells.len()).sum(),
            _ => 0,
        })
        .sum();
    if cells > limits.cells {
        return Err(format!("its tables have {cells} cells, at most {} are read", limits.cells));
    }
    Ok(())
}
