//! What two counts say of the sets behind them when the names are not known.

use crate::{
    answer::{Answer, Table, count},
    error::{AppError, Result},
};
use northbound_measures::forecast::bounds::{self, Counted, Range};
use serde_json::json;
use std::collections::BTreeMap;

/// Two lists of Users of which only counts are known.
#[derive(Debug, Clone)]
pub struct BoundsRequest {
    /// A list as NAME=TOTAL[,CLASS=COUNT…], such as csr=16,large-supplier=5. Give two
    pub sets: Vec<String>,
    /// Total number of Users
    pub population: Option<u64>,
}

/// `NAME=TOTAL[,CLASS=COUNT…]`.
fn counted(text: &str) -> Result<Counted> {
    let wrong = |part: &str| {
        AppError::usage(format!(
            "--set {text:?}: {part:?} is not NAME=COUNT; write csr=16,large-supplier=5"
        ))
    };
    let mut parts = text.split(',').map(|p| {
        p.split_once('=')
            .and_then(|(n, c)| Some((n.trim().to_owned(), c.trim().parse::<u64>().ok()?)))
            .filter(|(n, _)| !n.is_empty())
            .ok_or_else(|| wrong(p))
    });
    let (name, total) = parts.next().unwrap_or_else(|| Err(wrong(text)))?;
    Ok(Counted { name, total, classes: parts.collect::<Result<BTreeMap<_, _>>>()? })
}

/// Bounds of the union and the intersection of two lists of which only counts are known.
///
/// # Errors
/// Where there are not exactly two lists, or one cannot be read or contradicts itself.
pub fn bounds(a: &BoundsRequest) -> Result<Answer> {
    let [first, second] = a.sets.as_slice() else {
        return Err(AppError::usage("give --set twice, once for each list"));
    };
    let (x, y) = (counted(first)?, counted(second)?);
    let b = bounds::bounds(&x, &y, a.population).map_err(|e| AppError::input(e.to_string()))?;
    let mut t =
        Table::new("", &["of whom", ">on a list, least", ">most", ">on both, least", ">most"]);
    let row = |u: &Range, i: &Range| [u.least, u.most, i.least, i.most].map(count);
    t.row(std::iter::once("all, from the two totals".to_owned()).chain(row(&b.union, &b.both)));
    if b.classes.len() > 1 {
        for (c, (u, i)) in &b.classes {
            t.row(
                std::iter::once(if c == bounds::REST {
                    "of no class that both lists name".to_owned()
                } else {
                    c.clone()
                })
                .chain(row(u, i)),
            );
        }
        t.row(
            std::iter::once("all, with the classes".to_owned())
                .chain(row(&b.union_by_class, &b.both_by_class)),
        );
    }
    Ok(Answer::new(json!({"sets": [x, y], "population": a.population, "bounds": b})).table(t)
        .then("Only counts are known, so these are bounds. With the names in both lists each would be an exact number."))
}
