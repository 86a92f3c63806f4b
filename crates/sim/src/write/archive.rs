//! A slice of one User's archive: DUIS XML as its adaptor would keep it. Header order and
//! namespace as in the schema; the signature is a dummy and says so.

use super::{failed, truth::ArchiveCounts};
use crate::{alerts::Alert, config::SimError, exchange::Exchange, users::SERVICE, world::World};
use northbound_types::{
    AlertState, CommandVariant, Eui64, Kind, Leg, RequestId, RequestState, Utc,
    command_variant::number_or_zero,
};
use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufWriter, Write},
    path::PathBuf,
};
use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

/// Days of the slice, from the first.
const DAYS: u32 = 2;
/// Most exchanges a day.
const EXCHANGES: u32 = 120;
/// Most alerts a day.
const ALERTS: u32 = 30;

const NS: &str = "http://www.dccinterface.co.uk/ServiceUserGateway";
const SIGNATURE: &str = concat!(
    "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:SignedInfo>",
    "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>",
    "<ds:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256\"/>",
    "<ds:Reference URI=\"\"><ds:Transforms><ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/></ds:Transforms>",
    "<ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><ds:DigestValue>aW52ZW50ZWQ=</ds:DigestValue></ds:Reference></ds:SignedInfo>",
    "<ds:SignatureValue>aW52ZW50ZWQ=</ds:SignatureValue></ds:Signature>"
);
/// A payload that means nothing.
const PAYLOAD: &str = "aW52ZW50ZWQ=";
const CATALOGUE: &str = include_str!("../../../../rules/codes/srv_catalogue.csv");

pub(crate) struct Archive {
    path: PathBuf,
    zip: ZipWriter<BufWriter<File>>,
    user: Eui64,
    known: i64,
    /// Service Reference and body element by variant.
    services: BTreeMap<String, (String, String)>,
    counts: ArchiveCounts,
    today: (u32, u32, u32),
}

/// References and body elements, from the catalogue.
fn services() -> BTreeMap<String, (String, String)> {
    let mut reader = csv::Reader::from_reader(CATALOGUE.as_bytes());
    let at = |name: &str, headers: &csv::StringRecord| {
        headers.iter().position(|h| h == name).unwrap_or(0)
    };
    let Ok(headers) = reader.headers().cloned() else { return BTreeMap::new() };
    let (srv, reference, element) = (
        at("srv", &headers),
        at("service_reference", &headers),
        at("schema_body_element", &headers),
    );
    reader
        .records()
        .flatten()
        .map(|r| {
            let cell = |i: usize| r.get(i).unwrap_or("").to_owned();
            (cell(srv), (cell(reference), cell(element)))
        })
        .collect()
}

impl Archive {
    pub fn create(world: &World, path: PathBuf) -> Result<Archive, SimError> {
        let file = File::create(&path).map_err(failed(&path))?;
        Ok(Archive {
            zip: ZipWriter::new(BufWriter::new(file)),
            path,
            user: world.config.users[0].eui,
            known: world.cut_off(),
            services: services(),
            counts: ArchiveCounts::default(),
            today: (u32::MAX, 0, 0),
        })
    }

    fn turn(&mut self, day: u32) {
        if self.today.0 != day {
            self.today = (day, 0, 0);
        }
    }

    fn put(&mut self, at: Utc, kind: &str, xml: &str) -> Result<(), SimError> {
        self.counts.messages += 1;
        let day = at.day();
        let name = format!("{day}/{:06}-{kind}.xml", self.counts.messages);
        // A fixed time inside the archive: the same world gives the same bytes.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default());
        let io = |e: zip::result::ZipError| SimError::Write {
            path: self.path.clone(),
            source: std::io::Error::other(e),
        };
        self.zip.start_file(name, options).map_err(io)?;
        self.zip.write_all(xml.as_bytes()).map_err(failed(&self.path))
    }

    /// Request, acknowledgement and answer of one exchange of the User.
    pub fn take(&mut self, e: &Exchange, day: u32) -> Result<(), SimError> {
        if e.originator != self.user || day >= DAYS || e.kind != Kind::ServiceRequest {
            return Ok(());
        }
        self.turn(day);
        if self.today.1 >= EXCHANGES {
            return Ok(());
        }
        let Some((reference, element)) = self.services.get(e.srv.as_str()).cloned() else {
            return Ok(());
        };
        self.today.1 += 1;
        self.counts.requests += 1;
        let sent = e.times.user_sent.unwrap_or(e.times.received);
        self.put(sent, "request", &request_xml(e, &reference, &element))?;
        if e.state() == RequestState::Refused {
            self.counts.immediate += 1;
            let at = e.times.received;
            let refusal =
                response_xml(e, &reference, e.code.as_str(), Utc(at.0 + 80_000), false, "");
            return self.put(at, "refusal", &refusal);
        }
        if let Some(at) = e.times.acknowledged {
            self.counts.immediate += 1;
            let acknowledgement = response_xml(e, &reference, "I99", at, false, "");
            self.put(at, "acknowledgement", &acknowledgement)?;
        }
        // The User hears of a time-out too: an answer with an error code and without a payload.
        match e.times.answer_sent.or(e.times.ended).filter(|&at| at.0 < self.known) {
            None => Ok(()),
            Some(at) => {
                self.counts.answers += 1;
                let answer =
                    response_xml(e, &reference, e.code.as_str(), at, true, &answer_content(e));
                self.put(at, "response", &answer)
            }
        }
    }

    /// One alert that the User was sent.
    pub fn alert(&mut self, a: &Alert, day: u32) -> Result<(), SimError> {
        if a.recipient != self.user
            || day >= DAYS
            || a.state != AlertState::Delivered
            || a.alert_kind != "device"
            || matches!(a.code.as_str(), "8F66" | "8F67")
        {
            return Ok(());
        }
        self.turn(day);
        if self.today.2 >= ALERTS {
            return Ok(());
        }
        self.today.2 += 1;
        self.counts.alerts += 1;
        self.put(a.received, "device-alert", &format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><sr:Response xmlns:sr=\"{NS}\" schemaVersion=\"5.4\"><sr:Header><sr:ResponseID>{}:{}:{}</sr:ResponseID><sr:ResponseCode>I0</sr:ResponseCode><sr:ResponseDateTime>{}</sr:ResponseDateTime></sr:Header><sr:Body><sr:DeviceAlertMessage><sr:AlertCode>{}</sr:AlertCode><sr:GBCSPayload>{PAYLOAD}</sr:GBCSPayload></sr:DeviceAlertMessage></sr:Body>{SIGNATURE}</sr:Response>",
            a.device, a.recipient, a.counter, a.received, a.code))
    }

    pub fn finish(self) -> Result<ArchiveCounts, SimError> {
        let io = |e: zip::result::ZipError| SimError::Write {
            path: self.path.clone(),
            source: std::io::Error::other(e),
        };
        let mut out = self.zip.finish().map_err(io)?;
        out.flush().map_err(failed(&self.path))?;
        Ok(self.counts)
    }
}

fn id(e: &Exchange) -> RequestId {
    RequestId { originator: e.originator, target: e.target, counter: e.counter }
}

fn request_xml(e: &Exchange, reference: &str, element: &str) -> String {
    let (element, inner) = if e.cv == Some(CommandVariant::SignedSend) {
        ("SignedPreCommand", format!("<sr:GBCSPayload>{PAYLOAD}</sr:GBCSPayload>"))
    } else {
        (element, String::new())
    };
    let due = e
        .times
        .due
        .map_or_else(String::new, |d| format!("<sr:ExecutionDateTime>{d}</sr:ExecutionDateTime>"));
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><sr:Request xmlns:sr=\"{NS}\" schemaVersion=\"5.4\"><sr:Header><sr:RequestID>{}</sr:RequestID><sr:CommandVariant>{}</sr:CommandVariant><sr:ServiceReference>{reference}</sr:ServiceReference><sr:ServiceReferenceVariant>{}</sr:ServiceReferenceVariant></sr:Header><sr:Body><sr:{element}>{due}{inner}</sr:{element}></sr:Body>{SIGNATURE}</sr:Request>",
        id(e),
        number_or_zero(e.cv),
        e.srv
    )
}

/// A Response to the request. `answer`: with an identity of its own, as answers of devices have it.
fn response_xml(
    e: &Exchange,
    reference: &str,
    code: &str,
    at: Utc,
    answer: bool,
    content: &str,
) -> String {
    let response_id = if answer {
        format!("<sr:ResponseID>{}:{}:{}</sr:ResponseID>", SERVICE, e.originator, at.0 / 1_000)
    } else {
        String::new()
    };
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><sr:Response xmlns:sr=\"{NS}\" schemaVersion=\"5.4\"><sr:Header><sr:RequestID>{}</sr:RequestID>{response_id}<sr:ResponseCode>{code}</sr:ResponseCode><sr:ResponseDateTime>{}</sr:ResponseDateTime></sr:Header><sr:Body><sr:ResponseMessage><sr:ServiceReference>{reference}</sr:ServiceReference><sr:ServiceReferenceVariant>{}</sr:ServiceReferenceVariant>{content}</sr:ResponseMessage></sr:Body>{SIGNATURE}</sr:Response>",
        id(e),
        at,
        e.srv
    )
}

/// The elements of an answer's content; none where the device gave no answer.
fn answer_content(e: &Exchange) -> String {
    match (e.leg, e.state()) {
        (Leg::Transform, _) => format!(
            "<sr:PreCommand><sr:GBCSVersion>4.1</sr:GBCSVersion><sr:GBCSPayload>{PAYLOAD}</sr:GBCSPayload></sr:PreCommand>"
        ),
        (Leg::Send, RequestState::AnsweredSuccess)
            if e.cv == Some(CommandVariant::SignedSend) && e.times.due.is_some() =>
        {
            format!(
                "<sr:FutureDatedDeviceAlertMessage><sr:FutureDatedAlertCode>8F66</sr:FutureDatedAlertCode><sr:GBCSPayload>{PAYLOAD}</sr:GBCSPayload><sr:InstructionNumber>1</sr:InstructionNumber><sr:TotalCommandInstructions>1</sr:TotalCommandInstructions></sr:FutureDatedDeviceAlertMessage>"
            )
        }
        (Leg::Send, RequestState::AnsweredSuccess | RequestState::AnsweredDeviceError) => {
            format!("<sr:GBCSPayload>{PAYLOAD}</sr:GBCSPayload>")
        }
        _ => String::new(),
    }
}
