//! Forecasts and counts of traffic, one row a month and service. Plain owned rows: there are few.

use crate::{
    cell::{Cell, RawRow, Row, printed},
    error::{Bad, Reason, fault},
    layout::{forecasts as f, volumes as v},
    number,
    register::RegisterSink,
    session::{Context, Load, LoadError},
};
use northbound_types::{Eui64, ForecastKind, Mode, Period, Utc};
use serde::Serialize;

/// One line of a forecast.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ForecastRow {
    /// Of what; Service Requests where not stated.
    pub kind: ForecastKind,
    /// Whose.
    pub user: Eui64,
    /// Service Reference Variant; `single` or `batched` for certificate requests.
    pub srv: String,
    /// Mode; empty for certificate requests.
    pub mode: String,
    /// Month.
    pub period: Period,
    /// Requests in the month.
    pub count: i64,
    /// When the forecast was submitted, where the row says so.
    pub made: Option<Utc>,
    /// Row in the source file.
    pub place: i64,
}

/// One count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VolumeRow {
    /// Of what; Service Requests where not stated.
    pub kind: ForecastKind,
    /// Whose.
    pub user: Eui64,
    /// Service Reference Variant; `single` or `batched` for certificate requests.
    pub srv: String,
    /// Mode; empty for certificate requests.
    pub mode: String,
    /// Month.
    pub period: Period,
    /// How many; a correction may be negative.
    pub count: i64,
    /// Is it a correction?
    pub correction: bool,
    /// What tells one correction from another.
    pub reference: String,
    /// Row in the source file.
    pub place: i64,
}

/// Loads forecasts.
pub(crate) struct Forecasts<'s> {
    pub(crate) sink: &'s mut dyn RegisterSink,
}
/// Loads counts.
pub(crate) struct Volumes<'s> {
    pub(crate) sink: &'s mut dyn RegisterSink,
}

impl Load for Forecasts<'_> {
    fn load<R: RawRow>(
        &mut self,
        row: &Row<'_, R>,
        place: i64,
        context: &mut Context<'_>,
    ) -> Result<(), LoadError> {
        let kind = row.word(f::KIND)?.unwrap_or(ForecastKind::Sr);
        let (srv, mode) = service(row, kind, f::SRV, f::MODE)?;
        let found = ForecastRow {
            kind,
            user: row.eui(f::USER)?.ok_or_else(|| row.missing(f::USER))?,
            srv,
            mode,
            period: month(row, f::PERIOD)?,
            count: row.count(f::COUNT)?.ok_or_else(|| row.missing(f::COUNT))?,
            made: row.time(f::MADE)?.map(Utc),
            place,
        };
        self.sink.forecast(&found).map_err(LoadError::Sink)?;
        context.saw(found.period.first().start().0);
        Ok(())
    }
}

impl Load for Volumes<'_> {
    fn load<R: RawRow>(
        &mut self,
        row: &Row<'_, R>,
        place: i64,
        context: &mut Context<'_>,
    ) -> Result<(), LoadError> {
        let kind = row.word(v::KIND)?.unwrap_or(ForecastKind::Sr);
        let (srv, mode) = service(row, kind, v::SRV, v::MODE)?;
        let correction = row.boolean(v::CORRECTION)?.unwrap_or(false);
        let found = VolumeRow {
            kind,
            user: row.eui(v::USER)?.ok_or_else(|| row.missing(v::USER))?,
            srv,
            mode,
            period: month(row, v::PERIOD)?,
            count: signed(row, v::COUNT)?,
            correction,
            reference: row.text(v::REFERENCE)?.to_owned(),
            place,
        };
        self.sink.volume(&found).map_err(LoadError::Sink)?;
        context.saw(found.period.first().start().0);
        Ok(())
    }
}

/// Service and mode that fit the kind.
fn service<R: RawRow>(
    row: &Row<'_, R>,
    kind: ForecastKind,
    srv: usize,
    mode: usize,
) -> Result<(String, String), Bad> {
    let service = match row.text(srv)? {
        "" => return Err(row.missing(srv)),
        t => t.to_owned(),
    };
    match kind {
        ForecastKind::Sr => {
            Ok((service, row.word::<Mode>(mode)?.ok_or_else(|| row.missing(mode))?.to_string()))
        }
        ForecastKind::Csr if !matches!(service.as_str(), "single" | "batched") => Err(fault(
            row.name(srv),
            Reason::UnknownWord,
            "certificate requests are one of: single, batched",
            &service,
        )),
        ForecastKind::Csr => match row.text(mode)? {
            "" => Ok((service, String::new())),
            t => Err(fault(
                row.name(mode),
                Reason::UnknownWord,
                "certificate requests have no mode; leave it empty",
                t,
            )),
        },
    }
}

/// A calendar month. A day stands for nothing here: a spreadsheet's date cell is translated by the mapping.
fn month<R: RawRow>(row: &Row<'_, R>, column: usize) -> Result<Period, Bad> {
    let cell = row.get(column);
    if cell == Cell::Empty {
        return Err(row.missing(column));
    }
    let text = printed(cell);
    match text.parse() {
        Ok(p @ Period::Month(..)) => Ok(p),
        Ok(_) | Err(_) => Err(fault(
            row.name(column),
            Reason::MalformedPeriod,
            "write a month as 2026-05; translate other spellings under [values.period] of a mapping",
            &text,
        )),
    }
}

/// A whole number that may be negative.
fn signed<R: RawRow>(row: &Row<'_, R>, column: usize) -> Result<i64, Bad> {
    let cell = row.get(column);
    if cell == Cell::Empty {
        return Err(row.missing(column));
    }
    let text = printed(cell);
    let (negative, digits) = text.strip_prefix('-').map_or((false, text.as_str()), |d| (true, d));
    let size = number::uint(digits)
        .map_err(|(reason, why)| fault(row.name(column), reason, why, &text))?;
    let size = i64::try_from(size).map_err(|_| {
        fault(row.name(column), Reason::TooLarge, "beyond 9223372036854775807", &text)
    })?;
    Ok(if negative { -size } else { size })
}
