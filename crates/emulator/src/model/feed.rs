//! The alerts of a running network in the order in which they are at the interface, so that they
//! can be sent one after the other and resumed after a crash.

use crate::model::{
    alerts::{AD1_AFTER, AlertSource, Raised, Storm},
    emulator::Emulator,
    fault::Trouble,
    fleet::{DeviceType, device, home_of},
    latency::SECOND,
    record::Record,
    rng::Rng,
    wan::Network,
};
use northbound_gbcs::{
    Cra, GbcsError, Message, Signature, Supplementary,
    alert::FUTURE_DATED_SUCCESS,
    content::{AlertForm, alert_content, closing_content},
};
use northbound_types::{Day, Eui64, Utc};
use std::collections::BTreeMap;

/// Message codes of alerts (published): generic critical, and a future-dated Command done by
/// an electricity meter and by a gas meter.
const GENERIC_CRITICAL: u16 = 0x1000;
const FUTURE_DATED_DLMS: u16 = 0x00CC;
const FUTURE_DATED_GBZ: u16 = 0x00CD;
/// What an electricity meter says when supply is back: after less than three minutes, and after
/// three or more (published).
const RESTORED: &str = "8F35";
const RESTORED_LONG: &str = "8F36";
/// Alerts within one millisecond are distinguished by so many numbers.
const PER_MILLISECOND: i64 = 1_000;

/// An alert at the interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Its number: when it is at the interface in µs UTC, with alerts of one millisecond numbered on.
    pub number: u64,
    /// When it is at the interface, µs UTC.
    pub at: i64,
    /// The device's message, or what the network reports.
    pub content: AlertContent,
}

/// What is at the interface: a message of a device, or a report of the network itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AlertContent {
    /// A device's own: the GBCS message.
    Device(Vec<u8>),
    /// The network's own: a hub without supply for three minutes.
    PowerOutage {
        /// The hub.
        hub: Eui64,
        /// Since when, µs UTC.
        since: i64,
    },
}

/// Who gets the alerts of a home's devices: the home's number chooses, so that a home always has
/// the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipients(pub Vec<Eui64>);

impl Recipients {
    /// The recipient for a home; `None` where there is none at all.
    #[must_use]
    pub fn of(&self, home: u32) -> Option<Eui64> {
        if self.0.is_empty() {
            return None;
        }
        self.0.get(home as usize % self.0.len()).copied()
    }
}

/// Alerts in order.
#[derive(Debug, Clone)]
pub struct Feed {
    first: Day,
    storms: Vec<Storm>,
    recipients: Recipients,
    /// The day that was listed last, what of it is still to come, and what was raised on it but
    /// is at the interface only on the next.
    day: Day,
    list: std::vec::IntoIter<Raised>,
    late: Vec<Raised>,
    peeked: Option<(u64, Raised)>,
    last: u64,
    from: i64,
    /// Future-dated Commands whose time comes, by number.
    closing: BTreeMap<u64, Record>,
}

impl Feed {
    /// Alerts that are at the interface at or after `from`, µs UTC, of a network that began on
    /// `first`.
    #[must_use]
    pub fn new(
        network: &Network,
        first: Day,
        storms: Vec<Storm>,
        recipients: Recipients,
        from: i64,
    ) -> Feed {
        // Alerts raised late on the day before may arrive now.
        let day = Day(Utc(from).day().0 - 1).max(first);
        let mut feed = Feed {
            first,
            storms,
            recipients,
            day,
            list: Vec::new().into_iter(),
            late: Vec::new(),
            peeked: None,
            last: 0,
            from,
            closing: BTreeMap::new(),
        };
        feed.load(network);
        feed
    }

    /// Lists what is at the interface on the day.
    fn load(&mut self, network: &Network) {
        let mut list = on(network, self.first, self.day, &self.storms);
        list.append(&mut self.late);
        (list, self.late) = list.into_iter().partition(|a| a.received < self.day.end().0);
        list.sort_by_key(|a| (a.received, a.device, a.counter));
        self.list = list.into_iter();
    }

    /// A device will do a future-dated Command and say so (nothing where the record has no due time).
    pub fn promise(&mut self, record: &Record) {
        let Some(due) = record.due.filter(|&d| d >= self.from) else { return };
        let mut number = due.unsigned_abs();
        while self.closing.contains_key(&number) {
            number += 1;
        }
        self.closing.insert(number, record.clone());
    }

    /// When the next alert is at the interface, µs UTC.
    pub fn next_at(&mut self, network: &Network) -> i64 {
        let usual = self.peek(network).map_or(i64::MAX, |(_, a)| a.received);
        self.closing.first_key_value().map_or(i64::MAX, |(&n, _)| n as i64).min(usual)
    }

    /// The next alert that is at the interface before `until`.
    ///
    /// # Errors
    /// The alert cannot be written; it is left out, and the next call gives the one after it.
    pub fn next(&mut self, emulator: &Emulator, until: i64) -> Result<Option<Due>, GbcsError> {
        let usual = self.peek(&emulator.network).map(|(n, a)| (n, a.received));
        if let Some(entry) = self.closing.first_entry() {
            let number = *entry.key();
            if (number as i64) < until && usual.is_none_or(|(_, at)| number as i64 <= at) {
                let record = entry.remove();
                let bytes = closing(emulator, &record)?;
                return Ok(Some(Due {
                    number,
                    at: number as i64,
                    content: AlertContent::Device(bytes),
                }));
            }
        }
        loop {
            let Some((number, alert)) = self.peeked.take_if(|(_, a)| a.received < until) else {
                return Ok(None);
            };
            if let Some(content) = self.message(emulator, &alert)? {
                return Ok(Some(Due { number, at: alert.received, content }));
            }
            self.peek(&emulator.network);
        }
    }

    fn peek(&mut self, network: &Network) -> Option<(u64, Raised)> {
        while self.peeked.is_none() {
            match self.list.next() {
                Some(a) if a.received < self.from => {}
                Some(a) => {
                    let number = a.received.unsigned_abs().max(self.last + 1);
                    self.last = number;
                    self.peeked = Some((number, a));
                }
                None => {
                    // A fleet without homes says nothing on any day.
                    if network.fleet.homes.is_empty() {
                        return None;
                    }
                    self.day = self.day.plus(1);
                    self.load(network);
                }
            }
        }
        self.peeked
    }

    /// `None` for a device's alert without a recipient.
    fn message(&self, emulator: &Emulator, a: &Raised) -> Result<Option<AlertContent>, GbcsError> {
        if a.code == "AD1" {
            let since = match a.source {
                AlertSource::PowerCut(i) => {
                    emulator.network.faults.get(i).map_or(a.raised - AD1_AFTER, |f| f.from)
                }
                _ => a.raised - AD1_AFTER,
            };
            return Ok(Some(AlertContent::PowerOutage { hub: a.device, since }));
        }
        let code = u16::from_str_radix(a.code, 16).unwrap_or(0);
        let Some((home, kind)) = home_of(a.device) else { return Ok(None) };
        let Some(recipient) = self.recipients.of(home) else { return Ok(None) };
        device_message(
            emulator,
            a.device,
            recipient,
            a.counter,
            GENERIC_CRITICAL,
            &alert_content(form(kind), code),
        )
        .map(|b| Some(AlertContent::Device(b)))
    }
}

/// The model's alerts of a day and, besides, what electricity meters say when supply is back.
fn on(network: &Network, first: Day, day: Day, storms: &[Storm]) -> Vec<Raised> {
    let mut all = network.alerts_on(first, day, storms);
    for (i, f) in network.faults.iter().enumerate() {
        if !matches!(f.trouble, Trouble::PowerCut { .. }) || Utc(f.until).day() != day {
            continue;
        }
        let code = if f.until - f.from >= AD1_AFTER { RESTORED_LONG } else { RESTORED };
        for &home in network.dark(i) {
            let mut rng = Rng::stream(network.seed, &[11, i as u64, u64::from(home)]);
            let raised = f.until + rng.between(0, 10 * SECOND / PER_MILLISECOND) * PER_MILLISECOND;
            let received = raised
                + rng.between(SECOND / PER_MILLISECOND, 30 * SECOND / PER_MILLISECOND)
                    * PER_MILLISECOND;
            // The counter is the time in ms, with the top bit so that it meets none of the usual.
            let counter = (raised / PER_MILLISECOND).unsigned_abs() | 1 << 62;
            all.push(Raised {
                device: device(home, DeviceType::Esme),
                counter,
                code,
                raised,
                received,
                source: AlertSource::PowerCut(i),
            });
        }
    }
    all
}

const fn form(kind: DeviceType) -> AlertForm {
    match kind {
        DeviceType::Esme => AlertForm::Dlms,
        DeviceType::Gsme | DeviceType::Gpf => AlertForm::Zigbee,
        DeviceType::Chf => AlertForm::Asn1,
    }
}

fn closing(emulator: &Emulator, record: &Record) -> Result<Vec<u8>, GbcsError> {
    let key = record.key;
    let gas = matches!(home_of(key.device), Some((_, DeviceType::Gsme | DeviceType::Gpf)));
    let (form, code) = if gas {
        (AlertForm::Zigbee, FUTURE_DATED_GBZ)
    } else {
        (AlertForm::Dlms, FUTURE_DATED_DLMS)
    };
    let content = closing_content(form, FUTURE_DATED_SUCCESS, key.counter, key.code);
    // The device's own counter: its number of the execution, apart from those of other alerts.
    device_message(emulator, key.device, key.recipient, record.number | 1 << 61, code, &content)
}

fn device_message(
    emulator: &Emulator,
    device: Eui64,
    recipient: Eui64,
    counter: u64,
    code: u16,
    content: &[u8],
) -> Result<Vec<u8>, GbcsError> {
    let message = Message {
        cra: Cra::Alert,
        counter,
        originator: device,
        recipient,
        date_time: None,
        code,
        supplementary: Supplementary::None,
        content,
        signature: Signature::Empty,
        mac: None,
    };
    emulator.protection.protect(&message, true)
}
