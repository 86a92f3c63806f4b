//! Incidents and registration files as the measures read them.

use crate::PackError;
use northbound_measures::{
    incidents::{IncidentEvent, reports::StatedCounts, rules::IncidentRules},
    views::registration::Arrival,
};
use northbound_registers::{
    AsAt, Gate, Noun, Query, RegisterError, Stored,
    records::{
        data::{
            registrations::RegistrationFile,
            sources::{SourceFile, SourceState},
        },
        service::incidents as registered,
    },
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
    for k in
        gate.list::<registered::IncidentEvent>(&Query { withdrawn: true, ..Query::as_at(as_at) })?
    {
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

/// Names every field of the record, so that a new one does not compile before it is dealt with.
fn event(stored: Stored<registered::IncidentEvent>, known: Utc) -> IncidentEvent {
    let registered::IncidentEvent {
        incident,
        event,
        at,
        category,
        responsible,
        area,
        provider,
        to,
        into,
        text,
        by,
    } = stored.record;
    let category = category.and_then(|c| u8::try_from(c).ok());
    IncidentEvent {
        id: stored.id,
        incident,
        event,
        at,
        known,
        category,
        responsible,
        area,
        provider,
        to,
        into,
        text,
        by,
    }
}

/// A file of events of which most rows were rejected, and the rest was taken all the same.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct HalfTakenFile {
    /// Its name.
    pub file: String,
    /// Rows in it.
    pub rows: i64,
    /// Rows that were rejected: more than half.
    pub rejected: i64,
}

impl HalfTakenFile {
    /// A file that counts, where it is one of events of which most rows were rejected.
    #[must_use]
    pub fn of(file: &SourceFile) -> Option<HalfTakenFile> {
        let half = file.layout == "incidents"
            && file.state == SourceState::Active
            && file.rejected > file.accepted;
        half.then(|| HalfTakenFile {
            file: file.name.clone(),
            rows: file.rows,
            rejected: file.rejected,
        })
    }

    /// The warning beside what is computed from the events.
    #[must_use]
    pub fn warning(&self) -> String {
        format!(
            "{} of {} rows of {} were rejected: incidents are missing from stock and flow.",
            self.rejected, self.rows, self.file
        )
    }
}

/// Counts that reports state, of all periods.
///
/// # Errors
/// Where the registers cannot be read.
pub fn stated(gate: &Gate<'_>, as_at: AsAt, at: Utc) -> Result<Vec<StatedCounts>, RegisterError> {
    Ok(gate
        .list::<registered::StatedIncidents>(&Query::as_at(as_at))?
        .into_iter()
        .filter(|k| k.known <= at)
        .map(counts)
        .collect())
}

/// Names every field of the record, so that a new one does not compile before it is dealt with.
fn counts(stored: Stored<registered::StatedIncidents>) -> StatedCounts {
    /// The registers refuse negative counts.
    fn whole(n: i64) -> u64 {
        u64::try_from(n).unwrap_or(0)
    }
    let registered::StatedIncidents {
        area,
        period,
        opening,
        opened,
        reopened,
        resolved,
        withdrawn,
        open,
        identified,
        source,
        document,
        place,
    } = stored.record;
    let said = [source, document, place].into_iter().filter(|t| !t.is_empty());
    StatedCounts {
        id: stored.id,
        area,
        period,
        opening: opening.map(whole),
        opened: opened.map(whole),
        reopened: reopened.map(whole),
        resolved: resolved.map(whole),
        withdrawn: withdrawn.map(whole),
        open: whole(open),
        identified,
        said: said.collect::<Vec<_>>().join(", "),
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use northbound_types::IncidentEventKind;
    use std::collections::BTreeSet;

    #[test]
    fn an_event_has_the_keys_of_its_record_with_id_and_known() {
        let at: Utc = "2026-04-01T10:00:00Z".parse().unwrap();
        let record = registered::IncidentEvent::new(
            "INC000000000001".parse().unwrap(),
            IncidentEventKind::Opened,
            Some(at),
            "DCC",
        );
        let keys = |v: serde_json::Value| {
            v.as_object().unwrap().keys().cloned().collect::<BTreeSet<String>>()
        };
        let mut expected = keys(serde_json::to_value(&record).unwrap());
        expected.extend(["id".to_owned(), "known".to_owned()]);
        let stored = Stored {
            id: "incident-event-1".into(),
            version: 1,
            revision: 1,
            recorded: at,
            known: at,
            actor: "kim+analyst".into(),
            reason: String::new(),
            verb: northbound_registers::Verb::Add,
            live: true,
            by_hand: true,
            record,
        };
        assert_eq!(keys(serde_json::to_value(event(stored, at)).unwrap()), expected);
    }
}
