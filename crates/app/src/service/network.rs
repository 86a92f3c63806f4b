//! The regional network of a service: emulated in its own process, or reached at an address.

use super::SETTINGS;
use crate::{input, scenario::MAX_SCENARIO};
use northbound_emulator::{Scenario, devices::Settings, scenario};
use northbound_gateway::{
    GatewayError,
    config::Network,
    wan::{EmulatedNetwork, NetworkEvent, RegionalNetwork, TcpNetwork},
};
use northbound_keys::Keys;
use northbound_types::{Eui64, time::DAY_US};
use std::{path::Path, sync::Arc};
use tokio::sync::mpsc::Receiver;

/// Days that an emulated network without a scenario is made for.
const DAYS: i64 = 40;

/// A network that was started, and its events.
pub type Started = northbound_gateway::Result<(Arc<dyn RegionalNetwork>, Receiver<NetworkEvent>)>;

/// Starts the network of the settings, with `speed` times the real time.
///
/// # Errors
/// Where a setting or the scenario's file is wrong.
pub fn start(network: &Network, speed: u32, data: &Path, keys: &Keys) -> Started {
    if let Some(address) = network.devices {
        let (network, events) = TcpNetwork::connect(address);
        return Ok((Arc::new(network), events));
    }
    let wrong = |why: String| GatewayError::Config { path: data.join(SETTINGS), why };
    let recipients = network
        .recipients
        .iter()
        .map(|t| t.parse::<Eui64>().map_err(|e| wrong(e.to_string())))
        .collect::<northbound_gateway::Result<Vec<_>>>()?;
    let mut settings = Settings::new(
        data.join("devices"),
        scenario_of(network.scenario.as_deref(), network.seed, network.meters)?,
        recipients,
    );
    settings.factor = speed;
    if network.macs {
        settings.broker = keys.broker();
    }
    let (network, events) = EmulatedNetwork::start(settings).map_err(|e| wrong(e.to_string()))?;
    Ok((Arc::new(network), events))
}

/// The scenario of a file; without one, a network of `meters` meters in which nothing goes wrong.
///
/// # Errors
/// Where the file cannot be read or is not a scenario.
pub fn scenario_of(
    path: Option<&Path>,
    seed: u64,
    meters: u32,
) -> northbound_gateway::Result<Scenario> {
    let Some(path) = path else {
        return Ok(Scenario {
            title: "No faults".to_owned(),
            description: String::new(),
            seed,
            meters,
            length: DAYS * DAY_US,
            faults: Vec::new(),
            storms: Vec::new(),
            endpoints: Vec::new(),
            traffic: Vec::new(),
        });
    };
    let wrong = |why: String| GatewayError::Config { path: path.to_owned(), why };
    let text = input::text(path, MAX_SCENARIO).map_err(|e| wrong(e.to_string()))?;
    scenario::read(&path.display().to_string(), &text).map_err(|e| wrong(e.to_string()))
}
