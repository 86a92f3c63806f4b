//! Stated figures of a file that no row of a measure shows: a day or quarter of a monthly measure, or a measure
//! that the rules do not define. Packs list them apart; the summary of the file says so at once.

use northbound_ledger::{
    RowSink, SinkError,
    rows::{AlertRow, ExchangeRow, PayloadRow, StatedRow},
};
use northbound_rules::measure::{ActivityPeriod, MeasureDef};
use northbound_types::Period;

/// Passes rows on and looks at the stated figures among them.
pub(super) struct StatedRowCheck<'a> {
    to: &'a mut dyn RowSink,
    measures: &'a [MeasureDef],
    other_period: Found,
    other_measure: Found,
}

/// How many, and the first as an example.
#[derive(Default)]
struct Found {
    rows: u64,
    first: String,
}

impl Found {
    fn add(&mut self, example: impl FnOnce() -> String) {
        self.rows += 1;
        if self.first.is_empty() {
            self.first = example();
        }
    }
}

impl<'a> StatedRowCheck<'a> {
    pub(super) fn new(to: &'a mut dyn RowSink, measures: &'a [MeasureDef]) -> StatedRowCheck<'a> {
        let none = Found::default;
        StatedRowCheck { to, measures, other_period: none(), other_measure: none() }
    }

    /// What was found, as sentences.
    pub(super) fn notes(self) -> Vec<String> {
        let mut notes = Vec::new();
        let (period, measure) = (self.other_period, self.other_measure);
        if period.rows > 0 {
            notes.push(format!(
                "figures for a period that their measure has no row for: {}, such as {}; packs list them as unplaced.",
                period.rows, period.first
            ));
        }
        if measure.rows > 0 {
            notes.push(format!(
                "figures of a measure that the rules do not define: {}, such as {}; packs list them as unplaced.",
                measure.rows, measure.first
            ));
        }
        notes
    }

    fn look(&mut self, row: &StatedRow) {
        let Some(def) = self.measures.iter().find(|d| d.id == row.measure) else {
            self.other_measure.add(|| row.measure.clone());
            return;
        };
        let has_row = match row.period.parse() {
            Ok(Period::Month(..)) => true,
            Ok(Period::Quarter(..)) => def.period == ActivityPeriod::Quarter,
            Ok(Period::Day(_)) | Err(_) => false,
        };
        if !has_row {
            self.other_period.add(|| format!("{} for {}", row.measure, row.period));
        }
    }
}

impl RowSink for StatedRowCheck<'_> {
    fn exchange(&mut self, row: &ExchangeRow<'_>) -> Result<(), SinkError> {
        self.to.exchange(row)
    }
    fn alert(&mut self, row: &AlertRow<'_>) -> Result<(), SinkError> {
        self.to.alert(row)
    }
    fn payload(&mut self, row: &PayloadRow<'_>) -> Result<(), SinkError> {
        self.to.payload(row)
    }
    fn stated(&mut self, row: &StatedRow) -> Result<(), SinkError> {
        self.look(row);
        self.to.stated(row)
    }
}
