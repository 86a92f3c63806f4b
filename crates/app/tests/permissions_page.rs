//! `docs/permissions.md` is the table of who may run what, as the program has it.

use northbound_app::access::{Command, Effect, commands};
use northbound_registers::rights::ROLES;
use std::{fmt::Write, fs, path::Path};

fn page() -> String {
    let mut all: Vec<&Command> = commands().collect();
    all.sort_by_key(|c| c.words);
    let mut out = String::from(HEAD);
    let _ = writeln!(out, "| command | data folder | no role | {} |", ROLES.join(" | "));
    let _ = writeln!(out, "|---|---|{}", "---|".repeat(ROLES.len() + 1));
    for c in all {
        let effect = match c.effect {
            Effect::None => "not needed",
            Effect::Rules => "rules only",
            Effect::Reads => "reads",
            Effect::Changes => "changes",
            Effect::Makes => "makes",
        };
        let roles = c.who.roles();
        let may = |yes| if yes { "yes" } else { "" };
        let _ = write!(out, "| {} | {effect} | {} |", c.words, may(roles.is_none()));
        for role in ROLES {
            let _ = write!(out, " {} |", may(roles.is_none_or(|r| r.contains(role))));
        }
        out.push('\n');
    }
    out
}

const HEAD: &str = "# Who may run what\n\n\
Made from the code by a test; `UPDATE_GOLDEN=1 cargo test -p northbound-app` writes it again. A role with `yes` may run the\n\
command; which records it then sees or writes is decided record by record: a `user` reads and writes those of its own party (and\n\
what is shared by all), a `provider` those meant for it. Roles are declared by `--as`, or granted by the data folder where `--as`\n\
says nothing ([security](security.md)). *Changes*: writes to the data folder, and makes one where there is none.\n\n";

#[test]
fn the_page_of_permissions_is_the_table_of_the_program() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/permissions.md");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, page()).unwrap();
    }
    assert_eq!(
        fs::read_to_string(&path).unwrap_or_default(),
        page(),
        "{} differs; UPDATE_GOLDEN=1 records it",
        path.display()
    );
}

#[test]
fn every_command_stands_in_the_table_once() {
    let mut all: Vec<&str> = commands().map(|c| c.words).collect();
    all.sort_unstable();
    assert!(all.windows(2).all(|w| w[0] != w[1]), "twice in the table");
}
