//! Two methodologies over the same messages: figures side by side, and the messages that one
//! counts and the other leaves out, as selectors that a drill-down opens.

use crate::{
    error::MeasureError,
    evaluate::{evaluate, slices::narrow},
    inputs::Inputs,
    result::{Line, MeasureResult, Part},
};
use northbound_rules::measure::Methodology;
use northbound_types::{Cells, Dim, Figure, Region, Selector};
use serde::{Deserialize, Serialize};

/// One row under two methodologies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// Measure.
    pub measure: String,
    /// Provider.
    pub provider: String,
    /// Region.
    pub region: Region,
    /// First methodology's id.
    pub a: String,
    /// Its figure.
    pub figure_a: Figure,
    /// Second methodology's id.
    pub b: String,
    /// Its figure.
    pub figure_b: Figure,
    /// Messages in the first denominator and not in the second.
    pub only_a: Vec<Line>,
    /// Messages in the second denominator and not in the first.
    pub only_b: Vec<Line>,
}

/// Evaluates both and names the differences. The inputs' own methodology is not used.
///
/// # Errors
/// As [`evaluate`].
pub fn compare(
    inputs: &Inputs<'_>,
    a: &Methodology,
    b: &Methodology,
) -> Result<Vec<Comparison>, MeasureError> {
    let left = evaluate(&Inputs { methodology: a, ..*inputs })?;
    let right = evaluate(&Inputs { methodology: b, ..*inputs })?;
    Ok(left
        .iter()
        .zip(&right)
        .map(|(x, y)| Comparison {
            measure: x.measure.clone(),
            provider: x.provider.clone(),
            region: x.region,
            a: a.id.clone(),
            figure_a: x.figure.clone(),
            b: b.id.clone(),
            figure_b: y.figure.clone(),
            only_a: only(inputs.cells, x, y),
            only_b: only(inputs.cells, y, x),
        })
        .collect())
}

/// The dimensions that tell the groups apart; more where the first do not suffice.
const COARSE: &[Dim] = &[Dim::Timeliness, Dim::State];
const FINE: &[Dim] = &[
    Dim::Kind,
    Dim::Region,
    Dim::TestKind,
    Dim::Mode,
    Dim::Timeliness,
    Dim::State,
    Dim::Feed,
    Dim::Day,
];

/// What `x` counts and `y` does not.
fn only(cells: &Cells, x: &MeasureResult, y: &MeasureResult) -> Vec<Line> {
    x.parts
        .iter()
        .flat_map(|part| {
            groups(cells, x, part, y, COARSE)
                .or_else(|| groups(cells, x, part, y, FINE))
                .unwrap_or_default()
        })
        .collect()
}

/// Groups of one part by `dims`, `None` where a group is half in and half out.
fn groups(
    cells: &Cells,
    x: &MeasureResult,
    part: &Part,
    y: &MeasureResult,
    dims: &[Dim],
) -> Option<Vec<Line>> {
    let denominator = part.denominator.as_ref()?;
    let others: Vec<&Selector> = y.parts.iter().filter_map(|p| p.denominator.as_ref()).collect();
    let days = |r: &MeasureResult| r.activity == x.activity;
    let inside = Cells { dims: cells.dims.clone(), rows: narrow_rows(cells, x, denominator) };
    let mut lines = Vec::new();
    for group in inside.by(dims).rows {
        let which = dims
            .iter()
            .filter(|d| cells.index(**d).is_some())
            .zip(&group.keys)
            .fold(denominator.clone(), |s, (d, k)| s.and(*d, [k.to_string()]));
        let members = inside.rows.iter().filter(|r| which.takes(&inside, r));
        let (mut out, mut taken) = (0, 0);
        for m in members {
            if days(y) && others.iter().any(|o| o.takes(&inside, m)) {
                taken += m.count
            } else {
                out += m.count
            }
        }
        if out > 0 && taken > 0 {
            return None;
        }
        if out > 0 {
            lines.push(Line {
                reason: format!(
                    "{}: {}",
                    part.label,
                    group.keys.iter().map(|k| &**k).collect::<Vec<_>>().join(", ")
                ),
                selector: Some(which),
                count: out,
            });
        }
    }
    Some(lines)
}

fn narrow_rows(
    cells: &Cells,
    x: &MeasureResult,
    selector: &Selector,
) -> Vec<northbound_types::CellRow> {
    narrow(cells, x.activity, selector, &cells.dims).rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{cells, inputs, methodology, tests_def};
    use northbound_rules::measure::{Aggregate, Counting, Subject};

    #[test]
    fn m2_three_ways_with_the_messages_that_differ() {
        let c = cells(&[
            ("2026-04-02", "north", "f", "rtt4", "answered-success", "in-time", 900),
            ("2026-04-02", "north", "f", "rtt4", "timed-out", "unanswered", 100),
            ("2026-04-02", "north", "f", "none", "answered-success", "in-time", 70),
            ("2026-04-02", "north", "f", "none", "timed-out", "unanswered", 30),
        ]);
        let defs = [tests_def()];
        let [answered, all, own] = [
            methodology(Counting::AnsweredOnly, Subject::Tests, Aggregate::Mean),
            methodology(Counting::AllAttempts, Subject::Tests, Aggregate::Mean),
            methodology(Counting::AllAttempts, Subject::OwnRequests, Aggregate::Mean),
        ];
        let i = inputs(&c, &defs, &answered);
        let r = &compare(&i, &answered, &all).unwrap()[0];
        assert_eq!(
            (r.figure_a.share(), r.figure_b.share()),
            (Figure::ratio(900, 900).share(), Figure::ratio(900, 1000).share())
        );
        assert!(r.only_a.is_empty());
        assert_eq!(r.only_b.len(), 1);
        assert_eq!(r.only_b[0].count, 100);
        assert_eq!(c.sum(r.only_b[0].selector.as_ref().unwrap()).count, 100);
        let r = &compare(&i, &all, &own).unwrap()[0];
        assert_eq!(r.figure_b.share(), Figure::ratio(70, 100).share());
        assert_eq!(r.only_a.iter().map(|l| l.count).sum::<u64>(), 1000);
        assert_eq!(r.only_b.iter().map(|l| l.count).sum::<u64>(), 100);
    }
}
