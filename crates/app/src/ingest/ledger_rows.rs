//! Rows that go to the ledger: messages, alerts, payloads, stated figures. All files of a call
//! become one version, or none does.

use super::{
    Ingested, IngestedFile, Request, document_versions, files, options::options, outcome::signed,
    rejects::Rejects, unplaced::StatedRowCheck,
};
use crate::{
    context::Context,
    error::{AppError, Kind, Result},
    ledger::registers_at,
    progress::Progress,
};
use northbound_ingest::{self as reader, Layout, Options, Phase};
use northbound_ledger::{
    Begun, LedgerError, RowSink, SinkError, SourceMeta, Tx,
    rows::{AlertRow, ExchangeRow, PayloadRow, StatedRow},
};
use northbound_registers::{
    Begun as BegunImport, Store, gate::Write, records::data::sources::SourceFile,
};
use std::path::Path;

/// Discards rows: the sink of a dry run.
struct DiscardRows;
impl RowSink for DiscardRows {
    fn exchange(&mut self, _: &ExchangeRow<'_>) -> std::result::Result<(), SinkError> {
        Ok(())
    }
    fn alert(&mut self, _: &AlertRow<'_>) -> std::result::Result<(), SinkError> {
        Ok(())
    }
    fn payload(&mut self, _: &PayloadRow<'_>) -> std::result::Result<(), SinkError> {
        Ok(())
    }
    fn stated(&mut self, _: &StatedRow) -> std::result::Result<(), SinkError> {
        Ok(())
    }
}

pub(super) fn ingest(
    ctx: &Context,
    request: &Request,
    layout: Layout,
    progress: &mut Progress,
) -> Result<Ingested> {
    let found = files::expand(&request.paths)?;
    let options = options(ctx, request, layout)?;
    let mut load = LedgerLoad::begin(ctx, request)?;
    for path in &found.files {
        load.file(path, layout, &options, progress)?;
    }
    Ok(load.commit(progress)?.with_left_out(&found))
}

/// What rows that contradict others of the same identity mean, in a sentence.
fn contradictions(file: &IngestedFile, corrects: bool) -> Option<String> {
    let effect = match file.layout.as_str() {
        "figures" if !corrects => {
            "state another value than a row of the same measure, keys and document, so that the figure is disputed"
        }
        _ => "contradict or correct a row of the same identity",
    };
    let (n, id) = (file.collisions, &file.id);
    (n > 0).then(|| {
        format!("rows that {effect}: {n}; `northbound ingest show {id} --collisions` lists both.")
    })
}

/// A transaction of the ledger with the registers' record of each file.
pub(super) struct LedgerLoad<'a> {
    ctx: &'a Context,
    request: &'a Request,
    store: Store,
    tx: Option<Tx>,
    done: Vec<(IngestedFile, SourceMeta)>,
}

impl<'a> LedgerLoad<'a> {
    pub(super) fn begin(ctx: &'a Context, request: &'a Request) -> Result<LedgerLoad<'a>> {
        let ledger = ctx.ledger();
        if let Some(root) = ledger.newest()? {
            for c in &request.corrects {
                if !root.manifest.sources.iter().any(|s| s.name == *c || s.sha256 == *c) {
                    return Err(AppError::not_found(format!(
                        "--corrects {c:?}: no ingested file has that name or hash; `northbound ingest list` lists them"
                    )));
                }
            }
        } else if let Some(c) = request.corrects.first() {
            return Err(AppError::not_found(format!(
                "--corrects {c:?}: nothing has been ingested yet"
            )));
        }
        let mut tx = if ctx.dry_run { None } else { Some(ledger.begin(ctx.now)?) };
        if let Some(tx) = &mut tx {
            tx.limit_memory(ctx.memory);
        }
        Ok(LedgerLoad { ctx, request, store: ctx.store()?, tx, done: Vec::new() })
    }

    fn file(
        &mut self,
        path: &Path,
        layout: Layout,
        options: &Options,
        progress: &mut Progress,
    ) -> Result<()> {
        let what = match layout {
            Layout::Messages => reader::layout_of(path, options),
            l => Ok(l),
        };
        let found = reader::identify(path, Layout::Messages, options, &mut |p| {
            progress.tell(&format!("hashing {}", p.file), p.done, p.total)
        })?;
        let options = &options.with_identity(&found);
        let rules = self.ctx.rules()?;
        let meta = SourceMeta {
            name: found.name,
            sha256: found.sha256,
            bytes: found.bytes,
            layout: what?.as_str().to_owned(),
            mapping: found.mapping,
            feed: options.feed.clone(),
            rank: options.rank,
            corrects: self.request.corrects.clone(),
            known: options.known,
            by: self.ctx.actor.to_string(),
        };
        self.source(meta, progress, |sink, rejects, progress| {
            let mut tell = |p: reader::Progress<'_>| {
                if p.phase == Phase::Reading {
                    progress.tell(&format!("reading {}", p.file), p.done, p.total)
                }
            };
            let paths = [path.to_owned()];
            let mut notes = Vec::new();
            let summary = match layout {
                Layout::Figures => {
                    let mut check = StatedRowCheck::new(sink, rules.measures());
                    let read = reader::figures(&paths, options, &mut check, rejects, &mut tell)?;
                    notes = check.notes();
                    read
                }
                Layout::Payloads => reader::payloads(&paths, options, sink, rejects, &mut tell)?,
                _ => reader::messages(&paths, options, sink, rejects, &mut tell)?,
            };
            let mut outcome = IngestedFile::read(&summary)?;
            outcome.notes.extend(notes);
            Ok(outcome)
        })
    }

    /// Begins one source, reads it with `read`, and ends it. A dry run of the registers' own verb checks
    /// rights and record before a row is read; [`LedgerLoad::record`] writes the record after the commit.
    pub(super) fn source(
        &mut self,
        meta: SourceMeta,
        progress: &mut Progress,
        read: impl FnOnce(&mut dyn RowSink, &mut Rejects, &mut Progress) -> Result<IngestedFile>,
    ) -> Result<()> {
        let record = source_file(&meta, &IngestedFile::default(), None);
        drop(
            self.ctx
                .gate(&self.store)
                .begin_import(&record, &Write { dry_run: true, ..self.ctx.write() })?,
        );
        let mut discard = DiscardRows;
        let (sink, id): (&mut dyn RowSink, String) = match &mut self.tx {
            None => match already(self.ctx, &meta)? {
                Some(id) => {
                    self.already(meta, id);
                    return Ok(());
                }
                None => (&mut discard, String::new()),
            },
            Some(tx) => match tx.begin_source(meta.clone())? {
                Begun::Already(id) => {
                    self.already(meta, id);
                    return Ok(());
                }
                Begun::New(id) => (tx, id.to_string()),
            },
        };
        let folder = self.request.rejects_folder(self.ctx);
        let mut rejects = Rejects::new(&folder, &meta.name, &meta.sha256, !self.ctx.dry_run);
        let mut outcome = match read(sink, &mut rejects, progress) {
            Ok(outcome) => outcome,
            Err(e) if e.kind() == Kind::Refused => {
                drop(rejects);
                return Err(e);
            }
            Err(e) => {
                rejects.finish()?;
                return Err(e);
            }
        };
        if let Some(tx) = &mut self.tx {
            tx.end_source(outcome.rejected)?;
        }
        outcome.rejects = rejects.finish()?;
        outcome.id = id;
        outcome.refuse_if_mostly_rejected(self.request.allow_mostly_bad)?;
        self.done.push((outcome, meta));
        Ok(())
    }

    fn already(&mut self, meta: SourceMeta, id: i64) {
        let outcome = IngestedFile {
            file: meta.name.clone(),
            sha256: meta.sha256.clone(),
            layout: meta.layout.clone(),
            id: id.to_string(),
            already: true,
            ..IngestedFile::default()
        };
        self.done.push((outcome, meta));
    }

    pub(super) fn commit(mut self, progress: &mut Progress) -> Result<Ingested> {
        let mut out = Ingested { dry_run: self.ctx.dry_run, ..Ingested::default() };
        let new = self.done.iter().any(|(t, _)| !t.already);
        if let Some(tx) = self.tx.take().filter(|_| new) {
            let judge = self.ctx.judge(&self.store)?;
            let names: Vec<&str> = self
                .done
                .iter()
                .filter(|(t, _)| !t.already)
                .map(|(t, _)| t.file.as_str())
                .collect();
            let committed = tx
                .commit(
                    &judge,
                    &format!("ingest {}", names.join(", ")),
                    registers_at(&self.store)?,
                    &mut |p| progress.tell(p.step, p.done, p.total),
                )
                .map_err(|e| match e {
                    LedgerError::Memory { .. } | LedgerError::Limit { .. } => {
                        AppError::over_memory(&names.join(", "), &e)
                    }
                    e => e.into(),
                })?;
            let snapshot = self.ctx.ledger().snapshot(None)?;
            for (t, meta) in &mut self.done {
                if let Some(s) = committed.sources.iter().find(|s| s.id.to_string() == t.id) {
                    t.duplicates = s.duplicates;
                    t.collisions = s.collisions;
                    t.notes.extend(contradictions(t, !meta.corrects.is_empty()));
                    if t.layout == Layout::Figures.as_str() {
                        t.notes.extend(document_versions::note(&snapshot, &t.id)?);
                    }
                }
            }
            out.ledger_version = Some(committed.root.manifest.version);
            out.manifest = Some(committed.root.hash);
            out.days = committed.days.len() as u64;
            for (t, meta) in self.done.iter().filter(|(t, _)| !t.already) {
                self.record(t, meta)?;
            }
        }
        out.files = self.done.into_iter().map(|(t, _)| t).collect();
        Ok(out)
    }

    /// Writes the registers' record, for the audit trail.
    fn record(&self, t: &IngestedFile, meta: &SourceMeta) -> Result<()> {
        let record = source_file(meta, t, t.id.parse().ok());
        let write = Write { known: Some(meta.known), expect_version: None, ..self.ctx.write() };
        if let BegunImport::Import(import) =
            self.ctx.gate(&self.store).begin_import(&record, &write)?
        {
            import.finish(t.counts())?;
        }
        Ok(())
    }
}

/// The number of the source in the ledger where it was ingested before; asked on a dry run.
fn already(ctx: &Context, meta: &SourceMeta) -> Result<Option<i64>> {
    let Some(root) = ctx.ledger().newest()? else { return Ok(None) };
    let m = &root.manifest;
    Ok(m.sources
        .iter()
        .find(|s| {
            s.sha256 == meta.sha256
                && s.mapping == meta.mapping
                && s.layout == meta.layout
                && s.feed == meta.feed
                && !m.retracted.iter().any(|r| r.source == s.id)
        })
        .map(|s| s.id))
}

fn source_file(meta: &SourceMeta, t: &IngestedFile, ledger_source: Option<i64>) -> SourceFile {
    SourceFile {
        mapping: meta.mapping.clone(),
        feed: meta.feed.clone(),
        rank: meta.rank,
        corrects: meta.corrects.clone(),
        ledger_source,
        rows: signed(t.read),
        accepted: signed(t.accepted),
        rejected: signed(t.rejected),
        ..SourceFile::new(&meta.name, &meta.sha256, signed(meta.bytes), &meta.layout)
    }
}
