//! Requests that the service answers itself (Command Variant 8): inventory, pre-notification,
//! schedules. The others succeed without any data of their own.

use super::{Core, admission::Grant};
use crate::{
    effect::{Body, Effect, InventoryItem},
    event::{DeviceRecord, Request, ScheduleRecord},
    vocabulary::DeviceStatus,
};
use northbound_types::{Eui64, Generation, Region, Srv};

const READ_INVENTORY: Srv = Srv::of("8.2");
const PRE_NOTIFICATION: Srv = Srv::of("12.2");
const CREATE_SCHEDULE: Srv = Srv::of("5.1");
const READ_SCHEDULES: Srv = Srv::of("5.2");
const DELETE_SCHEDULE: Srv = Srv::of("5.3");

impl Core {
    pub(super) fn non_device(&mut self, r: &Request, grant: &Grant, out: &mut Vec<Effect>) {
        let body = match r.srv {
            READ_INVENTORY => Body::Inventory(self.inventory_of(r.about)),
            PRE_NOTIFICATION => {
                self.pre_notify(r);
                Body::Empty
            }
            CREATE_SCHEDULE => match &r.schedule {
                Some(asked) => Body::ScheduleId(self.add_schedule(ScheduleRecord {
                    made_by: r.id,
                    asked: asked.clone(),
                    role: grant.role,
                })),
                None => Body::Empty,
            },
            READ_SCHEDULES => Body::Schedules(self.schedules.of(r.id.originator, r.about)),
            DELETE_SCHEDULE => {
                if let Some(n) = r.schedule_id {
                    self.schedules.delete(n, r.id.originator);
                }
                Body::Empty
            }
            _ => Body::Empty,
        };
        self.own_answer(r, grant, body, out);
    }

    /// The home of a device, hub first; empty where the device is not known.
    fn inventory_of(&self, about: Option<Eui64>) -> Vec<InventoryItem> {
        let Some(device) = about.and_then(|d| self.inventory.device(d)) else { return Vec::new() };
        let mut home: Vec<Eui64> = self.inventory.home(device.hub()).to_vec();
        home.sort_by_key(|d| (*d != device.hub(), *d));
        home.into_iter()
            .filter_map(|eui| {
                self.inventory.device(eui).map(|d| InventoryItem {
                    device: eui,
                    device_type: d.device_type(),
                    status: d.status(),
                    generation: d.generation(),
                })
            })
            .collect()
    }

    /// Adds a pre-notified device to the inventory as pending, without a region, until its record
    /// comes. A device that is known already is not changed.
    fn pre_notify(&mut self, r: &Request) {
        let (Some(eui), Some(device_type)) = (r.about, r.about_type) else { return };
        if self.inventory.device(eui).is_some() {
            return;
        }
        let record = DeviceRecord {
            eui,
            device_type,
            status: DeviceStatus::Pending,
            region: Region::Unknown,
            generation: Generation::Smets2,
            hub: eui,
            registered: Vec::new(),
        };
        // Cannot fail: the record names no User, and a pending device needs no region.
        let _ = self.inventory.put_device(&record, self.now);
    }
}
