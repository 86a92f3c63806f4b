//! Parts of a proposal that take several source columns, or translate values of an open set.

use super::{Draft, Sure, event_columns, quoted, time_of_day, times, words};
use crate::layout::{Holds, Layout};
use std::fmt::Write as _;

impl Draft<'_> {
    /// The column with the time of day of a time whose own column has the date alone.
    pub(super) fn clock_of(&self, name: &str, at: usize) -> Option<usize> {
        let column = self.layout.columns().iter().find(|c| c.name == name)?;
        let alone = column.holds == Holds::Time && times::detect(self.sample, at, false).is_none();
        alone.then(|| time_of_day(self.sample, at)).flatten()
    }

    /// Columns with the times of events, in a table of one row an incident.
    pub(super) fn events_section(&mut self) {
        if self.layout != Layout::Incidents || self.found.contains_key("event") {
            return;
        }
        let events = event_columns(self.sample);
        if events.is_empty() {
            return;
        }
        let _ = writeln!(self.toml, "\n[events]");
        let mut format = None;
        for (event, at) in events {
            let source = self.sample.header[at].clone();
            format = format.or_else(|| times::detect(self.sample, at, true));
            self.line(
                format!("events.{event}"),
                &format!("{event} = {}", quoted(&source)),
                source,
                Sure::Likely,
                "the name is a usual one and the values are times".into(),
            );
        }
        let Some(way) = format else { return };
        if way.setting.is_some() || way.needs_zone {
            let _ = writeln!(self.toml, "\n[times.at]");
        }
        if let Some((setting, value)) = way.setting {
            let toml = format!("{setting} = {}", quoted(&value));
            self.line(format!("times.at.{setting}"), &toml, value, way.sure, way.why);
        }
        if way.needs_zone {
            self.line(
                "times.at.zone".into(),
                "zone = \"UTC\"",
                "UTC".into(),
                Sure::Unsure,
                "the file does not say; ask its source (Europe/London?)".into(),
            );
            self.open.push("the zone of the times: the file does not state it".into());
        }
    }

    /// Translations of periods and categories.
    pub(super) fn translations(&mut self, column: &str, at: usize) {
        let known = words::translate_open(self.sample, at, self.layout, column);
        if known.is_empty() {
            return;
        }
        let _ = writeln!(self.toml, "\n[values.{column}]");
        for (from, to) in known {
            self.line(
                format!("values.{column}.{from}"),
                &format!("{} = {}", quoted(&from), quoted(&to)),
                to,
                Sure::Likely,
                "a usual way to write it".into(),
            );
        }
    }

    /// Source columns that the proposal uses.
    pub(super) fn used(&self) -> Vec<usize> {
        let mut used: Vec<usize> = self.found.values().map(|f| f.0).collect();
        used.extend(self.found.iter().filter_map(|(name, (at, ..))| self.clock_of(name, *at)));
        if self.layout == Layout::Incidents {
            used.extend(event_columns(self.sample).into_iter().map(|(_, at)| at));
        }
        used
    }
}
