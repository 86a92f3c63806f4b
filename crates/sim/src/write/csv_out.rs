//! A plain CSV writer for millions of rows: the fields that it writes need no quotes (identities,
//! numbers, times, words of closed sets); free text is quoted where it must be.

use crate::config::SimError;
use northbound_types::{Eui64, Utc, time::DAY_US};
use std::{
    fs::File,
    io::{BufWriter, Write},
    path::PathBuf,
};

/// One CSV file being written.
pub(crate) struct Sink {
    path: PathBuf,
    out: BufWriter<File>,
    line: Vec<u8>,
    rows: u64,
}

const HEX: &[u8; 16] = b"0123456789ABCDEF";

impl Sink {
    pub fn create(path: PathBuf, header: &str) -> Result<Sink, SimError> {
        let file = File::create(&path).map_err(super::failed(&path))?;
        let mut out = BufWriter::with_capacity(1 << 16, file);
        out.write_all(header.as_bytes())
            .and_then(|()| out.write_all(b"\n"))
            .map_err(super::failed(&path))?;
        Ok(Sink { path, out, line: Vec::with_capacity(600), rows: 0 })
    }

    /// A word that needs no quotes, or free text.
    pub fn word(&mut self, text: &str) -> &mut Sink {
        if text.contains([',', '"', '\n', '\r']) {
            self.line.push(b'"');
            self.line.extend(text.replace('"', "\"\"").bytes());
            self.line.push(b'"');
        } else {
            self.line.extend_from_slice(text.as_bytes());
        }
        self.line.push(b',');
        self
    }
    pub fn number(&mut self, n: i64) -> &mut Sink {
        let _ = write!(self.line, "{n},");
        self
    }
    /// Empty where it is zero.
    pub fn unless_zero(&mut self, n: i64) -> &mut Sink {
        if n == 0 { self.word("") } else { self.number(n) }
    }
    pub fn eui(&mut self, e: Eui64) -> &mut Sink {
        self.push_eui(e);
        self.line.push(b',');
        self
    }
    pub fn request(&mut self, originator: Eui64, target: Eui64, counter: u64) -> &mut Sink {
        self.push_eui(originator);
        self.line.push(b':');
        self.push_eui(target);
        let _ = write!(self.line, ":{counter},");
        self
    }
    fn push_eui(&mut self, e: Eui64) {
        for (i, b) in e.0.to_be_bytes().into_iter().enumerate() {
            if i > 0 {
                self.line.push(b'-');
            }
            self.line.extend_from_slice(&[HEX[usize::from(b >> 4)], HEX[usize::from(b & 15)]]);
        }
    }
    /// RFC 3339 in UTC; empty where unknown.
    pub fn time(&mut self, at: Option<Utc>) -> &mut Sink {
        if let Some(at) = at {
            push_time(&mut self.line, at.0);
        }
        self.line.push(b',');
        self
    }
    pub fn end(&mut self) -> Result<(), SimError> {
        if let Some(last) = self.line.last_mut() {
            *last = b'\n';
        }
        self.out.write_all(&self.line).map_err(super::failed(&self.path))?;
        self.line.clear();
        self.rows += 1;
        Ok(())
    }
    pub fn finish(mut self) -> Result<u64, SimError> {
        self.out.flush().map_err(super::failed(&self.path))?;
        Ok(self.rows)
    }
}

/// Year, month and day of days since 1970 (proleptic Gregorian, by 400-year eras from 1 March).
fn civil(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    (yoe + era * 400 + i64::from(month <= 2), month, doy - (153 * mp + 2) / 5 + 1)
}

fn push_time(line: &mut Vec<u8>, at: i64) {
    let (y, m, d) = civil(at.div_euclid(DAY_US));
    let us = at.rem_euclid(DAY_US);
    let s = us / 1_000_000;
    let two = |line: &mut Vec<u8>, n: i64, after: u8| {
        line.extend_from_slice(&[b'0' + (n / 10) as u8, b'0' + (n % 10) as u8, after])
    };
    let _ = write!(line, "{y:04}-");
    two(line, m, b'-');
    two(line, d, b'T');
    two(line, s / 3_600, b':');
    two(line, s / 60 % 60, b':');
    two(line, s % 60, b'.');
    let part = us % 1_000_000;
    if part == 0 {
        line.pop();
    } else if part % 1_000 == 0 {
        let _ = write!(line, "{:03}", part / 1_000);
    } else {
        let _ = write!(line, "{part:06}");
    }
    line.push(b'Z');
}

#[cfg(test)]
mod tests {
    use super::*;
    use northbound_types::Utc;

    #[test]
    fn times_read_back_as_they_were() {
        for at in [
            0,
            -1,
            1,
            951_782_400_000_000,
            1_775_001_600_123_000,
            1_775_001_600_123_456,
            4_102_444_799_999_999,
            5_000_000,
        ] {
            let mut line = Vec::new();
            push_time(&mut line, at);
            let text = String::from_utf8(line).unwrap();
            assert_eq!(text.parse::<Utc>().unwrap(), Utc(at), "{text}");
        }
        for day in (-200_000..200_000).step_by(97) {
            let (y, m, d) = civil(day);
            let date = northbound_types::Day(day as i32).date();
            assert_eq!(
                (y, m, d),
                (i64::from(date.year()), i64::from(date.month()), i64::from(date.day()))
            );
        }
    }
}
