//! A small live core for the tests of live commits: messages that are received, move, end and are
//! delivered, with their rows, steps and attempts to deliver. All invented.
use crate::support::{APRIL, Dice};
use northbound_ledger::{
    LiveBatch,
    rows::{AlertRow, DeliveryRow, ExchangeRow, Movement},
};
use northbound_types::{
    AlertState, Eui64, Generation, Kind, Leg, Mode, Region, RequestState, TestKind, Utc,
};

pub const SECOND: i64 = 1_000_000;

/// A message of the live core.
#[derive(Debug, Clone)]
pub struct Message {
    pub n: u64,
    pub received: i64,
    pub state: RequestState,
    pub answer: Option<i64>,
    pub delivered: Option<i64>,
    pub region: Region,
    pub known: i64,
}

impl Message {
    pub fn row(&self) -> ExchangeRow<'_> {
        ExchangeRow {
            namespace: "duis",
            originator: Eui64(0x90B3_D51F_3001_0000 + self.n % 5),
            target: Eui64(0x00DB_1234_0000_0000 + self.n % 40),
            counter: 1000 + self.n,
            leg: Leg::Send,
            instance: 0,
            kind: Kind::ServiceRequest,
            mode: Mode::OnDemand,
            srv: ["4.1.1", "2.2", "9.9"][self.n as usize % 3],
            cv: 1,
            role: "IS",
            party_category: "",
            class: "",
            generation: Generation::Smets2,
            device_type: "ESME",
            test_kind: TestKind::None,
            region: self.region,
            provider: "DSP",
            feed: "live",
            state: self.state,
            code: if self.answer.is_some() { "I0" } else { "" },
            user_sent: None,
            received: self.received,
            acknowledged: Some(self.received),
            due: None,
            released: None,
            queued: None,
            sent_to_wan: None,
            delivered_to_device: None,
            answered_at_wan: self.answer,
            answer_sent: self.answer,
            delivered: self.delivered,
            target_at: None,
            timeout_at: Some(self.received + 100 * SECOND),
            known: self.known,
            row: 0,
        }
    }
    pub fn alert(&self, state: AlertState) -> AlertRow<'_> {
        AlertRow {
            namespace: "duis",
            device: Eui64(0x00DB_1234_0000_0000 + self.n % 40),
            recipient: Eui64(0x90B3_D51F_3001_0000),
            counter: 1000 + self.n,
            code: "8F20",
            alert_kind: "device",
            state,
            excluded: false,
            carried: 0,
            raised: None,
            received: self.received,
            delivered: (state == AlertState::Delivered).then_some(self.received + SECOND),
            region: self.region,
            provider: "DSP",
            feed: "live",
            known: self.known,
            row: 0,
        }
    }
    pub fn delivery(&self, attempt: i64, at: i64, status: i64) -> DeliveryRow<'_> {
        DeliveryRow {
            delivery: self.n,
            recipient: Eui64(0x90B3_D51F_3001_0000),
            kind: "response",
            namespace: "duis",
            originator: Eui64(0x90B3_D51F_3001_0000),
            target: Eui64(0x00DB_1234_0000_0000),
            counter: 1000 + self.n,
            leg: Some(Leg::Send),
            instance: 0,
            code: "I0",
            attempt,
            attempted: at,
            status,
            outcome: if status == 200 { "delivered" } else { "failed" },
            feed: "live",
            known: at,
        }
    }
    fn step(&self, from: Option<RequestState>, to: RequestState) -> Movement {
        Movement {
            day: Utc(self.received).day(),
            region: self.region,
            kind: Kind::ServiceRequest,
            from,
            to,
        }
    }
}

/// What one input did.
#[derive(Debug, Clone)]
pub enum Did {
    Step(Movement),
    Settled(Message),
    Superseded(Message),
    Alert(Message),
    Delivery(Message, i64, i64, i64),
}

/// Inputs in order, each with what it did and what is open after it.
#[derive(Debug, Clone, Default)]
pub struct Core {
    pub did: Vec<Vec<Did>>,
    pub open: Vec<Vec<Message>>,
    pub messages: u64,
    pub alerts: u64,
}

/// `inputs` inputs from a seed, over somewhat more than a day.
pub fn core(seed: u64, inputs: usize) -> Core {
    use RequestState::{Queued, Refused};
    let mut d = Dice(seed);
    let mut c = Core::default();
    let mut open: Vec<Message> = Vec::new();
    let mut timed_out: Vec<Message> = Vec::new();
    for i in 0..inputs {
        let now = APRIL + 86_300 * SECOND + i as i64 * SECOND;
        let mut did = Vec::new();
        let fresh = |n: u64, d: &mut Dice, state| Message {
            n,
            received: now,
            state,
            answer: None,
            delivered: None,
            region: Region::ALL[d.roll(3) as usize],
            known: now,
        };
        match d.roll(if open.is_empty() { 3 } else { 8 }) {
            0 | 1 => {
                let m = fresh(c.messages, &mut d, Queued);
                c.messages += 1;
                did.push(Did::Step(m.step(None, Queued)));
                open.push(m);
            }
            2 => {
                if d.roll(2) == 0 {
                    let m = fresh(c.messages, &mut d, Refused);
                    c.messages += 1;
                    did.push(Did::Step(m.step(None, Refused)));
                    did.push(Did::Settled(m));
                } else {
                    did.push(Did::Alert(fresh(1_000_000 + c.alerts, &mut d, Queued)));
                    c.alerts += 1;
                }
            }
            3 if !timed_out.is_empty() => {
                // An answer after the time-out: the end state remains.
                let mut m = timed_out.remove(0);
                (m.answer, m.known) = (Some(now), now);
                did.push(Did::Superseded(m));
            }
            _ => advance(&mut open, &mut timed_out, &mut d, now, &mut did),
        }
        c.did.push(did);
        c.open.push(open.clone());
    }
    c
}

/// Takes one open message a step further.
fn advance(
    open: &mut Vec<Message>,
    timed_out: &mut Vec<Message>,
    d: &mut Dice,
    now: i64,
    did: &mut Vec<Did>,
) {
    use RequestState::{AnsweredDeviceError, AnsweredSuccess, InFlight, Queued, TimedOut};
    let at = d.roll(open.len() as u64) as usize;
    let m = &mut open[at];
    m.known = now;
    match m.state {
        Queued => {
            did.push(Did::Step(m.step(Some(Queued), InFlight)));
            m.state = InFlight;
        }
        InFlight => {
            let to = [AnsweredSuccess, AnsweredDeviceError, TimedOut][d.roll(3) as usize];
            did.push(Did::Step(m.step(Some(InFlight), to)));
            m.state = to;
            if to == TimedOut {
                let m = open.remove(at);
                timed_out.push(m.clone());
                did.push(Did::Settled(m));
            } else {
                m.answer = Some(now);
            }
        }
        _ => {
            let taken = d.roll(3) > 0;
            did.push(Did::Delivery(m.clone(), 1, now, if taken { 200 } else { 503 }));
            if taken {
                m.delivered = Some(now);
                let m = open.remove(at);
                did.push(Did::Settled(m));
            }
        }
    }
}

impl Core {
    /// What the inputs after `after` up to `upto` did, as a batch.
    pub fn batch(&self, after: u64, upto: u64) -> LiveBatch {
        let mut b = LiveBatch::after(after);
        for did in self.did[after as usize..upto as usize].iter().flatten() {
            match did {
                Did::Step(m) => b.moved(*m, 1),
                Did::Settled(m) => b.exchange(&m.row()).unwrap(),
                Did::Superseded(m) => b.supersede_exchange(&m.row()).unwrap(),
                Did::Alert(m) => b.alert(&m.alert(AlertState::Delivered)).unwrap(),
                Did::Delivery(m, n, at, status) => b.delivery(&m.delivery(*n, *at, *status)),
            }
        }
        for m in &self.open[upto as usize - 1] {
            b.open_exchange(&m.row());
        }
        b
    }

    /// Messages received by the first `upto` inputs.
    pub fn received(&self, upto: u64) -> u64 {
        self.did[..upto as usize]
            .iter()
            .flatten()
            .filter(|d| matches!(d, Did::Step(m) if m.from.is_none()))
            .count() as u64
    }
    pub fn late(&self, upto: u64) -> u64 {
        self.did[..upto as usize]
            .iter()
            .flatten()
            .filter(|d| matches!(d, Did::Superseded(_)))
            .count() as u64
    }
    pub fn count(&self, upto: u64, which: fn(&Did) -> bool) -> u64 {
        self.did[..upto as usize].iter().flatten().filter(|d| which(d)).count() as u64
    }
}
