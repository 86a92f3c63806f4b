//! `docs/settings.md` is made from the code and the rule files, and this test fails where it is not
//! what they say. `UPDATE_GOLDEN=1` writes it.

use northbound_gateway::Config;
use northbound_rules::{RuleInfo, RuleSet};
use std::{collections::BTreeMap, fmt::Write, path::Path};

/// The service's settings as they are declared; their doc comments are the page's descriptions.
const DECLARED: [&str; 2] =
    [include_str!("../../gateway/src/config.rs"), include_str!("../../transport/src/tls.rs")];

const HEAD: &str = "\
# Settings

Made from the code and the rule files by a test (`UPDATE_GOLDEN=1 cargo test --release -p northbound-app settings_page`);
do not edit it.

There are three kinds. **Flags and environment variables** are for one run (`northbound --help`). **Settings of the
service** are decided by whoever runs a machine: `DATA/service.toml`, or `serve --config FILE`; flags override the file
([serve.md](serve.md)). **Dated settings** are rules of the market: `rules/settings.toml` and `rules/traffic.toml` are
embedded, `DATA/rules` overrides them from a day on, and figures say which of them are not confirmed
([rules.md](rules.md)).

## Environment variables

| Variable | Meaning | Default |
|---|---|---|
| `NORTHBOUND_DATA` | data folder, as `--data` | `northbound-data` |
| `NORTHBOUND_AS` | who acts, as `--as` | the login name, with the roles that the data folder grants it |
| `NORTHBOUND_MEMORY` | the memory limit for inputs, as `--memory-limit` | `1536M` |
| `NORTHBOUND_LOG` | what a service logs, as `--log-level` | `info` |
";

/// Description of each field by struct: `(struct, field)` to its doc comment.
fn described() -> BTreeMap<(String, String), String> {
    let (mut found, mut within, mut doc) = (BTreeMap::new(), String::new(), String::new());
    for line in DECLARED.iter().flat_map(|file| file.lines()).map(str::trim) {
        if let Some(text) = line.strip_prefix("/// ") {
            let _ = write!(doc, "{}{text}", if doc.is_empty() { "" } else { " " });
            continue;
        }
        if let Some(name) = line.strip_prefix("pub struct ").and_then(|l| l.strip_suffix(" {")) {
            name.clone_into(&mut within);
        } else if let Some((field, _)) =
            line.strip_prefix("pub ").and_then(|l| l.strip_suffix(',')?.split_once(": "))
        {
            found.insert((within.clone(), field.to_owned()), doc.clone());
        }
        if !line.starts_with("#[") {
            doc.clear();
        }
    }
    found
}

/// Unit of a setting, by the end of its name.
fn unit(key: &str) -> &str {
    const UNITS: [&str; 12] = [
        "bytes",
        "microseconds",
        "milliseconds",
        "seconds",
        "minutes",
        "hours",
        "days",
        "months",
        "rows",
        "records",
        "years",
        "connections",
    ];
    let last = key.rsplit('-').next().unwrap_or(key);
    if last == "hour" {
        return "hour of the day, UTC";
    }
    if key.ends_with("working-days") {
        return "Working Days";
    }
    UNITS.into_iter().find(|u| *u == last).unwrap_or("")
}

/// Rows of one struct of the service's settings, from the pretty debug form of its default.
fn service_rows(out: &mut String) {
    let (docs, mut path) = (described(), vec!["Config".to_owned()]);
    let text = format!("{:#?}", Config::default());
    let mut lines = text.lines().skip(1).map(str::trim).peekable();
    let mut section = Vec::<String>::new();
    let mut nested = String::new();
    while let Some(line) = lines.next() {
        if line == "}," || line == "}" {
            path.pop();
            section.pop();
            continue;
        }
        let Some((field, value)) = line.split_once(": ") else { continue };
        let value = match value {
            "[" => {
                let mut list = Vec::new();
                while let Some(item) = lines.next().filter(|l| *l != "],") {
                    list.push(item.trim_end_matches(',').to_owned());
                }
                format!("[{}]", list.join(", "))
            }
            other => other.trim_end_matches(',').to_owned(),
        };
        let key = field.replace('_', "-");
        if let Some(name) = value.strip_suffix(" {") {
            path.push(name.to_owned());
            section.push(key);
            continue;
        }
        let within = path.last().cloned().unwrap_or_default();
        let doc = docs
            .get(&(within.clone(), field.to_owned()))
            .unwrap_or_else(|| panic!("{within}.{field} has no doc comment"));
        if field == "tls" {
            // A section without a default: its keys stand with their descriptions alone.
            for ((_, field), doc) in
                docs.range(("Tls".into(), String::new())..).take_while(|((s, _), _)| s == "Tls")
            {
                let key = field.replace('_', "-");
                let _ = writeln!(nested, "| `tls.{key}` | {doc} |  | none |");
            }
            continue;
        }
        let shown = if value == "None" { "none".to_owned() } else { format!("`{value}`") };
        let full = section.iter().cloned().chain([key.clone()]).collect::<Vec<_>>().join(".");
        let _ = writeln!(out, "| `{full}` | {doc} | {} | {shown} |", unit(&key));
    }
    out.push_str(&nested);
}

fn dated_rows(out: &mut String, rules: &[RuleInfo]) {
    let cell = |t: &str| t.replace('|', "\\|").replace('\n', " ");
    for r in rules {
        let Some(key) = r.id.strip_prefix("setting/").or_else(|| r.id.strip_prefix("traffic/"))
        else {
            continue;
        };
        let from = r.from.map(|d| d.to_string()).unwrap_or_default();
        let _ = writeln!(
            out,
            "| `{key}` | {} | {} | `{}` | {from} | {} |",
            cell(&r.title),
            unit(key),
            cell(&r.value),
            r.provenance.mark,
        );
    }
}

fn page() -> String {
    let mut out = HEAD.to_owned();
    out.push_str(
        "\n## Settings of the service\n\n| Key | Meaning | Unit | Default |\n|---|---|---|---|\n",
    );
    service_rows(&mut out);
    out.push_str("\n## Dated settings\n\n`mark` says how well a value is known: [rules.md](rules.md).\n\n| Key | Meaning | Unit | Value | From | Mark |\n|---|---|---|---|---|---|\n");
    dated_rows(&mut out, &RuleSet::embedded().unwrap().rules());
    out
}

#[test]
fn the_page_of_settings_is_what_code_and_rules_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/settings.md");
    let made = page();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        made == written,
        "docs/settings.md is not what the code says; UPDATE_GOLDEN=1 writes it"
    );
    for key in [
        "`limits.header-bytes`",
        "`tls.client-authorities`",
        "`outage-window-minutes`",
        "`timeout-on-demand-seconds`",
    ] {
        assert!(made.contains(key), "the page has no {key}");
    }
}
