//! The papers of an agenda, collected in its order.

use super::{known, read};
use crate::{Answer, AppError, Context, Result, Table, input, meeting_files, registers, word};
use northbound_documents::meeting;
use northbound_minutes::agenda::{self, Row};
use northbound_registers::{Query, records::oversight::documents::Document};
use serde_json::json;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// Most files of a folder with papers.
const MAX_FILES: usize = 1_000;

/// Copies the papers in the order of the agenda into one folder, with one table of contents as DOCX, PDF,
/// HTML and text. Files are found by name (the id of the document) in `from`.
///
/// # Errors
/// Where the agenda or a paper cannot be read, or a paper is another file than the one that is registered.
pub fn papers(ctx: &Context, file: &Path, from: &Path, out: &Path) -> Result<Answer> {
    let agenda = read(file)?;
    let rows = agenda::rows(&agenda, &known(ctx)?);
    let found = listing(from)?;
    let registered: BTreeMap<String, String> = registers::list::<Document>(ctx, &Query::default())?
        .into_iter()
        .map(|k| (k.id, k.record.sha256))
        .collect();
    let (mut files, mut names) = (Vec::new(), Vec::new());
    for (n, row) in rows.iter().enumerate() {
        let Some(path) = found.get(&row.document.to_lowercase()) else {
            names.push(String::new());
            continue;
        };
        let bytes = input::bytes(path, input::MAX_FILE)?;
        let hash = registered.get(&row.document).filter(|h| !h.is_empty());
        if hash.is_some_and(|h| *h != meeting_files::sha256(&bytes)) {
            return Err(AppError::refused(format!(
                "{}: not the file that is registered as {}; register the new version first, or remove the file",
                path.display(),
                row.document
            )));
        }
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let name = format!("{:02}-{:02}-{name}", row.item, n + 1);
        names.push(name.clone());
        files.push((name, bytes));
    }
    let contents = agenda::contents(&agenda, &rows, &names, agenda.about.date.start());
    files.extend(meeting::files(&contents, "00-contents", &word::template(None)?)?);
    let written = meeting_files::write(ctx, &files, out)?;
    Ok(answered(ctx, &agenda.about.reference(), &rows, &names, written, out))
}

fn answered(
    ctx: &Context,
    meeting: &str,
    rows: &[Row],
    names: &[String],
    written: (Vec<(String, String)>, Table),
    out: &Path,
) -> Answer {
    let mut t = Table::new("Papers", &["item", "title", "paper", "came", "remark", "file"]);
    for (r, name) in rows.iter().zip(names) {
        let came = r.arrived.map_or_else(String::new, |d| d.to_string());
        t.row([
            r.item.to_string(),
            r.title.clone(),
            r.document.clone(),
            came,
            r.remark.clone(),
            name.clone(),
        ]);
    }
    let papers: Vec<_> = rows
        .iter()
        .zip(names)
        .map(|(r, name)| {
            let mut one = json!(r);
            one["file"] = json!(name);
            one
        })
        .collect();
    let json = json!({"meeting": meeting, "papers": papers});
    let what = format!("the papers of {meeting}");
    meeting_files::answer(ctx, &what, written, out, json).table(t).built(out)
}

/// Files of a folder by their name before the dot, in lower case.
fn listing(from: &Path) -> Result<BTreeMap<String, PathBuf>> {
    let io = |e| AppError::io("read", from, e);
    let mut out = BTreeMap::new();
    for entry in fs::read_dir(from).map_err(io)? {
        let path = entry.map_err(io)?.path();
        let Some(stem) = path.file_stem().map(|s| s.to_string_lossy().to_lowercase()) else {
            continue;
        };
        if !path.is_file() {
            continue;
        }
        if out.len() == MAX_FILES {
            return Err(AppError::input(format!(
                "{}: more than {MAX_FILES} files; put the papers of one meeting into a folder of their own",
                from.display()
            )));
        }
        if let Some(other) = out.insert(stem, path.clone()) {
            return Err(AppError::input(format!(
                "{} and {} have one name; leave one of them",
                other.display(),
                path.display()
            )));
        }
    }
    Ok(out)
}
