//! Tables that go to the registers: service intervals, population, hub installs. Plain owned rows:
//! there are few.

use crate::{
    cell::{RawRow, Row},
    error::{Bad, Reason, fault},
    forecast::{ForecastRow, VolumeRow},
    layout::{hubs as h, population as p, services as s},
    session::{Context, Load, LoadError},
};
use northbound_ledger::sink::SinkError;
use northbound_types::{Day, Eui64, Generation, Region, Utc, text_enum};
use serde::Serialize;

text_enum! {
    /// Why a service was not there.
    pub enum IntervalKind("kind of interval") {
        /// It was down.
        Down = "down",
        /// Planned maintenance.
        Planned = "planned",
    }
}

/// One interval of a service, whole minutes in UTC, half-open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ServiceInterval {
    /// Which service.
    pub service: String,
    /// First minute.
    pub from: Utc,
    /// First minute after.
    pub to: Utc,
    /// Down, or planned.
    pub kind: IntervalKind,
    /// Reference of the incident or change; empty where none.
    pub reference: String,
    /// In words.
    pub note: String,
    /// Row in the source file.
    pub place: i64,
}

/// Devices of one sort on one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PopulationRow {
    /// The day.
    pub day: Day,
    /// Region.
    pub region: Region,
    /// Meter generation.
    pub generation: Generation,
    /// Device type.
    pub device_type: String,
    /// Status in the inventory; empty where not stated.
    pub status: String,
    /// How many.
    pub count: u64,
    /// Row in the source file.
    pub place: i64,
}

/// One attempt to install a hub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HubInstall {
    /// The hub.
    pub hub: Eui64,
    /// Region.
    pub region: Region,
    /// Service provider; empty where not stated.
    pub provider: String,
    /// When it was installed.
    pub installed: Utc,
    /// `8.14.1` (installed, connected) or `8.14.2` (installed without connection).
    pub srv: String,
    /// Was the place within stated coverage?
    pub in_coverage: bool,
    /// When it was first connected, if ever.
    pub connected: Option<Utc>,
    /// Allowed exception; empty where none.
    pub exception: String,
    /// What the coverage database predicted.
    pub predicted: Option<bool>,
    /// In words.
    pub note: String,
    /// Row in the source file.
    pub place: i64,
}

/// Takes rows for the registers.
pub trait RegisterSink {
    /// One interval of a service.
    ///
    /// # Errors
    /// When it cannot be stored.
    fn service(&mut self, row: &ServiceInterval) -> Result<(), SinkError>;
    /// Devices of one sort on one day.
    ///
    /// # Errors
    /// When it cannot be stored.
    fn population(&mut self, row: &PopulationRow) -> Result<(), SinkError>;
    /// One hub install.
    ///
    /// # Errors
    /// When it cannot be stored.
    fn hub(&mut self, row: &HubInstall) -> Result<(), SinkError>;
    /// One week of a SMETS1 migration.
    ///
    /// # Errors
    /// When it cannot be stored.
    fn migration(&mut self, row: &crate::MigrationRow) -> Result<(), SinkError>;
    /// One line of a forecast.
    ///
    /// # Errors
    /// When it cannot be stored.
    fn forecast(&mut self, row: &ForecastRow) -> Result<(), SinkError>;
    /// One count of traffic.
    ///
    /// # Errors
    /// When it cannot be stored.
    fn volume(&mut self, row: &VolumeRow) -> Result<(), SinkError>;
}

/// Loads service intervals.
pub(crate) struct Services<'s> {
    pub(crate) sink: &'s mut dyn RegisterSink,
}
/// Loads population rows.
pub(crate) struct Population<'s> {
    pub(crate) sink: &'s mut dyn RegisterSink,
}
/// Loads hub installs.
pub(crate) struct Hubs<'s> {
    pub(crate) sink: &'s mut dyn RegisterSink,
}

fn must_text<R: RawRow>(row: &Row<'_, R>, column: usize) -> Result<String, Bad> {
    match row.text(column)? {
        "" => Err(row.missing(column)),
        t => Ok(t.to_owned()),
    }
}

fn minute<R: RawRow>(row: &Row<'_, R>, column: usize) -> Result<Utc, Bad> {
    let at = row.must_time(column)?;
    if at.rem_euclid(60_000_000) == 0 {
        Ok(Utc(at))
    } else {
        Err(fault(
            row.name(column),
            Reason::NotAMinute,
            "down times are whole minutes: decide how to round before reporting them",
            &Utc(at).to_string(),
        ))
    }
}

impl Load for Services<'_> {
    fn load<R: RawRow>(
        &mut self,
        row: &Row<'_, R>,
        place: i64,
        context: &mut Context<'_>,
    ) -> Result<(), LoadError> {
        let found = ServiceInterval {
            service: must_text(row, s::SERVICE)?,
            from: minute(row, s::FROM)?,
            to: minute(row, s::TO)?,
            kind: row.word(s::KIND)?.ok_or_else(|| row.missing(s::KIND))?,
            reference: row.text(s::REFERENCE)?.to_owned(),
            note: row.note(s::NOTE)?.to_owned(),
            place,
        };
        if found.to <= found.from {
            return Err(fault(
                "to",
                Reason::EndBeforeStart,
                format!("not after `from` ({})", found.from),
                &found.to.to_string(),
            )
            .into());
        }
        self.sink.service(&found).map_err(LoadError::Sink)?;
        context.saw(found.from.0);
        Ok(())
    }
}

impl Load for Population<'_> {
    fn load<R: RawRow>(
        &mut self,
        row: &Row<'_, R>,
        place: i64,
        context: &mut Context<'_>,
    ) -> Result<(), LoadError> {
        let day = Utc(row.must_time(p::DAY)?).day();
        let found = PopulationRow {
            day,
            region: row.word(p::REGION)?.ok_or_else(|| row.missing(p::REGION))?,
            generation: row.word(p::GENERATION)?.unwrap_or(Generation::None),
            device_type: must_text(row, p::DEVICE_TYPE)?,
            status: row.text(p::STATUS)?.to_owned(),
            count: row.count(p::COUNT)?.ok_or_else(|| row.missing(p::COUNT))?.unsigned_abs(),
            place,
        };
        self.sink.population(&found).map_err(LoadError::Sink)?;
        context.saw(day.start().0);
        Ok(())
    }
}

impl Load for Hubs<'_> {
    fn load<R: RawRow>(
        &mut self,
        row: &Row<'_, R>,
        place: i64,
        context: &mut Context<'_>,
    ) -> Result<(), LoadError> {
        let srv = must_text(row, h::SRV)?;
        if !matches!(srv.as_str(), "8.14.1" | "8.14.2") {
            return Err(
                fault("srv", Reason::UnknownWord, "use one of: 8.14.1, 8.14.2", &srv).into()
            );
        }
        let found = HubInstall {
            hub: row.eui(h::HUB)?.ok_or_else(|| row.missing(h::HUB))?,
            region: row.word(h::REGION)?.ok_or_else(|| row.missing(h::REGION))?,
            provider: row.text(h::PROVIDER)?.to_owned(),
            installed: Utc(row.must_time(h::INSTALLED)?),
            srv,
            in_coverage: row.boolean(h::IN_COVERAGE)?.ok_or_else(|| row.missing(h::IN_COVERAGE))?,
            connected: row.time(h::CONNECTED)?.map(Utc),
            exception: row.text(h::EXCEPTION)?.to_owned(),
            predicted: row.boolean(h::PREDICTED)?,
            note: row.note(h::NOTE)?.to_owned(),
            place,
        };
        self.sink.hub(&found).map_err(LoadError::Sink)?;
        context.saw(found.installed.0);
        Ok(())
    }
}
