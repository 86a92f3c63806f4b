//! `device`: the inventory and registrations.

use super::change;
use crate::{
    context::Ctx,
    error::{CliError, Result},
    output::{Answer, Table},
};
use clap::{Args, Subcommand};
use northbound_app::{input, live::inventory::devices};
use northbound_flow::{
    Change,
    event::{DeviceRecord, Registration},
    vocabulary::{DeviceStatus, DeviceType, Role},
};
use northbound_ingest::small_table::{SmallRow, SmallTable};
use northbound_types::{Eui64, Generation, Region, Utc};
use serde_json::json;
use std::path::{Path, PathBuf};

/// The device inventory
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum DeviceCommand {
    /// Add or change a device
    Add(AddArgs),
    /// Import devices from a CSV: eui,type,status,region,generation,hub,registered (ROLE=EUI, separated by spaces)
    Import {
        /// The CSV file
        file: PathBuf,
    },
    /// Register a User for a device in a role from a given time
    Register {
        /// The device
        device: Eui64,
        /// The role
        role: Role,
        /// The User; leave out to end the registration
        user: Option<Eui64>,
        /// Start of the registration. Default: now
        #[arg(long, value_name = "TIME")]
        from: Option<Utc>,
    },
    /// Show one device
    Show {
        /// EUI-64 of the device
        eui: Eui64,
    },
    /// List devices by EUI
    List {
        /// List only devices after this EUI
        #[arg(long, value_name = "EUI")]
        after: Option<Eui64>,
        /// Maximum number of devices
        #[arg(long, value_name = "N", default_value_t = 1_000)]
        limit: usize,
    },
}

/// Options of `device add`.
#[derive(Debug, Clone, Args)]
pub(crate) struct AddArgs {
    /// EUI-64 of the device
    eui: Eui64,
    /// Device type: ESME, GSME, GPF, CHF, HCALCS, PPMID, IHD or CAD
    #[arg(long = "type", value_name = "TYPE")]
    kind: DeviceType,
    /// Status in the inventory
    #[arg(long, value_name = "STATUS", default_value = "Commissioned")]
    status: DeviceStatus,
    /// Region: north, central or south
    #[arg(long)]
    region: Region,
    /// Generation: smets1 or smets2
    #[arg(long, default_value = "smets2")]
    generation: Generation,
    /// Communications Hub through which it is reached. Default: the device itself
    #[arg(long, value_name = "EUI")]
    hub: Option<Eui64>,
    /// Registered Users, as ROLE=EUI
    #[arg(long = "registered", value_name = "ROLE=EUI")]
    registered: Vec<String>,
}

pub(crate) fn run(c: &DeviceCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        DeviceCommand::Add(a) => {
            let record = DeviceRecord {
                eui: a.eui,
                device_type: a.kind,
                status: a.status,
                region: a.region,
                generation: a.generation,
                hub: a.hub.unwrap_or(a.eui),
                registered: a.registered.iter().map(|t| held(t)).collect::<Result<_>>()?,
            };
            made(ctx, &[Change::Device(record)], &format!("Device {}", a.eui), 1)
        }
        DeviceCommand::Import { file } => import(file, ctx),
        DeviceCommand::Register { device, role, user, from } => {
            let change = Change::Registration(Registration {
                device: *device,
                role: *role,
                user: *user,
                from: match from {
                    Some(from) => *from,
                    // The service knows its time; a dry run does not ask it.
                    None if ctx.dry_run => ctx.now,
                    None => super::core_time(ctx)?,
                },
            });
            made(ctx, &[change], &format!("Registration of {device} as {role}"), 1)
        }
        DeviceCommand::Show { eui } => {
            let found =
                devices(ctx, &format!("eui={eui}"), |f| f.device(*eui).into_iter().collect())?;
            if found.is_empty() {
                return Err(CliError::not_found(format!("no device {eui} in the inventory")));
            }
            Ok(listed(&found))
        }
        DeviceCommand::List { after, limit } => {
            let after_text = after.map(|a| format!("&after={a}")).unwrap_or_default();
            Ok(listed(&devices(ctx, &format!("limit={limit}{after_text}"), |f| {
                f.devices(*after, *limit)
            })?))
        }
    }
}

fn held(text: &str) -> Result<(Role, Eui64)> {
    let wrong = |why: String| {
        CliError::usage(format!(
            "{text:?}: {why}; write ROLE=EUI, such as IS=90-B3-D5-1F-30-01-00-01"
        ))
    };
    let (role, user) = text.split_once('=').ok_or_else(|| wrong("no '='".to_owned()))?;
    Ok((
        role.parse().map_err(|e: northbound_types::text_enum::UnknownWord| wrong(e.to_string()))?,
        user.parse().map_err(|e: northbound_types::id::IdError| wrong(e.to_string()))?,
    ))
}

fn made(ctx: &Ctx, changes: &[Change], what: &str, n: usize) -> Result<Answer> {
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

fn import(file: &Path, ctx: &Ctx) -> Result<Answer> {
    let bytes = std::io::Cursor::new(input::bytes(file, input::MAX_FILE)?);
    let mut table = SmallTable::open(file, Box::new(bytes)).map_err(CliError::from)?;
    let wrong =
        |line: i64, why: String| CliError::input(format!("{}, line {line}: {why}", file.display()));
    let column = |name: &str| table.find(name).map_err(CliError::from);
    let (status, generation) = (column("status")?, column("generation")?);
    let (hub, registered) = (column("hub")?, column("registered")?);
    let needed = |name: &str| table.need(name).map_err(CliError::from);
    let (eui, kind, region) = (needed("eui")?, needed("type")?, needed("region")?);
    let mut all = Vec::new();
    while let Some(SmallRow { line, cells }) = table.next_row().map_err(CliError::from)? {
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

fn listed(devices: &[DeviceRecord]) -> Answer {
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
