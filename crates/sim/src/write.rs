//! Writes what a reporting analyst would hold, day by day, so that memory stays small.

mod archive;
mod csv_out;
mod figures;
mod layouts;
mod registers;
mod tables;
pub mod truth;
mod user_log;

use crate::{
    config::SimError,
    drive::Watch,
    world::{DayTraffic, FAULTY_DAYS, World},
};
use csv_out::Sink;
use northbound_types::{Day, Region, Utc};
use serde::Serialize;
use std::path::{Path, PathBuf};
use truth::Truth;

/// How far the writing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Days written.
    pub done: u32,
    /// Days in all.
    pub of: u32,
}

/// One file written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WrittenFile {
    /// Path inside the folder, with `/`.
    pub path: String,
    /// What it holds: `messages`, `tests`, `alerts`, `duis`, `user-log`, `map`, `figures`,
    /// `services`, `population`, `payloads`, `hubs`, `figures-daily`, `registers`, `correction`, `truth`, `notes`.
    pub kind: String,
    /// Rows, where it is a table.
    pub rows: u64,
}

/// The manifest of the folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Manifest {
    /// Files in the order in which they were written.
    pub files: Vec<WrittenFile>,
    /// What is true of them.
    pub truth: Truth,
}

/// Days in one part of the message and alert files.
const DAYS_PER_PART: u32 = 10;
/// Days (from 0) of CSPC's test log that are sent again for the second issue, both included.
pub(crate) const RESENT_DAYS: (i32, i32) = (10, 16);

pub(crate) fn failed(path: &Path) -> impl Fn(std::io::Error) -> SimError + '_ {
    move |source| SimError::Write { path: path.to_owned(), source }
}

/// The folder being filled.
pub(crate) struct Folder<'a> {
    out: &'a Path,
    files: Vec<WrittenFile>,
}

impl Folder<'_> {
    fn path(&self, name: &str) -> PathBuf {
        self.out.join(name)
    }
    fn sink(&self, name: &str, header: &str) -> Result<Sink, SimError> {
        Sink::create(self.path(name), header)
    }
    fn close(&mut self, name: &str, kind: &str, sink: Sink) -> Result<(), SimError> {
        let rows = sink.finish()?;
        self.files.push(WrittenFile { path: name.to_owned(), kind: kind.to_owned(), rows });
        Ok(())
    }
    fn json(&mut self, name: &str, kind: &str, value: &impl Serialize) -> Result<(), SimError> {
        let text = serde_json::to_string_pretty(value)
            .map_err(|e| failed(&self.path(name))(std::io::Error::other(e)))?;
        self.text(name, kind, &(text + "\n"))
    }
    fn text(&mut self, name: &str, kind: &str, text: &str) -> Result<(), SimError> {
        let path = self.path(name);
        std::fs::write(&path, text).map_err(failed(&path))?;
        self.files.push(WrittenFile { path: name.to_owned(), kind: kind.to_owned(), rows: 0 });
        Ok(())
    }
}

/// Writes all files of a world into a folder (made where it is missing; files of the same names
/// are overwritten). The same world gives the same bytes.
///
/// # Errors
/// [`SimError::Write`] naming the file.
pub fn write_world(
    world: &World,
    out: &Path,
    progress: &mut dyn FnMut(Progress),
) -> Result<Manifest, SimError> {
    let correction = out.join("correction");
    std::fs::create_dir_all(&correction).map_err(failed(&correction))?;
    let mut folder = Folder { out, files: Vec::new() };
    let mut truth = Truth::new(world);
    traffic_files(world, &mut folder, &mut truth, progress)?;
    tables::write(world, &mut folder, &mut truth)?;
    figures::write(world, &mut folder, &mut truth)?;
    registers::write(world, &mut folder)?;
    folder.json("truth.json", "truth", &truth)?;
    folder.text("README.txt", "notes", NOTES)?;
    Ok(Manifest { files: folder.files, truth })
}

/// The files that hold traffic, written day by day as the core's month hands them over.
struct TrafficFiles<'a, 'f> {
    world: &'a World,
    folder: &'a mut Folder<'f>,
    truth: &'a mut Truth,
    progress: &'a mut dyn FnMut(Progress),
    /// Days handed over.
    day: u32,
    tests: Vec<Sink>,
    payloads: Sink,
    resent: Sink,
    user_log: user_log::UserLog,
    archive: archive::Archive,
    part: Option<(Sink, Sink, u32)>,
}

const TESTED: [Region; 3] = [Region::North, Region::Central, Region::South];

fn tests_name(region: Region) -> String {
    format!("tests-{}.csv", crate::rtt::feed(region))
}

fn traffic_files(
    world: &World,
    folder: &mut Folder,
    truth: &mut Truth,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), SimError> {
    let mut tests = Vec::new();
    for region in TESTED {
        tests.push(folder.sink(&tests_name(region), layouts::MESSAGES)?);
    }
    let payloads = folder.sink("payloads.csv", layouts::PAYLOADS)?;
    let resent = folder.sink("correction/tests-cspc-resent.csv", layouts::MESSAGES)?;
    let user_log =
        user_log::UserLog::new(world, folder.sink("user-log-user1.csv", user_log::HEADER)?);
    let archive = archive::Archive::create(world, folder.path("duis-archive-user1.zip"))?;
    let mut files = TrafficFiles {
        world,
        folder,
        truth,
        progress,
        day: 0,
        tests,
        payloads,
        resent,
        user_log,
        archive,
        part: None,
    };
    world.play(&mut files)?;
    files.finish()
}

impl Watch for TrafficFiles<'_, '_> {
    fn day(&mut self, traffic: DayTraffic) -> Result<(), SimError> {
        let n = self.day;
        self.turn_part(n / DAYS_PER_PART + 1)?;
        let Some((messages, alerts, _)) = &mut self.part else { return Ok(()) };
        let (world, truth) = (self.world, &mut *self.truth);
        for e in &traffic.requests {
            if self.user_log.take(e, n, truth)? {
                layouts::message(messages, e, Utc(world.known()))?;
                truth.message(e);
            }
            self.archive.take(e, n)?;
        }
        for e in &traffic.tests {
            let at = TESTED.iter().position(|&r| r == e.region).unwrap_or(0);
            truth.test(e);
            if let Some(row) = reported(world, n as i32, e) {
                layouts::message(&mut self.tests[at], &row, Utc(world.known()))?;
                truth.test_row(&row);
            }
            if world.config.scenario.faulty_reporting
                && e.region == Region::Central
                && (RESENT_DAYS.0..=RESENT_DAYS.1).contains(&(n as i32))
            {
                layouts::message(&mut self.resent, e, Utc(registers::resent_at(world)))?;
                truth.resent(e, reported(world, n as i32, e).as_ref());
            }
        }
        for a in &traffic.alerts {
            layouts::alert(alerts, a, Utc(world.known()))?;
            self.archive.alert(a, n)?;
            truth.alert(a);
        }
        truth.residue(traffic.residue);
        for p in &traffic.payloads {
            layouts::payload(&mut self.payloads, p, Utc(world.known()))?;
            truth.payload(p);
        }
        self.day += 1;
        (self.progress)(Progress { done: self.day, of: world.days });
        Ok(())
    }
}

impl TrafficFiles<'_, '_> {
    fn turn_part(&mut self, number: u32) -> Result<(), SimError> {
        let period = self.world.config.period;
        if self.part.as_ref().is_some_and(|p| p.2 != number) {
            close_part(&mut self.part, self.folder, period)?;
        }
        if self.part.is_none() {
            self.part = Some((
                self.folder
                    .sink(&format!("messages-{period}-dsp{number}.csv"), layouts::MESSAGES)?,
                self.folder.sink(&format!("alerts-{period}-{number}.csv"), layouts::ALERTS)?,
                number,
            ));
        }
        Ok(())
    }

    fn finish(mut self) -> Result<(), SimError> {
        let folder = self.folder;
        close_part(&mut self.part, folder, self.world.config.period)?;
        for (region, sink) in TESTED.into_iter().zip(self.tests) {
            folder.close(&tests_name(region), "tests", sink)?;
        }
        folder.close("payloads.csv", "payloads", self.payloads)?;
        folder.close("user-log-user1.csv", "user-log", self.user_log.finish())?;
        folder.text("user-log-user1.map.toml", "map", user_log::MAP)?;
        self.truth.archive = self.archive.finish()?;
        folder.files.push(WrittenFile {
            path: "duis-archive-user1.zip".to_owned(),
            kind: "duis".to_owned(),
            rows: self.truth.archive.messages,
        });
        folder.close("correction/tests-cspc-resent.csv", "correction", self.resent)
    }
}

fn close_part(
    part: &mut Option<(Sink, Sink, u32)>,
    folder: &mut Folder,
    period: northbound_types::Period,
) -> Result<(), SimError> {
    let Some((messages, alerts, number)) = part.take() else { return Ok(()) };
    folder.close(&format!("messages-{period}-dsp{number}.csv"), "messages", messages)?;
    folder.close(&format!("alerts-{period}-{number}.csv"), "alerts", alerts)
}

/// What the provider's log says of a test. CSPC's faulty tool loses whole days, six rows in ten on
/// the others and every test without an answer, and writes one second for each round trip.
fn reported(world: &World, day: i32, e: &crate::Exchange) -> Option<crate::Exchange> {
    let faulty = world.config.scenario.faulty_reporting
        && e.region == Region::Central
        && (FAULTY_DAYS.0..=FAULTY_DAYS.1).contains(&day);
    if !faulty {
        return Some(*e);
    }
    let silent = (FAULTY_DAYS.0 + 2..=FAULTY_DAYS.0 + 5).contains(&day);
    if silent || !e.state().is_answered() || e.counter % 10 < 6 {
        return None;
    }
    let mut row = *e;
    let stuck = Utc(e.times.received.0 + 1_000_000);
    (row.times.delivered_to_device, row.times.answered_at_wan, row.times.answer_sent) =
        (None, Some(stuck), Some(stuck));
    Some(row)
}

/// A day of the month as people count, from 1.
pub(crate) fn day_text(world: &World, number: i32) -> Day {
    world.first().plus(number)
}

const NOTES: &str = "\
Everything in this folder is invented by the simulator of Northbound: Users, devices, traffic,
figures, faults, explanations. Nothing describes a real network, party or person.

messages-*.csv, alerts-*.csv   the service's own records (canonical layouts)
tests-csp?.csv                 each provider's log of its round-trip-time tests
payloads.csv, hubs.csv, services-*.csv, population.csv
figures.map.toml says how the figures files spell their nulls
figures-history.csv            what was stated in earlier months; figures-*.csv what is stated for this one
figures-daily-*.csv            what the providers state day by day for the shortest test
duis-archive-user1.zip         a slice of one User's own archive of messages (dummy signatures)
user-log-user1.csv             that User's own log in its own layout; .map.toml says how to read it
incidents.csv, forecasts.csv    written by the demo for its registers, and imported
registers.json                 feeds, faults, parties, explanations, annotations
correction/                    what is sent again for the second issue
truth.json                     what is planted and what the files hold; no real source has this
";
