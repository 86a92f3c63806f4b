//! Writes rows into buffers, column by column in the order of the schema.

use crate::tables::{
    buffer::Buffer,
    rows::{AlertRow, DeliveryRow, ExchangeRow, PayloadRow, StatedRow, UnverifiedRow},
};
use northbound_types::Utc;

/// Provenance of a row: when it was recorded, and from which source.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Provenance {
    pub(crate) recorded: Utc,
    pub(crate) source: i64,
}

pub(crate) fn exchange(b: &mut Buffer, r: &ExchangeRow<'_>, by: Provenance) {
    b.row()
        .word(r.namespace)
        .int(r.originator.to_i64())
        .int(r.target.to_i64())
        .int(r.counter as i64)
        .word(r.leg.as_str())
        .int(r.instance)
        .word(r.kind.as_str())
        .word(r.mode.as_str())
        .word(r.srv)
        .int(r.cv)
        .word(r.role)
        .word(r.party_category)
        .word(r.class)
        .word(r.generation.as_str())
        .word(r.device_type)
        .word(r.test_kind.as_str())
        .word(r.region.as_str())
        .word(r.provider)
        .word(r.feed)
        .word(r.state.as_str())
        .word(r.code)
        .time(r.user_sent)
        .int(r.received)
        .time(r.acknowledged)
        .time(r.due)
        .time(r.released)
        .time(r.queued)
        .time(r.sent_to_wan)
        .time(r.delivered_to_device)
        .time(r.answered_at_wan)
        .time(r.answer_sent)
        .time(r.delivered)
        .time(r.target_at)
        .time(r.timeout_at)
        .int(r.known)
        .int(by.recorded.0)
        .int(by.source)
        .int(r.row);
}

pub(crate) fn alert(b: &mut Buffer, r: &AlertRow<'_>, by: Provenance) {
    b.row()
        .word(r.namespace)
        .int(r.device.to_i64())
        .int(r.recipient.to_i64())
        .int(r.counter as i64)
        .word(r.code)
        .word(r.alert_kind)
        .word(r.state.as_str())
        .word(if r.excluded { "true" } else { "false" })
        .int(r.carried)
        .time(r.raised)
        .int(r.received)
        .time(r.delivered)
        .word(r.region.as_str())
        .word(r.provider)
        .word(r.feed)
        .int(r.known)
        .int(by.recorded.0)
        .int(by.source)
        .int(r.row);
}

pub(crate) fn payload(b: &mut Buffer, r: &PayloadRow<'_>, by: Provenance) {
    b.row()
        .int(r.originator.to_i64())
        .int(r.device.to_i64())
        .int(r.counter as i64)
        .word(r.firmware)
        .word(r.region.as_str())
        .word(r.provider)
        .word(r.feed)
        .int(r.received)
        .time(r.completed)
        .time(r.target_at)
        .word(r.state)
        .int(r.known)
        .int(by.recorded.0)
        .int(by.source)
        .int(r.row);
}

pub(crate) fn delivery(b: &mut Buffer, r: &DeliveryRow<'_>, by: Provenance) {
    b.row()
        .int(r.delivery as i64)
        .int(r.recipient.to_i64())
        .word(r.kind)
        .word(r.namespace)
        .int(r.originator.to_i64())
        .int(r.target.to_i64())
        .int(r.counter as i64)
        .word(r.leg.map_or("", |l| l.as_str()))
        .int(r.instance)
        .word(r.code)
        .int(r.attempt)
        .int(r.attempted)
        .int(r.status)
        .word(r.outcome)
        .word(r.feed)
        .int(r.known)
        .int(by.recorded.0)
        .int(by.source)
        .int(0);
}

pub(crate) fn unverified(b: &mut Buffer, r: &UnverifiedRow, by: Provenance) {
    b.row()
        .word(&r.address)
        .int(r.user.map_or(0, northbound_types::Eui64::to_i64))
        .word(&r.reason)
        .word(&r.code)
        .word(&r.claimed)
        .int(i64::try_from(r.messages).unwrap_or(i64::MAX))
        .int(r.first.0)
        .int(r.received.0)
        .word(&r.feed)
        .int(r.received.0)
        .int(by.recorded.0)
        .int(by.source)
        .int(0);
}

/// Keys and readings are kept as JSON.
pub(crate) fn stated(
    b: &mut Buffer,
    r: &StatedRow,
    by: Provenance,
) -> Result<(), serde_json::Error> {
    let keys = serde_json::to_string(&r.keys)?;
    let readings = serde_json::to_string(&r.readings)?;
    b.row()
        .word(&r.measure)
        .word(&r.period)
        .word(&keys)
        .time(r.numerator)
        .time(r.denominator)
        .time(r.count)
        .word(r.text.as_deref().unwrap_or(""))
        .word(&readings)
        .word(r.null.as_deref().unwrap_or(""))
        .word(r.target.as_deref().unwrap_or(""))
        .word(r.minimum.as_deref().unwrap_or(""))
        .word(&r.source)
        .word(&r.document)
        .word(&r.version)
        .word(&r.place)
        .int(r.known)
        .int(by.recorded.0)
        .int(by.source)
        .int(r.row);
    Ok(())
}
