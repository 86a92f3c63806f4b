//! The limit of open files: each connection is one, and the journal, the ledger and deliveries need some too.

use crate::config::Limits;
use tracing::{info, warn};

/// Files that are left to everything but the connections of Users.
const OTHERS: u64 = 256;
/// The share of the connections that stays reserved where there are fewer than were set: a half.
const RESERVED_SHARE: usize = 2;

/// What this process may open, to be logged once the service starts.
pub(super) struct Allowed {
    files: Option<u64>,
    /// The connections that were set, where they had to be lowered, and what they are now.
    lowered: Option<(usize, usize)>,
}

/// Raises the limit of open files as far as this process may, and lowers the connections to what it allows.
pub(super) fn allow(limits: &mut Limits) -> Allowed {
    let files = raised();
    Allowed { files, lowered: lower(limits, files) }
}

impl Allowed {
    /// Logs the limit, and that connections were lowered.
    pub(super) fn log(&self) {
        let files = self.files;
        info!(event = "files.limit", files);
        if let Some((set, connections)) = self.lowered {
            warn!(event = "connections.lowered", connections, set, files);
        }
    }
}

/// Lowers the connections to what so many files allow. Returns what was set and what they are now, if
/// they had to be lowered.
fn lower(limits: &mut Limits, files: Option<u64>) -> Option<(usize, usize)> {
    let most = usize::try_from(files?.saturating_sub(OTHERS).max(1)).unwrap_or(usize::MAX);
    let set = limits.connections;
    (set > most).then(|| {
        limits.connections = most;
        limits.connections_reserved = limits.connections_reserved.min(most / RESERVED_SHARE);
        (set, most)
    })
}

/// The limit after it was raised; `None` where there is none, or it is not known.
#[cfg(target_os = "linux")]
fn raised() -> Option<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    // Where it cannot be raised, the present one holds.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    getrlimit(Resource::Nofile).current
}
#[cfg(not(target_os = "linux"))]
fn raised() -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_are_lowered_to_what_the_files_allow() {
        let of = |files| {
            let mut l =
                Limits { connections: 1_000, connections_reserved: 600, ..Limits::default() };
            let lowered = lower(&mut l, files);
            (l.connections, l.connections_reserved, lowered)
        };
        assert_eq!(of(None), (1_000, 600, None));
        assert_eq!(of(Some(OTHERS + 1_000)), (1_000, 600, None));
        assert_eq!(of(Some(OTHERS + 999)), (999, 499, Some((1_000, 999))));
        assert_eq!(of(Some(10)), (1, 0, Some((1_000, 1))));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_limit_is_as_high_as_it_may_be() {
        use rustix::process::{Resource, getrlimit};
        let limit = raised();
        assert_eq!(limit, getrlimit(Resource::Nofile).maximum);
    }
}
