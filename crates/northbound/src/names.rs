//! Names and ids on the command line: spelt as they are known before the command runs, whatever their case and
//! whatever the command.

use crate::{context::Ctx, error::Result, help};
use clap::{ArgMatches, Command, parser::ValueSource};
use northbound_app::names::{Named, known, recorded, register, spelt, with_plain_regions};
use std::ffi::OsString;

/// The options and arguments that name something known, by their id in clap.
const NAMING: [(&str, Named); 6] = [
    ("measure", Named::Measure),
    ("measures", Named::Measure),
    ("provider", Named::Provider),
    ("party", Named::Party),
    ("user", Named::User),
    ("methodology", Named::Methodology),
];

/// Arguments without an option that name a methodology or rule: the command's noun, and their ids in clap.
const PLACED: [(&str, &[&str], Named); 2] =
    [("methodology", &["id", "a", "b"], Named::Methodology), ("rules", &["id"], Named::Rule)];

/// Commands whose `--user` need not be registered: they prepare a User, speak as one whose key they have,
/// or look at what came from it.
const ANY_USER: [&str; 8] =
    ["key", "send", "receive", "tap", "device", "report", "request", "alert"];

/// A name as given and as it is known, and the option that gave it; none for an argument without one.
pub(crate) type Renamed = (Option<&'static str>, String, String);

/// What was typed, regions in lower case: they are words of a closed set, which clap reads.
pub(crate) fn arguments() -> Vec<OsString> {
    with_plain_regions(std::env::args_os())
}

/// The names of the command that are spelt otherwise than they are known. A party that is only now recorded is
/// verified by its register.
pub(crate) fn renamed(matches: &ArgMatches, ctx: &Ctx) -> Result<Vec<Renamed>> {
    let (mut at, mut words) = (matches, Vec::new());
    while let Some((word, below)) = at.subcommand() {
        at = below;
        words.push(word);
    }
    let (noun, verb) =
        (words.first().copied().unwrap_or_default(), words.last().copied().unwrap_or_default());
    let mut out = Vec::new();
    for (id, kind) in NAMING {
        let recorded_now = kind == Named::Party && verb == "add";
        let any = kind == Named::User && ANY_USER.contains(&noun);
        if recorded_now || any {
            continue;
        }
        for name in given(at, id) {
            let spelt = known(ctx, kind, &name)?;
            if spelt != name {
                out.push((Some(id), name, spelt));
            }
        }
    }
    for (of, ids, kind) in PLACED {
        for name in ids.iter().filter(|_| of == noun).flat_map(|id| given(at, id)) {
            out.extend(spelt(ctx, kind, &name)?.map(|s| (None, name, s)));
        }
    }
    if let Some(register) = register(&words).filter(|_| verb != "add") {
        for name in given(at, "id") {
            out.extend(recorded(ctx, register, &name)?.map(|s| (None, name, s)));
        }
    }
    Ok(out)
}

/// The values of an option or argument, where it was given.
fn given(matches: &ArgMatches, id: &str) -> Vec<String> {
    if !matches.try_contains_id(id).unwrap_or(false)
        || matches.value_source(id) != Some(ValueSource::CommandLine)
    {
        return Vec::new();
    }
    let raw = matches.get_raw(id).into_iter().flatten().filter_map(|v| v.to_str());
    let names = raw.flat_map(|r| r.split(',')).map(str::trim).filter(|n| !n.is_empty());
    names.map(str::to_owned).collect()
}

/// The arguments with these names as they are known: in the values of their options, and in arguments without one.
pub(crate) fn respelt(args: Vec<OsString>, renamed: &[Renamed]) -> Vec<OsString> {
    let spell = |option: Option<&str>, list: &str| {
        let known = |n: &str| {
            let found = renamed.iter().find(|(of, old, _)| *of == option && old == n.trim());
            found.map_or_else(|| n.to_owned(), |r| r.2.clone())
        };
        OsString::from(list.split(',').map(known).collect::<Vec<_>>().join(","))
    };
    let named = |flag: &str| NAMING.iter().map(|(id, _)| *id).find(|id| *id == flag);
    let mut command = &help::command();
    // What the next argument is the value of.
    let mut value: Option<Option<&str>> = None;
    let mut out = Vec::with_capacity(args.len());
    for a in args {
        let Some(text) = a.to_str() else {
            value = None;
            out.push(a);
            continue;
        };
        if let Some(option) = value.take() {
            out.push(option.map_or_else(|| a.clone(), |id| spell(Some(id), text)));
        } else if let Some(flag) = text.strip_prefix("--") {
            match flag.split_once('=') {
                Some((flag, list)) if named(flag).is_some() => {
                    let mut whole = OsString::from(format!("--{flag}="));
                    whole.push(spell(named(flag), list));
                    out.push(whole);
                    continue;
                }
                None if takes_value(command, flag) => value = Some(named(flag)),
                _ => {}
            }
            out.push(a);
        } else if let Some(below) = command.find_subcommand(text).filter(|_| !out.is_empty()) {
            command = below;
            out.push(a);
        } else {
            let placed = |of| command.get_positionals().any(|p| Some(p.get_id().as_str()) == of);
            let found =
                renamed.iter().find(|(of, old, _)| old == text && (of.is_none() || placed(*of)));
            out.push(found.map_or(a.clone(), |r| OsString::from(&r.2)));
        }
    }
    out
}

/// Is the flag followed by a value?
fn takes_value(command: &Command, flag: &str) -> bool {
    let global = help::command();
    let mut all = command.get_arguments().chain(global.get_arguments());
    all.any(|a| a.get_long() == Some(flag) && a.get_action().takes_values())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelt(line: &str, renamed: &[(Option<&'static str>, &str, &str)]) -> String {
        let args = line.split(' ').map(OsString::from).collect();
        let renamed: Vec<Renamed> =
            renamed.iter().map(|(of, a, b)| (*of, (*a).to_owned(), (*b).to_owned())).collect();
        let out = respelt(args, &renamed);
        out.iter().map(|a| a.to_str().unwrap()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn only_what_names_something_is_respelt() {
        let measure = [(Some("measure"), "pm4.3", "PM4.3")];
        assert_eq!(
            spelt("northbound claim add --measure pm4.3 --text pm4.3 --provider=pm4.3", &measure),
            "northbound claim add --measure PM4.3 --text pm4.3 --provider=pm4.3"
        );
        assert_eq!(
            spelt("northbound claim list --measure=pm4.3,PM2", &measure),
            "northbound claim list --measure=PM4.3,PM2"
        );
        assert_eq!(
            spelt("northbound metric-defect add pm4.3 --what pm4.3", &measure),
            "northbound metric-defect add PM4.3 --what pm4.3"
        );
        let id = [(None, "party", "PARTY")];
        assert_eq!(
            spelt("northbound --reason party party show party", &id),
            "northbound --reason party party show PARTY"
        );
    }
}
