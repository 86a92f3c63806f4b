//! The first page of help: commands in groups by what one wants to do, and the first steps.

use crate::cli::Cli;
use clap::{
    CommandFactory,
    error::{ContextKind, ContextValue},
};
use northbound_app::names;

/// Every top-level command in one group, separated by spaces. A new command is added here; a test compares the two.
const GROUPS: [(&str, &str); 8] = [
    ("First steps", "demo init doctor"),
    (
        "Run the live service",
        "serve status top tap send sample receive request alert scenario device key",
    ),
    (
        "Bring data in",
        "ingest template feed fault reconcile registration incident forecast service population hub volume install",
    ),
    ("Look at figures and reports", "pack explain report variance rules methodology"),
    (
        "Answer for a figure",
        "explanation annotation exception case override assurance claim metric-defect sentiment complaint example",
    ),
    (
        "Prepare meetings and follow up",
        "paper document comment action view body person party user contact mailing workpackage",
    ),
    ("Follow changes and SMETS1", "change combination defect mitigation migration criteria"),
    ("Guard and keep the data", "ledger journal receipt event audit about man completions help"),
];

/// What `northbound` alone prints: at most ten lines, each command in it complete.
pub(crate) const FIRST_STEPS: &str = "\
Northbound: from message records to an explained monthly pack.

  northbound demo                                 simulate a network for a month and make its pack
  northbound init                                 make a data folder of your own
  northbound ingest messages FILE.csv --guess     propose how to read a file, and store nothing
  northbound pack build --period 2026-04 --out P  build the pack of a month
  northbound explain FIGURE                       show how a figure was made
  northbound serve --demo                         run the live service on an invented network

`northbound --help` lists all commands by task; `northbound COMMAND --help` explains one.
";

/// The columns before the description of a command.
const INDENT: usize = 17;
/// As `max_term_width` of the command line.
const MOST_COLUMNS: usize = 110;

/// The command line, its first page of help in groups.
pub(crate) fn command() -> clap::Command {
    let command = Cli::command();
    let width = columns().clamp(40, MOST_COLUMNS);
    let mut page = String::from("{about}\n\n{usage-heading} {usage}\n");
    for (title, nouns) in GROUPS {
        page.push_str(&format!("\n{title}:\n"));
        for noun in nouns.split(' ') {
            let about = match command.find_subcommand(noun).and_then(clap::Command::get_about) {
                Some(about) => about.to_string(),
                None => "Print this page, or the help of a command".to_owned(),
            };
            let lines = wrapped(&about, width.saturating_sub(INDENT));
            page.push_str(&format!("  {noun:<14} {}\n", lines.join(&format!("\n{:INDENT$}", ""))));
        }
    }
    page.push_str("\n{options}{after-help}");
    command.help_template(page)
}

/// The columns of a line of help.
fn columns() -> usize {
    std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok()).unwrap_or(100)
}

fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(last) if last.is_empty() => last.push_str(word),
            Some(last) if last.chars().count() + 1 + word.chars().count() <= width => {
                last.push(' ');
                last.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// The error without proposals that resemble what was given too little: a wrong one is worse than none.
pub(crate) fn without_wrong_proposals(mut e: clap::Error) -> clap::Error {
    for (given, proposed) in [
        (ContextKind::InvalidArg, ContextKind::SuggestedArg),
        (ContextKind::InvalidSubcommand, ContextKind::SuggestedSubcommand),
        (ContextKind::InvalidValue, ContextKind::SuggestedValue),
    ] {
        let Some(ContextValue::String(word)) = e.get(given).cloned() else { continue };
        let near = |p: &String| names::is_near(&word, p);
        let kept = match e.remove(proposed) {
            Some(ContextValue::String(p)) if near(&p) => Some(ContextValue::String(p)),
            Some(ContextValue::Strings(all)) => {
                let all: Vec<String> = all.into_iter().filter(near).collect();
                (!all.is_empty()).then_some(ContextValue::Strings(all))
            }
            Some(_) => None,
            None => continue,
        };
        match kept {
            Some(kept) => e.insert(proposed, kept),
            // The usage that clap adds names the option that it proposed.
            None => e.remove(ContextKind::Usage),
        };
    }
    e
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_command_is_in_one_group() {
        let mut grouped: Vec<&str> =
            GROUPS.iter().flat_map(|(_, nouns)| nouns.split(' ')).collect();
        grouped.sort_unstable();
        let command = Cli::command();
        let shown = command.get_subcommands().filter(|c| !c.is_hide_set());
        let mut all: Vec<&str> = shown.map(clap::Command::get_name).chain(["help"]).collect();
        all.sort_unstable();
        assert_eq!(grouped, all, "left: the groups of help; right: the commands");
    }

    #[test]
    fn the_first_steps_are_ten_lines_of_commands_that_parse() {
        assert!(FIRST_STEPS.lines().count() <= 10);
        let mut tried = 0;
        for line in FIRST_STEPS.lines().filter(|l| l.starts_with("  northbound ")) {
            let words = line.trim().split("  ").next().unwrap_or_default().split(' ');
            let parsed = command().try_get_matches_from(words);
            assert!(parsed.is_ok(), "{line}: {:?}", parsed.err().map(|e| e.to_string()));
            tried += 1;
        }
        assert_eq!(tried, 6);
    }

    #[test]
    fn only_near_words_are_proposed() {
        let said = |words: &[&str]| {
            let words = ["northbound"].iter().chain(words);
            let e = command().try_get_matches_from(words).expect_err("a wrong command line");
            without_wrong_proposals(e).to_string()
        };
        assert!(!said(&["action", "list", "--overdue"]).contains("--provider"));
        assert!(!said(&["minutes"]).contains("ingest"));
        assert!(said(&["action", "list", "--providr", "x"]).contains("--provider"));
        assert!(said(&["ingset"]).contains("ingest"));
        assert!(said(&["about", "--format", "jsno"]).contains("json"));
    }
}
