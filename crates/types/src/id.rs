//! Identities. EUIs compare by value, print in upper case and are echoed as received.

use crate::text_enum;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A 64-bit extended unique identifier, written as eight hexadecimal pairs joined by `-`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Eui64(pub u64);

/// Why a text is not an identity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Not eight hexadecimal pairs.
    #[error(
        "{0:?} is not an EUI-64: eight hexadecimal pairs joined by '-', such as 90-B3-D5-1F-30-01-00-00"
    )]
    Eui(String),
    /// Not `originator:target:counter`.
    #[error(
        "{0:?} is not a RequestID: originator:target:counter, two EUI-64 and a decimal counter without leading zeros"
    )]
    Request(String),
}

impl Eui64 {
    /// The same 64 bits as a signed integer, as Parquet has them (no unsigned type there).
    #[must_use]
    pub const fn to_i64(self) -> i64 {
        self.0 as i64
    }
    /// From the signed integer of a table.
    #[must_use]
    pub const fn from_i64(bits: i64) -> Self {
        Self(bits as u64)
    }
}

impl fmt::Display for Eui64 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let b = self.0.to_be_bytes();
        write!(
            f,
            "{:02X}-{:02X}-{:02X}-{:02X}-{:02X}-{:02X}-{:02X}-{:02X}",
            b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]
        )
    }
}

impl FromStr for Eui64 {
    type Err = IdError;
    /// Accepts either case, with `-` or `:` between the pairs, or sixteen digits without.
    fn from_str(text: &str) -> Result<Self, IdError> {
        let bad = || IdError::Eui(text.chars().take(80).collect());
        let b = text.as_bytes();
        let mut value = 0u64;
        let mut digits = 0usize;
        let dashed = b.len() == 23;
        if !(dashed || b.len() == 16) {
            return Err(bad());
        }
        for (i, &c) in b.iter().enumerate() {
            if dashed && i % 3 == 2 {
                if c != b'-' && c != b':' {
                    return Err(bad());
                }
                continue;
            }
            let d = (c as char).to_digit(16).ok_or_else(bad)?;
            value = value << 4 | u64::from(d);
            digits += 1;
        }
        if digits == 16 { Ok(Self(value)) } else { Err(bad()) }
    }
}

impl Serialize for Eui64 {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        if s.is_human_readable() {
            s.collect_str(self)
        } else {
            s.serialize_bytes(&self.0.to_be_bytes())
        }
    }
}
impl<'de> Deserialize<'de> for Eui64 {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        if !d.is_human_readable() {
            return d.deserialize_bytes(EuiBytes);
        }
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

/// `originator:target:counter`, the identity that the User gave to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId {
    /// Who sent it.
    pub originator: Eui64,
    /// The device, or the service itself for Non-Device requests.
    pub target: Eui64,
    /// Strictly rising for each originator and target; clients use milliseconds since 1970.
    pub counter: u64,
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.originator, self.target, self.counter)
    }
}

impl FromStr for RequestId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let bad = || IdError::Request(text.chars().take(120).collect());
        let mut parts = text.split(':');
        let (Some(o), Some(t), Some(c), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(bad());
        };
        if c.is_empty()
            || !c.bytes().all(|b| b.is_ascii_digit())
            || (c.len() > 1 && c.starts_with('0'))
        {
            return Err(bad());
        }
        Ok(Self {
            originator: o.parse().map_err(|_| bad())?,
            target: t.parse().map_err(|_| bad())?,
            counter: c.parse().map_err(|_| bad())?,
        })
    }
}

/// Reads the eight bytes of the binary form.
struct EuiBytes;

impl serde::de::Visitor<'_> for EuiBytes {
    type Value = Eui64;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the eight bytes of an EUI-64")
    }
    fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<Eui64, E> {
        bytes
            .try_into()
            .map(|b| Eui64(u64::from_be_bytes(b)))
            .map_err(|_| E::invalid_length(bytes.len(), &self))
    }
}

impl Serialize for RequestId {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        if s.is_human_readable() {
            s.collect_str(self)
        } else {
            (self.originator, self.target, self.counter).serialize(s)
        }
    }
}
impl<'de> Deserialize<'de> for RequestId {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        if !d.is_human_readable() {
            return Deserialize::deserialize(d).map(|(originator, target, counter)| Self {
                originator,
                target,
                counter,
            });
        }
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

text_enum! {
    /// Which exchange of a RequestID this is: CV4 and CV5 share the id and are two exchanges.
    pub enum Leg("leg") {
        /// CV4: a Pre-Command is returned.
        Transform = "transform",
        /// CV1, 3, 5, 7: a Command goes to the device.
        Send = "send",
        /// CV2, 6: a Command for local delivery is returned.
        Local = "local",
        /// CV8: answered by the service itself.
        NonDevice = "non-device",
        /// One run, answer or device of a parent (schedule, device list).
        Instance = "instance",
    }
}

/// The identity of one exchange: `(namespace, originator, target, counter, leg)`, with the number
/// of the instance where the leg is one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MessageId {
    /// Whose counters these are (`duis`, a provider's test log, a file of a User).
    pub namespace: String,
    /// originator, target, counter.
    pub request: RequestId,
    /// Which exchange of that id.
    pub leg: Leg,
    /// Which child of the parent; 0 unless the leg is an instance.
    pub instance: i64,
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.namespace, self.request, self.leg)?;
        if self.instance != 0 {
            write!(f, ":{}", self.instance)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eui_compares_by_value_and_prints_upper_case() {
        let a: Eui64 = "90-b3-d5-1f-30-01-00-00".parse().unwrap();
        assert_eq!(a, "90-B3-D5-1F-30-01-00-00".parse().unwrap());
        assert_eq!(a.to_string(), "90-B3-D5-1F-30-01-00-00");
        assert_eq!(Eui64::from_i64(a.to_i64()), a);
        for bad in [
            "",
            "90-b3",
            "90-b3-d5-1f-30-01-00-0g",
            "90-b3-d5-1f-30-01-00-000",
            "90b3d51f30010000x",
        ] {
            assert!(bad.parse::<Eui64>().is_err(), "{bad}");
        }
    }

    #[test]
    fn request_id_refuses_leading_zeros_and_overflow() {
        let ok = "90-B3-D5-1F-30-01-00-00:00-DB-12-34-56-78-90-A0:18446744073709551615";
        assert_eq!(ok.parse::<RequestId>().unwrap().to_string(), ok);
        for c in ["01", "", "18446744073709551616", "-1", "+1"] {
            assert!(
                format!("90-B3-D5-1F-30-01-00-00:00-DB-12-34-56-78-90-A0:{c}")
                    .parse::<RequestId>()
                    .is_err(),
                "{c}"
            );
        }
    }
}
