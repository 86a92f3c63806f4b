//! The live view: what the service does now.

use crate::{egress::Deliveries, metrics::Metrics};
use northbound_client::control::{RegionTop, Top};
use northbound_flow::Core;
use northbound_types::RequestState;

/// Users listed by what waits for them.
const LISTED: usize = 20;

/// The live view of the core.
pub(super) fn of_core(flow: &Core) -> Top {
    let (c, s) = (flow.counts(), flow.snapshot());
    let regions = s
        .regions
        .into_iter()
        .map(|r| RegionTop {
            region: r.region,
            paused: r.paused,
            in_flight: r.in_flight,
            queued: r.queued,
            timed_out: r.timed_out,
        })
        .collect();
    Top {
        at: flow.now(),
        inputs: c.inputs,
        entered: c.entered,
        refused: u64::try_from(c.all_in(RequestState::Refused)).unwrap_or(0),
        unverified: c.unverified,
        dispatched: c.dispatched,
        answers: c.answers,
        late_answers: c.late_answers,
        alerts: [c.alerts, c.forwarded, c.consolidated],
        deliveries: c.deliveries,
        regions,
        held: s.held,
        waiting: s.waiting,
        undelivered: s.undelivered,
        undelivered_by_user: Vec::new(),
        storms: s.storms,
        users: s.users,
        devices: s.devices,
        open: s.open,
        ledger_waiting: 0,
        suspended: false,
    }
}

/// Adds the state outside the core: queues to Users, ledger, journal.
pub(super) fn complete(mut top: Top, deliveries: &Deliveries, metrics: &Metrics) -> Top {
    top.undelivered_by_user = deliveries.waiting();
    top.undelivered_by_user.truncate(LISTED);
    top.ledger_waiting = metrics.ledger_waiting.get();
    top.suspended = metrics.suspended.get() > 0;
    top
}
