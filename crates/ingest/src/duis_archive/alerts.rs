//! Alerts of an archive as rows.

use super::outcome::{AssembleOptions, ThrottledCount};
use super::record::Raised;
use northbound_ledger::rows::AlertRow;
use northbound_types::{AlertState, Eui64, Region, RequestId};
use std::collections::BTreeSet;

/// Which side of a ResponseID is the device (or the service) and which the User: `(sender, User)`.
/// The form is given and the order is not, so a side that sent requests in this archive is the
/// User; where neither or both did, the first is the sender.
pub(crate) fn sides(id: RequestId, users: &BTreeSet<Eui64>) -> (Eui64, Eui64) {
    if users.contains(&id.originator) && !users.contains(&id.target) {
        (id.target, id.originator)
    } else {
        (id.originator, id.target)
    }
}

/// The row of an alert. It is in a User's archive, so that User had it; when is not known.
pub(crate) fn row<'a>(
    raised: &'a Raised,
    place: i64,
    users: &BTreeSet<Eui64>,
    region: Region,
    provider: &'a str,
    options: &'a AssembleOptions,
) -> AlertRow<'a> {
    let (sender, recipient) = sides(raised.id, users);
    let carried = match (options.throttled, raised.throttled) {
        (ThrottledCount::Unknown, _) | (_, None) => 0,
        (ThrottledCount::Beside, Some(n)) => i64::from(n),
        (ThrottledCount::Including, Some(n)) => i64::from(n.saturating_sub(1)),
    };
    AlertRow {
        namespace: &options.namespace,
        device: raised.device.unwrap_or(sender),
        recipient,
        counter: raised.id.counter,
        code: &raised.code,
        alert_kind: &raised.kind,
        state: AlertState::Delivered,
        excluded: false,
        carried,
        raised: raised.raised,
        received: raised.at,
        delivered: None,
        region,
        provider,
        feed: &options.feed,
        known: options.known.0,
        row: place,
    }
}
