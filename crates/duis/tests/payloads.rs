//! Fields inside bodies, and the payloads of messages.

use crate::samples;

use northbound_duis::build::{
    AlertBody, DeviceAlertOut, InventoryKey, Item, RequestBody, RequestOut, ResponseOut, ServiceRef,
};
use northbound_duis::{
    DEFAULT_PAYLOAD_BYTES, Limits, RefusalCode, Throttled, body_fields, gbcs_payload,
};
use northbound_types::{CommandVariant, Eui64, RequestId, Utc};
use samples::{edited, sample};

const AT: Utc = Utc(1_775_044_800_000_000);
const ID: &str = "90-B3-D5-1F-30-01-00-00:00-DB-12-34-56-78-90-A0:7";
const SERVICE: ServiceRef<'static> = ServiceRef { reference: "4.1", srv: "4.1.1" };

fn payload(bytes: &[u8]) -> Option<Vec<u8>> {
    gbcs_payload(bytes, &Limits::default(), DEFAULT_PAYLOAD_BYTES).unwrap()
}

#[test]
fn each_kind_of_message_gives_its_payload() {
    let bytes: Vec<u8> = (0..=255).collect();
    let items = [
        Item::GbcsPayload(&bytes),
        Item::PreCommand { version: "4.1", payload: &bytes },
        Item::LocalCommand(&bytes),
        Item::ScheduledMessage { payload: &bytes, schedule: 7 },
        Item::FutureDated { success: true, payload: &bytes, instruction: 1, total: 1 },
        Item::CinMessage { payload: &bytes, number: "0123" },
    ];
    for item in items {
        let xml =
            ResponseOut::answer("5.4", ID, None, SERVICE, "I0", AT, Some(item)).to_xml().unwrap();
        assert_eq!(payload(&xml), Some(bytes.clone()), "{}", String::from_utf8_lossy(&xml));
    }
    let alert = AlertBody::Device(DeviceAlertOut {
        code: 0x8F20,
        throttled: Throttled::default(),
        payload: &bytes,
    });
    let id = RequestId { originator: Eui64(1), target: Eui64(2), counter: 3 };
    assert_eq!(
        payload(&ResponseOut::alert("5.4", id, AT, alert).to_xml().unwrap()),
        Some(bytes.clone())
    );
    let body = RequestBody::SignedPreCommand { execution: Some(AT), payload: &bytes };
    let request = RequestOut {
        schema_version: "5.4",
        id: ID,
        first_in_sequence: None,
        preceding: None,
        variant: CommandVariant::SignedSend,
        service: SERVICE,
        body,
    };
    assert_eq!(payload(&request.to_xml().unwrap()), Some(bytes));
    assert_eq!(
        payload(&ResponseOut::acknowledgement("5.4", ID, SERVICE, AT).to_xml().unwrap()),
        None
    );
}

#[test]
fn a_payload_is_base64_within_its_limit() {
    let message = |text: &str| {
        edited(
            "request_signed_pre_command",
            &between(&sample("request_signed_pre_command"), "GBCSPayload"),
            text,
        )
    };
    let limits = Limits::default();
    assert_eq!(
        gbcs_payload(
            message(" 3wk&#67;\r\n<!-- split --><![CDATA[AQ==]]> ").as_bytes(),
            &limits,
            64
        )
        .unwrap(),
        Some(vec![0xDF, 0x09, 0x02, 0x01])
    );
    for bad in ["3wkC*", "3wk", "3wkCAR=="] {
        assert_eq!(
            gbcs_payload(message(bad).as_bytes(), &limits, 64).unwrap_err().code,
            RefusalCode::BadPayload,
            "{bad}"
        );
    }
    assert!(gbcs_payload(message(&"A".repeat(64)).as_bytes(), &limits, 64).is_ok());
    assert_eq!(
        gbcs_payload(message(&"A".repeat(68)).as_bytes(), &limits, 64).unwrap_err().code,
        RefusalCode::FieldTooLong
    );
}

fn between(text: &str, name: &str) -> String {
    let from = text.find(&format!(":{name}>")).unwrap() + name.len() + 2;
    text[from..].split('<').next().unwrap().to_owned()
}

#[test]
fn fields_have_their_path() {
    let request = RequestOut {
        schema_version: "5.4",
        id: ID,
        first_in_sequence: None,
        preceding: None,
        variant: CommandVariant::NonDevice,
        service: ServiceRef { reference: "8.2", srv: "8.2" },
        body: RequestBody::read_inventory(InventoryKey::Mpxn("12 & 13\r")),
    };
    let fields = body_fields(&request.to_xml().unwrap(), &Limits::default(), 64).unwrap();
    assert_eq!(
        fields.iter().map(|f| (f.path.as_str(), f.text.as_str())).collect::<Vec<_>>(),
        [("ReadInventory/MPxN", "12 & 13\r")]
    );
    // An element of another namespace, or of the signature, is no field.
    let other = edited(
        "request_read",
        "<sr:ReadInstantaneousImportRegisters/>",
        "<sr:A><x:B xmlns:x='urn:x'>1</x:B><sr:C>2</sr:C></sr:A>",
    );
    let fields = body_fields(other.as_bytes(), &Limits::default(), 64).unwrap();
    assert_eq!(
        fields.iter().map(|f| (f.path.as_str(), f.text.as_str())).collect::<Vec<_>>(),
        [("A/C", "2")]
    );
    let empty = body_fields(sample("request_read").as_bytes(), &Limits::default(), 64).unwrap();
    assert_eq!(
        empty.iter().map(|f| f.path.as_str()).collect::<Vec<_>>(),
        ["ReadInstantaneousImportRegisters"]
    );
}
