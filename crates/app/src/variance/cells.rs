//! Cells and columns that the tables of the variance share.

use crate::answer::Table;
use northbound_measures::{
    evaluate::coverage::Reliability,
    forecast::variance::{Compared, Flag},
};
use northbound_packs::assemble::forecasts::flag_words;

/// A count, or an empty cell where there is none.
pub(super) fn number(n: Option<i64>) -> String {
    n.map(|n| n.to_string()).unwrap_or_default()
}

/// A count, or the mark of a hidden one.
pub(super) fn shown(n: Option<u64>) -> String {
    n.map_or_else(|| "[c]".to_owned(), |n| n.to_string())
}

/// The cells of [`COMPARED`].
pub(super) fn cells(c: &Compared, ground: &Reliability) -> Vec<String> {
    let note = if matches!(c.flag, Flag::NoPercentage) {
        c.why.clone()
    } else {
        flag_words(c.flag).to_owned()
    };
    let actual = ground
        .null
        .as_ref()
        .filter(|_| c.actual.is_none())
        .map_or_else(|| number(c.actual), |n| n.reason.mark().to_owned());
    vec![
        number(c.forecast),
        actual,
        number(c.difference),
        c.percent.clone().unwrap_or_default(),
        note,
    ]
}

/// Columns of a forecast beside its actual.
pub(super) const COMPARED: [&str; 5] =
    [">forecast", ">actual", ">difference", ">% of forecast", "flag"];

/// Some columns of a table's own, then [`COMPARED`].
pub(super) fn head(first: &[&str]) -> Vec<String> {
    first.iter().chain(&COMPARED).map(|c| (*c).to_owned()).collect()
}

/// A table with these columns and no rows.
pub(super) fn table(title: &str, columns: Vec<String>) -> Table {
    Table { title: title.to_owned(), columns, ..Table::default() }
}
