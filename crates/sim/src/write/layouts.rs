//! The canonical layouts of messages, alerts and payloads.

use super::csv_out::Sink;
use crate::{alerts::Alert, config::SimError, exchange::Exchange, firmware::Payload};
use northbound_types::{Utc, command_variant::number_or_zero};

pub(crate) const MESSAGES: &str = "namespace,request_id,leg,instance,kind,mode,srv,cv,role,party_category,class,generation,device_type,test_kind,region,provider,feed,state,code,user_sent,received,acknowledged,due,released,queued,sent_to_wan,delivered_to_device,answered_at_wan,answer_sent,delivered,target_at,timeout_at,known";

pub(crate) fn message(s: &mut Sink, e: &Exchange, known: Utc) -> Result<(), SimError> {
    let t = &e.times;
    s.word(e.namespace)
        .request(e.originator, e.target, e.counter)
        .word(e.leg.as_str())
        .unless_zero(e.instance)
        .word(e.kind.as_str())
        .word(e.mode.as_str())
        .word(e.srv.as_str())
        .unless_zero(i64::from(number_or_zero(e.cv)))
        .word(e.role)
        .word(e.party_category)
        .word(e.class)
        .word(e.generation.as_str())
        .word(e.device_type)
        .word(e.test_kind.as_str())
        .word(e.region.as_str())
        .word(e.provider)
        .word(e.feed)
        .word(e.state().as_str())
        .word(e.code.as_str());
    for at in [
        t.user_sent,
        Some(t.received),
        t.acknowledged,
        t.due,
        t.released,
        t.queued,
        t.sent_to_wan,
        t.delivered_to_device,
        t.answered_at_wan,
        t.answer_sent,
        t.delivered,
        e.target_at,
        e.timeout_at,
        Some(known),
    ] {
        s.time(at);
    }
    s.end()
}

pub(crate) const ALERTS: &str = "namespace,device,recipient,counter,code,alert_kind,state,excluded,carried,raised,received,delivered,region,provider,feed,known";

pub(crate) fn alert(s: &mut Sink, a: &Alert, known: Utc) -> Result<(), SimError> {
    s.word("duis")
        .eui(a.device)
        .eui(a.recipient)
        .number(a.counter as i64)
        .word(a.code.as_str())
        .word(a.alert_kind)
        .word(a.state.as_str())
        .word(if a.excluded { "true" } else { "false" })
        .number(a.carried)
        .time(Some(a.raised))
        .time(Some(a.received))
        .time(a.delivered)
        .word(a.region.as_str())
        .word(a.provider)
        .word(a.feed)
        .time(Some(known))
        .end()
}

pub(crate) const PAYLOADS: &str = "originator,device,counter,firmware,region,provider,feed,received,completed,target_at,state,known";

pub(crate) fn payload(s: &mut Sink, p: &Payload, known: Utc) -> Result<(), SimError> {
    s.eui(p.originator)
        .eui(p.device)
        .number(p.counter as i64)
        .word(p.firmware)
        .word(p.region.as_str())
        .word(p.provider)
        .word("payloads")
        .time(Some(p.received))
        .time(p.completed)
        .time(Some(p.target_at))
        .word(p.state)
        .time(Some(known))
        .end()
}
