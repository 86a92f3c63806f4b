//! Why a message is not read: a stable code, the place, and what was found. The table for people
//! is `docs/duis-refusals.md`; a test holds both together.

use northbound_types::text_enum;

text_enum! {
    /// What is wrong with a message. The words are stable: rejects and reports contain them.
    pub enum RefusalCode("refusal") {
        /// More bytes than the service's limit.
        TooLarge = "too-large",
        /// Elements inside each other beyond the limit.
        TooDeep = "too-deep",
        /// More elements than the limit.
        TooManyElements = "too-many-elements",
        /// More attributes on one element than the limit.
        TooManyAttributes = "too-many-attributes",
        /// A field that is read is longer than the limit.
        FieldTooLong = "field-too-long",
        /// A list names more devices than the limit.
        TooManyDevices = "too-many-devices",
        /// A document type declaration.
        Doctype = "doctype",
        /// An entity other than the five predefined ones, or a character reference to nothing.
        Entity = "entity",
        /// Not UTF-8.
        NotUtf8 = "not-utf8",
        /// Not well-formed XML.
        NotWellFormed = "not-well-formed",
        /// The right name in the wrong namespace.
        WrongNamespace = "wrong-namespace",
        /// The root is neither Request nor Response.
        UnknownRoot = "unknown-root",
        /// `schemaVersion` is missing or not one of those accepted.
        SchemaVersion = "schema-version",
        /// An element where the schema has none.
        UnexpectedElement = "unexpected-element",
        /// Text where the schema has none.
        UnexpectedText = "unexpected-text",
        /// A field or part that must be there is missing.
        MissingField = "missing-field",
        /// A field or part is there twice.
        DuplicateField = "duplicate-field",
        /// Fields in another order than the schema's.
        FieldOrder = "field-order",
        /// Not `originator:target:counter`.
        BadRequestId = "bad-request-id",
        /// Not a Command Variant, 1 to 9.
        BadVariant = "bad-variant",
        /// Command Variant 9: internal to the service, never from a User.
        VariantNine = "variant-nine",
        /// SignedPreCommand with a Command Variant other than 5 to 7, or one of those without it.
        VariantBody = "variant-body",
        /// No such Service Reference Variant.
        UnknownService = "unknown-service",
        /// The Service Reference Variant does not belong to the Service Reference.
        ServiceMismatch = "service-mismatch",
        /// The body is not that of the Service Reference Variant.
        BodyMismatch = "body-mismatch",
        /// Not a response code.
        BadResponseCode = "bad-response-code",
        /// Not an alert code.
        BadAlertCode = "bad-alert-code",
        /// Not a date and time.
        BadTime = "bad-time",
        /// Not a whole number within its bounds.
        BadNumber = "bad-number",
        /// Not an EUI-64.
        BadDeviceId = "bad-device-id",
        /// A payload that is not base64.
        BadPayload = "bad-payload",
        /// Not one of the words allowed.
        BadWord = "bad-word",
    }
}

/// A message that was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column} (byte {offset}): {code}: {detail}")]
pub struct Refusal {
    /// The fault, in words.
    pub code: RefusalCode,
    /// Byte offset in the message, from 0.
    pub offset: usize,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1 (in bytes where the message is not UTF-8).
    pub column: usize,
    /// What was found and what was expected. Never more than a short piece of the message.
    pub detail: String,
}

impl Refusal {
    pub(crate) fn at(bytes: &[u8], offset: usize, fault: Fault) -> Refusal {
        let offset = offset.min(bytes.len());
        let before = &bytes[..offset];
        let line_start = before.iter().rposition(|&b| b == b'\n').map_or(0, |i| i + 1);
        let line = 1 + before.iter().filter(|&&b| b == b'\n').count();
        let tail = &before[line_start..];
        let column = 1 + std::str::from_utf8(tail).map_or(tail.len(), |t| t.chars().count());
        Refusal { code: fault.code, offset, line, column, detail: fault.detail }
    }
}

/// A refusal that does not know its place yet.
#[derive(Debug)]
pub(crate) struct Fault {
    pub code: RefusalCode,
    pub detail: String,
}

impl Fault {
    pub fn new(code: RefusalCode, detail: impl Into<String>) -> Fault {
        Fault { code, detail: detail.into() }
    }
}

/// A short piece of what was found, safe to print.
pub(crate) fn quoted(text: &str) -> String {
    const SHOWN: usize = 60;
    let piece: String = text.chars().take(SHOWN).collect();
    let more = if text.chars().nth(SHOWN).is_some() { "…" } else { "" };
    format!("{piece:?}{more}")
}
