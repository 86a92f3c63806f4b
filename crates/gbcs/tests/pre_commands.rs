//! Pre-Commands: issued, signed by a User, and compared with what was issued.

use crate::messages;

use messages::any_message;
use northbound_gbcs::{
    Cra, ErrorCode, Message, Signature, build, parse,
    pre_command::{check_as_issued, issue, sign_with, to_sign, without_signature},
};
use proptest::prelude::*;

const SIGNATURE: [u8; 64] = [0x5A; 64];

fn issued() -> Vec<u8> {
    let bytes = messages::corpus().swap_remove(0);
    issue(&parse(&bytes).unwrap().message).unwrap()
}

#[test]
fn both_endings_take_a_signature() {
    let issued = issued();
    assert_eq!((issued[0], issued.last()), (0xDF, Some(&0)));
    let bare = &issued[..issued.len() - 1];
    let signed = sign_with(&issued, &SIGNATURE).unwrap();
    assert_eq!(signed, sign_with(bare, &SIGNATURE).unwrap());
    assert_eq!(signed, [bare, &[0x40], &SIGNATURE].concat());
    assert_eq!(to_sign(&issued).unwrap(), &bare[1..]);
    assert_eq!(to_sign(bare).unwrap(), &bare[1..]);
    assert_eq!(without_signature(&signed).unwrap(), bare);
    assert!(check_as_issued(bare, &signed).is_ok());
    assert_eq!(
        check_as_issued(&issued, &signed).unwrap().message.signature,
        Signature::Signed(&SIGNATURE)
    );
}

#[test]
fn any_other_byte_is_not_as_issued() {
    let issued = issued();
    let signed = sign_with(&issued, &SIGNATURE).unwrap();
    for at in 0..issued.len() - 1 {
        let mut odd = signed.clone();
        odd[at] ^= 1;
        let e = check_as_issued(&issued, &odd).unwrap_err();
        if parse(&odd).is_ok_and(|p| p.message.cra == Cra::Command) {
            assert_eq!((e.code, e.offset), (ErrorCode::NotAsIssued, at));
        }
    }
    // Lengths in a longer form say the same, and are still other bytes.
    let at = issued.len() - 1 - parse(&issued).unwrap().message.content.len() - 1;
    let mut longer = signed.clone();
    longer.insert(at, 0x81);
    assert_eq!(parse(&longer).unwrap().message, parse(&signed).unwrap().message);
    assert_eq!(check_as_issued(&issued, &longer).unwrap_err().code, ErrorCode::NotAsIssued);
}

#[test]
fn what_is_no_pre_command_is_refused() {
    let issued = issued();
    let signed = sign_with(&issued, &SIGNATURE).unwrap();
    assert_eq!(check_as_issued(&issued, &issued).unwrap_err().code, ErrorCode::SignatureMissing);
    assert_eq!(to_sign(&signed).unwrap_err().code, ErrorCode::NotPreCommand);
    assert_eq!(sign_with(&signed, &SIGNATURE).unwrap_err().code, ErrorCode::NotPreCommand);
    let m = parse(&issued).unwrap().message;
    let with_mac = build(&Message { mac: Some([0; 12]), ..m }).unwrap();
    assert_eq!(to_sign(&with_mac).unwrap_err().code, ErrorCode::NotPreCommand);
    assert_eq!(check_as_issued(&issued, &with_mac).unwrap_err().code, ErrorCode::NotPreCommand);
    let response = Message { cra: Cra::Response, ..m };
    assert_eq!(issue(&response).unwrap_err().code, ErrorCode::NotPreCommand);
    assert_eq!(to_sign(&build(&response).unwrap()).unwrap_err().code, ErrorCode::NotPreCommand);
}

proptest! {
    #[test]
    fn any_command_makes_a_pre_command(m in any_message()) {
        let mut message = m.message();
        message.cra = Cra::Command;
        let issued = issue(&message).unwrap();
        let signed = sign_with(&issued, &SIGNATURE).unwrap();
        prop_assert_eq!(check_as_issued(&issued, &signed).unwrap().signed, to_sign(&issued).unwrap());
        prop_assert_eq!(parse(&signed).unwrap().message, Message { signature: Signature::Signed(&SIGNATURE), mac: None, ..message });
    }
}
