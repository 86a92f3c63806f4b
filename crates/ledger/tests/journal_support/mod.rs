//! Schedules for the tests of the journal, and the model that they are held against.

use northbound_ledger::{
    LedgerError,
    journal::{Journal, Limits, Record, Recovered, Storage},
    testing::{Fault, Faulty},
};
use northbound_types::Utc;

pub const NOW: Utc = Utc(1_775_001_600_000_000);

pub fn at(i: u64) -> Utc {
    Utc(NOW.0 + i as i64 * 1_000_000)
}
pub fn payload(i: u64, len: usize) -> Vec<u8> {
    (0..len)
        .map(|k| (i.wrapping_mul(2_654_435_761).rotate_left(k as u32 % 64) ^ k as u64) as u8)
        .collect()
}
pub fn open(store: &Faulty, limits: Limits) -> (Journal<Faulty>, Recovered) {
    Journal::open(store.clone(), limits, NOW).unwrap()
}
pub fn records<S: Storage>(j: &Journal<S>, from: u64) -> Vec<Record> {
    j.read_from(from).unwrap().collect::<Result<_, _>>().unwrap()
}

/// What the schedules came across.
#[derive(Debug, Default)]
pub struct Reached {
    pub crashes: u64,
    pub torn: u64,
    pub segments: u64,
    pub refused: u64,
    pub whole_unsynced: u64,
    pub checkpoints: u64,
}

/// A journal and what must be true of it.
pub struct Model {
    dice: u64,
    store: Faulty,
    limits: Limits,
    /// Every payload appended by position; those below `acked` were acknowledged.
    written: Vec<Vec<u8>>,
    acked: u64,
    /// The planted bug: acknowledge when appended.
    early: bool,
}

impl Model {
    pub fn new(seed: u64, limits: Limits, early: bool) -> Model {
        Model {
            dice: seed,
            store: Faulty::new(seed ^ 0xABCD),
            limits,
            written: Vec::new(),
            acked: 0,
            early,
        }
    }

    fn roll(&mut self, n: u64) -> u64 {
        self.dice = self
            .dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.dice >> 33) % n
    }

    pub fn run(mut self, steps: u64, reached: &mut Reached) -> Result<(), String> {
        let mut journal = None;
        for _ in 0..steps {
            let mut j = match journal.take() {
                Some(j) => j,
                None => self.reopen(reached)?,
            };
            let crashed = self.act(&mut j, reached);
            if crashed || self.store.has_stopped() {
                drop(j);
                self.store.restart();
                reached.crashes += 1;
            } else {
                journal = Some(j);
            }
        }
        drop(journal);
        self.store.restart();
        self.reopen(reached).map(|_| ())
    }

    /// One step; `true` where the power fails.
    fn act(&mut self, j: &mut Journal<Faulty>, reached: &mut Reached) -> bool {
        match self.roll(14) {
            0..=6 => {
                for _ in 0..=self.roll(4) {
                    let (i, len) = (j.next_position(), self.roll(700) as usize);
                    let body = payload(i.wrapping_add(self.dice), len);
                    if j.append(at(i), &body).is_ok() {
                        self.written.truncate(i as usize - 1);
                        self.written.push(body);
                        if self.early {
                            self.acked = i;
                        }
                    } else {
                        reached.refused += 1;
                    }
                }
            }
            7..=9 => match j.sync() {
                Ok(p) => self.acked = self.acked.max(p),
                Err(LedgerError::NotStored { .. } | LedgerError::Suspended { .. }) => {
                    reached.refused += 1;
                    let _ = j.resume();
                }
                Err(_) => return true,
            },
            10 => {
                let n = self.roll(12);
                self.store.fault(Fault::CrashAfter(n));
            }
            11 => {
                let fault = match self.roll(3) {
                    0 => Fault::Append,
                    1 => Fault::Sync,
                    _ => Fault::Room(self.store.used() + self.roll(600)),
                };
                self.store.fault(fault);
                let _ = j.sync().map(|p| self.acked = self.acked.max(p));
                self.store.fault(Fault::Room(u64::MAX));
                let _ = j.resume();
            }
            12 => {
                let p = j.durable_position();
                if j.checkpoint(p, at(p), &p.to_le_bytes()).is_ok() {
                    reached.checkpoints += 1;
                }
                let _ = j.rotate().map(|()| self.acked = self.acked.max(j.durable_position()));
            }
            _ => return true,
        }
        false
    }

    /// Opens the journal after a crash and compares it with what must be there.
    fn reopen(&mut self, reached: &mut Reached) -> Result<Journal<Faulty>, String> {
        let (j, found) = Journal::open(self.store.clone(), self.limits, NOW)
            .map_err(|e| format!("acknowledged up to {}, and it does not open: {e}", self.acked))?;
        if found.dropped_bytes > 0 {
            reached.torn += 1;
        }
        reached.segments += found.segments as u64 - 1;
        let durable = j.durable_position();
        if durable < self.acked {
            return Err(format!("{} was acknowledged, only {durable} are there", self.acked));
        }
        if durable > self.acked {
            reached.whole_unsynced += 1;
        }
        if durable as usize > self.written.len() {
            return Err(format!("{durable} records, only {} were written", self.written.len()));
        }
        let mut expect = 1;
        for r in j.read_from(1).map_err(|e| e.to_string())? {
            let r = r.map_err(|e| e.to_string())?;
            if r.position != expect {
                return Err(format!("position {} where {expect} should be", r.position));
            }
            if r.payload != self.written[expect as usize - 1] || r.at != at(expect) {
                return Err(format!("record {expect} is not what was written"));
            }
            expect += 1;
        }
        if expect != durable + 1 {
            return Err(format!("{} records read, {durable} are durable", expect - 1));
        }
        let restored = j.restore().map_err(|e| e.to_string())?;
        if restored.checkpoint.is_some_and(|c| c.state != c.position.to_le_bytes()) {
            return Err("a checkpoint holds another state".into());
        }
        self.written.truncate(durable as usize);
        // What is there after a restart is stored, acknowledged or not.
        self.acked = self.acked.max(durable);
        Ok(j)
    }
}
