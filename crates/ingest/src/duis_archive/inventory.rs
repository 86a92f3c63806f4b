//! What is known of devices beside the archive: an optional table by EUI-64.

use super::ArchiveError;
use crate::small_table::{SmallRow, SmallTable};
use northbound_types::{Eui64, Generation, Region, id::IdError, text_enum::UnknownWord};
use std::collections::BTreeMap;
use std::{io::Read, path::Path};

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
    pub fn from_csv(source: impl Read + 'static) -> Result<Inventory, ArchiveError> {
        let mut table = SmallTable::open(Path::new("the inventory"), Box::new(source))
            .map_err(|e| fault(1, e))?;
        let columns = Columns::of(&table)?;
        let mut devices = BTreeMap::new();
        while let Some(SmallRow { line, cells }) = table.next_row().map_err(|e| fault(1, e))? {
            let line = line.unsigned_abs();
            let row = cells.map_err(|(_, why)| fault(line, why))?;
            let (id, info) = columns.device(&row, line)?;
            if devices.insert(id, info.clone()).is_some_and(|before| before != info) {
                return Err(fault(line, format!("{id} is there twice with different values")));
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

fn fault(line: u64, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> ArchiveError {
    ArchiveError::Inventory { line, source: source.into() }
}

/// Where the columns are in the file.
struct Columns {
    device: usize,
    region: usize,
    provider: Option<usize>,
    generation: Option<usize>,
    device_type: Option<usize>,
}

impl Columns {
    fn of(table: &SmallTable<'_>) -> Result<Columns, ArchiveError> {
        let column = |name: &str| table.find(name).map_err(|e| fault(1, e));
        let need = |name: &str| {
            column(name)?.ok_or_else(|| {
                let hint = "write device,region,provider,generation,device_type";
                fault(1, format!("no column {name:?}; {hint}"))
            })
        };
        Ok(Columns {
            device: need("device")?,
            region: need("region")?,
            provider: column("provider")?,
            generation: column("generation")?,
            device_type: column("device_type")?,
        })
    }

    fn device(&self, row: &[String], line: u64) -> Result<(Eui64, DeviceInfo), ArchiveError> {
        let text = |i: Option<usize>| i.and_then(|i| row.get(i)).map_or("", String::as_str);
        let id = text(Some(self.device)).parse().map_err(|e: IdError| fault(line, e))?;
        let generation = match text(self.generation) {
            "" => Generation::None,
            word => word.parse().map_err(|e: UnknownWord| fault(line, e))?,
        };
        let info = DeviceInfo {
            region: text(Some(self.region)).parse().map_err(|e: UnknownWord| fault(line, e))?,
            provider: text(self.provider).to_owned(),
            generation,
            device_type: text(self.device_type).to_owned(),
        };
        Ok((id, info))
    }
}
