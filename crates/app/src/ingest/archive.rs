//! Ingests a User's archive of DUIS XML, assembled into exchanges, alerts and payloads.

use super::{
    Ingested, IngestedFile, Request, files, ledger_rows::LedgerLoad, options::rank,
    rejects::Rejects,
};
use crate::{
    context::Context,
    error::{AppError, Result},
    progress::Progress,
};
use northbound_duis::Services;
use northbound_ingest::{
    Reason, Reject, RejectSink,
    duis_archive::{
        self as duis, ArchiveSink, AssembleOptions, Inventory, Orphan, ReadOptions, ThrottledCount,
    },
    source::{hash_file, sha256},
};
use northbound_ledger::{
    RowSink, SinkError, SourceMeta,
    rows::{AlertRow, ExchangeRow, PayloadRow, StatedRow},
};
use northbound_types::Utc;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Name of the layout in the ledger's list of sources.
const LAYOUT: &str = "duis";

/// Which archives to ingest, and what is known of their owner beside the messages.
#[derive(Debug, Clone, Default)]
pub struct ArchiveRequest {
    /// The archives: folders, `.zip`, `.tar.gz` or single files; `map` has to be absent.
    pub files: Request,
    /// CSV of where devices are and what they are.
    pub inventory: Option<PathBuf>,
    /// User Role in which the owner acts; may be empty.
    pub role: String,
    /// Party category of the owner; may be empty.
    pub category: String,
    /// Seconds after which a request without a response counts as timed out; absent, it stays in flight.
    pub timeout: Option<u32>,
    /// The meaning of ThrottledAlertCount.
    pub throttled: ThrottledCount,
}

impl ArchiveRequest {
    /// Nothing but the messages decides how they are read.
    fn is_plain(&self) -> bool {
        self.role.is_empty()
            && self.category.is_empty()
            && self.timeout.is_none()
            && self.throttled == ThrottledCount::Unknown
            && self.inventory.is_none()
    }
}

/// Ingests archives; all of them become one version of the ledger.
///
/// # Errors
/// Where a mapping is given, an archive cannot be read, or the Actor lacks the right.
pub fn ingest(
    ctx: &Context,
    request: &ArchiveRequest,
    progress: &mut Progress,
) -> Result<Ingested> {
    if request.files.map.is_some() {
        return Err(one_layout());
    }
    let services = services(ctx)?;
    let inventory = match &request.inventory {
        Some(p) => {
            Inventory::from_csv(std::fs::File::open(p).map_err(|e| AppError::io("open", p, e))?)?
        }
        None => Inventory::default(),
    };
    let mut load = LedgerLoad::begin(ctx, &request.files)?;
    for path in &request.files.paths {
        let meta = identify(ctx, request, path, progress)?;
        let name = meta.name.clone();
        let options = assemble_options(request, meta.feed.clone(), meta.known);
        load.source(meta, progress, |sink, rejects, progress| {
            progress.tell(&format!("reading {name}"), 0, 1);
            let mut counting = CountingSink {
                sink,
                rejects,
                name: name.clone(),
                rows: 0,
                first: i64::MAX,
                last: i64::MIN,
            };
            let summary = duis::assemble(
                path,
                &ReadOptions { memory: ctx.memory, ..ReadOptions::default() },
                &services,
                &inventory,
                &options,
                &mut counting,
            )?;
            Ok(outcome(&name, &summary, &counting))
        })?;
    }
    load.commit(progress)
}

/// DUIS messages have one layout, so neither a mapping nor a guess of one applies.
#[must_use]
pub fn one_layout() -> AppError {
    AppError::usage("DUIS messages have a fixed layout; --map and --guess are for tables")
}

/// The catalogue of services in force.
fn services(ctx: &Context) -> Result<Services> {
    let rules = ctx.rules()?;
    let file = rules
        .files()
        .iter()
        .find(|f| f.name == "codes/srv_catalogue.csv")
        .ok_or_else(|| AppError::internal("the rules have no catalogue of services"))?;
    Services::from_catalogue(file.text()?)
        .map_err(|e| AppError::input(format!("codes/srv_catalogue.csv: {e}")))
}

fn assemble_options(request: &ArchiveRequest, feed: String, known: Utc) -> AssembleOptions {
    let mut o = AssembleOptions::new(&feed, known);
    o.role.clone_from(&request.role);
    o.party_category.clone_from(&request.category);
    o.timeout = request.timeout.map(|s| i64::from(s) * 1_000_000);
    o.throttled = request.throttled;
    o
}

/// The identity of an archive: the hash of a file, or of the names and hashes of a folder's files. How
/// it is read is part of it, as a mapping is for tables.
fn identify(
    ctx: &Context,
    request: &ArchiveRequest,
    path: &Path,
    progress: &mut Progress,
) -> Result<SourceMeta> {
    let name = path
        .file_name()
        .map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned());
    let meta = std::fs::metadata(path).map_err(|e| AppError::io("read", path, e))?;
    let mut tell = |p: northbound_ingest::Progress<'_>| {
        progress.tell(&format!("hashing {}", p.file), p.done, p.total)
    };
    let (hash, bytes) = if meta.is_dir() {
        let mut lines = String::new();
        let mut bytes = 0;
        for f in files::expand(&[path.to_owned()])?.files {
            if std::fs::metadata(&f).is_ok_and(|m| m.len() == 0) {
                continue;
            }
            let (hash, n) = hash_file(&f, &mut tell)?;
            let below = f.strip_prefix(path).unwrap_or(&f).display().to_string().replace('\\', "/");
            lines.push_str(&format!("{hash} {below}\n"));
            bytes += n;
        }
        (sha256(lines.as_bytes()), bytes)
    } else {
        hash_file(path, &mut tell)?
    };
    let how = format!(
        "{:?} {:?} {} {:?} {:?}",
        request.role,
        request.category,
        request.timeout.map_or(-1, i64::from),
        request.throttled,
        request.inventory.as_ref().map(|p| hash_file(p, &mut |_| {})).transpose()?
    );
    Ok(SourceMeta {
        name,
        sha256: hash,
        bytes,
        layout: LAYOUT.to_owned(),
        mapping: if request.is_plain() { String::new() } else { sha256(how.as_bytes()) },
        feed: request.files.feed.clone().unwrap_or_else(|| "import".to_owned()),
        rank: rank(ctx, &request.files)?,
        corrects: request.files.corrects.clone(),
        known: request.files.known.unwrap_or(ctx.now),
        by: ctx.actor.to_string(),
    })
}

/// Passes rows to the ledger and rejects to their file, and counts the rows.
struct CountingSink<'s> {
    sink: &'s mut dyn RowSink,
    rejects: &'s mut Rejects,
    name: String,
    rows: u64,
    first: i64,
    last: i64,
}

impl CountingSink<'_> {
    fn count(&mut self, received: i64) {
        self.rows += 1;
        self.first = self.first.min(received);
        self.last = self.last.max(received);
    }
}

type SinkResult = std::result::Result<(), SinkError>;

impl RowSink for CountingSink<'_> {
    fn exchange(&mut self, r: &ExchangeRow<'_>) -> SinkResult {
        self.count(r.received);
        self.sink.exchange(r)
    }
    fn alert(&mut self, r: &AlertRow<'_>) -> SinkResult {
        self.count(r.received);
        self.sink.alert(r)
    }
    fn payload(&mut self, r: &PayloadRow<'_>) -> SinkResult {
        self.count(r.received);
        self.sink.payload(r)
    }
    fn stated(&mut self, r: &StatedRow) -> SinkResult {
        self.sink.stated(r)
    }
}

impl ArchiveSink for CountingSink<'_> {
    fn reject(&mut self, r: &duis::Reject) -> SinkResult {
        let line = i64::try_from(r.offset).unwrap_or(i64::MAX);
        self.rejects.reject(&Reject {
            file: format!("{}/{}", self.name, r.name),
            line,
            column: r.code.clone(),
            reason: Reason::Contradiction,
            why: r.reason.clone(),
            value: String::new(),
            raw: String::new(),
        })
    }
    fn orphan(&mut self, o: &Orphan) -> SinkResult {
        let id = o.request.or(o.response).map(|i| i.to_string()).unwrap_or_default();
        self.rejects.reject(&Reject {
            file: self.name.clone(),
            line: o.place,
            column: "orphan".to_owned(),
            reason: Reason::Contradiction,
            value: id,
            raw: String::new(),
            why: format!(
                "a response ({} {} at {}) whose request is not in the archive or already has one",
                o.srv, o.code, o.at
            ),
        })
    }
}

fn outcome(name: &str, s: &duis::Summary, counting: &CountingSink<'_>) -> IngestedFile {
    let mut notes = vec![format!(
        "{} messages in {} files: {} requests, {} runs of schedules, {} alerts ({} closing), {} payloads; {} repeats counted once.",
        s.read.messages,
        s.read.files,
        s.requests,
        s.runs,
        s.alerts,
        s.closing,
        s.payloads,
        s.repeats
    )];
    if !s.time_basis.is_empty() {
        let basis: Vec<String> = s.time_basis.iter().map(|(b, n)| format!("{n} by {b}")).collect();
        notes.push(format!("the time of a request is taken from: {}.", basis.join(", ")));
    }
    if s.throttled_copies > 0 {
        notes.push(format!(
            "{} alerts carry a ThrottledAlertCount, the meaning of which is not published (--throttled).",
            s.throttled_copies
        ));
    }
    if s.orphans > 0 {
        notes.push(format!(
            "{} responses have no request in the archive; they are among the rejects.",
            s.orphans
        ));
    }
    let seen = counting.rows > 0;
    IngestedFile {
        file: name.to_owned(),
        layout: LAYOUT.to_owned(),
        read: s.read.messages + s.read.rejects,
        accepted: counting.rows,
        rejected: counting.rejects.count.saturating_sub(s.orphans),
        by_reason: json!({}),
        flags: json!({"region-unknown": s.unknown_region}),
        first: seen.then_some(Utc(counting.first)),
        last: seen.then_some(Utc(counting.last)),
        notes,
        ..IngestedFile::default()
    }
}
