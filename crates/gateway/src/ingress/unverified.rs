//! Messages whose sender was not verified: recorded one by one up to a limit, then counted by sender, and beyond
//! another limit counted together. The counts are recorded when the window ends.

use super::quota::{Allowance, Quota, Sender};
use northbound_flow::event::{Unverified, UnverifiedReason};
use northbound_types::{Eui64, ResponseCode, Utc};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// The messages of a window that are not recorded one by one.
#[derive(Debug, Clone, Copy)]
struct Tally {
    code: ResponseCode,
    messages: u64,
    first: Utc,
    last: Utc,
}

#[derive(Debug)]
struct Window {
    quota: Quota,
    /// By sender; `None` is all further senders together.
    counted: BTreeMap<(Option<Sender>, UnverifiedReason), Tally>,
    /// The senders that are counted on their own.
    users: BTreeSet<Sender>,
    strangers: BTreeSet<Sender>,
}

/// What becomes of a message, and what is to be recorded of the window before it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Noted {
    /// The message, where it is recorded on its own.
    pub(crate) alone: Option<Unverified>,
    /// The counts of a window that has ended.
    pub(crate) ended: Vec<Unverified>,
}

/// The record of messages without a verified sender.
#[derive(Debug)]
pub(crate) struct UnverifiedMessages(Mutex<Window>);

fn sender_of(u: &Unverified) -> Option<Sender> {
    let address = || u.address.parse().ok().map(Sender::Address);
    u.user.map(Sender::User).or_else(address)
}

impl UnverifiedMessages {
    pub(crate) fn new(allowance: Allowance, now: Utc) -> UnverifiedMessages {
        UnverifiedMessages(Mutex::new(Window {
            quota: Quota::new(allowance, now),
            counted: BTreeMap::new(),
            users: BTreeSet::new(),
            strangers: BTreeSet::new(),
        }))
    }

    fn lock(&self) -> MutexGuard<'_, Window> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes one message.
    pub(crate) fn note(&self, message: Unverified, now: Utc) -> Noted {
        let mut window = self.lock();
        let ended = window.end(now, false);
        let alone = match sender_of(&message) {
            Some(sender) if window.quota.take(sender) => Some(message),
            _ => {
                window.count(&message);
                None
            }
        };
        Noted { alone, ended }
    }

    /// Counts messages that could not be recorded; they are recorded with their window.
    pub(crate) fn count(&self, messages: &Unverified) {
        self.lock().count(messages);
    }

    /// The counts that are to be recorded now: those of a window that has ended, or at a `stop` all.
    pub(crate) fn ended(&self, now: Utc, stop: bool) -> Vec<Unverified> {
        self.lock().end(now, stop)
    }
}

impl Window {
    fn count(&mut self, u: &Unverified) {
        let sender = sender_of(u).filter(|s| self.is_counted_alone(*s));
        let tally = self.counted.entry((sender, u.reason)).or_insert(Tally {
            code: u.code,
            messages: 0,
            first: u.first,
            last: u.last,
        });
        tally.messages = tally.messages.saturating_add(u.messages);
        tally.first = tally.first.min(u.first);
        tally.last = tally.last.max(u.last);
    }

    /// Whether a sender is counted on its own: as many of each kind are as messages are recorded alone.
    fn is_counted_alone(&mut self, sender: Sender) -> bool {
        let most = self.quota.allowance().all as usize;
        let senders = match sender {
            Sender::User(_) => &mut self.users,
            Sender::Address(_) => &mut self.strangers,
        };
        if senders.len() < most {
            senders.insert(sender);
        }
        senders.contains(&sender)
    }

    fn end(&mut self, now: Utc, stop: bool) -> Vec<Unverified> {
        if !stop && !self.quota.is_over(now) {
            return Vec::new();
        }
        self.quota.begin(now);
        self.users.clear();
        self.strangers.clear();
        let counted = std::mem::take(&mut self.counted);
        counted.into_iter().map(|((sender, reason), t)| counts_of(sender, reason, &t)).collect()
    }
}

fn counts_of(sender: Option<Sender>, reason: UnverifiedReason, t: &Tally) -> Unverified {
    let (user, address): (Option<Eui64>, Box<str>) = match sender {
        Some(Sender::User(user)) => (Some(user), Box::default()),
        Some(Sender::Address(address)) => (None, address.to_string().into()),
        None => (None, Box::default()),
    };
    Unverified {
        address,
        user,
        reason,
        code: t.code,
        claimed: None,
        messages: t.messages,
        first: t.first,
        last: t.last,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use northbound_types::RequestId;

    const LIMITS: Allowance = Allowance { window: 1_000, each: 2, all: 4 };

    fn message(address: [u8; 4], user: Option<Eui64>, at: i64) -> Unverified {
        let claimed = RequestId { originator: Eui64(7), target: Eui64(8), counter: 9 };
        Unverified {
            address: address.map(|n| n.to_string()).join(".").into(),
            user,
            reason: UnverifiedReason::Signature,
            code: ResponseCode::of("E100"),
            claimed: Some(claimed),
            messages: 1,
            first: Utc(at),
            last: Utc(at),
        }
    }

    #[test]
    fn a_flood_is_recorded_within_bounds_and_every_message_is_counted() {
        let all = UnverifiedMessages::new(LIMITS, Utc(0));
        let mut alone = 0;
        for n in 0..100_000_u32 {
            let [_, b, c, d] = (n % 5_000).to_be_bytes();
            let noted = all.note(message([127, b, c, d], None, 5), Utc(5));
            assert!(noted.ended.is_empty());
            alone += u64::from(noted.alone.is_some());
        }
        let user = Eui64(1);
        assert!(all.note(message([127, 0, 0, 1], Some(user), 6), Utc(6)).alone.is_some());
        let counts = all.ended(Utc(1_000), false);
        assert_eq!(alone, 4);
        assert_eq!(counts.len(), 5, "four senders, and all others together");
        assert_eq!(alone + counts.iter().map(|c| c.messages).sum::<u64>(), 100_000);
        assert!(counts.iter().all(|c| c.claimed.is_none() && c.user.is_none()));
        assert!(all.ended(Utc(5_000), true).is_empty());
    }

    #[test]
    fn what_a_user_sends_is_counted_by_its_certificate_whatever_strangers_send() {
        let all = UnverifiedMessages::new(LIMITS, Utc(0));
        for n in 0..100 {
            all.note(message([127, 0, 1, n], None, 1), Utc(1));
        }
        let user = Eui64(1);
        let kept = (0..5)
            .filter(|_| all.note(message([127, 0, 0, 1], Some(user), 2), Utc(2)).alone.is_some());
        assert_eq!(kept.count(), 2);
        let noted = all.note(message([127, 0, 0, 1], Some(user), 1_000), Utc(1_000));
        assert!(noted.alone.is_some());
        let of_user: Vec<_> = noted.ended.iter().filter(|c| c.user == Some(user)).collect();
        assert_eq!((of_user.len(), of_user[0].messages, of_user[0].last), (1, 3, Utc(2)));
    }

    #[test]
    fn what_could_not_be_recorded_is_recorded_later() {
        let all = UnverifiedMessages::new(LIMITS, Utc(0));
        let noted = all.note(message([127, 0, 0, 1], None, 1), Utc(1));
        all.count(&noted.alone.unwrap());
        let counts = all.ended(Utc(2), true);
        assert_eq!((counts.len(), counts[0].messages, counts[0].first), (1, 1, Utc(1)));
    }
}
