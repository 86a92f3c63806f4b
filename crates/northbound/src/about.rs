//! `about`, `completions`, `man`: the program about itself.

use crate::{
    cli::Cli,
    error::{CliError, Exit, Result},
    output::{Answer, Table, count},
};
use clap::CommandFactory;
use northbound_app::limits::limits;
use serde_json::json;
use std::path::Path;

pub(crate) fn completions(shell: clap_complete::Shell) -> Result<Answer> {
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "northbound", &mut out);
    String::from_utf8(out)
        .map(|script| Answer::raw(commands_first(&script)))
        .map_err(|_| CliError::internal("the completion script is not UTF-8"))
}

/// The bash script with the commands before the flags: bash proposes words in the order of `opts="…"`.
fn commands_first(script: &str) -> String {
    let mut out = String::with_capacity(script.len());
    for line in script.split_inclusive('\n') {
        let Some((head, (words, tail))) =
            line.split_once("opts=\"").and_then(|(head, rest)| Some((head, rest.split_once('"')?)))
        else {
            out.push_str(line);
            continue;
        };
        let (flags, commands): (Vec<&str>, Vec<&str>) =
            words.split_whitespace().partition(|w| w.starts_with('-'));
        let words = [commands, flags].concat().join(" ");
        out.push_str(&format!("{head}opts=\"{words}\"{tail}"));
    }
    out
}

pub(crate) fn man(out: Option<&Path>) -> Result<Answer> {
    if let Some(dir) = out {
        std::fs::create_dir_all(dir).map_err(|e| CliError::io("make the folder", dir, e))?;
        clap_mangen::generate_to(Cli::command(), dir)
            .map_err(|e| CliError::io("write manual pages to", dir, e))?;
        return Ok(Answer::new(json!({"folder": dir.display().to_string()}))
            .say(format!("Wrote manual pages to {}.", dir.display()))
            .then(format!("Read one: man {}/northbound.1", dir.display())));
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command())
        .render(&mut page)
        .map_err(|e| CliError::internal(format!("manual page: {e}")))?;
    String::from_utf8(page)
        .map(Answer::raw)
        .map_err(|_| CliError::internal("the manual page is not UTF-8"))
}

pub(crate) fn about() -> Answer {
    let mut t = Table::new("Limits", &["what", ">limit", "unit"]);
    let limits = limits();
    for l in &limits {
        t.row([l.what.to_owned(), count(l.limit), l.unit.to_owned()]);
    }
    let mut e = Table::new("Exit codes", &[">code", "meaning"]);
    for (x, meaning) in Exit::ALL {
        e.row([(*x as u8).to_string(), (*meaning).to_owned()]);
    }
    let version = env!("CARGO_PKG_VERSION");
    Answer::new(json!({
        "name": "northbound", "version": version, "licence": env!("CARGO_PKG_LICENSE"),
        "limits": limits.iter().map(|l| json!({"what": l.what, "limit": l.limit, "unit": l.unit})).collect::<Vec<_>>(),
        "exit_codes": Exit::ALL.iter().map(|(x, meaning)| json!({"code": *x as u8, "meaning": meaning})).collect::<Vec<_>>(),
    }))
        .say(format!("northbound {version}: from message records to an explained monthly pack."))
        .say(format!("Licence: {}. docs/ describes the rules, the samples and the simulated network; all sample data is invented.", env!("CARGO_PKG_LICENSE")))
        .table(t).table(e)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bash_proposes_commands_before_flags() {
        let script = completions(clap_complete::Shell::Bash).unwrap().raw.unwrap();
        let lists: Vec<&str> = script.lines().filter(|l| l.contains("opts=\"")).collect();
        let pack = lists.iter().find(|l| l.contains(" issue ") && l.contains("--data"));
        assert!(pack.is_some_and(|l| l.find(" issue ") < l.find("--data")), "{pack:?}");
        for l in lists {
            let words = l.split('"').nth(1).unwrap().split(' ').filter(|w| !w.is_empty());
            let flags: Vec<bool> = words.map(|w| w.starts_with('-')).collect();
            assert!(flags.is_sorted(), "{l}");
        }
    }
}
