//! The registers as at a time, in the types that measures and documents read.

use crate::PackError;
use northbound_measures::{
    evaluate::bands::{Override, OverrideAction, Rag},
    incidents::{IncidentEvent, reports::StatedCounts},
    inputs::{AllowedException, Fault, HubInstall, PopulationDay, ServiceInterval},
    oversight::explanations::{Assurance, AssuranceRecord, Explanation},
    views::registration::Arrival,
};
use northbound_registers::{
    AsAt, Dispute, Gate, Imported, Query, Stored, Visibility, records as registered,
    records::reporting::explanations::repeat_of,
};
use northbound_types::Utc;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Rows that contradict each other, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contradiction {
    /// Which register.
    pub register: String,
    /// What the rows speak of.
    pub about: String,
    /// How many rows do not count.
    pub left: u64,
}

/// The registers as at a time.
#[derive(Debug)]
pub struct Registered {
    /// Revision that was read.
    pub revision: i64,
    /// When that revision was recorded; none where nothing was ever recorded.
    pub recorded: Option<Utc>,
    /// Whose records were read besides those of everybody; empty for all.
    pub seen_by: String,
    /// The state that was read; further reads use the same.
    pub state: AsAt,
    /// Feeds.
    pub feeds: Vec<registered::data::feeds::Feed>,
    /// Faults.
    pub faults: Vec<Fault>,
    /// Down times and planned maintenance.
    pub services: Vec<ServiceInterval>,
    /// Devices by day.
    pub population: Vec<PopulationDay>,
    /// Hub installs.
    pub hubs: Vec<HubInstall>,
    /// Allowed Exceptions.
    pub exceptions: Vec<AllowedException>,
    /// Overrides.
    pub overrides: Vec<Override>,
    /// Explanations of all periods.
    pub explanations: Vec<Explanation>,
    /// Where each explanation was given: document and place; in the same order.
    pub explained_where: Vec<String>,
    /// Remarks.
    pub annotations: Vec<registered::reporting::annotations::Annotation>,
    /// Assurance of all periods.
    pub assurance: Vec<AssuranceRecord>,
    /// Confirmed rules: key, and by whom and when in words.
    pub confirmed: BTreeMap<String, String>,
    /// Statements about months.
    pub claims: Vec<registered::reporting::claims::Claim>,
    /// Runs of reconciliations, with their ids.
    pub reconciliations: Vec<(String, registered::data::reconciliations::Reconciliation)>,
    /// Differences that they found.
    pub differences: Vec<registered::data::reconciliations::Difference>,
    /// Users and their parties: EUI to party.
    pub users: BTreeMap<String, String>,
    /// Files whose rows are in the registers or the ledger.
    pub sources: Vec<(Utc, registered::data::sources::SourceFile)>,
    /// Events of incidents.
    pub incidents: Vec<IncidentEvent>,
    /// Counts of incidents as reports state them.
    pub incident_reports: Vec<StatedCounts>,
    /// Registration files that came.
    pub arrivals: Vec<Arrival>,
    /// Rows of files that contradict each other.
    pub contradictions: Vec<Contradiction>,
    /// Changes.
    pub changes: Vec<Stored<registered::oversight::changes::Change>>,
    /// The SMETS1 registers.
    pub smets1: Smets1,
    /// What people state, feel, claim and decide around the figures.
    pub oversight: super::oversight::Oversight,
}

/// The SMETS1 registers.
#[derive(Debug, Default)]
pub struct Smets1 {
    /// Combinations.
    pub combinations: Vec<Stored<registered::smets1::combinations::Combination>>,
    /// Defects.
    pub defects: Vec<Stored<registered::smets1::defects::Defect>>,
    /// Events of defects by month.
    pub occurrences: Vec<registered::smets1::occurrences::Occurrence>,
    /// Migrations by week, those that hold.
    pub migrations: Vec<registered::smets1::migrations::MigrationWeek>,
    /// Specifications of mitigations.
    pub mitigations: Vec<Stored<registered::smets1::mitigations::Mitigation>>,
    /// Checklists, each with what is open.
    pub criteria: Vec<(Stored<registered::smets1::criteria::Criteria>, Vec<String>)>,
    /// State of each action that any of them depends on.
    pub actions: BTreeMap<String, registered::oversight::action_standing::ActionStanding>,
}

/// Reads the registers as at a time; at a certain revision where something frozen is made again.
pub(super) fn read(
    gate: &Gate<'_>,
    as_at: Utc,
    revision: Option<i64>,
) -> Result<Registered, PackError> {
    let (at, revision) = moment(gate, as_at, revision)?;
    let q = Query::as_at(at);
    let mut contradictions = Vec::new();
    let (explanations, explained_where) = explanations(gate, &q)?;
    Ok(Registered {
        revision,
        recorded: gate.store().recorded(revision)?,
        seen_by: seen_by(gate),
        state: at,
        feeds: plain(gate.list(&q)?),
        faults: plain::<registered::data::feeds::Fault>(gate.list(&q)?)
            .into_iter()
            .map(fault)
            .collect(),
        services: current(gate, &q, &mut contradictions, service)?,
        population: current(gate, &q, &mut contradictions, population)?,
        hubs: current(gate, &q, &mut contradictions, hub)?,
        exceptions: current(gate, &q, &mut contradictions, exception)?,
        overrides: plain::<registered::reporting::overrides::Override>(gate.list(&q)?)
            .into_iter()
            .map(changed)
            .collect(),
        explanations,
        explained_where,
        annotations: plain(gate.list(&q)?),
        assurance: assurance(gate, &q)?,
        confirmed: gate
            .list::<registered::reporting::confirmations::Confirmation>(&q)?
            .into_iter()
            .map(|k| (k.record.key(), format!("{}, {}", k.record.by, k.record.at.day())))
            .collect(),
        claims: plain(gate.list(&q)?),
        reconciliations: gate.list(&q)?.into_iter().map(|k| (k.id, k.record)).collect(),
        differences: plain(gate.list(&q)?),
        users: gate
            .list::<registered::participants::parties::User>(&q)?
            .into_iter()
            .map(|k| (k.record.eui.to_string(), k.record.party))
            .collect(),
        changes: gate.list(&q)?,
        smets1: smets1(gate, &q, &mut contradictions)?,
        incidents: super::incidents::events(gate, at, as_at)?,
        incident_reports: super::incidents::stated(gate, at, as_at)?,
        arrivals: super::incidents::arrivals(gate, at, as_at)?,
        sources: gate.list(&q)?.into_iter().map(|k| (k.known, k.record)).collect(),
        oversight: super::oversight::read(gate, &q)?,
        contradictions,
    })
}

/// Assurance of all periods.
pub(crate) fn assurance(gate: &Gate<'_>, q: &Query) -> Result<Vec<AssuranceRecord>, PackError> {
    Ok(gate.list(q)?.into_iter().map(assured).collect())
}

/// Explanations of all periods and, in the same order, the document and place of each.
fn explanations(gate: &Gate<'_>, q: &Query) -> Result<(Vec<Explanation>, Vec<String>), PackError> {
    let (mut explanations, mut places) = (Vec::new(), Vec::new());
    let all = gate.list::<registered::reporting::explanations::Explanation>(q)?;
    let repeats: Vec<_> =
        all.iter().map(|k| repeat_of(&k.record, &all).map(|r| r.period)).collect();
    for (k, repeats) in all.into_iter().zip(repeats) {
        let e = k.record;
        let given = [e.document.as_str(), e.place.as_str()];
        places.push(given.into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(", "));
        explanations.push(Explanation {
            measure: e.measure,
            provider: e.provider,
            region: e.region,
            period: e.period,
            text: e.text,
            steps: e.steps,
            by: e.said_by,
            at: k.known,
            in_report: e.given == registered::reporting::explanations::Given::Report,
            repeats,
        });
    }
    Ok((explanations, places))
}

/// History that was brought in after the as-at time is read by when its sources stated it, as in the
/// ledger.
fn moment(gate: &Gate<'_>, as_at: Utc, revision: Option<i64>) -> Result<(AsAt, i64), PackError> {
    if let Some(r) = revision {
        return Ok((AsAt { recorded: None, revision: Some(r), known: Some(as_at) }, r));
    }
    let (then, newest) = (gate.store().revision_at(Some(as_at))?, gate.store().revision()?);
    Ok(if then == 0 && newest > 0 {
        (AsAt::known(as_at), newest)
    } else {
        (AsAt::recorded(as_at), then)
    })
}

/// Whose records the reader sees besides those of everybody; empty for staff, who see all.
fn seen_by(gate: &Gate<'_>) -> String {
    let visibility = Visibility::of(gate.actor());
    match visibility.party {
        _ if visibility.all => String::new(),
        Some(party) => format!("party {party}"),
        None => "no party".to_owned(),
    }
}

fn smets1(
    gate: &Gate<'_>,
    q: &Query,
    against: &mut Vec<Contradiction>,
) -> Result<Smets1, PackError> {
    let mut s = Smets1 {
        combinations: gate.list(q)?,
        defects: gate.list(q)?,
        occurrences: plain(gate.list(q)?),
        migrations: current(gate, q, against, |m| m)?,
        mitigations: gate.list(q)?,
        ..Smets1::default()
    };
    for k in gate.list::<registered::smets1::criteria::Criteria>(q)? {
        let open = gate.blockers(&k.record, q.as_at)?;
        s.criteria.push((k, open));
    }
    let asked = s.defects.iter().filter_map(|d| d.record.asked_in.clone());
    let waited = s.criteria.iter().flat_map(|(c, _)| c.record.actions.clone());
    for id in
        asked.chain(waited).chain(s.mitigations.iter().filter_map(|m| m.record.action.clone()))
    {
        let standing = gate.action_standing(&id, q.as_at)?;
        s.actions.insert(id, standing);
    }
    Ok(s)
}

fn plain<T>(rows: Vec<Stored<T>>) -> Vec<T> {
    rows.into_iter().map(|k| k.record).collect()
}

fn current<T: Imported, M>(
    gate: &Gate<'_>,
    q: &Query,
    against: &mut Vec<Contradiction>,
    make: impl Fn(T) -> M,
) -> Result<Vec<M>, PackError> {
    let now = gate.current::<T>(q)?;
    against.extend(now.disputes.iter().map(|d: &Dispute<T>| Contradiction {
        register: T::NOUN.to_string(),
        about: d.about.clone(),
        left: d.left.len() as u64,
    }));
    Ok(now.rows.into_iter().map(|k| make(k.record)).collect())
}

// The conversions name every field of a record, so that a new one does not compile before it is
// either taken over or left out here.

pub(super) fn fault(record: registered::data::feeds::Fault) -> Fault {
    let registered::data::feeds::Fault {
        feed,
        provider,
        from,
        to,
        what,
        change_request,
        severity,
        measures,
        owner,
        reported_by: _,
        closed_by: _,
    } = record;
    Fault { feed, provider, measures, from, to, what, change_request, owner, severity }
}

fn service(record: registered::service::services::ServiceInterval) -> ServiceInterval {
    let registered::service::services::ServiceInterval {
        service,
        from,
        to,
        kind,
        reference: _,
        note: _,
    } = record;
    ServiceInterval { service, from, to, kind }
}

/// The registers refuse counts below none.
fn whole(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

fn population(record: registered::service::population::PopulationDay) -> PopulationDay {
    let registered::service::population::PopulationDay {
        day,
        region,
        generation,
        device_type,
        status,
        count,
    } = record;
    let generation = generation.to_string();
    PopulationDay { day, region, generation, device_type, status, count: whole(count) }
}

fn hub(record: registered::service::hubs::HubInstall) -> HubInstall {
    let registered::service::hubs::HubInstall {
        hub,
        region,
        provider,
        installed,
        srv,
        in_coverage,
        connected,
        exception,
        predicted,
        note: _,
    } = record;
    HubInstall {
        hub,
        region,
        provider,
        installed,
        srv,
        in_coverage,
        connected,
        exception,
        predicted,
    }
}

fn exception(record: registered::service::exceptions::AllowedException) -> AllowedException {
    let registered::service::exceptions::AllowedException {
        measure,
        provider,
        region,
        period,
        count,
        met,
        reason,
    } = record;
    let (count, met) = (whole(count), whole(met));
    AllowedException { measure, provider, region, period, count, met, reason }
}

fn changed(o: registered::reporting::overrides::Override) -> Override {
    use registered::reporting::overrides::Colour;
    let action = match (o.colour, o.withhold) {
        (_, Some(reason)) => OverrideAction::Withhold { reason },
        (Some(Colour::Green), None) => OverrideAction::Colour { rag: Rag::Green },
        (Some(Colour::Amber), None) => OverrideAction::Colour { rag: Rag::Amber },
        (Some(Colour::Red), None) => OverrideAction::Colour { rag: Rag::Red },
        (Some(Colour::Grey) | None, None) => OverrideAction::Colour { rag: Rag::Grey },
    };
    Override {
        measure: o.measure,
        provider: o.provider,
        region: o.region,
        period: o.period,
        action,
        who: o.who,
        at: Some(o.at),
        why: o.why,
    }
}

fn assured(k: Stored<registered::reporting::assurance::Assurance>) -> AssuranceRecord {
    use registered::reporting::assurance::Status;
    let a = k.record;
    let status = match a.status {
        Status::Unconfirmed => Assurance::Unconfirmed,
        Status::Confirmed | Status::Assured => Assurance::Confirmed,
    };
    AssuranceRecord {
        measure: a.measure,
        provider: a.provider,
        region: a.region,
        period: a.period,
        status,
        what: a.what,
        by: a.said_by,
        at: k.known,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use northbound_types::{Day, Generation, Region};
    use registered::{data::feeds, service};
    use std::collections::BTreeSet;

    /// The JSON keys of the record that are not those of its copy, and the other way round.
    fn apart<A: Serialize, B: Serialize>(record: &A, copy: &B) -> (Vec<String>, Vec<String>) {
        fn keys<T: Serialize>(t: &T) -> BTreeSet<String> {
            serde_json::to_value(t).unwrap().as_object().unwrap().keys().cloned().collect()
        }
        let (a, b) = (keys(record), keys(copy));
        (a.difference(&b).cloned().collect(), b.difference(&a).cloned().collect())
    }

    #[test]
    fn the_copies_of_records_have_their_keys() {
        let day: Day = "2026-04-01".parse().unwrap();
        let record = feeds::Fault {
            feed: None,
            provider: Some("CSPN".into()),
            from: day,
            to: None,
            what: "w".into(),
            change_request: None,
            severity: northbound_types::Severity::Suspect,
            measures: vec![],
            owner: None,
            reported_by: "r".into(),
            closed_by: None,
        };
        let left_out = ["closed_by".to_owned(), "reported_by".to_owned()].to_vec();
        assert_eq!(apart(&record, &fault(record.clone())), (left_out, vec![]));
        let record = service::population::PopulationDay {
            day,
            region: Region::North,
            generation: Generation::Smets2,
            device_type: "ESME".into(),
            status: "commissioned".into(),
            count: 3,
        };
        assert_eq!(apart(&record, &population(record.clone())), (vec![], vec![]));
        let record = service::hubs::HubInstall {
            hub: "h".into(),
            region: Region::North,
            provider: "CSPN".into(),
            installed: day,
            srv: "8.14.1".into(),
            in_coverage: true,
            connected: None,
            exception: None,
            predicted: None,
            note: String::new(),
        };
        assert_eq!(apart(&record, &hub(record.clone())), (vec!["note".to_owned()], vec![]));
        let record = service::exceptions::AllowedException {
            measure: "PM1.1".into(),
            provider: "CSPC".into(),
            region: Region::Central,
            period: "2026-04".parse().unwrap(),
            count: 5,
            met: 5,
            reason: "no access".into(),
        };
        assert_eq!(apart(&record, &exception(record.clone())), (vec![], vec![]));
    }
}
