//! Printers, and the writing of what they print.

pub mod chart;
pub mod clean;
pub mod csv;
pub mod docx;
pub mod flat;
pub mod folder;
pub mod html;
pub mod json;
pub mod leftovers;
pub mod metrics;
pub mod notes;
pub mod pdf;
pub mod svg;
pub mod words;
pub mod xlsx;

use crate::{
    DocumentError,
    manifest::{self, Manifest},
    model::{Block, Chart, Document, check::check, figures::tables_of},
};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// What to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Formats {
    /// `pack.html`: everything in one file.
    pub html: bool,
    /// `pack.pdf`.
    pub pdf: bool,
    /// `pack.xlsx`.
    pub xlsx: bool,
    /// `csv/ID.csv`, one a table.
    pub csv: bool,
    /// `pack.json`.
    pub json: bool,
    /// `charts/ID.svg`, one a chart.
    pub svg: bool,
    /// The sections that are only proof in the PDF, too.
    pub evidence: bool,
    /// What may be replaced in the folder.
    pub replace: Replace,
}

impl Formats {
    /// Everything; replaces an earlier pack, nothing else.
    #[must_use]
    pub const fn all() -> Formats {
        Formats {
            html: true,
            pdf: true,
            xlsx: true,
            csv: true,
            json: true,
            svg: true,
            evidence: false,
            replace: Replace::Document,
        }
    }
}

/// What may be replaced in the folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replace {
    /// What an earlier manifest lists; a folder with any other file is refused.
    Document,
    /// Files of the same names; all others stay.
    Files,
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenFile {
    /// Path inside the pack's folder, with `/`.
    pub name: String,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
    /// Length.
    pub bytes: u64,
}

/// Checks the document, prints it, and puts the files with their `manifest.json` into `out_dir` in
/// one step: a reader sees the old files or the new ones. Returns what was written, in order of name,
/// the manifest last.
///
/// # Errors
/// A document that is not sound, a folder that holds something else, a renderer or disk that fails.
pub fn render_all(
    document: &Document,
    out_dir: &Path,
    which: Formats,
) -> Result<Vec<WrittenFile>, DocumentError> {
    render_with(document, Vec::new(), out_dir, which)
}

/// As [`render_all`], with more files beside those of the document: name and content of each.
///
/// # Errors
/// As [`render_all`].
pub fn render_with(
    document: &Document,
    more: Vec<(String, Vec<u8>)>,
    out_dir: &Path,
    which: Formats,
) -> Result<Vec<WrittenFile>, DocumentError> {
    let mut files = print_all(document, which)?;
    files.extend(more);
    files.sort();
    let mut written: Vec<WrittenFile> =
        files.iter().map(|(name, bytes)| WrittenFile::of(name, bytes)).collect();
    let manifest = crate::to_json(&Manifest::of(document, written.clone()))?;
    written.push(WrittenFile::of(manifest::NAME, &manifest));
    files.push((manifest::NAME.to_owned(), manifest));
    folder::write(out_dir, &files, which.replace)?;
    Ok(written)
}

/// The files of a document, without its manifest, in order of name.
///
/// # Errors
/// A document that is not sound, or a printer that refuses.
pub fn print_all(
    document: &Document,
    which: Formats,
) -> Result<Vec<(String, Vec<u8>)>, DocumentError> {
    check(document)?;
    let mut files = Vec::new();
    if which.html {
        files.push(("pack.html".to_owned(), html::html(document)?.into_bytes()));
    }
    if which.pdf {
        files.push(("pack.pdf".to_owned(), pdf::pdf(document, which.evidence)?));
    }
    if which.xlsx {
        files.push(("pack.xlsx".to_owned(), xlsx::xlsx(document)?));
    }
    if which.json {
        files.push(("pack.json".to_owned(), json::json(document)?));
    }
    if which.csv {
        for table in tables_of(document) {
            files.push((format!("csv/{}.csv", table.id), csv::csv(table)?));
        }
    }
    if which.svg {
        for (c, frame) in charts_of(document) {
            let drawing = chart::draw(c, &frame);
            files.push((
                format!("charts/{}.svg", c.id),
                svg::svg(&drawing, &c.id, &c.title, &chart::describe::description(c)).into_bytes(),
            ));
        }
    }
    files.sort();
    Ok(files)
}

/// The charts of a document with the frame of each, in order of print.
#[must_use]
pub fn charts_of(document: &Document) -> Vec<(&Chart, chart::Frame)> {
    let sections = document.sections.iter().flat_map(|s| &s.blocks);
    let mut out = Vec::new();
    for block in document.front.blocks.iter().chain(sections) {
        match block {
            Block::Chart(c) => out.push((c, chart::Frame::full())),
            Block::Multiples(m) => out.extend(m.charts.iter().map(|c| (c, chart::Frame::small(m)))),
            Block::Table(_) | Block::Text(_) | Block::List(_) => {}
        }
    }
    out
}

impl WrittenFile {
    /// Name, hash and length of a file's content.
    #[must_use]
    pub fn of(name: &str, bytes: &[u8]) -> WrittenFile {
        WrittenFile {
            name: name.to_owned(),
            sha256: manifest::sha256(bytes),
            bytes: bytes.len() as u64,
        }
    }
}
