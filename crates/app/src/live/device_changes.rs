//! Changes of the device inventory: read from a file, made in the live service, listed.

use super::change;
use crate::{
    answer::{Answer, Table},
    context::Context,
    error::{AppError, Result},
    input,
};
use northbound_flow::{Change, event::DeviceRecord, vocabulary::Role};
use northbound_ingest::small_table::{SmallRow, SmallTable};
use northbound_types::Eui64;
use serde_json::json;
use std::path::Path;

/// A registration as it is written, `ROLE=EUI`.
///
/// # Errors
/// Where it is written otherwise.
pub fn held(text: &str) -> Result<(Role, Eui64)> {
    let wrong = |why: String| {
        AppError::usage(format!(
            "{text:?}: {why}; write ROLE=EUI, such as IS=90-B3-D5-1F-30-01-00-01"
        ))
    };
    let (role, user) = text.split_once('=').ok_or_else(|| wrong("no '='".to_owned()))?;
    Ok((
        role.parse().map_err(|e: northbound_types::text_enum::UnknownWord| wrong(e.to_string()))?,
        user.parse().map_err(|e: northbound_types::id::IdError| wrong(e.to_string()))?,
    ))
}

/// Makes changes of devices; on a dry run says what would be changed. `n` counts them for people.
///
/// # Errors
/// As [`change`].
pub fn made(ctx: &Context, changes: &[Change], what: &str, n: usize) -> Result<Answer> {
    if ctx.dry_run {
        return Ok(Answer::new(json!({"dry_run": true, "changes": n}))
            .say(format!("Dry run: {what} would be changed.")));
    }
    let to = change(ctx, changes)?;
    Ok(Answer::new(json!({"changes": n, "to": to.as_str()}))
        .say(format!("{what}: {}.", to.words())))
}

/// Devices of one journal input.
const TOGETHER: usize = 1_000;

/// Imports devices from a CSV with the columns of `docs/layouts.md`.
///
/// # Errors
/// Where a row cannot be used, with its line; as [`change`].
pub fn import(ctx: &Context, file: &Path) -> Result<Answer> {
    let bytes = std::io::Cursor::new(input::bytes(file, input::MAX_FILE)?);
    let mut table = SmallTable::open(file, Box::new(bytes))?;
    let wrong =
        |line: i64, why: String| AppError::input(format!("{}, line {line}: {why}", file.display()));
    let column = |name: &str| table.find(name);
    let (status, generation) = (column("status")?, column("generation")?);
    let (hub, registered) = (column("hub")?, column("registered")?);
    let needed = |name: &str| table.need(name);
    let (eui, kind, region) = (needed("eui")?, needed("type")?, needed("region")?);
    let mut all = Vec::new();
    while let Some(SmallRow { line, cells }) = table.next_row()? {
        let row = cells.map_err(|(_, why)| wrong(line, why))?;
        let cell = |i: Option<usize>| {
            i.and_then(|i| row.get(i)).map(String::as_str).filter(|t| !t.is_empty())
        };
        let parsed = |text: Option<&str>, or: &str| text.unwrap_or(or).to_owned();
        let eui: Eui64 = parsed(cell(Some(eui)), "")
            .parse()
            .map_err(|e: northbound_types::id::IdError| wrong(line, e.to_string()))?;
        let word = |e: northbound_types::text_enum::UnknownWord| wrong(line, e.to_string());
        all.push(DeviceRecord {
            eui,
            device_type: parsed(cell(Some(kind)), "").parse().map_err(word)?,
            status: parsed(cell(status), "Commissioned").parse().map_err(word)?,
            region: parsed(cell(Some(region)), "").parse().map_err(word)?,
            generation: parsed(cell(generation), "smets2").parse().map_err(word)?,
            hub: cell(hub).map_or(Ok(eui), str::parse).map_err(|e| wrong(line, e.to_string()))?,
            registered: cell(registered)
                .unwrap_or("")
                .split_whitespace()
                .map(held)
                .collect::<Result<_>>()
                .map_err(|e| wrong(line, e.to_string()))?,
        });
    }
    let changes: Vec<Change> = all.chunks(TOGETHER).map(|d| Change::Devices(d.to_vec())).collect();
    made(ctx, &changes, &format!("{} devices of {}", all.len(), file.display()), all.len())
}

/// Devices as a table.
#[must_use]
pub fn listed(devices: &[DeviceRecord]) -> Answer {
    let mut t =
        Table::new("", &["device", "type", "status", "region", "generation", "hub", "registered"]);
    for d in devices {
        let registered =
            d.registered.iter().map(|(r, u)| format!("{r}={u}")).collect::<Vec<_>>().join(" ");
        t.row([
            d.eui.to_string(),
            d.device_type.to_string(),
            d.status.to_string(),
            d.region.to_string(),
            d.generation.to_string(),
            d.hub.to_string(),
            registered,
        ]);
    }
    Answer::new(json!({"devices": devices})).table(t)
}
