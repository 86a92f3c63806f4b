//! The other parties of a trial: what Users have received, and what devices have executed.

use northbound_flow::{Body, Command, Correlation, Delivery, Reply, event::Answer};
use northbound_types::RequestId;
use std::collections::{BTreeMap, HashMap};

/// The replies to one request that its User has received.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Received {
    pub(super) acknowledged: bool,
    pub(super) answers: u32,
    pub(super) parked: u32,
}

/// All Users' logs.
#[derive(Debug, Default)]
pub(super) struct Clients {
    pub(super) received: BTreeMap<RequestId, Received>,
}

impl Clients {
    pub(super) fn reply(&mut self, r: &Reply) {
        if r.code.as_str() == "I99" {
            self.received.entry(r.id).or_default().acknowledged = true;
        }
    }
    pub(super) fn delivered(&mut self, d: &Delivery, parked: bool) {
        let Some((id, _)) = &d.answers else { return };
        if matches!(d.body, Body::Scheduled { .. }) {
            return;
        }
        let received = self.received.entry(*id).or_default();
        if parked { received.parked += 1 } else { received.answers += 1 }
    }
}

/// What a device did with a Command.
#[derive(Debug, Clone)]
pub(super) struct Done {
    pub(super) times: u32,
    /// The answer, and when it is at the network's interface; none where it got lost.
    pub(super) answer: Option<(i64, Answer)>,
    pub(super) repeatable: bool,
}

/// All devices' execution logs.
#[derive(Debug, Default)]
pub(super) struct Devices {
    pub(super) log: HashMap<Correlation, Done>,
}

impl Devices {
    /// Executed twice what must not be?
    pub(super) fn twice(&self) -> impl Iterator<Item = &Correlation> {
        self.log.iter().filter(|(_, d)| d.times > 1 && !d.repeatable).map(|(c, _)| c)
    }
    pub(super) fn executed(&mut self, c: &Command, answer: Option<(i64, Answer)>) {
        let done = self.log.entry(c.correlation).or_insert(Done {
            times: 0,
            answer: None,
            repeatable: c.repeatable,
        });
        done.times += 1;
        if answer.is_some() {
            done.answer = answer;
        }
    }
}
