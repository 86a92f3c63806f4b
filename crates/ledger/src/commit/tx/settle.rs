//! Which of several records of one message counts, independent of the order in which they came.

use super::Tx;
use crate::{
    commit::identity::{Entry, Index, NO_DAY},
    error::LedgerError,
    manifest::SourceEntry,
    tables::{buffer::Buffer, corrections::CorrectionReason, schema::Table},
};
use hashbrown::HashMap;
use northbound_types::{Day, Utc};
use std::{cmp::Ordering, collections::BTreeMap};

/// Most rivals that are written down for each record that gives way.
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
    // Of equals the service's own record goes first, whatever its content: that may still change.
    a.rank
        .cmp(&b.rank)
        .then(b.is_live().cmp(&a.is_live()))
        .then(x.content.cmp(&y.content))
        .then(x.known.cmp(&y.known))
        .then_with(|| a.sha256.cmp(&b.sha256))
        .then(x.row.cmp(&y.row))
}

fn reason(winner: &Entry, loser: &Entry, sources: &HashMap<u32, SourceEntry>) -> CorrectionReason {
    match (sources.get(&winner.source), sources.get(&loser.source)) {
        (Some(a), Some(b)) if corrects(a, b) => CorrectionReason::Superseded,
        _ if winner.content == loser.content => CorrectionReason::Duplicate,
        _ => CorrectionReason::Collision,
    }
}

/// Corrections by day; `true` for those that depend on a row that is still open.
#[derive(Default)]
struct Corrections {
    by_day: BTreeMap<(Day, bool), Buffer>,
}

impl Corrections {
    /// Adds a correction under the loser's day, and under the winner's where that is another.
    fn add(&mut self, winner: &Entry, loser: &Entry, why: CorrectionReason, now: Utc) {
        let mut days = vec![loser.day];
        if winner.day != loser.day {
            days.push(winner.day);
        }
        for day in days.into_iter().map(Day) {
            self.by_day
                .entry((day, loser.is_open() || winner.is_open()))
                .or_insert_with(|| Buffer::new(Table::Corrections))
                .row()
                .word(&day_text(day))
                .int(i64::from(loser.source))
                .int(i64::from(loser.row))
                .word(why.as_str())
                .int(i64::from(winner.source))
                .int(i64::from(winner.row))
                .int(winner.known.0)
                .int(now.0);
        }
    }
}

/// Records of a source that repeat or contradict another.
#[derive(Default)]
struct Repeats {
    duplicates: u64,
    collisions: u64,
}

impl Tx {
    /// Decides every group of records with one identity and writes down which record gives way to
    /// which. The live service's own rows are never compared with each other: it recognises a repeat
    /// itself, and supersedes by name.
    pub(super) fn settle(&mut self) -> Result<Vec<(Day, bool, Buffer)>, LedgerError> {
        let sources: HashMap<u32, SourceEntry> =
            self.all_sources().map(|s| (s.id as u32, s.clone())).collect();
        let index = std::mem::replace(&mut self.index, Index::new(self.work.clone()));
        let live = |e: &Entry| sources.get(&e.source).is_some_and(SourceEntry::is_live);
        let mut corrections = Corrections::default();
        let mut repeats: HashMap<u32, Repeats> = HashMap::new();
        let now = self.now;
        index.groups(&mut |group| {
            if group.iter().all(Entry::is_old) {
                return;
            }
            let mut order: Vec<&Entry> = group.iter().collect();
            order.sort_by(|a, b| better(a, b, &sources));
            for (i, loser) in order.iter().enumerate().skip(1) {
                let rivals: Vec<&&Entry> =
                    order[..i].iter().filter(|w| !(live(w) && live(loser))).take(RIVALS).collect();
                for winner in rivals.iter().filter(|w| !(loser.is_old() && w.is_old())) {
                    corrections.add(winner, loser, reason(winner, loser, &sources), now);
                }
                let Some(first) = rivals.first() else { continue };
                let newer = if loser.is_old() { order[0] } else { loser };
                let of = repeats.entry(newer.source).or_default();
                match reason(first, loser, &sources) {
                    CorrectionReason::Duplicate => of.duplicates += 1,
                    CorrectionReason::Superseded | CorrectionReason::Collision => {
                        of.collisions += 1;
                    }
                }
            }
        })?;
        // The live source's rows are repeated in every commit while they are open, so it is left out.
        for s in self.sources.iter_mut().filter(|s| !s.is_live()) {
            if let Some(of) = repeats.get(&(s.id as u32)) {
                (s.duplicates, s.collisions) = (of.duplicates, of.collisions);
            }
        }
        Ok(corrections.by_day.into_iter().map(|((day, open), b)| (day, open, b)).collect())
    }
}

/// Stated figures have no day; their corrections are kept without one.
fn day_text(day: Day) -> String {
    if day == NO_DAY { String::new() } else { day.to_string() }
}
