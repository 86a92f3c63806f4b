//! The door: from the bytes of a message to an input of the core. Reads, verifies, and puts into
//! the core's words; what cannot be understood or is not signed by its sender is turned away with a
//! code, and that too becomes an input, so that it has its row.

mod fields;
mod payload;

pub(crate) use payload::text_of;

use crate::keys::Keys;
use northbound_duis::{
    Limits, Message, Services, SignatureRefusal, Verifier, VerifyRules, read_and_verify,
};
use northbound_flow::{
    event::{IdText, Rejected, Request, WebService},
    policy::Policy,
};
use northbound_rules::RuleSet;
use northbound_types::{Day, Eui64, RequestId, ResponseCode, Srv, TestKind, Utc};
use std::sync::{Arc, PoisonError, RwLock};

/// Where the door stands: everything by which it decides, each of which can be exchanged while the
/// service runs.
pub struct Door {
    limits: Limits,
    services: Services,
    rules: VerifyRules,
    keys: RwLock<Arc<Keys>>,
    policy: RwLock<Arc<Policy>>,
    codes: DoorCodes,
}

/// What is answered to those who are turned away.
#[derive(Debug, Clone, Copy)]
pub struct DoorCodes {
    /// To what is not a readable request.
    pub unreadable: ResponseCode,
    /// To what is not signed by its sender.
    pub signature: ResponseCode,
}

impl DoorCodes {
    /// From the settings of a day.
    ///
    /// # Errors
    /// A setting that is missing or no code.
    pub fn from_rules(
        rules: &RuleSet,
        day: Day,
    ) -> Result<DoorCodes, northbound_flow::policy::PolicyError> {
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
        Ok(DoorCodes { unreadable: code("code-unreadable")?, signature: code("code-signature")? })
    }
}

/// A message that was turned away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Away {
    /// Its input.
    pub event: Rejected,
    /// Its RequestID as it was written, where it could be read.
    pub written: Option<String>,
    /// Why, for the log.
    pub why: String,
}

/// What the door makes of a message.
#[derive(Debug, Clone, PartialEq)]
pub enum Passed {
    /// An input of the core.
    In(Box<Request>),
    /// Turned away.
    Away(Box<Away>),
}

impl Door {
    /// A door. `rules` of signatures hold for every message.
    #[must_use]
    pub fn new(
        limits: Limits,
        services: Services,
        rules: VerifyRules,
        keys: Arc<Keys>,
        policy: Arc<Policy>,
        codes: DoorCodes,
    ) -> Door {
        Door {
            limits,
            services,
            rules,
            keys: RwLock::new(keys),
            policy: RwLock::new(policy),
            codes,
        }
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
        Arc::clone(&self.policy.read().unwrap_or_else(PoisonError::into_inner))
    }
    /// Other certificates from now on.
    pub fn change_keys(&self, keys: Arc<Keys>) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
    }
    /// Another policy from now on.
    pub fn change_policy(&self, policy: Arc<Policy>) {
        *self.policy.write().unwrap_or_else(PoisonError::into_inner) = policy;
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
    pub fn pass(
        &self,
        service: WebService,
        bytes: &[u8],
        connected: Option<Eui64>,
        now: Utc,
    ) -> Passed {
        let keys = self.keys();
        let verifier = Verifier { keyring: &keys.ring, rules: &self.rules, now };
        let (message, signed) =
            match read_and_verify(bytes, &self.limits, &self.services, &verifier) {
                Ok((Message::Request(r), signed)) => (r, signed),
                Ok((Message::Response(_), _)) => {
                    return self.away_unread(
                        bytes,
                        connected,
                        "a Response; only Requests are taken here".to_owned(),
                    );
                }
                Err(refusal) => return self.away_unread(bytes, connected, refusal.to_string()),
            };
        let signer = match signed {
            Ok(signed) => signed.signer,
            Err(e) => return self.away_signature(&message, connected, &e),
        };
        if connected.is_some_and(|c| c != signer) {
            let why = format!(
                "signed by {signer} on a connection of {}",
                connected.map(|c| c.to_string()).unwrap_or_default()
            );
            return away(&message, connected, self.codes.signature, why);
        }
        let policy = self.policy();
        match fields::request(&message, bytes, service, signer, &policy, &keys) {
            Ok(request) => Passed::In(Box::new(request)),
            Err(fields::Unfit::Unreadable(why)) => {
                away(&message, connected, self.codes.unreadable, why)
            }
            Err(fields::Unfit::Signature(why)) => {
                away(&message, connected, self.codes.signature, why)
            }
        }
    }

    /// Turned away unread: because of its length, say.
    #[must_use]
    pub fn away_unread(&self, bytes: &[u8], connected: Option<Eui64>, why: String) -> Passed {
        let written = payload::text_of(bytes, "RequestID").map(str::to_owned);
        let id = written.as_deref().and_then(|t| t.trim().parse::<RequestId>().ok());
        let event =
            Rejected { id, from: connected, cv: None, srv: Srv::NONE, code: self.codes.unreadable };
        Passed::Away(Box::new(Away { event, written: id.and(written), why }))
    }

    fn away_signature(
        &self,
        message: &northbound_duis::Request,
        connected: Option<Eui64>,
        e: &SignatureRefusal,
    ) -> Passed {
        away(message, connected, self.codes.signature, e.to_string())
    }
}

fn away(
    message: &northbound_duis::Request,
    connected: Option<Eui64>,
    code: ResponseCode,
    why: String,
) -> Passed {
    let event = Rejected {
        id: Some(message.id.id),
        from: connected,
        cv: Some(message.variant),
        srv: message.srv.parse().unwrap_or_default(),
        code,
    };
    Passed::Away(Box::new(Away { event, written: Some(message.id.text.clone()), why }))
}

/// The id as the core keeps it.
fn id_text(id: &northbound_duis::IdText) -> IdText {
    IdText::of(&id.text)
}

/// A User's own test cannot be told from its traffic.
const NO_TEST: TestKind = TestKind::None;
