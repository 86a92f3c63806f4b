//! Changes to what the core knows. Each is an input with its Actor, so that a replay makes it again.

use super::Core;
use crate::{
    change::ChangeError,
    effect::{Effect, Notice},
    event::{Change, Control},
    state::{Timer, region_index},
};
use northbound_types::Region;

impl Core {
    pub(super) fn control(&mut self, c: &Control, out: &mut Vec<Effect>) {
        let now = self.now;
        let done = match &c.change {
            Change::Policy(p) => {
                self.policy = (**p).clone();
                Ok(())
            }
            Change::User(u) => self.inventory.put_user(u),
            Change::Device(d) => self.inventory.put_device(d, now),
            Change::Devices(all) => all.iter().try_for_each(|d| self.inventory.put_device(d, now)),
            Change::Registration(r) => self.inventory.register(r, now),
            Change::Release(r) => {
                self.release(*r, out);
                Ok(())
            }
            Change::Delete(r) => {
                self.delete(*r, out);
                Ok(())
            }
            Change::Schedule(s) => {
                self.add_schedule(s.clone());
                Ok(())
            }
            Change::Pause { region, until } => self.pause(*region, until.map(|t| t.0)),
            Change::Resume(region) => {
                self.regions.set_paused(*region, false);
                Ok(())
            }
        };
        if let Err(why) = done {
            out.push(Effect::Notice(Notice::ChangeRefused(why.to_string())));
        }
    }

    fn pause(&mut self, region: Region, until: Option<i64>) -> Result<(), ChangeError> {
        if !self.regions.set_paused(region, true) {
            return Err(ChangeError::NoNetwork(region));
        }
        if let Some(t) = until {
            self.timers.set(t, Timer::Resume(region));
        }
        Ok(())
    }

    /// Whether a change would be accepted, for asking before it is journaled.
    ///
    /// # Errors
    /// Why it would be refused.
    pub fn would_take(&self, change: &Change) -> Result<(), ChangeError> {
        match change {
            Change::User(u) => self.inventory.check_user(u),
            Change::Device(d) => self.inventory.check_device(d),
            Change::Devices(all) => all.iter().try_for_each(|d| self.inventory.check_device(d)),
            Change::Registration(r) => self.inventory.check_registration(r),
            Change::Release(r) | Change::Delete(r) => match self.quarantine.get(*r) {
                Some(_) => Ok(()),
                None => Err(ChangeError::NotHeld(*r)),
            },
            Change::Pause { region, .. } | Change::Resume(region) => {
                region_index(*region).map(|_| ()).ok_or(ChangeError::NoNetwork(*region))
            }
            Change::Policy(_) | Change::Schedule(_) => Ok(()),
        }
    }
}
