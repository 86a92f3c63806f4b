//! `device`: the inventory and registrations.

use crate::{
    context::Ctx,
    error::{CliError, Result},
    output::Answer,
};
use clap::{Args, Subcommand};
use northbound_app::live::{
    device_changes::{held, import, listed, made},
    inventory::devices,
};
use northbound_flow::{
    Change,
    event::{DeviceRecord, Registration},
    vocabulary::{DeviceStatus, DeviceType, Role},
};
use northbound_types::{Eui64, Generation, Region, Utc};
use std::path::PathBuf;

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
        DeviceCommand::Import { file } => import(ctx, file),
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
