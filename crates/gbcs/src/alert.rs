//! The alert code inside an alert's content.

use crate::error::{ErrorCode, GbcsError};

/// A future-dated Command was executed.
pub const FUTURE_DATED_SUCCESS: u16 = 0x8F66;
/// A future-dated Command failed.
pub const FUTURE_DATED_FAILURE: u16 = 0x8F67;

/// Is the alert the answer leg of a future-dated request (8F66, 8F67)? Such alerts go out as
/// FutureDatedDeviceAlertMessage.
#[must_use]
pub const fn closes_future_dated(code: u16) -> bool {
    matches!(code, FUTURE_DATED_SUCCESS | FUTURE_DATED_FAILURE)
}

/// Offset of the code in a DLMS data notification.
const DLMS_AT: usize = 9;
/// Offset of the code in a ZigBee alert.
const GBZ_AT: usize = 3;

/// The alert code, in one of three forms: `0F` DLMS data notification, `01 09` ZigBee, `30` ASN.1
/// (the first INTEGER inside the outer SEQUENCE).
///
/// # Errors
/// `no-alert-code` where the content has another form or ends too early. The offset counts from
/// the start of the content.
pub fn alert_code(content: &[u8]) -> Result<u16, GbcsError> {
    match content {
        [0x0F, ..] => word(content, DLMS_AT),
        [0x01, 0x09, ..] => word(content, GBZ_AT),
        [0x30, ..] => der(content),
        _ => Err(none(0, "the content begins with none of 0F, 01 09 and 30")),
    }
}

fn none(offset: usize, detail: impl Into<String>) -> GbcsError {
    GbcsError::new(ErrorCode::NoAlertCode, offset, detail)
}

fn word(content: &[u8], at: usize) -> Result<u16, GbcsError> {
    match content.get(at..at + 2) {
        Some(b) => Ok(u16::from(b[0]) << 8 | u16::from(b[1])),
        None => Err(none(
            content.len(),
            format!("{} bytes end before the alert code at byte {at}", content.len()),
        )),
    }
}

fn der(content: &[u8]) -> Result<u16, GbcsError> {
    let at = match content.get(1) {
        Some(0..=0x7F) => 2,
        Some(0x81) => 3,
        Some(0x82) => 4,
        Some(b) => return Err(none(1, format!("{b:02X} begins no length of a SEQUENCE"))),
        None => return Err(none(1, "the SEQUENCE has no length")),
    };
    let value = match content.get(at..at + 2) {
        Some(&[0x02, n @ 1..=4]) => content.get(at + 2..at + 2 + usize::from(n)),
        Some(b) => {
            return Err(none(
                at,
                format!("{:02X} {:02X} where a short INTEGER belongs", b[0], b[1]),
            ));
        }
        None => None,
    };
    let value = value
        .ok_or_else(|| none(content.len(), "the content ends before its first INTEGER does"))?;
    // Codes have their top bit set, so DER writes a zero before them.
    let number = value.iter().fold(0u32, |n, &b| n << 8 | u32::from(b));
    u16::try_from(number)
        .map_err(|_| none(at + 2, format!("{number:X} is no alert code of 16 bits")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_forms() {
        let dlms = [0x0F, 0, 0, 0, 1, 0, 2, 2, 0x12, 0x8F, 0x66, 0];
        assert_eq!(alert_code(&dlms), Ok(FUTURE_DATED_SUCCESS));
        assert_eq!(alert_code(&[0x01, 0x09, 0x00, 0x81, 0xA0]), Ok(0x81A0));
        assert_eq!(
            alert_code(&[0x30, 0x05, 0x02, 0x03, 0x00, 0x8F, 0x67]),
            Ok(FUTURE_DATED_FAILURE)
        );
        let mut long = vec![0x30, 0x82, 0x01, 0x00, 0x02, 0x03, 0x00, 0x8F, 0x20];
        long.resize(260, 0);
        assert_eq!(alert_code(&long), Ok(0x8F20));
        assert_eq!(alert_code(&[0x30, 0x81, 0x80, 0x02, 0x02, 0x12, 0x34]), Ok(0x1234));
    }

    #[test]
    fn cut_or_foreign_contents_have_no_code() {
        let dlms = [0x0F, 0, 0, 0, 1, 0, 2, 2, 0x12, 0x8F, 0x66];
        for n in 0..dlms.len() {
            assert_eq!(alert_code(&dlms[..n]).unwrap_err().code, ErrorCode::NoAlertCode, "{n}");
        }
        for odd in [
            &[0x30, 0x84, 1, 2][..],
            &[0x30, 5, 4, 1, 0],
            &[0x30, 6, 2, 4, 1, 0, 0, 0],
            &[0x01, 0x08, 0, 1, 2],
            &[0x30, 7, 2, 5, 0, 0, 0, 0, 1],
        ] {
            assert_eq!(alert_code(odd).unwrap_err().code, ErrorCode::NoAlertCode, "{odd:02X?}");
        }
    }

    #[test]
    fn only_two_codes_close_a_future_dated_request() {
        assert_eq!(
            (0..=u16::MAX).filter(|&c| closes_future_dated(c)).collect::<Vec<_>>(),
            [0x8F66, 0x8F67]
        );
    }
}
