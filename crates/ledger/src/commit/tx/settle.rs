//! Which of several records of one message counts, independent of the order in which they came.

use super::{FILE_ROWS, Tx};
use crate::{
    commit::identity::{Entry, Group, Index, NO_DAY},
    error::LedgerError,
    manifest::SourceEntry,
    tables::{buffer::Buffer, corrections::CorrectionReason, schema::Table},
};
use hashbrown::HashMap;
use northbound_types::{Day, Utc};
use std::{cmp::Ordering, collections::BTreeMap};

/// Most rivals that are written down for each record that gives way.
const RIVALS: usize = 16;
/// The same, with those that are of further sources or times of knowledge.
const MOST_RIVALS: usize = 32;
/// Records of one identity that are put in order; of more, only the best are.
const LARGE_GROUP: usize = 16 * 1024;

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

/// Corrections by day, with `true` for those that depend on a row that is still open.
#[derive(Default)]
struct Corrections {
    by_day: BTreeMap<(Day, bool), Buffer>,
    rows: usize,
}

impl Corrections {
    /// Adds a correction under the loser's day, and under the winner's where that is another.
    fn add(&mut self, winner: &Entry, loser: &Entry, why: CorrectionReason, now: Utc) {
        let mut days = vec![loser.day];
        if winner.day != loser.day {
            days.push(winner.day);
        }
        for day in days.into_iter().map(Day) {
            self.rows += 1;
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

    /// Has them written, and begins anew.
    fn send(&mut self, tx: &mut Tx) -> Result<(), LedgerError> {
        self.rows = 0;
        for ((day, open), b) in std::mem::take(&mut self.by_day) {
            tx.send(b, (day != NO_DAY).then_some(day), open)?;
        }
        Ok(())
    }
}

/// Records of a source that repeat or contradict another.
#[derive(Default)]
struct Repeats {
    duplicates: u64,
    collisions: u64,
}

/// Decides which records of one identity give way.
struct Settlement {
    sources: HashMap<u32, SourceEntry>,
    now: Utc,
    corrections: Corrections,
    repeats: HashMap<u32, Repeats>,
}

impl Settlement {
    fn is_live(&self, e: &Entry) -> bool {
        self.sources.get(&e.source).is_some_and(SourceEntry::is_live)
    }

    /// A group of ordinary size: every record gives way to the better ones before it, see [`Rivals`].
    fn small(&mut self, group: &[Entry]) {
        if group.iter().all(Entry::is_old) {
            return;
        }
        let mut order: Vec<&Entry> = group.iter().collect();
        order.sort_by(|a, b| better(a, b, &self.sources));
        let (mut all, mut not_live) = (Rivals::default(), Rivals::default());
        for e in &order {
            let live = self.is_live(e);
            self.give_way(e, if live { &not_live.0 } else { &all.0 }, order[0]);
            all.add(e);
            if !live {
                not_live.add(e);
            }
        }
    }

    /// A group with more records than are put in order: the best are found in one pass, and the others
    /// give way to them in a second.
    fn large(&mut self, group: &mut Group<'_>, tx: &mut Tx) -> Result<(), LedgerError> {
        let mut best = Best::default();
        let mut any_new = false;
        group.each(&mut |e| {
            any_new |= !e.is_old();
            best.offer(e, self.is_live(e), &self.sources);
            Ok(())
        })?;
        let Some(first) = best.all.first().copied().filter(|_| any_new) else { return Ok(()) };
        group.each(&mut |e| {
            let from = if self.is_live(e) { &best.not_live } else { &best.all };
            let before = |w: &&Entry| better(w, e, &self.sources) == Ordering::Less;
            let rivals: Vec<Entry> = from.iter().filter(before).copied().collect();
            self.give_way(e, &rivals, &first);
            if self.corrections.rows >= FILE_ROWS {
                self.corrections.send(tx)?;
            }
            Ok(())
        })
    }

    /// Writes down that a record gives way to better ones, best first. `best` is the best of its group.
    fn give_way(&mut self, loser: &Entry, rivals: &[Entry], best: &Entry) {
        for winner in rivals.iter().filter(|w| !(loser.is_old() && w.is_old())) {
            let why = reason(winner, loser, &self.sources);
            self.corrections.add(winner, loser, why, self.now);
        }
        let Some(first) = rivals.first() else { return };
        let newer = if loser.is_old() { best } else { loser };
        let of = self.repeats.entry(newer.source).or_default();
        match reason(first, loser, &self.sources) {
            CorrectionReason::Duplicate => of.duplicates += 1,
            CorrectionReason::Superseded | CorrectionReason::Collision => of.collisions += 1,
        }
    }
}

/// The records that others give way to, best first: the first [`RIVALS`], and the first of each further
/// source and time of knowledge, since those may still count when the others are retracted or not known
/// yet.
#[derive(Default)]
struct Rivals(Vec<Entry>);

fn alike(a: &Entry, b: &Entry) -> bool {
    a.source == b.source && a.known == b.known
}

impl Rivals {
    /// Adds a record that is no better than those added before.
    fn add(&mut self, e: &Entry) {
        let few = self.0.len() < RIVALS;
        if few || (self.0.len() < MOST_RIVALS && !self.0.iter().any(|r| alike(r, e))) {
            self.0.push(*e);
        }
    }
}

/// The best record of each source and time of knowledge, best first: those that are alike count, or do
/// not, together.
#[derive(Default)]
struct Best {
    all: Vec<Entry>,
    not_live: Vec<Entry>,
}

impl Best {
    fn offer(&mut self, e: &Entry, live: bool, sources: &HashMap<u32, SourceEntry>) {
        let put = |list: &mut Vec<Entry>| {
            let at = list.partition_point(|x| better(x, e, sources) != Ordering::Greater);
            if at >= MOST_RIVALS || list[..at].iter().any(|x| alike(x, e)) {
                return;
            }
            list.insert(at, *e);
            if let Some(worse) = (at + 1..list.len()).find(|i| alike(&list[*i], e)) {
                list.remove(worse);
            }
            list.truncate(MOST_RIVALS);
        };
        put(&mut self.all);
        if !live {
            put(&mut self.not_live);
        }
    }
}

impl Tx {
    /// Decides every group of records with one identity and writes down which record gives way to
    /// which. The live service's own rows are never compared with each other: it recognises a repeat
    /// itself, and supersedes by name.
    pub(super) fn settle(&mut self) -> Result<(), LedgerError> {
        let sources = self.all_sources().map(|s| (s.id as u32, s.clone())).collect();
        let index = std::mem::replace(&mut self.index, Index::new(self.work.clone()));
        let mut s = Settlement {
            sources,
            now: self.now,
            corrections: Corrections::default(),
            repeats: HashMap::new(),
        };
        index.groups(&mut |mut group| {
            match &mut group {
                Group::Held(entries) if entries.len() <= LARGE_GROUP => s.small(entries),
                group => s.large(group, self)?,
            }
            if s.corrections.rows >= FILE_ROWS {
                s.corrections.send(self)?;
            }
            Ok(())
        })?;
        s.corrections.send(self)?;
        // The live source's rows are repeated in every commit while they are open, so it is left out.
        for source in self.sources.iter_mut().filter(|s| !s.is_live()) {
            if let Some(of) = s.repeats.get(&(source.id as u32)) {
                (source.duplicates, source.collisions) = (of.duplicates, of.collisions);
            }
        }
        Ok(())
    }
}

/// Stated figures have no day; their corrections are kept without one.
fn day_text(day: Day) -> String {
    if day == NO_DAY { String::new() } else { day.to_string() }
}
