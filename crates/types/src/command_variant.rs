//! Command Variants: what the User interface is to do with the Command of a Service Request.

use crate::Leg;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A Command Variant of DUIS (`CommandVariant`, 1 to 9).
///
/// Serialises as its number, in JSON and in the journal alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum CommandVariant {
    /// 1: a non-critical Command is sent to the device over the SM WAN.
    Send = 1,
    /// 2: a non-critical Command is returned for local delivery.
    Local = 2,
    /// 3: a non-critical Command is sent and returned for local delivery.
    SendAndLocal = 3,
    /// 4: a critical request is transformed into a Pre-Command, which the User signs.
    Transform = 4,
    /// 5: a signed Pre-Command is sent to the device over the SM WAN.
    SignedSend = 5,
    /// 6: a signed Pre-Command is returned as a Command for local delivery.
    SignedLocal = 6,
    /// 7: a signed Pre-Command is sent and returned for local delivery.
    SignedSendAndLocal = 7,
    /// 8: a Non-Device request, answered by the service itself.
    NonDevice = 8,
    /// 9: internal to the service; no User may send it.
    Internal = 9,
}

/// A number that is no Command Variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not a Command Variant: these are 1 to 9")]
pub struct NotACommandVariant(pub u8);

impl CommandVariant {
    /// All variants, in the order of their numbers.
    pub const ALL: [CommandVariant; 9] = [
        CommandVariant::Send,
        CommandVariant::Local,
        CommandVariant::SendAndLocal,
        CommandVariant::Transform,
        CommandVariant::SignedSend,
        CommandVariant::SignedLocal,
        CommandVariant::SignedSendAndLocal,
        CommandVariant::NonDevice,
        CommandVariant::Internal,
    ];

    /// The number in `CommandVariant`.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// Whether the request carries a signed Pre-Command (5, 6 and 7).
    #[must_use]
    pub const fn is_signed_pre_command(self) -> bool {
        use CommandVariant::{SignedLocal, SignedSend, SignedSendAndLocal};
        matches!(self, SignedSend | SignedLocal | SignedSendAndLocal)
    }

    /// Whether a Command goes to the device over the SM WAN (1, 3, 5 and 7).
    #[must_use]
    pub const fn is_sent_to_device(self) -> bool {
        matches!(self.leg(), Some(Leg::Send))
    }

    /// Whether the Command is only returned for local delivery (2 and 6).
    #[must_use]
    pub const fn is_local_only(self) -> bool {
        matches!(self.leg(), Some(Leg::Local))
    }

    /// Whether the Command is both sent and returned for local delivery (3 and 7).
    #[must_use]
    pub const fn is_sent_and_returned(self) -> bool {
        matches!(self, CommandVariant::SendAndLocal | CommandVariant::SignedSendAndLocal)
    }

    /// The exchange of its RequestID that the variant opens; `None` for the internal one.
    #[must_use]
    pub const fn leg(self) -> Option<Leg> {
        use CommandVariant::*;
        match self {
            Send | SendAndLocal | SignedSend | SignedSendAndLocal => Some(Leg::Send),
            Local | SignedLocal => Some(Leg::Local),
            Transform => Some(Leg::Transform),
            NonDevice => Some(Leg::NonDevice),
            Internal => None,
        }
    }
}

impl TryFrom<u8> for CommandVariant {
    type Error = NotACommandVariant;
    fn try_from(number: u8) -> Result<CommandVariant, NotACommandVariant> {
        usize::from(number)
            .checked_sub(1)
            .and_then(|i| CommandVariant::ALL.get(i))
            .copied()
            .ok_or(NotACommandVariant(number))
    }
}

impl fmt::Display for CommandVariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number().fmt(f)
    }
}

impl Serialize for CommandVariant {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_u8(self.number())
    }
}

impl<'de> Deserialize<'de> for CommandVariant {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        u8::deserialize(d)?.try_into().map_err(serde::de::Error::custom)
    }
}

/// For `#[serde(with = …)]`: a variant that may be unknown, written as 0 where it is.
pub mod or_zero {
    use super::CommandVariant;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// Writes the number, or 0.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(cv: &Option<CommandVariant>, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_u8(super::number_or_zero(*cv))
    }

    /// Reads a number; 0 is no variant.
    ///
    /// # Errors
    /// Where the number is above 9.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        d: D,
    ) -> Result<Option<CommandVariant>, D::Error> {
        match u8::deserialize(d)? {
            0 => Ok(None),
            number => number.try_into().map(Some).map_err(D::Error::custom),
        }
    }
}

/// The number of a variant, as tables and files hold it: 0 where it is unknown.
#[must_use]
pub const fn number_or_zero(cv: Option<CommandVariant>) -> u8 {
    match cv {
        Some(cv) => cv.number(),
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variant_is_its_number_in_json() {
        for (i, cv) in CommandVariant::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(cv.number()), i + 1);
            assert_eq!(CommandVariant::try_from(cv.number()), Ok(cv));
            let json = serde_json::to_string(&cv).unwrap();
            assert_eq!(json, cv.to_string());
            assert_eq!(serde_json::from_str::<CommandVariant>(&json).unwrap(), cv);
        }
        for number in [0, 10, 255] {
            assert_eq!(CommandVariant::try_from(number), Err(NotACommandVariant(number)));
        }
    }

    #[test]
    fn an_unknown_variant_is_written_as_zero() {
        #[derive(Serialize, Deserialize)]
        struct Row(#[serde(with = "or_zero")] Option<CommandVariant>);
        for (cv, json) in [(None, "0"), (Some(CommandVariant::Transform), "4")] {
            assert_eq!(serde_json::to_string(&Row(cv)).unwrap(), json);
            assert_eq!(serde_json::from_str::<Row>(json).unwrap().0, cv);
        }
        assert!(serde_json::from_str::<Row>("10").is_err());
    }
}
