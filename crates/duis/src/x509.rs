//! The shapes of a certificate in DER (RFC 5280), read and written with RustCrypto's `der`.

use crate::certificate::FOREVER;
use der::asn1::{AnyRef, BitStringRef, ObjectIdentifier, OctetStringRef, SetOfVec, UintRef};
use der::{Enumerated, Sequence, Tag, Tagged, ValueOrd};
use northbound_types::Utc;
use spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};

/// Object identifiers.
pub(crate) mod oid {
    use der::asn1::ObjectIdentifier;

    pub const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
    pub const ORGANISATIONAL_UNIT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.11");
    /// x500UniqueIdentifier.
    pub const UNIQUE_IDENTIFIER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.45");
    pub const KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.15");
    pub const SUBJECT_ALT_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.17");
    /// id-on-hardwareModuleName.
    pub const HARDWARE_MODULE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.8.4");
    pub const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
    pub const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
    pub const ECDSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
}

/// Certificate (4.1).
#[derive(Sequence)]
pub(crate) struct SignedCertificate<'a> {
    pub body: Body<'a>,
    pub algorithm: AlgorithmIdentifierRef<'a>,
    pub signature: BitStringRef<'a>,
}

/// TBSCertificate (4.1.2): what the issuer signs.
#[derive(Sequence)]
pub(crate) struct Body<'a> {
    #[asn1(context_specific = "0", default = "Default::default")]
    pub version: Version,
    pub serial: UintRef<'a>,
    pub algorithm: AlgorithmIdentifierRef<'a>,
    pub issuer: Name<'a>,
    pub validity: Validity<'a>,
    pub subject: Name<'a>,
    pub public_key: SubjectPublicKeyInfoRef<'a>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    pub issuer_unique_id: Option<BitStringRef<'a>>,
    #[asn1(context_specific = "2", tag_mode = "IMPLICIT", optional = "true")]
    pub subject_unique_id: Option<BitStringRef<'a>>,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT", optional = "true")]
    pub extensions: Option<Vec<Extension<'a>>>,
}

/// Version (4.1.2.1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Enumerated)]
#[asn1(type = "INTEGER")]
#[repr(u8)]
pub(crate) enum Version {
    #[default]
    V1 = 0,
    V2 = 1,
    V3 = 2,
}

/// Name (4.1.2.4).
pub(crate) type Name<'a> = Vec<SetOfVec<Attribute<'a>>>;

/// AttributeTypeAndValue (4.1.2.4).
#[derive(Sequence, ValueOrd)]
pub(crate) struct Attribute<'a> {
    pub kind: ObjectIdentifier,
    pub value: AnyRef<'a>,
}

/// Extension (4.1.2.9).
#[derive(Sequence)]
pub(crate) struct Extension<'a> {
    pub kind: ObjectIdentifier,
    #[asn1(default = "Default::default")]
    pub critical: bool,
    pub value: &'a OctetStringRef,
}

/// OtherName (4.2.1.6), with a tag of `[0]` in place of the sequence's.
#[derive(Sequence)]
pub(crate) struct OtherName<'a> {
    pub kind: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    pub value: AnyRef<'a>,
}

/// HardwareModuleName (RFC 4108, 5).
#[derive(Sequence)]
pub(crate) struct HardwareModuleName<'a> {
    pub hardware: ObjectIdentifier,
    pub serial: &'a OctetStringRef,
}

/// The tag of an [`OtherName`] among the names of a subjectAltName.
pub(crate) const OTHER_NAME: Tag =
    Tag::ContextSpecific { constructed: true, number: der::TagNumber(0) };

/// Validity (4.1.2.5).
#[derive(Sequence)]
pub(crate) struct Validity<'a> {
    pub not_before: AnyRef<'a>,
    pub not_after: AnyRef<'a>,
}

/// The r and s of an ECDSA signature (RFC 3279, 2.2.3).
#[derive(Sequence)]
pub(crate) struct EcdsaSignature<'a> {
    pub r: UintRef<'a>,
    pub s: UintRef<'a>,
}

/// UTCTime (1950 to 2049) or GeneralizedTime, to the second and in UTC; `None` for anything else.
pub(crate) fn read_time(value: AnyRef<'_>) -> Option<Utc> {
    let text = std::str::from_utf8(value.value()).ok()?.strip_suffix('Z')?;
    if !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let full = match (value.tag(), text.len()) {
        (Tag::UtcTime, 12) if text.as_bytes()[0] >= b'5' => format!("19{text}"),
        (Tag::UtcTime, 12) => format!("20{text}"),
        (Tag::GeneralizedTime, 14) => text.to_owned(),
        _ => return None,
    };
    if full == "99991231235959" {
        return Some(FOREVER);
    }
    let part = |from: usize, to: usize| &full[from..to];
    let (date, time) =
        ([part(0, 4), part(4, 6), part(6, 8)], [part(8, 10), part(10, 12), part(12, 14)]);
    format!("{}T{}Z", date.join("-"), time.join(":")).parse().ok()
}

/// Tag and text of a time: UTCTime to 2049, GeneralizedTime after (4.1.2.5). `None` before 1950
/// and after 2299.
pub(crate) fn written_time(at: Utc) -> Option<(Tag, String)> {
    if at == FOREVER {
        return Some((Tag::GeneralizedTime, "99991231235959Z".to_owned()));
    }
    let text = at.to_string();
    let digits: String =
        text.chars().take_while(|&c| c != '.').filter(char::is_ascii_digit).collect();
    match (digits.len(), digits.get(..2)?, digits.get(2..)?) {
        (14, "20", short) if digits.as_str() < "2050" => Some((Tag::UtcTime, format!("{short}Z"))),
        (14, "19", short) if digits.as_str() >= "1950" => Some((Tag::UtcTime, format!("{short}Z"))),
        (14, "20" | "21" | "22", _) => Some((Tag::GeneralizedTime, format!("{digits}Z"))),
        _ => None,
    }
}

/// The value of the first attribute of that kind.
pub(crate) fn attribute<'a>(name: &Name<'a>, kind: ObjectIdentifier) -> Option<AnyRef<'a>> {
    name.iter().flat_map(SetOfVec::iter).find(|a| a.kind == kind).map(|a| a.value)
}

/// A name as signatures print it (RFC 2253): the last attribute first, special characters escaped.
pub(crate) fn printed_name(name: &Name<'_>) -> String {
    let mut text = String::new();
    for attribute in name.iter().rev().flat_map(|part| part.as_ref().iter().rev()) {
        if !text.is_empty() {
            text.push(',');
        }
        print_attribute(attribute, &mut text);
    }
    text
}

fn print_attribute(attribute: &Attribute<'_>, text: &mut String) {
    match attribute.kind {
        oid::COMMON_NAME => text.push_str("CN="),
        oid::ORGANISATIONAL_UNIT => text.push_str("OU="),
        other => text.push_str(&format!("OID.{other}=")),
    }
    let bytes = attribute.value.value();
    match std::str::from_utf8(bytes) {
        Ok(value) if attribute.value.tag() != Tag::BitString => {
            for c in value.chars() {
                if matches!(c, ',' | '+' | '"' | '\\' | '<' | '>' | ';' | '=' | '#') {
                    text.push('\\');
                }
                text.push(c);
            }
        }
        _ => text.push_str(&bytes.iter().fold(String::from("#"), |t, b| t + &format!("{b:02X}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_printed_as_signatures_print_them() {
        let mut name = Name::new();
        for (kind, tag, value) in [
            (oid::ORGANISATIONAL_UNIT, Tag::Utf8String, b"07".as_slice()),
            (oid::COMMON_NAME, Tag::Utf8String, b"a,b"),
            (oid::UNIQUE_IDENTIFIER, Tag::BitString, &[0, 0xAB]),
        ] {
            let value = AnyRef::new(tag, value).unwrap();
            name.push([Attribute { kind, value }].try_into().unwrap());
        }
        assert_eq!(printed_name(&name), "OID.2.5.4.45=#00AB,CN=a\\,b,OU=07");
    }

    #[test]
    fn times_are_read_as_written() {
        for text in ["1950-01-01T00:00:00Z", "2049-12-31T23:59:59Z", "2050-01-01T00:00:00Z"] {
            let at: Utc = text.parse().unwrap();
            let (tag, written) = written_time(at).unwrap();
            assert_eq!(
                read_time(AnyRef::new(tag, written.as_bytes()).unwrap()),
                Some(at),
                "{text}"
            );
        }
        assert_eq!(written_time("1949-12-31T23:59:59Z".parse().unwrap()), None);
        for (tag, text) in [
            (Tag::UtcTime, "4912312359Z"),
            (Tag::UtcTime, "491231235959+0100"),
            (Tag::UtcTime, "20491231235959Z"),
            (Tag::GeneralizedTime, "491231235959Z"),
            (Tag::GeneralizedTime, "20491331235959Z"),
            (Tag::Utf8String, "491231235959Z"),
        ] {
            assert_eq!(read_time(AnyRef::new(tag, text.as_bytes()).unwrap()), None, "{text}");
        }
    }
}
