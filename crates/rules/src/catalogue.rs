//! The catalogue of services: one row per Service Reference Variant (SRV).

use crate::{
    error::RuleError,
    files::RuleFile,
    measure::Mark,
    scalar::{self, CsvRow},
};
use northbound_types::{CommandVariant, text_enum};
use std::collections::HashMap;

text_enum! {
    /// Who holds a future-dated request until it is due.
    pub enum FutureDated("future-dated pattern") {
        /// It cannot be future-dated.
        No = "No",
        /// The data service provider holds it.
        Dsp = "DSP",
        /// The device holds it.
        Device = "Device",
        /// Both patterns exist.
        Both = "DSP & Device",
    }
}

text_enum! {
    /// Whether the body may carry an execution time.
    pub enum ExecutionTime("use of the execution time") {
        /// It has none.
        No = "no",
        /// It may have one.
        Optional = "optional",
        /// It must have one.
        Mandatory = "mandatory",
    }
}

/// One service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Service Reference Variant, such as `4.1.1`.
    pub srv: String,
    /// Service Reference, such as `4.1`.
    pub reference: String,
    /// Name.
    pub name: String,
    /// Critical: needs the User's signature over the Pre-Command.
    pub critical: bool,
    /// May be sent on demand.
    pub on_demand: bool,
    /// May be future-dated, and by whom it is held.
    pub future_dated: FutureDated,
    /// May run by a schedule, as the published table says.
    pub dcc_scheduled: bool,
    /// Answered by the service itself.
    pub non_device: bool,
    /// Roles that may send it; empty where the table lists none (then nobody may).
    pub roles: Vec<String>,
    /// Command Variants that Users may send.
    pub command_variants: Vec<CommandVariant>,
    /// Command Variants in the schema's comment, where they differ; else empty.
    pub schema_variants: Vec<CommandVariant>,
    /// Name of the body element in DUIS.
    pub body_element: String,
    /// Execution time in the schema.
    pub execution_time: ExecutionTime,
    /// The schema allows it in a schedule.
    pub schedulable: bool,
    /// GBCS use cases.
    pub use_cases: Vec<String>,
    /// Targets in whole seconds for SMETS2 and SMETS1 as the table's source gives them; the rule
    /// that judges stands in `targets.toml`.
    pub table_targets: (Option<u64>, Option<u64>),
    /// Mark of provenance of the row.
    pub mark: Mark,
    /// Notes.
    pub notes: String,
    /// Line in the file.
    pub line: usize,
}

/// All services.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    services: Vec<Service>,
    by_srv: HashMap<String, usize>,
    by_body: HashMap<String, usize>,
}

const COLUMNS: &[&str] = &[
    "srv",
    "service_reference",
    "name",
    "critical",
    "on_demand",
    "future_dated_pattern",
    "dcc_scheduled",
    "non_device",
    "eligible_user_roles",
    "command_variants",
    "command_variants_in_schema_comment_if_different",
    "schema_body_element",
    "schema_execution_datetime",
    "schema_dsp_schedulable",
    "gbcs_use_cases",
    "target_s_smets2",
    "target_s_smets1",
    "target_provenance",
    "provenance",
    "notes",
];

impl Catalogue {
    /// Reads `codes/srv_catalogue.csv`.
    ///
    /// # Errors
    /// With file, line and column where a row cannot be read or repeats an SRV or a body element.
    pub fn read(file: &RuleFile) -> Result<Catalogue, RuleError> {
        let mut catalogue = Catalogue::default();
        for (service, place) in
            scalar::read_csv(file, COLUMNS, |r| Ok((service(r)?, r.place.clone())))?
        {
            let i = catalogue.services.len();
            for (key, value, index) in [
                ("srv", &service.srv, &mut catalogue.by_srv),
                ("schema_body_element", &service.body_element, &mut catalogue.by_body),
            ] {
                if index.insert(value.clone(), i).is_some() {
                    return Err(RuleError::Value {
                        place,
                        key: key.into(),
                        problem: format!("{value:?} is there twice"),
                        hint: "keep one row".into(),
                    });
                }
            }
            catalogue.services.push(service);
        }
        Ok(catalogue)
    }

    /// The service of an SRV.
    #[must_use]
    pub fn get(&self, srv: &str) -> Option<&Service> {
        self.services.get(*self.by_srv.get(srv)?)
    }
    /// The service whose DUIS body element has this local name.
    #[must_use]
    pub fn by_body(&self, element: &str) -> Option<&Service> {
        self.services.get(*self.by_body.get(element)?)
    }
    /// All services in the order of the file.
    #[must_use]
    pub fn services(&self) -> &[Service] {
        &self.services
    }
}

fn variants(row: &CsvRow<'_>, column: &str) -> Result<Vec<CommandVariant>, RuleError> {
    row.list(column)
        .iter()
        .map(|t| match t.parse::<u8>().ok().and_then(|n| CommandVariant::try_from(n).ok()) {
            Some(v) if v != CommandVariant::Internal => Ok(v),
            _ => Err(row.refuse(
                column,
                format!("{t:?} is no Command Variant"),
                "write numbers from 1 to 8, separated by semicolons",
            )),
        })
        .collect()
}

fn seconds(row: &CsvRow<'_>, column: &str) -> Result<Option<u64>, RuleError> {
    let text = row.get(column);
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| {
        row.refuse(
            column,
            format!("{text:?} is no number of seconds"),
            "write whole seconds, or nothing",
        )
    })
}

fn service(row: &CsvRow<'_>) -> Result<Service, RuleError> {
    Ok(Service {
        srv: row.required("srv")?,
        reference: row.required("service_reference")?,
        name: row.required("name")?,
        critical: row.flag("critical", "Yes", "No")?,
        on_demand: row.flag("on_demand", "Yes", "No")?,
        future_dated: row.word("future_dated_pattern")?,
        dcc_scheduled: row.flag("dcc_scheduled", "Yes", "No")?,
        non_device: row.flag("non_device", "Yes", "No")?,
        roles: row.list("eligible_user_roles"),
        command_variants: variants(row, "command_variants")?,
        schema_variants: variants(row, "command_variants_in_schema_comment_if_different")?,
        body_element: row.required("schema_body_element")?,
        execution_time: row.word("schema_execution_datetime")?,
        schedulable: row.flag("schema_dsp_schedulable", "Y", "N")?,
        use_cases: row.list("gbcs_use_cases"),
        table_targets: (seconds(row, "target_s_smets2")?, seconds(row, "target_s_smets1")?),
        mark: row.word("provenance")?,
        notes: row.get("notes").to_owned(),
        line: row.place.line,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn embedded() -> Catalogue {
        Catalogue::read(&RuleFile::new(
            "codes/srv_catalogue.csv",
            include_bytes!("../../../rules/codes/srv_catalogue.csv").to_vec(),
            false,
        ))
        .unwrap()
    }

    #[test]
    fn counts_are_those_of_the_published_table() {
        let c = embedded();
        let count = |f: &dyn Fn(&Service) -> bool| c.services().iter().filter(|s| f(s)).count();
        assert_eq!(c.services().len(), 129);
        assert_eq!(count(&|s| s.critical), 37);
        assert_eq!(count(&|s| s.on_demand), 112);
        assert_eq!(count(&|s| s.non_device), 16);
        assert_eq!(count(&|s| s.dcc_scheduled), 13);
        let held: Vec<usize> =
            FutureDated::ALL.iter().map(|p| count(&|s| s.future_dated == *p)).collect();
        assert_eq!(held, [72, 45, 11, 1]);
    }

    #[test]
    fn a_service_is_found_by_srv_and_by_body() {
        let c = embedded();
        let s = c.get("4.8.1").unwrap();
        assert_eq!(c.by_body("ReadActiveImportProfileData"), Some(s));
        assert_eq!((s.reference.as_str(), s.table_targets), ("4.8", (Some(5600), Some(16))));
        assert_eq!(
            s.command_variants,
            [CommandVariant::Send, CommandVariant::Local, CommandVariant::SendAndLocal]
        );
        assert!(c.get("4.8").is_none() && c.by_body("").is_none());
        for s in c.services() {
            assert!(
                s.srv == s.reference || s.srv.starts_with(&format!("{}.", s.reference)),
                "{}",
                s.srv
            );
        }
    }

    #[test]
    fn an_srv_twice_is_refused_with_its_line() {
        let mut text = include_str!("../../../rules/codes/srv_catalogue.csv").to_owned();
        let again = text.lines().nth(1).unwrap().to_owned();
        text.push_str(&again);
        let e = Catalogue::read(&RuleFile::new("codes/srv_catalogue.csv", text.into_bytes(), true))
            .unwrap_err()
            .to_string();
        assert!(e.contains("line 131") && e.contains("1.1.1") && e.contains("twice"), "{e}");
    }
}
