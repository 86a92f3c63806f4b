//! Alerts: a device's, and the service's own.

use super::response::schedule_id;
use super::{BuildError, Writer};
use crate::message::{Breach, Throttled};
use northbound_types::{Eui64, Utc};

/// QuarantineEventRef has up to 20 digits (schema).
const MOST_EVENT_REF: u128 = 99_999_999_999_999_999_999;

/// An alert to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AlertBody<'a> {
    /// DeviceAlertMessage.
    Device(DeviceAlertOut<'a>),
    /// DCCAlertMessage.
    Dcc(DccAlertOut<'a>),
}

/// A device's alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceAlertOut<'a> {
    /// Alert code, such as 0x8F20.
    pub code: u16,
    /// Storm protection: only for Users set up for it, since known receivers refuse these fields.
    pub throttled: Throttled,
    /// The alert as the device sent it.
    pub payload: &'a [u8],
}

/// An alert of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DccAlertOut<'a> {
    /// Alert code, such as `AD1`.
    pub code: &'a str,
    /// Storm protection.
    pub throttled: Throttled,
    /// Its content.
    pub payload: DccPayload<'a>,
}

/// What an alert of the service says: six of the schema's 24 payloads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DccPayload<'a> {
    /// A supply is off.
    PowerOutageEvent {
        /// The communications hub.
        hub: Eui64,
        /// Since when.
        start: Utc,
        /// The supply's MPAN or MPRN.
        mpxn: &'a str,
    },
    /// A Command failed.
    CommandFailure {
        /// The request.
        request: &'a str,
        /// The schedule that it was a run of.
        schedule: Option<u64>,
        /// The device.
        device: Eui64,
    },
    /// A request is held by anomaly detection.
    QuarantinedRequest {
        /// The threshold that was exceeded.
        breach: Breach,
        /// The request in quarantine.
        request: &'a str,
        /// QuarantineEventRef, up to 20 digits.
        event_ref: u128,
    },
    /// The status of a device changed.
    DeviceStatusChangeEvent {
        /// The device.
        device: Eui64,
        /// To what.
        change: StatusChange<'a>,
    },
    /// Firmware did not reach these devices.
    FirmwareDistributionFailure {
        /// The request.
        request: &'a str,
        /// The devices.
        devices: &'a [Eui64],
    },
    /// A schedule was taken away.
    DspScheduleRemoval {
        /// The device.
        device: Eui64,
        /// The schedule.
        schedule: u64,
    },
}

/// How a device's status changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatusChange<'a> {
    /// MeterIdentity: a meter was commissioned.
    MeterIdentity {
        /// Its supplies.
        mpxns: MeterMpxns<'a>,
        /// ESMEVariant.
        esme_variant: Option<&'a str>,
    },
    /// MeterDecommissioningOrWithdrawal, with the devices that go with it (id and type; up to 7).
    DecommissioningOrWithdrawal {
        /// Its supplies.
        mpxns: MeterMpxns<'a>,
        /// AssociatedType1Device.
        associated: &'a [(Eui64, &'a str)],
    },
    /// DeviceRemovedFromInventory.
    Removed,
    /// CHFDecommissioning.
    HubDecommissioned,
    /// DeviceSuspended.
    Suspended,
    /// DeviceRestored.
    Restored,
}

/// The supplies of a meter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MeterMpxns<'a> {
    /// ImportMPxN.
    pub import: &'a str,
    /// SecondaryImportMPAN.
    pub secondary_import: Option<&'a str>,
    /// ExportMPAN.
    pub export: Option<&'a str>,
}

/// Associated devices in one decommissioning (schema: 7).
const MOST_ASSOCIATED: usize = 7;

impl AlertBody<'_> {
    pub(crate) fn write(&self, w: &mut Writer) {
        match self {
            AlertBody::Device(alert) => w.element("DeviceAlertMessage", |w| {
                w.text("AlertCode", &format!("{:04X}", alert.code));
                throttled(w, alert.throttled);
                w.payload("GBCSPayload", alert.payload);
            }),
            AlertBody::Dcc(alert) => w.element("DCCAlertMessage", |w| {
                w.text("DCCAlertCode", alert.code);
                throttled(w, alert.throttled);
                w.element("DCCAlert", |w| alert.payload.write(w));
            }),
        }
    }
}

fn throttled(w: &mut Writer, fields: Throttled) {
    if let Some(sequence) = fields.sequence {
        w.value("ThrottledAlertSequenceId", sequence);
    }
    if let Some(count) = fields.count {
        w.value("ThrottledAlertCount", count);
    }
}

impl DccPayload<'_> {
    fn write(&self, w: &mut Writer) {
        match self {
            DccPayload::PowerOutageEvent { hub, start, mpxn } => {
                w.element("PowerOutageEvent", |w| {
                    w.eui("CommsHubDeviceID", *hub);
                    w.time("StartDateTime", *start);
                    w.text("MPxN", mpxn);
                })
            }
            DccPayload::CommandFailure { request, schedule, device } => {
                w.element("CommandFailure", |w| {
                    w.text("CommandRequestID", request);
                    if let Some(id) = schedule {
                        schedule_id(w, *id);
                    }
                    w.eui("DeviceID", *device);
                })
            }
            DccPayload::QuarantinedRequest { breach, request, event_ref } => {
                w.element("QuarantinedRequest", |w| {
                    if *event_ref > MOST_EVENT_REF {
                        w.refuse(BuildError::Shape("QuarantineEventRef has more than 20 digits"));
                    }
                    w.element(breach.as_str(), |w| {
                        w.text("RequestID", request);
                        w.value("QuarantineEventRef", event_ref);
                    });
                })
            }
            DccPayload::DeviceStatusChangeEvent { device, change } => {
                w.element("DeviceStatusChangeEvent", |w| {
                    w.eui("DeviceID", *device);
                    w.element("DeviceStatusChange", |w| change.write(w));
                })
            }
            DccPayload::FirmwareDistributionFailure { request, devices } => {
                w.element("FirmwareDistributionFailure", |w| {
                    w.text("UpdateFirmwareRequestID", request);
                    w.devices("MeterIDs", devices, crate::DEFAULT_DEVICES);
                })
            }
            DccPayload::DspScheduleRemoval { device, schedule } => {
                w.element("DSPScheduleRemoval", |w| {
                    w.eui("DeviceID", *device);
                    schedule_id(w, *schedule);
                })
            }
        }
    }
}

impl StatusChange<'_> {
    fn write(&self, w: &mut Writer) {
        match self {
            StatusChange::MeterIdentity { mpxns, esme_variant } => {
                w.element("MeterIdentity", |w| {
                    mpxns.write("MeterMPxNs", w);
                    w.optional("ESMEVariant", *esme_variant);
                })
            }
            StatusChange::DecommissioningOrWithdrawal { mpxns, associated } => {
                w.element("MeterDecommissioningOrWithdrawal", |w| {
                    if associated.len() > MOST_ASSOCIATED {
                        w.refuse(BuildError::Entries {
                            field: "AssociatedType1Device",
                            found: associated.len(),
                            most: MOST_ASSOCIATED,
                        });
                    }
                    mpxns.write("MeterDecommissionOrWithdrawal", w);
                    for (device, kind) in *associated {
                        w.element("AssociatedType1Device", |w| {
                            w.eui("DeviceID", *device);
                            w.text("DeviceType", kind);
                        });
                    }
                })
            }
            StatusChange::Removed => w.element("DeviceRemovedFromInventory", |_| {}),
            StatusChange::HubDecommissioned => w.element("CHFDecommissioning", |_| {}),
            StatusChange::Suspended => w.element("DeviceSuspended", |_| {}),
            StatusChange::Restored => w.element("DeviceRestored", |_| {}),
        }
    }
}

impl MeterMpxns<'_> {
    fn write(&self, name: &str, w: &mut Writer) {
        w.element(name, |w| {
            w.text("ImportMPxN", self.import);
            w.optional("SecondaryImportMPAN", self.secondary_import);
            w.optional("ExportMPAN", self.export);
        });
    }
}
