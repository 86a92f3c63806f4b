//! Each limit at its edge.

use northbound_gbcs::{
    Cra, ErrorCode, Message, Signature, Supplementary,
    alert::alert_code,
    build,
    content::{
        AlertForm, CommandContent, MAX_NAME_BYTES, MAX_PARAMETERS, MAX_SRV_BYTES, MAX_VALUE_BYTES,
        ResponseContent, alert_content, closed_command, closing_content,
    },
    limits::{MAX_LENGTH, MAX_MESSAGE_BYTES, MAX_OTHER_BYTES},
    parse,
};
use northbound_types::Eui64;

fn message(content: &[u8]) -> Message<'_> {
    Message {
        cra: Cra::Command,
        counter: 1,
        originator: Eui64(0x90B3_D51F_3001_0000),
        recipient: Eui64(0x00DB_1234_0100_0007),
        date_time: None,
        code: 1,
        supplementary: Supplementary::None,
        content,
        signature: Signature::Empty,
        mac: None,
    }
}

#[test]
fn lengths_change_their_form_where_they_must() {
    for (n, form) in [
        (0x7F, &[0x7F][..]),
        (0x80, &[0x81, 0x80]),
        (0xFF, &[0x81, 0xFF]),
        (0x100, &[0x82, 1, 0]),
        (0x1234, &[0x82, 0x12, 0x34]),
    ] {
        let content = vec![5; n];
        let bytes = build(&message(&content)).unwrap();
        assert_eq!(bytes[33..33 + form.len()], *form, "{n}");
        assert_eq!(bytes.len(), 33 + form.len() + n + 1);
        assert_eq!(parse(&bytes).unwrap().message, message(&content));
    }
}

#[test]
fn a_message_is_as_long_as_its_mac_header_can_say() {
    // 5 before the body, 33 of header, 3 of length, 1 of signature, 12 of MAC.
    let most = MAX_LENGTH - 5 - 33 - 3 - 1 - 12;
    let with_mac = |n: usize| build(&Message { mac: Some([1; 12]), ..message(&vec![0; n]) });
    let whole = with_mac(most).unwrap();
    assert_eq!(whole.len(), MAX_MESSAGE_BYTES);
    assert!(parse(&whole).is_ok());
    assert_eq!(with_mac(most + 1).unwrap_err().code, ErrorCode::TooLarge);
    // Without a MAC the whole is what is limited.
    let most = MAX_MESSAGE_BYTES - 33 - 3 - 1;
    assert_eq!(build(&message(&vec![0; most])).unwrap().len(), MAX_MESSAGE_BYTES);
    assert_eq!(build(&message(&vec![0; most + 1])).unwrap_err().code, ErrorCode::TooLarge);
    assert_eq!(build(&message(&vec![0; MAX_LENGTH + 1])).unwrap_err().code, ErrorCode::TooLarge);
    assert_eq!(parse(&vec![0xDF; MAX_MESSAGE_BYTES + 1]).unwrap_err().code, ErrorCode::TooLarge);
    assert_ne!(parse(&vec![0xDF; MAX_MESSAGE_BYTES]).unwrap_err().code, ErrorCode::TooLarge);
}

#[test]
fn other_information_has_an_end() {
    let with = |n: usize| {
        build(&Message { supplementary: Supplementary::Opaque(&vec![7; n]), ..message(&[]) })
    };
    let most = MAX_OTHER_BYTES - 2;
    let mut bytes = with(most).unwrap();
    assert!(parse(&bytes).is_ok());
    assert_eq!(with(most + 1).unwrap_err().code, ErrorCode::PartLength);
    // The length is at offset 30: 82 04 00. One more byte, announced and there:
    bytes[32] += 1;
    bytes.insert(40, 7);
    assert_eq!(parse(&bytes).unwrap_err().code, ErrorCode::PartLength);
}

#[test]
fn contents_keep_to_their_limits() {
    let c = |srv: usize, parameters: usize, name: usize, value: usize| CommandContent {
        srv: "1".repeat(srv),
        once: true,
        execute_at: None,
        parameters: vec![("n".repeat(name), "v".repeat(value)); parameters],
    };
    let most = c(MAX_SRV_BYTES, 3, MAX_NAME_BYTES, MAX_VALUE_BYTES);
    assert_eq!(CommandContent::read(&most.write().unwrap()), Ok(most));
    assert!(c(0, MAX_PARAMETERS, 0, 0).write().is_ok());
    for odd in [
        c(MAX_SRV_BYTES + 1, 0, 0, 0),
        c(1, MAX_PARAMETERS + 1, 0, 0),
        c(1, 1, MAX_NAME_BYTES + 1, 0),
        c(1, 1, 0, MAX_VALUE_BYTES + 1),
    ] {
        assert_eq!(odd.write().unwrap_err().code, ErrorCode::BadContent);
    }
    assert_eq!(
        CommandContent { execute_at: Some(-2), ..c(1, 0, 0, 0) }.write().unwrap_err().code,
        ErrorCode::BadContent
    );
    let r = |n: usize| ResponseContent { value: "v".repeat(n), ..ResponseContent::default() };
    assert_eq!(ResponseContent::read(&r(MAX_VALUE_BYTES).write().unwrap()), Ok(r(MAX_VALUE_BYTES)));
    assert!(r(MAX_VALUE_BYTES + 1).write().is_err());
}

#[test]
fn alerts_carry_their_code_in_each_form_and_name_the_command_that_they_close() {
    for form in [AlertForm::Dlms, AlertForm::Zigbee, AlertForm::Asn1] {
        for code in [0x8F66, 0x1234, 0x00FF] {
            assert_eq!(alert_code(&alert_content(form, code)), Ok(code), "{form:?} {code:04X}");
        }
        assert_eq!(closed_command(&alert_content(form, 0x8F66)), None);
    }
    for form in [AlertForm::Dlms, AlertForm::Zigbee] {
        let c = closing_content(form, 0x8F67, 77, 0x0027);
        assert_eq!((alert_code(&c), closed_command(&c)), (Ok(0x8F67), Some((77, 0x0027))));
    }
}

#[test]
fn a_content_that_is_not_ours_is_refused_with_its_place() {
    let good = CommandContent {
        srv: "4.1.1".into(),
        once: false,
        execute_at: None,
        parameters: vec![("a".into(), "b".into())],
    }
    .write()
    .unwrap();
    for n in 0..good.len() {
        assert!(CommandContent::read(&good[..n]).is_err(), "{n}");
    }
    for (at, value) in
        [(0, 0x4D), (2, 2), (3, 2), (4, 2), (5, 13), (6, 0xFF), (11, 0x80), (19, 33), (19, 0)]
    {
        let mut odd = good.clone();
        odd[at] = value;
        let e = CommandContent::read(&odd).unwrap_err();
        assert!(
            e.code == ErrorCode::BadContent || e.code == ErrorCode::Truncated,
            "byte {at} = {value:02X}: {e}"
        );
        assert!(e.offset <= odd.len());
    }
    assert!(ResponseContent::read(&good).is_err());
}
