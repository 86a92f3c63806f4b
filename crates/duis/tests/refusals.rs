//! Each refusal by its code and place, and each limit at its edge.

use crate::samples;

use northbound_duis::{Limits, Refusal, RefusalCode, RefusalCode::*, read};
use samples::{edited, sample, services, try_read};

fn refusal(text: &str) -> Refusal {
    try_read(text).expect_err("it must be refused")
}

const ID: &str =
    "<sr:RequestID>90-B3-D5-1F-30-01-00-00:00-DB-12-34-56-78-90-A0:1775044800000</sr:RequestID>";

type Case = (RefusalCode, String);

fn read_request(from: &str, to: &str) -> String {
    edited("request_read", from, to)
}

fn acknowledgement(from: &str, to: &str) -> String {
    edited("acknowledgement", from, to)
}

/// What is wrong, and the code that says so.
fn cases() -> Vec<Case> {
    [text_cases(), structure_cases(), presence_cases(), field_cases()].concat()
}

/// Text that is not the XML that is accepted.
fn text_cases() -> Vec<Case> {
    vec![
        (Doctype, format!("<!DOCTYPE Request [<!ENTITY a \"b\">]>{}", sample("request_read"))),
        (Entity, read_request("4.1.1", "&srv;")),
        (Entity, read_request("4.1.1", "&#0;")),
        (Entity, read_request("schemaVersion=\"5.4\"", "schemaVersion=\"5.4&x;\"")),
        (
            NotUtf8,
            format!("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>{}", sample("request_read")),
        ),
        (NotWellFormed, sample("request_read").replace("</sr:Request>", "")),
        (NotWellFormed, read_request("</sr:Header>", "</sr:Heads>")),
        (NotWellFormed, format!("{}<again/>", sample("request_read"))),
        (NotWellFormed, format!("text {}", sample("request_read"))),
        (NotWellFormed, read_request("schemaVersion=", "a='1' a='2' schemaVersion=")),
        (NotWellFormed, read_request("<sr:Header>", "<no:Header>")),
        (NotWellFormed, read_request("4.1.1", "4\u{1}1")),
        (NotWellFormed, read_request("4.1.1", "4 & 1")),
        (NotWellFormed, String::new()),
    ]
}

/// Namespaces, versions, elements and text that are not in the schema.
fn structure_cases() -> Vec<Case> {
    vec![
        (
            WrongNamespace,
            read_request(
                "http://www.dccinterface.co.uk/ServiceUserGateway",
                "http://example.org/other",
            ),
        ),
        (
            WrongNamespace,
            read_request(
                "<sr:CommandVariant>1</sr:CommandVariant>",
                "<CommandVariant>1</CommandVariant>",
            ),
        ),
        (UnknownRoot, "<Envelope/>".to_owned()),
        (SchemaVersion, read_request("\"5.4\"", "\"6.0\"")),
        (SchemaVersion, read_request(" schemaVersion=\"5.4\"", "")),
        (UnexpectedElement, read_request("<sr:Header>", "<sr:Header><sr:Surprise/>")),
        (
            UnexpectedElement,
            acknowledgement("<sr:ServiceReference>4.1<", "<sr:ServiceReference><sr:A/>4.1<"),
        ),
        (UnexpectedText, read_request("<sr:Header>", "<sr:Header>surprise")),
    ]
}

/// Fields that are missing, repeated or out of order.
fn presence_cases() -> Vec<Case> {
    vec![
        (MissingField, read_request(ID, "")),
        (MissingField, read_request("<sr:CommandVariant>1</sr:CommandVariant>", "")),
        (MissingField, read_request("<sr:ReadInstantaneousImportRegisters/>", "")),
        (MissingField, acknowledgement("<sr:ResponseCode>I99</sr:ResponseCode>", "")),
        (
            MissingField,
            acknowledgement("<sr:ServiceReferenceVariant>4.1.1</sr:ServiceReferenceVariant>", ""),
        ),
        (
            MissingField,
            edited(
                "alert_quarantined",
                "<sr:QuarantineEventRef>99999999999999999999</sr:QuarantineEventRef>",
                "",
            ),
        ),
        (DuplicateField, read_request(ID, &format!("{ID}{ID}"))),
        (
            DuplicateField,
            read_request(
                "<sr:ReadInstantaneousImportRegisters/>",
                "<sr:ReadInstantaneousImportRegisters/><sr:EnableSupply/>",
            ),
        ),
        (
            DuplicateField,
            edited(
                "answer_schedule_id",
                "<sr:DSPScheduleID>",
                "<sr:GBCSPayload/><sr:DSPScheduleID>",
            ),
        ),
        (
            FieldOrder,
            read_request(ID, "")
                .replace("</sr:CommandVariant>", &format!("</sr:CommandVariant>{ID}")),
        ),
        (
            FieldOrder,
            edited(
                "alert_device",
                "<sr:AlertCode>8f20</sr:AlertCode>",
                "<sr:GBCSPayload/><sr:AlertCode>8f20</sr:AlertCode>",
            ),
        ),
    ]
}

/// Fields whose value is not allowed, or contradicts another.
fn field_cases() -> Vec<Case> {
    vec![
        (BadRequestId, read_request(":1775044800000", ":01775044800000")),
        (BadRequestId, read_request("00-DB-12-34-56-78-90-A0", "00DB1234567890A0")),
        (BadRequestId, acknowledgement(":1775044800000", ":18446744073709551616")),
        (BadVariant, read_request("Variant>1<", "Variant>0<")),
        (BadVariant, read_request("Variant>1<", "Variant>11<")),
        (VariantNine, read_request("Variant>1<", "Variant>9<")),
        (VariantBody, edited("request_signed_pre_command", "Variant>5<", "Variant>4<")),
        (VariantBody, edited("request_signed_pre_command", "Variant>5<", "Variant>1<")),
        (VariantBody, edited("request_signed_pre_command", "Variant>5<", "Variant>8<")),
        (VariantBody, read_request("Variant>1<", "Variant>5<")),
        (UnknownService, read_request("4.1.1", "4.1.99")),
        (ServiceMismatch, read_request("ServiceReference>4.1<", "ServiceReference>4.2<")),
        (BodyMismatch, read_request("ReadInstantaneousImportRegisters", "EnableSupply")),
        (BadResponseCode, acknowledgement("I99", "OK")),
        (BadAlertCode, edited("alert_device", "8f20", "8f2")),
        (BadAlertCode, edited("alert_outage", "AD1", "power")),
        (BadAlertCode, edited("answer_future_dated", "8F66", "8F65")),
        (BadTime, acknowledgement("2026-04-01T12:00:03.25Z", "2026-04-01")),
        (BadNumber, edited("answer_schedule_id", "1000000000000", "1000000000001")),
        (BadNumber, edited("alert_device", "4294967295", "4294967296")),
        (BadDeviceId, edited("request_firmware", ",00-DB", ", 00-DB-0")),
        (BadWord, edited("request_sequence", ">false<", ">no<")),
        (BadWord, edited("alert_firmware", ">Success<", ">Done<")),
    ]
}

#[test]
fn each_fault_has_its_code() {
    for (code, text) in cases() {
        let refused = refusal(&text);
        assert_eq!(refused.code, code, "{refused} in {text}");
        assert!(refused.offset <= text.len());
    }
}

#[test]
fn every_code_is_shown_by_a_case_or_a_limit_and_stands_in_the_table() {
    // Shown below, and `bad-payload` in payloads.rs.
    let limits = [
        TooLarge,
        TooDeep,
        TooManyElements,
        TooManyAttributes,
        FieldTooLong,
        TooManyDevices,
        BadPayload,
    ];
    let shown: Vec<RefusalCode> = cases().into_iter().map(|(c, _)| c).chain(limits).collect();
    let table = include_str!("../../../docs/duis-refusals.md");
    for code in RefusalCode::ALL {
        assert!(shown.contains(code), "{code} is shown by no test");
        assert!(table.contains(&format!("| `{code}` |")), "{code} is not in docs/duis-refusals.md");
    }
    assert_eq!(table.lines().filter(|l| l.starts_with("| `")).count(), RefusalCode::ALL.len());
}

#[test]
fn the_place_is_line_column_and_byte() {
    let text = format!(
        "<?xml version=\"1.0\"?>\n<!-- é -->\n  {}",
        edited("request_read", "Variant>1<", "Variant>0<")
    );
    let refused = refusal(&text);
    let at = text.find("0</sr:CommandVariant>").unwrap() + 1;
    assert_eq!((refused.offset, refused.line), (at, 3));
    assert_eq!(refused.column, text[..at].chars().rev().take_while(|&c| c != '\n').count() + 1);
    assert!(refused.to_string().starts_with("line 3, column "), "{refused}");
    let bad_byte = [b"<a>\n".as_slice(), &[0xFF]].concat();
    let refused = read(&bad_byte, &Limits::default(), &services()).unwrap_err();
    assert_eq!((refused.code, refused.offset, refused.line, refused.column), (NotUtf8, 4, 2, 1));
}

/// The limit passes, one less refuses.
fn edge(text: &str, code: RefusalCode, at: usize, set: impl Fn(&mut Limits, usize)) {
    let mut limits = Limits::default();
    set(&mut limits, at);
    assert!(
        read(text.as_bytes(), &limits, &services()).is_ok(),
        "{code} at {at}: {:?}",
        read(text.as_bytes(), &limits, &services())
    );
    set(&mut limits, at - 1);
    assert_eq!(read(text.as_bytes(), &limits, &services()).unwrap_err().code, code);
}

#[test]
fn each_limit_at_its_edge() {
    let (plain, firmware, ack) =
        (sample("request_read"), sample("request_firmware"), sample("acknowledgement"));
    edge(&plain, TooLarge, plain.len(), |l, n| l.body_bytes = n);
    edge(&firmware, TooLarge, firmware.len(), |l, n| {
        l.service_bytes.insert("11.1".into(), n);
        l.body_bytes = 700;
    });
    edge(&ack, TooLarge, ack.len(), |l, n| l.response_bytes = n);
    edge(&plain, TooDeep, 3, |l, n| l.depth = n);
    edge(&plain, TooManyElements, 11, |l, n| l.elements = n);
    edge(&plain, TooManyAttributes, 2, |l, n| l.attributes = n);
    edge(&plain, FieldTooLong, 61, |l, n| l.field_bytes = n);
    edge(&firmware, TooManyDevices, 3, |l, n| l.devices = n);
}

#[test]
fn the_published_limits_are_the_default_ones() {
    let padded = |size: usize| {
        let text = sample("request_read");
        let pad = size - text.len() - "<!---->".len();
        format!("{text}<!--{}-->", "x".repeat(pad))
    };
    assert!(try_read(&padded(northbound_duis::DEFAULT_BODY_BYTES)).is_ok());
    assert_eq!(refusal(&padded(northbound_duis::DEFAULT_BODY_BYTES + 1)).code, TooLarge);
    let image = |size: usize| {
        let text = sample("request_firmware");
        text.replacen("aW52ZW50ZWQ=", &"A".repeat(size - text.len() + 12), 1)
    };
    assert!(try_read(&image(northbound_duis::DEFAULT_FIRMWARE_BYTES)).is_ok());
    assert_eq!(refusal(&image(northbound_duis::DEFAULT_FIRMWARE_BYTES + 1)).code, TooLarge);
    let list = |n: usize| {
        let ids: Vec<String> = (0..n)
            .map(|i| {
                format!("00-DB-12-34-56-{:02X}-{:02X}-{:02X}", i >> 16, (i >> 8) & 255, i & 255)
            })
            .collect();
        let text = sample("request_firmware");
        let from = text.find("DeviceIDList>").unwrap() + "DeviceIDList>".len();
        let to = text.find("</sr:DeviceIDList").unwrap();
        format!("{}{}{}", &text[..from], ids.join(","), &text[to..])
    };
    assert!(try_read(&list(northbound_duis::DEFAULT_DEVICES)).is_ok());
    assert_eq!(refusal(&list(northbound_duis::DEFAULT_DEVICES + 1)).code, TooManyDevices);
}

#[test]
fn a_request_that_hides_its_reference_behind_padding_is_refused() {
    let text = sample("request_firmware");
    let padded = text.replacen(
        "<sr:Header>",
        &format!("<!--{}--><sr:Header>", "x".repeat(northbound_duis::DEFAULT_BODY_BYTES)),
        1,
    );
    assert_eq!(refusal(&padded).code, TooLarge);
}
