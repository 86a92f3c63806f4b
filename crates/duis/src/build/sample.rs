//! Requests to start from: one for each service whose body needs no more than a device, a period or
//! a moment. Their elements are those of the published templates (`tests/templates.rs` compares them
//! where the templates are at hand).

use super::{Element, InventoryKey, Prenotification, RequestBody};
use crate::services::ServiceEntry;
use northbound_types::{CommandVariant, Eui64, Utc, time::DAY_US};

/// Services whose element is empty.
const EMPTY: [&str; 41] = [
    "1.7", "2.5", "3.3", "3.5", "4.1.1", "4.1.2", "4.1.3", "4.1.4", "4.2", "4.3", "4.11.1",
    "4.11.2", "4.12.1", "4.12.2", "4.13", "4.15", "4.16", "4.18", "6.2.1", "6.2.2", "6.2.3",
    "6.2.4", "6.2.5", "6.2.7", "6.2.8", "6.2.9", "6.2.10", "6.4.2", "6.27", "6.29", "6.30", "6.31",
    "7.1", "7.2", "7.3", "7.4", "7.7", "7.14", "7.15", "8.9", "11.2",
];
/// Services that read a log over a period and ask for nothing else.
const LOGS: [&str; 13] = [
    "4.4.2", "4.4.3", "4.4.4", "4.4.5", "4.6.1", "4.6.2", "4.8.1", "4.8.2", "4.8.3", "4.10",
    "4.14", "4.17", "6.32",
];
/// Services with an element of their own.
const OTHERS: [&str; 7] = ["1.5", "5.1", "5.2", "5.3", "6.11", "8.2", "12.2"];
/// Seconds by which a clock may differ when it is set (TolerancePeriod).
const TOLERANCE_SECONDS: &str = "60";

/// What a sample is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleOf {
    /// The device that is asked, or asked about.
    pub device: Eui64,
    /// The present time: a log is read over the day before, a schedule starts on the day after.
    pub now: Utc,
}

/// Is there a sample of this service?
#[must_use]
pub fn has_sample(srv: &str) -> bool {
    EMPTY.contains(&srv) || LOGS.contains(&srv) || OTHERS.contains(&srv)
}

/// The Command Variant and the body of a sample: the first of the variants that the service takes.
/// `None` where there is no sample of the service.
#[must_use]
pub fn sample(
    entry: &ServiceEntry,
    of: SampleOf,
) -> Option<(CommandVariant, RequestBody<'static>)> {
    let variant = *entry.variants.first()?;
    let element = entry.body_element.as_str();
    let text = |name: &str, text: &str| Element::new(element).with(Element::text(name, text));
    let body = match entry.srv.as_str() {
        srv if EMPTY.contains(&srv) => RequestBody::read(element, None),
        srv if LOGS.contains(&srv) => {
            let day = of.now.day().start();
            RequestBody::read_log(element, None, Utc(day.0 - DAY_US), day)
        }
        "1.5" => RequestBody::Service(
            Element::new(element)
                .with(Element::new("CreditMode").with(Element::new("ResetMeterBalance"))),
        ),
        "5.1" => RequestBody::Service(schedule(element, of)),
        "5.2" | "5.3" => RequestBody::Service(text("DSPScheduleID", "1")),
        "6.11" => RequestBody::Service(
            text("CurrentDateTime", &of.now.to_string())
                .with(Element::text("TolerancePeriod", TOLERANCE_SECONDS)),
        ),
        "8.2" => RequestBody::read_inventory(InventoryKey::Device(of.device)),
        "12.2" => RequestBody::prenotification(&Prenotification {
            device: of.device,
            manufacturer: "AB01",
            model: "010A030B",
            kind: "ESME",
            smets_version: None,
            firmware_version: None,
            esme_variant: None,
            gpf: None,
        }),
        _ => return None,
    };
    Some((variant, body))
}

/// A daily read of the daily read log, from tomorrow on.
fn schedule(element: &str, of: SampleOf) -> Element {
    let at = |name: &str, text: &str| Element::text(name, text);
    Element::new(element)
        .with(at("ScheduleFrequency", "Daily"))
        .with(at("ScheduleStartDate", &of.now.day().plus(1).to_string()))
        .with(at("DSPScheduledServiceReference", "4.6"))
        .with(at("DSPScheduledServiceReferenceVariant", "4.6.1"))
        .with(at("DeviceID", &of.device.to_string()))
        .with(
            Element::new("DSPRetrieveImportDailyReadLog")
                .with(at("StartDateOffset", "-1"))
                .with(at("StartTime", "00:00:00.00Z"))
                .with(at("EndDateOffset", "0"))
                .with(at("EndTime", "00:00:00.00Z")),
        )
}
