//! Users, devices and registrations, changed only by inputs.

use crate::{
    change::ChangeError,
    event::{DeviceRecord, Registration, UserRecord},
    vocabulary::{DeviceStatus, DeviceType, Role},
};
use hashbrown::HashMap;
use northbound_types::{Eui64, Generation, Region};
use serde::{Deserialize, Serialize};

/// The highest number of Users.
pub const MAX_USERS: usize = 60_000;
/// A new alert is compared with so many earlier ones of its device to find repeats.
pub const ALERTS_REMEMBERED: usize = 8;
/// No User is registered.
const UNREGISTERED: u16 = u16::MAX;

/// A User by its number.
pub(crate) type UserNo = u16;

/// Who holds a role from when on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Holder {
    role: Role,
    user: UserNo,
    from: i64,
}

/// A device.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Device {
    device_type: DeviceType,
    status: DeviceStatus,
    region: Region,
    generation: Generation,
    hub: Eui64,
    holders: Vec<Holder>,
    /// Last accepted counter of each User that asked.
    counters: Vec<(UserNo, u64)>,
    /// The last alerts: counter and recipient, a ring.
    seen: Option<Box<Seen>>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Seen {
    last: [(u64, u64); ALERTS_REMEMBERED],
    next: u8,
    full: bool,
}

impl Device {
    pub(crate) fn device_type(&self) -> DeviceType {
        self.device_type
    }
    pub(crate) fn status(&self) -> DeviceStatus {
        self.status
    }
    pub(crate) fn region(&self) -> Region {
        self.region
    }
    pub(crate) fn generation(&self) -> Generation {
        self.generation
    }
    pub(crate) fn hub(&self) -> Eui64 {
        self.hub
    }

    /// The User that holds a role for the device at a time, µs.
    pub(crate) fn holder(&self, role: Role, at: i64) -> Option<UserNo> {
        self.holders
            .iter()
            .filter(|h| h.role == role && h.from <= at)
            .max_by_key(|h| h.from)
            .map(|h| h.user)
            .filter(|u| *u != UNREGISTERED)
    }

    /// Notes who holds a role from when on, and drops registrations that are over.
    fn register(&mut self, role: Role, user: Option<UserNo>, from: i64, now: i64) {
        self.holders.retain(|h| h.role != role || h.from != from);
        self.holders.push(Holder { role, user: user.unwrap_or(UNREGISTERED), from });
        let current =
            self.holders.iter().filter(|h| h.role == role && h.from <= now).map(|h| h.from).max();
        self.holders.retain(|h| h.role != role || current.is_none_or(|c| h.from >= c));
    }

    pub(crate) fn last_counter(&self, user: UserNo) -> Option<u64> {
        self.counters.iter().find(|(u, _)| *u == user).map(|(_, c)| *c)
    }

    pub(crate) fn accept_counter(&mut self, user: UserNo, counter: u64) {
        match self.counters.iter_mut().find(|(u, _)| *u == user) {
            Some((_, c)) => *c = counter,
            None => self.counters.push((user, counter)),
        }
    }

    /// Whether an alert is a repeat of one of the last; remembers it otherwise.
    pub(crate) fn repeats(&mut self, counter: u64, recipient: Eui64) -> bool {
        let seen = self.seen.get_or_insert_default();
        let known = if seen.full { ALERTS_REMEMBERED } else { usize::from(seen.next) };
        if seen.last[..known].contains(&(counter, recipient.0)) {
            return true;
        }
        seen.last[usize::from(seen.next)] = (counter, recipient.0);
        seen.next = (seen.next + 1) % ALERTS_REMEMBERED as u8;
        seen.full |= seen.next == 0;
        false
    }
}

/// A User.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct User {
    record: UserRecord,
    /// Last accepted counter of requests to the service itself.
    own_counter: Option<u64>,
}

/// All of them.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Inventory {
    users: Vec<User>,
    by_eui: HashMap<Eui64, UserNo>,
    devices: HashMap<Eui64, Device>,
    homes: HashMap<Eui64, Vec<Eui64>>,
}

impl Inventory {
    pub(crate) fn user_no(&self, eui: Eui64) -> Option<UserNo> {
        self.by_eui.get(&eui).copied()
    }
    pub(crate) fn user(&self, no: UserNo) -> Option<&UserRecord> {
        self.users.get(usize::from(no)).map(|u| &u.record)
    }
    /// The party category of a User; empty where there is none.
    pub(crate) fn party_category(&self, no: Option<UserNo>) -> Box<str> {
        no.and_then(|no| self.user(no)).map(|u| u.category.clone()).unwrap_or_default()
    }
    /// The last accepted counter of a User's requests to the service itself.
    pub(crate) fn own_counter(&self, no: UserNo) -> Option<u64> {
        self.users.get(usize::from(no)).and_then(|u| u.own_counter)
    }
    pub(crate) fn accept_own_counter(&mut self, no: UserNo, counter: u64) {
        if let Some(u) = self.users.get_mut(usize::from(no)) {
            u.own_counter = Some(counter);
        }
    }
    pub(crate) fn device(&self, eui: Eui64) -> Option<&Device> {
        self.devices.get(&eui)
    }
    pub(crate) fn device_mut(&mut self, eui: Eui64) -> Option<&mut Device> {
        self.devices.get_mut(&eui)
    }
    /// The devices reached through a hub, the hub among them, in the order of their EUI.
    pub(crate) fn home(&self, hub: Eui64) -> &[Eui64] {
        self.homes.get(&hub).map_or(&[], Vec::as_slice)
    }
    pub(crate) fn len(&self) -> (usize, usize) {
        (self.users.len(), self.devices.len())
    }

    /// Whether this User can be added or changed.
    pub(crate) fn check_user(&self, record: &UserRecord) -> Result<(), ChangeError> {
        if self.user_no(record.eui).is_none() && self.users.len() >= MAX_USERS {
            return Err(ChangeError::TooManyUsers);
        }
        Ok(())
    }

    /// Whether this device can be added or changed. One that is only pre-notified needs no region yet.
    pub(crate) fn check_device(&self, record: &DeviceRecord) -> Result<(), ChangeError> {
        let placed = matches!(record.region, Region::North | Region::Central | Region::South);
        if !placed && !(record.region == Region::Unknown && record.status == DeviceStatus::Pending)
        {
            return Err(ChangeError::DeviceRegion { device: record.eui, region: record.region });
        }
        match record.registered.iter().find(|(_, user)| self.user_no(*user).is_none()) {
            Some(&(role, user)) => Err(ChangeError::DeviceUser { device: record.eui, user, role }),
            None => Ok(()),
        }
    }

    /// Whether this registration can be made.
    pub(crate) fn check_registration(&self, r: &Registration) -> Result<(), ChangeError> {
        if let Some(user) = r.user
            && self.user_no(user).is_none()
        {
            return Err(ChangeError::RegistrationUser { device: r.device, user });
        }
        if self.device(r.device).is_none() {
            return Err(ChangeError::RegistrationDevice(r.device));
        }
        Ok(())
    }

    /// Every User.
    pub(crate) fn users(&self) -> impl Iterator<Item = &UserRecord> {
        self.users.iter().map(|u| &u.record)
    }

    /// Devices after one, by EUI.
    pub(crate) fn after(&self, after: Option<Eui64>, most: usize) -> Vec<Eui64> {
        let mut all: Vec<Eui64> =
            self.devices.keys().copied().filter(|d| after.is_none_or(|a| *d > a)).collect();
        if most < all.len() {
            all.select_nth_unstable(most);
            all.truncate(most);
        }
        all.sort_unstable();
        all
    }

    /// A device with its registrations at a time.
    pub(crate) fn record(&self, eui: Eui64, at: i64) -> Option<DeviceRecord> {
        let d = self.device(eui)?;
        let registered = Role::ALL
            .iter()
            .filter_map(|role| Some((*role, self.user(d.holder(*role, at)?)?.eui)))
            .collect();
        Some(DeviceRecord {
            eui,
            device_type: d.device_type,
            status: d.status,
            region: d.region,
            generation: d.generation,
            hub: d.hub,
            registered,
        })
    }

    /// Adds or changes a User; a changed one has the same number.
    pub(crate) fn put_user(&mut self, record: &UserRecord) -> Result<(), ChangeError> {
        self.check_user(record)?;
        if let Some(no) = self.user_no(record.eui) {
            if let Some(u) = self.users.get_mut(usize::from(no)) {
                u.record = record.clone();
            }
            return Ok(());
        }
        self.by_eui.insert(record.eui, self.users.len() as UserNo);
        self.users.push(User { record: record.clone(), own_counter: None });
        Ok(())
    }

    /// Adds or changes a device; a changed one has the same counters.
    pub(crate) fn put_device(
        &mut self,
        record: &DeviceRecord,
        now: i64,
    ) -> Result<(), ChangeError> {
        self.check_device(record)?;
        let holders: Vec<(Role, UserNo)> = record
            .registered
            .iter()
            .filter_map(|(role, user)| Some((*role, self.user_no(*user)?)))
            .collect();
        let device = self.devices.entry(record.eui).or_insert_with(|| Device {
            device_type: record.device_type,
            status: record.status,
            region: record.region,
            generation: record.generation,
            hub: record.hub,
            holders: Vec::with_capacity(holders.len()),
            counters: Vec::new(),
            seen: None,
        });
        let before = device.hub;
        (device.device_type, device.status, device.region, device.generation, device.hub) =
            (record.device_type, record.status, record.region, record.generation, record.hub);
        for (role, user) in holders {
            if device.holder(role, now) != Some(user) {
                device.register(role, Some(user), now, now);
            }
        }
        if before != record.hub
            && let Some(home) = self.homes.get_mut(&before)
        {
            home.retain(|d| *d != record.eui);
        }
        let home = self.homes.entry(record.hub).or_default();
        if let Err(index) = home.binary_search(&record.eui) {
            home.insert(index, record.eui);
        }
        Ok(())
    }

    pub(crate) fn register(&mut self, r: &Registration, now: i64) -> Result<(), ChangeError> {
        self.check_registration(r)?;
        let user = r.user.and_then(|eui| self.user_no(eui));
        if let Some(device) = self.devices.get_mut(&r.device) {
            device.register(r.role, user, r.from.0, now);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use northbound_types::Utc;

    fn inventory() -> Inventory {
        let mut i = Inventory::default();
        for n in 1..=2 {
            i.put_user(&UserRecord {
                eui: Eui64(n),
                party: "P".into(),
                category: "other".into(),
                roles: vec![Role::Is],
                active: true,
                throttle_fields: false,
            })
            .unwrap();
        }
        i.put_device(
            &DeviceRecord {
                eui: Eui64(100),
                device_type: DeviceType::Esme,
                status: DeviceStatus::Commissioned,
                region: Region::North,
                generation: Generation::Smets2,
                hub: Eui64(99),
                registered: vec![(Role::Is, Eui64(1))],
            },
            0,
        )
        .unwrap();
        i
    }

    #[test]
    fn who_is_registered_depends_on_the_time() {
        let mut i = inventory();
        i.register(
            &Registration {
                device: Eui64(100),
                role: Role::Is,
                user: Some(Eui64(2)),
                from: Utc(1_000),
            },
            10,
        )
        .unwrap();
        let d = i.device(Eui64(100)).unwrap();
        assert_eq!(
            (d.holder(Role::Is, 999), d.holder(Role::Is, 1_000), d.holder(Role::Gs, 1_000)),
            (Some(0), Some(1), None)
        );
        i.register(
            &Registration { device: Eui64(100), role: Role::Is, user: None, from: Utc(2_000) },
            1_500,
        )
        .unwrap();
        let d = i.device(Eui64(100)).unwrap();
        assert_eq!((d.holder(Role::Is, 1_999), d.holder(Role::Is, 2_000)), (Some(1), None));
        assert_eq!(d.holders.len(), 2, "what is over is forgotten");
    }

    #[test]
    fn an_alert_repeats_only_with_counter_and_recipient() {
        let mut i = inventory();
        let d = i.device_mut(Eui64(100)).unwrap();
        assert!(
            !d.repeats(0, Eui64(1))
                && d.repeats(0, Eui64(1))
                && !d.repeats(0, Eui64(2))
                && !d.repeats(1, Eui64(1))
        );
        for n in 10..10 + ALERTS_REMEMBERED as u64 {
            assert!(!d.repeats(n, Eui64(1)));
        }
        assert!(d.repeats(10, Eui64(1)), "the last eight are remembered");
        assert!(!d.repeats(0, Eui64(1)), "the ninth before is not");
    }

    #[test]
    fn what_cannot_be_is_refused_in_words() {
        let mut i = inventory();
        let mut d = DeviceRecord {
            eui: Eui64(1),
            device_type: DeviceType::Chf,
            status: DeviceStatus::Pending,
            region: Region::None,
            generation: Generation::Smets2,
            hub: Eui64(1),
            registered: vec![],
        };
        assert!(i.put_device(&d, 0).unwrap_err().to_string().contains("region none"));
        d.region = Region::South;
        d.registered = vec![(Role::Is, Eui64(77))];
        assert!(i.put_device(&d, 0).unwrap_err().to_string().contains("add the User first"));
    }
}
