//! Rows of a file as records of the registers.

use super::{CollectedRows, Target};
use crate::error::{AppError, Result};
use northbound_ingest::{HubInstall, IntervalKind, PopulationRow, ServiceInterval};
use northbound_registers::records::service::{hubs, population, services};
use northbound_rules::RuleSet;
use northbound_types::Utc;

pub(super) fn add(
    rows: &CollectedRows,
    rules: &RuleSet,
    target: &mut Target<'_, '_>,
) -> Result<()> {
    for r in &rows.services {
        target.add(&service(r), r.place, None)?;
    }
    for r in &rows.incidents {
        target.add(&r.event, r.place, r.known)?;
    }
    for r in &rows.population {
        target.add(&population_day(r, target.file)?, r.place, None)?;
    }
    for r in &rows.hubs {
        target.add(&hub(r, rules), r.place, None)?;
    }
    for r in &rows.migrations {
        target.add(&r.week, r.place, None)?;
    }
    Ok(())
}

fn service(r: &ServiceInterval) -> services::ServiceInterval {
    services::ServiceInterval {
        service: r.service.clone(),
        from: r.from,
        to: Some(r.to),
        reference: r.reference.clone(),
        note: r.note.clone(),
        kind: match r.kind {
            IntervalKind::Down => services::ServiceKind::Down,
            IntervalKind::Planned => services::ServiceKind::Planned,
        },
    }
}

fn population_day(r: &PopulationRow, file: &str) -> Result<population::PopulationDay> {
    let count = i64::try_from(r.count).map_err(|_| {
        AppError::input(format!(
            "{file}, line {}: {} devices are more than can be stored",
            r.place, r.count
        ))
    })?;
    // A source that states no status states all devices that it knows.
    let status = if r.status.is_empty() { "any".to_owned() } else { r.status.clone() };
    Ok(population::PopulationDay {
        day: r.day,
        region: r.region,
        generation: r.generation,
        device_type: r.device_type.clone(),
        status,
        count,
    })
}

fn hub(r: &HubInstall, rules: &RuleSet) -> hubs::HubInstall {
    // One provider serves a region, so the rules know it where the file does not state it.
    let provider = if r.provider.is_empty() {
        rules.provider_of(r.region).unwrap_or_default().to_owned()
    } else {
        r.provider.clone()
    };
    hubs::HubInstall {
        hub: r.hub.to_string(),
        region: r.region,
        provider,
        installed: r.installed.day(),
        srv: r.srv.clone(),
        in_coverage: r.in_coverage,
        connected: r.connected.map(Utc::day),
        exception: Some(r.exception.clone()).filter(|e| !e.is_empty()),
        predicted: r.predicted,
        note: r.note.clone(),
    }
}
