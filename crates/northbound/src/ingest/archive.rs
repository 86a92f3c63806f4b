//! `ingest duis`: a User's archive, put together into exchanges, alerts and payloads.

use super::{DuisArgs, Ingested, Taken, Throttled, rejects::Rejects, rows::Loading};
use crate::{
    context::Ctx,
    error::{CliError, Kind, Result},
    progress::Progress,
};
use northbound_duis::Services;
use northbound_ingest::{
    Reason, Reject, RejectSink,
    duis_archive::{
        self as duis, ArchiveError, ArchiveSink, AssembleOptions, Inventory, Orphan, ReadOptions,
        ThrottledCount,
    },
    source::{hash_file, sha256},
};
use northbound_ledger::{
    RowSink, SinkError, SourceMeta,
    rows::{AlertRow, ExchangeRow, PayloadRow, StatedRow},
};
use northbound_types::Utc;
use serde_json::json;
use std::path::Path;

/// Name of the layout in the ledger's list of sources.
const LAYOUT: &str = "duis";

pub(crate) fn take(args: &DuisArgs, ctx: &Ctx, progress: &mut Progress) -> Result<Ingested> {
    if args.file.map.is_some() || args.file.guess {
        return Err(CliError::usage(
            "DUIS messages have one layout; --map and --guess are for tables",
        ));
    }
    let services = services(ctx)?;
    let inventory = match &args.inventory {
        Some(p) => {
            Inventory::from_csv(std::fs::File::open(p).map_err(|e| CliError::io("open", p, e))?)
                .map_err(|e| bad(&e))?
        }
        None => Inventory::default(),
    };
    let mut load = Loading::begin(&args.file, ctx)?;
    for path in &args.file.paths {
        let meta = identify(path, args, ctx, progress)?;
        let name = meta.name.clone();
        let options = assemble_options(args, meta.feed.clone(), meta.known);
        load.source(meta, progress, |sink, rejects, progress| {
            progress.tell(&format!("reading {name}"), 0, 1);
            let mut both = Both {
                sink,
                rejects,
                name: name.clone(),
                rows: 0,
                first: i64::MAX,
                last: i64::MIN,
            };
            let summary = duis::assemble(
                path,
                &ReadOptions::default(),
                &services,
                &inventory,
                &options,
                &mut both,
            )
            .map_err(|e| bad(&e))?;
            Ok(taken(&name, &summary, &both))
        })?;
    }
    load.commit(progress)
}

fn bad(e: &ArchiveError) -> CliError {
    let exit = match e {
        ArchiveError::Spill { .. } | ArchiveError::SpillContent { .. } | ArchiveError::Sink(_) => {
            Kind::Internal
        }
        _ => Kind::BadInput,
    };
    CliError::new(exit, "ingest.archive", e.to_string())
}

/// The catalogue of services in force.
fn services(ctx: &Ctx) -> Result<Services> {
    let rules = ctx.rules()?;
    let file = rules
        .files()
        .iter()
        .find(|f| f.name == "codes/srv_catalogue.csv")
        .ok_or_else(|| CliError::internal("the rules have no catalogue of services"))?;
    Services::from_catalogue(file.text()?)
        .map_err(|e| CliError::input(format!("codes/srv_catalogue.csv: {e}")))
}

fn assemble_options(args: &DuisArgs, feed: String, known: Utc) -> AssembleOptions {
    let mut o = AssembleOptions::new(&feed, known.0);
    o.role.clone_from(&args.role);
    o.party_category.clone_from(&args.category);
    o.timeout = args.timeout.map(|s| i64::from(s) * 1_000_000);
    o.throttled = match args.throttled {
        Throttled::Unknown => ThrottledCount::Unknown,
        Throttled::Beside => ThrottledCount::Beside,
        Throttled::Including => ThrottledCount::Including,
    };
    o
}

/// An archive's identity: the hash of a file, or over the names and hashes of a folder's files. How
/// it is read is part of it, as a mapping is for tables.
fn identify(
    path: &Path,
    args: &DuisArgs,
    ctx: &Ctx,
    progress: &mut Progress,
) -> Result<SourceMeta> {
    let name = path
        .file_name()
        .map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned());
    let meta = std::fs::metadata(path).map_err(|e| CliError::io("read", path, e))?;
    let mut tell = |p: northbound_ingest::Progress<'_>| {
        progress.tell(&format!("hashing {}", p.file), p.done, p.total)
    };
    let (hash, bytes) = if meta.is_dir() {
        let mut lines = String::new();
        let mut bytes = 0;
        for f in super::files(&[path.to_owned()])? {
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
        args.role,
        args.category,
        args.timeout.map_or(-1, i64::from),
        args.throttled,
        args.inventory.as_ref().map(|p| hash_file(p, &mut |_| {})).transpose()?
    );
    let plain = args.role.is_empty()
        && args.category.is_empty()
        && args.timeout.is_none()
        && args.throttled == Throttled::Unknown
        && args.inventory.is_none();
    Ok(SourceMeta {
        name,
        sha256: hash,
        bytes,
        layout: LAYOUT.to_owned(),
        mapping: if plain { String::new() } else { sha256(how.as_bytes()) },
        feed: args.file.feed.clone().unwrap_or_else(|| "import".to_owned()),
        rank: super::rank(&args.file, ctx)?,
        corrects: args.file.corrects.clone(),
        known: args.file.known.unwrap_or(ctx.now),
        by: ctx.actor.to_string(),
    })
}

/// Rows to the ledger, rejects to their file.
struct Both<'s> {
    sink: &'s mut dyn RowSink,
    rejects: &'s mut Rejects,
    name: String,
    rows: u64,
    first: i64,
    last: i64,
}

impl Both<'_> {
    fn saw(&mut self, received: i64) {
        self.rows += 1;
        self.first = self.first.min(received);
        self.last = self.last.max(received);
    }
}

type Sunk = std::result::Result<(), SinkError>;

impl RowSink for Both<'_> {
    fn exchange(&mut self, r: &ExchangeRow<'_>) -> Sunk {
        self.saw(r.received);
        self.sink.exchange(r)
    }
    fn alert(&mut self, r: &AlertRow<'_>) -> Sunk {
        self.saw(r.received);
        self.sink.alert(r)
    }
    fn payload(&mut self, r: &PayloadRow<'_>) -> Sunk {
        self.saw(r.received);
        self.sink.payload(r)
    }
    fn stated(&mut self, r: &StatedRow) -> Sunk {
        self.sink.stated(r)
    }
}

impl ArchiveSink for Both<'_> {
    fn reject(&mut self, r: &duis::Reject) -> Sunk {
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
    fn orphan(&mut self, o: &Orphan) -> Sunk {
        let id = o.request.or(o.response).map(|i| i.to_string()).unwrap_or_default();
        self.rejects.reject(&Reject {
            file: self.name.clone(), line: o.place, column: "orphan".to_owned(), reason: Reason::Contradiction, value: id, raw: String::new(),
            why: format!("an answer ({} {} at {}) whose request is not in the archive, or is answered already", o.srv, o.code, Utc(o.at)),
        })
    }
}

fn taken(name: &str, s: &duis::Summary, both: &Both<'_>) -> Taken {
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
        notes.push(format!("the time of a request stands on: {}.", basis.join(", ")));
    }
    if s.throttled_copies > 0 {
        notes.push(format!(
            "{} alerts carry a ThrottledAlertCount, whose meaning is not published (--throttled).",
            s.throttled_copies
        ));
    }
    if s.orphans > 0 {
        notes.push(format!(
            "{} answers have no request in the archive; they stand among the rejects.",
            s.orphans
        ));
    }
    let seen = both.rows > 0;
    Taken {
        file: name.to_owned(),
        layout: LAYOUT.to_owned(),
        read: s.read.messages + s.read.rejects,
        accepted: both.rows,
        rejected: both.rejects.count.saturating_sub(s.orphans),
        by_reason: json!({}),
        flags: json!({"region-unknown": s.unknown_region}),
        first: seen.then_some(Utc(both.first)),
        last: seen.then_some(Utc(both.last)),
        notes,
        ..Taken::default()
    }
}
