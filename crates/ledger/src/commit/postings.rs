//! Postings: how a record's message moved between states, as double entries. A live service posts
//! one unit for each step; an import posts the same steps for all its records of a day at once. They are
//! read independently of the exchanges.

use crate::tables::{buffer::Buffer, rows::ExchangeRow, schema::Table};
use hashbrown::HashMap;
use northbound_types::{Day, Kind, Region, RequestState, Utc};

/// The states that a record went through by its times, in order; it entered in the first.
pub(crate) fn path(row: &ExchangeRow<'_>) -> ([RequestState; 5], usize) {
    use RequestState::{
        Held, InFlight, PredecessorFailed, QuarantineDeleted, QuarantineExpired, Queued, Refused,
        Waiting,
    };
    let mut steps = [row.state; 5];
    if row.state == Refused {
        return (steps, 1);
    }
    let was_held =
        row.released.is_some() || matches!(row.state, Held | QuarantineDeleted | QuarantineExpired);
    let waited = row.due.is_some() || matches!(row.state, Waiting | PredecessorFailed);
    let went_on = row.queued.is_some() || row.sent_to_wan.is_some() || row.answer_sent.is_some();
    let mut n = 0;
    let mut step = |s: RequestState, n: &mut usize| {
        if *n == 0 || (steps[*n - 1] != s && steps[*n - 1].may_become(s)) {
            steps[*n] = s;
            *n += 1;
        }
    };
    if was_held {
        step(Held, &mut n);
    }
    if waited && (!was_held || row.released.is_some()) {
        step(Waiting, &mut n);
    }
    if went_on || !(was_held || waited) {
        step(Queued, &mut n);
    }
    if row.sent_to_wan.is_some() || row.state == InFlight {
        step(InFlight, &mut n);
    }
    let last = steps[n - 1];
    if last == row.state {
        return (steps, n);
    }
    if n < 5 && last.may_become(row.state) {
        steps[n] = row.state;
        return (steps, n + 1);
    }
    // The source's times do not lead to its state, so the message enters in that state.
    ([row.state; 5], 1)
}

const STATES: usize = RequestState::ALL.len();
/// Cells of one region and kind: from which state (or none) into which.
const CELLS: usize = (STATES + 1) * STATES;

/// Sums of postings of one source, by day, and by number of region and kind.
#[derive(Default)]
pub(crate) struct Postings {
    sums: HashMap<(Day, u32), Box<[i64]>>,
}

impl Postings {
    #[inline]
    pub(crate) fn post(&mut self, row: &ExchangeRow<'_>) {
        let group = row.region as usize * Kind::ALL.len() + row.kind as usize;
        let cells = self
            .sums
            .entry((Utc(row.received).day(), group as u32))
            .or_insert_with(|| vec![0; CELLS].into_boxed_slice());
        let (steps, n) = path(row);
        let mut from = STATES;
        for s in &steps[..n] {
            cells[from * STATES + *s as usize] += 1;
            from = *s as usize;
        }
    }

    /// Turns the sums into rows; `from_state` is empty where units enter.
    pub(crate) fn drain(&mut self, known: Utc, recorded: Utc, source: i64) -> Vec<(Day, Buffer)> {
        let mut sums: Vec<_> = self.sums.drain().collect();
        sums.sort_unstable_by_key(|(key, _)| *key);
        sums.chunk_by(|a, b| a.0.0 == b.0.0)
            .map(|of_day| {
                let mut b = Buffer::new(Table::Movements);
                for ((day, group), cells) in of_day {
                    let (region, kind) =
                        (*group as usize / Kind::ALL.len(), *group as usize % Kind::ALL.len());
                    for (i, &units) in cells.iter().enumerate().filter(|(_, u)| **u != 0) {
                        let (from, to) = (i / STATES, i % STATES);
                        b.row()
                            .word(&day.to_string())
                            .word(Region::ALL[region].as_str())
                            .word(Kind::ALL[kind].as_str())
                            .word(RequestState::ALL.get(from).map_or("", |s| s.as_str()))
                            .word(RequestState::ALL[to].as_str())
                            .int(units)
                            .int(known.0)
                            .int(recorded.0)
                            .int(source);
                    }
                }
                (of_day[0].0.0, b)
            })
            .collect()
    }
}
