//! The memory of bodies: a limit in all, one for each stranger's address, and a reserve for known clients. Where it is
//! short, the stranger's body that has made no progress for longest is dropped.

use northbound_transport::counted_address;
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::Notify;

/// Memory is given out in pieces of this many bytes.
const PIECE: usize = 16 * 1024;
/// A body that has taken no further piece for so long may be dropped for another.
const SLOW: Duration = Duration::from_millis(500);

/// Limits of the memory of bodies, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MemoryLimits {
    /// In all.
    pub(crate) bytes: usize,
    /// Of these, how many only known clients may use.
    pub(crate) reserved: usize,
    /// Of one stranger's address.
    pub(crate) each_address: usize,
}

#[derive(Debug)]
struct Entry {
    /// `None` for a known client.
    address: Option<IpAddr>,
    pieces: usize,
    /// When it took its last piece.
    last: Instant,
    /// Whether its end has not come yet.
    reading: bool,
    dropped: Arc<Notify>,
}

#[derive(Debug, Default)]
struct Bodies {
    next: u64,
    all: HashMap<u64, Entry>,
    pieces: usize,
    strangers: usize,
    of: HashMap<IpAddr, usize>,
}

/// The memory of bodies. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Memory {
    limits: MemoryLimits,
    bodies: Arc<Mutex<Bodies>>,
}

/// The memory of one body.
#[derive(Debug)]
pub(crate) struct Held {
    id: u64,
    dropped: Arc<Notify>,
    memory: Memory,
}

/// Where there is no room.
enum Short {
    /// At one address.
    Address(IpAddr),
    /// For strangers, or for all.
    All,
}

impl Bodies {
    fn short(&self, id: u64, more: usize, limits: MemoryLimits) -> Option<Short> {
        let pieces = |bytes: usize| bytes.div_ceil(PIECE);
        if let Some(address) = self.all.get(&id).and_then(|e| e.address) {
            let of = self.of.get(&address).copied().unwrap_or(0);
            if of + more > pieces(limits.each_address) {
                return Some(Short::Address(address));
            }
            if self.strangers + more > pieces(limits.bytes.saturating_sub(limits.reserved)) {
                return Some(Short::All);
            }
        }
        (self.pieces + more > pieces(limits.bytes)).then_some(Short::All)
    }

    fn add(&mut self, id: u64, more: usize, now: Instant) {
        let Some(entry) = self.all.get_mut(&id) else { return };
        entry.pieces += more;
        entry.last = now;
        self.pieces += more;
        if let Some(address) = entry.address {
            self.strangers += more;
            *self.of.entry(address).or_default() += more;
        }
    }

    /// Takes the pieces of a body back.
    fn free(&mut self, id: u64) {
        let Some(entry) = self.all.get_mut(&id) else { return };
        let pieces = std::mem::take(&mut entry.pieces);
        self.pieces -= pieces;
        if let Some(address) = entry.address {
            self.strangers -= pieces;
            if let Some(n) = self.of.get_mut(&address) {
                *n -= pieces;
                if *n == 0 {
                    self.of.remove(&address);
                }
            }
        }
    }

    /// Drops the stranger's body that has made no progress for longest; `false` where none is slow.
    fn drop_slow(&mut self, but: u64, short: &Short, now: Instant) -> bool {
        let slowest = self
            .all
            .iter()
            .filter(|(id, e)| {
                **id != but
                    && e.reading
                    && e.pieces > 0
                    && now.saturating_duration_since(e.last) >= SLOW
                    && match short {
                        Short::Address(a) => e.address == Some(*a),
                        Short::All => e.address.is_some(),
                    }
            })
            .min_by_key(|(id, e)| (e.last, **id))
            .map(|(id, _)| *id);
        let Some(id) = slowest else { return false };
        self.free(id);
        if let Some(entry) = self.all.get_mut(&id) {
            entry.reading = false;
            entry.dropped.notify_one();
        }
        true
    }
}

impl Memory {
    pub(crate) fn new(limits: MemoryLimits) -> Memory {
        Memory { limits, bodies: Arc::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Bodies> {
        self.bodies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A body of which nothing has come yet.
    pub(crate) fn body(&self, address: IpAddr, known: bool) -> Held {
        let mut bodies = self.lock();
        let id = bodies.next;
        bodies.next += 1;
        let dropped = Arc::new(Notify::new());
        let entry = Entry {
            address: (!known).then(|| counted_address(address)),
            pieces: 0,
            last: Instant::now(),
            reading: true,
            dropped: Arc::clone(&dropped),
        };
        bodies.all.insert(id, entry);
        drop(bodies);
        Held { id, dropped, memory: self.clone() }
    }
}

impl Held {
    /// Takes memory for `bytes` in all; `false` where there is none.
    pub(crate) fn grow(&self, bytes: usize) -> bool {
        self.grow_at(bytes, Instant::now())
    }

    fn grow_at(&self, bytes: usize, now: Instant) -> bool {
        let limits = self.memory.limits;
        let mut bodies = self.memory.lock();
        let Some(entry) = bodies.all.get(&self.id).filter(|e| e.reading) else { return false };
        let more = bytes.div_ceil(PIECE).saturating_sub(entry.pieces);
        if more == 0 {
            return true;
        }
        while let Some(short) = bodies.short(self.id, more, limits) {
            if !bodies.drop_slow(self.id, &short, now) {
                return false;
            }
        }
        bodies.add(self.id, more, now);
        true
    }

    /// All of it has come: it is not dropped any more.
    pub(crate) fn is_whole(&self) {
        if let Some(entry) = self.memory.lock().all.get_mut(&self.id) {
            entry.reading = false;
        }
    }

    /// Returns when others need its memory.
    pub(crate) async fn dropped(&self) {
        self.dropped.notified().await;
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut bodies = self.memory.lock();
        bodies.free(self.id);
        bodies.all.remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: MemoryLimits =
        MemoryLimits { bytes: 8 * PIECE, reserved: 2 * PIECE, each_address: 3 * PIECE };

    fn a(n: u8) -> IpAddr {
        [127, 0, 0, n].into()
    }

    #[test]
    fn an_address_has_a_limit_and_strangers_leave_the_reserve() {
        let memory = Memory::new(LIMITS);
        let (one, two, known) =
            (memory.body(a(1), false), memory.body(a(2), false), memory.body(a(1), true));
        assert!(one.grow(3 * PIECE) && !one.grow(3 * PIECE + 1));
        assert!(!memory.body(a(1), false).grow(1), "another body of the same address");
        assert!(two.grow(3 * PIECE));
        assert!(!memory.body(a(3), false).grow(1), "six of eight pieces are strangers'");
        assert!(known.grow(2 * PIECE) && !known.grow(2 * PIECE + 1));
        drop((one, two, known));
        let bodies = memory.lock();
        assert!(bodies.all.is_empty() && bodies.of.is_empty() && bodies.pieces == 0);
    }

    #[test]
    fn the_slowest_body_of_a_stranger_is_dropped_for_another_but_none_that_makes_progress() {
        let memory = Memory::new(LIMITS);
        let begun = Instant::now();
        let (slow, quick) = (memory.body(a(1), false), memory.body(a(2), false));
        assert!(slow.grow_at(3 * PIECE, begun));
        assert!(quick.grow_at(2 * PIECE, begun) && quick.grow_at(3 * PIECE, begun + SLOW));
        let next = memory.body(a(3), false);
        assert!(!next.grow_at(1, begun + SLOW - Duration::from_millis(1)), "nothing is slow yet");
        assert!(next.grow_at(1, begun + SLOW));
        assert!(!slow.grow_at(4 * PIECE, begun + SLOW), "it was dropped");
        assert!(quick.grow_at(3 * PIECE, begun + SLOW));
        // What has come whole is never dropped.
        quick.is_whole();
        let late = begun + 10 * SLOW;
        assert!(next.grow_at(3 * PIECE, late), "up to six pieces");
        assert!(!memory.body(a(4), false).grow_at(1, late));
    }
}
