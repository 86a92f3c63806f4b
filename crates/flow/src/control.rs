//! Changes to what the core knows. Each is an input with its Actor, so that a replay makes it again.

use crate::{
    core::{Core, region_index},
    effect::{Effect, Notice},
    event::{Change, Control},
    timers::Timer,
};

impl Core {
    pub(crate) fn control(&mut self, c: &Control, out: &mut Vec<Effect>) {
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
                self.add_schedule(s);
                Ok(())
            }
            Change::Pause { region, until } => self.pause(*region, until.map(|t| t.0)),
            Change::Resume(region) => {
                self.resume(*region);
                Ok(())
            }
        };
        if let Err(why) = done {
            out.push(Effect::Notice(Notice::ChangeRefused(why)));
        }
    }

    fn pause(
        &mut self,
        region: northbound_types::Region,
        until: Option<i64>,
    ) -> Result<(), String> {
        let i = region_index(region)
            .ok_or_else(|| format!("region {region} has no network to pause"))?;
        self.regions[i].paused = true;
        if let Some(t) = until {
            self.timers.set(t, Timer::Resume(region));
        }
        Ok(())
    }

    /// Would this change be taken? For whoever wants to know before it is journaled.
    ///
    /// # Errors
    /// Why not, in words.
    pub fn would_take(&self, change: &Change) -> Result<(), String> {
        match change {
            Change::User(u) => self.inventory.check_user(u),
            Change::Device(d) => self.inventory.check_device(d),
            Change::Devices(all) => all.iter().try_for_each(|d| self.inventory.check_device(d)),
            Change::Registration(r) => self.inventory.check_registration(r),
            Change::Release(r) | Change::Delete(r) => {
                if self.quarantine.contains_key(r) {
                    Ok(())
                } else {
                    Err(format!("nothing is held under event reference {r}"))
                }
            }
            Change::Pause { region, .. } | Change::Resume(region) => region_index(*region)
                .map(|_| ())
                .ok_or_else(|| format!("region {region} has no network to pause")),
            Change::Policy(_) | Change::Schedule(_) => Ok(()),
        }
    }
}
