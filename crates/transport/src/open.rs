//! The open connections of a listener: how many there may be, in all and for each address, and which one is closed to
//! free a place for another. Known clients have a reserve that strangers never take.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::Notify;

/// Bits of an IPv6 address that name a network: whoever has one such network has all of its addresses.
const IPV6_NETWORK: u32 = 64;

/// Places in the order of idleness that come after those of connections on which no request has ended: a client that
/// keeps its connection between requests is closed after one that never sent any.
const SERVED: u64 = 1 << 63;

/// The address under which a connection is counted: of IPv6 its network of 64 bits.
#[must_use]
pub fn counted_address(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(a) => {
            let network = u128::MAX << (u128::BITS - IPV6_NETWORK);
            IpAddr::V6(Ipv6Addr::from_bits(a.to_bits() & network))
        }
        v4 => v4,
    }
}

/// How many connections there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capacity {
    /// At the same time.
    pub connections: usize,
    /// Of these, how many only known clients may use.
    pub reserved: usize,
    /// Of one stranger's address.
    pub each_address: usize,
}

/// A connection as the list has it.
struct Entry {
    /// `None` for a known client, which has no limit of its own.
    address: Option<IpAddr>,
    /// Its place in the order of idleness; `None` while a request is under way.
    idle: Option<u64>,
    close: Arc<Notify>,
}

#[derive(Default)]
struct List {
    next: u64,
    entries: HashMap<u64, Entry>,
    /// Open connections of each stranger's address.
    of: HashMap<IpAddr, usize>,
    strangers: usize,
    /// Idle connections of strangers, the longest idle first.
    idle: BTreeMap<u64, u64>,
    idle_of: BTreeSet<(IpAddr, u64)>,
}

/// The open connections. Clones share them.
#[derive(Clone)]
pub(crate) struct Connections {
    capacity: Capacity,
    list: Arc<Mutex<List>>,
}

/// One open connection, which leaves the list when this is dropped.
pub(crate) struct Place {
    id: u64,
    close: Arc<Notify>,
    connections: Connections,
}

impl List {
    fn remove(&mut self, id: u64) {
        let Some(entry) = self.entries.remove(&id) else { return };
        let Some(address) = entry.address else { return };
        self.strangers -= 1;
        if let Some(n) = self.of.get_mut(&address) {
            *n -= 1;
            if *n == 0 {
                self.of.remove(&address);
            }
        }
        if let Some(at) = entry.idle {
            self.idle.remove(&at);
            self.idle_of.remove(&(address, at));
        }
    }

    /// Closes the connection that has been idle longest, of one address or of all strangers.
    fn close_idle(&mut self, address: Option<IpAddr>) -> bool {
        let at = match address {
            Some(a) => self.idle_of.range((a, 0)..=(a, u64::MAX)).next().map(|(_, at)| *at),
            None => self.idle.keys().next().copied(),
        };
        let Some(id) = at.and_then(|at| self.idle.get(&at).copied()) else { return false };
        if let Some(entry) = self.entries.get(&id) {
            entry.close.notify_one();
        }
        self.remove(id);
        true
    }

    fn is_full(&self, capacity: Capacity) -> bool {
        self.entries.len() >= capacity.connections
    }

    fn has_place_for_stranger(&mut self, capacity: Capacity, address: IpAddr) -> bool {
        if self.of.get(&address).is_some_and(|n| *n >= capacity.each_address)
            && !self.close_idle(Some(address))
        {
            return false;
        }
        let most = capacity.connections.saturating_sub(capacity.reserved);
        !(self.strangers >= most || self.is_full(capacity)) || self.close_idle(None)
    }
}

impl Connections {
    pub(crate) fn new(capacity: Capacity) -> Connections {
        Connections { capacity, list: Arc::default() }
    }

    fn lock(&self) -> MutexGuard<'_, List> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a place for a new connection, which is idle at first; `None` where none is free.
    pub(crate) fn open(&self, address: IpAddr, known: bool) -> Option<Place> {
        let address = counted_address(address);
        let mut list = self.lock();
        let free = if known {
            !list.is_full(self.capacity) || list.close_idle(None)
        } else {
            list.has_place_for_stranger(self.capacity, address)
        };
        if !free {
            return None;
        }
        let id = list.next;
        list.next += 1;
        let close = Arc::new(Notify::new());
        let entry = Entry {
            address: (!known).then_some(address),
            idle: Some(id),
            close: Arc::clone(&close),
        };
        list.entries.insert(id, entry);
        if !known {
            list.strangers += 1;
            *list.of.entry(address).or_default() += 1;
            list.idle.insert(id, id);
            list.idle_of.insert((address, id));
        }
        drop(list);
        Some(Place { id, close, connections: self.clone() })
    }
}

impl Place {
    /// The client has proved who it is: it counts as known from now on.
    pub(crate) fn is_known(&self) {
        let mut list = self.connections.lock();
        if let Some(close) = list.entries.get(&self.id).map(|e| Arc::clone(&e.close)) {
            list.remove(self.id);
            list.entries.insert(self.id, Entry { address: None, idle: None, close });
        }
    }

    /// A request begins: the connection is not closed to free its place until it ends.
    pub(crate) fn begin(&self) {
        let mut list = self.connections.lock();
        let Some(entry) = list.entries.get_mut(&self.id) else { return };
        if let (Some(address), Some(at)) = (entry.address, entry.idle.take()) {
            list.idle.remove(&at);
            list.idle_of.remove(&(address, at));
        }
    }

    /// A request has ended.
    pub(crate) fn end(&self) {
        let mut list = self.connections.lock();
        let at = list.next | SERVED;
        list.next += 1;
        let Some(entry) = list.entries.get_mut(&self.id) else { return };
        let Some(address) = entry.address else { return };
        if entry.idle.is_none() {
            entry.idle = Some(at);
            list.idle.insert(at, self.id);
            list.idle_of.insert((address, at));
        }
    }

    /// Returns when the connection is to be closed to free its place.
    pub(crate) async fn closed(&self) {
        self.close.notified().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.connections.lock().remove(self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{pin::pin, task::Poll};

    const CAPACITY: Capacity = Capacity { connections: 5, reserved: 1, each_address: 2 };

    fn a(n: u8) -> IpAddr {
        [127, 0, 0, n].into()
    }

    /// Whether the connection was asked to close.
    fn is_closed(place: &Place) -> bool {
        let mut closed = pin!(place.closed());
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        matches!(closed.as_mut().poll(&mut context), Poll::Ready(()))
    }

    #[test]
    fn the_longest_idle_connection_of_an_address_gives_way_to_its_next() {
        let all = Connections::new(CAPACITY);
        let first = all.open(a(1), false).unwrap();
        first.begin();
        first.end();
        // It is idle for a shorter time, and no request has come on it.
        let second = all.open(a(1), false).unwrap();
        let third = all.open(a(1), false).unwrap();
        assert!(is_closed(&second) && !is_closed(&first) && !is_closed(&third));
        // None of them is idle: the next one is refused.
        first.begin();
        third.begin();
        assert!(all.open(a(1), false).is_none());
        assert!(all.open(a(2), false).is_some());
    }

    #[test]
    fn strangers_leave_the_reserve_to_known_clients() {
        let all = Connections::new(CAPACITY);
        let strangers: Vec<_> = (1..=4).map(|n| all.open(a(n), false).unwrap()).collect();
        strangers.iter().for_each(Place::begin);
        assert!(all.open(a(9), false).is_none(), "four strangers are busy");
        let known = all.open(a(9), true).unwrap();
        assert!(all.open(a(9), true).is_none(), "there are five");
        strangers[2].end();
        let next = all.open(a(9), true).unwrap();
        assert!(is_closed(&strangers[2]) && !is_closed(&known));
        drop((known, next));
        assert!(all.open(a(9), true).is_some());
    }

    #[test]
    fn a_client_that_proves_itself_leaves_the_strangers_places() {
        let all = Connections::new(CAPACITY);
        let places: Vec<_> = (1..=4).map(|n| all.open(a(n), false).unwrap()).collect();
        places[0].is_known();
        assert!(all.open(a(9), false).is_some(), "three strangers");
        assert!(!is_closed(&places[1]) && !is_closed(&places[0]));
        drop(places);
        assert!(
            all.lock().entries.is_empty() && all.lock().of.is_empty() && all.lock().idle.is_empty()
        );
    }

    #[test]
    fn addresses_of_one_ipv6_network_are_one_and_mapped_ones_are_ipv4() {
        let address = |t: &str| counted_address(t.parse().unwrap());
        assert_eq!(address("2001:db8:1:2:3:4:5:6"), address("2001:db8:1:2::1"));
        assert_ne!(address("2001:db8:1:2::1"), address("2001:db8:1:3::1"));
        assert_eq!(address("::ffff:192.0.2.1"), address("192.0.2.1"));
        assert_ne!(address("192.0.2.1"), address("192.0.2.2"));
    }
}
