//! One request as the service's records have it.

use northbound_flow::{Record, effect};
use northbound_types::{
    BookKey, CommandVariant, Eui64, Generation, Kind, Leg, Mode, Region, RequestState,
    ResponseCode, Srv, TestKind, Utc,
};

pub use effect::Times;

/// One exchange of the invented month.
///
/// The ledger's `ExchangeRow` has the same columns and is a type of its own on purpose: it borrows texts of
/// any source, also words that no rule knows, and carries the row and time of its source. This one has the
/// closed types of the live core, is `Copy` and owns nothing, and knows no ledger; `write` turns it into the
/// layout of `docs/layouts.md`, which ingest reads straight into an `ExchangeRow`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the message layout")]
pub struct Exchange {
    pub namespace: &'static str,
    pub originator: Eui64,
    pub target: Eui64,
    pub counter: u64,
    pub leg: Leg,
    pub instance: i64,
    pub kind: Kind,
    pub mode: Mode,
    pub srv: Srv,
    pub cv: Option<CommandVariant>,
    pub role: &'static str,
    pub party_category: &'static str,
    pub class: &'static str,
    pub generation: Generation,
    pub device_type: &'static str,
    pub test_kind: TestKind,
    pub region: Region,
    pub provider: &'static str,
    pub feed: &'static str,
    pub code: ResponseCode,
    pub times: Times,
    pub target_at: Option<Utc>,
    pub timeout_at: Option<Utc>,
    pub state: RequestState,
}

impl Exchange {
    /// The row that the live core gave.
    pub(crate) fn of(r: &Record, party_category: &'static str) -> Exchange {
        Exchange {
            namespace: "duis",
            originator: r.id.originator,
            target: r.id.target,
            counter: r.id.counter,
            leg: r.leg,
            instance: r.instance,
            kind: r.kind,
            mode: r.mode,
            srv: r.srv,
            cv: r.cv,
            role: r.role.map_or("", |r| r.as_str()),
            party_category,
            class: r.class.as_str(),
            generation: r.generation,
            device_type: r.device_type.map_or("", |t| t.as_str()),
            test_kind: r.test,
            region: r.region,
            provider: "DSP",
            feed: "dsp",
            code: r.code,
            times: r.times,
            target_at: None,
            timeout_at: r.timeout_at,
            state: r.state,
        }
    }

    /// Its state.
    #[must_use]
    pub fn state(&self) -> RequestState {
        self.state
    }

    /// Forgets what happened at or after the cut-off: what was planned (due, time-out) stays.
    pub(crate) fn cut(&mut self, at: Utc) {
        let t = &mut self.times;
        for time in [
            &mut t.delivered_to_device,
            &mut t.answered_at_wan,
            &mut t.answer_sent,
            &mut t.delivered,
        ] {
            *time = time.filter(|&x| x < at);
        }
        if t.ended.is_some_and(|e| e >= at) {
            (t.ended, self.state, self.code) = (None, RequestState::InFlight, ResponseCode::NONE);
        }
    }

    /// The book that it belongs to.
    #[must_use]
    pub fn book(&self) -> BookKey {
        BookKey { day: self.times.received.day(), region: self.region, kind: self.kind }
    }
}
