//! Invented records and simple rules for the tests of the ledger.
use northbound_ledger::{
    Begun, Ledger, RowSink, SourceMeta,
    judge::{Judge, Target, TargetQuery},
    rows::ExchangeRow,
};
use northbound_types::{Eui64, Generation, Kind, Leg, Mode, Region, RequestState, TestKind, Utc};

/// Targets of 30 s for SRV 4.x, none for 9.x, assumed for the rest; buckets of powers of two.
pub struct Rules(pub &'static str);

impl Judge for Rules {
    fn id(&self) -> &str {
        self.0
    }
    fn target(&self, q: &TargetQuery<'_>) -> Option<Target> {
        if q.srv.starts_with('9') {
            return None;
        }
        Some(Target {
            micros: if q.mode == "on-demand" { 30_000_000 } else { 86_400_000_000 },
            assumed: !q.srv.starts_with('4'),
        })
    }
    fn bucket(&self, micros: i64) -> i32 {
        if micros < 0 { -1 } else { 63 - (micros + 1).leading_zeros() as i32 }
    }
    fn buckets(&self) -> usize {
        64
    }
}

/// A small deterministic generator.
pub struct Dice(pub u64);
impl Dice {
    pub fn roll(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n
    }
}

/// An owned record that can lend itself as a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub user: u64,
    pub target: u64,
    pub counter: u64,
    pub srv: &'static str,
    pub mode: Mode,
    pub test: TestKind,
    pub region: Region,
    pub state: RequestState,
    pub received: i64,
    pub answer: Option<i64>,
    pub sent: Option<i64>,
    pub due: Option<i64>,
    pub target_at: Option<i64>,
    pub code: &'static str,
    pub feed: &'static str,
}

pub const APRIL: i64 = 1_775_001_600_000_000; // 2026-04-01T00:00:00Z
pub const DAY: i64 = 86_400_000_000;

pub fn record(d: &mut Dice, i: u64) -> Record {
    let received = APRIL + d.roll(5 * 86_400) as i64 * 1_000_000 + d.roll(1000) as i64;
    let state = RequestState::ALL[d.roll(RequestState::ALL.len() as u64) as usize];
    let answer = state.is_answered().then(|| received + d.roll(70_000_000) as i64 - 500_000);
    Record {
        user: 0x00DB_1234_0000_0000 + d.roll(7),
        target: d.roll(50),
        counter: 1_775_000_000_000 + i * 10,
        srv: ["4.1.1", "4.6.1", "2.2", "9.9", "8.1.1"][d.roll(5) as usize],
        mode: Mode::ALL[d.roll(4) as usize],
        test: if d.roll(5) == 0 { TestKind::Rtt4 } else { TestKind::None },
        region: Region::ALL[d.roll(5) as usize],
        state,
        received,
        answer,
        sent: (state.is_answered() && d.roll(2) == 0).then_some(received + 1),
        due: (d.roll(9) == 0).then_some(received + d.roll(60_000_000) as i64 - 1_000_000),
        target_at: (d.roll(8) == 0).then_some(received + 20_000_000),
        code: ["", "I0", "E5"][d.roll(3) as usize],
        feed: ["dsp", "cspn"][d.roll(2) as usize],
    }
}

impl Record {
    pub fn row(&self, known: i64, row: i64) -> ExchangeRow<'_> {
        ExchangeRow {
            namespace: "duis",
            originator: Eui64(self.user),
            target: Eui64(self.target),
            counter: self.counter,
            leg: Leg::Send,
            instance: 0,
            kind: if self.test == TestKind::None {
                Kind::ServiceRequest
            } else {
                Kind::NetworkCommand
            },
            mode: self.mode,
            srv: self.srv,
            cv: 1,
            role: "IS",
            party_category: "large-supplier",
            class: "on-demand",
            generation: Generation::Smets2,
            device_type: "ESME",
            test_kind: self.test,
            region: self.region,
            provider: "DSP",
            feed: self.feed,
            state: self.state,
            code: self.code,
            user_sent: None,
            received: self.received,
            acknowledged: None,
            due: self.due,
            released: None,
            queued: None,
            sent_to_wan: self.sent,
            delivered_to_device: None,
            answered_at_wan: None,
            answer_sent: self.answer,
            delivered: None,
            target_at: self.target_at,
            timeout_at: None,
            known,
            row,
        }
    }
}

pub fn meta(name: &str, known: Utc) -> SourceMeta {
    SourceMeta {
        name: name.into(),
        sha256: format!("sha-{name}"),
        bytes: 1,
        layout: "messages".into(),
        mapping: String::new(),
        feed: "dsp".into(),
        rank: 10,
        corrects: Vec::new(),
        known,
        by: "test".into(),
    }
}

/// Ingests records as one source in one transaction.
pub fn ingest(
    ledger: &Ledger,
    meta: SourceMeta,
    records: &[Record],
    now: i64,
) -> northbound_ledger::Committed {
    let mut tx = ledger.begin(Utc(now)).unwrap();
    let known = meta.known.0;
    if let Begun::New(_) = tx.begin_source(meta).unwrap() {
        for (i, r) in records.iter().enumerate() {
            tx.exchange(&r.row(known, i as i64 + 1)).unwrap();
        }
        tx.end_source(0).unwrap();
    }
    tx.commit(&Rules("r1"), "test", 0, &mut |_| {}).unwrap()
}
