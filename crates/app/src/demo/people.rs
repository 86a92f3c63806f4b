//! What people keep beside the records, so that each role finds something of its own: contacts, incidents,
//! changes, the group's documents and actions, forecasts. All of it is invented and says so, and goes through
//! the same use-cases as anybody's.

mod group;

use crate::{
    changes::{self, NewChange},
    context::Context,
    error::{AppError, Result},
    forecast::{self, ActualsChoice, SubmitRequest},
    ingest::{IngestedFile, Request, ingest},
    people::contacts::{self, NewContact},
    progress::Progress,
};
use northbound_ingest::Layout;
use northbound_registers::records::oversight::changes::{
    Consultation, OperationalView, UserImpact, Verdict, Window,
};
use northbound_sim::{World, invented_users};
use northbound_types::{Actor, Day, ForecastKind, Period, Region, Utc};
use std::{fmt::Write, path::Path};

const HOUR: i64 = 3_600_000_000;

/// Returns the files that it wrote into `input` and ingested.
pub(super) fn load(
    world: &World,
    input: &Path,
    ctx: &Context,
    progress: &mut Progress,
) -> Result<Vec<IngestedFile>> {
    let period = world.config.period;
    // What people did all through the month is not known while it lasts: a demo of few days goes without.
    if i64::from(world.days) < i64::from(period.days()) {
        return Ok(Vec::new());
    }
    group::load(ctx, period)?;
    nominated(ctx, period)?;
    let mut taken = incidents(input, ctx, period, progress)?;
    change_requests(ctx, period)?;
    taken.extend(forecasts(input, ctx, period, progress)?);
    Ok(taken)
}

/// The `n`th day of a month, from 1.
fn day(period: Period, n: i32) -> Day {
    period.first().plus(n - 1)
}

/// A time of that day: hours and minutes, such as `9.30`, as 930.
fn at(period: Period, n: i32, hhmm: i64) -> Utc {
    Utc(day(period, n).start().0 + hhmm / 100 * HOUR + hhmm % 100 * HOUR / 60)
}

fn acting(
    ctx: &Context,
    person: &str,
    party: Option<&str>,
    body: Option<&str>,
    role: &str,
) -> Context {
    let own = |t: Option<&str>| t.map(str::to_owned);
    let actor = Actor {
        person: person.to_owned(),
        party: own(party),
        body: own(body),
        roles: vec![role.to_owned()],
    };
    Context { actor, reason: "invented for the demo".to_owned(), ..ctx.clone() }
}

/// Suppliers' contacts: one party has none for forecasts, one has one that nobody confirmed, and one was
/// confirmed too long ago.
fn nominated(ctx: &Context, period: Period) -> Result<()> {
    const NONE: usize = 7;
    const PENDING: usize = 3;
    const STALE: usize = 2;
    let long_ago = Context { now: at(period.plus(-3), 12, 900), ..ctx.clone() };
    for topic in ["incidents", "forecasts"] {
        for n in 1..=NONE {
            if topic == "forecasts" && n == NONE {
                continue;
            }
            let party = format!("INV{n:02}");
            let when = if n == STALE { &long_ago } else { ctx };
            let by = |person: &str| acting(when, person, Some(&party), None, "user");
            let new = NewContact {
                party: party.clone(),
                topic: topic.to_owned(),
                address: format!("{topic}@{}.example", party.to_lowercase()),
                role: format!("desk for {topic} (invented)"),
                from: None,
                to: None,
            };
            let made = contacts::propose(&by("proposer"), &new)?;
            if n != PENDING {
                contacts::confirm(&by("confirmer"), &made.id)?;
            }
        }
    }
    Ok(())
}

/// One event a row. Days count from the first of the month, and days beyond its end are days after it; times are
/// UTC; the text is the last column and may have commas.
const EVENTS: &str = include_str!("people/incidents.csv");

/// A log of incidents as a file, which is imported.
fn incidents(
    input: &Path,
    ctx: &Context,
    period: Period,
    progress: &mut Progress,
) -> Result<Vec<IngestedFile>> {
    let mut csv =
        "incident,event,at,known,category,responsible,area,provider,to,text,by\n".to_owned();
    for line in EVENTS.lines().skip(1) {
        let (incident, event, time, rest) = event_of(line, period)
            .ok_or_else(|| AppError::usage(format!("incidents.csv of the demo: {line:?}")))?;
        let [category, area, provider, text] = rest;
        let responsible = if event == "opened" { "DCC" } else { "" };
        let to = if event == "escalated" { "opsg" } else { "" };
        let _ = writeln!(
            csv,
            "INC{incident:012},{event},{time},{time},{category},{responsible},{area},{provider},{to},\"{text}\",DCC service desk"
        );
    }
    imported(&input.join("incidents.csv"), &csv, Layout::Incidents, ctx, progress)
}

/// Incident, event, time, and category, area, provider, text of a line of [`EVENTS`].
fn event_of(line: &str, period: Period) -> Option<(u32, &str, Utc, [&str; 4])> {
    let columns: Vec<&str> = line.splitn(8, ',').collect();
    let [incident, event, on, time, rest @ ..] = &columns[..] else { return None };
    let (hours, minutes) = time.split_once(':')?;
    let hhmm = hours.parse::<i64>().ok()? * 100 + minutes.parse::<i64>().ok()?;
    let rest = <[&str; 4]>::try_from(rest).ok()?;
    Some((incident.parse().ok()?, event, at(period, on.parse().ok()?, hhmm), rest))
}

fn imported(
    path: &Path,
    text: &str,
    layout: Layout,
    ctx: &Context,
    progress: &mut Progress,
) -> Result<Vec<IngestedFile>> {
    std::fs::write(path, text).map_err(|e| AppError::io("write", path, e))?;
    Ok(ingest(ctx, &Request::file(path.to_owned()), layout, progress)?.files)
}

/// One change that ran, one that waits for its consultation, one that is approved and planned.
fn change_requests(ctx: &Context, period: Period) -> Result<()> {
    let window = |p: Period, n: i32| Window { from: at(p, n, 100), to: at(p, n, 400) };
    let raised = |title: &str, region: Region, on: Day, planned: Window| NewChange {
        title: format!("{title} (invented)"),
        kind: "configuration".to_owned(),
        systems: vec!["regional network".to_owned()],
        measures: vec!["PM3.1".to_owned()],
        regions: vec![region],
        text: "Invented for the demo.".to_owned(),
        raised: Some(on),
        by: Some("DCC".to_owned()),
        reference: None,
        planned: Some(planned),
    };
    let next = period.plus(2);
    let ran =
        raised("Shorter retry interval, North", Region::North, day(period, 1), window(period, 15));
    let id = changes::add(ctx, &ran)?.id;
    agreed(ctx, &id, period)?;
    changes::record_run(ctx, &id, window(period, 15), false)?;
    let waits =
        raised("Larger firmware blocks, North", Region::North, day(period, 20), window(next, 9));
    let id = changes::add(ctx, &waits)?.id;
    changes::assess_impact(ctx, &id, impact(day(period, 22)))?;
    let planned =
        raised("New mast controller, South", Region::South, day(period, 10), window(next, 16));
    let id = changes::add(ctx, &planned)?.id;
    agreed(ctx, &id, period)
}

fn impact(on: Day) -> UserImpact {
    UserImpact {
        text: "Requests to the region may wait for up to ten minutes.".to_owned(),
        by: "DCC".to_owned(),
        on,
        document: String::new(),
    }
}

/// Impact, consultation, operational view, approval.
fn agreed(ctx: &Context, id: &str, period: Period) -> Result<()> {
    changes::assess_impact(ctx, id, impact(day(period, 3)))?;
    let asked = Consultation {
        whom: "suppliers and network operators".to_owned(),
        from: day(period, 3),
        to: day(period, 10),
        outcome: "no objection".to_owned(),
        document: String::new(),
    };
    changes::consult(ctx, id, asked)?;
    let view = OperationalView {
        body: group::GROUP.to_owned(),
        verdict: Verdict::Supports,
        text: "Supported.".to_owned(),
        on: day(period, 13),
        document: String::new(),
    };
    changes::give_view(ctx, id, view)?;
    let chair = acting(ctx, "chair", None, Some(group::GROUP), "chair");
    changes::approve(&chair, id, false).map(|_| ())
}

/// Forecasts of the month and the two after it as a file, which is imported: what each User then did, more or
/// less. One User gave none, and one gave it too late.
fn forecasts(
    input: &Path,
    ctx: &Context,
    period: Period,
    progress: &mut Progress,
) -> Result<Vec<IngestedFile>> {
    const WITHOUT: usize = 4;
    const LATE: usize = 5;
    /// Actual requests as a percentage of the forecast, User by User.
    const PERCENT: [i64; 14] = [104, 97, 121, 100, 0, 99, 86, 103, 95, 101, 140, 98, 105, 100];
    let in_time = at(period.plus(-3), 20, 1000);
    let late = at(period.plus(-2), 10, 1000);
    let mut csv = "user,kind,srv,mode,period,count,made\n".to_owned();
    for (n, user) in invented_users().iter().enumerate().filter(|(n, _)| *n != WITHOUT) {
        let made = if n == LATE { late } else { in_time };
        let percent = PERCENT.get(n).copied().filter(|p| *p > 0).unwrap_or(100);
        let asked = SubmitRequest {
            user: Some(user.eui),
            kind: ForecastKind::Sr,
            from: Some(period.next()),
            months: Some(1),
            from_history: true,
            set: Vec::new(),
            leave_out: Vec::new(),
            made: None,
            note: String::new(),
            actuals: ActualsChoice::default(),
        };
        let proposed = forecast::prefill(ctx, &asked)?.json;
        for line in proposed["lines"].as_array().into_iter().flatten() {
            let (Some(srv), Some(mode), Some(count)) =
                (line["srv"].as_str(), line["mode"].as_str(), line["count"].as_i64())
            else {
                continue;
            };
            for month in 0..3 {
                let count = count * 100 / percent;
                let _ = writeln!(
                    csv,
                    "{},sr,{srv},{mode},{},{count},{made}",
                    user.eui,
                    period.plus(month)
                );
            }
        }
    }
    imported(&input.join("forecasts.csv"), &csv, Layout::Forecasts, ctx, progress)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_of_the_demo_has_its_columns() {
        let period = Period::month(2026, 4);
        assert_eq!(EVENTS.lines().skip(1).filter(|l| event_of(l, period).is_some()).count(), 24);
        let (incident, event, time, [.., text]) =
            event_of("1,opened,31,09:05,1,network,CSPN,North: a, b", period)
                .expect("eight columns");
        assert_eq!((incident, event, text), (1, "opened", "North: a, b"));
        assert_eq!(time, at(period, 31, 905));
        assert!(event_of("1,opened,31,0905,1,network,CSPN,x", period).is_none());
        assert!(event_of("1,opened,31,09:05,1,network,CSPN", period).is_none());
    }
}
