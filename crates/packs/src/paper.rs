//! The Panel paper (`docs/needs.md` R12): generated, not typed. A chapter with nothing to report is
//! printed and says so (R13).

mod chapters;

use crate::{PackError, data::PackData, evidence::Evidence};
use northbound_documents::{
    Replace,
    manifest::sha256,
    paper::{self, Citations, tokens},
    render::{docx::Template, folder, words as print},
};
use std::path::Path;

pub use northbound_documents::paper::{Paper, Run};

/// Writes the paper of a period.
///
/// # Errors
/// Where a setting cannot be read or the measures refuse the evidence.
pub fn write(e: &Evidence, data: &PackData, marking: &str) -> Result<Paper, PackError> {
    let mut citations = Citations::default();
    let chapters = chapters::all(e, data, &mut citations)?;
    let title = format!("Paper to the Panel on {}", print::period(e.period));
    let mut paper = Paper {
        format: paper::FORMAT.to_owned(),
        title,
        period: e.period,
        as_at: e.known.as_at,
        manifest: data.manifest.clone(),
        rules: data.rules.clone(),
        revision: e.known.registered.revision,
        marking: marking.to_owned(),
        chapters,
        sources: citations.sources,
        names: citations.names,
    };
    // The frame of the paper holds names and dates as well: its title, its day, its marking.
    let frame = [paper.title.clone(), print::time(paper.as_at), paper.marking.clone()];
    paper.names.extend(frame.iter().flat_map(|t| tokens(t)).map(str::to_owned));
    paper.names.extend(paper.chapters.iter().flat_map(|c| tokens(&c.heading)).map(str::to_owned));
    Ok(paper)
}

/// Writes the paper as Word document in the styles of `template`, HTML, text and JSON into the folder `out`, and adds its figures to the index
/// below `data_folder`, so that `explain` opens each of them. Returns names and SHA-256 of the
/// files.
///
/// # Errors
/// Where a number has no source, or a folder cannot be written.
pub fn put(
    paper: &Paper,
    e: &Evidence,
    data: &PackData,
    data_folder: &Path,
    template: &Template,
    out: &Path,
) -> Result<Vec<(String, String)>, PackError> {
    let files = paper::files(paper, template)?;
    folder::write(out, &files, Replace::Files)?;
    crate::store::index_figures(data_folder, e, &data.figures, "")?;
    Ok(files.iter().map(|(name, bytes)| (name.clone(), sha256(bytes))).collect())
}
