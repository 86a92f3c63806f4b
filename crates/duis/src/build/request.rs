//! What a User's client says: requests of the Command Variants 1 to 8.

use super::{BuildError, Built, ServiceRef, Writer};
use crate::sign::{SignError, Signer};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use northbound_types::{CommandVariant, Eui64, Utc};

/// A request to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestOut<'a> {
    /// `schemaVersion`, such as `5.4`.
    pub schema_version: &'a str,
    /// RequestID as it is to be written; known clients write EUIs in lower case.
    pub id: &'a str,
    /// FirstInSequence.
    pub first_in_sequence: Option<bool>,
    /// PrecedingServiceRequestID.
    pub preceding: Option<&'a str>,
    /// Command Variant, 1 to 8. The body of 5 to 7 is [`RequestBody::SignedPreCommand`], and of
    /// no other.
    pub variant: CommandVariant,
    /// The service.
    pub service: ServiceRef<'a>,
    /// The body.
    pub body: RequestBody<'a>,
}

/// The body of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestBody<'a> {
    /// The service's element with what is inside.
    Service(Element),
    /// A Pre-Command, signed.
    SignedPreCommand {
        /// When it is to be executed.
        execution: Option<Utc>,
        /// The Pre-Command with its signature.
        payload: &'a [u8],
    },
}

/// An element of a request's body, in the namespace of the interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    name: String,
    text: Option<String>,
    children: Vec<Element>,
}

impl Element {
    /// An element without text.
    #[must_use]
    pub fn new(name: &str) -> Element {
        Element { name: name.to_owned(), text: None, children: Vec::new() }
    }

    /// An element with text.
    #[must_use]
    pub fn text(name: &str, text: &str) -> Element {
        Element { name: name.to_owned(), text: Some(text.to_owned()), children: Vec::new() }
    }

    /// The same with one more element inside.
    #[must_use]
    pub fn with(mut self, child: Element) -> Element {
        self.children.push(child);
        self
    }

    /// The same with one more element inside, where there is one.
    #[must_use]
    pub fn with_some(self, child: Option<Element>) -> Element {
        match child {
            Some(c) => self.with(c),
            None => self,
        }
    }

    fn write(&self, w: &mut Writer) {
        name_fits(w, &self.name);
        if let Some(text) = &self.text {
            if !self.children.is_empty() {
                w.refuse(BuildError::Shape("an element has text or elements inside, not both"));
            }
            return w.text(&self.name, text);
        }
        w.element(&self.name, |w| {
            for child in &self.children {
                child.write(w);
            }
        });
    }
}

/// Names come from callers: nothing else may get in between the brackets.
pub(crate) fn name_fits(w: &mut Writer, name: &str) {
    let good = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
    if !good {
        w.refuse(BuildError::Name(name.chars().take(60).collect()));
    }
}

/// By what the inventory is read (8.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InventoryKey<'a> {
    /// DeviceID.
    Device(Eui64),
    /// MPxN of the import supply.
    Mpxn(&'a str),
    /// UPRN.
    Uprn(&'a str),
}

/// What a pre-notification (12.2) says of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prenotification<'a> {
    /// DeviceID.
    pub device: Eui64,
    /// DeviceManufacturer.
    pub manufacturer: &'a str,
    /// DeviceModel.
    pub model: &'a str,
    /// DeviceType.
    pub kind: &'a str,
    /// SMETSCHTSVersion.
    pub smets_version: Option<&'a str>,
    /// FirmwareVersion.
    pub firmware_version: Option<&'a str>,
    /// ESMEVariant.
    pub esme_variant: Option<&'a str>,
    /// AssociatedGPFDeviceID, of a gas meter's mirror in the hub.
    pub gpf: Option<Eui64>,
}

impl<'a> RequestBody<'a> {
    /// A service's element that holds ExecutionDateTime or nothing (4.1.1 and most reads of registers).
    #[must_use]
    pub fn read(element: &str, execution: Option<Utc>) -> RequestBody<'a> {
        RequestBody::Service(
            Element::new(element)
                .with_some(execution.map(|at| Element::text("ExecutionDateTime", &at.to_string()))),
        )
    }

    /// A read of a log over a period (4.8.1, 4.10 and their kin).
    #[must_use]
    pub fn read_log(element: &str, execution: Option<Utc>, from: Utc, to: Utc) -> RequestBody<'a> {
        let period = Element::new("ReadLogPeriod")
            .with(Element::text("StartDateTime", &from.to_string()))
            .with(Element::text("EndDateTime", &to.to_string()));
        RequestBody::Service(
            Element::new(element)
                .with_some(execution.map(|at| Element::text("ExecutionDateTime", &at.to_string())))
                .with(period),
        )
    }

    /// Read Inventory (8.2).
    #[must_use]
    pub fn read_inventory(key: InventoryKey<'_>) -> RequestBody<'a> {
        RequestBody::Service(Element::new("ReadInventory").with(match key {
            InventoryKey::Device(eui) => Element::text("DeviceID", &eui.to_string()),
            InventoryKey::Mpxn(mpxn) => Element::text("MPxN", mpxn),
            InventoryKey::Uprn(uprn) => Element::text("UPRN", uprn),
        }))
    }

    /// Device Pre-notification (12.2).
    #[must_use]
    pub fn prenotification(device: &Prenotification<'_>) -> RequestBody<'a> {
        let some = |name: &str, text: Option<&str>| text.map(|t| Element::text(name, t));
        RequestBody::Service(
            Element::new("DevicePrenotification")
                .with(Element::text("DeviceID", &device.device.to_string()))
                .with(Element::text("DeviceManufacturer", device.manufacturer))
                .with(Element::text("DeviceModel", device.model))
                .with(Element::text("DeviceType", device.kind))
                .with_some(some("SMETSCHTSVersion", device.smets_version))
                .with_some(some("FirmwareVersion", device.firmware_version))
                .with_some(some("ESMEVariant", device.esme_variant))
                .with_some(
                    device.gpf.map(|eui| Element::text("AssociatedGPFDeviceID", &eui.to_string())),
                ),
        )
    }

    fn write(&self, w: &mut Writer) {
        match self {
            RequestBody::Service(element) => element.write(w),
            RequestBody::SignedPreCommand { execution, payload } => {
                w.element("SignedPreCommand", |w| {
                    if let Some(at) = execution {
                        w.time("ExecutionDateTime", *at);
                    }
                    w.text("GBCSPayload", &STANDARD.encode(payload));
                })
            }
        }
    }
}

impl RequestOut<'_> {
    /// The request without a signature.
    ///
    /// # Errors
    /// Values that cannot be written, and a body that does not belong to the Command Variant.
    pub fn to_xml(&self) -> Result<Vec<u8>, BuildError> {
        self.build().map(|b| b.bytes)
    }

    /// The request, signed.
    ///
    /// # Errors
    /// As [`RequestOut::to_xml`].
    pub fn signed(&self, signer: &Signer) -> Result<Vec<u8>, SignError> {
        self.build()?.signed(signer)
    }

    fn build(&self) -> Result<Built, BuildError> {
        if self.variant == CommandVariant::Internal {
            return Err(BuildError::Shape("the Command Variant is not 1 to 8"));
        }
        let pre_command = matches!(self.body, RequestBody::SignedPreCommand { .. });
        if pre_command != self.variant.is_signed_pre_command() {
            return Err(BuildError::Shape(
                "SignedPreCommand belongs to the Command Variants 5 to 7, and they to it",
            ));
        }
        let mut w = Writer::message("Request", self.schema_version);
        w.element("Header", |w| {
            w.text("RequestID", self.id);
            if let Some(first) = self.first_in_sequence {
                w.value("FirstInSequence", first);
            }
            w.optional("PrecedingServiceRequestID", self.preceding);
            w.value("CommandVariant", self.variant);
            w.text("ServiceReference", self.service.reference);
            w.text("ServiceReferenceVariant", self.service.srv);
        });
        w.element("Body", |w| self.body.write(w));
        w.finish("Request")
    }
}
