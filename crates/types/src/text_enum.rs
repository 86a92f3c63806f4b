//! A closed set of words, written once: the enum, its text form in files, and the way back.

/// A word that is not in a closed set. Carries the allowed words so that the message can say
/// what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{word:?} is not a {set}; use one of: {}", allowed.join(", "))]
pub struct UnknownWord {
    /// The text that was read.
    pub word: String,
    /// The name of the set, for people.
    pub set: &'static str,
    /// The words of the set.
    pub allowed: Vec<&'static str>,
}

/// Declares an enum whose variants have one text form each, used in every file and table.
#[macro_export]
macro_rules! text_enum {
    ($(#[$meta:meta])* $vis:vis enum $name:ident ($set:literal) { $($(#[$vmeta:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis enum $name { $($(#[$vmeta])* $variant),+ }

        impl $name {
            /// Every member, in declaration order.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];
            /// The words of [`Self::ALL`], in the same order.
            pub const WORDS: &'static [&'static str] = &[$($text),+];
            /// The word for this member in files, tables and JSON.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.pad(self.as_str()) }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::text_enum::UnknownWord;
            fn from_str(word: &str) -> Result<Self, Self::Err> {
                match word {
                    $($text => Ok($name::$variant),)+
                    _ => Err($crate::text_enum::UnknownWord {
                        word: word.to_owned(), set: $set, allowed: vec![$($text),+],
                    }),
                }
            }
        }

        impl serde::Serialize for $name {
            // In binary form (journal, checkpoint) the index in the declaration is used for the word, so new
            // members come last in sets that are journaled.
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                if s.is_human_readable() { s.serialize_str(self.as_str()) } else { s.serialize_u8(*self as u8) }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                if d.is_human_readable() {
                    let word = <String as serde::Deserialize>::deserialize(d)?;
                    return word.parse().map_err(serde::de::Error::custom);
                }
                let place = <u8 as serde::Deserialize>::deserialize(d)?;
                $name::ALL.get(usize::from(place)).copied().ok_or_else(|| serde::de::Error::custom(concat!("no such ", $set)))
            }
        }
    };
}
