//! What agenda, minutes and papers have in common: the meeting that they are of, and their files.

use crate::{Answer, Context, Result, Table, word};
use northbound_documents::{
    meeting::{self, MeetingDocument},
    render::{Replace, folder},
};
use northbound_minutes::compose::About;
use northbound_types::Day;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// The meeting that a document is of.
#[derive(Debug, Clone)]
pub struct Of {
    /// Id of the series, such as `opsg-reporting`.
    pub series: String,
    /// The meeting in its series, such as `33xx`.
    pub meeting: String,
    /// Day on which it is held.
    pub date: Day,
    /// The body that meets; the first word of the series where absent.
    pub body: Option<String>,
    /// Title of the series in words; made of its id where absent.
    pub title: Option<String>,
    /// Handling marking, as printed; may be empty.
    pub marking: String,
    /// State of the document, as printed.
    pub status: String,
}

impl Of {
    /// The meeting, with what follows from the series' id where it was not given.
    #[must_use]
    pub fn about(&self) -> About {
        let (first, rest) = self.series.split_once('-').unwrap_or((&self.series, ""));
        let body = self.body.clone().unwrap_or_else(|| first.to_uppercase());
        let kind = rest.replace('-', " ");
        let title = self.title.clone().unwrap_or_else(|| {
            [body.as_str(), kind.as_str(), "meeting"]
                .into_iter()
                .filter(|w| !w.is_empty())
                .collect::<Vec<_>>()
                .join(" ")
        });
        About {
            series: self.series.clone(),
            title,
            body,
            meeting: self.meeting.to_lowercase(),
            date: self.date,
            marking: self.marking.clone(),
            status: self.status.clone(),
        }
    }
}

/// SHA-256 in lower-case hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

/// Writes the document in all formats into a folder. On a dry run nothing is written.
pub(crate) fn put(
    ctx: &Context,
    document: &MeetingDocument,
    stem: &str,
    template: Option<&Path>,
    out: &Path,
) -> Result<(Vec<(String, String)>, Table)> {
    let files = meeting::files(document, stem, &word::template(template)?)?;
    write(ctx, &files, out)
}

/// Writes files into a folder, and lists them with their hashes.
pub(crate) fn write(
    ctx: &Context,
    files: &[(String, Vec<u8>)],
    out: &Path,
) -> Result<(Vec<(String, String)>, Table)> {
    if !ctx.dry_run {
        folder::write(out, files, Replace::Files)?;
    }
    let hashes: Vec<(String, String)> =
        files.iter().map(|(name, bytes)| (name.clone(), sha256(bytes))).collect();
    let mut table = Table::new("Files", &["file", "sha-256"]);
    for (name, hash) in &hashes {
        table.row([name.clone(), hash.clone()]);
    }
    Ok((hashes, table))
}

/// The answer of a command that wrote documents of a meeting.
pub(crate) fn answer(
    ctx: &Context,
    what: &str,
    written: (Vec<(String, String)>, Table),
    out: &Path,
    json: serde_json::Value,
) -> Answer {
    let (hashes, table) = written;
    let files: Vec<_> = hashes.iter().map(|(n, h)| json!({"name": n, "sha256": h})).collect();
    let mut json = json;
    json["files"] = json!(files);
    json["folder"] = json!(out.display().to_string());
    let did = if ctx.dry_run { "Would write" } else { "Wrote" };
    Answer::new(json).say(format!("{did} {what} into {}.", out.display())).table(table)
}

/// A path and its bytes, where it is a file of at most [`crate::input::MAX_FILE`].
pub(crate) fn read(path: &Path) -> Result<(PathBuf, Vec<u8>)> {
    Ok((path.to_owned(), crate::input::bytes(path, crate::input::MAX_FILE)?))
}
