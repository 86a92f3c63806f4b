//! Rows that go to the registers: service intervals, population, hub installs, migrations, forecasts,
//! volumes, incidents. One file is one transaction.

mod records;
mod traffic;

use super::{Ingested, IngestedFile, Request, files, options::options, rejects::Rejects};
use crate::{
    context::Context,
    error::{AppError, Kind, Result},
    progress::Progress,
    variance::make_secret,
};
use northbound_ingest::{
    self as reader, ForecastRow, HubInstall, IncidentRow, Layout, MigrationRow, Options,
    PopulationRow, Reason, RegisterSink, Reject, RejectSink, ServiceInterval, SourceMeta, Summary,
    VolumeRow,
};
use northbound_ledger::{Memory, SinkError, memory::ROWS_BETWEEN};
use northbound_registers::{
    Added, Begun, Imported, RegisterError, Visibility, gate::Write, import::Import,
    records::data::sources::SourceFile,
};
use northbound_types::Utc;
use std::path::Path;

/// The rows of one file, which are few.
#[derive(Default)]
struct CollectedRows {
    services: Vec<ServiceInterval>,
    population: Vec<PopulationRow>,
    hubs: Vec<HubInstall>,
    migrations: Vec<MigrationRow>,
    forecasts: Vec<ForecastRow>,
    volumes: Vec<VolumeRow>,
    incidents: Vec<IncidentRow>,
}

impl RegisterSink for CollectedRows {
    fn service(&mut self, row: &ServiceInterval) -> std::result::Result<(), SinkError> {
        self.services.push(row.clone());
        Ok(())
    }
    fn population(&mut self, row: &PopulationRow) -> std::result::Result<(), SinkError> {
        self.population.push(row.clone());
        Ok(())
    }
    fn hub(&mut self, row: &HubInstall) -> std::result::Result<(), SinkError> {
        self.hubs.push(row.clone());
        Ok(())
    }
    fn migration(&mut self, row: &MigrationRow) -> std::result::Result<(), SinkError> {
        self.migrations.push(row.clone());
        Ok(())
    }
    fn forecast(&mut self, row: &ForecastRow) -> std::result::Result<(), SinkError> {
        self.forecasts.push(row.clone());
        Ok(())
    }
    fn volume(&mut self, row: &VolumeRow) -> std::result::Result<(), SinkError> {
        self.volumes.push(row.clone());
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
    let mut out = Ingested { dry_run: ctx.dry_run, ..Ingested::default() };
    for path in &found.files {
        let file = File { ctx, request, layout, options: &options };
        out.files.push(file.ingest(path, progress)?);
    }
    Ok(out.with_left_out(&found))
}

/// What is needed to ingest one file.
struct File<'a> {
    ctx: &'a Context,
    request: &'a Request,
    layout: Layout,
    options: &'a Options,
}

impl File<'_> {
    fn ingest(&self, path: &Path, progress: &mut Progress) -> Result<IngestedFile> {
        let (ctx, options) = (self.ctx, self.options);
        let store = ctx.store()?;
        let gate = ctx.gate(&store);
        let found = reader::identify(path, self.layout, options, &mut |p| {
            progress.tell(&format!("hashing {}", p.file), p.done, p.total)
        })?;
        let record = self.record(&found);
        let write = Write { known: Some(options.known), expect_version: None, ..ctx.write() };
        if let Begun::Already(stored) =
            gate.begin_import(&record, &Write { dry_run: true, ..write.clone() })?
        {
            return Ok(self.already(found, stored.id));
        }
        let folder = self.request.rejects_folder(ctx);
        let mut rejects = Rejects::new(&folder, &found.name, &found.sha256, !ctx.dry_run);
        let mut rows = CollectedRows::default();
        let summary = match self.read(path, &found, &mut rows, &mut rejects, progress) {
            Err(e) if e.kind() == Kind::Refused => {
                drop(rejects);
                return Err(e);
            }
            read => read?,
        };
        let mut outcome = IngestedFile::read(&summary)?;
        // Read and checked before the registers' write lock is taken.
        let rules = ctx.rules()?;
        let Begun::Import(mut import) = gate.begin_import(&record, &write)? else {
            return Err(AppError::internal(
                "another process ingested the file in the meantime; run the command again",
            ));
        };
        let mut target = Target {
            import: &mut import,
            file: &found.name,
            rejects: &mut rejects,
            outcome: &mut outcome,
            memory: ctx.memory,
            added: 0,
        };
        records::add(&rows, &rules, &mut target)?;
        traffic::add(&rows.forecasts, &rows.volumes, &gate, options.known, &mut target)?;
        outcome.rejects = rejects.finish()?;
        outcome.refuse_if_mostly_rejected(self.request.allow_mostly_bad)?;
        let receipt = import.finish(outcome.counts())?;
        if !rows.forecasts.is_empty() {
            make_secret(ctx, &store)?;
        }
        if !ctx.dry_run {
            outcome.id = receipt.id;
        }
        Ok(outcome)
    }

    fn record(&self, found: &SourceMeta) -> SourceFile {
        let bytes = i64::try_from(found.bytes).unwrap_or(i64::MAX);
        let layout = self.layout.as_str();
        SourceFile {
            mapping: found.mapping.clone(),
            feed: self.request.feed.clone().unwrap_or_else(|| layout.to_owned()),
            rank: self.options.rank,
            corrects: self.request.corrects.clone(),
            party: owner(self.ctx),
            ..SourceFile::new(&found.name, &found.sha256, bytes, layout)
        }
    }

    fn already(&self, found: SourceMeta, id: String) -> IngestedFile {
        IngestedFile {
            file: found.name,
            sha256: found.sha256,
            layout: self.layout.as_str().to_owned(),
            id,
            already: true,
            ..IngestedFile::default()
        }
    }

    fn read(
        &self,
        path: &Path,
        found: &SourceMeta,
        rows: &mut CollectedRows,
        rejects: &mut Rejects,
        progress: &mut Progress,
    ) -> Result<Summary> {
        let mut tell = |p: reader::Progress<'_>| {
            progress.tell(&format!("reading {}", p.file), p.done, p.total)
        };
        let (tell, paths) = (&mut tell, [path.to_owned()]);
        let options = &self.options.with_identity(found);
        Ok(match self.layout {
            Layout::Services => reader::services(&paths, options, rows, rejects, tell)?,
            Layout::Forecasts => reader::forecasts(&paths, options, rows, rejects, tell)?,
            Layout::Volumes => reader::volumes(&paths, options, rows, rejects, tell)?,
            Layout::Incidents => {
                reader::incidents(&paths, options, &mut rows.incidents, rejects, tell)?
            }
            Layout::Population => reader::population(&paths, options, rows, rejects, tell)?,
            Layout::Migrations => reader::migrations(&paths, options, rows, rejects, tell)?,
            _ => reader::hubs(&paths, options, rows, rejects, tell)?,
        })
    }
}

/// The party that owns the file: a User's own where a User ingests it, none where staff do.
fn owner(ctx: &Context) -> Option<String> {
    ctx.actor.party.clone().filter(|_| !Visibility::of(&ctx.actor).all)
}

/// Where the records of one file go, and where those go that the registers refuse.
struct Target<'i, 'a> {
    import: &'i mut Import<'a>,
    file: &'i str,
    rejects: &'i mut Rejects,
    outcome: &'i mut IngestedFile,
    memory: Memory,
    /// Records so far.
    added: u64,
}

impl Target<'_, '_> {
    /// Adds the record of row `row`. One that the registers find invalid is rejected.
    fn add<T: Imported>(&mut self, record: &T, row: i64, known: Option<Utc>) -> Result<()> {
        match self.import(record, row, known)? {
            Ok(Added::New) => Ok(()),
            Ok(Added::Duplicate) => {
                self.outcome.duplicates += 1;
                Ok(())
            }
            Err(RegisterError::Invalid { field, problem, .. }) => self.reject(row, field, problem),
            Err(e) => Err(e.into()),
        }
    }

    /// Brings in the record of row `row`, while there is memory left.
    fn import<T: Imported>(
        &mut self,
        record: &T,
        row: i64,
        known: Option<Utc>,
    ) -> Result<std::result::Result<Added, RegisterError>> {
        if self.added.is_multiple_of(ROWS_BETWEEN) {
            self.memory.check().map_err(|e| AppError::over_memory(self.file, &e))?;
        }
        self.added += 1;
        Ok(self.import.add(record, row, known))
    }

    /// Rejects a row that was read and cannot be stored.
    fn reject(&mut self, row: i64, column: &str, why: String) -> Result<()> {
        let outcome = &mut *self.outcome;
        outcome.accepted = outcome.accepted.saturating_sub(1);
        outcome.rejected += 1;
        let reason = Reason::Contradiction;
        if let Some(map) = outcome.by_reason.as_object_mut() {
            let n = map.get(reason.as_str()).and_then(serde_json::Value::as_u64).unwrap_or(0);
            map.insert(reason.as_str().to_owned(), (n + 1).into());
        }
        let reject = Reject {
            file: self.file.to_owned(),
            line: row,
            column: column.to_owned(),
            reason,
            why,
            value: String::new(),
            raw: String::new(),
        };
        self.rejects
            .reject(&reject)
            .map_err(|e| AppError::internal(format!("cannot write a reject: {e}")))
    }
}
