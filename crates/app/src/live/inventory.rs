//! Devices of the live service.

use super::policy;
use crate::{
    access,
    context::Context,
    error::{AppError, Result},
};
use northbound_client::{ClientError, control::Client};
use northbound_flow::{
    Core,
    event::DeviceRecord,
    vocabulary::{DeviceStatus, DeviceType, Role},
};
use northbound_gateway::offline;
use northbound_types::{Eui64, Region};

/// Devices of one answer of the service.
const PAGE: usize = 1_000;

/// Devices by a query of the control interface: from the running service, else by `see` from the journal.
///
/// # Errors
/// Where the service cannot be reached or the journal cannot be read.
pub fn devices(
    ctx: &Context,
    query: &str,
    see: impl FnOnce(&Core) -> Vec<DeviceRecord>,
) -> Result<Vec<DeviceRecord>> {
    match Client::of(&ctx.data, &ctx.actor) {
        Ok(client) => {
            let mut v = client.get(&format!("/devices?{query}"))?;
            serde_json::from_value(v["devices"].take())
                .map_err(|e| AppError::internal(format!("the service's answer: {e}")))
        }
        Err(ClientError::NotRunning { .. }) => {
            Ok(offline::look(&ctx.data, policy(ctx)?, ctx.now, see)?)
        }
        Err(e) => Err(e.into()),
    }
}

/// A commissioned meter for which the User is registered in one of the roles (any, if none is named): the first
/// electricity meter outside the North, whose emulated network loses many messages; else any electricity meter,
/// else a gas meter.
///
/// # Errors
/// Where the Actor may not see the inventory, or there is no such meter.
pub fn meter_of(ctx: &Context, user: Eui64, roles: &[String]) -> Result<Eui64> {
    if !access::command_of("device list")?.who.allows(&ctx.actor) {
        return Err(AppError::usage("name the device with --device EUI"));
    }
    let holds = |(role, eui): &(Role, Eui64)| {
        *eui == user && (roles.is_empty() || roles.iter().any(|r| r == role.as_str()))
    };
    let (mut after, mut other) = (None, None::<(Eui64, bool)>);
    loop {
        let from = after.map(|e| format!("&after={e}")).unwrap_or_default();
        let page = devices(ctx, &format!("limit={PAGE}{from}"), |c| c.devices(after, PAGE))?;
        let of_user = |d: &&DeviceRecord| {
            d.status == DeviceStatus::Commissioned && d.registered.iter().any(holds)
        };
        for d in page.iter().filter(of_user) {
            let electricity = d.device_type == DeviceType::Esme;
            if electricity && d.region != Region::North {
                return Ok(d.eui);
            }
            if (electricity || d.device_type == DeviceType::Gsme)
                && other.is_none_or(|(_, meter)| electricity && !meter)
            {
                other = Some((d.eui, electricity));
            }
        }
        match page.last().filter(|_| page.len() == PAGE) {
            Some(last) => after = Some(last.eui),
            None => break,
        }
    }
    other.map(|(eui, _)| eui).ok_or_else(|| {
        AppError::not_found(format!(
            "no commissioned meter is registered to {user} in a role that may send this; name the device with --device EUI"
        ))
    })
}
