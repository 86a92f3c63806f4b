//! Small tables: hubs, population, services.

use super::{Folder, truth::Truth};
use crate::{config::SimError, world::World};
use northbound_emulator::{
    Home, Rng, Wan,
    latency::{HOUR, MINUTE},
};
use northbound_types::{Day, Generation, Region, Utc, time::DAY_US};
use std::collections::BTreeMap;

const HUBS: &str =
    "hub,region,provider,installed,srv,in_coverage,connected,exception,predicted,note";
const POPULATION: &str = "day,region,generation,device_type,status,count";
const SERVICES: &str = "service,from,to,kind,reference,note";

pub(crate) fn write(world: &World, folder: &mut Folder, _: &mut Truth) -> Result<(), SimError> {
    hubs(world, folder)?;
    population(world, folder)?;
    services(world, folder)
}

fn flag(b: bool) -> &'static str {
    if b { "true" } else { "false" }
}

/// Second-generation hubs that an installer has attempted by the cut-off.
fn hubs(world: &World, folder: &mut Folder) -> Result<(), SimError> {
    let mut s = folder.sink("hubs.csv", HUBS)?;
    for h in
        world.network.fleet.homes.iter().filter(|h| {
            h.generation == Generation::Smets2 && h.installed.start().0 < world.cut_off()
        })
    {
        let mut rng = Rng::stream(world.config.seed, &[60, u64::from(h.number)]);
        let installed = h.installed.start().0 + 10 * HOUR + rng.between(0, 360) * MINUTE;
        let connected = match h.wan {
            Wan::AtInstall => Some(installed + 5 * MINUTE),
            Wan::After(n) => Some(installed + i64::from(n) * DAY_US),
            Wan::Never => None,
        }
        .filter(|&at| at < world.cut_off());
        let exception =
            if h.wan == Wan::AtInstall || !rng.chance(80_000) { "" } else { "no-access" };
        let provider = world.network.profile(h.region).map_or("", |p| p.provider);
        s.eui(northbound_emulator::fleet::device(h.number, northbound_emulator::DeviceType::Chf))
            .word(h.region.as_str())
            .word(provider)
            .time(Some(Utc(installed)))
            .word(if h.wan == Wan::AtInstall { "8.14.1" } else { "8.14.2" })
            .word(flag(h.in_coverage))
            .time(connected.map(Utc))
            .word(exception)
            .word(flag(h.predicted))
            .word("invented")
            .end()?;
    }
    folder.close("hubs.csv", "hubs", s)
}

fn population(world: &World, folder: &mut Folder) -> Result<(), SimError> {
    let mut s = folder.sink("population.csv", POPULATION)?;
    for day in world.each_day() {
        let mut counts: BTreeMap<(Region, Generation, &str, &str), i64> = BTreeMap::new();
        for h in world.network.fleet.homes.iter().filter(|h| h.installed <= day) {
            let status = status(h, day);
            let devices: &[&str] =
                if h.gas { &["ESME", "GSME", "CHF", "GPF"] } else { &["ESME", "CHF"] };
            for device in devices {
                *counts.entry((h.region, h.generation, device, status)).or_default() += 1;
            }
        }
        for ((region, generation, device, status), n) in counts {
            s.word(&day.to_string())
                .word(region.as_str())
                .word(generation.as_str())
                .word(device)
                .word(status)
                .number(n)
                .end()?;
        }
    }
    folder.close("population.csv", "population", s)
}

fn status(h: &Home, day: Day) -> &'static str {
    if h.connected_on(day) { "commissioned" } else { "installed-not-commissioned" }
}

/// Down times and planned maintenance, in whole minutes; each day (from 0) is invented.
fn services(world: &World, folder: &mut Folder) -> Result<(), SimError> {
    let name = format!("services-{}.csv", world.config.period);
    let mut s = folder.sink(&name, SERVICES)?;
    let rows: [(&str, i32, i64, i64, &str, &str); 7] = [
        ("DCC Data Service", 4, 120, 20, "planned", "planned work"),
        ("DCC Data Service", 4, 120, 60, "down", "planned work overran"),
        ("DCC Data Service", 19, 840, 23, "down", "fault of a database node"),
        ("SSI", 9, 600, 95, "down", "certificate expired"),
        ("SSI", 12, 60, 180, "planned", "planned work"),
        ("WGI CSPC", 12, 30, 12, "down", "link lost"),
        ("WGI CSPS", 17, 840, 45, "down", "region without service"),
    ];
    for (n, (service, day, minute, lasts, kind, note)) in
        rows.into_iter().enumerate().filter(|(_, r)| r.1 < world.days as i32)
    {
        let from = world.first().plus(day).start().0 + minute * MINUTE;
        s.word(service)
            .time(Some(Utc(from)))
            .time(Some(Utc(from + lasts * MINUTE)))
            .word(kind)
            .word(&format!("INC{:012}", 900_000_000_000u64 + n as u64))
            .word(&format!("{note} (invented)"))
            .end()?;
    }
    folder.close(&name, "services", s)
}
