//! Printers, and the writing of what they print.

pub mod chart;
pub mod clean;
pub mod csv;
pub mod flat;
pub mod folder;
pub mod html;
pub mod json;
pub mod metrics;
pub mod notes;
pub mod pdf;
pub mod svg;
pub mod words;
pub mod xlsx;

use crate::{
    PackError,
    manifest::Manifest,
    model::{Block, Chart, Pack, check::check, figures::tables_of},
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
            replace: Replace::Pack,
        }
    }
}

/// What may be replaced in the folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replace {
    /// An earlier pack; a folder with any other file is refused.
    Pack,
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
/// one step: a reader sees the old pack or the new one.
///
/// # Errors
/// A document that is not sound, a folder that holds something else, a printer or disk that refuses.
pub fn render_all(
    pack: &Pack,
    out_dir: &Path,
    which: Formats,
) -> Result<Vec<WrittenFile>, PackError> {
    let mut files = print_all(pack, which)?;
    let listed: Vec<WrittenFile> =
        files.iter().map(|(name, bytes)| WrittenFile::of(name, bytes)).collect();
    let manifest = Manifest::of(pack, listed.clone());
    files.push((crate::manifest::NAME.to_owned(), manifest.to_json()?));
    folder::write(out_dir, &files, which.replace)?;
    let mut out = listed;
    if let Some((name, bytes)) = files.last() {
        out.push(WrittenFile::of(name, bytes));
    }
    Ok(out)
}

/// The files of a pack, without its manifest, in order of name.
///
/// # Errors
/// A document that is not sound, or a printer that refuses.
pub fn print_all(pack: &Pack, which: Formats) -> Result<Vec<(String, Vec<u8>)>, PackError> {
    check(pack)?;
    let mut files = Vec::new();
    if which.html {
        files.push(("pack.html".to_owned(), html::html(pack)?.into_bytes()));
    }
    if which.pdf {
        files.push(("pack.pdf".to_owned(), pdf::pdf(pack)?));
    }
    if which.xlsx {
        files.push(("pack.xlsx".to_owned(), xlsx::xlsx(pack)?));
    }
    if which.json {
        files.push(("pack.json".to_owned(), json::json(pack)?));
    }
    if which.csv {
        for table in tables_of(pack) {
            files.push((format!("csv/{}.csv", table.id), csv::csv(table)?));
        }
    }
    if which.svg {
        for (c, frame) in charts_of(pack) {
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

/// The charts of a pack with the room each has, in order of print.
#[must_use]
pub fn charts_of(pack: &Pack) -> Vec<(&Chart, chart::Frame)> {
    let sections = pack.sections.iter().flat_map(|s| &s.blocks);
    let mut out = Vec::new();
    for block in pack.front.blocks.iter().chain(sections) {
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
            sha256: crate::manifest::sha256(bytes),
            bytes: bytes.len() as u64,
        }
    }
}
