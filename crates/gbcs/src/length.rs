//! Lengths in the style of DLMS, and a cursor that never reads beyond the end.

use crate::{
    error::{ErrorCode, GbcsError},
    limits::MAX_LENGTH,
};

/// Reads bytes in order and knows where it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cursor<'a> {
    bytes: &'a [u8],
    pub at: usize,
}

impl<'a> Cursor<'a> {
    pub fn new(bytes: &'a [u8]) -> Cursor<'a> {
        Cursor { bytes, at: 0 }
    }
    pub fn left(&self) -> usize {
        self.bytes.len() - self.at
    }
    pub fn fail(&self, code: ErrorCode, detail: impl Into<String>) -> GbcsError {
        GbcsError::new(code, self.at, detail)
    }

    pub fn take(&mut self, n: usize, what: &str) -> Result<&'a [u8], GbcsError> {
        if n > self.left() {
            return Err(GbcsError::new(
                ErrorCode::Truncated,
                self.bytes.len(),
                format!("{what} needs {n} bytes from byte {}, {} are left", self.at, self.left()),
            ));
        }
        let piece = &self.bytes[self.at..self.at + n];
        self.at += n;
        Ok(piece)
    }

    pub fn array<const N: usize>(&mut self, what: &str) -> Result<[u8; N], GbcsError> {
        let mut value = [0; N];
        value.copy_from_slice(self.take(N, what)?);
        Ok(value)
    }

    pub fn byte(&mut self, what: &str) -> Result<u8, GbcsError> {
        Ok(self.array::<1>(what)?[0])
    }
    pub fn u16(&mut self, what: &str) -> Result<u16, GbcsError> {
        Ok(u16::from_be_bytes(self.array(what)?))
    }
    pub fn u64(&mut self, what: &str) -> Result<u64, GbcsError> {
        Ok(u64::from_be_bytes(self.array(what)?))
    }

    /// Takes bytes that must have these values.
    pub fn fixed(&mut self, expected: &[u8], what: &str) -> Result<(), GbcsError> {
        let from = self.at;
        let found = self.take(expected.len(), what)?;
        match found.iter().zip(expected).position(|(a, b)| a != b) {
            None => Ok(()),
            Some(i) => Err(GbcsError::new(
                ErrorCode::FixedByte,
                from + i,
                format!("{what}: {:02X} where {:02X} belongs", found[i], expected[i]),
            )),
        }
    }

    /// A length: one byte below 80, `81 xx`, `82 xx xx`. A longer form than needed is read too:
    /// what is compared and authenticated are the bytes themselves, never a re-encoding.
    pub fn length(&mut self, what: &str) -> Result<usize, GbcsError> {
        let from = self.at;
        match self.byte(what)? {
            n @ 0..=0x7F => Ok(usize::from(n)),
            0x81 => Ok(usize::from(self.byte(what)?)),
            0x82 => Ok(usize::from(self.u16(what)?)),
            other => Err(GbcsError::new(
                ErrorCode::LengthForm,
                from,
                format!(
                    "{what}: {other:02X} begins no length; one byte below 80, 81 xx or 82 xx xx"
                ),
            )),
        }
    }
}

/// How many bytes the length of `n` bytes takes.
pub(crate) const fn length_bytes(n: usize) -> usize {
    if n < 0x80 {
        1
    } else if n < 0x100 {
        2
    } else {
        3
    }
}

/// Writes a length in its shortest form.
///
/// # Errors
/// `too-large` above [`MAX_LENGTH`].
pub(crate) fn write_length(out: &mut Vec<u8>, n: usize, what: &str) -> Result<(), GbcsError> {
    if n > MAX_LENGTH {
        return Err(GbcsError::new(
            ErrorCode::TooLarge,
            out.len(),
            format!("{what} has {n} bytes, at most {MAX_LENGTH}"),
        ));
    }
    match length_bytes(n) {
        1 => {}
        2 => out.push(0x81),
        _ => out.extend([0x82, (n >> 8) as u8]),
    }
    out.push(n as u8);
    Ok(())
}
