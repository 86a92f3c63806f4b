//! Each kind of message, field by field, from the invented corpus.

use crate::samples;

use northbound_duis::{Breach, Content, Message, Request, Response, ResponseBody};
use samples::{edited, sample, try_read};

fn request(name: &str) -> Request {
    match try_read(&sample(name)) {
        Ok(Message::Request(r)) => *r,
        other => panic!("{name}: {other:?}"),
    }
}

fn response(name: &str) -> Response {
    match try_read(&sample(name)) {
        Ok(Message::Response(r)) => *r,
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn every_sample_is_read() {
    let mut count = 0;
    for file in std::fs::read_dir(samples::folder()).unwrap() {
        let path = file.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(try_read(&text).is_ok(), "{}: {:?}", path.display(), try_read(&text));
        count += 1;
    }
    assert_eq!(count, 21);
}

#[test]
fn a_request_for_a_device() {
    let r = request("request_read");
    assert_eq!((r.variant.number(), r.variant_listed), (1, true));
    assert_eq!(
        (r.service_reference.as_str(), r.srv.as_str(), r.body_element.as_str()),
        ("4.1", "4.1.1", "ReadInstantaneousImportRegisters")
    );
    assert_eq!(r.id.id.counter, 1_775_044_800_000);
    assert_eq!(r.id.id.target, "00-DB-12-34-56-78-90-A0".parse().unwrap());
    assert!(r.has_signature);
    let text = sample("request_read");
    let (from, to) = r.signature_bytes.unwrap();
    assert!(
        text[from..to].starts_with("<ds:Signature") && text[from..to].ends_with("</ds:Signature>")
    );
}

#[test]
fn any_prefix_and_either_case_and_the_text_as_received() {
    let r = request("request_default_prefix");
    assert_eq!(r.id.text, "90-b3-d5-1f-30-01-00-00:00-db-12-34-56-78-90-a0:1775044800001");
    assert_eq!(r.id.id.originator, request("request_read").id.id.originator);
    assert!(!r.has_signature);
    assert_eq!(r.schema_version, "5.20");
}

#[test]
fn future_dated_sequenced_and_cancelling_requests() {
    let r = request("request_future");
    assert_eq!(r.execution.unwrap().to_string(), "2026-04-02T00:00:00Z");
    assert!(!r.cancels);
    let r = request("request_sequence");
    assert_eq!(r.first_in_sequence, Some(false));
    assert_eq!(r.preceding.unwrap().id.counter, 1_775_044_800_002);
    let r = request("request_signed_pre_command");
    assert_eq!((r.variant.number(), r.body_element.as_str()), (5, "SignedPreCommand"));
    assert!(r.cancels);
    assert_eq!(r.id, request("request_critical").id);
}

#[test]
fn a_command_variant_that_the_catalogue_does_not_list_is_read_and_marked() {
    let text = edited("request_read", "Variant>1<", "Variant>8<");
    match try_read(&text) {
        Ok(Message::Request(r)) => assert!(!r.variant_listed),
        other => panic!("{other:?}"),
    }
}

#[test]
fn schedules_and_device_lists() {
    let r = request("request_schedule");
    let s = r.schedule.unwrap();
    assert_eq!(
        (s.frequency.as_str(), s.start.as_str(), s.end.as_deref(), s.srv.as_str()),
        ("Daily", "2026-04-02", Some("2026-05-02"), "4.6.1")
    );
    assert_eq!(r.device, Some("00-DB-12-34-56-78-90-A0".parse().unwrap()));
    let r = request("request_firmware");
    let last: Vec<u64> = r.devices.iter().map(|d| d.0 & 0xFF).collect();
    assert_eq!(last, [0xA0, 0xA1, 0xA2]);
    assert_eq!(r.firmware_version.as_deref(), Some("0000000A"));
}

#[test]
fn acknowledgement_refusal_and_answers() {
    let r = response("acknowledgement");
    assert_eq!(r.code, "I99");
    assert!(r.response.is_none());
    assert_eq!(r.at.to_string(), "2026-04-01T12:00:03.25Z");
    assert!(
        matches!(&r.body, ResponseBody::Acknowledgement(s) if s.srv == "4.1.1" && s.reference == "4.1")
    );
    assert!(matches!(response("refusal").body, ResponseBody::Service(_, Content::None)));
    let r = response("answer");
    assert!(matches!(r.body, ResponseBody::Service(_, Content::GbcsPayload)));
    assert!(r.has_signature);
    assert_eq!(r.response.unwrap().id.originator, "00-DB-12-34-56-78-90-A0".parse().unwrap());
    assert!(matches!(
        response("answer_pre_command").body,
        ResponseBody::Service(_, Content::PreCommand)
    ));
    assert!(matches!(
        response("answer_schedule_id").body,
        ResponseBody::Service(_, Content::ScheduleId(1_000_000_000_000))
    ));
    assert!(matches!(
        response("answer_scheduled").body,
        ResponseBody::Service(_, Content::ScheduledMessage(41))
    ));
    let ResponseBody::Service(_, Content::FutureDated(f)) = response("answer_future_dated").body
    else {
        panic!()
    };
    assert_eq!((f.code.as_str(), f.instruction, f.total), ("8F66", 1, 2));
}

#[test]
fn alerts_with_their_ids() {
    let ResponseBody::DeviceAlert(a) = response("alert_device").body else { panic!() };
    assert_eq!(
        (a.code.as_str(), a.throttled.sequence, a.throttled.count),
        ("8F20", Some(7), Some(u32::MAX))
    );
    let ResponseBody::DccAlert(a) = response("alert_outage").body else { panic!() };
    assert_eq!((a.code.as_str(), a.payload.as_str()), ("AD1", "PowerOutageEvent"));
    assert_eq!(a.hub, Some("00-DB-12-34-56-78-90-C1".parse().unwrap()));
    assert_eq!(a.at.unwrap().to_string(), "2026-04-01T11:57:00Z");
    let ResponseBody::DccAlert(a) = response("alert_command_failure").body else { panic!() };
    assert_eq!((a.request.unwrap().id.counter, a.schedule_id), (1_775_044_800_003, Some(41)));
    let ResponseBody::DccAlert(a) = response("alert_quarantined").body else { panic!() };
    let q = a.quarantine.unwrap();
    assert_eq!(
        (q.breach, q.request.id.counter, q.event_ref),
        (Breach::UserThreshold, 1_775_044_800_003, 99_999_999_999_999_999_999)
    );
    let ResponseBody::DccAlert(a) = response("alert_firmware").body else { panic!() };
    assert_eq!((a.transferred, a.request.unwrap().id.counter), (Some(true), 1_775_044_800_006));
    let ResponseBody::Smets1(s) = response("smets1").body else { panic!() };
    assert_eq!((s.service.unwrap().srv.as_str(), s.schedule_id), ("4.1.1", Some(9)));
}

#[test]
fn an_answer_may_hold_an_element_named_request() {
    // The WAN matrix repeats what was asked, under the name of a root.
    let text = edited(
        "answer_schedule_id",
        "<sr:DSPScheduleID>1000000000000</sr:DSPScheduleID>",
        "<sr:DSPWANMatrix><sr:Request/></sr:DSPWANMatrix>",
    );
    match try_read(&text) {
        Ok(Message::Response(r)) => assert!(
            matches!(r.body, ResponseBody::Service(_, Content::Other(name)) if name == "DSPWANMatrix")
        ),
        other => panic!("{other:?}"),
    }
}
