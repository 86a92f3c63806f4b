//! Records of the period that contradict each other, with where both are. Of messages no identity is given: a
//! pack names no User's request.

use crate::{PackError, evidence::Evidence};
use northbound_ledger::{Collision, Decided, SourceRecord, schema::Table};
use northbound_measures::evaluate::stated::speaks_of;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Messages that a pack lists; `northbound ingest show FILE --collisions` lists the others.
const LISTED: usize = 25;
/// Stated figures of all periods that are looked through.
const STATED: usize = 10_000;

/// Two records of one identity that differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollisionLine {
    /// `message`, `alert` or `payload`; measure and keys of a stated figure.
    pub about: String,
    /// File and row of the record that goes first.
    pub first: String,
    /// File and row of the record that gave way, or of the other statement of a disputed figure.
    pub other: String,
    /// Columns in which they differ, with the value of the first and of the other.
    pub differ: Vec<(String, String, String)>,
    /// Which counts, and why.
    pub counts: String,
}

/// The collisions of a period.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollisionView {
    /// Some of them.
    pub list: Vec<CollisionLine>,
    /// How many there are.
    pub all: u64,
}

impl CollisionView {
    /// Is there none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all == 0
    }
}

pub(super) fn of_period(e: &Evidence) -> Result<CollisionView, PackError> {
    let snapshot = &e.known.snapshot;
    let days = (e.period.first(), e.period.after());
    let messages = snapshot.collisions(None, Some(days), LISTED)?;
    let of_period = |c: &&Collision| {
        let period = c.first.columns.get("period").and_then(|p| p.parse().ok());
        period.is_some_and(|p| speaks_of(p, e.period))
    };
    let stated = snapshot.collisions(None, None, STATED)?;
    let stated: Vec<&Collision> = stated.list.iter().filter(of_period).collect();
    Ok(CollisionView {
        all: messages.all + stated.len() as u64,
        list: messages
            .list
            .iter()
            .chain(stated.into_iter().take(LISTED))
            .map(|c| line(e, c))
            .collect(),
    })
}

fn line(e: &Evidence, c: &Collision) -> CollisionLine {
    let place = |r: &SourceRecord| {
        let file = e.known.snapshot.root.manifest.source(r.source);
        format!("{}, row {}", file.map_or("?", |f| f.name.as_str()), r.row)
    };
    let disputed = c.table == Table::Stated && c.decided == Decided::Content;
    CollisionLine {
        about: about(c),
        first: place(&c.first),
        other: place(&c.other),
        differ: c.differences().into_iter().map(|(n, a, b)| (n.to_owned(), a, b)).collect(),
        counts: if disputed {
            "neither: the figure is disputed".to_owned()
        } else {
            format!("the first: {}", c.decided.words())
        },
    }
}

fn about(c: &Collision) -> String {
    let text = |name: &str| c.first.columns.get(name).cloned().unwrap_or_default();
    match c.table {
        Table::Stated => {
            let keys: BTreeMap<String, String> =
                serde_json::from_str(&text("keys")).unwrap_or_default();
            let values: Vec<String> = keys.into_values().collect();
            format!("{} {}", text("measure"), values.join(" "))
        }
        Table::Alerts => "alert".to_owned(),
        Table::Payloads => "payload".to_owned(),
        _ => "message".to_owned(),
    }
}
