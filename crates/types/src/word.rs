//! Short words of every message: Service Reference Variants, response codes, alert
//! codes. Stored in place, so that millions of messages need no allocation for them.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Longest word, bytes. The longest in the schema has seven (`E120201`).
pub const MAX_WORD_BYTES: usize = 8;

/// A text that is no such word.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a {set}: at most 8 letters, digits or full stops")]
pub struct WordError {
    /// What was written, cut short.
    pub text: String,
    /// What it should have been.
    pub set: &'static str,
}

macro_rules! word {
    ($(#[$meta:meta])* $name:ident, $set:literal) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name([u8; MAX_WORD_BYTES]);

        impl $name {
            /// No word at all: unknown, or none.
            pub const NONE: $name = $name([0; MAX_WORD_BYTES]);

            /// The text; empty for [`Self::NONE`].
            #[must_use]
            pub fn as_str(&self) -> &str {
                let end = self.0.iter().position(|b| *b == 0).unwrap_or(MAX_WORD_BYTES);
                std::str::from_utf8(&self.0[..end]).unwrap_or("")
            }
            /// Is there none?
            #[must_use]
            pub const fn is_none(self) -> bool { self.0[0] == 0 }

            /// A word of the program itself.
            ///
            /// # Panics
            /// At compile time, where the text is too long or not of letters, digits and full stops.
            #[must_use]
            pub const fn of(text: &str) -> $name {
                let bytes = text.as_bytes();
                assert!(bytes.len() <= MAX_WORD_BYTES);
                let mut word = [0; MAX_WORD_BYTES];
                let mut i = 0;
                while i < bytes.len() {
                    assert!(bytes[i].is_ascii_alphanumeric() || bytes[i] == b'.');
                    word[i] = bytes[i];
                    i += 1;
                }
                $name(word)
            }
        }

        impl FromStr for $name {
            type Err = WordError;
            fn from_str(text: &str) -> Result<$name, WordError> {
                let b = text.as_bytes();
                if b.len() > MAX_WORD_BYTES || !b.iter().all(|c| c.is_ascii_alphanumeric() || *c == b'.') {
                    return Err(WordError { text: text.chars().take(40).collect(), set: $set });
                }
                let mut word = [0; MAX_WORD_BYTES];
                word[..b.len()].copy_from_slice(b);
                Ok($name(word))
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.pad(self.as_str()) }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, "{:?}", self.as_str()) }
        }
        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> { s.serialize_str(self.as_str()) }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                struct Visit;
                impl serde::de::Visitor<'_> for Visit {
                    type Value = $name;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str($set) }
                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$name, E> { text.parse().map_err(E::custom) }
                }
                d.deserialize_str(Visit)
            }
        }
    };
}

word! {
    /// A Service Reference Variant, such as `4.1.1`.
    Srv, "Service Reference Variant"
}
word! {
    /// A response code, such as `I0` or `E120201`.
    ResponseCode, "response code"
}
word! {
    /// An alert code of a device or of the service, such as `8F20` or `AD1`.
    AlertCode, "alert code"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_their_text_up_to_eight_bytes() {
        for t in ["", "4.1.1", "E120201", "12345678"] {
            assert_eq!(t.parse::<Srv>().unwrap().as_str(), t);
        }
        for t in ["123456789", "4 1", "é", "a\0"] {
            assert!(t.parse::<Srv>().is_err(), "{t:?}");
        }
        assert!(Srv::NONE.is_none() && !Srv::of("8.2").is_none());
        assert_eq!(serde_json::to_string(&ResponseCode::of("I0")).unwrap(), "\"I0\"");
        assert_eq!(serde_json::from_str::<AlertCode>("\"8F66\"").unwrap(), AlertCode::of("8F66"));
    }
}
