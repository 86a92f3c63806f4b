//! Tables of events of incidents: many rows an incident, `?` where something is not known.

use crate::{
    cell::{RawRow, Row},
    error::{Bad, Reason, fault},
    layout::incidents as c,
    session::{Context, Load, LoadError},
};
use northbound_registers::records::service::incidents::{
    FIRST_CATEGORY, IncidentEvent, LAST_CATEGORY,
};
use northbound_types::{IncidentId, Utc};

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

fn id<R: RawRow>(row: &Row<'_, R>, column: usize) -> Result<Option<IncidentId>, Bad> {
    match row.text(column)? {
        "" => Ok(None),
        t => t.parse().map(Some).map_err(|e: northbound_types::incident::IncidentIdError| {
            fault(row.name(column), Reason::MalformedIncidentId, e.to_string(), t)
        }),
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
        let kind = row.word(c::EVENT)?.ok_or_else(|| row.missing(c::EVENT))?;
        let category = row.count(c::CATEGORY)?;
        if let Some(n) = category.filter(|n| !(FIRST_CATEGORY..=LAST_CATEGORY).contains(n)) {
            return Err(fault(
                row.name(c::CATEGORY),
                Reason::UnknownWord,
                format!("categories are {FIRST_CATEGORY} to {LAST_CATEGORY}, ? where unknown"),
                &n.to_string(),
            )
            .into());
        }
        let by = word(row, c::BY)?.unwrap_or_else(|| context.options.source.clone());
        let event = IncidentEvent {
            category,
            responsible: word(row, c::RESPONSIBLE)?,
            area: word(row, c::AREA)?,
            provider: word(row, c::PROVIDER)?,
            to: word(row, c::TO)?,
            into: id(row, c::INTO)?,
            text: row.note(c::TEXT)?.to_owned(),
            ..IncidentEvent::new(incident, kind, row.time(c::AT)?.map(Utc), &by)
        };
        if let Err(northbound_registers::RegisterError::Invalid { field, problem, .. }) =
            northbound_registers::Record::check(&event)
        {
            return Err(fault(field, Reason::Contradiction, problem, "").into());
        }
        if let Some(at) = event.at {
            context.saw(at.0);
        }
        self.rows.push(IncidentRow { event, known: row.time(c::KNOWN)?.map(Utc), place });
        Ok(())
    }
}
