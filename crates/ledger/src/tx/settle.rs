//! Which of several records of one message counts, whatever the order in which they came.

use super::Tx;
use crate::{
    buffer::Buffer,
    error::LedgerError,
    identity::{Entry, Index},
    manifest::SourceEntry,
    schema::Table,
};
use hashbrown::HashMap;
use northbound_types::Day;
use std::{cmp::Ordering, collections::BTreeMap};

/// Of a group larger than this only so many rivals are written down for each loser.
const RIVALS: usize = 16;

/// Does `a` correct `b`, by name or hash?
fn corrects(a: &SourceEntry, b: &SourceEntry) -> bool {
    a.corrects.iter().any(|c| *c == b.name || *c == b.sha256)
}

/// The better record first: a correction before what it corrects, then the lower declared rank,
/// then an order that depends on the content alone.
fn better(x: &Entry, y: &Entry, sources: &HashMap<u32, SourceEntry>) -> Ordering {
    let (Some(a), Some(b)) = (sources.get(&x.source), sources.get(&y.source)) else {
        return x.cmp(y);
    };
    match (corrects(a, b), corrects(b, a)) {
        (true, false) => return Ordering::Less,
        (false, true) => return Ordering::Greater,
        _ => {}
    }
    // Of equals the service's own record goes first, whatever it says: what it says may still change.
    a.rank
        .cmp(&b.rank)
        .then(b.is_live().cmp(&a.is_live()))
        .then(x.content.cmp(&y.content))
        .then(x.known.cmp(&y.known))
        .then_with(|| a.sha256.cmp(&b.sha256))
        .then(x.place.cmp(&y.place))
}

fn reason(winner: &Entry, loser: &Entry, sources: &HashMap<u32, SourceEntry>) -> &'static str {
    if let (Some(a), Some(b)) = (sources.get(&winner.source), sources.get(&loser.source))
        && corrects(a, b)
    {
        return "superseded";
    }
    if winner.content == loser.content { "duplicate" } else { "collision" }
}

impl Tx {
    /// Decides every group of records with one identity and writes down who lost to whom, apart for
    /// what rests on a row that is still open. The live service's own rows are never held against each
    /// other: it knows a repeat, and supersedes by name.
    pub(super) fn settle(&mut self) -> Result<Vec<(Day, bool, Buffer)>, LedgerError> {
        let sources: HashMap<u32, SourceEntry> =
            self.all_sources().map(|s| (s.id as u32, s.clone())).collect();
        let index = std::mem::replace(&mut self.index, Index::new(self.work.clone()));
        let mut by_day: BTreeMap<(Day, bool), Buffer> = BTreeMap::new();
        let live = |e: &Entry| sources.get(&e.source).is_some_and(SourceEntry::is_live);
        let mut seen: HashMap<u32, (u64, u64)> = HashMap::new();
        let now = self.now.0;
        index.groups(&mut |group| {
            if group.iter().all(Entry::is_old) {
                return;
            }
            let mut order: Vec<&Entry> = group.iter().collect();
            order.sort_by(|a, b| better(a, b, &sources));
            for (i, loser) in order.iter().enumerate().skip(1) {
                let rivals: Vec<&&Entry> =
                    order[..i].iter().filter(|w| !(live(w) && live(loser))).take(RIVALS).collect();
                for winner in &rivals {
                    if loser.is_old() && winner.is_old() {
                        continue;
                    }
                    let why = reason(winner, loser, &sources);
                    let mut days = vec![loser.day];
                    if winner.day != loser.day {
                        days.push(winner.day);
                    }
                    for d in days {
                        let day = Day(d);
                        by_day
                            .entry((day, loser.is_open() || winner.is_open()))
                            .or_insert_with(|| Buffer::new(Table::Corrections))
                            .row()
                            .word(&day_text(day))
                            .int(i64::from(loser.source))
                            .int(i64::from(loser.place))
                            .word(why)
                            .int(i64::from(winner.source))
                            .int(i64::from(winner.place))
                            .int(winner.known)
                            .int(now);
                    }
                }
                let Some(first) = rivals.first() else { continue };
                let newer = if loser.is_old() { order[0] } else { loser };
                let n = seen.entry(newer.source).or_default();
                if reason(first, loser, &sources) == "duplicate" { n.0 += 1 } else { n.1 += 1 }
            }
        })?;
        // The live source's rows come again and again while they are open.
        for s in self.sources.iter_mut().filter(|s| !s.is_live()) {
            if let Some((dup, col)) = seen.get(&(s.id as u32)) {
                s.duplicates = *dup;
                s.collisions = *col;
            }
        }
        Ok(by_day.into_iter().map(|((day, open), b)| (day, open, b)).collect())
    }
}

/// Figures as stated have no day; their corrections stand under the first day of all.
fn day_text(day: Day) -> String {
    if day.0 == i32::MIN { String::new() } else { day.to_string() }
}
