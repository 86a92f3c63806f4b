//! The invented archive: every message in it is made up.

use northbound_types::Utc;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

pub const USER: &str = "90-B3-D5-1F-30-01-00-00";
const DEVICE: &str = "00-DB-12-34-56-78-90-A0";
const OTHER: &str = "00-DB-12-34-56-78-90-A1";
const FAR: &str = "00-DB-12-34-56-78-90-A2";
const HUB: &str = "00-DB-12-34-56-78-90-C1";
const DCC: &str = "90-B3-D5-1F-30-00-00-02";
/// 2026-04-01T13:00:00Z: when each file was last changed (even, as zip counts two seconds).
pub const MODIFIED: i64 = 1_775_048_400_000_000;
/// Messages in the archive that can be read.
pub const GOOD: u64 = 60;
const COUNTER: u64 = 1_775_044_800_000;
const NS: &str = "http://www.dccinterface.co.uk/ServiceUserGateway";

/// A file of the archive.
pub struct Sample {
    pub name: &'static str,
    pub bytes: Vec<u8>,
}

/// A folder that goes away.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new() -> Folder {
        static SERIAL: AtomicU64 = AtomicU64::new(0);
        let path = std::env::temp_dir().join(format!(
            "northbound-archive-test-{}-{}",
            std::process::id(),
            SERIAL.fetch_add(1, Ordering::Relaxed)
        ));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn to(target: &str, counter: u64) -> String {
    format!("{USER}:{target}:{}", COUNTER + counter)
}

fn request(id: &str, cv: u8, srv: &str, body: &str, signature: &str) -> String {
    let reference =
        if matches!(srv.matches('.').count(), 2) { srv.rsplit_once('.').unwrap().0 } else { srv };
    format!(
        "<sr:Request xmlns:sr=\"{NS}\" schemaVersion=\"5.2\"><sr:Header><sr:RequestID>{}</sr:RequestID><sr:CommandVariant>{cv}</sr:CommandVariant>\
        <sr:ServiceReference>{reference}</sr:ServiceReference><sr:ServiceReferenceVariant>{srv}</sr:ServiceReferenceVariant></sr:Header><sr:Body>{body}</sr:Body>\
        <ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:SignatureValue>{signature}</ds:SignatureValue></ds:Signature></sr:Request>",
        id.to_lowercase()
    )
}

/// `after` in seconds after 2026-04-01T12:00:00Z.
fn response(request: &str, response: &str, code: &str, after: i64, body: &str) -> String {
    let id = |name: &str, id: &str| {
        if id.is_empty() { String::new() } else { format!("<sr:{name}>{id}</sr:{name}>") }
    };
    let at = Utc(1_775_044_800_000_000 + after * 1_000_000);
    format!(
        "<sr:Response xmlns:sr=\"{NS}\" schemaVersion=\"5.4\"><sr:Header>{}{}<sr:ResponseCode>{code}</sr:ResponseCode>\
        <sr:ResponseDateTime>{at}</sr:ResponseDateTime></sr:Header><sr:Body>{body}</sr:Body></sr:Response>",
        id("RequestID", request),
        id("ResponseID", response)
    )
}

fn answer(srv: &str, content: &str) -> String {
    let reference =
        if matches!(srv.matches('.').count(), 2) { srv.rsplit_once('.').unwrap().0 } else { srv };
    format!(
        "<sr:ResponseMessage><sr:ServiceReference>{reference}</sr:ServiceReference><sr:ServiceReferenceVariant>{srv}</sr:ServiceReferenceVariant>{content}</sr:ResponseMessage>"
    )
}

fn back(counter: u64) -> String {
    format!("{DEVICE}:{USER}:{counter}")
}
fn from_dcc(counter: u64) -> String {
    format!("{DCC}:{USER}:{counter}")
}
fn dcc(code: &str, payload: &str) -> String {
    format!(
        "<sr:DCCAlertMessage><sr:DCCAlertCode>{code}</sr:DCCAlertCode><sr:DCCAlert>{payload}</sr:DCCAlert></sr:DCCAlertMessage>"
    )
}
fn close(code: &str, n: u16, of: u16) -> String {
    answer(
        "4.1.2",
        &format!(
            "<sr:FutureDatedDeviceAlertMessage><sr:FutureDatedAlertCode>{code}</sr:FutureDatedAlertCode>{PAYLOAD}<sr:InstructionNumber>{n}</sr:InstructionNumber><sr:TotalCommandInstructions>{of}</sr:TotalCommandInstructions></sr:FutureDatedDeviceAlertMessage>"
        ),
    )
}

const PAYLOAD: &str = "<sr:GBCSPayload>3wkB</sr:GBCSPayload>";
const READ: &str = "<sr:ReadInstantaneousImportRegisters/>";
const SIGNED: &str =
    "<sr:SignedPreCommand><sr:GBCSPayload>3wkB</sr:GBCSPayload></sr:SignedPreCommand>";
const PRE_COMMAND: &str = "<sr:PreCommand><sr:GBCSVersion>4.3</sr:GBCSVersion><sr:GBCSPayload>3wkB</sr:GBCSPayload></sr:PreCommand>";
const LATER: &str = "<sr:ReadInstantaneousImportTOUMatrices><sr:ExecutionDateTime>2026-04-02T00:00:00Z</sr:ExecutionDateTime></sr:ReadInstantaneousImportTOUMatrices>";

fn read(counter: u64) -> String {
    request(&to(DEVICE, counter), 1, "4.1.1", READ, "YQ==")
}
fn ack(counter: u64, srv: &str) -> String {
    response(&to(DEVICE, counter), "", "I99", 1, &answer(srv, ""))
}
fn refusal(counter: u64, code: &str, srv: &str, after: i64) -> String {
    response(&to(DEVICE, counter), "", code, after, &answer(srv, ""))
}
fn done(counter: u64, code: &str, srv: &str, after: i64) -> String {
    response(&to(DEVICE, counter), &back(counter), code, after, &answer(srv, PAYLOAD))
}

/// A request with its acknowledgement and its answer, one on each line.
pub fn read_and_answered(counter: u64) -> String {
    format!("{}\n{}\n{}\n", read(counter), ack(counter, "4.1.1"), done(counter, "I0", "4.1.1", 20))
}

fn requests() -> Vec<(&'static str, String)> {
    let critical = |c: u64| request(&to(DEVICE, c), 4, "7.1", "<sr:EnableSupply/>", "YQ==");
    let signed = |c: u64| request(&to(DEVICE, c), 5, "7.1", SIGNED, "YQ==");
    let prepared = |c: u64| response(&to(DEVICE, c), "", "I0", 1, &answer("7.1", PRE_COMMAND));
    let later = |c: u64| request(&to(DEVICE, c), 1, "4.1.2", LATER, "YQ==");
    vec![
        // One after the other, one on each line, and in files of their own.
        ("00-read.xml", [read(0), ack(0, "4.1.1"), done(0, "I0", "4.1.1", 25)].concat()),
        ("00-read-again.xml", request(&to(DEVICE, 0), 1, "4.1.1", READ, "Yg==")),
        ("01-refused.xml", [read(1), refusal(1, "E4", "4.1.1", 1)].join("\n")),
        ("02-no-response.xml", [read(2), ack(2, "4.1.1"), done(2, "E21", "4.1.1", 600)].join("\r\n")),
        ("03-device-error.xml", [done(3, "E57", "4.1.1", 20), ack(3, "4.1.1"), read(3)].join("\n")),
        ("04-critical.xml", [critical(4), prepared(4), signed(4), response(&to(DEVICE, 4), "", "I99", 3, &answer("7.1", "")), done(4, "I0", "7.1", 9)].concat()),
        ("05-transform-refused.xml", [critical(5), refusal(5, "E5", "7.1", 1)].concat()),
        ("06-send-refused.xml", [critical(6), prepared(6), signed(6), refusal(6, "E1", "7.1", 4)].concat()),
        ("07-future.xml", [later(7), ack(7, "4.1.2"), done(7, "I0", "4.1.2", 8), response(&to(DEVICE, 7), &back(71), "I0", 43_204, &close("8F66", 1, 2)), response(&to(DEVICE, 7), &back(72), "I0", 43_205, &close("8F66", 2, 2))].concat()),
        ("08-future-failed.xml", [later(8), ack(8, "4.1.2"), response(&to(DEVICE, 8), &back(81), "I0", 43_202, &close("8F67", 1, 1))].concat()),
        ("09-future-open.xml", [later(9), ack(9, "4.1.2")].concat()),
        ("10-open/request.xml", request(&to(OTHER, 10), 1, "4.1.1", READ, "YQ==")),
        ("10-open/response.xml", response(&to(OTHER, 10), "", "I99", 1, &answer("4.1.1", ""))),
        ("12-held.xml", [read(12), response("", &from_dcc(46), "I0", 4, &dcc("N64", &format!("<sr:QuarantinedRequest><sr:ADUserThresholdBreach><sr:RequestID>{}</sr:RequestID><sr:QuarantineEventRef>99999999999999999999</sr:QuarantineEventRef></sr:ADUserThresholdBreach></sr:QuarantinedRequest>", to(DEVICE, 12))))].concat()),
        ("13-failure.xml", [read(13), ack(13, "4.1.1"), response("", &from_dcc(45), "I0", 700, &dcc("N13", &format!("<sr:CommandFailure><sr:CommandRequestID>{}</sr:CommandRequestID><sr:DeviceID>{DEVICE}</sr:DeviceID></sr:CommandFailure>", to(DEVICE, 13))))].concat()),
        ("16-both.xml", [request(&to(DEVICE, 16), 3, "4.1.1", READ, "YQ=="), response(&to(DEVICE, 16), "", "I0", 1, &answer("4.1.1", &format!("<sr:LocalCommand>{PAYLOAD}</sr:LocalCommand>"))), done(16, "I0", "4.1.1", 12)].concat()),
        ("17-smets1.xml", [request(&to(FAR, 17), 1, "4.1.1", READ, "YQ=="), response(&to(FAR, 17), &format!("{FAR}:{USER}:17"), "I0", 6, "<sr:SMETS1ResponseMessage><sr:ServiceReference>4.1</sr:ServiceReference><sr:ServiceReferenceVariant>4.1.1</sr:ServiceReferenceVariant><sr:SMETS1SignedResponse schemaVersion=\"1.0\"/></sr:SMETS1ResponseMessage>")].concat()),
        ("18-small-counter.xml", request(&format!("{USER}:{DEVICE}:5000"), 1, "4.1.1", READ, "YQ==")),
        ("19-orphan.xml", done(99, "I0", "4.1.1", 30)),
    ]
}

fn non_device() -> Vec<(&'static str, String)> {
    let schedule = format!(
        "<sr:CreateSchedule><sr:ScheduleFrequency>Daily</sr:ScheduleFrequency><sr:ScheduleStartDate>2026-04-02</sr:ScheduleStartDate><sr:DSPScheduledServiceReference>4.6</sr:DSPScheduledServiceReference><sr:DSPScheduledServiceReferenceVariant>4.6.1</sr:DSPScheduledServiceReferenceVariant><sr:DeviceID>{DEVICE}</sr:DeviceID></sr:CreateSchedule>"
    );
    let ran = |c: u64, after: i64| {
        response(
            &to(DCC, 11),
            &back(c),
            "I0",
            after,
            &answer(
                "4.6.1",
                &format!(
                    "<sr:DSPScheduledMessage>{PAYLOAD}<sr:DSPScheduleID>7</sr:DSPScheduleID></sr:DSPScheduledMessage>"
                ),
            ),
        )
    };
    let firmware = format!(
        "<sr:UpdateFirmware><sr:FirmwareImage>YQ==</sr:FirmwareImage><sr:FirmwareVersion>0000000A</sr:FirmwareVersion><sr:DeviceIDList>{DEVICE},{OTHER},{FAR}</sr:DeviceIDList></sr:UpdateFirmware>"
    );
    vec![
        ("11-schedule.xml", [request(&to(DCC, 11), 8, "5.1", &schedule, "YQ=="), response(&to(DCC, 11), "", "I0", 1, &answer("5.1", "<sr:DSPScheduleID>7</sr:DSPScheduleID>")), ran(41, 90_000), ran(42, 176_400)].concat()),
        ("14-firmware.xml", [request(&to(DCC, 14), 8, "11.1", &firmware, "YQ=="), response(&to(DCC, 14), "", "I99", 2, &answer("11.1", "")),
            response("", &from_dcc(47), "I0", 8_000, &dcc("N60", &format!("<sr:CSPFirmwareDeliveryStatus><sr:UpdateFirmwareRequestID>{}</sr:UpdateFirmwareRequestID><sr:CommsHubDeviceID>{HUB}</sr:CommsHubDeviceID><sr:TargetDeviceID>{DEVICE}</sr:TargetDeviceID><sr:FirmwareVersion>0000000A</sr:FirmwareVersion><sr:TimeStamp>2026-04-01T13:56:40Z</sr:TimeStamp><sr:CommsHubTransferStatus>Success</sr:CommsHubTransferStatus></sr:CSPFirmwareDeliveryStatus>", to(DCC, 14)))),
            response("", &from_dcc(48), "I0", 9_000, &dcc("N61", &format!("<sr:FirmwareDistributionFailure><sr:UpdateFirmwareRequestID>{}</sr:UpdateFirmwareRequestID><sr:MeterIDs>{OTHER}</sr:MeterIDs></sr:FirmwareDistributionFailure>", to(DCC, 14))))].concat()),
    ]
}

fn alerts_and_faults() -> Vec<(&'static str, String)> {
    let storm = response(
        "",
        &back(43),
        "I0",
        50,
        &format!(
            "<sr:DeviceAlertMessage><sr:AlertCode>8F20</sr:AlertCode><sr:ThrottledAlertSequenceId>7</sr:ThrottledAlertSequenceId><sr:ThrottledAlertCount>5</sr:ThrottledAlertCount>{PAYLOAD}</sr:DeviceAlertMessage>"
        ),
    );
    let outage = response(
        "",
        &from_dcc(44),
        "I0",
        60,
        &dcc(
            "AD1",
            &format!(
                "<sr:PowerOutageEvent><sr:CommsHubDeviceID>{HUB}</sr:CommsHubDeviceID><sr:StartDateTime>2026-04-01T11:57:00Z</sr:StartDateTime><sr:MPxN>0000000000000</sr:MPxN></sr:PowerOutageEvent>"
            ),
        ),
    );
    let whole = read(0);
    vec![
        ("20-alerts.xml", [storm.clone(), outage, storm].join("\n")),
        ("21-empty.xml", "\n \n".to_owned()),
        ("bad/cut.xml", whole[..whole.len() - 40].to_owned()),
        ("bad/doctype.xml", format!("<!DOCTYPE a [<!ENTITY b \"c\">]>{whole}")),
        // One bad message between two good ones, which stand in other files too.
        (
            "bad/mixed.xml",
            [ack(2, "4.1.1"), whole.replace("Variant>1<", "Variant>0<"), ack(3, "4.1.1")]
                .join("\n"),
        ),
    ]
}

/// The files in order of their names.
pub fn files() -> Vec<Sample> {
    let texts = requests().into_iter().chain(non_device()).chain(alerts_and_faults());
    let mut files: Vec<Sample> =
        texts.map(|(name, text)| Sample { name, bytes: text.into_bytes() }).collect();
    files.push(Sample { name: "bad/image.bin", bytes: vec![0x89, 0xFF, 0xFE, 0x00, 0x3C] });
    files.sort_by_key(|f| f.name.split('/').collect::<Vec<_>>());
    files
}

pub fn touch(path: &Path, at: Utc) {
    let time = std::time::UNIX_EPOCH + std::time::Duration::from_micros(at.0.unsigned_abs());
    std::fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
}

pub fn write_folder(root: &Path, files: &[Sample]) {
    for file in files {
        let path = root.join(file.name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &file.bytes).unwrap();
        touch(&path, Utc(MODIFIED));
    }
}

/// In reverse order: a reader must not depend on the order inside a zip.
pub fn pack_zip(files: &[Sample]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let at = zip::DateTime::from_date_and_time(2026, 4, 1, 13, 0, 0).unwrap();
    for file in files.iter().rev() {
        let options = zip::write::SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Deflated)
            .last_modified_time(at);
        zip.start_file(file.name, options).unwrap();
        zip.write_all(&file.bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

pub fn pack_tar(files: &[Sample]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for file in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(file.bytes.len() as u64);
        header.set_mtime((MODIFIED / 1_000_000).unsigned_abs());
        header.set_mode(0o644);
        tar.append_data(&mut header, format!("./{}", file.name), file.bytes.as_slice()).unwrap();
    }
    tar.into_inner().unwrap()
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gz.write_all(bytes).unwrap();
    gz.finish().unwrap()
}
