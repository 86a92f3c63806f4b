//! Preparing, signing and posting a request.

use crate::error::{ClientError, Result};
use base64::{Engine, engine::general_purpose::STANDARD};
use northbound_duis::{
    Content, Limits, Message, Response, ResponseBody, Services, Signer,
    build::{RequestBody, RequestOut, ServiceRef},
    read, text_of,
};
use northbound_flow::event::WebService;
use northbound_gbcs::pre_command;
use northbound_keys::Held;
use northbound_transport::{Client, Url};
use northbound_types::{CommandVariant, Eui64, RequestId};
use std::path::Path;

/// A signed request, ready to be posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// The RequestID.
    pub id: RequestId,
    /// Command Variant.
    pub variant: CommandVariant,
    /// Service Reference.
    pub reference: String,
    /// Service Reference Variant.
    pub srv: String,
    /// The signed XML.
    pub xml: Vec<u8>,
}

impl Prepared {
    /// The last part of the path to which it is posted.
    #[must_use]
    pub fn path(&self) -> &'static str {
        match WebService::of_variant(self.variant) {
            Some(WebService::Transform) => "serviceT",
            Some(WebService::NonDevice) => "serviceD",
            Some(WebService::Send) | None => "serviceS",
        }
    }
}

/// The immediate reply of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// HTTP status.
    pub status: u16,
    /// The body of the reply.
    pub body: Vec<u8>,
    /// Response code, if the reply is a DUIS message.
    pub code: Option<String>,
    /// The reply, if it is a DUIS message: an acknowledgement, a refusal, or the answer of the service itself.
    pub message: Option<Box<Response>>,
    /// The Pre-Command in the reply.
    pub pre_command: Option<Vec<u8>>,
}

/// A Pre-Command, signed by a User.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedBody(pub Vec<u8>);

/// Version of the schema by which requests are written.
const SCHEMA_VERSION: &str = "5.4";

/// Reads a request from the bytes of a file, replaces User, device and counter
/// where given, and signs it. `path` is for error texts only.
///
/// # Errors
/// Bytes that are not a request.
pub fn prepare(
    path: &Path,
    bytes: &[u8],
    user: Eui64,
    device: Option<Eui64>,
    counter: Option<u64>,
    signer: &Signer,
    services: &Services,
) -> Result<Prepared> {
    let limits = Limits::default();
    let Message::Request(r) =
        read(bytes, &limits, services).map_err(|e| ClientError::input(path, e))?
    else {
        return Err(ClientError::input(path, "this is a Response; send takes a Request"));
    };
    let id = RequestId {
        originator: user,
        target: device.unwrap_or(r.id.id.target),
        counter: counter.unwrap_or(r.id.id.counter),
    };
    // Only the RequestID of the header is replaced.
    let text =
        text_of(bytes, "RequestID").ok_or_else(|| ClientError::input(path, "no RequestID"))?;
    let at = text.as_ptr() as usize - bytes.as_ptr() as usize;
    let mut own = bytes[..at].to_vec();
    own.extend_from_slice(id.to_string().as_bytes());
    own.extend_from_slice(&bytes[at + text.len()..]);
    let xml = signer.sign(&own, &limits).map_err(|e| ClientError::input(path, e))?;
    Ok(Prepared { id, variant: r.variant, reference: r.service_reference, srv: r.srv, xml })
}

/// The request that returns a signed Pre-Command: Command Variant 5 to 7 under the same RequestID.
///
/// # Errors
/// Bytes that are not a Pre-Command; a key that cannot be read.
pub fn signed_pre_command(
    of: &Prepared,
    pre: &[u8],
    variant: CommandVariant,
    command_key: &Held,
    signer: &Signer,
) -> Result<Prepared> {
    let id = of.id.to_string();
    let wrong = |source| ClientError::PreCommand { request: of.id.to_string(), source };
    let to_sign = pre_command::to_sign(pre).map_err(|e| wrong(e.into()))?;
    let signed =
        pre_command::sign_with(pre, &command_key.sign(to_sign)?).map_err(|e| wrong(e.into()))?;
    let out = RequestOut {
        schema_version: SCHEMA_VERSION,
        id: &id,
        first_in_sequence: None,
        preceding: None,
        variant,
        service: ServiceRef { reference: &of.reference, srv: &of.srv },
        body: RequestBody::SignedPreCommand { execution: None, payload: &signed },
    };
    let xml = out.signed(signer).map_err(|e| wrong(e.into()))?;
    Ok(Prepared { id: of.id, variant, reference: of.reference.clone(), srv: of.srv.clone(), xml })
}

/// Posts a request to the service at `base` and reads its immediate reply.
///
/// # Errors
/// A service that cannot be reached.
pub async fn send(
    client: &Client,
    base: &Url,
    request: &Prepared,
    services: &Services,
) -> Result<Sent> {
    let url = base.join(request.path());
    let (status, body) = client
        .exchange(&url, request.xml.clone())
        .await
        .map_err(|source| ClientError::Post { address: url.to_string(), source })?;
    let response = match read(&body, &Limits::default(), services) {
        Ok(Message::Response(r)) => Some(r),
        Ok(Message::Request(_)) | Err(_) => None,
    };
    let holds = response
        .as_ref()
        .is_some_and(|r| matches!(r.body, ResponseBody::Service(_, Content::PreCommand)));
    let pre_command = holds
        .then(|| text_of(&body, "GBCSPayload").and_then(|t| STANDARD.decode(t).ok()))
        .flatten();
    let code = response.as_ref().map(|r| r.code.clone());
    Ok(Sent { status, code, message: response, pre_command, body })
}
