//! A mapping and a layout resolved against one header: what the hot path looks at.

use crate::{
    error::{IngestError, Reason},
    layout::{Holds, Layout, incidents, messages},
    mapping::{Mapping, Operation},
    time::TimeRule,
};
use northbound_types::{IncidentEventKind, text_enum::UnknownWord};
use std::{collections::HashMap, path::Path};

/// Where a canonical column comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum From {
    Nothing,
    Column(usize),
    Constant(String),
}

/// A time as a start and a duration: source column, unit in µs, canonical start.
#[derive(Debug, Clone)]
pub(crate) struct Span {
    pub(crate) column: usize,
    pub(crate) unit: i64,
    pub(crate) after: usize,
}

/// The time of an event of an incident, in a table of one row an incident.
#[derive(Debug, Clone)]
pub(crate) struct EventColumn {
    pub(crate) kind: IncidentEventKind,
    pub(crate) column: usize,
    pub(crate) time: TimeRule,
}

/// A whole number computed from two source columns.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Computed {
    pub(crate) operation: Operation,
    pub(crate) first: usize,
    pub(crate) second: usize,
}

impl Operation {
    /// The result, where it is a whole number that is not negative.
    pub(crate) fn apply(self, first: u64, second: u64) -> Result<u64, (Reason, &'static str)> {
        match self {
            Operation::Subtract => {
                first.checked_sub(second).ok_or((Reason::Negative, "the difference is negative"))
            }
            Operation::Divide if second == 0 => Err((Reason::NotANumber, "division by zero")),
            Operation::Divide if !first.is_multiple_of(second) => {
                Err((Reason::NotANumber, "the quotient is no whole number"))
            }
            Operation::Divide => Ok(first / second),
        }
    }
}

/// One canonical column.
#[derive(Debug, Clone)]
pub(crate) struct Slot {
    pub(crate) from: From,
    pub(crate) values: Option<HashMap<String, String>>,
    pub(crate) time: TimeRule,
    pub(crate) span: Option<Span>,
    /// Source column with the time of day, where the column itself has the date alone.
    pub(crate) time_of_day: Option<usize>,
    pub(crate) computed: Option<Computed>,
}

/// All canonical columns of one file.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) layout: Layout,
    pub(crate) slots: Vec<Slot>,
    nulls: Vec<String>,
    pub(crate) null_reasons: HashMap<String, northbound_types::NullReason>,
    pub(crate) decimal_comma: bool,
    /// Further keys of a figure: name and source column.
    pub(crate) keys: Vec<(String, usize)>,
    /// Readings of a figure: meaning and source column.
    pub(crate) readings: Vec<(String, usize)>,
    /// Events of incidents that have columns of their own, in the order of [`IncidentEventKind`].
    pub(crate) events: Vec<EventColumn>,
    /// How ids of incidents begin in the source, and how they begin here.
    pub(crate) ids: Vec<(String, String)>,
    /// Source columns that nothing uses.
    pub(crate) ignored: Vec<String>,
}

/// The sign for an unknown value in a table of incidents.
const UNKNOWN: &str = "?";
/// The prefix of a column that holds one reading of a figure.
const READING: &str = "reading:";

impl Plan {
    pub(crate) fn is_null(&self, text: &str) -> bool {
        self.nulls.iter().any(|n| n == text)
    }

    /// Does any canonical column come from the file or from a constant?
    pub(crate) fn has(&self, column: usize) -> bool {
        let slot = &self.slots[column];
        slot.from != From::Nothing || slot.span.is_some() || slot.computed.is_some()
    }

    /// Is the column one that columns of events take the place of?
    fn has_events(&self, column: usize) -> bool {
        !self.events.is_empty() && [incidents::EVENT, incidents::AT].contains(&column)
    }

    /// Resolves. `open` says that the header is only what a reader looks for (NDJSON): what a line
    /// does not have is missing in that line, not in the file.
    pub(crate) fn resolve(
        path: &Path,
        layout: Layout,
        mapping: &Mapping,
        header: &[String],
        open: bool,
    ) -> Result<Plan, IngestError> {
        let finder = Finder::new(path, header)?;
        let mut used = vec![false; header.len()];
        check_names(layout, mapping)?;
        for name in mapping.ignored.iter().filter(|_| !open) {
            let at =
                finder.find(name).ok_or_else(|| mapping.error("ignore", finder.absent(name)))?;
            used[at] = true;
        }
        let mut slots = Vec::with_capacity(layout.columns().len());
        for column in layout.columns() {
            let from = origin(column.name, mapping, &finder)?;
            if let From::Column(at) = from {
                used[at] = true;
            }
            let mut time = mapping.time_rule(column.name).clone();
            time.date_alone = column.holds == Holds::Day;
            time.week = column.name == "week";
            if layout == Layout::Services && time.zone.is_none() {
                time.zone = Some(jiff::tz::TimeZone::UTC);
            }
            let values = mapping.values.get(column.name).cloned();
            slots.push(Slot { from, values, time, span: None, time_of_day: None, computed: None });
        }
        durations(layout, mapping, &finder, &mut slots, &mut used)?;
        second_columns(layout, mapping, &finder, &mut slots, &mut used)?;
        let mut nulls = mapping.nulls.clone();
        // Service desks write what they do not know as a question mark.
        if layout == Layout::Incidents {
            nulls.push(UNKNOWN.to_owned());
        }
        let mut plan = Plan {
            layout,
            slots,
            nulls,
            null_reasons: mapping.null_reasons.clone().into_iter().collect(),
            decimal_comma: mapping.decimal_comma,
            keys: Vec::new(),
            readings: Vec::new(),
            events: event_columns(layout, mapping, &finder, &mut used)?,
            ids: mapping.ids.clone().into_iter().collect(),
            ignored: Vec::new(),
        };
        plan.figure_columns(mapping, &finder, header, &mut used)?;
        if !open {
            plan.ignored =
                header.iter().zip(&used).filter(|(_, u)| !**u).map(|(h, _)| unnamed(h)).collect();
        }
        plan.check_required(path, header, open)?;
        Ok(plan)
    }

    fn figure_columns(
        &mut self,
        mapping: &Mapping,
        finder: &Finder<'_>,
        header: &[String],
        used: &mut [bool],
    ) -> Result<(), IngestError> {
        if self.layout != Layout::Figures {
            return Ok(());
        }
        for (section, from, to) in [
            ("keys", &mapping.keys, &mut self.keys),
            ("readings", &mapping.readings, &mut self.readings),
        ] {
            for (name, source) in from {
                let at = finder.find(source).ok_or_else(|| {
                    mapping.error(&format!("{section}.{name}"), finder.absent(source))
                })?;
                used[at] = true;
                to.push((name.clone(), at));
            }
        }
        for (at, name) in header.iter().enumerate() {
            if let (false, Some(meaning)) = (used[at], name.trim().strip_prefix(READING)) {
                used[at] = true;
                self.readings.push((meaning.trim().to_owned(), at));
            }
        }
        Ok(())
    }

    fn check_required(
        &self,
        path: &Path,
        header: &[String],
        open: bool,
    ) -> Result<(), IngestError> {
        if open {
            return Ok(());
        }
        let mut missing: Vec<&str> = self
            .layout
            .columns()
            .iter()
            .enumerate()
            .filter(|(i, c)| c.required && !self.has(*i) && !self.has_events(*i))
            .map(|(_, c)| c.name)
            .collect();
        let identity = [messages::ORIGINATOR, messages::TARGET, messages::COUNTER];
        if self.layout == Layout::Messages
            && !self.has(messages::REQUEST_ID)
            && !identity.iter().all(|&c| self.has(c))
        {
            missing.insert(0, "request_id (or originator, target and counter)");
        }
        if missing.is_empty() {
            return Ok(());
        }
        let first: Vec<&str> = header.iter().take(40).map(String::as_str).collect();
        Err(IngestError::Header {
            path: path.to_owned(),
            why: format!(
                "the {} layout needs {}; found: {}. Write a mapping, or let --guess propose one",
                self.layout,
                missing.join(", "),
                first.join(", ")
            ),
        })
    }
}

/// A column's name, for a list of names.
fn unnamed(name: &str) -> String {
    if name.is_empty() { "(without a name)".to_owned() } else { name.to_owned() }
}

/// Where a canonical column comes from: a constant, a mapped source column, or one of the same name.
fn origin(column: &str, mapping: &Mapping, finder: &Finder<'_>) -> Result<From, IngestError> {
    match (mapping.columns.get(column), mapping.constants.get(column)) {
        (Some(_), Some(_)) => Err(mapping.error(
            &format!("constants.{column}"),
            "is mapped in [columns] too; keep one of the two",
        )),
        (None, Some(text)) => Ok(From::Constant(text.clone())),
        (Some(source), None) => finder
            .find(source)
            .map(From::Column)
            .ok_or_else(|| mapping.error(&format!("columns.{column}"), finder.absent(source))),
        (None, None) if mapping.computed.contains_key(column) => Ok(From::Nothing),
        // A source column that the mapping gives to another canonical column, or ignores, is not taken.
        (None, None) => {
            let elsewhere = |at: usize| mapping.named_sources().any(|s| finder.find(s) == Some(at));
            let same: Vec<usize> =
                finder.alike(column).into_iter().filter(|at| !elsewhere(*at)).collect();
            match same.as_slice() {
                [] => Ok(From::Nothing),
                [at] => Ok(From::Column(*at)),
                _ => Err(finder.several(column, &same)),
            }
        }
    }
}

/// The columns with the times of events.
fn event_columns(
    layout: Layout,
    mapping: &Mapping,
    finder: &Finder<'_>,
    used: &mut [bool],
) -> Result<Vec<EventColumn>, IngestError> {
    let mut found = Vec::new();
    for (word, source) in &mapping.events {
        let key = format!("events.{word}");
        if layout != Layout::Incidents {
            return Err(mapping.error(&key, "only incidents have events"));
        }
        let kind = word.parse().map_err(|e: UnknownWord| mapping.error(&key, e.to_string()))?;
        let column =
            finder.find(source).ok_or_else(|| mapping.error(&key, finder.absent(source)))?;
        used[column] = true;
        let time = TimeRule { date_alone: true, ..mapping.time_rule("at").clone() };
        found.push(EventColumn { kind, column, time });
    }
    found.sort_by_key(|e| e.kind as u8);
    Ok(found)
}

/// Times of day and computed numbers, which take a second source column.
fn second_columns(
    layout: Layout,
    mapping: &Mapping,
    finder: &Finder<'_>,
    slots: &mut [Slot],
    used: &mut [bool],
) -> Result<(), IngestError> {
    let mut find = |key: String, source: &str| {
        let at = finder.find(source).ok_or_else(|| mapping.error(&key, finder.absent(source)))?;
        used[at] = true;
        Ok::<usize, IngestError>(at)
    };
    for (name, source) in &mapping.times_of_day {
        let Some(at) = layout.index(name) else { continue };
        slots[at].time_of_day = Some(find(format!("columns.{name}"), source)?);
    }
    for (name, computed) in &mapping.computed {
        let Some(at) = layout.index(name) else { continue };
        let key = format!("computed.{name}");
        slots[at].computed = Some(Computed {
            operation: computed.operation,
            first: find(key.clone(), &computed.first)?,
            second: find(key, &computed.second)?,
        });
    }
    Ok(())
}

/// Times that the mapping states as a duration after another time.
fn durations(
    layout: Layout,
    mapping: &Mapping,
    finder: &Finder<'_>,
    slots: &mut [Slot],
    used: &mut [bool],
) -> Result<(), IngestError> {
    for (name, duration) in &mapping.durations {
        let (Some(at), Some(after)) = (layout.index(name), layout.index(&duration.after)) else {
            continue;
        };
        let column = finder.find(&duration.column).ok_or_else(|| {
            mapping.error(&format!("durations.{name}.column"), finder.absent(&duration.column))
        })?;
        used[column] = true;
        slots[at].span = Some(Span { column, unit: duration.unit, after });
    }
    Ok(())
}

/// Names in a mapping that the layout does not have.
fn check_names(layout: Layout, mapping: &Mapping) -> Result<(), IngestError> {
    let allowed = || layout.columns().iter().map(|c| c.name).collect::<Vec<_>>().join(", ");
    let known = |section: &str, name: &String| {
        if layout.index(name).is_some() {
            Ok(())
        } else {
            Err(mapping.error(
                &format!("{section}.{name}"),
                format!("the {layout} layout has no column `{name}`; it has {}", allowed()),
            ))
        }
    };
    mapping.columns.keys().try_for_each(|n| known("columns", n))?;
    mapping.constants.keys().try_for_each(|n| known("constants", n))?;
    mapping.values.keys().try_for_each(|n| known("values", n))?;
    mapping.column_times.keys().try_for_each(|n| known("times", n))?;
    mapping.durations.keys().try_for_each(|n| known("durations", n))?;
    mapping.computed.keys().try_for_each(|n| known("computed", n))?;
    check_computed(layout, mapping)?;
    let is_time = |name: &str| {
        layout
            .index(name)
            .is_some_and(|i| matches!(layout.columns()[i].holds, Holds::Time | Holds::Day))
    };
    for (name, duration) in &mapping.durations {
        if !is_time(name) {
            return Err(mapping.error(&format!("durations.{name}"), "is not a time column"));
        }
        if !is_time(&duration.after) || mapping.durations.contains_key(&duration.after) {
            return Err(mapping.error(
                &format!("durations.{name}.after"),
                "should be a time column that is not itself a duration",
            ));
        }
    }
    if let Some(name) = mapping.times_of_day.keys().find(|n| !is_time(n)) {
        return Err(mapping.error(
            &format!("columns.{name}"),
            "only a time can be read from two columns, a date and a time of day",
        ));
    }
    if let Some(name) = mapping.column_times.keys().find(|n| !is_time(n)) {
        return Err(mapping.error(&format!("times.{name}"), "is not a time column"));
    }
    for (section, map) in [("keys", &mapping.keys), ("readings", &mapping.readings)] {
        if let Some(name) = map.keys().next() {
            if layout != Layout::Figures {
                return Err(mapping
                    .error(&format!("{section}.{name}"), "only figures have keys and readings"));
            }
            if section == "keys" && layout.index(name).is_some() {
                return Err(mapping.error(
                    &format!("keys.{name}"),
                    "is a column of the layout: put it under [columns]",
                ));
            }
        }
    }
    Ok(())
}

/// Computed columns hold whole numbers, and come from nowhere else.
fn check_computed(layout: Layout, mapping: &Mapping) -> Result<(), IngestError> {
    for name in mapping.computed.keys() {
        let key = format!("computed.{name}");
        let whole = layout.index(name).is_some_and(|i| layout.columns()[i].holds == Holds::Int);
        if !whole {
            return Err(mapping.error(
                &key,
                "only whole numbers are computed; of a share, map numerator and denominator",
            ));
        }
        if mapping.columns.contains_key(name) || mapping.constants.contains_key(name) {
            return Err(mapping.error(&key, "is under [columns] or [constants] too; keep one"));
        }
    }
    Ok(())
}

/// Finds source columns by name: exactly, else without regard to case and outer spaces.
struct Finder<'h> {
    path: &'h Path,
    header: &'h [String],
    exact: HashMap<&'h str, usize>,
    folded: HashMap<String, Option<usize>>,
}

impl<'h> Finder<'h> {
    fn new(path: &'h Path, header: &'h [String]) -> Result<Finder<'h>, IngestError> {
        let mut exact = HashMap::new();
        let mut folded: HashMap<String, Option<usize>> = HashMap::new();
        for (at, name) in header.iter().enumerate() {
            if name.trim().is_empty() {
                continue;
            }
            if exact.insert(name.trim(), at).is_some() {
                return Err(IngestError::Header {
                    path: path.to_owned(),
                    why: format!("the column `{}` is there twice: rename one", name.trim()),
                });
            }
            folded.entry(name.trim().to_lowercase()).and_modify(|v| *v = None).or_insert(Some(at));
        }
        Ok(Finder { path, header, exact, folded })
    }
    /// All columns of that name, without regard to case and outer spaces.
    fn alike(&self, name: &str) -> Vec<usize> {
        let same = |h: &String| h.trim().to_lowercase() == name;
        (0..self.header.len()).filter(|at| same(&self.header[*at])).collect()
    }
    /// The error where several columns could be the canonical one.
    fn several(&self, name: &str, columns: &[usize]) -> IngestError {
        let names: Vec<&str> = columns.iter().map(|at| self.header[*at].as_str()).collect();
        IngestError::Header {
            path: self.path.to_owned(),
            why: format!(
                "the columns `{}` could each be `{name}`: name one under [columns] of a mapping, or the others under ignore",
                names.join("`, `")
            ),
        }
    }
    fn find(&self, name: &str) -> Option<usize> {
        self.exact
            .get(name.trim())
            .copied()
            .or_else(|| self.folded.get(&name.trim().to_lowercase()).copied().flatten())
    }
    fn absent(&self, name: &str) -> String {
        let first: Vec<&str> = self.header.iter().take(40).map(String::as_str).collect();
        format!("the file has no column `{name}`; it has {}", first.join(", "))
    }
}
