//! Whether a request is admitted. The checks run in the order of the published codes (inferred).

use super::Core;
use crate::{
    event::{Request, WebService, leg_of},
    policy::{Hold, ServiceRule},
    state::{UserNo, region_index},
    vocabulary::{DeviceStatus, DeviceType, Role},
};
use northbound_types::{Generation, Leg, Mode, Region, ResponseCode};

/// What the checks found out about an admitted request.
pub(super) struct Grant {
    pub(super) user: UserNo,
    pub(super) role: Role,
    pub(super) rule: ServiceRule,
    pub(super) mode: Mode,
    pub(super) leg: Leg,
    pub(super) region: Region,
    pub(super) generation: Generation,
    pub(super) device_type: Option<DeviceType>,
}

/// Statuses in which a device can be asked anything over its network.
const REACHABLE: &[DeviceStatus] = &[
    DeviceStatus::Whitelisted,
    DeviceStatus::InstalledNotCommissioned,
    DeviceStatus::Commissioned,
    DeviceStatus::Recovery,
    DeviceStatus::Recovered,
];

impl Core {
    /// Checks a request; nothing changes.
    ///
    /// # Errors
    /// The response code of the refusal.
    pub(super) fn admit(&self, r: &Request) -> Result<Grant, ResponseCode> {
        let codes = &self.policy.codes;
        let rule = self.policy.service(r.srv).ok_or(codes.fallback)?;
        if WebService::of_variant(r.cv) != Some(r.service) {
            return Err(codes.wrong_service);
        }
        if !rule.takes(r.cv) {
            return Err(codes.variant);
        }
        let user = self.inventory.user_no(r.id.originator).ok_or(codes.unknown_user)?;
        // The ingress has compared the two already; here it is an invariant.
        if r.signer != r.id.originator {
            return Err(codes.unknown_user);
        }
        let holder = self.inventory.user(user).ok_or(codes.unknown_user)?;
        if !holder.active {
            return Err(codes.user_status);
        }
        let leg = leg_of(Some(r.cv));
        let mut grant = Grant {
            user,
            role: Role::Ou,
            rule: rule.clone(),
            mode: self.mode(r, rule),
            leg,
            region: Region::None,
            generation: Generation::None,
            device_type: None,
        };
        let own: Vec<Role> =
            holder.roles.iter().copied().filter(|role| rule.roles.contains(role)).collect();
        let Some(&first) = own.first() else { return Err(codes.role) };
        grant.role = first;
        if !rule.non_device {
            self.admit_device(r, &own, &mut grant)?;
        }
        if r.id.target == self.policy.service && !rule.non_device {
            return Err(codes.unknown_device);
        }
        self.admit_counter(r, &grant)?;
        if leg == Leg::Send {
            self.admit_queue(&grant)?;
        }
        if r.schedule
            .as_ref()
            .is_some_and(|s| self.policy.service(s.srv).is_none_or(|rule| !rule.schedulable))
        {
            return Err(codes.fallback);
        }
        Ok(grant)
    }

    fn mode(&self, r: &Request, rule: &ServiceRule) -> Mode {
        if rule.non_device {
            return Mode::NonDevice;
        }
        match r.execution {
            Some(_) if rule.hold != Hold::Nobody && !r.cancels => Mode::FutureDated,
            _ => Mode::OnDemand,
        }
    }

    fn admit_device(
        &self,
        r: &Request,
        own: &[Role],
        grant: &mut Grant,
    ) -> Result<(), ResponseCode> {
        let codes = &self.policy.codes;
        let device = self.inventory.device(r.id.target).ok_or(codes.unknown_device)?;
        let at = r.execution.map_or(self.now, |e| e.0.max(self.now));
        // A request of a future date is judged by who is registered then, and today as well.
        let holds = |role: Role| {
            !self.policy.registered_roles.contains(&role)
                || (device.holder(role, self.now) == Some(grant.user)
                    && (r.cancels || device.holder(role, at) == Some(grant.user)))
        };
        grant.role = own.iter().copied().find(|role| holds(*role)).ok_or(codes.role_for_device)?;
        (grant.region, grant.generation, grant.device_type) =
            (device.region(), device.generation(), Some(device.device_type()));
        if !grant.rule.fits(device.device_type()) {
            return Err(codes.device_type);
        }
        let local = r.cv.is_local_only();
        if !REACHABLE.contains(&device.status())
            && !(local && device.status() == DeviceStatus::Pending)
        {
            return Err(if local { codes.local_delivery } else { codes.device_status });
        }
        if matches!(grant.leg, Leg::Transform | Leg::Local) {
            grant.region = Region::None;
        }
        Ok(())
    }

    /// Counters rise for each User and target; a signed Pre-Command comes under the counter of the
    /// request that made it, once.
    fn admit_counter(&self, r: &Request, grant: &Grant) -> Result<(), ResponseCode> {
        if r.cv.is_signed_pre_command() {
            return if self.pre_commands.matches(r.id, r.pre_command, r.srv, self.now) {
                Ok(())
            } else {
                Err(self.policy.codes.pre_command)
            };
        }
        let last = match self.inventory.device(r.id.target) {
            Some(device) if !grant.rule.non_device => device.last_counter(grant.user),
            _ => self.inventory.own_counter(grant.user),
        };
        if last.is_some_and(|last| r.id.counter <= last) {
            return Err(self.policy.codes.replay);
        }
        Ok(())
    }

    fn admit_queue(&self, grant: &Grant) -> Result<(), ResponseCode> {
        let full = region_index(grant.region).is_none()
            || self.regions.queued(grant.region) >= self.policy.capacity(grant.region).queued;
        if full { Err(self.policy.codes.full) } else { Ok(()) }
    }

    /// Notes the counter of an admitted request, so that it cannot be used again.
    pub(super) fn spend_counter(&mut self, r: &Request, grant: &Grant) {
        if r.cv.is_signed_pre_command() {
            self.pre_commands.remove(r.id);
            return;
        }
        match self.inventory.device_mut(r.id.target) {
            Some(device) if !grant.rule.non_device => {
                device.accept_counter(grant.user, r.id.counter)
            }
            _ => self.inventory.accept_own_counter(grant.user, r.id.counter),
        }
    }
}
