//! What is known of devices beside the archive: an optional table by EUI-64.

use super::ArchiveError;
use northbound_types::{Eui64, Generation, Region};
use std::collections::BTreeMap;
use std::io::Read;

/// Where a device is and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceInfo {
    /// Region.
    pub region: Region,
    /// Service provider, empty where unknown.
    pub provider: String,
    /// Generation.
    pub generation: Generation,
    /// Device type (ESME, GSME, CHF …), empty where unknown.
    pub device_type: String,
}

/// Devices by EUI-64.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inventory {
    devices: BTreeMap<Eui64, DeviceInfo>,
}

impl Inventory {
    /// From CSV with the columns `device,region,provider,generation,device_type` in any order;
    /// `device` and `region` must be there. A device named twice must be the same both times.
    ///
    /// # Errors
    /// A missing column, or a value that is not one of the words allowed, with its line.
    pub fn from_csv(source: impl Read) -> Result<Inventory, ArchiveError> {
        let mut reader = csv::Reader::from_reader(source);
        let fail = |line: u64, reason: String| ArchiveError::Inventory { line, reason };
        let header = reader.headers().map_err(|e| fail(1, e.to_string()))?.clone();
        let column = |name: &str| header.iter().position(|h| h.trim() == name);
        let need = |name: &str| {
            column(name).ok_or_else(|| {
                fail(
                    1,
                    format!(
                        "no column {name:?}; write device,region,provider,generation,device_type"
                    ),
                )
            })
        };
        let (device, region) = (need("device")?, need("region")?);
        let (provider, generation, device_type) =
            (column("provider"), column("generation"), column("device_type"));
        let mut devices = BTreeMap::new();
        for row in reader.records() {
            let row =
                row.map_err(|e| fail(e.position().map_or(0, csv::Position::line), e.to_string()))?;
            let line = row.position().map_or(0, csv::Position::line);
            let text = |i: Option<usize>| i.and_then(|i| row.get(i)).unwrap_or("").trim();
            let id: Eui64 = text(Some(device))
                .parse()
                .map_err(|e: northbound_types::id::IdError| fail(line, e.to_string()))?;
            let word = text(generation);
            let info = DeviceInfo {
                region: text(Some(region)).parse().map_err(
                    |e: northbound_types::text_enum::UnknownWord| fail(line, e.to_string()),
                )?,
                provider: text(provider).to_owned(),
                generation: if word.is_empty() {
                    Generation::None
                } else {
                    word.parse().map_err(|e: northbound_types::text_enum::UnknownWord| {
                        fail(line, e.to_string())
                    })?
                },
                device_type: text(device_type).to_owned(),
            };
            if devices.insert(id, info.clone()).is_some_and(|before| before != info) {
                return Err(fail(line, format!("{id} stands twice with different values")));
            }
        }
        Ok(Inventory { devices })
    }

    /// The device, where it is known.
    #[must_use]
    pub fn get(&self, device: Eui64) -> Option<&DeviceInfo> {
        self.devices.get(&device)
    }
}
