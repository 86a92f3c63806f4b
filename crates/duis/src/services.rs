//! Which Service Reference Variant belongs to which Service Reference and has which body element.

use northbound_types::CommandVariant;
use std::collections::BTreeMap;

/// One row of the catalogue of services.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceEntry {
    /// Service Reference Variant, such as `4.1.1`.
    pub srv: String,
    /// Service Reference, such as `4.1`.
    pub service_reference: String,
    /// The element in the body.
    pub body_element: String,
    /// Command Variants that the service takes.
    pub variants: Vec<CommandVariant>,
    /// `true` where the service answers by itself, without a device.
    pub non_device: bool,
}

/// The catalogue by Service Reference Variant. An input of [`crate::read()`]: which edition is in
/// force is a matter of the rules.
#[derive(Debug, Clone, Default)]
pub struct Services {
    by_srv: BTreeMap<String, ServiceEntry>,
}

/// Why a catalogue is not one.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// Not CSV.
    #[error("service catalogue: {0}")]
    Csv(#[from] csv::Error),
    /// A column is missing.
    #[error("service catalogue: no column {0:?}")]
    Column(&'static str),
    /// A Command Variant is no number from 1 to 9.
    #[error(
        "service catalogue, line {line}: Command Variants {text:?}: write numbers from 1 to 9 with ';' between"
    )]
    Variants {
        /// Line of the file.
        line: u64,
        /// The text of the cell.
        text: String,
    },
}

impl Services {
    /// From rows; a later row of the same variant replaces an earlier one.
    pub fn from_entries(entries: impl IntoIterator<Item = ServiceEntry>) -> Services {
        Services { by_srv: entries.into_iter().map(|e| (e.srv.clone(), e)).collect() }
    }

    /// From the text of `srv_catalogue.csv`: columns `srv`, `service_reference`,
    /// `schema_body_element`, `command_variants` (`1;2;3`) and `non_device` (`Yes` or `No`).
    ///
    /// # Errors
    /// Text that is not CSV, has not those columns, or has Command Variants beyond 1 to 9.
    pub fn from_catalogue(csv_text: &str) -> Result<Services, CatalogueError> {
        let mut reader = csv::Reader::from_reader(csv_text.as_bytes());
        let header = reader.headers()?.clone();
        let column = |name: &'static str| {
            header.iter().position(|h| h == name).ok_or(CatalogueError::Column(name))
        };
        let (srv, reference) = (column("srv")?, column("service_reference")?);
        let (body, variants, non_device) =
            (column("schema_body_element")?, column("command_variants")?, column("non_device")?);
        let mut entries = Vec::new();
        for row in reader.records() {
            let row = row?;
            let line = row.position().map_or(0, csv::Position::line);
            let text = |i: usize| row.get(i).unwrap_or("").trim().to_owned();
            entries.push(ServiceEntry {
                srv: text(srv),
                service_reference: text(reference),
                body_element: text(body),
                variants: variant_list(&text(variants))
                    .ok_or_else(|| CatalogueError::Variants { line, text: text(variants) })?,
                non_device: text(non_device) == "Yes",
            });
        }
        Ok(Services::from_entries(entries))
    }

    /// The row of a variant.
    #[must_use]
    pub fn get(&self, srv: &str) -> Option<&ServiceEntry> {
        self.by_srv.get(srv)
    }

    /// All rows, by variant.
    pub fn iter(&self) -> impl Iterator<Item = &ServiceEntry> {
        self.by_srv.values()
    }
}

fn variant_list(text: &str) -> Option<Vec<CommandVariant>> {
    text.split(';')
        .filter(|t| !t.is_empty())
        .map(|t| CommandVariant::try_from(t.trim().parse::<u8>().ok()?).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_catalogue_is_read_or_refused_with_its_line() {
        let head = "srv,service_reference,command_variants,schema_body_element,non_device\n";
        let services =
            Services::from_catalogue(&format!("{head}4.1.1,4.1,1;2;3,ReadSomething,No\n")).unwrap();
        assert_eq!(
            services.get("4.1.1").unwrap().variants,
            [CommandVariant::Send, CommandVariant::Local, CommandVariant::SendAndLocal]
        );
        assert!(services.get("4.1").is_none());
        assert!(matches!(
            Services::from_catalogue(&format!("{head}4.1.1,4.1,1;x,ReadSomething,No\n")),
            Err(CatalogueError::Variants { line: 2, text }) if text == "1;x"
        ));
        assert!(matches!(
            Services::from_catalogue("srv\n1\n"),
            Err(CatalogueError::Column("service_reference"))
        ));
    }
}
