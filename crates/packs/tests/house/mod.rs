//! A small invented network in a temporary folder: ledger, registers, rules, and the commands' steps.
use northbound_ledger::{
    Begun, Ledger, RowSink, SourceMeta,
    judge::RulesJudge,
    rows::{ExchangeRow, StatedRow},
};
use northbound_packs::{
    PackError,
    evidence::{Ask, Place},
    store::{self, House as Style, Made},
};
use northbound_registers::{Gate, Record, Store, Write};
use northbound_rules::RuleSet;
use northbound_types::{
    Actor, Eui64, Generation, Kind, Leg, Mode, Period, Region, RequestState, TestKind, Utc,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

pub const APRIL: Period = Period::month(2026, 4);

pub fn utc(text: &str) -> Utc {
    text.parse().unwrap()
}

/// One kind of exchange, so many times, spread over the days of April 2026.
#[derive(Clone)]
pub struct Lot {
    pub test: TestKind,
    pub region: Region,
    pub feed: &'static str,
    pub state: RequestState,
    pub count: u64,
    /// From receipt to answer, µs.
    pub answer: Option<i64>,
}

pub fn tests(region: Region, feed: &'static str, state: RequestState, count: u64) -> Lot {
    Lot {
        test: TestKind::Rtt4,
        region,
        feed,
        state,
        count,
        answer: state.is_answered().then_some(5_000_000),
    }
}

pub struct House {
    pub dir: tempfile::TempDir,
    pub ledger: Ledger,
    pub store: Store,
    counter: u64,
}

impl House {
    pub fn new() -> House {
        let dir = tempfile::tempdir().unwrap();
        let ledger = Ledger::at(dir.path().join("ledger"));
        let store =
            Store::open(&dir.path().join("registers.sqlite"), utc("2026-04-01T00:00:00Z")).unwrap();
        House { dir, ledger, store, counter: 0 }
    }
    pub fn data(&self) -> &Path {
        self.dir.path()
    }
    pub fn out(&self, name: &str) -> PathBuf {
        self.dir.path().join("out").join(name)
    }
    pub fn gate(&self) -> Gate<'_> {
        self.store.as_actor(&Actor::parse("kim/opsg+analyst").unwrap())
    }
    pub fn keep<T: Record>(&self, record: &T, now: &str) {
        self.gate().add(record, &Write::at(utc(now))).unwrap();
    }
    pub fn rules(&self) -> RuleSet {
        RuleSet::load(Some(&self.data().join("rules"))).unwrap()
    }
    /// Overlays a rule file.
    pub fn rule(&self, name: &str, text: &str) {
        std::fs::create_dir_all(self.data().join("rules")).unwrap();
        std::fs::write(self.data().join("rules").join(name), text).unwrap();
    }

    fn meta(name: &str, layout: &str, feed: &str, known: Utc) -> SourceMeta {
        SourceMeta {
            name: name.into(),
            sha256: format!(
                "{:0>64}",
                name.bytes().fold(7u64, |h, b| h.wrapping_mul(31).wrapping_add(b.into()))
            ),
            bytes: 1,
            layout: layout.into(),
            mapping: String::new(),
            feed: feed.into(),
            rank: 10,
            corrects: Vec::new(),
            known,
            by: "test".into(),
        }
    }

    /// Ingests lots as one file.
    pub fn messages(&mut self, name: &str, lots: &[Lot], at: &str) {
        let now = utc(at);
        let mut tx = self.ledger.begin(now).unwrap();
        let feed = lots.first().map_or("dsp", |l| l.feed);
        let Begun::New(_) = tx.begin_source(House::meta(name, "messages", feed, now)).unwrap()
        else {
            panic!("already in")
        };
        let first = APRIL.first().start().0;
        let mut place = 0;
        for lot in lots {
            for i in 0..lot.count {
                self.counter += 1;
                place += 1;
                let received =
                    first + (i % 30) as i64 * 86_400_000_000 + 43_200_000_000 + self.counter as i64;
                tx.exchange(&row(lot, self.counter, received, now.0, place)).unwrap();
            }
        }
        tx.end_source(0).unwrap();
        self.commit(tx);
    }

    pub fn stated(&mut self, name: &str, rows: &[StatedRow], at: &str) {
        let now = utc(at);
        let mut tx = self.ledger.begin(now).unwrap();
        let Begun::New(_) = tx.begin_source(House::meta(name, "figures", "figures", now)).unwrap()
        else {
            panic!("already in")
        };
        for r in rows {
            tx.stated(&StatedRow { known: now.0, ..r.clone() }).unwrap();
        }
        tx.end_source(0).unwrap();
        self.commit(tx);
    }

    fn commit(&self, tx: northbound_ledger::Tx) {
        let judge = RulesJudge::new(&self.rules(), &BTreeSet::new());
        tx.commit(&judge, "test", 0, &mut |_| {}).unwrap();
    }

    pub fn with<R>(&self, f: impl FnOnce(&Place<'_>) -> R) -> R {
        let (gate, rules) = (self.gate(), self.rules());
        f(&Place { data: self.data(), ledger: &self.ledger, gate: &gate, rules: &rules })
    }
    pub fn build(&self, ask: &Ask, name: &str) -> Made {
        self.with(|p| store::build(p, ask, &Style::default(), &self.out(name), &mut |_| {}))
            .unwrap()
    }
    pub fn issue(&self, ask: &Ask, reason: &str) -> Result<Made, PackError> {
        let w = Write::at(ask.now).because(reason);
        self.with(|p| store::issue(p, ask, &Style::default(), &w, &mut |_| {}))
    }
}

fn row<'a>(lot: &Lot, counter: u64, received: i64, known: i64, place: i64) -> ExchangeRow<'a> {
    let test = lot.test != TestKind::None;
    ExchangeRow {
        namespace: "duis",
        originator: Eui64(0x90B3_D51F_3001_0000),
        target: Eui64(0x00DB_1234_0000_0000 + counter % 50),
        counter,
        leg: Leg::Send,
        instance: 0,
        kind: if test { Kind::NetworkCommand } else { Kind::ServiceRequest },
        mode: Mode::OnDemand,
        srv: if test { "" } else { "4.1.1" },
        cv: 1,
        role: "IS",
        party_category: "large-supplier",
        class: "",
        generation: Generation::Smets2,
        device_type: "ESME",
        test_kind: lot.test,
        region: lot.region,
        provider: "DSP",
        feed: lot.feed,
        state: lot.state,
        code: "",
        user_sent: None,
        received,
        acknowledged: None,
        due: None,
        released: None,
        queued: None,
        sent_to_wan: None,
        delivered_to_device: None,
        answered_at_wan: None,
        answer_sent: lot.answer.map(|a| received + a),
        delivered: None,
        target_at: None,
        timeout_at: (lot.state == RequestState::TimedOut).then_some(received + 60_000_000),
        known,
        place,
    }
}

/// A stated percentage of a national row.
pub fn said(measure: &str, period: Period, text: &str) -> StatedRow {
    StatedRow {
        measure: measure.into(),
        period: period.to_string(),
        keys: BTreeMap::new(),
        numerator: None,
        denominator: None,
        count: None,
        text: Some(text.into()),
        readings: Vec::new(),
        null: None,
        target: None,
        minimum: None,
        source: "DCC".into(),
        document: format!("Performance report {period} (invented)"),
        version: "1".into(),
        place: "table 2, row 4".into(),
        known: 0,
        row: 4,
    }
}
