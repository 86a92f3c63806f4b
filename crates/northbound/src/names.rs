//! Names of measures, providers, parties and Users on the command line: spelt as they are known before the command
//! runs, whatever the command.

use crate::{context::Ctx, error::Result};
use clap::{ArgMatches, parser::ValueSource};
use northbound_app::names::{Named, known};

/// The options that name something known, by their id in clap.
const NAMING: [(&str, Named); 5] = [
    ("measure", Named::Measure),
    ("measures", Named::Measure),
    ("provider", Named::Provider),
    ("party", Named::Party),
    ("user", Named::User),
];

/// Commands whose `--user` need not be registered: they prepare a User, speak as one whose key they have,
/// or look at what came from it.
const ANY_USER: [&str; 8] =
    ["key", "send", "receive", "tap", "device", "report", "request", "alert"];

/// A name as given and as it is known.
pub(crate) type Renamed = (String, String);

/// The names of the command that are spelt otherwise than they are known. A party that is only now recorded is
/// verified by its register.
pub(crate) fn renamed(matches: &ArgMatches, ctx: &Ctx) -> Result<Vec<Renamed>> {
    let (mut at, mut verb) = (matches, "");
    let noun = matches.subcommand_name().unwrap_or_default();
    while let Some((word, below)) = at.subcommand() {
        (at, verb) = (below, word);
    }
    let mut out = Vec::new();
    for (id, kind) in NAMING {
        let recorded_now = kind == Named::Party && verb == "add";
        let any = kind == Named::User && ANY_USER.contains(&noun);
        if recorded_now || any || !given(at, id) {
            continue;
        }
        for raw in at.get_raw(id).into_iter().flatten().filter_map(|v| v.to_str()) {
            for name in raw.split(',').map(str::trim).filter(|n| !n.is_empty()) {
                let spelt = known(ctx, kind, name)?;
                if spelt != name {
                    out.push((name.to_owned(), spelt));
                }
            }
        }
    }
    Ok(out)
}

fn given(matches: &ArgMatches, id: &str) -> bool {
    matches.try_contains_id(id).unwrap_or(false)
        && matches.value_source(id) == Some(ValueSource::CommandLine)
}

/// The arguments with the values of these options as they are known.
pub(crate) fn respelt(args: &[String], renamed: &[Renamed]) -> Vec<String> {
    let spell = |list: &str| {
        let known = |n: &str| {
            renamed
                .iter()
                .find(|(old, _)| old == n.trim())
                .map_or_else(|| n.to_owned(), |r| r.1.clone())
        };
        list.split(',').map(known).collect::<Vec<_>>().join(",")
    };
    let naming =
        |flag: &str| flag.strip_prefix("--").is_some_and(|f| NAMING.iter().any(|(id, _)| *id == f));
    let mut value = false;
    args.iter()
        .map(|a| {
            if std::mem::replace(&mut value, naming(a)) {
                value = false;
                return spell(a);
            }
            match a.split_once('=') {
                Some((flag, list)) if naming(flag) => format!("{flag}={}", spell(list)),
                _ => a.clone(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_values_of_naming_options_are_respelt() {
        let args = ["x", "pm4.3", "--measure", "pm4.3", "--text", "pm4.3", "--measures=pm4.3,PM2"];
        let out = respelt(&args.map(str::to_owned), &[("pm4.3".to_owned(), "PM4.3".to_owned())]);
        assert_eq!(
            out,
            ["x", "pm4.3", "--measure", "PM4.3", "--text", "pm4.3", "--measures=PM4.3,PM2"]
        );
    }
}
