//! Messages that are built: read back as what they were built from, and refused where they would contradict themselves.

use crate::example_messages as messages;
use crate::samples;

use northbound_duis::build::{
    AlertBody, BuildError, DccAlertOut, DccPayload, Element, InventoryDevice, Item,
    MOST_INVENTORY_DEVICES, MOST_SCHEDULES, RequestBody, RequestOut, ResponseOut, ScheduleRow,
    ScheduledRead, ServiceRef,
};
use northbound_duis::{
    Breach, Content, Limits, Message, ResponseBody, Throttled, body_fields, read,
};
use northbound_types::{CommandVariant, Eui64, RequestId, Utc};
use proptest::prelude::*;

const AT: Utc = Utc(1_775_044_800_250_000);
const ID: &str = "90-b3-d5-1f-30-01-00-00:00-db-12-34-56-78-90-a0:7";
const SERVICE: ServiceRef<'static> = ServiceRef { reference: "4.1", srv: "4.1.1" };
const RESPONSE_ID: RequestId = RequestId {
    originator: Eui64(0x90B3_D51F_3000_0002),
    target: Eui64(0x90B3_D51F_3001_0000),
    counter: u64::MAX,
};

fn read_back(xml: &[u8]) -> Message {
    read(xml, &Limits::default(), &samples::services())
        .unwrap_or_else(|e| panic!("{e} in {}", String::from_utf8_lossy(xml)))
}

#[test]
fn each_kind_of_message_is_read_back() {
    for (name, request) in messages::requests() {
        let Message::Request(r) = read_back(&request.to_xml().unwrap()) else { panic!("{name}") };
        assert_eq!(
            (r.id.text.as_str(), r.variant, r.srv.as_str(), r.has_signature),
            (request.id, request.variant, request.service.srv, false),
            "{name}"
        );
        assert!(r.variant_listed, "{name}");
        assert_eq!(r.first_in_sequence, request.first_in_sequence, "{name}");
        assert_eq!(r.preceding.map(|p| p.text).as_deref(), request.preceding, "{name}");
    }
    for (name, response) in messages::responses() {
        let Message::Response(r) = read_back(&response.to_xml().unwrap()) else { panic!("{name}") };
        assert_eq!(
            r.request.map(|i| i.text).as_deref(),
            response.request,
            "{name}: RequestID is echoed as received"
        );
        assert_eq!(
            (r.response.map(|i| i.id), r.code.as_str(), r.at),
            (response.response, response.code, response.at),
            "{name}"
        );
    }
}

#[test]
fn what_is_built_says_what_was_meant() {
    let body = |response: ResponseOut<'_>| match read_back(&response.to_xml().unwrap()) {
        Message::Response(r) => r.body,
        other => panic!("{other:?}"),
    };
    assert!(
        matches!(body(ResponseOut::acknowledgement("5.4", ID, SERVICE, AT)), ResponseBody::Acknowledgement(s) if s.srv == "4.1.1" && s.reference == "4.1")
    );
    assert!(matches!(
        body(ResponseOut::refusal("5.4", Some(ID), SERVICE, "E4", AT)),
        ResponseBody::Service(_, Content::None)
    ));
    let closed = Item::FutureDated { success: false, payload: &[1], instruction: 2, total: 3 };
    let ResponseBody::Service(_, Content::FutureDated(f)) =
        body(ResponseOut::answer("5.4", ID, Some(RESPONSE_ID), SERVICE, "I0", AT, Some(closed)))
    else {
        panic!()
    };
    assert_eq!((f.code.as_str(), f.instruction, f.total), ("8F67", 2, 3));
    let held = DccPayload::QuarantinedRequest {
        breach: Breach::AttributeLimits,
        request: ID,
        event_ref: 99_999_999_999_999_999_999,
    };
    let alert = AlertBody::Dcc(DccAlertOut {
        code: "N49",
        throttled: Throttled { sequence: Some(1), count: Some(u32::MAX) },
        payload: held,
    });
    let ResponseBody::DccAlert(a) = body(ResponseOut::alert("5.4", RESPONSE_ID, AT, alert)) else {
        panic!()
    };
    let quarantine = a.quarantine.unwrap();
    assert_eq!(
        (a.code.as_str(), a.throttled.sequence, a.throttled.count),
        ("N49", Some(1), Some(u32::MAX))
    );
    assert_eq!(
        (quarantine.breach, quarantine.request.text.as_str(), quarantine.event_ref),
        (Breach::AttributeLimits, ID, 99_999_999_999_999_999_999)
    );
}

fn shape(response: ResponseOut<'_>) -> bool {
    matches!(response.to_xml(), Err(BuildError::Shape(_)))
}

#[test]
fn a_response_that_contradicts_itself_is_not_built() {
    assert!(shape(ResponseOut::answer(
        "5.4",
        ID,
        None,
        SERVICE,
        "I99",
        AT,
        Some(Item::GbcsPayload(&[1]))
    )));
    for code in ["", "E", "X1", "E1234567", "I 0"] {
        assert!(shape(ResponseOut::refusal("5.4", Some(ID), SERVICE, code, AT)), "{code}");
    }
    assert!(shape(ResponseOut::refusal("5\"4", Some(ID), SERVICE, "E4", AT)));
}

#[test]
fn an_alert_that_contradicts_itself_is_not_built() {
    let outage = |start| {
        AlertBody::Dcc(DccAlertOut {
            code: "AD1",
            throttled: Throttled::default(),
            payload: DccPayload::PowerOutageEvent { hub: Eui64(1), start, mpxn: "1" },
        })
    };
    let mut alert = ResponseOut::alert("5.4", RESPONSE_ID, AT, outage(AT));
    assert!(!shape(alert.clone()));
    alert.request = Some(ID);
    assert!(shape(alert.clone()));
    (alert.request, alert.response) = (None, None);
    assert!(shape(alert.clone()));
    (alert.response, alert.code) = (Some(RESPONSE_ID), "E4");
    assert!(shape(alert));
}

fn request(variant: u8, body: RequestBody<'_>) -> Result<Vec<u8>, BuildError> {
    let variant = CommandVariant::try_from(variant).unwrap();
    RequestOut {
        schema_version: "5.4",
        id: ID,
        first_in_sequence: None,
        preceding: None,
        variant,
        service: SERVICE,
        body,
    }
    .to_xml()
}

#[test]
fn a_body_that_does_not_belong_to_its_command_variant_is_not_built() {
    assert!(CommandVariant::try_from(0).is_err());
    for variant in [5, 6, 7, 9] {
        assert!(
            matches!(request(variant, RequestBody::read("A", None)), Err(BuildError::Shape(_))),
            "{variant}"
        );
    }
    for variant in [1, 2, 3, 4, 8] {
        assert!(
            matches!(
                request(variant, RequestBody::SignedPreCommand { execution: None, payload: &[1] }),
                Err(BuildError::Shape(_))
            ),
            "{variant}"
        );
    }
}

#[test]
fn what_is_no_xml_is_not_built() {
    for name in ["", "a b", "a><b", "1a", "a:b"] {
        assert!(
            matches!(
                request(1, RequestBody::Service(Element::new(name))),
                Err(BuildError::Name(_))
            ),
            "{name}"
        );
    }
    assert!(matches!(
        request(1, RequestBody::Service(Element::text("A", "t").with(Element::new("B")))),
        Err(BuildError::Shape(_))
    ));
    assert_eq!(
        request(1, RequestBody::Service(Element::text("A", "\u{1}"))),
        Err(BuildError::Character { field: "A".into(), code: 1 })
    );
}

#[test]
fn each_list_at_its_edge() {
    let device = InventoryDevice {
        device: Eui64(1),
        kind: "ESME",
        status: None,
        manufacturer: "m",
        model: "m",
        smets_version: None,
        firmware_version: None,
        firmware_status: None,
        commissioned: None,
        import_mpxn: None,
        secondary_import_mpan: None,
        export_mpan: None,
        esme_variant: None,
        uprn: None,
        region: None,
        gbcs_version: None,
    };
    let row = ScheduleRow {
        id: 1,
        frequency: "Daily",
        start: "2026-04-01",
        end: None,
        execution_time: None,
        service: SERVICE,
        device: Eui64(1),
        read: ScheduledRead { element: "DSPReadLoadLimitData", period: None },
    };
    fn answer(item: Item<'_>) -> Result<Vec<u8>, BuildError> {
        ResponseOut::answer("5.4", ID, None, SERVICE, "I0", AT, Some(item)).to_xml()
    }
    for (n, good) in
        [(0, false), (1, true), (MOST_INVENTORY_DEVICES, true), (MOST_INVENTORY_DEVICES + 1, false)]
    {
        assert_eq!(answer(Item::Inventory(&vec![device.clone(); n])).is_ok(), good, "{n}");
    }
    for (n, good) in [(0, false), (1, true), (MOST_SCHEDULES, true), (MOST_SCHEDULES + 1, false)] {
        assert_eq!(answer(Item::SchedulesRead(&vec![row.clone(); n])).is_ok(), good, "{n}");
    }
    assert!(
        answer(Item::ScheduleId(1_000_000_000_000)).is_ok()
            && answer(Item::ScheduleId(1_000_000_000_001)).is_err()
    );
}

proptest! {
    /// Any text that XML can hold is read back as it was; any other is refused.
    #[test]
    fn texts_are_read_back(text in any::<String>()) {
        let body = RequestBody::Service(Element::new("A").with(Element::text("B", &text)));
        let request = RequestOut { schema_version: "5.4", id: ID, first_in_sequence: None, preceding: None, variant: CommandVariant::Send, service: SERVICE, body };
        match request.to_xml() {
            Ok(xml) => prop_assert_eq!(&body_fields(&xml, &Limits::default(), 100_000).unwrap()[0].text, &text),
            Err(e) => prop_assert!(matches!(e, BuildError::Character { .. }) && text.chars().any(|c| matches!(c, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')), "{} {:?}", e, text),
        }
    }
}
