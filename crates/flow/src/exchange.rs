//! One exchange while it can still change: a unit of the books.

use crate::{
    effect::{Movement, Record, Times},
    event::{Correlation, IdText},
    inventory::UserNo,
    vocabulary::{Class, DeviceType, Role},
};
use northbound_types::{
    CommandVariant, Generation, Kind, Leg, Mode, Region, RequestId, RequestState, ResponseCode,
    Srv, TestKind, Utc,
};
use serde::{Deserialize, Serialize};

/// An exchange.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Exchange {
    pub(crate) id: RequestId,
    pub(crate) written: IdText,
    pub(crate) leg: Leg,
    pub(crate) instance: i64,
    pub(crate) kind: Kind,
    pub(crate) mode: Mode,
    pub(crate) srv: Srv,
    pub(crate) cv: Option<CommandVariant>,
    pub(crate) user: Option<UserNo>,
    pub(crate) role: Option<Role>,
    pub(crate) party_category: Box<str>,
    pub(crate) class: Class,
    pub(crate) generation: Generation,
    pub(crate) device_type: Option<DeviceType>,
    pub(crate) test: TestKind,
    pub(crate) region: Region,
    pub(crate) state: RequestState,
    pub(crate) code: ResponseCode,
    pub(crate) times: Times,
    pub(crate) timeout_at: Option<i64>,
    /// The device runs it at this time.
    pub(crate) on_device: Option<i64>,
    /// What is sent, kept until it has ended.
    pub(crate) content: Vec<u8>,
    pub(crate) correlation: Option<Correlation>,
    pub(crate) repeatable: bool,
    pub(crate) attempt: u8,
    /// The schedule that it is a run of.
    pub(crate) schedule: Option<u64>,
    /// Number under which it is in quarantine.
    pub(crate) event_ref: Option<u64>,
    /// The request that it waits for.
    pub(crate) after: Option<RequestId>,
    /// Others may wait for it.
    pub(crate) leads: bool,
    /// The delivery of its answer, until settled.
    pub(crate) delivery: Option<u64>,
    /// Given up, and an answer would still be recognised.
    pub(crate) late: bool,
}

impl Exchange {
    /// The movement into its present state.
    pub(crate) fn movement(&self, from: Option<RequestState>) -> Movement {
        Movement {
            day: Utc(self.times.received).day(),
            region: self.region,
            kind: self.kind,
            from,
            to: self.state,
        }
    }

    /// Will it never change any more?
    pub(crate) fn is_settled(&self) -> bool {
        !self.state.is_live() && self.delivery.is_none() && !self.late
    }

    /// Its row as it stands now.
    pub(crate) fn record(&self) -> Record {
        Record {
            id: self.id,
            leg: self.leg,
            instance: self.instance,
            kind: self.kind,
            mode: self.mode,
            srv: self.srv,
            cv: self.cv,
            role: self.role,
            party_category: self.party_category.clone(),
            class: self.class,
            generation: self.generation,
            device_type: self.device_type,
            test: self.test,
            region: self.region,
            state: self.state,
            code: self.code,
            times: self.times,
            timeout_at: self.timeout_at,
        }
    }
}
