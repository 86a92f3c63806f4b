//! Texts of fields into values.

use crate::message::IdText;
use crate::refusal::{Fault, RefusalCode, quoted};
use northbound_types::{Eui64, Utc};

/// XML white space, which the schema's token types collapse at both ends.
pub(crate) fn trimmed(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\r', '\n'])
}

/// `originator:target:counter`, each EUI as eight pairs joined by `-`.
pub(crate) fn request_id(text: &str) -> Result<IdText, Fault> {
    let text = trimmed(text);
    let bad = |why: &str| Fault::new(RefusalCode::BadRequestId, format!("{}: {why}", quoted(text)));
    let euis_dashed = text.splitn(3, ':').take(2).all(|e| e.len() == DASHED);
    let id = text.parse().map_err(|_| bad("write originator:target:counter, two EUI-64 and a decimal counter without leading zeros"))?;
    if !euis_dashed {
        return Err(bad("write each EUI-64 as eight pairs joined by '-'"));
    }
    Ok(IdText { id, text: text.to_owned() })
}

/// Characters of an EUI-64 with its dashes.
const DASHED: usize = 23;

/// One EUI-64, eight pairs joined by `-`.
pub(crate) fn eui(text: &str) -> Result<Eui64, Fault> {
    let text = trimmed(text);
    let bad = || {
        Fault::new(
            RefusalCode::BadDeviceId,
            format!("{} is not an EUI-64: eight hexadecimal pairs joined by '-'", quoted(text)),
        )
    };
    if text.len() != DASHED || text.contains(':') {
        return Err(bad());
    }
    text.parse().map_err(|_| bad())
}

/// A list of EUI-64 with `,` between.
pub(crate) fn eui_list(text: &str, most: usize) -> Result<Vec<Eui64>, Fault> {
    let mut devices = Vec::new();
    for item in trimmed(text).split(',') {
        if devices.len() == most {
            return Err(Fault::new(
                RefusalCode::TooManyDevices,
                format!("more than {most} devices in the list"),
            ));
        }
        devices.push(eui(item)?);
    }
    Ok(devices)
}

/// xs:dateTime; one without an offset is taken as UTC, which is what the interface says.
pub(crate) fn date_time(text: &str) -> Result<Utc, Fault> {
    let text = trimmed(text);
    let bad = || {
        Fault::new(
            RefusalCode::BadTime,
            format!("{} is not a date and time: write it as 2026-04-01T12:00:00.00Z", quoted(text)),
        )
    };
    let Some((_, time)) = text.split_once('T') else { return Err(bad()) };
    // jiff reads more than xs:dateTime has (a zone name in brackets, say).
    if !text
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b'T' | b'Z' | b':' | b'.' | b'+' | b'-'))
    {
        return Err(bad());
    }
    let offset = time.contains(['Z', '+', '-']);
    if offset { text.parse() } else { format!("{text}Z").parse() }.map_err(|_| bad())
}

/// A whole number up to a bound, as xs:nonNegativeInteger and its kin write it.
pub(crate) fn number(text: &str, most: u64) -> Result<u64, Fault> {
    let text = trimmed(text);
    let bad = || {
        Fault::new(
            RefusalCode::BadNumber,
            format!("{} is not a whole number from 0 to {most}", quoted(text)),
        )
    };
    let digits = text.strip_prefix('+').unwrap_or(text);
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(bad());
    }
    digits.parse().ok().filter(|&n| n <= most).ok_or_else(bad)
}

/// QuarantineEventRef: a whole number of up to 20 digits.
pub(crate) fn event_ref(text: &str) -> Result<i128, Fault> {
    const DIGITS: usize = 20;
    let text = trimmed(text);
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let bad = || {
        Fault::new(
            RefusalCode::BadNumber,
            format!("{} is not a whole number of up to {DIGITS} digits", quoted(text)),
        )
    };
    let counted = digits.trim_start_matches('0');
    if digits.is_empty() || counted.len() > DIGITS || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(bad());
    }
    text.parse().map_err(|_| bad())
}

/// xs:boolean.
pub(crate) fn boolean(text: &str) -> Result<bool, Fault> {
    match trimmed(text) {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        other => Err(Fault::new(
            RefusalCode::BadWord,
            format!("{} is neither true nor false", quoted(other)),
        )),
    }
}

/// A response code: `I`, `W` or `E` and up to six digits.
pub(crate) fn response_code(text: &str) -> Result<String, Fault> {
    const DIGITS: std::ops::RangeInclusive<usize> = 1..=6;
    let text = trimmed(text);
    let good = text
        .strip_prefix(['I', 'W', 'E'])
        .is_some_and(|d| DIGITS.contains(&d.len()) && d.bytes().all(|b| b.is_ascii_digit()));
    if good {
        Ok(text.to_owned())
    } else {
        Err(Fault::new(
            RefusalCode::BadResponseCode,
            format!("{} is not a response code: I, W or E and up to six digits", quoted(text)),
        ))
    }
}

/// An alert code of a device: hexadecimal, in upper case.
pub(crate) fn hex_code(text: &str) -> Result<String, Fault> {
    const DIGITS: usize = 4;
    let text = trimmed(text);
    if text.len() == DIGITS && text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Ok(text.to_ascii_uppercase());
    }
    Err(Fault::new(
        RefusalCode::BadAlertCode,
        format!("{} is not an alert code: four hexadecimal digits", quoted(text)),
    ))
}

/// An alert code of the service: capital letters and a number, such as `AD1`.
pub(crate) fn dcc_code(text: &str) -> Result<String, Fault> {
    const MOST: usize = 8;
    let text = trimmed(text);
    let letters = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let good = text.len() <= MOST
        && !letters.is_empty()
        && letters.len() < text.len()
        && letters.bytes().all(|b| b.is_ascii_uppercase());
    if good {
        Ok(text.to_owned())
    } else {
        Err(Fault::new(
            RefusalCode::BadAlertCode,
            format!("{} is not an alert code: letters and a number, such as AD1", quoted(text)),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_utc_with_or_without_saying_so() {
        let at = date_time("2026-04-01T12:00:00.25Z").unwrap();
        assert_eq!(date_time(" 2026-04-01T12:00:00.25\n").unwrap(), at);
        assert_eq!(date_time("2026-04-01T13:00:00.25+01:00").unwrap(), at);
        for bad in [
            "2026-04-01",
            "12:00:00Z",
            "2026-04-01T25:00:00Z",
            "",
            "T",
            "2026-04-01T12:00:00Z[UTC]",
        ] {
            assert!(date_time(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn event_refs_exceed_64_bits() {
        assert_eq!(event_ref("99999999999999999999").unwrap(), 99_999_999_999_999_999_999);
        assert_eq!(event_ref("-5").unwrap(), -5);
        for bad in ["100000000000000000000", "", "-", "+-1", "1.5"] {
            assert!(event_ref(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn ids_keep_their_text_and_need_their_dashes() {
        let id = request_id("00-db-12-34-56-78-90-a0:90-b3-d5-1f-30-01-00-00:7").unwrap();
        assert_eq!(id.text, "00-db-12-34-56-78-90-a0:90-b3-d5-1f-30-01-00-00:7");
        assert_eq!(
            id.id,
            request_id("00-DB-12-34-56-78-90-A0:90-B3-D5-1F-30-01-00-00:7").unwrap().id
        );
        assert!(request_id("00db1234567890a0:90-b3-d5-1f-30-01-00-00:7").is_err());
    }

    #[test]
    fn codes() {
        for good in ["I0", "I99", "E080405", "W110101"] {
            assert!(response_code(good).is_ok(), "{good}");
        }
        for bad in ["", "I", "X1", "E1234567", "e1", "8F20"] {
            assert!(response_code(bad).is_err(), "{bad}");
        }
        assert_eq!(hex_code("8f20").unwrap(), "8F20");
        for bad in ["8F2", "8F200", "GGGG"] {
            assert!(hex_code(bad).is_err(), "{bad}");
        }
        for good in ["AD1", "N999"] {
            assert!(dcc_code(good).is_ok(), "{good}");
        }
        for bad in ["", "N", "1", "n1", "N12345678"] {
            assert!(dcc_code(bad).is_err(), "{bad}");
        }
        assert_eq!(number("1000000000000", 1_000_000_000_000).unwrap(), 1_000_000_000_000);
        assert!(number("1000000000001", 1_000_000_000_000).is_err());
        assert!(number("", 5).is_err());
    }
}
