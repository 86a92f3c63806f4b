//! What people keep beside the records: feeds with their calendars, the fault, parties,
//! explanations, an annotation, and the note that comes with the correction. All invented.

use super::{Folder, RESENT_DAYS, day_text};
use crate::{
    config::SimError,
    world::{FAULTY_DAYS, World},
};
use northbound_emulator::latency::HOUR;
use northbound_types::Utc;
use serde_json::{Value, json};

/// When the correction was sent: 20 days after the first statement, µs UTC.
pub(crate) fn resent_at(world: &World) -> i64 {
    world.known() + 20 * 24 * HOUR
}

pub(crate) fn write(world: &World, folder: &mut Folder) -> Result<(), SimError> {
    folder.json("registers.json", "registers", &registers(world))?;
    let note = json!({
        "note": "invented",
        "corrections": [{
            "file": "tests-cspc-resent.csv", "holds": "messages", "corrects": "tests-cspc.csv", "source": "CSPC", "feed": "cspc", "revision": 2,
            "first_day": day_text(world, RESENT_DAYS.0), "last_day": day_text(world, RESENT_DAYS.1), "known": Utc(resent_at(world)),
            "reason": "Days of the test log sent again after the reporting tool was repaired; it had lost tests without an answer and written one second for every round trip.",
        }],
    });
    folder.json("correction/correction.json", "correction", &note)
}

fn registers(world: &World) -> Value {
    let last = day_text(world, world.days as i32 - 1);
    json!({
        "note": "invented by the simulator",
        "feeds": feeds(world),
        "faults": faults(world),
        "users": world.config.users.iter().enumerate().map(|(n, u)| json!({
            "user": u.eui, "party": format!("INV{:02}", n + 1), "name": u.name, "category": u.category,
            "roles": u.roles, "from": "2020-01-01", "region": u.region,
        })).collect::<Vec<_>>(),
        "explanations": explanations(world),
        "annotations": [{
            "from": day_text(world, 0), "to": last, "title": "Invented: fewer installs", "text": "Invented: fewer installs than usual while fitters were retrained.", "by": "DCC operations",
        }],
        "overrides": [],
        "sources": [
            { "source": "dsp", "rank": 1, "holds": "messages" }, { "source": "user1", "rank": 2, "holds": "messages" },
        ],
    })
}

/// Id, title, layout, provider, owner, calendar.
const FEEDS: [[&str; 6]; 9] = [
    [
        "dsp",
        "Service's records of Users' requests",
        "messages",
        "",
        "DSP service reporting",
        "daily",
    ],
    ["cspn", "Test log, North", "tests", "CSPN", "CSPN reporting team", "daily"],
    ["cspc", "Test log, Central", "tests", "CSPC", "CSPC reporting team", "daily"],
    ["csps", "Test log, South", "tests", "CSPS", "CSPS reporting team", "daily"],
    ["alerts", "Alert records", "alerts", "", "DSP service reporting", "daily"],
    ["payloads", "Firmware payloads by device", "payloads", "", "DSP service reporting", "monthly"],
    [
        "services",
        "Down times and planned maintenance",
        "services",
        "",
        "DCC service management",
        "monthly",
    ],
    ["hubs", "Hub installs", "hubs", "", "DCC service management", "monthly"],
    ["figures", "Monthly performance report", "figures", "", "DCC reporting", "monthly"],
];

fn feeds(world: &World) -> Vec<Value> {
    let (first, last) = (world.first(), day_text(world, world.days as i32 - 1));
    let feed = |[id, title, carries, provider, owner, calendar]: [&str; 6]| {
        json!({
            "id": id, "title": title, "carries": [carries], "provider": provider, "owner": owner, "calendar": calendar, "expected_from": first, "expected_to": last,
        })
    };
    FEEDS.into_iter().map(feed).collect()
}

fn faults(world: &World) -> Vec<Value> {
    if !world.config.scenario.faulty_reporting {
        return Vec::new();
    }
    vec![json!({
        "feed": "cspc", "provider": "CSPC", "from": day_text(world, FAULTY_DAYS.0), "to": day_text(world, FAULTY_DAYS.1),
        "measures": ["PM4.1", "PM4.2", "PM4.3"], "severity": "unreliable", "owner": "CSPC reporting team", "reference": "CR-INV-0417",
        "description": "Reporting tool loses tests without an answer and whole days, and writes one second for each round trip.",
    })]
}

/// Measure, provider, region, text, where it was given, author. PM4.3 of Central, which falls below its target with
/// the correction, has none on purpose: the pack has to list it.
const EXPLANATIONS: [[&str; 6]; 15] = [
    [
        "CPM1",
        "DCC",
        "none",
        "Firmware in the North kept the measure below target.",
        "in-report",
        "DCC reporting",
    ],
    [
        "PM2",
        "CSPN",
        "north",
        "Payloads repeat over a congested network; capacity work continues.",
        "in-report",
        "CSPN reporting team",
    ],
    [
        "DSP1.1",
        "DSP",
        "none",
        "Requests to the North time out by day.",
        "in-report",
        "DSP service reporting",
    ],
    [
        "DSP1.2",
        "DSP",
        "none",
        "A share of requests to the North ends without an answer.",
        "in-report",
        "DSP service reporting",
    ],
    [
        "DSP1.3",
        "DSP",
        "none",
        "A share of scheduled reads in the North ends without an answer.",
        "in-report",
        "DSP service reporting",
    ],
    [
        "PM3.1",
        "CSPN",
        "north",
        "Scheduled reads repeat over a congested network.",
        "in-report",
        "CSPN reporting team",
    ],
    [
        "PM4.3",
        "CSPN",
        "north",
        "Tests without an answer are being looked into.",
        "in-report",
        "CSPN reporting team",
    ],
    [
        "PM4.2",
        "CSPN",
        "north",
        "Tests without an answer are being looked into.",
        "in-report",
        "CSPN reporting team",
    ],
    [
        "PM4.1",
        "CSPN",
        "north",
        "Tests without an answer are being looked into.",
        "in-report",
        "CSPN reporting team",
    ],
    [
        "CPM2",
        "DCC",
        "none",
        "Scheduled and dated requests to the North end without an answer more often than elsewhere.",
        "in-report",
        "DCC reporting",
    ],
    [
        "UR1",
        "CSPN",
        "north",
        "Users' requests to the North time out by day.",
        "in-report",
        "CSPN reporting team",
    ],
    [
        "UR1",
        "CSPN",
        "north",
        "The provider added in a call that evenings are worst.",
        "offline",
        "CSPN reporting team",
    ],
    [
        "UR2",
        "CSPN",
        "north",
        "A share of dated requests to the North ends without an answer.",
        "in-report",
        "CSPN reporting team",
    ],
    [
        "UR2",
        "CSPC",
        "central",
        "A share of dated requests ends without an answer.",
        "in-report",
        "CSPC reporting team",
    ],
    [
        "UR2",
        "CSPS",
        "south",
        "A share of dated requests ends without an answer.",
        "in-report",
        "CSPS reporting team",
    ],
];

fn explanations(world: &World) -> Vec<Value> {
    let explanation = |[measure, provider, region, text, place, by]: [&str; 6]| {
        json!({
            "measure": measure, "provider": provider, "region": region, "period": world.config.period, "text": text, "given": place, "by": by,
            "steps": "Invented: capacity is added region by region; progress is reported each month.",
        })
    };
    EXPLANATIONS.into_iter().map(explanation).collect()
}
