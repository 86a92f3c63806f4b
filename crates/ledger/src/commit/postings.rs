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
const CELLS: usize = Region::ALL.len() * Kind::ALL.len() * (STATES + 1) * STATES;

/// Sums of postings of one source, by day.
#[derive(Default)]
pub(crate) struct Postings {
    days: HashMap<Day, Box<[i64]>>,
}

impl Postings {
    #[inline]
    pub(crate) fn post(&mut self, row: &ExchangeRow<'_>) {
        let day = Utc(row.received).day();
        let cells = self.days.entry(day).or_insert_with(|| vec![0; CELLS].into_boxed_slice());
        let base = (row.region as usize * Kind::ALL.len() + row.kind as usize) * (STATES + 1);
        let (steps, n) = path(row);
        let mut from = STATES;
        for s in &steps[..n] {
            cells[(base + from) * STATES + *s as usize] += 1;
            from = *s as usize;
        }
    }

    /// Turns the sums into rows; `from_state` is empty where units enter.
    pub(crate) fn drain(&mut self, known: Utc, recorded: Utc, source: i64) -> Vec<(Day, Buffer)> {
        let mut days: Vec<_> = self.days.drain().collect();
        days.sort_unstable_by_key(|(d, _)| *d);
        days.into_iter()
            .map(|(day, cells)| {
                let mut b = Buffer::new(Table::Movements);
                for (i, &units) in cells.iter().enumerate().filter(|(_, u)| **u != 0) {
                    let (rest, to) = (i / STATES, i % STATES);
                    let (rest, from) = (rest / (STATES + 1), rest % (STATES + 1));
                    let (region, kind) = (rest / Kind::ALL.len(), rest % Kind::ALL.len());
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
                (day, b)
            })
            .collect()
    }
}
