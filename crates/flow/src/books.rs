//! The books of a run of the core: posted with every effect, they show at any instant whether
//! messages were conserved. Tests, the simulator and the running self-check share them.

use crate::{
    core::Core,
    effect::{AlertRecord, Effect, Movement, Record},
};
use northbound_types::{
    AlertState, BookKey, Books,
    books::{AlertAccount, BooksError},
    state::RequestState,
};
use std::collections::BTreeMap;

/// The books of a run.
#[derive(Debug, Clone, Default)]
pub struct RunBooks {
    /// By the movements.
    pub moved: Books,
    /// By the rows of what is settled.
    settled: Books,
    alerts: BTreeMap<(northbound_types::Day, northbound_types::Region), AlertAccount>,
    /// Consolidated, and carried by a copy.
    carried: i64,
    consolidated: i64,
    /// Messages of rows without a verified sender.
    unverified: u64,
}

fn post(books: &mut Books, m: &Movement) {
    let key = BookKey { day: m.day, region: m.region, kind: m.kind };
    match m.from {
        None => books.enter(key, m.to, 1),
        Some(from) => books.shift(key, from, m.to, 1),
    }
}

fn row(books: &mut Books, r: &Record) {
    books.enter(
        BookKey { day: r.times.received.day(), region: r.region, kind: r.kind },
        r.state,
        1,
    );
}

impl RunBooks {
    /// Posts one effect.
    pub fn post(&mut self, effect: &Effect) {
        match effect {
            Effect::Moved(m) => post(&mut self.moved, m),
            Effect::Settled(r) => row(&mut self.settled, r),
            Effect::AlertSettled(a) => self.alert(a),
            Effect::Unverified(u) => self.unverified += u.messages,
            _ => {}
        }
    }

    fn alert(&mut self, a: &AlertRecord) {
        let account = self.alerts.entry((a.received.day(), a.region)).or_default();
        account.received += 1;
        *account.by_state.entry(a.state).or_default() += 1;
        self.carried += a.carried;
        self.consolidated += i64::from(a.state == AlertState::Consolidated);
    }

    /// Whether they balance, together with what can still change: every imbalance found.
    #[must_use]
    pub fn check(&self, flow: &Core) -> Vec<BooksError> {
        let mut exchanges = self.settled.clone();
        let mut all = self.clone();
        flow.open(|r| row(&mut exchanges, &r), |a| all.alert(&a));
        let mut found = self.moved.check();
        found.extend(Books::compare(&self.moved, &exchanges));
        let residue = i64::try_from(flow.snapshot().residue).unwrap_or(i64::MAX);
        if all.carried + residue != all.consolidated {
            let (day, region) = (flow.now().day(), northbound_types::Region::None);
            found.push(BooksError::Alerts {
                day,
                region,
                line: "carried on copies + residue = consolidated",
                left: all.carried + residue,
                right: all.consolidated,
            });
        }
        let received: i64 = all.alerts.values().map(|a| a.received).sum();
        let counted = i64::try_from(flow.counts().alerts).unwrap_or(i64::MAX);
        if received != counted {
            let (day, region) = (flow.now().day(), northbound_types::Region::None);
            found.push(BooksError::Alerts {
                day,
                region,
                line: "rows of alerts = alerts received",
                left: received,
                right: counted,
            });
        }
        let unverified = flow.counts().unverified;
        if self.unverified != unverified {
            found.push(BooksError::Unverified { rows: self.unverified, received: unverified });
        }
        found
    }

    /// Exchanges by state, all keys together: the states that a run reached.
    #[must_use]
    pub fn reached(&self) -> BTreeMap<RequestState, i64> {
        let mut all = BTreeMap::new();
        for a in self.moved.accounts.values() {
            for (s, n) in &a.by_state {
                *all.entry(*s).or_default() += n;
            }
        }
        all
    }
}
