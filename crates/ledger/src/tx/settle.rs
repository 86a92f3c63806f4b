//! Which of several records of one message counts, whatever the order in which they came.

use super::Tx;
use crate::{buffer::Buffer, error::LedgerError, identity::{Entry, Index}, manifest::SourceEntry, schema::Table};
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
    let (Some(a), Some(b)) = (sources.get(&x.source), sources.get(&y.source)) else { return x.cmp(y) };
    match (corrects(a, b), corrects(b, a)) {
        (true, false) => return Ordering::Less,
        (false, true) => return Ordering::Greater,
        _ => {}
    }
    a.rank.cmp(&b.rank).then(x.content.cmp(&y.content)).then(x.known.cmp(&y.known)).then_with(|| a.sha256.cmp(&b.sha256)).then(x.place.cmp(&y.place))
}

fn reason(winner: &Entry, loser: &Entry, sources: &HashMap<u32, SourceEntry>) -> &'static str {
    if let (Some(a), Some(b)) = (sources.get(&winner.source), sources.get(&loser.source)) && corrects(a, b) { return "superseded"; }
    if winner.content == loser.content { "duplicate" } else { "collision" }
}

impl Tx {
    /// Decides every group of records with one identity and writes down who lost to whom.
    pub(super) fn settle(&mut self) -> Result<Vec<(Day, Buffer)>, LedgerError> {
        let sources: HashMap<u32, SourceEntry> = self.all_sources().map(|s| (s.id as u32, s.clone())).collect();
        let index = std::mem::replace(&mut self.index, Index::new(self.work.clone()));
        let mut by_day: BTreeMap<Day, Buffer> = BTreeMap::new();
        let mut seen: HashMap<u32, (u64, u64)> = HashMap::new();
        let now = self.now.0;
        index.groups(&mut |group| {
            if group.iter().all(|e| e.old == 1) { return; }
            let mut order: Vec<&Entry> = group.iter().collect();
            order.sort_by(|a, b| better(a, b, &sources));
            for (i, loser) in order.iter().enumerate().skip(1) {
                for winner in order[..i].iter().take(RIVALS) {
                    if loser.old == 1 && winner.old == 1 { continue; }
                    let why = reason(winner, loser, &sources);
                    let mut days = vec![loser.day];
                    if winner.day != loser.day { days.push(winner.day); }
                    for d in days {
                        let day = Day(d);
                        by_day.entry(day).or_insert_with(|| Buffer::new(Table::Corrections)).row()
                            .word(&day_text(day)).int(i64::from(loser.source)).int(i64::from(loser.place)).word(why)
                            .int(i64::from(winner.source)).int(i64::from(winner.place)).int(winner.known).int(now);
                    }
                }
                let newer = if loser.old == 0 { loser } else { order[0] };
                let n = seen.entry(newer.source).or_default();
                if reason(order[0], loser, &sources) == "duplicate" { n.0 += 1 } else { n.1 += 1 }
            }
        })?;
        for s in &mut self.sources {
            if let Some((dup, col)) = seen.get(&(s.id as u32)) { s.duplicates = *dup; s.collisions = *col; }
        }
        Ok(by_day.into_iter().collect())
    }
}

/// Figures as stated have no day; their corrections stand under the first day of all.
fn day_text(day: Day) -> String { if day.0 == i32::MIN { String::new() } else { day.to_string() } }
