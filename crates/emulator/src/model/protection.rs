//! Keys of the emulated devices, and how a device protects what it says.
//!
//! Every device's keys follow from the network's seed, so whoever knows the seed can make the
//! service's side of them too. Invented, and no secret.

use crate::model::rng::Rng;
use northbound_gbcs::{
    GbcsError, Message, Parsed, Signature, build,
    keys::{AgreementKey, PRIVATE_BYTES, PublicKey, SharedSecret, SigningKey},
    mac,
};
use northbound_types::Eui64;
use std::{cell::RefCell, collections::HashMap};

/// What a device checks and how it protects its answers. Without keys nothing is checked and
/// answers carry neither MAC nor signature.
#[derive(Debug, Clone, Default)]
pub struct Protection {
    /// Seed of the devices' keys.
    pub seed: u64,
    /// The Access Control Broker, whose MAC each Command must carry; `None`: MACs are not checked.
    pub broker: Option<PublicKey>,
    /// Agreement keys of those who get responses and alerts: these carry a MAC for them.
    pub recipients: HashMap<Eui64, PublicKey>,
    /// Devices sign the answers to signed Commands, and their alerts.
    pub sign: bool,
    /// What devices have agreed with others already.
    pub agreed: Agreed,
}

/// Agreed secrets in memory at most; beyond that they are agreed again.
pub const MOST_AGREED: usize = 200_000;

/// Secrets of devices with others. An agreement takes as long as the verification of a signature,
/// and gives the same each time: each pair agrees once, as real devices do when a certificate is put in.
#[derive(Debug, Clone, Default)]
pub struct Agreed(RefCell<HashMap<(Eui64, Eui64), (PublicKey, SharedSecret)>>);

impl Agreed {
    /// The secret of a device with another, whose public key this is.
    fn with(
        &self,
        seed: u64,
        device: Eui64,
        other: Eui64,
        public: &PublicKey,
    ) -> Result<SharedSecret, GbcsError> {
        let mut known = self.0.borrow_mut();
        if let Some((_, s)) = known.get(&(device, other)).filter(|(of, _)| of == public) {
            return Ok(*s);
        }
        if known.len() >= MOST_AGREED {
            known.clear();
        }
        let secret = agreement_key(seed, device)?.agree(public)?;
        known.insert((device, other), (*public, secret));
        Ok(secret)
    }
}

/// In place of the Access Control Broker's EUI, which is not known here, among the parties that a device has agreed with.
const BROKER: Eui64 = Eui64(0);

/// Which of a device's keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Usage {
    Agreement = 8,
    Signature = 9,
}

fn private(seed: u64, device: Eui64, usage: Usage) -> [u8; PRIVATE_BYTES] {
    let mut rng = Rng::stream(seed, &[usage as u64, device.0]);
    let mut key = [0; PRIVATE_BYTES];
    for piece in key.chunks_exact_mut(8) {
        piece.copy_from_slice(&rng.bits().to_be_bytes());
    }
    // Below the curve's order, and not zero.
    key[0] &= 0x7F;
    key[PRIVATE_BYTES - 1] |= 1;
    key
}

/// A device's agreement key.
///
/// # Errors
/// `bad-key`, never in practice.
pub fn agreement_key(seed: u64, device: Eui64) -> Result<AgreementKey, GbcsError> {
    AgreementKey::read(&private(seed, device, Usage::Agreement))
}

/// A device's signing key.
///
/// # Errors
/// `bad-key`, never in practice.
pub fn signing_key(seed: u64, device: Eui64) -> Result<SigningKey, GbcsError> {
    SigningKey::read(&private(seed, device, Usage::Signature))
}

impl Protection {
    /// Does the device take the Command? Its MAC is checked where the broker's key is known.
    ///
    /// # Errors
    /// `bad-mac`.
    pub fn check(&self, command: &Parsed<'_>) -> Result<(), GbcsError> {
        let Some(broker) = &self.broker else { return Ok(()) };
        mac::verify(
            &self.agreed.with(self.seed, command.message.recipient, BROKER, broker)?,
            command,
        )
    }

    /// A device's message with the protection that it gives: a signature where `critical`, else a
    /// MAC.
    ///
    /// # Errors
    /// As [`build`].
    pub fn protect(&self, m: &Message<'_>, critical: bool) -> Result<Vec<u8>, GbcsError> {
        let plain = Message { signature: Signature::Empty, mac: None, ..*m };
        if critical {
            if !self.sign {
                return build(&plain);
            }
            let bytes = build(&plain)?;
            let raw = signing_key(self.seed, m.originator)?
                .sign(northbound_gbcs::parse(&bytes)?.signed)?;
            return build(&Message { signature: Signature::Signed(&raw), ..plain });
        }
        match self.recipients.get(&m.recipient) {
            Some(public) => mac::with_mac(
                &self.agreed.with(self.seed, m.originator, m.recipient, public)?,
                &plain,
            ),
            None => build(&plain),
        }
    }
}
