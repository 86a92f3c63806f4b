//! SMETS1 migrations by week: plan, totals due, actuals and caps. Plain owned rows: there are few.

use crate::{
    cell::{RawRow, Row},
    layout::migrations as m,
    register::RegisterSink,
    session::{Context, Load, LoadError},
};
use northbound_registers::records::smets1::migrations::{MigrationWeek, monday};
use northbound_types::Utc;

/// One number with its row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationRow {
    /// The number. Its week goes by the Monday, whichever day of it the file names.
    pub week: MigrationWeek,
    /// Row in the source file.
    pub place: i64,
}

/// Loads migrations.
pub(crate) struct Migrations<'s> {
    pub(crate) sink: &'s mut dyn RegisterSink,
    /// Who states rows that name nobody.
    pub(crate) source: &'s str,
}

impl Load for Migrations<'_> {
    fn load<R: RawRow>(
        &mut self,
        row: &Row<'_, R>,
        place: i64,
        context: &mut Context<'_>,
    ) -> Result<(), LoadError> {
        let needed = |column: usize| match row.text(column) {
            Ok("") => Err(row.missing(column)),
            other => other,
        };
        let day = Utc(row.must_time(m::WEEK)?).day();
        let source = match row.text(m::SOURCE)? {
            "" => self.source,
            t => t,
        };
        let week = MigrationWeek {
            kind: row.word(m::KIND)?.ok_or_else(|| row.missing(m::KIND))?,
            cohort: needed(m::COHORT)?.to_owned(),
            combination: row.text(m::COMBINATION)?.to_owned(),
            status: row.word(m::STATUS)?.ok_or_else(|| row.missing(m::STATUS))?,
            week: monday(day),
            count: row.count(m::COUNT)?.ok_or_else(|| row.missing(m::COUNT))?,
            source: source.to_owned(),
            note: row.note(m::NOTE)?.to_owned(),
        };
        self.sink.migration(&MigrationRow { week, place }).map_err(LoadError::Sink)?;
        context.saw(day.start().0);
        Ok(())
    }
}
