//! One invented message of each kind that the crate builds.

use northbound_duis::build::{
    AlertBody, DccAlertOut, DccPayload, DeviceAlertOut, FirmwareWarning, InventoryDevice,
    InventoryKey, Item, LogPeriod, MeterMpxns, Prenotification, RequestBody, RequestOut,
    ResponseOut, ScheduleRow, ScheduledRead, ServiceRef, StatusChange,
};
use northbound_duis::{Breach, Throttled};
use northbound_types::{CommandVariant, Eui64, RequestId, Utc};

const SUPPLIER: Eui64 = Eui64(0x90B3_D51F_3001_0000);
const DSP: Eui64 = Eui64(0x90B3_D51F_3000_0002);
const METER: Eui64 = Eui64(0x00DB_1234_5678_90A0);
const HUB: Eui64 = Eui64(0x00DB_1234_5678_90A2);
const AT: Utc = Utc(1_775_044_800_250_000);
const ASKED: &str = "90-b3-d5-1f-30-01-00-00:00-db-12-34-56-78-90-a0:1775044800000";
const ASKED_DSP: &str = "90-B3-D5-1F-30-01-00-00:90-B3-D5-1F-30-00-00-02:1775044800001";
const PAYLOAD: &[u8] =
    &[0xDF, 0x09, 0x02, 0, 0, 0x01, 0x9D, 0x47, 0x61, 0xD8, 0x00, 0xFF, 0x3E, 0x3F];
/// The newest schema that the published signing tool knows.
const VERSION: &str = "5.1";

/// A message with the name of its file.
pub type Named<T> = (&'static str, T);

fn named(srv: &'static str) -> ServiceRef<'static> {
    // All services used here have the first two parts of their variant as Service Reference.
    let end = srv.match_indices('.').nth(1).map_or(srv.len(), |(i, _)| i);
    ServiceRef { reference: &srv[..end], srv }
}

fn request(
    id: &'static str,
    variant: u8,
    srv: &'static str,
    body: RequestBody<'static>,
) -> RequestOut<'static> {
    let variant = CommandVariant::try_from(variant).expect("a Command Variant");
    RequestOut {
        schema_version: VERSION,
        id,
        first_in_sequence: None,
        preceding: None,
        variant,
        service: named(srv),
        body,
    }
}

/// Requests of a supplier.
pub fn requests() -> Vec<Named<RequestOut<'static>>> {
    [device_requests(), service_requests()].concat()
}

fn device_requests() -> Vec<Named<RequestOut<'static>>> {
    let (from, to) = (Utc(AT.0 - 86_400_000_000), AT);
    let mut chained = request(
        ASKED,
        1,
        "4.1.1",
        RequestBody::read("ReadInstantaneousImportRegisters", Some(Utc(AT.0 + 86_400_000_000))),
    );
    (chained.first_in_sequence, chained.preceding) =
        (Some(false), Some("90-B3-D5-1F-30-01-00-00:00-DB-12-34-56-78-90-A0:7"));
    vec![
        (
            "read-registers",
            request(ASKED, 1, "4.1.1", RequestBody::read("ReadInstantaneousImportRegisters", None)),
        ),
        ("read-registers-later", chained),
        (
            "read-profile",
            request(
                ASKED,
                1,
                "4.8.1",
                RequestBody::read_log("ReadActiveImportProfileData", None, from, to),
            ),
        ),
        (
            "read-network-data",
            request(ASKED, 1, "4.10", RequestBody::read_log("ReadNetworkData", None, from, to)),
        ),
        ("disable-supply", request(ASKED, 4, "7.2", RequestBody::read("DisableSupply", None))),
        (
            "signed-pre-command",
            request(
                ASKED,
                5,
                "7.2",
                RequestBody::SignedPreCommand { execution: None, payload: PAYLOAD },
            ),
        ),
    ]
}

/// Requests that the service answers itself.
fn service_requests() -> Vec<Named<RequestOut<'static>>> {
    let prenotified = Prenotification {
        device: METER,
        manufacturer: "AB01",
        model: "010A030B",
        kind: "ESME",
        smets_version: Some("SMETS V1.58"),
        firmware_version: Some("0002012F"),
        esme_variant: Some("AD"),
        gpf: None,
    };
    vec![
        (
            "inventory-by-device",
            request(ASKED_DSP, 8, "8.2", RequestBody::read_inventory(InventoryKey::Device(METER))),
        ),
        (
            "inventory-by-mpxn",
            request(
                ASKED_DSP,
                8,
                "8.2",
                RequestBody::read_inventory(InventoryKey::Mpxn("1200000000001")),
            ),
        ),
        (
            "inventory-by-uprn",
            request(
                ASKED_DSP,
                8,
                "8.2",
                RequestBody::read_inventory(InventoryKey::Uprn("100000000001")),
            ),
        ),
        (
            "prenotification",
            request(ASKED_DSP, 8, "12.2", RequestBody::prenotification(&prenotified)),
        ),
    ]
}

fn device(device: Eui64, kind: &'static str) -> InventoryDevice<'static> {
    InventoryDevice {
        device,
        kind,
        status: Some("Commissioned"),
        manufacturer: "Invented & Sons <1>",
        model: "M\"1\"",
        smets_version: Some("SMETS V1.58"),
        firmware_version: Some("0002012F"),
        firmware_status: Some("Active"),
        commissioned: Some("2026-03-01"),
        import_mpxn: Some("1200000000001"),
        secondary_import_mpan: None,
        export_mpan: Some("1200000000002"),
        esme_variant: Some("AD"),
        uprn: Some("100000000001"),
        region: Some("North"),
        gbcs_version: Some("4.1"),
    }
}

fn schedule(id: u64, read: ScheduledRead<'static>, srv: &'static str) -> ScheduleRow<'static> {
    ScheduleRow {
        id,
        frequency: "Daily",
        start: "2026-04-01",
        end: Some("2027-03-31"),
        execution_time: Some("01:00:00Z"),
        service: named(srv),
        device: METER,
        read,
    }
}

/// What an answer may hold.
fn items() -> Vec<(&'static str, &'static str, Item<'static>)> {
    let rows: &'static [ScheduleRow<'static>] = Box::leak(Box::new([
        schedule(
            1,
            ScheduledRead {
                element: "DSPReadActiveImportProfileData",
                period: Some(LogPeriod {
                    start_offset: -1,
                    start_time: "00:00:00Z",
                    end_offset: 0,
                    end_time: "00:00:00Z",
                }),
            },
            "4.8.1",
        ),
        schedule(
            1_000_000_000_000,
            ScheduledRead { element: "DSPReadActivePowerImport", period: None },
            "4.17",
        ),
    ]));
    let devices: &'static [InventoryDevice<'static>] =
        Box::leak(Box::new([device(METER, "ESME"), device(HUB, "CHF")]));
    let left_out = FirmwareWarning {
        invalid: &[METER, HUB],
        gbcs_version: &[METER],
        ..FirmwareWarning::default()
    };
    vec![
        ("answer", "4.1.1", Item::GbcsPayload(PAYLOAD)),
        ("pre-command", "7.2", Item::PreCommand { version: "4.1", payload: PAYLOAD }),
        ("local-command", "4.1.1", Item::LocalCommand(PAYLOAD)),
        ("scheduled-message", "4.8.1", Item::ScheduledMessage { payload: PAYLOAD, schedule: 7 }),
        ("schedule-id", "5.1", Item::ScheduleId(1_000_000_000_000)),
        ("schedules", "5.2", Item::SchedulesRead(rows)),
        (
            "closed",
            "1.1.1",
            Item::FutureDated { success: true, payload: PAYLOAD, instruction: 1, total: 2 },
        ),
        (
            "closed-badly",
            "1.1.1",
            Item::FutureDated {
                success: false,
                payload: PAYLOAD,
                instruction: 65535,
                total: 65535,
            },
        ),
        ("inventory", "8.2", Item::Inventory(devices)),
        ("identification", "3.1", Item::CinMessage { payload: PAYLOAD, number: "0123" }),
        ("firmware-warning", "11.1", Item::FirmwareWarning(left_out)),
        ("ppmid-firmware-warning", "11.4", Item::PpmidFirmwareWarning(left_out)),
    ]
}

type NamedAlert = Named<AlertBody<'static>>;

fn dcc(code: &'static str, payload: DccPayload<'static>) -> AlertBody<'static> {
    AlertBody::Dcc(DccAlertOut { code, throttled: Throttled::default(), payload })
}

fn alerts() -> Vec<NamedAlert> {
    [device_alerts(), quarantine_alerts(), status_alerts()].concat()
}

/// Alerts of devices, power cuts, and work that failed.
fn device_alerts() -> Vec<NamedAlert> {
    let throttled = Throttled { sequence: Some(u32::MAX), count: Some(250) };
    vec![
        (
            "device-alert",
            AlertBody::Device(DeviceAlertOut {
                code: 0x8F20,
                throttled: Throttled::default(),
                payload: PAYLOAD,
            }),
        ),
        (
            "device-alert-throttled",
            AlertBody::Device(DeviceAlertOut { code: 0x81A0, throttled, payload: PAYLOAD }),
        ),
        (
            "outage",
            dcc("AD1", DccPayload::PowerOutageEvent { hub: HUB, start: AT, mpxn: "1200000000001" }),
        ),
        (
            "outage-throttled",
            AlertBody::Dcc(DccAlertOut {
                code: "AD1",
                throttled,
                payload: DccPayload::PowerOutageEvent {
                    hub: HUB,
                    start: AT,
                    mpxn: "1200000000001",
                },
            }),
        ),
        (
            "command-failure",
            dcc(
                "N12",
                DccPayload::CommandFailure { request: ASKED, schedule: Some(7), device: METER },
            ),
        ),
        (
            "firmware-failure",
            dcc(
                "N18",
                DccPayload::FirmwareDistributionFailure { request: ASKED, devices: &[METER, HUB] },
            ),
        ),
        (
            "schedule-removed",
            dcc("N6", DccPayload::DspScheduleRemoval { device: METER, schedule: 7 }),
        ),
    ]
}

fn quarantine_alerts() -> Vec<NamedAlert> {
    let quarantined = |breach| DccPayload::QuarantinedRequest {
        breach,
        request: ASKED,
        event_ref: 99_999_999_999_999_999_999,
    };
    vec![
        ("quarantine-user", dcc("N49", quarantined(Breach::UserThreshold))),
        ("quarantine-service", dcc("N49", quarantined(Breach::DccThreshold))),
        ("quarantine-attribute", dcc("N49", quarantined(Breach::AttributeLimits))),
    ]
}

fn status_alerts() -> Vec<NamedAlert> {
    let mpxns = MeterMpxns {
        import: "1200000000001",
        secondary_import: None,
        export: Some("1200000000002"),
    };
    let changed = |change| DccPayload::DeviceStatusChangeEvent { device: METER, change };
    vec![
        (
            "commissioned",
            dcc("N16", changed(StatusChange::MeterIdentity { mpxns, esme_variant: Some("AD") })),
        ),
        (
            "withdrawn",
            dcc(
                "N16",
                changed(StatusChange::DecommissioningOrWithdrawal {
                    mpxns,
                    associated: &[(HUB, "PPMID")],
                }),
            ),
        ),
        ("removed", dcc("N16", changed(StatusChange::Removed))),
        ("hub-decommissioned", dcc("N16", changed(StatusChange::HubDecommissioned))),
        ("suspended", dcc("N16", changed(StatusChange::Suspended))),
        ("restored", dcc("N16", changed(StatusChange::Restored))),
    ]
}

/// Acknowledgement, refusal, answers and alerts of the service.
pub fn responses() -> Vec<Named<ResponseOut<'static>>> {
    let id = RequestId { originator: METER, target: SUPPLIER, counter: 1_775_044_800_000 };
    let alert_id = RequestId { originator: DSP, target: SUPPLIER, counter: 5 };
    let mut all = vec![
        ("acknowledgement", ResponseOut::acknowledgement(VERSION, ASKED, named("4.1.1"), AT)),
        ("refusal", ResponseOut::refusal(VERSION, Some(ASKED), named("4.1.1"), "E4", AT)),
        ("refusal-without-id", ResponseOut::refusal(VERSION, None, named("4.1.1"), "E4", AT)),
        (
            "time-out",
            ResponseOut::answer(VERSION, ASKED, Some(id), named("4.1.1"), "E20", AT, None),
        ),
    ];
    all.extend(items().into_iter().map(|(name, srv, item)| {
        (name, ResponseOut::answer(VERSION, ASKED, Some(id), named(srv), "I0", AT, Some(item)))
    }));
    all.extend(
        alerts()
            .into_iter()
            .map(|(name, alert)| (name, ResponseOut::alert(VERSION, alert_id, AT, alert))),
    );
    all
}
