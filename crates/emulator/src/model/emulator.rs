//! The network with its devices' logs, as a regional network's interface shows it: GBCS messages
//! in, GBCS messages out.
//!
//! Pure like the rest: what has to be stored comes out as a [`crate::model::Record`], what is due is asked for
//! with a time.

use crate::model::{
    executions::{Devices, Doing, Kind, Taken},
    fleet::{DeviceType, home_of},
    protection::Protection,
    rng::Rng,
    wan::{Command, Network, Pace},
};
use northbound_gbcs::{
    Correlation, Cra, ErrorCode, GbcsError, Message, Parsed, Signature,
    content::{CommandContent, ResponseContent, STATUS_FAILED},
    parse,
};
use northbound_types::Eui64;

/// The network, its devices' logs and how they answer.
#[derive(Debug, Clone)]
pub struct Emulator {
    /// Fates and alerts.
    pub network: Network,
    /// The executions so far.
    pub devices: Devices,
    /// MACs and signatures.
    pub protection: Protection,
    /// Chance that a device answers with an error, ppm.
    pub error_ppm: u64,
}

impl Emulator {
    /// An emulator whose devices have done nothing yet, without protection and without errors.
    #[must_use]
    pub fn new(network: Network) -> Emulator {
        Emulator {
            protection: Protection { seed: network.seed, ..Protection::default() },
            network,
            devices: Devices::default(),
            error_ppm: 0,
        }
    }

    /// Puts a Command on the interface at an instant, µs UTC. A device that refuses it (a MAC that
    /// does not verify) says nothing.
    ///
    /// # Errors
    /// The bytes are no Command.
    pub fn take(
        &mut self,
        bytes: &[u8],
        pace: Pace,
        at: i64,
    ) -> Result<(Correlation, Taken), GbcsError> {
        let command = parse(bytes)?;
        if command.message.cra != Cra::Command {
            return Err(GbcsError {
                code: ErrorCode::UnknownCra,
                offset: 0,
                detail: format!("a {} can't be sent to a device", command.message.cra),
            });
        }
        let key = command.message.correlation()?;
        if self.protection.check(&command).is_err() {
            return Ok((key, Taken::Refused { delivered: at }));
        }
        // Contents that are not of the emulated network's format are answered with an error.
        let content = CommandContent::read(command.message.content).ok();
        let kind = content
            .as_ref()
            .map_or(Kind::default(), |c| Kind { once: c.once, execute_at: c.execute_at });
        let timing = Command {
            at,
            target: key.device,
            key: key.counter ^ u64::from(key.code) << 48,
            pace,
            error_ppm: self.error_ppm,
        };
        let (protection, seed) = (&self.protection, self.network.seed);
        let taken = self.devices.take(&self.network, &timing, key, kind, |doing| {
            answer(protection, seed, &command, content.as_ref(), doing)
        })?;
        Ok((key, taken))
    }
}

/// A device's response: its Command's counter, code and supplementary fields, the parties swapped.
fn answer(
    protection: &Protection,
    seed: u64,
    command: &Parsed<'_>,
    content: Option<&CommandContent>,
    doing: &Doing,
) -> Result<Vec<u8>, GbcsError> {
    let m = &command.message;
    let failed = doing.error || content.is_none();
    let body = ResponseContent {
        srv: content.map_or(String::new(), |c| c.srv.clone()),
        status: if failed { STATUS_FAILED } else { 0 },
        execution: doing.number,
        executed: doing.delivered,
        value: if failed { String::new() } else { reading(seed, m.recipient, doing.delivered) },
    }
    .write()?;
    let response = Message {
        cra: Cra::Response,
        originator: m.recipient,
        recipient: m.originator,
        content: &body,
        signature: Signature::Empty,
        mac: None,
        ..*m
    };
    protection.protect(&response, matches!(m.signature, Signature::Signed(_)))
}

/// An invented register reading: it rises by up to a unit an hour, in thousandths.
fn reading(seed: u64, device: Eui64, at: i64) -> String {
    let hour = at.div_euclid(crate::model::latency::HOUR).unsigned_abs();
    let rate = Rng::stream(seed, &[10, device.0]).below(1_000);
    let unit = match home_of(device) {
        Some((_, DeviceType::Gsme | DeviceType::Gpf)) => "m3",
        Some((_, DeviceType::Chf)) | None => "",
        Some((_, DeviceType::Esme)) => "kWh",
    };
    let thousandths = hour * rate;
    format!("{}.{:03} {unit}", thousandths / 1_000, thousandths % 1_000).trim_end().to_owned()
}
