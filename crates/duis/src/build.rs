//! Writes messages: whitespace-free, in canonical form, with the prefix `sr:`.
//!
//! What is written here can be signed without changes, and is valid to the schema as far as the
//! values given are: a code that the schema does not list, say, is written as it was given.

mod alert;
mod request;
mod response;
mod sample;

pub use alert::{AlertBody, DccAlertOut, DccPayload, DeviceAlertOut, MeterMpxns, StatusChange};
pub use request::{Element, InventoryKey, Prenotification, RequestBody, RequestOut};
pub use response::{
    FirmwareWarning, InventoryDevice, Item, LogPeriod, MOST_INVENTORY_DEVICES, MOST_SCHEDULES,
    ResponseBodyOut, ResponseOut, ScheduleRow, ScheduledRead,
};
pub use sample::{SampleOf, has_sample, sample};

use crate::scan::is_xml_char;
use crate::sign::{SignError, Signer};
use crate::{NAMESPACE, canon};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use northbound_types::{Eui64, RequestId, Utc};
use std::fmt::Display;

/// Why a message cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// A character that no XML can hold.
    #[error("{field}: character U+{code:04X} is not allowed in XML")]
    Character {
        /// The element.
        field: String,
        /// The character.
        code: u32,
    },
    /// A name that is no element's.
    #[error("{0:?} is not the name of an element")]
    Name(String),
    /// A list with too few or too many entries.
    #[error("{field}: {found} entries, from 1 to {most}")]
    Entries {
        /// The element.
        field: &'static str,
        /// How many were given.
        found: usize,
        /// How many the schema takes.
        most: usize,
    },
    /// A message that would contradict itself.
    #[error("{0}")]
    Shape(&'static str),
}

/// The two references that name a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServiceRef<'a> {
    /// Service Reference, such as `4.1`.
    pub reference: &'a str,
    /// Service Reference Variant, such as `4.1.1`.
    pub srv: &'a str,
}

/// A message as text in canonical form, and where its last end tag begins.
pub(crate) struct Built {
    pub bytes: Vec<u8>,
    pub root_end: usize,
}

impl Built {
    pub fn signed(self, signer: &Signer) -> Result<Vec<u8>, SignError> {
        signer.append(self.bytes, self.root_end)
    }
}

/// Writes elements. The first error is remembered and returned at the end.
pub(crate) struct Writer {
    out: Vec<u8>,
    fault: Option<BuildError>,
}

impl Writer {
    /// Starts a message: its root with namespace and version.
    pub fn message(root: &str, version: &str) -> Writer {
        let mut w = Writer { out: Vec::with_capacity(2048), fault: None };
        w.out.extend_from_slice(
            format!("<sr:{root} xmlns:sr=\"{NAMESPACE}\" schemaVersion=\"").as_bytes(),
        );
        if version.bytes().all(|b| b.is_ascii_digit() || b == b'.') && !version.is_empty() {
            w.out.extend_from_slice(version.as_bytes());
        } else {
            w.fault = Some(BuildError::Shape("schemaVersion is not a decimal"));
        }
        w.out.extend_from_slice(b"\">");
        w
    }

    /// Ends the message.
    pub fn finish(mut self, root: &str) -> Result<Built, BuildError> {
        let root_end = self.out.len();
        self.close(root);
        self.fault.map_or(Ok(Built { bytes: self.out, root_end }), Err)
    }

    pub fn refuse(&mut self, fault: BuildError) {
        self.fault.get_or_insert(fault);
    }

    fn tag(&mut self, start: &[u8], name: &str) {
        self.out.extend_from_slice(start);
        self.out.extend_from_slice(name.as_bytes());
        self.out.push(b'>');
    }

    pub fn open(&mut self, name: &str) {
        self.tag(b"<sr:", name);
    }
    pub fn close(&mut self, name: &str) {
        self.tag(b"</sr:", name);
    }

    /// An element around what `inside` writes.
    pub fn element(&mut self, name: &str, inside: impl FnOnce(&mut Writer)) {
        self.open(name);
        inside(self);
        self.close(name);
    }

    /// An element with text.
    pub fn text(&mut self, name: &str, text: &str) {
        if let Some(c) = text.chars().find(|&c| !is_xml_char(c)) {
            self.refuse(BuildError::Character { field: name.to_owned(), code: u32::from(c) });
        }
        self.open(name);
        // A carriage return must be written as a reference, or it would be read as a line feed.
        for (i, piece) in text.split('\r').enumerate() {
            if i > 0 {
                canon::text_char('\r', &mut self.out);
            }
            canon::text(piece, &mut self.out);
        }
        self.close(name);
    }

    /// An element with text, where there is one.
    pub fn optional(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(name, text);
        }
    }

    /// An element with what a value prints.
    pub fn value(&mut self, name: &str, value: impl Display) {
        self.text(name, &value.to_string());
    }

    /// An element with base64.
    pub fn payload(&mut self, name: &str, bytes: &[u8]) {
        self.text(name, &STANDARD.encode(bytes));
    }

    pub fn eui(&mut self, name: &str, eui: Eui64) {
        self.value(name, eui);
    }

    /// `originator:target:counter`.
    pub fn id(&mut self, name: &str, id: RequestId) {
        self.value(name, id);
    }

    pub fn time(&mut self, name: &str, at: Utc) {
        self.value(name, at);
    }

    /// A list of devices with `,` between.
    pub fn devices(&mut self, name: &'static str, devices: &[Eui64], most: usize) {
        if devices.is_empty() || devices.len() > most {
            self.refuse(BuildError::Entries { field: name, found: devices.len(), most });
        }
        self.text(name, &devices.iter().map(Eui64::to_string).collect::<Vec<_>>().join(","));
    }
}
