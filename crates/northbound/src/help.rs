//! The first page of help: commands in groups by what one wants to do, and the first steps.

use crate::{cli::Cli, output};
use clap::{
    CommandFactory,
    error::{ContextKind, ContextValue},
};
use northbound_app::names;
use northbound_terminal::wrapped;

/// Every top-level command in one group, separated by spaces. A new command is added here; a test compares the two.
pub(crate) const GROUPS: [(&str, &str); 8] = [
    ("First steps", "demo init doctor"),
    (
        "Run the live service",
        "serve status top tap send sample receive request alert scenario device key",
    ),
    (
        "Bring data in",
        "ingest template feed fault reconcile registration incident forecast service population hub volume install",
    ),
    ("Look at figures and reports", "pack explain report measure variance rules methodology"),
    (
        "Answer for a figure",
        "explanation annotation exception case override assurance claim metric-defect sentiment complaint example",
    ),
    (
        "Prepare meetings and follow up",
        "agenda minutes paper document comment action view body person party user contact mailing workpackage",
    ),
    ("Follow changes and SMETS1", "change combination defect mitigation migration criteria"),
    ("Guard and keep the data", "ledger journal receipt event audit about man completions help"),
];

/// What `northbound` alone prints: at most ten lines, each command in it complete.
pub(crate) const FIRST_STEPS: &str = include_str!("first_steps.txt");

/// The columns before the description of a command.
const INDENT: usize = 17;
/// As `max_term_width` of the command line.
const MOST_COLUMNS: usize = 110;

/// Commands that build a page, which `--open` shows in a browser.
const BUILDERS: &str =
    "demo,pack build,pack issue,paper build,report mine,incident report,variance report";

/// The command with `--open` where these words lead to.
fn with_open(command: clap::Command, words: &[&str]) -> clap::Command {
    match words {
        [] => command.arg(
            clap::Arg::new("open")
                .long("open")
                .action(clap::ArgAction::SetTrue)
                .help("Open what was built in a browser: $BROWSER, else that of the desktop"),
        ),
        [word, rest @ ..] => command.mut_subcommand(*word, |c| with_open(c, rest)),
    }
}

/// The command line, its first page of help in groups.
pub(crate) fn command() -> clap::Command {
    let command = BUILDERS
        .split(',')
        .fold(Cli::command(), |c, words| with_open(c, &words.split(' ').collect::<Vec<_>>()));
    let width = output::screen().width.unwrap_or(100).clamp(40, MOST_COLUMNS);
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
        let command = command();
        let shown = command.get_subcommands().filter(|c| !c.is_hide_set());
        let mut all: Vec<&str> = shown.map(clap::Command::get_name).chain(["help"]).collect();
        all.sort_unstable();
        assert_eq!(grouped, all, "left: the groups of help; right: the commands");
    }

    #[test]
    fn no_option_of_a_command_is_one_of_all_commands() {
        fn walk(c: &clap::Command, global: &[(&str, &str)], looked_at: &mut usize) {
            for a in c.get_arguments().filter(|a| !a.is_global_set()) {
                let (id, long) = (a.get_id().as_str(), a.get_long().unwrap_or_default());
                let both = global.iter().find(|(i, l)| *i == id || *l == long);
                assert_eq!(both, None, "{} --{long}", c.get_name());
                *looked_at += 1;
            }
            c.get_subcommands().for_each(|c| walk(c, global, looked_at));
        }
        let command = command();
        let global = command.get_arguments().filter(|a| a.is_global_set());
        let global: Vec<(&str, &str)> =
            global.map(|a| (a.get_id().as_str(), a.get_long().unwrap_or("?"))).collect();
        let mut looked_at = 0;
        walk(&command, &global, &mut looked_at);
        assert!(looked_at > 500, "{looked_at}");
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
        assert!(!said(&["claim", "list", "--overdue"]).contains("--provider"));
        assert!(!said(&["seconds"]).contains("ingest"));
        assert!(said(&["claim", "list", "--providr", "x"]).contains("--provider"));
        assert!(said(&["ingset"]).contains("ingest"));
        assert!(said(&["about", "--format", "jsno"]).contains("json"));
    }
}
