//! As much of DER as certificates and PKCS#8 keys need: definite lengths, one-byte tags.

/// Tags that are read or written.
pub(crate) mod tag {
    pub const BOOLEAN: u8 = 0x01;
    pub const INTEGER: u8 = 0x02;
    pub const BIT_STRING: u8 = 0x03;
    pub const OCTET_STRING: u8 = 0x04;
    pub const OID: u8 = 0x06;
    pub const UTF8_STRING: u8 = 0x0C;
    pub const UTC_TIME: u8 = 0x17;
    pub const GENERALIZED_TIME: u8 = 0x18;
    pub const SEQUENCE: u8 = 0x30;
    pub const SET: u8 = 0x31;
    /// `[n]`, constructed.
    pub const fn context(n: u8) -> u8 {
        0xA0 | n
    }
}

/// Object identifiers, encoded.
pub(crate) mod oid {
    pub const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
    pub const ORGANISATIONAL_UNIT: &[u8] = &[0x55, 0x04, 0x0B];
    /// x500UniqueIdentifier, 2.5.4.45.
    pub const UNIQUE_IDENTIFIER: &[u8] = &[0x55, 0x04, 0x2D];
    pub const KEY_USAGE: &[u8] = &[0x55, 0x1D, 0x0F];
    pub const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1D, 0x11];
    /// id-on-hardwareModuleName, 1.3.6.1.5.5.7.8.4.
    pub const HARDWARE_MODULE: &[u8] = &[0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x08, 0x04];
    pub const EC_PUBLIC_KEY: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01];
    pub const P256: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07];
    pub const ECDSA_SHA256: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02];
}

/// The bytes are not the DER that was expected at this place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotDer;

/// Reads elements one after the other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Der<'a>(pub &'a [u8]);

impl<'a> Der<'a> {
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    pub fn peek(self) -> Option<u8> {
        self.0.first().copied()
    }

    /// The next element, whatever it is: its tag, its content, and all of its bytes.
    pub fn any(&mut self) -> Result<(u8, &'a [u8], &'a [u8]), NotDer> {
        let all = self.0;
        let (&[tag, first], rest) = all.split_first_chunk::<2>().ok_or(NotDer)?;
        // A tag of more than one byte stands in no certificate.
        if tag & 0x1F == 0x1F {
            return Err(NotDer);
        }
        let (length, rest) = match first {
            0..=0x7F => (usize::from(first), rest),
            0x81..=0x83 => {
                let (bytes, rest) =
                    rest.split_at_checked(usize::from(first & 0x7F)).ok_or(NotDer)?;
                let length = bytes.iter().fold(0usize, |n, &b| n << 8 | usize::from(b));
                // DER takes the shortest form.
                if length < 0x80 || bytes[0] == 0 {
                    return Err(NotDer);
                }
                (length, rest)
            }
            _ => return Err(NotDer),
        };
        let (content, rest) = rest.split_at_checked(length).ok_or(NotDer)?;
        self.0 = rest;
        Ok((tag, content, &all[..all.len() - rest.len()]))
    }

    /// The content of the next element, which must have this tag.
    pub fn take(&mut self, tag: u8) -> Result<Der<'a>, NotDer> {
        let (found, content, _) = self.any()?;
        if found == tag { Ok(Der(content)) } else { Err(NotDer) }
    }

    /// The content of the next element if it has this tag.
    pub fn take_if(&mut self, tag: u8) -> Result<Option<Der<'a>>, NotDer> {
        if self.peek() == Some(tag) { self.take(tag).map(Some) } else { Ok(None) }
    }

    /// Nothing may be left.
    pub fn end(self) -> Result<(), NotDer> {
        if self.0.is_empty() { Ok(()) } else { Err(NotDer) }
    }

    /// A bit string without unused bits.
    pub fn bit_string(&mut self) -> Result<&'a [u8], NotDer> {
        match self.take(tag::BIT_STRING)?.0 {
            [0, bytes @ ..] => Ok(bytes),
            _ => Err(NotDer),
        }
    }

    /// A whole number from 0 to 2^128 - 1.
    pub fn unsigned(&mut self) -> Result<u128, NotDer> {
        let bytes = self.take(tag::INTEGER)?.0;
        let digits = match bytes {
            [0, rest @ ..] if rest.first().is_some_and(|b| *b >= 0x80) => rest,
            [0] => bytes,
            [first, ..] if *first < 0x80 && *first > 0 => bytes,
            _ => return Err(NotDer),
        };
        if digits.len() > 16 {
            return Err(NotDer);
        }
        Ok(digits.iter().fold(0, |n, &b| n << 8 | u128::from(b)))
    }
}

/// One element from its parts.
pub(crate) fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|p| p.len()).sum();
    let mut out = Vec::with_capacity(length + 5);
    out.push(tag);
    let bytes = length.to_be_bytes();
    let short = &bytes[bytes.iter().position(|&b| b != 0).unwrap_or(bytes.len() - 1)..];
    if length >= 0x80 {
        out.push(0x80 | short.len() as u8);
    }
    out.extend_from_slice(short);
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}

/// A whole number, with the zero that keeps it positive.
pub(crate) fn unsigned(value: u128) -> Vec<u8> {
    let bytes = value.to_be_bytes();
    let short = &bytes[bytes.iter().position(|&b| b != 0).unwrap_or(bytes.len() - 1)..];
    element(tag::INTEGER, &[if short[0] >= 0x80 { &[0] } else { &[] }, short])
}

/// A bit string of whole bytes.
pub(crate) fn bit_string(bytes: &[u8]) -> Vec<u8> {
    element(tag::BIT_STRING, &[&[0], bytes])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_the_shortest() {
        for n in [0usize, 1, 127, 128, 255, 256, 65535, 65536] {
            let bytes = element(tag::OCTET_STRING, &[&vec![7; n]]);
            let mut der = Der(&bytes);
            assert_eq!(der.take(tag::OCTET_STRING).unwrap().0.len(), n);
            der.end().unwrap();
        }
        // 5 bytes, with a length longer than needed; a length that is not there; indefinite.
        for bad in [
            &[4u8, 0x81, 1, 7][..],
            &[4, 0x82, 0, 200],
            &[4, 2, 7],
            &[0x30, 0x80, 0, 0],
            &[0x1F, 0x81, 1, 7],
            &[4],
            &[],
        ] {
            assert_eq!(Der(bad).any().unwrap_err(), NotDer, "{bad:?}");
        }
    }

    #[test]
    fn numbers_of_128_bits() {
        for n in [0u128, 1, 0x7F, 0x80, 0xFF, 0x100, u128::MAX, u128::MAX >> 1] {
            assert_eq!(Der(&unsigned(n)).unsigned(), Ok(n));
        }
        // Negative, padded, empty, 129 bits.
        for bad in [&[2u8, 1, 0x80][..], &[2, 2, 0, 1], &[2, 0]] {
            assert!(Der(bad).unsigned().is_err(), "{bad:?}");
        }
        assert!(Der(&element(tag::INTEGER, &[&[1; 17]])).unsigned().is_err());
    }
}
