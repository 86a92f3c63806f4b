//! Code tables: response codes, alert codes, GBCS message codes.

use crate::{error::RuleError, files::RuleFile, measure::Mark, scalar};
use std::collections::BTreeMap;

/// One code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// The code, such as `E1`, `8F66`, `AD1`, `0001`.
    pub code: String,
    /// Meaning; empty where not known.
    pub meaning: String,
    /// Class or range: `error`, `warning`, `information` for response codes; the range of a device
    /// alert; the payload type of a DCC alert; the use case of a GBCS message.
    pub class: String,
    /// Mark of provenance; `unknown` where only the code itself is known.
    pub mark: Mark,
    /// Source; empty where the table names none.
    pub source: String,
    /// Notes.
    pub notes: String,
    /// Line in the file.
    pub line: usize,
}

/// One table of codes.
pub type CodeTable = BTreeMap<String, Code>;

/// All code tables.
#[derive(Debug, Clone, Default)]
pub struct Codes {
    /// Response codes.
    pub responses: CodeTable,
    /// Device alert codes.
    pub device_alerts: CodeTable,
    /// DCC alert codes.
    pub dcc_alerts: CodeTable,
    /// GBCS message codes.
    pub messages: CodeTable,
}

/// Which columns of a table hold what.
struct Layout {
    columns: &'static [&'static str],
    code: &'static str,
    meaning: &'static str,
    class: &'static str,
}

const RESPONSES: Layout = Layout {
    columns: &[
        "code",
        "class",
        "group",
        "service_reference",
        "sequence_in_service",
        "meaning",
        "in_schema_5_1",
        "provenance",
        "source",
        "notes",
    ],
    code: "code",
    meaning: "meaning",
    class: "class",
};
const DEVICE_ALERTS: Layout = Layout {
    columns: &["code", "range", "meaning", "provenance", "notes"],
    code: "code",
    meaning: "meaning",
    class: "range",
};
const DCC_ALERTS: Layout = Layout {
    columns: &["code", "meaning", "payload_type", "provenance", "source", "notes"],
    code: "code",
    meaning: "meaning",
    class: "payload_type",
};
const MESSAGES: Layout = Layout {
    columns: &["message_code", "use_case", "title", "provenance"],
    code: "message_code",
    meaning: "title",
    class: "use_case",
};

fn table(file: &RuleFile, layout: &Layout) -> Result<CodeTable, RuleError> {
    let mut codes = CodeTable::new();
    scalar::read_csv(file, layout.columns, |r| {
        let code = Code {
            code: r.required(layout.code)?,
            meaning: r.get(layout.meaning).to_owned(),
            class: r.get(layout.class).to_owned(),
            mark: r.word("provenance")?,
            source: r.get("source").to_owned(),
            notes: r.get("notes").to_owned(),
            line: r.place.line,
        };
        match codes.insert(code.code.clone(), code) {
            None => Ok(()),
            Some(first) => Err(r.refuse(
                layout.code,
                format!("{:?} is also on line {}", first.code, first.line),
                "keep one row",
            )),
        }
    })?;
    Ok(codes)
}

impl Codes {
    /// Reads one of the code tables by its file name; a file of another name changes nothing.
    ///
    /// # Errors
    /// With file, line and column.
    pub fn read(&mut self, file: &RuleFile) -> Result<(), RuleError> {
        match file.name.as_str() {
            "codes/response_codes.csv" => self.responses = table(file, &RESPONSES)?,
            "codes/device_alert_codes.csv" => self.device_alerts = table(file, &DEVICE_ALERTS)?,
            "codes/dcc_alert_codes.csv" => self.dcc_alerts = table(file, &DCC_ALERTS)?,
            "codes/gbcs_message_codes.csv" => self.messages = table(file, &MESSAGES)?,
            _ => {}
        }
        Ok(())
    }
    /// A response code, such as `I0` or `E1`.
    #[must_use]
    pub fn response(&self, code: &str) -> Option<&Code> {
        self.responses.get(code)
    }
    /// An alert code of either kind: a device's (`8F66`) or the service's own (`AD1`).
    #[must_use]
    pub fn alert(&self, code: &str) -> Option<&Code> {
        self.device_alerts.get(code).or_else(|| self.dcc_alerts.get(code))
    }
}
