//! Tables of events of incidents: many rows an incident, `?` where something is not known.

use crate::{
    cell::{Cell, RawRow, Row, printed},
    error::{Bad, Reason, fault},
    layout::incidents as c,
    session::{Context, Load, LoadError},
};
use northbound_registers::records::service::incidents::{
    FIRST_CATEGORY, IncidentEvent, LAST_CATEGORY,
};
use northbound_types::{IncidentEventKind, IncidentId, Utc, incident::INCIDENT_DIGITS};

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentRow {
    /// The event.
    pub event: IncidentEvent,
    /// Since when it is known, where the row says so.
    pub known: Option<Utc>,
    /// Row in the source file.
    pub place: i64,
}

/// Loads events.
pub(crate) struct Incidents<'s> {
    pub(crate) rows: &'s mut Vec<IncidentRow>,
}

/// An id as it is written here, where the mapping says how those of the source begin.
fn translated(ids: &[(String, String)], text: &str) -> Option<String> {
    ids.iter().find_map(|(from, to)| {
        let number = text.strip_prefix(from.as_str())?;
        let digits = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
        let width = (3 + INCIDENT_DIGITS).checked_sub(to.len())?;
        (digits && number.len() <= width).then(|| format!("{to}{number:0>width$}"))
    })
}

fn id<R: RawRow>(row: &Row<'_, R>, column: usize) -> Result<Option<IncidentId>, Bad> {
    match row.text(column)? {
        "" => Ok(None),
        t => translated(&row.plan.ids, t).as_deref().unwrap_or(t).parse().map(Some).map_err(
            |e: northbound_types::incident::IncidentIdError| {
                fault(row.name(column), Reason::MalformedIncidentId, e.to_string(), t)
            },
        ),
    }
}

fn word<R: RawRow>(row: &Row<'_, R>, column: usize) -> Result<Option<String>, Bad> {
    Ok(Some(row.text(column)?.to_owned()).filter(|t| !t.is_empty()))
}

impl Load for Incidents<'_> {
    fn load<R: RawRow>(
        &mut self,
        row: &Row<'_, R>,
        place: i64,
        context: &mut Context<'_>,
    ) -> Result<(), LoadError> {
        let incident = id(row, c::INCIDENT)?.ok_or_else(|| row.missing(c::INCIDENT))?;
        let known = row.time(c::KNOWN)?.map(Utc);
        let by = word(row, c::BY)?.unwrap_or_else(|| context.options.source.clone());
        let mut events = Vec::new();
        for (kind, at) in timed(row)? {
            events.push(if kind == IncidentEventKind::Opened {
                details(row, IncidentEvent::new(incident, kind, Some(at), &by))?
            } else {
                IncidentEvent::new(incident, kind, Some(at), &by)
            });
        }
        // A table with columns of events may have no event of the row's own, else each row is one.
        if events.is_empty() || row.get(c::EVENT) != Cell::Empty {
            let kind = row.word(c::EVENT)?.ok_or_else(|| row.missing(c::EVENT))?;
            let event = IncidentEvent::new(incident, kind, row.time(c::AT)?.map(Utc), &by);
            // A snapshot repeats category and area on each day, which go with the opening alone.
            let snapshot = context.options.mapping.as_ref().is_some_and(|m| m.snapshots);
            let bare = snapshot && kind != IncidentEventKind::Opened;
            events.push(if bare { event } else { details(row, event)? });
        }
        for event in &events {
            if let Err(northbound_registers::RegisterError::Invalid { field, problem, .. }) =
                northbound_registers::Record::check(event)
            {
                return Err(fault(field, Reason::Contradiction, problem, "").into());
            }
        }
        for event in events {
            if let Some(at) = event.at {
                context.saw(at.0);
            }
            self.rows.push(IncidentRow { event, known, place });
        }
        Ok(())
    }
}

/// The events that have columns of their own, with their times.
fn timed<R: RawRow>(row: &Row<'_, R>) -> Result<Vec<(IncidentEventKind, Utc)>, Bad> {
    let mut found = Vec::new();
    for event in &row.plan.events {
        let cell = row.source(event.column);
        if cell != Cell::Empty {
            let at = event
                .time
                .read(cell)
                .map_err(|(reason, why)| fault(event.kind.as_str(), reason, why, &printed(cell)))?;
            found.push((event.kind, Utc(at)));
        }
    }
    Ok(found)
}

/// An event with what the row says beside its kind and time.
fn details<R: RawRow>(row: &Row<'_, R>, event: IncidentEvent) -> Result<IncidentEvent, Bad> {
    let category = row.count(c::CATEGORY)?;
    if let Some(n) = category.filter(|n| !(FIRST_CATEGORY..=LAST_CATEGORY).contains(n)) {
        return Err(fault(
            row.name(c::CATEGORY),
            Reason::UnknownWord,
            format!("categories are {FIRST_CATEGORY} to {LAST_CATEGORY}, ? where unknown"),
            &n.to_string(),
        ));
    }
    Ok(IncidentEvent {
        category,
        responsible: word(row, c::RESPONSIBLE)?,
        area: word(row, c::AREA)?,
        provider: word(row, c::PROVIDER)?,
        to: word(row, c::TO)?,
        into: id(row, c::INTO)?,
        text: row.note(c::TEXT)?.to_owned(),
        ..event
    })
}

/// Of rows that say in which state an incident was on a day: those with which a state began. An
/// opening after an end is a reopening.
pub(crate) fn changes_of(rows: &mut Vec<IncidentRow>) {
    rows.sort_by_key(|r| (r.event.incident, r.event.at, r.place));
    let mut last: Option<(IncidentId, IncidentEventKind)> = None;
    let mut opened = false;
    rows.retain_mut(|row| {
        let incident = row.event.incident;
        if last.is_none_or(|(of, _)| of != incident) {
            (last, opened) = (None, false);
        }
        let kind = row.event.event;
        if last.is_some_and(|(_, before)| before == kind) {
            return false;
        }
        last = Some((incident, kind));
        if kind == IncidentEventKind::Opened && opened {
            let old = std::mem::replace(
                &mut row.event,
                IncidentEvent::new(incident, IncidentEventKind::Reopened, None, ""),
            );
            (row.event.at, row.event.by) = (old.at, old.by);
        }
        opened |= kind == IncidentEventKind::Opened;
        true
    });
}
