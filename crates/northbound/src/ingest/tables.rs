//! Rows that go to the registers: service intervals, population, hub installs, migrations, incidents. One
//! file is one transaction.

use super::{FileArgs, Ingested, Taken, rejects::Rejects, rows::counts};
use crate::{
    context::Ctx,
    error::{CliError, Result},
    progress::Progress,
};
use northbound_ingest::{
    self as reader, ForecastRow, HubInstall, IncidentRow, IntervalKind, Layout, MigrationRow,
    Options, PopulationRow, Reason, RegisterSink, Reject, RejectSink, ServiceInterval, VolumeRow,
};
use northbound_ledger::SinkError;
use northbound_registers::{
    Added, Begun, Imported, RegisterError, Sight,
    gate::Write,
    import::Import,
    registers::{hubs, population, services, sources::SourceFile},
};
use northbound_rules::RuleSet;
use northbound_types::Utc;
use std::path::Path;

/// Holds a file's rows until it is read through: there are few.
#[derive(Default)]
struct Held {
    services: Vec<ServiceInterval>,
    population: Vec<PopulationRow>,
    hubs: Vec<HubInstall>,
    migrations: Vec<MigrationRow>,
    forecasts: Vec<ForecastRow>,
    volumes: Vec<VolumeRow>,
    incidents: Vec<IncidentRow>,
}

impl RegisterSink for Held {
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

pub(super) fn take(
    args: &FileArgs,
    layout: Layout,
    ctx: &Ctx,
    progress: &mut Progress,
) -> Result<Ingested> {
    let files = super::files(&args.paths)?;
    let options = super::options(args, layout, ctx)?;
    let mut out = Ingested { dry_run: ctx.dry_run, ..Ingested::default() };
    for path in &files {
        out.files.push(file(args, path, layout, &options, ctx, progress)?);
    }
    Ok(out)
}

fn file(
    args: &FileArgs,
    path: &Path,
    layout: Layout,
    options: &Options,
    ctx: &Ctx,
    progress: &mut Progress,
) -> Result<Taken> {
    let store = ctx.store()?;
    let gate = ctx.gate(&store);
    let found = reader::identify(path, layout, options, &mut |p| {
        progress.tell(&format!("hashing {}", p.file), p.done, p.total)
    })?;
    let bytes = i64::try_from(found.bytes).unwrap_or(i64::MAX);
    let record = SourceFile {
        mapping: found.mapping.clone(),
        feed: args.feed.clone().unwrap_or_else(|| layout.as_str().to_owned()),
        rank: options.rank,
        corrects: args.corrects.clone(),
        party: party(ctx),
        ..SourceFile::new(&found.name, &found.sha256, bytes, layout.as_str())
    };
    let write = Write { known: Some(options.known), expect_version: None, ..ctx.write() };
    if let Begun::Already(kept) =
        gate.begin_import(&record, &Write { dry_run: true, ..write.clone() })?
    {
        return Ok(Taken {
            file: found.name,
            sha256: found.sha256,
            layout: layout.as_str().to_owned(),
            id: kept.id,
            already: true,
            ..Taken::default()
        });
    }
    let folder = args.rejects.clone().unwrap_or_else(|| ctx.data.join("rejects"));
    let mut rejects = Rejects::new(&folder, &found.name, &found.sha256, !ctx.dry_run);
    let mut held = Held::default();
    let mut tell =
        |p: reader::Progress<'_>| progress.tell(&format!("reading {}", p.file), p.done, p.total);
    let paths = [path.to_owned()];
    let summary = match layout {
        Layout::Services => reader::services(&paths, options, &mut held, &mut rejects, &mut tell)?,
        Layout::Forecasts => {
            reader::forecasts(&paths, options, &mut held, &mut rejects, &mut tell)?
        }
        Layout::Volumes => reader::volumes(&paths, options, &mut held, &mut rejects, &mut tell)?,
        Layout::Incidents => {
            reader::incidents(&paths, options, &mut held.incidents, &mut rejects, &mut tell)?
        }
        Layout::Population => {
            reader::population(&paths, options, &mut held, &mut rejects, &mut tell)?
        }
        Layout::Migrations => {
            reader::migrations(&paths, options, &mut held, &mut rejects, &mut tell)?
        }
        _ => reader::hubs(&paths, options, &mut held, &mut rejects, &mut tell)?,
    };
    let mut taken = super::taken(&summary)?;
    // Read and checked before the registers' write lock is taken.
    let rules = ctx.rules()?;
    let Begun::Import(mut import) = gate.begin_import(&record, &write)? else {
        return Err(CliError::internal(
            "the file came in from elsewhere meanwhile; run the command again",
        ));
    };
    add_all(&held, &rules, &mut import, &found.name, &mut rejects, &mut taken)?;
    super::traffic::add(
        &held.forecasts,
        &held.volumes,
        &gate,
        options.known,
        &mut super::traffic::Into {
            import: &mut import,
            file: &found.name,
            rejects: &mut rejects,
            taken: &mut taken,
        },
    )?;
    taken.rejects = rejects.finish()?;
    super::refuse_empty_handed(&taken)?;
    let receipt = import.finish(counts(&taken))?;
    if !ctx.dry_run {
        taken.id = receipt.id;
    }
    Ok(taken)
}

fn add_all(
    held: &Held,
    rules: &RuleSet,
    import: &mut Import<'_>,
    name: &str,
    rejects: &mut Rejects,
    taken: &mut Taken,
) -> Result<()> {
    for r in &held.services {
        let row = services::ServiceInterval {
            service: r.service.clone(),
            from: r.from,
            to: Some(r.to),
            reference: r.reference.clone(),
            note: r.note.clone(),
            kind: match r.kind {
                IntervalKind::Down => services::ServiceKind::Down,
                IntervalKind::Planned => services::ServiceKind::Planned,
            },
        };
        add(import, &row, r.place, None, name, rejects, taken)?;
    }
    for r in &held.incidents {
        add(import, &r.event, r.place, r.known, name, rejects, taken)?;
    }
    for r in &held.population {
        let count = i64::try_from(r.count).map_err(|_| {
            CliError::input(format!(
                "{name}, line {}: {} devices are more than can be kept",
                r.place, r.count
            ))
        })?;
        // A source that states no status states all devices that it knows.
        let status = if r.status.is_empty() { "any".to_owned() } else { r.status.clone() };
        let row = population::PopulationDay {
            day: r.day,
            region: r.region,
            generation: r.generation,
            device_type: r.device_type.clone(),
            status,
            count,
        };
        add(import, &row, r.place, None, name, rejects, taken)?;
    }
    for r in &held.hubs {
        // One provider serves a region, so the rules know it where the file does not say.
        let provider = if r.provider.is_empty() {
            rules.provider_of(r.region).unwrap_or_default().to_owned()
        } else {
            r.provider.clone()
        };
        let row = hubs::HubInstall {
            hub: r.hub.to_string(),
            region: r.region,
            provider,
            installed: r.installed.day(),
            srv: r.srv.clone(),
            in_coverage: r.in_coverage,
            connected: r.connected.map(northbound_types::Utc::day),
            exception: Some(r.exception.clone()).filter(|e| !e.is_empty()),
            predicted: r.predicted,
            note: r.note.clone(),
        };
        add(import, &row, r.place, None, name, rejects, taken)?;
    }
    for r in &held.migrations {
        add(import, &r.week, r.place, None, name, rejects, taken)?;
    }
    Ok(())
}

/// Whose file it is: a User's own where only a User brings it.
fn party(ctx: &Ctx) -> Option<String> {
    ctx.actor.party.clone().filter(|_| !Sight::of(&ctx.actor).all)
}

fn add<T: Imported>(
    import: &mut Import<'_>,
    row: &T,
    place: i64,
    known: Option<Utc>,
    file: &str,
    rejects: &mut Rejects,
    taken: &mut Taken,
) -> Result<()> {
    match import.add(row, place, known) {
        Ok(Added::New) => Ok(()),
        Ok(Added::Duplicate) => {
            taken.duplicates += 1;
            Ok(())
        }
        Err(RegisterError::Invalid { field, problem, .. }) => {
            refuse(place, field, problem, file, rejects, taken)
        }
        Err(e) => Err(e.into()),
    }
}

/// A row that was read and cannot be kept.
pub(super) fn refuse(
    place: i64,
    field: &str,
    problem: String,
    file: &str,
    rejects: &mut Rejects,
    taken: &mut Taken,
) -> Result<()> {
    taken.accepted = taken.accepted.saturating_sub(1);
    taken.rejected += 1;
    let n = taken
        .by_reason
        .get(Reason::Contradiction.as_str())
        .and_then(serde_json::Value::as_u64)
        .unwrap_or(0);
    if let Some(map) = taken.by_reason.as_object_mut() {
        map.insert(Reason::Contradiction.as_str().to_owned(), (n + 1).into());
    }
    let reject = Reject {
        file: file.to_owned(),
        line: place,
        column: field.to_owned(),
        reason: Reason::Contradiction,
        why: problem,
        value: String::new(),
        raw: String::new(),
    };
    rejects.reject(&reject).map_err(|e| CliError::internal(format!("cannot write a reject: {e}")))
}
