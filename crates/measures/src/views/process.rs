//! A User's own service by business process, SRV and region, beside what was reported: the view
//! that Users ask for (`docs/packs.md`, A User's own report). Without a User it is the view of all.

use crate::evaluate::bands::Band;
use crate::{
    evaluate::{coverage::Reliability, slices::narrow},
    result::MeasureResult,
};
use northbound_types::{
    Cells, Dim, Figure, Period, Region, RequestState, Selector, TestKind, Timeliness,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// SRVs that the rule file gives to no process.
pub const NO_PROCESS: &str = "other";

/// One line of the view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessLine {
    /// Process, SRV or region, by the view.
    pub key: String,
    /// Which messages.
    pub selector: Selector,
    /// Requests.
    pub requests: u64,
    /// Answered in time.
    pub in_time: u64,
    /// Answered late.
    pub late: u64,
    /// Answered, and no target is known.
    pub no_target: u64,
    /// Attempts without an answer.
    pub unanswered: u64,
    /// Refused with a code.
    pub refused: u64,
    /// Everything else: held, waiting, cancelled, clock errors …
    pub other: u64,
    /// In time ÷ attempts: unanswered, late and without target all miss.
    pub share: Figure,
}

/// A measure as it was reported, for the same region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reported {
    /// Measure.
    pub measure: String,
    /// Provider.
    pub provider: String,
    /// Region.
    pub region: Region,
    /// Its figure.
    pub figure: Figure,
    /// Its band.
    pub band: Band,
}

/// The whole view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessView {
    /// The User, or all.
    pub user: Option<String>,
    /// Period.
    pub period: Period,
    /// By business process.
    pub processes: Vec<ProcessLine>,
    /// By SRV.
    pub srvs: Vec<ProcessLine>,
    /// By region.
    pub regions: Vec<ProcessLine>,
    /// What was reported for the regions in which there were requests.
    pub reported: Vec<Reported>,
}

/// Makes the view of one User (or of all). `process_of` maps SRV to process; `reported` are the
/// results to print beside it. Tests are no service to a User and stay out. `ground` tells what the
/// messages of all Users rest on that a selection takes: whose they are is not known of what is
/// missing.
#[must_use]
pub fn view(
    cells: &Cells,
    period: Period,
    user: Option<&str>,
    process_of: &BTreeMap<String, String>,
    reported: &[MeasureResult],
    ground: &dyn Fn(&Selector) -> Reliability,
) -> ProcessView {
    let base = Selector::all().and(Dim::TestKind, [TestKind::None.as_str()]);
    let base = match user {
        Some(u) => base.and(Dim::User, [u]),
        None => base,
    };
    let local = narrow(cells, period, &base, &BY);
    let process =
        |srv: &str| process_of.get(srv).map_or_else(|| NO_PROCESS.to_owned(), Clone::clone);
    let lines = |dim, name: &dyn Fn(&str) -> String| lines(&local, &base, dim, name, ground);
    let by_process = lines(Dim::Srv, &process);
    let regions = lines(Dim::Region, &|r| r.to_owned());
    let here: BTreeSet<&str> = regions.iter().map(|l| l.key.as_str()).collect();
    ProcessView {
        user: user.map(str::to_owned),
        period,
        reported: reported
            .iter()
            .filter(|r| r.region == Region::None || here.contains(r.region.as_str()))
            .map(|r| Reported {
                measure: r.measure.clone(),
                provider: r.provider.clone(),
                region: r.region,
                figure: r.figure.clone(),
                band: r.band,
            })
            .collect(),
        srvs: lines(Dim::Srv, &|s| s.to_owned()),
        processes: by_process,
        regions,
    }
}

/// All requests of one User (tests are none) in one line, whose key is the User; `None` where there were none.
#[must_use]
pub fn total(
    cells: &Cells,
    period: Period,
    user: &str,
    ground: &dyn Fn(&Selector) -> Reliability,
) -> Option<ProcessLine> {
    let own = Selector::all().and(Dim::TestKind, [TestKind::None.as_str()]).and(Dim::User, [user]);
    let local = narrow(cells, period, &own, &BY);
    lines(&local, &own, Dim::Region, &|_| user.to_owned(), ground).pop()
}

/// What the lines of the view are made from.
const BY: [Dim; 4] = [Dim::Srv, Dim::Region, Dim::State, Dim::Timeliness];

fn lines(
    local: &Cells,
    base: &Selector,
    dim: Dim,
    name: &dyn Fn(&str) -> String,
    ground: &dyn Fn(&Selector) -> Reliability,
) -> Vec<ProcessLine> {
    let mut out: BTreeMap<String, (ProcessLine, BTreeSet<String>)> = BTreeMap::new();
    let (Some(at), Some(state), Some(time)) =
        (local.index(dim), local.index(Dim::State), local.index(Dim::Timeliness))
    else {
        return Vec::new();
    };
    for row in &local.rows {
        let key = name(&row.keys[at]);
        let (line, values) = out.entry(key.clone()).or_insert_with(|| {
            (
                ProcessLine {
                    key,
                    selector: Selector::all(),
                    requests: 0,
                    in_time: 0,
                    late: 0,
                    no_target: 0,
                    unanswered: 0,
                    refused: 0,
                    other: 0,
                    share: Figure::ratio(0, 0),
                },
                BTreeSet::new(),
            )
        });
        values.insert(row.keys[at].to_string());
        line.requests += row.count;
        let refused = &*row.keys[state] == RequestState::Refused.as_str();
        *match row.keys[time].parse() {
            Ok(Timeliness::InTime) => &mut line.in_time,
            Ok(Timeliness::Late) => &mut line.late,
            Ok(Timeliness::NoTarget) => &mut line.no_target,
            Ok(Timeliness::Unanswered) => &mut line.unanswered,
            _ if refused => &mut line.refused,
            Ok(Timeliness::ClockError | Timeliness::NotApplicable) | Err(_) => &mut line.other,
        } += row.count;
    }
    out.into_values()
        .map(|(mut line, values)| {
            let all = Selector::all().and(dim, values.clone());
            line.selector = base.clone().and(dim, values);
            line.share = ground(&all).under(Figure::ratio(
                line.in_time,
                line.in_time + line.late + line.no_target + line.unanswered,
            ));
            line
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        evaluate::evaluate,
        sample::{APRIL, inputs, methodology, tests_def},
    };
    use northbound_rules::measure::{Aggregate, Counting, Subject};
    use northbound_types::{CellRow, FigureState, Null, NullReason};
    use std::sync::Arc;

    fn cells() -> Cells {
        let mut c = crate::sample::cells(&[]);
        c.dims.push(Dim::User);
        let mut add = |srv: &str, test: &str, state: &str, time: &str, user: &str, count| {
            let keys = [
                "2026-04-02",
                "service-request",
                "north",
                "",
                "f",
                srv,
                "on-demand",
                "smets2",
                test,
                state,
                time,
                user,
            ];
            c.rows.push(CellRow {
                keys: keys.iter().map(|k| Arc::from(*k)).collect(),
                count,
                disputed: 0,
                assumed: 0,
            });
        };
        add("4.1.1", "none", "answered-success", "in-time", "A", 6);
        add("4.1.1", "none", "answered-success", "late", "A", 1);
        add("4.2", "none", "timed-out", "unanswered", "A", 2);
        add("4.2", "none", "refused", "not-applicable", "A", 3);
        add("8.1.1", "none", "answered-device-error", "no-target", "A", 1);
        add("8.1.1", "none", "cancelled", "not-applicable", "A", 4);
        add("4.1.1", "none", "answered-success", "in-time", "B", 100);
        add("", "rtt4", "answered-success", "in-time", "A", 1000);
        c
    }

    #[test]
    fn one_users_own_service_by_process_beside_what_was_reported() {
        let (c, m, defs) = (
            cells(),
            methodology(Counting::AnsweredOnly, Subject::Tests, Aggregate::Mean),
            [tests_def()],
        );
        let reported = evaluate(&inputs(&c, &defs, &m)).unwrap();
        let of: BTreeMap<String, String> = [("4.1.1", "billing reads"), ("4.2", "billing reads")]
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .into();
        let v = view(&c, APRIL, Some("A"), &of, &reported, &|_| Reliability::default());
        assert_eq!(
            v.processes.iter().map(|l| l.key.as_str()).collect::<Vec<_>>(),
            ["billing reads", NO_PROCESS]
        );
        let reads = &v.processes[0];
        assert_eq!(
            (
                reads.requests,
                reads.in_time,
                reads.late,
                reads.unanswered,
                reads.refused,
                reads.other
            ),
            (12, 6, 1, 2, 3, 0)
        );
        assert_eq!(reads.share, Figure::ratio(6, 9));
        assert_eq!(
            (v.processes[1].no_target, v.processes[1].other, v.processes[1].share.clone()),
            (1, 4, Figure::ratio(0, 1))
        );
        assert_eq!(v.srvs.len(), 3);
        let all = total(&c, APRIL, "A", &|_| Reliability::default()).unwrap();
        assert_eq!((all.key.as_str(), all.requests, all.in_time), ("A", 17, 6));
        assert_eq!(all.share, Figure::ratio(6, 10));
        assert!(total(&c, APRIL, "C", &|_| Reliability::default()).is_none());
        // Every line opens the messages that it counts, and each view counts all of them.
        for view in [&v.processes, &v.srvs, &v.regions] {
            assert_eq!(view.iter().map(|l| l.requests).sum::<u64>(), 17);
            for l in view {
                assert_eq!(c.sum(&l.selector).count, l.requests, "{}", l.key);
            }
        }
        // Only the row of the User's region stands beside it: 100 % where the User had 60 %.
        assert_eq!(v.reported.len(), 1);
        assert_eq!(v.reported[0].figure.share(), Figure::ratio(1, 1).share());
        assert_eq!(
            super::view(&c, APRIL, None, &of, &[], &|_| Reliability::default()).regions[0].requests,
            117
        );
    }

    #[test]
    fn without_reliable_data_there_are_counts_and_no_shares() {
        let (c, of) = (cells(), BTreeMap::new());
        let gone = Reliability {
            null: Some(Null::because(NullReason::Unreliable, "1 of 30 feed days")),
            suspect: Vec::new(),
        };
        let north = Selector::all().and(Dim::Region, ["north"]);
        let v = super::view(&c, APRIL, Some("A"), &of, &[], &|s| {
            if *s == north {
                gone.clone()
            } else {
                Reliability { null: None, suspect: vec!["a day is missing".into()] }
            }
        });
        assert!(
            matches!(&v.regions[0].share, Figure::Null(n) if n.reason == NullReason::Unreliable)
                && v.regions[0].requests == 17
        );
        assert_eq!(v.srvs[0].share.as_value().unwrap().state, FigureState::Suspect);
    }
}
