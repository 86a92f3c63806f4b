//! How much memory a run may use. What grows with an input asks as it grows, so that a hostile file is
//! refused and the process is not killed in the middle.

use std::{fmt, str::FromStr};

/// The default limit: 1.5 GiB.
pub const DEFAULT_LIMIT: u64 = 3 << 29;
/// The smallest limit that can be set: below it, ordinary files would be refused.
pub const LEAST_LIMIT: u64 = 256 << 20;
/// Of the limit, one part in this many stays free for what is allocated between two questions.
const RESERVE: u64 = 6;
/// Rows after which a reader asks again.
pub const ROWS_BETWEEN: u64 = 4096;

/// The limit of a run, in bytes of resident memory of the whole process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Memory {
    limit: Option<u64>,
}

/// A limit that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no limit of memory; write bytes, or a number with M or G, of at least 256M")]
pub struct BadLimit(String);

impl FromStr for Memory {
    type Err = BadLimit;
    fn from_str(text: &str) -> Result<Memory, BadLimit> {
        let (digits, shift) = match text.as_bytes().last() {
            Some(b'M' | b'm') => (&text[..text.len() - 1], 20),
            Some(b'G' | b'g') => (&text[..text.len() - 1], 30),
            _ => (text, 0),
        };
        digits
            .parse::<u64>()
            .ok()
            .filter(|_| digits.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|n| n.checked_mul(1 << shift))
            .filter(|bytes| *bytes >= LEAST_LIMIT)
            .map(Memory::of)
            .ok_or_else(|| BadLimit(text.to_owned()))
    }
}

/// The process is about to use more memory than it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "it needs more memory than the limit of {limit} allows ({used} in use); split it, or raise the limit with --memory-limit"
)]
pub struct OverLimit {
    used: Size,
    limit: Size,
}

/// Bytes, printed in MiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Size(u64);

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} MiB", self.0 >> 20)
    }
}

impl Memory {
    /// No limit: for the live service, whose state is bounded by its policy.
    pub const UNLIMITED: Memory = Memory { limit: None };

    /// A limit in bytes, at least [`LEAST_LIMIT`].
    #[must_use]
    pub fn of(bytes: u64) -> Memory {
        Memory { limit: Some(bytes.max(LEAST_LIMIT)) }
    }

    /// Bytes that one structure may take: a given share of the limit.
    #[must_use]
    pub fn share(self, parts: u64) -> u64 {
        self.limit.unwrap_or(u64::MAX) / parts.max(1)
    }

    /// How many of `usual` things wait in memory: below the default limit, fewer in proportion and half
    /// of those, since a process without any data uses some too.
    #[must_use]
    pub(crate) fn scaled(self, usual: usize) -> usize {
        match self.limit {
            Some(limit) if limit < DEFAULT_LIMIT => {
                (usual as u64 * (limit >> 20) / (2 * (DEFAULT_LIMIT >> 20))) as usize
            }
            _ => usual,
        }
    }

    /// Is there memory left, beside a reserve? Where the system does not say how much is in use (only
    /// Linux does), the answer is yes.
    ///
    /// # Errors
    /// [`OverLimit`] where there is not.
    pub fn check(self) -> Result<(), OverLimit> {
        self.check_for(0)
    }

    /// The same, before something of a known size is made.
    ///
    /// # Errors
    /// [`OverLimit`] where it would not fit.
    pub fn check_for(self, more: u64) -> Result<(), OverLimit> {
        let Some(limit) = self.limit else { return Ok(()) };
        let Some(used) = resident() else { return Ok(()) };
        if used.saturating_add(more) > limit - limit / RESERVE {
            return Err(OverLimit { used: Size(used), limit: Size(limit) });
        }
        Ok(())
    }
}

/// Resident memory of this process, in bytes.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_with_their_unit() {
        for (text, bytes) in [("256M", LEAST_LIMIT), ("2G", 2 << 30), ("268435456", LEAST_LIMIT)] {
            assert_eq!(text.parse(), Ok(Memory::of(bytes)));
        }
        for text in ["", "M", "255M", "268435455", "1.5G", "-1G", "+1G", "99999999999G", "2GB"] {
            assert!(text.parse::<Memory>().is_err(), "{text}");
        }
    }

    #[test]
    fn less_waits_in_memory_below_the_default_limit() {
        assert_eq!(Memory::UNLIMITED.scaled(3000), 3000);
        assert_eq!(Memory::of(DEFAULT_LIMIT).scaled(3000), 3000);
        assert_eq!(Memory::of(512 << 20).scaled(3000), 500);
    }

    #[test]
    fn what_does_not_fit_is_refused_with_the_limit() {
        let memory = Memory::of(LEAST_LIMIT);
        assert_eq!(memory.check(), Ok(()));
        assert_eq!(Memory::of(1), memory);
        assert_eq!(Memory::UNLIMITED.check_for(u64::MAX), Ok(()));
        if resident().is_some() {
            let most = LEAST_LIMIT - LEAST_LIMIT / RESERVE;
            let refused = memory.check_for(most).unwrap_err();
            assert!(refused.to_string().contains("the limit of 256 MiB"), "{refused}");
        }
    }
}
