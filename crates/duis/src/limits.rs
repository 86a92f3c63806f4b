//! How much a message may hold. Every limit is tested at its edge: the limit passes, one more is
//! refused.

use std::collections::{BTreeMap, BTreeSet};

/// Bytes of a request other than firmware: the largest seen is 27 kB.
pub const DEFAULT_BODY_BYTES: usize = 64 * 1024;
/// Bytes of a request with a firmware image. The schema allows 10,240,000 octets of image, which
/// is 13,653,336 characters of base64, and 1,199,999 characters of device list: 14.86 million
/// with the elements around them.
pub const DEFAULT_FIRMWARE_BYTES: usize = 15_000_000;
/// Bytes of a response: warnings list devices, and logs and inventories exceed 100 kB.
pub const DEFAULT_RESPONSE_BYTES: usize = 4 * 1024 * 1024;
/// Elements inside each other, the root included. The published templates reach 10.
pub const DEFAULT_DEPTH: usize = 32;
/// Elements in one message. The published templates reach 435.
pub const DEFAULT_ELEMENTS: usize = 100_000;
/// Attributes of one element, namespace declarations included.
pub const DEFAULT_ATTRIBUTES: usize = 32;
/// Bytes of one field that is read (an id, a date, a code).
pub const DEFAULT_FIELD_BYTES: usize = 256;
/// Devices in one list: what 1,199,999 characters hold.
pub const DEFAULT_DEVICES: usize = 50_000;
/// Service References whose requests carry a firmware image (11.1 and, for PPMIDs, 11.4).
const FIRMWARE_REFERENCES: [&str; 2] = ["11.1", "11.4"];
/// Versions of the schema that are accepted unless set otherwise.
const VERSIONS: [&str; 5] = ["5.0", "5.1", "5.2", "5.3", "5.4"];

/// The limits that [`crate::read()`] holds a message to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a request, where its Service Reference has no limit of its own.
    pub body_bytes: usize,
    /// Bytes of a request by Service Reference.
    pub service_bytes: BTreeMap<String, usize>,
    /// Bytes of a response, acknowledgement or alert.
    pub response_bytes: usize,
    /// Elements inside each other.
    pub depth: usize,
    /// Elements in one message.
    pub elements: usize,
    /// Attributes of one element.
    pub attributes: usize,
    /// Bytes of one field that is read.
    pub field_bytes: usize,
    /// Devices in one list.
    pub devices: usize,
    /// `schemaVersion` values that are accepted; compared as decimals (`5.20` is `5.2`).
    pub versions: BTreeSet<String>,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            body_bytes: DEFAULT_BODY_BYTES,
            service_bytes: FIRMWARE_REFERENCES
                .iter()
                .map(|r| ((*r).to_owned(), DEFAULT_FIRMWARE_BYTES))
                .collect(),
            response_bytes: DEFAULT_RESPONSE_BYTES,
            depth: DEFAULT_DEPTH,
            elements: DEFAULT_ELEMENTS,
            attributes: DEFAULT_ATTRIBUTES,
            field_bytes: DEFAULT_FIELD_BYTES,
            devices: DEFAULT_DEVICES,
            versions: VERSIONS.iter().map(|v| (*v).to_owned()).collect(),
        }
    }
}

impl Limits {
    /// Bytes of a request of this Service Reference.
    #[must_use]
    pub fn request_bytes(&self, service_reference: &str) -> usize {
        self.service_bytes.get(service_reference).copied().unwrap_or(self.body_bytes)
    }

    /// The most that any message may have.
    #[must_use]
    pub fn largest(&self) -> usize {
        self.service_bytes
            .values()
            .copied()
            .chain([self.body_bytes, self.response_bytes])
            .max()
            .unwrap_or(0)
    }

    /// Bytes of a list of devices: 23 characters each and a comma between, with space for one
    /// device too many, so that the refusal can say so.
    pub(crate) fn list_bytes(&self) -> usize {
        self.devices.saturating_add(1).saturating_mul(24)
    }

    /// Is this `schemaVersion` accepted?
    #[must_use]
    pub fn accepts_version(&self, version: &str) -> bool {
        let wanted = plain_decimal(version);
        wanted.is_some() && self.versions.iter().any(|v| plain_decimal(v) == wanted)
    }
}

/// A decimal without the zeros that do not count: `05.20` is `5.2`, `5.` is `5`.
fn plain_decimal(text: &str) -> Option<(String, String)> {
    let text = text.trim().strip_prefix('+').unwrap_or(text.trim());
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    if (whole.is_empty() && part.is_empty()) || !digits(whole) || !digits(part) {
        return None;
    }
    Some((whole.trim_start_matches('0').to_owned(), part.trim_end_matches('0').to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_decimals() {
        let limits = Limits::default();
        for good in ["5.2", "5.20", "05.4", " 5.1 ", "5", "5.0", "+5.3"] {
            assert!(limits.accepts_version(good), "{good}");
        }
        for bad in ["", ".", "5.5", "52", "-5.2", "5.2.1", "4.2", "five"] {
            assert!(!limits.accepts_version(bad), "{bad}");
        }
    }

    #[test]
    fn firmware_fits_what_the_schema_allows() {
        let base64 = 10_240_000usize.div_ceil(3) * 4;
        assert!(Limits::default().request_bytes("11.1") > base64 + 1_199_999 + 4_000);
        assert_eq!(Limits::default().request_bytes("4.1"), DEFAULT_BODY_BYTES);
        assert!(Limits::default().list_bytes() > 1_199_999);
    }
}
