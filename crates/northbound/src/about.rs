//! `about`, `completions`, `man`: the program about itself.

use crate::{
    error::{CliError, Exit, Result},
    help,
    output::{Answer, Table, count},
};
use northbound_app::limits::limits;
use serde_json::json;
use std::path::Path;

pub(crate) fn completions(shell: clap_complete::Shell) -> Result<Answer> {
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut help::command(), "northbound", &mut out);
    String::from_utf8(out)
        .map(|script| Answer::raw(northbound_terminal::commands_first(&script)))
        .map_err(|_| CliError::internal("the completion script is not UTF-8"))
}

pub(crate) fn man(out: Option<&Path>) -> Result<Answer> {
    if let Some(dir) = out {
        std::fs::create_dir_all(dir).map_err(|e| CliError::io("make the folder", dir, e))?;
        clap_mangen::generate_to(help::command(), dir)
            .map_err(|e| CliError::io("write manual pages to", dir, e))?;
        return Ok(Answer::new(json!({"folder": dir.display().to_string()}))
            .say(format!("Wrote manual pages to {}.", dir.display()))
            .then(format!("Read one: man {}/northbound.1", dir.display())));
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(help::command())
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
    use crate::help::GROUPS;
    use clap::{Arg, Command};
    use std::{fmt::Write, fs, path::PathBuf};

    fn page(name: &str) -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name)
    }

    /// An argument as it is written: `FILE`, `--map FILE`, `--format table|json|csv`.
    fn written(a: &Arg) -> String {
        let values = if a.get_action().takes_values() {
            let words: Vec<String> =
                a.get_possible_values().iter().map(|v| v.get_name().to_owned()).collect();
            let names = || a.get_value_names().map(|n| n.join(" ")).unwrap_or_default();
            if words.is_empty() { names() } else { words.join("|") }
        } else {
            String::new()
        };
        a.get_long().map_or_else(|| values.clone(), |l| format!("--{l} {values}")).trim().to_owned()
    }

    fn one_line(text: impl ToString) -> String {
        text.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The commands below this one, each with its arguments.
    fn commands(command: &Command, words: &str, out: &mut String) {
        let about = command.get_about().map(one_line).unwrap_or_default();
        let below: Vec<&Command> =
            command.get_subcommands().filter(|c| c.get_name() != "help").collect();
        if below.is_empty()
            || command
                .get_arguments()
                .any(|a| !a.is_global_set() && a.get_id() != "help" && a.get_id() != "version")
        {
            writeln!(out, "\n### `{words}`\n\n{about}.\n").unwrap();
            for a in command.get_arguments() {
                if a.is_global_set() || ["help", "version"].contains(&a.get_id().as_str()) {
                    continue;
                }
                let needed = if a.is_required_set() { " (required)" } else { "" };
                let help = a.get_help().map(one_line).unwrap_or_default();
                writeln!(out, "- `{}`{needed}: {help}", written(a)).unwrap();
            }
        }
        for c in below {
            commands(c, &format!("{words} {}", c.get_name()), out);
        }
    }

    #[test]
    fn the_page_of_all_commands_is_as_clap_has_them() {
        let mut command = help::command();
        command.build();
        let mut text = "# Every command\n\nGenerated from the code; a test fails if it differs (`UPDATE_GOLDEN=1` writes it). [cli.md](cli.md) has the \
             options of every\ncommand, JSON keys and exit codes; [permissions.md](permissions.md) who may run each.\n".to_owned();
        for (title, nouns) in GROUPS {
            writeln!(text, "\n## {title}").unwrap();
            for noun in nouns.split(' ').filter(|n| *n != "help") {
                commands(command.find_subcommand(noun).unwrap(), noun, &mut text);
            }
        }
        let text = text.replace(".\n\n\n", ".\n\n");
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(page("commands.md"), &text).unwrap();
        }
        let kept = fs::read_to_string(page("commands.md")).unwrap_or_default();
        assert!(
            kept == text,
            "docs/commands.md is not as the commands are; UPDATE_GOLDEN=1 writes it"
        );
    }

    #[test]
    fn each_option_of_every_command_is_explained() {
        let text = fs::read_to_string(page("cli.md")).unwrap();
        let mut command = help::command();
        command.build();
        let mut looked_at = 0;
        for a in command.get_arguments().filter(|a| a.is_global_set()) {
            let row = format!("| `--{}", a.get_long().unwrap());
            assert!(text.contains(&row), "docs/cli.md has no row {row}");
            looked_at += 1;
        }
        assert!(looked_at > 10);
    }

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
