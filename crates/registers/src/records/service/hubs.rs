//! Attempted installs of Communications Hubs.

use crate::{
    error::RegisterError,
    noun::Noun,
    record::{Identity, Imported, Index, Record, invalid, needed},
};
use northbound_types::{Day, Region};
use serde::{Deserialize, Serialize};

/// Service Requests that report an install: connected, and without SM WAN.
const SRVS: &[&str] = &["8.14.1", "8.14.2", ""];

/// One attempted install.
///
/// `northbound-measures` has the fields that it reads once more, checked and without the register
/// around them (its `inputs` say why); `northbound-packs` converts and keeps the two in step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HubInstall {
    /// The hub.
    pub hub: String,
    /// Region.
    pub region: Region,
    /// Provider.
    pub provider: String,
    /// Day on which it was first installed.
    pub installed: Day,
    /// `8.14.1` (connected at install), `8.14.2` (no SM WAN), empty where unknown.
    pub srv: String,
    /// Inside the Coverage Area.
    pub in_coverage: bool,
    /// Day on which it was connected; null while it is not.
    pub connected: Option<Day>,
    /// The Allowed Exception that takes it out of the count.
    pub exception: Option<String>,
    /// What the coverage database had promised; null where unknown.
    pub predicted: Option<bool>,
    /// In words; may be empty.
    pub note: String,
}

impl Record for HubInstall {
    const NOUN: Noun = Noun::Hub;
    fn identity(&self) -> Identity {
        Identity::Content
    }
    fn index(&self) -> Index {
        Index {
            provider: Some(self.provider.clone()),
            region: Some(self.region),
            lookup: Some(self.about()),
            ..Index::default()
        }
        .on(self.installed)
    }
    fn check(&self) -> Result<(), RegisterError> {
        needed(Noun::Hub, "hub", &self.hub)?;
        needed(Noun::Hub, "provider", &self.provider)?;
        if !SRVS.contains(&self.srv.as_str()) {
            return Err(invalid(
                Noun::Hub,
                "srv",
                format!(
                    "{:?} does not report an installation; use 8.14.1, 8.14.2 or nothing",
                    self.srv
                ),
            ));
        }
        match self.connected {
            Some(c) if c < self.installed => Err(invalid(
                Noun::Hub,
                "connected",
                format!("({c}) is before installed ({})", self.installed),
            )),
            _ => Ok(()),
        }
    }
}

impl Imported for HubInstall {
    /// A later statement on the same install (connected meanwhile) restates it.
    fn about(&self) -> String {
        format!("{}|{}", self.hub, self.installed)
    }
}
