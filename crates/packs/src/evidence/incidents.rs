//! Incidents and registration files as the measures read them.

use crate::PackError;
use northbound_measures::{
    incidents::{IncidentEvent, reports::StatedCounts, rules::IncidentRules},
    views::registration::Arrival,
};
use northbound_registers::{
    AsAt, Gate, Noun, Query, RegisterError, Stored,
    records::{data::registrations::RegistrationFile, service::incidents as kept},
};
use northbound_rules::{
    RuleSet,
    setting_words::{ClockStops, IncidentDays, Reopening},
};
use northbound_types::{Day, Utc};
use std::collections::BTreeSet;

/// The events as registered, whatever is known since when: the lives of incidents leave out what was
/// not known at their time. An event that was taken back counts for the times before that.
///
/// # Errors
/// Where the registers cannot be read.
pub fn events(gate: &Gate<'_>, as_at: AsAt, at: Utc) -> Result<Vec<IncidentEvent>, RegisterError> {
    let mut out = Vec::new();
    for k in gate.list::<kept::IncidentEvent>(&Query { withdrawn: true, ..Query::as_at(as_at) })? {
        let known = if k.live {
            k.known
        } else {
            if k.recorded <= at {
                continue;
            }
            gate.history(Noun::IncidentEvent, &k.id, as_at)?
                .first()
                .map_or(k.known, |first| first.known)
        };
        out.push(event(k, known));
    }
    Ok(out)
}

fn event(k: Stored<kept::IncidentEvent>, known: Utc) -> IncidentEvent {
    let e = k.record;
    IncidentEvent {
        id: k.id,
        incident: e.incident,
        event: e.event,
        at: e.at,
        known,
        category: e.category.and_then(|c| u8::try_from(c).ok()),
        responsible: e.responsible,
        area: e.area,
        provider: e.provider,
        to: e.to,
        into: e.into,
        text: e.text,
        by: e.by,
    }
}

/// Counts that reports state, of all periods.
///
/// # Errors
/// Where the registers cannot be read.
pub fn stated(gate: &Gate<'_>, as_at: AsAt, at: Utc) -> Result<Vec<StatedCounts>, RegisterError> {
    /// The registers refuse counts below none.
    fn whole(n: i64) -> u64 {
        u64::try_from(n).unwrap_or(0)
    }
    Ok(gate
        .list::<kept::StatedIncidents>(&Query::as_at(as_at))?
        .into_iter()
        .filter(|k| k.known <= at)
        .map(|k| {
            let s = k.record;
            StatedCounts {
                id: k.id,
                area: s.area,
                period: s.period,
                opening: s.opening.map(whole),
                opened: s.opened.map(whole),
                reopened: s.reopened.map(whole),
                resolved: s.resolved.map(whole),
                withdrawn: s.withdrawn.map(whole),
                open: whole(s.open),
                identified: s.identified,
                said: [s.source.as_str(), s.document.as_str(), s.place.as_str()]
                    .into_iter()
                    .filter(|t| !t.is_empty())
                    .collect::<Vec<_>>()
                    .join(", "),
            }
        })
        .collect())
}

/// Registration files that came, of all days.
///
/// # Errors
/// Where the registers cannot be read.
pub fn arrivals(gate: &Gate<'_>, as_at: AsAt, at: Utc) -> Result<Vec<Arrival>, RegisterError> {
    Ok(gate
        .list::<RegistrationFile>(&Query::as_at(as_at))?
        .into_iter()
        .filter(|k| k.record.arrived <= at)
        .map(|k| {
            let f = k.record;
            Arrival {
                name: f.name,
                provider: f.provider,
                layout: f.layout,
                day: f.day,
                arrived: f.arrived,
                outcome: f.outcome.to_string(),
                late: f.late,
            }
        })
        .collect())
}

/// How incidents are judged, by the settings on a day.
///
/// # Errors
/// Where a setting or the calendar of Working Days is missing.
pub fn rules(
    rules: &RuleSet,
    day: Day,
    unconfirmed: &BTreeSet<String>,
) -> Result<IncidentRules, PackError> {
    let working = match rules.word("incident-days", day)? {
        IncidentDays::Working => Some(rules.calendar_on(day)?.clone()),
        IncidentDays::Calendar => None,
    };
    let mut responses = Vec::new();
    for word in rules.list("incident-response-events", day)? {
        responses.push(word.parse().map_err(|e: northbound_types::text_enum::UnknownWord| {
            PackError::Refused(format!(
                "setting incident-response-events: {e}; correct it in DATA/rules/settings.toml"
            ))
        })?);
    }
    let rests = |key: &&String| {
        key.starts_with("incident-category:") || key.starts_with("setting:incident-")
    };
    Ok(IncidentRules {
        targets: rules.categories().to_vec(),
        working,
        stops: rules.word::<ClockStops>("incident-clock-stops", day)? == ClockStops::Suspended,
        each_opening: rules.word::<Reopening>("incident-reopened", day)? == Reopening::NewOccasion,
        responses,
        relevant: rules.word("incident-relevant", day)?,
        responsible: rules.list("incident-responsible", day)?.to_vec(),
        unconfirmed: unconfirmed.iter().filter(rests).cloned().collect(),
    })
}
