//! Exchanges: answered in time over what fell due, by the methodology's way to count (M2).
//!
//! - `answered-only`: in time ÷ answered. Attempts without an answer are left out and shown.
//! - `all-attempts`: in time ÷ attempts. An attempt without an answer fails.
//! - subject `own-requests`: Users' own requests of the same region stand in for the tests.
//!
//! An answer without a known target and an answer dated before its request are never in time: they
//! stay in the denominator and have their own line.

use crate::{
    evaluate::slices::{both, cut, narrow, values},
    inputs::Fault,
    notes,
    result::{Counted, Line, Part},
};
use northbound_rules::measure::{Counting, MeasureRow, Methodology, Subject};
use northbound_types::{
    Cells, Dim, Figure, FigureState, Kind, Mode, Period, Region, RequestState, Selector, TestKind,
    Timeliness,
};

/// The dimensions that counting looks at beside the measure's own selection.
const LOCAL: &[Dim] = &[Dim::Day, Dim::Feed, Dim::Region, Dim::State, Dim::Timeliness];

/// The timeliness of what falls due under a counting rule.
const fn falls_due(counting: Counting) -> &'static [Timeliness] {
    use Timeliness::*;
    match counting {
        Counting::AnsweredOnly => &[InTime, Late, NoTarget, ClockError],
        Counting::AllAttempts => &[InTime, Late, NoTarget, ClockError, Unanswered],
    }
}

/// Which messages are the subject, and whether Users' own requests stand in for tests.
///
/// The stand-in is chosen by the limit of the test (assumed): the shortest stands for on-demand
/// requests, the longer ones for future-dated and scheduled ones.
#[must_use]
pub fn subject(select: &Selector, methodology: &Methodology) -> (Selector, bool) {
    let is_test =
        |t: &String| matches!(t.parse(), Ok(TestKind::Rtt2 | TestKind::Rtt3 | TestKind::Rtt4));
    let tests = select
        .any_of
        .iter()
        .find(|(d, v)| *d == Dim::TestKind && !v.is_empty() && v.iter().all(is_test));
    let Some((_, tests)) = tests.filter(|_| methodology.subject == Subject::OwnRequests) else {
        return (select.clone(), false);
    };
    let modes: Vec<Mode> = tests
        .iter()
        .flat_map(|t| {
            if t == TestKind::Rtt4.as_str() {
                vec![Mode::OnDemand]
            } else {
                vec![Mode::FutureDated, Mode::Scheduled]
            }
        })
        .collect();
    let own = Selector::all()
        .and(Dim::Kind, [Kind::ServiceRequest.as_str(), Kind::ScheduleInstance.as_str()])
        .and(Dim::TestKind, [TestKind::None.as_str()])
        .and(Dim::Mode, modes.iter().map(|m| m.as_str()));
    // What else the measure narrows by stays, but not what only describes a test command.
    let kept = select.any_of.iter().filter(|(d, _)| {
        matches!(
            d,
            Dim::Generation | Dim::DeviceType | Dim::Region | Dim::PartyCategory | Dim::Role
        )
    });
    (kept.fold(own, |s, (d, v)| s.and(*d, v.iter().cloned())), true)
}

/// The messages of a row: its own region, and those of unknown region that are left out and shown.
#[must_use]
pub fn row_selection(subject: &Selector, row: &MeasureRow) -> Selector {
    if is_regional(row.region) {
        subject.clone().and(Dim::Region, [row.region.as_str(), Region::Unknown.as_str()])
    } else {
        subject.clone()
    }
}

const fn is_regional(region: Region) -> bool {
    matches!(region, Region::North | Region::Central | Region::South)
}

/// The feeds that the row's messages came from.
#[must_use]
pub fn feeds_seen(
    cells: &Cells,
    activity: Period,
    selection: &Selector,
) -> std::collections::BTreeSet<String> {
    values(&narrow(cells, activity, selection, &[Dim::Feed]), Dim::Feed)
}

/// Counts one row.
#[must_use]
pub fn count(
    cells: &Cells,
    activity: Period,
    subject: &Selector,
    row: &MeasureRow,
    counting: Counting,
    unreliable: &[&Fault],
) -> Counted {
    let selection = row_selection(subject, row);
    let local = narrow(cells, activity, &selection, LOCAL);
    let counter = Counter { local: &local, selection: &selection, counting };
    let mut counted = Counted::of_parts(Vec::new());
    let mut weak = Weak::default();
    for (label, region) in counter.regions(row.region) {
        for slice in cut(&local, activity, unreliable).kept {
            counter.slice(&label, &both(&region, &slice), &mut counted, &mut weak);
        }
        for (reason, slice) in cut(&local, activity, unreliable).out {
            counter.line(&reason, &both(&region, &slice), &mut counted.excluded);
        }
    }
    if is_regional(row.region) {
        counter.line(
            "region unknown: never in a regional figure",
            &Selector::all().and(Dim::Region, [Region::Unknown.as_str()]),
            &mut counted.excluded,
        );
    }
    let (num, den) = counted.parts.iter().fold((0, 0), |(n, d), p| (n + p.num, d + p.den));
    counted.figure = weak.apply(Figure::ratio(num, den));
    counted.selection = Some(selection);
    counted
}

/// Reasons to trust a count less.
#[derive(Default)]
struct Weak {
    disputed: u64,
    assumed: u64,
    open: u64,
    no_target: u64,
    clock: u64,
}

impl Weak {
    fn apply(&self, mut f: Figure) -> Figure {
        let mut add = |n: u64, state, words: &str| {
            if n > 0 {
                f = std::mem::replace(&mut f, Figure::ratio(0, 0))
                    .weaken(state, format!("{n} {words}"))
            }
        };
        add(self.assumed, FigureState::Provisional, notes::UNCONFIRMED_TARGET);
        add(
            self.open,
            FigureState::Provisional,
            "still open at the cut-off, counted as not in time",
        );
        add(
            self.disputed,
            FigureState::Disputed,
            "have a conflicting record under the same identity",
        );
        add(
            self.no_target,
            FigureState::Ok,
            "answered without a known target, counted as not in time",
        );
        add(
            self.clock,
            FigureState::Ok,
            "answered before they were sent by their clocks, counted as not in time",
        );
        f
    }
}

struct Counter<'a> {
    local: &'a Cells,
    selection: &'a Selector,
    counting: Counting,
}

impl Counter<'_> {
    /// A regional row is one part; a national row has one part for each region, so that it never
    /// stands alone.
    fn regions(&self, region: Region) -> Vec<(String, Selector)> {
        let of = |r: &str| Selector::all().and(Dim::Region, [r]);
        if is_regional(region) {
            return vec![(region.to_string(), of(region.as_str()))];
        }
        values(self.local, Dim::Region).iter().map(|r| (r.clone(), of(r))).collect()
    }

    fn line(&self, reason: &str, which: &Selector, to: &mut Vec<Line>) -> u64 {
        let count = self.local.sum(which).count;
        if count > 0 {
            to.push(Line {
                reason: reason.to_owned(),
                selector: Some(both(self.selection, which)),
                count,
            });
        }
        count
    }

    fn slice(&self, label: &str, slice: &Selector, counted: &mut Counted, weak: &mut Weak) {
        let due =
            slice.clone().and(Dim::Timeliness, falls_due(self.counting).iter().map(|t| t.as_str()));
        let met = slice.clone().and(Dim::Timeliness, [Timeliness::InTime.as_str()]);
        let (den, num) = (self.local.sum(&due), self.local.sum(&met));
        weak.disputed += den.disputed;
        weak.assumed += den.assumed;
        if den.count > 0 {
            counted.parts.push(Part {
                label: label.to_owned(),
                num: num.count,
                den: den.count,
                numerator: Some(both(self.selection, &met)),
                denominator: Some(both(self.selection, &due)),
            });
        }
        // Every other timeliness and state that the counts hold is one line: the denominator and
        // the excluded lines re-add to the selection by construction.
        let here = narrow_local(self.local, slice);
        for t in values(&here, Dim::Timeliness) {
            let known: Option<Timeliness> = t.parse().ok();
            if known == Some(Timeliness::InTime) {
                continue;
            }
            let is_due = known.is_some_and(|k| falls_due(self.counting).contains(&k));
            let by_state =
                matches!(known, Some(Timeliness::Unanswered | Timeliness::NotApplicable) | None);
            let of_t = slice.clone().and(Dim::Timeliness, [t.clone()]);
            let list = if is_due { &mut counted.breakdown } else { &mut counted.excluded };
            if !by_state {
                let n = self.line(&words(known, None), &of_t, list);
                if known == Some(Timeliness::NoTarget) {
                    weak.no_target += n;
                }
                if known == Some(Timeliness::ClockError) {
                    weak.clock += n;
                }
                continue;
            }
            for s in values(&narrow_local(self.local, &of_t), Dim::State) {
                let n = self.line(
                    &words(known, Some(&s)),
                    &of_t.clone().and(Dim::State, [s.clone()]),
                    list,
                );
                let live = s.parse::<RequestState>().is_ok_and(RequestState::is_live);
                if is_due && live {
                    weak.open += n;
                }
            }
        }
    }
}

fn narrow_local(cells: &Cells, selector: &Selector) -> Cells {
    Cells {
        dims: cells.dims.clone(),
        rows: cells.rows.iter().filter(|r| selector.takes(cells, r)).cloned().collect(),
    }
}

fn words(t: Option<Timeliness>, state: Option<&str>) -> String {
    let state = state.unwrap_or("");
    match t {
        Some(Timeliness::InTime) => "in time".to_owned(),
        Some(Timeliness::Late) => "late".to_owned(),
        Some(Timeliness::NoTarget) => "answered, no target known".to_owned(),
        Some(Timeliness::ClockError) => "answer dated before the request".to_owned(),
        Some(Timeliness::Unanswered) => format!("unanswered: {state}"),
        Some(Timeliness::NotApplicable) => format!("no attempt: {state}"),
        None => format!("not understood: {state}"),
    }
}
