//! Totals by SRV, User, region and whatever else the counts hold.

use crate::evaluate::coverage::Reliability;
use northbound_types::{Cells, Dim, Figure, Period, Quantity, Selector};
use serde::{Deserialize, Serialize};

/// A total.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Volume {
    /// Keys in the order of the dimensions asked for.
    pub keys: Vec<String>,
    /// Which messages.
    pub selector: Selector,
    /// How many came.
    pub count: u64,
    /// What the count rests on; absent where nothing is known against it.
    #[serde(default, skip_serializing_if = "Reliability::is_firm")]
    pub ground: Reliability,
}

impl Volume {
    /// The count as it may be printed.
    #[must_use]
    pub fn figure(&self) -> Figure {
        self.ground.under(Figure::value(Quantity::Count {
            count: i64::try_from(self.count).unwrap_or(i64::MAX),
        }))
    }
}

/// Totals by the dimensions, the greatest first; ties by key. Dimensions that the counts do not
/// hold are left out. `ground` tells what the messages of a selection rest on.
#[must_use]
pub fn totals(
    cells: &Cells,
    period: Period,
    selection: &Selector,
    dims: &[Dim],
    ground: &dyn Fn(&Selector) -> Reliability,
) -> Vec<Volume> {
    let by = crate::evaluate::slices::narrow(cells, period, selection, dims);
    let mut list: Vec<Volume> = by
        .rows
        .iter()
        .map(|r| {
            let selector = by
                .dims
                .iter()
                .zip(&r.keys)
                .fold(selection.clone(), |s, (d, k)| s.and(*d, [k.to_string()]));
            Volume {
                keys: r.keys.iter().map(ToString::to_string).collect(),
                count: r.count,
                ground: ground(&selector),
                selector,
            }
        })
        .collect();
    list.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.keys.cmp(&b.keys)));
    list
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{APRIL, cells};

    #[test]
    fn totals_are_sorted_and_open_their_messages() {
        let c = cells(&[
            ("2026-04-02", "north", "f", "none", "answered-success", "in-time", 5),
            ("2026-04-03", "north", "f", "none", "timed-out", "unanswered", 4),
            ("2026-04-03", "south", "f", "none", "timed-out", "unanswered", 20),
            ("2026-05-01", "north", "f", "none", "timed-out", "unanswered", 70),
        ]);
        let t = totals(&c, APRIL, &Selector::all(), &[Dim::Region], &|_| Reliability::default());
        assert_eq!(
            t.iter().map(|v| (v.keys[0].as_str(), v.count)).collect::<Vec<_>>(),
            [("south", 20), ("north", 9)]
        );
        assert_eq!(
            crate::evaluate::slices::narrow(&c, APRIL, &t[1].selector, &[]).rows[0].count,
            9
        );
    }
}
