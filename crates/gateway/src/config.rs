//! Settings of the service: what a machine and its operator decide. What the market's rules decide
//! stands under `rules/`. `docs/serve.md` lists the keys.

use crate::error::{GatewayError, Result};
use northbound_transport::{Capacity, ConnectionLimits, counted_address};
pub use northbound_transport::{ClientCertificates, Tls};
use northbound_types::Region;
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

/// Port of the User interface, as the published emulator has it.
pub const DUIS_PORT: u16 = 8079;

/// Everything that can be set.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// Where the User interface listens.
    pub listen: SocketAddr,
    /// Path before `/serviceS`, `/serviceT` and `/serviceD`.
    pub base: String,
    /// Threads that read, verify and sign.
    pub threads: usize,
    /// How many times as fast as real time everything runs, the emulated devices too: for trying things out.
    pub speed: u32,
    /// Sign acknowledgements and refusals too; answers and alerts are signed always.
    pub sign_acknowledgements: bool,
    /// Refuse certificates outside their dates.
    pub certificate_dates: bool,
    /// Roles (hexadecimal) of certificates by which a User may sign a message.
    pub signing_roles: Vec<String>,
    /// Serial number (decimal) of the certificate that signs what the service sends. Without it the newest.
    pub sign_with: Option<String>,
    /// TLS of the User interface.
    pub tls: Option<Tls>,
    /// Limits of the User interface.
    pub limits: Limits,
    /// Delivery to Users.
    pub delivery: Delivery,
    /// Journal and ledger.
    pub store: Store,
    /// The loopback interface.
    pub control: Control,
    /// The regional network.
    pub network: Network,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, DUIS_PORT)),
            base: "/api/v1".to_owned(),
            threads: 2,
            speed: 1,
            sign_acknowledgements: false,
            certificate_dates: true,
            // 87: XML signing by a User; 02, 03, 08, 7F: Users whose only certificate is that of Commands.
            signing_roles: ["87", "02", "03", "08", "7F"].map(str::to_owned).to_vec(),
            sign_with: None,
            tls: None,
            limits: Limits::default(),
            delivery: Delivery::default(),
            store: Store::default(),
            control: Control::default(),
            network: Network::default(),
        }
    }
}

/// Limits of the User interface.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Limits {
    /// Connections at the same time. For the next one, the stranger's connection that has been idle longest is
    /// closed; where none is idle, the next one is.
    pub connections: usize,
    /// Of these, connections that only known clients may use: those with a client certificate or a known address.
    pub connections_reserved: usize,
    /// Connections of one stranger's address, of IPv6 its network of 64 bits.
    pub connections_each_address: usize,
    /// Addresses of known clients, of IPv6 with all of their network of 64 bits.
    pub known_addresses: Vec<IpAddr>,
    /// Bytes of a request line with its headers.
    pub header_bytes: usize,
    /// Seconds in which the headers must have come; a connection may be idle as long.
    pub header_seconds: u64,
    /// Seconds in which a body must have come.
    pub body_seconds: u64,
    /// Bytes of bodies that are in memory at the same time.
    pub bodies_bytes: usize,
    /// Of these, bytes that only bodies of known clients may use.
    pub bodies_reserved_bytes: usize,
    /// Bytes of bodies of one stranger's address that are in memory at the same time.
    pub bodies_each_address_bytes: usize,
    /// Bytes that are read and thrown away before a body that is too long is refused.
    pub discard_bytes: usize,
    /// Milliseconds within which there must be an answer.
    pub answer_milliseconds: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            connections: 10_000,
            connections_reserved: 1_000,
            connections_each_address: 2_000,
            known_addresses: Vec::new(),
            header_bytes: 16 * 1024,
            header_seconds: 60,
            body_seconds: 20,
            bodies_bytes: 128 << 20,
            bodies_reserved_bytes: 32 << 20,
            bodies_each_address_bytes: 32 << 20,
            discard_bytes: 32 << 20,
            answer_milliseconds: 2_800,
        }
    }
}

impl Limits {
    /// Limits of each connection.
    #[must_use]
    pub fn of_connections(&self) -> ConnectionLimits {
        ConnectionLimits {
            capacity: Capacity {
                connections: self.connections,
                reserved: self.connections_reserved,
                each_address: self.connections_each_address,
            },
            header_bytes: self.header_bytes,
            header_time: Duration::from_secs(self.header_seconds),
        }
    }
    fn check(&self) -> std::result::Result<(), String> {
        if self.header_bytes < LEAST_HEADER_BYTES {
            return Err(format!(
                "limits.header-bytes is {}; write at least {LEAST_HEADER_BYTES}",
                self.header_bytes
            ));
        }
        for (part, of, whole, n) in [
            (
                "limits.connections-reserved",
                self.connections_reserved,
                "limits.connections",
                self.connections,
            ),
            (
                "limits.bodies-reserved-bytes",
                self.bodies_reserved_bytes,
                "limits.bodies-bytes",
                self.bodies_bytes,
            ),
        ] {
            if of >= n {
                return Err(format!("{part} is {of}; write less than {whole}, which is {n}"));
            }
        }
        Ok(())
    }
    /// Whether an address is that of a known client.
    #[must_use]
    pub fn is_known(&self, address: IpAddr) -> bool {
        let counted = counted_address(address);
        self.known_addresses.iter().any(|a| counted_address(*a) == counted)
    }
    /// How long a body may take.
    #[must_use]
    pub fn body_time(&self) -> Duration {
        Duration::from_secs(self.body_seconds)
    }
    /// How long an answer may take.
    #[must_use]
    pub fn answer_time(&self) -> Duration {
        Duration::from_millis(self.answer_milliseconds)
    }
}

/// Delivery to Users.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Delivery {
    /// Connections to each User.
    pub connections: usize,
    /// Milliseconds for one try.
    pub timeout_milliseconds: u64,
    /// Milliseconds until the second try; doubles with each.
    pub first_pause_milliseconds: u64,
    /// Milliseconds between tries at most.
    pub longest_pause_milliseconds: u64,
    /// Tries after which a message that the User will not have (400, 404, 413) is parked.
    pub refused_tries: u32,
    /// Whole messages of a User held in memory; of further ones only the number is held.
    pub kept: usize,
    /// Authorities of Users' endpoints in PEM, for `https`.
    pub authorities: Option<PathBuf>,
    /// The certificate that is shown to an endpoint that asks for one, in PEM.
    pub certificate: Option<PathBuf>,
    /// Its key.
    pub key: Option<PathBuf>,
}

impl Delivery {
    /// The certificate that is shown, and its key.
    #[must_use]
    pub fn identity(&self) -> Option<(&Path, &Path)> {
        Some((self.certificate.as_deref()?, self.key.as_deref()?))
    }
}

impl Default for Delivery {
    fn default() -> Delivery {
        Delivery {
            connections: 8,
            timeout_milliseconds: 10_000,
            first_pause_milliseconds: 500,
            longest_pause_milliseconds: 60_000,
            refused_tries: 3,
            kept: 256,
            authorities: None,
            certificate: None,
            key: None,
        }
    }
}

/// Journal and ledger.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Store {
    /// Bytes of a journal segment.
    pub segment_bytes: u64,
    /// Inputs after which the core's state is written beside the journal.
    pub checkpoint_records: u64,
    /// Microseconds for which a sync is put off under load, so that more inputs share it. An input that
    /// comes alone never waits for others.
    pub gather_microseconds: u64,
    /// Seconds after which rows go to the ledger.
    pub commit_seconds: u64,
    /// Rows after which they go earlier.
    pub commit_rows: usize,
    /// Rows that may wait for the ledger; beyond them requests are refused until it has caught up.
    pub waiting_rows: usize,
    /// Seconds that a clean stop may take to deliver what waits.
    pub drain_seconds: u64,
}

impl Default for Store {
    fn default() -> Store {
        Store {
            segment_bytes: 64 << 20,
            checkpoint_records: 200_000,
            gather_microseconds: 2_000,
            commit_seconds: 10,
            commit_rows: 100_000,
            waiting_rows: 2_000_000,
            drain_seconds: 10,
        }
    }
}

impl Store {
    /// The wait for more inputs under load.
    #[must_use]
    pub fn gather(&self) -> Duration {
        Duration::from_micros(self.gather_microseconds)
    }
}

/// Longest wait for more inputs before a sync, µs: acknowledgements wait with it.
pub const MOST_GATHER: u64 = 100_000;

/// The loopback interface.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Control {
    /// Where it listens: a loopback address.
    pub listen: SocketAddr,
}

impl Default for Control {
    fn default() -> Control {
        Control { listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)) }
    }
}

/// The regional network.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Network {
    /// Address of the process that runs the devices; without it they are emulated in this one.
    pub devices: Option<SocketAddr>,
    /// Seed of the emulated network, from which the keys of its devices follow.
    pub seed: u64,
    /// Meters of the emulated network.
    pub meters: u32,
    /// What goes wrong in the emulated network: a scenario's file, which then has seed and meters.
    pub scenario: Option<PathBuf>,
    /// Users that get the emulated devices' alerts: the home's number chooses among them.
    pub recipients: Vec<String>,
    /// Provider of the network of each region: `north=CSPN`. Figures are given by provider.
    pub providers: Vec<String>,
    /// Commands carry MACs that the emulated devices check.
    pub macs: bool,
}

impl Network {
    /// Providers by region.
    ///
    /// # Errors
    /// A text that names no region.
    pub fn providers(&self) -> std::result::Result<BTreeMap<Region, String>, String> {
        self.providers
            .iter()
            .map(|text| {
                let (region, name) = text
                    .split_once('=')
                    .ok_or_else(|| format!("network.providers has {text:?}; write north=NAME"))?;
                Ok((
                    region.parse().map_err(|e: northbound_types::text_enum::UnknownWord| {
                        format!("network.providers: {e}")
                    })?,
                    name.to_owned(),
                ))
            })
            .collect()
    }
    /// The seed of the devices' keys, where Commands carry MACs.
    #[must_use]
    pub fn emulated_seed(&self) -> Option<u64> {
        self.macs.then_some(self.seed)
    }
}

impl Config {
    /// From a TOML file; what it does not say is as by default.
    ///
    /// # Errors
    /// A file that cannot be read, an unknown key, a value that cannot be.
    pub fn load(path: &Path) -> Result<Config> {
        let text = std::fs::read_to_string(path).map_err(GatewayError::io("read", path))?;
        let config: Config = toml::from_str(&text)
            .map_err(|e| GatewayError::Config { path: path.to_owned(), why: e.to_string() })?;
        config.check().map_err(|why| GatewayError::Config { path: path.to_owned(), why })?;
        Ok(config)
    }

    /// What cannot be, in words.
    ///
    /// # Errors
    /// The first thing that is wrong, and what to write.
    pub fn check(&self) -> std::result::Result<(), String> {
        let positive = [
            ("threads", self.threads),
            ("speed", self.speed as usize),
            ("limits.connections", self.limits.connections),
            ("limits.connections-each-address", self.limits.connections_each_address),
            ("limits.bodies-each-address-bytes", self.limits.bodies_each_address_bytes),
            ("delivery.connections", self.delivery.connections),
            ("delivery.refused-tries", self.delivery.refused_tries as usize),
            ("delivery.kept", self.delivery.kept),
            ("store.commit-rows", self.store.commit_rows),
            ("store.waiting-rows", self.store.waiting_rows),
            ("store.checkpoint-records", self.store.checkpoint_records as usize),
        ];
        if let Some((key, _)) = positive.into_iter().find(|(_, n)| *n == 0) {
            return Err(format!("{key} is 0; write at least 1"));
        }
        self.limits.check()?;
        if self.delivery.certificate.is_some() != self.delivery.key.is_some() {
            return Err(
                "delivery.certificate and delivery.key belong together: write both or neither"
                    .to_owned(),
            );
        }
        if self.store.gather_microseconds > MOST_GATHER {
            return Err(format!(
                "store.gather-microseconds is {}; write at most {MOST_GATHER}",
                self.store.gather_microseconds
            ));
        }
        if self.speed > MOST_SPEED {
            return Err(format!("speed is {}; write at most {MOST_SPEED}", self.speed));
        }
        if !self.control.listen.ip().is_loopback() {
            return Err(format!(
                "control.listen is {}; write a loopback address",
                self.control.listen
            ));
        }
        if !self.base.is_empty() && (!self.base.starts_with('/') || self.base.ends_with('/')) {
            return Err(format!("base is {:?}; write it as /api/v1", self.base));
        }
        self.roles()?;
        self.serial()?;
        self.network.providers()?;
        Ok(())
    }

    /// The roles of certificates that may sign messages.
    ///
    /// # Errors
    /// A text that is no role.
    pub fn roles(&self) -> std::result::Result<Vec<u8>, String> {
        self.signing_roles
            .iter()
            .map(|r| {
                u8::from_str_radix(r, 16)
                    .map_err(|_| format!("signing-roles has {r:?}; write two hexadecimal digits"))
            })
            .collect()
    }

    /// The serial number of the signing certificate.
    ///
    /// # Errors
    /// A text that is no serial number.
    pub fn serial(&self) -> std::result::Result<Option<u128>, String> {
        self.sign_with
            .as_deref()
            .map(|s| {
                s.parse()
                    .map_err(|_| format!("sign-with is {s:?}; write a serial number in decimal"))
            })
            .transpose()
    }
}

/// Devices run no faster.
const MOST_SPEED: u32 = 10_000;
/// hyper's own least size of a buffer for headers.
const LEAST_HEADER_BYTES: usize = 8 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> std::result::Result<Config, String> {
        let c: Config = toml::from_str(text).map_err(|e| e.to_string())?;
        c.check()?;
        Ok(c)
    }

    #[test]
    fn what_is_not_said_is_as_by_default() {
        assert_eq!(read("").unwrap(), Config::default());
        let c =
            read("listen = \"127.0.0.1:9\"\n[limits]\nconnections = 3\nconnections-reserved = 2\n")
                .unwrap();
        assert_eq!(
            (c.listen.port(), c.limits.connections, c.limits.header_bytes),
            (9, 3, Limits::default().header_bytes)
        );
    }

    #[test]
    fn nonsense_is_refused_with_what_to_write() {
        for (text, says) in [
            ("listn = 1", "listn"),
            ("speed = 10001", "10000"),
            ("threads = 0", "at least 1"),
            ("[delivery]\ncertificate = \"a.pem\"", "both or neither"),
            ("[store]\ngather-microseconds = 100001", "100000"),
            ("base = \"api/\"", "/api/v1"),
            ("[control]\nlisten = \"10.0.0.1:80\"", "loopback"),
            ("signing-roles = [\"xx\"]", "hexadecimal"),
            ("sign-with = \"0x1\"", "decimal"),
            ("[limits]\nheader-bytes = 8191", "8192"),
            ("[limits]\nconnections = 3", "less than limits.connections, which is 3"),
            ("[limits]\nconnections = 3\nconnections-reserved = 3", "connections-reserved is 3"),
            ("[limits]\nbodies-reserved-bytes = 134217728", "less than limits.bodies-bytes"),
            ("[limits]\nconnections-each-address = 0", "at least 1"),
            ("[limits]\nbodies-each-address-bytes = 0", "at least 1"),
            ("[limits]\nknown-addresses = [\"x\"]", "IP address"),
        ] {
            let why = read(text).unwrap_err();
            assert!(why.contains(says), "{text}: {why}");
        }
        assert!(read("[limits]\nheader-bytes = 8192").is_ok());
        let limits =
            "[limits]\nbodies-reserved-bytes = 134217727\nknown-addresses = [\"192.0.2.1\"]";
        let known = read(limits).unwrap().limits;
        assert!(known.is_known([192, 0, 2, 1].into()) && !known.is_known([192, 0, 2, 2].into()));
    }
}
