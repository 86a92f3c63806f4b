//! Which message code a Service Reference Variant's Command has. The tables are arguments: the
//! catalogue's column of use cases, and the list of message codes
//! (`rules/codes/gbcs_message_codes.csv`).

use northbound_types::text_enum;
use std::collections::BTreeMap;

text_enum! {
    /// For which kind of device a use case is, as far as its name says.
    pub enum DeviceKind("kind of device") {
        /// Electricity meter.
        Electricity = "electricity",
        /// Gas meter and gas proxy function.
        Gas = "gas",
        /// Communications hub function.
        Hub = "hub",
        /// Any other.
        Other = "other",
    }
}

/// A code that was found, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// Message code.
    pub code: u16,
    /// The use case in the list of codes.
    pub use_case: String,
    /// `false` where the catalogue's use case is a variant (`ECS70Commission`) that the list holds
    /// only by its stem (`ECS70`).
    pub exact: bool,
}

/// Use case to message codes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MessageCodes {
    by_use_case: BTreeMap<String, Vec<u16>>,
}

/// A line of the list that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "message codes, line {line}: {detail}; the columns are message_code (four hexadecimal digits), use_case, …"
)]
pub struct CodesError {
    /// Line, from 1.
    pub line: usize,
    /// The fault, in words.
    pub detail: String,
}

impl MessageCodes {
    /// Reads the list: a header line, then `message_code,use_case,…`. What follows is not looked at.
    ///
    /// # Errors
    /// A line whose first column is no code.
    pub fn read(csv: &str) -> Result<MessageCodes, CodesError> {
        let mut codes = MessageCodes::default();
        for (i, line) in csv.lines().enumerate().skip(1).filter(|(_, l)| !l.trim().is_empty()) {
            let bad = |detail: String| CodesError { line: i + 1, detail };
            let mut columns = line.splitn(3, ',');
            let (code, use_case) =
                (columns.next().unwrap_or(""), columns.next().unwrap_or("").trim());
            let number = u16::from_str_radix(code, 16)
                .ok()
                .filter(|_| code.len() == 4)
                .ok_or_else(|| bad(format!("{code:?} is no message code")))?;
            // Codes without a use case (alerts, mostly) are no Command's.
            if use_case.is_empty() {
                continue;
            }
            codes.by_use_case.entry(use_case.to_owned()).or_default().push(number);
        }
        Ok(codes)
    }

    /// The code of one use case: by its name, else by the longest name in the list that it begins
    /// with. A name with several codes says nothing.
    #[must_use]
    pub fn find(&self, use_case: &str) -> Option<Resolved> {
        let (name, codes) = (1..=use_case.len())
            .rev()
            .filter(|&n| use_case.is_char_boundary(n))
            .find_map(|n| self.by_use_case.get_key_value(&use_case[..n]))?;
        match codes[..] {
            [code] => Some(Resolved { code, use_case: name.clone(), exact: name == use_case }),
            _ => None,
        }
    }

    /// The code for a Service Reference Variant, whose use cases are given as the catalogue writes
    /// them (`ECS01a;GCS01a`), sent to a kind of device. Of those that are for the device the first
    /// with a code counts; use cases for every kind of device (`CS…`) come after those of its own.
    #[must_use]
    pub fn resolve(&self, use_cases: &str, device: DeviceKind) -> Option<Resolved> {
        let mut found: Option<(u8, Resolved)> = None;
        for use_case in use_cases.split(';').map(str::trim).filter(|u| !u.is_empty()) {
            let Some(rank) = rank(use_case, device) else { continue };
            let Some(r) = self.find(use_case) else { continue };
            // An exact name goes before a stem of the same rank.
            let rank = rank * 2 + u8::from(!r.exact);
            if found.as_ref().is_none_or(|(best, _)| rank < *best) {
                found = Some((rank, r));
            }
        }
        found.map(|(_, r)| r)
    }
}

/// How well a use case fits a device: 0 its own, 1 for all devices; `None` another's.
fn rank(use_case: &str, device: DeviceKind) -> Option<u8> {
    let letters = use_case.find(|c: char| c.is_ascii_digit()).map_or(use_case, |n| &use_case[..n]);
    match (letters, device) {
        ("ECS", DeviceKind::Electricity)
        | ("GCS", DeviceKind::Gas)
        | ("CCS" | "DBCH", DeviceKind::Hub)
        | ("PCS" | "PECS" | "HECS", DeviceKind::Other) => Some(0),
        ("CS", _) => Some(1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "message_code,use_case,title,provenance\n0019,ECS01a,Set Tariff,published\n006B,GCS01a,\"Set, Tariff\",published\n00AA,ECS70,Set CHF,published\n0101,CS02b,One,published\n0102,CS02b,Two,published\n0008,CS02a,Details,published\n";

    #[test]
    fn the_device_chooses_among_use_cases() {
        let l = MessageCodes::read(LIST).unwrap();
        let code = |u, d| l.resolve(u, d).map(|r| (r.code, r.exact));
        assert_eq!(code("ECS01a;GCS01a", DeviceKind::Electricity), Some((0x19, true)));
        assert_eq!(code("ECS01a;GCS01a", DeviceKind::Gas), Some((0x6B, true)));
        assert_eq!(code("ECS01a;GCS01a", DeviceKind::Hub), None);
        assert_eq!(code("CS02a;GCS01a", DeviceKind::Gas), Some((0x6B, true)));
        assert_eq!(code("CS02a;GCS01a", DeviceKind::Hub), Some((8, true)));
        assert_eq!(code("ECS70Commission", DeviceKind::Electricity), Some((0xAA, false)));
    }

    #[test]
    fn what_is_ambiguous_or_unknown_is_not_guessed() {
        let l = MessageCodes::read(LIST).unwrap();
        for u in ["CS02bACBByACB", "CS02b", "ECS99", "", ";", "é"] {
            assert_eq!(l.resolve(u, DeviceKind::Electricity), None, "{u}");
        }
    }

    #[test]
    fn a_bad_line_is_named() {
        for (csv, line) in
            [("h\n0019,ECS01a\nXYZ,ECS02", 3), ("h\n019,ECS01a", 2), ("h\n,ECS01a", 2)]
        {
            assert_eq!(MessageCodes::read(csv).unwrap_err().line, line, "{csv}");
        }
    }

    #[test]
    fn the_published_list_and_the_catalogue_meet() {
        let list = MessageCodes::read(include_str!("../../../rules/codes/gbcs_message_codes.csv"))
            .unwrap();
        let code = |u, d| list.resolve(u, d).map(|r| (r.code, r.exact));
        assert_eq!(code("ECS17b;GCS13a", DeviceKind::Electricity), Some((0x0027, true)));
        assert_eq!(code("ECS47Reset", DeviceKind::Electricity), Some((0x0055, false)));
        assert_eq!(code("CS02bACBByACB", DeviceKind::Electricity), None);
    }
}
