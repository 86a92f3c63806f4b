//! One function for each kind of input.

use crate::{
    alert::{Alerts, Payloads},
    csv_reader,
    error::IngestError,
    exchange::Exchanges,
    forecast::{Forecasts, Volumes},
    incident::{IncidentRow, Incidents, changes_of},
    layout::Layout,
    mapping::Mapping,
    migration::Migrations,
    ndjson,
    options::Options,
    parquet_reader,
    register::{Hubs, Population, RegisterSink, Services},
    rejects::RejectSink,
    session::{Load, Session},
    sheet,
    source::{self, Format, SourceMeta},
    stated::Figures,
    summary::{FileSummary, Progress, Summary},
};
use northbound_ledger::sink::RowSink;
use std::path::{Path, PathBuf};

/// What every input shares: options, rejects, progress.
struct Run<'r> {
    options: &'r Options,
    rejects: &'r mut dyn RejectSink,
    progress: &'r mut dyn FnMut(Progress<'_>),
}

/// Message records, and alerts where a file's header is that of the alerts layout. CSV, NDJSON or
/// Parquet, recognised by content; text also in gzip.
///
/// Rows reach the sink as they are read, so the sink should keep them back until this returns `Ok`.
/// A file whose bytes are in `options.already`, or that was read before in the same call, is skipped.
///
/// # Errors
/// When a file cannot be used at all, or a sink refuses. Bad rows are rejects, never errors.
pub fn messages(
    paths: &[PathBuf],
    options: &Options,
    sink: &mut dyn RowSink,
    rejects: &mut dyn RejectSink,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Summary, IngestError> {
    let mut run = Run { options, rejects, progress };
    run.all(
        paths,
        |path| layout_of(path, options),
        |run, meta| match meta.layout {
            Layout::Alerts => run.file(meta, &mut Alerts { sink: &mut *sink }),
            Layout::Payloads => run.file(meta, &mut Payloads { sink: &mut *sink }),
            Layout::Messages => run.file(meta, &mut Exchanges { sink: &mut *sink }),
            stated => Err(IngestError::Header {
                path: meta.path.clone(),
                why: format!(
                    "the mapping is for {stated}, but the file is read as messages: ingest it as {stated}"
                ),
            }),
        },
    )
}

/// Firmware payloads by device: CSV, NDJSON or Parquet.
///
/// # Errors
/// As [`messages`].
pub fn payloads(
    paths: &[PathBuf],
    options: &Options,
    sink: &mut dyn RowSink,
    rejects: &mut dyn RejectSink,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Summary, IngestError> {
    let mut run = Run { options, rejects, progress };
    run.all(
        paths,
        |_| Ok(Layout::Payloads),
        |run, meta| run.file(meta, &mut Payloads { sink: &mut *sink }),
    )
}

/// Stated figures: CSV or a spreadsheet (also NDJSON or Parquet).
///
/// # Errors
/// As [`messages`].
pub fn figures(
    paths: &[PathBuf],
    options: &Options,
    sink: &mut dyn RowSink,
    rejects: &mut dyn RejectSink,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Summary, IngestError> {
    let mut run = Run { options, rejects, progress };
    run.all(
        paths,
        |_| Ok(Layout::Figures),
        |run, meta| run.file(meta, &mut Figures { sink: &mut *sink }),
    )
}

/// Down times and planned maintenance: CSV or a spreadsheet.
///
/// # Errors
/// As [`messages`].
pub fn services(
    paths: &[PathBuf],
    options: &Options,
    sink: &mut dyn RegisterSink,
    rejects: &mut dyn RejectSink,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Summary, IngestError> {
    let mut run = Run { options, rejects, progress };
    run.all(
        paths,
        |_| Ok(Layout::Services),
        |run, meta| run.file(meta, &mut Services { sink: &mut *sink }),
    )
}

/// Devices by day: CSV or a spreadsheet.
///
/// # Errors
/// As [`messages`].
pub fn population(
    paths: &[PathBuf],
    options: &Options,
    sink: &mut dyn RegisterSink,
    rejects: &mut dyn RejectSink,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Summary, IngestError> {
    let mut run = Run { options, rejects, progress };
    run.all(
        paths,
        |_| Ok(Layout::Population),
        |run, meta| run.file(meta, &mut Population { sink: &mut *sink }),
    )
}

/// Hub installs: CSV or a spreadsheet.
///
/// # Errors
/// As [`messages`].
pub fn hubs(
    paths: &[PathBuf],
    options: &Options,
    sink: &mut dyn RegisterSink,
    rejects: &mut dyn RejectSink,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Summary, IngestError> {
    let mut run = Run { options, rejects, progress };
    run.all(paths, |_| Ok(Layout::Hubs), |run, meta| run.file(meta, &mut Hubs { sink: &mut *sink }))
}

/// SMETS1 migrations by week: CSV or a spreadsheet.
///
/// # Errors
/// As [`messages`].
pub fn migrations(
    paths: &[PathBuf],
    options: &Options,
    sink: &mut dyn RegisterSink,
    rejects: &mut dyn RejectSink,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Summary, IngestError> {
    let mut run = Run { options, rejects, progress };
    run.all(
        paths,
        |_| Ok(Layout::Migrations),
        |run, meta| run.file(meta, &mut Migrations { sink: &mut *sink, source: &options.source }),
    )
}

/// Forecasts of traffic: CSV or a spreadsheet.
///
/// # Errors
/// As [`messages`].
pub fn forecasts(
    paths: &[PathBuf],
    options: &Options,
    sink: &mut dyn RegisterSink,
    rejects: &mut dyn RejectSink,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Summary, IngestError> {
    let mut run = Run { options, rejects, progress };
    run.all(
        paths,
        |_| Ok(Layout::Forecasts),
        |run, meta| run.file(meta, &mut Forecasts { sink: &mut *sink }),
    )
}

/// Counts of traffic stated by another party: CSV or a spreadsheet.
///
/// # Errors
/// As [`messages`].
pub fn volumes(
    paths: &[PathBuf],
    options: &Options,
    sink: &mut dyn RegisterSink,
    rejects: &mut dyn RejectSink,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Summary, IngestError> {
    let mut run = Run { options, rejects, progress };
    run.all(
        paths,
        |_| Ok(Layout::Volumes),
        |run, meta| run.file(meta, &mut Volumes { sink: &mut *sink }),
    )
}

/// Events of incidents, many rows an incident: CSV or a spreadsheet. The rows are few and are held in
/// `rows`, in the order of the files.
///
/// # Errors
/// As [`messages`].
pub fn incidents(
    paths: &[PathBuf],
    options: &Options,
    rows: &mut Vec<IncidentRow>,
    rejects: &mut dyn RejectSink,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Summary, IngestError> {
    let mut run = Run { options, rejects, progress };
    let summary = run.all(
        paths,
        |_| Ok(Layout::Incidents),
        |run, meta| run.file(meta, &mut Incidents { rows: &mut *rows }),
    )?;
    if options.mapping.as_ref().is_some_and(|m| m.snapshots) {
        changes_of(rows);
    }
    Ok(summary)
}

/// The identity of a file, without reading its rows. To hash a file once, pass the result to
/// [`Options::with_identity`] and read the rows with those options: a file in `options.hashed` is not
/// hashed again.
///
/// # Errors
/// When the file cannot be read or is empty.
pub fn identify(
    path: &Path,
    layout: Layout,
    options: &Options,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<SourceMeta, IngestError> {
    let (sha256, bytes) = match options.hashed.get(path) {
        Some(known) => known.clone(),
        None => source::hash_file(path, progress)?,
    };
    Ok(SourceMeta {
        path: path.to_owned(),
        name: source::name_of(path),
        sha256,
        bytes,
        layout,
        mapping: options.mapping.as_ref().map(|m| m.sha256.clone()).unwrap_or_default(),
        feed: options.feed.clone(),
        known: options.known,
        rank: options.rank,
        corrects: options.corrects.clone(),
    })
}

/// Messages, alerts or payloads: as the caller or the mapping says, else by the columns that only
/// one of the layouts has.
///
/// # Errors
/// When the file cannot be read.
pub fn layout_of(path: &Path, options: &Options) -> Result<Layout, IngestError> {
    let mapping = options.mapping.as_ref();
    if let Some(layout) = options.layout.or(mapping.and_then(|m| m.layout)) {
        return Ok(layout);
    }
    let mut names = header_of(path, mapping)?;
    // A mapped canonical column is as good as one in the file.
    if let Some(m) = mapping {
        names.extend(m.columns.keys().chain(m.constants.keys()).cloned());
    }
    let has = |name: &str| names.iter().any(|n| n.trim().eq_ignore_ascii_case(name));
    Ok(if has("request_id") || (has("originator") && has("target")) {
        Layout::Messages
    } else if has("recipient") && has("device") {
        Layout::Alerts
    } else if has("originator") && has("device") {
        Layout::Payloads
    } else {
        Layout::Messages
    })
}

/// The names in a file's header; for NDJSON the keys of its first object.
pub(crate) fn header_of(
    path: &Path,
    mapping: Option<&Mapping>,
) -> Result<Vec<String>, IngestError> {
    let usual = Mapping::default();
    let m = mapping.unwrap_or(&usual);
    match source::format_of(path)? {
        Format::Parquet => parquet_reader::names(path),
        Format::Ndjson => Ok(ndjson::sample(path, 1)?
            .first()
            .map(|o| o.keys().cloned().collect())
            .unwrap_or_default()),
        Format::Workbook => Ok(sheet::load(path, m.sheet.as_deref())?
            .rows()
            .find(|(n, _)| *n >= m.header_row as i64)
            .map(|r| r.1)
            .unwrap_or_default()),
        Format::Csv => {
            let from = source::open_text(path, m.encoding, &source::Done::default())?;
            let delimiter = csv_reader::delimiter(path, m.delimiter);
            csv_reader::header_of(from, path, delimiter, m.header_row)
        }
    }
}

impl Run<'_> {
    fn all(
        &mut self,
        paths: &[PathBuf],
        layout: impl Fn(&Path) -> Result<Layout, IngestError>,
        mut one: impl FnMut(&mut Self, &SourceMeta) -> Result<FileSummary, IngestError>,
    ) -> Result<Summary, IngestError> {
        let mut summary = Summary::default();
        for path in paths {
            // The hash comes first: it also finds empty files, before the kind of a file is looked at.
            let mut meta = identify(path, Layout::Messages, self.options, self.progress)?;
            meta.layout = layout(path)?;
            let known = self.options.already.contains(&meta.sha256)
                || summary.files.iter().any(|f| f.source.sha256 == meta.sha256);
            summary.files.push(if known { FileSummary::already(meta) } else { one(self, &meta)? });
        }
        Ok(summary)
    }

    fn file<L: Load>(
        &mut self,
        meta: &SourceMeta,
        loader: &mut L,
    ) -> Result<FileSummary, IngestError> {
        let usual = Mapping::default();
        let mapping = self.options.mapping.as_ref().unwrap_or(&usual);
        if let Some(stated) = mapping.layout.filter(|l| *l != meta.layout) {
            return Err(mapping.error(
                "layout",
                format!("the mapping is for {stated}, but the file is read as {}", meta.layout),
            ));
        }
        let mut session = Session::new(meta, self.options, mapping, self.rejects, self.progress);
        match source::format_of(&meta.path)? {
            Format::Csv => csv_reader::read(&mut session, loader)?,
            Format::Ndjson => ndjson::read(&mut session, loader)?,
            Format::Parquet => parquet_reader::read(&mut session, loader)?,
            Format::Workbook => sheet::read(&mut session, loader)?,
        }
        session.finish()
    }
}
