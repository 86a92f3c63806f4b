//! A measure with and without an Exceptional Event (M20): the same evaluation over the counts less
//! those of the event's days and regions. Both values are printed; neither replaces the other.

use northbound_types::{Cells, Day, Dim, Region};

/// The counts without those received on the days `from` to `to`, both inclusive, in these regions;
/// in every region where none is named.
#[must_use]
pub fn without(cells: &Cells, from: Day, to: Day, regions: &[Region]) -> Cells {
    let (Some(day), Some(region)) = (cells.index(Dim::Day), cells.index(Dim::Region)) else {
        return cells.clone();
    };
    let inside = |keys: &[std::sync::Arc<str>]| {
        keys[day].parse::<Day>().is_ok_and(|d| d >= from && d <= to)
            && (regions.is_empty() || regions.iter().any(|r| r.as_str() == &*keys[region]))
    };
    Cells {
        dims: cells.dims.clone(),
        rows: cells.rows.iter().filter(|r| !inside(&r.keys)).cloned().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use northbound_types::{CellRow, Selector};

    #[test]
    fn only_the_days_and_regions_of_the_event_leave() {
        let row = |d: &str, r: &str| CellRow {
            keys: vec![d.into(), r.into()],
            count: 1,
            disputed: 0,
            assumed: 0,
        };
        let cells = Cells {
            dims: vec![Dim::Day, Dim::Region],
            rows: vec![
                row("2026-04-01", "north"),
                row("2026-04-02", "north"),
                row("2026-04-03", "north"),
                row("2026-04-02", "south"),
            ],
        };
        let left = |from: &str, to: &str, regions: &[Region]| {
            without(&cells, from.parse().unwrap(), to.parse().unwrap(), regions)
                .sum(&Selector::all())
                .count
        };
        assert_eq!(left("2026-04-02", "2026-04-02", &[Region::North]), 3);
        assert_eq!(left("2026-04-02", "2026-04-03", &[Region::North]), 2);
        assert_eq!(left("2026-04-02", "2026-04-02", &[]), 2);
    }
}
