//! Ingests files: each file once, with a file of its rejected rows beside it.
//!
//! Messages, alerts, payloads and stated figures go to the ledger; all files of one call become one
//! version. Everything else goes to the registers, one transaction a file.

pub mod archive;
mod collisions;
mod document_versions;
mod files;
mod ledger_rows;
mod options;
mod outcome;
mod register_rows;
pub mod rejects;
pub mod sources;
mod unplaced;

pub use files::{Expanded, expand};
pub use northbound_ingest::{Layout, duis_archive::ThrottledCount};
pub use outcome::{Ingested, IngestedFile};

use crate::{
    answer::Answer,
    context::Context,
    error::{AppError, Result},
    progress::Progress,
};
use northbound_types::Utc;
use std::path::PathBuf;

/// Which files to ingest, and how their rows are to be read.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Files, or folders of which every file is ingested.
    pub paths: Vec<PathBuf>,
    /// A mapping from the files' columns to the documented ones.
    pub map: Option<PathBuf>,
    /// Feed of rows that name none; `import` where it is absent.
    pub feed: Option<String>,
    /// Where two records contradict each other, the one with the lower rank counts. Absent: the rank
    /// of the registered feed, else 100.
    pub rank: Option<i64>,
    /// When the source first stated its rows, where they do not say; the present where it is absent.
    pub known: Option<Utc>,
    /// Names or SHA-256 of the files that these correct.
    pub corrects: Vec<String>,
    /// Who states the figures that name no source; `stated` where it is absent.
    pub source: Option<String>,
    /// IANA name of the zone of times without an offset.
    pub zone: Option<String>,
    /// Folder for rejected rows; `rejects` in the data folder where it is absent.
    pub rejects: Option<PathBuf>,
    /// Read on where most of the first rows are rejected.
    pub allow_mostly_bad: bool,
}

impl Request {
    /// One file, with the defaults for everything else.
    #[must_use]
    pub fn file(path: PathBuf) -> Request {
        Request { paths: vec![path], ..Request::default() }
    }

    fn rejects_folder(&self, ctx: &Context) -> PathBuf {
        self.rejects.clone().unwrap_or_else(|| ctx.data.join("rejects"))
    }
}

/// Ingests files of one layout. On a dry run they are read and checked, and nothing is stored.
///
/// # Errors
/// Where a file cannot be read, none of its rows is accepted, or the Actor lacks the right.
pub fn ingest(
    ctx: &Context,
    request: &Request,
    layout: Layout,
    progress: &mut Progress,
) -> Result<Ingested> {
    match layout {
        Layout::Services
        | Layout::Population
        | Layout::Hubs
        | Layout::Migrations
        | Layout::Forecasts
        | Layout::Volumes
        | Layout::Incidents => register_rows::ingest(ctx, request, layout, progress),
        _ => ledger_rows::ingest(ctx, request, layout, progress),
    }
}

/// Proposes a mapping for one file, as the text of a mapping file.
///
/// # Errors
/// Where the request names several files, or the file cannot be read.
pub fn guess_mapping(request: &Request, layout: Layout) -> Result<Answer> {
    let [path] = request.paths.as_slice() else {
        return Err(AppError::usage("--guess reads one file at a time; name one"));
    };
    let guessed =
        northbound_ingest::guess::guess(path, (layout != Layout::Messages).then_some(layout))?;
    Ok(Answer::raw(guessed.toml))
}
