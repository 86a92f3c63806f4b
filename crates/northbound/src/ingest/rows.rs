//! Rows that go to the ledger: messages, alerts, payloads, stated figures. All files of a command
//! become one version, or none does.

use super::{FileArgs, Ingested, Taken, rejects::Rejects};
use crate::{
    context::Ctx,
    error::{CliError, Result},
    progress::Progress,
};
use northbound_ingest::{self as reader, Layout, Options, Phase};
use northbound_ledger::{
    Begun, RowSink, SinkError, SourceMeta, Tx,
    rows::{AlertRow, ExchangeRow, PayloadRow, StatedRow},
};
use northbound_registers::{
    Begun as Kept, Counts, Store, gate::Write, registers::sources::SourceFile,
};
use std::path::Path;

/// Takes rows and forgets them: a dry run.
pub(super) struct Forget;
impl RowSink for Forget {
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

pub(super) fn take(
    args: &FileArgs,
    layout: Layout,
    ctx: &Ctx,
    progress: &mut Progress,
) -> Result<Ingested> {
    let files = super::files(&args.paths)?;
    let options = super::options(args, layout, ctx)?;
    let mut load = Loading::begin(args, ctx)?;
    for path in &files {
        load.file(path, layout, &options, progress)?;
    }
    load.commit(progress)
}

/// A transaction of the ledger with the registers' record of each file.
pub(super) struct Loading<'a> {
    args: &'a FileArgs,
    ctx: &'a Ctx,
    store: Store,
    tx: Option<Tx>,
    done: Vec<(Taken, SourceMeta)>,
}

impl<'a> Loading<'a> {
    pub(super) fn begin(args: &'a FileArgs, ctx: &'a Ctx) -> Result<Loading<'a>> {
        let ledger = ctx.ledger();
        if let Some(root) = ledger.newest()? {
            for c in &args.corrects {
                if !root.manifest.sources.iter().any(|s| s.name == *c || s.sha256 == *c) {
                    return Err(CliError::not_found(format!(
                        "--corrects {c:?}: no file of that name or hash is in; `northbound ingest list` shows them"
                    )));
                }
            }
        } else if let Some(c) = args.corrects.first() {
            return Err(CliError::not_found(format!(
                "--corrects {c:?}: nothing has been ingested yet"
            )));
        }
        let tx = if ctx.dry_run { None } else { Some(ledger.begin(ctx.now)?) };
        Ok(Loading { args, ctx, store: ctx.store()?, tx, done: Vec::new() })
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
        let meta = SourceMeta {
            name: found.name,
            sha256: found.sha256,
            bytes: found.bytes,
            layout: what?.as_str().to_owned(),
            mapping: found.mapping,
            feed: options.feed.clone(),
            rank: options.rank,
            corrects: self.args.corrects.clone(),
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
            let summary = match layout {
                Layout::Figures => reader::figures(&paths, options, sink, rejects, &mut tell)?,
                Layout::Payloads => reader::payloads(&paths, options, sink, rejects, &mut tell)?,
                _ => reader::messages(&paths, options, sink, rejects, &mut tell)?,
            };
            super::taken(&summary)
        })
    }

    /// One source: begun, read by `read`, ended. The rights of who acts are asked before a row is read.
    pub(super) fn source(
        &mut self,
        meta: SourceMeta,
        progress: &mut Progress,
        read: impl FnOnce(&mut dyn RowSink, &mut Rejects, &mut Progress) -> Result<Taken>,
    ) -> Result<()> {
        let record = source_file(&meta, &Taken::default(), None);
        drop(
            self.ctx
                .gate(&self.store)
                .begin_import(&record, &Write { dry_run: true, ..self.ctx.write() })?,
        );
        let mut forget = Forget;
        let (sink, id): (&mut dyn RowSink, String) = match &mut self.tx {
            None => match already(self.ctx, &meta)? {
                Some(id) => {
                    self.already(meta, id);
                    return Ok(());
                }
                None => (&mut forget, String::new()),
            },
            Some(tx) => match tx.begin_source(meta.clone())? {
                Begun::Already(id) => {
                    self.already(meta, id);
                    return Ok(());
                }
                Begun::New(id) => (tx, id.to_string()),
            },
        };
        let folder = self.args.rejects.clone().unwrap_or_else(|| self.ctx.data.join("rejects"));
        let mut rejects = Rejects::new(&folder, &meta.name, &meta.sha256, !self.ctx.dry_run);
        let mut taken = match read(sink, &mut rejects, progress) {
            Ok(t) => t,
            Err(e) => {
                rejects.finish()?;
                return Err(e);
            }
        };
        if let Some(tx) = &mut self.tx {
            tx.end_source(taken.rejected)?;
        }
        taken.rejects = rejects.finish()?;
        taken.id = id;
        super::refuse_empty_handed(&taken)?;
        self.done.push((taken, meta));
        Ok(())
    }

    fn already(&mut self, meta: SourceMeta, id: i64) {
        let taken = Taken {
            file: meta.name.clone(),
            sha256: meta.sha256.clone(),
            layout: meta.layout.clone(),
            id: id.to_string(),
            already: true,
            ..Taken::default()
        };
        self.done.push((taken, meta));
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
            let committed = tx.commit(
                &judge,
                &format!("ingest {}", names.join(", ")),
                self.store.revision()?,
                &mut |p| progress.tell(p.step, p.done, p.total),
            )?;
            for (t, _) in &mut self.done {
                if let Some(s) = committed.sources.iter().find(|s| s.id.to_string() == t.id) {
                    t.duplicates = s.duplicates;
                    t.collisions = s.collisions;
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

    /// The registers' record, for the audit trail.
    fn record(&self, t: &Taken, meta: &SourceMeta) -> Result<()> {
        let record = source_file(meta, t, t.id.parse().ok());
        let write = Write { known: Some(meta.known), expect_version: None, ..self.ctx.write() };
        if let Kept::Import(import) = self.ctx.gate(&self.store).begin_import(&record, &write)? {
            import.finish(counts(t))?;
        }
        Ok(())
    }
}

/// The number under which a source is in already, for a dry run.
fn already(ctx: &Ctx, meta: &SourceMeta) -> Result<Option<i64>> {
    let Some(root) = ctx.ledger().newest()? else { return Ok(None) };
    let m = &root.manifest;
    Ok(m.sources
        .iter()
        .find(|s| {
            s.sha256 == meta.sha256
                && s.mapping == meta.mapping
                && s.layout == meta.layout
                && !m.retracted.iter().any(|r| r.source == s.id)
        })
        .map(|s| s.id))
}

fn signed(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

pub(super) fn counts(t: &Taken) -> Counts {
    Counts { rows: signed(t.read), accepted: signed(t.accepted), rejected: signed(t.rejected) }
}

fn source_file(meta: &SourceMeta, t: &Taken, ledger_source: Option<i64>) -> SourceFile {
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
