//! From the bytes of a message to an input of the core. A message that cannot be read or is not signed by its
//! sender is rejected with a code. What a verified sender sent is its traffic, and has a row in the ledger like a request;
//! anything else is recorded as what the service itself saw, apart from all traffic.

use super::request;
use northbound_duis::{Limits, Message, Services, Verifier, VerifyRules, read_and_verify, text_of};
use northbound_flow::{
    event::{IdText, Rejected, Request, UnverifiedReason, WebService},
    policy::Policy,
};
use northbound_keys::Keys;
use northbound_rules::RuleSet;
use northbound_types::{Day, Eui64, RequestId, ResponseCode, Srv, TestKind, Utc};
use std::sync::{Arc, PoisonError, RwLock};

/// Reads and verifies messages of Users. Its keys can be exchanged while the service runs; its policy is that of the
/// rules in force at the start, which the engine journals before the first request.
pub struct Ingress {
    limits: Limits,
    services: Services,
    rules: VerifyRules,
    keys: RwLock<Arc<Keys>>,
    policy: Arc<Policy>,
    codes: RejectionCodes,
}

/// Response codes of rejected messages.
#[derive(Debug, Clone, Copy)]
pub struct RejectionCodes {
    /// Of a message that is not a readable request.
    pub unreadable: ResponseCode,
    /// Of a message that is not signed by its sender.
    pub signature: ResponseCode,
}

impl RejectionCodes {
    /// From the settings of a day.
    ///
    /// # Errors
    /// A setting that is missing or no code.
    pub fn from_rules(
        rules: &RuleSet,
        day: Day,
    ) -> Result<RejectionCodes, northbound_flow::policy::PolicyError> {
        let code = |key: &str| -> Result<ResponseCode, northbound_flow::policy::PolicyError> {
            let text = rules.traffic(key, day)?.text(day)?;
            text.parse().map_err(|e: northbound_types::word::WordError| {
                northbound_flow::policy::PolicyError::Value {
                    key: key.to_owned(),
                    text: text.to_owned(),
                    problem: e.to_string(),
                }
            })
        };
        Ok(RejectionCodes {
            unreadable: code("code-unreadable")?,
            signature: code("code-signature")?,
        })
    }
}

/// A message that was rejected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// Whose it is.
    pub refused: Refused,
    /// Its RequestID as it was written, where it could be read.
    pub written: Option<String>,
    /// Why, for the log.
    pub why: String,
}

/// What is recorded of a rejected message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// Traffic of the sender that its RequestID names, whose signature was valid.
    OfSender(Rejected),
    /// The sender was not verified.
    Unverified {
        /// RequestID that it states.
        claimed: Option<RequestId>,
        /// The User whose client certificate the connection has shown.
        user: Option<Eui64>,
        /// Why.
        reason: UnverifiedReason,
        /// Response code of the answer.
        code: ResponseCode,
        /// Service Reference Variant that it states.
        srv: Srv,
    },
}

impl Refused {
    /// Response code and Service Reference Variant of the answer.
    #[must_use]
    pub fn answer(&self) -> (ResponseCode, Srv) {
        match self {
            Refused::OfSender(r) => (r.code, r.srv),
            Refused::Unverified { code, srv, .. } => (*code, *srv),
        }
    }
}

/// Result of reading and verifying a message.
#[derive(Debug, Clone, PartialEq)]
pub enum Verified {
    /// An input of the core.
    Accepted(Box<Request>),
    /// A message that is answered with a refusal.
    Rejected(Box<Rejection>),
}

impl Ingress {
    /// `rules` are those of signatures.
    #[must_use]
    pub fn new(
        limits: Limits,
        services: Services,
        rules: VerifyRules,
        keys: Arc<Keys>,
        policy: Arc<Policy>,
        codes: RejectionCodes,
    ) -> Ingress {
        Ingress { limits, services, rules, keys: RwLock::new(keys), policy, codes }
    }

    /// The limits of messages.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }
    /// The catalogue.
    #[must_use]
    pub fn services(&self) -> &Services {
        &self.services
    }
    /// The certificates and keys in use.
    #[must_use]
    pub fn keys(&self) -> Arc<Keys> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }
    /// The policy in force.
    #[must_use]
    pub fn policy(&self) -> Arc<Policy> {
        Arc::clone(&self.policy)
    }
    /// Uses these certificates and keys from now on.
    pub fn change_keys(&self, keys: Arc<Keys>) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
    }
    /// The code for what cannot be read.
    #[must_use]
    pub fn unreadable(&self) -> ResponseCode {
        self.codes.unreadable
    }

    /// Bytes that a message to this service may have at most.
    #[must_use]
    pub fn most_bytes(&self, service: WebService) -> usize {
        match service {
            // Firmware goes to the Non-Device service only.
            WebService::NonDevice => self
                .limits
                .service_bytes
                .values()
                .copied()
                .chain([self.limits.body_bytes])
                .max()
                .unwrap_or(0),
            WebService::Send | WebService::Transform => self.limits.body_bytes,
        }
    }

    /// Reads and verifies a message. `connected` is whose certificate the connection has shown.
    #[must_use]
    pub fn verify(
        &self,
        service: WebService,
        bytes: &[u8],
        connected: Option<Eui64>,
        now: Utc,
    ) -> Verified {
        let keys = self.keys();
        let verifier = Verifier { keyring: &keys.ring, rules: &self.rules, now };
        let (message, signed) =
            match read_and_verify(bytes, &self.limits, &self.services, &verifier) {
                Ok((Message::Request(r), signed)) => (r, signed),
                Ok((Message::Response(_), _)) => {
                    return self.reject_unread(
                        bytes,
                        connected,
                        "a Response; only Requests are taken here".to_owned(),
                    );
                }
                Err(refusal) => return self.reject_unread(bytes, connected, refusal.to_string()),
            };
        let signer = match signed {
            Ok(signed) => signed.signer,
            Err(e) => return self.reject_signature(&message, connected, e.to_string()),
        };
        if connected.is_some_and(|c| c != signer) {
            let why = format!(
                "signed by {signer} on a connection of {}",
                connected.map(|c| c.to_string()).unwrap_or_default()
            );
            return self.reject_signature(&message, connected, why);
        }
        match request::request(&message, service, signer, &self.policy, &keys) {
            Ok(request) => Verified::Accepted(Box::new(request)),
            Err(request::Unfit::Unreadable(why)) => {
                reject(&message, connected, self.codes.unreadable, why)
            }
            Err(request::Unfit::Signature(why)) => {
                reject(&message, connected, self.codes.signature, why)
            }
        }
    }

    /// Rejects a message that was not read as a whole, such as one that is too long.
    #[must_use]
    pub fn reject_unread(&self, bytes: &[u8], connected: Option<Eui64>, why: String) -> Verified {
        let written = text_of(bytes, "RequestID").map(str::to_owned);
        let claimed = written.as_deref().and_then(|t| t.trim().parse::<RequestId>().ok());
        let refused = Refused::Unverified {
            claimed,
            user: connected,
            reason: UnverifiedReason::Unreadable,
            code: self.codes.unreadable,
            srv: Srv::NONE,
        };
        Verified::Rejected(Box::new(Rejection { refused, written: claimed.and(written), why }))
    }

    /// Rejects a message that is not signed by its sender.
    fn reject_signature(
        &self,
        message: &northbound_duis::Request,
        connected: Option<Eui64>,
        why: String,
    ) -> Verified {
        let refused = Refused::Unverified {
            claimed: Some(message.id.id),
            user: connected,
            reason: UnverifiedReason::Signature,
            code: self.codes.signature,
            srv: message.srv.parse().unwrap_or_default(),
        };
        let written = Some(message.id.text.clone());
        Verified::Rejected(Box::new(Rejection { refused, written, why }))
    }
}

/// Rejects a message that its sender has signed.
fn reject(
    message: &northbound_duis::Request,
    connected: Option<Eui64>,
    code: ResponseCode,
    why: String,
) -> Verified {
    let refused = Refused::OfSender(Rejected {
        id: Some(message.id.id),
        from: connected,
        cv: Some(message.variant),
        srv: message.srv.parse().unwrap_or_default(),
        code,
    });
    Verified::Rejected(Box::new(Rejection { refused, written: Some(message.id.text.clone()), why }))
}

/// The id as the core keeps it.
pub(super) fn id_text(id: &northbound_duis::IdText) -> IdText {
    IdText::of(&id.text)
}

/// A User's own test cannot be told from its traffic.
pub(super) const NO_TEST: TestKind = TestKind::None;
