//! Opens a file in a browser.

use std::{
    path::Path,
    process::{Command, Stdio},
};

/// The program of the desktop that opens a file with what its kind is opened with.
const DESKTOP: &str = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };

/// Opens the file in the first that can be started: those that `BROWSER` names, separated by `:`, with `%s` for the
/// file (else it comes last), then that of the desktop. `false` where there is none.
#[must_use]
pub fn open(file: &Path, browser: Option<&str>) -> bool {
    let named = browser.unwrap_or_default().split(':').map(str::trim).filter(|b| !b.is_empty());
    named.chain([DESKTOP]).any(|program| start(program, file))
}

fn start(program: &str, file: &Path) -> bool {
    let mut words = program.split_whitespace();
    let Some(name) = words.next() else { return false };
    let mut command = Command::new(name);
    let mut placed = false;
    for word in words {
        if word == "%s" {
            placed = true;
            command.arg(file);
        } else {
            command.arg(word);
        }
    }
    if !placed {
        command.arg(file);
    }
    // What the browser prints is no part of the answer, and it goes on after it.
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_browser_that_can_be_started_gets_the_file() {
        let file = Path::new("pack.html");
        assert!(start("true", file) && start("true --new %s", file));
        assert!(!start("no-such-browser-here", file) && !start("", file));
        assert!(open(file, Some("no-such-browser-here:true %s")));
    }
}
