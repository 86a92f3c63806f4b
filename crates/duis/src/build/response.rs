//! What the gateway says: acknowledgements, refusals, answers; alerts are in `alert`.

use super::alert::AlertBody;
use super::{BuildError, Built, ServiceRef, Writer};
use crate::sign::{SignError, Signer};
use northbound_types::{Eui64, RequestId, Utc};

/// Devices in one inventory answer (schema: 17).
pub const MOST_INVENTORY_DEVICES: usize = 17;
/// Schedules in one answer (schema: 99).
pub const MOST_SCHEDULES: usize = 99;
/// The highest DSPScheduleID (schema).
const MOST_SCHEDULE_ID: u64 = 1_000_000_000_000;

/// A message of the service, to be written. The functions that make one give each kind its shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResponseOut<'a> {
    /// `schemaVersion`, such as `5.4`.
    pub schema_version: &'a str,
    /// RequestID as it was received.
    pub request: Option<&'a str>,
    /// ResponseID: stable, so that a receiver can tell a message that comes twice.
    pub response: Option<RequestId>,
    /// ResponseCode.
    pub code: &'a str,
    /// ResponseDateTime.
    pub at: Utc,
    /// Its content.
    pub body: ResponseBodyOut<'a>,
}

/// What a message of the service says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResponseBodyOut<'a> {
    /// ResponseMessage: the two references, and at most one item.
    Service(ServiceRef<'a>, Option<Item<'a>>),
    /// An alert.
    Alert(AlertBody<'a>),
}

/// What an answer holds: eleven of the schema's thirteen items (DSPOptIn and DSPWANMatrix are not written).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item<'a> {
    /// The answer of a device.
    GbcsPayload(&'a [u8]),
    /// A Pre-Command to sign.
    PreCommand {
        /// GBCSVersion.
        version: &'a str,
        /// The Pre-Command.
        payload: &'a [u8],
    },
    /// A Command for local delivery.
    LocalCommand(&'a [u8]),
    /// One run of a schedule.
    ScheduledMessage {
        /// The answer of the device.
        payload: &'a [u8],
        /// The schedule.
        schedule: u64,
    },
    /// The id of the schedule that was created.
    ScheduleId(u64),
    /// The schedules of a User.
    SchedulesRead(&'a [ScheduleRow<'a>]),
    /// The close of a future-dated Command.
    FutureDated {
        /// `true` 8F66, `false` 8F67.
        success: bool,
        /// The device's alert.
        payload: &'a [u8],
        /// InstructionNumber.
        instruction: u16,
        /// TotalCommandInstructions.
        total: u16,
    },
    /// Devices of the inventory.
    Inventory(&'a [InventoryDevice<'a>]),
    /// A Command with the customer's identification number.
    CinMessage {
        /// The Command.
        payload: &'a [u8],
        /// Four digits.
        number: &'a str,
    },
    /// Devices that an Update Firmware leaves out, by reason.
    FirmwareWarning(FirmwareWarning<'a>),
    /// The same of PPMIDs.
    PpmidFirmwareWarning(FirmwareWarning<'a>),
}

/// Devices that an Update Firmware leaves out. A list that is empty is not written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FirmwareWarning<'a> {
    /// InvalidDeviceIDList.
    pub invalid: &'a [Eui64],
    /// NotCommissionedDeviceIDList.
    pub not_commissioned: &'a [Eui64],
    /// NotApplicableFirmwareDeviceIDList.
    pub not_applicable: &'a [Eui64],
    /// OtherRequestInProgressList.
    pub other_in_progress: &'a [Eui64],
    /// InvalidGBCSVersionList.
    pub gbcs_version: &'a [Eui64],
}

/// A schedule as an answer lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleRow<'a> {
    /// DSPScheduleID.
    pub id: u64,
    /// Daily, Weekly, Monthly, Quarterly, Half-Yearly, Yearly.
    pub frequency: &'a str,
    /// First day, `2026-04-01`.
    pub start: &'a str,
    /// Last day.
    pub end: Option<&'a str>,
    /// Time of day at which it runs, `01:00:00Z`.
    pub execution_time: Option<&'a str>,
    /// The service that it runs.
    pub service: ServiceRef<'a>,
    /// The device.
    pub device: Eui64,
    /// The data that is read.
    pub read: ScheduledRead<'a>,
}

/// What a schedule reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduledRead<'a> {
    /// The element, such as `DSPReadActiveImportProfileData`.
    pub element: &'a str,
    /// For logs, the period.
    pub period: Option<LogPeriod<'a>>,
}

/// A period before a run: days from the day of the run (0 or less, as the schema has it) and
/// times of day such as `00:00:00Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogPeriod<'a> {
    /// StartDateOffset, in days.
    pub start_offset: i16,
    /// StartTime.
    pub start_time: &'a str,
    /// EndDateOffset, in days.
    pub end_offset: i16,
    /// EndTime.
    pub end_time: &'a str,
}

/// A device of the inventory. What is `None` is not written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InventoryDevice<'a> {
    /// DeviceID.
    pub device: Eui64,
    /// DeviceType: ESME, GSME, GPF, CHF, HCALCS, PPMID, IHD, CAD.
    pub kind: &'a str,
    /// DeviceStatus, such as `Commissioned`.
    pub status: Option<&'a str>,
    /// DeviceManufacturer, up to 30 characters.
    pub manufacturer: &'a str,
    /// DeviceModel, up to 30 characters.
    pub model: &'a str,
    /// SMETSCHTSVersion.
    pub smets_version: Option<&'a str>,
    /// DeviceFirmwareVersion.
    pub firmware_version: Option<&'a str>,
    /// DeviceFirmwareVersionStatus: Active, Cancelled, Expired, Withdrawn.
    pub firmware_status: Option<&'a str>,
    /// DateCommissioned, `2026-04-01`.
    pub commissioned: Option<&'a str>,
    /// ImportMPxN.
    pub import_mpxn: Option<&'a str>,
    /// SecondaryImportMPAN.
    pub secondary_import_mpan: Option<&'a str>,
    /// ExportMPAN.
    pub export_mpan: Option<&'a str>,
    /// ESMEVariant.
    pub esme_variant: Option<&'a str>,
    /// UPRN.
    pub uprn: Option<&'a str>,
    /// CSPRegion: North, Central, South, Unknown, SMETS1.
    pub region: Option<&'a str>,
    /// DeviceGBCSVersion.
    pub gbcs_version: Option<&'a str>,
}

/// Codes that are no refusal.
const ACKNOWLEDGED: &str = "I99";

impl<'a> ResponseOut<'a> {
    /// Accepted: I99, no ResponseID, nothing inside.
    #[must_use]
    pub fn acknowledgement(
        schema_version: &'a str,
        request: &'a str,
        service: ServiceRef<'a>,
        at: Utc,
    ) -> ResponseOut<'a> {
        ResponseOut {
            schema_version,
            request: Some(request),
            response: None,
            code: ACKNOWLEDGED,
            at,
            body: ResponseBodyOut::Service(service, None),
        }
    }

    /// Refused at once: an `E` code, no ResponseID, nothing inside. A body without a RequestID
    /// that can be read has no `request`.
    #[must_use]
    pub fn refusal(
        schema_version: &'a str,
        request: Option<&'a str>,
        service: ServiceRef<'a>,
        code: &'a str,
        at: Utc,
    ) -> ResponseOut<'a> {
        ResponseOut {
            schema_version,
            request,
            response: None,
            code,
            at,
            body: ResponseBodyOut::Service(service, None),
        }
    }

    /// The final answer: I0, or an error with or without an item. Synchronous ones (Transform,
    /// Non-Device) have a ResponseID too where one is given.
    #[must_use]
    pub fn answer(
        schema_version: &'a str,
        request: &'a str,
        response: Option<RequestId>,
        service: ServiceRef<'a>,
        code: &'a str,
        at: Utc,
        item: Option<Item<'a>>,
    ) -> ResponseOut<'a> {
        ResponseOut {
            schema_version,
            request: Some(request),
            response,
            code,
            at,
            body: ResponseBodyOut::Service(service, item),
        }
    }

    /// An alert: I0, no RequestID.
    #[must_use]
    pub fn alert(
        schema_version: &'a str,
        response: RequestId,
        at: Utc,
        alert: AlertBody<'a>,
    ) -> ResponseOut<'a> {
        ResponseOut {
            schema_version,
            request: None,
            response: Some(response),
            code: "I0",
            at,
            body: ResponseBodyOut::Alert(alert),
        }
    }

    /// The message without a signature.
    ///
    /// # Errors
    /// Values that cannot be written, and messages that would contradict themselves.
    pub fn to_xml(&self) -> Result<Vec<u8>, BuildError> {
        self.build().map(|b| b.bytes)
    }

    /// The message, signed.
    ///
    /// # Errors
    /// As [`ResponseOut::to_xml`].
    pub fn signed(&self, signer: &Signer) -> Result<Vec<u8>, SignError> {
        self.build()?.signed(signer)
    }

    fn build(&self) -> Result<Built, BuildError> {
        self.shape()?;
        let mut w = Writer::message("Response", self.schema_version);
        w.element("Header", |w| {
            w.optional("RequestID", self.request);
            if let Some(id) = self.response {
                w.id("ResponseID", id);
            }
            w.text("ResponseCode", self.code);
            w.time("ResponseDateTime", self.at);
        });
        w.element("Body", |w| match &self.body {
            ResponseBodyOut::Service(service, item) => w.element("ResponseMessage", |w| {
                w.text("ServiceReference", service.reference);
                w.text("ServiceReferenceVariant", service.srv);
                if let Some(item) = item {
                    item.write(w);
                }
            }),
            ResponseBodyOut::Alert(alert) => alert.write(w),
        });
        w.finish("Response")
    }

    fn shape(&self) -> Result<(), BuildError> {
        let digits = self.code.strip_prefix(['I', 'W', 'E']).unwrap_or_default();
        if digits.is_empty() || digits.len() > 6 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(BuildError::Shape(
                "the response code is not I, W or E and up to six digits",
            ));
        }
        match &self.body {
            ResponseBodyOut::Service(_, Some(_)) if self.code == ACKNOWLEDGED => {
                Err(BuildError::Shape("an acknowledgement holds nothing"))
            }
            ResponseBodyOut::Alert(_) if self.request.is_some() || self.response.is_none() => {
                Err(BuildError::Shape("an alert has a ResponseID and no RequestID"))
            }
            ResponseBodyOut::Alert(_) if self.code != "I0" => {
                Err(BuildError::Shape("an alert has the code I0: its own code is in its body"))
            }
            _ => Ok(()),
        }
    }
}

impl Item<'_> {
    fn write(&self, w: &mut Writer) {
        match self {
            Item::GbcsPayload(payload) => w.payload("GBCSPayload", payload),
            Item::PreCommand { version, payload } => w.element("PreCommand", |w| {
                w.text("GBCSVersion", version);
                w.payload("GBCSPayload", payload);
            }),
            Item::LocalCommand(payload) => {
                w.element("LocalCommand", |w| w.payload("GBCSPayload", payload))
            }
            Item::ScheduledMessage { payload, schedule } => w.element("DSPScheduledMessage", |w| {
                w.payload("GBCSPayload", payload);
                schedule_id(w, *schedule);
            }),
            Item::ScheduleId(id) => schedule_id(w, *id),
            Item::SchedulesRead(rows) => schedules(w, rows),
            Item::FutureDated { success, payload, instruction, total } => {
                w.element("FutureDatedDeviceAlertMessage", |w| {
                    w.text("FutureDatedAlertCode", if *success { "8F66" } else { "8F67" });
                    w.payload("GBCSPayload", payload);
                    w.value("InstructionNumber", instruction);
                    w.value("TotalCommandInstructions", total);
                })
            }
            Item::Inventory(devices) => inventory(w, devices),
            Item::CinMessage { payload, number } => w.element("CINMessage", |w| {
                w.payload("GBCSPayload", payload);
                w.text("CustomerIdentificationNumber", number);
            }),
            Item::FirmwareWarning(warning) => warning.write("DSPUpdateFirmwareWarning", w),
            Item::PpmidFirmwareWarning(warning) => {
                warning.write("DSPUpdatePPMIDFirmwareWarning", w)
            }
        }
    }
}

impl FirmwareWarning<'_> {
    fn write(&self, name: &str, w: &mut Writer) {
        w.element(name, |w| {
            for (name, list) in [
                ("InvalidDeviceIDList", self.invalid),
                ("NotCommissionedDeviceIDList", self.not_commissioned),
                ("NotApplicableFirmwareDeviceIDList", self.not_applicable),
                ("OtherRequestInProgressList", self.other_in_progress),
                ("InvalidGBCSVersionList", self.gbcs_version),
            ] {
                if !list.is_empty() {
                    w.devices(name, list, crate::DEFAULT_DEVICES);
                }
            }
        });
    }
}

pub(crate) fn schedule_id(w: &mut Writer, id: u64) {
    if id > MOST_SCHEDULE_ID {
        w.refuse(BuildError::Shape("DSPScheduleID is above 1,000,000,000,000"));
    }
    w.value("DSPScheduleID", id);
}

fn schedules(w: &mut Writer, rows: &[ScheduleRow<'_>]) {
    if rows.is_empty() || rows.len() > MOST_SCHEDULES {
        w.refuse(BuildError::Entries {
            field: "DSPSchedulesRead",
            found: rows.len(),
            most: MOST_SCHEDULES,
        });
    }
    w.element("DSPSchedulesRead", |w| {
        for row in rows {
            w.element("DSPSchedules", |w| {
                schedule_id(w, row.id);
                w.element("DSPScheduleDetails", |w| {
                    w.text("ScheduleFrequency", row.frequency);
                    w.text("ScheduleStartDate", row.start);
                    w.optional("ScheduleEndDate", row.end);
                    w.optional("ScheduleExecutionStartTime", row.execution_time);
                    w.text("DSPScheduledServiceReference", row.service.reference);
                    w.text("DSPScheduledServiceReferenceVariant", row.service.srv);
                    w.eui("DeviceID", row.device);
                    super::request::name_fits(w, row.read.element);
                    w.element(row.read.element, |w| {
                        if let Some(period) = row.read.period {
                            if period.start_offset > 0 || period.end_offset > 0 {
                                w.refuse(BuildError::Shape(
                                    "a schedule's period lies after its run",
                                ));
                            }
                            w.value("StartDateOffset", period.start_offset);
                            w.text("StartTime", period.start_time);
                            w.value("EndDateOffset", period.end_offset);
                            w.text("EndTime", period.end_time);
                        }
                    });
                });
            });
        }
    });
}

fn inventory(w: &mut Writer, devices: &[InventoryDevice<'_>]) {
    if devices.is_empty() || devices.len() > MOST_INVENTORY_DEVICES {
        w.refuse(BuildError::Entries {
            field: "DSPInventory",
            found: devices.len(),
            most: MOST_INVENTORY_DEVICES,
        });
    }
    w.element("DSPInventory", |w| {
        for d in devices {
            w.element("Device", |w| {
                w.eui("DeviceID", d.device);
                w.text("DeviceType", d.kind);
                w.optional("DeviceStatus", d.status);
                w.text("DeviceManufacturer", d.manufacturer);
                w.text("DeviceModel", d.model);
                for (name, value) in [
                    ("SMETSCHTSVersion", d.smets_version),
                    ("DeviceFirmwareVersion", d.firmware_version),
                    ("DeviceFirmwareVersionStatus", d.firmware_status),
                    ("DateCommissioned", d.commissioned),
                    ("ImportMPxN", d.import_mpxn),
                    ("SecondaryImportMPAN", d.secondary_import_mpan),
                    ("ExportMPAN", d.export_mpan),
                    ("ESMEVariant", d.esme_variant),
                    ("UPRN", d.uprn),
                    ("CSPRegion", d.region),
                    ("DeviceGBCSVersion", d.gbcs_version),
                ] {
                    w.optional(name, value);
                }
            });
        }
    });
}
